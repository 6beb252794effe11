//! Handed: hand-overs that the post room made, how many of them without eyes, and how many went to the wrong unit.

use std::collections::BTreeMap;

use classifier::budget::interval;

use super::share;
use crate::store::insight::HandedRow;

/// Either end of an interval is beyond the truth at most so often: both together make 95 %.
const EITHER_END: f64 = 0.025;

/// Hand-overs of a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Handed {
    /// All hand-overs.
    pub number: u64,
    /// Those of them that were sent back or pulled back.
    pub wrong: u64,
    /// Those that the unit gave to another unit.
    pub moved_on: u64,
    /// Those before which no post distributor had seen content.
    pub unseen: u64,
}

impl Handed {
    /// Sent back or pulled back, of all.
    pub fn misrouted(&self) -> Option<f64> {
        share(self.wrong, self.number)
    }

    /// The share of misroutes lies between these with 95 % certainty (Clopper and Pearson); `None` of nothing.
    pub fn interval(&self) -> Option<(f64, f64)> {
        let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        (self.number > 0).then(|| interval(number(self.wrong), number(self.number), EITHER_END))
    }

    /// Without eyes, of all.
    pub fn without_eyes(&self) -> Option<f64> {
        share(self.unseen, self.number)
    }

    fn add(&mut self, row: &HandedRow) {
        let number = row.number.cast_unsigned();
        let if_so = |so: i64| if so == 1 { number } else { 0 };
        self.number += number;
        self.wrong += if_so(row.wrong);
        self.moved_on += if_so(row.moved_on);
        self.unseen += if_so(row.unseen);
    }
}

/// How a unit's misroutes stand against what it allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against {
    /// The unit has set no budget.
    NoBudget,
    /// Over it with 95 % certainty.
    Over,
    /// Within it with 95 % certainty.
    Within,
    /// Too few hand-overs to say.
    Unknown,
}

impl Against {
    /// How these hand-overs stand against this budget.
    pub fn of(handed: &Handed, budget: Option<f64>) -> Self {
        match (budget, handed.interval()) {
            (None, _) => Self::NoBudget,
            (Some(budget), Some((from, _))) if from > budget => Self::Over,
            (Some(budget), Some((_, to))) if to <= budget => Self::Within,
            (Some(_), _) => Self::Unknown,
        }
    }

    /// What is said of it.
    pub fn danish(self) -> &'static str {
        match self {
            Self::NoBudget => "intet budget",
            Self::Over => "over budgettet",
            Self::Within => "inden for budgettet",
            Self::Unknown => "for få til at sige det",
        }
    }
}

/// The whole authority's hand-overs, and each unit's by its id.
pub fn handed(rows: &[HandedRow]) -> (Handed, BTreeMap<String, Handed>) {
    let mut whole = Handed::default();
    let mut units: BTreeMap<String, Handed> = BTreeMap::new();
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

    fn of(wrong: u64, number: u64) -> Handed {
        Handed { number, wrong, ..Handed::default() }
    }

    #[test]
    fn misroutes_are_held_against_the_budget_with_certainty_or_not_at_all() {
        assert_eq!(Against::of(&of(0, 10), None), Against::NoBudget);
        assert_eq!(Against::of(&of(0, 0), Some(0.02)), Against::Unknown);
        assert_eq!(Against::of(&of(0, 100), Some(0.02)), Against::Unknown);
        assert_eq!(Against::of(&of(0, 200), Some(0.02)), Against::Within);
        assert_eq!(Against::of(&of(5, 50), Some(0.02)), Against::Over);
        // One of ten: 0.25 % to 44.5 % by the tables.
        let (from, to) = of(1, 10).interval().unwrap();
        assert!((from - 0.0025).abs() < 1e-4 && (to - 0.4450).abs() < 1e-4);
    }

    #[test]
    fn each_hand_over_counts_once_in_each_column() {
        let row = |unit: &str, wrong, moved_on, unseen, number| HandedRow {
            unit: unit.into(),
            wrong,
            moved_on,
            unseen,
            number,
        };
        let (whole, units) = handed(&[row("a", 0, 0, 1, 8), row("a", 1, 0, 0, 2), row("b", 0, 1, 1, 1)]);
        assert_eq!(whole, Handed { number: 11, wrong: 2, moved_on: 1, unseen: 9 });
        assert_eq!((units["a"].misrouted(), units["b"].without_eyes()), (Some(0.2), Some(1.0)));
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_share_and_is_narrower_for_more(number in 1u64..400, wrong in 0u64..400) {
            let wrong = wrong.min(number);
            let (few, many) = (of(wrong, number), of(wrong * 4, number * 4));
            let ((from, to), (many_from, many_to)) = (few.interval().unwrap(), many.interval().unwrap());
            let share = few.misrouted().unwrap();
            prop_assert!((0.0..=1.0).contains(&from) && from <= share + 1e-9 && share <= to + 1e-9 && to <= 1.0);
            prop_assert!(many_to - many_from <= to - from + 1e-9);
        }
    }
}
