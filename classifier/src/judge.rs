//! The judge: model and nearest letters, heard together, give a verdict on a letter.

use std::sync::Arc;

use kle::Subject;

use crate::blend::{Probabilities, SIGNALS, signals};
use crate::confidence::signs;
use crate::explain::{self, Reasons};
use crate::features::Vector;
use crate::index::{Index, IndexFault, NEIGHBOURS, Near};
use crate::lesson::{self, Heard, Lesson};
use crate::model::{Model, NotModel};
use crate::{Belief, Doubt, LetterText, Opinion, Suggest, Suggestion};

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
    /// Why a person should look, however sure it is.
    pub doubt: Option<Doubt>,
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
        Some(self.pronounce(&self.hear(letter)?))
    }

    fn hear(&self, letter: &LetterText<'_>) -> Option<Hearing> {
        let vector = self.model.vocabulary().vector(letter);
        if vector.is_empty() {
            return None;
        }
        self.ask(letter, vector).ok()
    }

    fn ask(&self, letter: &LetterText<'_>, vector: Vector) -> Result<Hearing, NotHeard> {
        let scores = self.model.scores(&vector)?;
        let stems = self.model.danish().hashes(letter);
        let near = self.index.nearest(&stems, NEIGHBOURS)?;
        let signals = signals(self.model.labels(), &scores, &near);
        let probabilities = self.model.sheet().blend.weigh(self.model.labels(), &signals);
        Ok(Hearing { vector, scores, stems, near, signals, probabilities })
    }

    fn pronounce(&self, heard: &Hearing) -> Verdict {
        let labels = self.model.labels();
        let levels = [labels.subjects(), labels.groups(), labels.main_groups()];
        let best = levels.clone().map(|level| {
            let best = heard.probabilities.best(level, SUGGESTED).into_iter();
            best.map(|(label, probability)| Guess { label: labels.get(label), probability })
                .collect::<Vec<_>>()
        });
        let judged = &self.model.sheet().confidence;
        let confidence: [f32; 3] = std::array::from_fn(|level| {
            let seen = (&heard.vector, &heard.scores[..], &heard.near[..], &heard.probabilities);
            judged[level].of(&signs(labels, levels[level].clone(), seen))
        });
        let doubt = doubt(heard);
        let sure = (0..3).find(|level| confidence[*level] >= judged[*level].sure && doubt.is_none());
        let sure_of = sure.and_then(|level| best[level].first()).map(|guess| guess.label);
        Verdict { best, confidence, sure_of, doubt }
    }

    /// The model it hears.
    pub fn model(&self) -> &Model {
        &self.model
    }
}

/// What is known of a letter when all were heard.
struct Hearing {
    vector: Vector,
    scores: Vec<f32>,
    stems: Vec<u32>,
    near: Vec<Near>,
    signals: Vec<[f32; SIGNALS]>,
    probabilities: Probabilities,
}

/// A letter with fewer words says nothing by itself ("se vedhæftede fil", "ring til mig").
const FEWEST_STEMS: usize = 6;
/// Of a Danish letter's terms training has met nine of ten; of an English one hardly a third.
const LEAST_KNOWN: f32 = 0.5;

fn doubt(heard: &Hearing) -> Option<Doubt> {
    if heard.stems.len() < FEWEST_STEMS {
        return Some(Doubt::SaysNothing);
    }
    (heard.vector.known < LEAST_KNOWN).then_some(Doubt::Unknown)
}

impl Judge {
    /// Verdict and opinion of a letter that is heard once.
    pub fn verdict_and_opinion(&self, letter: &LetterText<'_>) -> (Option<Verdict>, Opinion) {
        let Some(heard) = self.hear(letter) else {
            let opinion = Opinion { doubt: Some(Doubt::SaysNothing), ..Opinion::default() };
            return (None, opinion);
        };
        let verdict = self.pronounce(&heard);
        let opinion = self.opinion(letter, &heard, &verdict);
        (Some(verdict), opinion)
    }

    fn opinion(&self, letter: &LetterText<'_>, heard: &Hearing, verdict: &Verdict) -> Opinion {
        let [subjects, ..] = &verdict.best;
        let Some(first) = subjects.first() else { return Opinion::default() };
        let reasons = Reasons::read(&self.model, letter, &heard.vector);
        let sure = verdict.confidence[0];
        let share = |guess: &Guess| match guess.label == first.label {
            true => sure,
            false => (sure * guess.probability / first.probability).min(1.0 - sure),
        };
        let why = |label: Subject| match label == first.label {
            true => reasons.words_for(label),
            false => reasons.words_against(first.label, label),
        };
        let suggestion = |guess: &Guess| Suggestion {
            subject: guess.label,
            confidence: share(guess),
            why: explain::words(why(guess.label)),
        };
        let beliefs = verdict.best.iter().zip(verdict.confidence);
        let belief = |(best, confidence): (&Vec<Guess>, f32)| {
            best.first().map(|guess| Belief { label: guess.label, confidence })
        };
        Opinion {
            suggestions: subjects.iter().map(suggestion).collect(),
            beliefs: beliefs.filter_map(belief).collect(),
            doubt: verdict.doubt,
        }
    }
}

impl Suggest for Judge {
    /// The five most probable subjects. The first one's confidence is calibrated; the others' stand to it as their
    /// probabilities do, and no other has more than what the first one leaves.
    fn suggest(&self, letter: &LetterText<'_>) -> Opinion {
        self.verdict_and_opinion(letter).1
    }

    fn sure_from(&self, level: usize, budget: f32) -> Option<f32> {
        self.model.sheet().confidence.get(level)?.sure_from(budget)
    }

    fn lesson(&self, letter: &LetterText<'_>, subject: Subject) -> Option<Lesson> {
        let labels = self.model.labels();
        let right = labels.number(subject).filter(|label| labels.subjects().contains(label));
        let heard = self.hear(letter)?;
        let stems = self.index.common(&heard.stems, lesson::K, lesson::MOST).ok()?;
        let mut likeliest: Vec<usize> = heard
            .probabilities
            .best(labels.subjects(), lesson::HEARD)
            .into_iter()
            .map(|(label, _)| label)
            .collect();
        likeliest.extend(right.filter(|right| !likeliest.contains(right)));
        let told = |label: usize| Heard { subject: labels.get(label), signals: heard.signals[label] };
        (!stems.is_empty()).then(|| Lesson {
            edition: self.model.edition().to_owned(),
            subject,
            stems,
            heard: likeliest.into_iter().map(told).collect(),
        })
    }

    fn edition(&self) -> &str {
        self.model.edition()
    }
}
