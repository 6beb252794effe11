//! The name of a road, and the number after it.

use crate::mask::lexicon::Flags;
use crate::mask::page::{Page, is_space};

/// Endings of roads that are enough also in small letters.
pub(super) const ROADS: [&str; 20] = [
    "vej",
    "vejen",
    "gade",
    "gaden",
    "vænge",
    "vænget",
    "allé",
    "alle",
    "alleen",
    "alléen",
    "stræde",
    "strædet",
    "boulevard",
    "boulevarden",
    "parken",
    "toften",
    "skrænten",
    "pladsen",
    "torvet",
    "svinget",
];

/// Endings of roads that need a capital.
pub(super) const CAPITAL_ROADS: [&str; 70] = [
    "toft",
    "bakken",
    "bakke",
    "engen",
    "enge",
    "haven",
    "have",
    "haver",
    "haverne",
    "marken",
    "mark",
    "krogen",
    "krog",
    "lunden",
    "lund",
    "skråningen",
    "høj",
    "højen",
    "højene",
    "dal",
    "dalen",
    "bjerg",
    "bjerget",
    "gården",
    "gård",
    "gaarden",
    "stien",
    "sti",
    "plads",
    "torv",
    "buen",
    "ageren",
    "agre",
    "agrene",
    "ager",
    "banken",
    "brinken",
    "brink",
    "kæret",
    "kær",
    "mosen",
    "mose",
    "åsen",
    "ås",
    "løkken",
    "løkke",
    "vangen",
    "vang",
    "kajen",
    "kaj",
    "brygge",
    "bryggen",
    "passagen",
    "gangen",
    "ringen",
    "linien",
    "linjen",
    "diget",
    "hegnet",
    "vadet",
    "kilden",
    "terrasserne",
    "husene",
    "husen",
    "promenaden",
    "park",
    "brynet",
    "skoven",
    "skov",
    "springet",
];

/// Words that stand before the name of a road and belong to it.
pub(super) const BEFORE_ROAD: [&str; 40] = [
    "gammel", "gamle", "gl", "ny", "nye", "lille", "ll", "store", "st", "nørre", "nr", "nordre", "ndr",
    "søndre", "sønder", "sdr", "øster", "østre", "vester", "vestre", "over", "øvre", "neder", "nedre",
    "mellem", "ved", "bag", "under", "langs", "på", "sankt", "sct", "skt", "kong", "dronning", "prins",
    "chr", "indre", "ydre", "ytre",
];

/// Back over capitalised words, for a place of several: `Stensballe Strand 8, 8793 …`.
pub(super) fn before_place(page: &Page<'_>, first: usize) -> usize {
    let mut at = first;
    while at > 0 && first - at < 2 && is_space(page.gap(at - 1)) && page.words[at - 1].capital {
        let flags = page.flags(at - 1);
        if flags.any(Flags::GIVEN.with(Flags::WORD).with(Flags::TITLE)) || page.words[at - 1].sentence_start {
            break;
        }
        at -= 1;
    }
    at
}

pub(super) fn is_house_number(page: &Page<'_>, at: usize) -> bool {
    let Some(word) = page.words.get(at) else { return false };
    let low = page.low(at);
    let digits = low.bytes().take_while(u8::is_ascii_digit).count();
    word.digit && (1..=3).contains(&digits) && low.len() - digits <= 1
}

/// Where the name of a road that ends in this word begins; `None` when it cannot be one.
pub(super) fn road_start(page: &Page<'_>, road: usize) -> Option<usize> {
    let word = &page.words[road];
    if word.digit || !word.capital && !ends_in(page.low(road), &ROADS, 2) {
        return None;
    }
    let mut first = road;
    let alone =
        ROADS.contains(&page.low(road)) || matches!(page.low(road), "plads" | "torv" | "park" | "have");
    while first > 0 && road - first < 4 {
        let before = first - 1;
        let gap = page.gap(before);
        let joined = is_space(gap) || matches!(gap, ". " | "-" | "." | "' " | "'" | "’");
        let preposition = matches!(
            page.low(before),
            "ved" | "bag" | "under" | "langs" | "på" | "over" | "mellem" | "st" | "nr"
        );
        let small = page.small && !preposition;
        let prefix = BEFORE_ROAD.contains(&page.low(before)) && (page.words[before].capital || small);
        let short = gap.starts_with('.') && page.low(before).chars().count() <= 3;
        let genitive = page.low(before) == "s" && matches!(page.gap_before(before), "'" | "’");
        let part = genitive
            || page.words[before].capital && (alone || short || gap == "-" || matches!(gap, "'" | "’"));
        if !joined || !(prefix || part && (!gap.starts_with('.') || short)) {
            break;
        }
        if !prefix && page.flags(before).any(Flags::GREETING.with(Flags::RELATION).with(Flags::TITLE)) {
            break;
        }
        first = before;
    }
    Some(first)
}

pub(super) fn ends_in(low: &str, endings: &[&str], stem: usize) -> bool {
    endings.iter().any(|end| low.len() >= end.len() + stem && low.ends_with(end))
}

pub(super) fn is_road(page: &Page<'_>, road: usize) -> bool {
    let low = page.low(road);
    let alone = page.words[road].capital && !page.words[road].sentence_start && CAPITAL_ROADS.contains(&low);
    if alone && low.ends_with(['n', 't']) && low.len() > 4 {
        return true;
    }
    if matches!(
        low,
        "have" | "lejlighed" | "omkreds" | "ejendommen" | "december" | "plejehaven" | "børnehaven"
    ) {
        return false;
    }
    ends_in(low, &ROADS, 2) || page.words[road].capital && ends_in(low, &CAPITAL_ROADS, 2) || low == "torvet"
}

/// `Ved Skoven`, `H.C. Andersens Vej`.
pub(super) fn is_multi_road(page: &Page<'_>, first: usize, road: usize) -> bool {
    let place = BEFORE_ROAD.contains(&page.low(first)) && page.words[road].capital;
    let alone =
        ROADS.contains(&page.low(road)) || matches!(page.low(road), "plads" | "torv" | "park" | "have");
    page.words[first].capital && (place || alone)
}

/// A word with a capital that is none of the ordinary ones, before a number.
pub(super) fn known_place(page: &Page<'_>, first: usize, road: usize) -> bool {
    const COUNTED: [&str; 30] = [
        "nr",
        "kl",
        "side",
        "bilag",
        "uge",
        "punkt",
        "afsnit",
        "stk",
        "kapitel",
        "bus",
        "linje",
        "rute",
        "team",
        "model",
        "windows",
        "type",
        "fase",
        "zone",
        "hold",
        "klasse",
        "parcel",
        "etape",
        "delområde",
        "matr",
        "tlf",
        "lov",
        "paragraf",
        "artikel",
        "version",
        "niveau",
    ];
    let flags = page.flags(road);
    page.words[first].capital
        && page.words[road].capital
        && !COUNTED.contains(&page.low(road))
        && !(flags.any(Flags::WORD) && first == road && page.words[road].sentence_start)
        && !flags.any(Flags::ORG)
        && page.low(road).len() > 2
}
