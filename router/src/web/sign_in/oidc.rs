//! Signing in with OpenID Connect: the authority's own provider says who somebody is and which roles they have.
//!
//! Authorisation code with PKCE, state and nonce. What belongs to one attempt (state, nonce, verifier, where to go) lies
//! sealed in a cookie of the browser that began it, for ten minutes: nothing to store, and an answer meant for another
//! browser is worth nothing in this one.
//!
//! Where roles or the user id are not in the ID token (OpenID Connect Core 5.4 has them at the userinfo endpoint, and many
//! providers keep to it), they are asked for there.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod, CoreGrantType,
    CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode,
    CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{
    AccessToken, AccessTokenHash, AdditionalProviderMetadata, AsyncHttpClient, AuthenticationFlow,
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, DiscoveryError, EndSessionUrl, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl, LogoutRequest, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl, ProviderMetadata,
    RedirectUrl, Scope, TokenResponse,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Said, let_in_from, own_path, show, units_of};
use crate::config::{self, SignIn};
use crate::digital_post::Way;
use crate::keys::{MessageKey, WrappedKey};
use crate::room::PostRoom;
use crate::web::Pages;
use crate::web::cookie::{NewCookie, value_of};
use crate::web::role::Role;

/// The cookie of an attempt.
const COOKIE: &str = "modtag-ind";
/// How long an attempt lasts, in seconds.
const LASTS: i64 = 600;
/// What the provider may take, each call.
const PATIENCE: Duration = Duration::from_secs(15);
/// What the provider may take while somebody waits to be signed out.
const AT_THE_DOOR: Duration = Duration::from_secs(5);
/// The longest answer of a provider that is read, in bytes.
const LONGEST: usize = 1 << 20;
/// What the key that seals an attempt is bound to.
const BOUND_TO: &str = "sign-in";

/// The provider, as the configuration has it.
pub(in crate::web) struct Provider {
    client: reqwest::Client,
    issuer: IssuerUrl,
    id: ClientId,
    secret: Option<ClientSecret>,
    back: RedirectUrl,
    /// Where browsers come back to when they are signed out there.
    out: PostLogoutRedirectUrl,
    settings: config::Oidc,
}

/// What a provider may tell of itself beside what signing in asks for.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Beside {
    /// Where sessions are ended. Whatever stands there is no reason not to sign anybody in.
    #[serde(default)]
    end_session_endpoint: Value,
}

impl AdditionalProviderMetadata for Beside {}

type Metadata = ProviderMetadata<
    Beside,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// A provider as it describes itself today.
struct Described {
    client: Client,
    /// Its own name, to the letter: tokens bear it.
    issuer: IssuerUrl,
    /// The userinfo endpoint, where there is one.
    userinfo: Option<String>,
}

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What belongs to one attempt.
#[derive(Serialize, Deserialize)]
struct Attempt {
    state: String,
    nonce: String,
    verifier: String,
    to: String,
    until: Timestamp,
}

/// Why somebody could not sign in; what is said to them is a Danish sentence, what is logged names nobody.
struct NotIn {
    said: &'static str,
    why: String,
}

const SILENT: &str = "Jeres login svarer ikke lige nu. Prøv igen om lidt.";
const REFUSED: &str = "Login lykkedes ikke. Prøv igen; bliver det ved, så sig det til driften.";
const EXPIRED: &str = "Der gik for længe, eller login blev begyndt i en anden browser. Prøv igen.";
const NO_ROLE: &str = "Du er logget ind, men har ingen rolle i modtag. Tal med den, der styrer adgangen.";

