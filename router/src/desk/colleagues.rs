//! Colleagues: whoever may know is asked whose a letter is, and sees its key lines, or its text where whoever asks has seen it
//! and says why. Never the documents.
//!
//! A unit or a person is asked; the letter lies aside until they have said it, two working days at most. What they say is not
//! an answer: the post distributor reads it and decides.

use rules::{Glimpse, Policy};
use uuid::Uuid;

use super::answers::Refused;
use super::aside::{Kind, Put, Words, back_after, id_of, last, lay, seal, words_of};
use super::letter::{self, LookError};
use super::{Level, REASONS, masked_label, reason_danish, sender_danish};
use crate::audit::{Actor, EventKind};
use crate::inbox::{self, Reader};
use crate::journey;
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::aside::AsideRow;
use crate::store::message::{MessageRow, Stage};

/// What a colleague may say: code in the form, and what they pick.
pub const SAYS: [(&str, &str); 3] = [
    ("ours", "Ja, det er vores"),
    ("not-ours", "Nej, det er ikke vores"),
    ("theirs", "Det hører til hos en anden enhed"),
];

/// How much of a letter a colleague sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shows {
    /// Its key lines.
    KeyLines,
    /// Its text, for this reason (code).
    Text(&'static str),
}

impl Shows {
    /// Key lines without a reason, the text with one; `None` for a reason that is not on the list.
    pub fn of(reason: &str) -> Option<Self> {
        if reason.is_empty() {
            return Some(Self::KeyLines);
        }
        REASONS.iter().find(|(code, _)| *code == reason).map(|(code, _)| Self::Text(code))
    }

    fn level(self) -> Level {
        match self {
            Self::KeyLines => Level::KeyLines,
            Self::Text(_) => Level::Text,
        }
    }
}

/// Working days that a colleague is waited for.
const WAITED: u32 = 2;

/// A letter that somebody is asked about. Until it is opened it holds nothing that a mask would have hidden.
pub struct Question {
    /// Our id of it.
    pub id: String,
    /// The title, masked.
    pub label: String,
    /// What kind of sender (Danish).
    pub sender: &'static str,
    /// Who asks, by user id.
    pub by: String,
    /// Until when.
    pub until: jiff::Timestamp,
    /// How much of it they may see.
    pub level: Level,
    /// Masked key lines, once it is opened; `None` when the letter's text was not read.
    pub glimpse: Option<Glimpse>,
    /// Title, sender and text, once it is opened, where they may see them. Holds personal data.
    pub words: Option<letter::Words>,
}

