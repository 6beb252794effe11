//! A letter before somebody: as much of it as they asked for, and not before they have a claim on it.

use std::sync::Arc;

use jiff::SignedDuration;
use rules::Glimpse;
use uuid::Uuid;

use super::aside::{Aside, aside_of};
use super::history::history;
use super::level::Level;
use super::queue::{Waiting, is_at_desk, open, waiting};
use super::standing::Under;
use super::{ROLE, reason_danish};
use crate::audit::{Actor, EventKind};
use crate::journey::{self, Decided, InHand};
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::message::MessageRow;

/// How long a letter lies before somebody who does nothing with it.
const CLAIM: SignedDuration = SignedDuration::from_mins(5);

/// A letter at a level. What is above the level is not in it.
pub struct Letter {
    /// As it stands in line.
    pub waiting: Waiting,
    /// How much of it is seen.
    pub level: Level,
    /// How it was laid aside, when it was.
    pub aside: Option<Aside>,
    /// Where it has been, when it came back (Danish).
    pub history: Vec<String>,
    /// Masked key lines; from [`Level::KeyLines`] on. `None` when the letter's text was not read.
    pub glimpse: Option<Glimpse>,
    /// Title, sender and text; from [`Level::Text`] on.
    pub words: Option<Words>,
    /// The documents; from [`Level::Documents`] on.
    pub documents: Vec<Document>,
}

/// A letter's own words. Holds personal data.
pub struct Words {
    /// Title.
    pub label: String,
    /// Who sent it.
    pub sender: String,
    /// Text of the documents, as far as it could be read.
    pub text: String,
    /// What could not be read (Danish).
    pub unread: Vec<String>,
}

/// A file of a letter.
pub struct Document {
    /// Its number in the message.
    pub content: u32,
    /// Its name, as sent.
    pub name: String,
    /// MIME type, as sent.
    pub format: String,
    /// Bytes.
    pub size: u64,
}

/// Why a letter was not shown.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// There is no such letter in line.
    #[error("no such letter is waiting")]
    NotWaiting,
    /// Somebody else has it before them.
    #[error("the letter lies before somebody else")]
    TakenBy(String),
    /// So much of it is not shown without a reason.
    #[error("no reason given")]
    NoReason,
    /// A document could not be had.
    #[error("the letter cannot be read now")]
    Unreadable,
    /// The store did not answer.
    #[error("store did not answer")]
    Store(#[from] StoreError),
}

impl LookError {
    /// What the person reads.
    pub fn danish(&self) -> String {
        match self {
            Self::NotWaiting => {
                "Brevet venter ikke længere. Det er fordelt, eller en anden er i gang med det.".into()
            }
            Self::TakenBy(person) => format!("{person} har brevet fremme lige nu."),
            Self::NoReason => "Vælg en begrundelse for at se mere af brevet.".into(),
            Self::Unreadable => "Brevets dokumenter kan ikke hentes lige nu. Prøv igen om lidt.".into(),
            Self::Store(error) => error.danish(),
        }
    }
}

/// Lays a letter before somebody and shows as much of it as they ask for. What they have seen already stays seen.
pub async fn look(
    room: &PostRoom,
    id: &Uuid,
    person: &str,
    wanted: Level,
    reason: Option<&str>,
) -> Result<Letter, LookError> {
    let row = still_waiting(room, id).await?;
    // By our id, whichever of its two it was asked for by: under two names two people could have it before them.
    let seen = raise(room, &row.uuid()?, person, wanted, reason).await?;
    let (in_hand, decided, number) = open(room, &row).await?;
    let standing = room.line.standing(room, &Arc::new(Under::now(room)), &row.id, number, &decided);
    let waiting = waiting(room, &row, number, &standing);
    let words = if seen >= Level::Text { Some(words(room, &in_hand, &decided).await?) } else { None };
    Ok(Letter {
        waiting: Waiting { before: Some(person.to_owned()), ..waiting },
        level: seen,
        aside: aside_of(room, &row).await?,
        history: history(room, &row).await?,
        glimpse: decided.facts.glimpse.clone().filter(|_| seen >= Level::KeyLines),
        words,
        documents: if seen >= Level::Documents { documents(&in_hand) } else { Vec::new() },
    })
}

