//! Doors: every route, and whom it lets in.
//!
//! A route can only be made with a word about who may use it ([`Needs`]), so there is none that anybody forgot to guard; a
//! test walks them all ([`Door`]). The door also sees that a form was sent from a page of ours: by the token that only such a
//! page knows, and by what the browser says of where it comes from.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get, post};

use super::Pages;
use super::api;
use super::page::{self, Trouble};
use super::role::Role;
use super::session::{SignedIn, Visitor, visitor};
use crate::tokens::Scope;

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Anybody: shows nothing of anybody's mail.
    Nothing,
    /// Whoever is signed in.
    SignedIn,
    /// Whoever has one of these roles.
    AnyOf(&'static [Role]),
    /// A program whose token has this scope. No cookie opens it.
    Scope(Scope),
}

/// A route and whom it lets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Door {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Its path; parts in braces stand for ids.
    pub path: &'static str,
    /// Who may use it.
    pub needs: Needs,
}

/// Routes as they are put up.
pub(super) struct Doors {
    router: Router<Pages>,
    pages: Pages,
    doors: Vec<Door>,
}

/// The largest form, in bytes: a rule file may be pasted into one.
const LARGEST_FORM: usize = 2 << 20;

/// The header in which a script sends what a form has in its field.
pub(super) const CSRF_HEADER: &str = "x-modtag-form";
/// The field in which a form brings its token.
const CSRF_FIELD: &str = "form";

impl Doors {
    pub(super) fn new(pages: Pages) -> Self {
        Self { router: Router::new(), pages, doors: Vec::new() }
    }

