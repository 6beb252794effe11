//! What is known: ids that others point at, and what is told when they point at nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::Findings;
use super::receivers::{QueueDraft, RoleDraft, TemplateDraft, WebhookDraft};
use super::table::At;
use super::units::UnitDraft;
use crate::fold;
use crate::rule::NewCase;

/// What ids of units and people are known, for checking what points at them.
pub(crate) struct Known<'d> {
    pub(super) units: BTreeMap<&'d str, &'d UnitDraft>,
    /// Person id to unit id.
    pub(super) people: BTreeMap<&'d str, &'d str>,
    pub(super) sender_lists: BTreeMap<&'d str, &'d BTreeSet<String>>,
    pub(super) roles: BTreeMap<&'d str, &'d RoleDraft>,
    pub(super) queues: BTreeMap<&'d str, &'d QueueDraft>,
    pub(super) webhooks: BTreeMap<&'d str, &'d WebhookDraft>,
    pub(super) templates: BTreeMap<&'d str, &'d TemplateDraft>,
}

impl Known<'_> {
    /// Checks that a unit exists and takes mail.
    pub(crate) fn unit(&self, id: &At<String>, findings: &mut Findings<'_>) {
        let Some(unit) = self.units.get(id.value.as_str()) else {
            unknown("unknown-unit", "enheden", id, self.units.keys().copied(), findings);
            return;
        };
        if unit.closed && unit.successor.is_none() {
            let what = format!("enheden »{}« er nedlagt og har ingen efterfølger", id.value);
            findings.add(
                id.place,
                "closed-unit",
                what,
                "Peg på en anden enhed, eller giv enheden en successor",
            );
        }
    }

    /// Checks that a person exists.
    pub(crate) fn person(&self, id: &At<String>, findings: &mut Findings<'_>) {
        if !self.people.contains_key(id.value.as_str()) {
            unknown("unknown-person", "personen", id, self.people.keys().copied(), findings);
        }
    }

    /// The CVR numbers of a sender list.
    pub(crate) fn sender_list(&self, id: &At<String>, findings: &mut Findings<'_>) -> BTreeSet<String> {
        let list = look_up("unknown-sender-list", "afsenderlisten", &self.sender_lists, id, findings);
        list.cloned().unwrap_or_default()
    }

    /// The unit of a role.
    pub(crate) fn unit_of_role(&self, id: &At<String>, findings: &mut Findings<'_>) -> Option<String> {
        look_up("unknown-role", "rollen", &self.roles, id, findings).map(|role| role.unit.value.clone())
    }

    /// The unit of a robot queue.
    pub(crate) fn unit_of_queue(&self, id: &At<String>, findings: &mut Findings<'_>) -> Option<String> {
        look_up("unknown-queue", "robotkøen", &self.queues, id, findings)
            .map(|queue| queue.unit.value.clone())
    }

    /// Checks that a webhook is declared.
    pub(crate) fn webhook(&self, id: &At<String>, findings: &mut Findings<'_>) {
        look_up("unknown-webhook", "webhooken", &self.webhooks, id, findings);
    }

    /// The template of a new case.
    pub(crate) fn template(&self, id: &At<String>, findings: &mut Findings<'_>) -> Option<&NewCase> {
        look_up("unknown-case-template", "sagsskabelonen", &self.templates, id, findings).map(|t| &t.template)
    }

    /// The unit of a person.
    pub(crate) fn unit_of(&self, person: &str) -> Option<String> {
        self.people.get(person).map(|unit| (*unit).to_owned())
    }
}

fn look_up<'d, T>(
    code: &'static str,
    noun: &str,
    known: &BTreeMap<&'d str, &'d T>,
    id: &At<String>,
    findings: &mut Findings<'_>,
) -> Option<&'d T> {
    let found = known.get(id.value.as_str()).copied();
    if found.is_none() {
        unknown(code, noun, id, known.keys().copied(), findings);
    }
    found
}

/// Tells that what a name points at is not there.
pub(super) fn unknown<'w>(
    code: &'static str,
    noun: &str,
    id: &At<String>,
    known: impl Iterator<Item = &'w str>,
    findings: &mut Findings<'_>,
) {
    let advice = match fold::nearest(&id.value, known) {
        Some(near) => format!("Mente du »{near}«?"),
        None => format!("Ret navnet, eller opret {noun}"),
    };
    findings.add(id.place, code, format!("{noun} »{}« findes ikke", id.value), advice);
}
