//! What follows the number of a house: letter, floor, door, postcode and town.

use super::road::is_house_number;
use crate::mask::lexicon::Flags;
use crate::mask::page::{Page, is_space};

/// How far an address goes after its number, and whether what follows tells that it is one.
pub(super) struct Tail {
    pub(super) word: usize,
    pub(super) told: bool,
}

pub(super) fn tail(page: &Page<'_>, number: usize) -> Tail {
    let mut last = number;
    if page.gap(last) == "-" && is_house_number(page, last + 1) {
        last += 1;
    }
    if is_space(page.gap(last)) && is_house_letter(page, last + 1) {
        last += 1;
    }
    let floor = floor(page, last);
    let town = town(page, floor);
    Tail { word: town, told: town > last }
}

pub(super) fn is_house_letter(page: &Page<'_>, at: usize) -> bool {
    let single = page.words.get(at).is_some_and(|word| word.range.len() == 1 && !word.digit);
    single && (page.words[at].capital || matches!(page.gap(at).chars().next(), Some(',' | '\n')))
}

pub(super) const FLOOR: [&str; 40] = [
    "st",
    "stuen",
    "stue",
    "kl",
    "kld",
    "kælder",
    "kælderen",
    "sal",
    "th",
    "tv",
    "mf",
    "mft",
    "dør",
    "døren",
    "lejl",
    "lejlighed",
    "opgang",
    "vær",
    "værelse",
    "bolig",
    "nr",
    "hus",
    "plan",
    "etage",
    "venstre",
    "højre",
    "midtfor",
    "bagh",
    "baghus",
    "baghuset",
    "forhus",
    "forhuset",
    "sidehuset",
    "kvist",
    "modul",
    "plads",
    "blok",
    "nummer",
    "mellemhuset",
    "stk",
];

/// The last word of floor and door.
pub(super) fn floor(page: &Page<'_>, from: usize) -> usize {
    let (mut last, mut at) = (from, from);
    let mut counted = false;
    while at < from + 7 {
        let gap = page.gap(at);
        let next = at + 1;
        if gap.len() > 3 || !gap.chars().all(|char| matches!(char, ' ' | ',' | '.' | '-' | '\u{a0}' | '/')) {
            break;
        }
        // A full stop ends the address unless a floor or door word is about.
        let low = page.low(next);
        let name = FLOOR.contains(&low);
        let number = page.words.get(next).is_some_and(|word| word.digit) && low.len() <= 3;
        if name {
            last = next;
            counted = matches!(
                low,
                "lejl" | "lejlighed" | "dør" | "vær" | "værelse" | "bolig" | "nr" | "hus" | "modul"
            ) || matches!(
                low,
                "opgang" | "stue" | "blok" | "plads" | "st" | "plan" | "nummer" | "stuen" | "kl"
            );
        } else if number && (counted || dotted(page, next)) {
            last = next;
            counted = false;
        } else if !number || gap.starts_with(". ") && !counted {
            break;
        }
        at = next;
    }
    last
}

/// `, 2.,` or `, 1.` at the end of a line: a floor alone. `7. maj` is none.
pub(super) fn dotted(page: &Page<'_>, at: usize) -> bool {
    let rest = page.words.get(at).map_or("", |word| &page.text[word.range.end..]);
    let comma = page.gap_before(at) == ", ";
    let after = rest.strip_prefix('.').unwrap_or("-");
    comma && page.low(at).len() <= 2 && (after.is_empty() || after.starts_with([',', '\n']))
}

/// The last word of postcode and town.
pub(super) fn town(page: &Page<'_>, from: usize) -> usize {
    let gap = page.gap(from);
    let blank = |char| matches!(char, ' ' | ',' | '.' | '\n' | '\r' | '\u{a0}');
    let parted = gap.len() <= 4 && gap.chars().all(blank) || gap == " - ";
    if !parted {
        return from;
    }
    let code = from + 1 + usize::from(page.low(from + 1) == "dk");
    if page.low(code).len() == 4 && page.low(code).bytes().all(|byte| byte.is_ascii_digit()) {
        return town_name(page, code).unwrap_or(code);
    }
    let glued = matches!(gap, " " | ". ") && page.words.get(code).is_some_and(|word| !word.sentence_start);
    if glued && page.flags(code) == Flags::NONE && (page.small || page.words[code].capital) {
        return town_name(page, from).unwrap_or(from);
    }
    let within =
        gap == " " && page.low(code) == "i" && page.words.get(code + 1).is_some_and(|word| word.capital);
    if within && !page.flags(code + 1).any(Flags::GIVEN.with(Flags::WORD)) {
        return town_name(page, code).unwrap_or(from);
    }
    if gap == ", " && !page.flags(code).any(Flags::GIVEN.with(Flags::WORD)) {
        return town_name(page, from).unwrap_or(from);
    }
    from
}

/// The last word of a town that begins after this word.
pub(super) fn town_name(page: &Page<'_>, from: usize) -> Option<usize> {
    let first = from + 1;
    let word = page.words.get(first)?;
    let gap = page.gap(from);
    let small =
        !word.capital && !word.digit && page.small && gap == " " && !page.flags(first).any(Flags::WORD);
    if gap.contains('\n') || word.digit || !(word.capital || small) || page.gap(from).len() > 2 {
        return None;
    }
    if page.after(first) == Some('@') || page.flags(first).any(Flags::CLOSING.with(Flags::GREETING)) {
        return None;
    }
    let mut last = first;
    while last < first + 2 && is_space(page.gap(last)) && page.words[last + 1].capital {
        let next = page.flags(last + 1);
        let quarter = page.words[last + 1].range.len() <= 2;
        if next.any(Flags::CLOSING.with(Flags::SPEECH).with(Flags::RELATION)) && !quarter {
            break;
        }
        if next.any(Flags::WORD) && !next.any(Flags::SURNAME) && !quarter && !is_town_word(page.low(last + 1))
        {
            break;
        }
        last += 1;
    }
    Some(last)
}

pub(super) fn is_town_word(low: &str) -> bool {
    matches!(
        low,
        "mark"
            | "huse"
            | "by"
            | "strand"
            | "sogn"
            | "nord"
            | "syd"
            | "øst"
            | "vest"
            | "klit"
            | "bjerge"
            | "havn"
    )
}
