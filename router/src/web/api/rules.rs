//! Rules: their editions, and which is in force.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::caller::Caller;
use super::problem::Problem;
use super::route::Route;
use crate::store::edition::{ActivationRow, EditionRow};
use crate::tokens::Scope;
use crate::web::Pages;

pub(super) fn routes() -> Vec<Route> {
    let activation = json!({ "at": "2026-11-20T08:00:00Z", "person": "lise", "reason": "Ny sagsgang" });
    let edition = json!({
        "number": 1, "edition": "9f86d081884c7d65", "made_at": "2026-11-20T07:00:00Z", "author": "lise",
        "reason": "Ny sagsgang", "in_force": true, "activations": [activation]
    });
    vec![
        Route::get("/api/v1/rules/editions", Scope::RulesRead, editions)
            .named("rules", "list_editions", "Vis regelsættets udgaver, og hvilken der er i kraft")
            .answers::<Editions>("Udgaverne, den ældste først.", json!({ "editions": [edition] })),
    ]
}

/// Editions of the rules.
#[derive(Serialize, ToSchema)]
struct Editions {
    editions: Vec<Edition>,
}

/// An edition of the rules.
#[derive(Serialize, ToSchema)]
#[schema(as = RuleEdition)]
struct Edition {
    number: i64,
    /// Digest of its texts; decisions name it.
    edition: String,
    made_at: Timestamp,
    /// Who made it, by user id.
    author: String,
    reason: String,
    in_force: bool,
    /// Each time that it was put in force.
    activations: Vec<Activation>,
}

/// The act of putting an edition in force.
#[derive(Serialize, ToSchema)]
#[schema(as = RuleActivation)]
struct Activation {
    at: Timestamp,
    /// Who did it, by user id.
    person: String,
    reason: String,
}

async fn editions(State(pages): State<Pages>, _: Caller) -> Result<Json<Editions>, Problem> {
    let store = &pages.room.store;
    let activations = store.activations().await?;
    let in_force = store.edition_in_force().await?.map(|row| row.number);
    let editions = store.editions().await?.into_iter();
    let edition = |row: EditionRow| Edition {
        number: row.number,
        made_at: row.made_at(),
        in_force: in_force == Some(row.number),
        activations: activations.iter().filter(|act| act.number == row.number).map(activation).collect(),
        edition: row.edition,
        author: row.author,
        reason: row.reason,
    };
    Ok(Json(Editions { editions: editions.map(edition).collect() }))
}

fn activation(row: &ActivationRow) -> Activation {
    Activation { at: row.at(), person: row.person.clone(), reason: row.reason.clone() }
}
