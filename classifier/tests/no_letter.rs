//! Neither the index, nor a lesson, nor an own model can be turned back into a letter.

use std::path::Path;
use std::sync::Arc;

use classifier::index::Index;
use classifier::model::Model;
use classifier::train::{Corpus, Vein};
use classifier::{Judge, LetterText, Suggest};

const NAME: &str = "Ragnhild Ulvsborg Thygesen";
const CPR: &str = "710482-1234";
const SENTENCE: &str = "legepladsen ved den gule skole er blevet farlig for de mindste";

fn everything_in(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            all.extend(everything_in(&path));
        } else {
            all.extend(std::fs::read(&path).expect("a file"));
        }
    }
    all
}

fn holds(all: &[u8], text: &str) -> bool {
    all.windows(text.len()).any(|window| window.eq_ignore_ascii_case(text.as_bytes()))
}

#[test]
fn no_word_of_a_letter_stands_in_index_lesson_or_own_model() {
    let model =
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/kle/kle.onnx")).expect("a model");
    let model = Arc::new(Model::load(&model).expect("a model"));
    let row = |number: usize| {
        format!(
            "17.03.00\tcitizen\tLegeplads {number}\tHej, jeg hedder {NAME}, {CPR}. Jeg synes, {SENTENCE}.\n"
        )
    };
    let mut corpus = Corpus::default();
    corpus.read(Vein::Natural, &(0..9).map(row).collect::<String>()).expect("a corpus");
    let folder = tempfile::tempdir().expect("a folder");
    let index = Index::create(folder.path(), corpus.entries(model.danish())).expect("an index");
    let judge = Judge::new(model, Arc::new(index));
    let letter = LetterText { label: "Legeplads", body: &format!("{SENTENCE}. {NAME} {CPR}") };
    let subject = "17.03.00".parse().expect("a subject");
    let taught = judge.lesson(&letter, subject).expect("a lesson");
    let lesson = taught.to_bytes();
    let own = judge.learn(&[&taught; 60], 1).expect("an own model").own.to_bytes();
    let all = everything_in(folder.path());
    assert!(all.len() > 1_000, "the index is there");
    for text in SENTENCE
        .split(' ')
        .filter(|word| word.len() > 4)
        .chain(NAME.split(' '))
        .chain([CPR, "710482", "1234"])
    {
        assert!(!holds(&all, text), "{text:?} stands in the index");
    }
    for text in
        SENTENCE.split(' ').filter(|word| word.len() > 4).chain(NAME.split(' ')).chain([CPR, "710482"])
    {
        assert!(!holds(&lesson, text), "{text:?} stands in the lesson");
        assert!(!holds(&own, text), "{text:?} stands in the own model");
    }
    // Not even what a lesson keeps: an own model has no stem and no subject, only weights.
    for (stem, _) in &taught.stems {
        assert!(!holds(&own, &stem.to_string()), "the stem {stem} stands in the own model");
    }
    assert!(!holds(&own, "17.03"));
}

/// A word that only one sender has is in no five letters, so it teaches nothing: not even its hash is kept.
#[test]
fn a_lesson_keeps_only_what_many_letters_have() {
    let model =
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/kle/kle.onnx")).expect("a model");
    let model = Arc::new(Model::load(&model).expect("a model"));
    let mut corpus = Corpus::default();
    let row = "17.03.00\tcitizen\tLegeplads\tgyngen og rutsjebanen er farlige\n";
    corpus.read(Vein::Natural, &row.repeat(5)).expect("a corpus");
    let index = Index::in_memory(corpus.entries(model.danish())).expect("an index");
    let judge = Judge::new(Arc::clone(&model), Arc::new(index));
    let subject = "17.03.00".parse().expect("a subject");
    let letter = LetterText { label: "", body: "gyngen gyngen gyngen gyngen Ulvsborg" };
    let lesson = judge.lesson(&letter, subject).expect("a lesson");
    let swing = model.danish().hashes(&LetterText { label: "", body: "gyngen" })[0];
    assert_eq!(lesson.stems, [(swing, 3)], "one common word, counted three times at most");
    assert!(judge.lesson(&LetterText { label: "", body: "Ulvsborg Thygesen" }, subject).is_none());
}
