//! Held back: what the letter of a lesson would have been told by lessons of other folds.

use super::Own;
use super::course::{Course, Ground};
use super::remembered::{Near, Remembered};
use super::said::{Chosen, Said, heard};
use super::signals::{Ken, OWN_SIGNALS, Voice, taught};
use super::sureness::{Signs, signs};
use crate::blend::SIGNALS;
use crate::index::NEIGHBOURS;
use crate::lesson::Lesson;
use crate::train::Case;

/// A lesson as a case: the subjects that were heard or are spoken for, with all signals, the right one first.
pub(super) struct Seen {
    /// Which lesson.
    pub(super) lesson: usize,
    /// The alternatives, by number of their label.
    pub(super) numbers: Vec<usize>,
    /// Whether lessons are heard about it.
    pub(super) known: bool,
    /// Their signals.
    pub(super) case: Case<OWN_SIGNALS>,
}

/// What came of a lesson that was held back.
pub(super) struct Pupil {
    /// Whether lessons were heard; else all is as the shipped model says it.
    pub(super) known: bool,
    /// The best labels.
    pub(super) chosen: Chosen,
    /// The signs of each level's best label, and whether it is right.
    pub(super) levels: [(Signs, bool); 3],
}

impl Course<'_> {
    /// Every lesson that weights are learned on, seen by the lessons outside its own fold and outside `out`.
    pub(super) fn seen(&self, out: Option<usize>) -> Vec<Seen> {
        self.seen_by(out, |_, _| true)
    }

    /// The same of those that the shipped model alone has right, as if nobody had taught their main group: what lessons say must
    /// do no harm to letters of which they know nothing, such as those of units that have not allowed learning.
    pub(super) fn seen_by_strangers(&self, out: Option<usize>) -> Vec<Seen> {
        let main_group = |lesson: usize| self.lessons[lesson].subject.main_group();
        let mut seen = self.seen_by(out, |lesson, other| main_group(lesson) != main_group(other));
        seen.retain(|seen| {
            let (shipped, _) = shipped(self.ground, self.lessons[seen.lesson]);
            seen.case.right > 0 && shipped.first(0).map(|(first, _)| first) == seen.numbers.first().copied()
        });
        seen
    }

    fn seen_by(&self, out: Option<usize>, hears: impl Fn(usize, usize) -> bool) -> Vec<Seen> {
        let labels = self.ground.labels;
        let chance = self.chance(out);
        let see = |(lesson, near): &(usize, Vec<Near>)| {
            let own = self.folds[*lesson];
            let heard = |other: usize| {
                self.folds[other] != own && Some(self.folds[other]) != out && hears(*lesson, other)
            };
            let near: Vec<Near> =
                near.iter().filter(|near| heard(near.0)).take(NEIGHBOURS).copied().collect();
            let taught = taught(labels, &self.remembered, heard);
            self.see(*lesson, &near, Ken { taught: &taught, chance })
        };
        self.near.iter().map(see).collect()
    }

    /// How like a lesson's letter the likest lesson of another main group is in all but one of twenty cases: that is chance. Where all lessons are of one main group nothing tells, and no likeness is enough.
    pub(super) fn chance(&self, out: Option<usize>) -> f32 {
        let main_group = |lesson: usize| self.lessons[lesson].subject.main_group();
        let is_in = |lesson: usize| Some(self.folds[lesson]) != out;
        let strangest = |(lesson, near): &(usize, Vec<Near>)| {
            let strange = |near: &&Near| main_group(near.0) != main_group(*lesson) && is_in(near.0);
            near.iter().find(strange).map(|(_, likeness)| *likeness)
        };
        let mut strange: Vec<f32> =
            self.near.iter().filter(|(lesson, _)| is_in(*lesson)).filter_map(strangest).collect();
        strange.sort_by(f32::total_cmp);
        strange.get(strange.len() * 19 / 20).map_or(1.0, |likeness| *likeness)
    }

    fn see(&self, lesson: usize, near: &[Near], ken: Ken<'_>) -> Seen {
        let (labels, taught) = (self.ground.labels, self.lessons[lesson]);
        let voice = Voice::of(labels, &self.remembered, near, ken.taught);
        let known = ken.covers(shipped_main_group(self.ground, taught), near);
        let alternatives = alternatives(self.ground, &self.remembered, taught, near);
        let mut numbers: Vec<usize> = alternatives.iter().map(|(number, _)| *number).collect();
        let mut signals: Vec<[f32; OWN_SIGNALS]> =
            alternatives.iter().map(|(number, shipped)| voice.signals(*number, shipped)).collect();
        let right = labels.number(taught.subject).and_then(|right| numbers.iter().position(|n| *n == right));
        if let Some(right) = right {
            numbers.swap(0, right);
            signals.swap(0, right);
        }
        let case = Case { alternatives: signals, right: usize::from(right.is_some()) };
        Seen { lesson, known, numbers, case }
    }
}

