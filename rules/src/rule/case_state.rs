//! The case state: what the journal says of the case that a message names.

use crate::Facts;
use crate::cascade::{Named, is_mark, is_typed, judge};

/// What the cases named in a message come to, with the guard before journaling unseen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CaseState {
    /// No case is named.
    None,
    /// One open case, and the sender is a party.
    Open,
    /// One closed case, and the sender is a party.
    Closed,
    /// One case, but the sender is not a party of it.
    NotParty,
    /// Several cases.
    Several,
    /// A case number that the case system does not know.
    Unknown,
    /// The case belongs to somebody else's world.
    Foreign,
}

impl CaseState {
    /// As a rule writes them.
    pub(super) const WORDS: [(&'static str, Self); 7] = [
        ("none", Self::None),
        ("open", Self::Open),
        ("closed", Self::Closed),
        ("not-party", Self::NotParty),
        ("several", Self::Several),
        ("unknown", Self::Unknown),
        ("foreign", Self::Foreign),
    ];

    /// What systems wrote goes before what a person typed, as in the reply step.
    pub(super) fn of(facts: &Facts) -> Self {
        match judge(facts, is_mark) {
            Named::None => match judge(facts, is_typed) {
                Named::None => Self::without_case(facts),
                typed => Self::judged(&typed),
            },
            marked => Self::judged(&marked),
        }
    }

    fn judged(named: &Named<'_>) -> Self {
        match named {
            Named::None => Self::None,
            Named::Safe(..) => Self::Open,
            Named::Closed(..) => Self::Closed,
            Named::NotParty(..) => Self::NotParty,
            Named::Several(_) => Self::Several,
        }
    }

    fn without_case(facts: &Facts) -> Self {
        let mut named =
            facts.named_cases.iter().filter(|named| is_mark(named.evidence) || is_typed(named.evidence));
        if named.clone().any(|named| named.ours && named.found.is_none()) {
            return Self::Unknown;
        }
        if named.any(|named| !named.ours) { Self::Foreign } else { Self::None }
    }
}
