//! Step 6, classifier and index: suggestions, for a person to look at.
//!
//! A suggestion decides only inside a unit's measured error budget. No budgets are measured yet, so none decides.

use super::{Asked, Verdict};
use crate::Step;

pub(super) fn ask(asked: &mut Asked<'_>) -> Option<Verdict> {
    match asked.facts.suggestions.first() {
        None => asked.pass(Step::Classifier, "classifier.none", "Klassifikatoren har intet forslag"),
        Some(best) => {
            let percent = (best.confidence.clamp(0.0, 1.0) * 100.0).round();
            let text = format!(
                "Klassifikatoren foreslår KLE {} ({percent:.0} % sikker), men må ikke afgøre det selv",
                best.subject
            );
            asked.pass(Step::Classifier, "classifier.suggests", text)
        }
    }
}
