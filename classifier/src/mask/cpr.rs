//! CPR numbers in every way they are written.
//!
//! Ten digits are a CPR number when the first six are a date. Days 61 to 91 are read as 1 to 31: replacement
//! numbers (*erstatningsnumre*) have 60 added. Since 2007 the CPR office has given out numbers that do not
//! meet modulus 11, so it is no condition; it only decides about digits that follow another number's name.

use super::digits::{date, labelled};
use super::page::{Page, is_joining};
use super::spans::{Kind, Mark, taken};

pub(super) fn find(page: &Page<'_>, marks: &mut Vec<Mark>) {
    let text = page.text;
    let mut at = 0;
    while at < text.len() {
        let Some(next) = text[at..].find(|char: char| digit(char).is_some()) else { break };
        let begin = at + next;
        match read(text, begin).or_else(|| long_year(text, begin)) {
            Some(found) if starts(text, begin) && is_cpr(page, begin, &found) => {
                if !taken(marks, &(begin..found.end)) {
                    marks.push(Mark::new(begin..found.end, Kind::Cpr));
                }
                at = found.end;
            }
            _ => at = after(text, begin),
        }
    }
}

/// Does the check digit of a CPR number fit?
///
/// Weights 4 3 2 7 6 5 4 3 2 1; the sum is to be divisible by 11.
pub fn modulus_11(digits: &[u8; 10]) -> bool {
    const WEIGHTS: [u32; 10] = [4, 3, 2, 7, 6, 5, 4, 3, 2, 1];
    digits.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(*digit) * weight).sum::<u32>() % 11 == 0
}

/// Digits that may be a CPR number.
struct Read {
    digits: [u8; 10],
    /// How many of the last four are hidden (`xxxx`).
    hidden: bool,
    /// Are there only digits, without anything between?
    plain: bool,
    /// Letters were read as digits.
    alike: bool,
    end: usize,
}

fn is_cpr(page: &Page<'_>, begin: usize, found: &Read) -> bool {
    if found.alike && !labelled(page, begin, &["cpr", "personn"]) && found.plain {
        return false;
    }
    let other = found.plain && !found.hidden && labelled(page, begin, OTHER_NUMBERS);
    date(&found.digits) && (!other || modulus_11(&found.digits))
}

/// Names of numbers of ten digits that are none of a person's.
const OTHER_NUMBERS: &[&str] = &[
    "faktura",
    "ordre",
    "kunde",
    "ean",
    "gln",
    "sags",
    "jnr",
    "journal",
    "ref",
    "konto",
    "vare",
    "tilbud",
    "rekvisition",
    "police",
    "bfe",
    "afregning",
    "løbe",
    "måler",
    "serie",
    "isbn",
];

/// Reads day, month, year and four more digits, with whatever stands between them.
fn read(text: &str, begin: usize) -> Option<Read> {
    let mut digits = [0; 10];
    let (mut count, mut plain, mut alike, mut hidden) = (0, true, false, false);
    let mut end = begin;
    let mut chars = text[begin..].char_indices().peekable();
    while count < 10 {
        let (at, char) = chars.next()?;
        if is_joining(char) {
            continue;
        }
        if count >= 6 && matches!(char, 'x' | 'X' | '*') {
            hidden = true;
            digits[count] = 0;
        } else if let Some(digit) = digit(char) {
            alike |= !char.is_ascii_digit();
            digits[count] = digit;
        } else if count > 0 && may_part(count, char) {
            plain = false;
            let most = if count == 6 { 3 } else { 1 };
            let mut seen = 1;
            while let Some((_, next)) = chars.peek() {
                if !(may_part(count, *next) || count == 6 && *next == '\n') {
                    break;
                }
                seen += usize::from(!is_joining(*next));
                if seen > most {
                    return None;
                }
                chars.next();
            }
            continue;
        } else {
            return None;
        }
        count += 1;
        end = begin + at + char.len_utf8();
    }
    if hidden && alike {
        return None;
    }
    let next = text[end..].chars().find(|char| !is_joining(*char));
    let ends = next.is_none_or(|char| !char.is_alphanumeric());
    ends.then_some(Read { digits, hidden, plain, alike, end })
}

