//! Retention: what may be discarded, and when personal data should be erased.
//!
//! Subject and facet each carry a code; only two codes for discarding together allow it (`spec/kle.md` §6).
//! The erasure deadline is another matter: it runs from the closing of the case, which only the case system knows.

use std::fmt;
use std::str::FromStr;

use jiff::Span;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Bevaringskode of one subject or facet.
#[doc(alias = "bevaringskode")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RetentionCode {
    /// `B`: kept for posterity.
    Preserve,
    /// `K`: may be discarded.
    Discard,
    /// `K5`, `K10`: may be discarded that many years after the case was closed.
    DiscardAfter(u8),
    /// `tom`: the number expired before codes were given, in 2007.
    Uncoded,
}

/// The text is not a retention code, or not a period in whole days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotRetention {
    /// Not one of `B`, `K`, `K` with years, `tom`.
    #[error("not a retention code such as B, K or K5")]
    Code,
    /// Not a period such as `P1825D`.
    #[error("not a period of years, months, weeks and days such as P1825D")]
    Period,
}

impl FromStr for RetentionCode {
    type Err = NotRetention;

    fn from_str(text: &str) -> Result<Self, NotRetention> {
        match text {
            "B" => Ok(Self::Preserve),
            "K" => Ok(Self::Discard),
            "tom" => Ok(Self::Uncoded),
            _ => {
                let years = text.strip_prefix('K').ok_or(NotRetention::Code)?;
                let plain = years.len() <= 2 && years.bytes().all(|byte| byte.is_ascii_digit());
                years
                    .parse()
                    .ok()
                    .filter(|_| plain && !years.starts_with('0'))
                    .map(Self::DiscardAfter)
                    .ok_or(NotRetention::Code)
            }
        }
    }
}

impl fmt::Display for RetentionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Preserve => f.write_str("B"),
            Self::Discard => f.write_str("K"),
            Self::DiscardAfter(years) => write!(f, "K{years}"),
            Self::Uncoded => f.write_str("tom"),
        }
    }
}

/// Slettefrist: the period after the closing of a case when its personal data should be erased or kept on purpose.
///
/// The feed writes an ISO 8601 duration, nearly always in days (`P1825D`). Times of day have no place here.
#[doc(alias = "slettefrist")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ErasureDeadline {
    years: u16,
    months: u16,
    days: u16,
}

impl ErasureDeadline {
    /// The day it falls due for a case closed on a day; `None` beyond the calendar.
    pub fn due(self, closed: Date) -> Option<Date> {
        let span = Span::new()
            .try_years(self.years)
            .and_then(|span| span.try_months(self.months))
            .and_then(|span| span.try_days(self.days))
            .ok()?;
        closed.checked_add(span).ok()
    }
}

impl FromStr for ErasureDeadline {
    type Err = NotRetention;

    fn from_str(text: &str) -> Result<Self, NotRetention> {
        let mut rest = text.strip_prefix('P').filter(|rest| !rest.is_empty()).ok_or(NotRetention::Period)?;
        let mut period = Self::default();
        let mut units = "YMWD";
        while !rest.is_empty() {
            let end = rest.find(|c: char| !c.is_ascii_digit()).ok_or(NotRetention::Period)?;
            let number: u16 = rest[..end].parse().map_err(|_| NotRetention::Period)?;
            let unit = rest[end..].chars().next().unwrap_or_default();
            // Each unit once, the larger first.
            let place = units.find(unit).ok_or(NotRetention::Period)?;
            units = &units[place + 1..];
            match unit {
                'Y' => period.years = number,
                'M' => period.months = number,
                'W' => period.days = number.checked_mul(7).ok_or(NotRetention::Period)?,
                _ => period.days = period.days.checked_add(number).ok_or(NotRetention::Period)?,
            }
            rest = &rest[end + 1..];
        }
        Ok(period)
    }
}

impl fmt::Display for ErasureDeadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("P")?;
        for (number, unit) in [(self.years, 'Y'), (self.months, 'M'), (self.days, 'D')] {
            if number > 0 || (unit == 'D' && *self == Self::default()) {
                write!(f, "{number}{unit}")?;
            }
        }
        Ok(())
    }
}

