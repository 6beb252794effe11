//! The index: which rules a message can match at all.
//!
//! A rule can match only a message that has certain *keys*: a KLE number under the one it names, one of its words, a value
//! it asks for. Loading files every rule under such keys; deciding looks up the keys of the message and asks only the
//! rules filed there, in their order, as far as it comes. A rule whose condition names no keys is asked every time.
//!
//! **Deliberately absent:** the answer. The index passes over rules that can not match; whether one does is for its
//! condition alone to say, so that the index can never change what is decided or what the trace says.

mod candidates;
mod hash;
mod key;
mod lists;
mod look_up;
mod parts;
mod words;

use std::fmt;

use kle::{FacetPattern, Subject};

use self::hash::Table;
use self::key::Key;
use self::lists::{Filed, Lists, ListsDraft};
use self::look_up::FieldKeys;
pub(crate) use self::look_up::Found;
use self::parts::{Parts, PartsDraft};
use self::words::Words;
use crate::{MessageKind, Rule, SenderKind};

/// Names one list of rules.
type ListId = u32;

/// The list of rules that are asked whatever the message has; every message leads to it.
const ALWAYS: ListId = 0;

/// Rules by what a message must have to match them.
#[derive(Clone, Default)]
pub(crate) struct Index {
    lists: Lists,
    subjects: Table<(Option<Subject>, Option<FacetPattern>), ListId>,
    kinds: Table<MessageKind, ListId>,
    senders: Table<SenderKind, ListId>,
    /// By the sender's CVR number.
    sender_cvrs: Table<Box<str>, ListId>,
    fields: Vec<FieldKeys>,
    words: Words,
    parts: Parts,
}

impl Index {
    /// Files every rule under the keys that few messages have.
    pub(crate) fn of(rules: &[Rule]) -> Self {
        let choice = key::Choice::among(rules);
        let mut draft = Draft::default();
        for (place, rule) in (0u32..).zip(rules) {
            let filing = choice.filing(&rule.when);
            let also = filing.also.map_or(ALWAYS, |key| draft.list(key));
            let filed = Filed { place, also };
            match filing.keys {
                None => draft.lists.add(ALWAYS, rule, filed),
                Some(keys) => {
                    for key in keys {
                        let list = draft.list(key);
                        draft.lists.add(list, rule, filed);
                    }
                }
            }
        }
        draft.build().unwrap_or_else(|| Self::of_nothing(rules))
    }

    /// An index that asks every rule of every message: what the real one is held against.
    pub(crate) fn of_nothing(rules: &[Rule]) -> Self {
        let mut lists = ListsDraft::default();
        (0u32..).zip(rules).for_each(|(place, rule)| lists.add(ALWAYS, rule, Filed { place, also: ALWAYS }));
        Self { lists: lists.build(), ..Self::default() }
    }
}

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Index({} lists)", self.lists.len())
    }
}

/// An index while rules are being filed.
#[derive(Default)]
struct Draft {
    index: Index,
    lists: ListsDraft,
    parts: PartsDraft,
}

impl Draft {
    /// The list of a key, made when there is none.
    fn list(&mut self, key: Key) -> ListId {
        let Index { subjects, kinds, senders, sender_cvrs, fields, words, .. } = &mut self.index;
        let next = self.lists.next();
        let list = match key {
            Key::Subject(subject, facet) => *subjects.entry((subject, facet)).or_insert(next),
            Key::Kind(kind) => *kinds.entry(kind).or_insert(next),
            Key::Sender(kind) => *senders.entry(kind).or_insert(next),
            Key::SenderCvr(cvr) => *sender_cvrs.entry(cvr.into()).or_insert(next),
            Key::Value(field, value) => {
                let slot = FieldKeys::slot(fields, field);
                *fields[slot].values.entry(value.into()).or_insert(next)
            }
            Key::Filled(field) => {
                let slot = FieldKeys::slot(fields, field);
                *fields[slot].filled.get_or_insert(next)
            }
            Key::Word(word, place) => words.seek(&word, place, next),
            Key::Part(field, part, at_start) => {
                let slot = FieldKeys::slot(fields, field);
                fields[slot].has_parts = true;
                self.parts.seek(part, slot, at_start, next)
            }
        };
        self.lists.make(list);
        list
    }

    /// `None` when pieces of values are longer in all than can be numbered.
    fn build(self) -> Option<Index> {
        Some(Index { lists: self.lists.build(), parts: self.parts.build()?, ..self.index })
    }
}

#[cfg(test)]
mod tests;
