//! Risk and coverage: how many letters could be passed on, the surest first, and how many of those would be
//! wrong.

use serde::Serialize;

/// One letter: how sure the model is of its best label, and whether that is right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Passed {
    /// How sure.
    pub confidence: f32,
    /// Right?
    pub right: bool,
}

/// A point of the curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Point {
    /// Share of letters passed on.
    pub coverage: f64,
    /// Share of those that are wrong.
    pub risk: f64,
    /// Confidence from which on they are passed on.
    pub confidence: f32,
}

/// The largest share of letters that can be passed on, the surest first, while at most `budget` of them is
/// wrong.
pub fn coverage_at(letters: &[Passed], budget: f64) -> f64 {
    full_curve(letters)
        .iter()
        .filter(|point| point.risk <= budget + 1e-12)
        .map(|point| point.coverage)
        .fold(0.0, f64::max)
}

/// The curve at ten coverages.
pub fn risk_coverage(letters: &[Passed]) -> Vec<Point> {
    let curve = full_curve(letters);
    (1..=10)
        .filter_map(|tenth| curve.get((curve.len() * tenth).div_ceil(10).checked_sub(1)?).copied())
        .collect()
}

/// The curve at every letter.
pub fn full_curve(letters: &[Passed]) -> Vec<Point> {
    let mut surest_first = letters.to_vec();
    surest_first.sort_by(|one, other| other.confidence.total_cmp(&one.confidence));
    let mut wrong = 0_u32;
    let point = |(at, letter): (usize, &Passed)| {
        wrong += u32::from(!letter.right);
        let passed = (at + 1) as f64;
        let (coverage, risk) = (passed / letters.len() as f64, f64::from(wrong) / passed);
        Point { coverage, risk, confidence: letter.confidence }
    };
    surest_first.iter().enumerate().map(point).collect()
}

/// Expected calibration error: how far confidence and truth are apart, on average, in so many equal bins.
pub fn calibration_error(letters: &[Passed], bins: usize) -> f64 {
    let mut sums = vec![(0_u32, 0.0_f64, 0_u32); bins];
    for letter in letters {
        let bin = ((letter.confidence * bins as f32) as usize).min(bins - 1);
        let (count, confidence, right) = &mut sums[bin];
        (*count, *right) = (*count + 1, *right + u32::from(letter.right));
        *confidence += f64::from(letter.confidence);
    }
    let apart = |(_, confidence, right): (u32, f64, u32)| (confidence - f64::from(right)).abs();
    sums.into_iter().map(apart).sum::<f64>() / letters.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters() -> Vec<Passed> {
        [(0.9, true), (0.8, true), (0.7, false), (0.6, true), (0.5, true), (0.1, false)]
            .map(|(confidence, right)| Passed { confidence, right })
            .to_vec()
    }

    #[test]
    fn coverage_grows_with_the_budget() {
        assert_eq!(coverage_at(&letters(), 0.0), 2.0 / 6.0);
        assert_eq!(coverage_at(&letters(), 0.2), 5.0 / 6.0, "a later letter may bring the share down again");
        assert_eq!(coverage_at(&letters(), 1.0), 1.0);
        assert_eq!(coverage_at(&[], 0.5), 0.0);
        assert_eq!(risk_coverage(&letters()).len(), 10);
    }

    #[test]
    fn calibration_error_is_the_mean_distance_in_the_bins() {
        let certain = |right| Passed { confidence: 1.0, right };
        assert_eq!(calibration_error(&[certain(true), certain(true)], 10), 0.0);
        assert_eq!(calibration_error(&[certain(true), certain(false)], 10), 0.5);
        assert_eq!(calibration_error(&[], 10), 0.0);
    }
}
