//! The clients: one for each webhook of the configuration, each with its own address, keys and bell.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use reqwest::header::CONTENT_TYPE;
use tokio::sync::Notify;
use uuid::Uuid;

use super::answer::{self, Setback};
use super::body::Told;
use super::signature::SigningKeys;
use crate::config;
use crate::digital_post::{self, Way, kind_of};

/// Every webhook that may be called, by id.
pub type Webhooks = BTreeMap<String, Arc<Target>>;

/// One webhook, ready to be called.
pub struct Target {
    /// Its id, as policy and configuration have it.
    pub id: String,
    /// Rung when somebody is to be told.
    pub bell: Notify,
    client: reqwest::Client,
    url: String,
    keys: SigningKeys,
}

/// An answer longer than this is not read to its end; a receiver has nothing to tell us but its status.
const LONGEST_BODY: usize = 16 * 1024;

impl Target {
    /// Opens every webhook that may be called. Reads the secret files, calls nobody.
    ///
    /// One whose host is not allowed is left out: no policy that names it is taken.
    pub fn open_all(config: &config::Webhooks) -> Result<Webhooks, OpenError> {
        let may_be_called = config.target.iter().filter(|(id, _)| config.refusal(id).is_none());
        may_be_called
            .map(|(id, target)| Ok((id.clone(), Arc::new(Self::open(config, id, target)?))))
            .collect()
    }

    fn open(config: &config::Webhooks, id: &str, target: &config::WebhookTarget) -> Result<Self, OpenError> {
        let fault = |why| OpenError { id: id.to_owned(), why };
        let secret = target.secret().read().map_err(|error| fault(error.danish()))?;
        let keys = secret.and_then(|text| SigningKeys::parse(text.expose()));
        let keys = keys.ok_or_else(|| fault(format!("hemmeligheden {}", SigningKeys::EXPECTED)))?;
        let url = target.url.clone().unwrap_or_default();
        let way = Way {
            timeout: config.timeout,
            proxy: config.proxy.as_deref(),
            ca_file: config.ca_file.as_deref(),
        };
        let client =
            way.builder(&url).and_then(|builder| builder.build().map_err(digital_post::OpenError::Tls));
        let client = client.map_err(|error| fault(said(&error)))?;
        Ok(Self { id: id.to_owned(), bell: Notify::new(), client, url, keys })
    }

    /// Tells the receiver. Tell the same under the same id again after [`Setback::Later`]: it may well have it already.
    pub async fn tell(&self, id: &Uuid, told: &Told, now: Timestamp) -> Result<(), Setback> {
        let Ok(body) = told.json() else {
            return Err(Setback::Later { why: "kaldet kunne ikke skrives", wait: None });
        };
        self.call(id, body, now).await
    }

    /// Calls the receiver with this body, signed.
    pub async fn call(&self, id: &Uuid, body: Vec<u8>, now: Timestamp) -> Result<(), Setback> {
        let (id, seconds) = (id.to_string(), now.as_second());
        let signature = self.keys.sign(&id, seconds, &body);
        let call = self
            .client
            .post(&self.url)
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", seconds)
            .header("webhook-signature", signature)
            .body(body);
        let mut response =
            call.send().await.map_err(|error| Setback::Later { why: kind_of(&error), wait: None })?;
        let answer = answer::interpret(response.status(), response.headers(), now);
        // Read so that the connection can be used again. A body that breaks off or goes on and on tells nothing more.
        let mut read = 0;
        while let Ok(Some(piece)) = response.chunk().await
            && read + piece.len() <= LONGEST_BODY
        {
            read += piece.len();
        }
        answer
    }
}

/// Why a way cannot be opened, in the words of `[webhooks]`.
fn said(error: &digital_post::OpenError) -> String {
    use digital_post::OpenError as E;
    match error {
        E::Address => "url skal begynde med https://".to_owned(),
        E::Proxy(_) => "webhooks.proxy kan ikke bruges".to_owned(),
        E::Tls(_) => {
            "TLS kan ikke sættes op: har maskinen rodcertifikater (eller webhooks.ca_file)?".to_owned()
        }
        other => other.danish(),
    }
}

/// Shown without address and keys.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A webhook cannot be opened; an operator must look at `[webhooks]`.
#[derive(Debug, thiserror::Error)]
#[error("webhook {id} cannot be opened: {why}")]
pub struct OpenError {
    /// Which one.
    id: String,
    /// Why, in Danish.
    why: String,
}

impl OpenError {
    /// The same in Danish, with a way forward.
    pub fn danish(&self) -> String {
        format!("[webhooks.target.{}]: {}.", self.id, self.why)
    }
}
