//! Pull-back: what lies with people now, taking a misrouted letter back, and the draft of the breach assessment.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::caller::Caller;
use super::describe::Refusal;
use super::problem::Problem;
use super::route::Route;
use super::take::{Id, Sent};
use crate::paper::{Part, Section};
use crate::pull_back::{self, By, Handed};
use crate::store::StoreError;
use crate::tokens::Scope;
use crate::web::Pages;
use crate::web::page::shown_name;

/// Role word of a program that pulls back, as it stands in the audit log.
const ROLE: &str = "api";

pub(super) fn routes() -> Vec<Route> {
    let handed = json!({
        "id": "018f0000-0000-7000-8000-000000000000", "label": "Ansøgning fra [navn]", "unit": "Pladsanvisningen",
        "person": null, "handed_at": "2026-11-20T08:01:00Z", "opened": false
    });
    let section =
        json!({ "heading": "Hvad er der sket", "apart": false, "parts": [{ "kind": "text", "text": "…" }] });
    vec![
        Route::get("/api/v1/pull-back", Scope::PullBackRead, list)
            .named("pull-back", "list_handed_over", "Vis de breve, der sidst er fordelt og stadig ligger der")
            .more("De seneste 50; titler er maskeret.")
            .answers::<HandedOver>("Brevene.", json!({ "letters": [handed] })),
        Route::post("/api/v1/pull-back/{id}", Scope::PullBackAct, act)
            .named("pull-back", "pull_letter_back", "Træk et brev tilbage fra dem, der har det")
            .more("Adgangen ophører straks, og brevet venter igen på en postfordeler. Gælder også meddelelsens eget UUID.")
            .takes::<ActBody>(json!({ "reason": "wrong-unit", "misfiled": false }))
            .answers_nothing()
            .or(Refusal::Conflict),
        Route::get("/api/v1/pull-back/{id}/draft", Scope::PullBackRead, draft)
            .named("pull-back", "get_breach_draft", "Hent udkastet til vurdering af brud på persondatasikkerheden")
            .more("For et brev, der er trukket tilbage eller sendt retur. At det er hentet, skrives i revisionssporet.")
            .answers::<Draft>("Udkastet.", json!({ "title": "Udkast", "sections": [section] })),
    ]
}

/// Letters that could be pulled back.
#[derive(Serialize, ToSchema)]
struct HandedOver {
    letters: Vec<HandedLetter>,
}

/// A letter that lies with somebody.
#[derive(Serialize, ToSchema)]
struct HandedLetter {
    id: Uuid,
    /// The title, masked.
    label: String,
    /// Name of the unit that has it.
    unit: String,
    /// Who has it, by user id.
    person: Option<String>,
    handed_at: Timestamp,
    opened: bool,
}

/// Why a letter is pulled back.
#[derive(Deserialize, ToSchema)]
#[schema(as = PullBack)]
#[serde(deny_unknown_fields)]
struct ActBody {
    reason: Reason,
    /// Is its entry in the built-in journal to be marked as misfiled?
    #[serde(default)]
    misfiled: bool,
}

/// What went wrong.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[schema(as = PullBackReason)]
#[serde(rename_all = "kebab-case")]
enum Reason {
    WrongUnit,
    WrongPerson,
    WrongCase,
    Protected,
    NotAuthority,
}

/// A document to be finished by a person.
#[derive(Serialize, ToSchema)]
#[schema(as = BreachDraft)]
struct Draft {
    title: &'static str,
    sections: Vec<DraftSection>,
}

/// A part of it under a heading.
#[derive(Serialize, ToSchema)]
struct DraftSection {
    heading: &'static str,
    /// Can be left out: who is who.
    apart: bool,
    parts: Vec<DraftPart>,
}

/// Something under a heading.
#[derive(Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum DraftPart {
    /// A paragraph.
    Text { text: String },
    /// A list.
    List { lines: Vec<String> },
    /// A table.
    Table { name: &'static str, columns: Vec<&'static str>, rows: Vec<Vec<String>> },
    /// A field to fill in.
    Field { name: &'static str, help: &'static str },
}

async fn list(State(pages): State<Pages>, _: Caller) -> Result<Json<HandedOver>, Problem> {
    let handed = pull_back::lately_handed(&pages.room).await?;
    let letters: Result<Vec<HandedLetter>, Problem> = handed.into_iter().map(letter).collect();
    Ok(Json(HandedOver { letters: letters? }))
}

fn letter(handed: Handed) -> Result<HandedLetter, Problem> {
    Ok(HandedLetter {
        id: handed.id.parse().map_err(|_| StoreError::Damaged("message id"))?,
        label: handed.label,
        unit: handed.unit,
        person: handed.person,
        handed_at: handed.handed_at,
        opened: handed.opened,
    })
}

async fn act(
    State(pages): State<Pages>,
    caller: Caller,
    Id(id): Id,
    Sent(body): Sent<ActBody>,
) -> Result<StatusCode, Problem> {
    let reason = match body.reason {
        Reason::WrongUnit => "wrong-unit",
        Reason::WrongPerson => "wrong-person",
        Reason::WrongCase => "wrong-case",
        Reason::Protected => "protected",
        Reason::NotAuthority => "not-authority",
    };
    let (person, role) = (caller.id(), ROLE);
    pull_back::pull_back(&pages.room, By { person: &person, role }, &id, reason, body.misfiled).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn draft(State(pages): State<Pages>, caller: Caller, Id(id): Id) -> Result<Json<Draft>, Problem> {
    let room = &pages.room;
    let row = room.store.message(&id).await?.ok_or_else(Problem::not_found)?;
    let name = |id: &str| shown_name(&pages, id);
    let draft = pull_back::draft(room, &row, &pages.name, name).await?.ok_or_else(Problem::not_found)?;
    let (person, role) = (caller.id(), ROLE);
    pull_back::tell_exported(room, By { person: &person, role }, &row.uuid()?, "json").await?;
    Ok(Json(Draft { title: draft.title, sections: draft.sections.into_iter().map(section).collect() }))
}

fn section(section: Section) -> DraftSection {
    let part = |part| match part {
        Part::Text(text) => DraftPart::Text { text },
        Part::List(lines) => DraftPart::List { lines },
        Part::Table(name, columns, rows) => DraftPart::Table { name, columns, rows },
        Part::Field(name, help) => DraftPart::Field { name, help },
    };
    let Section { heading, parts, apart } = section;
    DraftSection { heading, apart, parts: parts.into_iter().map(part).collect() }
}
