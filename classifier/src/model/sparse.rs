//! The weights of rare features, kept sparse: what a feature says for or against which labels.
//!
//! A feature owns some *rows*; a row holds [`WIDTH`] pairs of label and weight. Rows of one width are what a
//! `Gather` can fetch, so the same table is a pair of tensors in the ONNX file. Weights are whole numbers
//! from -127 to 127 with one scale per label: beside the pruning, this costs nothing that can be measured.

use crate::features::Vector;

/// Pairs in a row. Half of the features fit into one; a last row is filled up with weight 0.
pub const WIDTH: usize = 8;

/// Weights by feature and label.
#[derive(Clone, Debug, PartialEq)]
pub struct Sparse {
    /// First row of every feature, and one more: where the last one's rows end.
    pub(super) first_row: Vec<u32>,
    /// Label of every pair, rows one after the other.
    pub(super) labels: Vec<i16>,
    /// Weight of every pair, in the same order.
    pub(super) weights: Vec<i8>,
    /// What a weight of 1 is worth, per label.
    pub(super) scale: Vec<f32>,
}

/// One weight on its way into a table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weight {
    /// Number of the feature.
    pub feature: u32,
    /// Number of the label.
    pub label: u16,
    /// What it adds to the label's score, per unit of the feature.
    pub weight: f32,
}

/// Parts of a table that do not belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the weights' rows, labels and scales do not fit together")]
pub(super) struct NotSparse;

impl Sparse {
    /// A table of these weights, for so many features and labels.
    pub fn of(mut weights: Vec<Weight>, features: usize, labels: usize) -> Self {
        weights.sort_unstable_by_key(|weight| (weight.feature, weight.label));
        let mut scale = vec![0.0_f32; labels];
        for weight in &weights {
            let scale = &mut scale[usize::from(weight.label)];
            *scale = scale.max(weight.weight.abs() / 127.0);
        }
        let mut table = Self { first_row: vec![0], labels: Vec::new(), weights: Vec::new(), scale };
        let mut left = weights.as_slice();
        for feature in 0..features as u32 {
            let (own, rest) = left.split_at(left.partition_point(|weight| weight.feature == feature));
            table.add(own);
            left = rest;
        }
        if table.labels.is_empty() && features > 0 {
            // A graph cannot gather from nothing.
            table.labels.resize(WIDTH, 0);
            table.weights.resize(WIDTH, 0);
            table.first_row[features] = 1;
        }
        table
    }

    fn add(&mut self, own: &[Weight]) {
        for weight in own {
            let steps = (weight.weight / self.scale[usize::from(weight.label)]).round() as i8;
            if steps != 0 {
                self.labels.push(weight.label as i16);
                self.weights.push(steps);
            }
        }
        let full = self.labels.len().next_multiple_of(WIDTH);
        self.labels.resize(full, 0);
        self.weights.resize(full, 0);
        self.first_row.push((full / WIDTH) as u32);
    }

    /// Does everything in it point at something that is there?
    pub(super) fn checked(self) -> Result<Self, NotSparse> {
        let rows = self.labels.len() / WIDTH;
        let sound = self.labels.len() == rows * WIDTH
            && self.weights.len() == self.labels.len()
            && self.first_row.first() == Some(&0)
            && self.first_row.last() == Some(&(rows as u32))
            && self.first_row.is_sorted()
            && self.labels.iter().all(|label| (0..self.scale.len() as i64).contains(&i64::from(*label)));
        if sound { Ok(self) } else { Err(NotSparse) }
    }

    /// The rows that a letter needs, and the weight of the feature they belong to.
    pub fn rows(&self, vector: &Vector) -> (Vec<i64>, Vec<f32>) {
        let (mut rows, mut values) = (Vec::new(), Vec::new());
        for (feature, value) in vector.iter() {
            for row in self.rows_of(feature) {
                rows.push(row as i64);
                values.push(value);
            }
        }
        (rows, values)
    }

    fn rows_of(&self, feature: u32) -> std::ops::Range<usize> {
        let feature = feature as usize;
        match self.first_row.get(feature..feature + 2) {
            Some(&[start, end]) => start as usize..end as usize,
            _ => 0..0,
        }
    }

