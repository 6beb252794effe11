//! Tilsyn: what a records manager asks of the post room, and what the audit log is told of their asking.
//!
//! Does every day add up ([`balance`]), what is not journaled yet ([`unjournaled`]), what was ([`ledger`]), where is a message
//! ([`search`]), who saw what ([`seen`]), a [`sample`] of views to look into, and is the trail whole ([`trail`])?
//!
//! **Deliberately absent:** the letters' own words. Oversight works on ids, times, stages and the log; whoever must read a
//! letter does so elsewhere, and that is an event which is seen from here.

pub mod balance;
pub mod data_subject;
pub mod ledger;
pub mod period;
pub mod public_title;
pub mod purpose;
pub mod sample;
pub mod search;
pub mod seen;
pub mod trail;
pub mod unjournaled;

use crate::audit::{Actor, Event, EventKind};
use crate::room::PostRoom;
use crate::store::StoreError;

pub use data_subject::DataSubject;
pub use period::Period;
pub use purpose::Purpose;

/// Role word of whoever works here, as it stands in the audit log.
pub const ROLE: &str = "records-manager";

/// An event of this person's oversight, with its purpose.
pub fn event(room: &PostRoom, kind: EventKind, person: &str, purpose: Purpose) -> Event {
    room.event_by(kind, Actor::person(person, ROLE)).because(purpose.danish())
}

/// Tells the audit log.
pub async fn tell(room: &PostRoom, event: Event) -> Result<(), StoreError> {
    let mut tx = room.store.begin().await?;
    tx.tell(event);
    tx.commit(room.clock.now()).await
}
