//! The line at the post distributors' desk: what waits, one letter at a level of view, and answers.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use esdh::Contents;
use jiff::Timestamp;
use kle::Subject;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::caller::Caller;
use super::describe::Refusal;
use super::once::{Act, key_of, once, used_for_another};
use super::problem::Problem;
use super::route::Route;
use super::take::{Asked, DocumentOf, Id, Sent};
use super::wire::{Deadline, Document, Text, Words, limit, or_empty};
use crate::desk::answers::{self, Given, Receiver};
use crate::desk::{self, Choice, Waiting};
use crate::journey::{InHand, MessageContents};
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::line::Place;
use crate::store::token::AnswerKey;
use crate::tokens::Scope;
use crate::web::Pages;
use crate::web::document::encoded;

/// Letters shown when nothing else is asked for, and at most.
const SHOWN: u32 = 50;
const MOST: u32 = 200;

pub(super) fn routes() -> Vec<Route> {
    const ID: &str = "018f0000-0000-7000-8000-000000000000";
    let waiting = json!({
        "id": ID, "available_at": "2026-11-20T08:00:00Z", "deadline": null, "urgent": false, "sender": "Borger",
        "label": "Skur hos [navn]", "question": "ingen regel passede", "choices": [], "before": null, "decision": 1
    });
    let letter = json!({
        "letter": waiting, "level": "key-lines", "history": [],
        "key_lines": { "lines": ["Min nabo [navn] har sat et skur op."], "care": [], "unread": [] },
        "words": null, "documents": []
    });
    vec![
        Route::get("/api/v1/queue", Scope::QueueRead, list)
            .named("queue", "list_queue", "Vis køen, det mest presserende først")
            .more("Titler er maskeret. Bed om næste side med next_cursor; et brev, der står i køen imens, ses én gang.")
            .asks::<ListQuery>()
            .answers::<QueuePage>("En side af køen.", json!({ "letters": [waiting], "total": 1, "next_cursor": null })),
        Route::post("/api/v1/queue/{id}/look", Scope::QueueLook, look)
            .named("queue", "look_at_letter", "Tag et brev frem på et visningstrin")
            .more(
                "Brevet ligger derefter hos tokenet i fem minutter, så ingen anden får det imens. Hvert trin op skrives i \
                 revisionssporet; fra text kræves en begrundelse.",
            )
            .takes::<LookBody>(json!({ "level": "key-lines" }))
            .answers::<Letter>("Brevet, som det ses på det trin.", letter)
            .or(Refusal::Conflict),
        Route::get("/api/v1/queue/{id}/documents/{content}", Scope::QueueLook, document)
            .named("queue", "get_letter_document", "Hent et dokument fra et brev, der er taget frem på trinnet documents")
            .answers_document(),
        once(Route::post("/api/v1/queue/{id}/answer", Scope::QueueAnswer, answer))
            .named("queue", "answer_letter", "Fordel et brev")
            .more(
                "Svaret udføres efter et halvt minut og kan tages tilbage indtil da. seen er nummeret på den beslutning, der \
                 blev set: er brevet besluttet på ny imens, afvises svaret. Sendes det samme svar igen med samme \
                 Idempotency-Key, gælder det én gang og besvares ens.",
            )
            .takes::<AnswerBody>(json!({ "seen": 1, "unit": "park", "subject": "05.01.02" }))
            .answers::<Answered>(
                "Svaret er taget imod.",
                json!({ "message": ID, "can_be_taken_back_until": "2026-11-20T08:00:30Z" }),
            )
            .or(Refusal::Conflict),
        Route::post("/api/v1/queue/{id}/take-back", Scope::QueueAnswer, take_back)
            .named("queue", "take_answer_back", "Tag et svar tilbage, inden det udføres")
            .answers_nothing()
            .or(Refusal::Conflict),
        Route::post("/api/v1/queue/{id}/put-back", Scope::QueueAnswer, put_back)
            .named("queue", "put_letter_back", "Læg et brev tilbage i køen")
            .answers_nothing(),
    ]
}

