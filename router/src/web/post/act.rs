//! What a post distributor does with a letter: see more, answer, take an answer back, put a letter back.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use kle::Subject;
use rules::Closing;
use serde::Deserialize;
use uuid::Uuid;

use super::view::{SHOWN, Shown};
use super::{not_shown, show};
use crate::desk::answers::{self, Given, Receiver, Refused};
use crate::desk::{self, Level, LookError};
use crate::store::StoreError;
use crate::web::Pages;
use crate::web::page::{Trouble, trouble};
use crate::web::session::{SignedIn, Visitor};

/// How much of a letter somebody wants to see, and why.
#[derive(Deserialize)]
pub(super) struct More {
    level: i64,
    #[serde(default)]
    reason: String,
}

/// Shows more of a letter.
pub(super) async fn show_more(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    Form(more): Form<More>,
) -> Response {
    let Some(wanted) = Level::of(more.level) else {
        return trouble(&pages, Some(&visitor), &Trouble::NotFound);
    };
    let reason = Some(more.reason.as_str()).filter(|reason| !reason.is_empty());
    match desk::look(&pages.room, &id, &visitor.person, wanted, reason).await {
        Ok(letter) => {
            show(&pages, &visitor, &headers, Shown { letter: Some(letter), ..Shown::default() }).await
        }
        Err(LookError::NoReason) => ask_why(&pages, &visitor, &headers, &id).await,
        Err(error) => not_shown(&pages, &visitor, &headers, error).await,
    }
}

/// The letter as it was, with the question why more of it is needed.
async fn ask_why(pages: &Pages, visitor: &Visitor, headers: &HeaderMap, id: &Uuid) -> Response {
    match desk::look(&pages.room, id, &visitor.person, Level::Suggestion, None).await {
        Ok(letter) => {
            let said = LookError::NoReason.danish();
            let shown = Shown { letter: Some(letter), asking: true, said, ..Shown::default() };
            show(pages, visitor, headers, shown).await
        }
        Err(error) => not_shown(pages, visitor, headers, error).await,
    }
}

/// Where a letter goes.
#[derive(Deserialize)]
pub(super) struct AnswerForm {
    seen: i64,
    unit: String,
    #[serde(default)]
    person: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    case: String,
}

/// Keeps an answer, and goes on to the next letter.
pub(super) async fn answer(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    Form(form): Form<AnswerForm>,
) -> Response {
    let set = |text: String| Some(text).filter(|text| !text.is_empty());
    let subject = match set(form.subject).map(|text| text.parse::<Subject>()).transpose() {
        Ok(subject) => subject,
        Err(_) => return trouble(&pages, Some(&visitor), &Trouble::NotFound),
    };
    let receiver = Receiver {
        unit: form.unit,
        person: set(form.person),
        case: set(form.case),
        subject,
        not_journaled: None,
        reason: None,
    };
    let next = match next_after(&pages, &id).await {
        Ok(next) => next,
        Err(error) => return trouble(&pages, Some(&visitor), &error.into()),
    };
    match answers::keep(&pages.room, &id, &visitor.person, form.seen, Given::To(receiver)).await {
        Ok(_) => go_on(&pages, &visitor, &headers, next, String::new()).await,
        Err(refused) => refuse(&pages, &visitor, &headers, &id, refused).await,
    }
}

/// That nobody here gets a letter.
#[derive(Deserialize)]
pub(super) struct CloseForm {
    seen: i64,
    how: String,
}

/// Keeps the word that nobody here gets a letter, and goes on to the next one.
pub(super) async fn close(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    Form(form): Form<CloseForm>,
) -> Response {
    let close = match form.how.as_str() {
        "unwanted" => Closing::Unwanted,
        "sent-on" => match desk::aside::sent_to(&pages.room, &id).await {
            Ok(Some(authority)) => Closing::SentOn(authority),
            Ok(None) => return refuse(&pages, &visitor, &headers, &id, Refused::NothingPicked).await,
            Err(error) => return trouble(&pages, Some(&visitor), &error.into()),
        },
        _ => return refuse(&pages, &visitor, &headers, &id, Refused::NothingPicked).await,
    };
    let next = match next_after(&pages, &id).await {
        Ok(next) => next,
        Err(error) => return trouble(&pages, Some(&visitor), &error.into()),
    };
    match answers::keep(&pages.room, &id, &visitor.person, form.seen, Given::Closed { close }).await {
        Ok(_) => go_on(&pages, &visitor, &headers, next, String::new()).await,
        Err(refused) => refuse(&pages, &visitor, &headers, &id, refused).await,
    }
}

/// The letter that stands after this one in line, among those that a page shows.
pub(super) async fn next_after(pages: &Pages, id: &Uuid) -> Result<Option<Uuid>, StoreError> {
    desk::next_after(&pages.room, id, SHOWN).await
}

/// The next letter, or the desk without one.
pub(super) async fn go_on(
    pages: &Pages,
    visitor: &Visitor,
    headers: &HeaderMap,
    next: Option<Uuid>,
    said: String,
) -> Response {
    if !headers.contains_key("hx-request") {
        let path = next.map_or_else(|| "/post".to_owned(), |next| format!("/post/{next}"));
        return Redirect::to(&path).into_response();
    }
    let letter = match next {
        Some(next) => desk::look(&pages.room, &next, &visitor.person, Level::Suggestion, None).await.ok(),
        None => None,
    };
    let path =
        letter.as_ref().map_or_else(|| "/post".to_owned(), |letter| format!("/post/{}", letter.waiting.id));
    let answer = show(pages, visitor, headers, Shown { letter, said, ..Shown::default() }).await;
    ([("hx-push-url", path)], answer).into_response()
}

/// The letter as it stands now, with why the answer was not taken.
pub(super) async fn refuse(
    pages: &Pages,
    visitor: &Visitor,
    headers: &HeaderMap,
    id: &Uuid,
    refused: Refused,
) -> Response {
    let letter = desk::look(&pages.room, id, &visitor.person, Level::Suggestion, None).await.ok();
    show(pages, visitor, headers, Shown { letter, said: refused.danish(), ..Shown::default() }).await
}

/// Takes an answer back, and opens the letter again.
pub(super) async fn take_back(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Response {
    match answers::take_back(&pages.room, &id, &visitor.person).await {
        Ok(true) => go_on(&pages, &visitor, &headers, Some(id), "Svaret er taget tilbage.".into()).await,
        Ok(false) => {
            let said = "Svaret er udført og kan ikke tages tilbage mere.".to_owned();
            show(&pages, &visitor, &headers, Shown { said, ..Shown::default() }).await
        }
        Err(error) => trouble(&pages, Some(&visitor), &error.into()),
    }
}

/// Takes back everything that can still be taken back.
pub(super) async fn take_all_back(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    headers: HeaderMap,
) -> Response {
    match answers::take_all_back(&pages.room, &visitor.person).await {
        Ok(taken) => {
            let said = match taken {
                0 => "Der var intet at tage tilbage.".to_owned(),
                1 => "Ét svar er taget tilbage.".to_owned(),
                taken => format!("{taken} svar er taget tilbage."),
            };
            go_on(&pages, &visitor, &headers, None, said).await
        }
        Err(error) => trouble(&pages, Some(&visitor), &error.into()),
    }
}

/// Puts a letter back in line.
pub(super) async fn put_back(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Response {
    match desk::put_back(&pages.room, &id, &visitor.person).await {
        Ok(()) => go_on(&pages, &visitor, &headers, None, String::new()).await,
        Err(error) => trouble(&pages, Some(&visitor), &error.into()),
    }
}
