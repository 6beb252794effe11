//! Status: how the post room is doing, in counts and states.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::caller::Caller;
use super::problem::Problem;
use super::route::Route;
use crate::break_glass;
use crate::tokens::Scope;
use crate::web::Pages;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/status", Scope::StatusRead, status)
            .named("status", "get_status", "Vis, hvordan det går, i tal")
            .answers::<Status>(
                "Tal og tilstand.",
                json!({
                    "now": "2026-11-20T08:00:00Z", "version": "0.1.0", "messages": [{ "stage": "settled", "outcome": "journaled", "count": 12 }],
                    "overdue": 0, "overdue_after_hours": 24, "open_effects": [], "journal_entries": 12, "audit_events": 120,
                    "audit_unsigned_events": 2, "stopped_units": [],
                    "break_glass_week": { "opened": 0, "wrong_password": 0, "last_opened_at": null }
                }),
            ),
    ]
}

/// How the post room is doing.
#[derive(Serialize, ToSchema)]
struct Status {
    now: Timestamp,
    version: &'static str,
    /// Messages by stage and outcome.
    messages: Vec<Messages>,
    /// Messages that have waited for longer than the threshold.
    overdue: u64,
    /// The threshold.
    overdue_after_hours: u64,
    /// What is still to be done, or was given up.
    open_effects: Vec<Effects>,
    journal_entries: u64,
    audit_events: u64,
    audit_unsigned_events: u64,
    /// Units that get suggestions alone, by id.
    stopped_units: Vec<String>,
    /// What happened at the break-glass door within a week.
    break_glass_week: BreakGlass,
}

/// How many messages stand alike.
#[derive(Serialize, ToSchema)]
#[schema(as = MessageCount)]
struct Messages {
    stage: String,
    outcome: String,
    count: u64,
}

/// How many effects stand alike.
#[derive(Serialize, ToSchema)]
#[schema(as = EffectCount)]
struct Effects {
    kind: String,
    /// `due` or `failed`.
    state: String,
    count: u64,
}

/// Use of the break-glass account.
#[derive(Serialize, ToSchema)]
#[schema(as = BreakGlassUse)]
struct BreakGlass {
    opened: u64,
    wrong_password: u64,
    last_opened_at: Option<Timestamp>,
}

async fn status(State(pages): State<Pages>, _: Caller) -> Result<Json<Status>, Problem> {
    let (room, threshold) = (&pages.room, pages.alarms.unjournaled);
    let (store, now) = (&room.store, room.clock.now());
    let late = now.saturating_sub(threshold).unwrap_or(now);
    let counts = store.counts().await?.into_iter();
    let effects = store.effect_counts().await?.into_iter();
    let (size, signed) = store.audit_sizes().await?;
    let lately = break_glass::lately(room).await?;
    Ok(Json(Status {
        now,
        version: env!("CARGO_PKG_VERSION"),
        messages: counts.map(|(stage, outcome, count)| Messages { stage, outcome, count }).collect(),
        overdue: store.unsettled(late).await?.1,
        overdue_after_hours: threshold.as_secs() / 3600,
        open_effects: effects.map(|(kind, state, count)| Effects { kind, state, count }).collect(),
        journal_entries: store.entry_counts().await?.0,
        audit_events: size,
        audit_unsigned_events: size.saturating_sub(signed),
        stopped_units: store.stopped_units().await?.into_iter().map(|row| row.unit).collect(),
        break_glass_week: BreakGlass {
            opened: lately.opened,
            wrong_password: lately.wrong,
            last_opened_at: lately.last,
        },
    }))
}