impl Provider {
    /// The provider of this configuration. Fails, in Danish, when the configuration cannot be used.
    pub(in crate::web) fn open(sign_in: &SignIn) -> Result<Self, String> {
        let oidc = &sign_in.oidc;
        let missing = |what: &str| format!("sign_in: {what} mangler eller kan ikke bruges.");
        let issuer = oidc.issuer.clone().ok_or_else(|| missing("oidc.issuer"))?;
        let id = oidc.client_id.clone().ok_or_else(|| missing("oidc.client_id"))?;
        let public = sign_in.public_url.as_deref().ok_or_else(|| missing("public_url"))?;
        let public = public.trim_end_matches('/');
        let (back, out) = (format!("{public}/log-ind/retur"), format!("{public}/log-ud/retur"));
        let secret = oidc.client_secret().read().map_err(|error| error.danish())?;
        let way = Way { timeout: PATIENCE, proxy: oidc.proxy.as_deref(), ca_file: oidc.ca_file.as_deref() };
        let builder = way.builder(&issuer).map_err(|error| error.danish())?;
        let client = builder.redirect(reqwest::redirect::Policy::none()).build();
        Ok(Self {
            client: client.map_err(|_| missing("oidc.ca_file"))?,
            issuer: IssuerUrl::new(issuer).map_err(|_| missing("oidc.issuer"))?,
            id: ClientId::new(id),
            secret: secret.map(|secret| ClientSecret::new(secret.expose().to_owned())),
            back: RedirectUrl::new(back).map_err(|_| missing("public_url"))?,
            out: PostLogoutRedirectUrl::new(out).map_err(|_| missing("public_url"))?,
            settings: oidc.clone(),
        })
    }

    /// What the provider says of itself, asked for anew: keys change.
    ///
    /// Whoever configures it may write its name with or without a slash at the end; its description has the same address
    /// either way. What the description says is its name, and a token must bear that to the letter.
    async fn metadata(&self) -> Result<Metadata, NotIn> {
        let calls = Calls(self.client.clone());
        let mut found = Metadata::discover_async(self.issuer.clone(), &calls).await;
        if let (Err(DiscoveryError::Validation(_)), Some(other)) = (&found, other_spelling(&self.issuer)) {
            found = Metadata::discover_async(other, &calls).await;
        }
        found.map_err(|error| NotIn { said: SILENT, why: error.to_string() })
    }

    /// A client that knows where the provider's doors are and which keys it signs with.
    async fn described(&self) -> Result<Described, NotIn> {
        let metadata = self.metadata().await?;
        let issuer = metadata.issuer().clone();
        let userinfo = metadata.userinfo_endpoint().map(|endpoint| endpoint.url().to_string());
        let client = CoreClient::from_provider_metadata(metadata, self.id.clone(), self.secret.clone());
        Ok(Described { client: client.set_redirect_uri(self.back.clone()), issuer, userinfo })
    }

    /// Where a browser goes to be signed out at the provider (OpenID Connect RP-Initiated Logout 1.0); `None` when it stays
    /// signed in there, or the provider knows nothing of the kind. Fails, for the log, when the provider does not answer.
    ///
    /// We say by our client id who asks. An ID token as a hint would put names and numbers of people into an address.
    pub(super) async fn way_out(&self, state: &str) -> Result<Option<String>, String> {
        if !self.settings.end_provider_session {
            return Ok(None);
        }
        let metadata = tokio::time::timeout(AT_THE_DOOR, self.metadata()).await;
        let metadata = metadata.map_err(|_| "no answer in time".to_owned())?.map_err(|not_in| not_in.why)?;
        let endpoint = metadata.additional_metadata().end_session_endpoint.as_str();
        let Some(endpoint) = endpoint.and_then(|text| EndSessionUrl::new(text.to_owned()).ok()) else {
            return Ok(None);
        };
        // Nobody is sent from TLS to where there is none, nor to what is no web address.
        let scheme = endpoint.url().scheme();
        if scheme != "https" && scheme != self.issuer.url().scheme() {
            return Err("end_session_endpoint is no https address".into());
        }
        let request = LogoutRequest::from(endpoint).set_client_id(self.id.clone());
        let request = request.set_post_logout_redirect_uri(self.out.clone());
        Ok(Some(request.set_state(CsrfToken::new(state.to_owned())).http_get_url().to_string()))
    }

    /// Are the claims that this house goes by among these?
    fn says_enough(&self, claims: &Value) -> bool {
        let settings = &self.settings;
        let wanted =
            [Some(&settings.person_claim), Some(&settings.roles_claim), settings.units_claim.as_ref()];
        wanted.into_iter().flatten().all(|name| claim(claims, name).is_some())
    }

