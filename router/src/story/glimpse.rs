//! Key lines: what may be seen of an unmarked letter without opening it.

use std::fmt::Write;

use rules::Glimpse;

use crate::journey::{Decided, InHand};
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::message::MessageRow;

/// What was kept for whoever must choose; `None` when the letter's text was not read. The caller logs who looked and why.
pub async fn glimpse(room: &PostRoom, row: &MessageRow) -> Result<Option<Glimpse>, StoreError> {
    let in_hand = InHand::open(room, row)?;
    let decisions = room.store.decisions(&row.id).await?;
    let Some(first) = decisions.last() else { return Ok(None) };
    Ok(Decided::open(&in_hand.key, first)?.facts.glimpse)
}

/// The key lines as a person reads them.
pub fn key_lines_danish(glimpse: Option<&Glimpse>) -> String {
    let Some(glimpse) = glimpse else { return "\nBrevets tekst er ikke læst.\n".to_owned() };
    let mut out = String::new();
    let sections =
        [("Nøglelinjer", &glimpse.lines), ("Vis omhu", &glimpse.care), ("Kunne ikke læses", &glimpse.unread)];
    for (heading, lines) in sections.into_iter().filter(|(_, lines)| !lines.is_empty()) {
        let _ = writeln!(out, "\n{heading}\n  {}", lines.join("\n  "));
    }
    if out.is_empty() { "\nDer er ingen nøglelinjer i brevet.\n".to_owned() } else { out }
}
