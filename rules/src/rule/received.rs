//! The time condition: when a message became available, on the Danish clock and calendar.

use jiff::civil::{Date, DateTime, Time, Weekday};

use super::keys::{self, Keys};
use crate::calendar;
use crate::policy::{Findings, Table};

/// When. Everything that is given must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Received {
    /// First day.
    pub(crate) from: Option<Date>,
    /// Last day.
    pub(crate) to: Option<Date>,
    /// From this hour.
    pub(crate) after: Option<Time>,
    /// Until this hour. When it is earlier than `after`, the two speak of the night between them.
    pub(crate) before: Option<Time>,
    /// Any of these; empty is any day.
    pub(crate) weekdays: Vec<Weekday>,
    /// A working day, or none.
    pub(crate) working_day: Option<bool>,
}

impl Received {
    pub(super) fn test(&self, at: DateTime) -> bool {
        let (date, hour) = (at.date(), at.time());
        self.from.is_none_or(|from| date >= from)
            && self.to.is_none_or(|to| date <= to)
            && self.hours(hour)
            && (self.weekdays.is_empty() || self.weekdays.contains(&date.weekday()))
            && self.working_day.is_none_or(|wanted| calendar::is_working_day(date) == wanted)
    }

    fn hours(&self, hour: Time) -> bool {
        let (after, before) = (
            || self.after.is_none_or(|after| hour >= after),
            || self.before.is_none_or(|before| hour < before),
        );
        match (self.after, self.before) {
            (Some(late), Some(early)) if early <= late => after() || before(),
            _ => after() && before(),
        }
    }

    pub(super) fn read(table: Table<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let weekdays = [
            ("monday", Weekday::Monday),
            ("tuesday", Weekday::Tuesday),
            ("wednesday", Weekday::Wednesday),
            ("thursday", Weekday::Thursday),
            ("friday", Weekday::Friday),
            ("saturday", Weekday::Saturday),
            ("sunday", Weekday::Sunday),
        ];
        let received = Self {
            from: table.date("from", findings),
            to: table.date("to", findings),
            after: table.hour("after", findings),
            before: table.hour("before", findings),
            weekdays: keys::choices(&table, "weekday", &weekdays, findings),
            working_day: table.has("working_day").then(|| table.flag("working_day", findings)),
        };
        table.some_key(&["from", "to", "after", "before", "weekday", "working_day"], findings);
        table.finish(findings);
        Some(received)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime {
        text.parse().unwrap()
    }

    #[test]
    fn hours_may_span_the_night_and_days_are_counted_as_danish_ones() {
        let night = Received {
            after: Some(Time::constant(16, 0, 0, 0)),
            before: Some(Time::constant(8, 0, 0, 0)),
            ..Received::default()
        };
        assert!(night.test(at("2026-03-03T23:00:00")) && night.test(at("2026-03-03T07:59:59")));
        assert!(!night.test(at("2026-03-03T08:00:00")) && !night.test(at("2026-03-03T15:59:59")));
        let free = Received { working_day: Some(false), ..Received::default() };
        // Langfredag, a Saturday, and the Tuesday after Easter.
        assert!(free.test(at("2026-04-03T12:00:00")) && free.test(at("2026-04-11T12:00:00")));
        assert!(!free.test(at("2026-04-07T12:00:00")));
        let spring = Received {
            from: Some(Date::constant(2026, 3, 1)),
            to: Some(Date::constant(2026, 5, 31)),
            ..Received::default()
        };
        assert!(spring.test(at("2026-03-01T00:00:00")) && spring.test(at("2026-05-31T23:59:59")));
        assert!(!spring.test(at("2026-06-01T00:00:00")));
    }
}
