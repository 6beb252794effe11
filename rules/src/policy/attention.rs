//! Attention: marks on the envelope that name a person or unit of ours, and whom they mean.

use std::collections::BTreeMap;

use memo::AttentionData;

use super::Receiver;
use super::finding::{Findings, Place};
use super::known::Known;
use super::people::PersonDraft;
use super::table::{At, Table, listed};
use crate::fold;

/// A mark that names a receiver, folded for comparison. In the order they are asked: a person before a
/// place, as the person is the more specific (`spec/data-marking.md` §2).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum AttentionKey {
    PersonId(String),
    Email(String),
    Eid(String),
    ProductionUnit(String),
    Gln(String),
    Sor(String),
}

impl AttentionKey {
    /// The marks of an attention, in the order they are asked.
    pub(crate) fn of(attention: &AttentionData) -> Vec<Self> {
        let person = attention.person.as_ref().and_then(|person| person.person_id.as_deref());
        [
            person.map(Self::person_id),
            attention.email.as_ref().map(|email| Self::email(&email.address)),
            attention.eid.as_ref().map(|eid| Self::eid(&eid.eid)),
            attention.production_unit.as_ref().map(|unit| Self::ProductionUnit(fold::number(&unit.number))),
            attention.gln.as_ref().map(|gln| Self::Gln(fold::number(&gln.number))),
            attention.sor.as_ref().map(|sor| Self::Sor(fold::number(&sor.identifier))),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    pub(super) fn person_id(text: &str) -> Self {
        Self::PersonId(fold::plain(text))
    }

    pub(super) fn email(text: &str) -> Self {
        Self::Email(fold::plain(text))
    }

    pub(super) fn eid(text: &str) -> Self {
        Self::Eid(fold::plain(text))
    }

    /// Does the mark name a person rather than a place?
    pub(crate) fn is_personal(&self) -> bool {
        matches!(self, Self::PersonId(_) | Self::Email(_) | Self::Eid(_))
    }

    /// What the mark is called at the head of a trace sentence; never its value, which may name a person.
    pub(crate) fn danish(&self) -> &'static str {
        match self {
            Self::PersonId(_) => "Den nævnte medarbejder",
            Self::Email(_) => "Den nævnte mailadresse",
            Self::Eid(_) => "Det nævnte medarbejder-id (EID)",
            Self::ProductionUnit(_) => "P-nummeret",
            Self::Gln(_) => "EAN-nummeret (GLN)",
            Self::Sor(_) => "SOR-koden",
        }
    }

    /// Stable word for trace codes.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::PersonId(_) => "person",
            Self::Email(_) => "email",
            Self::Eid(_) => "eid",
            Self::ProductionUnit(_) => "p-number",
            Self::Gln(_) => "gln",
            Self::Sor(_) => "sor",
        }
    }
}

/// An `[[attention]]` as read, before unit and person are checked.
pub(super) struct AttentionDraft {
    pub(super) key: AttentionKey,
    pub(super) place: Place,
    pub(super) unit: Option<At<String>>,
    pub(super) person: Option<At<String>>,
}

const KEYS: [&str; 6] = ["person_id", "email", "eid", "p_number", "gln", "sor"];

impl AttentionDraft {
    pub(super) fn read(table: Table<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let values = KEYS.map(|key| table.text(key, findings));
        let unit = table.text("unit", findings);
        let person = table.text("person", findings);
        let given = KEYS.iter().filter(|key| table.has(key)).count();
        if given != 1 {
            let what = format!("[[attention]] har {given} mærker, men skal have ét");
            findings.add(table.place(), "attention-mark", what, format!("Brug én af {}", listed(KEYS)));
        }
        if !table.has("unit") && !table.has("person") {
            let advice = "Tilføj unit = \"…\" eller person = \"…\"";
            findings.add(
                table.place(),
                "attention-receiver",
                "[[attention]] siger ikke, hvem mærket betyder",
                advice,
            );
        }
        table.finish(findings);
        let (index, text) = values.into_iter().enumerate().find_map(|(i, value)| Some((i, value?)))?;
        let key = match index {
            0 => AttentionKey::person_id(&text.value),
            1 => AttentionKey::email(&text.value),
            2 => AttentionKey::eid(&text.value),
            3 => AttentionKey::ProductionUnit(fold::number(&text.value)),
            4 => AttentionKey::Gln(fold::number(&text.value)),
            _ => AttentionKey::Sor(fold::number(&text.value)),
        };
        Some(Self { key, place: text.place, unit, person })
    }
}

/// Marks of the people themselves, and those of `[[attention]]`. A mark means one receiver.
pub(super) fn attention(
    drafts: &[AttentionDraft],
    people: &[PersonDraft],
    known: &Known<'_>,
    findings: &mut Findings<'_>,
) -> BTreeMap<AttentionKey, Receiver> {
    let mut marks: Vec<(AttentionKey, Place, Receiver)> = Vec::new();
    for person in people {
        let receiver = Receiver { unit: person.unit.value.clone(), person: Some(person.id.value.clone()) };
        let ids = person.attention_ids.iter().map(|id| (AttentionKey::person_id(&id.value), id.place));
        let email = person.email.iter().map(|email| (AttentionKey::email(&email.value), email.place));
        let eid = person.eid.iter().map(|eid| (AttentionKey::eid(&eid.value), eid.place));
        marks.extend(ids.chain(email).chain(eid).map(|(key, place)| (key, place, receiver.clone())));
    }
    for draft in drafts {
        if let Some(unit) = &draft.unit {
            known.unit(unit, findings);
        }
        if let Some(person) = &draft.person {
            known.person(person, findings);
        }
        let person = draft.person.as_ref().map(|person| person.value.clone());
        let unit = match &draft.unit {
            Some(unit) => Some(unit.value.clone()),
            None => person.as_deref().and_then(|person| known.unit_of(person)),
        };
        if let Some(unit) = unit {
            marks.push((draft.key.clone(), draft.place, Receiver { unit, person }));
        }
    }
    let mut map = BTreeMap::new();
    let mut places: BTreeMap<AttentionKey, Place> = BTreeMap::new();
    for (key, place, receiver) in marks {
        if let Some(first) = places.insert(key.clone(), place) {
            let what = format!("samme mærke står også i {}", findings.line_of(first));
            findings.add(
                place,
                "duplicate-attention",
                what,
                "Et mærke kan kun betyde én modtager: slet det ene",
            );
        }
        map.insert(key, receiver);
    }
    map
}