/// The subjects that were heard of a lesson, and those that the nearest lessons speak for, with the blend's signals.
fn alternatives(
    ground: &Ground<'_>,
    remembered: &Remembered,
    lesson: &Lesson,
    near: &[Near],
) -> Vec<(usize, [f32; SIGNALS])> {
    let (mut alternatives, weakest) = heard(ground.labels, lesson);
    for (other, _) in near {
        let Some(subject) = remembered.labels(*other)[0] else { continue };
        if !alternatives.iter().any(|(known, _)| *known == subject) {
            alternatives.push((subject, weakest));
        }
    }
    alternatives
}

/// What is said of a lesson under weights that were learned without it.
pub(super) fn pupil(
    ground: &Ground<'_>,
    lesson: &Lesson,
    seen: &Seen,
    weights: &[f64; OWN_SIGNALS],
) -> Pupil {
    let strength = |signals: &[f32; OWN_SIGNALS]| -> f32 {
        signals.iter().zip(weights).map(|(signal, weight)| f64::from(*signal) * weight).sum::<f64>() as f32
    };
    let strengths = || -> Vec<(usize, f32)> {
        seen.numbers.iter().copied().zip(seen.case.alternatives.iter().map(strength)).collect()
    };
    let chosen = match seen.known {
        true => Chosen::among(ground.labels, &strengths()),
        false => shipped(ground, lesson).0,
    };
    let levels = level_signs(ground, lesson, &chosen).map(|(label, signs)| {
        (signs, label.is_some_and(|label| ground.labels.get(label).contains(lesson.subject)))
    });
    Pupil { known: seen.known, chosen, levels }
}

/// The best label of every level, and the signs of how sure it is.
fn level_signs(ground: &Ground<'_>, lesson: &Lesson, chosen: &Chosen) -> [(Option<usize>, Signs); 3] {
    let (shipped, sure) = shipped(ground, lesson);
    std::array::from_fn(|level| {
        let Some((label, probability)) = chosen.first(level) else { return (None, signs(0.0, None)) };
        let agrees = shipped.first(level).is_some_and(|(first, _)| first == label);
        (Some(label), signs(probability, agrees.then_some(sure[level])))
    })
}

/// What an own model says of a lesson that it was not made of.
pub(crate) fn said(
    ground: &Ground<'_>,
    own: &Own,
    (remembered, taught): (&Remembered, &[u32]),
    lesson: &Lesson,
    near: &[Near],
) -> Said {
    if !(Ken { taught, chance: own.chance }).covers(shipped_main_group(ground, lesson), near) {
        return shipped_said(ground, lesson);
    }
    let voice = Voice::of(ground.labels, remembered, near, taught);
    let alternatives = alternatives(ground, remembered, lesson, near);
    let strength = |(number, shipped): &(usize, [f32; SIGNALS])| {
        let signals = voice.signals(*number, shipped);
        (*number, signals.iter().zip(&own.weights).map(|(signal, weight)| signal * weight).sum::<f32>())
    };
    let chosen = Chosen::among(ground.labels, &alternatives.iter().map(strength).collect::<Vec<_>>());
    let levels = level_signs(ground, lesson, &chosen);
    chosen.said(ground.labels, std::array::from_fn(|level| own.sureness[level].of(&levels[level].1)))
}

/// What the shipped model alone said of a lesson.
pub(crate) fn shipped_said(ground: &Ground<'_>, lesson: &Lesson) -> Said {
    let (chosen, sure) = shipped(ground, lesson);
    chosen.said(ground.labels, sure)
}

/// The main group that the shipped model alone finds likeliest, with its probability.
fn shipped_main_group(ground: &Ground<'_>, lesson: &Lesson) -> Option<(usize, f32)> {
    shipped(ground, lesson).0.first(2)
}

/// What the shipped model said of a lesson, and how sure it was; by its probabilities where the lesson does not tell.
fn shipped(ground: &Ground<'_>, lesson: &Lesson) -> (Chosen, [f32; 3]) {
    let (heard, _) = heard(ground.labels, lesson);
    let strength = |signals: &[f32; SIGNALS]| -> f32 {
        signals.iter().zip(&ground.blend.0).map(|(signal, weight)| signal * weight).sum()
    };
    let strengths: Vec<(usize, f32)> = heard.iter().map(|(n, signals)| (*n, strength(signals))).collect();
    let chosen = Chosen::among(ground.labels, &strengths);
    let probable = |level: usize| chosen.first(level).map_or(0.0, |(_, probability)| probability);
    let sure = lesson.sure.unwrap_or_else(|| std::array::from_fn(probable));
    (chosen, sure)
}
