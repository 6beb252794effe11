//! `modtag classifier evaluate`: how good the shipped model is on letters that people have judged. With `--answers` see
//! [`answers`](super::answers).

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use clap::Args;
use classifier::evaluate::{Judged, MaskMeasures, Measures, measure};
use classifier::index::Index;
use classifier::mask::{self, Known};
use classifier::model::Model;
use classifier::{Judge, Suggest, Verdict};
use kle::Subject;
use serde::Serialize;

use super::letters;
use crate::adviser::{shipped_letters, shipped_model};
use crate::cli::{Failure, print_json};

#[derive(Args)]
pub(super) struct Evaluate {
    /// Bedømte breve: et JSON-objekt pr. linje med id, subject, text, kle, kle_ok, abstain og pii.
    #[arg(long, value_name = "FIL", required_unless_present = "answers")]
    letters: Option<PathBuf>,
    /// Mål en egen model og den, der er i kraft, på myndighedens svar, som ingen af dem har lært af.
    #[arg(long, conflicts_with_all = ["letters", "model", "corpus"])]
    pub(super) answers: bool,
    /// Den egne models nummer; ellers den nyeste.
    #[arg(long, value_name = "NUMMER", requires = "answers")]
    pub(super) number: Option<i64>,
    /// Modelfilen; ellers den, der følger med programmet.
    #[arg(long, value_name = "FIL", requires = "corpus")]
    model: Option<PathBuf>,
    /// De breve, modellens indeks bygges af; ellers dem, der følger med programmet.
    #[arg(long, value_name = "MAPPE", requires = "model")]
    corpus: Option<PathBuf>,
    /// Svar som JSON.
    #[arg(long)]
    pub(super) json: bool,
}

/// All that is printed.
#[derive(Serialize)]
struct Page {
    edition: String,
    #[serde(flatten)]
    measures: Measures,
    #[serde(flatten)]
    masking: MaskMeasures,
    /// Mean time per letter, all steps, one thread.
    ms_per_letter: f64,
    /// What came of each letter.
    each: Vec<Each>,
}

/// What came of one letter.
#[derive(Serialize)]
struct Each {
    id: String,
    subject: Option<Subject>,
    group: Option<Subject>,
    /// How sure the model was of the group.
    confidence: f32,
    /// The group is one that the judges accept.
    right: bool,
    passed_on: bool,
    abstain: bool,
}

impl Evaluate {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let file = self.letters.as_deref().ok_or_else(|| Failure::Said("Skriv --letters FIL.".into()))?;
        let (judged, _) = letters::judged(file)?;
        let listed = letters::listed(file)?;
        let judge = self.judge()?;
        let begun = Instant::now();
        let heard: Vec<_> = judged
            .into_iter()
            .map(|letter| {
                let found = mask::find(&letter.letter(), &Known::default());
                let (verdict, opinion) = judge.verdict_and_opinion(&letter.letter());
                std::hint::black_box(opinion);
                (verdict, found, letter)
            })
            .collect();
        let ms_per_letter = begun.elapsed().as_secs_f64() * 1000.0 / heard.len().max(1) as f64;
        let (mut masked, mut judged) = (Vec::new(), Vec::new());
        for ((verdict, found, letter), listed) in heard.into_iter().zip(&listed) {
            masked.push((listed, found));
            judged.push((letter, verdict));
        }
        let page = Page {
            edition: judge.edition(),
            measures: measure(&judged),
            masking: MaskMeasures::of(masked),
            ms_per_letter,
            each: judged.iter().map(|(letter, verdict)| each(letter, verdict.as_ref())).collect(),
        };
        if self.json {
            print_json(&page)?
        } else {
            say(&page)
        }
        Ok(ExitCode::SUCCESS)
    }

    fn judge(&self) -> Result<Judge, Failure> {
        let (model, corpus) = match (&self.model, &self.corpus) {
            (Some(file), Some(folder)) => {
                let bytes = std::fs::read(file).map_err(|error| {
                    Failure::Said(format!("Modelfilen {} kan ikke læses: {error}.", file.display()))
                })?;
                (Model::load(&bytes), letters::corpus(folder)?.0)
            }
            _ => (shipped_model(), shipped_letters().map_err(|error| said(&error))?),
        };
        let model = model.map_err(|error| said(&error))?;
        let index = Index::in_memory(corpus.entries(model.danish())).map_err(|error| said(&error))?;
        Ok(Judge::new(Arc::new(model), Arc::new(index)))
    }
}

fn each(letter: &Judged, verdict: Option<&Verdict>) -> Each {
    let best =
        |level: usize| verdict.and_then(|verdict| verdict.best[level].first()).map(|guess| guess.label);
    Each {
        id: letter.id.clone(),
        subject: best(0),
        group: best(1),
        confidence: verdict.map_or(0.0, |verdict| verdict.confidence[1]),
        right: best(1).is_some_and(|group| letter.accepts(group)),
        passed_on: classifier::evaluate::passed_on(verdict),
        abstain: letter.abstain,
    }
}

fn say(page: &Page) {
    println!("Model: {}", page.edition);
    println!("{} breve, heraf {} der kan fordeles", page.measures.letters, page.measures.routable);
    for (name, share) in &page.measures.intervals {
        let [share, low, high] = [share.share, share.low, share.high].map(percent);
        println!("{name:<20} {share:>8}   ({low}–{high})");
    }
    println!("coverage_at_2pct     {:>8}", percent(page.measures.coverage_at_2pct));
    println!("coverage_at_5pct     {:>8}", percent(page.measures.coverage_at_5pct));
    println!("calibration_error    {:>8}", percent(page.measures.calibration_error));
    for (kind, share) in &page.masking.mask_recall {
        println!("mask_recall {:<12}{:>5}", kind.token(), percent(*share));
    }
    println!("mask_precision       {:>8}", percent(page.masking.mask_precision));
    println!("ms_per_letter        {:>8.2}", page.ms_per_letter);
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0).replace('.', ",")
}

fn said(error: &dyn std::error::Error) -> Failure {
    Failure::Said(format!("Model og indeks kan ikke gøres klar: {error}."))
}
