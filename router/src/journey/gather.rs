//! Gather: everything that must be known before deciding, looked up in the world.

use esdh::{Fault, PartyId};
use rules::{Facts, Hold, NamedCase, Policy};

use super::InHand;
use super::look_up::{LookedUp, Shelf};
use crate::room::PostRoom;
use crate::store::StoreError;

/// Why a message cannot be gathered now; it keeps its stage and its place in line.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error("case system did not answer")]
    CaseSystem(#[from] Fault),
    #[error("store did not answer")]
    Store(#[from] StoreError),
}

pub(super) async fn gather(
    room: &PostRoom,
    policy: &Policy,
    shelf: &Shelf,
    in_hand: &InHand,
) -> Result<Facts, Trouble> {
    let reading = &in_hand.reading;
    let message = &reading.message;
    let parties = parties(policy, message);
    let mut looked_up = LookedUp::new(room, shelf, &parties);
    let mut named_cases: Vec<NamedCase> = Vec::new();
    for reference in rules::references(policy, message) {
        for (number, found) in looked_up.answer(&reference.lookup).await? {
            named_cases.push(NamedCase { evidence: reference.evidence, number, ours: reference.ours, found });
        }
    }
    let letter = classifier::LetterText { label: &message.header.label, body: &reading.text };
    let suggestions = room.suggest.suggest(&letter).into_iter().map(|suggestion| rules::Suggestion {
        subject: suggestion.subject,
        confidence: suggestion.confidence,
        why: suggestion.why,
    });
    Ok(Facts {
        message: message.clone(),
        remarks: reading.remarks.clone(),
        available_at: in_hand.available_at,
        size: in_hand.size,
        kind: rules::message_kind(policy, message),
        sender: rules::sender_kind(policy, message),
        recipient: rules::recipient_kind(policy, message),
        subject: rules::marked_subject(policy, message),
        named_cases,
        holds: holds(policy, shelf, in_hand, &parties),
        text: reading.text.clone(),
        suggestions: suggestions.collect(),
        technical: reading.technical.clone(),
    })
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
pub(super) fn parties(policy: &Policy, message: &memo::Message) -> Vec<PartyId> {
    rules::parties(policy, message).into_iter().map(party_id).collect()
}

fn party_id(party: rules::Party) -> PartyId {
    match party.id_type {
        rules::PartyIdType::Cpr => PartyId::Cpr(party.id),
        rules::PartyIdType::Cvr => PartyId::Cvr(party.id),
    }
}
