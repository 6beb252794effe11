//! What only its name tells: plates, cards, land, immigration, days of birth and death, penal matters.

use std::ops::Range;

use super::digits::{is_join, labelled};
use super::page::{Page, is_space};
use super::spans::{Kind, Mark, taken};

pub(super) fn find(page: &Page<'_>, marks: &mut Vec<Mark>) {
    for at in 0..page.words.len() {
        let found = plate(page, at)
            .or_else(|| card(page, at))
            .or_else(|| land(page, at))
            .or_else(|| immigration(page, at))
            .or_else(|| life_day(page, at))
            .or_else(|| penal(page, at));
        if let Some(range) = found
            && !taken(marks, &range)
        {
            marks.push(Mark::new(range, Kind::Other));
        }
    }
}

/// `AB 12 345`: two capitals and five digits; small ones after the name of a plate.
fn plate(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
    const NONE: [&str; 24] = [
        "dk", "nr", "se", "eu", "kr", "id", "cv", "bs", "ca", "sf", "iso", "sr", "kl", "tv", "pr", "ip",
        "pc", "ea", "no", "ma", "sm", "ul", "en", "jn",
    ];
    let word = page.words.get(at)?;
    let low = page.low(at);
    let letters = low.bytes().take_while(u8::is_ascii_lowercase).count();
    let named =
        labelled(page, word.range.start, &["nummerplade", "registrering", "reg", "plade", "bil", "indreg"]);
    if letters != 2
        || NONE.contains(&&low[..2])
        || !(word.capitals || word.capital && letters < low.len() || named)
    {
        return None;
    }
    let mut digits = low[2..].to_owned();
    let mut last = at;
    while digits.len() < 5
        && (is_space(page.gap(last)) || named && page.gap(last) == "-" || page.gap(last) == ".")
    {
        last += 1;
        if !page.words[last].digit {
            return None;
        }
        digits.push_str(page.low(last));
    }
    let sound = digits.len() == 5 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let longer = matches!(page.after(last), Some('-' | '/')) || page.gap_before(at) == "-";
    (sound && !longer).then(|| page.range(at, last))
}

/// The number of a library card and the like.
fn card(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
    let names = [
        "låner",
        "lånekort",
        "kortnummer",
        "kortnr",
        "bibliotekskort",
        "rejsekort",
        "sygesikringskort",
        "pasnummer",
        "pasnr",
        "kørekort",
    ];
    if !names.iter().any(|name| page.low(at).starts_with(name)) {
        return None;
    }
    number_after(page, at, 5)
}

/// The number that follows a name within four words of the line.
fn number_after(page: &Page<'_>, at: usize, least: usize) -> Option<Range<usize>> {
    let first = (at + 1..at + 5)
        .take_while(|next| !page.words.get(*next).is_none_or(|word| word.line_start))
        .find(|next| page.words[*next].digit)?;
    let mut last = first;
    let mut len = page.low(first).len();
    while is_join(page.gap(last)) && page.words[last + 1].digit && page.words[last + 1].range.len() <= 10 {
        last += 1;
        len += page.low(last).len();
    }
    (len >= least).then(|| page.range(first, last))
}

/// `matr.nr. 12a Ulstrup By, Ulstrup`
fn land(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
    if !(page.low(at).starts_with("matr") || page.low(at) == "parcel") {
        return None;
    }
    let mut number = at + 1;
    while matches!(page.low(number), "nr" | "nummer" | "no") {
        number += 1;
    }
    if !page.words.get(number)?.digit || page.low(number).len() > 6 || page.gap(at).contains('\n') {
        return None;
    }
    let mut last = number;
    let single =
        |at: usize| page.low(at).len() <= 2 && page.low(at).bytes().all(|byte| byte.is_ascii_lowercase());
    if is_space(page.gap(last)) && single(last + 1) && !matches!(page.low(last + 1), "i" | "på" | "og" | "er")
    {
        last += 1;
    }
    if page.low(last + 1) == "og"
        && page.words.get(last + 2).is_some_and(|word| word.digit && word.range.len() < 6)
    {
        last += 2;
    }
    let short = |at: usize| page.low(at).len() <= 3 && page.gap(at) == ". ";
    while (matches!(page.gap(last), " " | ", ") || last > number && short(last))
        && page.words[last + 1].capital
        && last < number + 7
    {
        last += 1;
    }
    Some(page.range(at, last))
}

/// A number of the immigration service.
fn immigration(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
    let names = ["udl", "udlnr", "udlændingenr", "udlændingenummer", "personid", "opholdskort"];
    let person_id = page.low(at) == "person" && page.low(at + 1) == "id";
    if !names.contains(&page.low(at)) && !person_id {
        return None;
    }
    let number = number_after(page, at, 6)?;
    Some(page.words[at].range.start..number.end)
}

const MONTHS: [&str; 24] = [
    "januar",
    "februar",
    "marts",
    "april",
    "maj",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "december",
    "jan",
    "feb",
    "mar",
    "apr",
    "jun",
    "jul",
    "aug",
    "sep",
    "sept",
    "okt",
    "nov",
    "dec",
];

