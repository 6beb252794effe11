//! Learning to choose: weights under which the right alternatives get most of the probability.
//!
//! A case has alternatives, each with signals; some are right. The probability of an alternative is its share
//! of exp(weights · signals). Found by Newton's method with halved steps, in double precision and a fixed
//! order, so the same cases give the same weights. With two alternatives of which one has no signals this is
//! logistic regression.

/// One case: its alternatives, and which of them are right. Without a right one it teaches nothing.
pub(super) struct Case<const N: usize> {
    /// Signals of every alternative.
    pub(super) alternatives: Vec<[f32; N]>,
    /// How many of the first alternatives are right.
    pub(super) right: usize,
}

/// How strongly weights are held back towards zero.
const RESTRAINT: f64 = 1e-4;
const MOST_STEPS: usize = 50;
/// When the loss falls by less, we are there.
const CLOSE_ENOUGH: f64 = 1e-9;

/// The weights that make the right alternatives most likely.
pub(super) fn choose<const N: usize>(cases: &[Case<N>]) -> [f32; N] {
    let cases: Vec<&Case<N>> = cases.iter().filter(|case| case.right > 0).collect();
    let mut weights = [0.0; N];
    if cases.is_empty() {
        return weights.map(|weight| weight as f32);
    }
    let mut now = Survey::of(&cases, &weights);
    for _ in 0..MOST_STEPS {
        let step = now.step();
        let better = (0..20).find_map(|halvings| {
            let next = std::array::from_fn(|at| weights[at] + step[at] / f64::from(1 << halvings));
            let survey = Survey::of(&cases, &next);
            (survey.loss < now.loss).then_some((next, survey))
        });
        let Some((next, survey)) = better else { break };
        let gained = now.loss - survey.loss;
        (weights, now) = (next, survey);
        if gained < CLOSE_ENOUGH {
            break;
        }
    }
    weights.map(|weight| weight as f32)
}

/// Loss, slope and curvature at some weights.
struct Survey<const N: usize> {
    loss: f64,
    slope: [f64; N],
    curve: [[f64; N]; N],
}

impl<const N: usize> Survey<N> {
    fn of(cases: &[&Case<N>], weights: &[f64; N]) -> Self {
        let mut survey = Self { loss: 0.0, slope: [0.0; N], curve: [[0.0; N]; N] };
        for case in cases {
            survey.add(case, weights);
        }
        let count = cases.len() as f64;
        survey.loss /= count;
        for (at, weight) in weights.iter().enumerate() {
            survey.loss += RESTRAINT * weight * weight / 2.0;
            survey.slope[at] = survey.slope[at] / count + RESTRAINT * weight;
            survey.curve[at].iter_mut().for_each(|curve| *curve /= count);
            survey.curve[at][at] += RESTRAINT;
        }
        survey
    }

    fn add(&mut self, case: &Case<N>, weights: &[f64; N]) {
        let strength = |signals: &[f32; N]| -> f64 {
            signals.iter().zip(weights).map(|(signal, weight)| f64::from(*signal) * weight).sum()
        };
        let mut shares: Vec<f64> = case.alternatives.iter().map(strength).collect();
        let most = shares.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        shares.iter_mut().for_each(|share| *share = (*share - most).exp());
        let total: f64 = shares.iter().sum();
        let right: f64 = shares[..case.right].iter().sum::<f64>().max(f64::MIN_POSITIVE);
        self.loss -= (right / total).ln();
        let all = mean(&case.alternatives, &shares, total);
        let good = mean(&case.alternatives[..case.right], &shares[..case.right], right);
        for at in 0..N {
            self.slope[at] += all[at] - good[at];
        }
        for (signals, share) in case.alternatives.iter().zip(&shares) {
            self.bend(signals, &all, share / total);
        }
    }

    fn bend(&mut self, signals: &[f32; N], mean: &[f64; N], share: f64) {
        let apart: [f64; N] = std::array::from_fn(|at| f64::from(signals[at]) - mean[at]);
        for (row, weighted) in self.curve.iter_mut().zip(apart.map(|apart| apart * share)) {
            row.iter_mut().zip(apart).for_each(|(curve, apart)| *curve += weighted * apart);
        }
    }

    /// The step that would lead to the lowest point if the loss were a parabola.
    fn step(&self) -> [f64; N] {
        let (mut curve, mut step) = (self.curve, self.slope.map(|slope| -slope));
        for pivot in 0..N {
            for row in pivot + 1..N {
                let factor = curve[row][pivot] / curve[pivot][pivot];
                let above = curve[pivot];
                curve[row].iter_mut().zip(above).for_each(|(own, above)| *own -= factor * above);
                step[row] -= factor * step[pivot];
            }
        }
        for row in (0..N).rev() {
            let known: f64 = (row + 1..N).map(|column| curve[row][column] * step[column]).sum();
            step[row] = (step[row] - known) / curve[row][row];
        }
        step
    }
}

fn mean<const N: usize>(alternatives: &[[f32; N]], shares: &[f64], total: f64) -> [f64; N] {
    let mut mean = [0.0; N];
    for (signals, share) in alternatives.iter().zip(shares) {
        for at in 0..N {
            mean[at] += f64::from(signals[at]) * share / total;
        }
    }
    mean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signal_that_tells_gets_the_weight() {
        let case =
            |told: f32, noise: f32, right| Case { alternatives: vec![[told, noise], [0.0, 0.0]], right };
        let mut cases = Vec::new();
        for noise in [-1.0, 1.0] {
            cases.extend((0..9).map(|_| case(1.0, noise, 1)));
            cases.push(Case { alternatives: vec![[0.0, 0.0], [1.0, noise]], right: 1 });
        }
        let weights = choose(&cases);
        assert!((weights[0] - 9.0_f32.ln()).abs() < 0.01, "nine of ten: {weights:?}");
        assert!(weights[1].abs() < 0.001, "{weights:?}");
    }

    #[test]
    fn without_a_right_answer_nothing_is_learned() {
        assert_eq!(choose(&[Case { alternatives: vec![[1.0]], right: 0 }]), [0.0]);
        assert_eq!(choose::<2>(&[]), [0.0, 0.0]);
    }
}
