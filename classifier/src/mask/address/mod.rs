//! Addresses: a road and a number, with floor, door, postcode and town.
//!
//! Left alone are roads without a number, and the line of a company or institution.

mod home;
mod road;
mod tail;

use std::ops::Range;

use super::page::{Page, is_space};
use super::spans::{Kind, Mark, taken};
use home::{dwelling, house_name, named_dwelling, neighbour};
use road::{before_place, is_house_number, is_multi_road, is_road, known_place, road_start};
use tail::tail;

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
    use crate::mask::tests::marked;

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
            assert_eq!(marked(find, text), [address], "{text}");
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
            assert!(marked(find, text).is_empty(), "{text}: {:?}", marked(find, text));
        }
    }
}
