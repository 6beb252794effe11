//! Values of a table that are dates, hours, shares, and names with values.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use toml::de::DeValue;

use super::finding::Findings;
use super::table::{At, Table, wrong_type};

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

    /// A point in time: `2026-01-31T10:00:00Z`, with or without quotes.
    pub(crate) fn moment(&self, key: &'static str, findings: &mut Findings<'_>) -> Option<Timestamp> {
        self.parsed(key, "et tidspunkt som 2026-01-31T10:00:00Z", findings)
    }

    /// The keys and texts of a table below a key, in the order of their names.
    pub(crate) fn entries(
        &self,
        key: &'static str,
        findings: &mut Findings<'_>,
    ) -> Vec<(At<String>, At<String>)> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let DeValue::Table(entries) = value.get_ref() else {
            wrong_type(
                findings,
                self.place_of(value),
                key,
                "en tabel som { \"navn\" = \"værdi\" }",
                value.get_ref(),
            );
            return Vec::new();
        };
        let mut read = Vec::new();
        for (name, value) in entries {
            let name_at = At::new(name.get_ref().to_string(), self.place_at(name.span()));
            match value.get_ref() {
                DeValue::String(text) => {
                    read.push((name_at, At::new(text.to_string(), self.place_of(value))));
                }
                other => wrong_type(
                    findings,
                    self.place_of(value),
                    &name_at.value,
                    "en tekst i anførselstegn",
                    other,
                ),
            }
        }
        read
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
