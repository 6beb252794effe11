//! Notify: other systems are told of decisions, apart from everything else, so that a slow one holds up nobody's mail.
//!
//! A call is an effect of its own kind that no stage waits for: the letter is handed over, waits for a person or is settled
//! whether or not others have heard of it. Each receiver has its own line and its own few calls at a time. It is told at least
//! once, under one id however often; a later decision is told only when the earlier one was not heard, or was just being told.
//! A receiver that stays silent or refuses leaves a failed effect: shown with its message, counted, and tried again with
//! `modtag retry`. No letter goes back to a post distributor for it: nothing that they could decide would make it heard.

mod call;
mod told;

use std::time::Duration;

use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use tokio::sync::watch;
use uuid::Uuid;

use self::call::{Came, call, store};
use self::told::ready;
use super::worker::{REST, unwell};
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::effect::EffectRow;
use crate::store::webhook::Receivers;
use crate::webhook::Target;

/// Calls to one receiver at a time.
const AT_ONCE: usize = 8;

/// How often calls are looked for when nobody rings: those that back off, and those that others stored.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// The idempotency key of a call: one for each webhook and message, whatever is decided later.
pub(super) fn key(webhook: &str, message: Uuid) -> String {
    format!("webhook:{webhook}:{message}")
}

/// The webhook that a key names.
pub(crate) fn webhook_of(key: &str) -> &str {
    key.split(':').nth(1).unwrap_or_default()
}

/// Tells one receiver, or with `None` finds the calls that nobody can make, until asked to stop.
pub(super) async fn keep_telling(
    room: std::sync::Arc<PostRoom>,
    id: Option<String>,
    mut stopped: watch::Receiver<bool>,
) {
    let target = id.as_ref().and_then(|id| room.webhooks.get(id)).map(AsRef::as_ref);
    loop {
        tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => return,
            () = rung(target) => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        let rest = match tell_until(&room, id.as_deref(), || *stopped.borrow()).await {
            // Whoever answered none of a handful is left alone for as long as one of them waits.
            Ok(Ended::Silent) => room.settings.patience.first,
            Ok(Ended::Nothing) => continue,
            Err(error) => {
                unwell(&error, "calls not found");
                REST
            }
        };
        tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(rest) => {}
        }
    }
}

/// Tells everybody who can be told now.
pub(super) async fn tell_all(room: &PostRoom) -> Result<(), StoreError> {
    let everybody = room.webhooks.keys().map(|id| Some(id.as_str())).chain([None]);
    let telling = everybody.map(|id| tell_until(room, id, || false));
    futures::future::try_join_all(telling).await.map(drop)
}

/// Why telling one receiver ended.
enum Ended {
    Nothing,
    Silent,
}

/// Tells one receiver until nothing is due, or until a handful of calls in a row were not answered.
///
/// Calls are begun as soon as there is room for them, however long the others take.
async fn tell_until(room: &PostRoom, id: Option<&str>, stop: impl Fn() -> bool) -> Result<Ended, StoreError> {
    let target = id.and_then(|id| room.webhooks.get(id)).map(AsRef::as_ref);
    let mut under_way = FuturesUnordered::new();
    let mut unanswered = 0;
    loop {
        let silent = unanswered >= AT_ONCE;
        // Each call in a row that was not answered makes the line narrower, until somebody answers.
        let free = if stop() { 0 } else { AT_ONCE.saturating_sub(under_way.len() + unanswered) };
        let claimed = claim(room, id, free).await?;
        // What is due beyond these is found when they are done, or when somebody rings.
        let may_come = claimed.len() < free;
        let found = !claimed.is_empty();
        let ready = ready(room, claimed).await?.into_iter();
        under_way.extend(ready.map(|(effect, told)| call(room, target, effect, told)));
        if under_way.is_empty() {
            match (silent, found) {
                (true, _) => return Ok(Ended::Silent),
                (false, false) => return Ok(Ended::Nothing),
                (false, true) => continue,
            }
        }
        let first = tokio::select! {
            Some(first) = under_way.next() => first,
            () = rung(target), if may_come => continue,
            () = tokio::time::sleep(LOOK_EVERY), if may_come => continue,
        };
        let more = std::iter::from_fn(|| under_way.next().now_or_never().flatten());
        let came: Vec<(EffectRow, Came)> = std::iter::once(first).chain(more).flatten().collect();
        for (_, came) in &came {
            unanswered = if matches!(came, Came::Later(..)) { unanswered + 1 } else { 0 };
        }
        store(room, came).await?;
    }
}

async fn claim(room: &PostRoom, id: Option<&str>, most: usize) -> Result<Vec<EffectRow>, StoreError> {
    let known: Vec<&str> = room.webhooks.keys().map(String::as_str).collect();
    let receivers = id.map_or(Receivers::AllBut(&known), Receivers::Only);
    match u32::try_from(most) {
        Ok(0) | Err(_) => Ok(Vec::new()),
        Ok(most) => room.store.claim_webhooks(receivers, &room.lease(), room.clock.now(), most).await,
    }
}

async fn rung(target: Option<&Target>) {
    match target {
        Some(target) => target.bell.notified().await,
        None => std::future::pending().await,
    }
}
