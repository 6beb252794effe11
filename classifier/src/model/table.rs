//! The weights of a linear model: common features dense, rare ones sparse, and every label's constant.

use super::dense::Dense;
use super::sparse::{Sparse, Weight};
use crate::features::Vector;

/// All weights of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub(super) dense: Dense,
    pub(super) sparse: Sparse,
    /// The score of a letter without features, per label.
    pub(super) bias: Vec<f32>,
}

/// What the graph is fed for a letter: at least one row of each kind, so that no input is empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    /// Rows of the dense table.
    pub dense: Vec<i64>,
    /// The weight of each row's feature.
    pub dense_values: Vec<f32>,
    /// Rows of the sparse table.
    pub sparse: Vec<i64>,
    /// The weight of the feature each belongs to.
    pub sparse_values: Vec<f32>,
}

impl Table {
    /// A table of these weights, for so many features; `common` (ascending) are kept dense.
    pub fn of(weights: Vec<Weight>, features: usize, common: Vec<u32>, bias: Vec<f32>) -> Self {
        // A graph cannot gather from nothing.
        let common = if common.is_empty() { vec![0] } else { common };
        let dense = Dense::of(&weights, common, bias.len());
        let rare =
            weights.into_iter().filter(|weight| dense.features.binary_search(&weight.feature).is_err());
        let sparse = Sparse::of(rare.collect(), features, bias.len());
        Self { dense, sparse, bias }
    }

    /// Do its parts have the same labels?
    pub(super) fn fits(&self) -> bool {
        self.dense.scale.len() == self.bias.len() && self.sparse.labels() == self.bias.len()
    }

    /// What the graph is fed for a letter.
    pub fn rows(&self, vector: &Vector) -> Rows {
        let (dense, dense_values) = self.dense.rows(vector);
        let (sparse, sparse_values) = self.sparse.rows(vector);
        let mut rows = Rows { dense, dense_values, sparse, sparse_values };
        let pairs = [(&mut rows.dense, &mut rows.dense_values), (&mut rows.sparse, &mut rows.sparse_values)];
        for (rows, values) in pairs.into_iter().filter(|(rows, _)| rows.is_empty()) {
            rows.push(0);
            values.push(0.0);
        }
        rows
    }

    /// The score of every label, computed here instead of by the graph.
    pub fn scores(&self, vector: &Vector) -> Vec<f32> {
        let mut scores = self.bias.clone();
        self.dense.add_scores(vector, &mut scores);
        self.sparse.add_scores(vector, &mut scores);
        scores
    }

    /// What one unit of a feature adds to a label's score.
    pub fn weight(&self, feature: u32, label: u16) -> f32 {
        self.dense.weight(feature, label).unwrap_or_else(|| self.sparse.weight(feature, label))
    }

    /// How many labels it has.
    pub fn labels(&self) -> usize {
        self.bias.len()
    }

    /// How many weights it holds, zeros not counted.
    pub fn len(&self) -> usize {
        self.sparse.len() + self.dense.weights.iter().filter(|weight| **weight != 0).count()
    }

    /// Holds no weight: every letter gets the same scores.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
