//! Aside (*til side*): letters that a post distributor cannot answer now. They still wait, and stand in line again by themselves
//! when their time is up, so that nothing that somebody meant to come back to is forgotten.
//!
//! A letter lies aside until a day, until a [colleague](super::colleagues) has said whose it is, or until it is sent on to the
//! authority whose matter it is. Reasons are picked from a list: words of one's own could name somebody.

use jiff::{SignedDuration, Timestamp};
use rules::Policy;
use rules::calendar::add_working_days;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::answers::Refused;
use super::queue::is_at_desk;
use super::{Level, ROLE, masked_label, sender_danish};
use crate::audit::{Actor, Event, EventKind};
use crate::clock::danish_day;
use crate::journey::{AnswerError, Decided, InHand, outcome_danish};
use crate::keys::MessageKey;
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::aside::AsideRow;
use crate::store::message::MessageRow;

/// Why a letter is held: code in the form, and what the person picks.
pub const HOLDS: [(&str, &str); 4] = [
    ("more", "Afventer mere post fra samme afsender"),
    ("sender", "Afsenderen er spurgt, hvad brevet handler om"),
    ("expert", "Den, der ved det, er her ikke nu"),
    ("system", "Fagsystem eller journal svarer ikke"),
];

/// For how long: code in the form, what the person picks, and Danish working days.
pub const PERIODS: [(&str, &str, u32); 3] =
    [("1", "til næste arbejdsdag", 1), ("3", "i tre arbejdsdage", 3), ("5", "i en uge (fem arbejdsdage)", 5)];

/// The hour of the day, Danish time, at which a letter stands in line again.
const BACK_AT: i8 = 7;

/// How long a letter to be sent on stays out of line before it is asked for again, in working days.
const TO_SEND_ON: u32 = 1;

/// Letters on the page of what lies aside.
const SHOWN: u32 = 200;

/// How a letter lies aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Held until a day.
    Held,
    /// A colleague is asked.
    Asked,
    /// It is to be sent on to another authority.
    SendingOn,
}

impl Kind {
    /// The word in column and log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Asked => "asked",
            Self::SendingOn => "sending-on",
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        [Self::Held, Self::Asked, Self::SendingOn].into_iter().find(|kind| kind.as_str() == word)
    }
}

/// What lies sealed with a letter that lies aside.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Words {
    /// Why it is held (code).
    pub(super) reason: Option<String>,
    /// The authority that it is sent on to.
    pub(super) authority: Option<String>,
    /// Why a colleague sees its text (code); key lines alone without.
    pub(super) shows: Option<String>,
    /// What a colleague said (code), and the unit they named.
    pub(super) said: Option<(String, Option<String>)>,
    /// Who said it, by user id.
    pub(super) by: Option<String>,
}

/// How a letter lies or lay aside, as a page shows it.
#[derive(Clone)]
pub struct Aside {
    /// How.
    pub kind: Kind,
    /// Who laid it there, by user id.
    pub person: String,
    /// Since when.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Does it lie aside still? Else it stands in line again.
    pub still: bool,
    /// What is waited for, or what came of it (Danish).
    pub text: String,
    /// The authority that it is sent on to.
    pub authority: Option<String>,
}

/// A letter in the list of those that lie aside. Holds nothing that a mask would have hidden.
pub struct LaidAside {
    /// Our id of it.
    pub id: String,
    /// The title, masked.
    pub label: String,
    /// What kind of sender (Danish).
    pub sender: &'static str,
    /// How it lies.
    pub aside: Aside,
}

/// A letter that was closed. Holds nothing that a mask would have hidden.
pub struct Closed {
    /// Our id of it.
    pub id: String,
    /// The title, masked.
    pub label: String,
    /// What became of it (Danish).
    pub how: &'static str,
    /// When.
    pub at: Timestamp,
}

