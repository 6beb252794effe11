//! The model that comes with the program is the one its card describes, made of the letters beside it.

use std::path::{Path, PathBuf};

use classifier::card::Card;
use classifier::model::{Model, hex};
use sha2::{Digest, Sha256};

/// What a model file may weigh (the classifier's goal), in bytes.
const MOST: u64 = 30 << 20;

fn models() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../models")
}

fn card() -> Card {
    let text = std::fs::read_to_string(models().join("kle/card.toml")).expect("the card");
    toml::from_str(&text).expect("a card")
}

fn hash(file: &Path) -> String {
    hex(&Sha256::digest(std::fs::read(file).expect("a file")))
}

#[test]
fn the_card_describes_the_file_beside_it() {
    let card = card();
    let file = models().join("kle").join(&card.model.file);
    assert_eq!(hash(&file), card.model.sha256);
    assert_eq!(std::fs::metadata(&file).expect("the file").len(), card.model.bytes as u64);
    assert!(card.model.bytes as u64 <= MOST);
    let model = Model::load(&std::fs::read(&file).expect("the file")).expect("a model");
    let labels = model.labels();
    assert_eq!(
        card.model.labels,
        [labels.subjects(), labels.groups(), labels.main_groups()].map(|level| level.len())
    );
    assert!(model.edition().ends_with(&card.model.sha256[..12]));
}

#[test]
fn the_card_names_the_letters_that_are_there() {
    let mut there: Vec<(String, String)> = std::fs::read_dir(models().join("corpus"))
        .expect("the letters")
        .map(|entry| entry.expect("a file"))
        .filter(|entry| entry.path().extension().is_some_and(|kind| kind == "tsv"))
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), hash(&entry.path())))
        .collect();
    there.sort();
    let named: Vec<(String, String)> =
        card().corpus.into_iter().map(|file| (file.file, file.sha256)).collect();
    assert_eq!(there, named);
}
