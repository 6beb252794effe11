//! Own words: what the sender of a letter wrote, without what came along with it.
//!
//! A letter that answers another carries the other below itself; mail programs and firms add lines of their own; a print
//! repeats its head on every page. A classifier must not read a subject out of those. Text is told apart line by line, and
//! what is set aside is named with its place, so that a page can show it.
//!
//! A letter is never emptied: where nothing would be left, less is set aside.
//!
//! **Deliberately absent:** understanding. A line is judged by its form and by well-known phrases, Danish and English.

mod disclaimer;
mod earlier;
mod hyphens;
mod lines;
mod pages;
mod signature;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use std::ops::Range;

use lines::Line;

/// A letter's own words, and what was set aside to get at them. Holds personal data: prints itself redacted.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnWords {
    /// What the sender wrote, words broken at line ends joined.
    pub text: String,
    /// What was set aside, in the order of the letter.
    pub set_aside: Vec<SetAside>,
}

impl std::fmt::Debug for OwnWords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OwnWords({} bytes, {:?})", self.text.len(), self.set_aside)
    }
}

/// Neighbouring lines of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    /// What it is.
    pub kind: Kind,
    /// Where it stands in the letter's text, in bytes.
    pub range: Range<usize>,
}

/// What can be set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An earlier letter, quoted or forwarded.
    EarlierLetter,
    /// A greeting with the name and contact lines below it.
    Signature,
    /// A line of a mail program, a virus scanner or a lawyer.
    Disclaimer,
    /// Head or foot of a page.
    PageFrame,
}

impl Kind {
    /// A stable word for corpora and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EarlierLetter => "earlier-letter",
            Self::Signature => "signature",
            Self::Disclaimer => "disclaimer",
            Self::PageFrame => "page-frame",
        }
    }
}

/// Fewer own words than these say nothing of what a forwarded letter is about ("Se nedenfor").
const SAYS_NOTHING: usize = 5;

/// Letters within letters that are looked into before the whole is kept.
const DEEP: usize = 4;

/// Finds the sender's own words.
pub fn own_words(text: &str) -> OwnWords {
    let mut lines = lines::split(text);
    pages::mark(&mut lines);
    let mut letter = 0..lines.len();
    for _ in 0..DEEP {
        let Some(inner) = mark_letter(&mut lines, letter.clone()) else { break };
        for line in &mut lines[inner.clone()] {
            line.kind = line.kind.filter(|kind| *kind == Kind::PageFrame);
        }
        letter = inner;
    }
    if words(&lines) == 0 {
        lines.iter_mut().for_each(|line| line.kind = None);
    }
    OwnWords { text: hyphens::join(&lines), set_aside: set_aside(&lines) }
}

/// Marks one letter; answers where the letter inside it stands when that is the one to read.
fn mark_letter(lines: &mut [Line<'_>], letter: Range<usize>) -> Option<Range<usize>> {
    let earlier = earlier::mark(&mut lines[letter.clone()]);
    disclaimer::mark(&mut lines[letter.clone()]);
    signature::mark(&mut lines[letter.clone()]);
    let body = earlier?;
    let own = words(&lines[letter.clone()]);
    let looks_inside = own == 0 || (body.may_be_forwarded && own < SAYS_NOTHING);
    let inner = letter.start + body.begins..letter.end;
    (looks_inside && lines[inner.clone()].iter().any(Line::has_words)).then_some(inner)
}

/// Words on lines that are kept.
fn words(lines: &[Line<'_>]) -> usize {
    let kept = lines.iter().filter(|line| line.kind.is_none());
    kept.map(|line| line.text.split_whitespace().filter(|word| word.contains(char::is_alphabetic)).count())
        .sum()
}

fn set_aside(lines: &[Line<'_>]) -> Vec<SetAside> {
    let mut found: Vec<SetAside> = Vec::new();
    // Empty lines between two of a kind belong to them.
    let mut apart = true;
    for line in lines {
        let Some(kind) = line.kind else {
            apart |= !line.is_blank();
            continue;
        };
        match found.last_mut() {
            Some(last) if last.kind == kind && !apart => last.range.end = line.end,
            _ => found.push(SetAside { kind, range: line.start..line.end }),
        }
        apart = false;
    }
    found
}