/// Lays a letter aside for some days.
pub async fn hold(
    room: &PostRoom,
    id: &Uuid,
    person: &str,
    reason: &str,
    period: &str,
) -> Result<(), Refused> {
    let (_, danish) = HOLDS.iter().find(|(code, _)| *code == reason).ok_or(Refused::NothingPicked)?;
    let (_, _, days) = PERIODS.iter().find(|(code, _, _)| *code == period).ok_or(Refused::NothingPicked)?;
    let words = Words { reason: Some(reason.to_owned()), ..Words::default() };
    let put = Put {
        kind: Kind::Held,
        until: back_after(room, *days),
        words,
        unit: None,
        person: None,
        needs: Level::default(),
    };
    lay(room, id, person, put, |event| event.because(danish)).await
}

/// Lays a letter aside until it is sent on to another authority.
pub async fn to_send_on(room: &PostRoom, id: &Uuid, person: &str, authority: &str) -> Result<(), Refused> {
    let authority = authority.split_whitespace().collect::<Vec<_>>().join(" ");
    if authority.is_empty() || authority.chars().count() > 200 {
        return Err(AnswerError::NoAuthority.into());
    }
    let words = Words { authority: Some(authority), ..Words::default() };
    let until = back_after(room, TO_SEND_ON);
    let put = Put { kind: Kind::SendingOn, until, words, unit: None, person: None, needs: Level::default() };
    lay(room, id, person, put, |event| event).await
}

/// Takes up a letter that lies aside: it stands in line again.
pub async fn take_up(room: &PostRoom, id: &Uuid, person: &str) -> Result<(), StoreError> {
    let now = room.clock.now();
    let mut tx = room.store.begin().await?;
    if tx.drop_aside(id).await? {
        tx.tell(room.event_by(EventKind::TakenFromAside, Actor::person(person, ROLE)).about(*id));
    }
    tx.commit(now).await
}

/// How a letter is to be laid aside.
pub(super) struct Put {
    pub(super) kind: Kind,
    pub(super) until: Timestamp,
    pub(super) words: Words,
    /// The unit that is asked.
    pub(super) unit: Option<String>,
    /// The person who is asked.
    pub(super) person: Option<String>,
    /// How much of it whoever lays it aside must have seen.
    pub(super) needs: Level,
}

/// Lays a letter aside. Whoever does has it before them; nobody else has then.
pub(super) async fn lay(
    room: &PostRoom,
    id: &Uuid,
    person: &str,
    put: Put,
    more: impl FnOnce(Event) -> Event,
) -> Result<(), Refused> {
    let row = room.store.message(id).await?.ok_or(AnswerError::NotFound)?;
    if !is_at_desk(&row)? {
        return Err(AnswerError::NotWaiting(row.stage()?).into());
    }
    let (id, key) = (&row.uuid()?, row.key(&room.store)?);
    let now = room.clock.now();
    let sealed = seal(room, &key, &put.words)?;
    let mut aside = AsideRow::new(id, put.kind.as_str(), person, put.until, sealed);
    (aside.asked_unit, aside.asked_person) = (put.unit, put.person);
    let mut tx = room.store.begin().await?;
    // A page that lay open over lunch must not take a letter from a colleague, nor one that is answered meanwhile.
    if !tx.claim_letter(id, person, now, now).await? || !tx.hold_now(row.stage()?, id).await? {
        return Err(Refused::Taken);
    }
    if Level::of(tx.seen_of(id, person).await?).unwrap_or_default() < put.needs {
        return Err(Refused::NotSeen);
    }
    if room.store.pending_answers().await?.iter().any(|answer| answer.message == row.id) {
        return Err(Refused::Taken);
    }
    tx.put_aside(&aside, now).await?;
    tx.release_letter(id, person).await?;
    let mut event = room.event_by(EventKind::PutAside, Actor::person(person, ROLE)).about(*id);
    event = event.with("how", put.kind.as_str()).with("until", put.until);
    if let Some(unit) = &aside.asked_unit {
        event = event.with("unit", unit);
    }
    if let Some(asked) = &aside.asked_person {
        event = event.with("person", asked);
    }
    tx.tell(more(event));
    tx.commit(now).await?;
    Ok(())
}

/// The morning after so many Danish working days.
pub(super) fn back_after(room: &PostRoom, working_days: u32) -> Timestamp {
    let now = room.clock.now();
    let day = add_working_days(danish_day(now), working_days);
    let back = day.at(BACK_AT, 0, 0, 0).in_tz("Europe/Copenhagen").map(|zoned| zoned.timestamp());
    back.unwrap_or_else(|_| now.saturating_add(SignedDuration::from_hours(24)).unwrap_or(now))
}

