//! Terms: a letter's words, its pairs of neighbouring words, and pieces of 3 to 5 characters within each word.
//!
//! The pieces are what makes Danish compounds meet: `byggetilladelse` and `tilladelsen` share most of theirs.

use super::alphabet::GAP;
use super::words::{Word, words};
use crate::LetterText;

/// Lengths of the pieces a word is cut in, its edges counted as characters.
const PIECES: std::ops::RangeInclusive<usize> = 3..=5;

/// Which half of a vector a term belongs to; each half is normalised by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A word or a pair of words.
    Word,
    /// A piece of a word.
    Piece,
}

/// One term where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// What the term is, as a hash. Two terms in a vocabulary of 200,000 share one with a chance of 1 to
    /// 20,000 each.
    pub hash: u32,
    /// Word or piece.
    pub kind: Kind,
    /// Number of its (first) word, counted through label and body.
    pub word: usize,
}

/// Hands over every term of a letter, first those of the label, then those of the body.
pub fn terms(letter: &LetterText<'_>, mut visit: impl FnMut(Term)) {
    let mut first = 0;
    for text in [letter.label, letter.body] {
        let words = words(text);
        of_words(&words, first, &mut visit);
        first += words.len();
    }
}

fn of_words(words: &[Word], first: usize, visit: &mut impl FnMut(Term)) {
    let mut padded = Vec::new();
    let mut before: Option<u64> = None;
    for (number, word) in words.iter().enumerate() {
        let number = first + number;
        let whole = hash(WORD, &word.letters);
        visit(Term { hash: short(whole), kind: Kind::Word, word: number });
        if let Some(before) = before {
            visit(Term { hash: short(pair(before, whole)), kind: Kind::Word, word: number - 1 });
        }
        before = Some(whole);
        padded.clear();
        padded.push(GAP);
        padded.extend_from_slice(&word.letters);
        padded.push(GAP);
        for length in PIECES {
            for piece in padded.windows(length) {
                visit(Term { hash: short(hash(PIECE, piece)), kind: Kind::Piece, word: number });
            }
        }
    }
}

const WORD: u64 = 0xcbf2_9ce4_8422_2325;
const PIECE: u64 = 0x8422_2325_cbf2_9ce5;

/// FNV-1a: short keys, no state, the same on every machine.
fn hash(start: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(start, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

fn pair(before: u64, word: u64) -> u64 {
    before.rotate_left(23) ^ word.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Mixes all 64 bits into 32 (the finish of MurmurHash3).
fn short(hash: u64) -> u32 {
    let mixed = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    (mixed >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(label: &str, body: &str) -> Vec<u32> {
        let mut found = Vec::new();
        terms(&LetterText { label, body }, |term| found.push(term.hash));
        found
    }

    #[test]
    fn a_word_gives_itself_and_its_pieces() {
        // " støj ": one word, four pieces of 3, three of 4, two of 5.
        assert_eq!(hashes("", "støj").len(), 1 + 4 + 3 + 2);
        assert_eq!(hashes("støj", ""), hashes("", "STOEJ!"));
    }

    #[test]
    fn compounds_share_pieces() {
        let one = hashes("", "byggetilladelse");
        let shared = hashes("", "tilladelsen").iter().filter(|hash| one.contains(hash)).count();
        assert!(shared >= 20, "{shared}");
    }

    #[test]
    fn pairs_have_an_order_and_do_not_cross_from_label_to_body() {
        assert_ne!(hashes("", "hegn nabo"), hashes("", "nabo hegn"));
        assert_eq!(hashes("", "hegn nabo").len(), hashes("hegn", "nabo").len() + 1);
    }

    #[test]
    fn hashes_are_the_same_everywhere() {
        assert_eq!(hashes("", "§"), [short(hash(WORD, &[0xa7])), short(hash(PIECE, &[b' ', 0xa7, b' ']))]);
        assert_eq!(short(hash(WORD, b"vej")), 2_584_103_683);
    }
}
