//! Letters that cannot be answered now: held, asked about, sent on, closed; and what colleagues are asked.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use rules::Closing;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::caller::Caller;
use super::describe::Refusal;
use super::mine::reader;
use super::problem::Problem;
use super::queue::{Reason, code, ours};
use super::route::Route;
use super::take::{Id, Sent};
use super::wire::{Text, Words};
use crate::desk::Level;
use crate::desk::answers::{self, Given};
use crate::desk::aside::{self, Kind};
use crate::desk::colleagues::{self, Question, Shows};
use crate::journey;
use crate::store::StoreError;
use crate::tokens::Scope;
use crate::web::Pages;

pub(super) fn routes() -> Vec<Route> {
    const ID: &str = "018f0000-0000-7000-8000-000000000000";
    let (read, act) = (Scope::QueueRead, Scope::QueueAnswer);
    let laid = json!({
        "id": ID, "label": "Skur hos [navn]", "sender": "Borger", "how": "held", "person": "pia",
        "since": "2026-11-20T08:00:00Z", "until": "2026-11-23T06:00:00Z", "text": "Afventer mere post fra samme afsender",
        "authority": null
    });
    let question = json!({
        "id": ID, "label": "Skur hos [navn]", "sender": "Borger", "person": "pia",
        "until": "2026-11-24T06:00:00Z", "level": "key-lines", "key_lines": null, "words": null
    });
    vec![
        Route::get("/api/v1/aside", read, list)
            .named("aside", "list_aside", "Vis, hvad der ligger til side, og hvad der er lukket for nylig")
            .answers::<Aside>("Breve til side og lukkede breve.", json!({ "laid": [laid], "closed": [] })),
        Route::post("/api/v1/queue/{id}/hold", act, hold)
            .named("aside", "hold_letter", "Vent med et brev nogle arbejdsdage")
            .more("Brevet kommer selv tilbage i køen.")
            .takes::<HoldBody>(json!({ "reason": "more", "working_days": 1 }))
            .answers_nothing()
            .or(Refusal::Conflict),
        Route::post("/api/v1/queue/{id}/ask", act, ask)
            .named("aside", "ask_colleague", "Spørg en enhed eller en medarbejder, om et brev er deres")
            .more(
                "Den, der spørges, ser maskeret titel og nøglelinjer; med level text også titel, afsender og tekst, når tokenet selv har \
                 brevet fremme på det trin, og så kræves en begrundelse. Efter to arbejdsdage uden svar er brevet i køen igen.",
            )
            .takes::<AskBody>(json!({ "unit": "park", "level": "text", "reason": "several" }))
            .answers_nothing()
            .or(Refusal::Conflict),
        Route::post("/api/v1/queue/{id}/send-on", act, send_on)
            .named("aside", "send_letter_on", "Læg et brev til side, fordi det skal sendes videre til rette myndighed")
            .more("Forvaltningslovens § 7, stk. 2. Send brevet, og luk det derefter som sent-on.")
            .takes::<SendOnBody>(json!({ "authority": "Region Nord" }))
            .answers_nothing()
            .or(Refusal::Conflict),
        Route::post("/api/v1/queue/{id}/take-up", act, take_up)
            .named("aside", "take_up_letter", "Læg et brev, der ligger til side, tilbage i køen")
            .answers_nothing(),
        Route::post("/api/v1/queue/{id}/close", act, close)
            .named("aside", "close_letter", "Luk et brev, som ingen her skal have")
            .more("Udføres efter et halvt minut og kan tages tilbage indtil da. sent-on kræver, at myndigheden er sagt med send-on.")
            .takes::<CloseBody>(json!({ "seen": 1, "how": "unwanted" }))
            .answers_nothing()
            .or(Refusal::Conflict),
        Route::post("/api/v1/queue/{id}/reopen", act, reopen)
            .named("aside", "reopen_letter", "Tag et lukket brev op igen")
            .answers_nothing()
            .or(Refusal::Conflict),
        Route::get("/api/v1/questions", Scope::MineRead, questions)
            .named("aside", "list_questions", "Vis, hvilke breve tokenets enheder er spurgt om")
            .answers::<Questions>("Spørgsmålene.", json!({ "questions": [question] })),
        Route::post("/api/v1/questions/{id}/look", Scope::MineAct, look)
            .named("aside", "look_at_question", "Se så meget af et brev, som tokenets enheder er spurgt om, som spørgeren lader dem")
            .more("Det skrives i revisionssporet.")
            .answers::<Asked>("Spørgsmålet med nøglelinjer.", question),
        Route::post("/api/v1/questions/{id}/say", Scope::MineAct, say)
            .named("aside", "say_whose_it_is", "Svar på, hvis et brev er")
            .takes::<SayBody>(json!({ "says": "theirs", "unit": "boern" }))
            .answers_nothing()
            .or(Refusal::Conflict),
    ]
}

