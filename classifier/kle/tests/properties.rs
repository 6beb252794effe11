//! What holds for every register, and for every heap of bytes.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::civil::{Date, date};
use kle::{Crosswalk, Register, Scheme, Subject, What, diff, import, renew};
use proptest::prelude::*;

const DAY: Date = date(2024, 2, 1);

/// A table of few numbers and many dates, so that rows meet in every way. `09` is always there.
fn any_table() -> impl Strategy<Value = String> {
    let year = || prop::option::of(2018i16..2030);
    let number =
        (0u8..3, prop::option::of((prop::sample::select(vec![0u8, 1, 85]), prop::option::of(0u8..2))));
    let code = prop::sample::select(vec!["", "B", "K", "K5/P5Y", "tom"]);
    prop::collection::vec((number, year(), year(), 0u8..3, code), 0..40).prop_map(|rows| {
        let mut table = String::from("number\ttitle\tvalid_from\tvalid_to\tretention\n09\tTang\t\t\tB\n");
        for ((main, below), from, to, title, code) in rows {
            let number = match below {
                None => format!("{main:02}"),
                Some((group, None)) => format!("{main:02}.{group:02}"),
                Some((group, Some(subject))) => format!("{main:02}.{group:02}.{subject:02}"),
            };
            let day = |year: Option<i16>| year.map_or(String::new(), |year| format!("{year}-02-01"));
            table += &format!("{number}\tTitel {title}\t{}\t{}\t{code}\n", day(from), day(to));
        }
        table
    })
}

fn any_replacements() -> impl Strategy<Value = String> {
    prop::collection::vec((0u8..3, 0u8..2, 0u8..3, 0u8..2), 0..12).prop_map(|pairs| {
        let mut table = String::from("old_number\tnew_number\n");
        for (a, b, c, d) in pairs {
            table += &format!("{a:02}.{b:02}\t{c:02}.{d:02}\n");
        }
        table
    })
}

fn any_register() -> impl Strategy<Value = Register> {
    (any_table(), any_replacements(), "(keyword\tnumber\tweight\n)([a-c]\t0[0-2]\t[0-9]\n){0,8}").prop_map(
        |(table, replacements, keywords)| {
            let parts = [table, replacements, keywords].map(|text| import(text.as_bytes()).unwrap());
            Register::build(parts.into(), Some(DAY), None).0
        },
    )
}

fn days() -> impl Iterator<Item = Date> {
    (2017..2031).flat_map(|year| [date(year, 1, 31), date(year, 2, 1)])
}

/// The listed numbers that apply on a day.
fn current(register: &Register, day: Date) -> BTreeSet<Subject> {
    let listed = register.subjects().iter().filter(|entry| !entry.implied && entry.applies(day));
    listed.map(|entry| entry.number).collect()
}