/// What a waiting letter's documents are called at a level, by their number: what they are below [`Level::Documents`], and their
/// names from there on, for a name may say more than the text that somebody has seen.
pub async fn heads(room: &PostRoom, id: &Uuid, level: Level) -> Result<Vec<(u32, String)>, StoreError> {
    let Some(row) = room.store.message(id).await? else { return Ok(Vec::new()) };
    let in_hand = InHand::open(room, &row)?;
    let Some(body) = &in_hand.reading.message.body else { return Ok(Vec::new()) };
    let main = body.main_document.iter().map(|document| ("Hoveddokument".to_owned(), document));
    let numbered = |(place, document)| (format!("Bilag {place}"), document);
    let all = main.chain((1..).zip(&body.additional_documents).map(numbered));
    let files = all.flat_map(|(what, document)| {
        document.files.iter().map(move |file| match document.files.len() {
            _ if level >= Level::Documents => (file.content, file.filename.clone()),
            1 => (file.content, what.clone()),
            // Renditions of one document: which is which, is said by what they are.
            _ => (file.content, format!("{what} ({})", file.encoding_format)),
        })
    });
    Ok(files.collect())
}

/// Takes a letter from before somebody, so that others may have it.
pub async fn put_back(room: &PostRoom, id: &Uuid, person: &str) -> Result<(), StoreError> {
    let mut tx = room.store.begin().await?;
    tx.release_letter(id, person).await?;
    tx.commit(room.clock.now()).await
}

async fn still_waiting(room: &PostRoom, id: &Uuid) -> Result<MessageRow, LookError> {
    let row = room.store.message(id).await?.ok_or(LookError::NotWaiting)?;
    let answered = room.store.pending_answers().await?.iter().any(|answer| answer.message == row.id);
    if is_at_desk(&row)? && !answered { Ok(row) } else { Err(LookError::NotWaiting) }
}

/// Claims the letter, and tells the log when somebody sees more of it than before.
async fn raise(
    room: &PostRoom,
    id: &Uuid,
    person: &str,
    wanted: Level,
    reason: Option<&str>,
) -> Result<Level, LookError> {
    let now = room.clock.now();
    let until = now.saturating_add(CLAIM).unwrap_or(now);
    let mut tx = room.store.begin().await?;
    if !tx.claim_letter(id, person, until, now).await? {
        drop(tx);
        let other = room.store.claim_on(id, now).await?.map(|claim| claim.person);
        return Err(LookError::TakenBy(other.unwrap_or_default()));
    }
    let seen = Level::of(tx.seen_of(id, person).await?).unwrap_or_default();
    if wanted > seen {
        let reason = reason.and_then(reason_danish);
        if wanted.needs_reason() && reason.is_none() {
            return Err(LookError::NoReason);
        }
        tx.seen_to(id, person, wanted.number()).await?;
        let by = Actor::person(person, ROLE);
        let event = room.event_by(EventKind::Viewed, by).about(*id).with("level", wanted.as_str());
        tx.tell(match reason {
            Some(reason) => event.because(reason),
            None => event,
        });
    }
    tx.commit(now).await?;
    Ok(wanted.max(seen))
}

/// A letter's own words. The caller has told the log who sees them.
pub(crate) async fn words(room: &PostRoom, in_hand: &InHand, decided: &Decided) -> Result<Words, LookError> {
    let header = &decided.facts.message.header;
    let mut unread = decided.facts.glimpse.as_ref().map(|glimpse| glimpse.unread.clone()).unwrap_or_default();
    let mut text = decided.facts.text.clone();
    if text.trim().is_empty() {
        // A letter that its marks held back was not read when it was decided.
        (text, unread) = journey::read_letter(room, in_hand).await.map_err(|_| LookError::Unreadable)?;
    }
    Ok(Words { label: header.label.clone(), sender: header.sender.label.clone(), text, unread })
}

/// The files that the sender wrote for a person to read.
pub(crate) fn documents(in_hand: &InHand) -> Vec<Document> {
    let Some(body) = &in_hand.reading.message.body else { return Vec::new() };
    let documents = body.main_document.iter().chain(&body.additional_documents);
    let document = |file: &memo::File| Document {
        content: file.content,
        name: file.filename.clone(),
        format: file.encoding_format.clone(),
        size: file.size,
    };
    documents.flat_map(|document| &document.files).map(document).collect()
}
