//! The list: what lies there, most urgent first, a page at a time.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use rules::Policy;

use super::{InboxError, Reader};
use crate::desk::sender_danish;
use crate::journey::{Decided, InHand};
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::hand_over::HandOverRow;
use crate::store::inbox::Shelf;
use crate::store::message::MessageRow;
use crate::story::deadline::DeadlineView;

/// Letters on a page.
const ON_A_PAGE: u32 = 50;

/// A letter in the list. Holds its title.
pub struct Lying {
    /// Our id of it.
    pub id: String,
    /// What kind of sender (Danish).
    pub sender: &'static str,
    /// The title, as it was sent.
    pub label: String,
    /// When it became available to the authority.
    pub available_at: Timestamp,
    /// When it must be answered.
    pub deadline: Option<DeadlineView>,
    /// Shown first.
    pub urgent: bool,
    /// The unit that has it, by id.
    pub unit: String,
    /// Its name.
    pub unit_name: String,
    /// The person who has it, by id.
    pub person: Option<String>,
    /// Since when.
    pub handed_at: Timestamp,
    /// Has anybody opened it?
    pub opened: bool,
    /// The case that it was journaled on.
    pub case: Option<String>,
    /// Is it journaled, and if not, why (Danish)?
    pub journal: &'static str,
    /// When somebody was done with it.
    pub done_at: Option<Timestamp>,
    /// Who was, by id.
    pub done_by: Option<String>,
}

/// What a letter in the list shows of itself. Holds its title.
pub struct Title {
    sender: &'static str,
    label: String,
    urgent: bool,
}

/// A page of the list.
pub struct Page {
    /// The letters.
    pub letters: Vec<Lying>,
    /// How many there are in all.
    pub total: u64,
    /// Which page, from 1.
    pub number: u64,
}

impl Page {
    /// How many pages there are, at least one.
    pub fn pages(&self) -> u64 {
        self.total.div_ceil(u64::from(ON_A_PAGE)).max(1)
    }
}

/// A page of what lies with somebody. Beyond the last page it is empty.
pub async fn page(room: &PostRoom, reader: &Reader, shelf: Shelf, number: u64) -> Result<Page, InboxError> {
    let number = number.clamp(1, 1_000_000);
    let skipped = (number - 1) * u64::from(ON_A_PAGE);
    let rows = room.store.lying_with(reader.whose(), shelf, ON_A_PAGE, skipped).await?;
    let total = room.store.count_lying(reader.whose(), shelf).await?;
    Ok(Page { letters: lying(room, &rows).await?, total, number })
}

/// These hand-overs as they stand in the list.
pub(super) async fn lying(room: &PostRoom, rows: &[HandOverRow]) -> Result<Vec<Lying>, StoreError> {
    let ids: Vec<String> = rows.iter().map(|row| row.message.clone()).collect();
    let messages = by_id(room.store.messages(&ids).await?, |row| row.id.clone());
    let titles = titles(room, &messages, &ids).await?;
    let cases: BTreeMap<String, String> = room.store.journaled_on(&ids).await?.into_iter().collect();
    let policy = room.policy();
    let mut letters = Vec::with_capacity(rows.len());
    for row in rows {
        let (Some(message), Some(title)) = (messages.get(&row.message), titles.get(&row.message)) else {
            continue;
        };
        let case = cases.get(&row.message).cloned();
        letters.push(one(room, &policy, row, message, title, case));
    }
    Ok(letters)
}

/// What these letters show of themselves, by id. Only those that are not remembered are opened.
async fn titles(
    room: &PostRoom,
    messages: &BTreeMap<String, MessageRow>,
    ids: &[String],
) -> Result<BTreeMap<String, Arc<Title>>, StoreError> {
    let mut titles = BTreeMap::new();
    for (id, number) in room.store.last_numbers(ids).await? {
        if let Some(title) = room.titles.get(&id, number) {
            titles.insert(id, title);
        }
    }
    let new: Vec<String> = ids.iter().filter(|id| !titles.contains_key(*id)).cloned().collect();
    for decision in room.store.last_decisions(&new).await? {
        let Some(message) = messages.get(&decision.message) else { continue };
        let in_hand = InHand::open(room, message)?;
        let decided = Decided::open(&in_hand.key, &decision)?;
        let label = &in_hand.reading.message.header.label;
        let title = Title {
            sender: sender_danish(decided.facts.sender),
            label: label.split_whitespace().collect::<Vec<_>>().join(" "),
            urgent: decided.decision.annotations.urgent,
        };
        let title = room.titles.keep(&decision.message, decision.number, title);
        titles.insert(decision.message, title);
    }
    Ok(titles)
}

fn by_id<T>(rows: Vec<T>, id: impl Fn(&T) -> String) -> BTreeMap<String, T> {
    rows.into_iter().map(|row| (id(&row), row)).collect()
}

fn one(
    room: &PostRoom,
    policy: &Policy,
    row: &HandOverRow,
    message: &MessageRow,
    title: &Title,
    case: Option<String>,
) -> Lying {
    Lying {
        id: message.id.clone(),
        sender: title.sender,
        label: title.label.clone(),
        available_at: message.available_at(),
        deadline: message.deadline().map(|at| DeadlineView::of(at, room.clock.now())),
        urgent: title.urgent,
        unit: row.unit.clone(),
        unit_name: policy.unit(&row.unit).map_or_else(|| row.unit.clone(), |unit| unit.name.clone()),
        person: row.person.clone(),
        handed_at: row.handed_at(),
        opened: row.opened_at().is_some(),
        journal: if case.is_some() { "Journaliseret" } else { not_journaled(&message.outcome) },
        case,
        done_at: row.done_at(),
        done_by: row.done_by.clone(),
    }
}

/// Why a letter has no journal entry (Danish).
fn not_journaled(outcome: &str) -> &'static str {
    match outcome {
        "journaled" => "Er ved at blive journaliseret",
        "not-journaled" => "Skal ikke journaliseres",
        "effect-failed" => "Journaliseringen lykkedes ikke; postfordelerne er på sagen",
        _ => "Ikke journaliseret; du vælger sagen",
    }
}
