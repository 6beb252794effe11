//! The queue: what waits, most urgent first.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use super::choices::Choice;
use super::standing::{Standing, Under};
use crate::journey::{Decided, InHand, outcome_danish};
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::line::Place;
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

/// The letter that stands after this one in line, or before it when it is the last. Letters that lie before somebody are
/// passed over, and so are those further away than `within`.
pub async fn next_after(room: &PostRoom, this: &Uuid, within: u32) -> Result<Option<Uuid>, StoreError> {
    let now = room.clock.now();
    let this = this.to_string();
    let claims = room.store.claims(now).await?.into_iter().map(|claim| claim.message);
    let answers = room.store.pending_answers().await?.into_iter().map(|answer| answer.message);
    let taken: HashSet<String> = claims.chain(answers).filter(|id| *id != this).collect();
    let room_for_taken = within.saturating_add(u32::try_from(taken.len()).unwrap_or(u32::MAX));
    let places = room.store.places(None, now, room_for_taken).await?;
    let at = places.iter().position(|place| place.id == this);
    let free = |place: &&Place| place.id != this && !taken.contains(&place.id);
    let after = places.iter().skip(at.map_or(0, |at| at + 1)).find(free);
    let next = after.or_else(|| places.iter().find(free));
    Ok(next.and_then(|place| place.id.parse().ok()))
}

/// These messages as they stand in line. Only those that are not remembered are opened.
pub(super) async fn in_line(room: &PostRoom, rows: &[MessageRow]) -> Result<Vec<Waiting>, StoreError> {
    let now = room.clock.now();
    let claims = room.store.claims(now).await?;
    let mut claims: BTreeMap<String, String> =
        claims.into_iter().map(|claim| (claim.message, claim.person)).collect();
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let numbers = room.store.last_numbers(&ids).await?;
    let under = Arc::new(Under::now(room));
    let mut known: HashMap<&str, (i64, Arc<Standing>)> = HashMap::new();
    for (id, number) in &numbers {
        if let Some(standing) = room.line.known(&under, id, *number) {
            known.insert(id, (*number, standing));
        }
    }
    let new: Vec<&MessageRow> = rows.iter().filter(|row| !known.contains_key(row.id.as_str())).collect();
    let ids: Vec<String> = new.iter().map(|row| row.id.clone()).collect();
    let decisions = room.store.last_decisions(&ids).await?;
    for row in new {
        let Some(decision) = decisions.iter().find(|decision| decision.message == row.id) else { continue };
        let decided = Decided::open(&row.key(&room.store)?, decision)?;
        let standing = room.line.standing(room, &under, &row.id, decision.number, &decided);
        known.insert(&row.id, (decision.number, standing));
    }
    let waiting = rows.iter().filter_map(|row| {
        let (number, standing) = known.get(row.id.as_str())?;
        let before = claims.remove(&row.id);
        Some(Waiting { before, ..waiting(room, row, *number, standing) })
    });
    Ok(waiting.collect())
}

/// A letter as it stands in line.
pub(super) fn waiting(room: &PostRoom, row: &MessageRow, decision: i64, standing: &Standing) -> Waiting {
    Waiting {
        id: row.id.clone(),
        available_at: row.available_at(),
        deadline: row.deadline().map(|at| DeadlineView::of(at, room.clock.now())),
        urgent: standing.urgent,
        sender: standing.sender,
        label: standing.label.clone(),
        question: outcome_danish(&row.outcome),
        choices: standing.choices.clone(),
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
