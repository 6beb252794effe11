//! Sessions: who asks, proved by a token in a cookie.
//!
//! A token is 32 random bytes; the store has its digest only. It is made anew at each sign-in, so a token that somebody
//! planted before is worth nothing after. The token that a form must bring is worked out of it, so there is nothing to store
//! and nothing to forget.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::cookie::{self, NewCookie};
use super::role::{self, Role};
use crate::audit::{Actor, EventKind};
use crate::notices;
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::session::NewSession;

/// The cookie's name. With the prefix a browser takes it only over TLS, from this host and for every path.
const SECURE_NAME: &str = "__Host-modtag";
/// Its name where there is no TLS: on the machine itself.
const PLAIN_NAME: &str = "modtag";

/// How often the use of a session is written down.
const NOTED: SignedDuration = SignedDuration::from_mins(1);

/// How long sessions last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lasting {
    /// Without being used.
    pub(super) idle: SignedDuration,
    /// However busy.
    pub(super) longest: SignedDuration,
    /// Is the program reached over TLS?
    pub(super) over_tls: bool,
}

/// Who asks. Handlers that take one are reached by nobody else.
#[derive(Clone, Debug)]
pub(super) struct SignedIn(pub(super) Arc<Visitor>);

/// Somebody who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Visitor {
    /// User id.
    pub(super) person: String,
    /// What they may do.
    pub(super) roles: BTreeSet<Role>,
    /// Units they belong to, by id.
    pub(super) units: BTreeSet<String>,
    /// What their forms must bring.
    pub(super) csrf: String,
    /// Digest of their token.
    pub(super) token: [u8; 32],
}

impl Visitor {
    /// Does this person have the role?
    pub(super) fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Is this the break-glass account?
    pub(super) fn is_break_glass(&self) -> bool {
        self.person == crate::break_glass::PERSON
    }
}

impl<S: Send + Sync> FromRequestParts<S> for SignedIn {
    type Rejection = StatusCode;

    /// The door has looked already; without one there is nobody.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        parts.extensions.get::<Self>().cloned().ok_or(StatusCode::UNAUTHORIZED)
    }
}

/// Whoever this request's cookie names, unless their session has ended.
pub(super) async fn visitor(
    room: &PostRoom,
    lasting: &Lasting,
    headers: &HeaderMap,
) -> Result<Option<Visitor>, StoreError> {
    let Some(token) = token_of(lasting, headers) else { return Ok(None) };
    let digest = digest(&token);
    let Some(row) = room.store.session(&digest).await? else { return Ok(None) };
    let now = room.clock.now();
    if row.ends_at() <= now || now.duration_since(row.seen_at()) > lasting.idle {
        return Ok(None);
    }
    if now.duration_since(row.seen_at()) > NOTED {
        let mut tx = room.store.begin().await?;
        tx.session_seen(&digest, now).await?;
        tx.commit(now).await?;
    }
    Ok(Some(Visitor {
        person: row.person,
        roles: role::of_words(&row.roles),
        units: row.units.lines().map(str::to_owned).collect(),
        csrf: csrf(&token),
        token: digest,
    }))
}

/// Begins a session and returns the cookie that carries it. A session that the browser had before ends. The address is the
/// one that the provider gave, if it did.
pub(super) async fn begin(
    room: &PostRoom,
    lasting: &Lasting,
    headers: &HeaderMap,
    person: &str,
    roles: &BTreeSet<Role>,
    units: &BTreeSet<String>,
    address: Option<&str>,
) -> Result<HeaderValue, StoreError> {
    let now = room.clock.now();
    let mut bytes = [0; 32];
    room.entropy.fill(&mut bytes);
    let token = URL_SAFE_NO_PAD.encode(bytes);
    let session = NewSession {
        token: digest(&token),
        person: person.to_owned(),
        roles: role::words(roles),
        units: units.iter().cloned().collect::<Vec<_>>().join("\n"),
        ends_at: now.saturating_add(lasting.longest).unwrap_or(Timestamp::MAX),
    };
    let mut tx = room.store.begin().await?;
    if let Some(earlier) = token_of(lasting, headers) {
        tx.end_session(&digest(&earlier)).await?;
    }
    tx.sweep_sessions(now.saturating_sub(lasting.idle).unwrap_or(Timestamp::MIN), now).await?;
    tx.begin_session(&session, now).await?;
    if let Some(sealed) = address.and_then(|address| notices::seal_address(room, address)) {
        tx.keep_session_address(&session.token, &sealed).await?;
    }
    let by = Actor::person(person, &session.roles);
    tx.tell(room.event_by(EventKind::SignedIn, by));
    tx.commit(now).await?;
    Ok(cookie(lasting, &token, lasting.longest.as_secs()))
}

/// Ends a session and returns the cookie that takes it out of the browser.
pub(super) async fn end(
    room: &PostRoom,
    lasting: &Lasting,
    visitor: &Visitor,
) -> Result<HeaderValue, StoreError> {
    let now = room.clock.now();
    let mut tx = room.store.begin().await?;
    if tx.end_session(&visitor.token).await? {
        let by = Actor::person(&visitor.person, &role::words(&visitor.roles));
        tx.tell(room.event_by(EventKind::SignedOut, by));
    }
    tx.commit(now).await?;
    Ok(cookie(lasting, "", 0))
}

fn name(lasting: &Lasting) -> &'static str {
    if lasting.over_tls { SECURE_NAME } else { PLAIN_NAME }
}

fn cookie(lasting: &Lasting, token: &str, seconds: i64) -> HeaderValue {
    let over_tls = lasting.over_tls;
    NewCookie { name: name(lasting), value: token, path: "/", seconds, over_tls }.header()
}

fn token_of(lasting: &Lasting, headers: &HeaderMap) -> Option<String> {
    cookie::value_of(headers, name(lasting))
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// What forms of this session bring: nobody who does not know the token can work it out.
fn csrf(token: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(b"modtag form of ");
    hash.update(token.as_bytes());
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use axum::http::header;

    use super::*;

    fn lasting(over_tls: bool) -> Lasting {
        Lasting { idle: SignedDuration::from_mins(30), longest: SignedDuration::from_hours(10), over_tls }
    }

    #[test]
    fn over_tls_a_session_is_known_by_a_name_that_only_this_host_can_set() {
        let secure = cookie(&lasting(true), "abc", 60);
        assert!(secure.to_str().expect("text").starts_with("__Host-modtag=abc; Path=/;"));
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("theme=dark; modtag=abc"));
        assert_eq!(token_of(&lasting(false), &headers).as_deref(), Some("abc"));
        assert_eq!(token_of(&lasting(true), &headers), None);
        assert_ne!(csrf("abc"), csrf("abd"));
    }
}
