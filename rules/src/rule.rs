//! Rules: what the authority has decided about mail of a certain look.
//!
//! A rule has an id, a Danish title, a condition (`when`) and says what happens (`then`), what is put on the message
//! (`annotate`), or both. Rules are asked in order and the first that matches decides; one that only annotates lets
//! the next decide. Outside its validity a rule never matches. The conditions are compiled when the policy is loaded and evaluated as they stand.

mod case_state;
mod case_template;
mod condition;
mod deadline;
mod document;
mod draft;
mod effect;
mod header;
mod keys;
mod operator;
mod pair;
mod received;
mod subject;
mod suggested;
mod text;
mod when;

use jiff::civil::Date;

pub(crate) use case_template::NewCase;
pub(crate) use condition::{Condition, Looked, Where};
pub(crate) use deadline::Within;
pub(crate) use draft::RuleDraft;
pub(crate) use effect::{Annotate, RuleJournaling, Then};
pub(crate) use header::Header;
pub(crate) use operator::Operator;
pub(crate) use received::Received;
pub(crate) use subject::SubjectPattern;
pub(crate) use when::{FIELD_KEYS, SENDERS};

/// Regel: one rule.
#[doc(alias = "regel")]
#[derive(Clone, Debug)]
pub struct Rule {
    /// Stable id; a decision names its rule by it.
    pub id: String,
    /// Danish title, shown in traces.
    pub title: String,
    /// File that it stands in, as the caller named it.
    pub file: String,
    /// Line that it begins on, from 1.
    pub line: usize,
    pub(crate) header: Header,
    /// May conditions match marks that belong to the first sender of a forwarded message?
    pub(crate) forwarded_marks: bool,
    pub(crate) when: Condition,
    pub(crate) annotate: Option<Annotate>,
    pub(crate) then: Option<Then>,
    /// Webhooks that are told of a message that matches, by id.
    pub(crate) webhooks: Vec<String>,
}

impl Rule {
    /// Is the rule in force when the message became available, and does the message satisfy its condition?
    pub(crate) fn matches(&self, looked: &Looked<'_>) -> bool {
        self.header.in_force(|| looked.received().date()) && self.when.test(looked, self.forwarded_marks)
    }

    /// Who answers for the rule: id of a unit or a person.
    pub fn owner(&self) -> Option<&str> {
        self.header.owner.as_deref()
    }

    /// Why the rule is there.
    pub fn reason(&self) -> Option<&str> {
        self.header.reason.as_deref()
    }

    /// When somebody must look at the rule again.
    pub fn review(&self) -> Option<Date> {
        self.header.review
    }

    /// The first and the last Danish day in force, where the rule says one.
    pub fn validity(&self) -> (Option<Date>, Option<Date>) {
        (self.header.valid_from, self.header.valid_to)
    }

    /// The unit that the rule hands to, by id; `None` when it hands over to nobody.
    pub fn unit(&self) -> Option<&str> {
        match &self.then {
            Some(Then::HandOver { unit, .. }) => Some(unit),
            Some(Then::Hold | Then::Desk) | None => None,
        }
    }

    /// Does the rule decide, or does it only mark or tell?
    pub fn decides(&self) -> bool {
        self.then.is_some()
    }

    /// Does the condition ask what the classifier suggests?
    pub(crate) fn asks_what_is_suggested(&self) -> bool {
        asks_what_is_suggested(&self.when)
    }

    /// Does the rule hold messages? Such rules are asked in the first step, before answers to our own letters.
    pub(crate) fn holds(&self) -> bool {
        matches!(self.then, Some(Then::Hold))
    }
}

fn asks_what_is_suggested(condition: &Condition) -> bool {
    matches!(condition, Condition::Suggested(_)) || condition.parts().iter().any(asks_what_is_suggested)
}
