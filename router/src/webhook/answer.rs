//! Answers: what a receiver's reply means for the call.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use crate::digital_post::retry_after;

/// The call has not got through; what happens next.
#[derive(Debug, PartialEq, Eq)]
pub enum Setback {
    /// The receiver or the way there is unwell. Make the same call again.
    Later {
        /// What was seen, in Danish.
        why: &'static str,
        /// The receiver asked us to wait at least this long.
        wait: Option<Duration>,
    },
    /// Repeating will not help.
    AskPerson(Refusal),
}

/// Why a receiver will not have the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The configuration does not know the webhook any more, or does not allow its host.
    Unknown,
    /// 410: the receiver has taken it away.
    Gone,
    /// 401 or 403: the signature is not believed.
    Signature(u16),
    /// A redirect, which is not followed.
    Elsewhere(u16),
    /// Any other answer that no repetition changes.
    Refused(u16),
}

impl Refusal {
    /// What the person should know and do, in Danish.
    pub fn danish(self, id: &str) -> String {
        let again = "Prøv derefter igen med modtag retry.";
        match self {
            Self::Unknown => {
                format!(
                    "Webhooken \"{id}\" må ikke kaldes; se [webhooks.target.{id}] og webhooks.allow_hosts. {again}"
                )
            }
            Self::Gone => format!(
                "Modtageren af webhooken \"{id}\" har lukket adressen (410). Fjern webhooken fra reglerne, eller ret dens url. {again}"
            ),
            Self::Signature(status) => format!(
                "Modtageren af webhooken \"{id}\" godkender ikke kaldet ({status}). Se efter, om begge sider har samme hemmelighed. \
                 {again}"
            ),
            Self::Elsewhere(status) => format!(
                "Modtageren af webhooken \"{id}\" henviser til en anden adresse ({status}), og det følges ikke. Ret dens url. {again}"
            ),
            Self::Refused(status) => format!(
                "Modtageren af webhooken \"{id}\" afviser kaldet ({status}). Se efter, om dens url er den rigtige. {again}"
            ),
        }
    }
}

/// Reads the answer. Its body says nothing that we need.
pub(super) fn interpret(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Result<(), Setback> {
    let code = status.as_u16();
    let later = |why| Err(Setback::Later { why, wait: retry_after(headers, now) });
    let ask = |refusal| Err(Setback::AskPerson(refusal));
    match status {
        _ if status.is_success() => Ok(()),
        StatusCode::TOO_MANY_REQUESTS => later("429: for mange kald"),
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY => later("svaret kom ikke i tide"),
        StatusCode::SERVICE_UNAVAILABLE => later("503: utilgængelig"),
        _ if status.is_server_error() => later("fejl hos modtageren"),
        StatusCode::GONE => ask(Refusal::Gone),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => ask(Refusal::Signature(code)),
        _ if status.is_redirection() => ask(Refusal::Elsewhere(code)),
        _ => ask(Refusal::Refused(code)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_is_done_or_later_or_for_a_person() {
        let now = Timestamp::UNIX_EPOCH;
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", "90".parse().expect("a value"));
        for code in 200..600u16 {
            let status = StatusCode::from_u16(code).expect("a status");
            let answer = interpret(status, &headers, now);
            match code {
                200..=299 => assert_eq!(answer, Ok(())),
                408 | 425 | 429 | 500.. => {
                    let waits = matches!(answer, Err(Setback::Later { wait: Some(wait), .. }) if wait.as_secs() == 90);
                    assert!(waits, "{code}");
                }
                _ => assert!(matches!(answer, Err(Setback::AskPerson(_))), "{code}"),
            }
        }
    }

    #[test]
    fn every_refusal_says_what_to_do() {
        for refusal in [
            Refusal::Unknown,
            Refusal::Gone,
            Refusal::Signature(401),
            Refusal::Elsewhere(302),
            Refusal::Refused(404),
        ] {
            let said = refusal.danish("gis");
            assert!(said.contains("\"gis\"") && said.contains("modtag retry"), "{said}");
        }
    }
}
