//! Carry out: a decision's effects, one row each, until the message is settled.
//!
//! What lies in our own database (hand-over, the built-in journal) is done in the transaction that marks the effect
//! as done, many at a time. What lies outside is done one by one, at least once, by an adapter that makes it once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use esdh::{CaseNumber, EntryDraft, Fault, Next, Outcome as Attempted, Work};
use jiff::Timestamp;
use rules::{HandOver, Journaling, Outcome};

use super::contents::MessageContents;
use super::draft::{self, Missing};
use super::receiver::{Receiver, Today};
use super::{Decided, InHand, Redirect};
use crate::audit::EventKind;
use crate::oversight::public_title;
use crate::room::{Journal, PostRoom};
use crate::store::effect::{EffectKind, EffectRow};
use crate::store::hand_over::NewHandOver;
use crate::store::journal::Filing;
use crate::store::message::{Lease, Stage};
use crate::store::{StoreError, Tx};

/// One claimed effect with what it needs.
#[derive(Clone)]
pub(super) struct Task {
    pub(super) effect: EffectRow,
    pub(super) in_hand: InHand,
    pub(super) decided: Arc<Decided>,
}

impl Task {
    fn hand_over(&self) -> Option<&HandOver> {
        match &self.decided.decision.outcome {
            Outcome::HandOver(hand_over) => Some(hand_over),
            Outcome::Ask(_) | Outcome::Close(_) | Outcome::Split(_) => None,
        }
    }
}

/// How an effect came out.
enum Came {
    Done { entry: Option<String>, case: Option<String> },
    HandedTo(Receiver),
    NotYet { next: Next, progress: esdh::Progress, fault: String },
}

impl Came {
    fn is_done(&self) -> bool {
        !matches!(self, Self::NotYet { .. })
    }
}

/// Carries out claimed effects of decisions.
pub(super) async fn carry_out(room: &PostRoom, tasks: Vec<Task>) -> Result<(), StoreError> {
    let builtin = matches!(room.journal, Journal::BuiltIn(_));
    let (inside, outside): (Vec<Task>, Vec<Task>) = tasks
        .into_iter()
        .partition(|task| builtin || task.effect.kind.as_str() == EffectKind::HandOver.as_str());
    if !inside.is_empty() {
        carry_out_inside(room, &inside).await?;
    }
    for task in outside {
        carry_out_outside(room, &task).await?;
    }
    Ok(())
}

async fn carry_out_inside(room: &PostRoom, tasks: &[Task]) -> Result<(), StoreError> {
    let now = room.clock.now();
    let mut tx = room.store.begin().await?;
    let tasks = held(&mut tx, tasks).await?;
    let mut results: Vec<(&Task, Came)> = Vec::with_capacity(tasks.len());
    let mut filings: Vec<(&Task, Filing)> = Vec::new();
    let mut handed = Vec::new();
    let today = Today::in_room(room);
    for task in tasks {
        let Some(hand_over) = task.hand_over() else {
            results.push((task, to_person(task, "beslutningen har ingen modtager")));
            continue;
        };
        match task.effect.kind()? {
            EffectKind::HandOver => {
                if let Some(receiver) = today.receiver(&task.decided) {
                    handed.push(row(task, &receiver));
                    results.push((task, Came::HandedTo(receiver)));
                }
            }
            EffectKind::Journal => match entry_inside(room, &mut tx, task, hand_over, now).await? {
                Ok(draft) => filings.push((task, Filing { draft, message: task.in_hand.id })),
                Err(missing) => results.push((task, to_person(task, missing))),
            },
            EffectKind::Receipt | EffectKind::Webhook => {}
        }
    }
    let (filed, drafts): (Vec<&Task>, Vec<Filing>) = filings.into_iter().unzip();
    let answers = tx.file(&drafts, &room.entropy, now).await?;
    for ((task, filing), answer) in filed.into_iter().zip(&drafts).zip(answers) {
        results.push((
            task,
            match answer {
                Ok(key) => Came::Done { entry: Some(key.0), case: Some(filing.draft.case.0.clone()) },
                Err(fault) => after_fault(room, task, &fault),
            },
        ));
    }
    tx.hand_over(&handed, now).await?;
    finish(room, tx, &results, now).await
}

