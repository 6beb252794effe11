//! Choice: what a case handler wants to be told, and their unit.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::address::{Kept, Source, address_of, is_allowed, lines};
use super::pace::Pace;
use super::{MAIL, TEAMS};
use crate::audit::{Actor, EventKind};
use crate::inbox;
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::notice::NewWish;

/// Somebody who chooses.
#[derive(Clone, Debug)]
pub struct Chooser {
    /// User id.
    pub person: String,
    /// Their units, by id.
    pub units: BTreeSet<String>,
    /// The address that came with the sign-in.
    pub signed_in: Option<String>,
}

/// What somebody may choose, and what is chosen now.
#[derive(Debug)]
pub struct Choices {
    /// E-mail to them; `None` where there is no mail server.
    pub mail: Option<MailChoice>,
    /// The channels of their units.
    pub teams: Vec<TeamsChoice>,
}

/// E-mail to a person.
#[derive(Debug)]
pub struct MailChoice {
    /// How often.
    pub pace: Pace,
    /// The version that a change takes the place of.
    pub version: i64,
    /// Where it goes.
    pub address: Option<(String, Source)>,
    /// The address that they gave themselves; empty for none.
    pub given: String,
    /// The domains that they may give one in; empty: none.
    pub domains: Vec<String>,
}

/// A unit's channel.
#[derive(Debug)]
pub struct TeamsChoice {
    /// The unit, by id.
    pub unit: String,
    /// Its name.
    pub name: String,
    /// How often.
    pub pace: Pace,
    /// The version that a change takes the place of.
    pub version: i64,
    /// Who changed it last, by user id, and when.
    pub changed: Option<(String, Timestamp)>,
}

/// What is chosen.
#[derive(Clone, Copy, Debug)]
pub enum Chosen<'c> {
    /// E-mail, to an address of their own unless it is empty.
    Mail {
        /// The address.
        given: &'c str,
    },
    /// A unit's channel.
    Teams {
        /// The unit, by id.
        unit: &'c str,
    },
}

/// Why a choice was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ChoiceError {
    /// There is no such way, or it is not theirs to choose.
    #[error("no such way to be told")]
    NoSuchWay,
    /// Not one of the paces.
    #[error("no such pace")]
    NoSuchPace,
    /// Their address may not be given by themselves.
    #[error("the address is not allowed")]
    NotAllowed(Vec<String>),
    /// Nobody knows where to.
    #[error("no address is known")]
    NoAddress,
    /// Somebody changed it meanwhile.
    #[error("changed meanwhile")]
    Changed,
    /// The store did not answer.
    #[error("store did not answer")]
    Store(#[from] StoreError),
}

impl ChoiceError {
    /// What the person reads.
    pub fn danish(&self) -> String {
        match self {
            Self::NoSuchWay => "Den slags besked kan ikke vælges her. Hent siden igen.".into(),
            Self::NoSuchPace => "Vælg, hvor ofte der skal komme besked.".into(),
            Self::NotAllowed(domains) if domains.is_empty() => {
                "Du kan ikke skrive din egen adresse her. Besked sendes til den, organisationen kender.".into()
            }
            Self::NotAllowed(domains) => {
                format!("Adressen skal være en e-mailadresse, der ender på @{}.", domains.join(" eller @"))
            }
            Self::NoAddress => {
                "Vi kender ikke din e-mailadresse, så der kan ikke sendes besked. Tal med den, der styrer organisationen.".into()
            }
            Self::Changed => {
                "Valget blev ændret et andet sted i mellemtiden. Intet er gemt; hent siden igen, og vælg på ny.".into()
            }
            Self::Store(error) => error.danish(),
        }
    }
}

