//! `/`: to whichever desk is somebody's own.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};

use super::Pages;
use super::page::trouble;
use super::session;
use crate::config::SignInMethod;

/// Sends everybody where they belong: to their first desk, to the sign-in page, or to status where nobody can sign in.
pub(super) async fn page(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    if pages.sign_in == SignInMethod::None && pages.break_glass.is_none() {
        return Redirect::to("/status").into_response();
    }
    match session::visitor(&pages.room, &pages.lasting, &headers).await {
        Ok(Some(visitor)) => {
            let desk = visitor.roles.iter().next().map_or("/status", |role| role.desk());
            Redirect::to(desk).into_response()
        }
        Ok(None) => Redirect::to("/log-ind").into_response(),
        Err(error) => trouble(&pages, None, &error.into()),
    }
}
