//! Budget: from which confidence on so few letters are wrong that a unit's budget holds, with 95 % certainty.
//!
//! What is counted are letters that people have settled. The bounds are exact (Clopper and Pearson, Biometrika 26, 1934): with
//! a budget of 2 % the least that can show anything is 149 letters without an error, with 0.5 % it is 598.
//!
//! Trying many thresholds and taking the best would be wrong more often than one time in twenty. So they are tried in an
//! order that does not depend on what was right: from the surest letters downwards until the budget no longer holds
//! (Angelopoulos et al., "Learn then Test", 2021, fixed-sequence testing). A sequence that starts with few letters ends at
//! the first error; so sequences start at the smallest number that can show anything, at twice that, and so on, and share
//! the uncertainty between them.
//!
//! **Deliberately absent:** letters, units and time. The caller says which outcomes belong together.

/// How often a bound may be wrong.
const RISK: f64 = 0.05;
/// So many wrong among the [`LATEST`] letters are too many, whatever the budget: something has just changed.
const SUDDEN: usize = 2;
/// The letters that are looked at for a sudden change.
const LATEST: usize = 20;

/// How sure the classifier was of a letter, and whether it was right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// Calibrated probability that was given, 0 to 1.
    pub confidence: f32,
    /// Was it right?
    pub right: bool,
}

/// The fewest letters that can show that a budget holds: so many without an error.
pub fn enough(budget: f64) -> usize {
    enough_at(budget, RISK)
}

/// From which confidence on at most `budget` are wrong; `None` when no confidence is known to be that good.
pub fn threshold(outcomes: &[Outcome], budget: f64) -> Option<f32> {
    let mut surest: Vec<&Outcome> = outcomes.iter().filter(|o| o.confidence.is_finite()).collect();
    surest.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let starts = starts(surest.len(), budget);
    let risk = RISK / starts.max(1) as f64;
    let first = enough_at(budget, risk);
    (0..starts).filter_map(|doubled| downwards(&surest, first << doubled, budget, risk)).reduce(f32::min)
}

/// How many sequences so many letters allow.
fn starts(letters: usize, budget: f64) -> usize {
    let fits = |starts: &usize| enough_at(budget, RISK / *starts as f64) << (starts - 1) <= letters;
    (1..usize::BITS as usize / 2).take_while(fits).last().unwrap_or(0)
}

/// The lowest confidence that a sequence reaches from its first so many letters on.
fn downwards(surest: &[&Outcome], from: usize, budget: f64, risk: f64) -> Option<f32> {
    let mut reached = None;
    let mut wrong = 0;
    for (at, outcome) in surest.iter().enumerate() {
        wrong += usize::from(!outcome.right);
        // A threshold lets in all letters of the same confidence, or none.
        let ties = surest.get(at + 1).is_some_and(|next| next.confidence >= outcome.confidence);
        if at + 1 < from || ties {
            continue;
        }
        if at_most(wrong, at + 1, budget) > risk {
            break;
        }
        reached = Some(outcome.confidence);
    }
    reached
}

fn enough_at(budget: f64, risk: f64) -> usize {
    (risk.ln() / (1.0 - budget).ln()).ceil() as usize
}

/// Has it gone over the budget? `right` are the letters passed on unseen and settled, newest first.
///
/// When the share of wrong ones is above the budget with 95 % certainty, or when [`SUDDEN`] of the newest [`LATEST`] are wrong.
/// One error alone is never too many: errors are told at once, and that nothing was wrong shows only after days.
pub fn is_over(right: &[bool], budget: f64) -> bool {
    let wrong = |of: &[bool]| of.iter().filter(|right| !**right).count();
    let latest = &right[..right.len().min(LATEST)];
    let all = wrong(right);
    wrong(latest) >= SUDDEN || all >= SUDDEN && interval(all, right.len(), RISK).0 > budget
}

/// The share of wrong ones, between two bounds: either is beyond the truth at most one time in `1 / risk`.
pub fn interval(wrong: usize, of: usize, risk: f64) -> (f64, f64) {
    let lower = if wrong == 0 { 0.0 } else { bisect(|share| at_most(wrong - 1, of, share) > 1.0 - risk) };
    let upper = if wrong >= of { 1.0 } else { bisect(|share| at_most(wrong, of, share) > risk) };
    (lower, upper)
}

