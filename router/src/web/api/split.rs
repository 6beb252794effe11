//! Splitting a letter: one answer that sends it on in parts, each to a receiver of its own.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::caller::Caller;
use super::describe::Refusal;
use super::once::once;
use super::problem::Problem;
use super::queue::{Answered, keep_once, subject};
use super::route::Route;
use super::take::{Id, Sent};
use super::wire::{Text, or_empty};
use crate::desk::answers::{Given, GivenPart, Receiver};
use crate::tokens::Scope;
use crate::web::Pages;

pub(super) fn routes() -> Vec<Route> {
    const ID: &str = "018f0000-0000-7000-8000-000000000000";
    vec![
        once(Route::post("/api/v1/queue/{id}/split", Scope::QueueAnswer, split)
            .named("queue", "split_letter", "Del et brev om flere sager mellem flere modtagere")
            .more(
                "Fra to til fem dele. Hver del bliver et brev for sig hos sin modtager, med egen frist og journalisering. \
                 documents er numre fra look på trinnet documents; udelades det, får delen hele brevet. Udføres efter et halvt \
                 minut og kan tages tilbage indtil da med take-back.",
            )
            .takes::<SplitBody>(json!({
                "seen": 1,
                "parts": [{ "unit": "park", "subject": "05.01.02", "documents": [0] }, { "unit": "plads" }]
            }))
            .answers::<Answered>(
                "Delingen er taget imod.",
                json!({ "message": ID, "can_be_taken_back_until": "2026-11-20T08:00:30Z" }),
            )
            .or(Refusal::Conflict)),
    ]
}

/// How a letter is split.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SplitBody {
    /// Number of the decision that was seen.
    seen: i64,
    /// The parts, from two to five.
    parts: Vec<PartBody>,
}

/// A part, and where it goes.
#[derive(Deserialize, ToSchema)]
#[schema(as = LetterPart)]
#[serde(deny_unknown_fields)]
struct PartBody {
    /// The unit, by id.
    unit: Text,
    /// The person in it, by id.
    person: Option<Text>,
    /// What it is about: a KLE subject.
    subject: Option<Text>,
    /// The case that it is journaled on.
    case: Option<Text>,
    /// Numbers of the documents that it carries; the whole letter when it is left out.
    documents: Option<Vec<u32>>,
}

async fn split(
    State(pages): State<Pages>,
    caller: Caller,
    Id(id): Id,
    headers: HeaderMap,
    Sent(body): Sent<SplitBody>,
) -> Result<Json<Answered>, Problem> {
    let mut request = format!("{id}\n{}", body.seen);
    let mut parts = Vec::with_capacity(body.parts.len());
    for part in body.parts {
        let rest = [&part.person, &part.subject, &part.case].map(|text| or_empty(text.clone())).join("\n");
        request.push_str(&format!("\n{}\n{rest}\n{:?}", part.unit.as_str(), part.documents));
        let subject = subject(part.subject.as_ref()).map_err(|why| Problem::field("parts", why))?;
        let to = Receiver {
            unit: part.unit.into_inner(),
            person: part.person.map(Text::into_inner),
            case: part.case.map(Text::into_inner),
            subject,
            not_journaled: None,
            reason: None,
        };
        parts.push(GivenPart { to, carries: part.documents });
    }
    keep_once(&pages.room, &caller, &headers, id, &request, (body.seen, Given::Split { parts })).await
}