/// Why a colleague's word was not taken.
#[derive(Debug, thiserror::Error)]
pub enum NotSaid {
    /// They are not asked about such a letter, or not any more: the two look the same.
    #[error("nobody asks them")]
    NotAsked,
    /// Nothing from the list was picked, or the unit is none that gets mail.
    #[error("nothing picked")]
    NothingPicked,
    /// A document could not be had.
    #[error("the letter cannot be read now")]
    Unreadable,
    /// The store did not answer.
    #[error("store did not answer")]
    Store(#[from] StoreError),
}

impl NotSaid {
    /// What the person reads.
    pub fn danish(&self) -> String {
        match self {
            Self::NotAsked => "Du er ikke spurgt om det brev, eller der er svaret.".into(),
            Self::NothingPicked => "Vælg et svar; hører brevet til en anden enhed, så vælg enheden.".into(),
            Self::Unreadable => LookError::Unreadable.danish(),
            Self::Store(error) => error.danish(),
        }
    }
}

/// Asks a unit, or a person in it, whose a letter is.
pub async fn ask(
    room: &PostRoom,
    id: &Uuid,
    person: &str,
    (unit, asked): (&str, Option<&str>),
    shows: Shows,
) -> Result<(), Refused> {
    journey::check_receiver(room, unit, None)?;
    let policy = room.policy();
    let unit = policy.open_unit(unit).map(|unit| unit.id.clone());
    if let Some(asked) = asked {
        // A user id that no policy knows would be asked for ever.
        let known = policy.person(asked).filter(|known| Some(&known.unit) == unit.as_ref());
        known.ok_or(Refused::NoSuchColleague)?;
    }
    let reason = match shows {
        Shows::KeyLines => None,
        Shows::Text(reason) => Some(reason),
    };
    let put = Put {
        kind: Kind::Asked,
        until: back_after(room, WAITED),
        words: Words { shows: reason.map(str::to_owned), ..Words::default() },
        // Whoever asks one person asks nobody else in the unit.
        unit: unit.filter(|_| asked.is_none()),
        person: asked.map(str::to_owned),
        // Nobody lends out more than they have; key lines hold nothing of a person, so they may be lent unseen.
        needs: if reason.is_some() { Level::Text } else { Level::default() },
    };
    lay(room, id, person, put, |event| {
        let event = event.with("level", shows.level().as_str());
        match reason.and_then(reason_danish) {
            Some(why) => event.because(why),
            None => event,
        }
    })
    .await
}

/// What somebody, or a unit of theirs, is asked; without key lines.
pub async fn questions(room: &PostRoom, reader: &Reader) -> Result<Vec<Question>, StoreError> {
    let now = room.clock.now();
    let mut found = Vec::new();
    for aside in room.store.asked_of(&reader.person, reader.units()).await? {
        if aside.until() <= now {
            continue;
        }
        let Some(row) = room.store.message(&id_of(&aside)?).await? else { continue };
        found.push(question(room, &row, &aside).await?);
    }
    Ok(found)
}

/// How many letters somebody, or a unit of theirs, is asked about.
pub async fn count(room: &PostRoom, reader: &Reader) -> Result<usize, StoreError> {
    let now = room.clock.now();
    let asked = room.store.asked_of(&reader.person, reader.units()).await?;
    Ok(asked.iter().filter(|aside| aside.until() > now).count())
}

/// A letter that somebody is asked about, with as much of it as they may see. That they see it is told to the log, with the
/// reason that whoever asks gave.
pub async fn look(room: &PostRoom, reader: &Reader, id: &Uuid) -> Result<Question, NotSaid> {
    let (row, aside) = asked_of(room, reader, id).await?;
    let (id, now) = (row.uuid()?, room.clock.now());
    let (in_hand, decided) = last(room, &row).await?;
    let shown = question(room, &row, &aside).await?;
    let reason = words_of(&in_hand.key, &aside).and_then(|words| words.shows);
    let reason = reason.as_deref().and_then(reason_danish);
    let mut tx = room.store.begin().await?;
    let by = Actor::person(&reader.person, inbox::ROLE);
    let event = room.event_by(EventKind::Viewed, by).about(id).with("level", shown.level.as_str());
    tx.tell(event.because(&reason.map_or_else(
        || "Spurgt af en postfordeler".to_owned(),
        |reason| format!("Spurgt af en postfordeler: {reason}"),
    )));
    tx.commit(now).await?;
    let words = match shown.level {
        Level::Text => Some(letter::words(room, &in_hand, &decided).await.map_err(|error| match error {
            LookError::Store(error) => NotSaid::Store(error),
            _ => NotSaid::Unreadable,
        })?),
        _ => None,
    };
    Ok(Question { glimpse: decided.facts.glimpse, words, ..shown })
}

/// Takes a colleague's word. The letter stands in line again.
pub async fn say(
    room: &PostRoom,
    reader: &Reader,
    id: &Uuid,
    code: &str,
    unit: Option<&str>,
) -> Result<(), NotSaid> {
    let (row, aside) = asked_of(room, reader, id).await?;
    let (code, danish) = SAYS.iter().find(|(known, _)| *known == code).ok_or(NotSaid::NothingPicked)?;
    let policy = room.policy();
    let named = match (*code, unit) {
        ("theirs", Some(unit)) => Some(policy.open_unit(unit).ok_or(NotSaid::NothingPicked)?.id.clone()),
        ("theirs", None) => return Err(NotSaid::NothingPicked),
        _ => None,
    };
    let (id, now, key) = (row.uuid()?, room.clock.now(), row.key(&room.store)?);
    let words = Words {
        said: Some(((*code).to_owned(), named.clone())),
        by: Some(reader.person.clone()),
        ..words_of(&key, &aside).unwrap_or_default()
    };
    let sealed = seal(room, &key, &words)?;
    let mut tx = room.store.begin().await?;
    if !tx.colleague_said(&aside, &sealed, now).await? {
        return Err(NotSaid::NotAsked);
    }
    let by = Actor::person(&reader.person, inbox::ROLE);
    let mut event = room.event_by(EventKind::ColleagueSaid, by).about(id).because(danish);
    if let Some(named) = named {
        event = event.with("unit", named);
    }
    tx.tell(event);
    Ok(tx.commit(now).await?)
}

/// What a colleague is asked or said (Danish).
pub(super) fn said_danish(policy: &Policy, row: &AsideRow, words: &Words) -> String {
    let unit = |id: &str| policy.unit(id).map_or_else(|| id.to_owned(), |unit| unit.name.clone());
    let person = |id: &str| policy.person(id).map_or_else(|| id.to_owned(), |person| person.name.clone());
    let asked = match (&row.asked_person, &row.asked_unit) {
        (Some(asked), _) => person(asked),
        (None, Some(asked)) => unit(asked),
        (None, None) => String::new(),
    };
    let Some((code, named)) = &words.said else {
        let sees = if words.shows.is_some() { " og ser hele teksten" } else { "" };
        return format!("{asked} er spurgt, om brevet er deres{sees}");
    };
    let danish = SAYS.iter().find(|(known, _)| known == code).map_or("", |(_, danish)| *danish);
    let named = named.as_deref().map(|named| format!(": {}", unit(named))).unwrap_or_default();
    let by = words.by.as_deref().map(|by| format!(" ({})", person(by))).unwrap_or_default();
    format!("{asked} svarede{by}: {danish}{named}")
}

/// A letter that this person is asked about now.
async fn asked_of(room: &PostRoom, reader: &Reader, id: &Uuid) -> Result<(MessageRow, AsideRow), NotSaid> {
    let row = room.store.message(id).await?.ok_or(NotSaid::NotAsked)?;
    let aside = room.store.aside(&row.id).await?.ok_or(NotSaid::NotAsked)?;
    let theirs = aside.asked_person.as_deref() == Some(&reader.person)
        || aside.asked_unit.as_ref().is_some_and(|unit| reader.units().contains(unit));
    let open = aside.kind == Kind::Asked.as_str()
        && aside.said_at().is_none()
        && aside.until() > room.clock.now()
        && row.stage()? == Stage::Waiting;
    if theirs && open { Ok((row, aside)) } else { Err(NotSaid::NotAsked) }
}

async fn question(room: &PostRoom, row: &MessageRow, aside: &AsideRow) -> Result<Question, StoreError> {
    let (in_hand, decided) = last(room, row).await?;
    let shows = words_of(&in_hand.key, aside).and_then(|words| words.shows);
    Ok(Question {
        id: row.id.clone(),
        label: masked_label(&in_hand.reading.message),
        sender: sender_danish(decided.facts.sender),
        by: aside.person.clone(),
        until: aside.until(),
        level: if shows.is_some() { Level::Text } else { Level::KeyLines },
        glimpse: None,
        words: None,
    })
}