    /// Adds what a letter's features say to the score of every label: the arithmetic that the ONNX graph repeats.
    pub fn add_scores(&self, vector: &Vector, scores: &mut [f32]) {
        let mut sums = vec![0.0_f32; self.scale.len()];
        let (rows, values) = self.rows(vector);
        // Everything points at something that is there: the table was checked when it was read.
        let _ = sum_pairs((&self.labels, &self.weights), &rows, &values, &mut sums);
        let scaled = sums.into_iter().zip(&self.scale).map(|(sum, scale)| sum * scale);
        scores.iter_mut().zip(scaled).for_each(|(score, scaled)| *score += scaled);
    }

    /// What one unit of a feature adds to a label's score.
    pub fn weight(&self, feature: u32, label: u16) -> f32 {
        let steps: i32 =
            self.pairs_of(feature).filter(|(of, _)| *of == label).map(|(_, steps)| i32::from(steps)).sum();
        steps as f32 * self.scale[usize::from(label)]
    }

    fn pairs_of(&self, feature: u32) -> impl Iterator<Item = (u16, i8)> + '_ {
        let rows = self.rows_of(feature);
        let pairs = rows.start * WIDTH..rows.end * WIDTH;
        self.labels[pairs.clone()].iter().map(|label| *label as u16).zip(self.weights[pairs].iter().copied())
    }

    /// How many labels it has.
    pub fn labels(&self) -> usize {
        self.scale.len()
    }

    /// How many weights it holds.
    pub fn len(&self) -> usize {
        self.weights.iter().filter(|weight| **weight != 0).count()
    }

    /// Holds no weight: every letter gets the same scores.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Adds rows of pairs of label and weight, each weight times its row's value, to the labels' sums; `None` when a row or a
/// label is not there.
pub(super) fn sum_pairs(
    (labels, weights): (&[i16], &[i8]),
    rows: &[i64],
    values: &[f32],
    sums: &mut [f32],
) -> Option<()> {
    let ((labels, _), (weights, _)) = (labels.as_chunks::<WIDTH>(), weights.as_chunks::<WIDTH>());
    for (row, value) in rows.iter().zip(values) {
        let row = usize::try_from(*row).ok()?;
        for (label, weight) in labels.get(row)?.iter().zip(weights.get(row)?) {
            *sums.get_mut(*label as usize)? += value * f32::from(*weight);
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Sparse {
        let weights = (0..11).map(|label| Weight { feature: 1, label, weight: f32::from(label) - 5.0 });
        let more = [Weight { feature: 0, label: 10, weight: 2.54 }];
        Sparse::of(weights.chain(more).collect(), 3, 11)
    }

    #[test]
    fn a_feature_has_as_many_rows_as_it_needs() {
        let table = table();
        assert_eq!(table.first_row, [0, 1, 3, 3]);
        assert_eq!(table.len(), 1 + 10, "a weight of zero is not kept");
        assert_eq!(table.clone().checked(), Ok(table));
    }

    #[test]
    fn scores_are_what_the_weights_say() {
        let vector = Vector { features: vec![0, 1, 2, 9], weights: vec![1.0, 0.5, 7.0, 7.0], known: 1.0 };
        let mut scores = vec![0.5; 11];
        table().add_scores(&vector, &mut scores);
        assert!((scores[10] - (0.5 + 2.54 + 2.5)).abs() < 0.03, "{scores:?}");
        assert!((scores[0] - (0.5 - 2.5)).abs() < 0.03, "{scores:?}");
        assert!((table().weight(1, 0) + 5.0).abs() < 1e-5);
    }

    #[test]
    fn parts_that_do_not_fit_are_refused() {
        let spoil: [fn(&mut Sparse); 4] = [
            |table| table.labels[0] = 11,
            |table| table.labels[0] = -1,
            |table| table.first_row[1] = 9,
            |table| table.weights.truncate(7),
        ];
        for spoil in spoil {
            let mut table = table();
            spoil(&mut table);
            assert_eq!(table.checked(), Err(NotSparse));
        }
    }
}
