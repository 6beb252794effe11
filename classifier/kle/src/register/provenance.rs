//! Provenance: which files made a register, and how much they held.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Number, Register, Table};
use crate::import::Format;
use crate::{FacetPattern, Level, Subject};

/// Where a register comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// What people call the edition, such as `KLE februar 2026`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The date of the edition: the latest of its sources that states one, or what the importer was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<Date>,
    /// The files, in the order they were given: the first decides.
    #[serde(default)]
    pub sources: Vec<Source>,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// What it was read as.
    pub format: Format,
    /// The edition it states (`UdgivelsesDato`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<Date>,
    /// Rows for subjects on all levels.
    pub subjects: usize,
    /// Rows for facets and their categories.
    pub facets: usize,
    /// Keywords.
    pub keywords: usize,
    /// Replacements that stand in a table of their own.
    pub replacements: usize,
    /// Remarks the reading gave.
    pub remarks: usize,
}

/// How much a register holds. Rows count each period of a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Hovedgrupper.
    pub main_groups: usize,
    /// Grupper.
    pub groups: usize,
    /// Emner.
    pub subjects: usize,
    /// Of all these, in the interval left to the authorities.
    pub local: usize,
    /// Facet categories.
    pub categories: usize,
    /// Handlingsfacetter.
    pub facets: usize,
    /// Stikord.
    pub keywords: usize,
}

impl Counts {
    /// Everything a register holds.
    pub fn of(register: &Register) -> Self {
        Self::counted(register, |_| true, |_| true)
    }

    /// What applies on a day.
    pub fn on(register: &Register, date: Date) -> Self {
        Self::counted(register, |entry| entry.applies(date), |entry| entry.applies(date))
    }

    fn counted(
        register: &Register,
        subject: impl Fn(&super::Entry<Subject>) -> bool,
        facet: impl Fn(&super::Entry<FacetPattern>) -> bool,
    ) -> Self {
        let level =
            |level| count(register.subjects(), |entry| entry.number.level() == level && subject(entry));
        let category = |number| matches!(number, FacetPattern::Category(_));
        Self {
            main_groups: level(Level::MainGroup),
            groups: level(Level::Group),
            subjects: level(Level::Subject),
            local: count(register.subjects(), |entry| entry.is_local() && subject(entry)),
            categories: count(register.facets(), |entry| category(entry.number) && facet(entry)),
            facets: count(register.facets(), |entry| !category(entry.number) && facet(entry)),
            keywords: register.keywords().len(),
        }
    }
}

fn count<K: Number>(table: &Table<K>, wanted: impl Fn(&super::Entry<K>) -> bool) -> usize {
    table.iter().filter(|entry| wanted(entry)).count()
}
