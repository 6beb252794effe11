//! Formats: which kind of file the first bytes tell.

use serde::{Deserialize, Serialize};

use super::NotKle;
use super::text::{Columns, lines};

/// What a file was read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// KLE-Online's XML of subjects, 2.0 or REST "fuld".
    SubjectPlanXml,
    /// KLE-Online's XML of facets.
    FacetsXml,
    /// KLE-Online's XML of keywords.
    KeywordsXml,
    /// KLE-Online's flat REST lists of main groups, groups or subjects, as XML.
    ListXml,
    /// Any of these as JSON, or the list of the common classification service.
    Json,
    /// OS2KLE's text.
    Os2Kle,
    /// A table of numbers with titles and validity.
    SubjectTable,
    /// A table of facets.
    FacetTable,
    /// A table of keywords.
    KeywordTable,
    /// A table of replacements.
    ReplacementTable,
}

impl Format {
    /// Does the format have a place for the date of its edition?
    pub(crate) fn states_edition(self) -> bool {
        matches!(self, Self::SubjectPlanXml | Self::FacetsXml | Self::KeywordsXml)
    }
}

pub(crate) enum Shape {
    Xml,
    Json,
    Os2Kle,
    Table(Format, Columns),
}

/// Names a column may have: our own tables, and those of OS2mo and KLE-Online.
pub(crate) const NUMBER: &[&str] =
    &["number", "emnenr", "nummer", "kle", "kle_number", "kle-nummer", "kle nummer"];
pub(crate) const FACET: &[&str] = &["facet", "handlingsfacetnr", "handlingsfacet"];
pub(crate) const TITLE: &[&str] = &["title", "emnetitel", "titel"];
pub(crate) const KEYWORD: &[&str] = &["keyword", "stikord"];
pub(crate) const OLD: &[&str] = &["old_number", "gammelt nummer", "udgået"];
pub(crate) const NEW: &[&str] = &["new_number", "nyt nummer", "afløst af"];

pub(crate) fn detect(text: &str) -> Result<Shape, NotKle> {
    let start = text.trim_start();
    match start.chars().next() {
        None => return Err(NotKle::Empty),
        Some('<') => return Ok(Shape::Xml),
        Some('{' | '[') => return Ok(Shape::Json),
        Some(_) if start.starts_with("KLENummer=") => return Ok(Shape::Os2Kle),
        Some(_) => {}
    }
    let header = lines(text).next().map_or("", |(_, line)| line);
    let columns = Columns::read(header).ok_or(NotKle::UnknownFormat)?;
    let has = |names| columns.find(names).is_some();
    let format = if has(OLD) && has(NEW) {
        Format::ReplacementTable
    } else if has(KEYWORD) && (has(NUMBER) || has(FACET)) {
        Format::KeywordTable
    } else if has(NUMBER) && has(TITLE) {
        Format::SubjectTable
    } else if has(FACET) && has(TITLE) {
        Format::FacetTable
    } else {
        return Err(NotKle::UnknownFormat);
    };
    Ok(Shape::Table(format, columns))
}