fn row(task: &Task, receiver: &Receiver) -> NewHandOver {
    let (redirect, meant_for) = receiver.instead_of.clone().unzip();
    let further = &task.decided.decision.further;
    NewHandOver {
        message: task.in_hand.id,
        unit: receiver.unit.clone(),
        person: receiver.person.clone(),
        role: further.role.clone(),
        queue: further.queue.clone(),
        meant_for,
        redirect: redirect.map(Redirect::as_str),
        escalate_at: receiver.escalate_at,
        replaces: task.effect.decision > 1,
    }
}

/// The entry of a task for the built-in journal; makes or reopens its case in the same transaction.
async fn entry_inside(
    room: &PostRoom,
    tx: &mut Tx<'_>,
    task: &Task,
    hand_over: &HandOver,
    now: Timestamp,
) -> Result<Result<EntryDraft, Missing>, StoreError> {
    let default = room.settings.default_sensitivity;
    let case = match &hand_over.journal {
        Journaling::OnCase(number) | Journaling::CollectingCase(number) => CaseNumber(number.clone()),
        Journaling::ReopenCase(number) => {
            tx.reopen_case(number).await?;
            CaseNumber(number.clone())
        }
        Journaling::NewCase { subject, facet } => {
            match draft::new_case(&task.in_hand, &task.decided, *subject, *facet, default) {
                Ok(draft) => tx.create_case(&draft, &room.entropy, now).await?,
                Err(missing) => return Ok(Err(missing)),
            }
        }
        Journaling::LeftToHandler | Journaling::NotJournaled(_) => {
            return Ok(Err("beslutningen journaliserer ikke"));
        }
    };
    Ok(draft::entry(&task.in_hand, &task.decided, case, public(room, task), default))
}

/// What a post list may call it, should a person put it on one.
fn public(room: &PostRoom, task: &Task) -> String {
    public_title::of(room, &task.decided.facts, &task.decided.decision)
}

async fn carry_out_outside(room: &PostRoom, task: &Task) -> Result<(), StoreError> {
    // It may have stood in line for so long that somebody else has it by now.
    if !renew(room, &task.effect).await? {
        return Ok(());
    }
    let work = async {
        match task.hand_over() {
            Some(hand_over) => journal_outside(room, task, hand_over).await,
            None => to_person(task, "beslutningen har ingen modtager"),
        }
    };
    let result = tokio::select! {
        result = work => result,
        // What was begun is cut off as a crash would cut it off; who has the claim takes it up from its steps.
        () = claim_lost(room, &task.effect) => return Ok(()),
    };
    let now = room.clock.now();
    let mut tx = room.store.begin().await?;
    if held(&mut tx, std::slice::from_ref(task)).await?.is_empty() {
        return Ok(());
    }
    finish(room, tx, &[(task, result)], now).await
}

/// The tasks whose claims are still held, until the commit: what somebody else has taken over is theirs to finish.
async fn held<'t>(tx: &mut Tx<'_>, tasks: &'t [Task]) -> Result<Vec<&'t Task>, StoreError> {
    let mut claims: Vec<(String, String)> = tasks
        .iter()
        .filter_map(|task| Some((task.effect.id.clone(), task.effect.lease_owner.clone()?)))
        .collect();
    claims.sort_unstable();
    let held = tx.held_effects(&claims).await?;
    Ok(tasks.iter().filter(|task| held.contains(&task.effect.id)).collect())
}

async fn renew(room: &PostRoom, effect: &EffectRow) -> Result<bool, StoreError> {
    let Some(owner) = &effect.lease_owner else { return Ok(false) };
    let lease = Lease { owner: owner.clone(), until: room.lease_end() };
    room.store.renew_effect(&effect.id, &lease, room.clock.now()).await
}

/// Keeps a claim alive while its work goes on, however slow the system outside; resolves when the claim is lost.
///
/// Two at work on one entry could both find that it is not there yet, and both write it.
pub(super) async fn claim_lost(room: &PostRoom, effect: &EffectRow) {
    let lease = room.settings.lease;
    let mut renewed = tokio::time::Instant::now();
    loop {
        tokio::time::sleep(lease / 3).await;
        let begun = tokio::time::Instant::now();
        let left = lease.saturating_sub(renewed.elapsed());
        match tokio::time::timeout(left, renew(room, effect)).await {
            Ok(Ok(true)) => renewed = begun,
            Ok(Ok(false)) | Err(_) => break,
            // The database may answer the next time; until then the claim stands as it was last renewed.
            Ok(Err(_)) if begun < renewed + lease => {}
            Ok(Err(_)) => break,
        }
    }
    tracing::warn!(message.id = %effect.message, effect.id = %effect.id, "claim lost while a system outside was asked");
}

