//! A table: the dated entries of every number, and how a number stands on a day.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::entry::{Entry, Number, Successor, same_title};

/// The entries of every number, oldest first, no two of a number on the same day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Entry<K>>", into = "Vec<Entry<K>>")]
#[serde(bound(serialize = "K: Number + Serialize", deserialize = "K: Number + Deserialize<'de>"))]
pub struct Table<K: Number> {
    rows: BTreeMap<K, Vec<Entry<K>>>,
}

/// How a number stands on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing<'a, K> {
    /// It applies.
    Current(&'a Entry<K>),
    /// It applied before. Mail about an old case may rightly carry it.
    Expired {
        /// The latest entry that has ended.
        entry: &'a Entry<K>,
        /// What applies instead on that day, through as many replacements as it takes.
        successors: Vec<Successor<K>>,
    },
    /// It will apply from a later day.
    NotYet(&'a Entry<K>),
    /// No source has it.
    Unknown {
        /// The nearest number above it that applies.
        nearest: Option<K>,
        /// It lies in the interval left to the authorities: perhaps their list has not been imported.
        local: bool,
    },
}

impl<'a, K: Number> Standing<'a, K> {
    /// The entry that tells most about the number, whether it applies or not.
    pub fn entry(&self) -> Option<&'a Entry<K>> {
        match self {
            Self::Current(entry) | Self::NotYet(entry) | Self::Expired { entry, .. } => Some(entry),
            Self::Unknown { .. } => None,
        }
    }

    /// Does it apply?
    pub fn is_current(&self) -> bool {
        matches!(self, Self::Current(_))
    }
}

/// Two sources say different things about one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Disagreement {
    Title,
    Validity,
    Uuid,
}

impl<K: Number> Default for Table<K> {
    fn default() -> Self {
        Self { rows: BTreeMap::new() }
    }
}

