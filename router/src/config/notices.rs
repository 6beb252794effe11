//! `[notices]`: how case handlers and units are told of new mail.
//!
//! Off until a mail server or a channel stands here. Who is told, and how often, is theirs to choose in the browser; where to
//! is not: addresses come from the organisation and the sign-in, channels from this file.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::Config;
use super::findings::{Finding, Place};
use super::secret::{Secret, SecretText};
use super::values;
use super::webhooks::is_link_local;

/// `[notices]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notices {
    /// `[notices.mail]`.
    pub mail: NoticeMail,
    /// `[notices.teams]`.
    pub teams: NoticeTeams,
}

/// `[notices.mail]`: the authority's own mail server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeMail {
    /// The server; `None`: no e-mail.
    #[serde(deserialize_with = "values::optional_text")]
    pub host: Option<String>,
    /// Its port.
    #[serde(deserialize_with = "values::port")]
    pub port: u16,
    /// How the way to it is encrypted.
    pub tls: NoticeTls,
    /// Who signs in there.
    #[serde(deserialize_with = "values::optional_text")]
    pub user: Option<String>,
    /// File with their password.
    #[serde(deserialize_with = "values::optional_path")]
    pub password_file: Option<PathBuf>,
    #[serde(default, deserialize_with = "values::optional_secret")]
    password: Option<SecretText>,
    /// Sender of the notices.
    #[serde(deserialize_with = "values::optional_text")]
    pub from: Option<String>,
    /// Domains that people may give an address of their own in, in lower case.
    #[serde(deserialize_with = "values::hosts")]
    pub allow_domains: Vec<String>,
    /// Roots to trust instead of the machine's own, PEM.
    #[serde(deserialize_with = "values::optional_path")]
    pub ca_file: Option<PathBuf>,
    /// Longest that one mail may take.
    #[serde(rename = "timeout_seconds", deserialize_with = "values::seconds::<_, 1, 120>")]
    pub timeout: Duration,
}

values::choice! {
    /// How the way to the mail server is encrypted.
    NoticeTls {
        /// Asked for before anything is said; without it nothing is.
        Starttls = "starttls",
        /// From the first byte.
        Tls = "tls",
        /// Not at all: to this very machine alone.
        None = "none",
    }
}

/// `[notices.teams]`: units' channels.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeTeams {
    /// Hosts that may be called, in lower case.
    #[serde(deserialize_with = "values::hosts")]
    pub allow_hosts: Vec<String>,
    /// Roots to trust instead of the machine's own, PEM.
    #[serde(deserialize_with = "values::optional_path")]
    pub ca_file: Option<PathBuf>,
    /// Proxy for calls out.
    #[serde(deserialize_with = "values::optional_web_address")]
    pub proxy: Option<String>,
    /// Longest a call may take.
    #[serde(rename = "timeout_seconds", deserialize_with = "values::seconds::<_, 1, 60>")]
    pub timeout: Duration,
    /// Each channel, by its unit's id.
    pub target: BTreeMap<String, NoticeChannel>,
}

/// `[notices.teams.target.UNIT]`: one unit's channel.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeChannel {
    /// File with the address of its webhook, which is a secret.
    #[serde(deserialize_with = "values::optional_path")]
    pub url_file: Option<PathBuf>,
    #[serde(default, deserialize_with = "values::optional_secret")]
    url: Option<SecretText>,
}

impl NoticeMail {
    /// The password at the mail server.
    pub fn password(&self) -> Secret<'_> {
        Secret::of(self.password.as_ref(), self.password_file.as_deref())
    }

    fn is_own_machine(&self) -> bool {
        let host = self.host.as_deref().unwrap_or_default();
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

impl NoticeTeams {
    /// Why this address may not be called, in Danish; `None` when it may. Does not repeat it: it is a secret.
    pub fn refusal(&self, url: &str) -> Option<String> {
        let host = values::host_of_secret(url);
        match host {
            None => Some("adressen skal begynde med https:// (http:// kun til denne maskine selv).".into()),
            Some(host) if is_link_local(&host) => {
                Some(format!("værten {host} kaldes aldrig; vælg en anden."))
            }
            Some(host) if !self.allow_hosts.contains(&host) => Some(format!(
                "værten {host} står ikke i notices.teams.allow_hosts; skriv den dér, hvis den må kaldes."
            )),
            Some(_) => None,
        }
    }
}

impl NoticeChannel {
    /// The address of its webhook.
    pub fn url(&self) -> Secret<'_> {
        Secret::of(self.url.as_ref(), self.url_file.as_deref())
    }
}

