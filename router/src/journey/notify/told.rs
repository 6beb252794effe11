//! What there is to tell of a decision.

use std::collections::HashMap;

use rules::{Decider, Outcome};

use super::super::Decided;
use super::super::decide::decider_word;
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::decision::DecisionRow;
use crate::store::effect::EffectRow;
use crate::store::message::MessageRow;
use crate::webhook::{Marked, Told};

/// What there is to tell of each claimed call. A row that cannot be read is cried out about at every claim, and keeps no other
/// from being told.
pub(super) async fn ready(
    room: &PostRoom,
    effects: Vec<EffectRow>,
) -> Result<Vec<(EffectRow, Told)>, StoreError> {
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
        Outcome::Ask(_) | Outcome::Close(_) | Outcome::Split(_) => None,
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
