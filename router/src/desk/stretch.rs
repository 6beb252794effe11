//! A stretch of the line, for whoever goes through all of it.

use std::collections::{BTreeMap, HashSet};

use super::queue::{Waiting, in_line};
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::line::Place;
use crate::store::message::MessageRow;

/// Letters that stand after one another in line.
pub struct Stretch {
    /// The letters.
    pub letters: Vec<Waiting>,
    /// How many wait in all, answers that can still be taken back and what lies aside not counted.
    pub total: u64,
    /// Where the next stretch begins: after this place. `None` at the end of the line.
    pub next: Option<Place>,
}

/// Up to `limit` letters after a place in line, or from its beginning. Letters that are answered already are left out.
pub async fn stretch(room: &PostRoom, after: Option<&Place>, limit: u32) -> Result<Stretch, StoreError> {
    let now = room.clock.now();
    let mut places = room.store.places(after, now, limit.saturating_add(1)).await?;
    let goes_on = places.len() > limit as usize;
    places.truncate(limit as usize);
    let answered: HashSet<String> =
        room.store.pending_answers().await?.into_iter().map(|row| row.message).collect();
    let ids: Vec<String> =
        places.iter().filter(|place| !answered.contains(&place.id)).map(|place| place.id.clone()).collect();
    let mut rows: BTreeMap<String, MessageRow> =
        room.store.messages(&ids).await?.into_iter().map(|row| (row.id.clone(), row)).collect();
    let rows: Vec<MessageRow> = ids.iter().filter_map(|id| rows.remove(id)).collect();
    let out_of_line = room.store.count_out_of_line(now).await?;
    Ok(Stretch {
        letters: in_line(room, &rows).await?,
        total: room.store.count_at_desk().await?.saturating_sub(out_of_line),
        next: if goes_on { places.pop() } else { None },
    })
}