/// Which part of the line.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    /// Højst så mange breve.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// next_cursor fra den forrige side.
    cursor: Option<String>,
}

/// A part of the line.
#[derive(Serialize, ToSchema)]
struct QueuePage {
    letters: Vec<WaitingLetter>,
    /// How many wait in all.
    total: u64,
    /// Where the next page begins; null on the last.
    next_cursor: Option<String>,
}

/// A letter in line, its title masked.
#[derive(Serialize, ToSchema)]
struct WaitingLetter {
    id: Uuid,
    /// When it became available to the authority.
    available_at: Timestamp,
    deadline: Option<Deadline>,
    /// Shown first.
    urgent: bool,
    /// What kind of sender (Danish).
    sender: &'static str,
    /// The title, masked.
    label: String,
    /// Why a person is asked (Danish).
    question: &'static str,
    /// Who might have it, best first.
    choices: Vec<Suggested>,
    /// Before whom it lies, by user id; null for nobody.
    before: Option<String>,
    /// Number of the decision that put it here: `seen` of an answer.
    decision: i64,
}

/// A receiver to choose.
#[derive(Serialize, ToSchema)]
struct Suggested {
    unit: String,
    unit_name: String,
    person: Option<String>,
    /// KLE subject.
    subject: Option<String>,
    subject_title: Option<String>,
    /// Case number.
    case: Option<String>,
    /// 0 to 1, when the classifier says so.
    confidence: Option<f32>,
    /// Why (Danish).
    why: String,
}

/// How much of a letter, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LookBody {
    level: Level,
    /// Required from `text` on.
    reason: Option<Reason>,
}

/// How much of a letter is seen.
#[derive(Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum Level {
    Suggestion,
    KeyLines,
    Text,
    Documents,
}

/// Why more than key lines is seen.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[schema(as = LookReason)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Reason {
    NotEnough,
    Several,
    Held,
    Case,
    Control,
    Unsafe,
}

/// A letter at a level. What is above the level is not in it.
#[derive(Serialize, ToSchema)]
struct Letter {
    letter: WaitingLetter,
    /// How much of it is seen.
    level: Level,
    /// Where it has been, when it came back (Danish).
    history: Vec<String>,
    /// Masked; from `key-lines` on. Null when its text was not read.
    key_lines: Option<KeyLines>,
    /// From `text` on.
    words: Option<Words>,
    /// From `documents` on.
    documents: Vec<Document>,
}

/// The sentences that carry a letter's subject, masked.
#[derive(Serialize, ToSchema)]
struct KeyLines {
    lines: Vec<String>,
    /// Why it must be handled with care (Danish).
    care: Vec<String>,
    /// What could not be read (Danish).
    unread: Vec<String>,
}

/// Where a letter goes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AnswerBody {
    /// Number of the decision that was seen.
    seen: i64,
    /// The unit, by id.
    unit: Text,
    /// The person in it, by id.
    person: Option<Text>,
    /// What it is about: a KLE subject.
    subject: Option<Text>,
    /// The case that it is journaled on.
    case: Option<Text>,
}

/// An answer that was taken.
#[derive(Serialize, ToSchema)]
pub(super) struct Answered {
    message: Uuid,
    can_be_taken_back_until: Timestamp,
}

async fn list(
    State(pages): State<Pages>,
    _: Caller,
    Asked(query): Asked<ListQuery>,
) -> Result<Json<QueuePage>, Problem> {
    let limit = limit(query.limit, SHOWN, MOST)?;
    let after = query.cursor.as_deref().map(place).transpose()?;
    let stretch = desk::stretch(&pages.room, after.as_ref(), limit).await?;
    let letters: Result<Vec<WaitingLetter>, Problem> = stretch.letters.into_iter().map(waiting).collect();
    let next_cursor = stretch.next.map(|place| URL_SAFE_NO_PAD.encode(place.written()));
    Ok(Json(QueuePage { letters: letters?, total: stretch.total, next_cursor }))
}

