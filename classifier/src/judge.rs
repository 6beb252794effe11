//! The judge: model and nearest letters, and the authority's own model where there is one, heard together, give a verdict
//! on a letter.

use std::ops::Range;
use std::sync::Arc;

use kle::Subject;

use crate::blend::{Probabilities, SIGNALS, signals};
use crate::confidence::{Seen, signs};
use crate::explain::{self, Reasons};
use crate::features::Vector;
use crate::halves::halves;
use crate::index::{Index, IndexFault, NEIGHBOURS, Near};
use crate::lesson::{self, Heard, Lesson};
use crate::model::{Model, NotModel};
use crate::own::{self, Ground, Learned, NotLearned, Own, Question, Remembered, Said};
use crate::{Belief, Doubt, LetterText, Opinion, Suggest, Suggestion};

/// How many subjects are suggested for one letter.
const SUGGESTED: usize = 5;
/// Share of wrong labels that is acceptable among those passed on, when nobody says anything else.
const BUDGET: f32 = 0.02;

/// A model and the letters it may compare with.
pub struct Judge {
    model: Arc<Model>,
    index: Arc<Index>,
    own: Option<OwnVoice>,
}

/// An own model, the lessons it compares with, and how many of them every label has.
struct OwnVoice {
    edition: String,
    own: Own,
    remembered: Remembered,
    taught: Vec<u32>,
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
        Self { model, index, own: None }
    }

    /// The same judge who also hears an own model and the lessons that it compares with. An own model that was made beside
    /// another shipped model is not heard.
    pub fn with_own<'a>(&self, own: Own, lessons: impl IntoIterator<Item = &'a Lesson>) -> Self {
        let own = (own.base == self.model.edition()).then(|| {
            let remembered = Remembered::of(self.model.labels(), lessons);
            let taught = own::taught(self.model.labels(), &remembered, |_| true);
            OwnVoice { edition: own.edition(), own, remembered, taught }
        });
        Self { model: Arc::clone(&self.model), index: Arc::clone(&self.index), own }
    }

    /// The same judge without an own model.
    pub fn shipped(&self) -> Self {
        Self { model: Arc::clone(&self.model), index: Arc::clone(&self.index), own: None }
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
        let halves = match halves(letter.body) {
            Some([one, other]) => Some([self.half(one)?, self.half(other)?]),
            None => None,
        };
        let stems = self.model.danish().hashes(letter);
        let near = self.index.nearest(&stems, NEIGHBOURS)?;
        let signals = signals(self.model.labels(), &scores, &near);
        let probabilities = self.model.sheet().blend.weigh(self.model.labels(), &signals);
        let mut heard = Hearing { vector, scores, halves, stems, near, signals, probabilities, own: None };
        if let Some(voice) = &self.own {
            heard.own = self.ask_own(voice, &heard)?;
        }
        Ok(heard)
    }

    /// The score of every label for a half of a letter.
    fn half(&self, body: &str) -> Result<Vec<f32>, NotModel> {
        self.model.scores(&self.model.vocabulary().vector(&LetterText { label: "", body }))
    }

    /// What the own model makes of it; nothing where its lessons know nothing of such letters.
    fn ask_own(&self, voice: &OwnVoice, heard: &Hearing) -> Result<Option<Probabilities>, IndexFault> {
        let labels = self.model.labels();
        let stems = self.index.common(&heard.stems, lesson::K, lesson::MOST)?;
        let near = voice.remembered.likest(&self.question(&stems)?, NEIGHBOURS, |_| true);
        let ken = own::Ken { taught: &voice.taught, chance: voice.own.chance };
        let main_group = heard.probabilities.best(labels.main_groups(), 1).first().copied();
        if !ken.covers(main_group, &near) {
            return Ok(None);
        }
        let said = own::Voice::of(labels, &voice.remembered, &near, &voice.taught);
        Ok(Some(Probabilities::of(labels, own::strengths(&said, &voice.own.weights, &heard.signals))))
    }

    /// The stems of a lesson, with how rare they are among the shipped letters.
    fn question(&self, stems: &[(u32, u8)]) -> Result<Question, IndexFault> {
        let letters = self.index.len() as u64;
        let rare = |(stem, _): &(u32, u8)| Ok((*stem, own::rarity(self.index.letters_with(*stem)?, letters)));
        Ok(Question::of(stems.iter().map(rare).collect::<Result<_, IndexFault>>()?))
    }

    fn pronounce(&self, heard: &Hearing) -> Verdict {
        let labels = self.model.labels();
        let levels = [labels.subjects(), labels.groups(), labels.main_groups()];
        let believed = heard.own.as_ref().unwrap_or(&heard.probabilities);
        let best = levels.clone().map(|level| {
            let best = believed.best(level, SUGGESTED).into_iter();
            best.map(|(label, probability)| Guess { label: labels.get(label), probability })
                .collect::<Vec<_>>()
        });
        let confidence: [f32; 3] =
            std::array::from_fn(|level| self.confidence(heard, levels[level].clone(), level));
        let doubt = doubt(heard);
        let sure_at = |level: usize| self.sure_from(level, BUDGET);
        let is_sure = |level: &usize| sure_at(*level).is_some_and(|sure| confidence[*level] >= sure);
        let sure = (0..3).find(|level| is_sure(level) && doubt.is_none());
        let sure_of = sure.and_then(|level| best[level].first()).map(|guess| guess.label);
        Verdict { best, confidence, sure_of, doubt }
    }

    /// How sure the first label of a level is: the shipped confidence, or what the own model makes of it.
    fn confidence(&self, heard: &Hearing, range: Range<usize>, level: usize) -> f32 {
        let sure = self.shipped_sure(heard, range.clone(), level);
        let (Some(voice), Some(believed)) = (&self.own, &heard.own) else { return sure };
        let first = |all: &Probabilities| all.best(range.clone(), 1).first().copied();
        let Some((label, probability)) = first(believed) else { return sure };
        let agrees = first(&heard.probabilities).is_some_and(|(first, _)| first == label);
        voice.own.sureness[level].of(&own::signs(probability, agrees.then_some(sure)))
    }

    fn shipped_sure(&self, heard: &Hearing, range: Range<usize>, level: usize) -> f32 {
        let seen = Seen {
            vector: &heard.vector,
            scores: &heard.scores,
            halves: heard.halves.as_ref(),
            near: &heard.near,
            probabilities: &heard.probabilities,
        };
        self.model.sheet().confidence[level].of(&signs(self.model.labels(), range, seen))
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
    /// The scores of its halves.
    halves: Option<[Vec<f32>; 2]>,
    stems: Vec<u32>,
    near: Vec<Near>,
    signals: Vec<[f32; SIGNALS]>,
    /// What the shipped model believes.
    probabilities: Probabilities,
    /// What the own model makes of it; nothing where its lessons know nothing of such letters.
    own: Option<Probabilities>,
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
            let doubt = Some(Doubt::SaysNothing);
            let opinion = Opinion { doubt, edition: self.edition(), ..Opinion::default() };
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
            edition: self.edition(),
        }
    }
}

