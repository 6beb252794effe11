//! Each source: the first sync, a change, pages, and keys that run out.

use journeys::sources::{CPR, Misdeed, Simulator, System, Town};
use router::organisation::{Outcome, Role};

use super::{Authority, anonymous};

#[tokio::test]
async fn the_first_sync_makes_a_policy_that_routes() {
    for system in System::ALL {
        let simulator = Simulator::start(Town::new()).await;
        let authority = Authority::with(system, &simulator);
        assert_eq!(authority.sync().await, Outcome::Written, "{system:?}");
        let policy = authority.policy();
        assert_eq!((policy.units().count(), policy.people().count()), (11, 33), "{system:?}");
        for (number, expected) in [
            ("27.18.04", Some("Børn og Familie")),
            ("28.06.01", Some("Børn og Familie")),
            ("28.03.00", Some("Pladsanvisningen")),
            ("32.18.04", Some("Borgerservice")),
            ("32.03.00", Some("Ydelser")),
            // Only insight: never a reason to send anything there.
            ("28.01.00", None),
            ("14.00.00", None),
        ] {
            assert_eq!(authority.responsible(number).as_deref(), expected, "{system:?} {number}");
        }
        let person = policy.person("medarb04").expect("a person by their user name");
        assert_eq!(policy.unit(&person.unit).map(|unit| unit.name.as_str()), Some("Børn og Familie"));
        assert_eq!(authority.sync().await, Outcome::Unchanged, "{system:?}");
    }
}

#[tokio::test]
async fn a_change_in_the_source_is_told_and_then_in_force() {
    for system in System::ALL {
        let simulator = Simulator::start(Town::new()).await;
        let authority = Authority::with(system, &simulator);
        authority.sync().await;
        simulator.change(|town| {
            town.unit("Ydelser").name = "Ydelsescenter".to_owned();
            town.unit("Kultur").performs.retain(|number| number != "20");
            town.unit("Vej og Park").performs.push("20".to_owned());
            town.people.retain(|person| person.login != "MEDARB07");
        });
        let plan = authority.plan().await;
        let told = plan.diff.danish();
        for expected in [
            "Ydelser (70000000-0000-4000-8000-000000010007) hedder nu Ydelsescenter.",
            "Medarbejder 7 Prøve (medarb07) er ikke længere i kilden.",
            "20 (udførende) går fra Kultur til Vej og Park.",
            "enheder: 0 nye, 0 væk, 1 ændret",
        ] {
            assert!(told.contains(expected), "{system:?}:\n{told}");
        }
        assert!(plan.doubts.is_empty(), "{system:?}: {:?}", plan.doubts);
        drop(plan);
        assert_eq!(
            authority.responsible("20.01.00").as_deref(),
            Some("Kultur"),
            "nothing is written by a plan"
        );
        assert_eq!(authority.sync().await, Outcome::Written);
        assert_eq!(authority.responsible("20.01.00").as_deref(), Some("Vej og Park"));
        assert!(authority.policy().person("medarb07").is_none());
    }
}

#[tokio::test]
async fn pages_of_any_size_give_the_same_organisation_and_all_sources_agree() {
    let mut seen = Vec::new();
    for system in System::ALL {
        let simulator = Simulator::start(Town::new()).await;
        let mut snapshots = Vec::new();
        for size in ["1", "4", "11", "500"] {
            let mut authority = Authority::with(system, &simulator);
            authority.set("SERVICE__PAGE_SIZE", size);
            let reading = authority.ask().await.unwrap_or_else(|error| panic!("{size}: {}", error.danish()));
            snapshots.push(anonymous(&reading.snapshot));
        }
        assert!(snapshots.windows(2).all(|pair| pair[0] == pair[1]), "{system:?}");
        let snapshot = snapshots.pop().expect("one of them");
        assert!(snapshot.duties.iter().any(|duty| duty.role == Role::Insight), "insight is read");
        let units: Vec<_> =
            snapshot.units.values().map(|unit| (unit.name.clone(), unit.parent.clone())).collect();
        seen.push((units, snapshot.duties.clone(), snapshot.people.keys().cloned().collect::<Vec<_>>()));
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "the same town, told three ways");
}

