//! Exposure: who could see a misrouted letter, who did and for how long, and where it was sent on to.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::audit::{Actor, Event, EventKind};
use crate::clock::danish_day;
use crate::journey::webhook_of;
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::effect::EffectKind;
use crate::store::hand_over::HandOverRow;
use crate::store::message::MessageRow;
use crate::story::ended_danish;

/// What was known of a misroute, and from when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// When somebody knew: the 72 hours of article 33 run from here.
    pub known_at: Timestamp,
    /// `sendt retur` or `trukket tilbage`.
    pub how: &'static str,
    /// Who knew, by user id.
    pub person: String,
    /// In which role; the word of the log.
    pub role: String,
    /// Why (Danish).
    pub reason: String,
}

/// A unit that had the letter, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// Its name.
    pub unit: String,
    /// How many people work in it now, and could have opened the letter.
    pub people: usize,
    /// The person it was handed to, by id.
    pub person: Option<String>,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// How it ended (Danish).
    pub ended: &'static str,
}

/// Somebody who saw the letter's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// User id.
    pub person: String,
    /// In which role; the word of the log.
    pub role: String,
    /// For the first time.
    pub first: Timestamp,
    /// The last time that was told.
    pub last: Timestamp,
    /// When they could see it no more.
    pub until: Timestamp,
    /// Also its documents?
    pub documents: bool,
}

/// Where a letter was sent on to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentOn {
    /// To what (Danish).
    pub to: String,
    /// Whether it came there (Danish).
    pub state: String,
}

/// Everything of a misroute but the letter.
pub struct Exposure {
    /// What was known, and from when.
    pub incident: Incident,
    /// Who had the letter.
    pub periods: Vec<Period>,
    /// Who saw it.
    pub viewers: Vec<Viewer>,
    /// Where it was sent on to.
    pub sent_on: Vec<SentOn>,
    /// When its entry was marked as misfiled.
    pub corrected_at: Option<Timestamp>,
}

/// The exposure of a letter that came back; `None` for one that never did.
pub async fn exposure(room: &PostRoom, row: &MessageRow) -> Result<Option<Exposure>, StoreError> {
    let hand_overs = room.store.hand_overs(&row.id).await?;
    let Some(last) = hand_overs.iter().rfind(|hand_over| came_back(hand_over)) else { return Ok(None) };
    let Some(known_at) = last.ended_at() else { return Ok(None) };
    let events = room.store.events_of(&row.id).await?;
    let told = events.iter().rfind(|event| {
        matches!(event.kind, EventKind::SentBack | EventKind::PulledBack) && is_of(event, last)
    });
    let (person, role) = told.map(|event| who(event.actor())).unwrap_or_default();
    let how = ended_danish(last.ended_why.as_deref().unwrap_or_default());
    let reason = told.and_then(|event| event.reason()).unwrap_or_default().to_owned();
    let before: Vec<&HandOverRow> = hand_overs.iter().filter(|one| one.handed_at() <= known_at).collect();
    Ok(Some(Exposure {
        incident: Incident { known_at, how, person, role, reason },
        periods: before.iter().map(|one| period(room, one, known_at)).collect(),
        viewers: viewers(&events, &before, known_at),
        sent_on: sent_on(room, row, &events).await?,
        corrected_at: room.store.corrections(&row.id).await?.last().map(|correction| correction.at()),
    }))
}

fn came_back(hand_over: &HandOverRow) -> bool {
    matches!(hand_over.ended_why.as_deref(), Some("returned" | "pulled-back"))
}

fn is_of(event: &Event, hand_over: &HandOverRow) -> bool {
    event.details().get("handed_at").is_some_and(|at| *at == hand_over.handed_at().to_string())
}

fn who(actor: &Actor) -> (String, String) {
    match actor {
        Actor::Person { id, role } => (id.clone(), role.clone()),
        Actor::System { part } => (part.clone(), "system".into()),
    }
}

