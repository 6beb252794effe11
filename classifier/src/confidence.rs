//! Confidence: how likely it is that the best label of a level is right, and where that is sure enough.
//!
//! The blend's probability assumes that the letter is about one of the labels. Here a second look, also
//! learned on letters that nothing had been trained on, may doubt it: an empty letter, "see attachment", a
//! matter of another authority, two matters in one letter. It is a logistic model over a handful of
//! [`Signs`], trained also on letters without any right answer.

use serde::{Deserialize, Serialize};

use crate::blend::{Probabilities, shares};
use crate::features::Vector;
use crate::index::Near;
use crate::labels::Labels;

/// Signs of one letter on one level.
pub const SIGNS: usize = 12;

/// What speaks for and against the best label of a level.
///
/// In order: 1; the log-odds of its probability; by how much that leads the next; its score; by how much that
/// leads the best other score; the likeness of the nearest letter; the neighbours' share of it; the share of
/// the letter's terms that are known; the logarithm of its length in features; by how much the neighbours' share leads
/// that of the next; by how much another main group leads in that half of the letter which speaks most against it; and the
/// least that a half says for it.
///
/// How often a group was right when other letters were kept out is no sign: with a handful of letters a group it told the
/// opposite of what it should, and letters that were not for learning were passed on less surely.
pub type Signs = [f32; SIGNS];

/// From signs to a calibrated probability, and the level above which a letter may be passed on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Confidence {
    /// How much each sign counts.
    pub weights: [f32; SIGNS],
    /// From this confidence on at most 2 in 100 letters that training had kept out were wrong; above 1 when no
    /// confidence was that good.
    pub sure: f32,
    /// The same for every budget of [`BUDGETS`].
    pub sure_at: [f32; BUDGETS.len()],
}

/// Shares of wrong hand-overs that an authority may choose between.
pub const BUDGETS: [f32; 5] = [0.005, 0.01, 0.02, 0.05, 0.1];

impl Confidence {
    /// From which confidence on at most `budget` were wrong: the next smaller of [`BUDGETS`] holds. `None` when no
    /// confidence was that good.
    pub fn sure_from(&self, budget: f32) -> Option<f32> {
        let at = BUDGETS.iter().rposition(|known| *known <= budget + f32::EPSILON)?;
        Some(self.sure_at[at]).filter(|sure| *sure <= 1.0)
    }

    /// The probability that the best label is right.
    pub fn of(&self, signs: &Signs) -> f32 {
        let strength: f32 = signs.iter().zip(&self.weights).map(|(sign, weight)| sign * weight).sum();
        1.0 / (1.0 + (-strength).exp())
    }
}

/// What is known of a letter that is to be doubted.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// Its features.
    pub vector: &'a Vector,
    /// The score of every label.
    pub scores: &'a [f32],
    /// The same of each half of the letter; nothing for a letter that is too short to have two.
    pub halves: Option<&'a [Vec<f32>; 2]>,
    /// Letters like it.
    pub near: &'a [Near],
    /// The probability of every label.
    pub probabilities: &'a Probabilities,
}

/// The signs of a letter on one level.
pub fn signs(labels: &Labels, level: std::ops::Range<usize>, seen: Seen<'_>) -> Signs {
    let Seen { vector, scores, halves, near, probabilities } = seen;
    let best = probabilities.best(level.clone(), 2);
    let (Some(first), second) = (best.first(), best.get(1)) else { return [0.0; SIGNS] };
    let others = || level.clone().filter(|label| *label != first.0);
    let other = others().map(|label| scores[label]).fold(-2.0, f32::max);
    let shares = shares(labels, near);
    let other_share = others().map(|label| shares[label]).fold(0.0, f32::max);
    let [away, least] = half_by_half(labels, first.0, scores, halves);
    [
        1.0,
        log_odds(first.1),
        log_odds(first.1) - second.map_or(0.0, |second| log_odds(second.1)),
        scores[first.0],
        scores[first.0] - other,
        near.first().map_or(0.0, |near| near.likeness),
        shares[first.0],
        vector.known,
        (1.0 + vector.len() as f32).ln(),
        shares[first.0] - other_share,
        away,
        least,
    ]
}

