//! Signing in: the page, and the two ways in. Who somebody is comes from elsewhere; what they may do here follows from it.

mod break_glass;
mod demo;
mod oidc;
mod sign_out;

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::Pages;
use super::door::{Doors, Needs};
use super::page::{Frame, Trouble, draw, trouble};
use super::role::Role;
use super::session;
use crate::clock::danish_day;
use crate::config::SignInMethod;
use crate::notices;
use crate::room::PostRoom;
use crate::tokens;
pub(super) use break_glass::WayIn;
use demo::DemoPerson;
pub(super) use oidc::Provider;

/// Puts up the doors of signing in and out.
pub(super) fn doors(doors: Doors, method: SignInMethod, break_glass: bool) -> Doors {
    let mut doors =
        doors.get("/log-ind", Needs::Nothing, page).post("/log-ud", Needs::SignedIn, sign_out::sign_out);
    if break_glass {
        doors = doors.get("/log-ind/noed", Needs::Nothing, break_glass::page).post(
            "/log-ind/noed",
            Needs::Nothing,
            break_glass::sign_in,
        );
    }
    match method {
        SignInMethod::Demo => doors.post("/log-ind/demo", Needs::Nothing, demo::sign_in),
        SignInMethod::Oidc => doors
            .get("/log-ind/konto", Needs::Nothing, oidc::begin)
            .get("/log-ind/retur", Needs::Nothing, oidc::back)
            .get("/log-ud/retur", Needs::Nothing, sign_out::back),
        SignInMethod::None => doors,
    }
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    frame: Frame,
    said: Said,
    demo: Vec<DemoPerson>,
    oidc: bool,
    break_glass: bool,
    to: String,
}

/// What the page says first.
#[derive(Clone, Copy)]
enum Said {
    Nothing,
    /// Why somebody is here again.
    Trouble(&'static str),
    /// What has been done.
    Done(&'static str),
}

/// Where somebody wanted to go.
#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    til: String,
}

async fn page(State(pages): State<Pages>, Query(wanted): Query<Wanted>) -> Response {
    show(&pages, Said::Nothing, &wanted.til)
}

/// The sign-in page.
fn show(pages: &Pages, said: Said, to: &str) -> Response {
    let demo = if pages.sign_in == SignInMethod::Demo { demo::people(pages) } else { Vec::new() };
    draw(&SignInPage {
        frame: Frame::of(pages, None, "Log ind", None),
        said,
        demo,
        oidc: pages.sign_in == SignInMethod::Oidc,
        break_glass: pages.break_glass.is_some(),
        to: own_path(to).to_owned(),
    })
}

/// Begins a session and goes where somebody wanted to go.
async fn let_in(
    pages: &Pages,
    headers: &HeaderMap,
    person: &str,
    roles: &BTreeSet<Role>,
    units: &BTreeSet<String>,
    to: &str,
) -> Response {
    let_in_from(pages, headers, person, roles, units, None, to).await
}

/// As [`let_in`], with the address that the provider gave.
async fn let_in_from(
    pages: &Pages,
    headers: &HeaderMap,
    person: &str,
    roles: &BTreeSet<Role>,
    units: &BTreeSet<String>,
    address: Option<&str>,
    to: &str,
) -> Response {
    if is_reserved(person) {
        let said = "Brugernavnet er forbeholdt modtag selv. Tal med den, der styrer adgangen.";
        return trouble(pages, None, &Trouble::Said(said.into()));
    }
    let room = &pages.room;
    // Whoever is no case handler any more sees no unit's mail, and is not told of it.
    let none = BTreeSet::new();
    let told_of = if roles.contains(&Role::CaseHandler) { units } else { &none };
    if let Err(error) = notices::seen_again(room, person, told_of, address).await {
        tracing::warn!(error = %error, "notices go by what was known before");
    }
    match session::begin(room, &pages.lasting, headers, person, roles, units, address).await {
        Ok(cookie) => ([(header::SET_COOKIE, cookie)], Redirect::to(own_path(to))).into_response(),
        Err(error) => trouble(pages, None, &error.into()),
    }
}

/// Would somebody of this id be taken for a program, or for the break-glass account?
fn is_reserved(person: &str) -> bool {
    person == crate::break_glass::PERSON || person.starts_with(tokens::ACTOR_PREFIX)
}

/// A path of ours, or the front page: nobody is sent to another site from here.
fn own_path(path: &str) -> &str {
    let own = path.starts_with('/')
        && !path.starts_with("//")
        && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte));
    if own { path } else { "/" }
}

/// The units that a person belongs to: by the organisation's source, else by the policy files.
fn units_of(room: &PostRoom, person: &str) -> BTreeSet<String> {
    let today = danish_day(room.clock.now());
    let organisation = room.organisation();
    let known = organisation.as_ref().and_then(|organisation| organisation.people.get(person));
    match known {
        Some(known) => known.units(today).map(str::to_owned).collect(),
        None => room.policy().person(person).map(|person| person.unit.clone()).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_signs_in_under_the_name_of_a_program_or_of_the_break_glass_account() {
        assert!(is_reserved("token:journalrobot") && is_reserved("nødadgang"));
        assert!(!is_reserved("pia") && !is_reserved("tokenansvarlig"));
    }

    #[test]
    fn nobody_is_sent_to_another_site() {
        assert_eq!(own_path("/post/018f-a"), "/post/018f-a");
        for elsewhere in
            ["//evil.example", "https://evil.example", "/\\evil.example", "/a?b=//c", "", "post", "/\r\nx"]
        {
            assert_eq!(own_path(elsewhere), "/", "{elsewhere}");
        }
    }
}
