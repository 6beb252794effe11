//! A text cut into words, each with what its form says.

use std::ops::Range;

use super::lexicon::{Flags, look_up};
use super::spans::Kind;

/// A text and its words.
pub(crate) struct Page<'a> {
    pub(super) text: &'a str,
    /// The text in small letters, byte for byte in the same places.
    pub(super) lower: String,
    pub(super) words: Vec<Word>,
    /// Does the sender begin sentences with small letters?
    pub(super) small: bool,
    /// Is it all written in capitals?
    pub(super) loud: bool,
}

/// A run of letters and digits.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub(super) range: Range<usize>,
    /// Begins with a capital.
    pub(super) capital: bool,
    /// Two letters or more, all capitals.
    pub(super) capitals: bool,
    /// Begins with a digit.
    pub(super) digit: bool,
    /// First of its line.
    pub(super) line_start: bool,
    /// First of its sentence.
    pub(super) sentence_start: bool,
    pub(super) flags: Flags,
}

/// As many words of a line are looked at to either side.
const LINE: usize = 200;

/// As many words of a text are looked at; what follows is searched for numbers alone.
const MAX_WORDS: usize = 200_000;

impl<'a> Page<'a> {
    pub(crate) fn read(text: &'a str) -> Self {
        let lower = fold(text);
        let mut words: Vec<Word> = Vec::with_capacity(text.len() / 6 + 1);
        let mut begun: Option<usize> = None;
        let mut skip_to = 0;
        let (mut line_start, mut sentence_start) = (true, true);
        let mut close = |begin: usize, end: usize, line_start: &mut bool, sentence_start: &mut bool| {
            words.push(word(text, &lower, begin..end, *line_start, *sentence_start));
            (*line_start, *sentence_start) = (false, false);
        };
        for (at, char) in text.char_indices() {
            if at < skip_to {
                continue;
            }
            if char.is_alphanumeric() || is_joining(char) && begun.is_some() {
                begun.get_or_insert(at);
                continue;
            }
            if let Some(begin) = begun.take() {
                close(begin, at, &mut line_start, &mut sentence_start);
            }
            match char {
                '\n' | '\r' | '\u{2028}' | '\u{2029}' => (line_start, sentence_start) = (true, true),
                '.' | '!' | '?' | ':' | '•' | '*' | '"' | '»' | '”' => sentence_start = true,
                '[' => {
                    if let Some(token) = token_at(text, at) {
                        skip_to = at + token;
                    }
                }
                _ => {}
            }
        }
        if let Some(begin) = begun {
            close(begin, text.len(), &mut line_start, &mut sentence_start);
        }
        words.truncate(MAX_WORDS);
        let starts = words.iter().filter(|word| word.sentence_start && !word.digit);
        let (all, capital) =
            starts.fold((0, 0), |(all, capital), word| (all + 1, capital + usize::from(word.capital)));
        let loud = words.iter().filter(|word| word.capitals).count() * 2 > words.len();
        Self { text, small: all > 0 && capital * 2 < all, loud, lower, words }
    }

    /// A word in small letters; empty past the end.
    pub(super) fn low(&self, at: usize) -> &str {
        self.words.get(at).map_or("", |word| &self.lower[word.range.clone()])
    }

    /// The word before a place in the list, in small letters.
    pub(super) fn low_before(&self, at: usize, back: usize) -> &str {
        at.checked_sub(back).map_or("", |at| self.low(at))
    }

    pub(super) fn flags(&self, at: usize) -> Flags {
        self.words.get(at).map_or(Flags::NONE, |word| word.flags)
    }

    /// What is between a word and the next; a line break past the end.
    pub(super) fn gap(&self, at: usize) -> &str {
        match (self.words.get(at), self.words.get(at + 1)) {
            (Some(one), Some(next)) => &self.text[one.range.end..next.range.start],
            _ => "\n",
        }
    }

    /// What is between a word and the one before; a line break at the beginning.
    pub(super) fn gap_before(&self, at: usize) -> &str {
        at.checked_sub(1).map_or("\n", |before| self.gap(before))
    }

    /// The char after a word.
    pub(super) fn after(&self, at: usize) -> Option<char> {
        self.words.get(at).and_then(|word| self.text[word.range.end..].chars().next())
    }

    /// From the beginning of one word to the end of another.
    pub(super) fn range(&self, first: usize, last: usize) -> Range<usize> {
        self.words[first].range.start..self.words[last].range.end
    }

    /// First and last word of the line that a word is on; of a long line, the part about the word.
    pub(super) fn line(&self, at: usize) -> (usize, usize) {
        let mut first = at;
        while first > 0 && at - first < LINE && !self.words[first].line_start {
            first -= 1;
        }
        let mut last = at;
        while last + 1 < self.words.len() && last - at < LINE && !self.words[last + 1].line_start {
            last += 1;
        }
        (first, last)
    }
}

/// Is a gap nothing but one space, or a space that does not break?
pub(super) fn is_space(gap: &str) -> bool {
    matches!(gap, " " | "\u{a0}" | "\u{202f}" | "\u{2009}" | "  ")
}

/// Characters that stand in words and are not seen.
pub(super) fn is_joining(char: char) -> bool {
    matches!(char, '\u{ad}' | '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{301}')
}

fn word(text: &str, lower: &str, range: Range<usize>, line_start: bool, sentence_start: bool) -> Word {
    let form = &text[range.clone()];
    let capital = form.chars().next().is_some_and(char::is_uppercase);
    let capitals = capital && form.chars().nth(1).is_some() && !form.chars().any(char::is_lowercase);
    let digit = form.as_bytes().first().is_some_and(u8::is_ascii_digit);
    let flags = if digit { Flags::NONE } else { look_up(&lower[range.clone()]) };
    Word { range, capital, capitals, digit, line_start, sentence_start, flags }
}

/// Small letters that are as long as the capitals were.
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let small = |char: char| {
        let mut small = char.to_lowercase();
        match (small.next(), small.next()) {
            (Some(one), None) if one.len_utf8() == char.len_utf8() => one,
            _ => char,
        }
    };
    text.chars().map(small).collect()
}

/// Length of the masking word that stands here, if one does.
fn token_at(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    Kind::ALL.iter().map(|kind| kind.token()).find(|token| rest.starts_with(token)).map(str::len)
}

/// The words of a text in small letters.
pub(crate) fn words(text: &str) -> Vec<String> {
    let lower = fold(text);
    let parts = lower.split(|char: char| !char.is_alphanumeric() && char != '§');
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_know_their_line_sentence_and_capitals() {
        let page = Page::read("Hej Åse. [navn] TAK\nog 12b");
        let words: Vec<&str> = (0..page.words.len()).map(|at| page.low(at)).collect();
        assert_eq!(words, ["hej", "åse", "tak", "og", "12b"]);
        assert!(page.words[2].capitals && page.words[2].sentence_start);
        assert!(page.words[3].line_start && !page.words[3].capital && page.words[4].digit);
        assert_eq!(page.gap(2), "\n");
        assert_eq!(page.line(4), (3, 4));
    }

    #[test]
    fn folding_keeps_every_place() {
        for text in ["İstanbul ÆØÅ ẞ", "ĄŞ", ""] {
            assert_eq!(fold(text).len(), text.len(), "{text}");
        }
    }
}
