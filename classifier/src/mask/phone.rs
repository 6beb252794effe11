//! Telephone numbers: eight digits in every grouping, and foreign ones with their country.

use super::digits::{Group, groups, in_word, is_join, labelled};
use super::page::Page;
use super::spans::{Kind, Mark, taken};

/// How the eight digits of a Danish number are grouped.
const GROUPINGS: [&[usize]; 11] = [
    &[8],
    &[4, 4],
    &[2, 2, 2, 2],
    &[2, 6],
    &[3, 3, 2],
    &[3, 2, 3],
    &[2, 3, 3],
    &[2, 2, 4],
    &[4, 2, 2],
    &[6, 2],
    &[1, 7],
];

/// Names of numbers of eight digits that ring nobody.
const OTHER_NUMBERS: &[&str] = &[
    "cvr",
    "j",
    "se",
    "pnr",
    "p",
    "ean",
    "gln",
    "faktura",
    "ordre",
    "kunde",
    "sag",
    "journal",
    "jnr",
    "ref",
    "matr",
    "bbr",
    "bfe",
    "police",
    "medlem",
    "måler",
    "afregning",
    "tilbud",
    "rekvisition",
    "løbe",
    "kvittering",
    "giro",
    "vare",
    "artikel",
    "bilag",
    "konto",
    "reg",
    "skade",
    "serie",
    "stel",
    "id",
    "kort",
    "låner",
    "udl",
    "dok",
    "akt",
    "bs",
    "anlæg",
    "tinglys",
    "installation",
    "dato",
    "produktion",
    "virksomhed",
    "aftale",
    "sags",
];

/// Names of telephone numbers.
const PHONE: &[&str] =
    &["tlf", "telefon", "mobil", "mob", "ring", "sms", "træffes", "phone", "kald", "nummer"];

pub(super) fn find(page: &Page<'_>, marks: &mut Vec<Mark>) {
    let text = page.text;
    let groups = groups(text);
    let mut at = 0;
    while at < groups.len() {
        let found = foreign(text, &groups, at).or_else(|| danish(page, &groups, at));
        let Some((start, last)) = found else {
            at += 1;
            continue;
        };
        let range = start..groups[last].end;
        if !taken(marks, &range) {
            marks.push(Mark::new(range, Kind::Phone));
        }
        at = last + 1;
    }
}

/// A number with its country: `+46 70 123 45 67`, `0049 4631 1234`. Returns where it starts and its last group.
fn foreign(text: &str, groups: &[Group], at: usize) -> Option<(usize, usize)> {
    let first = &groups[at];
    let before = &text[..first.start];
    let plus = before.ends_with('+');
    let zeros = first.text(text).starts_with("00") && (first.len() <= 6 || first.len() >= 12);
    if !plus && !zeros || plus && text[first.end..].starts_with('<') {
        return None;
    }
    let start = before.len() - usize::from(plus);
    let mut digits = first.len();
    let most = if first.text(text).trim_start_matches('0') == "45" { first.len() + 8 } else { 15 };
    let mut last = at;
    while let Some(next) = groups.get(last + 1) {
        let gap = &text[groups[last].end..next.start];
        let joined = is_join(gap) || matches!(gap, ") " | ")" | " (" | " (0) " | "(");
        if !joined || digits + next.len() > most || digits >= 10 && next.len() > 4 {
            break;
        }
        digits += next.len();
        last += 1;
    }
    let start = if before.ends_with("(+") && text[first.end..].starts_with(')') { start - 1 } else { start };
    (8..=17).contains(&digits).then_some((start, last))
}

fn danish(page: &Page<'_>, groups: &[Group], at: usize) -> Option<(usize, usize)> {
    let text = page.text;
    let last = GROUPINGS.iter().find_map(|sizes| grouped(text, groups, at, sizes))?;
    let (start, end) = (groups[at].start, groups[last].end);
    let named = labelled(page, start, PHONE);
    let digits: String = groups[at..=last].iter().map(|group| group.text(text)).collect();
    if !named
        && (!matches!(digits.as_bytes()[0], b'2'..=b'9')
            || is_day(&digits, last == at)
            || is_years(page.text, &groups[at..=last]))
    {
        return None;
    }
    if labelled(page, start, OTHER_NUMBERS) && !named || is_amount(text, start, end) {
        return None;
    }
    let begin = ["(+45) ", "+45 ", "+45", "0045 "].iter().find(|code| text[..start].ends_with(**code));
    Some((start - begin.map_or(0, |code| code.len()), last))
}

