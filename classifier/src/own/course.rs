//! The course of learning an own model: lessons in, weights out.
//!
//! Lessons are cut into folds, and a fold is a stretch of time: letters of a kind come together, and a letter of next month is
//! like those of other months only as far as months are alike. Dealt by chance, letters of one affair would vouch for each other,
//! and the model would trust its lessons with subjects that it has never met. What a lesson's letter would have been told is found
//! with the lessons of other folds alone, so a lesson never votes for itself, and its weights are learned on other folds, too. How
//! strongly the weights are held to the shipped ones is chosen inside the folds that are learned from; nothing is chosen on what
//! is measured.

use super::held_back::{Pupil, Seen, pupil};
use super::remembered::{Near, Question, Remembered};
use super::said::Said;
use super::signals::OWN_SIGNALS;
use super::sureness::{Signs, Sureness};
use super::{FORM, Own};
use crate::blend::{Blend, SIGNALS};
use crate::budget::Outcome;
use crate::index::NEIGHBOURS;
use crate::labels::Labels;
use crate::lesson::Lesson;
use crate::train::{Case, Prior, choose_near};

/// The fewest lessons that a model is made of. With fewer, not even how little can be learned can be told.
pub const FEWEST: usize = 40;
/// How many stretches of time the lessons are cut into.
pub(super) const FOLDS: usize = 5;
/// At most so many lessons are weights learned on: a dozen weights need no more, and time stays within minutes. All others
/// still speak for the letters that are like them.
const MOST: usize = 4_000;
/// How many of the nearest lessons are looked out, so that enough are left when those of two folds are not heard.
const LOOKED_OUT: usize = 4 * NEIGHBOURS;
/// How strongly weights may be held to the shipped ones: so many letters' worth for every signal's natural step.
const RESTRAINTS: [f64; 5] = [1.0, 4.0, 16.0, 64.0, 256.0];

/// What the lessons were taught beside: the shipped model.
pub(crate) struct Ground<'a> {
    pub(crate) edition: &'a str,
    pub(crate) labels: &'a Labels,
    pub(crate) blend: Blend,
}

/// A model, and what it says of its own lessons while they are held back.
pub struct Learned {
    /// The model.
    pub own: Own,
    /// What is said of lessons by a model that was learned without them: by the lesson's place in the order given. All
    /// lessons, or an even choice of them where there are very many.
    pub held_back: Vec<(usize, Said)>,
}

/// Nothing was learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotLearned {
    /// Too few lessons that were taught beside this shipped model.
    #[error("{0} lessons, at least {FEWEST} are needed")]
    TooFew(usize),
    /// The shipped index cannot be read.
    #[error("the shipped index cannot be read")]
    Index,
}

/// Learns an own model of these lessons, all taught beside the same shipped model, in the order they were learned. `questions`
/// are their stems; the seed chooses among very many.
pub(crate) fn learn(
    ground: &Ground<'_>,
    lessons: &[&Lesson],
    questions: &[Question],
    seed: u64,
) -> Result<Learned, NotLearned> {
    if lessons.len() < FEWEST {
        return Err(NotLearned::TooFew(lessons.len()));
    }
    let course = Course::prepare(ground, lessons, questions, seed);
    let all = course.seen(None);
    let (weights, restraint) = course.weigh([&all, &course.seen_by_strangers(None)], |_| true);
    let mut held: Vec<(usize, Pupil)> = Vec::with_capacity(all.len());
    for fold in 0..FOLDS {
        let seen = course.seen(Some(fold));
        let (weights, _) = course.weigh([&seen, &course.seen_by_strangers(Some(fold))], |of| of != fold);
        let out = seen.iter().filter(|seen| course.folds[seen.lesson] == fold);
        held.extend(out.map(|seen| (seen.lesson, pupil(ground, lessons[seen.lesson], seen, &weights))));
    }
    held.sort_by_key(|(lesson, _)| *lesson);
    let (sureness, held_back) = course.doubt(&held);
    let weights = weights.map(|weight| weight as f32);
    let (base, lessons) = (ground.edition.to_owned(), lessons.len());
    let chance = course.chance(None);
    let own = Own { form: FORM, base, lessons, seed, restraint, weights, chance, sureness };
    Ok(Learned { own, held_back })
}

