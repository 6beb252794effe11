//! Thinning: a line has a weight for some 60,000 features, and a model file has room for its most important ones.
//!
//! Kept are the largest. Their size times the feature's root mean square over all letters, which ought to tell what
//! they add to scores, did worse: of letters kept out, 49.6 % got the right subject with 1,600 weights a line, to
//! 51.8 % by size alone and 52.9 % with all weights. What the dropped weights would have added to the average letter
//! goes into the constant term; without that it was 50.4 %.

use super::svm::Line;
use crate::features::Vector;
use crate::model::Weight;

/// What a feature weighs in the average letter.
pub(super) struct Thinning {
    mean: Vec<f32>,
}

impl Thinning {
    /// Looks at letters, for a vocabulary of so many features.
    pub(super) fn of<'a>(vectors: impl Iterator<Item = &'a Vector>, features: usize) -> Self {
        let (mut sums, mut count) = (vec![0.0_f64; features], 0.0_f64);
        for vector in vectors {
            count += 1.0;
            for (feature, weight) in vector.iter() {
                sums[feature as usize] += f64::from(weight);
            }
        }
        Self { mean: sums.into_iter().map(|sum| (sum / count.max(1.0)) as f32).collect() }
    }

    /// The largest weights of a line, at most `keep`, and its constant term.
    pub(super) fn thin(
        &self,
        vectors: &[Vector],
        line: &Line,
        label: u16,
        keep: usize,
    ) -> (Vec<Weight>, f32) {
        let mut sums = vec![0.0_f32; self.mean.len()];
        for (letter, multiplier) in &line.support {
            for (feature, value) in vectors[*letter as usize].iter() {
                sums[feature as usize] += multiplier * value;
            }
        }
        let all = (0..).zip(sums).map(|(feature, weight)| Weight { feature, label, weight });
        let mut weights: Vec<Weight> = all.filter(|weight| weight.weight != 0.0).collect();
        if keep >= weights.len() {
            return (weights, line.bias);
        }
        weights.select_nth_unstable_by(keep, |one, other| {
            other.weight.abs().total_cmp(&one.weight.abs()).then(one.feature.cmp(&other.feature))
        });
        let mut dropped = weights.split_off(keep);
        dropped.sort_unstable_by_key(|weight| weight.feature);
        let lost: f32 = dropped.iter().map(|weight| weight.weight * self.mean[weight.feature as usize]).sum();
        (weights, line.bias + lost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_stay_and_the_rest_goes_into_the_constant() {
        let vector = |features: Vec<u32>, weights: Vec<f32>| Vector { features, weights, known: 1.0 };
        let vectors = [vector(vec![0, 1], vec![0.5, 0.25]), vector(vec![0], vec![0.5])];
        let thinning = Thinning::of(vectors.iter(), 2);
        let line = Line { support: vec![(0, 2.0)], bias: 0.25, margins: Vec::new() };
        let (weights, bias) = thinning.thin(&vectors, &line, 7, 1);
        assert_eq!(weights, [Weight { feature: 0, label: 7, weight: 1.0 }]);
        assert_eq!(bias, 0.25 + 0.5 * 0.125);
        assert_eq!(thinning.thin(&vectors, &line, 7, 2), (weights_of_both(), 0.25));
    }

    fn weights_of_both() -> Vec<Weight> {
        [(0, 1.0), (1, 0.5)].map(|(feature, weight)| Weight { feature, label: 7, weight }).to_vec()
    }
}
