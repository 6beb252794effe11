//! Answers: what Digital Post's reply means for the receipt.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use serde::Deserialize;

/// Digital Post has the receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// It took this one.
    Now,
    /// It says the message is receipted already (409 or 422; that this is what they mean is inferred, so we log it).
    Already(u16),
}

/// The receipt has not got through; what happens next.
#[derive(Debug, thiserror::Error)]
pub enum Setback {
    /// Digital Post or the way there is unwell. Send the same receipt again.
    #[error("digital post is not taking receipts now: {why}")]
    Later {
        /// What was seen, for the log.
        why: &'static str,
        /// Digital Post asked us to wait at least this long.
        wait: Option<Duration>,
        /// The cause, when the network failed. It names neither address nor token.
        #[source]
        source: Option<reqwest::Error>,
    },
    /// Repeating will not help.
    #[error("digital post refuses the receipt: {0:?}")]
    AskPerson(Refusal),
}

/// Why Digital Post will not have the receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// 401: token, system id or certificate are not accepted.
    Credentials,
    /// 403: the system may not receipt this message, or our address is not on its list.
    Forbidden,
    /// 404: the message or the address is unknown.
    Unknown,
    /// 400 or 422: Digital Post finds fault with the receipt itself. Its own code, when it is one.
    Malformed(Option<String>),
    /// A redirect or another answer outside the interface.
    Strange(u16),
}

impl Refusal {
    /// What the person should know and do, in Danish.
    pub fn danish(&self) -> String {
        match self {
            Self::Credentials => {
                "Digital Post godkender ikke adgangen (401). Se efter, om api-token, systemets UUID og \
                                  klientcertifikatet passer sammen, og om certifikatet er udløbet."
                    .to_owned()
            }
            Self::Forbidden => {
                "Digital Post afviser kvitteringen (403). Se efter i Administrativ Adgang, om systemet har \
                                ret til meddelelsen, og om maskinens IP-adresse er tilladt."
                    .to_owned()
            }
            Self::Unknown => {
                "Digital Post kender ikke meddelelsen eller adressen (404). Se efter, om base_url og \
                              miljøet (test eller produktion) er det rigtige."
                    .to_owned()
            }
            Self::Malformed(Some(code)) => {
                format!(
                    "Digital Post kan ikke bruge kvitteringen og giver koden {code}. Kontakt systemets leverandør."
                )
            }
            Self::Malformed(None) => {
                "Digital Post kan ikke bruge kvitteringen. Kontakt systemets leverandør.".to_owned()
            }
            Self::Strange(status) => format!(
                "Der kom et uventet svar ({status}) på kvitteringen. Se efter, om base_url peger direkte på Digital Posts API."
            ),
        }
    }
}

/// Digital Post's error body (§3). Only the codes and field names are looked at; texts and values may hold anything.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ErrorBody {
    code: Option<String>,
    field_errors: Option<Vec<FieldError>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct FieldError {
    field: Option<String>,
}

impl ErrorBody {
    /// Whether it finds fault with something other than which message the receipt is about.
    fn faults_the_receipt(&self) -> bool {
        self.field_errors.iter().flatten().any(|fault| {
            fault.field.as_deref().is_some_and(|field| !field.eq_ignore_ascii_case("messageUUID"))
        })
    }

    /// The code, when it looks like one and so can be shown and logged.
    fn code(self) -> Option<String> {
        self.code.filter(|code| {
            (1..=64).contains(&code.len())
                && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        })
    }
}

/// Whether the body is needed to tell what the answer means.
pub(super) fn needs_body(status: StatusCode) -> bool {
    matches!(status, StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY)
}

/// Reads the answer.
pub(super) fn interpret(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
) -> Result<Accepted, Setback> {
    let error = || serde_json::from_slice::<ErrorBody>(body).unwrap_or_default();
    let ask = |refusal| Err(Setback::AskPerson(refusal));
    match status {
        // A page for people with a 200 comes from something in between: a firewall, a sign-in, a maintenance notice.
        _ if status.is_success() && is_html(headers) => {
            Err(later("en webside i stedet for et svar", headers, now))
        }
        _ if status.is_success() => Ok(Accepted::Now),
        StatusCode::CONFLICT => Ok(Accepted::Already(status.as_u16())),
        StatusCode::UNPROCESSABLE_ENTITY => {
            let error = error();
            match error.faults_the_receipt() {
                true => ask(Refusal::Malformed(error.code())),
                false => Ok(Accepted::Already(status.as_u16())),
            }
        }
        StatusCode::BAD_REQUEST => ask(Refusal::Malformed(error().code())),
        StatusCode::UNAUTHORIZED => ask(Refusal::Credentials),
        StatusCode::FORBIDDEN => ask(Refusal::Forbidden),
        StatusCode::NOT_FOUND => ask(Refusal::Unknown),
        StatusCode::TOO_MANY_REQUESTS => Err(later("429: for mange kald", headers, now)),
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY => {
            Err(later("svaret kom ikke i tide", headers, now))
        }
        StatusCode::SERVICE_UNAVAILABLE => Err(later("503: utilgængelig", headers, now)),
        _ if status.is_server_error() => Err(later("fejl hos Digital Post", headers, now)),
        _ => ask(Refusal::Strange(status.as_u16())),
    }
}

fn is_html(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("text/html"))
}

fn later(why: &'static str, headers: &HeaderMap, now: Timestamp) -> Setback {
    Setback::Later { why, wait: retry_after(headers, now), source: None }
}

/// Longest wait we let somebody else decide.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3_600);

/// `Retry-After`: seconds, or a date as mail writes it (RFC 9110 §10.2.3).
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let at = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
            Duration::try_from(at.duration_since(now)).ok()?
        }
    };
    Some(wait.min(LONGEST_WAIT))
}