fn place(cursor: &str) -> Result<Place, Problem> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
    let place = bytes.and_then(|bytes| Place::read(std::str::from_utf8(&bytes).ok()?));
    place.ok_or_else(|| Problem::field("cursor", "er ikke next_cursor fra en tidligere side"))
}

fn waiting(letter: Waiting) -> Result<WaitingLetter, Problem> {
    Ok(WaitingLetter {
        id: letter.id.parse().map_err(|_| StoreError::Damaged("message id"))?,
        available_at: letter.available_at,
        deadline: letter.deadline.map(Deadline::from),
        urgent: letter.urgent,
        sender: letter.sender,
        label: letter.label,
        question: letter.question,
        choices: letter.choices.into_iter().map(suggested).collect(),
        before: letter.before,
        decision: letter.decision,
    })
}

fn suggested(choice: Choice) -> Suggested {
    Suggested {
        unit: choice.unit,
        unit_name: choice.unit_name,
        person: choice.person,
        subject: choice.subject.map(|subject| subject.to_string()),
        subject_title: choice.title,
        case: choice.case,
        confidence: choice.confidence,
        why: choice.why,
    }
}

async fn look(
    State(pages): State<Pages>,
    caller: Caller,
    Id(id): Id,
    Sent(body): Sent<LookBody>,
) -> Result<Json<Letter>, Problem> {
    ours(&pages.room, &id).await?;
    let (wanted, reason) = (level(body.level), body.reason.map(code));
    let letter = desk::look(&pages.room, &id, &caller.id(), wanted, reason).await?;
    Ok(Json(Letter {
        letter: waiting(letter.waiting)?,
        level: level_word(letter.level),
        history: letter.history,
        key_lines: letter.glimpse.map(|glimpse| KeyLines {
            lines: glimpse.lines,
            care: glimpse.care,
            unread: glimpse.unread,
        }),
        words: letter.words.map(Words::from),
        documents: letter.documents.into_iter().map(Document::from).collect(),
    }))
}

fn level(level: Level) -> desk::Level {
    match level {
        Level::Suggestion => desk::Level::Suggestion,
        Level::KeyLines => desk::Level::KeyLines,
        Level::Text => desk::Level::Text,
        Level::Documents => desk::Level::Documents,
    }
}

fn level_word(level: desk::Level) -> Level {
    match level {
        desk::Level::Suggestion => Level::Suggestion,
        desk::Level::KeyLines => Level::KeyLines,
        desk::Level::Text => Level::Text,
        desk::Level::Documents => Level::Documents,
    }
}

/// Its word in form and log.
pub(super) fn code(reason: Reason) -> &'static str {
    match reason {
        Reason::NotEnough => "not-enough",
        Reason::Several => "several",
        Reason::Held => "held",
        Reason::Case => "case",
        Reason::Control => "control",
        Reason::Unsafe => "unsafe",
    }
}

/// A message goes by our id here: under another name two could have the same letter before them.
pub(super) async fn ours(room: &PostRoom, id: &Uuid) -> Result<(), Problem> {
    let row = room.store.message(id).await?;
    row.filter(|row| row.id == id.to_string()).map(|_| ()).ok_or_else(Problem::not_found)
}

async fn document(
    State(pages): State<Pages>,
    caller: Caller,
    DocumentOf { id, content }: DocumentOf,
) -> Result<Response, Problem> {
    let room = &pages.room;
    ours(room, &id).await?;
    let letter = desk::look(room, &id, &caller.id(), desk::Level::Suggestion, None).await;
    let letter = letter.map_err(|error| match error {
        desk::LookError::Store(error) => Problem::from(error),
        _ => Problem::not_found(),
    })?;
    let is_open = letter.level == desk::Level::Documents;
    let document = letter.documents.into_iter().find(|document| is_open && document.content == content);
    let document = document.ok_or_else(Problem::not_found)?;
    let row = room.store.message(&id).await?.ok_or_else(Problem::not_found)?;
    let in_hand = InHand::open(room, &row)?;
    bytes_of(room, &in_hand, &document).await
}

