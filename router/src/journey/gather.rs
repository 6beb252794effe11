//! Gather: everything that must be known before deciding, looked up in the world.

use esdh::{Fault, PartyId};
use rules::{Evidence, Facts, Hold, Lookup, MarkedSubject, NamedCase, Policy};

use super::InHand;
use super::look_up::{LookedUp, Shelf};
use crate::clock::danish_day;
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::subject_plan::SubjectPlan;

/// Why a message cannot be gathered now; it keeps its stage and its place in line.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error("case system did not answer")]
    CaseSystem(#[from] Fault),
    #[error("a document could not be fetched from the content store")]
    Letter(#[source] Fault),
    #[error("store did not answer")]
    Store(#[from] StoreError),
}

impl Trouble {
    /// What is kept beside the message for the operator.
    pub(super) fn danish(&self) -> &'static str {
        match self {
            Self::CaseSystem(_) => "sagssystemet svarede ikke",
            Self::Letter(_) => "brevets dokumenter kunne ikke hentes i indholdslageret",
            Self::Store(_) => "databasen svarede ikke",
        }
    }
}

pub(super) async fn gather(
    room: &PostRoom,
    policy: &Policy,
    plan: Option<&SubjectPlan>,
    shelf: &Shelf,
    in_hand: &InHand,
) -> Result<Facts, Trouble> {
    let reading = &in_hand.reading;
    let message = &reading.message;
    let subject = marked(policy, plan, in_hand);
    let parties = parties(policy, message);
    let mut looked_up = LookedUp::new(room, shelf, &parties);
    let mut named_cases: Vec<NamedCase> = Vec::new();
    for reference in rules::references(policy, message) {
        for (number, found) in looked_up.answer(&reference.lookup).await? {
            named_cases.push(NamedCase { evidence: reference.evidence, number, ours: reference.ours, found });
        }
    }
    if let Some(renumbered) = renumbered(policy, message, subject.as_ref()) {
        for (number, found) in looked_up.answer(&renumbered).await? {
            named_cases.push(NamedCase { evidence: Evidence::PartyAndSubject, number, ours: true, found });
        }
    }
    Ok(Facts {
        message: message.clone(),
        remarks: reading.remarks.clone(),
        available_at: in_hand.available_at,
        size: in_hand.size,
        kind: rules::message_kind(policy, message),
        sender: rules::sender_kind(policy, message),
        recipient: rules::recipient_kind(policy, message),
        subject,
        named_cases,
        holds: holds(policy, shelf, in_hand, &parties),
        text: reading.text.clone(),
        suggestions: Vec::new(),
        technical: reading.technical.clone(),
        judgement: None,
        glimpse: None,
    })
}

/// The KLE mark as it applies on the day the message became available.
fn marked(policy: &Policy, plan: Option<&SubjectPlan>, in_hand: &InHand) -> Option<MarkedSubject> {
    let read = rules::marked_subject(policy, &in_hand.reading.message)?;
    match plan {
        Some(plan) => rules::held_against(read, plan.register.at(danish_day(in_hand.available_at))),
        None => Some(read),
    }
}

/// Cases of the party are looked for under the number as it was read, for an old case keeps its old number; and under
/// what the number has become.
fn renumbered(policy: &Policy, message: &memo::Message, subject: Option<&MarkedSubject>) -> Option<Lookup> {
    let now = subject.filter(|mark| mark.ours)?;
    let read = rules::marked_subject(policy, message)?;
    (read.subject != now.subject)
        .then_some(Lookup::PartyAndSubject { subject: now.subject, facet: now.facet })
}

fn holds(policy: &Policy, shelf: &Shelf, in_hand: &InHand, parties: &[PartyId]) -> Vec<Hold> {
    let mut holds = Vec::new();
    if parties.iter().any(|party| shelf.is_protected(party)) {
        holds.push(Hold::ProtectedParty);
    }
    if in_hand.conflicts {
        holds.push(Hold::ConflictingDuplicate);
    }
    if rules::has_forbidden_file(policy, &in_hand.reading.message) {
        holds.push(Hold::ForbiddenFile);
    }
    if in_hand.reading.remarks.iter().any(|remark| remark.code == memo::RemarkCode::BrokenContent) {
        holds.push(Hold::DamagedDocument);
    }
    holds
}

/// Everybody that a message is from or about.
pub(crate) fn parties(policy: &Policy, message: &memo::Message) -> Vec<PartyId> {
    rules::parties(policy, message).into_iter().map(party_id).collect()
}

fn party_id(party: rules::Party) -> PartyId {
    match party.id_type {
        rules::PartyIdType::Cpr => PartyId::Cpr(party.id),
        rules::PartyIdType::Cvr => PartyId::Cvr(party.id),
    }
}