/// What is left of letters: lessons, and what models say of them.
impl Judge {
    fn ground(&self) -> Ground<'_> {
        let labels = self.model.labels();
        Ground { edition: self.model.edition(), labels, blend: self.model.sheet().blend }
    }

    /// Learns an own model of lessons, in the order they were learned. Those that were taught beside another shipped model must not
    /// be among them.
    pub fn learn(&self, lessons: &[&Lesson], seed: u64) -> Result<Learned, NotLearned> {
        let questions =
            lessons.iter().map(|lesson| self.question(&lesson.stems)).collect::<Result<Vec<_>, _>>();
        own::learn(&self.ground(), lessons, &questions.map_err(|_| NotLearned::Index)?, seed)
    }

    /// What is said of the letter of a lesson that the own model was not made of; by the shipped model where there is none.
    pub fn said(&self, lesson: &Lesson) -> Result<Said, IndexFault> {
        let ground = self.ground();
        let Some(voice) = &self.own else { return Ok(own::shipped_said(&ground, lesson)) };
        let near = voice.remembered.likest(&self.question(&lesson.stems)?, NEIGHBOURS, |_| true);
        Ok(own::said(&ground, &voice.own, (&voice.remembered, &voice.taught), lesson, &near))
    }
}

impl Suggest for Judge {
    /// The five most probable subjects. The first one's confidence is calibrated; the others' stand to it as their
    /// probabilities do, and no other has more than what the first one leaves.
    fn suggest(&self, letter: &LetterText<'_>) -> Opinion {
        self.verdict_and_opinion(letter).1
    }

    fn sure_from(&self, level: usize, budget: f32) -> Option<f32> {
        match &self.own {
            Some(voice) => voice.own.sureness.get(level)?.sure_from(budget),
            None => self.model.sheet().confidence.get(level)?.sure_from(budget),
        }
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
        let levels = [labels.subjects(), labels.groups(), labels.main_groups()];
        let sure = std::array::from_fn(|level| self.shipped_sure(&heard, levels[level].clone(), level));
        (!stems.is_empty()).then(|| Lesson {
            edition: self.model.edition().to_owned(),
            subject,
            stems,
            heard: likeliest.into_iter().map(told).collect(),
            sure: Some(sure),
        })
    }

    fn edition(&self) -> String {
        self.own.as_ref().map_or_else(|| self.model.edition().to_owned(), |voice| voice.edition.clone())
    }
}
