//! Push: Digital Post calls us with one message at a time (`spec/digital-post-interfaces.md` §4).

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Multipart, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use ipnet::IpNet;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::files::{self, FileReport};
use super::{Arrival, Channel, Intake, IntakeError, Taken};

/// Who may push.
#[derive(Clone)]
pub struct Gate {
    /// Networks that may call.
    pub allow: Vec<IpNet>,
    /// A header that a reverse proxy sets once it has checked the client's certificate, and the SHA-256 of its value.
    pub header: Option<(String, [u8; 32])>,
}

impl Gate {
    fn lets_in(&self, address: IpAddr, headers: &HeaderMap) -> bool {
        let address = address.to_canonical();
        let from_allowed = self.allow.iter().any(|net| net.contains(&address));
        let vouched_for = self.header.as_ref().is_none_or(|(name, expected)| {
            // Digests are compared, so that the time it takes says nothing about the value.
            headers
                .get(name)
                .is_some_and(|value| <[u8; 32]>::from(Sha256::digest(value.as_bytes())) == *expected)
        });
        from_allowed && vouched_for
    }
}

#[derive(Clone)]
struct Door {
    intake: Intake,
    gate: Arc<Gate>,
}

/// The route that Digital Post calls.
pub fn routes(path: &str, intake: Intake, gate: Gate) -> Router {
    Router::new()
        .route(path, post(receive))
        // The message's own limit is checked while it streams; the framework's would only name the wrong one.
        .layer(DefaultBodyLimit::disable())
        .with_state(Door { intake, gate: Arc::new(gate) })
}

async fn receive(
    State(door): State<Door>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    form: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Response {
    if !door.gate.lets_in(address.ip(), &headers) {
        metrics::counter!("modtag_push_refused_total").increment(1);
        return (StatusCode::FORBIDDEN, "Adressen må ikke aflevere post her.\n").into_response();
    }
    match form {
        Ok(form) => match take(&door.intake, form).await {
            Ok(body) => (StatusCode::OK, body).into_response(),
            Err(refusal) => refusal.into_response(),
        },
        Err(_) => Refusal::NoFile.into_response(),
    }
}

enum Refusal {
    /// There is no part named `file`.
    NoFile,
    /// The body broke off or is no multipart body.
    Broken,
    /// Not taken in.
    Intake(IntakeError),
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::NoFile => (StatusCode::BAD_REQUEST, "Der mangler en del med navnet \"file\".\n".to_owned()),
            Self::Broken => {
                (StatusCode::BAD_REQUEST, "Afsendelsen blev afbrudt. Intet er gemt; send igen.\n".to_owned())
            }
            Self::Intake(error @ IntakeError::TooLarge { .. }) => {
                (StatusCode::PAYLOAD_TOO_LARGE, error.danish() + "\n")
            }
            Self::Intake(error @ IntakeError::Empty) => (StatusCode::BAD_REQUEST, error.danish() + "\n"),
            Self::Intake(error) => (StatusCode::SERVICE_UNAVAILABLE, error.danish() + "\n"),
        }
        .into_response()
    }
}

async fn take(intake: &Intake, mut form: Multipart) -> Result<String, Refusal> {
    while let Some(mut field) = form.next_field().await.map_err(|_| Refusal::Broken)? {
        if field.name() != Some("file") {
            continue;
        }
        let now = intake.room().clock.now();
        let expected = field.file_name().and_then(uuid_of_name);
        let mut head = Vec::new();
        let first = field.chunk().await.map_err(|_| Refusal::Broken)?.unwrap_or_default();
        if files::is_container(&first) {
            head.extend_from_slice(&first);
            return take_container(intake, head, field).await;
        }
        let mut arrival = Arrival::begin(intake, Channel::Push, now, expected);
        arrival.write(&first).await.map_err(Refusal::Intake)?;
        while let Some(piece) = field.chunk().await.map_err(|_| Refusal::Broken)? {
            arrival.write(&piece).await.map_err(Refusal::Intake)?;
        }
        let taken = arrival.finish().await.map_err(Refusal::Intake)?;
        return Ok(answer(&taken, expected));
    }
    Err(Refusal::NoFile)
}

/// The answer's body is the message's UUID, as in the reference system.
fn answer(taken: &Taken, expected: Option<Uuid>) -> String {
    taken.memo_uuid.or(expected).unwrap_or(taken.id).to_string()
}

async fn take_container(
    intake: &Intake,
    mut bytes: Vec<u8>,
    mut field: axum::extract::multipart::Field<'_>,
) -> Result<String, Refusal> {
    let limit = intake.room().settings.max_message;
    while let Some(piece) = field.chunk().await.map_err(|_| Refusal::Broken)? {
        bytes.extend_from_slice(&piece);
        if bytes.len() as u64 > limit {
            return Err(Refusal::Intake(IntakeError::TooLarge { limit }));
        }
    }
    let now = intake.room().clock.now();
    let report = files::take_container(intake, Channel::Push, now, std::io::Cursor::new(bytes)).await;
    match report {
        FileReport { trouble: Some(trouble), .. } => Err(Refusal::Intake(trouble)),
        FileReport { taken, .. } => {
            Ok(taken.iter().map(|(_, taken)| answer(taken, None)).collect::<Vec<_>>().join("\n"))
        }
    }
}

/// The part's file name is the message UUID, with or without `.xml`.
fn uuid_of_name(name: &str) -> Option<Uuid> {
    let stem = name.strip_suffix(".xml").unwrap_or(name);
    Uuid::parse_str(stem).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gate_lets_in_only_who_is_on_the_list_and_vouched_for() {
        let mut gate = Gate { allow: vec!["10.1.0.0/16".parse().expect("a network")], header: None };
        let mut headers = HeaderMap::new();
        let at = |text: &str| text.parse::<IpAddr>().expect("an address");
        assert!(gate.lets_in(at("10.1.2.3"), &headers));
        assert!(gate.lets_in(at("::ffff:10.1.2.3"), &headers));
        assert!(!gate.lets_in(at("10.2.2.3"), &headers));
        gate.header = Some(("x-checked".into(), Sha256::digest("secret").into()));
        assert!(!gate.lets_in(at("10.1.2.3"), &headers));
        headers.insert("x-checked", "wrong".parse().expect("a value"));
        assert!(!gate.lets_in(at("10.1.2.3"), &headers));
        headers.insert("x-checked", "secret".parse().expect("a value"));
        assert!(gate.lets_in(at("10.1.2.3"), &headers));
    }

    #[test]
    fn the_part_is_named_after_the_message() {
        let uuid = "8C2EA15D-61FB-4BA9-9366-42F8B194C114";
        assert_eq!(uuid_of_name(uuid), uuid_of_name(&format!("{}.xml", uuid.to_lowercase())));
        assert!(uuid_of_name("besked.xml").is_none());
    }
}
