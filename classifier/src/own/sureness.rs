//! Sureness: how likely it is that an own model's best label is right.
//!
//! Four signs: 1; the log-odds of the label's probability; the log-odds of the shipped model's confidence, where it has the
//! same best label; whether it has another. The weights are held to the shipped confidence, which has seen letters that belong
//! nowhere, and lessons never do. From which confidence on a budget holds is found on lessons that were held back, with the
//! exact bounds of [`budget`].

use serde::{Deserialize, Serialize};

use crate::budget::{self, Outcome};
use crate::confidence::{BUDGETS, log_odds};
use crate::train::{Case, Prior, choose_near};

/// Signs of one letter on one level.
const SIGNS: usize = 4;
/// What is believed before any lesson: the shipped model's confidence.
const SHIPPED: [f64; SIGNS] = [0.0, 0.0, 1.0, 0.0];
/// How strongly that is believed, as if so many letters had said it.
const BELIEVED: f64 = 4.0;
/// No confidence is that high.
const NEVER: f32 = 2.0;

/// What speaks for the best label of a level.
pub(crate) type Signs = [f32; SIGNS];

/// From signs to a calibrated probability, and from which one on a budget holds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sureness {
    weights: [f32; SIGNS],
    /// For every budget of [`BUDGETS`]; above 1 when no confidence is that good.
    sure_at: [f32; BUDGETS.len()],
}

/// The signs of a label with this probability. `shipped` is the shipped model's confidence where its best label is the same.
pub(crate) fn signs(probability: f32, shipped: Option<f32>) -> Signs {
    match shipped {
        Some(sure) => [1.0, log_odds(probability), log_odds(sure), 0.0],
        None => [1.0, log_odds(probability), 0.0, 1.0],
    }
}

impl Sureness {
    /// Learned from what came of lessons that were held back.
    pub(crate) fn learn<'a>(seen: impl IntoIterator<Item = &'a (Signs, bool)>) -> Self {
        let cases: Vec<Case<SIGNS>> = seen.into_iter().map(case).collect();
        let restraint = BELIEVED / cases.len().max(1) as f64;
        let prior = Prior { weights: SHIPPED, restraint: [restraint; SIGNS] };
        let weights = choose_near(&cases.iter().collect::<Vec<_>>(), &prior);
        Self { weights: weights.map(|weight| weight as f32), sure_at: [NEVER; BUDGETS.len()] }
    }

    /// With the confidences from which on budgets hold, found on outcomes of lessons that were held back.
    pub(crate) fn sure_on(self, outcomes: &[Outcome]) -> Self {
        let sure = |share: f32| budget::threshold(outcomes, f64::from(share)).unwrap_or(NEVER);
        Self { sure_at: BUDGETS.map(sure), ..self }
    }

    /// The probability that the best label is right.
    pub(crate) fn of(&self, signs: &Signs) -> f32 {
        let strength: f32 = signs.iter().zip(&self.weights).map(|(sign, weight)| sign * weight).sum();
        1.0 / (1.0 + (-strength).exp())
    }

    /// From which confidence on at most `budget` were wrong: the next smaller of [`BUDGETS`] holds.
    pub fn sure_from(&self, budget: f32) -> Option<f32> {
        let at = BUDGETS.iter().rposition(|known| *known <= budget + f32::EPSILON)?;
        Some(self.sure_at[at]).filter(|sure| *sure <= 1.0)
    }
}

fn case((signs, right): &(Signs, bool)) -> Case<SIGNS> {
    let mut alternatives = vec![*signs, [0.0; SIGNS]];
    if !right {
        alternatives.swap(0, 1);
    }
    Case { alternatives, right: 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_few_letters_it_is_the_shipped_confidence_and_many_correct_it() {
        let nobody = Sureness::learn(&[]);
        assert!((nobody.of(&signs(0.9, Some(0.7))) - 0.7).abs() < 1e-3);
        let seen = |count: usize| -> Vec<(Signs, bool)> {
            (0..count).map(|at| (signs(0.9, Some(0.7)), at % 20 != 0)).collect()
        };
        let [few, many] = [40, 4000].map(|count| Sureness::learn(&seen(count)).of(&signs(0.9, Some(0.7))));
        assert!(few > 0.75 && few < many && (many - 0.95).abs() < 0.01, "{few} {many}");
    }

    #[test]
    fn a_budget_holds_only_where_enough_letters_have_shown_it() {
        let outcomes = vec![Outcome { confidence: 0.9, right: true }; 149];
        let sure = Sureness::learn(&[]).sure_on(&outcomes);
        assert_eq!([0.01, 0.02, 0.03].map(|budget| sure.sure_from(budget)), [None, Some(0.9), Some(0.9)]);
        assert_eq!(Sureness::learn(&[]).sure_on(&outcomes[1..]).sure_from(0.02), None);
    }
}
