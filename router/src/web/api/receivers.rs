//! Receivers: units, people, subjects and cases that a letter can go to, by what somebody would type.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::caller::Caller;
use super::problem::Problem;
use super::route::Route;
use super::take::Sent;
use super::wire::Text;
use crate::desk;
use crate::tokens::Scope;
use crate::web::Pages;

pub(super) fn routes() -> Vec<Route> {
    let found = json!({
        "kind": "enhed", "name": "Vej og Park", "leads_to": "Vej og Park", "unit": "park", "person": null, "subject": null, "case": null
    });
    vec![
        Route::post("/api/v1/receivers/search", Scope::ReceiversRead, search)
            .named("receivers", "search_receivers", "Find modtagere: enheder, medarbejdere, emner og sager")
            .more("Sager findes på hele nummeret, resten på begyndelsen af hvert ord.")
            .takes::<SearchBody>(json!({ "text": "vej" }))
            .answers::<FoundReceivers>(
                "Det, der passer, det nærmeste først.",
                json!({ "receivers": [found] }),
            ),
    ]
}

/// What is typed.
#[derive(Deserialize, ToSchema)]
#[schema(as = ReceiverSearch)]
#[serde(deny_unknown_fields)]
struct SearchBody {
    text: Text,
}

/// What fits.
#[derive(Serialize, ToSchema)]
struct FoundReceivers {
    receivers: Vec<Receiver>,
}

/// Somebody or something that a letter can go to.
#[derive(Serialize, ToSchema)]
struct Receiver {
    /// What it is (Danish).
    kind: &'static str,
    name: String,
    /// Name of the unit that it leads to.
    leads_to: String,
    unit: String,
    person: Option<String>,
    subject: Option<String>,
    case: Option<String>,
}

async fn search(
    State(pages): State<Pages>,
    _: Caller,
    Sent(body): Sent<SearchBody>,
) -> Result<Json<FoundReceivers>, Problem> {
    let found = desk::search(&pages.room, body.text.as_str()).await?;
    let receiver = |found: desk::Found| Receiver {
        kind: found.kind,
        name: found.name,
        leads_to: found.more,
        unit: found.unit,
        person: found.person,
        subject: found.subject.map(|subject| subject.to_string()),
        case: found.case,
    };
    Ok(Json(FoundReceivers { receivers: found.into_iter().map(receiver).collect() }))
}