    /// What the userinfo endpoint tells of whoever this access token was made for.
    async fn userinfo(&self, endpoint: &str, token: &AccessToken) -> Result<Value, String> {
        let asked = axum::http::Request::builder()
            .uri(endpoint)
            .header(header::ACCEPT, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {}", token.secret()))
            .body(Vec::new())
            .map_err(|_| "userinfo cannot be asked".to_owned())?;
        let answer = call(&self.client, asked).await.map_err(|error| format!("userinfo: {error}"))?;
        if !answer.status().is_success() {
            return Err(format!("userinfo answers {}", answer.status()));
        }
        serde_json::from_slice(answer.body()).map_err(|_| "userinfo is not JSON".to_owned())
    }

    /// The roles that a token's claim gives.
    fn roles(&self, claims: &Value) -> BTreeSet<Role> {
        let given = texts(claims, &self.settings.roles_claim);
        let settings = &self.settings;
        let of = [
            (Role::PostDistributor, &settings.post_distributor),
            (Role::CaseHandler, &settings.case_handler),
            (Role::RecordsManager, &settings.records_manager),
            (Role::Operator, &settings.operator),
        ];
        let has = |values: &[String]| values.iter().any(|value| given.contains(value));
        of.into_iter().filter(|(_, values)| has(values)).map(|(role, _)| role).collect()
    }

    /// The person's units: by the token's claim where one is named, else by the organisation.
    fn units(&self, room: &PostRoom, claims: &Value, person: &str) -> BTreeSet<String> {
        match &self.settings.units_claim {
            Some(claim) => texts(claims, claim).into_iter().collect(),
            None => units_of(room, person),
        }
    }
}

/// A provider's name with the slash at its end that it was written without, or without the one that it was written with.
fn other_spelling(issuer: &IssuerUrl) -> Option<IssuerUrl> {
    let written = issuer.as_str();
    let other = written.strip_suffix('/').map_or_else(|| format!("{written}/"), str::to_owned);
    IssuerUrl::new(other).ok()
}

/// Where somebody wanted to go.
#[derive(Deserialize)]
pub(super) struct Begin {
    #[serde(default)]
    til: String,
}

/// Sends somebody to the provider.
pub(super) async fn begin(State(pages): State<Pages>, Query(wanted): Query<Begin>) -> Response {
    let Some(provider) = &pages.provider else { return Redirect::to("/log-ind").into_response() };
    let client = match provider.described().await {
        Ok(described) => described.client,
        Err(not_in) => return said(&pages, not_in),
    };
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let scopes = provider.settings.scopes.iter().cloned().map(Scope::new);
    let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
    let request = client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random).add_scopes(scopes);
    let (url, state, nonce) = request.set_pkce_challenge(challenge).url();
    let until = pages.room.clock.now().saturating_add(jiff::SignedDuration::from_secs(LASTS));
    let attempt = Attempt {
        state: state.secret().clone(),
        nonce: nonce.secret().clone(),
        verifier: verifier.secret().clone(),
        to: own_path(&wanted.til).to_owned(),
        until: until.unwrap_or(Timestamp::MAX),
    };
    let cookie = cookie(&pages, &seal(&pages.room, &attempt), LASTS);
    ([(header::SET_COOKIE, cookie)], Redirect::to(url.as_str())).into_response()
}

/// What the provider sends back with somebody.
#[derive(Deserialize)]
pub(super) struct Back {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
    /// Who says so (RFC 9207).
    iss: Option<String>,
}

/// Takes somebody in whom the provider sends back.
pub(super) async fn back(
    State(pages): State<Pages>,
    headers: HeaderMap,
    Query(back): Query<Back>,
) -> Response {
    let Some(provider) = &pages.provider else { return Redirect::to("/log-ind").into_response() };
    match identify(&pages, provider, &headers, back).await {
        Ok((claims, person, to)) => {
            let roles = provider.roles(&claims);
            if roles.is_empty() {
                return said(&pages, NotIn { said: NO_ROLE, why: "no role in the token".into() });
            }
            let units = provider.units(&pages.room, &claims, &person);
            let address = address(&claims);
            let mut answer =
                let_in_from(&pages, &headers, &person, &roles, &units, address.as_deref(), &to).await;
            answer.headers_mut().append(header::SET_COOKIE, cookie(&pages, "", 0));
            answer
        }
        Err(not_in) => said(&pages, not_in),
    }
}

