//! The real files, when they are at hand: counts as their README states them, and two editions compared.

use std::path::{Path, PathBuf};

use jiff::civil::{Date, date};
use kle::{Change, Counts, Crosswalk, Edition, Format, Import, Register, Scheme, Standing, Subject, What};

/// The folder of real data. Tests that need it say so and pass when it is absent.
fn shared() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/kle");
    if !folder.is_dir() {
        eprintln!("NOT RUN: {} is absent", folder.display());
        return None;
    }
    Some(folder)
}

fn read(folder: &Path, name: &str) -> Vec<u8> {
    std::fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn import(folder: &Path, name: &str) -> Import {
    kle::import(&read(folder, name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn register(folder: &Path, names: &[&str]) -> (Register, Vec<String>) {
    let parts = names.iter().map(|name| import(folder, name)).collect();
    let (register, reports) = Register::build(parts, Some(EDITION), None);
    (register, reports.iter().map(|report| report.fault.code().to_owned()).collect())
}

const EDITION: Date = date(2026, 2, 1);
const TABLES: [&str; 4] = ["kle.tsv", "facets.tsv", "stikord.tsv", "replacement-candidates.tsv"];
const OS2KLE: &str = "source/os2kle-OS2KLE-3.23-KLE2026-02.txt";

fn key(text: &str) -> Subject {
    Subject::parse(text).unwrap()
}

#[test]
fn the_tables_make_a_register_with_the_counts_of_their_readme() {
    let Some(folder) = shared() else { return };
    let (register, reports) = register(&folder, &TABLES);
    let all = Counts {
        main_groups: 37,
        groups: 521,
        subjects: 2_569,
        local: 0,
        categories: 7,
        facets: 69,
        // Two of the 32,295 lines stand there twice.
        keywords: 32_293,
    };
    assert_eq!(register.counts(), all);
    assert_eq!(Counts::on(&register, EDITION), Counts { groups: 498, subjects: 2_390, ..all });
    let lines: usize = register.provenance().sources.iter().map(|source| source.keywords).sum();
    assert_eq!(lines, 32_295);
    assert_eq!(register.provenance().label.as_deref(), Some("KLE februar 2026"));
    let others: Vec<&String> = reports.iter().filter(|code| *code != "no-title").collect();
    assert!(others.is_empty(), "{others:?}");
    assert_eq!(register.subjects().iter().filter(|entry| entry.title.is_none()).count(), 28);
}

#[test]
fn an_expired_number_leads_to_its_replacement() {
    let Some(folder) = shared() else { return };
    let (register, _) = register(&folder, &TABLES);
    let Standing::Expired { entry, successors } = register.subject(key("27.37.12"), EDITION) else {
        panic!("it has expired")
    };
    assert_eq!(entry.expired, Some(date(2023, 2, 1)));
    assert_eq!(successors.iter().map(|next| next.number).collect::<Vec<_>>(), [key("23.30.15")]);
    assert!(register.subject(key("27.37.12"), date(2023, 1, 31)).is_current());
    let replaced = register.subjects().iter().filter(|entry| !entry.successors.is_empty()).count();
    assert_eq!(replaced, 30);
}

#[test]
fn os2kle_text_agrees_with_the_tables_made_of_it() {
    let Some(folder) = shared() else { return };
    let (tables, _) = register(&folder, &TABLES);
    let (text, reports) = register(&folder, &[OS2KLE]);
    assert_eq!(Counts::on(&text, EDITION).subjects, 2_390);
    assert_eq!(text.keywords(), tables.keywords());
    assert!(reports.iter().all(|code| code == "parents-implied"), "{reports:?}");
    assert!(kle::diff(text.at(EDITION), tables.at(EDITION)).subjects.is_empty());
}

#[test]
fn the_order_of_files_decides_titles_and_not_numbers() {
    let Some(folder) = shared() else { return };
    let (one, _) = register(&folder, &["kle.tsv", OS2KLE]);
    let (other, _) = register(&folder, &[OS2KLE, "kle.tsv"]);
    assert_eq!(one.counts(), other.counts());
    assert_eq!(Counts::on(&one, EDITION), Counts::on(&other, EDITION));
}

/// What the rows of `kle.tsv` say happened between two days, worked out without the crate.
fn expected(folder: &Path, old: &str, new: &str) -> (Vec<String>, Vec<String>) {
    let text = String::from_utf8(read(folder, "kle.tsv")).unwrap();
    let (mut added, mut gone) = (Vec::new(), Vec::new());
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let applies = |day: &str| fields[3] <= day && (fields[4].is_empty() || day < fields[4]);
        match (applies(old), applies(new)) {
            (false, true) => added.push(fields[0].to_owned()),
            (true, false) => gone.push(fields[0].to_owned()),
            _ => {}
        }
    }
    added.sort();
    gone.sort();
    (added, gone)
}

#[test]
fn two_days_of_the_register_differ_by_what_its_rows_say() {
    let Some(folder) = shared() else { return };
    let (register, _) = register(&folder, &TABLES);
    for (old, new) in
        [("2023-08-01", "2024-02-01"), ("2024-08-01", "2025-02-01"), ("2019-02-01", "2026-02-01")]
    {
        let at = |day: &str| register.at(day.parse().unwrap());
        let diff = kle::diff(at(old), at(new));
        let numbers = |wanted: fn(&What<Subject>) -> bool| -> Vec<String> {
            let wanted = |change: &&Change<Subject>| wanted(&change.what);
            diff.subjects.iter().filter(wanted).map(|change| change.number.to_string()).collect()
        };
        let (added, gone) = expected(&folder, old, new);
        assert!(!added.is_empty() && !gone.is_empty());
        assert_eq!(numbers(|what| matches!(what, What::Added | What::Returned)), added);
        assert_eq!(numbers(|what| matches!(what, What::Moved { .. } | What::Expired { .. })), gone);
        assert_eq!(diff.ended().map(|number| number.to_string()).collect::<Vec<_>>(), gone);
    }
}

#[test]
fn a_renewal_of_an_old_edition_tells_the_same_as_the_dated_table() {
    let Some(folder) = shared() else { return };
    let (dated, _) = register(&folder, &TABLES);
    let (text, _) = register(&folder, &["kle.tsv"]);
    let renewed = kle::renew(&dated, text, EDITION);
    assert!(kle::diff(dated.at(EDITION), renewed.at(EDITION)).is_empty());
    assert_eq!(renewed.counts(), dated.counts());
}

#[test]
fn the_samples_are_read_with_dates_replacements_retention_and_faults() {
    let Some(folder) = shared() else { return };
    let plan = import(&folder, "samples/emneplan-fuld-1-3.sample.xml");
    assert_eq!((plan.format, plan.edition), (Format::SubjectPlanXml, Some(date(2025, 5, 1))));
    let codes: Vec<&str> = plan.reports.iter().map(|report| report.fault.code()).collect();
    assert_eq!(codes, ["keyword-unclosed"]);
    let parts = vec![
        plan,
        import(&folder, "samples/emneplan-2-0-historisk.constructed.xml"),
        import(&folder, "samples/handlingsfacetter-2-0.sample.xml"),
    ];
    let (register, _) = Register::build(parts, None, None);
    let today = date(2025, 6, 1);
    let rule = register.retention(key("34.05.15"), None, today);
    assert_eq!(rule.erasure.map(|deadline| deadline.to_string()).as_deref(), Some("P3650D"));
    let facet = kle::Facet::parse("G01").unwrap();
    let rule = register.retention(key("32.68.05"), Some(facet), today);
    assert_eq!(rule.outcome, kle::Retention::Discard { after_years: 0 });
    assert!(matches!(register.subject(key("27.37.12"), today), Standing::Expired { .. }));
    assert_eq!(register.keywords_of(key("34.05.15")).len(), 1);
}

#[test]
fn the_form_table_has_its_2300_pairs_in_either_form() {
    let Some(folder) = shared() else { return };
    let read = |name| Crosswalk::read(&read(&folder, name), "FORM–KLE", Scheme::Form).unwrap();
    let (table, reports) = read("form-kle.tsv");
    assert_eq!((table.len(), reports.len()), (2_300, 0));
    let targets: std::collections::BTreeSet<Subject> =
        table.iter().flat_map(|(_, targets)| targets.iter().map(|target| target.subject)).collect();
    assert_eq!((table.iter().count(), targets.len()), (1_399, 1_485));
    let (register, _) = register(&folder, &TABLES);
    let edition: Edition<'_> = register.at(EDITION);
    let stale = table.check(edition);
    assert_eq!(stale.iter().filter(|report| report.fault.code() == "target-expired").count(), 96);

    let (sheet, _) = read("source/os2autoproces-FORM_KLE_2018-07-11.csv");
    for (code, targets) in table.iter() {
        assert_eq!(&sheet.to_kle(code).unwrap().targets, &targets.iter().copied().collect::<Vec<_>>());
    }
    assert_eq!(sheet.len(), table.len());
    let many = sheet.to_kle("05.05.08.15").unwrap();
    assert_eq!((many.targets.len(), many.only()), (4, None));
    assert!(sheet.to_kle("02").unwrap().targets.is_empty());
}

#[test]
fn the_spreadsheet_of_os2mo_is_a_table_of_subjects() {
    let Some(folder) = shared() else { return };
    let part = import(&folder, "source/os2mo-kle-xlsx-sheet-KLE.tsv");
    assert_eq!(part.format, Format::SubjectTable);
    let (register, _) = Register::build(vec![part], Some(date(2020, 11, 1)), None);
    assert_eq!(register.title(key("00"), EDITION), Some("Kommunens styrelse"));
}
