//! A share of a count, with how far it may be from the truth.

use serde::{Deserialize, Serialize};

/// So many of so many, with the exact 95 % interval of Clopper and Pearson.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// How many.
    pub hits: usize,
    /// Of how many.
    pub of: usize,
    /// The share; 0 of nothing is 0.
    pub share: f64,
    /// Where the true share may be at the lowest.
    pub low: f64,
    /// Where the true share may be at the highest.
    pub high: f64,
}

impl Share {
    /// So many of so many.
    pub fn of(hits: usize, of: usize) -> Self {
        let share = if of == 0 { 0.0 } else { hits as f64 / of as f64 };
        let low = if hits == 0 { 0.0 } else { bisect(|p| 1.0 - at_most(hits - 1, of, p) > 0.025) };
        let high = if hits == of { 1.0 } else { bisect(|p| at_most(hits, of, p) < 0.025) };
        Self { hits, of, share, low, high }
    }

    /// How many of these letters meet a condition.
    pub fn count<T>(all: &[T], hit: impl Fn(&T) -> bool) -> Self {
        Self::of(all.iter().filter(|one| hit(one)).count(), all.len())
    }
}

/// Where a condition begins to hold between 0 and 1.
fn bisect(holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..50 {
        let middle = (low + high) / 2.0;
        if holds(middle) { high = middle } else { low = middle }
    }
    (low + high) / 2.0
}

/// The probability of at most so many hits in so many tries.
fn at_most(hits: usize, of: usize, p: f64) -> f64 {
    let mut log_choose = 0.0;
    let mut sum = 0.0;
    for k in 0..=hits {
        if k > 0 {
            log_choose += ((of - k + 1) as f64 / k as f64).ln();
        }
        sum += (log_choose + k as f64 * p.ln() + (of - k) as f64 * (1.0 - p).ln()).exp();
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_those_of_the_tables() {
        for (hits, of, low, high) in [(8, 10, 0.4439, 0.9748), (0, 20, 0.0, 0.1684), (102, 102, 0.9645, 1.0)]
        {
            let share = Share::of(hits, of);
            assert!((share.low - low).abs() < 2e-4 && (share.high - high).abs() < 2e-4, "{share:?}");
        }
        assert_eq!(Share::of(0, 0).share, 0.0);
    }
}
