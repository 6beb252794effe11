//! `/mine`: the case handler's desk. What lies with them and their units, and one letter at a time.

mod act;
mod asked;
mod notices;
mod view;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;

use super::Pages;
use super::document::served;
use super::door::{Doors, Needs};
use super::page::{Trouble, draw, trouble};
use super::role::Role;
use super::session::{SignedIn, Visitor};
use crate::desk::colleagues;
use crate::inbox::{self, InboxError, Reader};
use crate::store::inbox::Shelf;
use view::{FoundPart, LetterPage, ListPage};

const WHO: Needs = Needs::AnyOf(&[Role::CaseHandler]);

/// Puts up the desk's doors.
pub(super) fn doors(doors: Doors) -> Doors {
    doors
        .get("/mine", WHO, list)
        .get("/mine/spurgt", WHO, asked::page)
        .post("/mine/spurgt/{id}/vis", WHO, asked::look)
        .post("/mine/spurgt/{id}/svar", WHO, asked::say)
        .get("/mine/besked", WHO, notices::page)
        .post("/mine/besked", WHO, notices::choose)
        .get("/mine/{id}", WHO, letter)
        .get("/mine/{id}/find", WHO, find)
        .get("/mine/{id}/dokument/{content}", WHO, document)
        .post("/mine/{id}/aaben", WHO, act::open)
        .post("/mine/{id}/journal", WHO, act::file)
        .post("/mine/{id}/faerdig", WHO, act::done)
        .post("/mine/{id}/retur", WHO, act::send_back)
        .post("/mine/{id}/videre", WHO, act::forward)
}

fn reader(pages: &Pages, visitor: &Visitor) -> Reader {
    Reader::of(&pages.room, &visitor.person, &visitor.units)
}

/// What is shown instead, when something could not be done.
fn refused(pages: &Pages, visitor: &Visitor, error: InboxError) -> Response {
    let what = match error {
        InboxError::NotTheirs => Trouble::NotFound,
        InboxError::Store(error) => Trouble::Store(error),
        other => Trouble::Said(other.danish()),
    };
    trouble(pages, Some(visitor), &what)
}

/// Which letters, and which page of them.
#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    vis: String,
    #[serde(default)]
    side: String,
    #[serde(default)]
    gjort: String,
}

/// The list.
async fn list(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Query(asked): Query<Asked>,
) -> Response {
    let shelf = match asked.vis.as_str() {
        "kolleger" => Shelf::Colleagues,
        "faerdige" => Shelf::Done,
        _ => Shelf::Open,
    };
    let number = asked.side.parse().unwrap_or(1);
    let reader = reader(&pages, &visitor);
    let questions = match colleagues::count(&pages.room, &reader).await {
        Ok(questions) => questions,
        Err(error) => return trouble(&pages, Some(&visitor), &error.into()),
    };
    match inbox::page(&pages.room, &reader, shelf, number).await {
        Ok(page) => draw(&ListPage::of(&pages, &visitor, shelf, page, questions, &asked.gjort)),
        Err(error) => refused(&pages, &visitor, error),
    }
}

/// What somebody types to find a receiver.
#[derive(Deserialize)]
struct Typed {
    #[serde(default)]
    q: String,
}

/// A letter.
async fn letter(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<Uuid>,
    Query(typed): Query<Typed>,
) -> Response {
    let letter = match inbox::letter(&pages.room, &reader(&pages, &visitor), &id).await {
        Ok(letter) => letter,
        Err(error) => return refused(&pages, &visitor, error),
    };
    match LetterPage::of(&pages, &visitor, letter, typed.q).await {
        Ok(page) => draw(&page),
        Err(error) => trouble(&pages, Some(&visitor), &error.into()),
    }
}

/// Receivers that fit what somebody types.
async fn find(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<Uuid>,
    Query(typed): Query<Typed>,
) -> Response {
    let letter = match inbox::letter(&pages.room, &reader(&pages, &visitor), &id).await {
        Ok(letter) => letter,
        Err(error) => return refused(&pages, &visitor, error),
    };
    match FoundPart::of(&pages, &visitor, letter.lying.id, typed.q).await {
        Ok(part) => draw(&part),
        Err(error) => trouble(&pages, Some(&visitor), &error.into()),
    }
}

/// A document of a letter that is open.
async fn document(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Path((id, content)): Path<(Uuid, u32)>,
) -> Response {
    match inbox::document(&pages.room, &reader(&pages, &visitor), &id, content).await {
        Ok((in_hand, document)) => served(&pages, &visitor, &in_hand, &document).await,
        Err(error) => refused(&pages, &visitor, error),
    }
}
