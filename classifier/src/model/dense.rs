//! The weights of common features, kept dense: a byte for every label.
//!
//! A piece like `ing` has something to say of every label, so a list of labels would be longer than all of them; and a
//! letter's common features are one matrix product, which is what runtimes are fast at.

use super::sparse::Weight;
use crate::features::Vector;

/// Weights of some features, a row of labels each.
#[derive(Clone, Debug, PartialEq)]
pub struct Dense {
    /// The features that have a row, ascending.
    pub(super) features: Vec<u32>,
    /// Row after row, whole numbers from -127 to 127.
    pub(super) weights: Vec<i8>,
    /// What a weight of 1 is worth, per label.
    pub(super) scale: Vec<f32>,
}

/// Parts that do not belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the common features' rows and scales do not fit together")]
pub(super) struct NotDense;

impl Dense {
    /// Rows for these features (ascending) out of weights of any; what belongs to no row is left out.
    pub fn of(weights: &[Weight], features: Vec<u32>, labels: usize) -> Self {
        let mut scale = vec![0.0_f32; labels];
        let own: Vec<(usize, &Weight)> = (weights.iter())
            .filter_map(|weight| Some((features.binary_search(&weight.feature).ok()?, weight)))
            .collect();
        for (_, weight) in &own {
            let scale = &mut scale[usize::from(weight.label)];
            *scale = scale.max(weight.weight.abs() / 127.0);
        }
        let mut table = vec![0_i8; features.len() * labels];
        for (row, Weight { label, weight, .. }) in own {
            let label = usize::from(*label);
            table[row * labels + label] = (weight / scale[label].max(f32::MIN_POSITIVE)).round() as i8;
        }
        Self { features, weights: table, scale }
    }

    pub(super) fn checked(self) -> Result<Self, NotDense> {
        let ascending = self.features.windows(2).all(|pair| pair[0] < pair[1]);
        let sound = ascending && self.weights.len() == self.features.len() * self.scale.len();
        if sound { Ok(self) } else { Err(NotDense) }
    }

    /// The rows that a letter needs, and the weight of the feature each belongs to.
    pub fn rows(&self, vector: &Vector) -> (Vec<i64>, Vec<f32>) {
        let row = |(feature, value)| Some((self.row(feature)? as i64, value));
        vector.iter().filter_map(row).unzip()
    }

    fn row(&self, feature: u32) -> Option<usize> {
        self.features.binary_search(&feature).ok()
    }

    /// Adds what a letter's features say to the score of every label.
    pub fn add_scores(&self, vector: &Vector, scores: &mut [f32]) {
        let (rows, values) = self.rows(vector);
        let sums = sum_rows(&self.weights, self.scale.len(), &rows, &values).unwrap_or_default();
        let scaled = sums.into_iter().zip(&self.scale).map(|(sum, scale)| sum * scale);
        scores.iter_mut().zip(scaled).for_each(|(score, scaled)| *score += scaled);
    }

    /// What one unit of a feature adds to a label's score; `None` for a feature without a row.
    pub fn weight(&self, feature: u32, label: u16) -> Option<f32> {
        let label = usize::from(label);
        let steps = self.weights[self.row(feature)? * self.scale.len() + label];
        Some(f32::from(steps) * self.scale[label])
    }
}

/// How many rows are added at once: sums are read and written a quarter as often as one by one.
const AT_ONCE: usize = 4;

/// Rows of a table with so many labels, each times its value, added up; `None` when a row is not there.
pub(super) fn sum_rows(table: &[i8], labels: usize, rows: &[i64], values: &[f32]) -> Option<Vec<f32>> {
    let mut sums = vec![0.0_f32; labels];
    let row = |row: i64| {
        let start = usize::try_from(row).ok()?.checked_mul(labels)?;
        table.get(start..start.checked_add(labels)?)
    };
    let (rows, values) = (rows.chunks(AT_ONCE), values.chunks(AT_ONCE));
    for (rows, values) in rows.zip(values) {
        // Where fewer are left, the first stands in for the missing ones, with no weight.
        let mut of = [row(rows[0])?; AT_ONCE];
        let mut times = [0.0_f32; AT_ONCE];
        for (at, (number, value)) in rows.iter().zip(values).enumerate() {
            (of[at], times[at]) = (row(*number)?, *value);
        }
        add_four(&mut sums, of, times);
    }
    Some(sums)
}

fn add_four(sums: &mut [f32], [a, b, c, d]: [&[i8]; AT_ONCE], [p, q, r, s]: [f32; AT_ONCE]) {
    let (ab, cd) = (a.iter().zip(b), c.iter().zip(d));
    for (sum, ((a, b), (c, d))) in sums.iter_mut().zip(ab.zip(cd)) {
        *sum += (p * f32::from(*a) + q * f32::from(*b)) + (r * f32::from(*c) + s * f32::from(*d));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dense() -> Dense {
        let weight = |feature, label, weight| Weight { feature, label, weight };
        Dense::of(
            &[weight(3, 0, 1.27), weight(3, 1, -2.0), weight(9, 0, 0.5), weight(4, 0, 9.0)],
            vec![3, 9],
            2,
        )
    }

    #[test]
    fn scores_are_what_the_weights_say() {
        let vector = Vector { features: vec![3, 4, 9], weights: vec![1.0, 1.0, 2.0], known: 1.0 };
        let mut scores = vec![0.0; 2];
        dense().add_scores(&vector, &mut scores);
        assert!((scores[0] - 2.27).abs() < 0.01 && (scores[1] + 2.0).abs() < 0.01, "{scores:?}");
        assert_eq!(dense().rows(&vector), (vec![0, 1], vec![1.0, 2.0]));
        assert_eq!(dense().weight(4, 0), None);
        assert!((dense().weight(3, 0).expect("a row") - 1.27).abs() < 0.001);
    }

    #[test]
    fn parts_that_do_not_fit_are_refused() {
        assert_eq!(dense().checked(), Ok(dense()));
        for spoil in [|one: &mut Dense| one.features[1] = 3, |one: &mut Dense| one.weights.truncate(3)] {
            let mut spoiled = dense();
            spoil(&mut spoiled);
            assert_eq!(spoiled.checked(), Err(NotDense));
        }
    }
}
