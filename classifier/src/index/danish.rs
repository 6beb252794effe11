//! Danish for the index: a letter's words as stems.
//!
//! Words are folded as the model's are (lower case, spelling variants of æ, ø and å as one), stemmed by Snowball's
//! Danish algorithm, and compounds give their parts as well.

use std::collections::BTreeSet;

use frostem::{Algorithm, Stemmer};

use super::compounds::{Compounds, hash};
use crate::LetterText;
use crate::features::words;
use crate::train::Corpus;

/// Knows Danish words.
pub struct Danish {
    compounds: Compounds,
}

/// A stem where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stem {
    /// What the index knows it by.
    pub hash: u32,
    /// Number of its word, counted through label and body.
    pub word: usize,
}

impl Danish {
    /// Danish with these compounds.
    pub fn new(compounds: Compounds) -> Self {
        Self { compounds }
    }

    /// Learns the compounds from letters.
    pub fn learn(corpus: &Corpus) -> Self {
        let letters: Vec<_> = corpus
            .letters()
            .map(|labelled| [words(labelled.letter.label), words(labelled.letter.body)])
            .collect();
        let own = letters.iter().map(|parts| parts.iter().flatten().map(|word| word.letters()).collect());
        Self::new(Compounds::learn(own.collect::<Vec<BTreeSet<_>>>()))
    }

    /// The stems of a letter, in the order of its words.
    pub fn stems(&self, letter: &LetterText<'_>) -> Vec<Stem> {
        let stemmer = Stemmer::new(Algorithm::Danish);
        let (mut stems, mut text) = (Vec::new(), String::new());
        let all = words(letter.label).into_iter().chain(words(letter.body));
        for (number, word) in all.enumerate() {
            let mut add = |part: &[u8]| {
                text.clear();
                text.extend(part.iter().map(|letter| char::from(*letter)));
                stems.push(Stem { hash: hash(stemmer.stem(&text).as_bytes()), word: number });
            };
            add(word.letters());
            self.compounds.split(word.letters()).into_iter().flatten().for_each(&mut add);
        }
        stems
    }

    /// The hashes of a letter's stems.
    pub fn hashes(&self, letter: &LetterText<'_>) -> Vec<u32> {
        self.stems(letter).into_iter().map(|stem| stem.hash).collect()
    }

    /// The words it splits compounds into.
    pub fn compounds(&self) -> &Compounds {
        &self.compounds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(danish: &Danish, text: &str) -> Vec<u32> {
        danish.hashes(&LetterText { label: "", body: text })
    }

    #[test]
    fn forms_of_a_word_are_one_stem() {
        let danish = Danish::new(Compounds::default());
        for (one, other) in
            [("legepladsen", "Legepladser"), ("hegnet", "HEGN"), ("ansøgning", "ansoegninger")]
        {
            assert_eq!(hashes(&danish, one), hashes(&danish, other), "{one} {other}");
        }
        assert_ne!(hashes(&danish, "hegn"), hashes(&danish, "hund"));
    }

    #[test]
    fn a_compound_meets_its_parts() {
        let part = |text: &str| words(text).iter().map(|word| hash(word.letters())).collect::<Vec<_>>();
        let danish = Danish::new(Compounds::new([part("bygge"), part("tilladelse")].concat()));
        let stems = hashes(&danish, "byggetilladelse");
        assert_eq!(stems.len(), 3);
        assert!(stems.contains(&hashes(&danish, "tilladelser")[0]));
        assert_eq!(danish.stems(&LetterText { label: "Byg", body: "ny byggetilladelse" })[4].word, 2);
    }
}
