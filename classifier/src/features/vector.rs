//! Sparse vectors: features by number, ascending, with their weight.

/// A letter as the model sees it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Vector {
    /// Numbers of its features in the vocabulary, ascending.
    pub features: Vec<u32>,
    /// Weight of each.
    pub weights: Vec<f32>,
    /// Share of the letter's terms that the vocabulary knows, 0 to 1; 0 for a letter without terms.
    pub known: f32,
}

impl Vector {
    /// Features with their weights.
    pub fn iter(&self) -> impl Iterator<Item = (u32, f32)> + '_ {
        self.features.iter().copied().zip(self.weights.iter().copied())
    }

    /// How many features it has.
    pub fn len(&self) -> usize {
        self.features.len()
    }

    /// No feature at all: nothing can be said of such a letter.
    pub fn is_empty(&self) -> bool {
        self.features.is_empty()
    }
}
