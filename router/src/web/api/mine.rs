//! Units' mail: what lies with the units that a token acts for, and what is done with it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::caller::Caller;
use super::describe::Refusal;
use super::problem::Problem;
use super::queue::bytes_of;
use super::route::Route;
use super::take::{Asked, DocumentOf, Id, Sent};
use super::wire::{Deadline, Document, Text, Words};
use crate::inbox::{self, Filing, Lying, Reader};
use crate::store::StoreError;
use crate::store::inbox as inbox_rows;
use crate::tokens::Scope;
use crate::web::Pages;

pub(super) fn routes() -> Vec<Route> {
    let lying = json!({
        "id": "018f0000-0000-7000-8000-000000000000", "sender": "Borger", "label": "Ansøgning om plads",
        "available_at": "2026-11-20T08:00:00Z", "deadline": null, "urgent": false, "unit": "plads",
        "unit_name": "Pladsanvisningen", "person": null, "handed_at": "2026-11-20T08:01:00Z", "opened": false,
        "case": "28.03.00-G01-7-26", "journal": "Journaliseret", "done_at": null, "done_by": null
    });
    let letter = json!({
        "letter": lying, "subject": "KLE 28.03.00", "part": null, "misfiled": false, "words": null, "documents": [],
        "to_file": false, "cases": []
    });
    let (act, read) = (Scope::MineAct, Scope::MineRead);
    vec![
        Route::get("/api/v1/mine", read, list)
            .named("mine", "list_mail", "Vis den post, der ligger hos tokenets enheder")
            .asks::<ListQuery>()
            .answers::<MailPage>(
                "En side af posten.",
                json!({ "letters": [lying], "total": 1, "page": 1, "pages": 1 }),
            ),
        Route::get("/api/v1/mine/{id}", read, letter_of)
            .named("mine", "get_mail", "Vis et brev; tekst og dokumenter først, når det er åbnet")
            .answers::<MailLetter>("Brevet.", letter),
        Route::get("/api/v1/mine/{id}/documents/{content}", read, document)
            .named("mine", "get_mail_document", "Hent et dokument fra et brev, der er åbnet i dag")
            .answers_document(),
        Route::post("/api/v1/mine/{id}/open", act, open)
            .named("mine", "open_mail", "Åbn et brev")
            .more("Derefter kan tekst og dokumenter hentes resten af dagen. Det skrives i revisionssporet.")
            .answers_nothing(),
        Route::post("/api/v1/mine/{id}/file", act, file)
            .named("mine", "file_mail", "Vælg sagen, eller at brevet ikke journaliseres")
            .takes::<FileBody>(json!({ "case": "28.03.00-G01-7-26" }))
            .answers_nothing()
            .or(Refusal::Conflict),
        Route::post("/api/v1/mine/{id}/done", act, done)
            .named("mine", "finish_mail", "Meld et brev færdigt")
            .answers_nothing()
            .or(Refusal::Conflict),
        Route::post("/api/v1/mine/{id}/take-up", act, take_up)
            .named("mine", "take_up_mail", "Tag et færdigt brev op igen")
            .answers_nothing(),
        Route::post("/api/v1/mine/{id}/send-back", act, send_back)
            .named("mine", "send_mail_back", "Send et brev retur til postfordelerne")
            .more("Derefter kan tokenet ikke se brevet mere.")
            .takes::<ReturnBody>(json!({ "reason": "not-ours" }))
            .answers_nothing()
            .or(Refusal::Conflict),
        Route::post("/api/v1/mine/{id}/forward", act, forward)
            .named("mine", "forward_mail", "Send et brev videre til en anden enhed eller medarbejder")
            .takes::<ForwardBody>(json!({ "unit": "park" }))
            .answers_nothing()
            .or(Refusal::Conflict),
    ]
}

/// Which letters, and which page of them.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    /// Hvilke breve.
    #[param(inline)]
    shelf: Option<Shelf>,
    /// Hvilken side, fra 1.
    #[param(minimum = 1, maximum = 1000000)]
    page: Option<u32>,
}

