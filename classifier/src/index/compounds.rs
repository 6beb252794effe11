//! Danish compounds: `byggetilladelse` is also `bygge` and `tilladelse`.
//!
//! A word is split where both sides are words that training met on their own, the first one with or without the
//! `s` or `e` that binds Danish compounds. Of several ways the one with the longest second part wins: it is the
//! second part that says what the thing is.

use std::collections::{BTreeMap, BTreeSet};

/// A part has at least so many letters; shorter ones (`by`, `so`, `al`) are found in everything.
const SHORTEST_PART: usize = 4;
/// A word stands in at least so many letters to be a part.
const LETTERS: u32 = 4;

/// The words that compounds are made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compounds {
    /// Hashes, ascending.
    parts: Vec<u32>,
}

impl Compounds {
    /// Words as a model file keeps them; in any order.
    pub fn new(mut parts: Vec<u32>) -> Self {
        parts.sort_unstable();
        parts.dedup();
        Self { parts }
    }

    /// Learns which words stand on their own, from the folded words of letters.
    pub fn learn<'a>(letters: impl IntoIterator<Item = BTreeSet<&'a [u8]>>) -> Self {
        let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
        for letter in letters {
            let parts = letter.into_iter().filter(|word| word.len() >= SHORTEST_PART && is_plain(word));
            parts.for_each(|word| *counts.entry(hash(word)).or_default() += 1);
        }
        Self::new(counts.into_iter().filter(|(_, count)| *count >= LETTERS).map(|(hash, _)| hash).collect())
    }

    /// The hashes of the words, ascending.
    pub fn parts(&self) -> &[u32] {
        &self.parts
    }

    /// The two parts of a folded word; `None` when it is none of ours.
    pub fn split<'a>(&self, word: &'a [u8]) -> Option<[&'a [u8]; 2]> {
        let last = word.len().checked_sub(SHORTEST_PART)?;
        (SHORTEST_PART..=last).find_map(|at| {
            let (first, second) = word.split_at(at);
            let first = self.first(first)?;
            self.is_part(second).then_some([first, second])
        })
    }

    /// The first part, as it stands or without what binds it to the second.
    fn first<'a>(&self, part: &'a [u8]) -> Option<&'a [u8]> {
        let bound = || match part {
            [bare @ .., b's' | b'e'] if bare.len() >= SHORTEST_PART => Some(bare),
            _ => None,
        };
        Some(part).filter(|part| self.is_part(part)).or_else(|| bound().filter(|bare| self.is_part(bare)))
    }

    fn is_part(&self, word: &[u8]) -> bool {
        self.parts.binary_search(&hash(word)).is_ok()
    }
}

fn is_plain(word: &[u8]) -> bool {
    !word.contains(&b'0')
}

/// FNV-1a, as everywhere among the features.
pub(super) fn hash(word: &[u8]) -> u32 {
    word.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compounds(words: &[&str]) -> Compounds {
        Compounds::new(words.iter().map(|word| hash(word.as_bytes())).collect())
    }

    fn split(compounds: &Compounds, word: &str) -> Option<[String; 2]> {
        let text = |part: &[u8]| String::from_utf8_lossy(part).into_owned();
        compounds.split(word.as_bytes()).map(|parts| parts.map(text))
    }

    #[test]
    fn compounds_are_split_where_both_sides_are_words() {
        let known = compounds(&["bygge", "tilladelse", "parkering", "plads", "ladelse"]);
        assert_eq!(split(&known, "byggetilladelse"), Some(["bygge".into(), "tilladelse".into()]));
        assert_eq!(split(&known, "parkeringsplads"), Some(["parkering".into(), "plads".into()]));
        for whole in ["tilladelse", "byggesag", "plads", "", "by"] {
            assert_eq!(split(&known, whole), None, "{whole}");
        }
    }

    #[test]
    fn a_word_of_four_letters_is_a_part() {
        let known = Compounds::learn((0..4).map(|_| BTreeSet::from([&b"plads"[..], b"p", b"2000", b"0000"])));
        assert_eq!(known.parts(), [hash(b"plads")]);
        assert!(Compounds::learn((0..3).map(|_| BTreeSet::from([&b"plads"[..]]))).parts().is_empty());
    }
}
