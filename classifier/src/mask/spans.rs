//! What is found, and what is put in its place.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// What a piece of personal data is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// CPR number, in any notation.
    Cpr,
    /// Bank account, IBAN, payment slip.
    Account,
    /// E-mail address.
    Email,
    /// Telephone number.
    Phone,
    /// Address or dwelling.
    Address,
    /// Plate, loan card, cadastral number, immigration number, day of birth or death, penal matters.
    Other,
    /// Name of a person.
    Name,
    /// Health, treatment, disability or dependency of a person.
    Health,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Cpr,
        Self::Account,
        Self::Email,
        Self::Phone,
        Self::Address,
        Self::Other,
        Self::Name,
        Self::Health,
    ];

    /// The word that stands for it in a masked text: tells neither length nor initials.
    pub const fn token(self) -> &'static str {
        match self {
            Self::Cpr => "[cpr]",
            Self::Account => "[konto]",
            Self::Email => "[e-mail]",
            Self::Phone => "[telefon]",
            Self::Address => "[adresse]",
            Self::Other => "[oplysning]",
            Self::Name => "[navn]",
            Self::Health => "[helbred]",
        }
    }
}

/// Where in a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// Its label.
    Label,
    /// Its text.
    Body,
}

/// A piece of personal data: where it stands and what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// In which text.
    pub place: Place,
    /// Bytes of that text.
    pub range: Range<usize>,
    /// What.
    pub kind: Kind,
}

/// A text that has been masked. Only this module makes one, so a page that asks for it cannot show a letter
/// by mistake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Masked(String);

impl Masked {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Masked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text with the words for what was found in place of it. `found` is what [`find`](super::find) said of
/// this text; ranges that do not fit it are passed over.
pub fn masked<'a>(text: &str, found: impl IntoIterator<Item = &'a Found>) -> Masked {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for found in found {
        let Some(between) = text.get(at..found.range.start) else { continue };
        if text.get(found.range.clone()).is_none() {
            continue;
        }
        out.push_str(between);
        out.push_str(found.kind.token());
        at = found.range.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    Masked(out)
}

/// A piece of one text, before it is settled which pieces belong together.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mark {
    pub(super) range: Range<usize>,
    pub(super) kind: Kind,
}

impl Mark {
    pub(super) fn new(range: Range<usize>, kind: Kind) -> Self {
        Self { range, kind }
    }

    pub(super) fn at(self, place: Place) -> Found {
        Found { place, range: self.range, kind: self.kind }
    }
}

/// Does a range touch a mark?
pub(super) fn taken(marks: &[Mark], range: &Range<usize>) -> bool {
    marks.iter().any(|mark| mark.range.start < range.end && range.start < mark.range.end)
}

/// Sorts marks and joins those that overlap, and names of which only a space or hyphen is between. The longer
/// one says what they are.
pub(super) fn settle(text: &str, mut marks: Vec<Mark>) -> Vec<Mark> {
    marks.retain(|mark| text.get(mark.range.clone()).is_some_and(|part| !part.is_empty()));
    marks.sort_by_key(|mark| (mark.range.start, std::cmp::Reverse(mark.range.end), mark.kind));
    let mut settled: Vec<Mark> = Vec::with_capacity(marks.len());
    for mark in marks {
        match settled.last_mut() {
            Some(last) if belongs(text, last, &mark) => {
                if mark.range.len() > last.range.len() {
                    last.kind = mark.kind;
                }
                last.range.end = last.range.end.max(mark.range.end);
            }
            _ => settled.push(mark),
        }
    }
    settled
}

fn belongs(text: &str, last: &Mark, next: &Mark) -> bool {
    if next.range.start < last.range.end {
        return true;
    }
    let between = text.get(last.range.end..next.range.start).unwrap_or("\n");
    last.kind == next.kind && last.kind == Kind::Name && matches!(between, "" | " " | "-" | "\u{a0}")
}
