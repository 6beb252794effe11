//! Looking up: the lists of rules that a message's own keys lead to.

use kle::FacetPattern;

use super::candidates::Candidates;
use super::hash::Table;
use super::lists::Lists;
use super::{ALWAYS, Index, ListId};
use crate::fields::Field;
use crate::fold;
use crate::gather::sender_cvr;
use crate::rule::{Looked, Where};

/// What rules ask of one field.
#[derive(Clone, Debug)]
pub(super) struct FieldKeys {
    field: &'static Field,
    /// By value, folded.
    pub(super) values: Table<Box<str>, ListId>,
    /// For a value of any kind.
    pub(super) filled: Option<ListId>,
    /// Is something sought inside its values?
    pub(super) has_parts: bool,
}

/// What a message leads to: the lists of all its keys.
pub(crate) struct Found<'i> {
    lists: &'i Lists,
    /// Ascending.
    found: Vec<ListId>,
}

impl Found<'_> {
    /// The rules that hold and may match, in order.
    pub(crate) fn holds(&self) -> Candidates<'_> {
        Candidates::of(self.found.iter().map(|&list| self.lists.holds(list)), &self.found)
    }

    /// The other rules that may match, in order.
    pub(crate) fn others(&self) -> Candidates<'_> {
        Candidates::of(self.found.iter().map(|&list| self.lists.others(list)), &self.found)
    }
}

impl FieldKeys {
    /// The place of a field's keys, made when there are none.
    pub(super) fn slot(fields: &mut Vec<Self>, field: &'static Field) -> usize {
        fields.iter().position(|keys| keys.field == field).unwrap_or_else(|| {
            fields.push(Self { field, values: Table::default(), filled: None, has_parts: false });
            fields.len() - 1
        })
    }
}

impl Index {
    /// Looks up everything the message has.
    pub(crate) fn look_up(&self, looked: &Looked<'_>) -> Found<'_> {
        // Room for the lists of most letters.
        let mut found = Vec::with_capacity(32);
        found.push(ALWAYS);
        let facts = looked.facts;
        found.extend(self.kinds.get(&facts.kind));
        found.extend(self.senders.get(&facts.sender));
        if !self.sender_cvrs.is_empty() {
            found.extend(sender_cvr(&facts.message).and_then(|cvr| self.sender_cvrs.get(cvr.as_str())));
        }
        self.look_up_subject(looked, &mut found);
        for (slot, keys) in self.fields.iter().enumerate() {
            self.look_up_field(slot, keys, looked, &mut found);
        }
        if self.words.in_label() {
            self.words.find(looked.label(), Where::Label, &mut found);
        }
        if self.words.in_text() {
            self.words.find(looked.text(), Where::Text, &mut found);
        }
        found.sort_unstable();
        found.dedup();
        Found { lists: &self.lists, found }
    }

    fn look_up_subject(&self, looked: &Looked<'_>, found: &mut Vec<ListId>) {
        if self.subjects.is_empty() {
            return;
        }
        // Also marks that only some rules may match: a list too many costs time, a list too few a rule.
        for (subject, facet) in looked.subjects(true) {
            let facets = [
                None,
                facet.map(FacetPattern::One),
                facet.map(|facet| FacetPattern::Category(facet.category())),
            ];
            let facets = if facet.is_some() { &facets[..] } else { &facets[..1] };
            for subject in subject.prefixes().map(Some).chain([None]) {
                found.extend(facets.iter().filter_map(|&facet| self.subjects.get(&(subject, facet))));
            }
        }
    }

    fn look_up_field(&self, slot: usize, keys: &FieldKeys, looked: &Looked<'_>, found: &mut Vec<ListId>) {
        (keys.field.read)(looked.facts, &mut |value| {
            found.extend(keys.filled);
            if keys.has_parts || !keys.values.is_empty() {
                let value = fold::plain_once(value);
                found.extend(keys.values.get(&*value));
                if keys.has_parts {
                    self.parts.find(&value, slot, found);
                }
            }
            false
        });
    }
}