pub(super) struct Course<'a> {
    pub(super) ground: &'a Ground<'a>,
    pub(super) lessons: &'a [&'a Lesson],
    pub(super) remembered: Remembered,
    /// The nearest lessons of every lesson that weights are learned on.
    pub(super) near: Vec<(usize, Vec<Near>)>,
    pub(super) folds: Vec<usize>,
}

impl<'a> Course<'a> {
    fn prepare(ground: &'a Ground<'a>, lessons: &'a [&'a Lesson], questions: &[Question], seed: u64) -> Self {
        let remembered = Remembered::of(ground.labels, lessons.iter().copied());
        let folds = deal(lessons.len());
        let mut heard: Vec<usize> = (0..lessons.len()).collect();
        heard.sort_by_key(|lesson| (shuffled(seed, *lesson), *lesson));
        heard.truncate(MOST);
        heard.sort_unstable();
        let near = heard.into_iter().map(|lesson| {
            let others = |other: usize| folds[other] != folds[lesson];
            (lesson, remembered.likest(&questions[lesson], LOOKED_OUT, others))
        });
        let near = near.collect();
        Self { ground, lessons, remembered, near, folds }
    }

    /// Weights of the lessons of some folds, and how strongly they are held to the shipped ones. What the
    /// shipped model has right must stay right where the lessons are strangers to it.
    fn weigh(&self, seen: [&[Seen]; 2], learn: impl Fn(usize) -> bool) -> ([f64; OWN_SIGNALS], Option<f64>) {
        let told: Vec<(&Case<OWN_SIGNALS>, usize)> = (seen.into_iter().flatten())
            .filter(|seen| seen.known)
            .map(|seen| (&seen.case, self.folds[seen.lesson]))
            .filter(|(case, fold)| case.right > 0 && learn(*fold))
            .collect();
        let shipped = shipped_weights(self.ground.blend);
        let cases: Vec<&Case<OWN_SIGNALS>> = told.iter().map(|(case, _)| *case).collect();
        let steps = steps(&cases);
        let restraint = strictness(&told, &shipped, &steps);
        let weights =
            restraint.map_or(shipped, |held| choose_near(&cases, &prior(shipped, &steps, held, cases.len())));
        (weights, restraint)
    }

    /// How sure the model may be, and what is said of every lesson held back with a sureness that others taught.
    fn doubt(&self, held: &[(usize, Pupil)]) -> ([Sureness; 3], Vec<(usize, Said)>) {
        let mut confidences = vec![[0.0; 3]; held.len()];
        // Where no lesson is heard, the shipped confidence holds as it is.
        let shipped = Sureness::learn(&[]);
        let sureness = std::array::from_fn(|level| {
            let seen: Vec<(usize, (Signs, bool))> = (held.iter().filter(|(_, pupil)| pupil.known))
                .map(|(lesson, pupil)| (self.folds[*lesson], pupil.levels[level]))
                .collect();
            let without: [Sureness; FOLDS] = std::array::from_fn(|fold| {
                Sureness::learn(seen.iter().filter(|(of, _)| *of != fold).map(|(_, seen)| seen))
            });
            let mut outcomes = Vec::with_capacity(held.len());
            for ((lesson, pupil), confidence) in held.iter().zip(&mut confidences) {
                let (signs, right) = &pupil.levels[level];
                let sureness = if pupil.known { &without[self.folds[*lesson]] } else { &shipped };
                confidence[level] = sureness.of(signs);
                outcomes.push(Outcome { confidence: confidence[level], right: *right });
            }
            Sureness::learn(seen.iter().map(|(_, seen)| seen)).sure_on(&outcomes)
        });
        let said = held.iter().zip(confidences).map(|((lesson, pupil), confidence)| {
            (*lesson, pupil.chosen.said(self.ground.labels, confidence))
        });
        (sureness, said.collect())
    }
}

