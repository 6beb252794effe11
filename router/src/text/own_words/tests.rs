//! A corpus of letters, each with the words that are its sender's own.

use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Corpus {
    letter: Vec<Example>,
}

/// A letter and what is expected of it.
#[derive(Deserialize)]
struct Example {
    name: String,
    text: String,
    /// The sender's own words.
    own: String,
    /// What was set aside, kind by kind in the letter's order.
    aside: Vec<String>,
}

fn check(file: &str, corpus: &str) {
    let corpus: Corpus = toml::from_str(corpus).expect("the corpus is TOML");
    assert!(!corpus.letter.is_empty(), "{file} has no letters");
    for example in corpus.letter {
        // A page break cannot stand in a literal text of TOML.
        let text = example.text.replace('␌', "\u{c}").replace('¬', "\u{ad}");
        let found = own_words(&text);
        let aside: Vec<&str> = found.set_aside.iter().map(|one| one.kind.as_str()).collect();
        assert_eq!(found.text.trim(), example.own.trim(), "{file}: {}", example.name);
        assert_eq!(aside, example.aside, "{file}: {}", example.name);
    }
}

macro_rules! corpora {
    ($($name:ident: $file:literal;)*) => {
        $(#[test]
        fn $name() {
            check($file, include_str!(concat!("corpus/", $file)));
        })*
    };
}

corpora! {
    earlier_letters_are_set_aside: "earlier.toml";
    forwarded_letters_are_read: "forwarded.toml";
    signatures_are_set_aside: "signatures.toml";
    disclaimers_are_set_aside: "disclaimers.toml";
    page_frames_are_set_aside: "pages.toml";
    broken_words_are_joined: "hyphens.toml";
}

#[test]
fn what_is_printed_of_a_letter_holds_none_of_its_words() {
    let found = own_words("Kære kommune\n> hemmeligt");
    assert_eq!(format!("{found:?}"), "OwnWords(13 bytes, [SetAside { kind: EarlierLetter, range: 14..25 }])");
}
