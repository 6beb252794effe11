//! Rules: what the authority has decided about mail of a certain look.
//!
//! A rule has an id, a Danish title, a condition (`when`) and says what happens (`then`), what is put on the message
//! (`annotate`), or both. Rules are asked in order and the first that matches decides; one that only annotates lets
//! the next decide. The conditions are compiled when the policy is loaded and evaluated as they stand.

mod case_state;
mod condition;
mod deadline;
mod document;
mod draft;
mod effect;
mod keys;
mod operator;
mod pair;
mod received;
mod subject;
mod suggested;
mod text;
mod when;

pub(crate) use condition::{Condition, Looked};
pub(crate) use draft::RuleDraft;
pub(crate) use effect::{Annotate, RuleJournaling, Then};

/// Regel: one rule.
#[doc(alias = "regel")]
#[derive(Clone, Debug)]
pub struct Rule {
    /// Stable id; a decision names its rule by it.
    pub id: String,
    /// Danish title, shown in traces.
    pub title: String,
    /// May conditions match marks that belong to the first sender of a forwarded message?
    pub(crate) forwarded_marks: bool,
    pub(crate) when: Condition,
    pub(crate) annotate: Option<Annotate>,
    pub(crate) then: Option<Then>,
}

impl Rule {
    /// Does the rule hold messages? Such rules are asked in the first step, before answers to our own letters.
    pub(crate) fn holds(&self) -> bool {
        matches!(self.then, Some(Then::Hold))
    }
}