    /// Puts up a page.
    pub(super) fn get<H, T>(self, path: &'static str, needs: Needs, handler: H) -> Self
    where
        H: Handler<T, Pages>,
        T: 'static,
    {
        self.put(Door { method: "GET", path, needs }, get(handler))
    }

    /// Puts up what a form is sent to.
    pub(super) fn post<H, T>(self, path: &'static str, needs: Needs, handler: H) -> Self
    where
        H: Handler<T, Pages>,
        T: 'static,
    {
        self.put(Door { method: "POST", path, needs }, post(handler))
    }

    /// Puts up a route of the interface for programs: its problems are such that programs read.
    pub(super) fn api(self, door: Door, route: MethodRouter<Pages>) -> Self {
        // Which methods an address takes is no secret: it stands in the description.
        let guard = from_fn_with_state((self.pages.clone(), door.needs), guard);
        let route = route.route_layer(guard).layer(from_fn(api::method_not_allowed));
        Self { router: self.router.route(door.path, route), ..self }.known(door)
    }

    fn known(mut self, door: Door) -> Self {
        self.doors.push(door);
        self
    }

    fn put(mut self, door: Door, route: MethodRouter<Pages>) -> Self {
        let guard = from_fn_with_state((self.pages.clone(), door.needs), guard);
        self.router = self.router.route(door.path, route.layer(guard));
        self.known(door)
    }

    /// The routes, and the list of them.
    pub(super) fn open(self) -> (Router, Vec<Door>) {
        (self.router.with_state(self.pages), self.doors)
    }
}

/// Lets a request through, or says why not.
async fn guard(State((pages, needs)): State<(Pages, Needs)>, request: Request, next: Next) -> Response {
    if let Needs::Scope(scope) = needs {
        return api::let_in(&pages, scope, request, next).await;
    }
    let (mut parts, body) = request.into_parts();
    let visitor = match visitor(&pages.room, &pages.lasting, &parts.headers).await {
        Ok(visitor) => visitor,
        Err(error) => return page::trouble(&pages, None, &Trouble::Store(error)),
    };
    let visitor = match (needs, visitor) {
        (Needs::Nothing | Needs::Scope(_), visitor) => visitor,
        (_, None) => return sign_in_first(&parts.headers, &parts.method, parts.uri.path()),
        (Needs::SignedIn, Some(visitor)) => Some(visitor),
        (Needs::AnyOf(roles), Some(visitor)) if roles.iter().any(|role| visitor.is(*role)) => Some(visitor),
        (Needs::AnyOf(roles), Some(visitor)) => {
            return page::trouble(&pages, Some(&visitor), &Trouble::NotAllowed(roles));
        }
    };
    let mut body = body;
    if parts.method == Method::POST {
        let Ok(bytes) = to_bytes(body, LARGEST_FORM).await else {
            return page::trouble(&pages, visitor.as_ref(), &Trouble::TooLarge);
        };
        // A door that is open to all knows no session: whoever signs in anew may have an old one.
        let known = visitor.as_ref().filter(|_| needs != Needs::Nothing);
        if !is_our_own(&parts.headers, known, &bytes) {
            return page::trouble(&pages, visitor.as_ref(), &Trouble::ForeignForm);
        }
        body = Body::from(bytes);
    }
    if let Some(visitor) = visitor {
        parts.extensions.insert(SignedIn(Arc::new(visitor)));
    }
    next.run(Request::from_parts(parts, body)).await
}

/// Was this form sent from a page of ours?
fn is_our_own(headers: &HeaderMap, visitor: Option<&Visitor>, body: &Bytes) -> bool {
    // Every browser of today says whether a form comes from the same site; one that says otherwise is not let in.
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    if site.is_some_and(|site| site != b"same-origin" && site != b"none") {
        return false;
    }
    let Some(visitor) = visitor else { return true };
    let sent = headers.get(CSRF_HEADER).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let sent = sent.or_else(|| field(body, CSRF_FIELD));
    sent.is_some_and(|sent| same(sent.as_bytes(), visitor.csrf.as_bytes()))
}

/// A field of an urlencoded form whose value needs no decoding.
fn field(body: &Bytes, name: &str) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.filter(|(key, _)| *key == name).map(|(_, value)| value.to_owned()).next()
}

/// Compares without telling by its time how much of it was right.
fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

/// To the sign-in page, and back to where somebody wanted to go.
fn sign_in_first(headers: &HeaderMap, method: &Method, path: &str) -> Response {
    if headers.contains_key("hx-request") {
        // A part of a page cannot show the sign-in page in its place: the whole page goes there.
        return (StatusCode::UNAUTHORIZED, [("hx-redirect", "/log-ind")]).into_response();
    }
    let wants_page = headers.get(header::ACCEPT).is_none_or(|accept| {
        accept.to_str().is_ok_and(|accept| accept.contains("text/html") || accept.contains("*/*"))
    });
    if method != Method::GET || !wants_page {
        return (StatusCode::UNAUTHORIZED, "Log ind først.\n").into_response();
    }
    Redirect::to(&format!("/log-ind?til={path}")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_from_another_site_is_told_by_its_token_and_by_the_browser() {
        let visitor = Visitor {
            person: "pia".into(),
            roles: [Role::PostDistributor].into(),
            units: Default::default(),
            csrf: "ours".into(),
            token: [0; 32],
        };
        let (own, foreign) = (Bytes::from_static(b"a=b&form=ours"), Bytes::from_static(b"a=b&form=theirs"));
        let mut headers = HeaderMap::new();
        assert!(is_our_own(&headers, Some(&visitor), &own));
        assert!(!is_our_own(&headers, Some(&visitor), &foreign));
        assert!(!is_our_own(&headers, Some(&visitor), &Bytes::new()));
        headers.insert(CSRF_HEADER, HeaderValue::from_static("ours"));
        assert!(is_our_own(&headers, Some(&visitor), &Bytes::new()));
        headers.insert("sec-fetch-site", HeaderValue::from_static("cross-site"));
        assert!(!is_our_own(&headers, Some(&visitor), &own));
        assert!(!is_our_own(&headers, None, &own));
    }
}
