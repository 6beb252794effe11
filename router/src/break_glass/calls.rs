//! Calls to the webhook that hears of the break-glass account. Each is kept with the event that it tells of, and tried until it
//! is heard, also by a process that starts after the one that kept it: a door that was opened and a machine that died at the
//! same time belong together.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use uuid::Uuid;

use crate::config::Config;
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::break_glass::CallRow;
use crate::webhook::{Setback, Target};

/// How often a running process looks for calls that are due.
const LOOK_EVERY: Duration = Duration::from_secs(3);
/// How long before each next attempt, in seconds; the last counts for all after it. No attempt lasts as long as the first.
const PAUSES: [i64; 4] = [90, 180, 600, 3_600];
/// After so many attempts, a day or so, it is given up.
const ATTEMPTS: i64 = 24;

/// The body of a notice, in the frame that Standard Webhooks advises.
#[derive(Serialize)]
struct Notice<'r> {
    r#type: &'static str,
    timestamp: Timestamp,
    data: Shouted<'r>,
}

#[derive(Serialize)]
struct Shouted<'r> {
    authority: &'r str,
    result: &'r str,
}

/// Calls until it is heard, for as long as the process runs.
pub async fn follow(room: Arc<PostRoom>, config: Config, mut stopped: tokio::sync::watch::Receiver<bool>) {
    let webhook = config.sign_in.break_glass.webhook.as_ref();
    let Some(target) = webhook.and_then(|id| room.webhooks.get(id)).cloned() else { return };
    loop {
        if let Err(error) = tell_due(&room, &target).await {
            tracing::warn!(error = %error, "break-glass notices not told yet");
        }
        tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// Makes the calls that are due, each under the id that it was kept with.
pub async fn tell_due(room: &PostRoom, target: &Target) -> Result<(), StoreError> {
    for row in room.store.due_break_glass_calls(room.clock.now()).await? {
        let mut tx = room.store.begin().await?;
        let now = room.clock.now();
        if tx.take_on_break_glass_call(&row, again_at(now, row.attempts)).await? {
            tx.commit(now).await?;
            tell(room, target, &row).await?;
        }
    }
    Ok(())
}

/// When a call is due again that was tried so often before.
fn again_at(now: Timestamp, attempts: i64) -> Timestamp {
    let place = usize::try_from(attempts).unwrap_or(usize::MAX).min(PAUSES.len() - 1);
    now.saturating_add(SignedDuration::from_secs(PAUSES[place])).unwrap_or(Timestamp::MAX)
}

async fn tell(room: &PostRoom, target: &Target, row: &CallRow) -> Result<(), StoreError> {
    let data = Shouted { authority: room.store.authority(), result: &row.result };
    let notice = Notice { r#type: "modtag.break_glass", timestamp: row.made_at(), data };
    // Words and a time always become JSON.
    let body = serde_json::to_vec(&notice).unwrap_or_default();
    let id = Uuid::parse_str(&row.id).map_err(|_| StoreError::Damaged("break-glass call"))?;
    match target.call(&id, body, room.clock.now()).await {
        Ok(()) => {}
        Err(Setback::Later { why, .. }) if row.attempts + 1 < ATTEMPTS => {
            tracing::warn!(webhook = target.id, why, "break-glass notice not heard yet");
            return Ok(());
        }
        Err(Setback::Later { why, .. }) => {
            tracing::error!(webhook = target.id, why, "break-glass notice given up");
        }
        Err(Setback::AskPerson(refusal)) => {
            let why = refusal.danish(&target.id);
            tracing::error!(webhook = target.id, why, "break-glass notice refused");
        }
    }
    let now = room.clock.now();
    let mut tx = room.store.begin().await?;
    tx.drop_break_glass_call(&row.id).await?;
    tx.commit(now).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_come_further_and_further_apart() {
        let now = Timestamp::UNIX_EPOCH;
        let waited = |attempts| again_at(now, attempts).as_second();
        assert_eq!([0, 1, 2, 3, 4, 99].map(waited), [90, 180, 600, 3_600, 3_600, 3_600]);
    }
}
