//! Course: how many letters are settled, how many of them without a person's answer, and how many eyes see a letter.

use std::collections::BTreeMap;

use super::share;
use crate::store::insight::CourseRow;

/// Letters that became available in a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Course {
    /// All letters.
    pub letters: u64,
    /// Those of them that are handed over with everything done.
    pub settled: u64,
    /// Those of these that no person has answered.
    pub automatic: u64,
    /// Letters that this many persons have seen content of; the last is three or more.
    pub by_eyes: [u64; 4],
    /// Persons who have seen content of a letter, counted once for each letter.
    pub eyes: u64,
}

impl Course {
    /// Settled without a person's answer, of all that is settled.
    pub fn automation(&self) -> Option<f64> {
        share(self.automatic, self.settled)
    }

    /// Persons who have seen content, per letter.
    pub fn eyes_per_letter(&self) -> Option<f64> {
        share(self.eyes, self.letters)
    }

    fn add(&mut self, row: &CourseRow) {
        let number = row.number.cast_unsigned();
        let eyes = row.eyes.cast_unsigned();
        self.letters += number;
        if row.settled == 1 {
            self.settled += number;
            if row.answered == 0 {
                self.automatic += number;
            }
        }
        let column = usize::try_from(eyes).unwrap_or(usize::MAX).min(self.by_eyes.len() - 1);
        self.by_eyes[column] += number;
        self.eyes += eyes * number;
    }
}

/// The whole authority's letters, and each unit's by its id; those that no unit has are under an empty id.
pub fn courses(rows: &[CourseRow]) -> (Course, BTreeMap<String, Course>) {
    let mut whole = Course::default();
    let mut units: BTreeMap<String, Course> = BTreeMap::new();
    for row in rows {
        whole.add(row);
        units.entry(row.unit.clone()).or_default().add(row);
    }
    (whole, units)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn row(unit: &str, settled: i64, answered: i64, eyes: i64, number: i64) -> CourseRow {
        CourseRow { unit: unit.into(), settled, answered, eyes, number }
    }

    #[test]
    fn what_waits_is_not_settled_and_what_was_answered_is_not_automatic() {
        let rows = [row("plads", 1, 0, 0, 6), row("plads", 1, 1, 2, 2), row("", 0, 0, 5, 1)];
        let (whole, units) = courses(&rows);
        assert_eq!((whole.letters, whole.settled, whole.automatic), (9, 8, 6));
        assert_eq!((whole.by_eyes, whole.eyes), ([6, 0, 2, 1], 9));
        assert_eq!((whole.automation(), whole.eyes_per_letter()), (Some(0.75), Some(1.0)));
        assert_eq!((units["plads"].letters, units[""].settled), (8, 0));
        assert_eq!(units[""].automation(), None);
    }

    proptest! {
        #[test]
        fn units_add_up_to_the_whole(
            rows in prop::collection::vec((0u8..4, 0i64..2, 0i64..2, 0i64..6, 1i64..50), 0..30),
        ) {
            let rows: Vec<CourseRow> =
                rows.into_iter().map(|(unit, s, a, e, n)| row(&unit.to_string(), s, a, e, n)).collect();
            let (whole, units) = courses(&rows);
            prop_assert_eq!(whole.letters, units.values().map(|unit| unit.letters).sum::<u64>());
            prop_assert_eq!(whole.automatic, units.values().map(|unit| unit.automatic).sum::<u64>());
            prop_assert_eq!(whole.letters, whole.by_eyes.iter().sum::<u64>());
            prop_assert!(whole.automatic <= whole.settled && whole.settled <= whole.letters);
        }
    }
}
