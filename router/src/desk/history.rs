//! History: where a letter has been that stands in line again, and why it came back.

use crate::audit::EventKind;
use crate::journey::SPLIT;
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::hand_over::HandOverRow;
use crate::store::message::MessageRow;
use crate::story::{danish_time, ended_danish};

/// Which part of a letter it is, and who has the others (Danish): units, and nothing of what they do with them. `None` for a
/// letter that is whole.
pub(crate) async fn part_danish(room: &PostRoom, row: &MessageRow) -> Result<Option<String>, StoreError> {
    let Some(part) = row.part()? else { return Ok(None) };
    let policy = room.policy();
    let others = room.store.parts_of(&part.of.to_string()).await?.into_iter();
    let others = others.filter(|other| other.id != row.id && other.outcome != SPLIT).map(|other| {
        let unit = other.unit.map(|unit| policy.unit(&unit).map_or(unit, |unit| unit.name.clone()));
        let place = unit.map_or_else(|| "ikke hos nogen lige nu".to_owned(), |unit| format!("hos {unit}"));
        format!("del {} er {place}", other.number)
    });
    let others = others.collect::<Vec<_>>().join(", ");
    Ok(Some(format!("Del {} af et brev om flere sager; {others}.", part.number)))
}

/// A line for each time that somebody had it (Danish), after which part of a letter it is; units only, and reasons from a list.
pub(super) async fn history(room: &PostRoom, message: &MessageRow) -> Result<Vec<String>, StoreError> {
    let part = part_danish(room, message).await?;
    let rows = room.store.hand_overs(&message.id).await?;
    if rows.is_empty() {
        return Ok(part.into_iter().collect());
    }
    let message = &message.id;
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
    Ok(part.into_iter().chain(rows.iter().filter_map(line)).collect())
}