/// The weights that hold without a lesson: the blend's, and nothing for what lessons say.
fn shipped_weights(Blend(blend): Blend) -> [f64; OWN_SIGNALS] {
    let mut weights = [0.0; OWN_SIGNALS];
    weights.iter_mut().zip(blend).for_each(|(weight, shipped)| *weight = f64::from(shipped));
    const { assert!(SIGNALS < OWN_SIGNALS) };
    weights
}

/// The natural step of every signal: how far its values lie apart within a case, squared.
fn steps(cases: &[&Case<OWN_SIGNALS>]) -> [f64; OWN_SIGNALS] {
    let mut steps = [0.0; OWN_SIGNALS];
    for case in cases {
        let count = case.alternatives.len().max(1) as f64;
        for (at, step) in steps.iter_mut().enumerate() {
            let values = || case.alternatives.iter().map(|signals| f64::from(signals[at]));
            let mean = values().sum::<f64>() / count;
            *step += values().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
        }
    }
    // A signal that never differs must not be free to take any weight.
    steps.map(|step| (step / cases.len().max(1) as f64).max(1e-3))
}

fn prior(
    weights: [f64; OWN_SIGNALS],
    steps: &[f64; OWN_SIGNALS],
    restraint: f64,
    cases: usize,
) -> Prior<OWN_SIGNALS> {
    Prior { weights, restraint: steps.map(|step| restraint * step / cases.max(1) as f64) }
}

/// How strongly to hold the weights: under which restraint cases that were left out surprise least. `None`, which is to keep
/// the shipped weights, unless the gain is larger than its own standard error.
fn strictness(
    told: &[(&Case<OWN_SIGNALS>, usize)],
    shipped: &[f64; OWN_SIGNALS],
    steps: &[f64; OWN_SIGNALS],
) -> Option<f64> {
    let gains = RESTRAINTS.map(|restraint| {
        let mut gains = Vec::with_capacity(told.len());
        for fold in 0..FOLDS {
            let (out, rest): (Vec<_>, Vec<_>) = told.iter().partition(|(_, of)| *of == fold);
            let rest: Vec<&Case<OWN_SIGNALS>> = rest.into_iter().map(|(case, _)| case).collect();
            if out.is_empty() || rest.is_empty() {
                continue;
            }
            let weights = choose_near(&rest, &prior(*shipped, steps, restraint, rest.len()));
            gains.extend(out.iter().map(|(case, _)| case.surprise(shipped) - case.surprise(&weights)));
        }
        (restraint, gains)
    });
    let mean = |gains: &[f64]| gains.iter().sum::<f64>() / gains.len().max(1) as f64;
    let best = gains.iter().max_by(|one, other| mean(&one.1).total_cmp(&mean(&other.1)))?;
    let (gain, count) = (mean(&best.1), best.1.len() as f64);
    let spread = best.1.iter().map(|one| (one - gain).powi(2)).sum::<f64>() / (count - 1.0).max(1.0);
    (gain > (spread / count.max(1.0)).sqrt()).then_some(best.0)
}

/// Cuts the lessons, in the order they were learned, into as many stretches of time.
fn deal(lessons: usize) -> Vec<usize> {
    (0..lessons).map(|lesson| lesson * FOLDS / lessons).collect()
}

/// A number that looks like chance and is the same every time (SplitMix64; Steele et al., "Fast splittable pseudorandom number
/// generators", 2014).
pub(crate) fn shuffled(seed: u64, number: usize) -> u64 {
    let mut mixed = seed.wrapping_add((number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
