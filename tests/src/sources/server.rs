//! The server: routes, keys, tokens and pages, and what goes wrong on its bad days.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::shapes;
use super::town::Town;

/// The key of OS2rollekatalog and OS2sofd.
pub const API_KEY: &str = "kanariefugl-noegle";

/// The client's secret at OS2mo.
pub const CLIENT_SECRET: &str = "kanariefugl &=% hemmelig";

/// What goes wrong with one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misdeed {
    /// This status and nothing else. 401 also makes every token so far invalid.
    Status(u16),
    /// Bytes that are no JSON.
    Garbage,
    /// A page for people, with 200.
    Html,
    /// The right answer, cut off in the middle.
    CutOff,
    /// JSON of another shape.
    OtherShape,
    /// GraphQL's way of failing: 200, half the data, and errors.
    HalfWithErrors,
    /// The right answer, after longer than anybody waits.
    Slow,
    /// To somewhere else.
    Redirect,
}

/// A call that was made.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Path and query.
    pub uri: String,
    /// The body, when there was one.
    pub body: String,
}

#[derive(Default)]
struct State {
    town: Town,
    /// Misdeeds by the number of the call, from 0; tokens are not counted.
    misdeeds: BTreeMap<usize, Misdeed>,
    /// Every call from this one on is refused.
    refuses_from: Option<usize>,
    seen: Vec<Seen>,
    tokens_issued: usize,
    /// Tokens up to this one are no longer good.
    tokens_spent: usize,
    /// The same page for ever.
    goes_in_circles: bool,
}

/// A running system.
#[derive(Clone)]
pub struct Simulator {
    state: Arc<Mutex<State>>,
    address: SocketAddr,
}

impl Simulator {
    /// Starts it on a free port of this machine.
    pub async fn start(town: Town) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let simulator = Self { state: Arc::new(Mutex::new(State { town, ..State::default() })), address };
        let answer = {
            let simulator = simulator.clone();
            move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
                let simulator = simulator.clone();
                async move { simulator.answer(&method, &uri, &headers, &body).await }
            }
        };
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
        simulator
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Changes the town.
    pub fn change(&self, change: impl FnOnce(&mut Town)) {
        change(&mut self.state().town);
    }

    /// Does this with the call of this number, counted from now on.
    pub fn misbehave(&self, call: usize, misdeed: Misdeed) {
        let mut state = self.state();
        let call = state.seen.len() + call;
        state.misdeeds.insert(call, misdeed);
    }

    /// Refuses every call from this one on, counted from now.
    pub fn refuse_from(&self, call: usize) {
        let mut state = self.state();
        state.refuses_from = Some(state.seen.len() + call);
    }

    /// Gives the same page for ever.
    pub fn go_in_circles(&self) {
        self.state().goes_in_circles = true;
    }

    /// Behaves again.
    pub fn behave(&self) {
        let mut state = self.state();
        state.misdeeds.clear();
        state.refuses_from = None;
    }

    /// The calls so far, without those for tokens.
    pub fn seen(&self) -> Vec<Seen> {
        self.state().seen.clone()
    }

    /// How many tokens were had.
    pub fn tokens_issued(&self) -> usize {
        self.state().tokens_issued
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Response<Body> {
        let text = String::from_utf8_lossy(body).into_owned();
        if uri.path() == "/auth/realms/mo/protocol/openid-connect/token" {
            return self.token(&text);
        }
        let (misdeed, right) = {
            let mut state = self.state();
            let call = state.seen.len();
            state.seen.push(Seen { uri: uri.to_string(), body: text.clone() });
            let refused = state.refuses_from.is_some_and(|from| call >= from);
            let misdeed =
                if refused { Some(Misdeed::Status(401)) } else { state.misdeeds.get(&call).cloned() };
            if misdeed == Some(Misdeed::Status(401)) {
                state.tokens_spent = state.tokens_issued;
            }
            (misdeed, state.right(method, uri, headers, &text))
        };
        match misdeed {
            None => right.map_or_else(status, |value| reply(200, "application/json", value.to_string())),
            Some(misdeed) => wrong(misdeed, right).await,
        }
    }

    fn token(&self, form: &str) -> Response<Body> {
        let expected =
            "grant_type=client_credentials&client_id=modtag&client_secret=kanariefugl%20%26%3D%25%20hemmelig";
        if form != expected {
            return status(StatusCode::UNAUTHORIZED);
        }
        let mut state = self.state();
        state.tokens_issued += 1;
        let token = format!("token-{}", state.tokens_issued);
        let body = json!({ "access_token": token, "expires_in": 300, "token_type": "Bearer" });
        reply(200, "application/json", body.to_string())
    }
}

