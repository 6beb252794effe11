//! Learning to choose: weights under which the right alternatives get most of the probability.
//!
//! A case has alternatives, each with signals; some are right. The probability of an alternative is its share
//! of exp(weights · signals). Found by Newton's method with halved steps, in double precision and a fixed
//! order, so the same cases give the same weights. With two alternatives of which one has no signals this is
//! logistic regression.

/// One case: its alternatives, and which of them are right. Without a right one it teaches nothing.
pub(crate) struct Case<const N: usize> {
    /// Signals of every alternative.
    pub(crate) alternatives: Vec<[f32; N]>,
    /// How many of the first alternatives are right.
    pub(crate) right: usize,
}

/// What weights are held to when the cases say little.
pub(crate) struct Prior<const N: usize> {
    /// The weights that hold without any case.
    pub(crate) weights: [f64; N],
    /// How strongly each is held back, in mean loss per square of its distance.
    pub(crate) restraint: [f64; N],
}

/// How strongly weights are held back towards zero.
const RESTRAINT: f64 = 1e-4;
const MOST_STEPS: usize = 50;
/// When the loss falls by less, we are there.
const CLOSE_ENOUGH: f64 = 1e-9;

/// The weights that make the right alternatives most likely.
pub(super) fn choose<const N: usize>(cases: &[Case<N>]) -> [f32; N] {
    let cases: Vec<&Case<N>> = cases.iter().collect();
    choose_near(&cases, &Prior { weights: [0.0; N], restraint: [RESTRAINT; N] }).map(|weight| weight as f32)
}

/// The weights that make the right alternatives most likely, held to what is known before.
pub(crate) fn choose_near<const N: usize>(cases: &[&Case<N>], prior: &Prior<N>) -> [f64; N] {
    let cases: Vec<&Case<N>> = cases.iter().copied().filter(|case| case.right > 0).collect();
    let mut weights = prior.weights;
    if cases.is_empty() {
        return weights;
    }
    let mut now = Survey::of(&cases, &weights, prior);
    for _ in 0..MOST_STEPS {
        let step = now.step();
        let better = (0..20).find_map(|halvings| {
            let next = std::array::from_fn(|at| weights[at] + step[at] / f64::from(1 << halvings));
            let survey = Survey::of(&cases, &next, prior);
            (survey.loss < now.loss).then_some((next, survey))
        });
        let Some((next, survey)) = better else { break };
        let gained = now.loss - survey.loss;
        (weights, now) = (next, survey);
        if gained < CLOSE_ENOUGH {
            break;
        }
    }
    weights
}

impl<const N: usize> Case<N> {
    /// How surprising the right alternatives are under these weights: minus the logarithm of their share.
    pub(crate) fn surprise(&self, weights: &[f64; N]) -> f64 {
        let mut survey = Survey { loss: 0.0, slope: [0.0; N], curve: [[0.0; N]; N] };
        survey.add(self, weights);
        survey.loss
    }
}

/// Loss, slope and curvature at some weights.
struct Survey<const N: usize> {
    loss: f64,
    slope: [f64; N],
    curve: [[f64; N]; N],
}

impl<const N: usize> Survey<N> {
    fn of(cases: &[&Case<N>], weights: &[f64; N], prior: &Prior<N>) -> Self {
        let mut survey = Self { loss: 0.0, slope: [0.0; N], curve: [[0.0; N]; N] };
        for case in cases {
            survey.add(case, weights);
        }
        let count = cases.len() as f64;
        survey.loss /= count;
        for (at, weight) in weights.iter().enumerate() {
            let (away, restraint) = (weight - prior.weights[at], prior.restraint[at]);
            survey.loss += restraint * away * away / 2.0;
            survey.slope[at] = survey.slope[at] / count + restraint * away;
            survey.curve[at].iter_mut().for_each(|curve| *curve /= count);
            survey.curve[at][at] += restraint;
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

    #[test]
    fn few_cases_move_weights_little_and_many_move_them_where_they_belong() {
        let told = || Case { alternatives: vec![[1.0], [0.0]], right: 1 };
        let not = || Case { alternatives: vec![[0.0], [1.0]], right: 1 };
        let learned = |ten: usize| {
            let cases: Vec<Case<1>> = (0..9 * ten).map(|_| told()).chain((0..ten).map(|_| not())).collect();
            let prior = Prior { weights: [-1.0], restraint: [100.0 / cases.len() as f64] };
            choose_near(&cases.iter().collect::<Vec<_>>(), &prior)[0]
        };
        // Nine of ten say ln 9 = 2.2; what is known beforehand pulls a hundred thousand cases by a thousandth.
        let (few, many) = (learned(1), learned(10_000));
        assert!(few < -0.9 && many > 2.1, "{few} {many}");
        assert!((told().surprise(&[0.0]) - 2.0_f64.ln()).abs() < 1e-9);
    }
}