/// The bytes of a document. Whoever asks for it has been let in to it, and the log has been told.
pub(super) async fn bytes_of(
    room: &PostRoom,
    in_hand: &InHand,
    document: &desk::Document,
) -> Result<Response, Problem> {
    let contents = MessageContents::new(room, in_hand);
    let stream = contents.open(document.content).await.map_err(|_| Problem::unreadable())?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename*=UTF-8''{}", encoded(&document.name))),
    ];
    Ok((headers, Body::from_stream(stream)).into_response())
}

async fn answer(
    State(pages): State<Pages>,
    caller: Caller,
    Id(id): Id,
    headers: HeaderMap,
    Sent(body): Sent<AnswerBody>,
) -> Result<Json<Answered>, Problem> {
    let subject = subject(body.subject.as_ref()).map_err(|why| Problem::field("subject", why))?;
    let rest = [&body.person, &body.subject, &body.case];
    let rest = rest.map(|text| or_empty(text.clone())).join("\n");
    let request = format!("{id}\n{}\n{}\n{rest}", body.seen, body.unit.as_str());
    let receiver = Receiver {
        unit: body.unit.into_inner(),
        person: body.person.map(Text::into_inner),
        case: body.case.map(Text::into_inner),
        subject,
        not_journaled: None,
        reason: None,
    };
    keep_once(&pages.room, &caller, &headers, id, &request, (body.seen, Given::To(receiver))).await
}

/// A KLE subject as somebody writes it, or why it is none (Danish).
pub(super) fn subject(text: Option<&Text>) -> Result<Option<Subject>, &'static str> {
    let subject = text.map(|text| text.as_str().parse::<Subject>()).transpose();
    subject.map_err(|_| "er ikke et KLE-nummer som 28.03.04")
}

/// Keeps an answer to the decision of this number, once for its key: `request` says what the call asks for.
pub(super) async fn keep_once(
    room: &PostRoom,
    caller: &Caller,
    headers: &HeaderMap,
    id: Uuid,
    request: &str,
    (seen, given): (i64, Given),
) -> Result<Json<Answered>, Problem> {
    ours(room, &id).await?;
    let key = key_of(room, caller, headers, Act::Answer, request)?;
    if let Some(answered) = answered_before(room, &key, id).await? {
        return Ok(Json(answered));
    }
    match answers::keep_under(room, &id, &caller.id(), seen, given, Some(&key)).await {
        Ok(can_be_taken_back_until) => Ok(Json(Answered { message: id, can_be_taken_back_until })),
        // The same call may have come a moment before, and be what stands in this one's way.
        Err(refused) => match answered_before(room, &key, id).await? {
            Some(answered) => Ok(Json(answered)),
            None => Err(refused.into()),
        },
    }
}

/// What was answered to the same call before.
async fn answered_before(room: &PostRoom, key: &AnswerKey, id: Uuid) -> Result<Option<Answered>, Problem> {
    match room.store.kept_answer(key).await? {
        Some(kept) if kept.request == key.request => {
            Ok(Some(Answered { message: id, can_be_taken_back_until: kept.due_at() }))
        }
        Some(_) => Err(used_for_another()),
        None => Ok(None),
    }
}

async fn take_back(State(pages): State<Pages>, caller: Caller, Id(id): Id) -> Result<StatusCode, Problem> {
    ours(&pages.room, &id).await?;
    match answers::take_back(&pages.room, &id, &caller.id()).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => {
            Err(Problem::conflict("Der er intet svar fra dette token at tage tilbage; måske er det udført."))
        }
    }
}

async fn put_back(State(pages): State<Pages>, caller: Caller, Id(id): Id) -> Result<StatusCode, Problem> {
    ours(&pages.room, &id).await?;
    desk::put_back(&pages.room, &id, &caller.id()).await?;
    Ok(StatusCode::NO_CONTENT)
}