/// `01021903-1234`: with the century.
fn long_year(text: &str, begin: usize) -> Option<Read> {
    let part = text.get(begin..begin + 13)?.as_bytes();
    let all = |range: std::ops::Range<usize>| part[range].iter().all(u8::is_ascii_digit);
    let century = matches!(&part[4..6], b"18" | b"19" | b"20");
    if !(all(0..8) && all(9..13) && century && matches!(part[8], b'-' | b' ')) {
        return None;
    }
    let end = begin + 13;
    if text[end..].chars().next().is_some_and(char::is_alphanumeric) {
        return None;
    }
    let mut digits = [0; 10];
    let places = [0, 1, 2, 3, 6, 7, 9, 10, 11, 12];
    for (digit, place) in digits.iter_mut().zip(places) {
        *digit = part[place] - b'0';
    }
    Some(Read { digits, hidden: false, plain: false, alike: false, end })
}

/// May a character stand between the digits, after so many of them?
fn may_part(count: usize, char: char) -> bool {
    let blank = matches!(char, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\t');
    let dash = matches!(char, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}');
    match count {
        2 | 4 => blank || dash || matches!(char, '.' | '/'),
        6 => blank || dash || matches!(char, '.' | '/' | ',' | '_'),
        _ => false,
    }
}

/// A digit, or a letter that a scanner takes for one.
fn digit(char: char) -> Option<u8> {
    match char {
        '0'..='9' => Some(char as u8 - b'0'),
        'O' | 'o' => Some(0),
        'l' | 'I' => Some(1),
        _ => None,
    }
}

/// Does a number begin here, and not in the middle of one?
fn starts(text: &str, begin: usize) -> bool {
    let mut before = text[..begin].chars().rev().filter(|char| !is_joining(*char));
    match (before.next(), before.next()) {
        (Some(char), _) if char.is_ascii_digit() => false,
        (Some(char), _) if char.is_alphabetic() => {
            text[begin..].starts_with(|char: char| char.is_ascii_digit())
        }
        (Some('-' | '.' | '/'), Some(digit)) if digit.is_ascii_digit() => false,
        _ => true,
    }
}

/// Where to look next: past the digits, so that none is taken from the middle of a longer number.
fn after(text: &str, begin: usize) -> usize {
    let rest = &text[begin..];
    let len = rest.find(|char: char| !char.is_ascii_digit()).unwrap_or(rest.len());
    begin + len.max(rest.chars().next().map_or(1, char::len_utf8))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let page = Page::read(text);
        let mut marks = Vec::new();
        find(&page, &mut marks);
        marks.iter().map(|mark| &text[mark.range.clone()]).collect()
    }

    #[test]
    fn every_notation_is_found() {
        for notation in [
            "610203-1234",
            "610203 1234",
            "610203.1234",
            "61.02.03-1234",
            "61 02 03 1234",
            "61/02/03-1234",
            "6102031234",
            "610203 - 1234",
            "610203\u{2011}1234",
            "6102\u{ad}03-1234",
            "610203\u{a0}1234",
            "61-02-03-1234",
            "61O2O3-1234",
            "6l0203-1234",
            "61021903-1234",
            "010203-1234",
            "610203-xxxx",
            "290200-1234",
            "61.02.03.1234",
            "610203-\n1234",
            "61 02 03 - 1234",
            "610203–1234",
        ] {
            for text in [format!("cpr: {notation}"), format!("({notation})"), format!("er {notation}. Og")] {
                assert_eq!(found(&text), [notation], "{text}");
            }
        }
        assert_eq!(found("CPR610203-1234"), ["610203-1234"]);
    }

    #[test]
    fn digits_that_are_no_date_are_no_cpr() {
        for text in [
            "999999-1234",
            "611303-1234",
            "320203-1234",
            "1610203-1234",
            "610203-12345",
            "300203-1234",
            "290201-1234",
            "faktura 6102031236",
            "ordrenr. 6102031236",
            "0",
            "lo OO",
            "61.02.03",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn modulus_11_is_that_of_the_office() {
        assert!(modulus_11(&[0, 7, 0, 7, 6, 1, 4, 2, 8, 5]));
        assert!(!modulus_11(&[0, 7, 0, 7, 6, 1, 4, 2, 8, 6]));
    }
}
