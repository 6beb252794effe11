//! What holds for every letter, and how well the invented letters of `models/masking` are masked.

use proptest::prelude::*;

use super::*;
use crate::evaluate::{JudgedMask, MaskMeasures};

/// The texts that one finder marks.
pub(super) fn marked(find: impl Fn(&Page, &mut Vec<Mark>), text: &str) -> Vec<&str> {
    let mut marks = Vec::new();
    find(&Page::read(text), &mut marks);
    marks.iter().map(|mark| &text[mark.range.clone()]).collect()
}

fn all(label: &str, body: &str) -> Vec<Found> {
    find(&LetterText { label, body }, &Known::default())
}

proptest! {
    #[test]
    fn any_text_gives_sound_ranges(label in any::<String>(), body in "(?s).{0,300}") {
        let found = all(&label, &body);
        for place in [Place::Label, Place::Body] {
            let text = if place == Place::Label { &label } else { &body };
            let own: Vec<_> = found.iter().filter(|found| found.place == place).collect();
            prop_assert!(own.iter().all(|found| text.get(found.range.clone()).is_some()));
            prop_assert!(own.windows(2).all(|pair| pair[0].range.end <= pair[1].range.start));
        }
    }

    #[test]
    fn what_is_masked_stays_masked(body in "([A-ZÆØÅa-zæøå]{1,9}|[0-9]{1,10}|Mvh|Kære|Hans Holm|vej 4|,|\\.|-|@|\n| ){0,60}") {
        let once = masked(&body, &all("", &body));
        let again = masked(once.as_str(), &all("", once.as_str()));
        for kind in Kind::ALL {
            let count = |text: &str| text.matches(kind.token()).count();
            prop_assert!(count(again.as_str()) >= count(once.as_str()), "{}", once);
        }
    }

    #[test]
    fn every_planted_cpr_is_found(
        before in "[a-zæøå ,.]{0,40}",
        (day, month, year) in (1_u8..=28, 1_u8..=12, 0_u8..=99),
        number in 0_u16..=9999,
        notation in 0_usize..9,
        high in any::<bool>(),
        after in "[a-zæøå ,.]{0,40}",
    ) {
        let day = if high { day + 60 } else { day };
        let cpr = match notation {
            0 => format!("{day:02}{month:02}{year:02}-{number:04}"),
            1 => format!("{day:02}{month:02}{year:02} {number:04}"),
            2 => format!("{day:02}{month:02}{year:02}{number:04}"),
            3 => format!("{day:02}.{month:02}.{year:02}-{number:04}"),
            4 => format!("{day:02} {month:02} {year:02} {number:04}"),
            5 => format!("{day:02}/{month:02}/{year:02}-{number:04}"),
            6 => format!("{day:02}{month:02}{year:02} - {number:04}"),
            7 => format!("{day:02}{month:02}{year:02}\u{2011}{number:04}"),
            _ => format!("{day:02}-{month:02}-{year:02}-{number:04}"),
        };
        let body = format!("{before} {cpr} {after}");
        let start = before.len() + 1;
        let found = all("", &body);
        prop_assert!(
            found.iter().any(|found| found.range.start <= start && start + cpr.len() <= found.range.end),
            "{}", body
        );
    }
}

#[test]
fn a_letter_is_masked_with_fixed_words() {
    let body = "Kære Lone\nJeg hedder Bo Skov, 610203-1234, og bor på Elmevej 4, 2. tv. Min søn Villads går i 4. \
        klasse. Ring 22 41 90 37 eller skriv til bo@skov.dk.\nMvh bo";
    assert_eq!(
        masked(body, &all("", body)).as_str(),
        "Kære [navn]\nJeg hedder [navn], [cpr], og bor på [adresse] Min søn [navn] går i 4. \
        klasse. Ring [telefon] eller skriv til [e-mail].\nMvh [navn]"
    );
}

#[test]
fn masking_a_masked_letter_changes_nothing() {
    for letter in &JudgedMask::read(LETTERS).expect("letters") {
        let once = masked(&letter.text, &all("", &letter.text));
        let again = masked(once.as_str(), &all("", once.as_str()));
        assert_eq!(once, again, "{}", letter.id);
    }
}

const LETTERS: &str = include_str!("../../../models/masking/letters.jsonl");

#[test]
fn the_invented_letters_are_masked_well_enough() {
    let letters = JudgedMask::read(LETTERS).expect("letters");
    let measures =
        MaskMeasures::of(letters.iter().map(|letter| (letter, find(&letter.letter(), &Known::default()))));
    for (kind, least) in [
        (Kind::Cpr, 1.0),
        (Kind::Phone, 0.98),
        (Kind::Email, 0.98),
        (Kind::Account, 0.98),
        (Kind::Name, 0.95),
        (Kind::Address, 0.95),
    ] {
        let recall = measures.recall(kind);
        assert!(recall.is_some_and(|share| share >= least), "{kind:?}: {recall:?}");
    }
    assert!(measures.mask_precision >= 0.85, "{}", measures.mask_precision);
}
