//! The vocabulary: which terms count, and how much (TF-IDF).
//!
//! A term's weight in a letter is (1 + ln n) · idf; words and pieces are brought to a length of their own, so
//! that the many pieces do not drown the few words, and the whole vector has length 1.

use super::{Kind, Term, Vector, terms};
use crate::LetterText;

/// Terms that count, by hash, with their inverse document frequency.
#[derive(Clone, Debug, PartialEq)]
pub struct Vocabulary {
    /// Ascending, without repetition.
    hashes: Vec<u32>,
    idf: Vec<f32>,
    /// Where the hashes with the same upper 16 bits begin; hashes are evenly spread, so a look-up reads two
    /// or three.
    buckets: Vec<u32>,
}

/// How much of a vector's square length the words have, and how much the pieces. Of 50, 35 and 20 parts in a
/// hundred for the words, 35 did best in cross-validation.
const PARTS: [f64; 2] = [0.35, 0.65];

/// Hashes and frequencies do not belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the vocabulary's hashes are not ascending, or their frequencies do not fit")]
pub struct NotVocabulary;

impl Vocabulary {
    /// A vocabulary as a model file keeps it.
    pub fn new(hashes: Vec<u32>, idf: Vec<f32>) -> Result<Self, NotVocabulary> {
        let ascending = hashes.windows(2).all(|pair| pair[0] < pair[1]);
        if !ascending || hashes.len() != idf.len() || !idf.iter().all(|idf| idf.is_finite()) {
            return Err(NotVocabulary);
        }
        let mut buckets = vec![0_u32; (1 << 16) + 1];
        for hash in &hashes {
            buckets[(hash >> 16) as usize + 1] += 1;
        }
        for bucket in 1..buckets.len() {
            buckets[bucket] += buckets[bucket - 1];
        }
        Ok(Self { hashes, idf, buckets })
    }

    /// Learns a vocabulary: every term that stands in at least `least` letters.
    pub fn learn<'a>(letters: impl IntoIterator<Item = LetterText<'a>>, least: u32) -> Self {
        let (mut all, mut own, mut count) = (Vec::new(), Vec::new(), 0_u32);
        for letter in letters {
            own.clear();
            terms(&letter, |term| own.push(term.hash));
            own.sort_unstable();
            own.dedup();
            all.extend_from_slice(&own);
            count += 1;
        }
        all.sort_unstable();
        let (mut hashes, mut idf) = (Vec::new(), Vec::new());
        for same in all.chunk_by(|one, other| one == other) {
            if same.len() as u32 >= least {
                hashes.push(same[0]);
                idf.push(inverse_frequency(count, same.len() as u32));
            }
        }
        Self::new(hashes, idf).expect("sorted and paired just above")
    }

    /// Number of a term, if it counts.
    pub fn number(&self, hash: u32) -> Option<u32> {
        let bucket = (hash >> 16) as usize;
        let (start, end) = (self.buckets[bucket] as usize, self.buckets[bucket + 1] as usize);
        let at = self.hashes[start..end].iter().position(|known| *known == hash)?;
        Some((start + at) as u32)
    }

    /// A letter as the model sees it.
    pub fn vector(&self, letter: &LetterText<'_>) -> Vector {
        let (mut found, mut met) = (Vec::new(), 0_u32);
        terms(letter, |Term { hash, kind, .. }| {
            met += 1;
            if let Some(number) = self.number(hash) {
                found.push((number, kind));
            }
        });
        found.sort_unstable();
        let known = if met == 0 { 0.0 } else { found.len() as f32 / met as f32 };
        self.weigh(&found, known)
    }

    fn weigh(&self, found: &[(u32, Kind)], known: f32) -> Vector {
        let mut vector = Vector { known, ..Vector::default() };
        let mut kinds = Vec::with_capacity(found.len());
        let mut squares = [0.0_f64; 2];
        for same in found.chunk_by(|one, other| one == other) {
            let (number, kind) = same[0];
            let weight = (1.0 + (same.len() as f64).ln()) * f64::from(self.idf[number as usize]);
            squares[kind as usize] += weight * weight;
            vector.features.push(number);
            vector.weights.push(weight as f32);
            kinds.push(kind);
        }
        let scale = scales(squares);
        for (weight, kind) in vector.weights.iter_mut().zip(kinds) {
            *weight = (f64::from(*weight) * scale[kind as usize]) as f32;
        }
        vector
    }

    /// How many terms count.
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Knows no term at all.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// The terms' hashes, ascending.
    pub fn hashes(&self) -> &[u32] {
        &self.hashes
    }

    /// The terms' inverse document frequencies, in the order of their hashes.
    pub fn idf(&self) -> &[f32] {
        &self.idf
    }
}

/// What brings words and pieces to their parts; a letter that has only one kind is all of that kind.
fn scales(squares: [f64; 2]) -> [f64; 2] {
    let parts = if squares.contains(&0.0) { [1.0, 1.0] } else { PARTS };
    std::array::from_fn(|kind| if squares[kind] > 0.0 { (parts[kind] / squares[kind]).sqrt() } else { 0.0 })
}

/// The smoothed form: as if one more letter held every term.
fn inverse_frequency(letters: u32, with_term: u32) -> f32 {
    ((f64::from(1 + letters) / f64::from(1 + with_term)).ln() + 1.0) as f32
}
