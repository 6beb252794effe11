//! `/log-ud`: signing out, here and at the provider.
//!
//! The session here ends first, whatever the provider says. A form of ours must not lead to another site (`form-action` in
//! the content security policy, which browsers hold a form's redirects to as well), so what answers it is a page, and that
//! page leads on.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::{Said, show};
use crate::web::Pages;
use crate::web::cookie::{NewCookie, value_of};
use crate::web::page::{Frame, draw, trouble};
use crate::web::session::{self, SignedIn};

/// The cookie by which a browser that comes back is known to be the one that went.
const COOKIE: &str = "modtag-ud";
/// How long it may take, in seconds.
const LASTS: i64 = 600;

const HERE_ONLY: &str = "Du er logget ud her. Jeres login svarer ikke lige nu, så dér er du måske logget ind endnu: luk browseren, \
                         hvis andre bruger den.";
const EVERYWHERE: &str = "Du er logget ud, også hos jeres login.";

#[derive(Template)]
#[template(path = "sign_out.html")]
struct OnTheWay {
    frame: Frame,
    to: String,
}

pub(super) async fn sign_out(State(pages): State<Pages>, SignedIn(visitor): SignedIn) -> Response {
    let ended = match session::end(&pages.room, &pages.lasting, &visitor).await {
        Ok(cookie) => cookie,
        Err(error) => return trouble(&pages, Some(&visitor), &error.into()),
    };
    // The break-glass account is ours alone.
    let provider = pages.provider.as_ref().filter(|_| !visitor.is_break_glass());
    let mut bytes = [0; 24];
    pages.room.entropy.fill(&mut bytes);
    let state = URL_SAFE_NO_PAD.encode(bytes);
    let way_out = match provider {
        Some(provider) => provider.way_out(&state).await,
        None => Ok(None),
    };
    let mut answer = match way_out {
        Ok(Some(to)) => on_the_way(&pages, to, &state),
        Ok(None) => Redirect::to("/log-ind").into_response(),
        Err(why) => {
            tracing::warn!(why, "signed out here alone");
            show(&pages, Said::Trouble(HERE_ONLY), "/")
        }
    };
    answer.headers_mut().append(header::SET_COOKIE, ended);
    answer
}

/// The page that leads on to the provider.
fn on_the_way(pages: &Pages, to: String, state: &str) -> Response {
    // A web address as it is written has no character that a header could not.
    let refresh = HeaderValue::from_str(&format!("0; url={to}"));
    let frame = Frame::of(pages, None, "Logger ud", None);
    let mut answer = draw(&OnTheWay { frame, to });
    let headers = answer.headers_mut();
    if let Ok(refresh) = refresh {
        headers.insert(header::REFRESH, refresh);
    }
    headers.append(header::SET_COOKIE, cookie(pages, state, LASTS));
    answer
}

/// What the provider sends back with somebody.
#[derive(Deserialize)]
pub(super) struct Back {
    #[serde(default)]
    state: String,
}

/// Takes back somebody who has been signed out at the provider.
pub(super) async fn back(
    State(pages): State<Pages>,
    headers: HeaderMap,
    Query(back): Query<Back>,
) -> Response {
    let went = value_of(&headers, COOKIE).filter(|went| !went.is_empty());
    // Whoever only followed an address has not been signed out by it.
    if went.is_none_or(|went| went != back.state) {
        return Redirect::to("/log-ind").into_response();
    }
    let mut answer = show(&pages, Said::Done(EVERYWHERE), "/");
    answer.headers_mut().append(header::SET_COOKIE, cookie(&pages, "", 0));
    answer
}

fn cookie(pages: &Pages, value: &str, seconds: i64) -> HeaderValue {
    let over_tls = pages.lasting.over_tls;
    NewCookie { name: COOKIE, value, path: "/log-ud", seconds, over_tls }.header()
}
