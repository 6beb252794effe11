//! Parts: words and pieces of values, all sought at once by one automaton (Aho and Corasick, 1975).

use std::collections::HashMap;

use aho_corasick::AhoCorasick;

use super::ListId;
use crate::rule::Where;

/// Every word and piece that rules speak of.
#[derive(Clone, Default)]
pub(super) struct Parts {
    /// None when no rule seeks any.
    automaton: Option<AhoCorasick>,
    /// What finding each pattern of the automaton means.
    meanings: Vec<Vec<Meaning>>,
    label: bool,
    text: bool,
}

/// Finding a pattern in the right place leads to a list of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Meaning {
    place: Place,
    list: ListId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In the words of title or text.
    Words(Where),
    /// In the values of the field in this slot.
    Field { slot: usize, at_start: bool },
}

impl Parts {
    /// Are words sought in the title?
    pub(super) fn in_label(&self) -> bool {
        self.label
    }

    /// Are words sought in the text?
    pub(super) fn in_text(&self) -> bool {
        self.text
    }

    /// Finds words in folded words of the title or the text.
    pub(super) fn words_in(&self, words: &str, place: Where, found: &mut Vec<ListId>) {
        self.each_in(words, found, |meaning, _| match meaning {
            Place::Words(sought) => sought == place || sought == Where::Anywhere,
            Place::Field { .. } => false,
        });
    }

    /// Finds pieces in a folded value of a field.
    pub(super) fn parts_in(&self, value: &str, slot: usize, found: &mut Vec<ListId>) {
        self.each_in(value, found, |meaning, start| match meaning {
            Place::Words(_) => false,
            Place::Field { slot: of, at_start } => of == slot && (start == 0 || !at_start),
        });
    }

    fn each_in(&self, text: &str, found: &mut Vec<ListId>, fits: impl Fn(Place, usize) -> bool) {
        let Some(automaton) = &self.automaton else { return };
        // Overlapping: two words side by side share the blank between them.
        for hit in automaton.find_overlapping_iter(text) {
            let meanings = &self.meanings[hit.pattern().as_usize()];
            found.extend(meanings.iter().filter(|m| fits(m.place, hit.start())).map(|m| m.list));
        }
    }
}

/// Parts while rules are being filed.
#[derive(Default)]
pub(super) struct PartsDraft {
    patterns: HashMap<String, usize>,
    meanings: Vec<Vec<Meaning>>,
    label: bool,
    text: bool,
}

impl PartsDraft {
    /// Seeks a word; gives its list, which is `next` when it is a new one.
    pub(super) fn word(&mut self, word: String, place: Where, next: ListId) -> ListId {
        self.label |= place != Where::Text;
        self.text |= place != Where::Label;
        self.list(word, Place::Words(place), next)
    }

    /// Seeks a piece of a field's values; gives its list, which is `next` when it is a new one.
    pub(super) fn part(&mut self, part: String, slot: usize, at_start: bool, next: ListId) -> ListId {
        self.list(part, Place::Field { slot, at_start }, next)
    }

    fn list(&mut self, pattern: String, place: Place, next: ListId) -> ListId {
        let number = *self.patterns.entry(pattern).or_insert(self.meanings.len());
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
        Some(Parts { automaton, meanings: self.meanings, label: self.label, text: self.text })
    }
}
