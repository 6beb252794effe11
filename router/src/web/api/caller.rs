//! Who calls: a program with a token, in the header `Authorization: Bearer`.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::pace::COME_AGAIN;
use super::problem::Problem;
use crate::tokens::{self, Holder, Scope};
use crate::web::Pages;

/// The program that calls. Handlers that take one are reached by nobody else.
#[derive(Clone, Debug)]
pub(super) struct Caller(Arc<Holder>);

impl Caller {
    /// Who it is where a person has a user id.
    pub(super) fn id(&self) -> String {
        self.0.actor_id()
    }

    /// Its token.
    pub(super) fn holder(&self) -> &Holder {
        &self.0
    }
}

impl FromRequestParts<Pages> for Caller {
    type Rejection = Problem;

    /// The door has looked already; without one there is nobody.
    async fn from_request_parts(parts: &mut Parts, _: &Pages) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Problem::unauthorized(false))
    }
}

/// Lets a call through whose token has the scope, or says why not.
pub(in crate::web) async fn let_in(
    pages: &Pages,
    scope: Scope,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(token) = bearer(request.headers()) else {
        return Problem::unauthorized(false).into_response();
    };
    let (digest, now) = (tokens::digest(token), pages.room.clock.now());
    let Some(place) = pages.pace.place(&digest, now).await else {
        return refused("line", Problem::too_many(COME_AGAIN));
    };
    let holder = match tokens::holder(&pages.room, token).await {
        Ok(Some(holder)) => holder,
        Ok(None) => return refused("token", Problem::unauthorized(true)),
        Err(error) => return Problem::from(error).into_response(),
    };
    drop(place);
    if let Err(wait) = pages.pace.count(&digest, now) {
        return refused("pace", Problem::too_many(wait));
    }
    if !holder.scopes.contains(&scope) {
        return refused("scope", Problem::forbidden(scope));
    }
    request.extensions_mut().insert(Caller(Arc::new(holder)));
    next.run(request).await
}

/// Refuses, and counts it: `token` for a wrong one, `scope` for one that opens something else, `pace` for too many calls of
/// one, `line` for too many strangers.
fn refused(why: &'static str, problem: Problem) -> Response {
    metrics::counter!("modtag_api_refused_total", "why" => why).increment(1);
    problem.into_response()
}

/// What stands behind `Bearer`.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
