//! Danish time: what date and hour it is in Denmark at a point in time.
//!
//! **Deliberately absent:** the clock, and the machine's own list of time zones: the zone is built into the program.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{TimeZone, TimeZoneDatabase};

static DENMARK: LazyLock<TimeZone> =
    LazyLock::new(|| TimeZoneDatabase::bundled().get("Europe/Copenhagen").unwrap_or(TimeZone::UTC));

/// The Danish time zone.
pub fn denmark() -> TimeZone {
    DENMARK.clone()
}

/// Date and hour in Denmark.
pub fn danish(at: Timestamp) -> DateTime {
    DENMARK.to_datetime(at)
}

/// Noon of a Danish day.
pub fn noon(date: Date) -> Option<Timestamp> {
    DENMARK.to_timestamp(date.at(12, 0, 0, 0)).ok()
}

/// The last second of a Danish day; `None` beyond the end of the calendar.
pub fn end_of_day(date: Date) -> Option<Timestamp> {
    DENMARK.to_timestamp(date.at(23, 59, 59, 0)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_is_read_in_denmark_summer_and_winter() {
        for (utc, expected) in [
            ("2026-07-01T22:30:00Z", "2026-07-02T00:30:00"),
            ("2026-12-31T22:30:00Z", "2026-12-31T23:30:00"),
            ("2026-03-29T01:00:00Z", "2026-03-29T03:00:00"),
        ] {
            assert_eq!(danish(utc.parse().unwrap()).to_string(), expected);
        }
        let end = end_of_day("2026-07-01".parse().unwrap()).unwrap();
        assert_eq!(end.to_string(), "2026-07-01T21:59:59Z");
    }
}
