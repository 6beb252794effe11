//! Deadlines as people in Denmark read them: local time, and how many working days are left.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use rules::calendar::working_days_between;
use serde::Serialize;
use utoipa::ToSchema;

use crate::clock::danish_day;

/// Frist: when a letter must be answered, whoever set it.
#[doc(alias = "frist")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DeadlineView {
    /// The time.
    pub at: Timestamp,
    /// The same on a Danish clock, such as `2026-12-03T23:59:00`.
    #[schema(value_type = String)]
    pub local: DateTime,
    /// Danish working days until it, today not counted; negative when that many have passed since.
    pub working_days_left: i64,
    /// Has it passed?
    pub overdue: bool,
    /// The Danish sentence: "3. december kl. 23.59, om 8 arbejdsdage".
    pub text: String,
}

const MONTHS: [&str; 12] = [
    "januar",
    "februar",
    "marts",
    "april",
    "maj",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "december",
];

impl DeadlineView {
    /// A deadline as it is read now.
    pub fn of(at: Timestamp, now: Timestamp) -> Self {
        let local = rules::time::danish(at);
        let day = danish_day(now);
        let working_days_left = working_days_between(day, local.date());
        let overdue = at < now;
        let text = format!("{}, {}", moment(local, day), left(local.date(), day, working_days_left, overdue));
        Self { at, local, working_days_left, overdue, text }
    }
}

/// Day and time; the year when it is another than this.
fn moment(local: DateTime, day: Date) -> String {
    let month = MONTHS[usize::from(local.month().unsigned_abs()) - 1];
    let year = if local.year() == day.year() { String::new() } else { format!(" {}", local.year()) };
    format!("{}. {month}{year} kl. {:02}.{:02}", local.day(), local.hour(), local.minute())
}

fn left(deadline: Date, day: Date, working_days: i64, overdue: bool) -> String {
    let days = working_days.unsigned_abs();
    let counted = if days == 1 { "1 arbejdsdag".to_owned() } else { format!("{days} arbejdsdage") };
    match (overdue, days) {
        (true, 0) if deadline == day => "overskredet i dag".to_owned(),
        (true, 0) => "overskredet siden sidste arbejdsdag".to_owned(),
        (true, _) => format!("overskredet med {counted}"),
        (false, 0) if deadline == day => "i dag".to_owned(),
        (false, 0) => "før næste arbejdsdag".to_owned(),
        (false, _) => format!("om {counted}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_is_told_in_danish_time_and_working_days() {
        for (now, at, expected) in [
            ("2026-11-20T08:00:00Z", "2026-12-03T22:59:00Z", "3. december kl. 23.59, om 9 arbejdsdage"),
            ("2026-11-20T08:00:00Z", "2026-11-23T11:00:00Z", "23. november kl. 12.00, om 1 arbejdsdag"),
            ("2026-11-20T08:00:00Z", "2026-11-20T11:00:00Z", "20. november kl. 12.00, i dag"),
            ("2026-11-20T12:00:00Z", "2026-11-20T11:00:00Z", "20. november kl. 12.00, overskredet i dag"),
            ("2026-11-20T08:00:00Z", "2026-11-22T11:00:00Z", "22. november kl. 12.00, før næste arbejdsdag"),
            (
                "2026-11-22T08:00:00Z",
                "2026-11-20T22:59:59Z",
                "20. november kl. 23.59, overskredet siden sidste arbejdsdag",
            ),
            (
                "2026-11-24T08:00:00Z",
                "2026-11-20T11:00:00Z",
                "20. november kl. 12.00, overskredet med 2 arbejdsdage",
            ),
            // Half past eleven in Denmark on the day after, by the universal clock still the day before.
            ("2026-06-30T22:30:00Z", "2026-07-02T21:59:59Z", "2. juli kl. 23.59, om 1 arbejdsdag"),
            // Christmas: 24, 25, 26 and 31 December and 1 January are none.
            ("2026-12-23T08:00:00Z", "2027-01-04T22:59:59Z", "4. januar 2027 kl. 23.59, om 4 arbejdsdage"),
        ] {
            let told = DeadlineView::of(at.parse().unwrap(), now.parse().unwrap());
            assert_eq!(told.text, expected, "{at} seen {now}");
        }
    }
}
