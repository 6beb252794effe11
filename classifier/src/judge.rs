//! The judge: model and nearest letters, heard together, give a verdict on a letter.

use std::sync::Arc;

use kle::Subject;

use crate::blend::{Probabilities, signals};
use crate::confidence::signs;
use crate::features::Vector;
use crate::model::{Model, NotModel};
use crate::index::{Index, IndexFault, NEIGHBOURS, Near};
use crate::{LetterText, Suggest, Suggestion, explain};

/// How many subjects are suggested for one letter.
const SUGGESTED: usize = 5;

/// A model and the letters it may compare with.
pub struct Judge {
    model: Arc<Model>,
    index: Arc<Index>,
}

/// What can be said of a letter on the three levels, in the order subject, group, main group.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The most probable labels of each level, best first.
    pub best: [Vec<Guess>; 3],
    /// How likely it is that the first of each level is right, all doubts counted.
    pub confidence: [f32; 3],
    /// The deepest label that is sure enough to pass the letter on without a person.
    pub sure_of: Option<Subject>,
}

/// A label and its probability, if the letter is about any of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Guess {
    /// The label.
    pub label: Subject,
    /// Its share of the probability on its level.
    pub probability: f32,
}

/// One of those who are heard did not answer.
#[derive(Debug, thiserror::Error)]
enum NotHeard {
    #[error("the model cannot be run")]
    Model(#[from] NotModel),
    #[error("the index cannot be read")]
    Index(#[from] IndexFault),
}

impl Judge {
    /// A judge who hears this model and this index.
    pub fn new(model: Arc<Model>, index: Arc<Index>) -> Self {
        Self { model, index }
    }

    /// What can be said of this letter; `None` for one without a single known term, and when the model fails.
    pub fn verdict(&self, letter: &LetterText<'_>) -> Option<Verdict> {
        let vector = self.model.vocabulary().vector(letter);
        if vector.is_empty() {
            return None;
        }
        self.hear(letter, &vector).ok()
    }

    fn hear(&self, letter: &LetterText<'_>, vector: &Vector) -> Result<Verdict, NotHeard> {
        let labels = self.model.labels();
        let scores = self.model.scores(vector)?;
        let near = self.index.nearest(&self.model.danish().hashes(letter), NEIGHBOURS)?;
        let probabilities = self.model.sheet().blend.weigh(labels, &signals(labels, &scores, &near));
        Ok(self.pronounce(vector, &scores, &near, &probabilities))
    }

    fn pronounce(&self, vector: &Vector, scores: &[f32], near: &[Near], all: &Probabilities) -> Verdict {
        let labels = self.model.labels();
        let levels = [labels.subjects(), labels.groups(), labels.main_groups()];
        let best = levels.clone().map(|level| {
            let best = all.best(level, SUGGESTED).into_iter();
            best.map(|(label, probability)| Guess { label: labels.get(label), probability })
                .collect::<Vec<_>>()
        });
        let judged = &self.model.sheet().confidence;
        let confidence: [f32; 3] = std::array::from_fn(|level| {
            judged[level].of(&signs(labels, levels[level].clone(), (vector, scores, near, all)))
        });
        let sure = (0..3).find(|level| confidence[*level] >= judged[*level].sure);
        let sure_of = sure.and_then(|level| best[level].first()).map(|guess| guess.label);
        Verdict { best, confidence, sure_of }
    }

    /// The model it hears.
    pub fn model(&self) -> &Model {
        &self.model
    }
}

impl Suggest for Judge {
    /// The five most probable subjects. Their confidences share out the first one's calibrated confidence in
    /// the proportion of their probabilities.
    fn suggest(&self, text: &LetterText<'_>) -> Vec<Suggestion> {
        let Some(verdict) = self.verdict(text) else { return Vec::new() };
        let [subjects, ..] = &verdict.best;
        let Some(first) = subjects.first() else { return Vec::new() };
        let share = |guess: &Guess| verdict.confidence[0] * guess.probability / first.probability;
        let suggestion = |guess: &Guess| Suggestion {
            subject: guess.label,
            confidence: share(guess),
            why: explain::words(&self.model, text, guess.label),
        };
        subjects.iter().map(suggestion).collect()
    }

    fn edition(&self) -> &str {
        self.model.edition()
    }
}