proptest! {
    #[test]
    fn what_is_stored_reads_back_the_same(register in any_register()) {
        let bytes = register.to_bytes();
        let back = Register::from_bytes(&bytes).unwrap();
        prop_assert_eq!(&back, &register);
        prop_assert_eq!(back.to_bytes(), bytes);
        prop_assert_eq!(back.digest_input(), register.digest_input());
    }

    #[test]
    fn a_number_has_at_most_one_row_on_a_day_and_everything_above_it(register in any_register()) {
        for day in days() {
            let mut numbers: Vec<Subject> =
                register.subjects().iter().filter(|entry| entry.applies(day)).map(|entry| entry.number).collect();
            let count = numbers.len();
            numbers.dedup();
            prop_assert_eq!(numbers.len(), count);
        }
        for number in register.subjects().numbers() {
            prop_assert!(number.parent().is_none_or(|above| !register.subjects().of(above).is_empty()));
        }
    }

    #[test]
    fn nothing_differs_from_itself(register in any_register()) {
        for day in days() {
            prop_assert!(diff(register.at(day), register.at(day)).is_empty());
        }
    }

    #[test]
    fn a_diff_tells_exactly_what_came_and_what_went(old in any_register(), new in any_register()) {
        let diff = diff(old.at(DAY), new.at(DAY));
        let all = |register: &Register| -> BTreeSet<Subject> {
            register.subjects().iter().filter(|entry| entry.applies(DAY)).map(|entry| entry.number).collect()
        };
        let (before, after) = (all(&old), all(&new));
        prop_assert!(diff.subjects.is_sorted());
        prop_assert_eq!(diff.ended().collect::<BTreeSet<_>>(), before.difference(&after).copied().collect());
        let came = diff.subjects.iter().filter(|change| matches!(change.what, What::Added | What::Returned));
        let came: BTreeSet<Subject> = came.map(|change| change.number).collect();
        prop_assert_eq!(came, after.difference(&before).copied().collect());
    }

    #[test]
    fn successors_apply_and_are_never_the_number_itself(register in any_register()) {
        for number in register.subjects().numbers() {
            for next in register.subjects().successors(number, DAY) {
                prop_assert!(next.number != number && register.subject(next.number, DAY).is_current());
            }
        }
    }

    #[test]
    fn a_renewed_register_says_what_the_edition_says_and_forgets_nothing(
        old in any_register(),
        new in any_register(),
    ) {
        let renewed = renew(&old, new.clone(), DAY);
        let mut expected = current(&new, DAY);
        // What numbers of the edition stand under goes on, listed or not.
        let stands = |number: Subject| new.subjects().current(number, DAY).is_some();
        let stays = |number: &Subject| number.is_local() || stands(*number);
        expected.extend(current(&old, DAY).into_iter().filter(stays));
        let mut found = current(&renewed, DAY);
        // A local number may have been ended by the edition itself.
        found.retain(|number| !number.is_local() || expected.contains(number));
        expected.retain(|number| !number.is_local() || found.contains(number));
        prop_assert_eq!(found, expected);

        for number in old.subjects().numbers().filter(|&number| new.subjects().of(number).is_empty()) {
            for day in days().filter(|&day| day < DAY) {
                let stood = old.subject(number, day).is_current();
                let implied = old.subjects().of(number).iter().any(|entry| entry.implied);
                prop_assert!(implied || renewed.subject(number, day).is_current() == stood, "{} {}", number, day);
            }
        }
        prop_assert_eq!(renew(&renewed, new, DAY), renewed);
    }

    #[test]
    fn no_bytes_make_an_importer_fall_over(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        read_all(&bytes);
    }

    #[test]
    fn no_text_behind_the_head_of_a_format_makes_its_importer_fall_over(
        head in prop::sample::select(vec![
            "<KLE-Emneplan><Hovedgruppe><HovedgruppeNr>", "<KLE-Stikord>", "{\"Emne\":", "[", "KLENummer='",
            "number\ttitle\tvalid_from\tvalid_to\tretention\n", "facet;title\n", "keyword,number,weight\n",
            "old_number\tnew_number\n", "Kode;KLE\n", "{\"kind\":\"kle-register\",\"version\":1,\"content\":",
        ]),
        tail in "([0-9.]{0,8}|[<>/\"'\\[\\];=P:,{}&#\t\n]|Emne|Nr|\\PC){0,40}",
    ) {
        read_all(format!("{head}{tail}").as_bytes());
    }

    #[test]
    fn no_damage_to_a_good_file_makes_its_importer_fall_over(
        which in 0usize..100,
        cut in 0usize..4_000,
        hits in prop::collection::vec((0usize..4_000, any::<u8>()), 0..12),
    ) {
        let files = corpus();
        let mut bytes = files[which % files.len()].clone();
        for (place, byte) in hits {
            let length = bytes.len();
            bytes[place % length] = byte;
        }
        read_all(&bytes);
        bytes.truncate(cut);
        read_all(&bytes);
    }
}

fn read_all(bytes: &[u8]) {
    if let Ok(part) = import(bytes) {
        let (register, reports) = Register::build(vec![part], None, None);
        reports.iter().for_each(|report| assert!(!report.to_string().is_empty()));
        assert_eq!(Register::from_bytes(&register.to_bytes()).unwrap(), register);
    }
    let _ = Register::from_bytes(bytes);
    let _ = Crosswalk::from_bytes(bytes);
    for scheme in [Scheme::Form, Scheme::Own("egen".into())] {
        if let Ok((crosswalk, _)) = Crosswalk::read(bytes, "navn", scheme) {
            assert_eq!(Crosswalk::from_bytes(&crosswalk.to_bytes()).unwrap(), crosswalk);
        }
    }
}

fn corpus() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let files = std::fs::read_dir(folder).expect("the corpus").map(|entry| entry.expect("a file").path());
    let files = files.filter(|file| file.extension().is_none_or(|extension| extension != "expected"));
    files.map(|file| std::fs::read(file).expect("a file")).collect()
}
