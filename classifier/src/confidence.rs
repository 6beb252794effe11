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
pub const SIGNS: usize = 9;

/// What speaks for and against the best label of a level.
///
/// In order: 1; the log-odds of its probability; by how much that leads the next; its score; by how much that
/// leads the best other score; the likeness of the nearest letter; the neighbours' share of it; the share of
/// the letter's terms that are known; the logarithm of its length in features.
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

/// The signs of a letter on one level.
pub fn signs(
    labels: &Labels,
    level: std::ops::Range<usize>,
    seen: (&Vector, &[f32], &[Near], &Probabilities),
) -> Signs {
    let (vector, scores, near, probabilities) = seen;
    let best = probabilities.best(level.clone(), 2);
    let (Some(first), second) = (best.first(), best.get(1)) else { return [0.0; SIGNS] };
    let other = level.filter(|label| *label != first.0).map(|label| scores[label]).fold(-2.0, f32::max);
    [
        1.0,
        log_odds(first.1),
        log_odds(first.1) - second.map_or(0.0, |second| log_odds(second.1)),
        scores[first.0],
        scores[first.0] - other,
        near.first().map_or(0.0, |near| near.likeness),
        shares(labels, near)[first.0],
        vector.known,
        (1.0 + vector.len() as f32).ln(),
    ]
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
        let at = |odds: f32| confidence.of(&[1.0, odds, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        assert!((at(0.0) - 0.5).abs() < 1e-6);
        assert!(at(-100.0) >= 0.0 && at(-1.0) < at(1.0) && at(100.0) <= 1.0);
    }

    #[test]
    fn an_empty_letter_has_signs_too() {
        let labels = Labels::of([kle::Subject::parse("01.02.03").expect("a subject")]);
        let signs = signs(&labels, 0..1, (&Vector::default(), &[0.0; 3], &[], &Probabilities(vec![1.0; 3])));
        assert!(signs.iter().all(|sign| sign.is_finite()), "{signs:?}");
        assert_eq!(
            super::signs(&labels, 0..0, (&Vector::default(), &[], &[], &Probabilities(vec![]))),
            [0.0; SIGNS]
        );
    }
}
