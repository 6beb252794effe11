//! OS2KLE's text: one line per subject with its title and weighted keywords.
//!
//! `KLENummer='27.18.04':KLETitel='…':Keywords[Weight]=word[5];phrase of words[1000];` Titles and words may hold
//! quotes, colons, semicolons and brackets of their own.

use super::text::lines;
use super::{Fault, Format, Gathered, Place, Row, values};
use crate::register::Entry;
use crate::{Keyword, Subject};

pub(super) fn read(text: &str, out: &mut Gathered) -> Format {
    for (place, line) in lines(text) {
        let place = Place::line(place);
        match parts(line) {
            Some((number, title, words)) => subject(number, title, words, place, out),
            None => out.reports.add(Fault::BadLine, place),
        }
    }
    Format::Os2Kle
}

fn parts(line: &str) -> Option<(&str, &str, &str)> {
    let (number, rest) = line.trim().strip_prefix("KLENummer='")?.split_once("':KLETitel='")?;
    Some(match rest.split_once("':Keywords[Weight]=") {
        Some((title, words)) => (number, title, words),
        None => (number, rest.strip_suffix("':").or(rest.strip_suffix('\''))?, ""),
    })
}

fn subject(number: &str, title: &str, words: &str, place: Place, out: &mut Gathered) {
    let Some(number) = values::number(number, &place, &mut out.reports) else { return };
    let place = place.with(number);
    let mut entry = Entry::new(number);
    entry.set_title(title);
    Gathered::row(&mut out.reports, &mut out.subjects, Row { entry, withdrawn: false, place: place.clone() });
    let mut rest = words.trim();
    while !rest.is_empty() {
        let (word, weight, behind) = next_word(rest);
        rest = behind;
        keyword(number, word, weight, &place, out);
    }
}

fn keyword(number: Subject, word: &str, weight: Option<u32>, place: &Place, out: &mut Gathered) {
    let (text, kind, _) = Keyword::read(word);
    if text.is_empty() {
        return out.reports.add(Fault::KeywordIncomplete, place.clone());
    }
    if weight.is_none() {
        out.reports.add(Fault::BadWeight, place.clone());
    }
    let text = text.to_owned();
    out.keywords.push(Keyword { subject: Some(number), facet: None, text, weight, kind });
}

/// The first word, its weight, and what follows. A word ends where digits in brackets and a semicolon do.
fn next_word(text: &str) -> (&str, Option<u32>, &str) {
    for (open, _) in text.match_indices('[') {
        let behind = &text[open + 1..];
        let digits = behind.len() - behind.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let Some(after) = behind[digits..].strip_prefix(']') else { continue };
        let rest = after.trim_start();
        if digits > 0 && (rest.is_empty() || rest.starts_with(';')) {
            return (&text[..open], behind[..digits].parse().ok(), rest.trim_start_matches([';', ' ']));
        }
    }
    // Nothing that follows has a weight: what is left is words alone.
    match text.split_once(';') {
        Some((word, rest)) => (word, None, rest.trim_start_matches([';', ' '])),
        None => (text, None, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_may_hold_semicolons_and_brackets() {
        for (text, expected) in [
            ("tang[5];tare[10];", ("tang", Some(5), "tare[10];")),
            ("tang;tare[5]; sol[5]", ("tang;tare", Some(5), "sol[5]")),
            ("tang [frisk][5]", ("tang [frisk]", Some(5), "")),
            ("[5][5];", ("[5]", Some(5), "")),
            ("tang;tare", ("tang", None, "tare")),
            ("tang[99999999999];", ("tang", None, "")),
        ] {
            assert_eq!(next_word(text), expected, "{text}");
        }
    }
}
