//! Calls to a source: one configured address, a key that can be renewed, answers that are JSON and not too long.

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;
use zeroize::Zeroizing;

use super::error::SourceError;
use crate::config::{OrganisationService, SecretText};
use crate::digital_post::{Way, kind_of};

/// Pages of one collection; more than this is a circle.
const MOST_PAGES: u32 = 100_000;

/// How a call shows who asks.
#[derive(Clone)]
pub(super) enum Pass {
    /// The client itself carries it.
    Carried,
    /// `ApiKey: …`.
    ApiKey(SecretText),
    /// `Authorization: Bearer …`.
    Bearer(SecretText),
}

/// Where a fresh pass comes from when the one in hand is refused.
pub(super) trait Issuer {
    /// A pass. Called again when one was refused: it must not come out of a cupboard.
    async fn issue(&self, desk: &Desk, budget: &mut u64) -> Result<Pass, SourceError>;

    /// Has this pass run out by its own clock?
    fn is_spent(&self) -> bool {
        false
    }
}

/// A client of one system, without credentials of its own unless the client carries them.
pub(super) struct Desk {
    pub(super) system: &'static str,
    pub(super) client: reqwest::Client,
}

/// A system being read: its client, the pass in force, and how many bytes may still come.
pub(super) struct Caller<I> {
    desk: Desk,
    base_url: String,
    issuer: I,
    pass: Option<Pass>,
    budget: u64,
}

/// What is asked.
pub(super) struct Question<'q> {
    /// Path behind the base address, beginning with a slash.
    pub(super) path: &'q str,
    /// Query parameters.
    pub(super) query: &'q [(&'q str, String)],
    /// A body to post; without one it is a GET.
    pub(super) body: Option<&'q Value>,
}

impl Desk {
    /// A client for the service in the configuration.
    pub(super) fn open(
        system: &'static str,
        service: &OrganisationService,
        url: &str,
    ) -> Result<Self, SourceError> {
        let way = Way {
            timeout: service.timeout,
            proxy: service.proxy.as_deref(),
            ca_file: service.ca_file.as_deref(),
        };
        let refused = |source| SourceError::Setup { system, source };
        let client = way.builder(url).map_err(refused)?.build();
        let client = client.map_err(|error| refused(crate::digital_post::OpenError::Tls(error)))?;
        Ok(Self { system, client })
    }

    /// Sends a request and reads its answer as JSON, taking its length off the budget.
    pub(super) async fn send<A: DeserializeOwned>(
        &self,
        request: reqwest::RequestBuilder,
        budget: &mut u64,
    ) -> Result<A, SourceError> {
        let system = self.system;
        let silent = |error: reqwest::Error| SourceError::Silent { system, why: kind_of(&error) };
        let mut response = request.send().await.map_err(silent)?;
        let status = response.status();
        match status {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                return Err(SourceError::Credentials { system, status: status.as_u16() });
            }
            other => return Err(SourceError::Status { system, status: other.as_u16() }),
        }
        let kind =
            response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.to_ascii_lowercase().contains("html") {
            return Err(self.garbage("det er en webside"));
        }
        let mut body = Zeroizing::new(Vec::new());
        while let Some(piece) = response.chunk().await.map_err(silent)? {
            *budget = budget.checked_sub(piece.len() as u64).ok_or(SourceError::TooLong { system })?;
            body.extend_from_slice(&piece);
        }
        self.read(&body)
    }

    /// Reads JSON. The reader's own words may quote the text, so only the place is told.
    pub(super) fn read<A: DeserializeOwned>(&self, body: &[u8]) -> Result<A, SourceError> {
        serde_json::from_slice(body).map_err(|error| {
            let what = match error.classify() {
                serde_json::error::Category::Data => "et felt mangler eller er af en anden slags end ventet",
                serde_json::error::Category::Eof => "det holder op midt i det hele",
                _ => "det er ikke JSON",
            };
            self.garbage(format!("{what} (linje {}, tegn {})", error.line(), error.column()))
        })
    }

    pub(super) fn garbage(&self, what: impl Into<String>) -> SourceError {
        SourceError::Garbage { system: self.system, what: what.into() }
    }
}

