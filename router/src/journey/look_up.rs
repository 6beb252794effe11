//! Look up: what the store and the case system know of the cases and letters that messages point at.
//!
//! What lies in our own database is fetched for a whole batch at once, onto a [`Shelf`]; what lies in a case system
//! of its own is asked for message by message.

use std::collections::{HashMap, HashSet};

use esdh::{Case, CaseNumber, PartyId};
use rules::{CaseFacts, Lookup, Policy};

use super::InHand;
use super::gather::{Trouble, parties};
use crate::room::{Journal, PostRoom};
use crate::store::StoreError;

/// Suggested cases per reference that are looked at; more than these are no help to anybody.
const CASES_PER_REFERENCE: usize = 5;

/// Successors followed from a closed case; a longer chain is a circle or a mistake.
const SUCCESSORS: usize = 8;

/// What our own database knows about a batch of messages.
pub(super) struct Shelf {
    /// Numbers of protected persons and companies among the parties.
    protected: HashSet<String>,
    /// Letters that we sent, by message UUID, and their cases.
    sent: HashMap<String, String>,
    /// Cases asked for already, and what the built-in journal answered; nothing when another journal is used.
    cases: HashMap<String, Option<Case>>,
}

impl Shelf {
    /// Fetches what the messages of a batch will ask for.
    pub(super) async fn fetch(
        room: &PostRoom,
        policy: &Policy,
        batch: &[InHand],
    ) -> Result<Self, StoreError> {
        let (mut people, mut letters, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
        for in_hand in batch {
            let message = &in_hand.reading.message;
            people.extend(parties(policy, message).iter().map(|party| number_of(party).to_owned()));
            for reference in rules::references(policy, message) {
                match reference.lookup {
                    Lookup::SentLetter(uuid) => letters.push(uuid.to_string()),
                    Lookup::CaseNumber(number) => numbers.push(number),
                    Lookup::SentMessageId(_) | Lookup::PartyAndSubject { .. } => {}
                }
            }
        }
        let sent = room.store.cases_of_sent(&distinct(letters)).await?;
        let cases = match &room.journal {
            Journal::Outside(_) => HashMap::new(),
            Journal::BuiltIn(_) => {
                numbers.extend(sent.values().cloned());
                let numbers = distinct(numbers);
                let found = room.store.cases(&numbers).await?;
                let mut cases: HashMap<_, _> = numbers.into_iter().map(|number| (number, None)).collect();
                cases.extend(found.into_iter().map(|case| (case.number.0.clone(), Some(case))));
                cases
            }
        };
        Ok(Self { protected: room.store.protected(&distinct(people)).await?, sent, cases })
    }

    /// Is this party on the authority's list? It holds persons and companies alike; their numbers differ in length,
    /// so one cannot be taken for the other.
    pub(super) fn is_protected(&self, party: &PartyId) -> bool {
        self.protected.contains(number_of(party))
    }
}

fn number_of(party: &PartyId) -> &str {
    match party {
        PartyId::Cpr(number) | PartyId::Cvr(number) => number,
    }
}

fn distinct(mut words: Vec<String>) -> Vec<String> {
    words.sort_unstable();
    words.dedup();
    words
}

/// Look-ups of one message: each case is asked for once.
pub(super) struct LookedUp<'a> {
    room: &'a PostRoom,
    shelf: &'a Shelf,
    parties: &'a [PartyId],
    cases: HashMap<String, Option<CaseFacts>>,
}

impl<'a> LookedUp<'a> {
    pub(super) fn new(room: &'a PostRoom, shelf: &'a Shelf, parties: &'a [PartyId]) -> Self {
        Self { room, shelf, parties, cases: HashMap::new() }
    }

    /// The cases that a reference leads to, and what the journal says of each.
    pub(super) async fn answer(
        &mut self,
        lookup: &Lookup,
    ) -> Result<Vec<(String, Option<CaseFacts>)>, Trouble> {
        match lookup {
            Lookup::SentLetter(uuid) => match self.shelf.sent.get(&uuid.to_string()) {
                Some(number) => Ok(vec![self.named(number.clone()).await?]),
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
        let facts = match self.case(&number).await? {
            Some(case) => Some(self.facts(case).await?),
            None => None,
        };
        self.cases.insert(number.clone(), facts.clone());
        Ok((number, facts))
    }

    async fn case(&self, number: &str) -> Result<Option<Case>, Trouble> {
        match self.shelf.cases.get(number) {
            Some(known) => Ok(known.clone()),
            None => Ok(self.room.journal.port().case(&CaseNumber(number.to_owned())).await?),
        }
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
