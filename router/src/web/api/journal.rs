//! The journal: what was journaled, what is not yet, and whether every day adds up.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::caller::Caller;
use super::problem::Problem;
use super::route::Route;
use super::take::Asked;
use super::wire::{Day, Purpose, limit, period};
use crate::audit::EventKind;
use crate::oversight;
use crate::oversight::balance::{DayBalance, balance};
use crate::oversight::ledger::{Filed, ledger};
use crate::oversight::unjournaled::{Unjournaled, backlog, unjournaled};
use crate::store::StoreError;
use crate::tokens::Scope;
use crate::web::Pages;

/// Days shown when nothing else is asked for.
const DAYS: i64 = 14;
/// Rows shown when nothing else is asked for, and at most.
const SHOWN: u32 = 200;
const MOST: u32 = 10_000;

pub(super) fn routes() -> Vec<Route> {
    const ID: &str = "018f0000-0000-7000-8000-000000000000";
    let entry = json!({
        "id": ID, "uuid": "5f0c1d7e-8a52-4f0b-9d3b-2f1f6f6a1c11", "case": "28.03.00-G01-7-26", "number": 1,
        "received_at": "2026-11-20T08:00:00Z", "filed_at": "2026-11-20T08:00:05Z", "delay_hours": 0,
        "delay_working_days": 0, "late": false, "sensitivity": "fortrolig", "documents": 1, "on_post_list": false
    });
    let open = json!({
        "id": ID, "uuid": null, "available_at": "2026-11-20T08:00:00Z", "age_hours": 5, "age_working_days": 0,
        "late": false, "stage": "venter på en medarbejder", "why": "ingen regel passede", "unit": null
    });
    let day = json!({
        "day": "2026-11-20", "received": 3, "split_off": 0, "journaled": 2, "not_journaled": 0, "sent_on": 0, "split": 0,
        "waiting": 1, "quarantined": 0, "on_its_way": 0, "adds_up": true, "remarks": []
    });
    vec![
        Route::get("/api/v1/journal/entries", Scope::JournalRead, entries)
            .named("journal", "list_entries", "Vis journalposter i en periode, de nyeste først")
            .more("At de er trukket ud, og hvorfor, skrives i revisionssporet.")
            .asks::<EntriesQuery>()
            .answers::<Entries>("Posterne.", json!({ "entries": [entry], "more": false })),
        Route::get("/api/v1/journal/unjournaled", Scope::JournalRead, not_yet)
            .named("journal", "list_unjournaled", "Vis det, der ikke er journaliseret, det ældste først")
            .more("At det er trukket ud, og hvorfor, skrives i revisionssporet.")
            .asks::<UnjournaledQuery>()
            .answers::<Backlog>(
                "Det ujournaliserede.",
                json!({ "messages": [open], "total": 1, "late": 0, "late_after_hours": 24 }),
            ),
        Route::get("/api/v1/journal/balance", Scope::JournalRead, days)
            .named("journal", "get_balance", "Vis, om hver dag stemmer")
            .more("Modtaget og skilt ud af delte breve ifølge revisionssporet over for det, der er journaliseret, delt, sendt videre, venter, er i karantæne eller undervejs. Kun tal.")
            .asks::<BalanceQuery>()
            .answers::<Balance>("Dagene, den seneste først.", json!({ "days": [day] })),
    ]
}

/// Which entries, and why.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct EntriesQuery {
    /// Fra denne dag; 14 dage tilbage, når den udelades. Højst 366 dage.
    from: Option<Day>,
    /// Til og med denne dag.
    to: Option<Day>,
    /// Højst så mange.
    #[param(minimum = 1, maximum = 10000, default = 200)]
    limit: Option<u32>,
    /// Hvorfor de trækkes ud.
    #[param(inline)]
    purpose: Purpose,
}

/// How many, and why.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct UnjournaledQuery {
    /// Højst så mange.
    #[param(minimum = 1, maximum = 10000, default = 200)]
    limit: Option<u32>,
    /// Hvorfor det trækkes ud.
    #[param(inline)]
    purpose: Purpose,
}

/// Which days.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct BalanceQuery {
    /// Fra denne dag; 14 dage tilbage, når den udelades. Højst 366 dage.
    from: Option<Day>,
    /// Til og med denne dag.
    to: Option<Day>,
}

/// Entries of a period.
#[derive(Serialize, ToSchema)]
struct Entries {
    entries: Vec<Entry>,
    /// Were there more than were asked for?
    more: bool,
}

/// An entry in the journal.
#[derive(Serialize, ToSchema)]
#[schema(as = JournalEntry)]
struct Entry {
    id: Uuid,
    /// The message's own UUID.
    uuid: Option<String>,
    /// Case number; null where the case system alone knows it.
    case: Option<String>,
    /// Running number on the case.
    number: Option<u64>,
    received_at: Timestamp,
    filed_at: Timestamp,
    delay_hours: u64,
    delay_working_days: u64,
    /// Longer than the threshold?
    late: bool,
    /// Danish.
    sensitivity: &'static str,
    documents: u64,
    on_post_list: bool,
}

/// What is not journaled.
#[derive(Serialize, ToSchema)]
struct Backlog {
    messages: Vec<NotYet>,
    /// How many in all.
    total: u64,
    /// How many of them have been here for longer than the threshold.
    late: u64,
    /// The threshold.
    late_after_hours: u64,
}