/// Which of the letters that lie with the units: those with nobody in particular, those with somebody, those that are done.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum Shelf {
    #[default]
    Open,
    Colleagues,
    Done,
}

/// A page of mail.
#[derive(Serialize, ToSchema)]
struct MailPage {
    letters: Vec<Mail>,
    total: u64,
    /// Which page this is, from 1.
    page: u64,
    pages: u64,
}

/// A letter as it lies. Its title is as it was sent.
#[derive(Serialize, ToSchema)]
struct Mail {
    id: Uuid,
    /// What kind of sender (Danish).
    sender: &'static str,
    label: String,
    /// When it became available to the authority.
    available_at: Timestamp,
    deadline: Option<Deadline>,
    urgent: bool,
    unit: String,
    unit_name: String,
    /// Who has it, by user id; null for nobody in particular.
    person: Option<String>,
    handed_at: Timestamp,
    /// Has anybody opened it?
    opened: bool,
    /// The case that it was journaled on.
    case: Option<String>,
    /// Is it journaled, and if not, why (Danish)?
    journal: &'static str,
    done_at: Option<Timestamp>,
    done_by: Option<String>,
}

/// A letter.
#[derive(Serialize, ToSchema)]
struct MailLetter {
    letter: Mail,
    /// What it is about, when that was decided.
    subject: Option<String>,
    /// Which part of a letter it is, and who has the others (Danish); null for a letter that is whole.
    part: Option<String>,
    /// Its entry in the journal was marked as misfiled.
    misfiled: bool,
    /// Sender and text; once it is opened.
    words: Option<Words>,
    /// The documents; once it is opened.
    documents: Vec<Document>,
    /// Is it still to be said where it is journaled?
    to_file: bool,
    /// Open cases of those whom it is from or about.
    cases: Vec<OfferedCase>,
}

/// A case that a letter may belong to.
#[derive(Serialize, ToSchema)]
struct OfferedCase {
    number: String,
    title: String,
}

/// Where a letter is journaled: one of the two.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FileBody {
    /// The number of an open case.
    case: Option<Text>,
    /// Why it is not journaled.
    not_journaled: Option<NotJournaled>,
}

/// Why a letter is not journaled.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum NotJournaled {
    NoWeight,
    Duplicate,
    NotOurs,
}

/// Why a letter is sent back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReturnBody {
    reason: Return,
}

/// Why a letter is not theirs.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum Return {
    NotOurs,
    Elsewhere,
    OtherCase,
    OtherParty,
    NotAuthority,
}

/// To whom a letter goes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ForwardBody {
    unit: Text,
    person: Option<Text>,
}

pub(super) fn reader(pages: &Pages, caller: &Caller) -> Reader {
    Reader::of(&pages.room, &caller.id(), &caller.holder().units)
}

async fn list(
    State(pages): State<Pages>,
    caller: Caller,
    Asked(query): Asked<ListQuery>,
) -> Result<Json<MailPage>, Problem> {
    let shelf = match query.shelf.unwrap_or_default() {
        Shelf::Open => inbox_rows::Shelf::Open,
        Shelf::Colleagues => inbox_rows::Shelf::Colleagues,
        Shelf::Done => inbox_rows::Shelf::Done,
    };
    let number = query.page.unwrap_or(1);
    if !(1..=1_000_000).contains(&number) {
        return Err(Problem::field("page", "skal være mellem 1 og 1000000"));
    }
    let page = inbox::page(&pages.room, &reader(&pages, &caller), shelf, number.into()).await?;
    let (total, pages) = (page.total, page.pages());
    let letters: Result<Vec<Mail>, Problem> = page.letters.into_iter().map(mail).collect();
    Ok(Json(MailPage { letters: letters?, total, page: page.number, pages }))
}

