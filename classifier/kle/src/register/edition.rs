//! The names of editions: dates as the feeds write them, months and years as senders do.

use jiff::civil::Date;

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

/// Reads the edition a sender names: `2018-05-01`, `Maj 2018`, `KLE maj 2018`. `None` when it says neither.
///
/// The official MeMo example writes a month and a year (`spec/kle.md` §8). Editions come out on the first.
pub fn edition_date(text: &str) -> Option<Date> {
    if let Some(date) = read_date(text) {
        return Some(date);
    }
    let lower = text.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let month = words.find_map(|word| MONTHS.iter().position(|&month| month == word))?;
    let year = words.next().filter(|year| year.len() == 4)?.parse().ok()?;
    Date::new(year, i8::try_from(month).ok()? + 1, 1).ok()
}

/// What people call the edition of a date: `KLE maj 2018`.
pub fn edition_label(date: Date) -> String {
    format!("KLE {} {}", month(date), date.year())
}

/// A date in Danish: `1. maj 2018`.
pub(crate) fn in_danish(date: Date) -> String {
    format!("{}. {} {}", date.day(), month(date), date.year())
}

fn month(date: Date) -> &'static str {
    let month = usize::try_from(date.month()).unwrap_or(1).clamp(1, 12);
    MONTHS[month - 1]
}

/// An `xs:date`; the time or time zone that some systems put behind it is left out.
pub(crate) fn read_date(text: &str) -> Option<Date> {
    let head = text.trim().get(..10)?;
    let shaped = head.bytes().enumerate().all(|(place, byte)| match place {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    shaped.then(|| head.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_sender_names_an_edition_by_date_or_by_month_and_year() {
        for text in ["2018-05-01", "Maj 2018", "KLE maj 2018", "maj-2018", " 2018-05-01T00:00:00+01:00"] {
            assert_eq!(edition_date(text), Some(date(2018, 5, 1)), "{text}");
        }
        for text in ["", "2018", "Maj", "maj 18", "2.0", "20180501", "2018-13-01", "May 2018"] {
            assert_eq!(edition_date(text), None, "{text}");
        }
        assert_eq!(edition_label(date(2018, 5, 1)), "KLE maj 2018");
    }
}
