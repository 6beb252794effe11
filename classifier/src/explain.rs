//! Why: the words of a letter that carried a suggestion.
//!
//! Every term of the letter adds something to a label's score; what the pieces add is put on the word they
//! were cut from, and what a pair adds on its first. The words with the most are the reason, in the sender's
//! own spelling.
//!
//! Shown are words in lower case that the model has met in at least two letters: numbers, names and whatever else
//! is the sender's own begin with something else, or stand in one letter only. That is no masking: a name typed in
//! lower case may slip through, so the caller masks, or shows the words to those alone who may see the letter.

use std::collections::BTreeMap;

use kle::Subject;

use crate::LetterText;
use crate::features::{self, Kind, Term, Vector, terms};
use crate::model::Model;

/// How many words a suggestion gives as its reason.
const SHOWN: usize = 5;
/// Shorter words carry no meaning to show.
const SHORTEST: usize = 3;

/// A word of the letter and what it adds to a label's score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reason<'a> {
    /// As the sender wrote it.
    pub word: &'a str,
    /// What it adds to the score, all its places in the letter together.
    pub adds: f32,
}

/// A letter read for its reasons: once, whatever the number of labels that are asked about.
pub struct Reasons<'a> {
    model: &'a Model,
    places: Vec<Place<'a>>,
    /// Terms that count: number of the feature, of the word it stands in, and its share of the feature's weight.
    terms: Vec<(u32, usize, f32)>,
}

impl<'a> Reasons<'a> {
    /// Reads a letter that has this vector.
    pub fn read(model: &'a Model, letter: &LetterText<'a>, vector: &Vector) -> Self {
        let mut places = places(letter);
        let mut found: Vec<(u32, usize)> = Vec::new();
        terms(letter, |Term { hash, kind, word }| {
            let Some(feature) = model.vocabulary().number(hash) else { return };
            let Some(place) = places.get_mut(word) else { return };
            place.known |= kind == Kind::Word;
            found.push((feature, word));
        });
        found.sort_unstable();
        let mut terms = Vec::with_capacity(found.len());
        for same in found.chunk_by(|one, other| one.0 == other.0) {
            let Ok(at) = vector.features.binary_search(&same[0].0) else { continue };
            let share = vector.weights[at] / same.len() as f32;
            terms.extend(same.iter().map(|(feature, word)| (*feature, *word, share)));
        }
        Self { model, places, terms }
    }

    /// The words that carried a label, the weightiest first.
    pub fn words_for(&self, label: Subject) -> Vec<Reason<'a>> {
        let Some(number) = self.model.labels().number(label) else { return Vec::new() };
        self.weighed(|feature| self.model.table().weight(feature, number as u16))
    }

    /// The words that speak for the runner-up rather than for the winner, the weightiest first: more of them, and it
    /// had won.
    pub fn words_against(&self, winner: Subject, runner_up: Subject) -> Vec<Reason<'a>> {
        let labels = self.model.labels();
        let (Some(winner), Some(runner_up)) = (labels.number(winner), labels.number(runner_up)) else {
            return Vec::new();
        };
        let table = self.model.table();
        self.weighed(|feature| table.weight(feature, runner_up as u16) - table.weight(feature, winner as u16))
    }

    /// The letter's words by what their features weigh, those that weigh something.
    fn weighed(&self, weight: impl Fn(u32) -> f32) -> Vec<Reason<'a>> {
        let mut adds = vec![0.0_f32; self.places.len()];
        let mut last: Option<(u32, f32)> = None;
        for (feature, word, share) in &self.terms {
            // Terms of a feature stand together.
            let own = match last {
                Some((known, own)) if known == *feature => own,
                _ => weight(*feature),
            };
            last = Some((*feature, own));
            adds[*word] += own * share;
        }
        gather(&self.places, &adds)
    }
}

/// The words alone, for showing: at most five, each once.
pub fn words(reasons: Vec<Reason<'_>>) -> Vec<String> {
    reasons.into_iter().take(SHOWN).map(|reason| reason.word.to_owned()).collect()
}

struct Place<'a> {
    word: &'a str,
    /// The model has met it as a word, in at least two letters.
    known: bool,
}

fn places<'a>(letter: &LetterText<'a>) -> Vec<Place<'a>> {
    let of = |text: &'a str| features::words(text).into_iter().map(|word| &text[word.span]);
    of(letter.label).chain(of(letter.body)).map(|word| Place { word, known: false }).collect()
}

/// Brings the same word's places together and leaves out what is not for showing.
fn gather<'a>(places: &[Place<'a>], adds: &[f32]) -> Vec<Reason<'a>> {
    let mut once: BTreeMap<&str, Reason<'a>> = BTreeMap::new();
    for (place, adds) in places.iter().zip(adds).filter(|(place, _)| presentable(place)) {
        once.entry(place.word).or_insert(Reason { word: place.word, adds: 0.0 }).adds += adds;
    }
    let mut reasons: Vec<Reason<'a>> = once.into_values().filter(|reason| reason.adds > 0.0).collect();
    reasons.sort_by(|one, other| other.adds.total_cmp(&one.adds));
    reasons
}

fn presentable(place: &Place<'_>) -> bool {
    place.known && place.word.chars().count() >= SHORTEST && place.word.chars().all(char::is_lowercase)
}
