//! Remarks: what was noticed when a sender's mark was read.

use std::fmt;

use crate::Level;

/// What was noticed about a mark. Prints itself in Danish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remark {
    /// The subject is empty.
    Blank,
    /// Zeros or another stand-in for "none".
    Placeholder,
    /// A date.
    Date,
    /// Four or more pairs of digits: a FORM task.
    FormTask,
    /// The main group does not exist in KLE.
    UnknownMainGroup(u8),
    /// Nothing that can be read as a KLE number.
    NotKle,
    /// Blanks, a trailing full stop or words around the number were left out.
    Tidied,
    /// The number is a group or main group, not a subject.
    Coarse(Level),
    /// The general subject of a whole main group, such as `28.00.00`.
    General,
    /// The facet was written together with the subject.
    FacetInSubject,
    /// A case number that begins with a KLE number.
    CaseNumber,
    /// The facet can not be read and was left out.
    FacetUnreadable,
    /// Two facets that disagree; both were left out.
    FacetsDisagree,
}

impl Remark {
    /// Stable code, for tests and counting.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Blank => "blank",
            Self::Placeholder => "placeholder",
            Self::Date => "date",
            Self::FormTask => "form-task",
            Self::UnknownMainGroup(_) => "unknown-main-group",
            Self::NotKle => "not-kle",
            Self::Tidied => "tidied",
            Self::Coarse(_) => "coarse",
            Self::General => "general",
            Self::FacetInSubject => "facet-in-subject",
            Self::CaseNumber => "case-number",
            Self::FacetUnreadable => "facet-unreadable",
            Self::FacetsDisagree => "facets-disagree",
        }
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blank => f.write_str("KLE-emnet er tomt"),
            Self::Placeholder => f.write_str("KLE-emnet er pladsholderen for »intet emne«"),
            Self::Date => f.write_str("KLE-emnet er en dato"),
            Self::FormTask => f.write_str("KLE-emnet har fire led og ligner en FORM-opgave"),
            Self::UnknownMainGroup(number) => {
                write!(f, "hovedgruppe {number:02} findes ikke i KLE; nummeret kan være en FORM-opgave")
            }
            Self::NotKle => f.write_str("KLE-emnet er ikke et KLE-nummer"),
            Self::Tidied => f.write_str("der stod mere end nummeret i KLE-emnet"),
            Self::Coarse(Level::MainGroup) => f.write_str("KLE-emnet er kun en hovedgruppe"),
            Self::Coarse(_) => f.write_str("KLE-emnet er kun en gruppe"),
            Self::General => f.write_str("KLE-emnet er hovedgruppens almindelige emne"),
            Self::FacetInSubject => f.write_str("facetten stod sammen med KLE-emnet"),
            Self::CaseNumber => f.write_str("KLE-emnet er taget fra et sagsnummer"),
            Self::FacetUnreadable => f.write_str("handlingsfacetten kan ikke læses og er udeladt"),
            Self::FacetsDisagree => f.write_str("to handlingsfacetter modsiger hinanden og er udeladt"),
        }
    }
}
