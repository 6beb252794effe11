//! Settling: what letters turned out to be, and the end of passing on where too much goes wrong.
//!
//! A wrong hand-over is one to another unit than the person chose; whether the subject was right as well is kept beside it.
//! The check stands in the transaction that settles a letter, so no unit goes on past its budget by a crash.

use classifier::budget::is_over;
use kle::Subject;
use rules::Policy;
use uuid::Uuid;

use super::percent;
use crate::audit::{Actor, EventKind};
use crate::room::PostRoom;
use crate::store::judged::Verdict;
use crate::store::{StoreError, Tx};

/// What a person's answer says of a belief.
pub(crate) struct Settlement {
    message: Uuid,
    unit: String,
    passed_on: bool,
    verdict: Verdict,
}

/// A unit that was stopped; to be told when it is stored.
#[must_use]
pub(crate) struct Stopped {
    unit: String,
    why: String,
}

impl Settlement {
    /// What it says that this message goes to this unit, and is about this subject where somebody said so. `None` when the
    /// classifier was not asked about it.
    pub(crate) async fn of(
        room: &PostRoom,
        policy: &Policy,
        message: Uuid,
        unit: &str,
        subject: Option<Subject>,
    ) -> Result<Option<Self>, StoreError> {
        let Some(row) = room.store.judged(&message.to_string()).await? else { return Ok(None) };
        let open = |id: &str| policy.open_unit(id).map_or_else(|| id.to_owned(), |unit| unit.id.clone());
        let unit_right = open(unit) == open(&row.unit);
        let passed_on = row.passed_on.is_some();
        let group: Option<Subject> = row.kle_group.as_deref().and_then(|group| group.parse().ok());
        let verdict = Verdict {
            unit_right,
            subject_right: subject.map(|subject| subject.to_string() == row.subject),
            group_right: subject.zip(group).map(|(subject, group)| group.contains(subject)),
            by: if passed_on && !unit_right { "redirected" } else { "answer" },
        };
        Ok(Some(Self { message, unit: row.unit, passed_on, verdict }))
    }

    /// What it says that this unit did not want this message. `None` when that says nothing of the belief: it was another
    /// unit, or there was none.
    pub(crate) async fn returned(
        room: &PostRoom,
        policy: &Policy,
        message: Uuid,
        unit: &str,
    ) -> Result<Option<Self>, StoreError> {
        let settlement = Self::of(room, policy, message, unit, None).await?;
        Ok(settlement.filter(|settlement| settlement.verdict.unit_right).map(|settlement| {
            let by = if settlement.passed_on { "redirected" } else { "returned" };
            let verdict = Verdict { unit_right: false, subject_right: None, group_right: None, by };
            Self { verdict, ..settlement }
        }))
    }

    /// Stores it, and stops the unit when that was one error too many.
    pub(crate) async fn store(self, room: &PostRoom, tx: &mut Tx<'_>) -> Result<Option<Stopped>, StoreError> {
        tx.settle_judged(&self.message, &self.verdict, room.clock.now()).await?;
        room.unseen.limits.forget(&self.unit);
        if !self.passed_on || self.verdict.unit_right {
            return Ok(None);
        }
        stop_if_over(room, tx, self.unit).await
    }
}

async fn stop_if_over(room: &PostRoom, tx: &mut Tx<'_>, unit: String) -> Result<Option<Stopped>, StoreError> {
    let policy = room.policy();
    let Some(allowed) = policy.unseen(&unit).filter(|allowed| allowed.pass_on) else { return Ok(None) };
    // Two answers at the same time must see each other's errors.
    tx.lock_log().await?;
    if tx.is_stopped(&unit).await? {
        return Ok(None);
    }
    let since = tx.last_resumed(&unit).await?;
    let right = tx.recent_unseen(&unit, since, room.settings.unseen.recent).await?;
    if !is_over(&right, allowed.budget) {
        return Ok(None);
    }
    let wrong = right.iter().filter(|right| !**right).count();
    let of = right.len();
    let budget = percent(allowed.budget);
    let why = format!(
        "{wrong} af de seneste {of} breve, der blev sendt videre uset, gik forkert; budgettet er {budget}"
    );
    tx.stop_unit(&unit, &why, room.clock.now()).await?;
    let event = room.event(EventKind::UnseenStopped, "classifier").with("unit", &unit);
    tx.tell(event.with("wrong", wrong).with("of", of).with("budget", allowed.budget));
    Ok(Some(Stopped { unit, why }))
}

impl Stopped {
    /// Raises the alarm, once it is stored.
    pub(crate) fn tell(self) {
        metrics::counter!("modtag_unseen_stopped_total", "unit" => self.unit.clone()).increment(1);
        tracing::warn!(unit = self.unit, why = self.why, "unit goes back to suggestions only");
    }
}

/// Lets a stopped unit go on. False when it was not stopped.
///
/// What went wrong before no longer counts against it, but stays in the letters that its limits are found on.
pub async fn resume(room: &PostRoom, unit: &str, by: Actor, reason: &str) -> Result<bool, StoreError> {
    let now = room.clock.now();
    let mut tx = room.store.begin().await?;
    let person = match &by {
        Actor::Person { id, .. } => id.clone(),
        Actor::System { part } => part.clone(),
    };
    if !tx.resume_unit(unit, &person, reason, now).await? {
        return Ok(false);
    }
    tx.tell(room.event_by(EventKind::UnseenResumed, by).with("unit", unit).because(reason));
    tx.commit(now).await?;
    Ok(true)
}