impl<K: Number> Table<K> {
    /// How a number stands on a day.
    pub fn on(&self, number: K, date: Date) -> Standing<'_, K> {
        let rows = self.of(number);
        if let Some(entry) = rows.iter().find(|entry| entry.applies(date)) {
            return Standing::Current(entry);
        }
        let ended = |entry: &&Entry<K>| entry.expired.is_some_and(|expired| expired <= date);
        if let Some(entry) = rows.iter().rev().find(ended) {
            return Standing::Expired { entry, successors: self.successors(number, date) };
        }
        match rows.first() {
            Some(entry) => Standing::NotYet(entry),
            None => Standing::Unknown { nearest: self.nearest(number, date), local: number.is_local() },
        }
    }

    /// All entries of a number, oldest first.
    pub fn of(&self, number: K) -> &[Entry<K>] {
        self.rows.get(&number).map_or(&[], Vec::as_slice)
    }

    /// The entry that applies on a day.
    pub fn current(&self, number: K, date: Date) -> Option<&Entry<K>> {
        self.of(number).iter().find(|entry| entry.applies(date))
    }

    /// Every entry, in the order of the plan and oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Entry<K>> {
        self.rows.values().flatten()
    }

    /// Every number with an entry, in the order of the plan.
    pub fn numbers(&self) -> impl Iterator<Item = K> {
        self.rows.keys().copied()
    }

    /// How many entries.
    pub fn len(&self) -> usize {
        self.rows.values().map(Vec::len).sum()
    }

    /// Has it no entries?
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// What applies on a day instead of a number that has ended: through every replacement, never round in a ring.
    pub fn successors(&self, number: K, date: Date) -> Vec<Successor<K>> {
        let mut seen = BTreeSet::from([number]);
        let mut found = Vec::new();
        let mut waiting: Vec<Successor<K>> = self.replacements(number).collect();
        while let Some(next) = waiting.pop() {
            if !seen.insert(next.number) {
                continue;
            }
            if self.current(next.number, date).is_some() {
                found.push(next);
                continue;
            }
            // A chain is as sure as its weakest link.
            let further = self.replacements(next.number);
            waiting.extend(further.map(|after| Successor { basis: after.basis.max(next.basis), ..after }));
        }
        found.sort();
        found
    }

    /// Every number that can be reached from itself by replacements.
    pub fn rings(&self) -> Vec<K> {
        self.numbers().filter(|&number| self.leads_back(number)).collect()
    }

    fn leads_back(&self, number: K) -> bool {
        let mut seen = BTreeSet::new();
        let mut waiting: Vec<K> = self.replacements(number).map(|next| next.number).collect();
        while let Some(next) = waiting.pop() {
            if next == number {
                return true;
            }
            if seen.insert(next) {
                waiting.extend(self.replacements(next).map(|after| after.number));
            }
        }
        false
    }

    fn replacements(&self, number: K) -> impl Iterator<Item = Successor<K>> {
        self.of(number).last().into_iter().flat_map(|entry| entry.successors.iter().copied())
    }

    fn nearest(&self, number: K, date: Date) -> Option<K> {
        std::iter::successors(number.parent(), |above| above.parent())
            .find(|&above| self.current(above, date).is_some())
    }

    /// Puts an entry in. Where it meets one on the same days, that one stays and is filled where it was empty.
    pub(crate) fn add(&mut self, mut entry: Entry<K>) -> Vec<Disagreement> {
        entry.tidy();
        let rows = self.rows.entry(entry.number).or_default();
        let alike =
            |known: &Entry<K>| known.overlaps(&entry) && known.expired.is_some() == entry.expired.is_some();
        if let Some(place) = rows.iter().position(alike) {
            let found = disagreements(&rows[place], &entry);
            rows[place].fill(entry);
            return found;
        }
        if rows.iter().any(|known| known.overlaps(&entry)) {
            return vec![Disagreement::Validity];
        }
        rows.push(entry);
        rows.sort_by_key(|row| (row.expired.is_none(), row.expired, row.created));
        Vec::new()
    }

    /// The latest entry of a number.
    pub(crate) fn latest_mut(&mut self, number: K) -> Option<&mut Entry<K>> {
        self.rows.get_mut(&number)?.last_mut()
    }

    /// Puts in what no source lists but the numbers below imply; gives back how many.
    pub(crate) fn imply_parents(&mut self) -> usize {
        let mut spans: BTreeMap<K, Entry<K>> = BTreeMap::new();
        for entry in self.iter() {
            let above = std::iter::successors(entry.number.parent(), |number| number.parent());
            for number in above.filter(|number| !self.rows.contains_key(number)) {
                let span = spans.entry(number).or_insert_with(|| Entry {
                    created: entry.created,
                    expired: entry.expired,
                    implied: true,
                    ..Entry::new(number)
                });
                span.created = span.created.min(entry.created);
                span.expired = span.expired.zip(entry.expired).map(|(one, other)| one.max(other));
            }
        }
        let count = spans.len();
        self.rows.extend(spans.into_iter().map(|(number, span)| (number, vec![span])));
        count
    }
}

fn disagreements<K: Number>(known: &Entry<K>, other: &Entry<K>) -> Vec<Disagreement> {
    let mut found = Vec::new();
    if let (Some(one), Some(two)) = (&known.title, &other.title)
        && !same_title(one, two)
    {
        found.push(Disagreement::Title);
    }
    if other.expired.is_some() && known.expired != other.expired {
        found.push(Disagreement::Validity);
    }
    if known.uuid.zip(other.uuid).is_some_and(|(one, two)| one != two) {
        found.push(Disagreement::Uuid);
    }
    found
}

impl<K: Number> From<Vec<Entry<K>>> for Table<K> {
    /// Current rows first, so that their beginning is known when an older period of the number comes.
    fn from(mut rows: Vec<Entry<K>>) -> Self {
        rows.sort_by_key(|row| row.expired.is_some());
        let mut table = Self::default();
        for row in rows {
            table.add(row);
        }
        table
    }
}

