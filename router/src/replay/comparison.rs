//! Comparison: two policies on the same past mail.

use std::sync::Arc;

use rules::replay::{Change, Receiver, reread};
use rules::{Decision, Facts, Policy};

use super::{Count, Remembered, Tally};

/// The two things that are held against each other.
#[derive(Clone)]
pub struct Sides {
    /// The policy that is compared with; `None` is what was decided at the time.
    pub old: Option<Arc<Policy>>,
    /// The policy that is tried.
    pub new: Arc<Policy>,
}

/// Counts how two sides differ.
#[derive(Clone)]
pub struct Comparison(pub Sides);

impl Count for Comparison {
    type Sum = Tally;

    fn see(&self, message: Remembered, tally: &mut Tally) {
        let Remembered { uuid, facts, decision, answered } = message;
        let old = match &self.0.old {
            Some(policy) => decided_by(policy, facts.clone()).0,
            None => decision,
        };
        let (new, unknown) = decided_by(&self.0.new, facts);
        tally.flow(&old, &new);
        tally.count(uuid, Change::between(&old, &new), unknown);
        if let Some(truth) = answered.as_ref().and_then(Receiver::of) {
            tally.truth.count(uuid, &truth, &old, &new);
        }
    }

    fn unreadable(&self, tally: &mut Tally) {
        tally.unreadable += 1;
    }

    fn add(&self, tally: &mut Tally, other: Tally) {
        tally.add(other);
    }
}

/// What a policy decides, and whether it would have asked for a case that nobody asked for then.
fn decided_by(policy: &Policy, mut facts: Facts) -> (Decision, bool) {
    let unknown = reread(policy, &mut facts);
    (rules::decide(policy, &facts), unknown)
}
