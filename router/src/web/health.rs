//! `/healthz` and `/readyz`: is the process alive, and can it say yes to a sender?

use axum::extract::State;
use axum::http::StatusCode;

use super::Pages;

/// Alive: the process answers.
pub(super) async fn alive() -> &'static str {
    "lever\n"
}

/// Ready: a message that comes now can be stored. Says in Danish what is missing.
pub(super) async fn ready(State(pages): State<Pages>) -> (StatusCode, String) {
    let room = &pages.room;
    if let Err(error) = room.store.ping().await {
        return (StatusCode::SERVICE_UNAVAILABLE, format!("ikke parat: {}\n", error.danish()));
    }
    let entropy = room.entropy.clone();
    if let Err(error) = room.content.probe(&mut |bytes| entropy.fill(bytes)).await {
        return (StatusCode::SERVICE_UNAVAILABLE, format!("ikke parat: {}\n", error.danish()));
    }
    (StatusCode::OK, "parat\n".into())
}
