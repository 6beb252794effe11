//! The web: health, metrics, status, and the door for Digital Post. One file per page.
//!
//! **Deliberately absent:** personal data. A page here shows ids, stages and counts; who it is about is shown only
//! where somebody is signed in.

mod health;
pub mod logging;
mod metrics;
mod status;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::get;
use tokio::net::TcpListener;

pub use metrics::Recorder;

use crate::config::Alarms;
use crate::room::PostRoom;

/// What the pages need.
#[derive(Clone)]
pub(crate) struct Pages {
    pub(crate) room: Arc<PostRoom>,
    pub(crate) recorder: Recorder,
    pub(crate) alarms: Alarms,
    pub(crate) name: Arc<str>,
}

/// All pages; `push` is the door for Digital Post when it is open.
pub fn pages(
    room: Arc<PostRoom>,
    recorder: Recorder,
    alarms: Alarms,
    name: &str,
    push: Option<Router>,
) -> Router {
    let pages = Pages { room, recorder, alarms, name: name.into() };
    let mut router = Router::new()
        .route("/", get(status::page))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::page))
        .with_state(pages);
    if let Some(push) = push {
        router = router.merge(push);
    }
    router.layer(map_response(guarded))
}

/// Headers that let nothing from a page load, run or be framed.
async fn guarded(mut response: Response) -> Response {
    const HEADERS: [(&str, &str); 5] = [
        (
            "content-security-policy",
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        ),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        ("x-frame-options", "DENY"),
    ];
    for (name, value) in HEADERS {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

/// Serves until `stop` resolves; requests under way are finished.
pub async fn serve(
    listener: TcpListener,
    pages: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, pages.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(stop)
        .await
}