fn period(room: &PostRoom, row: &HandOverRow, known_at: Timestamp) -> Period {
    let policy = room.policy();
    Period {
        unit: policy.unit(&row.unit).map_or_else(|| row.unit.clone(), |unit| unit.name.clone()),
        people: people_in(room, &row.unit),
        person: row.person.clone(),
        from: row.handed_at(),
        until: row.ended_at().unwrap_or(known_at),
        ended: ended_danish(row.ended_why.as_deref().unwrap_or_default()),
    }
}

/// How many work in a unit: by the organisation's source, else by the policy files.
fn people_in(room: &PostRoom, unit: &str) -> usize {
    let day = danish_day(room.clock.now());
    match room.organisation() {
        Some(organisation) => {
            let of_unit = |person: &&crate::organisation::Person| {
                !person.has_left(day) && person.units(day).any(|of| of == unit)
            };
            organisation.people.values().filter(of_unit).count()
        }
        None => room.policy().people().filter(|person| person.unit == unit).count(),
    }
}

/// Whoever saw text or documents before it was known, by when they first did.
fn viewers(events: &[Event], hand_overs: &[&HandOverRow], known_at: Timestamp) -> Vec<Viewer> {
    let mut found: BTreeMap<(String, String), Viewer> = BTreeMap::new();
    let views = events.iter().filter(|event| event.kind == EventKind::Viewed && event.at <= known_at);
    for event in views {
        // What is masked shows nobody's data. A view that says no level showed the whole letter.
        let level = event.details().get("level").map(String::as_str);
        if matches!(level, Some("key-lines" | "suggestion")) {
            continue;
        }
        let (person, role) = who(event.actor());
        let viewer = found.entry((person.clone(), role.clone())).or_insert_with(|| Viewer {
            until: access_ended(&role, hand_overs, event.at, known_at),
            person,
            role,
            first: event.at,
            last: event.at,
            documents: false,
        });
        viewer.last = event.at;
        viewer.until = viewer.until.max(access_ended(&viewer.role, hand_overs, event.at, known_at));
        viewer.documents |= level != Some("text");
    }
    let mut viewers: Vec<Viewer> = found.into_values().collect();
    viewers.sort_by_key(|viewer| viewer.first);
    viewers
}

/// Receivers could see it until their hand-over ended; others only as they looked.
fn access_ended(
    role: &str,
    hand_overs: &[&HandOverRow],
    seen_at: Timestamp,
    known_at: Timestamp,
) -> Timestamp {
    let lasted = |row: &&&HandOverRow| {
        row.handed_at() <= seen_at && row.ended_at().is_none_or(|ended| seen_at <= ended)
    };
    match hand_overs.iter().find(lasted) {
        Some(row) if role == crate::inbox::ROLE => row.ended_at().unwrap_or(known_at),
        _ => seen_at,
    }
}

async fn sent_on(room: &PostRoom, row: &MessageRow, events: &[Event]) -> Result<Vec<SentOn>, StoreError> {
    let mut found = Vec::new();
    for effect in room.store.effects(&row.id).await? {
        let state = match effect.state.as_str() {
            "done" => "udført",
            "failed" => "opgivet; er måske nået frem alligevel",
            "stopped" => "stoppet, før det blev udført",
            _ => "er ved at blive udført; se efter, om det er nået frem",
        };
        let at = effect.done_at().map(|at| format!(" {}", crate::story::danish_time(at))).unwrap_or_default();
        let to = match effect.kind()? {
            EffectKind::Journal => journal(room, events),
            EffectKind::Webhook => format!("Systemet bag webhooken {}", webhook_of(&effect.key)),
            EffectKind::HandOver | EffectKind::Receipt => continue,
        };
        found.push(SentOn { to, state: format!("{state}{at}") });
    }
    Ok(found)
}

fn journal(room: &PostRoom, events: &[Event]) -> String {
    let journaled = events.iter().rfind(|event| event.kind == EventKind::Journaled);
    let case = journaled.and_then(|event| event.details().get("case"));
    let on_case = case.map(|case| format!(" på sag {case}")).unwrap_or_default();
    format!("Journalen ({}){on_case}", room.journal.port().name())
}
