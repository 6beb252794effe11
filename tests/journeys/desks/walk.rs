//! Every door, tried by everybody: nobody, each role alone, and people of other units.

use journeys::desks::{Answered, Browser, Desks};
use journeys::letters::Letter;
use journeys::{Engine, World, on_both_databases};
use reqwest::StatusCode;
use router::web::{Door, Needs, Role};

/// Does the answer say that one may not come in?
fn is_refused(answer: &Answered) -> bool {
    answer.status == StatusCode::FORBIDDEN && answer.text.contains("Det har du ikke adgang til")
}

/// Is one sent to the sign-in page, or told to sign in?
fn must_sign_in(answer: &Answered) -> bool {
    let sent = answer.location.as_deref().is_some_and(|to| to.starts_with("/log-ind"));
    answer.status == StatusCode::UNAUTHORIZED || (answer.status == StatusCode::SEE_OTHER && sent)
}

async fn knock(browser: &Browser, door: &Door, id: &str) -> Answered {
    let path = door.path.replace("{id}", id).replace("{content}", "0").replace("{version}/{name}", "0/x");
    match door.method {
        "GET" => browser.get(&path).await,
        _ => browser.post(&path, &[("seen", "1"), ("unit", "park"), ("level", "1"), ("person", "x")]).await,
    }
}

on_both_databases!(every_door_lets_in_whom_it_says_and_nobody_else, |engine: Engine| async move {
    let world = World::open(engine).await;
    let taken = world.receive(&[Letter::from_citizen(1, "6202801212", "Mette Prøve").bytes()]).await;
    let id = taken[0].id.to_string();
    let desks = Desks::open(&world).await;
    assert!(desks.doors.len() > 15, "the list of doors is whole");
    let mut tried = 0;
    for door in &desks.doors {
        // A page that goes on telling never ends; that it lets nobody else in is seen at its head.
        let endless = door.path == "/live";
        let nobody = knock(&desks.nobody(), door, &id).await;
        assert_eq!(
            must_sign_in(&nobody),
            door.needs != Needs::Nothing || door.path == "/",
            "nobody at {door:?}: {nobody:?}"
        );
        tried += 1;
        for role in Role::ALL {
            for units in [&[][..], &["park"], &["ukendt"]] {
                let allowed = match door.needs {
                    Needs::Nothing | Needs::SignedIn => true,
                    Needs::AnyOf(roles) => roles.contains(&role),
                };
                if endless && allowed {
                    continue;
                }
                // Signing out ends the session, so each knock has one of its own.
                let somebody = desks.sign_in(&world, "somebody", &[role], units).await;
                let answer = knock(&somebody, door, &id).await;
                assert_eq!(
                    is_refused(&answer),
                    !allowed,
                    "{role:?} of {units:?} at {door:?}: {}",
                    answer.status
                );
                assert!(!answer.status.is_server_error(), "{role:?} at {door:?}: {}", answer.text);
                tried += 1;
            }
        }
    }
    println!("{tried} combinations of door, role and unit tried on {engine:?}");
    assert!(tried > 150);
});
