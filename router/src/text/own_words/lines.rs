//! The lines of a letter.

use super::Kind;

/// A line, and what it was found to be.
#[derive(Clone, Debug)]
pub(super) struct Line<'a> {
    /// Without line break and without blanks around it.
    pub(super) text: &'a str,
    /// First byte in the letter.
    pub(super) start: usize,
    /// Byte after its line break.
    pub(super) end: usize,
    /// Page it stands on, from 0.
    pub(super) page: usize,
    /// Why it is set aside; nothing when it is kept.
    pub(super) kind: Option<Kind>,
}

impl Line<'_> {
    pub(super) fn is_blank(&self) -> bool {
        self.text.is_empty()
    }

    pub(super) fn has_words(&self) -> bool {
        self.text.contains(char::is_alphabetic)
    }

    /// Kept, and something stands on it.
    pub(super) fn is_open(&self) -> bool {
        self.kind.is_none() && !self.is_blank()
    }
}

/// The byte between pages, as text extraction writes it.
const PAGE_BREAK: char = '\u{c}';

/// Splits a text at line and page breaks. The lines cover the text without gaps.
pub(super) fn split(text: &str) -> Vec<Line<'_>> {
    let mut lines: Vec<Line<'_>> = Vec::new();
    let (mut page, mut start) = (0, 0);
    for whole in text.split_inclusive(['\n', PAGE_BREAK]) {
        let (end, breaks) = (start + whole.len(), whole.ends_with(PAGE_BREAK));
        match lines.last_mut() {
            // A page break after a line break is no line of its own.
            Some(last) if breaks && trimmed(whole).is_empty() => last.end = end,
            _ => lines.push(Line { text: trimmed(whole), start, end, page, kind: None }),
        }
        start = end;
        page += usize::from(breaks);
    }
    lines
}

/// Without what cannot be seen: blanks, byte order marks and marks of writing direction.
fn trimmed(text: &str) -> &str {
    let unseen = |c: char| {
        c.is_whitespace()
            || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.trim_matches(unseen)
}

/// Lower case without accents of form: one kind of dash, apostrophe and blank, so that phrases can be compared.
pub(super) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for char in text.chars().flat_map(char::to_lowercase) {
        match char {
            '\u{2010}'..='\u{2015}' | '\u{2212}' => folded.push('-'),
            '\u{2018}' | '\u{2019}' => folded.push('\''),
            char if char.is_whitespace() => {
                if !folded.ends_with(' ') {
                    folded.push(' ');
                }
            }
            char => folded.push(char),
        }
    }
    folded
}
