//! Minutes: how long it takes from a letter is available until it is journaled.
//!
//! Counted in whole minutes up to a day, in whole hours after that (both rounded down): nobody asks for more, and it keeps the
//! number of rows small.

/// Upper ends of the classes that are drawn, in minutes, and what the class is called.
const CLASSES: [(u64, &str); 9] = [
    (1, "under 1 minut"),
    (5, "1 til 5 minutter"),
    (15, "5 til 15 minutter"),
    (60, "15 til 60 minutter"),
    (4 * 60, "1 til 4 timer"),
    (24 * 60, "4 til 24 timer"),
    (3 * 24 * 60, "1 til 3 døgn"),
    (7 * 24 * 60, "3 til 7 døgn"),
    (u64::MAX, "7 døgn eller mere"),
];

/// How long letters took, the shortest first: minutes, and how many letters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delays(Vec<(u64, u64)>);

/// Letters that took about as long.
#[derive(Clone, Debug, PartialEq)]
pub struct Class {
    /// How long.
    pub name: &'static str,
    /// How many letters.
    pub letters: u64,
    /// Those and the faster ones, as a share of all.
    pub up_to: f64,
}

impl Delays {
    /// Of counted minutes in any order.
    pub fn of(mut counted: Vec<(u64, u64)>) -> Self {
        counted.sort_unstable();
        Self(counted)
    }

    /// How many letters.
    pub fn letters(&self) -> u64 {
        self.0.iter().map(|(_, letters)| letters).sum()
    }

    /// The fewest minutes within which at least so many percent of the letters were journaled; `None` of nothing.
    pub fn percentile(&self, percent: u64) -> Option<u64> {
        let place = (self.letters() * percent).div_ceil(100).max(1);
        let mut seen = 0;
        let reaches = |(minutes, letters): &(u64, u64)| {
            seen += letters;
            (seen >= place).then_some(*minutes)
        };
        self.0.iter().find_map(reaches)
    }

    /// The classes, the fastest first, empty ones among them.
    pub fn classes(&self) -> Vec<Class> {
        let all = self.letters().max(1) as f64;
        let (mut from, mut seen) = (0, 0);
        let class = |(end, name): (u64, &'static str)| {
            let within = self.0.iter().filter(|(minutes, _)| (from..end).contains(minutes));
            let letters = within.map(|(_, letters)| letters).sum();
            from = end;
            seen += letters;
            Class { name, letters, up_to: seen as f64 / all }
        };
        CLASSES.into_iter().map(class).collect()
    }
}

/// Minutes as people say them: `3 minutter`, `2 timer og 5 minutter`, `3 døgn og 4 timer`.
pub fn danish(minutes: u64) -> String {
    let some = |n: u64, one: &str, more: &str| match n {
        0 => String::new(),
        1 => format!("1 {one}"),
        n => format!("{n} {more}"),
    };
    let (days, hours) = (minutes / 1440, minutes % 1440 / 60);
    let parts = match minutes {
        0 => return "under et minut".to_owned(),
        1..1440 => [some(hours, "time", "timer"), some(minutes % 60, "minut", "minutter")],
        _ => [some(days, "døgn", "døgn"), some(hours, "time", "timer")],
    };
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" og ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_middle_and_nine_in_ten_are_found_by_counting() {
        let delays = Delays::of(vec![(9, 1), (0, 5), (3, 4)]);
        assert_eq!((delays.letters(), delays.percentile(50), delays.percentile(90)), (10, Some(0), Some(3)));
        assert_eq!((delays.percentile(91), delays.percentile(100)), (Some(9), Some(9)));
        assert_eq!(Delays::default().percentile(50), None);
        let classes = delays.classes();
        assert_eq!((classes[0].letters, classes[1].letters, classes[2].letters), (5, 4, 1));
        assert!((classes[1].up_to - 0.9).abs() < 1e-9 && (classes[8].up_to - 1.0).abs() < 1e-9);
    }

    #[test]
    fn minutes_are_said_as_people_say_them() {
        let said = [0, 1, 59, 60, 125, 1440, 4560].map(danish);
        assert_eq!(
            said,
            [
                "under et minut",
                "1 minut",
                "59 minutter",
                "1 time",
                "2 timer og 5 minutter",
                "1 døgn",
                "3 døgn og 4 timer"
            ]
        );
    }

    proptest! {
        #[test]
        fn a_percentile_is_that_of_the_sorted_letters(
            counted in prop::collection::vec((0u64..5_000, 1u64..5), 1..60),
            percent in 1u64..=100,
        ) {
            let mut each: Vec<u64> =
                counted.iter().flat_map(|(minutes, n)| std::iter::repeat_n(*minutes, *n as usize)).collect();
            each.sort_unstable();
            let place = (each.len() * percent as usize).div_ceil(100);
            let delays = Delays::of(counted);
            prop_assert_eq!(delays.percentile(percent), Some(each[place - 1]));
            let classes = delays.classes();
            prop_assert_eq!(classes.iter().map(|class| class.letters).sum::<u64>(), each.len() as u64);
            prop_assert!(classes.windows(2).all(|two| two[0].up_to <= two[1].up_to));
        }
    }
}
