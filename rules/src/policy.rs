//! Policy: what the authority has said about where its mail goes.
//!
//! Who we are, our units and people, who answers for which subject, contact point, address and number, which files we
//! refuse, what our case numbers look like, and the rules. All of it comes from TOML texts that the caller has read;
//! [`Policy::load`] takes all of them or none, and tells every fault it finds at once.

mod attention;
mod authority;
mod case_numbers;
mod circles;
mod crosswalk;
mod escalation;
mod finding;
mod known;
mod lists;
mod load;
mod maps;
mod marks;
mod mentions;
mod pattern;
mod people;
mod receivers;
mod table;
mod units;
mod unseen;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use kle::{Facet, PrefixMap, Subject};

pub(crate) use attention::AttentionKey;
pub use authority::Authority;
pub(crate) use authority::cvr;
pub(crate) use case_numbers::CaseNumbers;
pub(crate) use crosswalk::{Crossed, Crosswalks};
pub use finding::Finding;
pub(crate) use finding::{Findings, Place};
pub(crate) use known::Known;
pub(crate) use maps::ContactPointOwner;
pub(crate) use marks::{facets, subject};
pub use mentions::{Mention, MentionedBy};
pub(crate) use pattern::compile_pattern;
pub use people::Person;
pub use receivers::{Queue, Role, Webhook};
pub(crate) use table::{At, Table, choice, listed, wrong_type};
pub use units::{ClosedCase, Journals, Unit};
pub use unseen::{Grounds, Unseen};

use crate::Rule;
use crate::example::Example;
use crate::index::Index;

/// Everything deciding needs besides the facts: one edition of rules and maps.
#[derive(Clone, Debug)]
pub struct Policy {
    pub(crate) edition: String,
    pub(crate) authority: Authority,
    pub(crate) units: BTreeMap<String, Unit>,
    pub(crate) people: BTreeMap<String, Person>,
    /// KLE prefix and facet to unit.
    pub(crate) responsibilities: PrefixMap<String>,
    /// Contact point id, folded, to its owner.
    pub(crate) contact_points: BTreeMap<String, ContactPointOwner>,
    pub(crate) attention: BTreeMap<AttentionKey, Receiver>,
    /// Extensions of refused files, lower case, without full stop.
    pub(crate) forbidden_extensions: BTreeSet<String>,
    pub(crate) case_numbers: CaseNumbers,
    pub(crate) roles: BTreeMap<String, Role>,
    pub(crate) queues: BTreeMap<String, Queue>,
    pub(crate) webhooks: BTreeMap<String, Webhook>,
    pub(crate) crosswalks: Crosswalks,
    /// Unit id to what it has allowed the classifier.
    pub(crate) unseen: BTreeMap<String, Unseen>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) examples: Vec<Example>,
    /// Which rules a message can match.
    pub(crate) index: Index,
}

/// A unit, and the person in it when one is meant. By id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Receiver {
    pub(crate) unit: String,
    pub(crate) person: Option<String>,
}

impl Policy {
    /// Reads a policy from its texts, each with the file name to show in findings. Sections may be spread over any
    /// number of files; rules stand in the order of files and then of lines.
    ///
    /// `edition` names exactly these texts (a digest made by the caller); it goes into every trace.
    pub fn load<N: AsRef<str>, T: AsRef<str>>(files: &[(N, T)], edition: &str) -> Result<Self, Vec<Finding>> {
        load::load(files, edition)
    }

    /// The edition given when loading.
    pub fn edition(&self) -> &str {
        &self.edition
    }

    /// Who we are.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// A unit by id.
    pub fn unit(&self, id: &str) -> Option<&Unit> {
        self.units.get(id)
    }

    /// All units, by id.
    pub fn units(&self) -> impl Iterator<Item = &Unit> {
        self.units.values()
    }

    /// A person by id.
    pub fn person(&self, id: &str) -> Option<&Person> {
        self.people.get(id)
    }

    /// All people, by id.
    pub fn people(&self) -> impl Iterator<Item = &Person> {
        self.people.values()
    }

    /// All roles, by id.
    pub fn roles(&self) -> impl Iterator<Item = &Role> {
        self.roles.values()
    }

    /// All robot queues, by id.
    pub fn queues(&self) -> impl Iterator<Item = &Queue> {
        self.queues.values()
    }

    /// All contact points: id as it is compared, name, unit id.
    pub fn contact_points(&self) -> impl Iterator<Item = (&str, Option<&str>, &str)> {
        let points = self.contact_points.iter();
        points.map(|(id, owner)| (id.as_str(), owner.name.as_deref(), owner.unit.as_str()))
    }

    /// All webhooks that rules may call, by id. The configuration says where they are.
    pub fn webhooks(&self) -> impl Iterator<Item = &Webhook> {
        self.webhooks.values()
    }

    /// The rules, in order.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Is there a rule that asks what the classifier suggests?
    pub fn asks_what_is_suggested(&self) -> bool {
        self.rules.iter().any(Rule::asks_what_is_suggested)
    }

    /// The same policy without its index: every rule is asked of every message. Decides the same, only slower; what
    /// the index is held against in tests and benches.
    pub fn without_index(self) -> Self {
        Self { index: Index::of_nothing(&self.rules), ..self }
    }

    /// The unit that answers for a subject, after closed units are followed to their successors.
    pub fn responsible(&self, subject: Subject, facet: Option<Facet>) -> Option<&Unit> {
        self.open_unit(self.responsibilities.get(subject, facet)?.value)
    }

    /// The unit that answers for everything below a number; `None` when the map sends some of it elsewhere, or nowhere.
    pub fn responsible_for_all(&self, above: Subject) -> Option<&Unit> {
        let unit = self.responsible(above, None)?;
        let below =
            self.responsibilities.iter().filter(|(at, facets, _)| facets.is_none() && above.contains(*at));
        let mut owners = below.map(|(_, _, owner)| self.open_unit(owner));
        owners.all(|owner| owner.is_some_and(|owner| owner.id == unit.id)).then_some(unit)
    }

    /// The unit that takes mail for this one: itself, or the successor of a closed unit.
    ///
    /// `None` when the unit is unknown, or closed without an heir. Loading refuses circles of successors.
    pub fn open_unit(&self, id: &str) -> Option<&Unit> {
        let mut unit = self.units.get(id)?;
        while unit.closed {
            unit = self.units.get(unit.successor.as_deref()?)?;
        }
        Some(unit)
    }
}
