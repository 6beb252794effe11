//! Words of a letter, in order, with where they stand.

use std::ops::Range;

use super::alphabet;

/// Longest word in letters; what follows is left out. The longest in daily use
/// (`speciallægepraksisplanlægnings- stabiliseringsperiode`) is a joke of 51.
const MAX_LETTERS: usize = 48;
/// How many words of one text are read. The subject shows early: a page has some 500 words.
pub const MAX_WORDS: usize = 4_000;
/// How much of a text is read: [`MAX_WORDS`] of Danish at most, and a bound for text without any word.
const MAX_BYTES: usize = 64 * 1024;

/// A word, folded, and where it stands in the text.
#[derive(Clone, PartialEq, Eq)]
pub struct Word {
    pub(super) letters: Vec<u8>,
    /// Bytes of the text it was read from.
    pub span: Range<usize>,
}

impl Word {
    /// Its letters, folded, one byte each: Latin-1, and 255 for a letter of another alphabet.
    pub(crate) fn letters(&self) -> &[u8] {
        &self.letters
    }
}

/// The words of a text, at most [`MAX_WORDS`] of them, from its first 64 KiB.
pub fn words(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    let mut open = Word { letters: Vec::new(), span: 0..0 };
    for (at, character) in text.char_indices().take_while(|(at, _)| *at < MAX_BYTES) {
        if open.letters.is_empty() {
            open.span.start = at;
        }
        if alphabet::push(&mut open.letters, character) {
            open.letters.truncate(MAX_LETTERS);
            open.span.end = at + character.len_utf8();
        } else {
            close(&mut open, &mut found);
        }
        if found.len() == MAX_WORDS {
            return found;
        }
    }
    close(&mut open, &mut found);
    found
}

fn close(open: &mut Word, found: &mut Vec<Word>) {
    if !open.letters.is_empty() {
        found.push(Word { letters: std::mem::take(&mut open.letters), span: open.span.clone() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_know_where_they_stand() {
        let text = "Kære kommune,\n jf. § 41: støj!";
        let spans: Vec<&str> = words(text).into_iter().map(|word| &text[word.span]).collect();
        assert_eq!(spans, ["Kære", "kommune", "jf", "§", "41", "støj"]);
    }

    #[test]
    fn hostile_text_is_bounded() {
        assert_eq!(words(&"a".repeat(1_000_000))[0].letters.len(), MAX_LETTERS);
        assert_eq!(words(&"æ ".repeat(1_000_000)).len(), MAX_WORDS);
        assert!(words(&" \u{ad}.".repeat(1_000_000)).is_empty());
    }
}
