//! The words that masking knows.
//!
//! Names are facts of the language, written down for this purpose; `words.txt` are the words that stand in
//! small letters in the project's own training letters, and tells a noun at the head of a sentence from a name.
//! `cues.tsv` holds the words that stand before, in and after names.

use std::collections::HashMap;
use std::sync::LazyLock;

/// What is known of a word, as a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flags(u16);

impl Flags {
    pub(super) const NONE: Self = Self(0);
    pub(super) const GIVEN: Self = Self(1);
    pub(super) const SURNAME: Self = Self(1 << 1);
    pub(super) const WORD: Self = Self(1 << 2);
    pub(super) const RELATION: Self = Self(1 << 3);
    pub(super) const TITLE: Self = Self(1 << 4);
    pub(super) const SPEECH: Self = Self(1 << 5);
    pub(super) const GREETING: Self = Self(1 << 6);
    pub(super) const CLOSING: Self = Self(1 << 7);
    pub(super) const PARTICLE: Self = Self(1 << 8);
    pub(super) const ORG: Self = Self(1 << 9);
    pub(super) const PLACE: Self = Self(1 << 10);

    /// Any of these?
    pub(super) const fn any(self, of: Self) -> bool {
        self.0 & of.0 != 0
    }

    pub(super) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

static WORDS: LazyLock<HashMap<&'static str, Flags>> = LazyLock::new(|| {
    let mut words: HashMap<&'static str, Flags> = HashMap::with_capacity(34_000);
    let mut add = |list: &'static str, flag: Flags| {
        for word in list.split_whitespace() {
            let flags = words.entry(word).or_default();
            *flags = flags.with(flag);
        }
    };
    add(include_str!("given.txt"), Flags::GIVEN);
    add(include_str!("surnames.txt"), Flags::SURNAME);
    add(include_str!("words.txt"), Flags::WORD);
    for line in include_str!("cues.tsv").lines() {
        if let Some((name, list)) = line.split_once('\t') {
            add(list, cue(name));
        }
    }
    words
});

fn cue(name: &str) -> Flags {
    match name {
        "relation" => Flags::RELATION,
        "title" => Flags::TITLE,
        "speech" => Flags::SPEECH,
        "greeting" => Flags::GREETING,
        "closing" => Flags::CLOSING,
        "particle" => Flags::PARTICLE,
        "org" => Flags::ORG,
        "place" => Flags::PLACE,
        _ => Flags::NONE,
    }
}

/// What is known of a word in small letters.
pub(super) fn look_up(word: &str) -> Flags {
    let flags = WORDS.get(word).copied().unwrap_or_default();
    match flags {
        Flags::NONE if surname_form(word) => Flags::SURNAME,
        Flags::NONE if ends(word, &TITLES) => Flags::TITLE,
        Flags::NONE if ends(word, &BODIES) => Flags::ORG,
        flags => flags,
    }
}

/// Endings of bodies and places, which no person's name has.
const BODIES: [&str; 58] = [
    "kredsen",
    "laget",
    "lauget",
    "pladsen",
    "centret",
    "centeret",
    "center",
    "hjemmet",
    "huset",
    "skolen",
    "skole",
    "foreningen",
    "forening",
    "forum",
    "mosen",
    "tjenesten",
    "mejeriet",
    "fabrikken",
    "udvalget",
    "myndigheden",
    "styrelsen",
    "hjælpen",
    "stedet",
    "fonden",
    "fond",
    "service",
    "selskabet",
    "selskab",
    "klubben",
    "klub",
    "rådet",
    "nævnet",
    "gruppen",
    "teamet",
    "databasen",
    "kompagniet",
    "firmaet",
    "firma",
    "værket",
    "værk",
    "banken",
    "hallen",
    "kirken",
    "forvaltningen",
    "afdelingen",
    "forsyning",
    "kontoret",
    "haven",
    "butikken",
    "byg",
    "bladet",
    "avisen",
    "festivalen",
    "havnen",
    "museet",
    "biblioteket",
    "enheden",
    "sekretariatet",
];

/// Endings of what a person is.
const TITLES: [&str; 16] = [
    "chefen",
    "chef",
    "lederen",
    "leder",
    "konsulent",
    "konsulenten",
    "formand",
    "inspektør",
    "mester",
    "læge",
    "rådgiver",
    "terapeut",
    "direktør",
    "medarbejder",
    "assistent",
    "lærer",
];

fn ends(word: &str, endings: &[&str]) -> bool {
    endings.iter().any(|end| word.len() >= end.len() + 3 && word.ends_with(end))
}

/// Forms that hardly any other word has.
fn surname_form(word: &str) -> bool {
    let ends = |end: &str, stem: usize| word.len() >= end.len() + stem && word.ends_with(end);
    ends("sen", 4)
        && !["essen", "assen", "issen", "ussen", "æssen", "elsen", "ølsen", "insen"]
            .iter()
            .any(|end| word.ends_with(end))
        || ["gaard", "strøm", "kjær", "quist", "qvist", "holdt", "sson", "gaards"]
            .iter()
            .any(|end| ends(end, 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_is_sorted_without_doubles() {
        for list in [include_str!("given.txt"), include_str!("surnames.txt"), include_str!("words.txt")] {
            let lines: Vec<&str> = list.lines().collect();
            let fault = lines.windows(2).find(|pair| pair[0] >= pair[1]);
            assert_eq!(fault, None);
            assert!(lines.len() > 1_500);
        }
    }

    #[test]
    fn names_are_told_from_words() {
        let is_name = |word| {
            let flags = look_up(word);
            flags.any(Flags::GIVEN.with(Flags::SURNAME)) && !flags.any(Flags::WORD)
        };
        for (word, name) in
            [("kirsten", true), ("ejlertsen", true), ("skov", false), ("fordelingsnøgle", false)]
        {
            assert_eq!(is_name(word), name, "{word}");
        }
        assert!(look_up("antennelauget").any(Flags::ORG) && look_up("ældrechefen").any(Flags::TITLE));
        assert!(look_up("skov").any(Flags::SURNAME));
        assert!(look_up("opløsninsen") == Flags::NONE);
    }

    #[test]
    fn every_cue_has_a_meaning() {
        for line in include_str!("cues.tsv").lines() {
            let name = line.split('\t').next().unwrap_or_default();
            assert!(cue(name) != Flags::NONE, "{name}");
        }
    }
}
