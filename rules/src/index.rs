//! The index: which rules a message can match at all.
//!
//! A rule can match only a message that has certain *keys*: a KLE number under the one it names, one of its words, a value
//! it asks for. Loading files every rule under such keys; deciding looks up the keys of the message and asks only the
//! rules filed there, in their order, as far as it comes. A rule whose condition names no keys is asked every time.
//!
//! **Deliberately absent:** the answer. The index passes over rules that can not match; whether one does is for its
//! condition alone to say, so that the index can never change what is decided or what the trace says.

mod candidates;
mod key;
mod look_up;
mod parts;

use std::collections::HashMap;
use std::fmt;

use kle::{FacetPattern, Subject};

use self::key::Key;
use self::look_up::FieldKeys;
pub(crate) use self::look_up::Found;
use self::parts::{Parts, PartsDraft};
use crate::{MessageKind, Rule, SenderKind};

/// Names one list of rules.
type ListId = u32;

/// The list of rules that are asked whatever the message has.
const ALWAYS: ListId = 0;

/// Rules by what a message must have to match them.
#[derive(Clone)]
pub(crate) struct Index {
    lists: Vec<Filed>,
    subjects: HashMap<(Option<Subject>, Option<FacetPattern>), ListId>,
    kinds: HashMap<MessageKind, ListId>,
    senders: HashMap<SenderKind, ListId>,
    /// By the sender's CVR number.
    sender_cvrs: HashMap<String, ListId>,
    fields: Vec<FieldKeys>,
    parts: Parts,
}

/// The rules filed under one key, by their place in the order, ascending.
#[derive(Clone, Debug, Default)]
struct Filed {
    /// Those that hold; they are asked in the first step.
    holds: Vec<u32>,
    /// The others.
    others: Vec<u32>,
}

impl Index {
    /// Files every rule under the keys that few messages have.
    pub(crate) fn of(rules: &[Rule]) -> Self {
        let choice = key::Choice::among(rules);
        let mut draft = Draft::default();
        for (place, rule) in (0u32..).zip(rules) {
            match choice.keys(&rule.when) {
                None => draft.index.lists[ALWAYS as usize].add(place, rule),
                Some(keys) => keys.into_iter().for_each(|key| draft.file(key, place, rule)),
            }
        }
        match draft.parts.build() {
            Some(parts) => Self { parts, ..draft.index },
            None => Self::of_nothing(rules),
        }
    }

    /// An index that asks every rule of every message: what the real one is held against.
    pub(crate) fn of_nothing(rules: &[Rule]) -> Self {
        let mut index = Draft::default().index;
        (0u32..).zip(rules).for_each(|(place, rule)| index.lists[ALWAYS as usize].add(place, rule));
        index
    }
}

impl Filed {
    fn add(&mut self, place: u32, rule: &Rule) {
        let list = if rule.holds() { &mut self.holds } else { &mut self.others };
        // A rule that says the same thing twice is filed once.
        if list.last() != Some(&place) {
            list.push(place);
        }
    }
}

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Index({} lists)", self.lists.len())
    }
}

/// An index while rules are being filed.
struct Draft {
    index: Index,
    parts: PartsDraft,
}

impl Default for Draft {
    fn default() -> Self {
        let index = Index {
            lists: vec![Filed::default()],
            subjects: HashMap::new(),
            kinds: HashMap::new(),
            senders: HashMap::new(),
            sender_cvrs: HashMap::new(),
            fields: Vec::new(),
            parts: Parts::default(),
        };
        Self { index, parts: PartsDraft::default() }
    }
}

impl Draft {
    fn file(&mut self, key: Key, place: u32, rule: &Rule) {
        let Index { lists, subjects, kinds, senders, sender_cvrs, fields, .. } = &mut self.index;
        let next = ListId::try_from(lists.len()).unwrap_or(ALWAYS);
        let list = match key {
            Key::Subject(subject, facet) => *subjects.entry((subject, facet)).or_insert(next),
            Key::Kind(kind) => *kinds.entry(kind).or_insert(next),
            Key::Sender(kind) => *senders.entry(kind).or_insert(next),
            Key::SenderCvr(cvr) => *sender_cvrs.entry(cvr).or_insert(next),
            Key::Value(field, value) => {
                let slot = FieldKeys::slot(fields, field);
                *fields[slot].values.entry(value).or_insert(next)
            }
            Key::Filled(field) => {
                let slot = FieldKeys::slot(fields, field);
                *fields[slot].filled.get_or_insert(next)
            }
            Key::Word(word, place) => self.parts.word(word, place, next),
            Key::Part(field, part, at_start) => {
                let slot = FieldKeys::slot(fields, field);
                fields[slot].has_parts = true;
                self.parts.part(part, slot, at_start, next)
            }
        };
        if list == next {
            lists.push(Filed::default());
        }
        lists[list as usize].add(place, rule);
    }
}

#[cfg(test)]
mod tests;