/// Bevaring eller kassation: what subject and facet together say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Retention {
    /// Keep: a code says so, or a code is missing, which cannot clear anything for discarding.
    Preserve,
    /// May be discarded, at once or that many years after the closing of the case. Advisory.
    Discard {
        /// The longer of the two periods; 0 when neither states one.
        after_years: u8,
    },
}

/// What the register knows about keeping documents of a subject and facet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetentionRule {
    /// The outcome of the two codes.
    pub outcome: Retention,
    /// The code of the subject; `None` when the register has none.
    pub subject: Option<RetentionCode>,
    /// The code of the facet; `None` when the register has none or no facet was given.
    pub facet: Option<RetentionCode>,
    /// When personal data should be erased; comes from the subject alone.
    pub erasure: Option<ErasureDeadline>,
}

impl RetentionRule {
    /// Puts the two codes together, after the table in the National Archives' circular (`spec/kle.md` §6).
    pub fn of(
        subject: Option<RetentionCode>,
        facet: Option<RetentionCode>,
        erasure: Option<ErasureDeadline>,
    ) -> Self {
        let years = |code| match code {
            Some(RetentionCode::Discard) => Some(0),
            Some(RetentionCode::DiscardAfter(years)) => Some(years),
            Some(RetentionCode::Preserve | RetentionCode::Uncoded) | None => None,
        };
        let outcome = match (years(subject), years(facet)) {
            (Some(a), Some(b)) => Retention::Discard { after_years: a.max(b) },
            _ => Retention::Preserve,
        };
        Self { outcome, subject, facet, erasure }
    }

    /// Do both codes say something? When not, [`Retention::Preserve`] is caution and not a ruling.
    pub fn is_settled(&self) -> bool {
        [self.subject, self.facet].iter().all(|code| code.is_some_and(|code| code != RetentionCode::Uncoded))
            || self.subject == Some(RetentionCode::Preserve)
            || self.facet == Some(RetentionCode::Preserve)
    }
}

macro_rules! as_text {
    ($type:ty) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

as_text!(RetentionCode);
as_text!(ErasureDeadline);

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_codes_of_the_schema_and_years_are_codes() {
        for text in ["B", "K", "K5", "K10", "tom"] {
            assert_eq!(text.parse::<RetentionCode>().unwrap().to_string(), text);
        }
        for text in ["", "b", "K0", "K05", "K100", "K+5", "Bevares", "K 5"] {
            assert_eq!(text.parse::<RetentionCode>(), Err(NotRetention::Code), "{text}");
        }
    }

    #[test]
    fn only_two_codes_for_discarding_clear_a_pair() {
        let code = |text: &str| text.parse::<RetentionCode>().ok();
        for (subject, facet, expected, settled) in [
            ("B", "B", Retention::Preserve, true),
            ("K", "K", Retention::Discard { after_years: 0 }, true),
            ("B", "K", Retention::Preserve, true),
            ("K", "B", Retention::Preserve, true),
            ("K5", "K10", Retention::Discard { after_years: 10 }, true),
            ("K", "", Retention::Preserve, false),
            ("K", "tom", Retention::Preserve, false),
            ("B", "", Retention::Preserve, true),
            ("", "", Retention::Preserve, false),
        ] {
            let rule = RetentionRule::of(code(subject), code(facet), None);
            assert_eq!((rule.outcome, rule.is_settled()), (expected, settled), "{subject} + {facet}");
        }
    }

    #[test]
    fn a_deadline_is_counted_from_the_closing_of_the_case() {
        let due = |text: &str| text.parse::<ErasureDeadline>().unwrap().due(date(2024, 2, 29));
        assert_eq!(due("P1825D"), Some(date(2029, 2, 27)));
        assert_eq!(due("P5Y"), Some(date(2029, 2, 28)));
        assert_eq!(due("P1Y2M1W3D"), Some(date(2025, 5, 9)));
        for text in ["", "P", "P5", "1825D", "P5YT1H", "P1D1Y", "P-5D", "P99999999D", "PD"] {
            assert_eq!(text.parse::<ErasureDeadline>(), Err(NotRetention::Period), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_deadline_reads_back_as_written(years in 0u16..99, months in 0u16..99, days in 0u16..9999) {
            let deadline = ErasureDeadline { years, months, days };
            prop_assert_eq!(deadline.to_string().parse(), Ok(deadline));
            prop_assert!(deadline.due(date(2024, 1, 1)).is_some());
        }
    }
}
