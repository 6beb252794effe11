//! Thinning: a line has a weight for some 60,000 features, and a model file has room for its most important ones.
//!
//! Kept are those of common features, and the largest of the others. Their size times the feature's root mean square over all letters, which ought to tell what
//! they add to scores, did worse: of letters kept out, 49.6 % got the right subject with 1,600 weights a line, to
//! 51.8 % by size alone and 52.9 % with all weights. What the dropped weights would have added to the average letter
//! goes into the constant term; without that it was 50.4 %.

use super::svm::Line;
use crate::features::Vector;
use crate::model::Weight;

/// What a feature weighs in the average letter, and which features are common.
pub(super) struct Thinning {
    mean: Vec<f32>,
    /// Ascending.
    common: Vec<u32>,
}

impl Thinning {
    /// Looks at letters, for a vocabulary of so many features of which `common` are common.
    pub(super) fn of<'a>(vectors: impl Iterator<Item = &'a Vector>, features: usize, common: usize) -> Self {
        let (mut sums, mut letters, mut count) = (vec![0.0_f64; features], vec![0_u32; features], 0.0_f64);
        for vector in vectors {
            count += 1.0;
            for (feature, weight) in vector.iter() {
                sums[feature as usize] += f64::from(weight);
                letters[feature as usize] += 1;
            }
        }
        let mut commonest: Vec<u32> = (0..features as u32).collect();
        commonest.sort_by_key(|feature| std::cmp::Reverse(letters[*feature as usize]));
        commonest.truncate(common);
        commonest.sort_unstable();
        let mean = sums.into_iter().map(|sum| (sum / count.max(1.0)) as f32).collect();
        Self { mean, common: commonest }
    }

    /// The features whose weights are all kept, ascending.
    pub(super) fn into_common(self) -> Vec<u32> {
        self.common
    }

    /// A line's weights of common features, its `keep` largest of rare ones, and its constant term.
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
        let is_common = |weight: &Weight| self.common.binary_search(&weight.feature).is_ok();
        let (mut kept, mut weights): (Vec<Weight>, Vec<Weight>) =
            all.filter(|weight| weight.weight != 0.0).partition(is_common);
        if keep >= weights.len() {
            kept.append(&mut weights);
            return (kept, line.bias);
        }
        weights.select_nth_unstable_by(keep, |one, other| {
            other.weight.abs().total_cmp(&one.weight.abs()).then(one.feature.cmp(&other.feature))
        });
        let mut dropped = weights.split_off(keep);
        dropped.sort_unstable_by_key(|weight| weight.feature);
        let lost: f32 = dropped.iter().map(|weight| weight.weight * self.mean[weight.feature as usize]).sum();
        kept.append(&mut weights);
        (kept, line.bias + lost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_stay_and_the_rest_goes_into_the_constant() {
        let vector = |features: Vec<u32>, weights: Vec<f32>| Vector { features, weights, known: 1.0 };
        let vectors = [vector(vec![0, 1], vec![0.5, 0.25]), vector(vec![0], vec![0.5])];
        let thinning = Thinning::of(vectors.iter(), 2, 0);
        let line = Line { support: vec![(0, 2.0)], bias: 0.25, margins: Vec::new() };
        let (weights, bias) = thinning.thin(&vectors, &line, 7, 1);
        assert_eq!(weights, [Weight { feature: 0, label: 7, weight: 1.0 }]);
        assert_eq!(bias, 0.25 + 0.5 * 0.125);
        assert_eq!(thinning.thin(&vectors, &line, 7, 2), (weights_of_both(), 0.25));
        let all_common = Thinning::of(vectors.iter(), 2, 2);
        assert_eq!(all_common.thin(&vectors, &line, 7, 1), (weights_of_both(), 0.25));
        assert_eq!(all_common.into_common(), [0, 1]);
    }

    fn weights_of_both() -> Vec<Weight> {
        [(0, 1.0), (1, 0.5)].map(|(feature, weight)| Weight { feature, label: 7, weight }).to_vec()
    }
}
