//! `/journal/revision`: is the audit log whole? Verified here as `modtag audit verify` does it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::{DeskView, TRAIL, frame};
use crate::audit::{EventKind, Report};
use crate::oversight::{self, Purpose, trail};
use crate::store::StoreError;
use crate::story::danish_time;
use crate::web::Pages;
use crate::web::page::{Frame, Trouble, draw, trouble};
use crate::web::session::{SignedIn, Visitor};

#[derive(Template)]
#[template(path = "journal/trail.html")]
struct TrailPage {
    frame: Frame,
    desk: DeskView,
    events: u64,
    signed: u64,
    signed_at: String,
    key: String,
    report: Option<Verified>,
}

struct Verified {
    intact: bool,
    at: String,
    lines: Vec<String>,
}

pub(super) async fn page(State(pages): State<Pages>, SignedIn(visitor): SignedIn) -> Response {
    match shown(&pages, &visitor, None).await {
        Ok(page) => draw(&page),
        Err(error) => trouble(&pages, Some(&visitor), &error.into()),
    }
}

/// Verifies the whole log.
pub(super) async fn verify(State(pages): State<Pages>, SignedIn(visitor): SignedIn) -> Response {
    let Some(key) = trail::key(&pages.room, &pages.log_name) else {
        let said = "Revisionsloggens navn kan ikke bruges. Den, der driver modtag, skal rette audit.origin.";
        return trouble(&pages, Some(&visitor), &Trouble::Said(said.into()));
    };
    let verified = async {
        let report = trail::verify(&pages.room.store, vec![key]).await?;
        let event = oversight::event(&pages.room, EventKind::Checked, &visitor.person, Purpose::Control)
            .with("what", "audit")
            .with("events", report.events)
            .with("intact", report.is_intact());
        oversight::tell(&pages.room, event).await?;
        shown(&pages, &visitor, Some(report)).await
    };
    match verified.await {
        Ok(page) => draw(&page),
        Err(error) => trouble(&pages, Some(&visitor), &error.into()),
    }
}

async fn shown(pages: &Pages, visitor: &Visitor, report: Option<Report>) -> Result<TrailPage, StoreError> {
    let room = &pages.room;
    let (events, _) = room.store.audit_sizes().await?;
    let checkpoint = room.store.last_checkpoint().await?;
    let now = room.clock.now();
    Ok(TrailPage {
        frame: frame(pages, visitor, "Revisionsspor"),
        desk: DeskView::of(TRAIL, None),
        events,
        signed: checkpoint.map_or(0, |(size, _)| size),
        signed_at: checkpoint.map(|(_, at)| danish_time(at)).unwrap_or_default(),
        key: trail::key(room, &pages.log_name).map(|key| key.to_string()).unwrap_or_default(),
        report: report.map(|report| Verified {
            intact: report.is_intact(),
            at: danish_time(now),
            lines: report.danish().lines().map(str::to_owned).collect(),
        }),
    })
}
