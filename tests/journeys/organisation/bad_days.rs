//! Bad days: whatever a system answers, the organisation is whole, and nothing of the answer is repeated.

use journeys::sources::{CPR, Misdeed, Simulator, System, Town};

use super::Authority;

/// Misdeeds, each with what is said of it.
fn misdeeds(system: System) -> Vec<(Misdeed, &'static str)> {
    let mut misdeeds = vec![
        (Misdeed::Garbage, "kan ikke bruges: det er ikke JSON"),
        (Misdeed::Html, "kan ikke bruges: det er en webside"),
        (Misdeed::CutOff, "kan ikke bruges: det holder op midt i det hele"),
        (Misdeed::OtherShape, "kan ikke bruges: et felt mangler eller er af en anden slags"),
        (Misdeed::Status(500), "kan ikke svare nu (500)"),
        (Misdeed::Status(503), "kan ikke svare nu (503)"),
        (Misdeed::Status(429), "kan ikke svare nu (429)"),
        (Misdeed::Status(403), "godkender ikke adgangen (403)"),
        (Misdeed::Status(404), "svarer 404"),
        (Misdeed::Redirect, "svarer 302"),
    ];
    if system == System::Os2mo {
        misdeeds.push((Misdeed::HalfWithErrors, "melder fejl i forespørgslen"));
    }
    misdeeds
}

#[tokio::test]
async fn an_answer_that_cannot_be_used_changes_nothing_at_whichever_call_it_comes() {
    for system in System::ALL {
        let simulator = Simulator::start(Town::new()).await;
        let (authority, calls, before) = Authority::synced(system, &simulator, "6").await;
        simulator.change(|town| town.unit("Kultur").name = "Kultur og Fritid".to_owned());
        for (misdeed, expected) in misdeeds(system) {
            for call in 0..calls {
                simulator.misbehave(call, misdeed.clone());
                let error = authority.ask().await.expect_err("it cannot be used");
                let told = format!("{} {error} {error:?}", error.danish());
                assert!(told.contains(expected), "{system:?} {misdeed:?} at call {call}: {told}");
                assert!(CPR.iter().all(|cpr| !told.contains(cpr)), "{system:?} {misdeed:?}: {told}");
                simulator.behave();
            }
        }
        assert_eq!(authority.everything(), before, "{system:?}");
    }
}

#[tokio::test]
async fn the_contact_structure_may_fail_at_any_page_and_nothing_is_half_applied() {
    let simulator = Simulator::start(Town::new()).await;
    let mut authority = Authority::with(System::Os2rollekatalog, &simulator);
    authority.set("SERVICE__PAGE_SIZE", "2");
    authority.ask().await.expect("the organisation alone");
    let without = simulator.seen().len();
    authority.reads_contact_points(&simulator);
    authority.sync().await;
    let with = simulator.seen().len() - without;
    assert!(with >= without + 2, "the contact points come in pages");
    let before = authority.everything();
    simulator.change(|town| town.unit("Kultur").name = "Kultur og Fritid".to_owned());
    let misdeeds = misdeeds(System::Os2rollekatalog).into_iter().chain([
        (Misdeed::Status(401), "godkender ikke adgangen (401)"),
        (Misdeed::Slow, "svaret kom ikke i tide"),
    ]);
    for (misdeed, expected) in misdeeds {
        for call in without..with {
            simulator.misbehave(call, misdeed.clone());
            // Certificate and token are the client's own: there is nothing to renew, so a refusal is asked about no more.
            if misdeed == Misdeed::Status(401) {
                simulator.refuse_from(call);
            }
            let told = authority.ask().await.expect_err("it cannot be used").danish();
            assert!(told.contains(expected), "{misdeed:?} at call {call}: {told}");
            assert!(!told.contains("kanariefugl"), "{misdeed:?}: {told}");
            simulator.behave();
        }
    }
    assert_eq!(authority.everything(), before);
}

#[tokio::test]
async fn a_slow_answer_is_not_waited_for() {
    for system in System::ALL {
        let simulator = Simulator::start(Town::new()).await;
        let authority = Authority::with(system, &simulator);
        simulator.misbehave(0, Misdeed::Slow);
        let error = authority.ask().await.expect_err("it is too slow").danish();
        assert!(error.contains("svaret kom ikke i tide"), "{system:?}: {error}");
    }
}

#[tokio::test]
async fn a_system_that_is_not_there_is_named() {
    let simulator = Simulator::start(Town::new()).await;
    for system in System::ALL {
        let mut authority = Authority::with(system, &simulator);
        authority.set("SERVICE__BASE_URL", "http://127.0.0.1:1");
        let error = authority.ask().await.expect_err("nobody is there").danish();
        assert!(error.contains("svarer ikke: ingen forbindelse"), "{system:?}: {error}");
    }
}

#[tokio::test]
async fn pages_that_go_in_circles_are_left() {
    for (system, expected) in [(System::Os2mo, "de samme sider"), (System::Os2sofd, "står på to sider")] {
        let simulator = Simulator::start(Town::new()).await;
        let mut authority = Authority::with(system, &simulator);
        authority.set("SERVICE__PAGE_SIZE", "4");
        simulator.go_in_circles();
        let error = authority.ask().await.expect_err("it never ends").danish();
        assert!(error.contains(expected), "{system:?}: {error}");
        assert!(simulator.seen().len() < 10, "{system:?}");
    }
}

#[tokio::test]
async fn an_answer_without_end_is_cut() {
    for system in System::ALL {
        let simulator = Simulator::start(Town::new()).await;
        let mut authority = Authority::with(system, &simulator);
        authority.set("SERVICE__MAX_BYTES", "10000");
        simulator.change(|town| {
            let unit = town.units[1].clone();
            for number in 0..500 {
                let id = uuid::Uuid::from_u128(unit.id.as_u128() + 10_000 + number);
                town.units.push(journeys::sources::Unit { id, ..unit.clone() });
            }
        });
        let error = authority.ask().await.expect_err("it is too long").danish();
        assert!(error.contains("større end organisation.service.max_bytes"), "{system:?}: {error}");
    }
}
