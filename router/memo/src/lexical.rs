//! Lexical forms: how XML Schema writes times, dates, truth values and UUIDs, and no other way.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use uuid::Uuid;

/// A time as it was understood.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Time {
    /// In UTC, as MeMo asks.
    Utc(Timestamp),
    /// With an offset, or with nothing and read as UTC.
    Converted(Timestamp),
    /// Beyond the last time that can be held (the end of the year 9999), read as that.
    FarFuture,
}

/// The last time that can be held.
pub(crate) const LAST: Timestamp = Timestamp::MAX;

/// `xs:dateTime`, `2018-09-30T12:00:00.5Z`. Fractions beyond the nanosecond are cut off.
pub(crate) fn time(text: &str) -> Option<Time> {
    let text = trim(text);
    let (day, rest) = text.split_at_checked(10)?;
    let day = day_alone(day)?;
    let rest = rest.strip_prefix('T')?;
    let (clock, rest) = rest.split_at_checked(8)?;
    let &[h1, h2, b':', m1, m2, b':', s1, s2] = clock.as_bytes() else { return None };
    let (hour, minute, second) = (two(h1, h2)?, two(m1, m2)?, two(s1, s2)?);
    let (nanosecond, rest) = fraction(rest)?;
    let midnight_after = hour == 24 && minute == 0 && second == 0 && nanosecond == 0;
    let hour = if midnight_after { 0 } else { hour };
    let offset = zone(rest)?;
    let local = DateTime::new(day.year(), day.month(), day.day(), hour, minute, second, nanosecond).ok()?;
    let moment = offset.unwrap_or(Offset::UTC).to_timestamp(local);
    let moment = moment.and_then(|at| {
        if midnight_after { at.checked_add(jiff::SignedDuration::from_hours(24)) } else { Ok(at) }
    });
    match moment {
        // Before the year 1 there is nothing that the schema could write.
        Ok(at) if Offset::UTC.to_datetime(at).year() < 1 => None,
        Ok(at) if rest == "Z" => Some(Time::Utc(at)),
        Ok(at) => Some(Time::Converted(at)),
        Err(_) if day.year() == 9999 => Some(Time::FarFuture),
        Err(_) => None,
    }
}

/// `xs:date`, `2018-09-15`; a time zone is allowed there and says nothing about a day.
pub(crate) fn day(text: &str) -> Option<Date> {
    let text = trim(text);
    let (day, rest) = text.split_at_checked(10)?;
    zone(rest)?;
    day_alone(day)
}

fn day_alone(text: &str) -> Option<Date> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else { return None };
    let year = i16::from(two(y1, y2)?) * 100 + i16::from(two(y3, y4)?);
    if year == 0 {
        return None;
    }
    Date::new(year, two(m1, m2)?, two(d1, d2)?).ok()
}

/// The nanoseconds after a dot, if there is one, and what follows.
fn fraction(text: &str) -> Option<(i32, &str)> {
    let Some(digits_on) = text.strip_prefix('.') else { return Some((0, text)) };
    let count = digits_on.bytes().take_while(u8::is_ascii_digit).count();
    if count == 0 {
        return None;
    }
    let (digits, rest) = digits_on.split_at_checked(count)?;
    let nanosecond =
        digits.bytes().chain(std::iter::repeat(b'0')).take(9).fold(0, |n, d| n * 10 + i32::from(d - b'0'));
    Some((nanosecond, rest))
}

/// Nothing, `Z` or an offset of at most 14 hours.
fn zone(text: &str) -> Option<Option<Offset>> {
    match text.as_bytes() {
        b"" => Some(None),
        b"Z" => Some(Some(Offset::UTC)),
        &[sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (i32::from(two(h1, h2)?), i32::from(two(m1, m2)?));
            let seconds = (hours * 60 + minutes) * 60;
            if minutes > 59 || seconds > 14 * 3600 {
                return None;
            }
            Offset::from_seconds(if sign == b'-' { -seconds } else { seconds }).ok().map(Some)
        }
        _ => None,
    }
}

fn two(tens: u8, ones: u8) -> Option<i8> {
    if !tens.is_ascii_digit() || !ones.is_ascii_digit() {
        return None;
    }
    i8::try_from((tens - b'0') * 10 + (ones - b'0')).ok()
}

