//! Decide: facts become decisions, stored with their effects before anything else happens.

use std::sync::Arc;

use futures::{StreamExt, stream};
use jiff::Timestamp;
use rules::{Decider, Decision, Journaling, Outcome};
use uuid::Uuid;

use super::gather::{Trouble, gather};
use super::look_up::Shelf;
use super::receiver::own_deadline;
use super::{Decided, InHand, advice, notify, outcome_word, stage_of};
use crate::audit::{Event, EventKind};
use crate::insight::marks;
use crate::room::PostRoom;
use crate::store::decision::NewDecision;
use crate::store::effect::{EffectKind, EffectRow, NewEffect};
use crate::store::lesson::NewLesson;
use crate::store::message::{Lease, Stage};
use crate::store::part::NewPart;
use crate::store::{StoreError, Tx};
use crate::unseen::judgement::{judged, model_of};
use crate::unseen::settling::{Settlement, Stopped};
use crate::unseen::standing::Standings;

/// Look-ups that go on side by side.
const LOOK_UPS: usize = 8;

/// A decided message and the effects that carry it out, ready to be carried out by whoever decided it.
pub(super) struct Ready {
    pub(super) in_hand: InHand,
    pub(super) decided: Arc<Decided>,
    pub(super) effects: Vec<EffectRow>,
}

/// What a person's answer brings with it, stored in the transaction that stores the decision.
pub(super) struct Answered {
    /// The message that was answered.
    pub(super) message: Uuid,
    /// Tells of the answer.
    pub(super) event: Event,
    /// What it says of the classifier's belief.
    pub(super) settles: Option<Settlement>,
    /// What is learned from it.
    pub(super) teaches: Option<NewLesson>,
    /// The parts that it is split into; they are in the batch beside it.
    pub(super) parts: Vec<Born>,
}

/// A part of a letter, stored with the decision that splits it.
pub(super) struct Born {
    /// Its row.
    pub(super) row: NewPart,
    /// Tells of it.
    pub(super) event: Event,
}

/// A claimed message, and what was decided of it or why it could not be.
type Gathered = (InHand, Result<(rules::Facts, Decision), Trouble>);

/// Decides claimed messages. Those that cannot be gathered now go back in line.
pub(super) async fn decide(room: &PostRoom, batch: Vec<InHand>) -> Result<Vec<Ready>, StoreError> {
    let policy = room.policy();
    let plan = room.subject_plan();
    let shelf = Shelf::fetch(room, &policy, &batch).await?;
    let standings = Standings::look(room, &policy).await?;
    let gathered: Vec<Gathered> = stream::iter(batch)
        .map(|in_hand| async {
            let decided = async {
                let facts = gather(room, &policy, plan.as_deref(), &shelf, &in_hand).await?;
                advice::decide(room, &policy, &standings, &in_hand, facts).await
            };
            let decided = decided.await;
            (in_hand, decided)
        })
        .buffered(LOOK_UPS)
        .collect()
        .await;
    let mut ready = Vec::with_capacity(gathered.len());
    let mut back = Vec::new();
    for (in_hand, decided) in gathered {
        match decided {
            Ok((facts, mut decision)) => {
                decision.trace.kle = plan.as_ref().map(|plan| plan.edition.clone());
                ready.push((in_hand, Arc::new(Decided { facts, decision })));
            }
            Err(trouble) => back.push((in_hand, trouble)),
        }
    }
    put_back(room, back).await?;
    record(room, ready, 1, None).await
}

