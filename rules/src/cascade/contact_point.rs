//! Step 5, what is written on the envelope: contact point, attention person, production unit and the like.

use super::journaling::{self, About};
use super::{Asked, Verdict, hand_over};
use crate::policy::AttentionKey;
use crate::{Step, Unit, fold};

pub(super) fn ask(asked: &mut Asked<'_>) -> Option<Verdict> {
    let recipient = &asked.facts.message.header.recipient;
    let marks = recipient.attention.as_ref().map(AttentionKey::of).unwrap_or_default();
    let contact_point =
        recipient.contact_point.as_ref().filter(|point| !point.contact_point_id.trim().is_empty());
    if let Some(verdict) = contact_point.and_then(|point| chosen(asked, &point.contact_point_id, &marks)) {
        return Some(verdict);
    }
    for mark in &marks {
        if let Some(verdict) = addressed(asked, mark) {
            return Some(verdict);
        }
    }
    let (code, text) = match (contact_point.is_some(), marks.is_empty()) {
        (false, true) => {
            ("contact-point.none", "Meddelelsen nævner hverken kontaktpunkt, medarbejder eller enhed")
        }
        (true, true) => ("contact-point.unknown", "Kontaktpunktet er ikke knyttet til en enhed"),
        (_, false) => ("contact-point.unmapped", "Ingen af mærkerne på modtageren er knyttet til en enhed"),
    };
    asked.pass(Step::ContactPoint, code, text)
}

/// The contact point that the writer chose; a person of the same unit named beside it gets the letter.
fn chosen(asked: &mut Asked<'_>, id: &str, marks: &[AttentionKey]) -> Option<Verdict> {
    let policy = asked.policy;
    let owner = policy.contact_points.get(&fold::plain(id))?;
    let unit = policy.open_unit(&owner.unit)?;
    let person = marks.iter().filter(|mark| mark.is_personal()).find_map(|mark| {
        let receiver = policy.attention.get(mark)?;
        receiver.person.clone().filter(|_| receiver.unit == unit.id)
    });
    let mut about = About::mark(asked);
    if about.subject.is_none() {
        about = About { subject: owner.subject, facet: owner.facet };
    }
    let point = match &owner.name {
        Some(name) => format!("Kontaktpunktet »{name}«"),
        None => "Kontaktpunktet".to_owned(),
    };
    let point = if person.is_some() { point + " og den nævnte medarbejder" } else { point };
    handed(asked, "contact-point.chosen", &point, unit, person, &about)
}

/// A mark that names a person or unit.
fn addressed(asked: &mut Asked<'_>, mark: &AttentionKey) -> Option<Verdict> {
    let policy = asked.policy;
    let receiver = policy.attention.get(mark)?;
    let unit = policy.open_unit(&receiver.unit)?;
    let code = format!("contact-point.{}", mark.code());
    let about = About::mark(asked);
    handed(asked, &code, mark.danish(), unit, receiver.person.clone(), &about)
}

fn handed(
    asked: &mut Asked<'_>,
    code: &str,
    mark: &str,
    unit: &Unit,
    person: Option<String>,
    about: &About,
) -> Option<Verdict> {
    let journaling = journaling::as_unit(asked, &unit.id, about);
    let text = format!("{mark} hører til {}; {}", unit.name, journaling::wording(&journaling));
    asked.answer(Step::ContactPoint, code, text, hand_over(&unit.id, person, journaling))
}
