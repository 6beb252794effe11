//! The ledger: what was journaled, when it came and when it was filed.
//!
//! A public title stands beside the post-list flag for the records manager to see; it leaves the house only where the flag
//! is on, and the flag is off until a person decides otherwise (offentlighedsloven § 16, R7).

use std::time::Duration;

use jiff::Timestamp;

use super::Period;
use super::unjournaled::Age;
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::oversight::LedgerRow;
use crate::table::{Cell, Table};

/// Journalpost, as the ledger shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filed {
    /// Our id of the message.
    pub id: String,
    /// The message's own UUID.
    pub uuid: String,
    /// Case number; empty where the case system alone knows it.
    pub case: String,
    /// Running number on the case.
    pub number: Option<u64>,
    /// When it became available.
    pub received: Timestamp,
    /// When it was journaled.
    pub filed: Timestamp,
    /// How long that took.
    pub delay: Age,
    /// Longer than the threshold?
    pub late: bool,
    /// Sensitivity (Danish).
    pub sensitivity: &'static str,
    /// Documents.
    pub documents: u64,
    /// Is it on the public post list?
    pub on_post_list: bool,
    /// Title fit for a public post list; empty where none was made, or none was asked for.
    pub public_title: String,
}

/// What was journaled in a period, the newest first.
pub async fn ledger(
    room: &PostRoom,
    period: Period,
    threshold: Duration,
    limit: u32,
) -> Result<Vec<Filed>, StoreError> {
    let (from, to) = period.bounds();
    let rows = room.store.ledger(from, to, limit).await?;
    Ok(rows.into_iter().map(|row| filed(row, threshold)).collect())
}

/// Looks up the public titles of these entries in the built-in journal.
pub async fn with_public_titles(room: &PostRoom, filed: &mut [Filed]) -> Result<(), StoreError> {
    for one in filed {
        let entry = room.store.entry(&format!("modtag:{}", one.id)).await?;
        one.public_title = entry.and_then(|(_, kept)| kept.public_title).unwrap_or_default();
    }
    Ok(())
}

fn filed(row: LedgerRow, threshold: Duration) -> Filed {
    let (received, filed) = (row.available_at(), row.filed_at());
    let allowed = received.saturating_add(threshold).unwrap_or(Timestamp::MAX);
    Filed {
        delay: Age::between(received, filed),
        late: filed > allowed,
        received,
        filed,
        sensitivity: sensitivity_danish(row.sensitivity.as_deref().unwrap_or_default()),
        documents: row.documents.map_or(0, i64::cast_unsigned),
        on_post_list: row.on_post_list == Some(1),
        public_title: String::new(),
        case: row.case_number.unwrap_or_default(),
        number: row.number.map(i64::cast_unsigned),
        uuid: row.memo_uuid.unwrap_or_default(),
        id: row.id,
    }
}

fn sensitivity_danish(word: &str) -> &'static str {
    match word {
        "open" => "ikke fortrolig",
        "confidential" => "fortrolig",
        "sensitive" => "følsom",
        "protected" => "beskyttet",
        _ => "",
    }
}

/// The middle delay and the one that nine in ten stay within; `None` of nothing.
pub fn delays(filed: &[Filed]) -> Option<(Age, Age)> {
    let mut ages: Vec<Age> = filed.iter().map(|one| one.delay).collect();
    ages.sort_unstable_by_key(|age| age.hours);
    let at = |share: usize| ages.get((ages.len() * share).div_ceil(100).saturating_sub(1)).copied();
    at(50).zip(at(90))
}

/// The ledger for a spreadsheet.
pub fn table(filed: &[Filed]) -> Table {
    Table {
        name: "Journalposter",
        columns: &[
            "Sag",
            "Nr.",
            "Meddelelse",
            "Modtaget",
            "Journaliseret",
            "Timer",
            "Arbejdsdage",
            "Over grænsen",
            "Følsomhed",
            "Dokumenter",
            "Postliste",
            "Offentlig titel",
        ],
        rows: filed.iter().map(cells).collect(),
    }
}

fn cells(one: &Filed) -> Vec<Cell> {
    let number = one.number.map(|number| number.to_string()).unwrap_or_default();
    // A title that is not public yet stays in the house.
    let public_title = if one.on_post_list { one.public_title.as_str() } else { "" };
    let yes = |so: bool| if so { "ja" } else { "nej" };
    vec![
        one.case.as_str().into(),
        number.into(),
        one.uuid.as_str().into(),
        crate::story::danish_time(one.received).into(),
        crate::story::danish_time(one.filed).into(),
        one.delay.hours.into(),
        one.delay.working_days.into(),
        yes(one.late).into(),
        one.sensitivity.into(),
        one.documents.into(),
        yes(one.on_post_list).into(),
        public_title.into(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(hours: i64, on_post_list: bool) -> Filed {
        let received: Timestamp = "2026-11-20T08:00:00Z".parse().unwrap();
        let filed = received + jiff::SignedDuration::from_hours(hours);
        Filed {
            id: "x".into(),
            uuid: "x".into(),
            case: "28.03.00-G01-7-26".into(),
            number: Some(1),
            received,
            filed,
            delay: Age::between(received, filed),
            late: false,
            sensitivity: "fortrolig",
            documents: 2,
            on_post_list,
            public_title: "Borgerhenvendelse: Optagelse i dagtilbud".into(),
        }
    }

    #[test]
    fn a_public_title_is_not_taken_out_while_the_flag_is_off() {
        let title = Cell::from("Borgerhenvendelse: Optagelse i dagtilbud");
        let table = table(&[one(1, false), one(1, true)]);
        assert!(!table.rows[0].contains(&title) && table.rows[0].contains(&"nej".into()));
        assert!(table.rows[1].contains(&title));
        assert!(table.rows.iter().all(|row| row.len() == table.columns.len()));
    }

    #[test]
    fn delays_are_told_by_the_middle_and_by_nine_in_ten() {
        let filed: Vec<Filed> = (1..=10).map(|hours| one(hours, false)).collect();
        let (middle, most) = delays(&filed).expect("some");
        assert_eq!((middle.hours, most.hours), (5, 9));
        assert!(delays(&[]).is_none());
    }
}
