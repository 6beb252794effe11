//! Drift: has a share of letters changed, or does it only look so?
//!
//! The newest weeks are held against those before. The test is Fisher's exact one (two-sided: every table as improbable as the one
//! seen, or more so), which is honest about small counts.
//!
//! **Deliberately absent:** what the share is of, and the weeks. The caller counts.

/// So many of so many letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// How many.
    pub hits: u64,
    /// Of how many.
    pub of: u64,
}

/// A change that chance makes less often than this is told.
pub const TOLD: f64 = 0.01;

/// How probable so large a difference is if nothing has changed.
pub fn chance(newest: Part, before: Part) -> f64 {
    let (all, hits) = (newest.of + before.of, newest.hits + before.hits);
    if newest.of == 0 || before.of == 0 {
        return 1.0;
    }
    let logs = log_factorials(all);
    let log_choose = |of: u64, k: u64| logs[of as usize] - logs[k as usize] - logs[(of - k) as usize];
    let log_of = |k: u64| log_choose(newest.of, k) + log_choose(before.of, hits - k) - log_choose(all, hits);
    let seen = log_of(newest.hits);
    let fewest = hits.saturating_sub(before.of);
    // A hair of slack, so that a table that is exactly as improbable counts whatever the rounding.
    let as_improbable = (fewest..=hits.min(newest.of)).map(log_of).filter(|log| *log <= seen + 1e-9);
    as_improbable.map(f64::exp).sum::<f64>().min(1.0)
}

fn log_factorials(up_to: u64) -> Vec<f64> {
    let mut sum = 0.0;
    let mut logs = vec![0.0];
    logs.extend((1..=up_to).map(|n| {
        sum += (n as f64).ln();
        sum
    }));
    logs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_is_that_of_the_tables() {
        // Fisher's tea: three of four and one of four; and two tables worked out by R's fisher.test.
        for ([a, b, c, d], p) in
            [([3, 4, 1, 4], 0.485_714), ([1, 10, 11, 14], 0.002_759), ([0, 5, 5, 5], 0.007_937)]
        {
            let found = chance(Part { hits: a, of: b }, Part { hits: c, of: d });
            assert!((found - p).abs() < 1e-5, "{a}/{b} {c}/{d}: {found}");
        }
    }

    #[test]
    fn nothing_to_compare_with_is_no_change_and_a_large_one_is_seen() {
        let part = |hits, of| Part { hits, of };
        assert_eq!(chance(part(0, 0), part(5, 9)), 1.0);
        assert_eq!(chance(part(5, 9), part(0, 0)), 1.0);
        assert!(chance(part(300, 1000), part(310, 1000)) > 0.5);
        assert!(chance(part(300, 1000), part(600, 3000)) < TOLD);
    }
}
