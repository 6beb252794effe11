//! Workers: they take messages on, step by step, until nothing is due.
//!
//! Fresh messages come straight from intake, already claimed; everything else (what a crash left, what backs off,
//! what another process stored) is found by looking.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, mpsc, watch};
use tokio::task::JoinSet;

use super::carry_out::{Task, carry_out};
use super::decide::{Ready, decide};
use super::escalate::escalate;
use super::{Decided, InHand, notify, receipt};
use crate::desk;
use crate::notices;
use crate::room::{Journal, PostRoom};
use crate::store::StoreError;
use crate::store::effect::{EffectKind, EffectRow};
use crate::unseen::upkeep;

/// How often work is looked for when nobody rings.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// How long a worker rests after the database failed it.
pub(super) const REST: Duration = Duration::from_secs(1);

/// Running workers.
pub struct Workers {
    stop: watch::Sender<bool>,
    taking: JoinSet<()>,
    looking: JoinSet<()>,
}

impl Workers {
    /// Starts workers for what comes through `fresh` and for what is found by looking.
    pub fn start(room: &Arc<PostRoom>, fresh: mpsc::Receiver<InHand>) -> Self {
        let (stop, stopped) = watch::channel(false);
        let fresh = Arc::new(Mutex::new(fresh));
        let (mut taking, mut looking) = (JoinSet::new(), JoinSet::new());
        // Where one writer does all there is to do, workers side by side only cut its batches small.
        let alone = room.store.has_one_writer() && matches!(room.journal, Journal::BuiltIn(_));
        let workers = if alone { 1 } else { room.settings.workers.max(1) };
        for _ in 0..workers {
            taking.spawn(take_on(room.clone(), fresh.clone(), stopped.clone()));
        }
        looking.spawn(look(room.clone(), stopped.clone()));
        for id in room.webhooks.keys().cloned().map(Some).chain([None]) {
            looking.spawn(notify::keep_telling(room.clone(), id, stopped.clone()));
        }
        for telling in notices::start(room, &stopped) {
            looking.spawn(telling);
        }
        Self { stop, taking, looking }
    }

    /// Waits until everything that came fresh is taken on and intake has closed, then stops.
    pub async fn finish(mut self) {
        while self.taking.join_next().await.is_some() {}
        self.stop().await;
    }

    /// Asks the workers to stop and waits until each has finished the step it is in.
    pub async fn stop(mut self) {
        // Nobody listens only when all have stopped already.
        let _ = self.stop.send(true);
        while self.taking.join_next().await.is_some() {}
        while self.looking.join_next().await.is_some() {}
    }
}

async fn take_on(
    room: Arc<PostRoom>,
    fresh: Arc<Mutex<mpsc::Receiver<InHand>>>,
    mut stopped: watch::Receiver<bool>,
) {
    loop {
        let batch = {
            let mut fresh = fresh.lock().await;
            let first = tokio::select! {
                _ = stopped.wait_for(|stop| *stop) => return,
                first = fresh.recv() => first,
            };
            let Some(first) = first else { return };
            let mut batch = vec![first];
            while batch.len() < room.settings.work_batch as usize {
                match fresh.try_recv() {
                    Ok(more) => batch.push(more),
                    Err(_) => break,
                }
            }
            batch
        };
        if let Err(error) = decide_and_carry_out(&room, batch).await {
            // The claims run out and the messages are found again.
            unwell(&error, "step not stored");
            tokio::time::sleep(REST).await;
        }
    }
}

async fn look(room: Arc<PostRoom>, mut stopped: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => return,
            () = room.bell.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        loop {
            if *stopped.borrow() {
                return;
            }
            match look_once(&room).await {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => {
                    unwell(&error, "work not found");
                    tokio::time::sleep(REST).await;
                    break;
                }
            }
        }
    }
}

pub(super) fn unwell(error: &StoreError, what: &'static str) {
    metrics::counter!("modtag_store_failures_total").increment(1);
    tracing::error!(error = %error, cause = ?std::error::Error::source(error).map(ToString::to_string), what);
}

/// Works until nothing is due now.
pub async fn drain(room: &PostRoom) -> Result<(), StoreError> {
    while look_once(room).await? > 0 {}
    notify::tell_all(room).await
}

