//! Survey: what past mail says of a policy: which rules were heard, and which KLE numbers came and who decided them.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use kle::Subject;
use rules::replay::reread;
use rules::{Decider, Decision, Outcome, Policy};
use serde::Serialize;

use super::{Count, Remembered};
use crate::clock::danish_day;

/// Past mail, counted.
#[derive(Debug, Default)]
pub struct Survey {
    /// Messages.
    pub messages: u64,
    /// Damaged messages that were left out.
    pub unreadable: u64,
    /// The first day of any of them.
    pub since: Option<Date>,
    /// How often each rule had its say, by id.
    pub rules: BTreeMap<String, Heard>,
    /// How messages with each KLE mark of our own world went.
    pub subjects: BTreeMap<Subject, Marked>,
}

/// How often a rule had its say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// How often.
    pub times: u64,
    /// The last Danish day.
    pub last: Date,
}

/// How messages with one KLE mark went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Marked {
    /// All of them.
    pub messages: u64,
    /// Decided by a rule.
    pub by_rule: u64,
    /// Handed over by another step.
    pub by_step: u64,
    /// Waits for a person without a rule having said so.
    pub asks: u64,
}

/// Surveys past mail under this policy: what its rules say of it today, not what others said then.
#[derive(Clone)]
pub struct Surveyor(pub Arc<Policy>);

impl Count for Surveyor {
    type Sum = Survey;

    fn see(&self, message: Remembered, survey: &mut Survey) {
        let mut facts = message.facts;
        reread(&self.0, &mut facts);
        let decision = rules::decide(&self.0, &facts);
        let day = danish_day(facts.available_at);
        survey.messages += 1;
        survey.since = Some(survey.since.map_or(day, |since| since.min(day)));
        for rule in decision.trace.lines.iter().filter_map(|line| line.rule.as_ref()) {
            survey.hear(rule, Heard { times: 1, last: day });
        }
        if let Some(mark) = facts.subject.filter(|mark| mark.ours) {
            survey.subjects.entry(mark.subject).or_default().count(&decision);
        }
    }

    fn unreadable(&self, survey: &mut Survey) {
        survey.unreadable += 1;
    }

    fn add(&self, survey: &mut Survey, other: Survey) {
        survey.messages += other.messages;
        survey.unreadable += other.unreadable;
        survey.since = [survey.since, other.since].into_iter().flatten().min();
        for (rule, heard) in &other.rules {
            survey.hear(rule, *heard);
        }
        for (subject, marked) in other.subjects {
            survey.subjects.entry(subject).or_default().add(marked);
        }
    }
}

impl Survey {
    fn hear(&mut self, rule: &str, heard: Heard) {
        match self.rules.get_mut(rule) {
            Some(there) => {
                there.times += heard.times;
                there.last = there.last.max(heard.last);
            }
            None => {
                self.rules.insert(rule.to_owned(), heard);
            }
        }
    }
}

impl Marked {
    fn count(&mut self, decision: &Decision) {
        self.messages += 1;
        match (&decision.decider, &decision.outcome) {
            (Decider::Rule(_), _) => self.by_rule += 1,
            (_, Outcome::HandOver(_)) => self.by_step += 1,
            (_, Outcome::Ask(_) | Outcome::Close(_) | Outcome::Split(_)) => self.asks += 1,
        }
    }

    fn add(&mut self, other: Self) {
        self.messages += other.messages;
        self.by_rule += other.by_rule;
        self.by_step += other.by_step;
        self.asks += other.asks;
    }
}
