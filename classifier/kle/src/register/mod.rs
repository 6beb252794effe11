//! The register: the subject plan as an authority has imported it, with dates.
//!
//! A register is made of one or more files ([`crate::import`]) and keeps what has expired, because old cases keep
//! their old numbers. Every question is asked for a day: a message is judged by what applied when it was sent.
//!
//! **Deliberately absent:** guidance texts and law references, which are KL's to show, and the plan itself: it is
//! imported under the authority's own agreement and never shipped (`spec/kle.md` §12).

mod blob;
mod build;
mod edition;
mod entry;
mod keyword;
mod provenance;
mod renew;
mod retention;
mod table;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use blob::NotRegister;
pub use edition::{edition_date, edition_label};
pub(crate) use edition::{in_danish, read_date};
pub use entry::{Basis, Ending, Entry, Number, Successor, same_title};
pub use keyword::{Keyword, KeywordKind};
pub use provenance::{Counts, Provenance, Source};
pub use renew::{Implausible, PLAUSIBLE_SHARE, check_plausible, renew};
pub use retention::{ErasureDeadline, NotRetention, Retention, RetentionCode, RetentionRule};
pub use table::{Standing, Table};

pub(crate) use blob::{from_blob, to_blob};
pub(crate) use keyword::Keywords;
pub(crate) use table::Disagreement;

use crate::{Facet, FacetPattern, Subject};

/// Emneplan: subjects and facets with their dates, titles, replacements, retention and keywords.
#[doc(alias = "emneplan")]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register {
    provenance: Provenance,
    subjects: Table<Subject>,
    facets: Table<FacetPattern>,
    keywords: Keywords,
}

/// A register as it stands on one day.
#[derive(Clone, Copy, Debug)]
pub struct Edition<'a> {
    /// The register.
    pub register: &'a Register,
    /// The day.
    pub date: Date,
}

impl Register {
    /// Where it comes from.
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// The register as it stands on a day.
    pub fn at(&self, date: Date) -> Edition<'_> {
        Edition { register: self, date }
    }

    /// How a number stands on a day.
    pub fn subject(&self, number: Subject, date: Date) -> Standing<'_, Subject> {
        self.subjects.on(number, date)
    }

    /// How a facet stands on a day.
    pub fn facet(&self, facet: Facet, date: Date) -> Standing<'_, FacetPattern> {
        self.facets.on(FacetPattern::One(facet), date)
    }

    /// The title of a number: today's, else the latest it had.
    pub fn title(&self, number: Subject, date: Date) -> Option<&str> {
        self.subject(number, date).entry()?.title.as_deref()
    }

    /// What to keep and what may be discarded of documents with this subject and facet.
    pub fn retention(&self, subject: Subject, facet: Option<Facet>, date: Date) -> RetentionRule {
        let subject = self.subject(subject, date).entry();
        let facet = facet.and_then(|facet| self.facet(facet, date).entry());
        RetentionRule::of(
            subject.and_then(|entry| entry.retention),
            facet.and_then(|entry| entry.retention),
            subject.and_then(|entry| entry.erasure),
        )
    }

    /// The subjects on all levels.
    pub fn subjects(&self) -> &Table<Subject> {
        &self.subjects
    }

    /// The facets and their categories.
    pub fn facets(&self) -> &Table<FacetPattern> {
        &self.facets
    }

    /// Every keyword, those for facets alone first and then in the order of the plan.
    pub fn keywords(&self) -> &[Keyword] {
        self.keywords.all()
    }

    /// The keywords that lead to a subject itself, not to what is below it.
    pub fn keywords_of(&self, subject: Subject) -> &[Keyword] {
        self.keywords.of(subject)
    }

    /// How much it holds, expired rows included.
    pub fn counts(&self) -> Counts {
        Counts::of(self)
    }
}
