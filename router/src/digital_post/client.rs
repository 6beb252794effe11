//! The client: one connection pool to one address, with the system's token and certificate.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use zeroize::Zeroizing;

use super::answer::{self, Accepted, Setback};
use super::receipt::Receipt;
use crate::config;

/// Digital Post, as seen by one recipient system. Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct DigitalPost {
    client: reqwest::Client,
    base_url: String,
}

/// An answer longer than this is not read to its end; errors of the interface are a few hundred bytes.
const LONGEST_BODY: usize = 64 * 1024;

impl DigitalPost {
    /// Opens the way to Digital Post; `None` when no address is configured. Reads the secret files, calls nobody.
    pub fn open(config: &config::DigitalPost) -> Result<Option<Self>, OpenError> {
        let Some(base_url) = &config.base_url else { return Ok(None) };
        Ok(Some(Self { client: connect(config, base_url)?, base_url: base_url.clone() }))
    }

    /// Sends a receipt. Send the same one again after [`Setback::Later`]: Digital Post may well have it already.
    pub async fn send(&self, receipt: &Receipt, now: Timestamp) -> Result<Accepted, Setback> {
        let body = receipt.json().map_err(|_| lost("kvitteringen kunne ikke skrives", None))?;
        let url = format!("{}/memos/{}/receipt", self.base_url, receipt.message_uuid);
        let mut response = self
            .client
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .body(body)
            .send()
            .await
            .map_err(|error| lost(kind_of(&error), Some(error)))?;
        let status = response.status();
        let mut body = Vec::new();
        if answer::needs_body(status) {
            // A body that breaks off tells nothing more; the status still counts.
            while let Ok(Some(piece)) = response.chunk().await
                && body.len() + piece.len() <= LONGEST_BODY
            {
                body.extend_from_slice(&piece);
            }
        }
        let answer = answer::interpret(status, response.headers(), &body, now);
        if let Ok(Accepted::Already(status)) = answer {
            tracing::info!(
                message.id = %receipt.message_uuid,
                receipt.transmission_id = %receipt.transmission_id,
                http.status = status,
                "digital post had a receipt for this message already"
            );
        }
        answer
    }
}

/// A client with the system's token and certificate.
pub(crate) fn connect(config: &config::DigitalPost, base_url: &str) -> Result<reqwest::Client, OpenError> {
    let way =
        Way { timeout: config.timeout, proxy: config.proxy.as_deref(), ca_file: config.ca_file.as_deref() };
    let mut builder = way.builder(base_url)?.default_headers(credentials(config)?);
    if let Some(identity) = identity(config)? {
        builder = builder.identity(identity);
    }
    builder.build().map_err(OpenError::Tls)
}

/// How a configured address is reached: whose certificates are believed, through which proxy, with how much patience.
pub(crate) struct Way<'c> {
    pub(crate) timeout: Duration,
    pub(crate) proxy: Option<&'c str>,
    pub(crate) ca_file: Option<&'c Path>,
}

impl Way<'_> {
    /// A client that speaks to the address it is given and nowhere else: no redirects, no proxies of the environment.
    pub(crate) fn builder(&self, base_url: &str) -> Result<reqwest::ClientBuilder, OpenError> {
        let url = reqwest::Url::parse(base_url).map_err(|_| OpenError::Address)?;
        let encrypted = match url.scheme() {
            "https" => true,
            "http" if is_own_machine(&url) => false,
            _ => return Err(OpenError::Address),
        };
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("modtag/", env!("CARGO_PKG_VERSION")))
            .https_only(encrypted)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .timeout(self.timeout)
            .connect_timeout(self.timeout.min(Duration::from_secs(10)))
            .pool_max_idle_per_host(4);
        if let Some(proxy) = self.proxy {
            builder = builder.proxy(reqwest::Proxy::all(proxy).map_err(OpenError::Proxy)?);
        }
        builder = match (encrypted, self.ca_file) {
            (true, Some(file)) => builder.tls_certs_only(roots(file)?),
            (true, None) => builder,
            // Without TLS no roots are needed, and a machine without any must still be able to test.
            (false, _) => builder.tls_certs_only([]),
        };
        if encrypted {
            builder = builder.tls_version_min(reqwest::tls::Version::TLS_1_2);
        }
        Ok(builder)
    }
}

impl fmt::Debug for DigitalPost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DigitalPost").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

