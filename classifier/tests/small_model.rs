//! A small model, trained here from a few invented letters, does what the shipped one does.

use std::sync::Arc;

use classifier::index::Index;
use classifier::model::{Model, Sheet};
use classifier::train::{Corpus, Recipe, Vein, train};
use classifier::{Doubt, Judge, LetterText, Suggest, explain};

/// Four subjects in two groups; their letters share their words and little else.
const TALK: [(&str, &[&str]); 4] = [
    (
        "05.01.02",
        &["hullet i vejen", "asfalten er revnet", "vejen har dybe huller", "ny asfalt på vejen tak"],
    ),
    (
        "05.01.08",
        &["gadelampen er slukket", "lyset i lygten blinker", "mørkt under lygten", "gadelampe uden lys"],
    ),
    (
        "27.18.02",
        &["plejehjemmet og mor", "mor venter på plejebolig", "plads på plejehjem", "pleje til min mor"],
    ),
    (
        "17.01.04",
        &["klassen er for stor", "skolen mangler lærere", "eleverne i skolen", "skoleskift til ny klasse"],
    ),
];

fn corpus() -> Corpus {
    let mut file = String::new();
    for (subject, talk) in TALK {
        for one in talk {
            for other in talk {
                file.push_str(&format!("{subject}\tcitizen\tHej\tKære kommune, {one} og {other}.\n"));
            }
        }
    }
    file.push_str("-\tcitizen\t\tSe vedhæftede\n-\tbusiness\tVundet\tDu har vundet en million\n");
    let mut corpus = Corpus::default();
    corpus.read(Vein::Natural, &file).expect("a corpus");
    corpus
}

fn recipe() -> Recipe {
    Recipe { name: "prøve".into(), folds: 3, common: 100, keep: [400, 400, 400], ..Recipe::default() }
}

fn trained() -> Vec<u8> {
    train(&corpus(), &recipe(), |_| ()).expect("a model").file
}

fn judge() -> Judge {
    let corpus = corpus();
    let model = Arc::new(Model::load(&trained()).expect("a model"));
    let index = Index::in_memory(corpus.entries(model.danish())).expect("an index");
    Judge::new(model, Arc::new(index))
}

#[test]
fn the_same_letters_give_the_same_bytes() {
    assert!(trained() == trained());
}

#[test]
fn the_graph_computes_what_the_table_says() {
    let judge = judge();
    let model = judge.model();
    for (_, talk) in TALK {
        let vector = model.vocabulary().vector(&LetterText { label: talk[0], body: talk[3] });
        let pairs = model.scores(&vector).expect("scores").into_iter().zip(model.table().scores(&vector));
        pairs.for_each(|(graph, table)| assert!((graph - table).abs() < 1e-5, "{graph} {table}"));
    }
}

#[test]
fn a_letter_gets_its_subject_and_the_words_that_carried_it() {
    let judge = judge();
    let letter = LetterText {
        label: "Vedr. 0101",
        body: "Jonas siger, at gadelampen ved nr. 12 blinker. Lyset er næsten væk",
    };
    let verdict = judge.verdict(&letter).expect("a verdict");
    let first: Vec<String> = verdict.best.iter().map(|best| best[0].label.to_string()).collect();
    assert_eq!(first, ["05.01.08", "05.01", "05"]);
    let suggestions = judge.suggest(&letter).suggestions;
    assert_eq!(suggestions[0].subject.to_string(), "05.01.08");
    assert!(suggestions[0].confidence > suggestions[1].confidence);
    assert!(suggestions[0].why.contains(&"gadelampen".to_owned()), "{:?}", suggestions[0].why);
    assert!(
        suggestions.iter().flat_map(|one| &one.why).all(|word| !word.contains("12")),
        "numbers are not reasons"
    );
    let vector = judge.model().vocabulary().vector(&letter);
    let reasons = explain::Reasons::read(judge.model(), &letter, &vector).words_for(suggestions[0].subject);
    assert!(
        reasons.is_sorted_by(|one, other| one.adds >= other.adds) && reasons.iter().all(|one| one.adds > 0.0)
    );
}

#[test]
fn a_letter_without_a_known_term_gets_no_suggestion() {
    let judge = judge();
    for body in ["", " \n\u{ad}!?", "ㄅㄆㄇ"] {
        let opinion = judge.suggest(&LetterText { label: "", body });
        assert_eq!((opinion.suggestions, opinion.doubt), (vec![], Some(Doubt::SaysNothing)), "{body:?}");
    }
    assert!(judge.edition().starts_with("prøve "));
}

#[test]
fn what_is_not_our_model_is_refused_with_a_reason() {
    let file = trained();
    let why = |bytes: &[u8]| Model::load(bytes).err().expect("refused").to_string();
    assert_eq!(why(b""), "the ONNX file lacks the metadata 'modtag', so it is not a modtag model");
    assert_eq!(why(b"hello"), "not an ONNX file");
    assert!(Model::load(&file[..file.len() / 2]).is_err());
    let model = Model::load(&file).expect("a model");
    let mut subjects = model.sheet().subjects.clone();
    subjects.pop();
    let sheet = Sheet { subjects, ..model.sheet().clone() };
    let other = why(&Model::write(model.vocabulary(), model.table(), model.danish(), &sheet));
    assert_eq!(other, "the model file is damaged: the sheet names other labels than the weights have");
}
