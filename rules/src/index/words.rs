//! Words: whole words and phrases, found by looking up each word of a text.

use super::hash::Table;
use super::{ALWAYS, ListId};
use crate::rule::Where;

/// Every word and phrase that rules speak of.
#[derive(Clone, Default)]
pub(super) struct Words {
    /// Phrases, without the blanks at their ends, and every beginning of one, so that a text is followed only as long as
    /// it goes on like a phrase.
    phrases: Table<Box<str>, Meaning>,
    label: bool,
    text: bool,
}

/// What finding a phrase leads to.
#[derive(Clone, Copy)]
struct Meaning {
    /// Lists of rules that seek it in the title, in the text, in either; [`ALWAYS`] when there are none.
    lists: [ListId; 3],
    /// Does a longer phrase begin with it?
    goes_on: bool,
}

impl Default for Meaning {
    fn default() -> Self {
        Self { lists: [ALWAYS; 3], goes_on: false }
    }
}

impl Words {
    /// Seeks a phrase with blanks around it; gives its list, which is `next` when it is a new one.
    pub(super) fn seek(&mut self, phrase: &str, place: Where, next: ListId) -> ListId {
        self.label |= place != Where::Text;
        self.text |= place != Where::Label;
        let phrase = phrase.trim_matches(' ');
        for (blank, _) in phrase.match_indices(' ') {
            self.phrases.entry(phrase[..blank].into()).or_default().goes_on = true;
        }
        let list = &mut self.phrases.entry(phrase.into()).or_default().lists[place as usize];
        if *list == ALWAYS {
            *list = next;
        }
        *list
    }

    /// Are words sought in the title?
    pub(super) fn in_label(&self) -> bool {
        self.label
    }

    /// Are words sought in the text?
    pub(super) fn in_text(&self) -> bool {
        self.text
    }

    /// Finds phrases in words with one blank between and at both ends, as [`crate::fold::words`] makes them.
    pub(super) fn find(&self, words: &str, place: Where, found: &mut Vec<ListId>) {
        let mut start = 1;
        while let Some(end) = end_of_word(words, start) {
            self.find_from(words, start, end, place, found);
            start = end + 1;
        }
    }

    /// Finds the phrases that begin with the word from `start` to `end`.
    fn find_from(&self, words: &str, start: usize, end: usize, place: Where, found: &mut Vec<ListId>) {
        let mut end = end;
        while let Some(meaning) = self.phrases.get(&words[start..end]) {
            let lists = [meaning.lists[place as usize], meaning.lists[Where::Anywhere as usize]];
            found.extend(lists.into_iter().filter(|&list| list != ALWAYS));
            match end_of_word(words, end + 1).filter(|_| meaning.goes_on) {
                Some(next) => end = next,
                None => return,
            }
        }
    }
}

/// Where the word that begins at `start` ends; `None` when there is none.
fn end_of_word(words: &str, start: usize) -> Option<usize> {
    words.as_bytes().get(start..)?.iter().position(|&byte| byte == b' ').map(|length| start + length)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fold;

    proptest! {
        #[test]
        fn phrases_are_found_where_they_stand_as_whole_words(
            phrases in prop::collection::vec("[ab]{1,2}( [ab]{1,2}){0,3}", 1..8),
            text in "([abc]{1,2} ){0,12}",
        ) {
            let mut words = Words::default();
            let lists: Vec<ListId> = (1..)
                .zip(&phrases)
                .map(|(next, phrase)| words.seek(&fold::words(phrase), Where::Anywhere, next))
                .collect();
            let text = fold::words(&text);
            let mut found = Vec::new();
            words.find(&text, Where::Text, &mut found);
            for (phrase, list) in phrases.iter().zip(lists) {
                prop_assert_eq!(found.contains(&list), text.contains(&fold::words(phrase)), "{}", phrase);
            }
        }
    }
}
