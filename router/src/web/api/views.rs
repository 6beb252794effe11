//! Views: who saw what, by person, by message, or by the person that letters are about.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::caller::Caller;
use super::problem::Problem;
use super::route::Route;
use super::take::Sent;
use super::wire::{Day, Purpose, Text, period};
use crate::audit::{Event, EventKind};
use crate::oversight::seen::{self, Seen, Sight};
use crate::oversight::{self, DataSubject, Period};
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::tokens::Scope;
use crate::web::Pages;

/// Days looked through when nothing else is asked for.
const DAYS: i64 = 365;
/// Views in an answer.
const SHOWN: usize = 10_000;

pub(super) fn routes() -> Vec<Route> {
    let view = json!({
        "seq": 17, "at": "2026-11-20T08:00:00Z", "what": "set", "how_much": "hele teksten", "purpose": "Sagen skal findes",
        "role": "postfordeler", "who": null, "message": "018f0000-0000-7000-8000-000000000000"
    });
    vec![
        Route::post("/api/v1/views/search", Scope::ViewsRead, search)
            .named("views", "search_views", "Vis, hvem der så, søgte eller trak hvad ud")
            .more(
                "Spørg om en medarbejder (person), en meddelelse (message) eller den, brevene handler om (number: CPR eller CVR). \
                 Medarbejdernes identitet er udeladt, medmindre with_identity er true. Spørgsmålet skrives i revisionssporet.",
            )
            .takes::<SearchBody>(json!({
                "message": "018f0000-0000-7000-8000-000000000000", "with_identity": false, "purpose": "data-access"
            }))
            .answers::<Views>("Visningerne, de nyeste først.", json!({ "views": [view], "more": false })),
    ]
}

/// Whom or what is asked about: one of `person`, `message` and `number`.
#[derive(Deserialize, ToSchema)]
#[schema(as = ViewSearch)]
#[serde(deny_unknown_fields)]
struct SearchBody {
    /// What this person saw, by user id.
    person: Option<Text>,
    /// Who saw this message, by our id or its own UUID.
    message: Option<Uuid>,
    /// Who saw letters of whoever has this number; forgotten once it is hashed.
    number: Option<Text>,
    /// From this day on; a year back when it is left out. Not for a message, which is told of from when it came.
    from: Option<Day>,
    /// To this day, counted.
    to: Option<Day>,
    /// Is the employees' identity to be there?
    #[serde(default)]
    with_identity: bool,
    purpose: Purpose,
}

/// What the log answered.
#[derive(Serialize, ToSchema)]
struct Views {
    views: Vec<View>,
    /// Was there more than is shown or looked through?
    more: bool,
}

/// One time that somebody saw, searched, took out or destroyed something.
#[derive(Serialize, ToSchema)]
struct View {
    /// Its place in the log.
    seq: u64,
    at: Timestamp,
    /// Danish.
    what: &'static str,
    /// How much, or where (Danish).
    how_much: String,
    /// Why, as was said; null where nobody is asked.
    purpose: Option<String>,
    /// Danish.
    role: String,
    /// User id; null where it is left out.
    who: Option<String>,
    /// Our id of the message; null when it is about none.
    message: Option<String>,
}

/// A question that was understood.
enum About {
    Person(String),
    Message(Uuid),
    Number(DataSubject),
}

async fn search(
    State(pages): State<Pages>,
    caller: Caller,
    Sent(body): Sent<SearchBody>,
) -> Result<Json<Views>, Problem> {
    let room = &pages.room;
    let about = about(room, &body).await?;
    let period = period(body.from, body.to, DAYS, room.clock.now())?;
    // Whoever asks what somebody did knows who it was.
    let with_who = body.with_identity || matches!(about, About::Person(_));
    let found = ask(room, &about, period, with_who).await?;
    let event = oversight::event(room, EventKind::Searched, &caller.id(), body.purpose.into());
    let event = told(room, event, &about, with_who).with("found", found.sights.len());
    oversight::tell(room, event).await?;
    let more = found.cut || found.sights.len() > SHOWN;
    Ok(Json(Views { views: found.sights.into_iter().take(SHOWN).map(view).collect(), more }))
}

async fn about(room: &PostRoom, body: &SearchBody) -> Result<About, Problem> {
    match (&body.person, body.message, &body.number) {
        (Some(person), None, None) => Ok(About::Person(person.as_str().to_owned())),
        (None, Some(message), None) => {
            let row = room.store.message(&message).await?.ok_or_else(Problem::not_found)?;
            Ok(About::Message(row.uuid()?))
        }
        (None, None, Some(number)) => {
            let subject = DataSubject::typed(room.store.keys(), number.as_str());
            subject.map(About::Number).map_err(|said| Problem::field("number", said))
        }
        _ => Err(Problem::field("person", "skriv netop én af person, message og number")),
    }
}

async fn ask(room: &PostRoom, about: &About, period: Period, with_who: bool) -> Result<Seen, StoreError> {
    match about {
        About::Person(person) => seen::by_person(room, person, period).await,
        About::Message(message) => seen::of_message(room, message, with_who).await,
        About::Number(subject) => seen::of_data_subject(room, subject, period, with_who).await,
    }
}

/// The question as the log keeps it: about whom is said by what finds it again, and by nothing else.
fn told(room: &PostRoom, event: Event, about: &About, with_who: bool) -> Event {
    let event = event.with("what", "seen").with("identity", if with_who { "shown" } else { "left-out" });
    match about {
        About::Person(person) => event.with("by", "person").with("person", person),
        About::Message(message) => event.with("by", "message").about(*message),
        About::Number(subject) => {
            event.with("by", "data-subject").with(seen::DATA_SUBJECT, subject.reference(room.store.keys()))
        }
    }
}

fn view(sight: Sight) -> View {
    let set = |text: String| Some(text).filter(|text| !text.is_empty());
    View {
        seq: sight.seq,
        at: sight.at,
        what: sight.what,
        how_much: sight.how_much,
        purpose: set(sight.purpose),
        role: sight.role,
        who: sight.who,
        message: set(sight.message),
    }
}
