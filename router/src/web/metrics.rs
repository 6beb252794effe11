//! `/metrics`: numbers for Prometheus. Labels are stages, outcomes and kinds; never a person, never a message.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};

use super::Pages;
use crate::store::effect::EffectKind;

/// Gathers the process's numbers.
#[derive(Clone)]
pub struct Recorder(PrometheusHandle);

impl Recorder {
    /// Installs the recorder for this process.
    ///
    /// # Errors
    ///
    /// When another recorder is installed already.
    pub fn install() -> Result<Self, BuildError> {
        let seconds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0];
        PrometheusBuilder::new().set_buckets(&seconds)?.install_recorder().map(Self)
    }
}

pub(super) async fn page(State(pages): State<Pages>) -> impl IntoResponse {
    let store = &pages.room.store;
    let now = pages.room.clock.now();
    let late = now.saturating_sub(pages.alarms.unjournaled).unwrap_or(now);
    let counted = async {
        let counts = store.counts().await?;
        for stage in crate::store::message::Stage::ALL {
            let total: u64 =
                counts.iter().filter(|(word, _, _)| word == stage.as_str()).map(|(_, _, n)| n).sum();
            metrics::gauge!("modtag_messages", "stage" => stage.as_str()).set(total as f64);
        }
        let (oldest, overdue) = store.unsettled(late).await?;
        let age = oldest.map_or(0.0, |oldest| now.duration_since(oldest).as_secs_f64());
        metrics::gauge!("modtag_oldest_unsettled_seconds").set(age);
        metrics::gauge!("modtag_overdue_messages").set(overdue as f64);
        let open = store.effect_counts().await?;
        for kind in EffectKind::ALL.map(EffectKind::as_str) {
            for state in ["due", "failed"] {
                let count =
                    open.iter().find(|(of, is, _)| of == kind && is == state).map_or(0, |(_, _, n)| *n);
                metrics::gauge!("modtag_open_effects", "kind" => kind, "state" => state).set(count as f64);
            }
        }
        let (due, failed) = store.notice_counts().await?;
        metrics::gauge!("modtag_open_notices", "state" => "due").set(due as f64);
        metrics::gauge!("modtag_open_notices", "state" => "failed").set(failed as f64);
        let stopped = store.stopped_units().await?.len();
        metrics::gauge!("modtag_unseen_stopped").set(stopped as f64);
        let lately = crate::break_glass::lately(&pages.room).await?;
        metrics::gauge!("modtag_break_glass_week", "result" => "opened").set(lately.opened as f64);
        metrics::gauge!("modtag_break_glass_week", "result" => "wrong-password").set(lately.wrong as f64);
        let (size, signed) = store.audit_sizes().await?;
        metrics::gauge!("modtag_audit_events").set(size as f64);
        metrics::gauge!("modtag_audit_unsigned_events").set((size - signed.min(size)) as f64);
        Ok::<_, crate::store::StoreError>(())
    };
    match counted.await {
        Ok(()) => {
            pages.recorder.0.run_upkeep();
            (StatusCode::OK, pages.recorder.0.render())
        }
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, String::new()),
    }
}