/// What lies aside, and what was closed lately.
#[derive(Serialize, ToSchema)]
struct Aside {
    laid: Vec<Laid>,
    closed: Vec<Closed>,
}

/// A letter that lies aside, its title masked.
#[derive(Serialize, ToSchema)]
struct Laid {
    id: Uuid,
    label: String,
    /// What kind of sender (Danish).
    sender: &'static str,
    how: How,
    /// Who laid it there, by user id.
    person: String,
    since: Timestamp,
    until: Timestamp,
    /// What is waited for (Danish).
    text: String,
    /// The authority that it is sent on to.
    authority: Option<String>,
}

/// How a letter lies aside.
#[derive(Serialize, ToSchema)]
#[schema(as = HowAside)]
#[serde(rename_all = "kebab-case")]
enum How {
    Held,
    Asked,
    SendingOn,
}

/// A closed letter, its title masked.
#[derive(Serialize, ToSchema)]
#[schema(as = ClosedLetter)]
struct Closed {
    id: Uuid,
    label: String,
    /// What became of it (Danish).
    how: &'static str,
    at: Timestamp,
}

/// Why a letter is held, and for how long.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct HoldBody {
    reason: HoldReason,
    /// 1, 3 or 5.
    #[schema(minimum = 1, maximum = 5)]
    working_days: u32,
}

/// Why a letter is held.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum HoldReason {
    More,
    Sender,
    Expert,
    System,
}

/// Who is asked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AskBody {
    /// The unit, by id.
    unit: Text,
    /// The one person in it who is asked, by id; without, the whole unit is.
    person: Option<Text>,
    /// How much of the letter they see; `key-lines` without.
    level: Option<AskLevel>,
    /// Required for `text`.
    reason: Option<Reason>,
}

/// How much of a letter whoever is asked sees.
#[derive(Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum AskLevel {
    KeyLines,
    Text,
}

/// Whose a letter is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SendOnBody {
    /// The authority's name.
    authority: Text,
}

/// That nobody here gets a letter.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CloseBody {
    /// Number of the decision that was seen.
    seen: i64,
    how: CloseHow,
}

/// Why nobody here gets a letter.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum CloseHow {
    SentOn,
    Unwanted,
}

/// What a token's units are asked.
#[derive(Serialize, ToSchema)]
struct Questions {
    questions: Vec<Asked>,
}

/// A letter that somebody is asked about, its title masked.
#[derive(Serialize, ToSchema)]
#[schema(as = Question)]
struct Asked {
    id: Uuid,
    label: String,
    /// What kind of sender (Danish).
    sender: &'static str,
    /// Who asks, by user id.
    person: String,
    until: Timestamp,
    /// How much of it is seen when it is looked at.
    level: AskLevel,
    /// Masked; null until they are looked at, or when the text was not read.
    key_lines: Option<Vec<String>>,
    /// Null until they are looked at, and when `level` is `key-lines`.
    words: Option<Words>,
}

/// Whose a letter is said to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SayBody {
    says: Says,
    /// The unit whose it is, by id, for `theirs`.
    unit: Option<Text>,
}

/// Whose a letter is.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum Says {
    Ours,
    NotOurs,
    Theirs,
}

fn uuid(id: &str) -> Result<Uuid, Problem> {
    id.parse().map_err(|_| StoreError::Damaged("message id").into())
}

async fn list(State(pages): State<Pages>, _: Caller) -> Result<Json<Aside>, Problem> {
    let laid = aside::laid_aside(&pages.room).await?.into_iter().map(|letter| {
        Ok(Laid {
            id: uuid(&letter.id)?,
            label: letter.label,
            sender: letter.sender,
            how: match letter.aside.kind {
                Kind::Held => How::Held,
                Kind::Asked => How::Asked,
                Kind::SendingOn => How::SendingOn,
            },
            person: letter.aside.person,
            since: letter.aside.since,
            until: letter.aside.until,
            text: letter.aside.text,
            authority: letter.aside.authority,
        })
    });
    let laid = laid.collect::<Result<_, Problem>>()?;
    let closed = aside::closed(&pages.room).await?.into_iter();
    let closed =
        closed.map(|one| Ok(Closed { id: uuid(&one.id)?, label: one.label, how: one.how, at: one.at }));
    Ok(Json(Aside { laid, closed: closed.collect::<Result<_, Problem>>()? }))
}