/// The last group of a number in this grouping that begins here.
fn grouped(text: &str, groups: &[Group], at: usize, sizes: &[usize]) -> Option<usize> {
    let last = at + sizes.len() - 1;
    let own = groups.get(at..=last)?;
    let mut joins = own.windows(2).map(|pair| &text[pair[0].end..pair[1].start]);
    let first_join = joins.next().unwrap_or(" ");
    let even = is_join(first_join) && joins.all(|join| join == first_join || is_join(join) && join != ".");
    let fits = own.iter().map(Group::len).eq(sizes.iter().copied());
    let glued =
        |gap: &str| matches!(gap, "-" | "/" | "." | "," | ":" | "+" | "<" | "\u{2011}" | "_" | "§" | "#");
    let before = at.checked_sub(1).map_or(" ", |at| &text[groups[at].end..own[0].start]);
    let after = groups.get(last + 1).map_or("\n", |next| &text[own[sizes.len() - 1].end..next.start]);
    let longer =
        sizes.len() == 4 && groups.get(last + 1).is_some_and(|next| next.len() == 2 && after == first_join);
    let tail =
        at.checked_sub(1).is_some_and(|at| groups[at].len() == 2 && sizes.len() == 4 && before == first_join);
    let dotted_amount = sizes.contains(&3) && first_join == ".";
    let in_words = in_word(text, own[0].start, own[sizes.len() - 1].end);
    (fits && even && !glued(before) && !glued(after) && !longer && !tail && !dotted_amount && !in_words)
        .then_some(last)
}

/// `20240315`, `24122024`: a day without anything between.
fn is_day(digits: &str, plain: bool) -> bool {
    let number = |range: std::ops::Range<usize>| digits.get(range).and_then(|part| part.parse::<u32>().ok());
    let century = |range| matches!(number(range), Some(19 | 20));
    let month = |range| matches!(number(range), Some(1..=12));
    let day = |range| matches!(number(range), Some(1..=31));
    plain && (century(0..2) && month(4..6) && day(6..8) || day(0..2) && month(2..4) && century(4..6))
}

/// `2026-2030`, `31.12.2026`
fn is_years(text: &str, groups: &[Group]) -> bool {
    let year = |group: &Group| group.len() == 4 && matches!(&text[group.start..group.start + 2], "19" | "20");
    match groups {
        [one, other] => year(one) && year(other),
        [_, _, last] => year(last) && text[..last.start].ends_with(['.', '-', '/']),
        _ => false,
    }
}

fn is_amount(text: &str, start: usize, end: usize) -> bool {
    let after = text[end..].trim_start();
    let unit = ["kr", "dkk", "Kr", "DKK", ",-", "eur", "EUR", "m2", "m²", "m3", "kwh", "kWh", "%", "€"];
    unit.iter().any(|unit| after.starts_with(unit))
        || ["kr. ", "kr ", "kr.", "DKK ", "€ "].iter().any(|unit| text[..start].ends_with(unit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::tests::marked;

    #[test]
    fn every_grouping_is_found() {
        for number in [
            "22419037",
            "2241 9037",
            "22 41 90 37",
            "22-41-90-37",
            "22.41.90.37",
            "224 190 37",
            "22 419 037",
            "+45 22 41 90 37",
            "+4522419037",
            "0045 22419037",
            "(+45) 22419037",
            "+46 70 123 45 67",
            "+49 4631 555123",
            "0046 701234567",
            "22\u{a0}41\u{a0}90\u{a0}37",
        ] {
            for text in [format!("tlf. {number}"), format!("Ring {number}, tak"), format!("{number}\nHilsen")]
            {
                assert_eq!(marked(find, &text), [number], "{text}");
            }
        }
        assert_eq!(marked(find, "22 41 90 37 / 60 11 88 42"), ["22 41 90 37", "60 11 88 42"]);
    }

    #[test]
    fn other_numbers_are_left() {
        for text in [
            "CVR 22419037",
            "CVR-nr. 22 41 90 37",
            "sagsnr. 22419037",
            "sag 2024-22419037",
            "22.419.037 kr.",
            "faktura nr. 22419037",
            "den 20240315",
            "22419037 kr",
            "EAN 5790001234567",
            "j.nr. 22419037",
            "12345678",
            "i 2026-2030",
            "den 31.12.2026",
            "22 41 90 37 44",
            "2241903",
            "A22419037",
        ] {
            assert!(marked(find, text).is_empty(), "{text}");
        }
    }
}
