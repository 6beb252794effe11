//! What a case handler does with a letter: open it, choose its case, be done with it, send it back, pass it on.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;

use super::{reader, refused};
use crate::inbox::{self, Filing};
use crate::web::Pages;
use crate::web::session::SignedIn;

/// Opens a letter.
pub(super) async fn open(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<Uuid>,
) -> Response {
    match inbox::open(&pages.room, &reader(&pages, &visitor), &id).await {
        Ok(()) => Redirect::to(&format!("/mine/{id}")).into_response(),
        Err(error) => refused(&pages, &visitor, error),
    }
}

/// Where a letter is journaled, or why it is not.
#[derive(Deserialize)]
pub(super) struct FilingForm {
    #[serde(default)]
    case: String,
    #[serde(default)]
    not: String,
}

/// Journals a letter on the case that was chosen, or decides that it is not journaled.
pub(super) async fn file(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<Uuid>,
    Form(form): Form<FilingForm>,
) -> Response {
    let case = form.case.trim().to_owned();
    let filing = if case.is_empty() { Filing::Not(form.not) } else { Filing::On(case) };
    match inbox::file(&pages.room, &reader(&pages, &visitor), &id, filing).await {
        Ok(()) => Redirect::to(&format!("/mine/{id}")).into_response(),
        Err(error) => refused(&pages, &visitor, error),
    }
}

/// Done, or taken up again.
#[derive(Deserialize)]
pub(super) struct DoneForm {
    #[serde(default)]
    igen: String,
}

/// Is done with a letter, or takes it up again.
pub(super) async fn done(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<Uuid>,
    Form(form): Form<DoneForm>,
) -> Response {
    let reader = reader(&pages, &visitor);
    let (came, next) = if form.igen.is_empty() {
        (inbox::done(&pages.room, &reader, &id).await, "/mine?gjort=faerdig".to_owned())
    } else {
        (inbox::take_up(&pages.room, &reader, &id).await, format!("/mine/{id}"))
    };
    match came {
        Ok(()) => Redirect::to(&next).into_response(),
        Err(error) => refused(&pages, &visitor, error),
    }
}

/// Why a letter is sent back.
#[derive(Deserialize)]
pub(super) struct ReturnForm {
    #[serde(default)]
    reason: String,
}

/// Sends a letter back to the post distributors.
pub(super) async fn send_back(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<Uuid>,
    Form(form): Form<ReturnForm>,
) -> Response {
    match inbox::send_back(&pages.room, &reader(&pages, &visitor), &id, &form.reason).await {
        Ok(()) => Redirect::to("/mine?gjort=retur").into_response(),
        Err(error) => refused(&pages, &visitor, error),
    }
}

/// To whom a letter goes.
#[derive(Deserialize)]
pub(super) struct ForwardForm {
    #[serde(default)]
    unit: String,
    #[serde(default)]
    person: String,
}

/// Passes a letter on.
pub(super) async fn forward(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<Uuid>,
    Form(form): Form<ForwardForm>,
) -> Response {
    let person = Some(form.person.as_str()).filter(|person| !person.is_empty());
    match inbox::forward(&pages.room, &reader(&pages, &visitor), &id, &form.unit, person).await {
        // Whoever took it themselves still has it before them.
        Ok(()) if person == Some(&visitor.person) => Redirect::to(&format!("/mine/{id}")).into_response(),
        Ok(()) => Redirect::to("/mine?gjort=videre").into_response(),
        Err(error) => refused(&pages, &visitor, error),
    }
}
