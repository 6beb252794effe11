//! `/post`: the post distributor's desk. The queue on the left, one letter on the right, everything by keyboard.
//!
//! Each page is whole without a script; with htmx the letter's part is swapped and the queue comes along.

mod act;
mod aside;
mod bundles;
mod document;
mod sending_on;
mod split;
mod view;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;

use super::Pages;
use super::door::{Doors, Needs};
use super::page::{Trouble, draw, trouble};
use super::role::Role;
use super::session::{SignedIn, Visitor};
use crate::desk::{self, Level, LookError};
use view::{Desk, DeskPage, FoundPart, Parts, QueuePart, Shown};

const WHO: Needs = Needs::AnyOf(&[Role::PostDistributor]);

/// Puts up the desk's doors.
pub(super) fn doors(doors: Doors) -> Doors {
    doors
        .get("/post", WHO, desk)
        .get("/post/koe", WHO, queue)
        .get("/post/til-side", WHO, aside::page)
        .get("/post/bunker", WHO, bundles::page)
        .post("/post/bunker", WHO, bundles::answer)
        .post("/post/fortryd", WHO, act::take_all_back)
        .get("/post/{id}", WHO, letter)
        .get("/post/{id}/find", WHO, find)
        .post("/post/{id}/vis", WHO, act::show_more)
        .post("/post/{id}/svar", WHO, act::answer)
        .post("/post/{id}/luk", WHO, act::close)
        .get("/post/{id}/del", WHO, split::page)
        .post("/post/{id}/del", WHO, split::act)
        .post("/post/{id}/fortryd", WHO, act::take_back)
        .post("/post/{id}/vent", WHO, aside::hold)
        .post("/post/{id}/spoerg", WHO, aside::ask)
        .post("/post/{id}/ikke-os", WHO, aside::to_send_on)
        .post("/post/{id}/frem", WHO, aside::take_up)
        .post("/post/{id}/genaabn", WHO, aside::reopen)
        .get("/post/{id}/videresendelse", WHO, sending_on::paper)
        .get("/post/{id}/videresendelse.docx", WHO, sending_on::word)
        .post("/post/{id}/tilbage", WHO, act::put_back)
        .get("/post/{id}/dokument/{content}", WHO, document::document)
}

/// The desk with no letter open.
async fn desk(State(pages): State<Pages>, SignedIn(visitor): SignedIn, headers: HeaderMap) -> Response {
    show(&pages, &visitor, &headers, Shown::default()).await
}

/// The queue alone, as it stands now.
async fn queue(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Query(open): Query<Open>,
) -> Response {
    let shown = Shown { open: open.open, ..Shown::default() };
    match Desk::of(&pages, &visitor, shown).await {
        Ok(desk) => draw(&QueuePart { desk }),
        Err(error) => trouble(&pages, Some(&visitor), &error.into()),
    }
}

/// Which letter is open on the page that asks.
#[derive(Deserialize)]
struct Open {
    #[serde(default)]
    open: String,
}

/// What somebody types to find a receiver.
#[derive(Deserialize)]
struct Typed {
    #[serde(default)]
    q: String,
}

/// A letter at the lowest level, or at the one this person has seen already.
async fn letter(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(typed): Query<Typed>,
) -> Response {
    let Ok(uuid) = id.parse::<Uuid>() else { return trouble(&pages, Some(&visitor), &Trouble::NotFound) };
    match desk::look(&pages.room, &uuid, &visitor.person, Level::Suggestion, None).await {
        Ok(letter) => {
            let shown = Shown { letter: Some(letter), typed: typed.q, ..Shown::default() };
            show(&pages, &visitor, &headers, shown).await
        }
        Err(error) => not_shown(&pages, &visitor, &headers, error).await,
    }
}

/// Receivers that fit what somebody types.
async fn find(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
    Query(typed): Query<Typed>,
) -> Response {
    let Ok(uuid) = id.parse::<Uuid>() else { return trouble(&pages, Some(&visitor), &Trouble::NotFound) };
    // Whoever searches has the letter before them: this is where the number of the decision they saw comes from.
    let looked = desk::look(&pages.room, &uuid, &visitor.person, Level::Suggestion, None).await;
    let seen = match looked {
        Ok(letter) => letter.waiting.decision,
        Err(error) => return trouble(&pages, Some(&visitor), &said(&pages, error)),
    };
    match Desk::found(&pages, &visitor, id, seen, typed.q).await {
        Ok(desk) => draw(&FoundPart { desk }),
        Err(error) => trouble(&pages, Some(&visitor), &error.into()),
    }
}

/// The page, or its parts when htmx asks.
async fn show(pages: &Pages, visitor: &Visitor, headers: &HeaderMap, shown: Shown) -> Response {
    match Desk::of(pages, visitor, shown).await {
        Ok(desk) if headers.contains_key("hx-request") => draw(&Parts { desk }),
        Ok(desk) => draw(&DeskPage::of(pages, visitor, desk)),
        Err(error) => trouble(pages, Some(visitor), &error.into()),
    }
}

/// A letter that cannot be shown leaves the queue as it is and says why.
async fn not_shown(pages: &Pages, visitor: &Visitor, headers: &HeaderMap, error: LookError) -> Response {
    match error {
        LookError::Store(error) => trouble(pages, Some(visitor), &error.into()),
        other => {
            let shown = Shown { said: sentence(pages, &other), ..Shown::default() };
            show(pages, visitor, headers, shown).await
        }
    }
}

fn said(pages: &Pages, error: LookError) -> Trouble {
    match error {
        LookError::Store(error) => Trouble::Store(error),
        other => Trouble::Said(sentence(pages, &other)),
    }
}

fn sentence(pages: &Pages, error: &LookError) -> String {
    match error {
        LookError::TakenBy(person) => LookError::TakenBy(super::page::shown_name(pages, person)).danish(),
        other => other.danish(),
    }
}
