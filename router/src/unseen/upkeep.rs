//! Upkeep: what time alone does. Lessons expire; what was passed on unseen and stayed where it was put counts as right.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use rules::calendar;

use crate::audit::EventKind;
use crate::clock::danish_day;
use crate::room::PostRoom;
use crate::store::StoreError;

/// How often is often enough, in microseconds: a minute.
const EVERY: i64 = 60_000_000;

/// When this process last looked, in microseconds.
pub(super) struct LastTime(AtomicI64);

impl Default for LastTime {
    fn default() -> Self {
        Self(AtomicI64::new(i64::MIN))
    }
}

/// Does what is due; looks at most once a minute.
pub(crate) async fn keep_up(room: &PostRoom) -> Result<(), StoreError> {
    let now = room.clock.now();
    let last = room.unseen.upkeep.0.swap(now.as_microsecond(), Ordering::Relaxed);
    if now.as_microsecond().saturating_sub(last) < EVERY && now.as_microsecond() >= last {
        room.unseen.upkeep.0.store(last, Ordering::Relaxed);
        return Ok(());
    }
    forget_expired(room, now).await?;
    confirm_kept(room, now).await
}

async fn forget_expired(room: &PostRoom, now: Timestamp) -> Result<(), StoreError> {
    if !room.store.any_expired_lesson(now).await? {
        return Ok(());
    }
    let mut tx = room.store.begin().await?;
    let expired = tx.forget_expired_lessons(now).await?;
    if expired > 0 {
        let event = room.event(EventKind::LessonsForgotten, "classifier");
        tx.tell(event.with("lessons", expired).because("udløbet"));
    }
    tx.commit(now).await
}

async fn confirm_kept(room: &PostRoom, now: Timestamp) -> Result<(), StoreError> {
    let Some(before) = decided_before(now, room.settings.unseen.confirmed_after) else { return Ok(()) };
    if !room.store.any_to_confirm(before).await? {
        return Ok(());
    }
    let mut tx = room.store.begin().await?;
    tx.settle_kept(before, now).await?;
    tx.commit(now).await
}

/// What was decided before this has been kept for so many whole working days.
fn decided_before(now: Timestamp, working_days: u32) -> Option<Timestamp> {
    let days = (0..=working_days).fold(danish_day(now), |day, _| calendar::working_day_before(day));
    rules::time::end_of_day(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn working_days_are_counted_whole() {
        let before = |now: &str| decided_before(now.parse().unwrap(), 5).unwrap().to_string();
        // Friday's letter has been kept Monday to Friday when the next week begins.
        assert_eq!(before("2026-11-30T08:00:00Z"), "2026-11-20T22:59:59Z");
        assert_eq!(before("2026-11-27T08:00:00Z"), "2026-11-19T22:59:59Z");
        assert_eq!(before("2026-11-28T08:00:00Z"), "2026-11-20T22:59:59Z", "on Saturday Friday is over");
    }
}