/// How a letter lies or lay aside since it was answered last; `None` when it did not.
pub async fn aside_of(room: &PostRoom, row: &MessageRow) -> Result<Option<Aside>, StoreError> {
    let Some(aside) = room.store.aside(&row.id).await? else { return Ok(None) };
    Ok(shown(room, &room.policy(), &row.key(&room.store)?, &aside))
}

/// The authority that a letter was said to be sent on to.
pub async fn sent_to(room: &PostRoom, id: &Uuid) -> Result<Option<String>, StoreError> {
    let Some(row) = room.store.message(id).await? else { return Ok(None) };
    Ok(aside_of(room, &row).await?.and_then(|aside| aside.authority))
}

/// What lies aside now, first due first.
pub async fn laid_aside(room: &PostRoom) -> Result<Vec<LaidAside>, StoreError> {
    let (now, policy) = (room.clock.now(), room.policy());
    let mut found = Vec::new();
    for aside in room.store.asides(SHOWN).await?.into_iter().filter(|aside| aside.until() > now) {
        let Some(row) = room.store.message(&id_of(&aside)?).await? else { continue };
        let (in_hand, decided) = last(room, &row).await?;
        let Some(shown) = shown(room, &policy, &in_hand.key, &aside) else { continue };
        let sender = sender_danish(decided.facts.sender);
        found.push(LaidAside {
            label: masked_label(&in_hand.reading.message),
            sender,
            aside: shown,
            id: row.id,
        });
    }
    Ok(found)
}

/// What was closed lately, the last first.
pub async fn closed(room: &PostRoom) -> Result<Vec<Closed>, StoreError> {
    const LAST: u32 = 50;
    let mut found = Vec::new();
    for (id, outcome, at) in room.store.closed_at_desk(LAST).await? {
        let uuid = Uuid::parse_str(&id).map_err(|_| StoreError::Damaged("message id"))?;
        let Some(row) = room.store.message(&uuid).await? else { continue };
        let label = masked_label(&InHand::open(room, &row)?.reading.message);
        found.push(Closed { id, label, how: outcome_danish(&outcome), at });
    }
    Ok(found)
}

pub(super) fn id_of(aside: &AsideRow) -> Result<Uuid, StoreError> {
    Uuid::parse_str(&aside.message).map_err(|_| StoreError::Damaged("message id"))
}

/// A message and its last decision, opened.
pub(super) async fn last(room: &PostRoom, row: &MessageRow) -> Result<(InHand, Decided), StoreError> {
    let (in_hand, decided, _) = super::queue::open(room, row).await?;
    Ok((in_hand, decided))
}

pub(super) fn seal(room: &PostRoom, key: &MessageKey, words: &Words) -> Result<Vec<u8>, StoreError> {
    let plain = serde_json::to_vec(words).map_err(|_| StoreError::Damaged("aside"))?;
    Ok(key.seal("aside", &plain, &mut |bytes| room.entropy.fill(bytes)))
}

pub(super) fn words_of(key: &MessageKey, row: &AsideRow) -> Option<Words> {
    serde_json::from_slice(&key.open("aside", &row.sealed).ok()?).ok()
}

fn shown(room: &PostRoom, policy: &Policy, key: &MessageKey, row: &AsideRow) -> Option<Aside> {
    let kind = Kind::of_word(&row.kind)?;
    let words = words_of(key, row)?;
    let text = match kind {
        Kind::Held => words.reason.as_deref().and_then(reason_danish).unwrap_or_default().to_owned(),
        Kind::Asked => super::colleagues::said_danish(policy, row, &words),
        Kind::SendingOn => "Skal sendes videre til rette myndighed".to_owned(),
    };
    Some(Aside {
        kind,
        person: row.person.clone(),
        since: row.made_at(),
        until: row.until(),
        still: row.until() > room.clock.now(),
        text,
        authority: words.authority,
    })
}

fn reason_danish(code: &str) -> Option<&'static str> {
    HOLDS.iter().find(|(known, _)| *known == code).map(|(_, danish)| *danish)
}