impl Config {
    /// What contradicts itself in `[notices]`.
    pub(super) fn notice_contradictions(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        let mut fault = |key: &str, text: &str| found.push(Finding::error(self.origin(key), Some(key), text));
        let mail = &self.notices.mail;
        let public_url = self.sign_in.public_url.is_some();
        if mail.host.is_some() {
            let is_address = |text: &str| text.parse::<lettre::Address>().is_ok();
            if !mail.from.as_deref().is_some_and(is_address) {
                fault("notices.mail.from", "skal være den e-mailadresse, beskederne sendes fra");
            }
            if mail.tls == NoticeTls::None && !mail.is_own_machine() {
                fault(
                    "notices.mail.tls",
                    "\"none\" går kun til en mailserver på denne maskine selv; brug \"starttls\" eller \"tls\"",
                );
            }
            if mail.user.is_some() != mail.password().is_set() {
                fault("notices.mail.user", "og password_file kræver hinanden");
            }
            if !public_url {
                fault("notices.mail.host", "kræver også sign_in.public_url, som beskederne henviser til");
            }
        }
        for (unit, target) in &self.notices.teams.target {
            let key = format!("notices.teams.target.{unit}.url_file");
            if !target.url().is_set() {
                fault(&key, "er ikke sat; hvor er enhedens kanal?");
            }
        }
        if !self.notices.teams.target.is_empty() && !public_url {
            fault(
                "notices.teams.allow_hosts",
                "og kanaler kræver også sign_in.public_url, som beskederne henviser til",
            );
        }
        found
    }

    /// Secrets that cannot be had, and channels that may not be called.
    pub(super) fn check_notices(&self, found: &mut Vec<Finding>) {
        let password = self.notices.mail.password();
        self.note_secret(found, "notices.mail.password_file", password.read().map(drop));
        if let Secret::File(file) = password {
            self.note_exposed(found, "notices.mail.password_file", file);
        }
        for (unit, target) in &self.notices.teams.target {
            let key = format!("notices.teams.target.{unit}.url_file");
            match target.url().read() {
                Ok(Some(url)) => {
                    if let Some(why) = self.notices.teams.refusal(url.expose()) {
                        found.push(Finding::error(Place::Defaults, Some(&key), why));
                    }
                }
                read => self.note_secret(found, &key, read.map(drop)),
            }
            if let Secret::File(file) = target.url() {
                self.note_exposed(found, &key, file);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_called_over_tls_on_allowed_hosts_alone() {
        let teams = |hosts: &[&str]| NoticeTeams {
            allow_hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            ca_file: None,
            proxy: None,
            timeout: Duration::from_secs(1),
            target: BTreeMap::new(),
        };
        let allowed = teams(&["flow.example", "127.0.0.1", "169.254.1.1"]);
        for good in
            ["https://flow.example/a/b?sig=abc%2B", "https://flow.example:8443/a", "http://127.0.0.1:80/a"]
        {
            assert_eq!(allowed.refusal(good), None, "{good}");
        }
        for bad in [
            "http://flow.example/a",
            "https://andre.example/a?sig=hemmelig",
            "https://bruger:kode@flow.example/a",
            "https://169.254.1.1/a",
            "ftp://flow.example",
            "",
        ] {
            let said = allowed.refusal(bad).expect(bad);
            assert!(!said.contains("hemmelig"), "{said}");
        }
    }
}
