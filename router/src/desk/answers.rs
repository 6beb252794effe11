//! Answers: kept for half a minute before they are carried out, so that a slip of the finger can be taken back.
//!
//! An answer that waits is a row of its own and survives a restart. Carrying it out drops the row in the transaction that
//! makes it a decision, so it is carried out once, however often it is tried.

use jiff::{SignedDuration, Timestamp};
use kle::Subject;
use rules::{Closing, HandOver, Journaling};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::ROLE;
use super::queue::{is_at_desk, open};
use crate::audit::{Actor, EventKind};
use crate::journey::{self, Answer, AnswerError, Close, Share, Split};
use crate::keys::MessageKey;
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::desk::PendingRow;
use crate::store::token::AnswerKey;

/// How long an answer can be taken back.
pub const TAKEN_BACK_WITHIN: SignedDuration = SignedDuration::from_secs(30);

/// For how long it is remembered under which key a program answered.
const KEYS_KEPT: SignedDuration = SignedDuration::from_hours(24 * 7);

/// Answers carried out at a time.
const BATCH: u32 = 100;

/// What somebody answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Given {
    /// It goes to somebody here.
    To(Receiver),
    /// Nobody here gets it.
    Closed {
        /// Why.
        close: Closing,
    },
    /// It goes on in parts.
    Split {
        /// The parts, in order.
        parts: Vec<GivenPart>,
    },
}

/// A part of a letter, and where it goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenPart {
    /// Where it goes.
    pub to: Receiver,
    /// Which documents it carries, by their number in the message; `None` for the whole letter.
    pub carries: Option<Vec<u32>>,
}

/// Where somebody sends a letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receiver {
    /// The unit, by id.
    pub unit: String,
    /// The person in it, by id.
    pub person: Option<String>,
    /// The case that it is journaled on.
    pub case: Option<String>,
    /// What it is about.
    pub subject: Option<Subject>,
    /// Why it is not to be journaled, when it is not.
    pub not_journaled: Option<String>,
    /// Why, in the person's words.
    pub reason: Option<String>,
}

/// Why an answer was not kept.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Somebody else has the letter, or has answered it.
    #[error("somebody else has the letter")]
    Taken,
    /// Nothing from the list was picked.
    #[error("nothing picked")]
    NothingPicked,
    /// Whoever is to be asked does not work in that unit.
    #[error("no such colleague in the unit")]
    NoSuchColleague,
    /// A colleague would see more of the letter than whoever asks.
    #[error("they have not seen so much of the letter")]
    NotSeen,
    /// It could not be an answer.
    #[error("{}", .0.danish())]
    Answer(#[from] AnswerError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Answer(error.into())
    }
}

impl Refused {
    /// What the person reads.
    pub fn danish(&self) -> String {
        match self {
            Self::Taken => "En anden har brevet fremme eller har fordelt det. Intet er ændret.".into(),
            Self::NothingPicked => "Vælg noget på listen.".into(),
            Self::NoSuchColleague => {
                "Medarbejderen hører ikke til den enhed. Søg efter medarbejderen igen.".into()
            }
            Self::NotSeen => {
                "Du har ikke selv set brevets tekst, mens det ligger fremme. Vis den først, eller lad kollegaen se nøglelinjer.".into()
            }
            Self::Answer(error) => error.danish(),
        }
    }
}

/// Keeps an answer until it is carried out. `seen` is the decision that the person saw.
pub async fn keep(
    room: &PostRoom,
    id: &Uuid,
    person: &str,
    seen: i64,
    given: Given,
) -> Result<Timestamp, Refused> {
    keep_under(room, id, person, seen, given, None).await
}

/// As [`keep`], remembering in the same step under which key a program answered.
pub async fn keep_under(
    room: &PostRoom,
    id: &Uuid,
    person: &str,
    seen: i64,
    given: Given,
    key: Option<&AnswerKey>,
) -> Result<Timestamp, Refused> {
    if let Given::To(receiver) = &given {
        journey::check_receiver(room, &receiver.unit, receiver.subject)?;
    }
    let row = room.store.message(id).await?.ok_or(AnswerError::NotFound)?;
    let id = &row.uuid()?;
    if !is_at_desk(&row)? {
        return Err(AnswerError::NotWaiting(row.stage()?).into());
    }
    let (in_hand, decided, number) = open(room, &row).await?;
    if number != seen {
        return Err(AnswerError::DecidedAnew.into());
    }
    // What cannot be done is said now, not when the half minute is over: a letter that came back may be journaled already.
    match &given {
        Given::To(receiver) => {
            let journaling = journaling_of(receiver);
            journey::check_journaling(room, &row.id, &decided.decision, journaling).await?;
        }
        Given::Closed { close } => journey::check_closing(&row.outcome, close)?,
        Given::Split { parts } => {
            let shares: Vec<Share> = parts.iter().cloned().map(share_of).collect();
            journey::check_split(room, &in_hand, &row.outcome, &shares).await?;
        }
    }
    let now = room.clock.now();
    let due_at = now.saturating_add(TAKEN_BACK_WITHIN).unwrap_or(now);
    let mut tx = room.store.begin().await?;
    // Whoever answers must have it before them: a page that lay open over lunch must not overrule a colleague.
    if !tx.claim_letter(id, person, due_at, now).await? {
        return Err(Refused::Taken);
    }
    let sealed = seal(room, &in_hand.key, &given)?;
    if !tx.keep_answer(&PendingRow::new(id, person, seen, due_at, sealed), now).await? {
        return Err(Refused::Taken);
    }
    tx.release_letter(id, person).await?;
    if let Some(key) = key {
        let forgotten = now.saturating_sub(KEYS_KEPT).unwrap_or(Timestamp::MIN);
        tx.remember_answer(key, due_at, forgotten, now).await?;
    }
    tx.commit(now).await?;
    Ok(due_at)
}