/// Where something that is true of small shares stops being true.
fn bisect(holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if holds(middle) { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// The probability of at most `wrong` among `of`, when each is wrong with this probability.
fn at_most(wrong: usize, of: usize, share: f64) -> f64 {
    if share <= 0.0 || wrong >= of {
        return 1.0;
    }
    if share >= 1.0 {
        return 0.0;
    }
    let odds = (share / (1.0 - share)).ln();
    let mut term = of as f64 * (1.0 - share).ln();
    // Summed relative to the greatest term so far: the first of a thousand letters would be no number by itself.
    let (mut greatest, mut sum) = (term, 1.0);
    for k in 1..=wrong {
        term += odds + ((of - k + 1) as f64 / k as f64).ln();
        if term > greatest {
            sum = sum * (greatest - term).exp() + 1.0;
            greatest = term;
        } else {
            sum += (term - greatest).exp();
        }
    }
    (greatest + sum.ln()).exp().min(1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn outcomes(of: &[(usize, f32, bool)]) -> Vec<Outcome> {
        let one = |&(n, confidence, right): &(usize, f32, bool)| vec![Outcome { confidence, right }; n];
        of.iter().flat_map(one).collect()
    }

    #[test]
    fn the_bounds_are_those_of_the_tables() {
        // Two-sided 95 % limits of Clopper and Pearson, as in any table of them; and the rule of three.
        for (wrong, of, risk, lower, upper) in [
            (0, 10, 0.025, 0.0, 0.308_5),
            (1, 10, 0.025, 0.002_5, 0.445_0),
            (5, 10, 0.025, 0.187_1, 0.812_9),
            (10, 10, 0.025, 0.691_5, 1.0),
            (2, 100, 0.025, 0.002_4, 0.070_4),
            (10, 1000, 0.025, 0.004_8, 0.018_3),
            (0, 149, 0.05, 0.0, 0.019_9),
        ] {
            let (low, high) = interval(wrong, of, risk);
            assert!((low - lower).abs() < 6e-5 && (high - upper).abs() < 6e-5, "{wrong}/{of}: {low} {high}");
        }
        let (low, high) = interval(0, 0, 0.05);
        assert!(low == 0.0 && high == 1.0);
    }

    #[test]
    fn too_few_letters_show_nothing() {
        assert_eq!([enough(0.02), enough(0.005), enough(0.1), enough(0.001)], [149, 598, 29, 2995]);
        assert_eq!(threshold(&outcomes(&[(148, 0.99, true)]), 0.02), None);
        assert_eq!(threshold(&outcomes(&[(149, 0.99, true)]), 0.02), Some(0.99));
        assert_eq!(threshold(&[], 0.02), None);
    }

    #[test]
    fn the_threshold_is_as_low_as_the_errors_allow() {
        let letters = [(200, 0.95, true), (1, 0.8, true), (40, 0.7, false), (200, 0.6, true)];
        assert_eq!(threshold(&outcomes(&letters), 0.02), Some(0.8));
        // Letters of the same confidence are let in together or not at all.
        let tied = [(200, 0.95, true), (300, 0.8, true), (40, 0.8, false)];
        assert_eq!(threshold(&outcomes(&tied), 0.02), Some(0.95));
        // One error among the very surest ends the first sequence, not the next.
        let early = [(1, 0.999, false), (1200, 0.9, true)];
        assert_eq!(threshold(&outcomes(&early), 0.02), Some(0.9));
        assert_eq!(threshold(&outcomes(&[(1, 0.999, false), (200, 0.9, true)]), 0.02), None);
        assert_eq!(threshold(&outcomes(&[(600, f32::NAN, true)]), 0.02), None);
    }

    #[test]
    fn over_budget_is_seen_at_once_and_in_the_long_run() {
        let newest_first =
            |wrong: &[usize], of: usize| (0..of).map(|at| !wrong.contains(&at)).collect::<Vec<_>>();
        assert!(!is_over(&[], 0.02));
        assert!(!is_over(&[false], 0.02) && !is_over(&[false, true], 0.02), "one is no proof");
        assert!(!is_over(&newest_first(&[3], 100), 0.02));
        assert!(is_over(&newest_first(&[3, 19], 100), 0.02), "two of the newest twenty");
        assert!(!is_over(&newest_first(&[3, 20], 200), 0.02));
        assert!(
            is_over(&newest_first(&[25, 50, 75, 100, 125, 150, 160, 170, 180], 200), 0.02),
            "nine of 200"
        );
    }

    proptest! {
        #[test]
        fn a_threshold_keeps_its_promise_on_the_letters_it_was_found_on(
            letters in prop::collection::vec((0u8..50, prop::bool::weighted(0.97)), 0..1500),
        ) {
            let letters: Vec<Outcome> = letters
                .into_iter()
                .map(|(c, right)| Outcome { confidence: f32::from(c) / 50.0, right })
                .collect();
            if let Some(from) = threshold(&letters, 0.05) {
                let above: Vec<_> = letters.iter().filter(|l| l.confidence >= from).collect();
                let wrong = above.iter().filter(|l| !l.right).count();
                prop_assert!(interval(wrong, above.len(), RISK).1 <= 0.05 + 1e-9);
            }
        }

        #[test]
        fn the_sum_agrees_with_a_naive_one(of in 1usize..40, wrong in 0usize..40, share in 0.01f64..0.99) {
            let choose = |k: usize| (1..=k).fold(1.0, |c, i| c * (of - k + i) as f64 / i as f64);
            let naive: f64 = (0..=wrong.min(of))
                .map(|k| choose(k) * share.powi(k as i32) * (1.0 - share).powi((of - k) as i32))
                .sum();
            prop_assert!((at_most(wrong, of, share) - naive.min(1.0)).abs() < 1e-9);
        }
    }
}