async fn journal_outside(room: &PostRoom, task: &Task, hand_over: &HandOver) -> Came {
    let system = room.journal.port();
    let steps = room.store.steps(&task.effect.id, room.clock.clone());
    let default = room.settings.default_sensitivity;
    let case = match &hand_over.journal {
        Journaling::OnCase(number) | Journaling::CollectingCase(number) => Ok(CaseNumber(number.clone())),
        Journaling::ReopenCase(number) => {
            let number = CaseNumber(number.clone());
            system.reopen(&number, "Svar modtaget i Digital Post").await.map(|()| number)
        }
        Journaling::NewCase { subject, facet } => {
            match draft::new_case(&task.in_hand, &task.decided, *subject, *facet, default) {
                Ok(draft) => system.create_case(&draft, &steps).await,
                Err(missing) => return to_person(task, missing),
            }
        }
        Journaling::LeftToHandler | Journaling::NotJournaled(_) => {
            return to_person(task, "beslutningen journaliserer ikke");
        }
    };
    let case = match case {
        Ok(case) => case,
        Err(fault) => return after_fault(room, task, &fault),
    };
    let draft = match draft::entry(&task.in_hand, &task.decided, case, public(room, task), default) {
        Ok(draft) => draft,
        Err(missing) => return to_person(task, missing),
    };
    let contents = MessageContents::new(room, &task.in_hand);
    let work = Work { system, draft: &draft, contents: &contents, steps: &steps };
    match esdh::attempt(work, task.effect.progress(), &room.settings.patience, dice(room)).await {
        Attempted::Journaled(entry) => Came::Done { entry: Some(entry.id), case: Some(entry.case.0) },
        Attempted::NotYet { next, progress } => Came::NotYet { fault: next_word(&next), next, progress },
    }
}

fn after_fault(room: &PostRoom, task: &Task, fault: &Fault) -> Came {
    let mut progress = task.effect.progress();
    progress.attempts = progress.attempts.saturating_add(1);
    let patience = &room.settings.patience;
    let capabilities = room.journal.port().capabilities();
    let next = match esdh::after(fault, &progress, patience, &capabilities, dice(room)) {
        // Only an entry can be looked up by its key. A case is asked for again, once its making has had time to show.
        Next::LookUp { .. } => Next::TryAgain { not_before: patience.first },
        next => next,
    };
    Came::NotYet { next, progress, fault: fault.to_string() }
}

fn to_person(task: &Task, why: &str) -> Came {
    let progress = task.effect.progress();
    Came::NotYet {
        next: Next::AskPerson(esdh::Reason::Person(why.to_owned())),
        progress,
        fault: why.to_owned(),
    }
}

fn next_word(next: &Next) -> String {
    match next {
        Next::TryAgain { .. } => "prøves igen".into(),
        Next::LookUp { .. } => "udfaldet er ukendt; slås op".into(),
        Next::AskPerson(reason) => reason.danish(),
    }
}

pub(super) fn dice(room: &PostRoom) -> u8 {
    let mut byte = [0];
    room.entropy.fill(&mut byte);
    byte[0]
}

/// Stores how effects came out, and moves their messages on.
async fn finish(
    room: &PostRoom,
    mut tx: Tx<'_>,
    results: &[(&Task, Came)],
    now: Timestamp,
) -> Result<(), StoreError> {
    let done: Vec<String> =
        results.iter().filter(|(_, came)| came.is_done()).map(|(task, _)| task.effect.id.clone()).collect();
    let marked: BTreeSet<String> = tx.effects_done(&done, now).await?.into_iter().collect();
    for (task, came) in results {
        match came {
            Came::Done { entry, case } if marked.contains(&task.effect.id) => {
                tell_done(room, &mut tx, task, entry.as_deref(), case.as_deref())?;
            }
            Came::HandedTo(receiver) if marked.contains(&task.effect.id) => {
                tell_handed(room, &mut tx, task, receiver)
            }
            Came::Done { .. } | Came::HandedTo(_) => {}
            Came::NotYet { next, progress, fault } => {
                give_back(room, &mut tx, task, next, progress, fault, now).await?
            }
        }
    }
    let messages: BTreeSet<String> = results.iter().map(|(task, _)| task.in_hand.id.to_string()).collect();
    settle(room, &mut tx, messages.into_iter().collect()).await?;
    tx.commit(now).await?;
    for (task, result) in results {
        let how = if result.is_done() { "done" } else { "not-yet" };
        metrics::counter!("modtag_effects_total", "kind" => task.effect.kind.clone(), "result" => how)
            .increment(1);
    }
    Ok(())
}

