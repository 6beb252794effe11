//! A crosswalk: from another classification to KLE and back.
//!
//! FORM is the other one most mail carries; regions and state agencies have journal plans of their own. A table is
//! imported, never guessed, and says where it comes from. One code often leads to several subjects: that stays visible.

mod form;
mod read;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use form::{FormTask, NotFormTask};

use crate::import::{Fault, Place, Report, Reports};
use crate::register::{Edition, NotRegister, Standing, from_blob, to_blob};
use crate::{Facet, Subject};

/// The bytes are no table with a column of KLE numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the file is not a table with a header that names a column of KLE numbers")]
pub struct NotCrosswalk;

/// Which classification the codes belong to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// FORM, the all-government task catalogue. A task that is not listed goes by the nearest above it.
    Form,
    /// An authority's own list, by its name. Codes are compared without regard to case.
    Own(String),
}

/// Where a code leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Target {
    /// The KLE number, on any level.
    #[serde(rename = "n")]
    pub subject: Subject,
    /// The facet, when the table fixes one.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    pub facet: Option<Facet>,
}

/// A table of another classification and KLE.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub struct Crosswalk {
    /// What people call it, such as `FORM–KLE 11. juli 2018`.
    pub name: String,
    /// Which classification the codes belong to.
    pub scheme: Scheme,
    /// The day it was made or published.
    pub edition: Option<Date>,
    /// Where it was found.
    pub source: Option<String>,
    targets: BTreeMap<String, BTreeSet<Target>>,
    codes: BTreeMap<Subject, BTreeSet<String>>,
}

/// What a look-up found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<'a> {
    /// The code that answered.
    pub code: &'a str,
    /// It is a code above the one asked for, which the table does not have.
    pub broader: bool,
    /// Where it leads, in the order of the plan. Empty: the table says that KLE has nothing like it.
    pub targets: Vec<Target>,
}

impl Found<'_> {
    /// The target, when there is exactly one.
    pub fn only(&self) -> Option<Target> {
        match self.targets.as_slice() {
            [only] => Some(*only),
            _ => None,
        }
    }
}

impl Crosswalk {
    pub(super) fn new(name: &str, scheme: Scheme, targets: BTreeMap<String, BTreeSet<Target>>) -> Self {
        let mut codes: BTreeMap<Subject, BTreeSet<String>> = BTreeMap::new();
        for (code, leads) in &targets {
            for target in leads {
                codes.entry(target.subject).or_default().insert(code.clone());
            }
        }
        Self { name: name.to_owned(), scheme, edition: None, source: None, targets, codes }
    }

    /// Where a code leads. `None` when the table has neither it nor, for FORM, anything above it.
    pub fn to_kle(&self, code: &str) -> Option<Found<'_>> {
        let code = self.scheme.code(code)?;
        if let Some((code, targets)) = self.targets.get_key_value(&code) {
            return Some(Found { code, broader: false, targets: targets.iter().copied().collect() });
        }
        let task = FormTask::parse(&code).ok().filter(|_| self.scheme == Scheme::Form)?;
        std::iter::successors(task.parent(), |task| task.parent()).find_map(|above| {
            let (code, targets) = self.targets.get_key_value(&above.to_string())?;
            let targets: Vec<Target> = targets.iter().copied().collect();
            (!targets.is_empty()).then_some(Found { code, broader: true, targets })
        })
    }

    /// The codes that lead to a number itself, not to what is above or below it.
    pub fn to_codes(&self, subject: Subject) -> impl Iterator<Item = &str> {
        self.codes.get(&subject).into_iter().flatten().map(String::as_str)
    }

    /// Every code and where it leads.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &BTreeSet<Target>)> {
        self.targets.iter().map(|(code, targets)| (code.as_str(), targets))
    }

    /// How many pairs of code and target.
    pub fn len(&self) -> usize {
        self.targets.values().map(BTreeSet::len).sum()
    }

    /// Has it no pairs?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Holds the targets against the register: which have expired, which are unknown.
    pub fn check(&self, edition: Edition<'_>) -> Vec<Report> {
        let mut reports = Reports::default();
        for &subject in self.codes.keys() {
            match edition.register.subject(subject, edition.date) {
                Standing::Current(_) | Standing::NotYet(_) => {}
                Standing::Expired { .. } => reports.add(Fault::TargetExpired, Place::number(subject)),
                Standing::Unknown { .. } => reports.add(Fault::TargetUnknown, Place::number(subject)),
            }
        }
        reports.finish()
    }

    /// The table as one blob, to be stored; equal tables give equal bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        to_blob("kle-crosswalk", self)
    }

    /// Reads what [`Crosswalk::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotRegister> {
        from_blob("kle-crosswalk", bytes)
    }

    /// The bytes to take a digest of: what the table says, not where it comes from.
    pub fn digest_input(&self) -> Vec<u8> {
        to_blob("kle-crosswalk-content", &(&self.scheme, &self.targets))
    }
}

/// The way back is worked out from the way there.
#[derive(Serialize, Deserialize)]
struct Stored {
    name: String,
    scheme: Scheme,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    edition: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    targets: BTreeMap<String, BTreeSet<Target>>,
}

impl From<Stored> for Crosswalk {
    fn from(stored: Stored) -> Self {
        let Stored { name, scheme, edition, source, targets } = stored;
        Self { edition, source, ..Self::new(&name, scheme, targets) }
    }
}

impl From<Crosswalk> for Stored {
    fn from(crosswalk: Crosswalk) -> Self {
        let Crosswalk { name, scheme, edition, source, targets, .. } = crosswalk;
        Self { name, scheme, edition, source, targets }
    }
}
