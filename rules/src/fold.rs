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
            true => push_word_letter(&mut out, c.to_ascii_lowercase()),
            false => c.to_lowercase().for_each(|c| push_word_letter(&mut out, c)),
        }
    }
    if !out.ends_with(' ') {
        out.push(' ');
    }
    out
}

/// Adds one lower-case letter of a word, or the one blank between words.
fn push_word_letter(out: &mut String, c: char) {
    if !push_letter(out, c) && !out.ends_with(' ') {
        out.push(' ');
    }
}

/// A text with its letters as [`words`] makes them and everything else as it stands; blanks and line breaks are one blank.
pub(crate) fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        if push_letter(&mut out, c) {
            continue;
        }
        match c {
            c if !c.is_whitespace() => out.push(c),
            _ if out.is_empty() || out.ends_with(' ') => {}
            _ => out.push(' '),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// A regular expression with its letters as [`line`] makes them, so that it can be held against such a text.
///
/// What is not a letter of the text stays: escapes, names of classes and groups, flags.
pub(crate) fn pattern(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.chars().peekable();
    let mut in_class = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                out.push(c);
                let escaped = chars.next();
                out.extend(escaped);
                if matches!(escaped, Some('p' | 'P' | 'x' | 'u' | 'U' | 'b')) && chars.peek() == Some(&'{') {
                    copy_until(&mut chars, &mut out, &['}']);
                }
            }
            '(' if !in_class && chars.peek() == Some(&'?') => {
                out.push(c);
                copy_until(&mut chars, &mut out, &[':', ')', '>']);
            }
            '[' | ']' => {
                in_class = c == '[';
                out.push(c);
            }
            // In a class every letter stands for itself.
            _ if in_class => {
                let mut letter = String::new();
                c.to_lowercase().for_each(|c| {
                    if !push_letter(&mut letter, c) {
                        letter.push(c);
                    }
                });
                out.push_str(&letter);
            }
            _ => c.to_lowercase().for_each(|c| {
                if !push_letter(&mut out, c) {
                    out.push(c);
                }
            }),
        }
    }
    out
}

fn copy_until(chars: &mut impl Iterator<Item = char>, out: &mut String, ends: &[char]) {
    for c in chars {
        out.push(c);
        if ends.contains(&c) {
            return;
        }
    }
}

/// Adds a lower-case letter or figure as Danes compare it; false when it is neither.
fn push_letter(out: &mut String, c: char) -> bool {
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
        _ => return false,
    }
    true
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
    fn a_pattern_is_folded_as_the_text_it_is_held_against() {
        assert_eq!(line("  Klage\n over  AABENRAA-Allé 4! "), "klage over åbenrå-alle 4!");
        for (pattern_as_written, folded) in [
            (r"Klage\s+over", r"klage\s+over"),
            (r"Aabenraa\S", r"åbenrå\S"),
            (r"\p{Lu}[A-ZÉ]", r"\p{Lu}[a-ze]"),
            (r"(?P<Navn>ÄB)|(?-u:X)", r"(?P<Navn>æb)|(?-u:x)"),
            (r"[aa]", r"[aa]"),
        ] {
            assert_eq!(pattern(pattern_as_written), folded);
        }
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
