//! The Danish calendar: public holidays and working days.
//!
//! A *working day* (arbejdsdag) is what deadlines are counted in (offentlighedsloven § 36(2), `spec/journaling-law.md`
//! §10). What law and spec leave open is chosen here: Saturdays and Sundays, the public holidays of the national church,
//! and the three [closing days](closing_day) on which Danish authorities as a rule keep closed are not working days.
//! The Friday after Ascension Day is one: only banks are closed then.
//!
//! **Deliberately absent:** the clock and the time zone. Whoever has a timestamp asks for its date in Denmark first.

use jiff::Span;
use jiff::civil::{Date, Weekday};

/// The last year in which Store bededag was a holiday; it was abolished by law from 1 January 2024.
const LAST_GREAT_PRAYER_DAY: i16 = 2023;

/// Helligdag: the Danish name of the public holiday on this date, by the rules in force since 1770 and 2024.
#[doc(alias = "helligdag")]
pub fn holiday(date: Date) -> Option<&'static str> {
    match (date.month(), date.day()) {
        (1, 1) => Some("nytårsdag"),
        (12, 25) => Some("juledag"),
        (12, 26) => Some("2. juledag"),
        // Easter Sunday falls from 22 March to 25 April, so what moves with it falls from March to June.
        (3..=6, _) => moving_holiday(date),
        _ => None,
    }
}

/// Lukkedag: a date that is no public holiday, but counts as no working day either.
///
/// A choice: deadlines of the courts do not run out on these days (retsplejeloven § 148 a), and shops and most public
/// offices are closed; where a collective agreement says otherwise, they are ordinary days.
#[doc(alias = "lukkedag")]
pub fn closing_day(date: Date) -> Option<&'static str> {
    match (date.month(), date.day()) {
        (6, 5) => Some("grundlovsdag"),
        (12, 24) => Some("juleaftensdag"),
        (12, 31) => Some("nytårsaftensdag"),
        _ => None,
    }
}

/// Arbejdsdag: Monday to Friday, neither a public holiday nor a closing day.
#[doc(alias = "arbejdsdag")]
pub fn is_working_day(date: Date) -> bool {
    !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
        && closing_day(date).is_none()
        && holiday(date).is_none()
}

/// The `n`th working day after `date`; the day itself is not counted, as with any deadline.
///
/// With 0 it is the day itself, or the next working day when it is none. Stops at the calendar's last day.
pub fn add_working_days(date: Date, n: u32) -> Date {
    let mut date = date;
    let mut left = n;
    while left > 0 || !is_working_day(date) {
        let Ok(tomorrow) = date.tomorrow() else { return date };
        date = tomorrow;
        left = left.saturating_sub(u32::from(is_working_day(date)));
    }
    date
}

/// The last working day before `date`. Stops at the calendar's first day.
pub fn working_day_before(date: Date) -> Date {
    let mut date = date;
    while let Ok(yesterday) = date.yesterday() {
        date = yesterday;
        if is_working_day(date) {
            break;
        }
    }
    date
}

/// How many working days from `from` to `to`: `from` is not counted, `to` is. Negative when `to` comes first.
pub fn working_days_between(from: Date, to: Date) -> i64 {
    if to < from {
        return -working_days_between(to, from);
    }
    let mut count = 0;
    let mut date = from;
    while date < to {
        let Ok(tomorrow) = date.tomorrow() else { break };
        date = tomorrow;
        count += i64::from(is_working_day(date));
    }
    count
}

/// Holidays that move with Easter.
fn moving_holiday(date: Date) -> Option<&'static str> {
    let days = date.since(easter_sunday(date.year())?).ok()?.get_days();
    match days {
        -3 => Some("skærtorsdag"),
        -2 => Some("langfredag"),
        0 => Some("påskedag"),
        1 => Some("2. påskedag"),
        26 if date.year() <= LAST_GREAT_PRAYER_DAY => Some("store bededag"),
        39 => Some("Kristi himmelfartsdag"),
        49 => Some("pinsedag"),
        50 => Some("2. pinsedag"),
        _ => None,
    }
}

