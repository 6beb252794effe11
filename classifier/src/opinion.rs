//! Opinion: what a classifier says of a letter, for rules and people to make use of.

use kle::Subject;
use serde::{Deserialize, Serialize};

/// All that is said of one letter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Opinion {
    /// Subjects, best first; empty when there is nothing to say.
    pub suggestions: Vec<Suggestion>,
    /// The best label of every level with how sure it is: subject, group, main group. Empty with the suggestions.
    pub beliefs: Vec<Belief>,
    /// Why a person should look, however sure the beliefs are.
    pub doubt: Option<Doubt>,
    /// The edition of the model that says it; empty when nobody was asked.
    #[serde(default)]
    pub edition: String,
}

/// Forslag: a subject that the text points at.
#[doc(alias = "forslag")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    /// The subject.
    pub subject: Subject,
    /// Calibrated probability, 0 to 1.
    #[doc(alias = "konfidens")]
    pub confidence: f32,
    /// Words that carried the first one; of the others, words that speak for them rather than for the first. In the
    /// sender's spelling, so that whoever shows them masks them.
    pub why: Vec<String>,
}

/// The best label of a level.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Belief {
    /// The label: a subject, a group or a main group.
    pub label: Subject,
    /// Calibrated probability that it is right, 0 to 1.
    pub confidence: f32,
}

/// Why a letter is no matter for a machine, whatever it looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Doubt {
    /// Too few words to be about anything: an empty letter, or one that says no more than "see attachment".
    SaysNothing,
    /// Most of its words were never met: another language, or no text at all.
    Unknown,
}

impl Doubt {
    /// Said to the person who gets the letter.
    pub fn danish(self) -> &'static str {
        match self {
            Self::SaysNothing => "brevet siger for lidt til, at emnet kan læses ud af det",
            Self::Unknown => "brevets ord er for ukendte til, at emnet kan læses ud af det",
        }
    }
}
