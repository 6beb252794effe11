//! `/post/til-side`: letters that lie aside, and those that were closed lately; and laying a letter aside.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use super::act::{go_on, next_after, refuse};
use crate::desk::answers::Refused;
use crate::desk::aside::{self, Closed, Kind, LaidAside};
use crate::desk::colleagues::{self, Shows};
use crate::journey;
use crate::web::Pages;
use crate::web::danish;
use crate::web::page::{Frame, Trouble, draw, shown_name, trouble};
use crate::web::role::Role;
use crate::web::session::{SignedIn, Visitor};

#[derive(Template)]
#[template(path = "post/aside.html")]
struct AsidePage {
    frame: Frame,
    laid: Vec<Laid>,
    closed: Vec<Closed>,
}

struct Laid {
    letter: LaidAside,
    by: String,
}

impl AsidePage {
    fn long(&self, at: &Timestamp) -> String {
        danish::moment(*at)
    }

    fn kind(&self, laid: &Laid) -> &'static str {
        match laid.letter.aside.kind {
            Kind::Held => "På vent",
            Kind::Asked => "Spurgt",
            Kind::SendingOn => "Sendes videre",
        }
    }
}

/// What lies aside, and what was closed.
pub(super) async fn page(State(pages): State<Pages>, SignedIn(visitor): SignedIn) -> Response {
    let laid = match aside::laid_aside(&pages.room).await {
        Ok(laid) => laid,
        Err(error) => return trouble(&pages, Some(&visitor), &error.into()),
    };
    match aside::closed(&pages.room).await {
        Ok(closed) => {
            let laid = laid
                .into_iter()
                .map(|letter| Laid { by: shown_name(&pages, &letter.aside.person), letter })
                .collect();
            let frame = Frame::of(&pages, Some(&visitor), "Til side", Some(Role::PostDistributor));
            draw(&AsidePage { frame, laid, closed })
        }
        Err(error) => trouble(&pages, Some(&visitor), &error.into()),
    }
}

/// Goes on when it is done; else says why not.
async fn after(
    pages: &Pages,
    visitor: &Visitor,
    headers: &HeaderMap,
    id: &Uuid,
    next: Option<Uuid>,
    done: Result<(), Refused>,
) -> Response {
    match done {
        Ok(()) => go_on(pages, visitor, headers, next, String::new()).await,
        Err(refused) => refuse(pages, visitor, headers, id, refused).await,
    }
}

/// Why a letter is held, and for how long.
#[derive(Deserialize)]
pub(super) struct HoldForm {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    period: String,
}

/// Lays a letter aside for some days.
pub(super) async fn hold(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    Form(form): Form<HoldForm>,
) -> Response {
    let next = match next_after(&pages, &id).await {
        Ok(next) => next,
        Err(error) => return trouble(&pages, Some(&visitor), &error.into()),
    };
    let done = aside::hold(&pages.room, &id, &visitor.person, &form.reason, &form.period).await;
    after(&pages, &visitor, &headers, &id, next, done).await
}

/// Who is asked.
#[derive(Deserialize)]
pub(super) struct AskForm {
    #[serde(default)]
    unit: String,
    #[serde(default)]
    person: String,
    /// Why they see the text; key lines alone without.
    #[serde(default)]
    shows: String,
}

/// Asks a colleague whose a letter is.
pub(super) async fn ask(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    Form(form): Form<AskForm>,
) -> Response {
    let next = match next_after(&pages, &id).await {
        Ok(next) => next,
        Err(error) => return trouble(&pages, Some(&visitor), &error.into()),
    };
    let person = Some(form.person.as_str()).filter(|person| !person.is_empty());
    let done = match Shows::of(&form.shows) {
        Some(shows) => colleagues::ask(&pages.room, &id, &visitor.person, (&form.unit, person), shows).await,
        None => Err(Refused::NothingPicked),
    };
    after(&pages, &visitor, &headers, &id, next, done).await
}

/// Whose a letter is.
#[derive(Deserialize)]
pub(super) struct SendOnForm {
    #[serde(default)]
    authority: String,
}

/// Lays a letter aside until it is sent on, and stays with it.
pub(super) async fn to_send_on(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    Form(form): Form<SendOnForm>,
) -> Response {
    let done = aside::to_send_on(&pages.room, &id, &visitor.person, &form.authority).await;
    after(&pages, &visitor, &headers, &id, Some(id), done).await
}

/// Takes up a letter that lies aside, and opens it.
pub(super) async fn take_up(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<Uuid>,
) -> Response {
    match aside::take_up(&pages.room, &id, &visitor.person).await {
        Ok(()) => Redirect::to(&format!("/post/{id}")).into_response(),
        Err(error) => trouble(&pages, Some(&visitor), &error.into()),
    }
}

/// Takes up a closed letter, and opens it.
pub(super) async fn reopen(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<Uuid>,
) -> Response {
    match journey::take_up(&pages.room, &id, &visitor.person).await {
        Ok(()) => Redirect::to(&format!("/post/{id}")).into_response(),
        Err(journey::AnswerError::Store(error)) => trouble(&pages, Some(&visitor), &error.into()),
        Err(refused) => trouble(&pages, Some(&visitor), &Trouble::Said(refused.danish())),
    }
}
