//! `/mine/spurgt`: letters that a post distributor asks this person or their units about. They see the key lines, or the
//! text where whoever asks has said why.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use super::reader;
use crate::desk::colleagues::{self, NotSaid, Question, SAYS};
use crate::web::Pages;
use crate::web::danish;
use crate::web::page::{Frame, Trouble, draw, shown_name, trouble};
use crate::web::role::Role;
use crate::web::session::{SignedIn, Visitor};

#[derive(Template)]
#[template(path = "mine/asked.html")]
struct AskedPage {
    frame: Frame,
    questions: Vec<Asked>,
    said: bool,
}

#[derive(Template)]
#[template(path = "mine/question.html")]
struct QuestionPage {
    frame: Frame,
    asked: Asked,
    says: &'static [(&'static str, &'static str)],
    units: Vec<(String, String)>,
}

struct Asked {
    question: Question,
    by: String,
}

impl Asked {
    fn of(pages: &Pages, question: Question) -> Self {
        Self { by: shown_name(pages, &question.by), question }
    }
}

impl AskedPage {
    fn long(&self, at: &Timestamp) -> String {
        danish::moment(*at)
    }
}

fn refused(pages: &Pages, visitor: &Visitor, why: NotSaid) -> Response {
    let what = match why {
        NotSaid::NotAsked => Trouble::NotFound,
        NotSaid::Store(error) => Trouble::Store(error),
        NotSaid::NothingPicked | NotSaid::Unreadable => Trouble::Said(why.danish()),
    };
    trouble(pages, Some(visitor), &what)
}

/// Has an answer just been given?
#[derive(Deserialize)]
pub(super) struct Came {
    #[serde(default)]
    gjort: String,
}

/// What somebody is asked.
pub(super) async fn page(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Query(came): Query<Came>,
) -> Response {
    match colleagues::questions(&pages.room, &reader(&pages, &visitor)).await {
        Ok(questions) => {
            let frame = Frame::of(&pages, Some(&visitor), "Du er spurgt", Some(Role::CaseHandler));
            let questions = questions.into_iter().map(|question| Asked::of(&pages, question)).collect();
            draw(&AskedPage { frame, questions, said: came.gjort == "svaret" })
        }
        Err(error) => trouble(&pages, Some(&visitor), &error.into()),
    }
}

/// What somebody may see of a letter that they are asked about: a form, since that they saw it is told to the log.
pub(super) async fn look(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<Uuid>,
) -> Response {
    match colleagues::look(&pages.room, &reader(&pages, &visitor), &id).await {
        Ok(question) => {
            let policy = pages.room.policy();
            let open = policy.units().filter(|unit| !unit.closed);
            let mut units: Vec<_> = open.map(|unit| (unit.id.clone(), unit.name.clone())).collect();
            units.sort_by(|one, other| one.1.cmp(&other.1));
            let frame = Frame::of(&pages, Some(&visitor), "Hvis er brevet?", Some(Role::CaseHandler));
            draw(&QuestionPage { frame, asked: Asked::of(&pages, question), says: &SAYS, units })
        }
        Err(why) => refused(&pages, &visitor, why),
    }
}

/// Whose the letter is.
#[derive(Deserialize)]
pub(super) struct SayForm {
    #[serde(default)]
    says: String,
    #[serde(default)]
    unit: String,
}

/// Takes what somebody says.
pub(super) async fn say(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<Uuid>,
    Form(form): Form<SayForm>,
) -> Response {
    let unit = Some(form.unit.as_str()).filter(|unit| !unit.is_empty());
    match colleagues::say(&pages.room, &reader(&pages, &visitor), &id, &form.says, unit).await {
        Ok(()) => Redirect::to("/mine/spurgt?gjort=svaret").into_response(),
        Err(why) => refused(&pages, &visitor, why),
    }
}
