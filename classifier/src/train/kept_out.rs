//! What a model says of letters it never saw: the ground on which blend and confidence are learned.

use super::choice::{Case, choose};
use crate::blend::{Blend, Probabilities, SIGNALS, signals};
use crate::index::Near;
use crate::labels::Labels;

/// A letter that was kept out, and what model and neighbours say of it.
pub(super) struct KeptOut {
    /// Its number.
    pub(super) letter: usize,
    /// The subject it is about, by number; `None` for one that belongs nowhere.
    pub(super) subject: Option<usize>,
    /// The score of every label.
    pub(super) scores: Vec<f32>,
    /// The same of its halves.
    pub(super) halves: Option<[Vec<f32>; 2]>,
    /// Letters like it, among those that were not kept out.
    pub(super) near: Vec<Near>,
}

/// How many subjects a case puts up for choice; the others are so unlikely that they teach nothing.
const ALTERNATIVES: usize = 100;
/// Weights with which the likeliest subjects are found before any weight is learned.
const FIRST_GUESS: Blend = Blend([10.0, 3.0, 2.0, 0.5, 0.0, 0.0]);

/// Learns how to weigh the signals together.
pub(super) fn blend(labels: &Labels, kept_out: &[KeptOut]) -> Blend {
    let cases: Vec<Case<SIGNALS>> = kept_out.iter().filter_map(|letter| case(labels, letter)).collect();
    Blend(choose(&cases))
}

fn case(labels: &Labels, kept_out: &KeptOut) -> Option<Case<SIGNALS>> {
    let right = kept_out.subject?;
    let signals = signals(labels, &kept_out.scores, &kept_out.near);
    let guess: Probabilities = FIRST_GUESS.weigh(labels, &signals);
    let mut alternatives = vec![signals[right]];
    let others = guess.best(labels.subjects(), ALTERNATIVES).into_iter().filter(|(label, _)| *label != right);
    alternatives.extend(others.map(|(label, _)| signals[label]));
    Some(Case { alternatives, right: 1 })
}
