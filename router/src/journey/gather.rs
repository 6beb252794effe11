//! Gather: everything that must be known before deciding, looked up in the world.

use std::collections::HashMap;

use esdh::{Case, CaseNumber, Fault, PartyId};
use rules::{CaseFacts, Facts, Hold, Lookup, NamedCase, Policy};

use super::InHand;
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

/// Suggested cases per reference that are looked at; more than these are no help to anybody.
const CASES_PER_REFERENCE: usize = 5;

/// Successors followed from a closed case; a longer chain is a circle or a mistake.
const SUCCESSORS: usize = 8;

pub(super) async fn gather(room: &PostRoom, policy: &Policy, in_hand: &InHand) -> Result<Facts, Trouble> {
    let reading = &in_hand.reading;
    let message = &reading.message;
    let parties: Vec<PartyId> = rules::parties(policy, message).into_iter().map(party_id).collect();
    let mut looked_up = LookedUp { room, parties: &parties, cases: HashMap::new() };
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
        holds: holds(room, policy, in_hand, &parties).await?,
        text: reading.text.clone(),
        suggestions: suggestions.collect(),
        technical: reading.technical.clone(),
    })
}

async fn holds(
    room: &PostRoom,
    policy: &Policy,
    in_hand: &InHand,
    parties: &[PartyId],
) -> Result<Vec<Hold>, Trouble> {
    let mut holds = Vec::new();
    // The list holds persons and companies alike; their numbers differ in length, so one cannot be taken for the other.
    let numbers: Vec<&str> = parties
        .iter()
        .map(|party| match party {
            PartyId::Cpr(number) | PartyId::Cvr(number) => number.as_str(),
        })
        .collect();
    if room.store.any_protected(&numbers).await? {
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
    Ok(holds)
}

fn party_id(party: rules::Party) -> PartyId {
    match party.id_type {
        rules::PartyIdType::Cpr => PartyId::Cpr(party.id),
        rules::PartyIdType::Cvr => PartyId::Cvr(party.id),
    }
}

/// Look-ups of one message: each case is asked for once.
struct LookedUp<'a> {
    room: &'a PostRoom,
    parties: &'a [PartyId],
    cases: HashMap<String, Option<CaseFacts>>,
}

impl LookedUp<'_> {
    async fn answer(&mut self, lookup: &Lookup) -> Result<Vec<(String, Option<CaseFacts>)>, Trouble> {
        match lookup {
            Lookup::SentLetter(uuid) => match self.room.store.case_of_sent(&uuid.to_string()).await? {
                Some(number) => Ok(vec![self.named(number).await?]),
                None => Ok(Vec::new()),
            },
            Lookup::SentMessageId(id) => {
                let mut found = Vec::new();
                for number in
                    self.room.store.cases_of_sent_id(id).await?.into_iter().take(CASES_PER_REFERENCE)
                {
                    found.push(self.named(number).await?);
                }
                Ok(found)
            }
            Lookup::CaseNumber(number) => Ok(vec![self.named(number.clone()).await?]),
            Lookup::PartyAndSubject { subject, .. } => self.of_parties(*subject).await,
        }
    }

    async fn named(&mut self, number: String) -> Result<(String, Option<CaseFacts>), Trouble> {
        if let Some(known) = self.cases.get(&number) {
            return Ok((number, known.clone()));
        }
        let case = self.room.journal.port().case(&CaseNumber(number.clone())).await?;
        let facts = match case {
            Some(case) => Some(self.facts(case).await?),
            None => None,
        };
        self.cases.insert(number.clone(), facts.clone());
        Ok((number, facts))
    }

    /// Open cases of the parties with exactly this subject: a wider match would file letters on cases of something else.
    async fn of_parties(
        &mut self,
        subject: kle::Subject,
    ) -> Result<Vec<(String, Option<CaseFacts>)>, Trouble> {
        let mut found: Vec<(String, Option<CaseFacts>)> = Vec::new();
        for party in self.parties {
            for case in self.room.journal.port().open_cases_of(party).await? {
                let fits = case.subject == Some(subject);
                let seen = found.iter().any(|(number, _)| *number == case.number.0);
                if fits && !seen && found.len() < CASES_PER_REFERENCE {
                    let number = case.number.0.clone();
                    let facts = self.facts(case).await?;
                    found.push((number, Some(facts)));
                }
            }
        }
        Ok(found)
    }

    async fn facts(&self, case: Case) -> Result<CaseFacts, Trouble> {
        let successor = if case.open { None } else { self.newest_open_successor(&case).await? };
        Ok(CaseFacts {
            open: case.open,
            successor,
            sender_is_party: case.parties.iter().any(|party| self.parties.contains(&party.id)),
            unit: case.unit,
            handler: case.handler,
            subject: case.subject,
            number: case.number.0,
        })
    }

    /// Follows a closed case to the open one that took over, if the sender is a party of that one too.
    async fn newest_open_successor(&self, case: &Case) -> Result<Option<String>, Trouble> {
        let mut next = case.successor.clone();
        for _ in 0..SUCCESSORS {
            let Some(number) = next else { return Ok(None) };
            let Some(case) = self.room.journal.port().case(&number).await? else { return Ok(None) };
            if case.open {
                let is_party = case.parties.iter().any(|party| self.parties.contains(&party.id));
                return Ok(is_party.then_some(number.0));
            }
            next = case.successor;
        }
        Ok(None)
    }
}
