//! Lesson: what is kept of a letter when a person has said what it is about.
//!
//! Stems that stand in at least [`K`] of the shipped letters, as hashes with their counts, without order; and what the
//! experts said of the likeliest subjects. A name, an address or a number that only this sender has is in no five
//! shipped letters, so it is never kept: no letter can be put together again from its lesson, and no person found.

use kle::Subject;
use serde::{Deserialize, Serialize};

use crate::blend::SIGNALS;

/// A stem is kept only when so many shipped letters have it.
pub const K: u64 = 5;
/// A stem counts at most so often: how often somebody repeats a word is nobody's business.
pub const MOST: u8 = 3;
/// How many subjects' signals are kept.
pub const HEARD: usize = 40;

/// What a person has taught.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lesson {
    /// The model whose experts were heard.
    pub edition: String,
    /// What the letter is about, as the person said.
    pub subject: Subject,
    /// Hashes of its stems with how often they stand in it, ascending.
    pub stems: Vec<(u32, u8)>,
    /// What the experts said of the likeliest subjects, best first, and at last of the right one where it is none of them.
    pub heard: Vec<Heard>,
    /// How sure the shipped model was of its best subject, group and main group; `None` in lessons of older programs.
    #[serde(default)]
    pub sure: Option<[f32; 3]>,
}

/// What the experts said of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    /// The subject.
    pub subject: Subject,
    /// The signals of the blend.
    pub signals: [f32; SIGNALS],
}

/// The bytes are not a lesson.
#[derive(Debug, thiserror::Error)]
#[error("these bytes are not a lesson")]
pub struct NotLesson(#[from] serde_json::Error);

impl Lesson {
    /// As bytes, for keeping.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("numbers and strings")
    }

    /// From the bytes that were kept.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotLesson> {
        Ok(serde_json::from_slice(bytes)?)
    }
}
