//! One line of the audit trail.

use std::collections::BTreeMap;
use std::fmt;

use jiff::{Timestamp, Unit};
use uuid::Uuid;

use super::kind::EventKind;
use super::{NotCanonical, canonical, privacy};

/// Something that happened (*hændelse*), as the trail keeps it for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its place in the authority's log, from 0. Set when it is appended ([`super::StoredEvent::append`]).
    pub seq: u64,
    /// When it happened, in whole microseconds.
    pub at: Timestamp,
    pub(super) authority: String,
    /// What happened.
    pub kind: EventKind,
    /// Our own id of the message it concerns.
    pub message: Option<Uuid>,
    pub(super) actor: Actor,
    pub(super) reason: Option<String>,
    pub(super) details: BTreeMap<String, String>,
}

/// Who did it: a part of the program, or a person in a role.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Actor {
    /// A part of the program, such as `intake`.
    System {
        /// The part's name.
        part: String,
    },
    /// A person (*bruger*), by the id the authority's login gives; separable from the rest, for access requests.
    Person {
        /// The user id.
        id: String,
        /// The role they acted in.
        role: String,
    },
}

impl Event {
    /// An event without reason and details yet; finer parts of `at` than microseconds are dropped.
    pub fn new(at: Timestamp, authority: &str, kind: EventKind, actor: Actor) -> Event {
        Event {
            seq: 0,
            at: whole_microseconds(at),
            authority: privacy::fit(authority),
            kind,
            message: None,
            actor: actor.fit(),
            reason: None,
            details: BTreeMap::new(),
        }
    }

    /// The same event, concerning a message.
    pub fn about(mut self, message: Uuid) -> Event {
        self.message = Some(message);
        self
    }

    /// The same event with the reason a person gave. What looks like a CPR number is masked, and 200 characters are kept.
    pub fn because(mut self, reason: &str) -> Event {
        self.reason = Some(privacy::fit(reason));
        self
    }

    /// The same event with one more small fact: stage, outcome, rule, entry id, digest. Masked and cut like the reason.
    pub fn with(mut self, key: &str, value: impl fmt::Display) -> Event {
        self.details.insert(privacy::fit(key), privacy::fit(&value.to_string()));
        self
    }

    /// The authority's CVR number.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Who did it.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Why a person did it.
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// The small facts.
    pub fn details(&self) -> &BTreeMap<String, String> {
        &self.details
    }

    /// The canonical bytes (version 1): one and only one way to write each event.
    ///
    /// JSON in UTF-8 without white space; members in this (alphabetical) order, those in brackets only when there:
    /// `actor` (`{"part":…,"type":"system"}` or `{"id":…,"role":…,"type":"person"}`), `at` (RFC 3339, six decimals, `Z`), `authority`,
    /// `details` (object, keys in byte order), `kind`, \[`message`\] (lower-case UUID), \[`reason`\], `seq`, `v` (1). In strings only
    /// `"` and `\` are escaped, with `\`; control characters do not occur.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(320);
        canonical::encode_into(self, &mut bytes);
        bytes
    }

    /// Reads canonical bytes, and nothing else: `decode(b)?.encode() == b`.
    pub fn decode(bytes: &[u8]) -> Result<Event, NotCanonical> {
        canonical::decode(bytes)
    }
}

impl Actor {
    /// A part of the program.
    pub fn system(part: &str) -> Actor {
        Actor::System { part: part.to_owned() }
    }

    /// A person in a role.
    pub fn person(id: &str, role: &str) -> Actor {
        Actor::Person { id: id.to_owned(), role: role.to_owned() }
    }

    /// The part's name or the person's user id.
    pub fn name(&self) -> &str {
        match self {
            Actor::System { part } => part,
            Actor::Person { id, .. } => id,
        }
    }

    fn fit(self) -> Actor {
        match self {
            Actor::System { part } => Actor::System { part: privacy::fit(&part) },
            Actor::Person { id, role } => Actor::Person { id: privacy::fit(&id), role: privacy::fit(&role) },
        }
    }
}

pub(super) fn whole_microseconds(at: Timestamp) -> Timestamp {
    // Rounding fails only at the ends of time, where the type has no finer parts that matter.
    at.round(jiff::TimestampRound::new().smallest(Unit::Microsecond).mode(jiff::RoundMode::Floor))
        .unwrap_or(at)
}
