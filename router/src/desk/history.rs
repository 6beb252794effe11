//! History: where a letter has been that stands in line again, and why it came back.

use crate::audit::EventKind;
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::hand_over::HandOverRow;
use crate::story::{danish_time, ended_danish};

/// A line for each time that somebody had it (Danish); units only, and reasons from a list.
pub(super) async fn history(room: &PostRoom, message: &str) -> Result<Vec<String>, StoreError> {
    let rows = room.store.hand_overs(message).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let events = room.store.events_of(message).await?;
    let reason = |row: &HandOverRow| {
        let at = row.handed_at().to_string();
        let back = |kind| matches!(kind, EventKind::SentBack | EventKind::PulledBack);
        let of_row =
            events.iter().find(|event| back(event.kind) && event.details().get("handed_at") == Some(&at));
        of_row.and_then(|event| event.reason()).map(|reason| format!(": {reason}")).unwrap_or_default()
    };
    let policy = room.policy();
    let line = |row: &HandOverRow| {
        let ended_at = row.ended_at()?;
        let unit = policy.unit(&row.unit).map_or(row.unit.as_str(), |unit| unit.name.as_str());
        let how = ended_danish(row.ended_why.as_deref().unwrap_or_default());
        let (from, until) = (danish_time(row.handed_at()), danish_time(ended_at));
        Some(format!("Lå hos {unit} fra {from} til {until}; {how}{}", reason(row)))
    };
    Ok(rows.iter().filter_map(line).collect())
}