#[tokio::test]
async fn a_key_that_runs_out_midway_is_renewed_once_and_then_given_up() {
    for system in System::ALL {
        let simulator = Simulator::start(Town::new()).await;
        let (authority, calls, before) = Authority::synced(system, &simulator, "4").await;
        for call in 0..calls {
            simulator.misbehave(call, Misdeed::Status(401));
            let tokens = simulator.tokens_issued();
            let reading = authority.ask().await;
            assert!(reading.is_ok(), "{system:?}: refused once at call {call}");
            let fresh = simulator.tokens_issued() - tokens;
            assert_eq!(fresh, if system == System::Os2mo { 2 } else { 0 }, "{system:?}");
            simulator.behave();
        }
        for call in 0..calls {
            simulator.refuse_from(call);
            let seen = simulator.seen().len();
            let error = authority.ask().await.expect_err("refused for good").danish();
            assert!(error.contains("godkender ikke adgangen (401)"), "{system:?}: {error}");
            assert_eq!(simulator.seen().len() - seen, call + 2, "{system:?}: asked once more, and no more");
            simulator.behave();
        }
        assert_eq!(authority.everything(), before, "{system:?}");
    }
}

#[tokio::test]
async fn what_is_not_needed_is_not_asked_for() {
    let simulator = Simulator::start(Town::new()).await;
    Authority::with(System::Os2mo, &simulator).ask().await.expect("read");
    let asked: Vec<String> = simulator.seen().into_iter().map(|seen| seen.body).collect();
    assert!(asked.len() >= 3 && asked.iter().all(|query| !query.contains("cpr")), "{asked:?}");
}

#[tokio::test]
async fn lists_that_are_swapped_are_swapped_back() {
    let simulator = Simulator::start(Town::new()).await;
    let mut authority = Authority::with(System::Os2rollekatalog, &simulator);
    authority.set("OS2ROLLEKATALOG__LISTS_SWAPPED", "true");
    authority.sync().await;
    assert_eq!(authority.responsible("28.01.00").as_deref(), Some("Sandby Kommune"));
    assert_eq!(authority.responsible("28.03.00").as_deref(), Some("Sandby Kommune"));
}

#[tokio::test]
async fn contact_points_follow_the_responsibility_for_their_numbers() {
    let simulator = Simulator::start(Town::new()).await;
    let mut authority = Authority::with(System::Os2rollekatalog, &simulator);
    authority.set("SERVICE__PAGE_SIZE", "3");
    authority.reads_contact_points(&simulator);
    let plan = authority.plan().await;
    let remarks = plan.remarks.join("\n");
    assert!(remarks.contains("Skriv om alt andet") && remarks.contains("har ingen KLE-kode"), "{remarks}");
    assert!(!remarks.contains("Skriv om veje og parker"), "both numbers are with Vej og Park: {remarks}");
    assert_eq!(plan.carry_out(false).expect("written"), Outcome::Written);
    let written = authority.read_file("politik/kontaktpunkter.toml");
    for (point, kle) in
        [("dagtilbud", Some("28.03.00")), ("pension", Some("32.18.04")), ("veje og parker", None)]
    {
        let entry = written
            .split("[[")
            .find(|entry| entry.contains(point))
            .unwrap_or_else(|| panic!("{point}:\n{written}"));
        assert_eq!(kle.is_some(), entry.contains("kle = "), "{entry}");
        assert!(kle.is_none_or(|kle| entry.contains(kle)), "{entry}");
    }
    assert!(written.contains("unit = \"70000000-0000-4000-8000-000000010003\""), "{written}");
    authority.policy();
}

#[tokio::test]
async fn cpr_numbers_in_the_feeds_come_no_further_than_the_door() {
    for system in System::ALL {
        let simulator = Simulator::start(Town::new()).await;
        let authority = Authority::with(system, &simulator);
        let plan = authority.plan().await;
        let mut shown = format!("{}{:?}{:?}", plan.diff.danish(), plan.remarks, plan.findings);
        plan.carry_out(false).expect("written");
        for (path, bytes) in authority.everything() {
            shown.push_str(&format!("{}{}", path.display(), String::from_utf8_lossy(&bytes)));
        }
        assert!(shown.contains("Medarbejder 4 Prøve"), "{system:?}: names are read");
        for cpr in CPR {
            assert!(!shown.contains(cpr), "{system:?} lets {cpr} in");
        }
    }
}
