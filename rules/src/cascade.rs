//! The cascade: seven steps, the first that answers decides (DESIGN §4).
//!
//! A step looks at the facts and either gives a [`Verdict`] or passes. Both leave a line in the trace. What an earlier step
//! learned that a later one needs (a case that is safe, an answer that could not be settled) is kept in [`Asked`].

mod classifier;
mod contact_point;
mod desk;
mod holds;
mod journaling;
mod named_case;
mod reply;
mod responsibility;
mod rules;
mod suggestions;

pub(crate) use named_case::{Named, is_mark, is_typed, judge};

use std::cell::OnceCell;

use crate::index::Found;
use crate::rule::Looked;
use crate::{
    Annotations, Decider, Decision, Facts, Further, HandOver, MessageKind, Outcome, Policy, Question, Rule,
    Step, Trace, TraceLine, gather,
};

/// Decides where a message goes and whether it is journaled. Never fails: what nobody knows waits for a person.
pub fn decide(policy: &Policy, facts: &Facts) -> Decision {
    let mut asked = Asked::about(policy, facts);
    let steps =
        [holds::ask, reply::ask, rules::ask, responsibility::ask, contact_point::ask, classifier::ask];
    for ask in steps {
        if let Some(verdict) = ask(&mut asked) {
            return asked.decided(verdict);
        }
    }
    let verdict = desk::ask(&mut asked);
    asked.decided(verdict)
}

/// One message on its way down the cascade.
struct Asked<'a> {
    policy: &'a Policy,
    facts: &'a Facts,
    /// The message as rules look at it.
    looked: Looked<'a>,
    /// The rules that it can match.
    found: OnceCell<Found<'a>>,
    lines: Vec<TraceLine>,
    annotations: Annotations,
    further: Further,
    /// A case that it is safe to journal on, though the step that found it did not know who should have the letter.
    safe_case: Option<String>,
    /// The message answers or names a case that could not be settled: what to ask at the desk.
    unsettled: Option<Question>,
}

/// A step's answer.
struct Verdict {
    decider: Decider,
    outcome: Outcome,
}

impl<'a> Asked<'a> {
    fn about(policy: &'a Policy, facts: &'a Facts) -> Self {
        let ours = facts.kind != MessageKind::Forward || gather::first_sender_is_us(policy, &facts.message);
        Self {
            policy,
            facts,
            looked: Looked::at(facts, ours).through(&policy.crosswalks),
            found: OnceCell::new(),
            lines: Vec::new(),
            annotations: Annotations::default(),
            further: Further::default(),
            safe_case: None,
            unsettled: None,
        }
    }

    /// The rules that the message can match; looked up on first use.
    fn found(&self) -> &Found<'a> {
        self.found.get_or_init(|| self.policy.index.look_up(&self.looked))
    }

    /// The same, for the last step that asks.
    fn take_found(&mut self) -> Found<'a> {
        let policy = self.policy;
        self.found.take().unwrap_or_else(|| policy.index.look_up(&self.looked))
    }

    /// Leaves a line without deciding.
    fn pass(&mut self, step: Step, code: &str, text: impl Into<String>) -> Option<Verdict> {
        self.line(step, code, false, text);
        None
    }

    /// Leaves the deciding line of a step.
    fn answer(
        &mut self,
        step: Step,
        code: &str,
        text: impl Into<String>,
        outcome: Outcome,
    ) -> Option<Verdict> {
        self.line(step, code, true, text);
        Some(Verdict { decider: Decider::Step(step), outcome })
    }

    fn line(&mut self, step: Step, code: &str, decided: bool, text: impl Into<String>) {
        self.lines.push(TraceLine { step, code: code.to_owned(), decided, rule: None, text: text.into() });
    }

    /// Leaves a line of what a rule did.
    fn line_of(&mut self, rule: &Rule, step: Step, code: &str, decided: bool, text: impl Into<String>) {
        self.line(step, code, decided, text);
        if let Some(line) = self.lines.last_mut() {
            line.rule = Some(rule.id.clone());
        }
    }

    /// Webhooks are told of the message, each once.
    fn call(&mut self, webhooks: &[String]) {
        for webhook in webhooks {
            if !self.further.webhooks.contains(webhook) {
                self.further.webhooks.push(webhook.clone());
            }
        }
    }

    /// The Danish name of a unit; its id when the policy does not know it.
    fn unit_name(&self, id: &str) -> String {
        self.policy.unit(id).map_or_else(|| id.to_owned(), |unit| unit.name.clone())
    }

    fn decided(mut self, verdict: Verdict) -> Decision {
        // What a rule says of a letter goes before what its text seems to say.
        let seems = self.facts.glimpse.as_ref().and_then(|glimpse| glimpse.sensitivity);
        self.annotations.sensitivity = self.annotations.sensitivity.or(seems);
        let suggestions = suggestions::collect(&self, &verdict.outcome);
        Decision {
            decider: verdict.decider,
            outcome: verdict.outcome,
            annotations: self.annotations,
            suggestions,
            trace: Trace { edition: self.policy.edition().to_owned(), kle: None, lines: self.lines },
            further: self.further,
        }
    }
}

/// Handing over.
fn hand_over(unit: &str, person: Option<String>, journal: crate::Journaling) -> Outcome {
    Outcome::HandOver(HandOver { unit: unit.to_owned(), person, journal })
}
