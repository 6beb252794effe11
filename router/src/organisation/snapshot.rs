//! A snapshot: the organisation on one day, whole, in our own words.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::civil::Date;
use kle::{Facet, FacetPattern, Subject};
use serde::{Deserialize, Serialize};

/// Organisationen: units, people, duties and contact points as one source told them.
#[doc(alias = "organisation")]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// Word of the source, as in the configuration.
    pub source: String,
    /// Units by id.
    pub units: BTreeMap<String, Unit>,
    /// People by id.
    pub people: BTreeMap<String, Person>,
    /// Who does what. A set: sources repeat themselves.
    pub duties: BTreeSet<Duty>,
    /// Contact points by id.
    pub contact_points: BTreeMap<String, ContactPoint>,
}

/// A snapshot and what was noticed while reading it, as Danish sentences without personal data.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// What was read.
    pub snapshot: Snapshot,
    /// What was left out or looked odd.
    pub remarks: Vec<String>,
}

/// Enhed.
#[doc(alias = "enhed")]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// Name.
    pub name: String,
    /// The unit above, by id.
    pub parent: Option<String>,
    /// Nedlagt: takes no mail any more.
    #[doc(alias = "nedlagt")]
    pub closed: bool,
    /// The unit that takes over, by id.
    pub successor: Option<String>,
    /// First day; `None`: always was.
    pub from: Option<Date>,
    /// Last day; `None`: no end is known.
    pub to: Option<Date>,
}

impl Unit {
    /// Does it take mail on this day?
    pub fn is_open(&self, day: Date) -> bool {
        !self.closed && self.to.is_none_or(|to| to >= day)
    }

    /// Is it still to come on this day?
    pub fn is_to_come(&self, day: Date) -> bool {
        self.from.is_some_and(|from| from > day)
    }
}

/// Medarbejder. Holds personal data: prints itself redacted.
#[doc(alias = "medarbejder")]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Name.
    pub name: String,
    /// Work e-mail.
    pub email: Option<String>,
    /// Units the person belongs to, the most important first.
    pub memberships: Vec<Membership>,
    /// When the person is away.
    pub absences: Vec<Absence>,
    /// Stedfortræder: the person who takes over meanwhile, by id.
    #[doc(alias = "stedfortræder")]
    pub deputy: Option<String>,
    /// Last day of work; from the day after the person has left.
    pub left: Option<Date>,
    /// The source says the person is no longer active, without a day.
    pub inactive: bool,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Person(… of {:?})", self.memberships)
    }
}

impl Person {
    /// Has the person left on this day?
    pub fn has_left(&self, day: Date) -> bool {
        self.inactive || self.left.is_some_and(|left| left < day)
    }

    /// Is the person away on this day?
    pub fn is_absent(&self, day: Date) -> bool {
        self.absences.iter().any(|absence| absence.covers(day))
    }

    /// Is the person at work on this day?
    pub fn is_there(&self, day: Date) -> bool {
        !self.has_left(day) && !self.is_absent(day)
    }

    /// The units the person belongs to on this day.
    pub fn units(&self, day: Date) -> impl Iterator<Item = &str> {
        self.memberships.iter().filter(move |membership| membership.counts(day)).map(|one| one.unit.as_str())
    }

    /// The unit the person belongs to on this day: the primary one, else the first that counts.
    pub fn unit(&self, day: Date) -> Option<&str> {
        let mut current = self.memberships.iter().filter(|membership| membership.counts(day));
        let first = current.clone().next();
        current.find(|membership| membership.primary).or(first).map(|membership| membership.unit.as_str())
    }
}

/// Tilknytning: a person's place in a unit.
#[doc(alias = "tilknytning")]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Membership {
    /// The unit, by id.
    pub unit: String,
    /// The source calls it the person's main place.
    pub primary: bool,
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub to: Option<Date>,
}

impl Membership {
    fn counts(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| to >= day)
    }
}

/// Fravær: both days included; `to` may be unknown.
#[doc(alias = "fravær")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Absence {
    /// First day away.
    pub from: Date,
    /// Last day away.
    pub to: Option<Date>,
}

impl Absence {
    fn covers(&self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| to >= day)
    }
}

/// What a mark on a unit says of a subject (`spec/org-sources.md` §0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Ansvarlig: the post goes here.
    #[doc(alias = "ansvarlig")]
    Responsible,
    /// Udførende: the post goes here when nobody is responsible.
    #[doc(alias = "udførende")]
    Performing,
    /// Indsigt: may see; never a reason to send anything here.
    #[doc(alias = "indsigt")]
    Insight,
}

