//! Periods: whole Danish days, the first and the last counted.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use crate::clock::danish_day;

/// Periode: from the beginning of one Danish day to the end of another.
#[doc(alias = "periode")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub first: Date,
    /// The last day.
    pub last: Date,
}

impl Period {
    /// The `days` days that end today.
    pub fn last_days(now: Timestamp, days: i64) -> Self {
        Self::ending(danish_day(now), days)
    }

    /// The `days` days that end with this one.
    pub fn ending(last: Date, days: i64) -> Self {
        Self { first: last.saturating_sub((days - 1).days()), last }
    }

    /// As two days were typed, `2026-11-20`; where one is left blank, as in `otherwise`. What is wrong is said in Danish.
    pub fn typed(first: &str, last: &str, otherwise: Self) -> Result<Self, String> {
        let day = |typed: &str, otherwise: Date, name: &str| match typed.trim() {
            "" => Ok(otherwise),
            typed => typed
                .parse::<Date>()
                .map_err(|_| format!("{name} kan ikke læses. Skriv den som år-måned-dag, fx {otherwise}.")),
        };
        let last = day(last, otherwise.last, "Slutdagen")?;
        let first = day(first, otherwise.first.min(last), "Startdagen")?;
        if first > last {
            return Err("Startdagen ligger efter slutdagen. Byt dem om.".into());
        }
        Ok(Self { first, last })
    }

    /// Its beginning, and the moment after its end.
    pub fn bounds(self) -> (Timestamp, Timestamp) {
        (midnight(self.first).unwrap_or(Timestamp::MIN), midnight_after(self.last))
    }

    /// Its days, the last first.
    pub fn days(self) -> impl Iterator<Item = Date> {
        let yesterday = |day: &Date| day.yesterday().ok();
        std::iter::successors(Some(self.last), yesterday).take_while(move |day| *day >= self.first)
    }
}

fn midnight(day: Date) -> Option<Timestamp> {
    day.to_zoned(rules::time::denmark()).ok().map(|zoned| zoned.timestamp())
}

fn midnight_after(day: Date) -> Timestamp {
    day.tomorrow().ok().and_then(midnight).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(first: &str, last: &str) -> Period {
        Period { first: first.parse().unwrap(), last: last.parse().unwrap() }
    }

    #[test]
    fn a_period_is_whole_danish_days_also_when_the_clock_is_changed() {
        let (from, to) = period("2026-10-25", "2026-10-25").bounds();
        assert_eq!(
            (from.to_string().as_str(), to.to_string().as_str()),
            ("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")
        );
        assert_eq!(period("2026-10-24", "2026-10-26").days().count(), 3);
        let now = "2026-11-20T23:30:00Z".parse().unwrap();
        assert_eq!(Period::last_days(now, 14), period("2026-11-08", "2026-11-21"));
    }

    #[test]
    fn what_is_typed_wrong_is_said() {
        let otherwise = period("2026-11-01", "2026-11-20");
        assert_eq!(Period::typed("", " ", otherwise), Ok(otherwise));
        assert_eq!(Period::typed("", "2026-10-01", otherwise), Ok(period("2026-10-01", "2026-10-01")));
        assert!(Period::typed("i går", "", otherwise).unwrap_err().contains("Startdagen"));
        assert!(Period::typed("2026-11-21", "2026-11-20", otherwise).unwrap_err().contains("Byt dem om"));
    }
}
