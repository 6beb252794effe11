//! Forward: a letter goes to another unit or person inside the authority, and access goes with it.
//!
//! To another unit it says that the letter was not the first one's: counted like any answer, for otherwise nobody would see
//! what goes wrong where people simply pass it on.

use uuid::Uuid;

use super::letter::{Seen, seen};
use super::{InboxError, Reader, theirs};
use crate::audit::EventKind;
use crate::journey::{self, Decided};
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::hand_over::HandOverRow;
use crate::unseen::settling::Settlement;

/// Gives a letter to a unit, or to a person in it. Whoever is away gives way to a deputy, as for any other letter.
pub async fn forward(
    room: &PostRoom,
    reader: &Reader,
    id: &Uuid,
    unit: &str,
    person: Option<&str>,
) -> Result<(), InboxError> {
    let (row, from) = theirs(room, reader, id).await?;
    journey::check_receiver(room, unit, None).map_err(InboxError::Receiver)?;
    check_person(room, reader, unit, person)?;
    let (id, now, policy) = (row.uuid()?, room.clock.now(), room.policy());
    let decisions = room.store.decisions(&row.id).await?;
    let last = decisions.last().ok_or(StoreError::Damaged("decision"))?;
    let decided = Decided::open(&row.key(&room.store)?, last)?;
    let to = journey::forwarded(room, id, decided, unit, person).ok_or(InboxError::Moved)?;
    if to.unit == from.unit && to.person == from.person {
        return Err(InboxError::LiesThere);
    }
    let leaves = to.unit != from.unit;
    let settlement = if leaves { Settlement::of(room, &policy, id, &to.unit, None).await? } else { None };
    // Whoever takes a letter that they have read has opened it.
    let keeps = to.person.as_deref() == Some(&reader.person)
        && from.opened_at().is_some()
        && seen(room, reader, &row.id).await? >= Seen::Text;

    let mut event = room.event_by(EventKind::Forwarded, reader.actor()).about(id).with("unit", &to.unit);
    event = told_from(event, &from);
    if let Some(person) = &to.person {
        event = event.with("person", person);
    }
    if let (Some(why), Some(meant_for)) = (to.redirect, &to.meant_for) {
        event = event.with("redirect", why).with("meant_for", meant_for);
    }
    let mut tx = room.store.begin().await?;
    let stopped = match settlement {
        Some(settlement) => settlement.store(room, &mut tx).await?,
        None => None,
    };
    if !tx.end_hand_over_of(&from, "forwarded", Some(to), now).await? {
        return Err(InboxError::Moved);
    }
    if keeps {
        tx.opened(&id, now).await?;
    }
    if leaves && tx.forget_lesson_of(&id).await? {
        event = event.with("lesson", "forgotten");
    }
    tx.tell(event);
    tx.commit(now).await?;
    if let Some(stopped) = stopped {
        stopped.tell();
    }
    Ok(())
}

fn told_from(event: crate::audit::Event, from: &HandOverRow) -> crate::audit::Event {
    let event = event.with("from_unit", &from.unit).with("handed_at", from.handed_at());
    match &from.person {
        Some(person) => event.with("from_person", person),
        None => event,
    }
}

/// A letter for a person goes to one who works in the unit: an id from elsewhere would be shown what is not theirs.
fn check_person(
    room: &PostRoom,
    reader: &Reader,
    unit: &str,
    person: Option<&str>,
) -> Result<(), InboxError> {
    let Some(person) = person else { return Ok(()) };
    let policy = room.policy();
    let same = |other: &str| {
        policy.open_unit(other).map(|unit| &unit.id) == policy.open_unit(unit).map(|unit| &unit.id)
    };
    let works_there = policy.person(person).is_some_and(|known| same(&known.unit));
    let takes_it = person == reader.person && reader.units.iter().any(|own| same(own));
    if works_there || takes_it { Ok(()) } else { Err(InboxError::NotInUnit) }
}
