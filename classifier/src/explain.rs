//! Why: the words of a letter that carried a suggestion.
//!
//! Every term of the letter adds something to a label's score; what the pieces add is put on the word they
//! were cut from, and what a pair adds on its first. The words with the most are the reason, in the sender's
//! own spelling.
//!
//! Shown are words in lower case that the model has met in at least two letters: numbers, names and whatever else
//! is the sender's own begin with something else, or stand in one letter only. That is no masking: a name typed in
//! lower case may slip through, so the caller masks, or shows the words to those alone who may see the letter.

use std::collections::{BTreeMap, HashMap};

use kle::Subject;

use crate::LetterText;
use crate::features::{self, Kind, Term, terms};
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

/// The words that carried a label, the weightiest first.
pub fn words_for<'a>(model: &Model, letter: &LetterText<'a>, label: Subject) -> Vec<Reason<'a>> {
    let Some(number) = model.labels().number(label) else { return Vec::new() };
    weighed(model, letter, |feature| model.table().weight(feature, number as u16))
}

/// The words that speak for the runner-up rather than for the winner, the weightiest first: more of them, and it had won.
pub fn words_against<'a>(
    model: &Model,
    letter: &LetterText<'a>,
    winner: Subject,
    runner_up: Subject,
) -> Vec<Reason<'a>> {
    let labels = model.labels();
    let (Some(winner), Some(runner_up)) = (labels.number(winner), labels.number(runner_up)) else {
        return Vec::new();
    };
    let table = model.table();
    weighed(model, letter, |feature| {
        table.weight(feature, runner_up as u16) - table.weight(feature, winner as u16)
    })
}

/// The letter's words by what their features weigh, those that weigh something.
fn weighed<'a>(model: &Model, letter: &LetterText<'a>, weight: impl Fn(u32) -> f32) -> Vec<Reason<'a>> {
    let mut found = places(letter);
    let vector = model.vocabulary().vector(letter);
    let mut share = HashMap::new();
    terms(letter, |Term { hash, .. }| *share.entry(hash).or_insert(0.0_f32) += 1.0);
    terms(letter, |Term { hash, kind, word }| {
        let Some(feature) = model.vocabulary().number(hash) else { return };
        let Some(place) = found.get_mut(word) else { return };
        place.known |= kind == Kind::Word;
        let Ok(at) = vector.features.binary_search(&feature) else { return };
        place.adds += weight(feature) * vector.weights[at] / share[&hash];
    });
    gather(found)
}

/// The words alone, for showing: at most five, each once.
pub fn words(reasons: Vec<Reason<'_>>) -> Vec<String> {
    reasons.into_iter().take(SHOWN).map(|reason| reason.word.to_owned()).collect()
}

struct Place<'a> {
    word: &'a str,
    adds: f32,
    /// The model has met it as a word, in at least two letters.
    known: bool,
}

fn places<'a>(letter: &LetterText<'a>) -> Vec<Place<'a>> {
    let of = |text: &'a str| words_of(text).map(|word| Place { word, adds: 0.0, known: false });
    of(letter.label).chain(of(letter.body)).collect()
}

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    features::words(text).into_iter().map(|word| &text[word.span])
}

/// Brings the same word's places together and leaves out what is not for showing.
fn gather(places: Vec<Place<'_>>) -> Vec<Reason<'_>> {
    let mut once: BTreeMap<&str, Reason<'_>> = BTreeMap::new();
    for Place { word, adds, .. } in places.into_iter().filter(presentable) {
        once.entry(word).or_insert(Reason { word, adds: 0.0 }).adds += adds;
    }
    let mut reasons: Vec<Reason<'_>> = once.into_values().filter(|reason| reason.adds > 0.0).collect();
    reasons.sort_by(|one, other| other.adds.total_cmp(&one.adds));
    reasons
}

fn presentable(place: &Place<'_>) -> bool {
    place.known && place.word.chars().count() >= SHORTEST && place.word.chars().all(char::is_lowercase)
}
