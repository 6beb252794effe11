//! The Gram matrix: how alike any two letters are.
//!
//! All that a linear model can learn from letters is in it, so 2,390 subjects and five cross-validation folds
//! share one comparison of every letter with every other. It holds n² numbers of 4 bytes: 1 GB for 16,000
//! letters, which is where this way of training ends; beyond 40,000 another is needed.

use crate::features::Vector;

/// Products of vectors, every one with every one.
pub struct Gram {
    size: usize,
    rows: Vec<f32>,
}

impl Gram {
    /// Compares every vector with every other, in two threads.
    pub fn of(vectors: &[Vector]) -> Self {
        let size = vectors.len();
        let mut rows = vec![0.0; size * size];
        let postings = Postings::of(vectors);
        let half = size.div_ceil(2).max(1);
        std::thread::scope(|threads| {
            for (vectors, rows) in vectors.chunks(half).zip(rows.chunks_mut((half * size).max(1))) {
                let postings = &postings;
                threads.spawn(move || {
                    for (vector, row) in vectors.iter().zip(rows.chunks_exact_mut(size)) {
                        postings.compare(vector, row);
                    }
                });
            }
        });
        Self { size, rows }
    }

    /// How alike this letter is to every letter.
    pub fn row(&self, letter: usize) -> &[f32] {
        &self.rows[letter * self.size..(letter + 1) * self.size]
    }

    /// How many letters were compared.
    pub fn size(&self) -> usize {
        self.size
    }
}

/// For every feature, the letters that have it.
struct Postings {
    starts: Vec<u32>,
    letters: Vec<u32>,
    weights: Vec<f32>,
}

impl Postings {
    fn of(vectors: &[Vector]) -> Self {
        let features =
            vectors.iter().filter_map(|vector| vector.features.last()).max().map_or(0, |last| last + 1);
        let mut starts = vec![0_u32; features as usize + 1];
        for feature in vectors.iter().flat_map(|vector| &vector.features) {
            starts[*feature as usize + 1] += 1;
        }
        for feature in 1..starts.len() {
            starts[feature] += starts[feature - 1];
        }
        let total = starts.last().copied().unwrap_or(0) as usize;
        let (mut letters, mut weights) = (vec![0; total], vec![0.0; total]);
        let mut next = starts.clone();
        for (letter, vector) in vectors.iter().enumerate() {
            for (feature, weight) in vector.iter() {
                let place = &mut next[feature as usize];
                letters[*place as usize] = letter as u32;
                weights[*place as usize] = weight;
                *place += 1;
            }
        }
        Self { starts, letters, weights }
    }

    fn compare(&self, vector: &Vector, row: &mut [f32]) {
        for (feature, weight) in vector.iter() {
            let range = self.starts[feature as usize] as usize..self.starts[feature as usize + 1] as usize;
            for (letter, other) in self.letters[range.clone()].iter().zip(&self.weights[range]) {
                row[*letter as usize] += weight * other;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_compared_once_and_both_ways() {
        let vector = |pairs: &[(u32, f32)]| Vector {
            features: pairs.iter().map(|pair| pair.0).collect(),
            weights: pairs.iter().map(|pair| pair.1).collect(),
            known: 1.0,
        };
        let gram = Gram::of(&[vector(&[(0, 1.0), (3, 2.0)]), vector(&[(3, 0.5)]), vector(&[(1, 1.0)])]);
        assert_eq!(gram.row(0), [5.0, 1.0, 0.0]);
        assert_eq!(gram.row(1), [1.0, 0.25, 0.0]);
        assert_eq!(gram.size(), 3);
        assert_eq!(Gram::of(&[]).size(), 0);
    }
}
