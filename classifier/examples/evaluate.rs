//! Measures the shipped model: `cargo run --release -p classifier --example evaluate -- LETTERS [MODEL
//! [CORPUS]]`.
//!
//! `LETTERS` is a file of judged letters, one JSON object a line. Prints one JSON object.

use std::sync::Arc;
use std::time::Instant;

use classifier::evaluate::{Judged, JudgedMask, MaskMeasures, measure};
use classifier::mask::{Known, find};
use classifier::model::Model;
use classifier::neighbours::Neighbours;
use classifier::train::Corpus;
use classifier::{Judge, Suggest};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let letters = arguments.first().ok_or("brug: evaluate BREVE [MODEL [KORPUS]]")?;
    let model = arguments.get(1).map_or("models/kle/kle.onnx", String::as_str);
    let corpus = arguments.get(2).map_or("models/corpus", String::as_str);
    let begun = Instant::now();
    let model = Arc::new(Model::load(&std::fs::read(model)?)?);
    eprintln!("model læst på {} ms", begun.elapsed().as_millis());
    let neighbours = index(&model, corpus)?;
    eprintln!("indeks bygget på {} ms, {} bytes", begun.elapsed().as_millis(), neighbours.bytes());
    let judge = Judge::new(model, Box::new(neighbours));
    let file = std::fs::read_to_string(letters)?;
    let letters = Judged::read(&file)?;
    let begun = Instant::now();
    let judged: Vec<_> =
        letters.into_iter().map(|letter| (judge.verdict(&letter.letter()), letter)).collect();
    let each = begun.elapsed().as_secs_f64() * 1000.0 / judged.len().max(1) as f64;
    let judged: Vec<_> = judged.into_iter().map(|(verdict, letter)| (letter, verdict)).collect();
    let mut page = serde_json::to_value(measure(&judged))?;
    let persons = JudgedMask::read(&file)?;
    let found = persons.iter().map(|letter| (letter, find(&letter.letter(), &Known::default())));
    let masking = MaskMeasures::of(found);
    page["mask_recall"] = serde_json::to_value(&masking.mask_recall)?;
    page["mask_precision"] = masking.mask_precision.into();
    page["ms_per_letter"] = each.into();
    page["edition"] = judge.edition().into();
    println!("{}", serde_json::to_string_pretty(&page)?);
    Ok(())
}

fn index(model: &Model, folder: &str) -> Result<Neighbours, Box<dyn std::error::Error>> {
    let mut corpus = Corpus::default();
    let mut files: Vec<_> = std::fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    files.sort_by_key(std::fs::DirEntry::file_name);
    for file in files.iter().filter(|file| file.path().extension().is_some_and(|kind| kind == "tsv")) {
        corpus.read(&std::fs::read_to_string(file.path())?)?;
    }
    Ok(Neighbours::from_corpus(model, &corpus))
}
