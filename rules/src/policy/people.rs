//! People: case handlers that letters can be addressed to.

use std::fmt;

use super::finding::Findings;
use super::table::{At, Table};

/// Sagsbehandler: a person in a unit. Holds personal data: prints itself redacted.
#[doc(alias = "sagsbehandler")]
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// Stable id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Unit id.
    pub unit: String,
    /// Work e-mail.
    pub email: Option<String>,
    /// Electronic identity, as it stands in `EID`.
    pub eid: Option<String>,
    /// What senders write in `AttentionPerson.personID` when they mean this person.
    pub attention_ids: Vec<String>,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Person(… of {})", self.unit)
    }
}

/// A person as read, before the unit is checked.
pub(super) struct PersonDraft {
    pub(super) id: At<String>,
    pub(super) name: String,
    pub(super) unit: At<String>,
    pub(super) email: Option<At<String>>,
    pub(super) eid: Option<At<String>>,
    pub(super) attention_ids: Vec<At<String>>,
}

impl PersonDraft {
    pub(super) fn read(table: Table<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let id = table.required("id", findings);
        let name = table.required("name", findings);
        let unit = table.required("unit", findings);
        let email = table.text("email", findings);
        let eid = table.text("eid", findings);
        let attention_ids = table.texts("attention_ids", findings);
        table.finish(findings);
        Some(Self { id: id?, name: name?.value, unit: unit?, email, eid, attention_ids })
    }

    pub(super) fn into_person(self) -> Person {
        Person {
            id: self.id.value,
            name: self.name,
            unit: self.unit.value,
            email: self.email.map(|email| email.value),
            eid: self.eid.map(|eid| eid.value),
            attention_ids: self.attention_ids.into_iter().map(|id| id.value).collect(),
        }
    }
}