fn mail(lying: Lying) -> Result<Mail, Problem> {
    Ok(Mail {
        id: lying.id.parse().map_err(|_| StoreError::Damaged("message id"))?,
        sender: lying.sender,
        label: lying.label,
        available_at: lying.available_at,
        deadline: lying.deadline.map(Deadline::from),
        urgent: lying.urgent,
        unit: lying.unit,
        unit_name: lying.unit_name,
        person: lying.person,
        handed_at: lying.handed_at,
        opened: lying.opened,
        case: lying.case,
        journal: lying.journal,
        done_at: lying.done_at,
        done_by: lying.done_by,
    })
}

async fn letter_of(
    State(pages): State<Pages>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<MailLetter>, Problem> {
    let letter = inbox::letter(&pages.room, &reader(&pages, &caller), &id).await?;
    let cases = letter.cases.into_iter().map(|case| OfferedCase { number: case.number, title: case.title });
    Ok(Json(MailLetter {
        letter: mail(letter.lying)?,
        subject: letter.subject,
        part: letter.part,
        misfiled: letter.misfiled,
        words: letter.words.map(Words::from),
        documents: letter.documents.into_iter().map(Document::from).collect(),
        to_file: letter.to_file,
        cases: cases.collect(),
    }))
}

async fn document(
    State(pages): State<Pages>,
    caller: Caller,
    DocumentOf { id, content }: DocumentOf,
) -> Result<Response, Problem> {
    let reader = reader(&pages, &caller);
    let (in_hand, document) = inbox::document(&pages.room, &reader, &id, content).await?;
    bytes_of(&pages.room, &in_hand, &document).await
}

async fn open(State(pages): State<Pages>, caller: Caller, Id(id): Id) -> Result<StatusCode, Problem> {
    inbox::open(&pages.room, &reader(&pages, &caller), &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn file(
    State(pages): State<Pages>,
    caller: Caller,
    Id(id): Id,
    Sent(body): Sent<FileBody>,
) -> Result<StatusCode, Problem> {
    let filing = match (body.case, body.not_journaled) {
        (Some(case), None) => Filing::On(case.into_inner()),
        (None, Some(why)) => Filing::Not(not_journaled(why).into()),
        _ => return Err(Problem::field("case", "skriv enten case eller not_journaled")),
    };
    inbox::file(&pages.room, &reader(&pages, &caller), &id, filing).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn not_journaled(why: NotJournaled) -> &'static str {
    match why {
        NotJournaled::NoWeight => "no-weight",
        NotJournaled::Duplicate => "duplicate",
        NotJournaled::NotOurs => "not-ours",
    }
}

async fn done(State(pages): State<Pages>, caller: Caller, Id(id): Id) -> Result<StatusCode, Problem> {
    inbox::done(&pages.room, &reader(&pages, &caller), &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn take_up(State(pages): State<Pages>, caller: Caller, Id(id): Id) -> Result<StatusCode, Problem> {
    inbox::take_up(&pages.room, &reader(&pages, &caller), &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn send_back(
    State(pages): State<Pages>,
    caller: Caller,
    Id(id): Id,
    Sent(body): Sent<ReturnBody>,
) -> Result<StatusCode, Problem> {
    let reason = match body.reason {
        Return::NotOurs => "not-ours",
        Return::Elsewhere => "elsewhere",
        Return::OtherCase => "other-case",
        Return::OtherParty => "other-party",
        Return::NotAuthority => "not-authority",
    };
    inbox::send_back(&pages.room, &reader(&pages, &caller), &id, reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn forward(
    State(pages): State<Pages>,
    caller: Caller,
    Id(id): Id,
    Sent(body): Sent<ForwardBody>,
) -> Result<StatusCode, Problem> {
    let person = body.person.as_ref().map(Text::as_str);
    inbox::forward(&pages.room, &reader(&pages, &caller), &id, body.unit.as_str(), person).await?;
    Ok(StatusCode::NO_CONTENT)
}
