//! Unjournaled: what no journal has yet, and for how long (offentlighedsloven § 15(2), R4).

use std::time::Duration;

use jiff::Timestamp;
use rules::calendar::working_days_between;

use crate::clock::danish_day;
use crate::journey::outcome_danish;
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::table::{Cell, Table};

/// How long something has taken: in hours and in Danish working days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Age {
    /// Whole hours.
    pub hours: u64,
    /// Working days since the day it came, which is not counted.
    pub working_days: u64,
}

impl Age {
    /// From one time to a later one.
    pub fn between(from: Timestamp, to: Timestamp) -> Self {
        let working_days = working_days_between(danish_day(from), danish_day(to));
        Self {
            hours: u64::try_from(to.duration_since(from).as_hours()).unwrap_or(0),
            working_days: u64::try_from(working_days).unwrap_or(0),
        }
    }

    /// `under en time`, `5 timer`, `50 timer (2 arbejdsdage)`.
    pub fn danish(self) -> String {
        let hours = match self.hours {
            0 => "under en time".to_owned(),
            1 => "1 time".to_owned(),
            hours => format!("{hours} timer"),
        };
        match self.working_days {
            0 => hours,
            1 => format!("{hours} (1 arbejdsdag)"),
            days => format!("{hours} ({days} arbejdsdage)"),
        }
    }
}

/// What is not journaled, in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// How many.
    pub all: u64,
    /// How many of them have been here for longer than the threshold.
    pub late: u64,
    /// When the first of them became available.
    pub oldest: Option<Timestamp>,
}

/// A message that is not journaled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unjournaled {
    /// Our id.
    pub id: String,
    /// The message's own UUID; empty when it could not be read.
    pub uuid: String,
    /// When it became available.
    pub available_at: Timestamp,
    /// For how long it has been here.
    pub age: Age,
    /// Longer than the threshold?
    pub late: bool,
    /// Where it stands (Danish).
    pub stage: &'static str,
    /// Why it stands there (Danish).
    pub why: &'static str,
    /// The unit that it lies with, by name; empty for none.
    pub unit: String,
}

/// How much is not journaled, held against the threshold.
pub async fn backlog(room: &PostRoom, threshold: Duration) -> Result<Backlog, StoreError> {
    let (all, late, oldest) = room.store.count_unjournaled(late_before(room, threshold)).await?;
    Ok(Backlog { all, late, oldest })
}

/// What is not journaled, those that have been here longest first.
pub async fn unjournaled(
    room: &PostRoom,
    threshold: Duration,
    limit: u32,
) -> Result<Vec<Unjournaled>, StoreError> {
    let now = room.clock.now();
    let late = late_before(room, threshold);
    let policy = room.policy();
    let rows = room.store.unjournaled(limit).await?;
    let told = rows.into_iter().map(|row| {
        let unit = row.unit.as_deref().unwrap_or_default();
        Ok(Unjournaled {
            available_at: row.available_at(),
            age: Age::between(row.available_at(), now),
            late: row.available_at() < late,
            stage: row.stage()?.danish(),
            why: outcome_danish(&row.outcome),
            unit: policy.unit(unit).map_or_else(|| unit.to_owned(), |unit| unit.name.clone()),
            uuid: row.memo_uuid.unwrap_or_default(),
            id: row.id,
        })
    });
    told.collect()
}

fn late_before(room: &PostRoom, threshold: Duration) -> Timestamp {
    let now = room.clock.now();
    now.saturating_sub(threshold).unwrap_or(now)
}

/// The list for a spreadsheet.
pub fn table(rows: &[Unjournaled]) -> Table {
    Table {
        name: "Ujournaliseret",
        columns: &[
            "Meddelelse",
            "Vores id",
            "Modtaget",
            "Timer",
            "Arbejdsdage",
            "Over grænsen",
            "Status",
            "Årsag",
            "Enhed",
        ],
        rows: rows
            .iter()
            .map(|row| {
                vec![
                    row.uuid.as_str().into(),
                    row.id.as_str().into(),
                    crate::story::danish_time(row.available_at).into(),
                    row.age.hours.into(),
                    row.age.working_days.into(),
                    Cell::from(if row.late { "ja" } else { "nej" }),
                    row.stage.into(),
                    row.why.into(),
                    row.unit.as_str().into(),
                ]
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_told_in_hours_and_working_days() {
        for (from, to, expected) in [
            ("2026-11-20T08:00:00Z", "2026-11-20T08:59:00Z", "under en time"),
            ("2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z", "1 time"),
            // From Friday to Monday.
            ("2026-11-20T08:00:00Z", "2026-11-23T08:00:00Z", "72 timer (1 arbejdsdag)"),
            ("2026-11-20T08:00:00Z", "2026-11-25T08:00:00Z", "120 timer (3 arbejdsdage)"),
            ("2026-11-20T08:00:00Z", "2026-11-20T07:00:00Z", "under en time"),
        ] {
            assert_eq!(Age::between(from.parse().unwrap(), to.parse().unwrap()).danish(), expected);
        }
    }
}
