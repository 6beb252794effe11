//! How far a name goes, and whether it is a person's.

use std::ops::Range;

use super::cue::{Cue, is_initial};
use super::{CUE, MAX_WORDS, NAME};
use crate::mask::lexicon::{Flags, look_up};
use crate::mask::page::{Page, is_space};
use crate::mask::spans::{Mark, taken};

/// Words that begin a sentence after a name where the full stop is missing.
pub(super) const BEGINS: [&str; 24] = [
    "vores", "hvad", "hvor", "hvis", "hvornår", "hvordan", "dette", "mine", "efter", "hermed", "telefon",
    "mobil", "adresse", "dato", "emne", "også", "over", "under", "mail", "cand", "hendes", "vedr", "bilag",
    "denne",
];

/// The last word of a name that begins here.
pub(super) fn end_of_name(page: &Page<'_>, first: usize, cue: Cue, marks: &[Mark]) -> usize {
    let mut last = first;
    while last + 1 < page.words.len() && last - first + 1 < MAX_WORDS {
        let (gap, next) = (page.gap(last), last + 1);
        let initial = page.words[last].range.len() <= 2 && gap == ". " || gap == ".";
        let glued = matches!(gap, "-" | "'" | "’" | "´");
        // `Poul "Pølse" Hermansen`
        let quoted =
            matches!(gap, " \"" | " ”" | " '" | " (") && matches!(page.gap(next), "\" " | "” " | "' " | ") ");
        if quoted && page.words[next].capital && page.words.get(next + 1).is_some_and(|word| word.capital) {
            last = next + 1;
            continue;
        }
        if !(is_space(gap) || glued || initial && page.words[last].capital) {
            break;
        }
        if taken(marks, &page.words[next].range) {
            break;
        }
        if page.flags(next).any(Flags::PARTICLE) && !page.words[next].capital {
            let after = page.words.get(next + 1);
            let part = is_space(page.gap(next)) || page.gap(next) == "-";
            let word = page.flags(next).any(Flags::WORD) && !page.flags(next + 1).any(Flags::SURNAME);
            if part && after.is_some_and(|after| after.capital) && !word && !matches!(page.low(next), "af") {
                last = next + 1;
                continue;
            }
            break;
        }
        if !continues(page, first, next, cue, glued) {
            break;
        }
        last = next;
    }
    last
}

pub(super) fn continues(page: &Page<'_>, first: usize, next: usize, cue: Cue, glued: bool) -> bool {
    let (word, flags) = (&page.words[next], page.flags(next));
    if word.digit {
        return false;
    }
    let name = flags.any(NAME);
    if word.range.len() == 1 && page.gap(next) == "/" {
        return false;
    }
    if !word.capital {
        let small = !page.words[first].capital;
        return (small || glued) && name && !flags.any(Flags::WORD)
            || small && cue == Cue::Signature && flags == Flags::NONE;
    }
    if is_initial(page, next) && page.low(next) != "i" && page.gap(next) != "/" && !page.loud {
        return true;
    }
    if flags.any(Flags::ORG) && !flags.any(Flags::SURNAME) || flags.any(Flags::CLOSING.with(Flags::GREETING))
    {
        return false;
    }
    if flags.any(Flags::WORD) {
        // Also a word, but Danish gives no capital to words.
        let stranger = word.range.len() >= 4 && !page.loud && !BEGINS.contains(&page.low(next));
        let begins = word.sentence_start && !is_initial(page, next - 1);
        return (flags.any(NAME) || stranger) && !flags.any(CUE.with(Flags::PLACE)) && !begins;
    }
    // An initial, another name, or a stranger; but no abbreviation and no road with its number.
    let abbreviation = word.capitals && !page.words[first].capitals && !name;
    let road = page.words.get(next + 1).is_some_and(|after| after.digit) && is_space(page.gap(next)) && !name;
    let cue_or_place = flags.any(CUE.with(Flags::PLACE)) && !name;
    !(abbreviation || road || cue_or_place)
}

/// Does the name belong to a company, a road or an institution?
pub(super) fn of_company_or_road(page: &Page<'_>, first: usize, last: usize) -> bool {
    const SUFFIXES: [&str; 14] = [
        "aps",
        "as",
        "ivs",
        "vej",
        "gade",
        "allé",
        "alle",
        "plads",
        "torv",
        "stræde",
        "boulevard",
        "park",
        "søn",
        "sønner",
    ];
    let next = last + 1;
    let gap = page.gap(last);
    let near = is_space(gap) || gap == " & " || gap == " og " || gap == "-";
    let low = page.low(next);
    if near
        && SUFFIXES.contains(&low)
        && (page.words[next].capital || matches!(low, "aps" | "ivs") || gap.contains('&'))
    {
        return true;
    }
    if near
        && page.words[next].capital
        && page.flags(next).any(Flags::ORG)
        && !page.flags(next).any(Flags::SURNAME)
    {
        return true;
    }
    let slashed =
        near && matches!(low, "a" | "i" | "k" | "p") && page.gap(next) == "/" && page.low(next + 1) == "s";
    let road = [
        "vej", "gade", "allé", "stræde", "vænget", "parken", "toften", "bakken", "skolen", "centret",
        "huset", "kirken", "hallen",
    ];
    let own = page.low(last);
    let ends = last >= first
        && road.iter().any(|end| own.len() > end.len() + 2 && own.ends_with(end))
        && !page.flags(last).any(NAME);
    // `Sct. Jørgens`, `firmaet Holm`
    let before = page.low_before(first, 1);
    let institution = is_space(page.gap_before(first))
        && (matches!(
            before,
            "sct"
                | "sankt"
                | "skt"
                | "firmaet"
                | "firma"
                | "selskabet"
                | "restaurant"
                | "hotel"
                | "café"
                | "cafe"
                | "ved"
        ) && before != "ved"
            || before.ends_with("firmaet")
            || before.ends_with("skolen")
            || before.ends_with("firma"))
        || page.gap_before(first) == ". " && matches!(before, "sct" | "skt");
    // `Munk & Wessel`: a firm, unless both are given names.
    let given = |at: usize| page.flags(at).any(Flags::GIVEN);
    let after = gap == " & "
        && page.words.get(next).is_some_and(|word| word.capital)
        && !(given(first) && given(next));
    let ahead = page.gap_before(first) == " & " && !(given(first) && given(first - 1));
    slashed || ends || institution || after || ahead
}

/// A word without the s of the genitive, when what is left is a name and the whole is none.
pub(super) fn without_genitive(page: &Page<'_>, at: usize) -> Range<usize> {
    let range = page.words[at].range.clone();
    let low = &page.lower[range.clone()];
    match low.strip_suffix('s') {
        Some(stem) if !page.flags(at).any(NAME) && stem.len() > 2 && look_up(stem).any(NAME) => {
            range.start..range.start + stem.len()
        }
        _ => range,
    }
}
