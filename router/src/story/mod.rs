//! The story of one message: what came, what was read, known, decided and done, and who looked.
//!
//! Told without the message's own words: names, numbers of persons, titles and texts stay sealed unless a person
//! opens them with a reason, and that is an event of its own. The keys of the JSON form are stable:
//! `uuid`, `outcome`, `stage`, `remarks`, `facts`, `decision`, `trace`, `effects`, `webhooks` and those documented on [`Story`].

mod danish;
pub mod deadline;
mod glimpse;
mod hand_over;
mod shown;
mod views;

use uuid::Uuid;

pub use danish::danish_time;
pub(crate) use danish::{
    document_danish, journaling_danish, kind_danish, priority_danish, sender_danish, severity_danish,
};
pub use glimpse::{glimpse, key_lines_danish};
pub use hand_over::{HandOverView, ended_danish};
pub use views::{
    CaseView, DecisionView, DocumentView, EffectView, EntryView, EventView, FactsView, PartOfView, PartView,
    RemarkView, Story, SuggestionView, TraceView, WebhookView,
};

use self::deadline::DeadlineView;
use crate::journey::{Decided, InHand};
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::effect::EffectKind;
use crate::store::message::{MessageRow, Stage};
use shown::{decision, event, facts, remark, trace, webhook};

/// Tells the story of a message.
pub async fn tell(room: &PostRoom, row: &MessageRow, reveal: bool) -> Result<Story, StoreError> {
    let in_hand = if row.stage()? == Stage::Quarantined {
        InHand::open(room, row).ok()
    } else {
        Some(InHand::open(room, row)?)
    };
    let decisions = room.store.decisions(&row.id).await?;
    let last = match (&in_hand, decisions.last()) {
        (Some(in_hand), Some(decision)) => Some((decision, Decided::open(&in_hand.key, decision)?)),
        _ => None,
    };
    let effects = room.store.effects(&row.id).await?;
    let journal = effects.iter().find(|effect| effect.kind == EffectKind::Journal.as_str());
    let entry = match journal {
        Some(_) => room.store.entry(&format!("modtag:{}", row.id)).await?.map(|(entry, _)| EntryView {
            id: entry.id,
            case: entry.case.0,
            number: entry.index,
            received: entry.dates.received,
            letter: entry.dates.letter.map(|date| date.to_string()),
            documents: entry.documents,
        }),
        None => None,
    };
    let events = room.store.events_of(&row.id).await?;
    let part = row.part()?.map(|part| PartOfView {
        number: part.number,
        of: part.of.to_string(),
        trimmed: in_hand.as_ref().is_some_and(|in_hand| in_hand.reading.trimmed),
    });
    let letter = part.as_ref().map_or(&row.id, |part| &part.of);
    let parts = room.store.parts_of(letter).await?.into_iter().filter(|part| part.id != row.id);
    let parts = parts.map(|part| PartView { number: part.number, id: part.id, unit: part.unit }).collect();
    Ok(Story {
        uuid: row.memo_uuid.clone(),
        id: row.id.clone(),
        outcome: row.outcome.clone(),
        stage: row.stage.clone(),
        channel: row.channel.clone(),
        available_at: row.available_at(),
        stored_at: row.stored_at(),
        size: row.size(),
        sha256: row.digest_hex(),
        conflicts_with: row.conflicts_with.clone(),
        part,
        parts,
        remarks: in_hand
            .as_ref()
            .map(|in_hand| in_hand.reading.remarks.iter().map(remark).collect())
            .unwrap_or_default(),
        facts: last.as_ref().map(|(_, decided)| facts(&decided.facts)),
        decision: last.as_ref().map(|(row, decided)| DecisionView {
            number: row.number,
            decided_at: row.decided_at(),
            decider: row.decider.clone(),
            edition: row.edition.clone(),
            ..decision(&decided.decision)
        }),
        trace: last.as_ref().map(|(_, decided)| trace(&decided.decision)).unwrap_or_default(),
        webhooks: effects.iter().filter_map(webhook).collect(),
        effects: effects
            .into_iter()
            .map(|effect| EffectView {
                due_at: effect.due_at(),
                done_at: effect.done_at(),
                kind: effect.kind,
                state: effect.state,
                key: effect.key,
                attempts: effect.attempts,
                last_fault: effect.last_fault,
            })
            .collect(),
        deadline: row.deadline().map(|at| DeadlineView::of(at, room.clock.now())),
        hand_overs: room.store.hand_overs(&row.id).await?.into_iter().map(HandOverView::of).collect(),
        entry,
        events: events.iter().map(event).collect(),
        message: in_hand.filter(|_| reveal).map(|in_hand| in_hand.reading.message.clone()),
    })
}

/// What is known of a message, as far as it may be shown.
pub fn facts_of(known: &rules::Facts) -> FactsView {
    facts(known)
}

/// The message of a UUID in text, by our id or its own.
pub async fn find(room: &PostRoom, text: &str) -> Result<Option<MessageRow>, StoreError> {
    match Uuid::parse_str(text.trim()) {
        Ok(id) => room.store.message(&id).await,
        Err(_) => Ok(None),
    }
}
