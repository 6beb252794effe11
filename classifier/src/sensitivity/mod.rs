//! Sensitivity: how guarded a letter has to be, and why.
//!
//! A letter is judged by its words: `words.tsv` holds phrases for every [`Ground`], and those that look alike
//! and are none (*voldgade*, *misbrug af p-plads*). The grounds are those of GDPR articles 9 and 10, with what
//! a municipality has to handle with at least as much care: children in need, violence, a protected address,
//! a life in danger. The highest ground gives the [`Level`].
//!
//! **Deliberately absent:** quotations. What is said of a ground is a fixed sentence, never the letter's own.

mod ground;
mod phrases;

use serde::{Deserialize, Serialize};

pub use ground::{Ground, Level};

use crate::LetterText;
use crate::mask::{Found, Kind};

/// Følsomhed: how guarded a letter has to be, and on what grounds.
#[doc(alias = "følsomhed")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sensitivity {
    /// The highest level of any ground.
    pub level: Level,
    /// Grounds, each once, in the order of [`Ground::ALL`].
    pub grounds: Vec<Ground>,
}

impl Sensitivity {
    /// Must somebody look at it at once?
    #[doc(alias = "haster")]
    pub fn is_urgent(&self) -> bool {
        self.grounds.iter().any(|ground| ground.is_urgent())
    }
}

/// Judges a letter by its words and by what masking found in it: a CPR number or an account makes it
/// confidential, health words near a person make it sensitive.
pub fn judge(letter: &LetterText<'_>, found: &[Found]) -> Sensitivity {
    let mut grounds = phrases::grounds(letter.label);
    grounds.extend(phrases::grounds(letter.body));
    if found.iter().any(|found| found.kind == Kind::Health) {
        grounds.insert(Ground::Health);
    }
    if found.iter().any(|found| matches!(found.kind, Kind::Cpr | Kind::Account)) {
        grounds.insert(Ground::Identity);
    }
    let level = grounds.iter().map(|ground| ground.level()).max().unwrap_or(Level::Ordinary);
    Sensitivity { level, grounds: grounds.into_iter().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::{Known, find};

    const LETTERS: &str = include_str!("letters.tsv");

    fn judged(text: &str) -> Sensitivity {
        let letter = LetterText { label: "", body: text };
        judge(&letter, &find(&letter, &Known::default()))
    }

    #[test]
    fn every_letter_has_its_grounds() {
        let mut count = 0;
        let mut wrong = Vec::new();
        for line in LETTERS.lines().filter(|line| !line.starts_with('#')) {
            let (expected, text) = line.split_once('\t').expect("two columns");
            let grounds: Vec<&str> = judged(text).grounds.iter().map(|ground| ground.name()).collect();
            let grounds = if grounds.is_empty() { "-".to_owned() } else { grounds.join(" ") };
            if grounds != expected {
                wrong.push(format!("{text}\n  expected {expected}, is {grounds}"));
            }
            count += 1;
        }
        assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
        assert!(count >= 80, "{count}");
    }

    #[test]
    fn every_ground_has_a_letter_and_a_sentence() {
        for ground in Ground::ALL {
            let named = LETTERS.lines().any(|line| {
                line.split('\t')
                    .next()
                    .is_some_and(|names| names.split(' ').any(|name| name == ground.name()))
            });
            assert!(named, "{ground:?}");
            assert!(ground.sentence().ends_with('.') && ground.level() > Level::Ordinary, "{ground:?}");
        }
    }

    #[test]
    fn the_highest_ground_gives_the_level() {
        for (text, level, urgent) in [
            ("Hvornår har biblioteket åbent?", Level::Ordinary, false),
            ("Mit cpr er 610203-1234", Level::Confidential, false),
            ("Min søn har autisme", Level::Sensitive, false),
            ("Min søn har autisme, og vi har hemmelig adresse", Level::Protected, false),
            ("Jeg kan ikke mere og vil tage mit eget liv", Level::Sensitive, true),
        ] {
            let judged = judged(text);
            assert_eq!((judged.level, judged.is_urgent()), (level, urgent), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_judged(label in proptest::prelude::any::<String>(), body in "(?s).{0,200}") {
            let letter = LetterText { label: &label, body: &body };
            let judged = judge(&letter, &find(&letter, &Known::default()));
            proptest::prop_assert!(judged.grounds.is_sorted());
        }
    }
}
