//! A letter of one's own: its head for all who may see it, its text and documents once it is opened.
//!
//! That somebody saw a letter is told once for each person and day, and not at every look: the log says who saw what on which
//! days, and stays legible.

use uuid::Uuid;

use super::filing::{self, Offered, offered};
use super::list::{Lying, lying};
use super::{InboxError, Reader, theirs};
use crate::audit::{Actor, Event, EventKind};
use crate::clock::danish_day;
use crate::desk::{self, Document, Level, LookError, Words};
use crate::journey::{Decided, InHand};
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::hand_over::HandOverRow;

/// How much of a letter somebody has seen today.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Seen {
    /// What stands in the list.
    #[default]
    Head,
    /// Its text.
    Text,
    /// Its documents.
    Documents,
}

/// A letter before somebody.
pub struct Letter {
    /// As it stands in the list.
    pub lying: Lying,
    /// What it is about, when that was decided.
    pub subject: Option<String>,
    /// Which part of a letter it is, and who has the others (Danish); `None` for a letter that is whole.
    pub part: Option<String>,
    /// Its entry in the journal was marked as misfiled.
    pub misfiled: bool,
    /// Sender and text; once it is opened.
    pub words: Option<Words>,
    /// The documents; once it is opened.
    pub documents: Vec<Document>,
    /// Has the case handler still to say where it is journaled?
    pub to_file: bool,
    /// Open cases of those it is from or about; once it is opened, and while it is still to be journaled.
    pub cases: Vec<Offered>,
}

/// A letter as far as this person has opened it today.
pub async fn letter(room: &PostRoom, reader: &Reader, id: &Uuid) -> Result<Letter, InboxError> {
    let (row, hand_over) = theirs(room, reader, id).await?;
    let is_open = seen(room, reader, &row.id).await? >= Seen::Text;
    let lying = lying(room, std::slice::from_ref(&hand_over)).await?.pop().ok_or(InboxError::NotTheirs)?;
    let in_hand = InHand::open(room, &row)?;
    let decisions = room.store.decisions(&row.id).await?;
    let last = decisions.last().ok_or(StoreError::Damaged("decision"))?;
    let decided = Decided::open(&in_hand.key, last)?;
    let to_file = filing::is_open(&row.outcome);
    let words = if is_open { Some(words(room, &in_hand, &decided).await?) } else { None };
    let subject =
        decided.decision.annotations.subject.or(decided.facts.subject.as_ref().map(|marked| marked.subject));
    Ok(Letter {
        subject: subject.map(|subject| match desk::title(room, subject) {
            Some(title) => format!("KLE {subject} {title}"),
            None => format!("KLE {subject}"),
        }),
        part: desk::part_danish(room, &row).await?,
        misfiled: !room.store.corrections(&row.id).await?.is_empty(),
        lying,
        words,
        documents: if is_open { desk::documents(&in_hand) } else { Vec::new() },
        to_file: is_open && to_file,
        cases: if is_open && to_file { offered(room, &in_hand).await } else { Vec::new() },
    })
}

async fn words(room: &PostRoom, in_hand: &InHand, decided: &Decided) -> Result<Words, InboxError> {
    desk::words(room, in_hand, decided).await.map_err(|error| match error {
        LookError::Store(error) => InboxError::Store(error),
        _ => InboxError::Unreadable,
    })
}

/// Opens a letter: its text can be read for the rest of the day, and it does not go on by itself any more.
pub async fn open(room: &PostRoom, reader: &Reader, id: &Uuid) -> Result<(), InboxError> {
    let (row, hand_over) = theirs(room, reader, id).await?;
    tell_seen(room, reader, &row.id, &hand_over, Seen::Text).await
}

/// A document of a letter that this person has opened today.
pub async fn document(
    room: &PostRoom,
    reader: &Reader,
    id: &Uuid,
    content: u32,
) -> Result<(InHand, Document), InboxError> {
    let (row, hand_over) = match theirs(room, reader, id).await {
        Err(InboxError::NotTheirs) => return Err(tell_refused(room, reader, id).await?),
        found => found?,
    };
    if seen(room, reader, &row.id).await? < Seen::Text {
        return Err(InboxError::NotTheirs);
    }
    let in_hand = InHand::open(room, &row)?;
    let document = desk::documents(&in_hand).into_iter().find(|document| document.content == content);
    let Some(document) = document else { return Err(tell_refused(room, reader, id).await?) };
    tell_seen(room, reader, &row.id, &hand_over, Seen::Documents).await?;
    Ok((in_hand, document))
}

/// Tells the log that somebody asked for a document that is not theirs: of another's letter, or one that their part of a
/// letter does not carry. What there is not, is not told of.
async fn tell_refused(room: &PostRoom, reader: &Reader, id: &Uuid) -> Result<InboxError, InboxError> {
    let Some(row) = room.store.message(id).await? else { return Ok(InboxError::NotTheirs) };
    let mut tx = room.store.begin().await?;
    let event = room.event_by(EventKind::Refused, reader.actor()).about(row.uuid()?);
    tx.tell(event.with("what", "document"));
    tx.commit(room.clock.now()).await?;
    Ok(InboxError::NotTheirs)
}

/// How much of a letter this person has seen today, by the log.
pub(super) async fn seen(room: &PostRoom, reader: &Reader, message: &str) -> Result<Seen, StoreError> {
    let today = danish_day(room.clock.now());
    let events = room.store.events_of(message).await?;
    let of_today = events.iter().filter(|event| danish_day(event.at) == today);
    Ok(of_today.filter_map(|event| seen_in(event, &reader.person)).max().unwrap_or_default())
}

fn seen_in(event: &Event, person: &str) -> Option<Seen> {
    let theirs = matches!(event.actor(), Actor::Person { id, .. } if id == person);
    match event.details().get("level").map(String::as_str) {
        Some("text") if theirs && event.kind == EventKind::Viewed => Some(Seen::Text),
        Some("documents") if theirs && event.kind == EventKind::Viewed => Some(Seen::Documents),
        _ => None,
    }
}

async fn tell_seen(
    room: &PostRoom,
    reader: &Reader,
    message: &str,
    hand_over: &HandOverRow,
    now_seen: Seen,
) -> Result<(), InboxError> {
    let now = room.clock.now();
    let told = seen(room, reader, message).await? >= now_seen;
    let mut tx = room.store.begin().await?;
    if !tx.opened_by_receiver(hand_over, now).await? {
        return Err(InboxError::NotTheirs);
    }
    if !told {
        let id = Uuid::parse_str(message).map_err(|_| StoreError::Damaged("message id"))?;
        let level = if now_seen == Seen::Documents { Level::Documents } else { Level::Text };
        let event = room.event_by(EventKind::Viewed, reader.actor()).about(id);
        tx.tell(event.with("level", level.as_str()).with("unit", &hand_over.unit));
    }
    Ok(tx.commit(now).await?)
}
