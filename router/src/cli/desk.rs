//! What a post distributor would see of a letter that waits for one: suggestions, reasons and masked key lines.

use uuid::Uuid;

use super::{Failure, operator};
use crate::audit::EventKind;
use crate::room::PostRoom;
use crate::story::{self, Story};

/// How many suggestions are shown.
const SUGGESTIONS: usize = 2;

/// The lines to show; that somebody saw them is told to the audit log.
pub(super) async fn shown(room: &PostRoom, story: &Story) -> Result<Vec<String>, Failure> {
    let id: Uuid = story.id.parse().map_err(|_| Failure::Said("Meddelelsens id kan ikke læses.".into()))?;
    let Some(row) = room.store.message(&id).await? else { return Ok(Vec::new()) };
    let Some(glimpse) = story::glimpse(room, &row).await? else { return Ok(Vec::new()) };
    let mut tx = room.store.begin().await?;
    let event = room.event_by(EventKind::Viewed, operator()).about(id).with("level", "key-lines");
    tx.tell(event.because("vist i demoen"));
    tx.commit(room.clock.now()).await?;
    let suggestions = story.decision.iter().flat_map(|decision| &decision.suggestions);
    let suggested = suggestions.filter_map(|suggestion| {
        let what = suggestion.subject.as_ref()?;
        Some(format!("Forslag: KLE {what}, {}", suggestion.why))
    });
    let mut lines: Vec<String> = suggested.take(SUGGESTIONS).collect();
    lines.extend(glimpse.lines.iter().map(|line| format!("»{line}«")));
    lines.extend(glimpse.care.iter().chain(&glimpse.unread).cloned());
    Ok(lines)
}
