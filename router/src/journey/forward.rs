//! Forward: a case handler gives a letter to another unit or person. Where it is journaled stays as it was decided.

use rules::Outcome;
use uuid::Uuid;

use super::receiver::Today;
use super::{Decided, Redirect};
use crate::room::PostRoom;
use crate::store::hand_over::NewHandOver;

/// The hand-over to make: to a deputy of somebody who is away, to the heir of a closed unit, as for any other letter. `None`
/// when the decision hands the letter to nobody.
pub(crate) fn forwarded(
    room: &PostRoom,
    message: Uuid,
    mut decided: Decided,
    unit: &str,
    person: Option<&str>,
) -> Option<NewHandOver> {
    let Outcome::HandOver(to) = &mut decided.decision.outcome else { return None };
    unit.clone_into(&mut to.unit);
    to.person = person.map(str::to_owned);
    // The role and the robot queue were those of the unit that it leaves.
    decided.decision.further.role = None;
    let receiver = Today::in_room(room).receiver(&decided)?;
    let (redirect, meant_for) = receiver.instead_of.unzip();
    Some(NewHandOver {
        message,
        unit: receiver.unit,
        person: receiver.person,
        role: None,
        queue: None,
        meant_for,
        redirect: redirect.map(Redirect::as_str),
        escalate_at: receiver.escalate_at,
        replaces: true,
    })
}