/// `xs:boolean`.
pub(crate) fn truth(text: &str) -> Option<bool> {
    match trim(text) {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// A UUID in either case, and whether it is written as the schema wants it: with hyphens, version 4.
pub(crate) fn uuid(text: &str) -> Option<(Uuid, bool)> {
    let text = trim(text);
    let uuid = Uuid::try_parse_ascii(text.as_bytes()).ok()?;
    let bytes = uuid.as_bytes();
    let by_pattern = text.len() == 36 && bytes[6] >> 4 == 4 && bytes[8] >> 6 == 0b10;
    Some((uuid, by_pattern))
}

/// A version number in its shortest form with one decimal: `1.1` for ` 1.10`, `1.0` for `1`.
pub(crate) fn version(text: &str) -> Option<String> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() && part.is_empty() || !digits(whole) || !digits(part) {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let part = part.trim_end_matches('0');
    let (whole, part) =
        (if whole.is_empty() { "0" } else { whole }, if part.is_empty() { "0" } else { part });
    Some(format!("{whole}.{part}"))
}

/// Without the blanks of XML around it.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\n', '\r'])
}

/// May XML 1.0 hold this character?
pub(crate) fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> Option<Time> {
        Some(Time::Utc(text.parse().unwrap()))
    }

    fn converted(text: &str) -> Option<Time> {
        Some(Time::Converted(text.parse().unwrap()))
    }

    #[test]
    fn times_are_read_as_the_schema_writes_them_and_no_other_way() {
        assert_eq!(time("2018-09-30T12:00:00Z"), utc("2018-09-30T12:00:00Z"));
        assert_eq!(time(" 2018-09-30T12:00:00.25Z\n"), utc("2018-09-30T12:00:00.25Z"));
        assert_eq!(time("2018-09-30T12:00:00.1234567891Z"), utc("2018-09-30T12:00:00.123456789Z"));
        assert_eq!(time("2018-12-31T24:00:00Z"), utc("2019-01-01T00:00:00Z"));
        assert_eq!(time("2018-09-30T12:00:00+02:00"), converted("2018-09-30T10:00:00Z"));
        assert_eq!(time("2018-09-30T12:00:00"), converted("2018-09-30T12:00:00Z"));
        assert_eq!(time("9999-12-31T23:59:59Z"), Some(Time::FarFuture));
        for wrong in [
            "",
            "i morgen",
            "2018-09-30",
            "2018-09-30 12:00:00Z",
            "2018-09-30t12:00:00z",
            "2018-13-01T00:00:00Z",
            "0000-01-01T00:00:00Z",
            "2018-09-30T24:00:01Z",
            "2018-09-30T12:00:60Z",
            "2018-09-30T12:00:00.Z",
            "2018-09-30T12:00:00+15:00",
            "2018-09-30T12:00Z",
            "0001-01-01T00:00:00+14:00",
            "2018-09-30T12:00:00Zæ",
            "2018-09-3æT12:00:00Z",
        ] {
            assert_eq!(time(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn days_may_carry_a_zone() {
        let expected = Some(Date::constant(2018, 9, 15));
        assert_eq!(day("2018-09-15"), expected);
        assert_eq!(day("2018-09-15Z"), expected);
        assert_eq!(day(" 2018-09-15+02:00 "), expected);
        assert_eq!(day("15-09-2018"), None);
        assert_eq!(day("2018-02-30"), None);
    }

    #[test]
    fn versions_are_normalised() {
        assert_eq!(version("1.10").as_deref(), Some("1.1"));
        assert_eq!(version("1").as_deref(), Some("1.0"));
        assert_eq!(version("01.2").as_deref(), Some("1.2"));
        assert_eq!(version(".5").as_deref(), Some("0.5"));
        assert_eq!(version("1.1.0"), None);
        assert_eq!(version(""), None);
    }

    #[test]
    fn uuids_are_read_in_either_case_and_held_to_version_4() {
        let (lower, by_pattern) = uuid("8c2ea15d-61fb-4ba9-9366-42f8b194c114").unwrap();
        assert!(by_pattern);
        assert_eq!(uuid(" 8C2EA15D-61FB-4BA9-9366-42F8B194C114 "), Some((lower, true)));
        assert_eq!(uuid("8c2ea15d61fb4ba9936642f8b194c114"), Some((lower, false)));
        assert!(!uuid("8c2ea15d-61fb-1ba9-9366-42f8b194c114").unwrap().1);
        assert_eq!(uuid("MSG-12345"), None);
    }
}
