//! Judgement: what the classifier believed of a letter, and from which confidence on it might decide at that moment.
//!
//! The limits stand beside the beliefs, so that the decision can be made again from its facts alone: a unit's limit moves
//! with every letter that people settle.

use kle::{Level, Subject};
use serde::{Deserialize, Serialize};

/// What the classifier believed of a letter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// The best label of every level.
    pub beliefs: Vec<Belief>,
    /// Why a person should look, however sure the beliefs are; a Danish clause.
    pub doubt: Option<String>,
    /// How the unit stood that answers for the best subject; `None` when nobody does.
    pub standing: Option<Standing>,
    /// The edition of the model that believed it; empty in what older programs kept.
    #[serde(default)]
    pub model: String,
}

/// The best label of a level.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Belief {
    /// A subject, group or main group.
    pub label: Subject,
    /// Calibrated probability that it is right, 0 to 1.
    pub confidence: f32,
}

/// How a unit stood when a letter was gathered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// The unit, by id.
    pub unit: String,
    /// From which confidence in a subject the classifier might decide; `None` is never.
    pub subject: Option<Limit>,
    /// The same for a group.
    pub group: Option<Limit>,
    /// Too much had gone wrong: suggestions only, until a person says otherwise.
    #[serde(default)]
    pub stopped: bool,
}

/// A threshold and what it rests on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limit {
    /// Confident enough from here on, 0 to 1.
    pub from: f32,
    /// How many settled letters of the unit it was found on; `None` is the shipped model's own.
    pub letters: Option<u32>,
}

impl Judgement {
    /// The best label of a level.
    pub fn belief(&self, level: Level) -> Option<Belief> {
        self.beliefs.iter().find(|belief| belief.label.level() == level).copied()
    }
}

impl Limit {
    /// Is this sure enough? False for what is no number.
    pub fn allows(&self, confidence: f32) -> bool {
        confidence >= self.from
    }
}
