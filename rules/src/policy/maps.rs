//! Maps: who answers for a subject or a contact point.

use std::collections::BTreeMap;

use kle::{Facet, FacetPattern, PrefixMap, Subject};

use super::finding::{Findings, Place};
use super::known::Known;
use super::table::{At, Table};
use crate::fold;

/// A `[[responsibility]]` as read, before the unit is checked.
pub(super) struct ResponsibilityDraft {
    pub(super) subject: At<Subject>,
    pub(super) facets: Option<FacetPattern>,
    pub(super) unit: At<String>,
}

impl ResponsibilityDraft {
    pub(super) fn read(table: Table<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        if !table.has("kle") {
            table.missing("kle");
        }
        let subject = table.subject("kle", findings);
        let facets = table.facets("facet", findings);
        // A facet that could not be read must not widen the entry to all facets.
        let facet_lost = facets.is_none() && table.has("facet");
        let unit = table.required("unit", findings);
        table.finish(findings);
        (!facet_lost).then_some(())?;
        Some(Self { subject: subject?, facets, unit: unit? })
    }
}

/// Who answers for a contact point, and what letters through it are about.
#[derive(Clone, Debug)]
pub(crate) struct ContactPointOwner {
    pub(crate) name: Option<String>,
    pub(crate) unit: String,
    pub(crate) subject: Option<Subject>,
    pub(crate) facet: Option<Facet>,
}

/// A `[[contact_point]]` as read, before the unit is checked.
pub(super) struct ContactPointDraft {
    pub(super) id: String,
    pub(super) place: Place,
    pub(super) unit: At<String>,
    pub(super) name: Option<String>,
    pub(super) subject: Option<Subject>,
    pub(super) facet: Option<Facet>,
}

impl ContactPointDraft {
    pub(super) fn read(table: Table<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let id = table.required("id", findings);
        let name = table.text("name", findings);
        let unit = table.required("unit", findings);
        let subject = table.subject("kle", findings);
        let facet = table.facet("facet", findings);
        if table.has("facet") && !table.has("kle") {
            let what = "kontaktpunktet har en facet uden KLE-emne";
            findings.add(table.place(), "facet-without-kle", what, "Tilføj kle = \"…\", eller slet facetten");
        }
        table.finish(findings);
        let id = id?;
        Some(Self {
            id: fold::plain(&id.value),
            place: id.place,
            unit: unit?,
            name: name.map(|name| name.value),
            subject: subject.map(|subject| subject.value),
            facet,
        })
    }
}

/// Who answers for each subject; given once.
pub(super) fn responsibilities(
    drafts: &[ResponsibilityDraft],
    known: &Known<'_>,
    findings: &mut Findings<'_>,
) -> PrefixMap<String> {
    let mut map = PrefixMap::new();
    let mut places = PrefixMap::new();
    for draft in drafts {
        known.unit(&draft.unit, findings);
        let subject = draft.subject.value;
        if let Some(first) = places.insert(subject, draft.facets, draft.subject.place) {
            let facet = draft.facets.map(|facets| format!(" med facet {facets}")).unwrap_or_default();
            let what = format!("ansvaret for {subject}{facet} er også givet i {}", findings.line_of(first));
            findings.add(draft.subject.place, "duplicate-responsibility", what, "Slet det ene ansvar");
        }
        map.insert(subject, draft.facets, draft.unit.value.clone());
    }
    map
}

/// Who answers for each contact point; given once.
pub(super) fn contact_points(
    drafts: &[ContactPointDraft],
    known: &Known<'_>,
    findings: &mut Findings<'_>,
) -> BTreeMap<String, ContactPointOwner> {
    let mut map = BTreeMap::new();
    let mut places: BTreeMap<&str, Place> = BTreeMap::new();
    for draft in drafts {
        known.unit(&draft.unit, findings);
        if let Some(first) = places.insert(&draft.id, draft.place) {
            let what = format!("kontaktpunktet står også i {}", findings.line_of(first));
            findings.add(draft.place, "duplicate-contact-point", what, "Slet det ene");
        }
        let owner = ContactPointOwner {
            name: draft.name.clone(),
            unit: draft.unit.value.clone(),
            subject: draft.subject,
            facet: draft.facet,
        };
        map.insert(draft.id.clone(), owner);
    }
    map
}
