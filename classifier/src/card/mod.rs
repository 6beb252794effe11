//! The model card: what a model was made of, how good it is, and where it is weak.
//!
//! Two forms of the same: `card.toml` for programs, [`page`] for people (Danish). A test holds the model file
//! to the card's hash.

mod draw;
mod learning;
mod page;

pub use draw::{reliability, risk};
pub use learning::learning;
pub use page::page;

use serde::{Deserialize, Serialize};

use crate::evaluate::{Measures, Passed, Share, coverage_at};
use crate::train::{Outcome, Recipe};

/// What is told of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// The model file.
    pub model: ModelFile,
    /// What may be chosen about a training, as it was chosen.
    pub recipe: Recipe,
    /// How good it was on its own corpus, kept out fold by fold.
    pub cross_validation: Vec<Level>,
    /// How good it is on sets that others judged.
    #[serde(default)]
    pub set: Vec<Set>,
    /// The files it learned from.
    pub corpus: Vec<CorpusFile>,
}

/// A model file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// Name of the file beside the card.
    pub file: String,
    /// Its hash.
    pub sha256: String,
    /// Its size.
    pub bytes: usize,
    /// Terms in its vocabulary.
    pub features: usize,
    /// Weights.
    pub weights: usize,
    /// Labels: subjects, groups, main groups.
    pub labels: [usize; 3],
}

/// A file of the corpus.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorpusFile {
    /// Its name.
    pub file: String,
    /// Its hash.
    pub sha256: String,
    /// Letters in it.
    pub letters: usize,
}

/// How good a model is on one level of its own corpus.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// `emne`, `gruppe` or `hovedgruppe`.
    pub level: String,
    /// The first suggestion is right.
    pub at_1: Measured,
    /// Largest share that could be passed on, the surest first, with at most 5 % wrong.
    pub coverage_at_5pct: f64,
    /// From this confidence on a letter counts as sure; above 1: never.
    pub sure: f32,
}

/// How good a model is on a set of judged letters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Set {
    /// Name of the file.
    pub file: String,
    /// Its hash.
    pub sha256: String,
    /// Letters that may be passed on.
    pub routable: usize,
    /// Largest share that could be passed on, the surest first, with at most 2 % wrong groups.
    pub coverage_at_2pct: f64,
    /// The same with at most 5 %.
    pub coverage_at_5pct: f64,
    /// Expected calibration error of the group's confidence.
    pub calibration_error: f64,
    /// Shares by name.
    pub shares: std::collections::BTreeMap<String, Measured>,
    /// Coverage and share of wrong groups, the surest first.
    pub risk_coverage: Vec<[f64; 2]>,
}

/// A share with its 95 % interval, in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// The share.
    pub share: f64,
    /// The lowest it may be.
    pub low: f64,
    /// The highest it may be.
    pub high: f64,
    /// Of how many.
    pub of: usize,
}

impl From<Share> for Measured {
    fn from(share: Share) -> Self {
        let Share { share, low, high, of, .. } = share;
        Self { share: thousandths(share), low: thousandths(low), high: thousandths(high), of }
    }
}

impl Set {
    /// What was measured on a set.
    pub fn of(file: &str, sha256: String, measures: &Measures) -> Self {
        let shares =
            measures.intervals.iter().map(|(name, share)| ((*name).to_owned(), Measured::from(*share)));
        let points = measures.risk_coverage.iter();
        Self {
            file: file.to_owned(),
            sha256,
            routable: measures.routable,
            coverage_at_2pct: thousandths(measures.coverage_at_2pct),
            coverage_at_5pct: thousandths(measures.coverage_at_5pct),
            calibration_error: thousandths(measures.calibration_error),
            shares: shares.collect(),
            risk_coverage: points
                .map(|point| [thousandths(point.coverage), thousandths(point.risk)])
                .collect(),
        }
    }
}

impl Level {
    /// What came of the letters that were kept out, on one level.
    pub fn of(level: &str, outcomes: &[Outcome], sure: f32) -> Self {
        let routable: Vec<Outcome> = outcomes.iter().copied().filter(|outcome| outcome.routable).collect();
        let passed: Vec<Passed> = (routable.iter())
            .map(|outcome| Passed { confidence: outcome.confidence, right: outcome.right })
            .collect();
        Self {
            level: level.to_owned(),
            at_1: Share::count(&routable, |outcome| outcome.right).into(),
            coverage_at_5pct: thousandths(coverage_at(&passed, 0.05)),
            sure,
        }
    }
}

fn thousandths(share: f64) -> f64 {
    (share * 1000.0).round() / 1000.0
}
