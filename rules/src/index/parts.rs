//! Parts: pieces of fields' values, all sought at once by one automaton (Aho and Corasick, 1975).

use std::collections::HashMap;

use aho_corasick::AhoCorasick;

use super::ListId;

/// Every piece that rules speak of.
#[derive(Clone, Default)]
pub(super) struct Parts {
    /// None when no rule seeks any.
    automaton: Option<AhoCorasick>,
    /// What finding each pattern of the automaton means.
    meanings: Vec<Vec<Meaning>>,
}

/// Finding a pattern in a value of the right field leads to a list of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Meaning {
    place: Place,
    list: ListId,
}

/// In the values of the field in this slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    slot: usize,
    at_start: bool,
}

impl Parts {
    /// Finds pieces in a folded value of a field.
    pub(super) fn find(&self, value: &str, slot: usize, found: &mut Vec<ListId>) {
        let Some(automaton) = &self.automaton else { return };
        // Overlapping: one piece may be part of another.
        for hit in automaton.find_overlapping_iter(value) {
            let fits = |place: Place| place.slot == slot && (hit.start() == 0 || !place.at_start);
            let meanings = &self.meanings[hit.pattern().as_usize()];
            found.extend(meanings.iter().filter(|meaning| fits(meaning.place)).map(|meaning| meaning.list));
        }
    }
}

/// Parts while rules are being filed.
#[derive(Default)]
pub(super) struct PartsDraft {
    patterns: HashMap<String, usize>,
    meanings: Vec<Vec<Meaning>>,
}

impl PartsDraft {
    /// Seeks a piece of a field's values; gives its list, which is `next` when it is a new one.
    pub(super) fn seek(&mut self, part: String, slot: usize, at_start: bool, next: ListId) -> ListId {
        let place = Place { slot, at_start };
        let number = *self.patterns.entry(part).or_insert(self.meanings.len());
        if number == self.meanings.len() {
            self.meanings.push(Vec::new());
        }
        let meanings = &mut self.meanings[number];
        if let Some(known) = meanings.iter().find(|meaning| meaning.place == place) {
            return known.list;
        }
        meanings.push(Meaning { place, list: next });
        next
    }

    /// The automaton; `None` when there are more letters than it can number (billions).
    pub(super) fn build(self) -> Option<Parts> {
        let mut patterns: Vec<(String, usize)> = self.patterns.into_iter().collect();
        patterns.sort_unstable_by_key(|&(_, number)| number);
        let automaton = match patterns.is_empty() {
            true => None,
            false => Some(AhoCorasick::new(patterns.into_iter().map(|(pattern, _)| pattern)).ok()?),
        };
        Some(Parts { automaton, meanings: self.meanings })
    }
}
