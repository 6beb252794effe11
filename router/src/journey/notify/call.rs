//! One call: made, and how it came out written down.

use std::time::Duration;

use esdh::{Capabilities, Fault, Next};
use jiff::Timestamp;
use uuid::Uuid;

use super::super::carry_out::{claim_lost, dice};
use super::webhook_of;
use crate::audit::EventKind;
use crate::room::PostRoom;
use crate::store::effect::EffectRow;
use crate::store::{StoreError, Tx};
use crate::webhook::{Refusal, Setback, Target, Told};

/// How a call came out.
pub(super) enum Came {
    Done,
    Later(Duration, &'static str),
    Person(String),
}

/// A call, and how it came out; `None` when somebody else has it by now.
pub(super) async fn call(
    room: &PostRoom,
    target: Option<&Target>,
    effect: EffectRow,
    told: Told,
) -> Option<(EffectRow, Came)> {
    let came = tell_one(room, target, &effect, &told).await?;
    Some((effect, came))
}

async fn tell_one(room: &PostRoom, target: Option<&Target>, effect: &EffectRow, told: &Told) -> Option<Came> {
    let webhook = webhook_of(&effect.key);
    let (Some(target), Ok(id)) = (target, Uuid::parse_str(&effect.id)) else {
        return Some(Came::Person(Refusal::Unknown.danish(webhook)));
    };
    let answer = tokio::select! {
        answer = target.tell(&id, told, room.clock.now()) => answer,
        () = claim_lost(room, effect) => return None,
    };
    Some(match answer {
        Ok(()) => Came::Done,
        Err(Setback::AskPerson(refusal)) => Came::Person(refusal.danish(webhook)),
        Err(Setback::Later { why, wait }) => again(room, effect, why, wait),
    })
}

/// When a call is made again. It may have been heard; the receiver knows it by its id.
fn again(room: &PostRoom, effect: &EffectRow, why: &'static str, asked: Option<Duration>) -> Came {
    let capabilities = Capabilities {
        native_idempotency: true,
        find_by_key: false,
        creates_cases: false,
        reopens_cases: false,
        max_document: None,
    };
    let fault = Fault::Later { reason: why.into(), after: asked };
    let progress = attempted(effect);
    match esdh::after(&fault, &progress, &room.settings.patience, &capabilities, dice(room)) {
        Next::TryAgain { not_before } | Next::LookUp { not_before } => Came::Later(not_before, why),
        Next::AskPerson(_) => Came::Person(format!(
            "Webhooken \"{}\" blev ikke besvaret i {} forsøg. Senest: {why}. Prøv igen med modtag retry.",
            webhook_of(&effect.key),
            progress.attempts
        )),
    }
}

fn attempted(effect: &EffectRow) -> esdh::Progress {
    let mut progress = effect.progress();
    progress.attempts = progress.attempts.saturating_add(1);
    progress
}

/// Stores how calls came out, but for those that somebody else has by now.
pub(super) async fn store(room: &PostRoom, calls: Vec<(EffectRow, Came)>) -> Result<(), StoreError> {
    let now = room.clock.now();
    let mut tx = room.store.begin().await?;
    let mut claims: Vec<(String, String)> = calls
        .iter()
        .filter_map(|(effect, _)| Some((effect.id.clone(), effect.lease_owner.clone()?)))
        .collect();
    claims.sort_unstable();
    let held = tx.held_effects(&claims).await?;
    let ours: Vec<&(EffectRow, Came)> =
        calls.iter().filter(|(effect, _)| held.contains(&effect.id)).collect();
    let done: Vec<String> = ours
        .iter()
        .filter(|(_, came)| matches!(came, Came::Done))
        .map(|(effect, _)| effect.id.clone())
        .collect();
    tx.effects_done(&done, now).await?;
    for (effect, came) in &ours {
        note(room, &mut tx, effect, came, now).await?;
    }
    tx.commit(now).await?;
    for (effect, came) in &ours {
        let how = if matches!(came, Came::Done) { "done" } else { "not-yet" };
        metrics::counter!("modtag_effects_total", "kind" => effect.kind.clone(), "result" => how)
            .increment(1);
    }
    Ok(())
}

async fn note(
    room: &PostRoom,
    tx: &mut Tx<'_>,
    effect: &EffectRow,
    came: &Came,
    now: Timestamp,
) -> Result<(), StoreError> {
    let message = Uuid::parse_str(&effect.message).map_err(|_| StoreError::Damaged("message id"))?;
    let progress = attempted(effect);
    let (kind, due_at, why) = match came {
        Came::Done => (EventKind::EffectDone, now, None),
        Came::Later(wait, why) => {
            (EventKind::EffectFailed, now.saturating_add(*wait).unwrap_or(now), Some(*why))
        }
        Came::Person(why) => (EventKind::EffectFailed, now, Some(why.as_str())),
    };
    let given_up = matches!(came, Came::Person(_));
    let mut event = room
        .event(kind, "notify")
        .about(message)
        .with("effect", &effect.id)
        .with("kind", &effect.kind)
        .with("webhook", webhook_of(&effect.key));
    if let Some(why) = why {
        tracing::warn!(message.id = %message, effect.id = %effect.id, webhook = webhook_of(&effect.key),
            attempts = progress.attempts, given_up, why, "call not answered");
        tx.effect_failed(&effect.id, due_at, &progress, why, given_up).await?;
        event = event.because(why).with("attempts", progress.attempts).with("given_up", given_up);
    }
    tx.tell(event);
    Ok(())
}
