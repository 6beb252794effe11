//! What senders write in their KLE marks, read leniently.
//!
//! MeMo puts no pattern on the fields, so anything may stand there (`spec/memo-format.md` §3.7, `spec/kle.md` §2).
//! Reading follows one rule: what has one meaning is read and remarked, what has two is given up.
//! Remarks never repeat the sender's text, which may hold anything, names too.

use crate::facet::is_category;
use crate::{Facet, Level, Remark, Subject};

/// The main groups of KLE, edition of February 2026. A municipality may add groups and subjects, never a main
/// group, so other numbers belong to another plan, most often FORM. Source: `spec/kle.md` §1 and §2.
pub const MAIN_GROUPS: &[u8] = &[
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 14, 15, 17, 18, 19, 20, 21, 22, 23, 24, 25, 27, 28, 29, 30, 32, 34, 54,
    81, 82, 83, 84, 85, 86, 87, 88,
];

/// A mark after reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Normalised {
    /// The subject, when one could be read.
    pub subject: Option<Subject>,
    /// The facet, when one could be read. Never without a subject.
    pub facet: Option<Facet>,
    /// What was done, or why nothing could be.
    pub remarks: Vec<Remark>,
}

impl Normalised {
    /// All remarks as one Danish text; `None` when the mark was as it should be.
    pub fn remark(&self) -> Option<String> {
        let sentences: Vec<String> = self.remarks.iter().map(Remark::to_string).collect();
        (!sentences.is_empty()).then(|| sentences.join("; "))
    }
}

/// Reads a mark as senders write it: subject text, and the facet's own field when there is one.
pub fn normalise(subject_text: &str, facet_text: Option<&str>) -> Normalised {
    let mut remarks = Vec::new();
    let Some((subject, glued)) = read_subject(subject_text, &mut remarks) else {
        return Normalised { subject: None, facet: None, remarks };
    };
    match subject.level() {
        Level::Subject if subject.to_string().ends_with(".00.00") => remarks.push(Remark::General),
        Level::Subject => {}
        coarse => remarks.push(Remark::Coarse(coarse)),
    }
    let facet = read_facet(facet_text, glued, &mut remarks);
    Normalised { subject: Some(subject), facet, remarks }
}

/// The subject, and a facet written behind it. `None` is always remarked.
fn read_subject(text: &str, remarks: &mut Vec<Remark>) -> Option<(Subject, Option<Facet>)> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        remarks.push(Remark::Blank);
        return None;
    }
    let bare = without_introduction(trimmed);
    let mut tidied = bare.len() != text.len();
    let (pairs, rest, spaced) = leading_pairs(bare);
    tidied |= spaced;
    if let Some(fault) = fault_of(bare, &pairs, rest) {
        remarks.push(fault);
        return None;
    }
    let number = pairs.join(".");
    let subject = match Subject::parse(&number) {
        Ok(subject) => subject,
        Err(_) => {
            remarks.push(Remark::NotKle);
            return None;
        }
    };
    if !MAIN_GROUPS.contains(&subject.main_group()) {
        remarks.push(Remark::UnknownMainGroup(subject.main_group()));
        return None;
    }
    let (facet, rest) = trailing_facet(rest);
    if facet.is_some() {
        remarks.push(Remark::FacetInSubject);
        if rest.starts_with('-') {
            remarks.push(Remark::CaseNumber);
        } else {
            tidied |= !rest.trim().is_empty();
        }
    } else {
        let words = rest.trim_start_matches(['.', ' ', '\u{a0}', '\t']).trim();
        if !words.is_empty() {
            // A title behind the number is common, but so is a date at the head of a sentence.
            if !words.starts_with(|c: char| c.is_alphabetic() || matches!(c, '-' | ':' | '('))
                || may_be_date(subject)
            {
                remarks.push(Remark::NotKle);
                return None;
            }
        }
        tidied |= !rest.is_empty();
    }
    if tidied {
        remarks.push(Remark::Tidied);
    }
    Some((subject, facet))
}

