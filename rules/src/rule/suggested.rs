//! The suggestion condition: what the classifier believes, when it is sure enough.
//!
//! A person who writes such a rule lets the classifier decide; the trace names the rule and what it leaned on.

use kle::Subject;

use super::keys;
use crate::Suggestion;
use crate::policy::{Findings, Table};

/// The best suggestion is below one of these numbers and at least so sure.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Suggested {
    /// Any of these; empty is any subject.
    pub(crate) subjects: Vec<Subject>,
    /// Calibrated probability, 0 to 1.
    pub(crate) at_least: f64,
}

impl Suggested {
    pub(super) fn test(&self, suggestions: &[Suggestion]) -> bool {
        suggestions.first().is_some_and(|best| {
            // A comparison that is false for what is no number.
            f64::from(best.confidence) >= self.at_least
                && (self.subjects.is_empty()
                    || self.subjects.iter().any(|subject| subject.contains(best.subject)))
        })
    }

    pub(super) fn read(table: Table<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let subjects = keys::subjects(&table, "kle", findings);
        if !table.has("at_least") {
            table.missing("at_least");
        }
        let at_least = table.share("at_least", findings);
        table.finish(findings);
        Some(Self { subjects, at_least: at_least? })
    }
}