fn lost(why: &'static str, source: Option<reqwest::Error>) -> Setback {
    Setback::Later { why, wait: None, source: source.map(reqwest::Error::without_url) }
}

pub(crate) fn kind_of(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "svaret kom ikke i tide"
    } else if error.is_connect() {
        "ingen forbindelse"
    } else {
        "forbindelsen blev afbrudt"
    }
}

fn is_own_machine(url: &reqwest::Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// `Authorization: Basic base64(systemId:token)`, marked so that no layer below shows it.
fn credentials(config: &config::DigitalPost) -> Result<HeaderMap, OpenError> {
    let system = config.system_id.ok_or(OpenError::NoCredentials)?;
    let token = config.api_token().read()?.ok_or(OpenError::NoCredentials)?;
    let pair = Zeroizing::new(format!("{system}:{}", token.expose()));
    let header = Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())));
    let mut value = HeaderValue::from_str(&header).map_err(|_| OpenError::NoCredentials)?;
    value.set_sensitive(true);
    Ok(HeaderMap::from_iter([(AUTHORIZATION, value)]))
}

fn roots(file: &Path) -> Result<Vec<reqwest::Certificate>, OpenError> {
    let roots = reqwest::Certificate::from_pem_bundle(&read(file)?).map_err(|_| not_pem(file))?;
    if roots.is_empty() { Err(not_pem(file)) } else { Ok(roots) }
}

fn identity(config: &config::DigitalPost) -> Result<Option<reqwest::Identity>, OpenError> {
    let (Some(certificate), Some(key)) = (&config.client_certificate_file, &config.client_key_file) else {
        return Ok(None);
    };
    let mut pem = Zeroizing::new(read(certificate)?.to_vec());
    pem.push(b'\n');
    pem.extend_from_slice(&read(key)?);
    reqwest::Identity::from_pem(&pem).map(Some).map_err(|_| not_pem(key))
}

/// No chain of certificates is longer.
const LONGEST_PEM: u64 = 4 * 1024 * 1024;

fn read(file: &Path) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    use std::io::Read;
    let mut bytes = Zeroizing::new(Vec::new());
    std::fs::File::open(file)
        .and_then(|opened| opened.take(LONGEST_PEM).read_to_end(&mut bytes))
        .map_err(|source| OpenError::File { file: file.to_owned(), source })?;
    Ok(bytes)
}

fn not_pem(file: &Path) -> OpenError {
    OpenError::NotPem { file: file.to_owned() }
}

/// The way to Digital Post cannot be opened; an operator must look at `[digital_post]`.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address is neither https nor this very machine.
    #[error("base_url is neither https nor loopback")]
    Address,
    /// System id or token is missing or unusable.
    #[error("system id or api token is missing or unusable")]
    NoCredentials,
    /// The token's file cannot be read.
    #[error(transparent)]
    Secret(#[from] config::SecretError),
    /// A certificate or key file cannot be read.
    #[error("cannot read {}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A certificate or key file does not hold what it should.
    #[error("{} holds no usable PEM", file.display())]
    NotPem {
        /// The file.
        file: PathBuf,
    },
    /// The proxy's address is unusable.
    #[error("the proxy address is unusable")]
    Proxy(#[source] reqwest::Error),
    /// TLS cannot be set up.
    #[error("tls cannot be set up")]
    Tls(#[source] reqwest::Error),
}

impl OpenError {
    /// The same in Danish, with a way forward.
    pub fn danish(&self) -> String {
        match self {
            Self::Address => "digital_post.base_url skal begynde med https://".to_owned(),
            Self::NoCredentials => {
                "digital_post.system_id eller api-token mangler eller kan ikke bruges".to_owned()
            }
            Self::Secret(error) => error.danish(),
            Self::File { file, .. } => format!("{} kan ikke læses", file.display()),
            Self::NotPem { file } => format!(
                "{} indeholder ikke det certifikat eller den nøgle (PEM, uden adgangskode), der skal bruges",
                file.display()
            ),
            Self::Proxy(_) => "digital_post.proxy kan ikke bruges".to_owned(),
            Self::Tls(_) => {
                "TLS kan ikke sættes op: hører klientcertifikat og nøgle sammen, og har maskinen \
                             rodcertifikater (eller ca_file)?"
                    .to_owned()
            }
        }
    }
}
