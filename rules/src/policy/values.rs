//! Values of a table that are dates, hours and shares.

use jiff::civil::{Date, Time};
use toml::de::DeValue;

use super::finding::Findings;
use super::table::{Table, wrong_type};

impl Table<'_> {
    /// A day: `2026-01-31`, with or without quotes.
    pub(crate) fn date(&self, key: &'static str, findings: &mut Findings<'_>) -> Option<Date> {
        self.parsed(key, "en dato som 2026-01-31", findings)
    }

    /// An hour: `"16:00"`, or `16:00:00` without quotes.
    pub(crate) fn hour(&self, key: &'static str, findings: &mut Findings<'_>) -> Option<Time> {
        self.parsed(key, "et klokkeslæt som \"16:00\"", findings)
    }

    /// A share from 0 to 1.
    pub(crate) fn share(&self, key: &'static str, findings: &mut Findings<'_>) -> Option<f64> {
        let value = self.value(key)?;
        let number = match value.get_ref() {
            DeValue::Float(number) => number.as_str().replace('_', "").parse::<f64>().ok(),
            DeValue::Integer(number) => number.as_str().parse::<f64>().ok(),
            _ => None,
        };
        let share = number.filter(|number| (0.0..=1.0).contains(number));
        if share.is_none() {
            wrong_type(
                findings,
                self.place_of(value),
                key,
                "et tal fra 0 til 1, for eksempel 0.9",
                value.get_ref(),
            );
        }
        share
    }

    fn parsed<T: std::str::FromStr>(
        &self,
        key: &'static str,
        wanted: &str,
        findings: &mut Findings<'_>,
    ) -> Option<T> {
        let value = self.value(key)?;
        let parsed = match value.get_ref() {
            DeValue::String(text) => text.trim().parse().ok(),
            DeValue::Datetime(time) => time.to_string().parse().ok(),
            _ => None,
        };
        if parsed.is_none() {
            wrong_type(findings, self.place_of(value), key, wanted, value.get_ref());
        }
        parsed
    }
}