/// Easter Sunday of the Gregorian calendar, by the method printed in Nature in 1876 (Meeus, Jones, Butcher).
fn easter_sunday(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let (golden, century, rest) = (y.rem_euclid(19), y.div_euclid(100), y.rem_euclid(100));
    let moon_correction = (century - (century + 8).div_euclid(25) + 1).div_euclid(3);
    let epact = (19 * golden + century - century.div_euclid(4) - moon_correction + 15).rem_euclid(30);
    let to_sunday =
        (32 + 2 * century.rem_euclid(4) + 2 * (rest / 4) - epact - rest.rem_euclid(4)).rem_euclid(7);
    let late = (golden + 11 * epact + 22 * to_sunday).div_euclid(451);
    let days = epact + to_sunday - 7 * late;
    // Counted from 22 March, the earliest Easter there is.
    Date::new(year, 3, 22).ok()?.checked_add(Span::new().try_days(days).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    /// Easter Sundays as printed in the almanac.
    const EASTERS: [(i16, i8, i8); 12] = [
        (1943, 4, 25),
        (1954, 4, 18),
        (2008, 3, 23),
        (2023, 4, 9),
        (2024, 3, 31),
        (2025, 4, 20),
        (2026, 4, 5),
        (2027, 3, 28),
        (2028, 4, 16),
        (2029, 4, 1),
        (2030, 4, 21),
        (2038, 4, 25),
    ];

    #[test]
    fn easter_falls_where_the_almanac_says() {
        for (year, month, day) in EASTERS {
            assert_eq!(easter_sunday(year), Some(date(year, month, day)));
        }
    }

    #[test]
    fn the_holidays_of_known_years_are_these() {
        let holidays = |year| {
            date(year, 1, 1)
                .series(1.day())
                .take_while(|day| day.year() == year)
                .filter_map(|day| holiday(day).map(|name| (day.month(), day.day(), name)))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            holidays(2023),
            [
                (1, 1, "nytårsdag"),
                (4, 6, "skærtorsdag"),
                (4, 7, "langfredag"),
                (4, 9, "påskedag"),
                (4, 10, "2. påskedag"),
                (5, 5, "store bededag"),
                (5, 18, "Kristi himmelfartsdag"),
                (5, 28, "pinsedag"),
                (5, 29, "2. pinsedag"),
                (12, 25, "juledag"),
                (12, 26, "2. juledag"),
            ]
        );
        let moving: [(i16, [(i8, i8); 7]); 7] = [
            (2024, [(3, 28), (3, 29), (3, 31), (4, 1), (5, 9), (5, 19), (5, 20)]),
            (2025, [(4, 17), (4, 18), (4, 20), (4, 21), (5, 29), (6, 8), (6, 9)]),
            (2026, [(4, 2), (4, 3), (4, 5), (4, 6), (5, 14), (5, 24), (5, 25)]),
            (2027, [(3, 25), (3, 26), (3, 28), (3, 29), (5, 6), (5, 16), (5, 17)]),
            (2028, [(4, 13), (4, 14), (4, 16), (4, 17), (5, 25), (6, 4), (6, 5)]),
            (2029, [(3, 29), (3, 30), (4, 1), (4, 2), (5, 10), (5, 20), (5, 21)]),
            (2030, [(4, 18), (4, 19), (4, 21), (4, 22), (5, 30), (6, 9), (6, 10)]),
        ];
        for (year, moving) in moving {
            let expected: Vec<(i8, i8)> =
                [(1, 1)].into_iter().chain(moving).chain([(12, 25), (12, 26)]).collect();
            let found: Vec<(i8, i8)> = holidays(year).iter().map(|&(month, day, _)| (month, day)).collect();
            assert_eq!(found, expected, "{year}");
        }
    }

    /// Weekdays of the year that are neither holidays nor closing days, counted by hand from the almanac: the weekdays,
    /// less holidays and closing days that fall on one.
    #[test]
    fn known_years_have_so_many_working_days() {
        for (year, weekdays, lost) in [
            // Skærtorsdag, langfredag, 2. påskedag, bededag, himmelfart, 2. pinsedag, grundlovsdag, jul x 2.
            (2023, 260, 9),
            // Nytårsdag, five of Easter and Whitsun, grundlovsdag, 24-26 and 31 December.
            (2024, 262, 11),
            (2025, 261, 11),
            // 5 June is a Friday, 24, 25 and 31 December weekdays, 26 December a Saturday.
            (2026, 261, 10),
        ] {
            let (first, last) = (date(year - 1, 12, 31), date(year, 12, 31));
            assert_eq!(working_days_between(first, last), weekdays - lost, "{year}");
        }
    }

    #[test]
    fn a_deadline_leaps_over_what_is_no_working_day() {
        for (from, days, expected) in [
            // The seven working days of an access request, over Easter.
            (date(2026, 3, 27), 7, date(2026, 4, 10)),
            (date(2026, 3, 31), 1, date(2026, 4, 1)),
            (date(2026, 4, 1), 1, date(2026, 4, 7)),
            // Received on a Saturday: Monday is the first day.
            (date(2026, 11, 21), 1, date(2026, 11, 23)),
            (date(2026, 11, 21), 0, date(2026, 11, 23)),
            (date(2026, 11, 20), 0, date(2026, 11, 20)),
            // Grundlovsdag, then a week-end.
            (date(2026, 6, 4), 1, date(2026, 6, 8)),
            // The Friday after Ascension Day is a working day.
            (date(2026, 5, 13), 1, date(2026, 5, 15)),
            (date(2026, 12, 23), 1, date(2026, 12, 28)),
            (date(2026, 12, 30), 1, date(2027, 1, 4)),
        ] {
            assert_eq!(add_working_days(from, days), expected, "{from} + {days}");
        }
    }

    #[test]
    fn the_working_day_before_leaps_back_over_what_is_none() {
        for (day, expected) in [
            (date(2026, 11, 20), date(2026, 11, 19)),
            (date(2026, 11, 23), date(2026, 11, 20)),
            (date(2026, 12, 28), date(2026, 12, 23)),
            (date(2026, 4, 7), date(2026, 4, 1)),
            (Date::MIN, Date::MIN),
        ] {
            assert_eq!(working_day_before(day), expected, "{day}");
        }
    }

    #[test]
    fn the_last_day_of_the_calendar_is_the_end() {
        assert_eq!(add_working_days(date(9999, 12, 1), u32::MAX), Date::MAX);
        assert_eq!(working_days_between(date(9999, 12, 1), Date::MAX), 20);
    }

    proptest! {
        #[test]
        fn counting_back_what_was_added_gives_the_same(offset in 0i32..40_000, n in 0u32..400) {
            let from = date(1980, 1, 1).checked_add(offset.days()).unwrap();
            let to = add_working_days(from, n);
            prop_assert!(is_working_day(to));
            prop_assert_eq!(working_days_between(to, from), -working_days_between(from, to));
            if n > 0 || is_working_day(from) {
                prop_assert_eq!(working_days_between(from, to), i64::from(n));
            }
        }
    }
}