/// Leaves out `KLE`, `KLE-nr.`, `emne:` and the like before the number.
fn without_introduction(text: &str) -> &str {
    let mut rest = text;
    loop {
        let word = rest.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
        if !["kle", "nr", "nummer", "emne", "emnenr", "emnenummer"].contains(&word.to_lowercase().as_str()) {
            return rest;
        }
        rest = rest[word.len()..]
            .trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '.' | ':' | '-' | '='));
    }
}

/// The runs of digits at the head, separated by a full stop with blanks around it; the rest; were there blanks?
fn leading_pairs(text: &str) -> (Vec<&str>, &str, bool) {
    let mut pairs = Vec::new();
    let mut rest = text;
    let mut spaced = false;
    loop {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if digits == 0 {
            return (pairs, rest, spaced);
        }
        pairs.push(&rest[..digits]);
        rest = &rest[digits..];
        let Some(behind) = rest.trim_start().strip_prefix('.') else { return (pairs, rest, spaced) };
        let next = behind.trim_start();
        if !next.starts_with(|c: char| c.is_ascii_digit()) {
            return (pairs, rest, spaced);
        }
        spaced |= rest.len() - next.len() > 1;
        rest = next;
    }
}

/// What makes the head of the text no KLE number at all.
fn fault_of(text: &str, pairs: &[&str], rest: &str) -> Option<Remark> {
    if text.chars().all(|c| matches!(c, '0' | '.' | '-' | '?' | 'x' | 'X') || c.is_whitespace()) {
        return Some(Remark::Placeholder);
    }
    if is_long_date(text, pairs) {
        return Some(Remark::Date);
    }
    match pairs.len() {
        0 => Some(if text.starts_with('[') { Remark::Placeholder } else { Remark::NotKle }),
        1..=3 => {
            let two_digits = pairs.iter().all(|pair| pair.len() == 2);
            // `27-18-04`, `27/18` and `27,18` may be dates, amounts or numbers of anything.
            let other_separator = rest.starts_with(['/', ',', '_'])
                || rest
                    .strip_prefix('-')
                    .is_some_and(|r| r.trim_start().starts_with(|c: char| c.is_ascii_digit()));
            (!two_digits || other_separator).then_some(Remark::NotKle)
        }
        _ => Some(Remark::FormTask),
    }
}

/// A date with the year in four digits: `01.05.2024`, `2024-05-01`, `1/5-2024`.
fn is_long_date(text: &str, pairs: &[&str]) -> bool {
    let year = |digits: &str| digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20"));
    let numbers: Vec<&str> =
        text.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty()).collect();
    let small = |digits: &str| digits.len() <= 2;
    match numbers.as_slice() {
        [first, second, third, ..] => {
            (year(first) && small(second) && small(third)) || (small(first) && small(second) && year(third))
        }
        _ => pairs.first().is_some_and(|first| year(first)),
    }
}

/// Could `27.12.15` be the 27th of December as well?
fn may_be_date(subject: Subject) -> bool {
    let text = subject.to_string();
    let mut parts = text.split('.').filter_map(|part| part.parse::<u8>().ok());
    let (Some(day), Some(month)) = (parts.next(), parts.next()) else { return false };
    (1..=31).contains(&day) && (1..=12).contains(&month)
}

/// A facet behind the subject, after a full stop, `-`, `+`, blanks or nothing; and what follows it.
fn trailing_facet(rest: &str) -> (Option<Facet>, &str) {
    let start = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '.' | '-' | '+'));
    match facet_at(start) {
        Some((facet, length)) => (Some(facet), &start[length..]),
        None => (None, rest),
    }
}

/// A facet at the head of a text, in either case, not followed by a further letter or digit; and its length.
pub(crate) fn facet_at(text: &str) -> Option<(Facet, usize)> {
    let (letter, letter_length) = category_at(text)?;
    let digits = text.get(letter_length..letter_length + 2)?;
    let behind = &text[letter_length + 2..];
    if behind.starts_with(char::is_alphanumeric) {
        return None;
    }
    let facet = Facet::parse(&format!("{letter}{digits}")).ok()?;
    Some((facet, letter_length + 2))
}

