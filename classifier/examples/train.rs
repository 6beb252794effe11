//! Trains a model, measures it and writes its card:
//! `cargo run --release -p classifier --example train -- CORPUS MODEL [LETTERS…]`.
//!
//! `CORPUS` is a folder of `.tsv` files (`models/corpus`), `MODEL` the folder to write to (`models/kle`), `LETTERS`
//! are files of judged letters to measure on; training does not see them.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use classifier::Judge;
use classifier::card::{Card, CorpusFile, Level, ModelFile, Set, page};
use classifier::evaluate::{Judged, measure};
use classifier::index::Index;
use classifier::model::{Model, hex};
use classifier::train::{Corpus, Recipe, Trained, train};
use sha2::{Digest, Sha256};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [corpus_folder, model_folder, letters @ ..] = &arguments[..] else {
        return Err("brug: train KORPUS MODEL [BREVE…]".into());
    };
    let (corpus, files) = read_corpus(corpus_folder)?;
    let begun = std::time::Instant::now();
    let recipe = Recipe::default();
    let trained = train(&corpus, &recipe, |step| eprintln!("{:4} s  {step}", begun.elapsed().as_secs()))?;
    eprintln!("{:4} s  måler", begun.elapsed().as_secs());
    let model = Arc::new(Model::load(&trained.file)?);
    let index = Index::in_memory(corpus.entries(model.danish()))?;
    let judge = Judge::new(Arc::clone(&model), Arc::new(index));
    let set = letters.iter().map(|file| measured(&judge, file)).collect::<Result<_, _>>()?;
    let card = Card {
        model: model_file(&trained, &model),
        recipe,
        cross_validation: levels(&trained, &model),
        set,
        corpus: files,
    };
    std::fs::create_dir_all(model_folder)?;
    let folder = Path::new(model_folder);
    std::fs::write(folder.join(&card.model.file), &trained.file)?;
    std::fs::write(folder.join("card.toml"), toml::to_string(&card)?)?;
    std::fs::write(folder.join("card.md"), page(&card))?;
    println!("{}", page(&card));
    Ok(())
}

fn read_corpus(folder: &str) -> Result<(Corpus, Vec<CorpusFile>), Box<dyn Error>> {
    let mut corpus = Corpus::default();
    let mut names: Vec<_> = std::fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    names.sort_by_key(std::fs::DirEntry::file_name);
    let mut files = Vec::new();
    for entry in names.iter().filter(|entry| entry.path().extension().is_some_and(|kind| kind == "tsv")) {
        let file = entry.file_name().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(entry.path())?;
        let before = corpus.len();
        corpus.read(&text).map_err(|why| format!("{file}: {why}"))?;
        files.push(CorpusFile { file, sha256: hash(text.as_bytes()), letters: corpus.len() - before });
    }
    Ok((corpus, files))
}

fn measured(judge: &Judge, file: &str) -> Result<Set, Box<dyn Error>> {
    let text = std::fs::read_to_string(file)?;
    let letters = Judged::read(&text)?.into_iter();
    let judged: Vec<_> = letters.map(|letter| (letter.clone(), judge.verdict(&letter.letter()))).collect();
    let name = Path::new(file).file_name().unwrap_or_default().to_string_lossy();
    Ok(Set::of(&name, hash(text.as_bytes()), &measure(&judged)))
}

fn model_file(trained: &Trained, model: &Model) -> ModelFile {
    let labels = model.labels();
    ModelFile {
        file: "kle.onnx".to_owned(),
        sha256: hash(&trained.file),
        bytes: trained.file.len(),
        features: trained.size[0],
        weights: trained.size[1],
        labels: [labels.subjects(), labels.groups(), labels.main_groups()].map(|level| level.len()),
    }
}

fn levels(trained: &Trained, model: &Model) -> Vec<Level> {
    let names =
        ["emne", "gruppe", "hovedgruppe"].iter().zip(&trained.outcomes).zip(&model.sheet().confidence);
    names.map(|((name, outcomes), confidence)| Level::of(name, outcomes, confidence.sure)).collect()
}

fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
