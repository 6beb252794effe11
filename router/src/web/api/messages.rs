//! Messages: the story of each as `modtag explain --json` tells it, without its own words; and search by what is known.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use kle::Subject;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::caller::Caller;
use super::problem::Problem;
use super::route::Route;
use super::take::{Asked, Id, Sent};
use super::wire::{Day, Purpose, Text, or_empty, period};
use crate::audit::EventKind;
use crate::oversight::search::{Criteria, Hit, search as find};
use crate::oversight::{self, DataSubject};
use crate::store::StoreError;
use crate::store::message::Stage as Stands;
use crate::story::{self, Story};
use crate::tokens::Scope;
use crate::web::Pages;

/// Days searched when nothing else is asked for.
const DAYS: i64 = 90;

pub(super) fn routes() -> Vec<Route> {
    const ID: &str = "018f0000-0000-7000-8000-000000000000";
    let story = json!({
        "uuid": "5f0c1d7e-8a52-4f0b-9d3b-2f1f6f6a1c11", "id": ID, "outcome": "nothing-applies", "stage": "waiting",
        "channel": "push", "available_at": "2026-11-20T08:00:00Z", "stored_at": "2026-11-20T08:00:00Z", "size": 20480,
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "conflicts_with": null,
        "part": null, "parts": [], "remarks": [], "facts": null, "decision": null, "trace": [], "deadline": null, "hand_overs": [], "effects": [],
        "webhooks": [], "entry": null, "events": []
    });
    let hit = json!({
        "id": ID, "uuid": "5f0c1d7e-8a52-4f0b-9d3b-2f1f6f6a1c11", "available_at": "2026-11-20T08:00:00Z",
        "stage": "afsluttet", "outcome": "journaliseret", "subject": "28.03.00", "unit": "Pladsanvisningen",
        "channel": "push"
    });
    vec![
        Route::get("/api/v1/messages/{id}", Scope::MessagesRead, tell)
            .named("messages", "get_message", "Vis en meddelelses historie, uden dens egne ord")
            .more(
                "Det samme som modtag explain --json: beslutningen med spor, virkninger, overdragelser og hændelser. Meddelelsens \
                 eget UUID kan bruges i stedet for vores id. At den er læst, og hvorfor, skrives i revisionssporet.",
            )
            .asks::<Why>()
            .answers::<Story>("Historien.", story),
        Route::post("/api/v1/messages/search", Scope::MessagesRead, search)
            .named("messages", "search_messages", "Søg efter meddelelser på det, der vides om dem")
            .more("Hvad der søges på, og hvorfor, skrives i revisionssporet; et nummer kun som en nøglet hash.")
            .takes::<SearchBody>(json!({ "stage": "waiting", "purpose": "control" }))
            .answers::<FoundMessages>("De nyeste, der passer.", json!({ "messages": [hit], "more": false })),
    ]
}

/// Why something is read.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct Why {
    /// Hvorfor den læses.
    #[param(inline)]
    purpose: Purpose,
}

/// What is searched for; what is left out asks for nothing.
#[derive(Deserialize, ToSchema)]
#[schema(as = MessageSearch)]
#[serde(deny_unknown_fields)]
struct SearchBody {
    /// Our id, or the message's own UUID.
    id: Option<Uuid>,
    /// The case that it is journaled on.
    case: Option<Text>,
    /// A KLE subject, or a group with everything under it.
    subject: Option<Text>,
    /// A unit that has or had it, by id.
    unit: Option<Text>,
    stage: Option<Stage>,
    /// The word of an outcome; `quarantine` for each of its kinds.
    outcome: Option<Text>,
    channel: Option<Channel>,
    /// CPR or CVR number of the sender; forgotten once it is hashed.
    sender_number: Option<Text>,
    /// From this day on; 90 days back when it is left out.
    from: Option<Day>,
    /// To this day, counted.
    to: Option<Day>,
    purpose: Purpose,
}

/// Where a message stands.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum Stage {
    Received,
    Decided,
    CarriedOut,
    Settled,
    Waiting,
    Quarantined,
}

