//! Nearest neighbours: training letters that are most like this one, as a second opinion.
//!
//! An inverted index in memory: for every feature the letters in which it weighs most. It keeps a letter's
//! [`KEPT`] heaviest features, a byte each, which costs about 400 bytes a letter. [`Evidence`] is what the
//! blend speaks to, so that an index on disk can take its place.
//!
//! **Deliberately absent:** text. The index knows numbers of features and a letter's subject.

use crate::features::Vector;
use crate::model::Model;
use crate::train::Corpus;

/// How many features of a letter the index keeps. All of them (some 500) find hardly other neighbours.
pub const KEPT: usize = 128;
/// How many neighbours have a say.
pub const NEIGHBOURS: usize = 60;
/// A weight of one is this many steps; heavier than a half does not occur in letters of more than a few words.
const STEPS: f32 = 512.0;

/// Gives letters that are like a letter.
pub trait Evidence: Send + Sync {
    /// The letters most like this one, at most [`NEIGHBOURS`], the likest first.
    fn nearest(&self, vector: &Vector) -> Vec<Near>;
}

/// A letter that is like the one asked about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// Number of its subject among the labels.
    pub label: u16,
    /// How like, 0 to 1.
    pub likeness: f32,
}

/// The index over training letters.
pub struct Neighbours {
    /// Where each feature's postings begin, and one more.
    starts: Vec<u32>,
    letters: Vec<u32>,
    weights: Vec<u8>,
    labels: Vec<u16>,
}

impl Neighbours {
    /// An index over letters, each with the number of its subject, for a vocabulary of so many features.
    pub fn of<'a>(letters: impl IntoIterator<Item = (u16, &'a Vector)>, features: usize) -> Self {
        let (mut postings, mut labels) = (Vec::new(), Vec::new());
        for (letter, (label, vector)) in letters.into_iter().enumerate() {
            labels.push(label);
            postings.extend(heaviest(vector).map(|(feature, steps)| (feature, letter as u32, steps)));
        }
        postings.sort_unstable();
        let mut starts = vec![0_u32; features + 1];
        for (feature, _, _) in &postings {
            starts[*feature as usize + 1] += 1;
        }
        for feature in 1..starts.len() {
            starts[feature] += starts[feature - 1];
        }
        let letters = postings.iter().map(|posting| posting.1).collect();
        let weights = postings.iter().map(|posting| posting.2).collect();
        Self { starts, letters, weights, labels }
    }

    /// An index over the letters of a corpus whose subject a model knows, in the corpus's order.
    pub fn from_corpus(model: &Model, corpus: &Corpus) -> Self {
        let known = corpus.letters().filter_map(|labelled| {
            let label = model.labels().number(labelled.subject?)?;
            Some((label as u16, model.vocabulary().vector(&labelled.letter)))
        });
        let known: Vec<(u16, Vector)> = known.collect();
        Self::of(known.iter().map(|(label, vector)| (*label, vector)), model.vocabulary().len())
    }

    /// The letters most like this one among those that `counts` lets through; training keeps some out.
    pub fn nearest_of(&self, vector: &Vector, counts: impl Fn(usize) -> bool) -> Vec<Near> {
        let mut likeness = vec![0.0_f32; self.labels.len()];
        for (feature, weight) in vector.iter() {
            let feature = feature as usize;
            let Some(&[start, end]) = self.starts.get(feature..feature + 2) else { continue };
            let own = start as usize..end as usize;
            for (letter, steps) in self.letters[own.clone()].iter().zip(&self.weights[own]) {
                likeness[*letter as usize] += weight * f32::from(*steps);
            }
        }
        let mut near: Vec<(f32, usize)> = (likeness.into_iter().zip(0..))
            .filter(|(likeness, letter)| *likeness > 0.0 && counts(*letter))
            .collect();
        let likest =
            |one: &(f32, usize), other: &(f32, usize)| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1));
        if near.len() > NEIGHBOURS {
            near.select_nth_unstable_by(NEIGHBOURS, likest);
            near.truncate(NEIGHBOURS);
        }
        near.sort_unstable_by(likest);
        let near = near.into_iter();
        near.map(|(likeness, letter)| Near { label: self.labels[letter], likeness: likeness / STEPS })
            .collect()
    }

    /// Bytes it holds in memory.
    pub fn bytes(&self) -> usize {
        self.starts.len() * 4 + self.letters.len() * 5 + self.labels.len() * 2
    }
}

impl Evidence for Neighbours {
    fn nearest(&self, vector: &Vector) -> Vec<Near> {
        self.nearest_of(vector, |_| true)
    }
}

fn heaviest(vector: &Vector) -> impl Iterator<Item = (u32, u8)> {
    let mut all: Vec<(u32, f32)> = vector.iter().collect();
    all.sort_by(|one, other| other.1.total_cmp(&one.1));
    all.truncate(KEPT);
    all.into_iter().map(|(feature, weight)| (feature, (weight * STEPS).round().min(255.0) as u8))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vector(pairs: &[(u32, f32)]) -> Vector {
        let (features, weights) = pairs.iter().copied().unzip();
        Vector { features, weights, known: 1.0 }
    }

    #[test]
    fn the_likest_letter_comes_first() {
        let letters = [vector(&[(0, 0.4), (1, 0.1)]), vector(&[(1, 0.4)]), vector(&[(2, 0.4)])];
        let index = Neighbours::of([7, 8, 9].into_iter().zip(&letters), 3);
        let near = index.nearest(&vector(&[(0, 0.1), (1, 0.2), (5, 1.0)]));
        assert_eq!(near.iter().map(|near| near.label).collect::<Vec<_>>(), [8, 7]);
        assert!((near[0].likeness - 0.08).abs() < 0.001, "{near:?}");
        assert_eq!(index.nearest_of(&letters[0], |letter| letter != 0)[0].label, 8);
        assert!(index.nearest(&Vector::default()).is_empty());
    }

    #[test]
    fn at_most_so_many_have_a_say() {
        let letters = vec![vector(&[(0, 0.3)]); 2 * NEIGHBOURS];
        let index = Neighbours::of((0..).zip(&letters), 1);
        let near = index.nearest(&letters[0]);
        assert_eq!(near.len(), NEIGHBOURS);
        assert_eq!(
            near[NEIGHBOURS - 1].label as usize,
            NEIGHBOURS - 1,
            "equals in the order they were learned"
        );
    }
}