/// `født den 12. marts 1984`, `f. 12.03.84`, `døde 3/2 2024`: from the word to the end of the day.
fn life_day(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
    let low = page.low(at);
    let word = matches!(
        low,
        "født"
            | "fødselsdato"
            | "fødselsdag"
            | "fødselsdata"
            | "fødsdato"
            | "fødselsår"
            | "død"
            | "døde"
            | "dødsdato"
            | "døden"
            | "dødsdag"
            | "dødsfald"
            | "born"
            | "afdød"
            | "afdøde"
            | "hensov"
    );
    let short =
        low == "f" && page.gap(at).starts_with('.') && page.words.get(at + 1).is_some_and(|next| next.digit);
    if !word && !short {
        return None;
    }
    let mut first = at + 1;
    while matches!(page.low(first), "den" | "d" | "er" | "dato" | "on" | "i" | "ved" | "året" | "år")
        && first < at + 4
    {
        first += 1;
    }
    if !page.words.get(first)?.digit || page.gap(first - 1).contains('\n') {
        return None;
    }
    let last = day_end(page, first)?;
    Some(page.range(at, last))
}

/// The last word of a day that begins with this word.
fn day_end(page: &Page<'_>, first: usize) -> Option<usize> {
    let number = |at: usize| page.low(at).parse::<u32>().ok();
    let year = |at: usize| matches!(number(at), Some(0..=99 | 1850..=2100));
    if MONTHS.contains(&page.low(first + 1)) {
        let has_year = page.words.get(first + 2).is_some_and(|word| word.digit)
            && !page.gap(first + 1).contains('\n')
            && matches!(number(first + 2), Some(1850..=2100));
        return Some(first + 1 + usize::from(has_year));
    }
    let joined = |at: usize| matches!(page.gap(at), "." | "/" | "-" | ". " | " " | " / ");
    if page.low(first).len() == 4 && page.gap(first) == "-" && page.gap(first + 1) == "-" {
        return Some(first + 2);
    }
    let day = matches!(number(first), Some(1..=31 | 61..=91));
    if day && joined(first) && matches!(number(first + 1), Some(1..=12)) {
        let more = joined(first + 1) && year(first + 2);
        return Some(first + 1 + usize::from(more));
    }
    let len = page.low(first).len();
    matches!(len, 6 | 8).then_some(first)
}

/// Words of punishment, with the number of months or days before them.
fn penal(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
    const WORDS: [&str; 28] = [
        "politianmeldt",
        "afsonet",
        "idømt",
        "tilhold",
        "sexdømt",
        "tiltalt",
        "fængsel",
        "fængselsstraf",
        "hæfte",
        "fodlænke",
        "varetægt",
        "varetægtsfængslet",
        "afsoning",
        "afsone",
        "afsoner",
        "afsonede",
        "prøveløsladt",
        "prøveløsladelse",
        "straffeattest",
        "voldsdom",
        "samfundstjeneste",
        "løsladt",
        "løslades",
        "straffet",
        "fængslet",
        "narkodom",
        "straffedom",
        "sigtet",
    ];
    let sentenced = page.low(at) == "dømt" && matches!(page.low(at + 1), "for" | "efter");
    if !WORDS.contains(&page.low(at)) && !sentenced {
        return None;
    }
    let mut first = at;
    while first > 0
        && is_space(page.gap(first - 1))
        && matches!(
            page.low(first - 1),
            "fået"
                | "ubetinget"
                | "betinget"
                | "måneders"
                | "måneder"
                | "års"
                | "dages"
                | "dage"
                | "tidligere"
                | "i"
                | "fem"
        )
    {
        first -= 1;
    }
    if first < at && first > 0 && page.words[first - 1].digit && is_space(page.gap(first - 1)) {
        first -= 1;
    }
    while first < at && page.low(first) == "i" {
        first += 1;
    }
    Some(page.range(first, charge(page, at)))
}

/// The last word of what somebody is charged with: `sigtet for brandstiftelse`.
fn charge(page: &Page<'_>, at: usize) -> usize {
    if !is_space(page.gap(at)) {
        return at;
    }
    if page.low(at + 1) == "fra" && page.words.get(at + 2).is_some_and(|word| word.capital) {
        let mut last = at + 2;
        while is_space(page.gap(last)) && page.words[last + 1].capital && last < at + 4 {
            last += 1;
        }
        return last;
    }
    if page.low(at + 1) != "for" || !is_space(page.gap(at + 1)) {
        return at;
    }
    let mut last = at + 2;
    while is_space(page.gap(last))
        && last < at + 6
        && matches!(
            page.low(last),
            "kørsel"
                | "uden"
                | "besiddelse"
                | "af"
                | "mod"
                | "sin"
                | "grov"
                | "uagtsom"
                | "vold"
                | "trusler"
                | "røveri"
                | "og"
        )
        && !matches!(page.low(last + 1), "og" | "i" | "på")
    {
        last += 1;
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::tests::marked;

    #[test]
    fn other_numbers_are_found() {
        for (text, other) in [
            ("min bil AB 12 345 holder", "AB 12 345"),
            ("bilen (ab12345)", ""),
            ("nummerplade ab 12345", "ab 12345"),
            ("lånernummer 1234 5678 90", "1234 5678 90"),
            ("matr.nr. 12a Ulstrup By, Ulstrup er", "matr.nr. 12a Ulstrup By, Ulstrup"),
            ("matr. nr. 7 b, Ulstrup", "matr. nr. 7 b, Ulstrup"),
            ("udl.nr. 12-345-678", "udl.nr. 12-345-678"),
            ("født den 12. marts 1984 i", "født den 12. marts 1984"),
            ("født 12.03.1984", "født 12.03.1984"),
            ("f. 12/3-84", "f. 12/3-84"),
            ("døde den 3. februar", "døde den 3. februar"),
            ("har fået 6 måneders fængsel", "6 måneders fængsel"),
            ("DK 12345", ""),
            ("BS-12345/2024", ""),
            ("født i Ulstrup", ""),
        ] {
            let other: Vec<&str> = [other].into_iter().filter(|text| !text.is_empty()).collect();
            assert_eq!(marked(find, text), other, "{text}");
        }
    }
}
