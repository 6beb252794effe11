//! Classifier: text in, KLE suggestions out; computes, nothing else.
//!
//! [`Suggest`] is what the post room speaks to. A [`Judge`] hears a [`model`] and the [`neighbours`], weighs
//! them ([`blend`]), doubts ([`confidence`]) and gives reasons ([`explain`]). [`train`] makes a model file
//! out of letters, [`evaluate`] measures one. [`mask`] hides the persons in a letter, [`sensitivity`] says how
//! guarded it has to be. [`NoModel`] is the honest implementation for an installation
//! without a model: it never suggests anything, so every letter without marks waits for a person.
//!
//! **Deliberately absent:** files, clock and network: the caller hands over a model's bytes and a corpus's text.

pub mod blend;
pub mod card;
pub mod confidence;
pub mod evaluate;
pub mod explain;
pub mod features;
mod judge;
mod labels;
pub mod mask;
pub mod model;
pub mod neighbours;
pub mod sensitivity;
pub mod train;

pub use judge::{Guess, Judge, Verdict};
pub use labels::Labels;

use serde::{Deserialize, Serialize};

/// What a classifier reads of a letter. Holds personal data: prints itself redacted.
#[derive(Clone, Copy)]
pub struct LetterText<'a> {
    /// Title of the letter.
    pub label: &'a str,
    /// Text of its documents, as far as it could be read.
    pub body: &'a str,
}

impl std::fmt::Debug for LetterText<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LetterText({} + {} bytes)", self.label.len(), self.body.len())
    }
}

/// Forslag: a subject that the text points at.
#[doc(alias = "forslag")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    /// The subject.
    pub subject: kle::Subject,
    /// Calibrated probability, 0 to 1.
    #[doc(alias = "konfidens")]
    pub confidence: f32,
    /// Words that carried it; never personal data.
    pub why: Vec<String>,
}

/// Something that suggests subjects for letters.
pub trait Suggest: Send + Sync {
    /// Suggestions for one letter, best first; empty when there is nothing to say.
    fn suggest(&self, text: &LetterText<'_>) -> Vec<Suggestion>;

    /// Which model answers: stored with every decision, so that it can be explained and replayed.
    fn edition(&self) -> &str;
}

/// No model is installed: no suggestions.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoModel;

impl Suggest for NoModel {
    fn suggest(&self, _: &LetterText<'_>) -> Vec<Suggestion> {
        Vec::new()
    }

    fn edition(&self) -> &str {
        "ingen model"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_model_nothing_is_suggested() {
        let text = LetterText { label: "Klage over vuggestue", body: "Kære kommune" };
        assert!(NoModel.suggest(&text).is_empty());
        assert_eq!(NoModel.edition(), "ingen model");
        assert_eq!(format!("{text:?}"), "LetterText(20 + 13 bytes)");
    }
}