impl<I: Issuer> Caller<I> {
    pub(super) fn new(desk: Desk, base_url: &str, issuer: I, max_bytes: u64) -> Self {
        Self { desk, base_url: base_url.to_owned(), issuer, pass: None, budget: max_bytes }
    }

    /// The desk, for what is to be said of an answer.
    pub(super) fn desk(&self) -> &Desk {
        &self.desk
    }

    /// Asks. When the pass is refused it is renewed once: a token may run out, and a key be changed, between two pages.
    pub(super) async fn ask<A: DeserializeOwned>(
        &mut self,
        question: &Question<'_>,
    ) -> Result<A, SourceError> {
        if self.pass.is_none() || self.issuer.is_spent() {
            self.pass = Some(self.issuer.issue(&self.desk, &mut self.budget).await?);
        }
        match self.call(question).await {
            Err(SourceError::Credentials { status: 401, .. }) => {
                self.pass = Some(self.issuer.issue(&self.desk, &mut self.budget).await?);
                self.call(question).await
            }
            answer => answer,
        }
    }

    async fn call<A: DeserializeOwned>(&mut self, question: &Question<'_>) -> Result<A, SourceError> {
        let url =
            address(&self.base_url, question).ok_or(SourceError::NotSet("organisation.service.base_url"))?;
        let method = if question.body.is_some() { Method::POST } else { Method::GET };
        let mut request = self.desk.client.request(method, url).header("accept", "application/json");
        if let Some((name, value)) = self.pass.as_ref().and_then(header) {
            request = request.header(name, value);
        }
        if let Some(body) = question.body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.to_string());
        }
        self.desk.send(request, &mut self.budget).await
    }

    /// Says when a collection has had more pages than any has.
    pub(super) fn count_page(&self, pages: &mut u32) -> Result<(), SourceError> {
        *pages += 1;
        if *pages > MOST_PAGES { Err(SourceError::Endless { system: self.desk.system }) } else { Ok(()) }
    }
}

fn address(base_url: &str, question: &Question<'_>) -> Option<reqwest::Url> {
    let mut url = reqwest::Url::parse(&format!("{base_url}{}", question.path)).ok()?;
    if !question.query.is_empty() {
        url.query_pairs_mut().extend_pairs(question.query);
    }
    Some(url)
}

/// The header of a pass, marked so that no layer below shows it. A key that fits in no header is simply refused.
fn header(pass: &Pass) -> Option<(HeaderName, HeaderValue)> {
    let (name, text) = match pass {
        Pass::Carried => return None,
        Pass::ApiKey(key) => (HeaderName::from_static("apikey"), Zeroizing::new(key.expose().to_owned())),
        Pass::Bearer(token) => (AUTHORIZATION, Zeroizing::new(format!("Bearer {}", token.expose()))),
    };
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    Some((name, value))
}

/// The key of OS2rollekatalog and OS2sofd: read anew each time, since it may have been changed.
pub(super) struct KeyOf<'c>(pub(super) &'c OrganisationService);

impl Issuer for KeyOf<'_> {
    async fn issue(&self, _desk: &Desk, _budget: &mut u64) -> Result<Pass, SourceError> {
        let key = self.0.api_key().read()?.ok_or(SourceError::NotSet("organisation.service.api_key_file"))?;
        Ok(Pass::ApiKey(key))
    }
}

/// A caller with the service's key.
pub(super) fn keyed<'c>(
    system: &'static str,
    service: &'c OrganisationService,
) -> Result<Caller<KeyOf<'c>>, SourceError> {
    let base_url = service.base_url.as_deref().ok_or(SourceError::NotSet("organisation.service.base_url"))?;
    let desk = Desk::open(system, service, base_url)?;
    Ok(Caller::new(desk, base_url, KeyOf(service), service.max_bytes))
}