async fn hold(
    State(pages): State<Pages>,
    caller: Caller,
    Id(id): Id,
    Sent(body): Sent<HoldBody>,
) -> Result<StatusCode, Problem> {
    ours(&pages.room, &id).await?;
    let reason = match body.reason {
        HoldReason::More => "more",
        HoldReason::Sender => "sender",
        HoldReason::Expert => "expert",
        HoldReason::System => "system",
    };
    let days = body.working_days;
    if !aside::PERIODS.iter().any(|(_, _, known)| *known == days) {
        return Err(Problem::field("working_days", "er ikke 1, 3 eller 5"));
    }
    aside::hold(&pages.room, &id, &caller.id(), reason, &days.to_string()).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn ask(
    State(pages): State<Pages>,
    caller: Caller,
    Id(id): Id,
    Sent(body): Sent<AskBody>,
) -> Result<StatusCode, Problem> {
    ours(&pages.room, &id).await?;
    let person = body.person.as_ref().map(Text::as_str);
    let shows = match (body.level, body.reason) {
        (None | Some(AskLevel::KeyLines), None) => Shows::KeyLines,
        (Some(AskLevel::Text), Some(reason)) => Shows::Text(code(reason)),
        (Some(AskLevel::Text), None) => {
            return Err(Problem::field("reason", "mangler; den kræves for at vise teksten"));
        }
        (_, Some(_)) => return Err(Problem::field("reason", "gives kun, når level er text")),
    };
    colleagues::ask(&pages.room, &id, &caller.id(), (body.unit.as_str(), person), shows).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn send_on(
    State(pages): State<Pages>,
    caller: Caller,
    Id(id): Id,
    Sent(body): Sent<SendOnBody>,
) -> Result<StatusCode, Problem> {
    ours(&pages.room, &id).await?;
    aside::to_send_on(&pages.room, &id, &caller.id(), body.authority.as_str()).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn take_up(State(pages): State<Pages>, caller: Caller, Id(id): Id) -> Result<StatusCode, Problem> {
    ours(&pages.room, &id).await?;
    aside::take_up(&pages.room, &id, &caller.id()).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn close(
    State(pages): State<Pages>,
    caller: Caller,
    Id(id): Id,
    Sent(body): Sent<CloseBody>,
) -> Result<StatusCode, Problem> {
    ours(&pages.room, &id).await?;
    let close = match body.how {
        CloseHow::Unwanted => Closing::Unwanted,
        CloseHow::SentOn => {
            let authority = aside::sent_to(&pages.room, &id).await?;
            Closing::SentOn(authority.ok_or_else(|| {
                Problem::conflict("Sig først med send-on, hvilken myndighed brevet er til.")
            })?)
        }
    };
    answers::keep(&pages.room, &id, &caller.id(), body.seen, Given::Closed { close }).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn reopen(State(pages): State<Pages>, caller: Caller, Id(id): Id) -> Result<StatusCode, Problem> {
    ours(&pages.room, &id).await?;
    journey::take_up(&pages.room, &id, &caller.id()).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn asked(question: Question) -> Result<Asked, Problem> {
    Ok(Asked {
        id: uuid(&question.id)?,
        label: question.label,
        sender: question.sender,
        person: question.by,
        until: question.until,
        level: if question.level == Level::Text { AskLevel::Text } else { AskLevel::KeyLines },
        key_lines: question.glimpse.map(|glimpse| glimpse.lines),
        words: question.words.map(Words::from),
    })
}

async fn questions(State(pages): State<Pages>, caller: Caller) -> Result<Json<Questions>, Problem> {
    let questions = colleagues::questions(&pages.room, &reader(&pages, &caller)).await?;
    Ok(Json(Questions { questions: questions.into_iter().map(asked).collect::<Result<_, _>>()? }))
}

async fn look(State(pages): State<Pages>, caller: Caller, Id(id): Id) -> Result<Json<Asked>, Problem> {
    ours(&pages.room, &id).await?;
    Ok(Json(asked(colleagues::look(&pages.room, &reader(&pages, &caller), &id).await?)?))
}

async fn say(
    State(pages): State<Pages>,
    caller: Caller,
    Id(id): Id,
    Sent(body): Sent<SayBody>,
) -> Result<StatusCode, Problem> {
    ours(&pages.room, &id).await?;
    let code = match body.says {
        Says::Ours => "ours",
        Says::NotOurs => "not-ours",
        Says::Theirs => "theirs",
    };
    let unit = body.unit.as_ref().map(Text::as_str);
    colleagues::say(&pages.room, &reader(&pages, &caller), &id, code, unit).await?;
    Ok(StatusCode::NO_CONTENT)
}
