//! Receivers beside units and people: roles, robot queues, webhooks and the templates of new cases.

use super::finding::Findings;
use super::table::{At, Table};
use crate::rule::NewCase;

/// Rolle: people of a unit who share a task. Whoever is at work takes the letter.
#[doc(alias = "rolle")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Stable id.
    pub id: String,
    /// Danish name.
    pub name: String,
    /// The unit that answers for it.
    pub unit: String,
    /// Ids of the people.
    pub people: Vec<String>,
}

/// Robotkø: work for a robot, and the unit that answers for it.
#[doc(alias = "robotkø")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    /// Stable id, as the robot asks for it.
    pub id: String,
    /// Danish name.
    pub name: String,
    /// The unit that answers for it.
    pub unit: String,
}

/// Something outside that is told of a message. Address and secret stand in the configuration, under the same id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Stable id.
    pub id: String,
    /// Danish name.
    pub name: String,
}

/// A `[[role]]` as read.
pub(super) struct RoleDraft {
    pub(super) id: At<String>,
    pub(super) name: String,
    pub(super) unit: At<String>,
    pub(super) people: Vec<At<String>>,
}

impl RoleDraft {
    pub(super) fn read(table: Table<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let id = table.required("id", findings);
        let name = table.required("name", findings);
        let unit = table.required("unit", findings);
        let people = table.texts("people", findings);
        table.finish(findings);
        Some(Self { id: id?, name: name?.value, unit: unit?, people })
    }

    pub(super) fn into_role(self) -> Role {
        let people = self.people.into_iter().map(|person| person.value).collect();
        Role { id: self.id.value, name: self.name, unit: self.unit.value, people }
    }
}

/// A `[[queue]]` as read.
pub(super) struct QueueDraft {
    pub(super) id: At<String>,
    pub(super) name: String,
    pub(super) unit: At<String>,
}

impl QueueDraft {
    pub(super) fn read(table: Table<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let id = table.required("id", findings);
        let name = table.required("name", findings);
        let unit = table.required("unit", findings);
        table.finish(findings);
        Some(Self { id: id?, name: name?.value, unit: unit? })
    }

    pub(super) fn into_queue(self) -> Queue {
        Queue { id: self.id.value, name: self.name, unit: self.unit.value }
    }
}

/// A `[[webhook]]` as read.
pub(super) struct WebhookDraft {
    pub(super) id: At<String>,
    pub(super) name: String,
}

impl WebhookDraft {
    pub(super) fn read(table: Table<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let id = table.required("id", findings);
        let name = table.required("name", findings);
        table.finish(findings);
        Some(Self { id: id?, name: name?.value })
    }

    pub(super) fn into_webhook(self) -> Webhook {
        Webhook { id: self.id.value, name: self.name }
    }
}

/// A `[[case_template]]` as read.
pub(super) struct TemplateDraft {
    pub(super) id: At<String>,
    pub(super) template: NewCase,
}

impl TemplateDraft {
    pub(super) fn read(table: Table<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let id = table.required("id", findings);
        let template = NewCase::read(&table, findings);
        table.finish(findings);
        Some(Self { id: id?, template })
    }
}
