//! Receiver: who is handed a letter on the day that it is handed over.
//!
//! The decision says whom it is for; the policy in force says which units are open, and the organisation's source says who
//! is at work. Where a letter is journaled, and who its case's handler is, stays as decided.
//!
//! * The unit is the decided one, or the heir of a closed one. It stays that unit also when the person meant has moved
//!   elsewhere: the decision named the unit, so its people may see the letter.
//! * Somebody who is away or has left gives way to the first in the line of deputies who is there, else to the unit. That
//!   is the source's explicit word, also when the deputy works in another unit: then the deputy alone gets it, and not the
//!   rest of that unit. But a sensitive or protected letter leaves the line of its unit for no deputy: one who works
//!   neither in the unit nor above or below it is passed over.
//! * A role with several people goes to the only one who is there; else to the unit, which finds one.
//! * Nobody is sent away on hearsay: a person whom the source does not know is taken to be there.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use rules::{Outcome, Policy, calendar};

use super::{Decided, Redirect, draft};
use crate::clock::danish_day;
use crate::organisation::{Person, Snapshot};
use crate::room::PostRoom;

/// Who gets a letter, and why it is not whom the decision named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Receiver {
    /// The unit, by id.
    pub(super) unit: String,
    /// The person, by id.
    pub(super) person: Option<String>,
    /// Why somebody else gets it, and whom or what the decision named, by id.
    pub(super) instead_of: Option<(Redirect, String)>,
    /// When it goes on, if nobody has opened it by then.
    pub(super) escalate_at: Option<Timestamp>,
}

/// What is known today of units and people.
pub(super) struct Today {
    policy: Arc<Policy>,
    organisation: Option<Arc<Snapshot>>,
    now: Timestamp,
    day: Date,
    default_sensitivity: Option<esdh::Sensitivity>,
}

impl Today {
    /// What the room knows now.
    pub(super) fn in_room(room: &PostRoom) -> Self {
        let now = room.clock.now();
        Self {
            policy: room.policy(),
            organisation: room.organisation(),
            now,
            day: danish_day(now),
            default_sensitivity: room.settings.default_sensitivity,
        }
    }

    /// Who gets this letter; `None` when the decision hands it to nobody.
    pub(super) fn receiver(&self, decided: &Decided) -> Option<Receiver> {
        let Outcome::HandOver(hand_over) = &decided.decision.outcome else { return None };
        let unit = self.policy.open_unit(&hand_over.unit).map_or(&hand_over.unit, |open| &open.id);
        let closed = (*unit != hand_over.unit).then(|| (Redirect::UnitClosed, hand_over.unit.clone()));
        let (person, gave_way) = match (&hand_over.person, &decided.decision.further.role) {
            (Some(person), _) => self.in_place_of(person, unit, self.is_guarded(decided)),
            (None, Some(role)) => self.of_role(role),
            (None, None) => (None, None),
        };
        Some(Receiver {
            unit: unit.clone(),
            person,
            instead_of: gave_way.or(closed),
            escalate_at: self.goes_on(unit, own_deadline(decided)),
        })
    }

    /// When a letter that a unit has from now on goes on unopened: as the unit's last working day for it ends.
    ///
    /// The day that it came is not counted. A letter with a deadline of its own goes on a working day before that, so that
    /// the next one can still act; but nobody has less than the rest of a working day.
    pub(super) fn goes_on(&self, unit: &str, deadline: Option<Timestamp>) -> Option<Timestamp> {
        let limit = calendar::add_working_days(self.day, self.policy.escalates_after(unit)?);
        let last = match deadline {
            Some(deadline) => limit
                .min(calendar::working_day_before(danish_day(deadline)))
                .max(calendar::add_working_days(self.day, 0)),
            None => limit,
        };
        let end = rules::time::end_of_day(last)?;
        // In the last second of a day that day is over.
        if end > self.now {
            Some(end)
        } else {
            rules::time::end_of_day(calendar::add_working_days(self.day, 1))
        }
    }

    /// The policy in force.
    pub(super) fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The next working day, as it ends.
    pub(super) fn next_working_day(&self) -> Timestamp {
        rules::time::end_of_day(calendar::add_working_days(self.day, 1)).unwrap_or(Timestamp::MAX)
    }

    /// The person, whoever stands in for them, or nobody: then the unit has it.
    fn in_place_of(&self, person: &str, unit: &str, guarded: bool) -> (Option<String>, GaveWay) {
        let meant = Some(person.to_owned());
        let Some(organisation) = &self.organisation else { return (meant, None) };
        let mut line = organisation.in_line(person);
        let Some((_, named)) = line.next().filter(|(_, named)| !named.is_there(self.day)) else {
            return (meant, None);
        };
        let left = named.has_left(self.day);
        let may_have_it =
            |deputy: &Person| !guarded || deputy.units(self.day).any(|of| organisation.on_one_line(of, unit));
        let deputy = line.find(|(_, deputy)| deputy.is_there(self.day) && may_have_it(deputy));
        let why = match (left, &deputy) {
            (false, Some(_)) => Redirect::AbsentDeputy,
            (true, Some(_)) => Redirect::LeftDeputy,
            (false, None) => Redirect::AbsentUnit,
            (true, None) => Redirect::LeftUnit,
        };
        (deputy.map(|(id, _)| id.to_owned()), Some((why, person.to_owned())))
    }

    /// The only person of a role who is there. Without a source nobody knows who is.
    fn of_role(&self, id: &str) -> (Option<String>, GaveWay) {
        let role = self.policy.roles().find(|role| role.id == id);
        let (Some(organisation), Some(role)) = (&self.organisation, role) else { return (None, None) };
        let is_away = |id: &str| organisation.people.get(id).is_some_and(|person| !person.is_there(self.day));
        let mut there = role.people.iter().filter(|person| !is_away(person));
        match (there.next(), there.next()) {
            (Some(only), None) => (Some(only.clone()), Some((Redirect::RolePresent, id.to_owned()))),
            _ => (None, None),
        }
    }

    /// Is it a letter that only the line of its unit may see? So is one whose sensitivity nobody has said.
    fn is_guarded(&self, decided: &Decided) -> bool {
        draft::sensitivity(decided.decision.annotations.sensitivity, self.default_sensitivity)
            .map_or(true, |sensitivity| sensitivity >= esdh::Sensitivity::Sensitive)
    }
}

type GaveWay = Option<(Redirect, String)>;

/// The deadline that a rule or the sender set.
pub(super) fn own_deadline(decided: &Decided) -> Option<Timestamp> {
    decided.decision.annotations.deadline.or(decided.facts.message.header.reply_by)
}
