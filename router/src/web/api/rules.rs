//! Rules: their editions, their texts, what lies between two, and putting one in force.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::describe::Refusal;
use super::once::{Act, key_of, once, used_for_another};
use super::problem::Problem;
use super::route::Route;
use super::take::{Asked, Number, Sent};
use super::wire::Text;
use crate::drafting::{FileDiff, Mark, differences, short, texts_of};
use crate::editions::{EditionError, follow_once};
use crate::store::edition::{ActivationRow, EditionRow};
use crate::store::token::AnswerKey;
use crate::tokens::Scope;
use crate::web::Pages;
use crate::web::rule_pages::desk;

pub(super) fn routes() -> Vec<Route> {
    let activation = json!({ "at": "2026-11-20T08:00:00Z", "person": "lise", "reason": "Ny sagsgang" });
    let edition = json!({
        "number": 1, "edition": "9f86d081884c7d65", "made_at": "2026-11-20T07:00:00Z", "author": "lise",
        "reason": "Ny sagsgang", "in_force": true, "activations": [activation]
    });
    let line = json!({ "mark": "added", "old": null, "new": 12, "text": "[[rule]]" });
    vec![
        Route::get("/api/v1/rules/editions", Scope::RulesRead, editions)
            .named("rules", "list_editions", "Vis regelsættets udgaver, og hvilken der er i kraft")
            .answers::<Editions>("Udgaverne, den ældste først.", json!({ "editions": [edition] })),
        Route::get("/api/v1/rules/editions/{number}", Scope::RulesRead, one)
            .named("rules", "get_edition", "Vis en udgave med dens tekster")
            .answers::<WholeEdition>(
                "Udgaven.",
                json!({ "edition": edition, "files": [{ "name": "regler.toml", "text": "[[rule]]\n" }] }),
            ),
        Route::get("/api/v1/rules/editions/{number}/differences", Scope::RulesRead, between)
            .named("rules", "get_edition_differences", "Vis, hvilke linjer der skiller en udgave fra en anden")
            .asks::<FromQuery>()
            .answers::<Differences>(
                "Forskellene, fil for fil.",
                json!({ "from": 1, "to": 2, "files": [{ "name": "regler.toml", "added": 1, "removed": 0, "hunks": [[line]] }] }),
            ),
        once(Route::post("/api/v1/rules/editions/{number}/activate", Scope::RulesWrite, activate))
            .named("rules", "activate_edition", "Sæt en udgave i kraft")
            .more(
                "Også en ældre: sådan går man tilbage. instead_of er nummeret på den udgave, der blev set i kraft; er en anden sat \
                 i kraft imens, afvises kaldet. Hvor konfigurationen kræver fire øjne, kan et program ikke sætte i kraft, hvad et \
                 program har foreslået, eller hvad den, der lavede tokenet, har foreslået.",
            )
            .takes::<ActivateBody>(json!({ "instead_of": 1, "reason": "Ny sagsgang" }))
            .answers::<Edition>("Udgaven er i kraft.", edition)
            .or(Refusal::Conflict),
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

/// An edition with its texts.
#[derive(Serialize, ToSchema)]
#[schema(as = WholeRuleEdition)]
struct WholeEdition {
    edition: Edition,
    files: Vec<File>,
}

/// A file of an edition.
#[derive(Serialize, ToSchema)]
#[schema(as = RuleFile)]
struct File {
    name: String,
    text: String,
}

/// What an edition is held against.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct FromQuery {
    /// Nummeret på den anden udgave; ellers den, der er i kraft.
    #[param(minimum = 1)]
    from: Option<i64>,
}

/// What lies between two editions.
#[derive(Serialize, ToSchema)]
#[schema(as = RuleDifferences)]
struct Differences {
    from: i64,
    to: i64,
    files: Vec<Difference>,
}

/// How one file differs.
#[derive(Serialize, ToSchema)]
#[schema(as = RuleFileDifference)]
struct Difference {
    name: String,
    /// Lines that came.
    added: usize,
    /// Lines that went.
    removed: usize,
    /// Stretches of lines around each difference.
    hunks: Vec<Vec<Line>>,
}

/// A line of a difference.
#[derive(Serialize, ToSchema)]
#[schema(as = RuleDifferenceLine)]
struct Line {
    mark: LineMark,
    /// Its number in the older text, from 1.
    old: Option<usize>,
    /// Its number in the newer text, from 1.
    new: Option<usize>,
    text: String,
}

/// What became of a line.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum LineMark {
    Same,
    Added,
    Removed,
}

