//! Gather: what there is to tell, when somebody's time has come.
//!
//! The step that turns a wish to its next time makes the notice: two processes that find the same wish make one notice, and
//! a crash before the step makes none and loses none.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::address::{Kept, address_of};
use super::pace::Pace;
use super::{MAIL, TEAMS};
use crate::clock::danish_day;
use crate::inbox::Reader;
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::notice::{Told, WishRow};

/// Whoever has not signed in for this long is not told: their units are known no better than that.
const STRANGER: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How long it is kept that a notice was told.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Whom a wish means today, and whose mail they may be told of.
pub(super) struct Whom {
    person: Option<String>,
    units: BTreeSet<String>,
    /// Where it is sent; empty for a unit.
    pub(super) address: String,
}

impl Whom {
    pub(super) fn told(&self) -> Told<'_> {
        Told { person: self.person.as_deref(), units: &self.units }
    }

    /// `None` when nobody is to be told now.
    pub(super) fn of(room: &PostRoom, wish: &WishRow) -> Result<Option<Self>, StoreError> {
        if wish.channel == TEAMS {
            return Ok(Self::of_unit(room, &wish.receiver));
        }
        let now = room.clock.now();
        if now.duration_since(wish.seen_at()) > STRANGER {
            return Ok(None);
        }
        let mut units: BTreeSet<String> =
            wish.units.lines().filter(|unit| !unit.is_empty()).map(str::to_owned).collect();
        let organisation = room.organisation();
        if let Some(known) = organisation.as_ref().and_then(|known| known.people.get(&wish.receiver)) {
            let today = danish_day(now);
            if !known.is_there(today) {
                return Ok(None);
            }
            let current: BTreeSet<&str> = known.units(today).collect();
            units.retain(|unit| current.contains(unit.as_str()));
        }
        let Some((address, _)) = address_of(room, &wish.receiver, &Kept::of(room, wish)?) else {
            return Ok(None);
        };
        let units = Reader::of(room, &wish.receiver, &units).units().clone();
        Ok(Some(Self { person: Some(wish.receiver.clone()), units, address }))
    }

    fn of_unit(room: &PostRoom, unit: &str) -> Option<Self> {
        let open = room.policy().unit(unit).is_some_and(|unit| !unit.closed);
        if !open || !room.notices.teams.contains_key(unit) {
            return None;
        }
        let units = Reader::of(room, "", &[unit.to_owned()].into()).units().clone();
        Some(Self { person: None, units, address: String::new() })
    }
}

/// Makes the notices of everybody whose time has come on a channel.
pub(super) async fn gather(room: &PostRoom, channel: &str) -> Result<(), StoreError> {
    let is_open = if channel == MAIL { room.notices.mail.is_some() } else { !room.notices.teams.is_empty() };
    if !is_open {
        return Ok(());
    }
    let now = room.clock.now();
    for wish in room.store.due_wishes(channel, now).await? {
        turn(room, &wish, now).await?;
    }
    Ok(())
}

async fn turn(room: &PostRoom, wish: &WishRow, now: Timestamp) -> Result<(), StoreError> {
    let Some(pace) = Pace::of_word(&wish.pace) else { return Err(StoreError::Damaged("pace of notices")) };
    let news = match Whom::of(room, wish)? {
        Some(whom) => room.store.unseen_by(whom.told(), wish).await?,
        None => Vec::new(),
    };
    if news.is_empty() && pace == Pace::AtOnce {
        return Ok(());
    }
    let mut tx = room.store.begin().await?;
    if !tx.turn_wish(wish, pace.next(now)).await? {
        return Ok(());
    }
    if !news.is_empty() {
        let id = room.entropy.id(now).to_string();
        tx.have_told(wish, &id, &news, now).await?;
    }
    tx.commit(now).await
}

/// Sweeps out notices that came out long ago.
pub(super) async fn sweep(room: &PostRoom) -> Result<(), StoreError> {
    let now = room.clock.now();
    let mut tx = room.store.begin().await?;
    tx.sweep_notices(now.saturating_sub(KEPT).unwrap_or(Timestamp::MIN)).await?;
    tx.commit(now).await
}
