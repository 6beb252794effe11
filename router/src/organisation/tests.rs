//! Snapshots, differences and files, without any source.

use jiff::civil::{Date, date};

use super::*;
use crate::config::OrganisationLimits;

const DAY: Date = date(2026, 11, 20);

fn person(deputy: Option<&str>, away: bool, left: bool) -> Person {
    Person {
        memberships: vec![Membership { unit: "boern".to_owned(), ..Membership::default() }],
        absences: if away { vec![Absence { from: DAY, to: None }] } else { Vec::new() },
        deputy: deputy.map(str::to_owned),
        left: left.then(|| date(2026, 11, 1)),
        ..Person::default()
    }
}

#[test]
fn mail_to_who_is_away_goes_to_the_first_deputy_who_is_there_and_else_to_the_unit() {
    let people = [
        ("her", person(None, false, false)),
        ("ferie", person(Some("her"), true, false)),
        ("rejst", person(Some("ferie"), false, true)),
        ("alene", person(None, true, false)),
        ("ring-a", person(Some("ring-b"), true, false)),
        ("ring-b", person(Some("ring-a"), true, false)),
        ("ukendt-vikar", person(Some("findes-ikke"), true, false)),
    ];
    let people = people.into_iter().map(|(id, person)| (id.to_owned(), person)).collect();
    let snapshot = Snapshot { people, ..Snapshot::default() };
    for (id, expected) in [
        ("her", Whereabouts::Person("her")),
        ("ferie", Whereabouts::Person("her")),
        ("rejst", Whereabouts::Person("her")),
        ("alene", Whereabouts::Unit("boern")),
        ("ring-a", Whereabouts::Unit("boern")),
        ("ukendt-vikar", Whereabouts::Unit("boern")),
        ("ingen", Whereabouts::Unknown),
    ] {
        assert_eq!(snapshot.whereabouts(id, DAY), expected, "{id}");
    }
}

fn of(count: usize) -> Snapshot {
    let units = (0..count).map(|number| (format!("enhed-{number:03}"), Unit::default())).collect();
    Snapshot { units, ..Snapshot::default() }
}

#[test]
fn a_difference_is_doubted_from_its_limit_on() {
    let limits = OrganisationLimits {
        units_gone_percent: 20,
        people_gone_percent: 20,
        duties_gone_percent: 20,
        contact_points_gone_percent: 20,
        always_allowed: 2,
    };
    for (before, now, doubted) in [
        (100, 80, false),
        (100, 79, true),
        (100, 200, false),
        (4, 2, false),
        (4, 1, true),
        (2, 0, true),
        (0, 100, false),
        (0, 0, false),
    ] {
        let diff = Diff::between(&of(before), &of(now), DAY);
        assert_eq!(!implausible(&diff, &limits).is_empty(), doubted, "from {before} to {now}");
    }
}

#[test]
fn a_snapshot_is_read_as_it_was_written() {
    let mut snapshot = of(3);
    snapshot.people.insert("anle".to_owned(), person(Some("bo"), true, true));
    for (facets, role) in
        [(None, Role::Insight), (Some("G"), Role::Performing), (Some("G01"), Role::Responsible)]
    {
        let facets = facets.map(|text| kle::FacetPattern::parse(text).expect("a facet"));
        let subject = "27.18".parse().expect("a number");
        snapshot.duties.insert(Duty { subject, facets, unit: "enhed-001".to_owned(), role });
    }
    let json = serde_json::to_string(&snapshot).expect("JSON");
    assert_eq!(serde_json::from_str::<Snapshot>(&json).expect("a snapshot"), snapshot);
    assert!(Diff::between(&snapshot, &snapshot, DAY).is_empty());
}