/// Takes an answer back. False when it is carried out already, or is somebody else's.
pub async fn take_back(room: &PostRoom, id: &Uuid, person: &str) -> Result<bool, StoreError> {
    let now = room.clock.now();
    let mut tx = room.store.begin().await?;
    if !tx.drop_answer(id, Some(person)).await? {
        return Ok(false);
    }
    tx.tell(room.event_by(EventKind::AnswerTakenBack, Actor::person(person, ROLE)).about(*id));
    tx.commit(now).await?;
    Ok(true)
}

/// Takes back all that somebody answered and that can still be taken back. Returns how many.
pub async fn take_all_back(room: &PostRoom, person: &str) -> Result<usize, StoreError> {
    let mut taken = 0;
    for row in room.store.pending_answers().await?.into_iter().filter(|row| row.person == person) {
        let id = Uuid::parse_str(&row.message).map_err(|_| StoreError::Damaged("message id"))?;
        taken += usize::from(take_back(room, &id, person).await?);
    }
    Ok(taken)
}

/// An answer that its giver can still take back.
pub struct Kept {
    /// Our id of the message.
    pub message: String,
    /// What was answered.
    pub given: Given,
    /// Until when.
    pub until: Timestamp,
}

/// The answers that somebody can still take back, newest last.
pub async fn kept_by(room: &PostRoom, person: &str) -> Result<Vec<Kept>, StoreError> {
    let mut kept = Vec::new();
    for row in room.store.pending_answers().await?.into_iter().filter(|row| row.person == person) {
        if let Some((given, _)) = unsealed(room, &row).await? {
            kept.push(Kept { until: row.due_at(), message: row.message, given });
        }
    }
    Ok(kept)
}

/// Carries out the answers whose time has come. Returns how many rows there were.
///
/// One that can no longer be an answer (its unit was closed within the half minute) is dropped: the letter stands in line
/// again, and the log says why.
pub(crate) async fn carry_out_due(room: &PostRoom) -> Result<usize, StoreError> {
    let due = room.store.due_answers(room.clock.now(), BATCH).await?;
    for row in &due {
        let id = Uuid::parse_str(&row.message).map_err(|_| StoreError::Damaged("message id"))?;
        let Some((given, _)) = unsealed(room, row).await? else {
            drop_row(room, &id, row, "svaret kan ikke læses").await?;
            continue;
        };
        let done = match given {
            Given::To(receiver) => journey::answer(room, &id, answer_of(row, receiver)).await,
            Given::Closed { close } => {
                let close = Close { person: row.person.clone(), closing: close, to: Some(row.decision) };
                journey::close(room, &id, close).await
            }
            Given::Split { parts } => {
                let shares = parts.into_iter().map(share_of).collect();
                let split = Split { person: row.person.clone(), shares, to: Some(row.decision) };
                journey::split(room, &id, split).await
            }
        };
        match done {
            Ok(()) => {}
            Err(AnswerError::Store(error)) => return Err(error),
            Err(refused) => drop_row(room, &id, row, &refused.danish()).await?,
        }
    }
    Ok(due.len())
}

fn journaling_of(receiver: &Receiver) -> Journaling {
    match (&receiver.case, &receiver.not_journaled) {
        (Some(case), _) => Journaling::OnCase(case.clone()),
        (None, Some(why)) => Journaling::NotJournaled(why.clone()),
        (None, None) => Journaling::LeftToHandler,
    }
}

fn share_of(part: GivenPart) -> Share {
    let GivenPart { to, carries } = part;
    let journal = journaling_of(&to);
    Share { hand_over: HandOver { unit: to.unit, person: to.person, journal }, subject: to.subject, carries }
}

fn answer_of(row: &PendingRow, receiver: Receiver) -> Answer {
    let journal = journaling_of(&receiver);
    Answer {
        person: row.person.clone(),
        hand_over: HandOver { unit: receiver.unit, person: receiver.person, journal },
        reason: receiver.reason,
        subject: receiver.subject,
        to: Some(row.decision),
    }
}

async fn drop_row(room: &PostRoom, id: &Uuid, row: &PendingRow, why: &str) -> Result<(), StoreError> {
    let now = room.clock.now();
    let mut tx = room.store.begin().await?;
    if tx.drop_answer(id, None).await? {
        let by = Actor::person(&row.person, ROLE);
        tx.tell(room.event_by(EventKind::AnswerTakenBack, by).about(*id).because(why));
        tx.commit(now).await?;
    }
    Ok(())
}

fn seal(room: &PostRoom, key: &MessageKey, given: &Given) -> Result<Vec<u8>, StoreError> {
    let plain = serde_json::to_vec(given).map_err(|_| StoreError::Damaged("answer"))?;
    Ok(key.seal("answer", &plain, &mut |bytes| room.entropy.fill(bytes)))
}

/// What was answered; `None` when it cannot be read.
async fn unsealed(room: &PostRoom, row: &PendingRow) -> Result<Option<(Given, MessageKey)>, StoreError> {
    let id = Uuid::parse_str(&row.message).map_err(|_| StoreError::Damaged("message id"))?;
    let Some(message) = room.store.message(&id).await? else { return Ok(None) };
    let key = message.key(&room.store)?;
    let Ok(plain) = key.open("answer", &row.sealed) else { return Ok(None) };
    Ok(serde_json::from_slice(&plain).ok().map(|given| (given, key)))
}
