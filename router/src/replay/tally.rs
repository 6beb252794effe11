//! The tally: how two sides differ over many messages, per receiver, and which of them agrees more with what people chose.

use std::collections::BTreeMap;

use rules::Decision;
use rules::replay::{Change, Receiver, Verdict};
use serde::Serialize;
use uuid::Uuid;

/// A kind of difference, in the order in which it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Nobody is asked any more.
    NewlyAutomatic,
    /// A person is asked from now on.
    NewlyManual,
    /// Another receiver.
    Moved,
    /// Another case, or none.
    JournaledOtherwise,
    /// Other marks, deadline, sensitivity, webhooks, or reason to ask.
    MarkedOtherwise,
}

/// Who got a message, and who gets it; `None` where a person is asked or it does not differ.
pub type Between = (Option<Receiver>, Option<Receiver>);

/// The unit that had a message on the one side, and the one that has it on the other; `None` where a person is asked.
pub type Flow = (Option<String>, Option<String>);

/// Differences over many messages.
#[derive(Debug, Default)]
pub struct Tally {
    /// Messages decided on both sides.
    pub messages: u64,
    /// Of these, without any difference.
    pub unchanged: u64,
    /// Messages whose rows are damaged; told, and left out.
    pub unreadable: u64,
    /// Messages of which the new side would have looked up a case that nobody looked up then.
    pub not_looked_up: u64,
    /// Differences, and the messages that have them.
    pub changes: BTreeMap<(Kind, Between), Vec<Uuid>>,
    /// How many messages go which way, changed or not.
    pub flows: BTreeMap<Flow, u64>,
    /// Against what people chose.
    pub truth: Agreement,
}

impl Tally {
    pub(super) fn count(&mut self, uuid: Uuid, change: Change, not_looked_up: bool) {
        self.messages += 1;
        self.not_looked_up += u64::from(not_looked_up);
        let key = match change {
            Change::None => {
                self.unchanged += 1;
                return;
            }
            Change::NewlyAutomatic { to } => (Kind::NewlyAutomatic, (None, Some(to))),
            Change::NewlyManual { from } => (Kind::NewlyManual, (Some(from), None)),
            Change::Moved { from, to } => (Kind::Moved, (Some(from), Some(to))),
            Change::JournaledOtherwise { at } => (Kind::JournaledOtherwise, (None, Some(at))),
            Change::MarkedOtherwise { at } => (Kind::MarkedOtherwise, (None, at)),
        };
        self.changes.entry(key).or_default().push(uuid);
    }

    pub(super) fn flow(&mut self, old: &Decision, new: &Decision) {
        let unit = |decision| Receiver::of(decision).map(|receiver| receiver.unit);
        *self.flows.entry((unit(old), unit(new))).or_default() += 1;
    }

    pub(super) fn add(&mut self, other: Self) {
        for (flow, messages) in other.flows {
            *self.flows.entry(flow).or_default() += messages;
        }
        self.messages += other.messages;
        self.unchanged += other.unchanged;
        self.unreadable += other.unreadable;
        self.not_looked_up += other.not_looked_up;
        for (key, mut messages) in other.changes {
            self.changes.entry(key).or_default().append(&mut messages);
        }
        self.truth.add(other.truth);
    }

    /// How many messages have a difference of this kind.
    pub fn of_kind(&self, kind: Kind) -> u64 {
        self.changes.iter().filter(|((found, _), _)| *found == kind).map(|(_, ids)| ids.len() as u64).sum()
    }
}

/// How one side compares with what people chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verdicts {
    /// The unit that the person chose.
    pub right: u64,
    /// A person is asked.
    pub asks: u64,
    /// Another unit or person.
    pub wrong: u64,
}

impl Verdicts {
    fn count(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Right => self.right += 1,
            Verdict::Asks => self.asks += 1,
            Verdict::Wrong => self.wrong += 1,
        }
    }

    fn add(&mut self, other: Self) {
        self.right += other.right;
        self.asks += other.asks;
        self.wrong += other.wrong;
    }
}

/// Both sides against what people chose, where a person sent a letter on.
#[derive(Debug, Default)]
pub struct Agreement {
    /// Messages that a person decided.
    pub answered: u64,
    /// The side compared with.
    pub old: Verdicts,
    /// The side that is tried.
    pub new: Verdicts,
    /// Messages that the new side does better.
    pub better: Vec<Uuid>,
    /// Messages that the new side does worse.
    pub worse: Vec<Uuid>,
}

impl Agreement {
    pub(super) fn count(&mut self, uuid: Uuid, truth: &Receiver, old: &Decision, new: &Decision) {
        let (old, new) = (Verdict::of(old, truth), Verdict::of(new, truth));
        self.answered += 1;
        self.old.count(old);
        self.new.count(new);
        // Asking is better than sending a letter to the wrong unit, and worse than the right one.
        match new.cmp(&old) {
            std::cmp::Ordering::Greater => self.better.push(uuid),
            std::cmp::Ordering::Less => self.worse.push(uuid),
            std::cmp::Ordering::Equal => {}
        }
    }

    fn add(&mut self, mut other: Self) {
        self.answered += other.answered;
        self.old.add(other.old);
        self.new.add(other.new);
        self.better.append(&mut other.better);
        self.worse.append(&mut other.worse);
    }
}
