//! Programs that call the HTTP interface with a token.

use std::collections::BTreeSet;

use reqwest::{Client, Method, StatusCode};
use router::audit::Actor;
use router::tokens::{self, Scope, Wanted};
use serde_json::Value;

use crate::World;
use crate::desks::{Answered, Desks, answered};

/// A program with a token, or without one.
pub struct Program {
    base: String,
    client: Client,
    /// Its token.
    pub token: Option<String>,
    /// The cookie that it sends as well.
    pub cookie: Option<String>,
}

impl Program {
    /// A program without a token.
    pub fn nobody(desks: &Desks) -> Self {
        Self { base: desks.base.clone(), client: Client::new(), token: None, cookie: None }
    }

    /// A program with a new token of these scopes and units.
    pub async fn with(desks: &Desks, world: &World, name: &str, scopes: &[Scope], units: &[&str]) -> Self {
        let wanted = Wanted {
            name: name.into(),
            scopes: scopes.iter().copied().collect(),
            units: units.iter().map(|unit| (*unit).to_owned()).collect::<BTreeSet<_>>(),
            days: tokens::DAYS,
        };
        let made = tokens::make(world.room(), &Actor::person("lise", "operator"), &wanted).await;
        Self { token: Some(made.expect("a token").text), ..Self::nobody(desks) }
    }

    /// A program with a new token of every scope.
    pub async fn with_all(desks: &Desks, world: &World, name: &str, units: &[&str]) -> Self {
        Self::with(desks, world, name, Scope::ALL, units).await
    }

    /// A call, ready to be sent.
    pub fn call(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let mut call = self.client.request(method, format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            call = call.bearer_auth(token);
        }
        if let Some(cookie) = &self.cookie {
            call = call.header("cookie", cookie);
        }
        call
    }

    /// Asks for something.
    pub async fn get(&self, path: &str) -> Answered {
        answered(self.call(Method::GET, path)).await
    }

    /// Sends a body.
    pub async fn post(&self, path: &str, body: &Value) -> Answered {
        let call = self.call(Method::POST, path).header("content-type", "application/json");
        answered(call.body(body.to_string())).await
    }

    /// Answers a letter under a key.
    pub async fn answer(&self, id: &str, key: &str, body: &Value) -> Answered {
        let call =
            self.call(Method::POST, &format!("/api/v1/queue/{id}/answer")).header("idempotency-key", key);
        answered(call.header("content-type", "application/json").body(body.to_string())).await
    }
}

impl Answered {
    /// The JSON of an answer, when all is well.
    #[track_caller]
    pub fn json(self) -> Value {
        serde_json::from_str(&self.ok()).expect("JSON")
    }

    /// The problem that is told with this status.
    #[track_caller]
    pub fn problem(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.head["content-type"], "application/problem+json", "{}", self.text);
        let problem: Value = serde_json::from_str(&self.text).expect("JSON");
        assert_eq!(problem["status"], status);
        assert!(
            problem["type"].as_str().is_some_and(|urn| urn.starts_with("urn:modtag:problem:")),
            "{problem}"
        );
        problem
    }

    /// Says that it is done.
    #[track_caller]
    pub fn done(self) {
        assert_eq!(self.status, StatusCode::NO_CONTENT, "{}", self.text);
    }
}
