//! `/log-ind/noed`: the break-glass account's way in: a password, and a reason in writing.

use std::collections::BTreeSet;

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::SignedDuration;
use serde::Deserialize;

use crate::break_glass::{Account, PERSON, Refused};
use crate::config::BreakGlass;
use crate::room::PostRoom;
use crate::web::Pages;
use crate::web::page::{Frame, Trouble, draw, trouble};
use crate::web::role::{self, Role};
use crate::web::session::{self, Lasting};

/// The account, what it may do and for how long.
pub(in crate::web) struct WayIn {
    account: Account,
    roles: BTreeSet<Role>,
    longest: SignedDuration,
}

impl WayIn {
    /// The way in of this configuration; `None` when it is closed.
    pub(in crate::web) fn open(config: &BreakGlass, room: &PostRoom) -> Result<Option<Self>, String> {
        let longest = SignedDuration::try_from(config.longest).unwrap_or(SignedDuration::MAX);
        let roles = config.roles.iter().filter_map(|word| Role::of_word(word)).collect();
        Ok(Account::open(config, room)?.map(|account| Self { account, roles, longest }))
    }
}

#[derive(Template)]
#[template(path = "break_glass.html")]
struct BreakGlassPage {
    frame: Frame,
    said: String,
    minutes: i64,
    roles: Vec<&'static str>,
}

pub(super) async fn page(State(pages): State<Pages>) -> Response {
    show(&pages, String::new())
}

fn show(pages: &Pages, said: String) -> Response {
    let Some(way_in) = &pages.break_glass else { return trouble(pages, None, &Trouble::NotFound) };
    draw(&BreakGlassPage {
        frame: Frame::of(pages, None, "Nødadgang", None),
        said,
        minutes: way_in.longest.as_mins(),
        roles: way_in.roles.iter().map(|role| role.danish()).collect(),
    })
}

/// What was written.
#[derive(Deserialize)]
pub(super) struct Written {
    #[serde(default)]
    adgangskode: String,
    #[serde(default)]
    begrundelse: String,
}

pub(super) async fn sign_in(
    State(pages): State<Pages>,
    headers: HeaderMap,
    Form(written): Form<Written>,
) -> Response {
    let Some(way_in) = pages.break_glass.clone() else { return trouble(&pages, None, &Trouble::NotFound) };
    let room = &pages.room;
    let roles = role::words(&way_in.roles);
    let tried = way_in.account.try_password(room, written.adgangskode, &written.begrundelse, &roles).await;
    if let Err(refused) = tried {
        return not_let_in(&pages, refused);
    }
    let lasting = Lasting { longest: way_in.longest, ..pages.lasting };
    match session::begin(room, &lasting, &headers, PERSON, &way_in.roles, &BTreeSet::new(), None).await {
        Ok(cookie) => ([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response(),
        Err(error) => trouble(&pages, None, &error.into()),
    }
}

fn not_let_in(pages: &Pages, refused: Refused) -> Response {
    let said = refused.danish();
    match refused {
        Refused::Wait(left) => {
            let after = [(header::RETRY_AFTER, left.as_secs().max(1).to_string())];
            (StatusCode::TOO_MANY_REQUESTS, after, show(pages, said)).into_response()
        }
        Refused::NoReason => (StatusCode::UNPROCESSABLE_ENTITY, show(pages, said)).into_response(),
        Refused::WrongPassword => (StatusCode::FORBIDDEN, show(pages, said)).into_response(),
        Refused::Store(error) => trouble(pages, None, &error.into()),
    }
}