/// Stores decisions and their effects: one transaction for all, and for what led to them.
///
/// A message that somebody else has decided meanwhile (its claim had run out) is left as it is, and is not in the answer.
pub(super) async fn record(
    room: &PostRoom,
    batch: Vec<(InHand, Arc<Decided>)>,
    number: i64,
    answered: Option<Answered>,
) -> Result<Vec<Ready>, StoreError> {
    if batch.is_empty() {
        return Ok(Vec::new());
    }
    let now = room.clock.now();
    let lease = room.lease();
    let mut decisions = Vec::with_capacity(batch.len());
    let mut effects = Vec::new();
    let mut ready = Vec::with_capacity(batch.len());
    for (in_hand, decided) in batch {
        decisions.push(row(room, &in_hand, &decided, number, now)?);
        let made = effects_of(room, &in_hand, &decided.decision, number, now, &lease);
        // Others are told by whoever tells them, not by whoever decided.
        let rows =
            made.iter().filter(|new| new.kind != EffectKind::Webhook).map(EffectRow::from_new).collect();
        effects.extend(made);
        ready.push(Ready { in_hand, decided, effects: rows });
    }
    let mut tx = room.store.begin().await?;
    let stage = if number == 1 { Stage::Received } else { Stage::Waiting };
    let mut ids: Vec<Uuid> = ready.iter().map(|one| one.in_hand.id).collect();
    ids.sort_unstable();
    let mut ours = tx.still_at(stage, &ids).await?;
    let split = answered.as_ref().filter(|answered| ours.contains(&answered.message));
    for part in split.map(|answered| answered.parts.as_slice()).unwrap_or_default() {
        tx.split_off(&part.row, now).await?;
        ours.insert(part.row.id);
    }
    decisions.retain(|decision| ours.contains(&decision.message));
    effects.retain(|effect| ours.contains(&effect.message));
    ready.retain(|one| ours.contains(&one.in_hand.id));
    if ready.is_empty() {
        return Ok(ready);
    }
    tx.record_decisions(&decisions).await?;
    let stopped = match answered {
        Some(answered) => answered.store(room, &mut tx, now).await?,
        None => {
            let beliefs = ready
                .iter()
                .filter_map(|one| judged(room, one.in_hand.id, &one.decided.facts, &one.decided.decision));
            tx.record_judged(&beliefs.collect::<Vec<_>>(), now).await?;
            let marks = ready.iter().map(|one| marks::of(&one.decided.facts, &one.decided.decision, now));
            tx.count_marks(&marks.collect::<Vec<_>>(), &room.entropy).await?;
            None
        }
    };
    let stored = tx.record_effects(&effects).await?;
    for one in &mut ready {
        one.effects.retain_mut(|effect| stored.get(&effect.key).map(|id| effect.id.clone_from(id)).is_some());
    }
    for stage in [Stage::Decided, Stage::Waiting, Stage::Quarantined, Stage::Settled] {
        for outcome in outcomes(&ready, stage) {
            let ids: Vec<_> = ready
                .iter()
                .filter(|one| {
                    stage_of(&one.decided.decision) == stage && outcome_word(&one.decided.decision) == outcome
                })
                .map(|one| one.in_hand.id)
                .collect();
            tx.move_to(&ids, stage, Some(outcome), now).await?;
        }
    }
    for one in &ready {
        tell(room, &mut tx, one, number);
        let annotations = &one.decided.decision.annotations;
        let deadline = own_deadline(&one.decided);
        if annotations.urgent || deadline.is_some() {
            tx.mark(&one.in_hand.id, annotations.urgent, deadline).await?;
        }
    }
    tx.commit(now).await?;
    if let Some(stopped) = stopped {
        stopped.tell();
    }
    for one in &ready {
        metrics::counter!("modtag_decisions_total", "outcome" => outcome_word(&one.decided.decision))
            .increment(1);
        let to_tell = one.decided.decision.further.webhooks.iter();
        to_tell.filter_map(|id| room.webhooks.get(id)).for_each(|target| target.bell.notify_one());
    }
    Ok(ready)
}

impl Answered {
    async fn store(
        self,
        room: &PostRoom,
        tx: &mut Tx<'_>,
        now: Timestamp,
    ) -> Result<Option<Stopped>, StoreError> {
        tx.tell(self.event);
        self.parts.into_iter().for_each(|part| tx.tell(part.event));
        // Whatever was answered and waited for its time is answered now, and whoever was asked need not say anything.
        tx.drop_answer(&self.message, None).await?;
        tx.drop_aside(&self.message).await?;
        if let Some(lesson) = &self.teaches {
            tx.keep_lesson(lesson, &room.entropy, now).await?;
        }
        match self.settles {
            Some(settlement) => settlement.store(room, tx).await,
            None => Ok(None),
        }
    }
}

fn outcomes(ready: &[Ready], stage: Stage) -> Vec<&'static str> {
    let mut words: Vec<&'static str> = ready
        .iter()
        .filter(|one| stage_of(&one.decided.decision) == stage)
        .map(|one| outcome_word(&one.decided.decision))
        .collect();
    words.sort_unstable();
    words.dedup();
    words
}

