//! Whatever a source says, the files written from it are a policy that loads.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use super::source::tidy;
use super::*;
use crate::config::{Config, Sources};

const DAY: Date = date(2026, 11, 20);

/// Ids and names that are trouble in TOML, in each other's places, or alike but for case.
const WORDS: [&str; 10] =
    ["a", "A", "b c", "ø", "q\"uote", "back\\slash", "new\nline", "[[unit]]", "'''", "\u{7}#=🦊"];

const NUMBERS: [&str; 7] = ["27", "27.18", "27.18.04", "28", "28.03.00", "00.16.00", "85.02.02"];

fn word() -> impl Strategy<Value = String> {
    select(&WORDS[..]).prop_map(str::to_owned)
}

fn day() -> impl Strategy<Value = Option<Date>> {
    of(select(vec![date(2020, 1, 1), DAY, date(2030, 1, 1)]))
}

fn unit() -> impl Strategy<Value = Unit> {
    (word(), of(word()), any::<bool>(), of(word()), day(), day()).prop_map(
        |(name, parent, closed, successor, from, to)| Unit { name, parent, closed, successor, from, to },
    )
}

fn person() -> impl Strategy<Value = Person> {
    let membership = (word(), any::<bool>(), day(), day()).prop_map(|(unit, primary, from, to)| Membership {
        unit,
        primary,
        from,
        to,
    });
    (word(), of(word()), vec(membership, 0..3), of(word()), day(), any::<bool>()).prop_map(
        |(name, email, memberships, deputy, left, inactive)| Person {
            name,
            email,
            memberships,
            deputy,
            left,
            inactive,
            absences: Vec::new(),
        },
    )
}

fn number() -> impl Strategy<Value = kle::Subject> {
    select(&NUMBERS[..]).prop_map(|number| number.parse().expect("a number"))
}

fn duties() -> impl Strategy<Value = BTreeSet<Duty>> {
    let facets = of(select(vec!["G", "K", "G01"]))
        .prop_map(|facets| facets.map(|text| kle::FacetPattern::parse(text).expect("a facet")));
    let role = select(vec![Role::Responsible, Role::Performing, Role::Insight]);
    let duty = (number(), facets, word(), role).prop_map(|(subject, facets, unit, role)| Duty {
        subject,
        facets,
        unit,
        role,
    });
    btree_set(duty, 0..12)
}

fn contact_points() -> impl Strategy<Value = BTreeMap<String, ContactPoint>> {
    let point = (word(), vec(number(), 0..3), of(word())).prop_map(|(name, subjects, unit)| ContactPoint {
        name,
        subjects,
        facet: None,
        unit,
    });
    btree_map(word(), point, 0..4)
}

fn snapshot() -> impl Strategy<Value = Snapshot> {
    (btree_map(word(), unit(), 1..7), btree_map(word(), person(), 0..5), duties(), contact_points()).prop_map(
        |(units, people, duties, contact_points)| Snapshot {
            source: "files".to_owned(),
            units,
            people,
            duties,
            contact_points,
        },
    )
}

fn authority() -> (tempfile::TempDir, Config) {
    let folder = tempfile::tempdir().expect("a folder");
    let config = "[authority]\ncvr = \"12345678\"\nname = \"Prøve\"\n[policy]\n\
                  files = [\"egne.toml\", \"p/organisation.toml\", \"p/kontaktpunkter.toml\", \"p/ansvar.toml\"]\n\
                  [organisation]\nfolder = \"p\"\n";
    std::fs::write(folder.path().join("modtag.toml"), config).expect("written");
    let own = "[authority]\ncvr = \"12345678\"\nname = \"Prøve\"\n";
    std::fs::write(folder.path().join("egne.toml"), own).expect("written");
    std::fs::create_dir(folder.path().join("p")).expect("made");
    let working_folder = folder.path().to_owned();
    let config = Config::load(&Sources { file: None, working_folder, environment: Vec::new() });
    (folder, config.expect("a configuration"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// Also when it says something else the next day: what is gone is closed, and what pointed there still loads.
    #[test]
    fn the_files_of_any_organisation_load_and_so_do_those_of_the_next(days in vec(snapshot(), 1..4)) {
        let (_folder, config) = authority();
        for snapshot in days {
            let mut reading = Reading { snapshot, remarks: Vec::new() };
            tidy(&mut reading);
            let written = plan(&config, reading, DAY).expect("a plan");
            prop_assert_eq!(&written.findings, &Vec::<String>::new());
            let outcome = written.carry_out(true).expect("written");
            prop_assert!(matches!(outcome, Outcome::Written | Outcome::Unchanged));
        }
    }
}
