//! The business receipt (forretningskvittering): telling Digital Post that we have a message.

use std::time::Duration;

use futures::{StreamExt, stream};
use jiff::Timestamp;
use uuid::Uuid;

use super::carry_out::settle;
use crate::audit::EventKind;
use crate::digital_post::{Accepted, Receipt, Setback, Unreceivable, Verdict};
use crate::room::PostRoom;
use crate::store::effect::EffectRow;
use crate::store::{StoreError, Tx};

/// How a receipt came out.
enum Sent {
    Yes(&'static str),
    Later(Duration, String),
    Person(String),
}

/// Receipts on their way at a time.
const AT_ONCE: usize = 8;

/// Receipts whose outcomes are stored with one transaction.
const STORED_AT_ONCE: usize = 64;

/// Sends receipts; each is the same one at every attempt.
pub(super) async fn send(room: &PostRoom, effects: Vec<EffectRow>) -> Result<(), StoreError> {
    let sending = stream::iter(effects.into_iter().filter_map(readable))
        .map(|(effect, receipt)| async {
            let sent = send_one(room, &receipt).await;
            (effect, receipt, sent)
        })
        .buffer_unordered(AT_ONCE)
        .ready_chunks(STORED_AT_ONCE);
    let mut sending = std::pin::pin!(sending);
    while let Some(chunk) = sending.next().await {
        store(room, chunk).await?;
    }
    Ok(())
}

/// A row that cannot be read is cried out about at every claim, and must not keep the others from being stored.
fn readable(effect: EffectRow) -> Option<(EffectRow, Receipt)> {
    match receipt_of(&effect) {
        Ok(receipt) => Some((effect, receipt)),
        Err(error) => {
            tracing::error!(effect.id = %effect.id, error = %error, "stored receipt cannot be read");
            None
        }
    }
}

async fn send_one(room: &PostRoom, receipt: &Receipt) -> Sent {
    let Some(digital_post) = &room.digital_post else {
        return Sent::Yes("recorded; digital post is not configured");
    };
    match digital_post.send(receipt, room.clock.now()).await {
        Ok(Accepted::Now) => Sent::Yes("accepted"),
        Ok(Accepted::Already(_)) => Sent::Yes("accepted before"),
        Err(Setback::Later { why, wait, .. }) => Sent::Later(wait.unwrap_or_default(), why.to_owned()),
        Err(Setback::AskPerson(refusal)) => Sent::Person(refusal.danish()),
    }
}

/// A receipt's row says all there is to it: its id is the transmission, its key names status and message.
fn receipt_of(effect: &EffectRow) -> Result<Receipt, StoreError> {
    const DAMAGED: StoreError = StoreError::Damaged("receipt");
    let mut parts = effect.key.split(':').skip(1);
    let verdict = match parts.next() {
        Some("completed") => Verdict::Completed,
        Some("invalid") => Verdict::Invalid(Unreceivable::NotMemo),
        _ => return Err(DAMAGED),
    };
    let message_uuid = parts.next().and_then(|uuid| Uuid::parse_str(uuid).ok()).ok_or(DAMAGED)?;
    let transmission_id = Uuid::parse_str(&effect.id).map_err(|_| DAMAGED)?;
    Ok(Receipt { transmission_id, message_uuid, at: effect.made_at(), verdict })
}

async fn store(room: &PostRoom, receipts: Vec<(EffectRow, Receipt, Sent)>) -> Result<(), StoreError> {
    let now = room.clock.now();
    let mut tx = room.store.begin().await?;
    let accepted: Vec<String> = receipts
        .iter()
        .filter(|(_, _, sent)| matches!(sent, Sent::Yes(_)))
        .map(|(effect, _, _)| effect.id.clone())
        .collect();
    tx.effects_done(&accepted, now).await?;
    let mut messages: Vec<String> = receipts.iter().map(|(effect, _, _)| effect.message.clone()).collect();
    for (effect, receipt, sent) in &receipts {
        note(room, &mut tx, effect, receipt, sent, now).await?;
    }
    messages.sort_unstable();
    messages.dedup();
    settle(room, &mut tx, messages).await?;
    tx.commit(now).await
}

async fn note(
    room: &PostRoom,
    tx: &mut Tx<'_>,
    effect: &EffectRow,
    receipt: &Receipt,
    sent: &Sent,
    now: Timestamp,
) -> Result<(), StoreError> {
    let message = Uuid::parse_str(&effect.message).map_err(|_| StoreError::Damaged("message id"))?;
    let mut progress = effect.progress();
    progress.attempts = progress.attempts.saturating_add(1);
    match sent {
        Sent::Yes(how) => {
            let status = if matches!(receipt.verdict, Verdict::Completed) { "COMPLETED" } else { "INVALID" };
            tx.tell(
                room.event(EventKind::ReceiptSent, "receipt")
                    .about(message)
                    .with("transmission", receipt.transmission_id)
                    .with("status", status)
                    .with("how", *how),
            );
        }
        Sent::Later(wait, why) => {
            // Digital Post waits seven days before it closes a system (spec: interfaces §5.3): a receipt is not given up.
            let due_at = later(room, now, progress.attempts, *wait);
            tx.effect_failed(&effect.id, due_at, &progress, why, false).await?;
            tracing::warn!(message.id = %message, attempts = progress.attempts, why, "receipt not sent yet");
        }
        Sent::Person(why) => {
            tx.effect_failed(&effect.id, now, &progress, why, true).await?;
            tracing::error!(message.id = %message, "digital post refuses the receipt");
            tx.tell(
                room.event(EventKind::EffectFailed, "receipt")
                    .about(message)
                    .because(why)
                    .with("effect", &effect.id)
                    .with("kind", &effect.kind)
                    .with("given_up", true),
            );
        }
    }
    Ok(())
}

fn later(room: &PostRoom, now: Timestamp, attempts: u32, asked: Duration) -> Timestamp {
    let patience = &room.settings.patience;
    let step =
        3u32.checked_pow(attempts.saturating_sub(1)).and_then(|times| patience.first.checked_mul(times));
    let wait = step.unwrap_or(patience.longest).min(patience.longest).max(asked);
    now.saturating_add(wait).unwrap_or(now)
}
