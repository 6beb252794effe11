//! Sureness: if only the letters were passed on that the classifier is surest of, how many would that be, and how many of
//! them wrong (risk and coverage)?

/// Letters down to a confidence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The confidence, in whole percent: the letters have this or more.
    pub sure: u64,
    /// How many letters.
    pub letters: u64,
    /// How many of them were not the unit's.
    pub wrong: u64,
    /// The letters as a share of all.
    pub coverage: f64,
    /// The wrong ones as a share of the letters.
    pub risk: f64,
}

/// The curve of settled letters, the surest first; one point for each percent that there are letters of.
pub fn curve(counted: &[(u64, bool, u64)]) -> Vec<Point> {
    let all: u64 = counted.iter().map(|(_, _, n)| n).sum();
    let mut percents: Vec<u64> = counted.iter().map(|(sure, _, _)| *sure).collect();
    percents.sort_unstable_by_key(|sure| std::cmp::Reverse(*sure));
    percents.dedup();
    let (mut letters, mut wrong) = (0, 0);
    let point = |sure: u64| {
        for (_, right, n) in counted.iter().filter(|(of, _, _)| *of == sure) {
            letters += n;
            wrong += if *right { 0 } else { *n };
        }
        let (coverage, risk) = (letters as f64 / all as f64, wrong as f64 / letters as f64);
        Point { sure, letters, wrong, coverage, risk }
    };
    percents.into_iter().map(point).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_surest_come_first_and_the_last_point_is_all_of_them() {
        let curve = curve(&[(50, false, 2), (95, true, 6), (95, false, 1), (70, true, 1)]);
        let seen: Vec<_> = curve.iter().map(|point| (point.sure, point.letters, point.wrong)).collect();
        assert_eq!(seen, [(95, 7, 1), (70, 8, 1), (50, 10, 3)]);
        assert!((curve[2].risk - 0.3).abs() < 1e-9 && (curve[0].coverage - 0.7).abs() < 1e-9);
        assert!(super::curve(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn coverage_grows_to_one_and_risk_is_a_share(
            counted in prop::collection::vec((0u64..=100, any::<bool>(), 1u64..20), 1..60),
        ) {
            let curve = curve(&counted);
            prop_assert!(curve.windows(2).all(|two| two[0].coverage < two[1].coverage && two[0].sure > two[1].sure));
            prop_assert!(curve.iter().all(|point| (0.0..=1.0).contains(&point.risk)));
            prop_assert!((curve.last().unwrap().coverage - 1.0).abs() < 1e-9);
        }
    }
}
