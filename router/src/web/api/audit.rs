//! The audit log: its newest signed checkpoint, and whether it is whole.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::caller::Caller;
use super::describe::Refusal;
use super::problem::Problem;
use super::route::Route;
use crate::audit::EventKind;
use crate::oversight::{self, Purpose, trail};
use crate::tokens::Scope;
use crate::web::Pages;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/audit/checkpoint", Scope::AuditRead, checkpoint)
            .named("audit", "get_checkpoint", "Hent revisionssporets nyeste underskrevne kontrolpunkt")
            .more("Gem det uden for huset: så kan intet før det ændres, uden at det ses (C2SP tlog-checkpoint, Ed25519).")
            .answers::<Checkpoint>(
                "Kontrolpunktet.",
                json!({ "events": 120, "signed": 118, "at": "2026-11-20T08:00:00Z", "note": "modtag/12345678\n118\n…", "key": "modtag/12345678+…" }),
            ),
        Route::post("/api/v1/audit/verify", Scope::AuditRead, verify)
            .named("audit", "verify_audit_log", "Efterprøv hele revisionssporet")
            .more("Læser alle hændelser; 100.000 tager omkring et sekund. At det er gjort, skrives i revisionssporet.")
            .answers::<Verified>(
                "Hvad der blev fundet.",
                json!({ "intact": true, "events": 120, "checkpoints": 4, "proven": 118, "lines": ["Resultat: i orden"] }),
            )
            .or(Refusal::Conflict),
    ]
}

/// The newest signed checkpoint, and how far the log has come.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditCheckpoint)]
struct Checkpoint {
    /// Events in the log.
    events: u64,
    /// Events that the checkpoint covers.
    signed: u64,
    /// When it was signed; null before the first.
    at: Option<Timestamp>,
    /// The signed note.
    note: Option<String>,
    /// The key that it is verified with.
    key: Option<String>,
}

/// What a verification found.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditVerification)]
struct Verified {
    intact: bool,
    events: u64,
    checkpoints: u64,
    /// Events, from the first, that a checkpoint proves genuine.
    proven: u64,
    /// The report (Danish).
    lines: Vec<String>,
}

async fn checkpoint(State(pages): State<Pages>, _: Caller) -> Result<Json<Checkpoint>, Problem> {
    let store = &pages.room.store;
    let (events, _) = store.audit_sizes().await?;
    let newest = store.newest_checkpoint().await?;
    Ok(Json(Checkpoint {
        events,
        signed: newest.as_ref().map_or(0, |(size, _, _)| *size),
        at: newest.as_ref().map(|(_, at, _)| *at),
        note: newest.map(|(_, _, note)| note),
        key: trail::key(&pages.room, &pages.log_name).map(|key| key.to_string()),
    }))
}

async fn verify(State(pages): State<Pages>, caller: Caller) -> Result<Json<Verified>, Problem> {
    let room = &pages.room;
    let key = trail::key(room, &pages.log_name).ok_or_else(|| {
        Problem::conflict(
            "Revisionsloggens navn kan ikke bruges. Den, der driver modtag, skal rette audit.origin.",
        )
    })?;
    let report = trail::verify(&room.store, vec![key]).await?;
    let event = oversight::event(room, EventKind::Checked, &caller.id(), Purpose::Control)
        .with("what", "audit")
        .with("events", report.events)
        .with("intact", report.is_intact());
    oversight::tell(room, event).await?;
    Ok(Json(Verified {
        intact: report.is_intact(),
        events: report.events,
        checkpoints: report.checkpoints,
        proven: report.proven,
        lines: report.danish().lines().map(str::to_owned).collect(),
    }))
}
