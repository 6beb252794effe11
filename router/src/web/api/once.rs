//! Calls that count once: sent again with the same `Idempotency-Key`, they are answered as they were.

use axum::http::HeaderMap;

use super::caller::Caller;
use super::problem::Problem;
use super::route::Route;
use crate::room::PostRoom;
use crate::store::token::AnswerKey;

/// The header field.
const KEY: &str = "Idempotency-Key";

/// The longest key.
const LONGEST_KEY: usize = 255;

/// What a key is remembered for; a key for the one is no key for the other.
#[derive(Clone, Copy)]
pub(super) enum Act {
    /// An answer to a letter.
    Answer,
    /// Something done to the rules.
    Rules,
}

/// Describes that the route asks for a key.
pub(super) fn once(route: Route) -> Route {
    route.header(KEY, "En nøgle, der er ny for hvert kald, fx et UUID. Den huskes i 7 dage.", LONGEST_KEY)
}

/// The key of a call, and what it asks for: as keyed hashes, for a request may name people.
pub(super) fn key_of(
    room: &PostRoom,
    caller: &Caller,
    headers: &HeaderMap,
    act: Act,
    request: &str,
) -> Result<AnswerKey, Problem> {
    let key = headers.get(KEY).and_then(|key| key.to_str().ok()).unwrap_or_default();
    let is_key = (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_key {
        return Err(Problem::field(KEY, "mangler, eller er ikke 1 til 255 synlige tegn uden mellemrum"));
    }
    let (of_key, of_request) = match act {
        Act::Answer => ("api-answer-key", "api-answer"),
        Act::Rules => ("api-rule-key", "api-rule-act"),
    };
    let keys = room.store.keys();
    Ok(AnswerKey {
        token: caller.holder().name.clone(),
        key: keys.lookup(of_key, key),
        request: keys.lookup(of_request, request),
    })
}

/// Says that a key was used for something else.
pub(super) fn used_for_another() -> Problem {
    Problem::field(KEY, "er brugt til et andet kald; brug en ny for hvert")
}