impl Role {
    /// The role that a word of a source means; its spelling, case and the prefix `kle_` do not matter.
    pub fn of_word(word: &str) -> Option<Self> {
        let word = word.trim().to_lowercase();
        Some(match word.strip_prefix("kle_").unwrap_or(&word) {
            "ansvarlig" | "ansvar" => Self::Responsible,
            "udførende" | "udfoerende" | "opgaveansvar" => Self::Performing,
            "indsigt" | "informeret" | "indsigtsbehov" => Self::Insight,
            _ => return None,
        })
    }

    /// The Danish word.
    pub fn danish(self) -> &'static str {
        match self {
            Self::Responsible => "ansvarlig",
            Self::Performing => "udførende",
            Self::Insight => "indsigt",
        }
    }
}

/// A mark: this unit, this part of KLE, this role.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Duty {
    /// The number and all below it.
    pub subject: Subject,
    /// Which facets; `None` is all.
    #[serde(with = "facets")]
    pub facets: Option<FacetPattern>,
    /// The unit, by id.
    pub unit: String,
    /// What the mark means.
    pub role: Role,
}

/// Kontaktpunkt, as far as it says where its letters belong.
#[doc(alias = "kontaktpunkt")]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactPoint {
    /// Name shown to writers.
    pub name: String,
    /// KLE numbers on it.
    pub subjects: Vec<Subject>,
    /// Facet, when a table gives one.
    pub facet: Option<Facet>,
    /// The unit, when a table gives one; the contact structure does not.
    pub unit: Option<String>,
}

/// Where the mail of a person goes on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whereabouts<'s> {
    /// To this person: the one meant, or the deputy found in their place. By id.
    Person(&'s str),
    /// To this unit: nobody in the chain of deputies is there. By id.
    Unit(&'s str),
    /// Nobody knows the person, or where they belong.
    Unknown,
}

impl Snapshot {
    /// Whom a person's mail goes to on a day: themselves, else the first deputy who is there, else their unit.
    pub fn whereabouts(&self, person: &str, day: Date) -> Whereabouts<'_> {
        if let Some((id, _)) = self.in_line(person).find(|(_, person)| person.is_there(day)) {
            return Whereabouts::Person(id);
        }
        let unit = self.people.get(person).and_then(|person| {
            person.unit(day).or_else(|| person.memberships.first().map(|membership| membership.unit.as_str()))
        });
        unit.map_or(Whereabouts::Unknown, Whereabouts::Unit)
    }

    /// A person, their deputy, that one's deputy and so on, each once: deputies may stand in for each other.
    pub fn in_line(&self, person: &str) -> impl Iterator<Item = (&str, &Person)> {
        let mut asked = BTreeSet::new();
        let mut next = self.people.get_key_value(person);
        std::iter::from_fn(move || {
            let (id, person) = next.filter(|(id, _)| asked.insert(id.as_str()))?;
            next = person.deputy.as_deref().and_then(|deputy| self.people.get_key_value(deputy));
            Some((id.as_str(), person))
        })
    }

    /// Do these units lie on one line: the same, or one somewhere above the other?
    pub fn on_one_line(&self, one: &str, other: &str) -> bool {
        self.upwards(one).any(|unit| unit == other) || self.upwards(other).any(|unit| unit == one)
    }

    /// A unit and those above it. A circle of parents ends where it closes.
    fn upwards<'s>(&'s self, unit: &'s str) -> impl Iterator<Item = &'s str> {
        let mut seen = BTreeSet::new();
        let mut next = Some(unit);
        std::iter::from_fn(move || {
            let unit = next.filter(|unit| seen.insert(*unit))?;
            next = self.units.get(unit).and_then(|unit| unit.parent.as_deref());
            Some(unit)
        })
    }

    /// How deep a unit lies; 0 at the top. A circle of parents ends where it closes.
    pub fn depth(&self, unit: &str) -> usize {
        self.upwards(unit).count() - 1
    }

    /// The name of a unit, or its id when it has none.
    pub fn unit_name<'s>(&'s self, id: &'s str) -> &'s str {
        self.units.get(id).map_or(id, |unit| unit.name.as_str())
    }
}

/// A pattern of facets as text.
mod facets {
    use kle::FacetPattern;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(value: &Option<FacetPattern>, to: S) -> Result<S::Ok, S::Error> {
        value.map(|pattern| pattern.to_string()).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<FacetPattern>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| FacetPattern::parse(&text)).transpose().map_err(serde::de::Error::custom)
    }
}