/// A message that is not journaled.
#[derive(Serialize, ToSchema)]
#[schema(as = UnjournaledMessage)]
struct NotYet {
    id: Uuid,
    /// Its own UUID; null when it could not be read.
    uuid: Option<String>,
    available_at: Timestamp,
    age_hours: u64,
    age_working_days: u64,
    late: bool,
    /// Where it stands (Danish).
    stage: &'static str,
    /// Why it stands there (Danish).
    why: &'static str,
    /// Name of the unit that it lies with.
    unit: Option<String>,
}

/// Days and whether they add up.
#[derive(Serialize, ToSchema)]
struct Balance {
    days: Vec<BalanceDay>,
}

/// A day's mail by what became of it.
#[derive(Serialize, ToSchema)]
struct BalanceDay {
    day: Day,
    /// What the audit log tells came.
    received: u64,
    /// Parts that the audit log tells were split off letters of the day.
    split_off: u64,
    journaled: u64,
    not_journaled: u64,
    /// Sent on to the authority whose matter it is.
    sent_on: u64,
    /// Split: their parts are counted where they are.
    split: u64,
    waiting: u64,
    quarantined: u64,
    on_its_way: u64,
    adds_up: bool,
    /// What is wrong with the day (Danish).
    remarks: Vec<String>,
}

async fn entries(
    State(pages): State<Pages>,
    caller: Caller,
    Asked(query): Asked<EntriesQuery>,
) -> Result<Json<Entries>, Problem> {
    let room = &pages.room;
    let limit = limit(query.limit, SHOWN, MOST)?;
    let period = period(query.from, query.to, DAYS, room.clock.now())?;
    let mut filed = ledger(room, period, pages.alarms.unjournaled, limit + 1).await?;
    let more = filed.len() > limit as usize;
    filed.truncate(limit as usize);
    let event = taken_out(&pages, &caller, query.purpose, "ledger", filed.len());
    oversight::tell(room, event.with("days", format!("{}/{}", period.first, period.last))).await?;
    let entries: Result<Vec<Entry>, Problem> = filed.into_iter().map(entry).collect();
    Ok(Json(Entries { entries: entries?, more }))
}

fn taken_out(
    pages: &Pages,
    caller: &Caller,
    purpose: Purpose,
    what: &str,
    rows: usize,
) -> crate::audit::Event {
    let event = oversight::event(&pages.room, EventKind::Exported, &caller.id(), purpose.into());
    event.with("what", what).with("format", "json").with("rows", rows)
}

fn set(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

fn id(text: &str) -> Result<Uuid, Problem> {
    Ok(text.parse().map_err(|_| StoreError::Damaged("message id"))?)
}

fn entry(filed: Filed) -> Result<Entry, Problem> {
    Ok(Entry {
        id: id(&filed.id)?,
        uuid: set(filed.uuid),
        case: set(filed.case),
        number: filed.number,
        received_at: filed.received,
        filed_at: filed.filed,
        delay_hours: filed.delay.hours,
        delay_working_days: filed.delay.working_days,
        late: filed.late,
        sensitivity: filed.sensitivity,
        documents: filed.documents,
        on_post_list: filed.on_post_list,
    })
}

async fn not_yet(
    State(pages): State<Pages>,
    caller: Caller,
    Asked(query): Asked<UnjournaledQuery>,
) -> Result<Json<Backlog>, Problem> {
    let (room, threshold) = (&pages.room, pages.alarms.unjournaled);
    let limit = limit(query.limit, SHOWN, MOST)?;
    let counted = backlog(room, threshold).await?;
    let rows = unjournaled(room, threshold, limit).await?;
    oversight::tell(room, taken_out(&pages, &caller, query.purpose, "unjournaled", rows.len())).await?;
    let messages: Result<Vec<NotYet>, Problem> = rows.into_iter().map(not_journaled).collect();
    Ok(Json(Backlog {
        messages: messages?,
        total: counted.all,
        late: counted.late,
        late_after_hours: threshold.as_secs() / 3600,
    }))
}

fn not_journaled(row: Unjournaled) -> Result<NotYet, Problem> {
    Ok(NotYet {
        id: id(&row.id)?,
        uuid: set(row.uuid),
        available_at: row.available_at,
        age_hours: row.age.hours,
        age_working_days: row.age.working_days,
        late: row.late,
        stage: row.stage,
        why: row.why,
        unit: set(row.unit),
    })
}

async fn days(
    State(pages): State<Pages>,
    _: Caller,
    Asked(query): Asked<BalanceQuery>,
) -> Result<Json<Balance>, Problem> {
    let period = period(query.from, query.to, DAYS, pages.room.clock.now())?;
    let days = balance(&pages.room, period).await?;
    Ok(Json(Balance { days: days.iter().map(day).collect() }))
}

fn day(day: &DayBalance) -> BalanceDay {
    BalanceDay {
        day: Day(day.day),
        received: day.received,
        split_off: day.split_off,
        journaled: day.journaled,
        not_journaled: day.not_journaled,
        sent_on: day.sent_on,
        split: day.split,
        waiting: day.waiting,
        quarantined: day.quarantined,
        on_its_way: day.on_its_way,
        adds_up: day.adds_up(),
        remarks: day.remarks(),
    }
}
