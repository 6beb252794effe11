//! What is learned from and what is measured on are kept apart: no long run of words stands in both.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use classifier::LetterText;
use classifier::evaluate::Judged;
use classifier::features::words;
use classifier::train::{Corpus, Vein};

/// So many words in a row are no chance any more. Seven ("jeg vil gerne se alt hvad I") are.
const RUN: usize = 8;

fn runs(letter: LetterText<'_>) -> Vec<Vec<String>> {
    let of =
        |text: &str| words(text).into_iter().map(|word| text[word.span].to_lowercase()).collect::<Vec<_>>();
    let all = [of(letter.label), of(letter.body)].concat();
    all.windows(RUN).map(<[String]>::to_vec).collect()
}

fn files(folder: &Path, kind: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("a file").path());
    entries.filter(|path| path.extension().is_some_and(|own| own == kind)).collect()
}

#[test]
fn no_evaluation_letter_shares_a_long_run_of_words_with_the_corpus() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let evaluation = root.join("../shared/eval");
    if !evaluation.is_dir() {
        eprintln!("NOT RUN: {} is absent", evaluation.display());
        return;
    }
    let mut learned = HashSet::new();
    for file in files(&root.join("models/corpus"), "tsv") {
        let mut corpus = Corpus::default();
        corpus.read(Vein::Natural, &std::fs::read_to_string(file).expect("letters")).expect("a corpus");
        learned.extend(corpus.letters().flat_map(|labelled| runs(labelled.letter)));
    }
    assert!(learned.len() > 100_000, "the corpus is there");
    for file in files(&evaluation, "jsonl") {
        let letters = Judged::read(&std::fs::read_to_string(file).expect("letters")).expect("a set");
        let shared: Vec<&str> = letters
            .iter()
            .filter(|letter| runs(letter.letter()).iter().any(|run| learned.contains(run)))
            .map(|letter| letter.id.as_str())
            .collect();
        assert!(shared.is_empty(), "reword what the corpus shares with {shared:?}, and train again");
    }
}