impl<K: Number> From<Table<K>> for Vec<Entry<K>> {
    fn from(table: Table<K>) -> Self {
        table.rows.into_values().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::Subject;
    use crate::register::Basis;

    fn key(text: &str) -> Subject {
        Subject::parse(text).unwrap()
    }

    fn entry(number: &str, created: Option<i16>, expired: Option<i16>) -> Entry<Subject> {
        let day = |year| date(year, 1, 1);
        Entry { created: created.map(day), expired: expired.map(day), ..Entry::new(key(number)) }
    }

    fn replaced(mut entry: Entry<Subject>, by: &[(&str, Basis)]) -> Entry<Subject> {
        for &(number, basis) in by {
            entry.add_successor(Successor { number: key(number), basis });
        }
        entry
    }

    #[test]
    fn a_number_that_came_back_has_two_rows_and_a_gap() {
        let table = Table::from(vec![entry("84.06", Some(2022), None), entry("84.06", None, Some(2019))]);
        let on = |year| table.on(key("84.06"), date(year, 6, 1));
        assert_eq!(table.of(key("84.06")).len(), 2);
        assert!(on(2018).is_current() && on(2022).is_current());
        assert!(matches!(on(2020), Standing::Expired { entry, .. } if entry.created.is_none()));
    }

    #[test]
    fn the_day_of_expiry_is_the_first_day_without() {
        let table = Table::from(vec![entry("27.37", Some(2020), Some(2023))]);
        assert!(matches!(table.on(key("27.37"), date(2019, 12, 31)), Standing::NotYet(_)));
        assert!(table.on(key("27.37"), date(2020, 1, 1)).is_current());
        assert!(table.on(key("27.37"), date(2022, 12, 31)).is_current());
        assert!(!table.on(key("27.37"), date(2023, 1, 1)).is_current());
    }

    #[test]
    fn replacements_are_followed_to_what_applies_and_never_in_a_ring() {
        use Basis::{Derived, Stated};
        let table = Table::from(vec![
            replaced(entry("27.01", None, Some(2019)), &[("27.02", Stated), ("27.05", Stated)]),
            replaced(entry("27.02", None, Some(2020)), &[("27.03", Derived), ("27.01", Stated)]),
            replaced(entry("27.03", None, Some(2021)), &[("27.04", Stated)]),
            entry("27.04", None, None),
            entry("27.05", None, None),
        ]);
        let found = table.successors(key("27.01"), date(2024, 1, 1));
        assert_eq!(
            found,
            [
                Successor { number: key("27.04"), basis: Derived },
                Successor { number: key("27.05"), basis: Stated }
            ]
        );
        assert_eq!(table.rings(), [key("27.01"), key("27.02")]);
    }

    #[test]
    fn the_first_source_decides_and_later_ones_fill() {
        let mut table = Table::default();
        let mut first = entry("27.01", None, None);
        first.set_title("Tang");
        let mut second = entry("27.01", Some(2020), None);
        second.set_title("Tare");
        assert_eq!(table.add(first), []);
        assert_eq!(table.add(second), [Disagreement::Title]);
        assert_eq!(table.add(entry("27.01", None, Some(2024))), [Disagreement::Validity]);
        let kept = table.current(key("27.01"), date(2030, 1, 1)).unwrap();
        assert_eq!((kept.title.as_deref(), kept.created), (Some("Tang"), Some(date(2020, 1, 1))));
    }

    #[test]
    fn an_unknown_number_tells_the_nearest_above_and_whether_it_may_be_local() {
        let table = Table::from(vec![entry("27", None, None), entry("27.01", None, Some(2020))]);
        for (number, nearest, local) in
            [("27.01.04", Some("27"), false), ("27.85.00", Some("27"), true), ("99", None, false)]
        {
            let expected = Standing::Unknown { nearest: nearest.map(key), local };
            assert_eq!(table.on(key(number), date(2024, 1, 1)), expected, "{number}");
        }
    }
}