impl State {
    /// What a healthy system answers.
    fn right(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        body: &str,
    ) -> Result<Value, StatusCode> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let keyed = header("apikey") == API_KEY;
        let query = parameters(uri);
        let number = |name: &str| query.get(name).and_then(|text| text.parse::<usize>().ok());
        let (page, size) = (number("page").unwrap_or_default(), number("size").unwrap_or(100));
        let page = if self.goes_in_circles { 0 } else { page };
        match (method.as_str(), uri.path()) {
            ("POST", "/graphql/v30") => {
                let spent =
                    |token: &str| token.parse::<usize>().is_ok_and(|number| number <= self.tokens_spent);
                match header("authorization").strip_prefix("Bearer token-") {
                    Some(token) if !spent(token) => self.graph(body),
                    _ => Err(StatusCode::UNAUTHORIZED),
                }
            }
            ("GET", "/api/organisation/v3") if keyed => Ok(shapes::rollekatalog(&self.town)),
            ("GET", "/api/v2/orgUnits") if keyed => Ok(
                json!({ "orgUnits": cut(shapes::sofd_units(&self.town), page * size, size), "page": page }),
            ),
            ("GET", "/api/v2/persons") if keyed => Ok(
                json!({ "persons": cut(shapes::sofd_people(&self.town), page * size, size), "page": page }),
            ),
            ("GET", "/odata/OrgUnits") if keyed => {
                let (skip, top) = (number("$skip").unwrap_or_default(), number("$top").unwrap_or(100));
                Ok(
                    json!({ "@odata.context": "$metadata#OrgUnits", "value": cut(shapes::sofd_odata(&self.town), skip, top) }),
                )
            }
            ("GET", path)
                if path.starts_with("/apis/v1/organisations/") && path.ends_with("/contact-points/") =>
            {
                if !header("authorization").starts_with("Basic ") {
                    return Err(StatusCode::UNAUTHORIZED);
                }
                let all = shapes::contact_points(&self.town);
                let (total, pages) = (all.len(), all.len().div_ceil(size));
                Ok(json!({ "content": cut(all, page * size, size), "number": page, "size": size,
                           "totalElements": total, "totalPages": pages }))
            }
            (_, "/api/organisation/v3" | "/api/v2/orgUnits" | "/api/v2/persons" | "/odata/OrgUnits") => {
                Err(StatusCode::UNAUTHORIZED)
            }
            _ => Err(StatusCode::NOT_FOUND),
        }
    }

    /// A page of a collection. The second page is empty, as pages here may be before the last.
    fn graph(&self, body: &str) -> Result<Value, StatusCode> {
        let asked: Value = serde_json::from_str(body).map_err(|_| StatusCode::BAD_REQUEST)?;
        let query = asked["query"].as_str().ok_or(StatusCode::BAD_REQUEST)?;
        let known = ["org_units", "kles", "persons"];
        let collection = known.into_iter().find(|name| query.contains(&format!("{{ {name}(")));
        let collection = collection.ok_or(StatusCode::BAD_REQUEST)?;
        let limit =
            query.split("limit: ").nth(1).and_then(|rest| rest.split(',').next()?.parse::<usize>().ok());
        let limit = limit.ok_or(StatusCode::BAD_REQUEST)?;
        let objects = shapes::os2mo(&self.town, collection).ok_or(StatusCode::BAD_REQUEST)?;
        let (from, pause) = match asked["variables"]["cursor"].as_str() {
            None => (0, false),
            Some(cursor) => match cursor.strip_suffix("-pause") {
                Some(from) => (from.parse().map_err(|_| StatusCode::BAD_REQUEST)?, true),
                None => (cursor.parse().map_err(|_| StatusCode::BAD_REQUEST)?, false),
            },
        };
        let next = if pause { from } else { from + limit };
        let cursor = match (self.goes_in_circles, next < objects.len()) {
            (true, _) => Some("0".to_owned()),
            (false, true) if from == 0 && !pause => Some(format!("{next}-pause")),
            (false, true) => Some(next.to_string()),
            (false, false) => None,
        };
        let objects = if pause { Vec::new() } else { cut(objects, from, limit) };
        Ok(json!({ "data": { collection: { "objects": objects, "page_info": { "next_cursor": cursor } } } }))
    }
}

fn cut(all: Vec<Value>, from: usize, most: usize) -> Vec<Value> {
    all.into_iter().skip(from).take(most).collect()
}

fn parameters(uri: &Uri) -> BTreeMap<String, String> {
    let pairs = uri.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.replace("%24", "$"), value.to_owned())).collect()
}

async fn wrong(misdeed: Misdeed, right: Result<Value, StatusCode>) -> Response<Body> {
    let text = right.as_ref().map_or_else(|_| String::new(), ToString::to_string);
    let json = |text: String| reply(200, "application/json", text);
    match misdeed {
        Misdeed::Status(code) => {
            // Error pages repeat what they were asked; none of it may come out again.
            reply(
                code,
                "application/json",
                json!({ "message": format!("fejl for {}", super::CPR[0]) }).to_string(),
            )
        }
        Misdeed::Garbage => json(format!("<<< {} >>>", super::CPR[1])),
        Misdeed::Html => reply(200, "text/html; charset=utf-8", "<html>Log ind</html>".to_owned()),
        Misdeed::CutOff => json(text.chars().take(text.chars().count() / 2).collect()),
        Misdeed::OtherShape => {
            json(json!({ "users": super::CPR[0], "orgUnits": 7, "content": {}, "data": [] }).to_string())
        }
        Misdeed::HalfWithErrors => {
            let mut half = right.unwrap_or_default();
            half["errors"] = json!([{ "message": format!("kunne ikke læse {}", super::CPR[1]) }]);
            json(half.to_string())
        }
        Misdeed::Slow => {
            tokio::time::sleep(Duration::from_secs(3)).await;
            json(text)
        }
        Misdeed::Redirect => Response::builder()
            .status(302)
            .header("location", "http://127.0.0.1:1/")
            .body(Body::empty())
            .expect("a response"),
    }
}

fn status(code: StatusCode) -> Response<Body> {
    reply(code.as_u16(), "application/json", "{}".to_owned())
}

fn reply(code: u16, kind: &str, body: String) -> Response<Body> {
    Response::builder().status(code).header("content-type", kind).body(Body::from(body)).expect("a response")
}
