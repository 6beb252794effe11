//! `/tilbagekald`: pull-back of a misrouted letter, and the draft of the breach assessment.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use super::Pages;
use super::danish;
use super::door::{Doors, Needs};
use super::page::{Frame, Trouble, draw, shown_name, trouble};
use super::role::Role;
use super::session::{SignedIn, Visitor};
use crate::paper::{Draft, Part, docx};
use crate::pull_back::{self, By, Exposure, Handed, PullBackError, REASONS};
use crate::store::StoreError;
use crate::store::message::{MessageRow, Stage};

const WHO: Needs = Needs::AnyOf(&[Role::PostDistributor, Role::RecordsManager]);

/// Puts up the doors of pull-back.
pub(super) fn doors(doors: Doors) -> Doors {
    doors
        .get("/tilbagekald", WHO, list)
        .get("/tilbagekald/{id}", WHO, one)
        .post("/tilbagekald/{id}", WHO, act)
        .get("/tilbagekald/{id}/vurdering", WHO, paper)
        .get("/tilbagekald/{id}/vurdering.docx", WHO, word)
}

fn role(visitor: &Visitor) -> Role {
    if visitor.is(Role::PostDistributor) { Role::PostDistributor } else { Role::RecordsManager }
}

fn by(visitor: &Visitor) -> By<'_> {
    By { person: &visitor.person, role: role(visitor).as_str() }
}

fn refused(pages: &Pages, visitor: &Visitor, error: PullBackError) -> Response {
    let what = match error {
        PullBackError::NotFound => Trouble::NotFound,
        PullBackError::Store(error) => Trouble::Store(error),
        other => Trouble::Said(other.danish()),
    };
    trouble(pages, Some(visitor), &what)
}

/// What lies with people now.
#[derive(Template)]
#[template(path = "pull_back/list.html")]
struct ListPage {
    frame: Frame,
    handed: Vec<Handed>,
    said: &'static str,
}

/// One letter: what would be pulled back, or what was.
#[derive(Template)]
#[template(path = "pull_back/one.html")]
struct OnePage {
    frame: Frame,
    id: String,
    handed: Option<Handed>,
    person: Option<String>,
    exposure: Option<Exposure>,
    journaled_here: bool,
    waits: bool,
    reasons: &'static [(&'static str, &'static str, bool)],
}

/// The draft, for print.
#[derive(Template)]
#[template(path = "pull_back/draft.html")]
struct DraftPage {
    frame: Frame,
    id: String,
    draft: Draft,
}

impl ListPage {
    fn short(&self, at: &Timestamp) -> String {
        danish::day_and_time(*at)
    }
}

impl OnePage {
    fn notify_by(&self) -> String {
        self.exposure.as_ref().map(|exposure| danish::moment(exposure.notify_by())).unwrap_or_default()
    }

    fn long(&self, at: &Timestamp) -> String {
        danish::moment(*at)
    }
}

/// A message that somebody looks for by its id.
#[derive(Deserialize)]
struct Sought {
    #[serde(default)]
    id: String,
}

async fn list(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Query(sought): Query<Sought>,
) -> Response {
    let said = match (sought.id.trim().parse::<Uuid>(), sought.id.trim()) {
        (Ok(id), _) => return Redirect::to(&format!("/tilbagekald/{id}")).into_response(),
        (Err(_), "") => "",
        (Err(_), _) => "Det er ikke et id. Et id er 36 tegn, som 018f0000-0000-7000-8000-000000000000.",
    };
    match pull_back::lately_handed(&pages.room).await {
        Ok(handed) => {
            let frame = Frame::of(&pages, Some(&visitor), "Træk tilbage", Some(role(&visitor)));
            draw(&ListPage { frame, handed, said })
        }
        Err(error) => trouble(&pages, Some(&visitor), &error.into()),
    }
}

async fn one(State(pages): State<Pages>, SignedIn(visitor): SignedIn, Path(id): Path<Uuid>) -> Response {
    match page_of(&pages, &visitor, &id).await {
        Ok(Some(page)) => draw(&page),
        Ok(None) => trouble(&pages, Some(&visitor), &Trouble::NotFound),
        Err(error) => trouble(&pages, Some(&visitor), &error.into()),
    }
}

/// `None` for a letter that nobody has and that never came back.
async fn page_of(pages: &Pages, visitor: &Visitor, id: &Uuid) -> Result<Option<OnePage>, StoreError> {
    let room = &pages.room;
    let Some(row) = room.store.message(id).await? else { return Ok(None) };
    let handed = pull_back::handed(room, id).await?;
    let exposure = pull_back::exposure(room, &row).await?;
    if handed.is_none() && exposure.is_none() {
        return Ok(None);
    }
    Ok(Some(OnePage {
        frame: Frame::of(pages, Some(visitor), "Træk tilbage", Some(role(visitor))),
        person: handed.as_ref().and_then(|handed| handed.person.as_deref()).map(|id| shown_name(pages, id)),
        journaled_here: room.store.entry(&format!("modtag:{}", row.id)).await?.is_some(),
        waits: row.stage()? == Stage::Waiting,
        id: row.id,
        handed,
        exposure,
        reasons: &REASONS,
    }))
}

/// Why a letter is pulled back.
#[derive(Deserialize)]
struct ActForm {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    fejljournaliseret: String,
}

async fn act(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<Uuid>,
    Form(form): Form<ActForm>,
) -> Response {
    let misfiled = form.fejljournaliseret == "ja";
    match pull_back::pull_back(&pages.room, by(&visitor), &id, &form.reason, misfiled).await {
        Ok(()) => Redirect::to(&format!("/tilbagekald/{id}")).into_response(),
        Err(error) => refused(&pages, &visitor, error),
    }
}

/// The draft, once the log has been told that it is taken out.
async fn drafted(
    pages: &Pages,
    visitor: &Visitor,
    id: &Uuid,
    format: &str,
) -> Result<(MessageRow, Draft), PullBackError> {
    let room = &pages.room;
    let row = room.store.message(id).await?.ok_or(PullBackError::NotFound)?;
    let name = |id: &str| shown_name(pages, id);
    let draft = pull_back::draft(room, &row, &pages.name, name).await?.ok_or(PullBackError::NotFound)?;
    pull_back::tell_exported(room, by(visitor), &row.uuid()?, format).await?;
    Ok((row, draft))
}

async fn paper(State(pages): State<Pages>, SignedIn(visitor): SignedIn, Path(id): Path<Uuid>) -> Response {
    match drafted(&pages, &visitor, &id, "html").await {
        Ok((row, draft)) => {
            let frame = Frame::of(&pages, Some(&visitor), draft.title, Some(role(&visitor)));
            draw(&DraftPage { frame, id: row.id, draft })
        }
        Err(error) => refused(&pages, &visitor, error),
    }
}

async fn word(State(pages): State<Pages>, SignedIn(visitor): SignedIn, Path(id): Path<Uuid>) -> Response {
    const TYPE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    let (row, draft) = match drafted(&pages, &visitor, &id, "docx").await {
        Ok(drafted) => drafted,
        Err(error) => return refused(&pages, &visitor, error),
    };
    let Ok(bytes) = docx(&draft) else {
        let said = "Dokumentet kunne ikke laves. Brug udkastet på siden i stedet.".to_owned();
        return trouble(&pages, Some(&visitor), &Trouble::Said(said));
    };
    let name = format!("attachment; filename=\"brud-{}.docx\"", row.id);
    ([(header::CONTENT_TYPE, TYPE.to_owned()), (header::CONTENT_DISPOSITION, name)], bytes).into_response()
}
