//! Classifier: text in, KLE suggestions out; computes, nothing else.
//!
//! [`Suggest`] is what the post room speaks to. A [`Judge`] hears a [`model`] and the [`index`], weighs
//! them ([`blend`]), doubts ([`confidence`]) and gives reasons ([`explain`]). [`train`] makes a model file
//! out of letters, [`own`] one out of an authority's [`lesson`]s beside it, [`evaluate`] measures one. [`mask`] hides the persons in a letter, [`sensitivity`] says how
//! guarded it has to be. [`NoModel`] is the honest implementation for an installation
//! without a model: it never suggests anything, so every letter without marks waits for a person.
//!
//! **Deliberately absent:** files, clock and network: the caller hands over a model's bytes and a corpus's text.

pub mod blend;
pub mod budget;
pub mod card;
pub mod confidence;
pub mod drift;
pub mod evaluate;
pub mod explain;
pub mod features;
mod halves;
pub mod index;
mod judge;
mod labels;
pub mod lesson;
pub mod mask;
pub mod model;
mod opinion;
pub mod own;
pub mod sensitivity;
pub mod train;

pub use judge::{Guess, Judge, Verdict};
pub use labels::Labels;
pub use lesson::Lesson;
pub use opinion::{Belief, Doubt, Opinion, Suggestion};

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

/// Something that has an opinion of letters.
pub trait Suggest: Send + Sync {
    /// What is to be said of one letter.
    fn suggest(&self, letter: &LetterText<'_>) -> Opinion;

    /// Never says anything, so that nobody need read a letter for it.
    fn is_silent(&self) -> bool {
        false
    }

    /// From which confidence on at most `budget` of the letters that training kept out had a wrong label on a level
    /// (0 subject, 1 group, 2 main group), with 95 % certainty; `None` when no confidence was that good.
    fn sure_from(&self, level: usize, budget: f32) -> Option<f32>;

    /// What may be kept of a letter to learn from, when a person has said what it is about; `None` when nothing of it
    /// is common enough to be kept.
    fn lesson(&self, letter: &LetterText<'_>, subject: kle::Subject) -> Option<Lesson>;

    /// Which model answers: stored with every decision, so that it can be explained and replayed.
    fn edition(&self) -> String;

    /// Goes on with an own model and the lessons that it compares with, or with none. Of one that was made beside another
    /// shipped model nothing is heard. Whoever has no shipped model has none of its own.
    fn take_up(&self, _own: Option<(own::Own, Vec<Lesson>)>) {}
}

/// No model is installed: no suggestions.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoModel;

impl Suggest for NoModel {
    fn suggest(&self, _: &LetterText<'_>) -> Opinion {
        Opinion::default()
    }

    fn is_silent(&self) -> bool {
        true
    }

    fn sure_from(&self, _: usize, _: f32) -> Option<f32> {
        None
    }

    fn lesson(&self, _: &LetterText<'_>, _: kle::Subject) -> Option<Lesson> {
        None
    }

    fn edition(&self) -> String {
        "ingen model".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_model_nothing_is_suggested() {
        let text = LetterText { label: "Klage over vuggestue", body: "Kære kommune" };
        assert_eq!(NoModel.suggest(&text), Opinion::default());
        assert_eq!(NoModel.edition(), "ingen model");
        assert_eq!(format!("{text:?}"), "LetterText(20 + 13 bytes)");
    }
}