/// What somebody may choose.
pub async fn choices(room: &PostRoom, chooser: &Chooser) -> Result<Choices, StoreError> {
    let mail = match &room.notices.mail {
        Some(_) => Some(mail_choice(room, chooser).await?),
        None => None,
    };
    let mut teams = Vec::new();
    for unit in chooser.units.iter().filter(|unit| room.notices.teams.contains_key(*unit)) {
        let wish = room.store.wish(TEAMS, unit).await?;
        let name = room.policy().unit(unit).map_or_else(|| unit.clone(), |known| known.name.clone());
        teams.push(TeamsChoice {
            unit: unit.clone(),
            name,
            pace: wish.as_ref().and_then(|wish| Pace::of_word(&wish.pace)).unwrap_or_default(),
            version: wish.as_ref().map_or(0, |wish| wish.version),
            changed: wish.map(|wish| (wish.changed_by.clone(), wish.changed_at())),
        });
    }
    Ok(Choices { mail, teams })
}

async fn mail_choice(room: &PostRoom, chooser: &Chooser) -> Result<MailChoice, StoreError> {
    let wish = room.store.wish(MAIL, &chooser.person).await?;
    let mut kept = wish.as_ref().map(|wish| Kept::of(room, wish)).transpose()?.unwrap_or_default();
    kept.signed_in = chooser.signed_in.clone().or(kept.signed_in);
    Ok(MailChoice {
        pace: wish.as_ref().and_then(|wish| Pace::of_word(&wish.pace)).unwrap_or_default(),
        version: wish.as_ref().map_or(0, |wish| wish.version),
        address: address_of(room, &chooser.person, &kept),
        given: kept.given.unwrap_or_default(),
        domains: room.notices.domains.clone(),
    })
}

/// Takes a choice, made on a page that showed this version.
pub async fn choose(
    room: &PostRoom,
    chooser: &Chooser,
    chosen: Chosen<'_>,
    pace: &str,
    version: i64,
) -> Result<(), ChoiceError> {
    let pace = Pace::of_word(pace).ok_or(ChoiceError::NoSuchPace)?;
    let (channel, receiver) = match chosen {
        Chosen::Mail { .. } if room.notices.mail.is_some() => (MAIL, chooser.person.as_str()),
        Chosen::Teams { unit } if chooser.units.contains(unit) && room.notices.teams.contains_key(unit) => {
            (TEAMS, unit)
        }
        Chosen::Mail { .. } | Chosen::Teams { .. } => return Err(ChoiceError::NoSuchWay),
    };
    let before = room.store.wish(channel, receiver).await?;
    let mut kept = before.as_ref().map(|wish| Kept::of(room, wish)).transpose()?.unwrap_or_default();
    let mut event = room
        .event_by(EventKind::NoticesChosen, Actor::person(&chooser.person, inbox::ROLE))
        .with("channel", channel)
        .with("pace", pace.as_str());
    match chosen {
        Chosen::Mail { given } => {
            kept.signed_in = chooser.signed_in.clone().or(kept.signed_in);
            kept.given = given_address(room, given)?;
            match address_of(room, &chooser.person, &kept) {
                Some((_, source)) => event = event.with("address", source.as_str()),
                None if pace != Pace::Never => return Err(ChoiceError::NoAddress),
                None => {}
            }
        }
        Chosen::Teams { unit } => event = event.with("unit", unit),
    }
    let now = room.clock.now();
    let lasts = before.as_ref().filter(|wish| wish.pace != Pace::Never.as_str());
    let (wrapped_key, sealed) = kept.seal(room, channel, receiver);
    let wish = NewWish {
        channel,
        receiver,
        pace: pace.as_str(),
        units: lines(&chooser.units),
        since: lasts.map_or(now, |wish| wish.since()),
        next_at: pace.first(now),
        replaces: version,
        by: &chooser.person,
        wrapped_key,
        sealed,
    };
    let mut tx = room.store.begin().await?;
    if !tx.make_wish(&wish, now).await? {
        return Err(ChoiceError::Changed);
    }
    tx.tell(event);
    tx.commit(now).await?;
    Ok(())
}

/// An address that somebody gave, if they may.
fn given_address(room: &PostRoom, given: &str) -> Result<Option<String>, ChoiceError> {
    let given = given.trim();
    match given {
        "" => Ok(None),
        _ if is_allowed(room, given) => Ok(Some(given.to_owned())),
        _ => Err(ChoiceError::NotAllowed(room.notices.domains.clone())),
    }
}
