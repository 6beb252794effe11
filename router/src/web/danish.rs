//! Danish: times, sizes and numbers as people here read them.

use jiff::Timestamp;

/// `3.12. 14.05`: in a list of what came lately.
pub(super) fn day_and_time(at: Timestamp) -> String {
    let local = rules::time::danish(at);
    format!("{}.{}. {:02}.{:02}", local.day(), local.month(), local.hour(), local.minute())
}

/// `3.12.2026 kl. 14.05`.
pub(super) fn moment(at: Timestamp) -> String {
    let local = rules::time::danish(at);
    let (day, month, year) = (local.day(), local.month(), local.year());
    format!("{day}.{month}.{year} kl. {:02}.{:02}", local.hour(), local.minute())
}

/// `3.12.2026`.
pub(super) fn day(day: jiff::civil::Date) -> String {
    format!("{}.{}.{}", day.day(), day.month(), day.year())
}

/// `12 kB`, `1,4 MB`: with the prefixes of powers of ten, as sizes of files are told.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} byte"),
        1_000..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{:.1} MB", bytes as f64 / 1e6).replace('.', ","),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_a_danish_clock() {
        let at: Timestamp = "2026-07-03T22:05:00Z".parse().unwrap();
        assert_eq!(day_and_time(at), "4.7. 00.05");
        assert_eq!(moment(at), "4.7.2026 kl. 00.05");
    }

    #[test]
    fn sizes_are_rounded_so_that_nothing_is_nothing() {
        assert_eq!([size(999), size(1_001), size(1_440_000)], ["999 byte", "2 kB", "1,4 MB"]);
    }
}
