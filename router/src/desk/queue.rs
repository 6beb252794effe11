//! The queue: what waits, most urgent first.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use rules::Policy;

use super::choices::{Choice, choices};
use super::{masked_label, sender_danish};
use crate::journey::{Decided, InHand, outcome_danish};
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::message::{MessageRow, Stage};
use crate::story::deadline::DeadlineView;

/// Waiting letters as they stand in line. Holds nothing that a mask would have hidden.
pub struct Queue {
    /// The first of them.
    pub letters: Vec<Waiting>,
    /// How many wait in all; answers that can still be taken back and what lies aside are not counted.
    pub total: u64,
    /// How many lie aside.
    pub aside: u64,
}

/// A letter in line.
#[derive(Clone)]
pub struct Waiting {
    /// Our id of it.
    pub id: String,
    /// When it became available to the authority.
    pub available_at: Timestamp,
    /// When it must be answered.
    pub deadline: Option<DeadlineView>,
    /// Shown first.
    pub urgent: bool,
    /// What kind of sender (Danish).
    pub sender: &'static str,
    /// The title, masked.
    pub label: String,
    /// Why a person is asked (Danish).
    pub question: &'static str,
    /// Who might have it, best first.
    pub choices: Vec<Choice>,
    /// Before whom it lies open, by user id.
    pub before: Option<String>,
    /// Number of the decision that put it here.
    pub decision: i64,
}

/// The first `limit` letters in line.
pub async fn queue(room: &PostRoom, limit: u32) -> Result<Queue, StoreError> {
    let now = room.clock.now();
    let answered: HashSet<String> =
        room.store.pending_answers().await?.into_iter().map(|row| row.message).collect();
    let room_for_answered = limit.saturating_add(u32::try_from(answered.len()).unwrap_or(u32::MAX));
    let mut rows = room.store.at_desk(now, room_for_answered).await?;
    rows.retain(|row| !answered.contains(&row.id));
    rows.truncate(limit as usize);
    let letters = in_line(room, &rows).await?;
    let aside = room.store.count_aside(now).await?;
    let out_of_line = room.store.count_out_of_line(now).await?;
    let total = room.store.count_at_desk().await?.saturating_sub(out_of_line);
    Ok(Queue { letters, total, aside })
}

/// These messages as they stand in line.
pub(super) async fn in_line(room: &PostRoom, rows: &[MessageRow]) -> Result<Vec<Waiting>, StoreError> {
    let now = room.clock.now();
    let claims = room.store.claims(now).await?;
    let claims: BTreeMap<String, String> =
        claims.into_iter().map(|claim| (claim.message, claim.person)).collect();
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let decisions = room.store.last_decisions(&ids).await?;
    let policy = room.policy();
    let mut letters = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(decision) = decisions.iter().find(|decision| decision.message == row.id) else { continue };
        let decided = Decided::open(&row.key(&room.store)?, decision)?;
        let before = claims.get(&row.id).cloned();
        letters.push(Waiting { before, ..waiting(room, &policy, row, decision.number, &decided) });
    }
    Ok(letters)
}

/// A letter as it stands in line.
pub(super) fn waiting(
    room: &PostRoom,
    policy: &Policy,
    row: &MessageRow,
    decision: i64,
    decided: &Decided,
) -> Waiting {
    Waiting {
        id: row.id.clone(),
        available_at: row.available_at(),
        deadline: row.deadline().map(|at| DeadlineView::of(at, room.clock.now())),
        urgent: decided.decision.annotations.urgent,
        sender: sender_danish(decided.facts.sender),
        label: masked_label(&decided.facts.message),
        question: outcome_danish(&row.outcome),
        choices: choices(room, policy, decided),
        before: None,
        decision,
    }
}

/// Is it a post distributor's? What a unit has, and only the case is to be chosen of, is that unit's own.
pub(super) fn is_at_desk(row: &MessageRow) -> Result<bool, StoreError> {
    Ok(row.stage()? == Stage::Waiting && row.outcome != "left-to-handler")
}

/// A waiting letter, opened, with its last decision and that one's number.
pub(super) async fn open(room: &PostRoom, row: &MessageRow) -> Result<(InHand, Decided, i64), StoreError> {
    let in_hand = InHand::open(room, row)?;
    let decisions = room.store.decisions(&row.id).await?;
    let last = decisions.last().ok_or(StoreError::Damaged("decision"))?;
    let decided = Decided::open(&in_hand.key, last)?;
    Ok((in_hand, decided, last.number))
}
