//! Tokens: how other programs are let in to the HTTP interface, each to as little of it as it was given.
//!
//! A token is 256 random bits behind a prefix by which scanners for leaked secrets know it. It is shown once; the store has
//! its digest. Looking a digest up tells nothing by its time of how much of a guess was right.
//!
//! **Deliberately absent:** a token that makes tokens. They are made and revoked on the command line.

mod scope;

pub use scope::{Scope, words};

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use crate::audit::{Actor, EventKind};
use crate::clock::danish_day;
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::token::NewToken;

/// What every token begins with.
pub const PREFIX: &str = "modtag_";
/// What stands before a token's name where others have a user id: in the audit log, and on a letter that lies before it.
pub const ACTOR_PREFIX: &str = "token:";
/// Role word of a token in what the audit log tells of the token itself.
const ROLE: &str = "api";

/// Days that a token lasts when nothing else is said, and at most.
pub const DAYS: u16 = 90;
/// See [`DAYS`].
pub const MOST_DAYS: u16 = 366;

/// The longest name.
const LONGEST_NAME: usize = 60;
/// How often the use of a token is written down.
const NOTED: SignedDuration = SignedDuration::from_mins(1);

/// A token that somebody wants made.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// What it is called.
    pub name: String,
    /// What it opens.
    pub scopes: BTreeSet<Scope>,
    /// The units that it acts for, by id.
    pub units: BTreeSet<String>,
    /// How many days it lasts.
    pub days: u16,
}

/// Why a token was not made. Each is a Danish text.
#[derive(Debug, thiserror::Error)]
pub enum NotMade {
    /// What to put right.
    #[error("{0}")]
    Said(String),
    /// The store did not answer.
    #[error("{}", .0.danish())]
    Store(#[from] StoreError),
}

/// A token just made. Holds what is shown once.
pub struct Made {
    /// The token itself.
    pub text: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A program that was let in by its token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The token's name.
    pub name: String,
    /// What it opens.
    pub scopes: BTreeSet<Scope>,
    /// The units that it acts for, by id.
    pub units: BTreeSet<String>,
}

impl Holder {
    /// Who it is where a person has a user id.
    pub fn actor_id(&self) -> String {
        actor_id(&self.name)
    }

    /// Who it is in the audit log, where no desk has a role for it.
    pub fn actor(&self) -> Actor {
        Actor::person(&self.actor_id(), ROLE)
    }
}

/// The token's name, of an actor that is a program.
pub fn name_of(actor: &str) -> Option<&str> {
    actor.strip_prefix(ACTOR_PREFIX)
}

fn actor_id(name: &str) -> String {
    format!("{ACTOR_PREFIX}{name}")
}

/// Makes a token, and tells the audit log who had it made and what it opens.
pub async fn make(room: &PostRoom, by: &Actor, wanted: &Wanted) -> Result<Made, NotMade> {
    check(room, wanted)?;
    let mut bytes = [0; 32];
    room.entropy.fill(&mut bytes);
    let text = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes));
    let now = room.clock.now();
    let lasts = SignedDuration::from_hours(24 * i64::from(wanted.days));
    let expires_at = now.saturating_add(lasts).unwrap_or(Timestamp::MAX);
    let token = NewToken {
        name: wanted.name.clone(),
        digest: digest(&text),
        scopes: words(&wanted.scopes),
        units: wanted.units.iter().cloned().collect::<Vec<_>>().join("\n"),
        made_by: by.name().to_owned(),
        expires_at,
    };
    let mut tx = room.store.begin().await?;
    if !tx.make_token(&token, now).await? {
        let said =
            format!("Der er eller har været et token med navnet \"{}\". Vælg et andet navn.", token.name);
        return Err(NotMade::Said(said));
    }
    let event = room.event_by(EventKind::TokenMade, by.clone()).with("token", &token.name);
    let event = event.with("scopes", &token.scopes).with("units", token.units.replace('\n', " "));
    tx.tell(event.with("expires_at", expires_at));
    tx.commit(now).await?;
    Ok(Made { text, expires_at })
}

fn check(room: &PostRoom, wanted: &Wanted) -> Result<(), NotMade> {
    let said = |text: String| Err(NotMade::Said(text));
    let plain =
        |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || b"-_.".contains(&letter);
    if wanted.name.is_empty() || wanted.name.len() > LONGEST_NAME || !wanted.name.bytes().all(plain) {
        return said(format!(
            "Navnet skal være på højst {LONGEST_NAME} tegn: små bogstaver a-z, tal og - _ . Det står i revisionssporet, så \
             skriv, hvad tokenet bruges til, og ikke en persons navn."
        ));
    }
    if wanted.scopes.is_empty() {
        return said("Skriv, hvad tokenet giver adgang til: --scope …".into());
    }
    if !(1..=MOST_DAYS).contains(&wanted.days) {
        return said(format!("Et token kan højst gælde i {MOST_DAYS} dage."));
    }
    let policy = room.policy();
    if let Some(unit) = wanted.units.iter().find(|unit| policy.unit(unit).is_none()) {
        return said(format!("Der er ingen enhed med id'et \"{unit}\" i organisationen."));
    }
    let of_units = wanted.scopes.iter().find(|scope| scope.is_of_units());
    match of_units {
        Some(scope) if wanted.units.is_empty() => said(format!(
            "{} giver adgang til enheders post. Skriv hvilke: --unit ENHED, en eller flere gange.",
            scope.as_str()
        )),
        _ => Ok(()),
    }
}

/// Revokes a token: from the commit on it opens nothing. False when there is none of this name that opens anything.
pub async fn revoke(room: &PostRoom, by: Actor, name: &str) -> Result<bool, StoreError> {
    let now = room.clock.now();
    let mut tx = room.store.begin().await?;
    if !tx.revoke_token(name, now).await? {
        return Ok(false);
    }
    tx.tell(room.event_by(EventKind::TokenRevoked, by).with("token", name));
    tx.commit(now).await?;
    Ok(true)
}

/// Whoever this token lets in; `None` for one that is wrong, has ended or was revoked. Its first use of a day is told.
pub async fn holder(room: &PostRoom, text: &str) -> Result<Option<Holder>, StoreError> {
    let is_one = text.strip_prefix(PREFIX).is_some_and(|rest| rest.len() == 43);
    if !is_one {
        return Ok(None);
    }
    let now = room.clock.now();
    let Some(row) = room.store.token(&digest(text)).await? else { return Ok(None) };
    if row.revoked_at().is_some() || row.expires_at() <= now {
        return Ok(None);
    }
    let before = now.saturating_sub(NOTED).unwrap_or(Timestamp::MIN);
    if row.used_at().is_none_or(|used| used <= before) {
        note_use(room, &row.name, row.used_at(), before, now).await?;
    }
    Ok(Some(Holder {
        scopes: scope::of_words(&row.scopes),
        units: row.units.lines().map(str::to_owned).collect(),
        name: row.name,
    }))
}

async fn note_use(
    room: &PostRoom,
    name: &str,
    earlier: Option<Timestamp>,
    before: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut tx = room.store.begin().await?;
    // Of many calls at once, one notes it.
    if tx.token_used(name, before, now).await? {
        if earlier.is_none_or(|earlier| danish_day(earlier) != danish_day(now)) {
            let by = Actor::person(&actor_id(name), ROLE);
            tx.tell(room.event_by(EventKind::TokenUsed, by).with("token", name));
        }
        tx.commit(now).await?;
    }
    Ok(())
}

/// What a token is known by here.
pub fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}
