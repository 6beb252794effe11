//! Rule check (*eftersyn*): examples run and doubts told, of a policy that loads, before anything bites.
//!
//! The command line asks it of the files as they stand, the pages and the interface for programs of the edition in force and
//! of a draft.
//!
//! **Deliberately absent:** loading. A policy with faults has nothing to check; [`crate::editions::load`] tells them.

mod known;
mod looked;
mod messages;
mod remark;

use jiff::Timestamp;
use rules::{ExampleResult, Facts, Lint, LintEvidence, Policy};

use crate::clock::danish_day;

pub use known::Known;
pub use looked::{Looked, look};
pub use messages::{anywhere, folders, within};
pub use remark::{Remark, RemarkKind, remarks, told};

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// How each example went, in the order of the files.
    pub examples: Vec<ExampleResult>,
    /// What is doubtful, in the order of the rules.
    pub lints: Vec<Lint>,
}

/// Runs the examples and lints. `resolve` gives the facts of a message in a file; `quiet_days` matters where mail was counted.
pub fn check(
    policy: &Policy,
    known: &Known,
    quiet_days: u32,
    now: Timestamp,
    resolve: &mut dyn FnMut(&str) -> Option<Facts>,
) -> Checked {
    let today = danish_day(now);
    let evidence = LintEvidence {
        last_hits: &known.last_hits(),
        hits_since: known.survey.as_ref().and_then(|survey| survey.since),
        quiet_days,
        kle: &|number| known.kle(number, today),
        has_left: &|person| known.has_left(person, today),
    };
    Checked { examples: rules::run_examples(policy, resolve), lints: rules::lint(policy, today, &evidence) }
}
