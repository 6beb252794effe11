//! `[sign_in]`: how people get to the desks in the browser.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::secret::{Secret, SecretText};
use super::values;
use super::{Config, Finding};

/// `[sign_in]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// How people prove who they are.
    pub method: SignInMethod,
    /// Address that browsers reach the program at, without a path.
    #[serde(deserialize_with = "values::optional_web_address")]
    pub public_url: Option<String>,
    /// How long a session lasts without being used.
    #[serde(rename = "idle_seconds", deserialize_with = "values::seconds::<_, 60, 86_400>")]
    pub idle: Duration,
    /// How long a session lasts, however busy.
    #[serde(rename = "longest_seconds", deserialize_with = "values::seconds::<_, 300, 604_800>")]
    pub longest: Duration,
    /// `[sign_in.oidc]`.
    pub oidc: Oidc,
    /// `[sign_in.break_glass]`.
    pub break_glass: BreakGlass,
}

/// How people prove who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignInMethod {
    /// Nobody can sign in; the desks are closed.
    None,
    /// OpenID Connect with the authority's own provider.
    Oidc,
    /// The demo's invented people, without a password. Set by the demo alone, which listens to this machine only.
    #[serde(skip)]
    Demo,
}

/// `[sign_in.oidc]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oidc {
    /// The provider (issuer), as written.
    #[serde(deserialize_with = "values::optional_issuer")]
    pub issuer: Option<String>,
    /// Client id.
    #[serde(deserialize_with = "values::optional_text")]
    pub client_id: Option<String>,
    /// File with the client's secret.
    #[serde(deserialize_with = "values::optional_path")]
    pub client_secret_file: Option<PathBuf>,
    #[serde(default, deserialize_with = "values::optional_secret")]
    client_secret: Option<SecretText>,
    /// Is somebody who signs out here signed out at the provider too?
    pub end_provider_session: bool,
    /// Scopes asked for beside `openid`.
    pub scopes: Vec<String>,
    /// Claim with the user id, which is also the person's id in the organisation.
    pub person_claim: String,
    /// Claim with the roles.
    pub roles_claim: String,
    /// Claim with the ids of units; `None`: the organisation says.
    #[serde(deserialize_with = "values::optional_text")]
    pub units_claim: Option<String>,
    /// Values of the roles claim that make a post distributor.
    pub post_distributor: Vec<String>,
    /// … a case handler.
    pub case_handler: Vec<String>,
    /// … a records manager.
    pub records_manager: Vec<String>,
    /// … an operator.
    pub operator: Vec<String>,
    /// Root certificates that the provider must be approved with.
    #[serde(deserialize_with = "values::optional_path")]
    pub ca_file: Option<PathBuf>,
    /// Proxy for the calls to the provider.
    #[serde(deserialize_with = "values::optional_service_address")]
    pub proxy: Option<String>,
}

/// `[sign_in.break_glass]`: the account for the day when the provider is down.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BreakGlass {
    /// Can anybody sign in with it?
    pub enabled: bool,
    /// File with the hash of its password.
    #[serde(deserialize_with = "values::optional_path")]
    pub password_hash_file: Option<PathBuf>,
    #[serde(default, deserialize_with = "values::optional_secret")]
    password_hash: Option<SecretText>,
    /// Words of the roles that it has.
    #[serde(deserialize_with = "values::roles")]
    pub roles: Vec<String>,
    /// How long its sessions last, however busy.
    #[serde(rename = "longest_seconds", deserialize_with = "values::seconds::<_, 60, 14_400>")]
    pub longest: Duration,
    /// The webhook that is told each time.
    #[serde(deserialize_with = "values::optional_text")]
    pub webhook: Option<String>,
}

impl BreakGlass {
    /// The hash of its password.
    pub fn password_hash(&self) -> Secret<'_> {
        Secret::of(self.password_hash.as_ref(), self.password_hash_file.as_deref())
    }
}

impl Oidc {
    /// The client's secret.
    pub fn client_secret(&self) -> Secret<'_> {
        Secret::of(self.client_secret.as_ref(), self.client_secret_file.as_deref())
    }
}

impl Config {
    pub(super) fn sign_in_contradictions(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        let mut fault = |key: &str, text: &str| found.push(Finding::error(self.origin(key), Some(key), text));
        let break_glass = &self.sign_in.break_glass;
        if break_glass.enabled && !break_glass.password_hash().is_set() {
            fault(
                "sign_in.break_glass.enabled",
                "kræver også password_hash_file; lav den med modtag break-glass hash",
            );
        }
        if break_glass.webhook.as_ref().is_some_and(|id| !self.webhooks.target.contains_key(id)) {
            fault("sign_in.break_glass.webhook", "nævner en webhook, der ikke står i [webhooks.target]");
        }
        if self.sign_in.method != SignInMethod::Oidc {
            return found;
        }
        let oidc = &self.sign_in.oidc;
        if oidc.issuer.is_none() || oidc.client_id.is_none() {
            fault("sign_in.method", "\"oidc\" kræver også issuer og client_id i [sign_in.oidc]");
        }
        if self.sign_in.public_url.is_none() {
            fault("sign_in.method", "\"oidc\" kræver også public_url: adressen, browserne når programmet på");
        }
        found
    }
}
