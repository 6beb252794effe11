//! An entry: one number of the plan in one period, with what the plan says about it.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::retention::{ErasureDeadline, RetentionCode};
use crate::{Facet, FacetPattern, Subject};

/// What stands in a plan: a [`Subject`] on any level, or a [`FacetPattern`] (a facet or its category).
pub trait Number: Copy + Ord + fmt::Display + fmt::Debug + sealed::Sealed {
    /// The number one level up.
    fn parent(self) -> Option<Self>;
    /// Is it in the interval left to the authorities?
    fn is_local(self) -> bool;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::Subject {}
    impl Sealed for crate::FacetPattern {}
}

impl Number for Subject {
    fn parent(self) -> Option<Self> {
        Subject::parent(self)
    }

    fn is_local(self) -> bool {
        Subject::is_local(self)
    }
}

impl Number for FacetPattern {
    fn parent(self) -> Option<Self> {
        match self {
            Self::One(facet) => Some(Self::Category(Facet::category(facet))),
            Self::Category(_) => None,
        }
    }

    // Own facets are not known to exist (`spec/kle.md` §2).
    fn is_local(self) -> bool {
        false
    }
}

/// One dated row of the plan. A number that left the plan and came back has two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry<K> {
    /// The number.
    #[serde(rename = "n")]
    pub number: K,
    /// The title without its marks; `None` when no source had one.
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// KLE-Online's own key.
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<Uuid>,
    /// The first day it applied; `None` is before anything the sources know.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Date>,
    /// The days its title was changed, as the feed states them.
    #[serde(rename = "h", default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<Date>,
    /// The first day it applied no more; `None` while it is current.
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    pub expired: Option<Date>,
    /// What replaced it, in order of number. An old case keeps the old number all the same.
    #[serde(rename = "s", default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub successors: Vec<Successor<K>>,
    /// The retention code; `None` is unknown, not "none".
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<RetentionCode>,
    /// When personal data should be erased; facets have none.
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    pub erasure: Option<ErasureDeadline>,
    /// `[udgår 2027]` in the title: its end is announced.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub ending: Option<Ending>,
    /// `[fagsystem-emne]` in the title: for data exchange between systems, not for journaling by hand.
    #[serde(rename = "r", default, skip_serializing_if = "std::ops::Not::not")]
    pub reserved: bool,
    /// No source lists it; it is here because numbers below it are (a list of subjects without their groups).
    #[serde(rename = "i", default, skip_serializing_if = "std::ops::Not::not")]
    pub implied: bool,
}

/// A number that takes over, and how we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Successor<K> {
    /// The number that took over.
    #[serde(rename = "n")]
    pub number: K,
    /// How we know.
    #[serde(rename = "b")]
    pub basis: Basis,
}

/// How a replacement is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Basis {
    /// The plan says so (`AfloestAf`, `Erstatter`).
    #[serde(rename = "s")]
    Stated,
    /// A table derived it, for example because the titles are the same. KL has not said so.
    #[serde(rename = "d")]
    Derived,
}

/// An announced end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Ending {
    /// `[udgår]`: some day.
    #[serde(rename = "some-day")]
    SomeDay,
    /// `[udgår 2027]`: in that year.
    #[serde(rename = "in")]
    In(u16),
}

impl<K: Number> Entry<K> {
    /// An entry with nothing but its number.
    pub fn new(number: K) -> Self {
        Self {
            number,
            title: None,
            uuid: None,
            created: None,
            changed: Vec::new(),
            expired: None,
            successors: Vec::new(),
            retention: None,
            erasure: None,
            ending: None,
            reserved: false,
            implied: false,
        }
    }

    /// Does it apply on a day?
    pub fn applies(&self, date: Date) -> bool {
        self.created.is_none_or(|created| created <= date)
            && self.expired.is_none_or(|expired| date < expired)
    }

    /// Is there a day on which both apply, or are their periods the same?
    pub fn overlaps(&self, other: &Self) -> bool {
        let before = |a: &Self, b: &Self| match (a.expired, b.created) {
            (Some(expired), Some(created)) => expired <= created,
            _ => false,
        };
        // A row that never applied is still the same as itself.
        let same = (self.created, self.expired) == (other.created, other.expired);
        same || (!before(self, other) && !before(other, self))
    }

