//! Text made comparable: as a Danish reader compares it, not as bytes.

use std::borrow::Cow;

/// Lower case without blanks at the ends: for marks, codes and identities.
pub(crate) fn plain(text: &str) -> String {
    text.trim().to_lowercase()
}

/// The same, without a copy of what is folded as it stands: most numbers and codes are.
pub(crate) fn plain_once(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    match text.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.to_lowercase()),
    }
}

/// Digits of a number as it is compared: blanks and leading zeros are left out, since some senders write a
/// P-number or GLN as a number (`xs:long` in the schema) and some as text.
pub(crate) fn number(text: &str) -> String {
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let bare = digits.trim_start_matches('0');
    if bare.is_empty() { digits } else { bare.to_lowercase() }
}

/// The words of a text, lower case, with one blank between and at both ends, so that ` word ` finds whole words.
///
/// Letters that Danes write in several ways are made one: `aa` and `å`, `é` and `e`, `ä` and `æ`, `ö` and `ø`.
pub(crate) fn words(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push(' ');
    for c in text.chars() {
        // Most of a letter is ASCII, and long texts are folded for every message.
        match c.is_ascii() {
            true => push_folded(c.to_ascii_lowercase(), &mut out),
            false => c.to_lowercase().for_each(|c| push_folded(c, &mut out)),
        }
    }
    if !out.ends_with(' ') {
        out.push(' ');
    }
    out
}

/// Adds one lower-case letter, as it is compared.
fn push_folded(c: char, out: &mut String) {
    match c {
        'a' if out.ends_with('a') => {
            out.pop();
            out.push('å');
        }
        'a'..='z' | '0'..='9' => out.push(c),
        '\u{301}' | '\u{300}' | '\u{302}' => {}
        '\u{30a}' if out.ends_with('a') => {
            out.pop();
            out.push('å');
        }
        '\u{308}' => {}
        'á' | 'à' | 'â' | 'ã' => out.push('a'),
        'é' | 'è' | 'ê' | 'ë' => out.push('e'),
        'í' | 'ì' | 'î' | 'ï' => out.push('i'),
        'ó' | 'ò' | 'ô' | 'õ' => out.push('o'),
        'ú' | 'ù' | 'û' | 'ü' => out.push('u'),
        'ä' => out.push('æ'),
        'ö' => out.push('ø'),
        c if c.is_alphanumeric() => out.push(c),
        _ if out.ends_with(' ') => {}
        _ => out.push(' '),
    }
}

/// The candidate that was most likely meant, when one is near enough to be worth asking about.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = plain(word);
    let limit = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&word, &plain(candidate)), candidate))
        .filter(|&(distance, _)| distance <= limit)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared_as_a_dane_compares_them() {
        assert_eq!(words("Klage – over Aabenraa Allé!"), " klage over åbenrå alle ");
        assert_eq!(words("A\u{30a}ben"), " åben ");
        assert_eq!(words(""), " ");
        assert_eq!(words("Ørsted"), words("Örsted"));
    }

    #[test]
    fn what_is_folded_as_it_stands_is_not_copied() {
        for text in ["12345678", " a-17\u{a0}", "ÅRSOPG", "İ", "", "Ab"] {
            assert_eq!(plain_once(text), plain(text));
        }
        assert!(matches!(plain_once(" 12345678 "), Cow::Borrowed(_)));
    }

    #[test]
    fn numbers_are_compared_without_leading_zeros() {
        assert_eq!(number(" 0057 98 "), "5798");
        assert_eq!(number("000"), "000");
    }

    #[test]
    fn the_nearest_word_is_near() {
        assert_eq!(nearest("borgeservice", ["boern", "borgerservice"]), Some("borgerservice"));
        assert_eq!(nearest("jura", ["boern", "borgerservice"]), None);
    }
}