/// Claims what is due and takes it one step on. Returns how much was found.
async fn look_once(room: &PostRoom) -> Result<usize, StoreError> {
    let now = room.clock.now();
    let limit = room.settings.work_batch;
    let received = room.store.claim_received(&room.lease(), now, limit).await?;
    let mut found = received.len() + desk::answers::carry_out_due(room).await?;
    let mut batch = Vec::with_capacity(received.len());
    for row in &received {
        match InHand::open(room, row) {
            Ok(in_hand) => batch.push(in_hand),
            Err(error) => damaged(room, &row.id, &error).await?,
        }
    }
    decide_and_carry_out(room, batch).await?;
    let effects = room.store.claim_effects(&room.lease(), room.clock.now(), limit).await?;
    found += effects.len();
    carry_out_claimed(room, effects).await?;
    found += escalate(room).await?;
    upkeep::keep_up(room).await?;
    Ok(found)
}

async fn decide_and_carry_out(room: &PostRoom, batch: Vec<InHand>) -> Result<(), StoreError> {
    if batch.is_empty() {
        return Ok(());
    }
    let ready = decide(room, batch).await?;
    carry_out_ready(room, ready).await
}

/// Carries out the effects of fresh decisions, which whoever decided has claimed already.
pub(super) async fn carry_out_ready(room: &PostRoom, ready: Vec<Ready>) -> Result<(), StoreError> {
    let tasks = ready.into_iter().flat_map(tasks_of).collect::<Vec<_>>();
    if tasks.is_empty() { Ok(()) } else { carry_out_all(room, tasks).await }
}

fn tasks_of(ready: Ready) -> Vec<Task> {
    let Ready { in_hand, decided, effects } = ready;
    effects
        .into_iter()
        .map(|effect| Task { effect, in_hand: in_hand.clone(), decided: decided.clone() })
        .collect()
}

/// Outside systems are slow and may be many: their effects go side by side.
async fn carry_out_all(room: &PostRoom, tasks: Vec<Task>) -> Result<(), StoreError> {
    if matches!(room.journal, Journal::BuiltIn(_)) {
        return carry_out(room, tasks).await;
    }
    let (inside, outside): (Vec<Task>, Vec<Task>) =
        tasks.into_iter().partition(|task| task.effect.kind == EffectKind::HandOver.as_str());
    carry_out(room, inside).await?;
    use futures::{StreamExt, TryStreamExt, stream};
    stream::iter(outside.into_iter().map(|task| carry_out(room, vec![task])))
        .buffer_unordered(room.settings.workers.max(1) * 4)
        .try_collect::<()>()
        .await
}

async fn carry_out_claimed(room: &PostRoom, effects: Vec<EffectRow>) -> Result<(), StoreError> {
    if effects.is_empty() {
        return Ok(());
    }
    let (receipts, others): (Vec<EffectRow>, Vec<EffectRow>) =
        effects.into_iter().partition(|effect| effect.kind == EffectKind::Receipt.as_str());
    receipt::send(room, receipts).await?;
    let mut ids: Vec<String> = others.iter().map(|effect| effect.message.clone()).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut opened: HashMap<String, (InHand, Arc<Decided>)> = HashMap::new();
    let decisions: HashMap<String, _> =
        room.store.last_decisions(&ids).await?.into_iter().map(|row| (row.message.clone(), row)).collect();
    for row in room.store.messages(&ids).await? {
        let in_hand = InHand::open(room, &row)?;
        let decision = decisions.get(&row.id).ok_or(StoreError::Damaged("decision"))?;
        let decided = Decided::open(&in_hand.key, decision)?;
        opened.insert(row.id, (in_hand, Arc::new(decided)));
    }
    let tasks = others
        .into_iter()
        .filter_map(|effect| {
            let (in_hand, decided) = opened.get(&effect.message)?;
            Some(Task { in_hand: in_hand.clone(), decided: decided.clone(), effect })
        })
        .collect();
    carry_out_all(room, tasks).await
}

/// A row that cannot be opened is left alone for an hour at a time and cried out about; it is never dropped.
async fn damaged(room: &PostRoom, id: &str, error: &StoreError) -> Result<(), StoreError> {
    tracing::error!(message.id = id, error = %error, "stored message cannot be opened");
    let now = room.clock.now();
    let id = uuid::Uuid::parse_str(id).map_err(|_| StoreError::Damaged("message id"))?;
    let mut tx = room.store.begin().await?;
    let due_at = now.saturating_add(Duration::from_secs(3600)).unwrap_or(now);
    tx.put_back(&id, due_at, "rækken kan ikke åbnes").await?;
    tx.commit(now).await
}