    /// Is it in the interval left to the authorities?
    pub fn is_local(&self) -> bool {
        self.number.is_local()
    }

    /// Takes the title and the marks in it apart.
    pub(crate) fn set_title(&mut self, text: &str) {
        let mut title = text.trim().to_owned();
        while let Some((rest, mark)) = last_mark(&title) {
            match mark.split_whitespace().collect::<Vec<_>>().as_slice() {
                ["udgår"] => self.ending = Some(Ending::SomeDay),
                ["udgår", year] if year.len() == 4 && year.parse::<u16>().is_ok() => {
                    self.ending = year.parse().ok().map(Ending::In);
                }
                ["fagsystem-emne" | "jobcenter-fagsystemsag"] => self.reserved = true,
                _ => break,
            }
            title = rest.trim_end().to_owned();
        }
        self.title = (!title.is_empty()).then_some(title);
    }

    pub(crate) fn add_successor(&mut self, successor: Successor<K>) {
        match self.successors.iter_mut().find(|known| known.number == successor.number) {
            Some(known) => known.basis = known.basis.min(successor.basis),
            None => self.successors.push(successor),
        }
        self.successors.sort();
    }

    /// Fills what is empty here from another source's row of the same number and period.
    pub(crate) fn fill(&mut self, other: Self) {
        if self.title.is_none() {
            self.title = other.title;
            self.ending = other.ending;
        }
        self.reserved |= other.reserved;
        self.implied &= other.implied;
        self.uuid = self.uuid.or(other.uuid);
        self.created = self.created.or(other.created);
        self.retention = self.retention.or(other.retention);
        self.erasure = self.erasure.or(other.erasure);
        self.changed.extend(other.changed);
        self.tidy();
        for successor in other.successors {
            self.add_successor(successor);
        }
    }

    /// Days in order, each once; an end before the beginning means that it never applied.
    pub(crate) fn tidy(&mut self) {
        self.changed.sort();
        self.changed.dedup();
        if let (Some(created), Some(expired)) = (self.created, self.expired) {
            self.created = Some(created.min(expired));
        }
    }
}

/// The text before the last mark in square brackets at the end, and the mark.
fn last_mark(title: &str) -> Option<(&str, &str)> {
    let open = title.rfind('[')?;
    let mark = title[open + 1..].trim_end();
    // The feed sometimes forgets the closing bracket.
    Some((&title[..open], mark.strip_suffix(']').unwrap_or(mark)))
}

/// Are two titles the same but for blanks around a slash and runs of blanks? OS2KLE writes ` / ` for `/`.
pub fn same_title(one: &str, other: &str) -> bool {
    fn plain(text: &str) -> impl Iterator<Item = char> {
        let tight = text.replace(" /", "/").replace("/ ", "/");
        let words: Vec<String> = tight.split_whitespace().map(str::to_owned).collect();
        words.join(" ").chars().collect::<Vec<_>>().into_iter()
    }
    plain(one).eq(plain(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_leave_the_title_and_become_fields() {
        for (text, title, ending, reserved) in [
            ("Tang", Some("Tang"), None, false),
            ("Tang [udgår 2027]", Some("Tang"), Some(Ending::In(2027)), false),
            ("Tang [fagsystem-emne] [udgår]", Some("Tang"), Some(Ending::SomeDay), true),
            ("Tang [udgår 2027", Some("Tang"), Some(Ending::In(2027)), false),
            ("Tang [frisk]", Some("Tang [frisk]"), None, false),
            ("Tang [frisk] [udgår]", Some("Tang [frisk]"), Some(Ending::SomeDay), false),
            ("  ", None, None, false),
        ] {
            let mut entry = Entry::new(Subject::parse("27.18.04").unwrap());
            entry.set_title(text);
            assert_eq!((entry.title.as_deref(), entry.ending, entry.reserved), (title, ending, reserved));
        }
    }

    #[test]
    fn blanks_around_a_slash_do_not_make_another_title() {
        assert!(same_title("Tang / tare", "Tang/tare"));
        assert!(same_title("Tang  og tare ", "Tang og tare"));
        assert!(!same_title("Tang og tare", "Tangogtare"));
    }
}
