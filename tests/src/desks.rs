//! The desks in the browser, on a port, and people who are signed in.

use std::collections::HashMap;
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use router::clock::Clock;
use router::config::Config;
use router::store::session::NewSession;
use router::web::{self, Door, Pages, Recorder, Role};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::World;

/// A world's pages on a port of their own.
pub struct Desks {
    /// Where they are, without a slash at the end.
    pub base: String,
    /// Every door that was put up.
    pub doors: Vec<Door>,
    _stop: watch::Sender<bool>,
}

/// What a page answered.
#[derive(Debug)]
pub struct Answered {
    /// Status.
    pub status: StatusCode,
    /// Where it sends one on to.
    pub location: Option<String>,
    /// The cookies it sets.
    pub cookies: Vec<String>,
    /// Its header fields.
    pub head: HashMap<String, String>,
    /// Its text.
    pub text: String,
}

/// Somebody's browser.
pub struct Browser {
    base: String,
    client: Client,
    cookie: Option<String>,
    /// What their forms bring.
    pub form: String,
}

/// One recorder serves every world of a process.
fn recorder() -> Recorder {
    static RECORDER: OnceLock<Recorder> = OnceLock::new();
    RECORDER.get_or_init(|| Recorder::install().expect("the only recorder")).clone()
}

impl Desks {
    /// Opens the pages of this world.
    pub async fn open(world: &World) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        Self::open_on(listener, world, &world.house.config).await
    }

    /// Opens the pages of this world on this port, with another configuration than the house's.
    pub async fn open_on(listener: TcpListener, world: &World, config: &Config) -> Self {
        let (stop, stopped) = watch::channel(false);
        let pages = Pages::new(world.room().clone(), recorder(), config, stopped.clone()).expect("pages");
        let (router, doors) = web::open(pages, None);
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let mut stopped = stopped;
        tokio::spawn(web::serve(listener, router, async move {
            // The world is gone: so are its pages.
            let _ = stopped.wait_for(|stop| *stop).await;
        }));
        Self { base, doors, _stop: stop }
    }

    /// A browser in which nobody is signed in.
    pub fn nobody(&self) -> Browser {
        let client = Client::builder().redirect(Policy::none()).build().expect("a client");
        Browser { base: self.base.clone(), client, cookie: None, form: String::new() }
    }

    /// A browser in which somebody is signed in with these roles and units.
    pub async fn sign_in(&self, world: &World, person: &str, roles: &[Role], units: &[&str]) -> Browser {
        let mut bytes = [0; 32];
        world.room().entropy.fill(&mut bytes);
        let token = URL_SAFE_NO_PAD.encode(bytes);
        let now = world.clock.now();
        let session = NewSession {
            token: Sha256::digest(token.as_bytes()).into(),
            person: person.into(),
            roles: roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(" "),
            units: units.join("\n"),
            ends_at: now + SignedDuration::from_hours(8),
        };
        let mut tx = world.room().store.begin().await.expect("a step");
        tx.begin_session(&session, now).await.expect("a session");
        tx.commit(now).await.expect("it is stored");
        let mut browser = Browser { cookie: Some(format!("modtag={token}")), ..self.nobody() };
        browser.form = browser.get("/log-ind").await.form_token().unwrap_or_default();
        if browser.form.is_empty() {
            browser.form = browser.get("/status").await.form_token().expect("a page with a form");
        }
        browser
    }
}

impl Browser {
    /// The same browser with another cookie.
    #[must_use]
    pub fn with_cookie(&self, cookie: &str) -> Self {
        Self {
            base: self.base.clone(),
            client: self.client.clone(),
            cookie: Some(cookie.into()),
            form: self.form.clone(),
        }
    }

    /// What the browser is known by; empty for nobody.
    pub fn cookie(&self) -> &str {
        self.cookie.as_deref().unwrap_or_default()
    }

    /// A request as this browser makes it.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request =
            self.client.request(method, format!("{}{path}", self.base)).header("accept", "text/html");
        match &self.cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        }
    }

    /// Opens a page.
    pub async fn get(&self, path: &str) -> Answered {
        answered(self.request(Method::GET, path)).await
    }

    /// Sends a form from a page.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answered {
        let mut body = format!("form={}", self.form);
        for (name, value) in fields {
            body.push_str(&format!("&{name}={}", encoded(value)));
        }
        self.post_raw(path, body).await
    }

    /// Sends these very bytes as a form.
    pub async fn post_raw(&self, path: &str, body: String) -> Answered {
        let request =
            self.request(Method::POST, path).header("content-type", "application/x-www-form-urlencoded");
        answered(request.body(body)).await
    }
}

/// Sends a request and reads the whole answer.
pub async fn answered(request: RequestBuilder) -> Answered {
    let answer = request.send().await.expect("an answer");
    let text = |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let head = answer.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    let cookies = answer.headers().get_all("set-cookie").iter().map(text).collect();
    let location = answer.headers().get("location").map(text);
    let status = answer.status();
    Answered { status, location, cookies, head, text: answer.text().await.expect("text") }
}

impl Answered {
    /// The text, when all is well.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        self.text
    }

    /// What the page's forms bring.
    pub fn form_token(&self) -> Option<String> {
        let after = self.text.split("name=\"form\" value=\"").nth(1)?;
        Some(after.split('"').next()?.to_owned())
    }
}

fn encoded(value: &str) -> String {
    value.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}