/// Who it is, by a token that was checked: the claims, the user id, and where they wanted to go.
async fn identify(
    pages: &Pages,
    provider: &Provider,
    headers: &HeaderMap,
    back: Back,
) -> Result<(Value, String, String), NotIn> {
    let refused = |why: String| NotIn { said: REFUSED, why };
    let expired = |why: &str| NotIn { said: EXPIRED, why: why.into() };
    let attempt = value_of(headers, COOKIE).and_then(|sealed| unseal(&pages.room, &sealed));
    let attempt = attempt.filter(|attempt| attempt.until > pages.room.clock.now());
    let attempt = attempt.ok_or_else(|| expired("no attempt in this browser"))?;
    if back.state.as_deref() != Some(attempt.state.as_str()) {
        return Err(expired("another attempt's state"));
    }
    let is_foreign = |iss: &str| iss.trim_end_matches('/') != provider.issuer.trim_end_matches('/');
    if back.iss.as_deref().is_some_and(is_foreign) {
        return Err(refused("the answer is another provider's".into()));
    }
    if let Some(error) = back.error {
        let word: String =
            error.chars().filter(|letter| letter.is_ascii_lowercase() || *letter == '_').collect();
        return Err(refused(format!("provider says {word}")));
    }
    let code = back.code.ok_or_else(|| refused("no code".into()))?;
    let Described { client, issuer, userinfo } = provider.described().await?;
    if back.iss.is_some_and(|iss| iss != issuer.as_str()) {
        return Err(refused("the answer is another provider's".into()));
    }
    let calls = Calls(provider.client.clone());
    let exchange =
        client.exchange_code(AuthorizationCode::new(code)).map_err(|error| refused(error.to_string()))?;
    let exchange = exchange.set_pkce_verifier(PkceCodeVerifier::new(attempt.verifier));
    let answer = exchange.request_async(&calls).await.map_err(|error| refused(error.to_string()))?;
    let token = answer.id_token().ok_or_else(|| refused("no id token".into()))?;
    let verifier = client.id_token_verifier();
    let checked =
        token.claims(&verifier, &Nonce::new(attempt.nonce)).map_err(|error| refused(error.to_string()))?;
    let mut claims = payload(&token.to_string()).ok_or_else(|| refused("claims cannot be read".into()))?;
    if let (false, Some(endpoint)) = (provider.says_enough(&claims), userinfo) {
        if let Some(said) = checked.access_token_hash() {
            let (algorithm, key) = (token.signing_alg(), token.signing_key(&verifier));
            let (Ok(algorithm), Ok(key)) = (algorithm, key) else {
                return Err(refused("the token's key is unknown".into()));
            };
            let hash = AccessTokenHash::from_token(answer.access_token(), algorithm, key);
            if hash.map_err(|error| refused(error.to_string()))? != *said {
                return Err(refused("the access token is another's".into()));
            }
        }
        let told = provider.userinfo(&endpoint, answer.access_token()).await.map_err(refused)?;
        add(&mut claims, told).map_err(|why| refused(why.into()))?;
    }
    let person =
        text(&claims, &provider.settings.person_claim).ok_or_else(|| refused("no user id".into()))?;
    Ok((claims, person, attempt.to))
}

/// The claims of a token whose signature has been checked.
fn payload(token: &str) -> Option<Value> {
    let payload = token.split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

/// Adds what the userinfo endpoint tells to the claims of a token; what the token says itself stands. What is told of
/// somebody else (OpenID Connect Core 5.3.2) is not believed.
fn add(claims: &mut Value, told: Value) -> Result<(), &'static str> {
    let Value::Object(told) = told else { return Err("userinfo is no object") };
    let sub = claims.get("sub").and_then(Value::as_str);
    if sub.is_none() || told.get("sub").and_then(Value::as_str) != sub {
        return Err("userinfo is about somebody else");
    }
    let Value::Object(claims) = claims else { return Err("claims are no object") };
    for (name, value) in told {
        claims.entry(name).or_insert(value);
    }
    Ok(())
}

/// A claim; a full stop in its name goes one level down.
fn claim<'v>(claims: &'v Value, name: &str) -> Option<&'v Value> {
    claims.get(name).or_else(|| name.split('.').try_fold(claims, |value, part| value.get(part)))
}

/// A user id: short, and without white space or control characters.
fn text(claims: &Value, name: &str) -> Option<String> {
    let text = claim(claims, name)?.as_str()?.trim();
    let fits =
        !text.is_empty() && text.len() <= 200 && !text.chars().any(|c| c.is_control() || c.is_whitespace());
    fits.then(|| text.to_owned())
}

