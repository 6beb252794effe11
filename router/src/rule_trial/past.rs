//! Past mail run through what is tried, beside the edition in force.
//!
//! Bounded so that the post room goes on: one at a time, at most so many messages, on threads of their own.

use std::sync::Arc;

use jiff::SignedDuration;
use rules::Policy;
use tokio::sync::Semaphore;

use super::{NotTried, Tried};
use crate::audit::{Actor, EventKind};
use crate::replay::{self, Comparison, Sides, Tally};
use crate::room::PostRoom;
use crate::store::past::Period;

/// The most messages that are counted at a time; the command line takes any number.
const MOST: u64 = 20_000;

/// The most days.
pub const MOST_DAYS: i64 = 366;

/// What came of it.
pub struct Replayed {
    /// How the two sides differ.
    pub tally: Tally,
    /// Number of the edition in force.
    pub against: i64,
    /// The rules that were tried, and those in force.
    pub sides: [Arc<Policy>; 2],
}

/// The mail of so many days up to now, when it is not more than is counted here.
pub async fn recent(room: &PostRoom, days: i64) -> Result<Period, NotTried> {
    let since = room.clock.now().saturating_sub(SignedDuration::from_hours(24 * days));
    let period = Period { since: since.ok(), until: None };
    let messages = room.store.past(period).count().await?;
    if messages > MOST {
        return Err(NotTried::TooMany { days, messages, most: MOST });
    }
    Ok(period)
}

/// Tries the mail of so many days. `counting` lets one count at a time: it takes all cores.
pub async fn on_past_mail(
    room: &PostRoom,
    by: Actor,
    counting: &Semaphore,
    tried: &Tried,
    days: i64,
) -> Result<Replayed, NotTried> {
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(NotTried::Days);
    }
    let (old, new) = (room.policy(), tried.policy()?);
    let against = room.store.edition_in_force().await?.map_or(0, |row| row.number);
    let period = recent(room, days).await?;
    let _one = counting.try_acquire().map_err(|_| NotTried::Busy)?;
    let store = &room.store;
    let comparison = Comparison(Sides { old: Some(old.clone()), new: new.clone() });
    let tally = replay::run(store.past(period), store.keys(), &comparison, &|_| {}).await?;
    let event = room.event_by(EventKind::RulesTried, by);
    let mut tx = store.begin().await?;
    tx.tell(
        event
            .with("days", days)
            .with("messages", tally.messages)
            .with("edition", new.edition())
            .with("against", old.edition()),
    );
    tx.commit(room.clock.now()).await?;
    Ok(Replayed { tally, against, sides: [new, old] })
}
