//! Phrases that tell a ground, and those that look alike and do not.
//!
//! A phrase is a row of words. `*` at either end of a word stands for any letters; `_` stands for any word. A
//! phrase of the ground `not` takes the words it covers away from the others.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use super::Ground;
use crate::mask::words;

struct Phrase {
    /// `None` takes words away.
    ground: Option<Ground>,
    words: Vec<Form>,
}

enum Form {
    Whole(&'static str),
    Begins(&'static str),
    Ends(&'static str),
    Holds(&'static str),
    Any,
}

impl Form {
    fn read(word: &'static str) -> Self {
        let inner = word.trim_matches('*');
        match (word.starts_with('*'), word.ends_with('*')) {
            _ if word == "_" => Self::Any,
            (true, true) => Self::Holds(inner),
            (true, false) => Self::Ends(inner),
            (false, true) => Self::Begins(inner),
            (false, false) => Self::Whole(inner),
        }
    }

    fn fits(&self, word: &str) -> bool {
        match self {
            Self::Whole(whole) => word == *whole,
            Self::Begins(begin) => word.starts_with(begin),
            Self::Ends(end) => word.ends_with(end),
            Self::Holds(part) => word.contains(part),
            Self::Any => true,
        }
    }

    /// The first two letters of every word that fits, when it is known.
    fn head(&self) -> Option<&'static str> {
        match self {
            Self::Whole(word) | Self::Begins(word) => {
                word.get(..word.char_indices().nth(2).map_or(word.len(), |(at, _)| at))
            }
            _ => None,
        }
    }
}

/// Phrases by the head of their first word, and those whose first word may begin with anything.
struct Phrases {
    by_head: HashMap<&'static str, Vec<Phrase>>,
    others: Vec<Phrase>,
}

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    let mut phrases = Phrases { by_head: HashMap::new(), others: Vec::new() };
    for line in include_str!("words.tsv").lines().filter(|line| !line.starts_with('#')) {
        let Some((name, list)) = line.split_once('\t') else { continue };
        let ground = Ground::ALL.into_iter().find(|ground| ground.name() == name);
        for text in list.split(',') {
            let words: Vec<Form> = text.split_whitespace().map(Form::read).collect();
            let Some(first) = words.first() else { continue };
            let head = first.head().filter(|head| head.chars().count() == 2);
            let place = match head {
                Some(head) => phrases.by_head.entry(head).or_default(),
                None => &mut phrases.others,
            };
            place.push(Phrase { ground, words });
        }
    }
    phrases
});

/// The grounds that the words of a text tell.
pub(super) fn grounds(text: &str) -> BTreeSet<Ground> {
    let words = words(text);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut taken = vec![false; words.len()];
    each(&words, |at, phrase| {
        if phrase.ground.is_none() {
            taken[at..at + phrase.words.len()].fill(true);
        }
    });
    let mut grounds = BTreeSet::new();
    each(&words, |at, phrase| {
        let free = taken[at..at + phrase.words.len()].iter().all(|taken| !taken);
        grounds.extend(phrase.ground.filter(|_| free));
    });
    grounds
}

/// Calls with every phrase that stands somewhere, and where.
fn each(words: &[&str], mut found: impl FnMut(usize, &Phrase)) {
    for (at, word) in words.iter().enumerate() {
        let head = word.char_indices().nth(2).map_or(*word, |(end, _)| &word[..end]);
        let own = PHRASES.by_head.get(head).map_or(&[][..], Vec::as_slice);
        for phrase in own.iter().chain(&PHRASES.others) {
            let rest = &words[at..];
            if rest.len() >= phrase.words.len()
                && phrase.words.iter().zip(rest).all(|(form, word)| form.fits(word))
            {
                found(at, phrase);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_names_a_ground() {
        for line in include_str!("words.tsv").lines().filter(|line| !line.starts_with('#')) {
            let name = line.split('\t').next().unwrap_or_default();
            assert!(name == "not" || Ground::ALL.iter().any(|ground| ground.name() == name), "{name}");
        }
    }

    #[test]
    fn what_looks_alike_takes_its_words_away() {
        assert!(grounds("Der er vold i hjemmet").contains(&Ground::Violence));
        assert!(grounds("Vi bor på volden ved Voldgade").is_empty());
    }
}
