//! A provider of OpenID Connect that signs people in without asking, and can be told to misbehave.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer, SigningKey};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

/// Client id that the provider knows.
pub const CLIENT: &str = "modtag";
/// Its secret.
pub const SECRET: &str = "hemmelig-klient";

/// What goes wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// The token is signed with another key than the published one.
    ForeignKey,
    /// The token is not signed.
    Unsigned,
    /// It was made for another client.
    Audience,
    /// It was made by another provider.
    Issuer,
    /// It bears the provider's name without the slash at its end, or with one that it does not have.
    Slash,
    /// It has expired.
    Expired,
    /// It answers another attempt.
    Nonce,
    /// There is no user id in it.
    NoPerson,
    /// The person has none of our roles.
    NoRole,
    /// The provider says no.
    Denied,
    /// The token endpoint is unwell.
    Unwell,
    /// The token endpoint talks for ever.
    Endless,
}

/// The provider.
#[derive(Clone)]
pub struct Provider {
    /// Its address: the issuer.
    pub issuer: String,
    state: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    fault: Fault,
    /// Where it says that sessions are ended.
    ends: Option<String>,
    /// Who was signed out: the client's id and the state.
    ended: Vec<(String, String)>,
    /// Code to nonce and challenge.
    codes: HashMap<String, (String, String)>,
    given: u32,
}

impl Provider {
    /// A provider on a port of its own.
    pub async fn start() -> Self {
        Self::start_named("").await
    }

    /// A provider whose name ends like this.
    pub async fn start_named(end: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let issuer = format!("http://{}{end}", listener.local_addr().expect("an address"));
        let provider = Self { issuer, state: Arc::default() };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/jwks", get(keys))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .route("/logout", get(end_session))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
        provider
    }

    /// Misbehaves like this from now on.
    pub fn misbehave(&self, fault: Fault) {
        self.state.lock().expect("nobody panicked").fault = fault;
    }

    /// Says from now on that sessions are ended there: at this path of its own, or at an address of its choice.
    pub fn ends_sessions_at(&self, place: &str) {
        let place = if place.starts_with('/') { self.at(place) } else { place.to_owned() };
        self.state.lock().expect("nobody panicked").ends = Some(place);
    }

    /// Who was signed out: the client's id and the state that it sent.
    pub fn ended(&self) -> Vec<(String, String)> {
        self.state.lock().expect("nobody panicked").ended.clone()
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.issuer.trim_end_matches('/'))
    }

    fn fault(&self) -> Fault {
        self.state.lock().expect("nobody panicked").fault
    }
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

async fn metadata(State(provider): State<Provider>) -> Json<Value> {
    let at = |path: &str| provider.at(path);
    let ends = provider.state.lock().expect("nobody panicked").ends.clone();
    let mut metadata = json!({
        "issuer": provider.issuer, "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token"),
        "jwks_uri": at("/jwks"), "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
    });
    if let Some(ends) = ends {
        metadata["end_session_endpoint"] = ends.into();
    }
    Json(metadata)
}

/// Ends the session of whoever comes, and sends them back (OpenID Connect RP-Initiated Logout 1.0).
async fn end_session(
    State(provider): State<Provider>,
    Query(asked): Query<HashMap<String, String>>,
) -> Response {
    let said = |name: &str| asked.get(name).cloned().unwrap_or_default();
    if said("client_id") != CLIENT || !said("post_logout_redirect_uri").ends_with("/log-ud/retur") {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let state = said("state");
    provider.state.lock().expect("nobody panicked").ended.push((CLIENT.into(), state.clone()));
    Redirect::to(&format!("{}?state={state}", said("post_logout_redirect_uri"))).into_response()
}

async fn keys() -> Json<Value> {
    let x = URL_SAFE_NO_PAD.encode(key().verifying_key().as_bytes());
    Json(
        json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": "1", "x": x}]}),
    )
}

async fn authorize(
    State(provider): State<Provider>,
    Query(asked): Query<HashMap<String, String>>,
) -> Response {
    let is = |name: &str, value: &str| asked.get(name).is_some_and(|given| given == value);
    let sound = is("client_id", CLIENT)
        && is("response_type", "code")
        && is("code_challenge_method", "S256")
        && asked.get("scope").is_some_and(|scope| scope.split(' ').any(|word| word == "openid"));
    let (Some(back), Some(state), true) = (asked.get("redirect_uri"), asked.get("state"), sound) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    if provider.fault() == Fault::Denied {
        return Redirect::to(&format!("{back}?error=access_denied&state={state}")).into_response();
    }
    let mut inner = provider.state.lock().expect("nobody panicked");
    inner.given += 1;
    let code = format!("kode-{}", inner.given);
    inner.codes.insert(code.clone(), (asked["nonce"].clone(), asked["code_challenge"].clone()));
    let told = [("code", code.as_str()), ("state", state), ("iss", &provider.issuer)];
    let back = reqwest::Url::parse_with_params(back, told).expect("an address");
    Redirect::to(back.as_str()).into_response()
}

async fn token(State(provider): State<Provider>, Form(asked): Form<HashMap<String, String>>) -> Response {
    let fault = provider.fault();
    match fault {
        Fault::Unwell => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Fault::Endless => return vec![b' '; 3 << 20].into_response(),
        _ => {}
    }
    let used = provider.state.lock().expect("nobody panicked").codes.remove(&asked["code"]);
    let Some((nonce, challenge)) = used else {
        return (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_grant"}))).into_response();
    };
    let proven = URL_SAFE_NO_PAD.encode(Sha256::digest(asked["code_verifier"].as_bytes()));
    if proven != challenge {
        return (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_grant"}))).into_response();
    }
    let id_token = signed(fault, &claims(&provider.issuer, fault, &nonce));
    Json(json!({"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": id_token}))
        .into_response()
}

fn claims(issuer: &str, fault: Fault, nonce: &str) -> Value {
    let now = Timestamp::now().as_second();
    let mut claims = json!({
        "iss": issuer, "aud": CLIENT, "sub": "0001", "iat": now, "exp": now + 300, "nonce": nonce,
        "preferred_username": "pia", "realm_access": {"roles": ["modtag-postfordeler", "andet"]}, "enheder": ["park"],
    });
    match fault {
        Fault::Audience => claims["aud"] = "en-anden".into(),
        Fault::Issuer => claims["iss"] = "http://127.0.0.1:1".into(),
        Fault::Slash => {
            let other = issuer.strip_suffix('/').map_or_else(|| format!("{issuer}/"), str::to_owned);
            claims["iss"] = other.into();
        }
        Fault::Expired => claims["exp"] = (now - 300).into(),
        Fault::Nonce => claims["nonce"] = "en-anden".into(),
        Fault::NoPerson => claims["preferred_username"] = Value::Null,
        Fault::NoRole => claims["realm_access"] = json!({"roles": ["andet"]}),
        _ => {}
    }
    claims
}

fn signed(fault: Fault, claims: &Value) -> String {
    let algorithm = if fault == Fault::Unsigned { "none" } else { "EdDSA" };
    let head = json!({"alg": algorithm, "kid": "1", "typ": "JWT"});
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(&head), part(claims));
    let key = if fault == Fault::ForeignKey { SigningKey::from_bytes(&[8; 32]) } else { key() };
    let signature =
        if fault == Fault::Unsigned { Vec::new() } else { key.sign(text.as_bytes()).to_bytes().to_vec() };
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}