/// A category letter in either case; Å may be an A with a combining ring (the decomposed form).
pub(crate) fn category_at(text: &str) -> Option<(char, usize)> {
    let letter = text.chars().next()?;
    let length = letter.len_utf8();
    let upper = letter.to_uppercase().next()?;
    if upper == 'A' && text[length..].starts_with('\u{30a}') {
        return Some(('Å', length + '\u{30a}'.len_utf8()));
    }
    is_category(upper).then_some((upper, length))
}

fn read_facet(field: Option<&str>, glued: Option<Facet>, remarks: &mut Vec<Remark>) -> Option<Facet> {
    let field = field.map(str::trim).filter(|text| !text.is_empty());
    let Some(text) = field else { return glued };
    let Some((facet, length)) = facet_at(text) else {
        remarks.push(Remark::FacetUnreadable);
        return glued;
    };
    let behind = &text[length..];
    if !behind.is_empty() && !behind.starts_with(char::is_whitespace) {
        remarks.push(Remark::FacetUnreadable);
        return glued;
    }
    match glued {
        Some(glued) if glued != facet => {
            remarks.push(Remark::FacetsDisagree);
            None
        }
        _ => Some(facet),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(subject: &str, facet: Option<&str>) -> (Option<String>, Option<String>, Vec<&'static str>) {
        let read = normalise(subject, facet);
        (
            read.subject.map(|s| s.to_string()),
            read.facet.map(|f| f.to_string()),
            read.remarks.iter().map(Remark::code).collect(),
        )
    }

    #[test]
    fn what_senders_write_is_read_or_given_up() {
        // What stood in the two fields; subject and facet as read; remarks.
        type Row<'t> = (&'t str, Option<&'t str>, &'t str, &'t str, &'t [&'t str]);
        let table: &[Row<'_>] = &[
            ("27.18.04", Some("G01"), "27.18.04", "G01", &[]),
            ("27.18.04", None, "27.18.04", "", &[]),
            ("27.18.04", Some(""), "27.18.04", "", &[]),
            (" 27.18.04 ", Some(" g01 "), "27.18.04", "G01", &["tidied"]),
            ("15. 00.", None, "15.00", "", &["tidied", "coarse"]),
            ("15.00.00.", None, "15.00.00", "", &["tidied", "general"]),
            ("28.00.00", None, "28.00.00", "", &["general"]),
            ("28.09", None, "28.09", "", &["coarse"]),
            ("28", None, "28", "", &["coarse"]),
            ("KLE 27.36", None, "27.36", "", &["tidied", "coarse"]),
            ("KLE-nr.: 27.36.04", None, "27.36.04", "", &["tidied"]),
            ("kle27.36.04", None, "27.36.04", "", &["tidied"]),
            ("27.36.04 Hjælp til børn", None, "27.36.04", "", &["tidied"]),
            ("27.18.04G01", None, "27.18.04", "G01", &["facet-in-subject"]),
            ("27.18.04-G01", None, "27.18.04", "G01", &["facet-in-subject"]),
            ("15.20.00 + P35", None, "15.20.00", "P35", &["facet-in-subject"]),
            ("81.50.05 S37", None, "81.50.05", "S37", &["facet-in-subject"]),
            ("27.18.04.G01", None, "27.18.04", "G01", &["facet-in-subject"]),
            ("32.03.12-G01-36-19", None, "32.03.12", "G01", &["facet-in-subject", "case-number"]),
            ("27.18.04-G01", Some("G01"), "27.18.04", "G01", &["facet-in-subject"]),
            ("27.18.04-G01", Some("K02"), "27.18.04", "", &["facet-in-subject", "facets-disagree"]),
            ("27.18.04-G01", Some("[Tekst]"), "27.18.04", "G01", &["facet-in-subject", "facet-unreadable"]),
            ("27.18.04", Some("[Tekst]"), "27.18.04", "", &["facet-unreadable"]),
            ("27.18.04", Some("G1"), "27.18.04", "", &["facet-unreadable"]),
            ("27.18.04", Some("G011"), "27.18.04", "", &["facet-unreadable"]),
            ("27.18.04", Some("ø34"), "27.18.04", "Ø34", &[]),
            ("27.18.04", Some("A\u{30a}12"), "27.18.04", "Å12", &[]),
            ("27.18.04", Some("G01 Generelle sager"), "27.18.04", "G01", &[]),
            ("", None, "", "", &["blank"]),
            ("  \u{a0} ", Some("G01"), "", "", &["blank"]),
            ("00.00.00", Some("G01"), "", "", &["placeholder"]),
            ("-", None, "", "", &["placeholder"]),
            ("xx.xx.xx", None, "", "", &["placeholder"]),
            ("[Tekst]", None, "", "", &["placeholder"]),
            ("01.05.2024", None, "", "", &["date"]),
            ("2024-05-01", None, "", "", &["date"]),
            ("1/5-2024", None, "", "", &["date"]),
            ("27.12.15 kl. 10", None, "", "", &["not-kle"]),
            ("59.10.05.10", None, "", "", &["form-task"]),
            ("59.10.05", None, "", "", &["unknown-main-group"]),
            ("31.12.24", None, "", "", &["unknown-main-group"]),
            ("27-18-04", None, "", "", &["not-kle"]),
            ("27/18", None, "", "", &["not-kle"]),
            ("5.04.06", None, "", "", &["not-kle"]),
            ("271804", None, "", "", &["not-kle"]),
            ("27.18.4", None, "", "", &["not-kle"]),
            ("Børn og unge 27.36", None, "", "", &["not-kle"]),
            ("Vuggestue", None, "", "", &["not-kle"]),
            ("27.18.04 / 28.09.40", None, "", "", &["not-kle"]),
        ];
        for (subject, facet, expected_subject, expected_facet, remarks) in table {
            let (found, found_facet, codes) = read(subject, *facet);
            assert_eq!(found.unwrap_or_default(), *expected_subject, "subject of {subject:?}");
            assert_eq!(found_facet.unwrap_or_default(), *expected_facet, "facet of {subject:?} {facet:?}");
            assert_eq!(codes, *remarks, "remarks on {subject:?} {facet:?}");
        }
    }

    #[test]
    fn remarks_are_danish_and_do_not_repeat_the_senders_text() {
        let read = normalise("Familien Jensen 27.36", None);
        assert_eq!(read.remark().unwrap(), "KLE-emnet er ikke et KLE-nummer");
        assert_eq!(normalise("27.18.04", Some("G01")).remark(), None);
    }

    proptest! {
        #[test]
        fn a_proper_mark_is_read_as_it_is(group in 0u8..100, subject in 0u8..100, facet in 0u8..100) {
            let number = format!("27.{group:02}.{subject:02}");
            let read = normalise(&number, Some(&format!("Ø{facet:02}")));
            prop_assert_eq!(read.subject.unwrap().to_string(), number);
            prop_assert_eq!(read.facet.unwrap().to_string(), format!("Ø{facet:02}"));
        }

        #[test]
        fn any_text_is_read_or_remarked(subject in "\\PC{0,24}|[0-9 .KLE+-]{0,16}", facet in prop::option::of("\\PC{0,8}")) {
            let read = normalise(&subject, facet.as_deref());
            match read.subject {
                None => prop_assert!(!read.remarks.is_empty() && read.facet.is_none()),
                Some(found) => prop_assert!(MAIN_GROUPS.contains(&found.main_group())),
            }
        }

        #[test]
        fn reading_twice_changes_nothing(subject in "[0-9 .GK+-]{0,14}") {
            let once = normalise(&subject, None);
            if let Some(number) = once.subject {
                let facet = once.facet.map(|f| f.to_string());
                let twice = normalise(&number.to_string(), facet.as_deref());
                prop_assert_eq!((twice.subject, twice.facet), (once.subject, once.facet));
            }
        }
    }
}
