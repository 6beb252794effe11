//! The alphabet of features: one byte per letter, case and spelling variants folded together.
//!
//! `Å`, `å`, `Aa` and `aa` are the same letter here, and so are `ä`, `ae` and `æ`; `é` is `e`. Digits are all `0`:
//! that a letter names a year or an amount tells what it is about, which one does not.

/// Between words, and around a word when it is cut in pieces.
pub(super) const GAP: u8 = b' ';
/// Æ, ø and å as they stand in Latin-1, so that a letter is a byte.
const AE: u8 = 0xe6;
const OE: u8 = 0xf8;
const AA: u8 = 0xe5;
/// A letter of another alphabet: it is a letter, and that is all we know.
const FOREIGN: u8 = 0xff;

/// Appends a character of a word; tells `false`, and appends nothing, when it is no part of a word.
pub(super) fn push(word: &mut Vec<u8>, character: char) -> bool {
    match fold(character) {
        Some(letter) => append(word, letter),
        None if is_joining(character) => {}
        None => return false,
    }
    true
}

/// Appends a letter; the second of `aa`, `ae` and `oe` turns the first into `å`, `æ` and `ø`.
fn append(word: &mut Vec<u8>, letter: u8) {
    let joined = match (word.last(), letter) {
        (Some(b'a'), b'a') => AA,
        (Some(b'a'), b'e') => AE,
        (Some(b'o'), b'e') => OE,
        _ => return word.push(letter),
    };
    word.pop();
    word.push(joined);
}

fn fold(character: char) -> Option<u8> {
    Some(match character {
        'a'..='z' => character as u8,
        'A'..='Z' => character as u8 | 0x20,
        '0'..='9' => b'0',
        '§' => 0xa7,
        'æ' | 'Æ' | 'ä' | 'Ä' => AE,
        'ø' | 'Ø' | 'ö' | 'Ö' => OE,
        'å' | 'Å' => AA,
        'à' | 'á' | 'â' | 'ã' | 'À' | 'Á' | 'Â' | 'Ã' => b'a',
        'è' | 'é' | 'ê' | 'ë' | 'È' | 'É' | 'Ê' | 'Ë' => b'e',
        'ì' | 'í' | 'î' | 'ï' | 'Ì' | 'Í' | 'Î' | 'Ï' => b'i',
        'ò' | 'ó' | 'ô' | 'õ' | 'Ò' | 'Ó' | 'Ô' | 'Õ' => b'o',
        'ù' | 'ú' | 'û' | 'Ù' | 'Ú' | 'Û' => b'u',
        'ü' | 'ý' | 'ÿ' | 'Ü' | 'Ý' => b'y',
        'ç' | 'Ç' => b'c',
        'ñ' | 'Ñ' => b'n',
        'ð' | 'Ð' => b'd',
        'ß' => b's',
        other if other.is_alphanumeric() => FOREIGN,
        _ => return None,
    })
}

/// Marks that stand inside a word without being seen: soft hyphen, zero-width space and joiners, combining
/// accents.
fn is_joining(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{300}'..='\u{36f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> Vec<u8> {
        let mut word = Vec::new();
        for character in text.chars() {
            push(&mut word, character);
        }
        word
    }

    #[test]
    fn spelling_variants_are_one_word() {
        for (one, other) in [
            ("Ålborg", "aalborg"),
            ("BØRNEHAVE", "boernehave"),
            ("færge", "faerge"),
            ("Café", "cafe"),
            ("plejehjem", "pleje\u{ad}hjem"),
            ("2025", "1999"),
        ] {
            assert_eq!(folded(one), folded(other), "{one} {other}");
        }
        assert_ne!(folded("hår"), folded("har"));
    }

    #[test]
    fn other_alphabets_are_letters_and_signs_are_not() {
        assert_eq!(folded("жж"), [FOREIGN, FOREIGN]);
        assert!(!push(&mut Vec::new(), '!'));
        assert!(!push(&mut Vec::new(), '\n'));
    }
}
