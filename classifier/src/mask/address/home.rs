//! Homes that are told by a name or a number of their own.

use super::address_cue;
use super::road::{ROADS, ends_in, is_house_number};
use super::tail::{floor, town};
use crate::mask::digits::labelled;
use crate::mask::lexicon::Flags;
use crate::mask::page::{Page, is_space};

/// The name of a house and `c/o` with its name, before the road: `Gl. Præstegård, Kirkevej 1`.
pub(super) fn house_name(page: &Page<'_>, first: usize) -> usize {
    if first < 2 || !matches!(page.gap_before(first), ", " | "\", " | "”, ") {
        return first;
    }
    for at in first.saturating_sub(6)..first {
        if page.low(at) == "c"
            && page.gap(at) == "/"
            && page.low(at + 1) == "o"
            && page.line(at) == page.line(first)
        {
            return at;
        }
    }
    let mut at = first - 1;
    while at > 0 && first - at < 4 && page.words[at].capital {
        let short = page.low(at - 1).len() <= 3 && page.gap(at - 1) == ". ";
        if !(is_space(page.gap(at - 1)) && page.words[at - 1].capital || short) {
            break;
        }
        at -= 1;
    }
    let own = at..first;
    let lived = is_space(page.gap_before(at)) || matches!(page.gap_before(at), ": " | " \"" | " ”");
    let cue = matches!(
        page.low_before(at, 1),
        "på" | "i" | "bor" | "gården" | "ejendommen" | "huset" | "bolig" | "bopæl"
    );
    let strange = own.clone().all(|word| page.words[word].capital && !page.flags(word).any(Flags::GIVEN));
    let company =
        own.clone().any(|word| page.low(word).ends_with("skole") || page.low(word).ends_with("skolen"));
    if lived && cue && strange && !company { at } else { first }
}

/// `Plejecenter Solgården, bolig 14`, `lejl 44`: a dwelling that is counted.
pub(super) fn dwelling(page: &Page<'_>, at: usize) -> Option<(usize, usize)> {
    let counted = matches!(
        page.low(at),
        "lejlighed"
            | "lejl"
            | "bolig"
            | "værelse"
            | "vær"
            | "stue"
            | "blok"
            | "lejemål"
            | "haveparcel"
            | "kolonihave"
            | "parcelhave"
    );
    if !counted {
        return None;
    }
    let number = at + 1 + usize::from(matches!(page.low(at + 1), "nr" | "nummer"));
    let gap = page.gap(number - 1);
    if !is_house_number(page, number) || !(is_space(gap) || gap == ". ") || page.gap(at).contains('\n') {
        return None;
    }
    if matches!(
        page.low(number + 1),
        "m2" | "kvm" | "m" | "kroner" | "kr" | "personer" | "dage" | "år" | "gange" | "timer" | "uger"
    ) {
        return None;
    }
    let mut first = at;
    let mut before = at;
    while before > 0
        && matches!(page.gap(before - 1), " " | ", ")
        && page.words[before - 1].capital
        && at - before < 4
    {
        before -= 1;
        let flags = page.flags(before);
        if flags.any(Flags::GIVEN.with(Flags::GREETING)) && !flags.any(Flags::ORG) {
            break;
        }
        first = before;
    }
    let mut last = town(page, floor(page, number));
    if is_space(page.gap(last)) && ends_in(page.low(last + 1), &ROADS, 2) {
        last += 1;
    }
    Some((first, last))
}

/// `Plejehjemmet Solgården`, `gården Nørre Holm` of one who lives there.
pub(super) fn named_dwelling(page: &Page<'_>, at: usize) -> Option<(usize, usize)> {
    const HOMES: [&str; 16] = [
        "bostedet",
        "bosted",
        "plejehjemmet",
        "plejehjem",
        "plejecentret",
        "plejecenteret",
        "plejecenter",
        "kollegiet",
        "ældrecentret",
        "ældrecenteret",
        "bofællesskabet",
        "opholdsstedet",
        "botilbuddet",
        "gården",
        "ejendommen",
        "landejendommen",
    ];
    if !HOMES.contains(&page.low(at)) || !is_space(page.gap(at)) {
        return None;
    }
    let strange = |word: usize| {
        let ordinary = page.flags(word).any(Flags::WORD) && (page.loud || page.words[word].sentence_start);
        page.words[word].capital && !page.flags(word).any(Flags::ORG) && !ordinary
    };
    let mut last = at + 1;
    let farm = matches!(page.low(at), "gården" | "ejendommen" | "landejendommen");
    let lived = address_cue(page, at) || !farm && !page.words[at].line_start;
    if !page.words.get(last).is_some_and(|word| word.capital) || !strange(last) || !lived {
        return None;
    }
    while is_space(page.gap(last)) && page.words[last + 1].capital && strange(last + 1) && last < at + 3 {
        last += 1;
    }
    Some((at + usize::from(farm), last))
}

/// `nr. 12` of one who lives on the road that is spoken of.
pub(super) fn neighbour(page: &Page<'_>, at: usize) -> Option<(usize, usize)> {
    let nr = matches!(page.low(at), "nr" | "nummer");
    if !nr || !is_house_number(page, at + 1) || page.gap(at).contains('\n') {
        return None;
    }
    let lives = [
        "naboen",
        "nabo",
        "naboerne",
        "genboen",
        "genbo",
        "bor",
        "familien",
        "ejeren",
        "huset",
        "overboen",
        "ejendommen",
    ];
    let from = at.saturating_sub(3);
    let near = (from..at).any(|before| lives.contains(&page.low(before)));
    let house = matches!(page.low_before(at, 1), "i" | "overfor" | "fra" | "mod" | "til");
    let within = page.low_before(at, 1) == "i" && is_space(page.gap_before(at));
    ((near && house || within) && !labelled(page, page.words[at].range.start, &["sag", "bilag"]))
        .then_some((at, at + 1))
}
