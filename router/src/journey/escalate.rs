//! Escalation: what nobody has opened in time goes on, from the person to the unit, from unit to unit, and from the top to
//! the post distributors' desk.
//!
//! One transaction ends the old hand-over, makes the new one and tells of it. Each step gives the next in line a limit of
//! its own, also when several were missed while the program stood still. Opened mail never goes on.

use rules::Policy;

use super::NOT_OPENED;
use super::receiver::Today;
use crate::audit::{Event, EventKind};
use crate::room::PostRoom;
use crate::store::hand_over::{NewHandOver, Unopened};
use crate::store::message::Stage;
use crate::store::{StoreError, Tx};

/// Who is next.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// This unit, by id.
    Unit(String),
    /// The post distributors.
    Desk,
}

impl Next {
    fn after(unopened: &Unopened, policy: &Policy) -> Self {
        let unit = match &unopened.person {
            Some(_) => policy.open_unit(&unopened.unit),
            None => policy.escalates_to(&unopened.unit),
        };
        match (unit, &unopened.person) {
            (Some(unit), _) => Self::Unit(unit.id.clone()),
            // A unit that the policy no longer takes mail for: still it, rather than nobody.
            (None, Some(_)) => Self::Unit(unopened.unit.clone()),
            (None, None) => Self::Desk,
        }
    }
}

/// Takes what is due one step on. Returns how much was due.
pub(super) async fn escalate(room: &PostRoom) -> Result<usize, StoreError> {
    let now = room.clock.now();
    if !room.store.any_unopened(now).await? {
        return Ok(0);
    }
    let today = Today::in_room(room);
    let mut tx = room.store.begin().await?;
    let due = tx.unopened(now, room.settings.work_batch).await?;
    let mut steps = Vec::with_capacity(due.len());
    for unopened in &due {
        steps.extend(go_on(room, &mut tx, &today, unopened).await?);
    }
    tx.commit(now).await?;
    for step in steps {
        let to = if step == Next::Desk { "desk" } else { "unit" };
        metrics::counter!("modtag_escalations_total", "to" => to).increment(1);
    }
    Ok(due.len())
}

async fn go_on(
    room: &PostRoom,
    tx: &mut Tx<'_>,
    today: &Today,
    unopened: &Unopened,
) -> Result<Option<Next>, StoreError> {
    let now = room.clock.now();
    let next = Next::after(unopened, today.policy());
    if next == Next::Desk && !can_wait_for_the_desk(unopened) {
        tx.put_off(unopened, today.next_working_day()).await?;
        return Ok(None);
    }
    let to = match &next {
        Next::Unit(unit) => Some(NewHandOver {
            message: unopened.message,
            unit: unit.clone(),
            person: None,
            // In another unit neither role nor robot is theirs.
            role: unopened.role.clone().filter(|_| *unit == unopened.unit),
            queue: unopened.queue.clone().filter(|_| *unit == unopened.unit),
            meant_for: None,
            redirect: None,
            escalate_at: today.goes_on(unit, unopened.deadline),
            replaces: true,
        }),
        Next::Desk => {
            tx.move_to(&[unopened.message], Stage::Waiting, Some(NOT_OPENED), now).await?;
            None
        }
    };
    tx.escalate(unopened, to, now).await?;
    tx.tell(event(room, unopened, &next));
    Ok(Some(next))
}

/// A message whose effects are still on their way, or that a person has on the desk already, is not put there now.
fn can_wait_for_the_desk(unopened: &Unopened) -> bool {
    match unopened.stage {
        Stage::Settled | Stage::CarriedOut => true,
        Stage::Waiting => unopened.outcome == "left-to-handler",
        _ => false,
    }
}

fn event(room: &PostRoom, unopened: &Unopened, next: &Next) -> Event {
    let mut event = room
        .event(EventKind::Escalated, "escalate")
        .about(unopened.message)
        .with("from_unit", &unopened.unit)
        .with("handed_at", unopened.handed_at);
    if let Some(person) = &unopened.person {
        event = event.with("from_person", person);
    }
    match next {
        Next::Unit(unit) => event.with("unit", unit),
        Next::Desk => event.with("outcome", NOT_OPENED),
    }
}