/// How a message came.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum Channel {
    Push,
    Folder,
    Ingest,
}

/// What fits.
#[derive(Serialize, ToSchema)]
struct FoundMessages {
    /// The newest first.
    messages: Vec<FoundMessage>,
    /// Was there more than is shown or looked through?
    more: bool,
}

/// A message that fits.
#[derive(Serialize, ToSchema)]
struct FoundMessage {
    id: Uuid,
    /// Its own UUID; null when it could not be read.
    uuid: Option<String>,
    available_at: Timestamp,
    /// Where it stands (Danish).
    stage: &'static str,
    /// How it went (Danish).
    outcome: &'static str,
    /// KLE, when something says so.
    subject: Option<String>,
    /// Name of the unit that it was handed to.
    unit: Option<String>,
    channel: String,
}

async fn tell(
    State(pages): State<Pages>,
    caller: Caller,
    Id(id): Id,
    Asked(why): Asked<Why>,
) -> Result<Json<Story>, Problem> {
    let room = &pages.room;
    let row = room.store.message(&id).await?.ok_or_else(Problem::not_found)?;
    let event = oversight::event(room, EventKind::Viewed, &caller.id(), why.purpose.into());
    oversight::tell(room, event.about(row.uuid()?).with("level", "story")).await?;
    Ok(Json(story::tell(room, &row, false).await?))
}

async fn search(
    State(pages): State<Pages>,
    caller: Caller,
    Sent(body): Sent<SearchBody>,
) -> Result<Json<FoundMessages>, Problem> {
    let room = &pages.room;
    let (purpose, criteria) = (body.purpose, criteria(&pages, body)?);
    let found = find(room, &criteria, &caller.id(), purpose.into()).await?;
    let messages: Result<Vec<FoundMessage>, Problem> = found.hits.into_iter().map(shown).collect();
    Ok(Json(FoundMessages { messages: messages?, more: found.cut }))
}

fn criteria(pages: &Pages, body: SearchBody) -> Result<Criteria, Problem> {
    let room = &pages.room;
    let sender = body.sender_number.map(|number| DataSubject::typed(room.store.keys(), number.as_str()));
    let subject = body.subject.map(|subject| subject.as_str().parse::<Subject>()).transpose();
    let stage = body.stage.map(|stage| match stage {
        Stage::Received => Stands::Received,
        Stage::Decided => Stands::Decided,
        Stage::CarriedOut => Stands::CarriedOut,
        Stage::Settled => Stands::Settled,
        Stage::Waiting => Stands::Waiting,
        Stage::Quarantined => Stands::Quarantined,
    });
    let channel = body.channel.map(|channel| match channel {
        Channel::Push => "push",
        Channel::Folder => "folder",
        Channel::Ingest => "ingest",
    });
    Ok(Criteria {
        id: body.id.map(|id| id.to_string()).unwrap_or_default(),
        case: or_empty(body.case),
        subject: subject
            .map_err(|_| Problem::field("subject", "er ikke et KLE-nummer som 28.03.04 eller 28.03"))?,
        unit: or_empty(body.unit),
        stage: stage.map(Stands::as_str).unwrap_or_default().to_owned(),
        outcome: or_empty(body.outcome),
        channel: channel.unwrap_or_default().to_owned(),
        sender: sender.transpose().map_err(|said| Problem::field("sender_number", said))?,
        period: period(body.from, body.to, DAYS, room.clock.now())?,
    })
}

fn shown(hit: Hit) -> Result<FoundMessage, Problem> {
    let set = |text: String| Some(text).filter(|text| !text.is_empty());
    Ok(FoundMessage {
        id: hit.id.parse().map_err(|_| StoreError::Damaged("message id"))?,
        uuid: set(hit.uuid),
        available_at: hit.available_at,
        stage: hit.stage,
        outcome: hit.outcome,
        subject: set(hit.subject),
        unit: set(hit.unit),
        channel: hit.channel,
    })
}
