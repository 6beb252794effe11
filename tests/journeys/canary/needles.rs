//! Needles: what must not be found, in every form that it could lie in.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use memchr::memmem::Finder;

/// Words to look for, each in all its forms.
pub struct Needles(Vec<(String, Finder<'static>)>);

impl Needles {
    /// All forms of these words.
    pub fn of(words: &[&str]) -> Self {
        let mut all = Vec::new();
        for word in words {
            for (form, bytes) in forms(word) {
                all.push((format!("\"{word}\" as {form}"), Finder::new(&bytes).into_owned()));
            }
        }
        Self(all)
    }

    /// The first needle that lies in these bytes.
    pub fn found_in(&self, bytes: &[u8]) -> Option<&str> {
        // Letters may have changed their case on the way; none of the other forms survives that.
        let lower = bytes.to_ascii_lowercase();
        let found =
            self.0.iter().find(|(_, needle)| needle.find(bytes).is_some() || needle.find(&lower).is_some());
        found.map(|(name, _)| name.as_str())
    }
}

fn forms(word: &str) -> Vec<(&'static str, Vec<u8>)> {
    let mut forms = Vec::new();
    for word in [word.to_owned(), word.to_lowercase(), word.to_uppercase()] {
        forms.push(("UTF-8", word.clone().into_bytes()));
        forms.push(("UTF-16LE", word.encode_utf16().flat_map(u16::to_le_bytes).collect()));
        forms.push(("UTF-16BE", word.encode_utf16().flat_map(u16::to_be_bytes).collect()));
        forms.push(("Latin-1", word.chars().map(|c| u8::try_from(c).expect("a Danish word")).collect()));
        for (name, escape) in ESCAPES {
            let escaped: String =
                word.chars().map(|c| if c.is_ascii() { c.to_string() } else { escape(c) }).collect();
            forms.push((name, escaped.into_bytes()));
        }
        for at in 0..3 {
            forms.push((
                "base64",
                inner(&STANDARD_NO_PAD.encode([&vec![0; at], word.as_bytes()].concat()), at),
            ));
            forms.push((
                "base64url",
                inner(&URL_SAFE_NO_PAD.encode([&vec![0; at], word.as_bytes()].concat()), at),
            ));
        }
        let hex: String = word.bytes().map(|byte| format!("{byte:02x}")).collect();
        forms.push(("HEX", hex.to_uppercase().into_bytes()));
        forms.push(("hex", hex.into_bytes()));
    }
    forms.sort_by(|a, b| a.1.cmp(&b.1));
    forms.dedup_by(|a, b| a.1 == b.1);
    forms
}

type Escape = fn(char) -> String;

/// How letters that are not ASCII are written where only ASCII may stand.
const ESCAPES: [(&str, Escape); 4] = [
    ("JSON escapes", |c| format!("\\u{:04x}", u32::from(c))),
    ("XML references", |c| format!("&#{};", u32::from(c))),
    ("percent encoding", |c| c.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect()),
    ("debug escapes", |c| format!("\\u{{{:x}}}", u32::from(c))),
];

/// The characters of a base64 text that depend on the word alone: not on what stands before it, nor after it.
fn inner(text: &str, before: usize) -> Vec<u8> {
    let start = [0, 2, 3][before];
    let whole = text.len() - usize::from(!text.len().is_multiple_of(4));
    text.as_bytes()[start..whole].to_vec()
}

#[test]
fn every_form_of_a_word_is_found_wherever_it_begins() {
    let needles = Needles::of(&["720784-1963", "Gulfjersen", "papegøjens fløjtetoner"]);
    let text =
        "Kære kommune, her skriver Gulfjersen om papegøjens fløjtetoner; nummeret er 720784-1963. Hilsen";
    for word in ["720784-1963", "Gulfjersen", "papegøjens fløjtetoner"] {
        let at = text.find(word).expect("it is there");
        for shift in 0..6 {
            let mut from = at - shift;
            while !text.is_char_boundary(from) {
                from -= 1;
            }
            let piece = &text[from..at + word.len() + 3];
            for planted in [
                piece.as_bytes().to_vec(),
                piece.to_uppercase().into_bytes(),
                piece.encode_utf16().flat_map(u16::to_le_bytes).collect(),
                piece.encode_utf16().flat_map(u16::to_be_bytes).collect(),
                STANDARD_NO_PAD.encode(piece).into_bytes(),
                URL_SAFE_NO_PAD.encode(piece).into_bytes(),
                piece.bytes().flat_map(|byte| format!("{byte:02X}").into_bytes()).collect(),
                serde_json::to_vec(piece).expect("JSON"),
                format!("{piece:?}").into_bytes(),
            ] {
                assert!(needles.found_in(&planted).is_some(), "{piece} is not found");
            }
        }
    }
    assert_eq!(needles.found_in(b"7207841964 720784-1964 Gulfjerse papeg\xc3\xb8je"), None);
}
