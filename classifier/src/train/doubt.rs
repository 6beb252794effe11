//! Learning to doubt: how sure the blend may be of its best label, on every level.

use super::choice::{Case, choose};
use super::course::Letters;
use super::kept_out::KeptOut;
use crate::blend::{Blend, signals};
use crate::budget;
use crate::confidence::{BUDGETS, Confidence, SIGNS, Seen, Signs, signs};
use crate::labels::Labels;

/// What came of one letter on one level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// How sure the model was of its best label.
    pub confidence: f32,
    /// Whether that label was right; never for a letter that belongs nowhere.
    pub right: bool,
    /// Whether there was a right one.
    pub routable: bool,
}

/// Share of wrong labels that is acceptable among those passed on, when the authority says nothing else.
const BUDGET: f32 = 0.02;

/// Learns the confidence of every level, and tells what came of every letter that somebody wrote.
pub(super) fn doubts(
    labels: &Labels,
    blend: &Blend,
    kept_out: &[KeptOut],
    letters: &Letters,
) -> ([Confidence; 3], [Vec<Outcome>; 3]) {
    let levels = [labels.subjects(), labels.groups(), labels.main_groups()];
    let mut seen: [Vec<Doubted>; 3] = Default::default();
    for letter in kept_out {
        let all = blend.weigh(labels, &signals(labels, &letter.scores, &letter.near));
        let heard = Seen {
            vector: &letters.vectors[letter.letter],
            scores: &letter.scores,
            halves: letter.halves.as_ref(),
            near: &letter.near,
            probabilities: &all,
        };
        for (level, seen) in levels.iter().zip(&mut seen) {
            let best = all.best(level.clone(), 1).first().map(|best| best.0);
            seen.push(Doubted {
                signs: signs(labels, level.clone(), heard),
                right: best.is_some_and(|best| letters.right[letter.letter].contains(&best)),
                routable: letter.subject.is_some(),
                written: letter.letter < letters.written,
            });
        }
    }
    let learned = seen.map(|seen| learn(&seen));
    let confidence = std::array::from_fn(|level| learned[level].0);
    (confidence, learned.map(|learned| learned.1))
}

/// A letter that is doubted on one level.
struct Doubted {
    signs: Signs,
    right: bool,
    /// Has it a subject?
    routable: bool,
    /// Did somebody write it? Two halves put together teach to doubt, and are no letters that a limit is found on: far more
    /// of them are made than come, and among the letters that belong nowhere are enough with two matters.
    written: bool,
}

fn learn(seen: &[Doubted]) -> (Confidence, Vec<Outcome>) {
    let case = |one: &Doubted| {
        let mut alternatives = vec![one.signs, [0.0; SIGNS]];
        if !one.right {
            alternatives.swap(0, 1);
        }
        Case { alternatives, right: 1 }
    };
    let cases: Vec<Case<SIGNS>> = seen.iter().map(case).collect();
    let mut confidence = Confidence { weights: choose(&cases), sure: 2.0, sure_at: [2.0; BUDGETS.len()] };
    let outcome = |one: &Doubted| Outcome {
        confidence: confidence.of(&one.signs),
        right: one.right,
        routable: one.routable,
    };
    let mut outcomes: Vec<Outcome> = seen.iter().filter(|one| one.written).map(outcome).collect();
    outcomes.sort_by(|one, other| other.confidence.total_cmp(&one.confidence));
    confidence.sure = sure_enough(&outcomes, BUDGET);
    confidence.sure_at = BUDGETS.map(|budget| sure_enough(&outcomes, budget));
    (confidence, outcomes)
}

/// From which confidence on the budget held, with 95 % certainty; above 1 when it never did.
fn sure_enough(outcomes: &[Outcome], budget: f32) -> f32 {
    let told: Vec<budget::Outcome> = (outcomes.iter())
        .map(|outcome| budget::Outcome { confidence: outcome.confidence, right: outcome.right })
        .collect();
    budget::threshold(&told, f64::from(budget)).unwrap_or(2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sure_is_where_the_budget_is_known_to_hold() {
        let outcome = |at: u16, right| Outcome { confidence: f32::from(at) / 1000.0, right, routable: true };
        let all: Vec<Outcome> = (0..1000).map(|at| outcome(at, at >= 500)).collect();
        let sure = sure_enough(&all, 0.02);
        assert!((0.48..=0.51).contains(&sure), "{sure}");
        assert_eq!(sure_enough(&all[..600], 0.001), 2.0, "too few to tell");
    }
}