fn tell_done(
    room: &PostRoom,
    tx: &mut Tx<'_>,
    task: &Task,
    entry: Option<&str>,
    case: Option<&str>,
) -> Result<(), StoreError> {
    let kind = match task.effect.kind()? {
        EffectKind::Journal => EventKind::Journaled,
        EffectKind::HandOver => EventKind::HandedOver,
        EffectKind::Receipt => EventKind::ReceiptSent,
        EffectKind::Webhook => EventKind::EffectDone,
    };
    let mut event = room.event(kind, "carry-out").about(task.in_hand.id).with("effect", &task.effect.id);
    if let Some(entry) = entry {
        event = event.with("entry", entry).with("esdh", room.journal.port().name());
    }
    if let Some(case) = case {
        event = event.with("case", case).with("received", task.in_hand.available_at);
    }
    tx.tell(event);
    Ok(())
}

fn tell_handed(room: &PostRoom, tx: &mut Tx<'_>, task: &Task, receiver: &Receiver) {
    let mut event = room
        .event(EventKind::HandedOver, "carry-out")
        .about(task.in_hand.id)
        .with("effect", &task.effect.id)
        .with("unit", &receiver.unit);
    if let Some(person) = &receiver.person {
        event = event.with("person", person);
    }
    if let Some((why, meant_for)) = &receiver.instead_of {
        event = event.with("redirect", why.as_str()).with("meant_for", meant_for);
    }
    tx.tell(event);
}

async fn give_back(
    room: &PostRoom,
    tx: &mut Tx<'_>,
    task: &Task,
    next: &Next,
    progress: &esdh::Progress,
    fault: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (due_at, failed) = match next {
        Next::TryAgain { not_before } | Next::LookUp { not_before } => {
            (now.saturating_add(*not_before).unwrap_or(now), false)
        }
        Next::AskPerson(_) => (now, true),
    };
    let shown = if failed { next_word(next) } else { fault.to_owned() };
    tracing::warn!(message.id = %task.in_hand.id, effect.id = %task.effect.id, effect.kind = %task.effect.kind,
        attempts = progress.attempts, given_up = failed, fault, "effect not done");
    tx.effect_failed(&task.effect.id, due_at, progress, &shown, failed).await?;
    let event = room
        .event(EventKind::EffectFailed, "carry-out")
        .about(task.in_hand.id)
        .because(&shown)
        .with("effect", &task.effect.id)
        .with("kind", &task.effect.kind)
        .with("attempts", progress.attempts)
        .with("given_up", failed);
    tx.tell(event);
    Ok(())
}

/// Moves messages on whose effects are done, and gives those with a failed effect to a person.
///
/// Calls to other systems count for neither: see [`EffectKind::Webhook`].
pub(super) async fn settle(
    room: &PostRoom,
    tx: &mut Tx<'_>,
    messages: Vec<String>,
) -> Result<(), StoreError> {
    // Two processes may finish the last two effects of a message at once; the second must see the first's.
    tx.lock_log().await?;
    let mut open: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for (message, kind, state) in tx.open_effects(&messages).await? {
        if kind != EffectKind::Webhook.as_str() {
            open.entry(message).or_default().push((kind, state));
        }
    }
    let (mut failed, mut carried_out, mut settled) = (Vec::new(), Vec::new(), Vec::new());
    for message in messages {
        let Some(effects) = open.get(&message) else {
            settled.push(message);
            continue;
        };
        if effects.iter().any(|(kind, state)| state == "failed" && kind != EffectKind::Receipt.as_str()) {
            failed.push(message);
        } else if effects.iter().all(|(kind, _)| kind == EffectKind::Receipt.as_str()) {
            carried_out.push(message);
        }
    }
    for message in tx.advance(&failed, Stage::Waiting, Some("effect-failed")).await? {
        tx.tell(
            room.event(EventKind::HandedToPerson, "carry-out")
                .about(message)
                .with("outcome", "effect-failed"),
        );
    }
    tx.advance(&carried_out, Stage::CarriedOut, None).await?;
    for message in tx.advance(&settled, Stage::Settled, None).await? {
        tx.tell(room.event(EventKind::Settled, "carry-out").about(message));
    }
    Ok(())
}
