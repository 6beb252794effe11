//! Filing: the case handler chooses the case that a letter is journaled on, or says why it is not journaled.
//!
//! It is an answer like a post distributor's ([`crate::journey::answer`]): a decision of a person, carried out once, with the
//! letter staying where it lies.

use esdh::CaseNumber;
use rules::{HandOver, Journaling};
use uuid::Uuid;

use super::{InboxError, ROLE, Reader, theirs};
use crate::journey::{self, Answer, InHand};
use crate::room::PostRoom;
use crate::store::StoreError;

/// Why a letter is not journaled: code, and what the person picks (offentlighedsloven § 15; journaling-law.md §2).
pub const NOT_JOURNALED: [(&str, &str); 3] = [
    ("no-weight", "Har ikke betydning for en sag eller for sagsbehandlingen i øvrigt"),
    ("duplicate", "Er allerede journaliseret i en anden meddelelse"),
    ("not-ours", "Er ikke myndighedens post"),
];

/// A case that the letter may belong to.
pub struct Offered {
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
}

/// What is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filing {
    /// Journaled on this case.
    On(String),
    /// Not journaled, for the reason of this code.
    Not(String),
}

/// Has the case handler still to choose?
pub(super) fn is_open(outcome: &str) -> bool {
    outcome == "left-to-handler"
}

/// The open cases of those whom the letter is from or about. Empty when the case system does not answer: the number can be
/// written all the same.
pub(super) async fn offered(room: &PostRoom, in_hand: &InHand) -> Vec<Offered> {
    let policy = room.policy();
    let mut found: Vec<Offered> = Vec::new();
    for party in journey::parties(&policy, &in_hand.reading.message) {
        let Ok(cases) = room.journal.port().open_cases_of(&party).await else { continue };
        for case in cases {
            if !found.iter().any(|known| known.number == case.number.0) {
                found.push(Offered { number: case.number.0, title: case.title });
            }
        }
    }
    found
}

/// Journals a letter that somebody has opened, or decides that it is not journaled.
pub async fn file(room: &PostRoom, reader: &Reader, id: &Uuid, filing: Filing) -> Result<(), InboxError> {
    let (row, hand_over) = theirs(room, reader, id).await?;
    if hand_over.opened_at().is_none() {
        return Err(InboxError::NotOpened);
    }
    if !is_open(&row.outcome) {
        return Err(InboxError::FiledAlready);
    }
    let journal = match filing {
        Filing::On(number) => {
            let case = room.journal.port().case(&CaseNumber(number.clone())).await;
            match case.map_err(|_| InboxError::Unreadable)? {
                Some(case) if case.open => Journaling::OnCase(case.number.0),
                Some(_) => return Err(InboxError::ClosedCase(number)),
                None => return Err(InboxError::NoSuchCase(number)),
            }
        }
        Filing::Not(code) => {
            let why = NOT_JOURNALED.iter().find(|(known, _)| *known == code);
            Journaling::NotJournaled(why.ok_or(InboxError::NoReason)?.1.to_owned())
        }
    };
    let decisions = room.store.decisions(&row.id).await?;
    let answer = Answer {
        person: reader.person.clone(),
        hand_over: HandOver { unit: hand_over.unit, person: hand_over.person, journal },
        reason: None,
        subject: None,
        to: decisions.last().map(|decision| decision.number),
    };
    journey::answer_as(room, id, answer, ROLE).await.map_err(|error| match error {
        journey::AnswerError::NotWaiting(_) | journey::AnswerError::DecidedAnew => InboxError::Moved,
        other => InboxError::Receiver(other),
    })?;
    stays_opened(room, id).await?;
    Ok(())
}

/// Whoever journaled it has read it: it does not go on unopened.
async fn stays_opened(room: &PostRoom, id: &Uuid) -> Result<(), StoreError> {
    let now = room.clock.now();
    let mut tx = room.store.begin().await?;
    tx.opened(id, now).await?;
    tx.commit(now).await
}
