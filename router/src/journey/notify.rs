//! Notify: other systems are told of decisions, apart from everything else, so that a slow one holds up nobody's mail.
//!
//! A call is an effect of its own kind that no stage waits for: the letter is handed over, waits for a person or is settled
//! whether or not others have heard of it. Each receiver has its own line and its own few calls at a time. It is told at least
//! once, under one id however often; a later decision is told only when the earlier one was not heard, or was just being told.
//! A receiver that stays silent or refuses leaves a failed effect: shown with its message, counted, and tried again with
//! `modtag retry`. No letter goes back to a post distributor for it: nothing that they could decide would make it heard.

use std::collections::HashMap;
use std::time::Duration;

use esdh::{Capabilities, Fault, Next};
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use jiff::Timestamp;
use rules::{Decider, Outcome};
use tokio::sync::watch;
use uuid::Uuid;

use super::Decided;
use super::carry_out::{claim_lost, dice};
use super::decide::decider_word;
use super::worker::{REST, unwell};
use crate::audit::EventKind;
use crate::room::PostRoom;
use crate::store::decision::DecisionRow;
use crate::store::effect::EffectRow;
use crate::store::message::MessageRow;
use crate::store::webhook::Receivers;
use crate::store::{StoreError, Tx};
use crate::webhook::{Marked, Refusal, Setback, Target, Told};

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
        let free = if silent || stop() { 0 } else { AT_ONCE - under_way.len() };
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

/// How a call came out.
enum Came {
    Done,
    Later(Duration, &'static str),
    Person(String),
}

/// A call, and how it came out; `None` when somebody else has it by now.
async fn call(
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

/// What there is to tell of each claimed call. A row that cannot be read is cried out about at every claim, and keeps no other
/// from being told.
async fn ready(room: &PostRoom, effects: Vec<EffectRow>) -> Result<Vec<(EffectRow, Told)>, StoreError> {
    let mut ids: Vec<String> = effects.iter().map(|effect| effect.message.clone()).collect();
    ids.sort_unstable();
    ids.dedup();
    let decisions: HashMap<String, DecisionRow> =
        room.store.last_decisions(&ids).await?.into_iter().map(|row| (row.message.clone(), row)).collect();
    let messages: HashMap<String, MessageRow> =
        room.store.messages(&ids).await?.into_iter().map(|row| (row.id.clone(), row)).collect();
    let mut calls = Vec::with_capacity(effects.len());
    for effect in effects {
        let told = match (messages.get(&effect.message), decisions.get(&effect.message)) {
            (Some(message), Some(decision)) => told(room, message, decision),
            _ => Err(StoreError::Damaged("decision")),
        };
        match told {
            Ok(told) => calls.push((effect, told)),
            Err(error) => {
                tracing::error!(message.id = %effect.message, effect.id = %effect.id, error = %error, "decision cannot be told");
            }
        }
    }
    Ok(calls)
}

fn told(room: &PostRoom, message: &MessageRow, row: &DecisionRow) -> Result<Told, StoreError> {
    let Decided { facts, decision } = Decided::open(&message.key(&room.store)?, row)?;
    let unit = match &decision.outcome {
        Outcome::HandOver(hand_over) => Some(hand_over.unit.clone()),
        Outcome::Ask(_) => None,
    };
    let decider = match &decision.decider {
        // Who of the staff it was is nobody's business outside.
        Decider::Person(_) => "person".to_owned(),
        decider => decider_word(decider),
    };
    Ok(Told {
        message: message.memo_uuid.clone(),
        id: message.uuid()?,
        authority: room.store.authority().to_owned(),
        received: message.available_at(),
        decision: row.number,
        decided_at: row.decided_at(),
        outcome: row.outcome.clone(),
        decider,
        edition: row.edition.clone(),
        unit,
        queue: decision.further.queue,
        role: decision.further.role,
        kle: facts.subject.map(|marked| Marked {
            subject: marked.subject.to_string(),
            facet: marked.facet.map(|facet| facet.to_string()),
            counts: marked.ours,
        }),
        tags: decision.annotations.tags,
        priority: decision.annotations.priority,
        deadline: decision.annotations.deadline.or(facts.message.header.reply_by),
    })
}

async fn store(room: &PostRoom, calls: Vec<(EffectRow, Came)>) -> Result<(), StoreError> {
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
