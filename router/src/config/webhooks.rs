//! `[webhooks]`: where other systems are that rules give notice to.
//!
//! A policy names a webhook by its id and nothing more: whoever may write rules may not choose whom the machine calls.
//! Address and secret stand here, where the operator writes, and `allow_hosts` says once more which hosts may be called
//! at all; with an empty list nobody is.
//!
//! **What the list means.** A host on it is trusted to be wherever its name leads, also on a private network: an
//! authority's robots and maps mostly live there, so private addresses are not refused. What keeps a name from being led
//! astray is its certificate, which is why plain http is for this very machine alone. Link-local addresses, where clouds
//! keep the keys of their machines, are refused even when they are on the list.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::findings::{Finding, Place};
use super::secret::{Secret, SecretText};
use super::{Config, values};
use crate::webhook::SigningKeys;

/// `[webhooks]`: calls to other systems.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhooks {
    /// Hosts that may be called, in lower case.
    #[serde(deserialize_with = "values::hosts")]
    pub allow_hosts: Vec<String>,
    /// Plain http to this very machine is allowed.
    pub allow_http: bool,
    /// Roots to trust instead of the machine's own, PEM.
    #[serde(deserialize_with = "values::optional_path")]
    pub ca_file: Option<PathBuf>,
    /// Proxy for calls out.
    #[serde(deserialize_with = "values::optional_web_address")]
    pub proxy: Option<String>,
    /// Longest a call may take; short, for a stop of the program waits for it.
    #[serde(rename = "timeout_seconds", deserialize_with = "values::seconds::<_, 1, 60>")]
    pub timeout: Duration,
    /// Each webhook, by its id in the policy.
    pub target: BTreeMap<String, WebhookTarget>,
}

/// `[webhooks.target.ID]`: one webhook.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookTarget {
    /// Address that is called; always set once loaded.
    #[serde(deserialize_with = "values::optional_service_address")]
    pub url: Option<String>,
    /// File with the secret that calls are signed with.
    #[serde(deserialize_with = "values::optional_path")]
    pub secret_file: Option<PathBuf>,
    #[serde(default, deserialize_with = "values::optional_secret")]
    secret: Option<SecretText>,
}

impl WebhookTarget {
    /// The secret that calls are signed with; two of them while it is being changed.
    pub fn secret(&self) -> Secret<'_> {
        Secret::of(self.secret.as_ref(), self.secret_file.as_deref())
    }

    fn host(&self) -> String {
        self.url.as_deref().and_then(values::host_of).unwrap_or_default()
    }
}

impl Webhooks {
    /// Why this webhook may not be called, in Danish and with a way forward; `None` when it may.
    pub fn refusal(&self, id: &str) -> Option<String> {
        let Some(target) = self.target.get(id) else {
            return Some(format!(
                "konfigurationen kender ikke webhooken \"{id}\"; skriv dens adresse og hemmelighed i [webhooks.target.{id}]"
            ));
        };
        let host = target.host();
        if is_link_local(&host) {
            return Some(format!(
                "webhooken \"{id}\" har en adresse ({host}), der aldrig kaldes; vælg en anden"
            ));
        }
        (!self.allow_hosts.contains(&host)).then(|| {
            format!(
                "webhooken \"{id}\" har en adresse på værten {host}, som ikke står i webhooks.allow_hosts; skriv den dér, hvis \
                 den må kaldes"
            )
        })
    }
}

/// Addresses that mean the network card's own surroundings, and those that mean nobody.
pub(super) fn is_link_local(host: &str) -> bool {
    match host.parse() {
        Ok(IpAddr::V4(address)) => {
            address.is_link_local()
                || address.is_unspecified()
                || address.is_multicast()
                || address.is_broadcast()
        }
        Ok(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
            Some(address) => is_link_local(&address.to_string()),
            None => address.is_unicast_link_local() || address.is_unspecified() || address.is_multicast(),
        },
        Err(_) => false,
    }
}

impl Config {
    /// What contradicts itself in `[webhooks]`.
    pub(super) fn webhook_contradictions(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        for (id, target) in &self.webhooks.target {
            let key = |last: &str| format!("webhooks.target.{id}.{last}");
            let mut fault = |last: &str, text: &str| {
                found.push(Finding::error(self.place_of_target(id), Some(&key(last)), text));
            };
            match &target.url {
                None => fault("url", "er ikke sat; hvor skal webhooken kaldes?"),
                Some(url) if url.starts_with("http://") && !self.webhooks.allow_http => {
                    fault(
                        "url",
                        "er uden TLS; brug https://, eller sæt webhooks.allow_http = true til en prøve",
                    );
                }
                Some(_) => {}
            }
            if !target.secret().is_set() {
                fault("secret_file", "er ikke sat; kald uden underskrift sendes ikke");
            }
        }
        found
    }

    /// Where a webhook is spoken of first.
    fn place_of_target(&self, id: &str) -> Place {
        let inside = format!("webhooks.target.{id}.");
        let mut spoken =
            self.origins.iter().filter(|(key, _)| key.starts_with(&inside)).map(|(_, place)| place);
        spoken.next().cloned().unwrap_or(Place::Defaults)
    }

    /// Secrets that cannot be had or used, and webhooks that no policy may name.
    pub(super) fn check_webhooks(&self, found: &mut Vec<Finding>) {
        for (id, target) in &self.webhooks.target {
            let key = format!("webhooks.target.{id}.secret_file");
            match target.secret().read() {
                Ok(Some(text)) if SigningKeys::parse(text.expose()).is_none() => {
                    found.push(Finding::error(self.place_of_target(id), Some(&key), SigningKeys::EXPECTED));
                }
                read => self.note_secret(found, &key, read.map(drop)),
            }
            if let Secret::File(file) = target.secret() {
                self.note_exposed(found, &key, file);
            }
            if let Some(why) = self.webhooks.refusal(id) {
                let key = format!("webhooks.target.{id}.url");
                found.push(Finding::warning(self.place_of_target(id), Some(&key), why));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_surroundings_of_the_machine_are_never_called() {
        for host in ["169.254.169.254", "fe80::1", "::ffff:169.254.169.254", "0.0.0.0", "::", "224.0.0.1"] {
            assert!(is_link_local(host), "{host}");
        }
        for host in ["10.1.2.3", "127.0.0.1", "fd00::1", "robot.kommune.example"] {
            assert!(!is_link_local(host), "{host}");
        }
    }
}
