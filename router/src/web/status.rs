//! `/status`: how the post room is doing, for the operator. Counts and ids only.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;

use super::Pages;
use super::page::{Frame, draw, trouble};
use super::role::Role;
use super::session::{SignedIn, Visitor};
use crate::break_glass;
use crate::journey::outcome_danish;
use crate::store::StoreError;
use crate::store::message::{Listing, Stage};
use crate::story::danish_time;

#[derive(Template)]
#[template(path = "status.html")]
struct Status {
    frame: Frame,
    now: String,
    overdue: u64,
    alarm_hours: u64,
    counts: Vec<(&'static str, u64)>,
    entries: u64,
    events: u64,
    outcomes: Vec<(String, u64)>,
    break_glass: Option<String>,
    stopped: Vec<String>,
    untold: u64,
    rows: Vec<Row>,
}

struct Row {
    at: String,
    uuid: String,
    stage: &'static str,
    outcome: &'static str,
}

/// Messages shown.
const SHOWN: u32 = 100;

pub(super) async fn page(State(pages): State<Pages>, signed_in: Option<Extension<SignedIn>>) -> Response {
    let visitor = signed_in.as_ref().map(|Extension(SignedIn(visitor))| visitor.as_ref());
    match status(&pages, visitor).await {
        Ok(status) => draw(&status),
        Err(error) => trouble(&pages, visitor, &error.into()),
    }
}

async fn status(pages: &Pages, visitor: Option<&Visitor>) -> Result<Status, StoreError> {
    let store = &pages.room.store;
    let now = pages.room.clock.now();
    let late = now.saturating_sub(pages.alarms.unjournaled).unwrap_or(now);
    let counted = store.counts().await?;
    let counts = Stage::ALL
        .into_iter()
        .map(|stage| {
            let total = counted.iter().filter(|(word, _, _)| word == stage.as_str()).map(|(_, _, n)| n).sum();
            (stage.danish(), total)
        })
        .collect();
    let outcomes = counted
        .iter()
        .map(|(_, outcome, n)| {
            let danish = outcome_danish(outcome);
            let reason =
                outcome.strip_prefix("quarantine-").map(|reason| format!(" ({reason})")).unwrap_or_default();
            (format!("{danish}{reason}"), *n)
        })
        .collect();
    let mut rows = Vec::new();
    for row in store.list(&Listing { limit: SHOWN, ..Listing::default() }).await? {
        rows.push(Row {
            at: danish_time(row.stored_at()),
            stage: row.stage()?.danish(),
            outcome: outcome_danish(&row.outcome),
            uuid: row.memo_uuid.unwrap_or_else(|| format!("({})", row.id)),
        });
    }
    let policy = pages.room.policy();
    let name = |unit: String| policy.unit(&unit).map_or_else(|| unit.clone(), |known| known.name.clone());
    let stopped = store.stopped_units().await?.into_iter().map(|row| name(row.unit));
    Ok(Status {
        frame: Frame::of(pages, visitor, "Drift", Some(Role::Operator)),
        now: danish_time(now),
        overdue: store.unsettled(late).await?.1,
        alarm_hours: pages.alarms.unjournaled.as_secs() / 3600,
        counts,
        entries: store.entry_counts().await?.0,
        events: store.audit_sizes().await?.0,
        outcomes,
        break_glass: break_glass::lately(&pages.room).await?.danish(),
        stopped: stopped.collect(),
        untold: store.notice_counts().await?.1,
        rows,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_can_be_drawn_with_sample_data() {
        let status = Status {
            frame: Frame::sample("Prøve <Kommune>"),
            now: "21.11.2026 08:00:00".into(),
            overdue: 3,
            alarm_hours: 24,
            counts: vec![("modtaget", 1)],
            entries: 2,
            events: 9,
            outcomes: vec![("overdraget".into(), 1)],
            break_glass: Some("de seneste 7 dage: nødadgangen er brugt 1 gang".into()),
            stopped: vec!["Vej <og> Park".into()],
            untold: 2,
            rows: vec![Row { at: "nu".into(), uuid: "x".into(), stage: "modtaget", outcome: "i karantæne" }],
        };
        let html = status.render().expect("the page is drawn");
        assert!(html.contains("Prøve &#60;Kommune&#62;") && html.contains("3 meddelelser har ventet"));
        assert!(html.contains("Vej &#60;og&#62; Park") && html.contains("2 beskeder om ny post"));
        assert!(html.contains("nødadgangen er brugt 1 gang"));
    }
}
