//! Every door, tried by everybody: nobody, each role alone, and people of other units.

use journeys::desks::{Answered, Browser, Desks, answered};
use journeys::letters::Letter;
use journeys::programs::Program;
use journeys::{Engine, World, on_both_databases};
use reqwest::{Method, StatusCode};
use router::tokens::Scope;
use router::web::{Door, Needs, Role};
use serde_json::json;

use super::mine::answer_to_us;
use crate::on_its_way::with_case;

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
    for door in desks.doors.iter().filter(|door| !matches!(door.needs, Needs::Scope(_))) {
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
                    Needs::Scope(_) => false,
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

/// The address of a door, with something for what stands in braces.
fn filled(door: &Door, id: &str) -> String {
    door.path.replace("{id}", id).replace("{content}", "0").replace("{number}", "1")
}

async fn call(program: &Program, door: &Door, id: &str) -> Answered {
    let path = filled(door, id);
    match door.method {
        "GET" => program.get(&path).await,
        _ => {
            let body = json!({ "seen": 1, "unit": "park", "level": "key-lines" });
            let call = program.call(Method::POST, &path).header("idempotency-key", "noegle");
            answered(call.header("content-type", "application/json").body(body.to_string())).await
        }
    }
}

on_both_databases!(
    every_door_for_programs_opens_to_its_scope_and_nothing_else,
    |engine: Engine| async move {
        let world = with_case(engine, true).await;
        let taken = answer_to_us(&world, 1).await;
        let id = taken.id.to_string();
        let desks = Desks::open(&world).await;
        let mut alone = Vec::new();
        for scope in Scope::ALL {
            // Units are another matter: what lies with a unit is not to be seen from elsewhere.
            for unit in ["plads", "boern"] {
                let name = format!("{}-{unit}", scope.as_str().replace(':', "-"));
                alone.push((*scope, unit, Program::with(&desks, &world, &name, &[*scope], &[unit]).await));
            }
        }
        let everybody = desks.sign_in(&world, "alle", &Role::ALL, &["plads"]).await;
        let mut tried = 0;
        for door in &desks.doors {
            let Needs::Scope(needed) = door.needs else { continue };
            let nobody = call(&Program::nobody(&desks), door, &id).await;
            assert_eq!(nobody.head["www-authenticate"], "Bearer realm=\"modtag\"", "{door:?}");
            nobody.problem(401);
            // Whoever may do everything in a browser may do nothing here without a token.
            let path = filled(door, &id);
            let by_cookie = match door.method {
                "GET" => everybody.get(&path).await,
                _ => everybody.post(&path, &[("seen", "1")]).await,
            };
            by_cookie.problem(401);
            for (scope, unit, program) in &alone {
                let answer = call(program, door, &id).await;
                assert!(!answer.status.is_server_error(), "{scope:?} at {door:?}: {}", answer.text);
                let refused = answer.status == StatusCode::FORBIDDEN;
                assert_eq!(refused, *scope != needed, "{scope:?} at {door:?}: {}", answer.text);
                if refused {
                    assert_eq!(answer.problem(403)["scope"], needed.as_str(), "{door:?}");
                } else if door.path.starts_with("/api/v1/mine/") {
                    let is_foreign = answer.status == StatusCode::NOT_FOUND;
                    let asks_what_is_closed =
                        door.path.contains("documents") || door.path.ends_with("forward");
                    assert!(
                        is_foreign == (*unit == "boern")
                            || asks_what_is_closed
                            || answer.status.as_u16() == 422,
                        "{unit} at {door:?}"
                    );
                }
                tried += 1;
            }
        }
        println!("{tried} combinations of door, scope and unit tried on {engine:?}");
        assert!(tried > 26 * Scope::ALL.len());
    }
);
