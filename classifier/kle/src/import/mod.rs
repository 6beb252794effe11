//! Import: files of the subject plan, each read as what it is.
//!
//! Reading is lenient: a bad row is left out or mended and reported with its line, and the rest is read. Only bytes
//! that are none of the formats at all are refused. The real feeds break their own schema (`spec/kle.md` §4.2).
//!
//! **Deliberately absent:** fetching, and deciding whether a file should be used. [`crate::Register::build`] makes a
//! register of one or more files, [`crate::check_plausible`] compares it with the present one.

mod feed;
mod format;
mod json;
mod os2kle;
mod record;
mod report;
mod tsv;
mod xml;

pub(crate) mod text;
pub(crate) mod values;

use jiff::civil::Date;
use uuid::Uuid;

pub use format::Format;
pub use report::{Fault, Place, Report};

pub(crate) use report::Reports;

use crate::register::{Basis, Entry, Number};
use crate::{FacetPattern, Keyword, Subject};

/// The bytes are no file of the subject plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotKle {
    /// Nothing but blanks.
    #[error("the file is empty")]
    Empty,
    /// None of the formats: not KLE-Online's XML or JSON, not OS2KLE text, no known header line.
    #[error("the file is not a subject plan in any known format")]
    UnknownFormat,
    /// XML with a document type, which may hide anything.
    #[error("the XML has a document type declaration, which is refused")]
    Doctype,
    /// Elements within elements beyond all reason.
    #[error("the file nests deeper than any subject plan")]
    TooDeep,
}

/// One file, read.
#[derive(Clone, Debug)]
pub struct Import {
    /// What it was read as.
    pub format: Format,
    /// The edition it states.
    pub edition: Option<Date>,
    /// What was noticed.
    pub reports: Vec<Report>,
    pub(crate) subjects: Vec<Row<Subject>>,
    pub(crate) facets: Vec<Row<FacetPattern>>,
    pub(crate) keywords: Vec<Keyword>,
    pub(crate) replacements: Vec<(Reference, Subject, Basis, Place)>,
}

/// One row of a file.
#[derive(Clone, Debug)]
pub(crate) struct Row<K> {
    pub(crate) entry: Entry<K>,
    /// Not published any more, but no date was given.
    pub(crate) withdrawn: bool,
    pub(crate) place: Place,
}

/// How a source points at another number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reference {
    Number(Subject),
    Uuid(Uuid),
}

/// Reads one file, whichever of the formats it is.
pub fn import(bytes: &[u8]) -> Result<Import, NotKle> {
    let (text, utf8) = text::decode(bytes).ok_or(NotKle::UnknownFormat)?;
    let mut gathered = Gathered::default();
    if !utf8 {
        gathered.reports.add(Fault::NotUtf8, Place::default());
    }
    let format = match format::detect(&text)? {
        format::Shape::Xml => xml::read(&text, &mut gathered)?,
        format::Shape::Json => json::read(&text, &mut gathered)?,
        format::Shape::Os2Kle => os2kle::read(&text, &mut gathered),
        format::Shape::Table(format, columns) => tsv::read(format, &columns, &text, &mut gathered),
    };
    Ok(gathered.finish(format))
}

/// What has been read so far.
#[derive(Default)]
pub(crate) struct Gathered {
    pub(crate) edition: Option<Date>,
    pub(crate) reports: Reports,
    pub(crate) subjects: Vec<Row<Subject>>,
    pub(crate) facets: Vec<Row<FacetPattern>>,
    pub(crate) keywords: Vec<Keyword>,
    pub(crate) replacements: Vec<(Reference, Subject, Basis, Place)>,
}

impl Gathered {
    /// Puts a row aside, with what a row can show by itself.
    pub(crate) fn row<K: Number>(reports: &mut Reports, rows: &mut Vec<Row<K>>, row: Row<K>) {
        if row.entry.title.is_none() {
            reports.add(Fault::NoTitle, row.place.clone());
        }
        if row.entry.created.zip(row.entry.expired).is_some_and(|(created, expired)| expired < created) {
            reports.add(Fault::EndsBeforeBeginning, row.place.clone());
        }
        rows.push(row);
    }

    fn finish(mut self, format: Format) -> Import {
        if self.edition.is_none() && format.states_edition() {
            self.reports.add(Fault::NoEdition, Place::default());
        }
        let mut reports = self.reports.finish();
        // Outer records end after the inner ones; people read from the top.
        reports.sort_by_key(|report| report.place.line);
        Import {
            format,
            edition: self.edition,
            reports,
            subjects: self.subjects,
            facets: self.facets,
            keywords: self.keywords,
            replacements: self.replacements,
        }
    }
}