fn row(
    room: &PostRoom,
    in_hand: &InHand,
    decided: &Decided,
    number: i64,
    now: Timestamp,
) -> Result<NewDecision, StoreError> {
    Ok(NewDecision {
        message: in_hand.id,
        number,
        decided_at: now,
        decider: decider_word(&decided.decision.decider),
        edition: decided.decision.trace.edition.clone(),
        model: model_of(room, &decided.facts),
        outcome: outcome_word(&decided.decision).to_owned(),
        sealed: decided.seal(&in_hand.key, room)?,
        kle: decided.decision.trace.kle.clone(),
    })
}

/// Who decided, in one word: `step:reply`, `rule:aktindsigt`, `person:…`.
pub(super) fn decider_word(decider: &Decider) -> String {
    match decider {
        Decider::Step(step) => format!("step:{}", step.as_str()),
        Decider::Rule(id) => format!("rule:{id}"),
        Decider::Person(id) => format!("person:{id}"),
    }
}

fn effects_of(
    room: &PostRoom,
    in_hand: &InHand,
    decision: &Decision,
    number: i64,
    now: Timestamp,
    lease: &Lease,
) -> Vec<NewEffect> {
    let effect = |kind, key| NewEffect {
        id: room.entropy.id(now),
        message: in_hand.id,
        decision: number,
        kind,
        key,
        made_at: now,
        due_at: now,
        lease: Some(lease.clone()),
    };
    let mut effects = Vec::with_capacity(2);
    if let Outcome::HandOver(hand_over) = &decision.outcome {
        if !matches!(hand_over.journal, Journaling::LeftToHandler | Journaling::NotJournaled(_)) {
            // One key per message, whatever is decided later: a message is journaled once.
            effects.push(effect(EffectKind::Journal, format!("journal:{}", in_hand.id)));
        }
        effects.push(effect(EffectKind::HandOver, format!("hand-over:{}:{number}", in_hand.id)));
    }
    // Also when a person is asked: a rule that only gives notice lets others decide.
    for webhook in &decision.further.webhooks {
        let call = effect(EffectKind::Webhook, notify::key(webhook, in_hand.id));
        effects.push(NewEffect { lease: None, ..call });
    }
    effects
}

fn tell(room: &PostRoom, tx: &mut Tx<'_>, one: &Ready, number: i64) {
    let decision = &one.decided.decision;
    let kind = match stage_of(decision) {
        Stage::Waiting => EventKind::HandedToPerson,
        Stage::Quarantined => EventKind::SetAside,
        _ => EventKind::Decided,
    };
    let mut event = room
        .event(kind, "decide")
        .about(one.in_hand.id)
        .with("decision", number)
        .with("decider", decider_word(&decision.decider))
        .with("outcome", outcome_word(decision))
        .with("edition", &decision.trace.edition);
    if let Outcome::HandOver(hand_over) = &decision.outcome {
        event = event.with("unit", &hand_over.unit);
        if let Some(person) = &hand_over.person {
            event = event.with("person", person);
        }
    }
    tx.tell(event);
    if stage_of(decision) == Stage::Settled {
        tx.tell(room.event(EventKind::Settled, "decide").about(one.in_hand.id));
    }
}

async fn put_back(room: &PostRoom, back: Vec<(InHand, Trouble)>) -> Result<(), StoreError> {
    if back.is_empty() {
        return Ok(());
    }
    let now = room.clock.now();
    let mut tx = room.store.begin().await?;
    for (in_hand, trouble) in back {
        let said = trouble.danish();
        if let Trouble::Store(error) = trouble {
            return Err(error);
        }
        tracing::warn!(message.id = %in_hand.id, error = %trouble, cause = ?std::error::Error::source(&trouble).map(ToString::to_string),
            "message waits for what it needs to be decided");
        let patience = &room.settings.patience;
        let step = 3u32.saturating_pow(u32::try_from(in_hand.attempts.clamp(0, 12)).unwrap_or(12));
        // A message is never given up here: without facts nobody could decide it well, and it stays visible as late.
        let wait = patience.first.saturating_mul(step).min(patience.longest);
        let due_at = now.saturating_add(wait).unwrap_or(now);
        tx.put_back(&in_hand.id, due_at, said).await?;
    }
    tx.commit(now).await
}
