//! Addresses: a road and a number, with floor, door, postcode and town.
//!
//! Left alone are roads without a number, and the line of a company or institution.

use std::ops::Range;

use super::digits::labelled;
use super::lexicon::Flags;
use super::page::{Page, is_space};
use super::spans::{Kind, Mark, taken};

pub(super) fn find(page: &Page<'_>, marks: &mut Vec<Mark>) {
    let mut at = 0;
    while at < page.words.len() {
        let found = dwelling(page, at)
            .or_else(|| named_dwelling(page, at))
            .or_else(|| house(page, at))
            .or_else(|| neighbour(page, at));
        match found {
            Some((first, last)) if is_free(marks, &page.range(first, last)) => {
                marks.push(Mark::new(closed(page, first, last), Kind::Address));
                at = last + 1;
            }
            _ => at += 1,
        }
    }
}

/// Is a range free of all that is no address? A home and its road are one address.
fn is_free(marks: &[Mark], range: &Range<usize>) -> bool {
    let others = marks.iter().filter(|mark| mark.kind != Kind::Address);
    !others.into_iter().any(|mark| taken(std::slice::from_ref(mark), range))
}

/// Endings of roads that are enough also in small letters.
const ROADS: [&str; 20] = [
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
const CAPITAL_ROADS: [&str; 70] = [
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
const BEFORE_ROAD: [&str; 40] = [
    "gammel", "gamle", "gl", "ny", "nye", "lille", "ll", "store", "st", "nørre", "nr", "nordre", "ndr",
    "søndre", "sønder", "sdr", "øster", "østre", "vester", "vestre", "over", "øvre", "neder", "nedre",
    "mellem", "ved", "bag", "under", "langs", "på", "sankt", "sct", "skt", "kong", "dronning", "prins",
    "chr", "indre", "ydre", "ytre",
];

/// A road and the number of a house: first and last word.
fn house(page: &Page<'_>, number: usize) -> Option<(usize, usize)> {
    if !is_house_number(page, number) || number == 0 || !is_space(page.gap(number - 1)) {
        return None;
    }
    let road = number - 1;
    let first = road_start(page, road)?;
    let certain = is_road(page, road) || first < road && is_multi_road(page, first, road);
    let last = tail(page, number);
    let first = if last.told && !certain { before_place(page, first) } else { first };
    if !certain && !(known_place(page, first, road) && (last.told || address_cue(page, first))) {
        return None;
    }
    if company_line(page, first) {
        return None;
    }
    Some((house_name(page, first), last.word))
}

/// Back over capitalised words, for a place of several: `Stensballe Strand 8, 8793 …`.
fn before_place(page: &Page<'_>, first: usize) -> usize {
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

fn is_house_number(page: &Page<'_>, at: usize) -> bool {
    let Some(word) = page.words.get(at) else { return false };
    let low = page.low(at);
    let digits = low.bytes().take_while(u8::is_ascii_digit).count();
    word.digit && (1..=3).contains(&digits) && low.len() - digits <= 1
}

/// Where the name of a road that ends in this word begins; `None` when it cannot be one.
fn road_start(page: &Page<'_>, road: usize) -> Option<usize> {
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

fn ends_in(low: &str, endings: &[&str], stem: usize) -> bool {
    endings.iter().any(|end| low.len() >= end.len() + stem && low.ends_with(end))
}

fn is_road(page: &Page<'_>, road: usize) -> bool {
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
fn is_multi_road(page: &Page<'_>, first: usize, road: usize) -> bool {
    let place = BEFORE_ROAD.contains(&page.low(first)) && page.words[road].capital;
    let alone =
        ROADS.contains(&page.low(road)) || matches!(page.low(road), "plads" | "torv" | "park" | "have");
    page.words[first].capital && (place || alone)
}

/// A word with a capital that is none of the ordinary ones, before a number.
fn known_place(page: &Page<'_>, first: usize, road: usize) -> bool {
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

/// Do the words before tell that somebody lives there?
fn address_cue(page: &Page<'_>, first: usize) -> bool {
    const LIVES: [&str; 22] = [
        "bor",
        "boede",
        "boende",
        "bo",
        "bopæl",
        "adresse",
        "adressen",
        "flyttet",
        "flytter",
        "flytte",
        "ejendommen",
        "lejligheden",
        "huset",
        "hjemme",
        "opgangen",
        "beboer",
        "lejemålet",
        "naboen",
        "beliggende",
        "grunden",
        "ejer",
        "boet",
    ];
    let mut at = first;
    while at > 0 && first - at < 4 && !page.words[at].sentence_start {
        at -= 1;
        if LIVES.contains(&page.low(at)) {
            return true;
        }
    }
    false
}

/// How far an address goes after its number, and whether what follows tells that it is one.
struct Tail {
    word: usize,
    told: bool,
}

fn tail(page: &Page<'_>, number: usize) -> Tail {
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

fn is_house_letter(page: &Page<'_>, at: usize) -> bool {
    let single = page.words.get(at).is_some_and(|word| word.range.len() == 1 && !word.digit);
    single && (page.words[at].capital || matches!(page.gap(at).chars().next(), Some(',' | '\n')))
}

const FLOOR: [&str; 40] = [
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
fn floor(page: &Page<'_>, from: usize) -> usize {
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
fn dotted(page: &Page<'_>, at: usize) -> bool {
    let rest = page.words.get(at).map_or("", |word| &page.text[word.range.end..]);
    let comma = page.gap_before(at) == ", ";
    let after = rest.strip_prefix('.').unwrap_or("-");
    comma && page.low(at).len() <= 2 && (after.is_empty() || after.starts_with([',', '\n']))
}

/// The last word of postcode and town.
fn town(page: &Page<'_>, from: usize) -> usize {
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
fn town_name(page: &Page<'_>, from: usize) -> Option<usize> {
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

fn is_town_word(low: &str) -> bool {
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

/// The name of a house and `c/o` with its name, before the road: `Gl. Præstegård, Kirkevej 1`.
fn house_name(page: &Page<'_>, first: usize) -> usize {
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
fn dwelling(page: &Page<'_>, at: usize) -> Option<(usize, usize)> {
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
fn named_dwelling(page: &Page<'_>, at: usize) -> Option<(usize, usize)> {
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
fn neighbour(page: &Page<'_>, at: usize) -> Option<(usize, usize)> {
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

/// Does the line, or the line before it, name a company or institution?
fn company_line(page: &Page<'_>, at: usize) -> bool {
    let (first, _) = page.line(at);
    let mut own_first = at;
    while own_first > first && !page.words[own_first].sentence_start {
        own_first -= 1;
    }
    let own = own_first..at;
    let company = |range: Range<usize>| {
        range.clone().any(|word| {
            let low = page.low(word);
            matches!(low, "aps" | "ivs" | "amba" | "fmba" | "gmbh" | "cvr")
                || low == "s"
                    && page.gap_before(word) == "/"
                    && matches!(page.low_before(word, 1), "a" | "i" | "k" | "p")
        })
    };
    if company(own) {
        return true;
    }
    let Some(before) = first.checked_sub(1) else { return false };
    let (begin, end) = page.line(before);
    at == first && end - begin < 8 && company(begin..end + 1)
}

/// The range, with the full stop of an abbreviation.
fn closed(page: &Page<'_>, first: usize, last: usize) -> Range<usize> {
    let mut range = page.range(first, last);
    let own = &page.text[range.clone()];
    if page.text[..range.start].ends_with('"') && own.matches('"').count() == 1 {
        range.start -= 1;
    }
    let short = matches!(page.low(last), "th" | "tv" | "mf" | "st" | "kl" | "kld");
    let floor = page.words[last].digit && page.low(last).len() <= 2 && last > first + 1;
    if (short || floor) && page.text[range.end..].starts_with('.') {
        range.end += 1;
    }
    range
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let mut marks = Vec::new();
        find(&Page::read(text), &mut marks);
        marks.iter().map(|mark| &text[mark.range.clone()]).collect()
    }

    #[test]
    fn addresses_are_found_whole() {
        for (text, address) in [
            (
                "Jeg bor på Bøgebakken 17, st. th., 4983 Skovlunde Huse. Hun",
                "Bøgebakken 17, st. th., 4983 Skovlunde Huse",
            ),
            ("bor på fabriksvej 3 2 tv lige nu", "fabriksvej 3 2 tv"),
            ("Østre Allé 51 er", "Østre Allé 51"),
            ("på Skråningen 9 B og", "Skråningen 9 B"),
            ("Sdr. Strandvej 102, 6998 Husby Klit\nTlf", "Sdr. Strandvej 102, 6998 Husby Klit"),
            ("H.C. Andersens Vej 4, 3. sal", "H.C. Andersens Vej 4, 3. sal"),
            ("Nygade 12, 3., 4000 Vestervig", "Nygade 12, 3., 4000 Vestervig"),
            ("Mosevej 20, Tornby", "Mosevej 20, Tornby"),
            ("jeg bor Egelund 2", "Egelund 2"),
            ("bor i Havblik 14, st. tv., 4593 Eskekær", "Havblik 14, st. tv., 4593 Eskekær"),
            ("Ved Kæret 8\n4593 Eskekær", "Ved Kæret 8\n4593 Eskekær"),
            ("Studievej 44, vær. 12", "Studievej 44, vær. 12"),
            ("Han bor på Plejehjemmet Egely og", "Plejehjemmet Egely"),
            ("vi bor på gården Søndre Vad ved", "Søndre Vad"),
        ] {
            assert_eq!(found(text), [address], "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_left() {
        for text in [
            "Strandvejen er lukket",
            "kl. 12, 3. maj",
            "I 2024 var der 12 elever",
            "Murer Holm ApS, Industrivej 4",
            "Side 3",
            "Vejen 3 gange",
            "Uge 12",
            "Bilag 4, 2. afsnit",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
