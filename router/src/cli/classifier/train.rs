//! `modtag classifier train`: letters in, a model file and its card out. With `--from-answers` see [`answers`](super::answers).

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use clap::Args;
use classifier::Judge;
use classifier::card::{Card, Level, ModelFile, Set, page, reliability, risk};
use classifier::evaluate::measure;
use classifier::index::Index;
use classifier::model::Model;
use classifier::train::{Recipe, Trained, train};

use super::letters::{corpus, hash, judged};
use crate::cli::Failure;

#[derive(Args)]
pub(super) struct Train {
    /// Lav en egen model af de svar, som enhederne har ladet klassifikatoren lære af. Den får først virkning med promote.
    #[arg(long, conflicts_with_all = ["corpus", "out", "letters", "kle"])]
    pub(super) from_answers: bool,
    /// Frø for valget mellem meget mange svar; samme svar og samme frø giver samme model.
    #[arg(long, value_name = "TAL", default_value_t = 1, requires = "from_answers")]
    pub(super) seed: u64,
    /// Svar som JSON.
    #[arg(long, requires = "from_answers")]
    pub(super) json: bool,
    /// Mappe med breve at lære af (.tsv: emne, slags afsender, overskrift, tekst).
    #[arg(long, value_name = "MAPPE", default_value = "models/corpus")]
    corpus: PathBuf,
    /// Mappe, som modelfilen og dens kort skrives i.
    #[arg(long, value_name = "MAPPE", default_value = "models/kle")]
    out: PathBuf,
    /// Bedømte breve at måle på (JSON-linjer). De indgår ikke i træningen.
    #[arg(long, value_name = "FIL")]
    letters: Vec<PathBuf>,
    /// Udgaven af emneplanen, som brevenes emner er fra.
    #[arg(long, value_name = "ÅR-MÅNED", default_value = "2026-02")]
    kle: String,
}

impl Train {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let (corpus, files) = corpus(&self.corpus)?;
        let begun = Instant::now();
        let tell = |step: &str| eprintln!("{:4} s  {step}", begun.elapsed().as_secs());
        let recipe = Recipe { kle: self.kle, ..Recipe::default() };
        let trained = train(&corpus, &recipe, tell).map_err(|error| said("Træningen gik i stå", &error))?;
        tell("måler");
        let model =
            Model::load(&trained.file).map_err(|error| said("Modellen kan ikke læses igen", &error))?;
        let model = Arc::new(model);
        let index = Index::in_memory(corpus.entries(model.danish()));
        let index = Arc::new(index.map_err(|error| said("Indekset kan ikke laves", &error))?);
        let judge = Judge::new(Arc::clone(&model), index);
        let set = self.letters.iter().map(|file| measured(&judge, file)).collect::<Result<_, _>>()?;
        let card = Card {
            model: model_file(&trained, &model),
            recipe,
            cross_validation: levels(&trained, &model),
            set,
            corpus: files,
        };
        write(&self.out, &trained, &card)?;
        println!("{}", page(&card));
        Ok(ExitCode::SUCCESS)
    }
}

fn measured(judge: &Judge, file: &Path) -> Result<Set, Failure> {
    let (letters, sha256) = judged(file)?;
    let judged: Vec<_> = letters
        .into_iter()
        .map(|letter| (judge.verdict(&letter.letter()), letter))
        .map(|(v, l)| (l, v))
        .collect();
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    Ok(Set::of(&name, sha256, &measure(&judged)))
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
    let names = ["emne", "gruppe", "hovedgruppe"].iter().zip(&trained.outcomes);
    let told = names.zip(&model.sheet().confidence);
    told.map(|((name, outcomes), confidence)| Level::of(name, outcomes, confidence.sure)).collect()
}

/// Writes model, card, page and drawings; the model last, so that a card is never without the model it describes.
fn write(folder: &Path, trained: &Trained, card: &Card) -> Result<(), Failure> {
    let toml = toml::to_string(card).map_err(|error| said("Kortet kan ikke skrives", &error))?;
    let files = [
        ("card.toml", toml.into_bytes()),
        ("card.md", page(card).into_bytes()),
        ("reliability.svg", reliability(&trained.outcomes[1]).into_bytes()),
        ("risk.svg", risk(&trained.outcomes[1]).into_bytes()),
        (card.model.file.as_str(), trained.file.clone()),
    ];
    let written = std::fs::create_dir_all(folder)
        .and_then(|()| files.iter().try_for_each(|(name, bytes)| std::fs::write(folder.join(name), bytes)));
    written.map_err(|error| Failure::Said(format!("Mappen {} kan ikke skrives: {error}.", folder.display())))
}

fn said(what: &str, error: &dyn std::error::Error) -> Failure {
    Failure::Said(format!("{what}: {error}."))
}
