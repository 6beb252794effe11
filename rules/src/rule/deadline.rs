//! The deadline condition: how soon the sender wants an answer (`replyByDateTime`).

use super::keys::Keys;
use crate::policy::{Findings, Table};
use crate::{Facts, calendar, time};

/// The letter has a deadline, so many days or less after it became available. One that is over counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Within {
    /// Days of the calendar, in Danish time.
    Days(u32),
    /// Danish working days; the day of arrival is not counted.
    WorkingDays(u32),
}

impl Within {
    pub(super) fn test(self, facts: &Facts) -> bool {
        let Some(deadline) = facts.message.header.reply_by else { return false };
        let (arrived, deadline) = (time::danish(facts.available_at).date(), time::danish(deadline).date());
        match self {
            Self::Days(days) => {
                i64::from(arrived.until(deadline).map_or(i32::MAX, |span| span.get_days())) <= i64::from(days)
            }
            Self::WorkingDays(days) => deadline <= calendar::add_working_days(arrived, days),
        }
    }

    pub(super) fn read(table: Table<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let read = |key, findings: &mut Findings<'_>| {
            table.count(key, findings).map(|days| u32::try_from(days).unwrap_or(u32::MAX))
        };
        let days = read("within_days", findings).map(Self::Days);
        let working_days = read("within_working_days", findings).map(Self::WorkingDays);
        table.exactly_one(&["within_days", "within_working_days"], findings);
        table.finish(findings);
        days.or(working_days)
    }
}