/// In the place of which edition, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ActivateBody {
    /// Number of the edition that was seen in force.
    instead_of: i64,
    /// Why; it stands in the history and the audit log.
    reason: Text,
}

async fn editions(State(pages): State<Pages>, _: Caller) -> Result<Json<Editions>, Problem> {
    let store = &pages.room.store;
    let activations = store.activations().await?;
    let editions = store.editions().await?.into_iter().map(|row| edition(row, &activations));
    Ok(Json(Editions { editions: editions.collect() }))
}

fn edition(row: EditionRow, activations: &[ActivationRow]) -> Edition {
    let own = activations.iter().filter(|act| act.number == row.number);
    Edition {
        number: row.number,
        made_at: row.made_at(),
        in_force: activations.last().is_some_and(|last| last.number == row.number),
        activations: own.map(activation).collect(),
        edition: row.edition,
        author: row.author,
        reason: row.reason,
    }
}

fn activation(row: &ActivationRow) -> Activation {
    Activation { at: row.at(), person: row.person.clone(), reason: row.reason.clone() }
}

/// The edition of this number.
async fn found(pages: &Pages, number: i64) -> Result<EditionRow, Problem> {
    pages.room.store.edition(number).await?.ok_or_else(Problem::not_found)
}

async fn one(
    State(pages): State<Pages>,
    _: Caller,
    Number(number): Number,
) -> Result<Json<WholeEdition>, Problem> {
    let row = found(&pages, number).await?;
    let files = desk(&pages).files(&row).await?.into_iter();
    let files = files.map(|(name, text)| File { name: short(&name), text }).collect();
    let activations = pages.room.store.activations().await?;
    Ok(Json(WholeEdition { edition: edition(row, &activations), files }))
}

async fn between(
    State(pages): State<Pages>,
    _: Caller,
    Number(to): Number,
    Asked(query): Asked<FromQuery>,
) -> Result<Json<Differences>, Problem> {
    found(&pages, to).await?;
    let in_force = pages.room.store.edition_in_force().await?.map(|row| row.number);
    let from = query.from.or(in_force).unwrap_or(to);
    let desk = desk(&pages);
    let old = texts_of(&desk, from).await.map_err(|error| match error {
        EditionError::Unknown(_) => Problem::field("from", "er ikke nummeret på en udgave"),
        other => other.into(),
    })?;
    let files = differences(old, texts_of(&desk, to).await?).await.into_iter().map(difference);
    Ok(Json(Differences { from, to, files: files.collect() }))
}

fn difference(diff: FileDiff) -> Difference {
    let FileDiff { name, added, removed, hunks } = diff;
    let lines = hunks.into_iter().map(|hunk| {
        let lines = hunk.into_iter().map(|line| Line {
            mark: match line.mark {
                Mark::Same => LineMark::Same,
                Mark::Added => LineMark::Added,
                Mark::Removed => LineMark::Removed,
            },
            old: line.old,
            new: line.new,
            text: line.text,
        });
        lines.collect()
    });
    Difference { name, added, removed, hunks: lines.collect() }
}

async fn activate(
    State(pages): State<Pages>,
    caller: Caller,
    Number(number): Number,
    headers: HeaderMap,
    Sent(body): Sent<ActivateBody>,
) -> Result<Json<Edition>, Problem> {
    let room = &pages.room;
    found(&pages, number).await?;
    let reason = body.reason.as_str();
    let request = format!("activate\n{number}\n{}\n{reason}", body.instead_of);
    let key = key_of(room, &caller, &headers, Act::Rules, &request)?;
    if done_before(&pages, &key).await?.is_none() {
        let by = caller.holder().actor();
        let done = desk(&pages).activate_over(number, body.instead_of, (&by, reason), Some(&key)).await;
        match done {
            Ok(_) => {}
            // The same call may have come a moment before, and be what stands in this one's way.
            Err(error) if done_before(&pages, &key).await?.is_none() => return Err(error.into()),
            Err(_) => {}
        }
        // This process goes by it from its next message on; others notice within seconds.
        if let Err(error) = follow_once(room, &pages.config).await {
            tracing::error!(error = %error, "edition in force not taken up; the old one stays");
        }
    }
    let activations = room.store.activations().await?;
    Ok(Json(edition(found(&pages, number).await?, &activations)))
}

/// The edition that the same call made or put in force before.
pub(super) async fn done_before(pages: &Pages, key: &AnswerKey) -> Result<Option<i64>, Problem> {
    match pages.room.store.kept_rule_act(key).await? {
        Some(kept) if kept.request == key.request => Ok(Some(kept.number)),
        Some(_) => Err(used_for_another()),
        None => Ok(None),
    }
}
