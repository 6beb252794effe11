//! Rules: facts in, decision and trace out.
//!
//! [`Facts`] are everything known about one message, [`Policy`] is everything the authority has said about where mail
//! goes, and [`decide`] makes a [`Decision`] of the two, with a line in its [`Trace`] for every step it asked.
//! What must be looked up before deciding is told by the helpers of gathering: [`references`], [`parties`] and
//! the kinds of message, sender and recipient.
//! A rule set explains itself: [`run_examples`] tries the messages that it brings, and [`lint()`] tells what is doubtful in it.
//! [`replay`] says how the decisions of two policies differ.
//! The language of rule sets stands in `LANGUAGE.md`.
//!
//! **Deliberately absent:** files, clock, network, async. The caller reads the texts of the policy, looks up what
//! [`references`] asks for, and carries out what was decided. The same facts and policy give the same decision, always.

pub mod calendar;
mod cascade;
mod decision;
mod example;
mod facts;
mod fields;
mod fold;
mod gather;
mod index;
mod judgement;
mod lint;
mod policy;
pub mod replay;
mod rule;
pub mod time;

pub use cascade::decide;
pub use decision::*;
pub use example::{ExampleResult, run_examples, sketched};
pub use facts::*;
pub use gather::{
    Lookup, Party, PartyIdType, PartyRole, Reference, has_forbidden_file, held_against, marked_subject,
    message_kind, parties, recipient_kind, references, sender_kind, technical_marks,
};
pub use judgement::{Belief, Judgement, Limit, Standing};
pub use lint::{Evidence as LintEvidence, KleState, Lint, lint};
pub use policy::{
    Authority, ClosedCase, Finding, Grounds, Journals, Mention, MentionedBy, Person, Policy, Queue, Role,
    Unit, Unseen, Webhook,
};
pub use rule::Rule;

/// Every field path that a rule may name, in the order of the schema, then our own.
pub fn field_paths() -> impl Iterator<Item = &'static str> {
    fields::all().map(|field| field.path)
}