/// The person's e-mail address, unless the provider says that nobody has seen to it.
fn address(claims: &Value) -> Option<String> {
    let seen_to = claims.get("email_verified").is_none_or(|verified| *verified == Value::Bool(true));
    text(claims, "email").filter(|_| seen_to)
}

/// A list of texts, or one text with blanks between.
fn texts(claims: &Value, name: &str) -> Vec<String> {
    match claim(claims, name) {
        Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(text)) => text.split_whitespace().map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

fn said(pages: &Pages, not_in: NotIn) -> Response {
    tracing::warn!(why = not_in.why, "nobody signed in");
    let mut answer = show(pages, Said::Trouble(not_in.said), "/");
    answer.headers_mut().append(header::SET_COOKIE, cookie(pages, "", 0));
    answer
}

/// Calls to the provider.
struct Calls(reqwest::Client);

impl<'c> AsyncHttpClient<'c> for Calls {
    type Error = reqwest::Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, reqwest::Error>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(call(&self.0, request))
    }
}

/// One call; what is longer than any honest answer is read as nothing.
async fn call(client: &reqwest::Client, request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let (parts, body) = request.into_parts();
    let sent = client.request(parts.method, parts.uri.to_string()).headers(parts.headers).body(body);
    let mut answer = sent.send().await?;
    let mut read = Vec::new();
    while let Some(piece) = answer.chunk().await? {
        read.extend_from_slice(&piece);
        if read.len() > LONGEST {
            read.clear();
            break;
        }
    }
    let mut response = HttpResponse::new(read);
    *response.status_mut() = answer.status();
    *response.headers_mut() = answer.headers().clone();
    Ok(response)
}

fn cookie(pages: &Pages, value: &str, seconds: i64) -> HeaderValue {
    let over_tls = pages.lasting.over_tls;
    NewCookie { name: COOKIE, value, path: "/log-ind", seconds, over_tls }.header()
}

fn seal(room: &PostRoom, attempt: &Attempt) -> String {
    let mut fill = |bytes: &mut [u8]| room.entropy.fill(bytes);
    let key = MessageKey::generate(&mut fill);
    let wrapped = room.store.keys().wrap(&key, BOUND_TO, &mut fill);
    // Texts and a time always become JSON.
    let sealed = key.seal(BOUND_TO, &serde_json::to_vec(attempt).unwrap_or_default(), &mut fill);
    URL_SAFE_NO_PAD.encode([wrapped.as_bytes(), &sealed].concat())
}

fn unseal(room: &PostRoom, text: &str) -> Option<Attempt> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (wrapped, sealed) = bytes.split_at_checked(WrappedKey::LEN)?;
    let key = room.store.keys().unwrap(&WrappedKey::from_bytes(wrapped).ok()?, BOUND_TO).ok()?;
    serde_json::from_slice(&key.open(BOUND_TO, sealed).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_userinfo_tells_is_added_when_it_is_about_the_same_person() {
        let mut claims = serde_json::json!({"sub": "1", "roles": ["a"]});
        add(&mut claims, serde_json::json!({"sub": "1", "roles": ["b"], "enheder": ["park"]}))
            .expect("added");
        assert_eq!(claims, serde_json::json!({"sub": "1", "roles": ["a"], "enheder": ["park"]}));
        for other in [serde_json::json!({"sub": "2"}), serde_json::json!({}), serde_json::json!([])] {
            assert!(add(&mut claims, other).is_err());
        }
    }

    #[test]
    fn claims_are_found_at_any_depth_and_in_either_form() {
        let claims = serde_json::json!({
            "roles": "modtag-postfordeler  anden", "realm_access": {"roles": ["a", 7, "b"]}, "a.b": "punktum",
            "preferred_username": " pia ", "bad": "pia per",
        });
        assert_eq!(texts(&claims, "roles"), ["modtag-postfordeler", "anden"]);
        assert_eq!(texts(&claims, "realm_access.roles"), ["a", "b"]);
        assert_eq!(text(&claims, "a.b").as_deref(), Some("punktum"));
        assert_eq!(text(&claims, "preferred_username").as_deref(), Some("pia"));
        assert_eq!((text(&claims, "bad"), text(&claims, "missing")), (None, None));
        assert!(texts(&claims, "missing.roles").is_empty());
    }
}
