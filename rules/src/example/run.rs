//! Running examples: each message decided by the policy and held against what was expected.

use std::fmt;

use super::{Example, ExampleMessage};
use crate::rule::Looked;
use crate::{Decider, Decision, Facts, MessageKind, Outcome, Policy, Step, decide, gather};

/// What happened to an example whose message the caller could not give.
const UNREAD: &str = "meddelelsen kan ikke læses";

/// How one example went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExampleResult {
    /// File that the example stands in.
    pub file: String,
    /// Line that it begins on, from 1.
    pub line: usize,
    /// Its name, when it has one.
    pub name: Option<String>,
    /// The rule that it stands under, by id.
    pub rule: Option<String>,
    /// Did that happen which was expected?
    pub passed: bool,
    /// What was expected: a Danish clause.
    pub expected: String,
    /// What happened: a Danish clause.
    pub found: String,
}

impl ExampleResult {
    /// Was there no message to try, so that nothing is known of the policy?
    pub fn was_not_run(&self) -> bool {
        self.found == UNREAD
    }
}

impl fmt::Display for ExampleResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, expected, found, .. } = self;
        let name = self.name.as_ref().map(|name| format!(" »{name}«")).unwrap_or_default();
        match self.passed {
            true => write!(f, "{file}:{line}: eksemplet{name} passer: {expected}"),
            false => write!(f, "{file}:{line}: eksemplet{name} venter, at {expected}, men {found}"),
        }
    }
}

/// Runs every example of the policy, in the order of the files. `resolve` gives the facts of a message in a file,
/// gathered as for this policy; `None` when there is no such file or it is no message.
pub fn run_examples(policy: &Policy, resolve: &mut dyn FnMut(&str) -> Option<Facts>) -> Vec<ExampleResult> {
    policy.examples.iter().map(|example| run(policy, example, resolve)).collect()
}

fn run(policy: &Policy, example: &Example, resolve: &mut dyn FnMut(&str) -> Option<Facts>) -> ExampleResult {
    let facts = match &example.message {
        ExampleMessage::File(file) => resolve(file),
        ExampleMessage::Sketch(sketch) => sketch.facts(policy),
    };
    let (passed, found) = match &facts {
        None => (false, UNREAD.to_owned()),
        Some(facts) => {
            let decision = decide(policy, facts);
            let passed = example.expect.is_met(&decision, |rule| has_say(policy, facts, &decision, rule));
            (passed, wording(policy, &decision))
        }
    };
    ExampleResult {
        file: example.file.clone(),
        line: example.line,
        name: example.name.clone(),
        rule: example.rule.clone(),
        passed,
        expected: example.expect.wording(),
        found,
    }
}

/// Did the rule decide, or put something on the message on the way?
fn has_say(policy: &Policy, facts: &Facts, decision: &Decision, id: &str) -> bool {
    let position = |id: &str| policy.rules().iter().position(|rule| rule.id == id);
    let Some(index) = position(id) else { return false };
    let rule = &policy.rules()[index];
    let reached = match &decision.decider {
        Decider::Rule(decider) if decider == id => return true,
        Decider::Rule(decider) => {
            position(decider).is_some_and(|decider| index < decider && !policy.rules()[decider].holds())
        }
        Decider::Step(step) => *step > Step::Rules,
        Decider::Person(_) => false,
    };
    let ours = facts.kind != MessageKind::Forward || gather::first_sender_is_us(policy, &facts.message);
    let looked = Looked::at(facts, ours).through(&policy.crosswalks);
    reached && rule.then.is_none() && rule.matches(&looked)
}

/// What happened, as a Danish clause.
fn wording(policy: &Policy, decision: &Decision) -> String {
    let by = match &decision.decider {
        Decider::Rule(id) => format!("reglen »{id}«"),
        Decider::Step(step) => format!("trinnet »{}«", step.as_str()),
        Decider::Person(_) => "en medarbejder".to_owned(),
    };
    match &decision.outcome {
        Outcome::HandOver(hand_over) => {
            let name = policy.unit(&hand_over.unit).map_or(hand_over.unit.as_str(), |unit| &unit.name);
            format!("{by} giver den til {name} (»{}«)", hand_over.unit)
        }
        Outcome::Ask(_) => format!("{by} lader en person afgøre den"),
        Outcome::Close(_) => format!("{by} lukker den"),
        Outcome::Split(_) => format!("{by} deler den"),
    }
}