/// By how much another main group leads the label's own in the half that speaks most against it, and the least that a half
/// says for it. A short letter is its own halves.
fn half_by_half(labels: &Labels, label: usize, scores: &[f32], halves: Option<&[Vec<f32>; 2]>) -> [f32; 2] {
    let Some(own) = labels.get(label).prefixes().last().and_then(|top| labels.number(top)) else {
        return [0.0; 2];
    };
    let of = |scores: &[f32]| {
        let others = labels.main_groups().filter(|label| *label != own);
        let other = others.map(|label| scores[label]).fold(-2.0, f32::max);
        [other - scores[own], scores[own]]
    };
    match halves {
        None => of(scores),
        Some(halves) => {
            let [[one, first], [other, second]] = halves.each_ref().map(|half| of(half));
            [one.max(other), first.min(second)]
        }
    }
}

pub(crate) fn log_odds(probability: f32) -> f32 {
    let bounded = probability.clamp(1e-4, 1.0 - 1e-4);
    (bounded / (1.0 - bounded)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confidence_is_a_probability_and_grows_with_what_speaks_for_it() {
        let mut confidence =
            Confidence { weights: [0.0; SIGNS], sure: 0.9, sure_at: [2.0, 2.0, 0.9, 0.5, 0.4] };
        assert_eq!(
            [0.001, 0.01, 0.02, 0.03, 1.0].map(|b| confidence.sure_from(b)),
            [None, None, Some(0.9), Some(0.9), Some(0.4)]
        );
        confidence.weights[1] = 1.0;
        let at = |odds: f32| {
            let mut signs = [0.0; SIGNS];
            (signs[0], signs[1]) = (1.0, odds);
            confidence.of(&signs)
        };
        assert!((at(0.0) - 0.5).abs() < 1e-6);
        assert!(at(-100.0) >= 0.0 && at(-1.0) < at(1.0) && at(100.0) <= 1.0);
    }

    #[test]
    fn an_empty_letter_has_signs_too() {
        let labels = Labels::of([kle::Subject::parse("01.02.03").expect("a subject")]);
        let (vector, all) = (Vector::default(), Probabilities(vec![1.0; 3]));
        let seen = Seen { vector: &vector, scores: &[0.0; 3], halves: None, near: &[], probabilities: &all };
        let signs = signs(&labels, 0..1, seen);
        assert!(signs.iter().all(|sign| sign.is_finite()), "{signs:?}");
        let nothing = Probabilities(vec![]);
        let seen = Seen { scores: &[], probabilities: &nothing, ..seen };
        assert_eq!(super::signs(&labels, 0..0, seen), [0.0; SIGNS]);
    }

    #[test]
    fn a_half_that_is_about_something_else_shows() {
        let labels = Labels::of(["01.02.03", "05.01.02"].map(|text| kle::Subject::parse(text).expect(text)));
        let [one, other] = [4, 5];
        assert_eq!(labels.main_groups(), one..other + 1);
        let scores = |of_one: f32, of_other: f32| vec![0.0, 0.0, 0.0, 0.0, of_one, of_other];
        let whole = scores(1.0, 0.5);
        assert_eq!(half_by_half(&labels, 0, &whole, None), [-0.5, 1.0]);
        let halves = [scores(1.5, -1.0), scores(-0.5, 1.0)];
        assert_eq!(half_by_half(&labels, 0, &whole, Some(&halves)), [1.5, -0.5]);
        assert_eq!(half_by_half(&labels, 2, &whole, Some(&halves)), [1.5, -0.5], "the same of its group");
    }
}
