//! The blend: the model's scores on three levels and the nearest letters, weighed into one probability per
//! subject.
//!
//! A subject's strength is a weighted sum of six signals, a probability is its share of everybody's strength
//! (softmax), and a group is as probable as its subjects together. The weights are learned on letters that
//! the experts had not seen ([`train::choice`](crate::train)), so an expert counts for as much as its record
//! is worth, and the probabilities are calibrated by the same stroke: the weights' common size is the
//! temperature.

use serde::{Deserialize, Serialize};

use crate::index::Near;
use crate::labels::Labels;

/// Signals for every subject.
pub const SIGNALS: usize = 6;
/// What a subject has that no neighbour speaks for: a share must not be zero, for its logarithm is taken.
const SILENT: f32 = 0.01;

/// How much each signal counts: score of the subject, of its group, of its main group; logarithm of the
/// neighbours' share of the subject, of its group, of its main group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Blend(pub [f32; SIGNALS]);

/// Probabilities of every label: on each level they sum to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Probabilities(pub Vec<f32>);

/// The signals of every subject, in the order of the labels.
pub fn signals(labels: &Labels, scores: &[f32], near: &[Near]) -> Vec<[f32; SIGNALS]> {
    let shares = shares(labels, near);
    let of = |subject: usize| {
        let [group, main_group] = labels.above(subject);
        let own = [subject, group, main_group];
        let [subject, group, main_group] = own.map(|label| scores[label]);
        let said = own.map(|label| (shares[label] + SILENT).ln());
        [subject, group, main_group, said[0], said[1], said[2]]
    };
    labels.subjects().map(of).collect()
}

/// How much of the neighbours' likeness, cubed so that the likest speak loudest, each label has.
pub fn shares(labels: &Labels, near: &[Near]) -> Vec<f32> {
    let mut shares = vec![0.0; labels.len()];
    let total: f32 = near.iter().map(|near| near.likeness.powi(3)).sum();
    if total > 0.0 {
        for near in near {
            let Some(subject) = labels.number(near.subject) else { continue };
            let [group, main_group] = labels.above(subject);
            for label in [subject, group, main_group] {
                shares[label] += near.likeness.powi(3) / total;
            }
        }
    }
    shares
}

impl Blend {
    /// The probability of every label.
    pub fn weigh(&self, labels: &Labels, signals: &[[f32; SIGNALS]]) -> Probabilities {
        let strength =
            |signals: &[f32; SIGNALS]| -> f32 { signals.iter().zip(&self.0).map(|(s, w)| s * w).sum() };
        Probabilities::of(labels, signals.iter().map(strength).collect())
    }
}

impl Probabilities {
    /// The probability of every label, from the strength of every subject.
    pub(crate) fn of(labels: &Labels, strengths: Vec<f32>) -> Self {
        let most = strengths.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let mut all = vec![0.0; labels.len()];
        let total: f32 = strengths.iter().map(|strength| (strength - most).exp()).sum();
        for (subject, strength) in strengths.into_iter().enumerate() {
            let probability = (strength - most).exp() / total;
            let [group, main_group] = labels.above(subject);
            for label in [subject, group, main_group] {
                all[label] += probability;
            }
        }
        Self(all)
    }

    /// The most probable labels of a level, at most `count`, best first; equals in the order of the plan.
    pub fn best(&self, level: std::ops::Range<usize>, count: usize) -> Vec<(usize, f32)> {
        let mut all: Vec<(usize, f32)> = level.map(|label| (label, self.0[label])).collect();
        let likelier =
            |one: &(usize, f32), other: &(usize, f32)| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0));
        if count > 0 && count < all.len() {
            all.select_nth_unstable_by(count - 1, likelier);
        }
        all.truncate(count);
        all.sort_unstable_by(likelier);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels() -> Labels {
        Labels::of(
            ["01.01.01", "01.01.02", "01.02.01", "02.01.01"]
                .map(|text| kle::Subject::parse(text).expect(text)),
        )
    }

    #[test]
    fn probabilities_add_up_on_every_level() {
        let labels = labels();
        let scores: Vec<f32> = (0..labels.len()).map(|label| label as f32 / 10.0).collect();
        let near =
            [(1, 0.5), (3, 0.25)].map(|(label, likeness)| Near { subject: labels.get(label), likeness });
        let signals = signals(&labels, &scores, &near);
        let blend = Blend([2.0, 1.0, 1.0, 0.5, 0.1, 0.1]);
        let Probabilities(all) = blend.weigh(&labels, &signals);
        for level in [labels.subjects(), labels.groups(), labels.main_groups()] {
            assert!((all[level].iter().sum::<f32>() - 1.0).abs() < 1e-5, "{all:?}");
        }
        assert!((shares(&labels, &near)[1] - 8.0 / 9.0).abs() < 1e-6);
    }

    #[test]
    fn the_best_come_first_and_equals_in_the_order_of_the_plan() {
        let probabilities = Probabilities(vec![0.1, 0.4, 0.1, 0.4]);
        assert_eq!(probabilities.best(0..4, 3), [(1, 0.4), (3, 0.4), (0, 0.1)]);
        assert_eq!(probabilities.best(2..4, 9), [(3, 0.4), (2, 0.1)]);
        assert!(probabilities.best(0..4, 0).is_empty());
    }
}
