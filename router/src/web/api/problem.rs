//! Problems: what a program is told when there is no answer (RFC 9457), in Danish, without anybody's data.

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use serde::Serialize;
use utoipa::ToSchema;

use super::finding::Finding;
use crate::desk::LookError;
use crate::desk::answers::Refused;
use crate::desk::colleagues::NotSaid;
use crate::drafting::DraftError;
use crate::editions::EditionError;
use crate::inbox::InboxError;
use crate::journey::AnswerError;
use crate::pull_back::PullBackError;
use crate::rule_trial::NotTried;
use crate::store::StoreError;
use crate::tokens::Scope;

/// Media type of a problem.
pub(super) const MEDIA_TYPE: &str = "application/problem+json";

/// Why there is no answer.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    /// The last part of its URN.
    kind: &'static str,
    title: &'static str,
    detail: String,
    errors: Vec<FieldError>,
    findings: Vec<Finding>,
    scope: Option<Scope>,
    /// A header field that goes along.
    head: Option<Box<(HeaderName, HeaderValue)>>,
}

/// A problem as it is sent.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct ProblemBody {
    /// URN of the kind of problem, such as `urn:modtag:problem:not-found`.
    #[schema(pattern = "^urn:modtag:problem:")]
    r#type: String,
    /// What it is called (Danish).
    title: String,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What happened and what to do (Danish).
    detail: String,
    /// The fields that are wrong; there only when some are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<FieldError>,
    /// What is wrong with the rules, and where; there only when something is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    findings: Vec<Finding>,
    /// The scope that the token lacks; there only when it lacks one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    scope: Option<&'static str>,
}

/// A field that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct FieldError {
    /// Path of the field in body, query or header.
    pub(super) field: String,
    /// What is wrong with it (Danish).
    pub(super) detail: String,
}

impl Problem {
    fn new(status: StatusCode, kind: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            kind,
            title,
            detail: detail.into(),
            errors: Vec::new(),
            findings: Vec::new(),
            scope: None,
            head: None,
        }
    }

    fn with(self, name: HeaderName, value: HeaderValue) -> Self {
        Self { head: Some(Box::new((name, value))), ..self }
    }

    /// No token, or one that is worth nothing.
    pub(super) fn unauthorized(given: bool) -> Self {
        let (challenge, detail) = if given {
            (
                "Bearer realm=\"modtag\", error=\"invalid_token\"",
                "Tokenet er forkert, udløbet eller tilbagekaldt. Lav et nyt med modtag tokens make.",
            )
        } else {
            ("Bearer realm=\"modtag\"", "Kaldet skal have et token i feltet Authorization: Bearer …")
        };
        let problem = Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "Intet gyldigt token", detail);
        problem.with(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
    }

    /// The token does not open this.
    pub(super) fn forbidden(scope: Scope) -> Self {
        let word = scope.as_str();
        let detail = format!("Tokenet giver ikke adgang til {}. Det kræver adgangen {word}.", scope.danish());
        let problem =
            Self::new(StatusCode::FORBIDDEN, "insufficient-scope", "Tokenet giver ikke adgang", detail);
        let challenge = format!("Bearer realm=\"modtag\", error=\"insufficient_scope\", scope=\"{word}\"");
        // The words of scopes are always fit for a header.
        let challenge = HeaderValue::from_str(&challenge).unwrap_or(HeaderValue::from_static("Bearer"));
        Self { scope: Some(scope), ..problem.with(header::WWW_AUTHENTICATE, challenge) }
    }

    /// Too many calls.
    pub(super) fn too_many(wait: SignedDuration) -> Self {
        let detail = "Der er kaldt for mange gange på kort tid. Intet er ændret; vent så mange sekunder, som Retry-After siger.";
        let seconds = wait.as_secs() + i64::from(wait.subsec_nanos() > 0);
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-calls", "For mange kald", detail);
        problem.with(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)))
    }

    /// There is nothing here, or nothing that this token may see: the two look the same.
    pub(super) fn not_found() -> Self {
        let detail = "Der er intet med den adresse eller det id, eller tokenet må ikke se det.";
        Self::new(StatusCode::NOT_FOUND, "not-found", "Findes ikke", detail)
    }

    /// It cannot be done as things stand.
    pub(super) fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", "Kan ikke lade sig gøre nu", detail)
    }

    /// The body is not JSON.
    pub(super) fn malformed() -> Self {
        let detail = "Det sendte er ikke JSON i UTF-8, eller det er ikke helt.";
        Self::new(StatusCode::BAD_REQUEST, "malformed", "Kan ikke læses", detail)
    }

    /// The body is larger than any of ours.
    pub(super) fn too_large() -> Self {
        let detail = "Det sendte er større end noget, der kan tages imod her. Intet er ændret.";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "For stort", detail)
    }

    /// The body is of another kind.
    pub(super) fn not_json() -> Self {
        let detail = "Send JSON, og skriv det i feltet Content-Type: application/json.";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "Ikke JSON", detail)
    }

    /// A field that is wrong, and what is wrong with it (Danish).
    pub(super) fn field(field: impl Into<String>, detail: impl Into<String>) -> Self {
        let told = "Et felt kan ikke bruges, som det er. Intet er ændret; se errors.";
        Self {
            errors: vec![FieldError { field: field.into(), detail: detail.into() }],
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "Et felt er forkert", told)
        }
    }

    /// Rules with faults, each at its place.
    pub(super) fn faulty(findings: Vec<Finding>) -> Self {
        let told = "Reglerne har fejl og kan ikke bruges, som de er. Intet er ændret; se findings.";
        Self {
            findings,
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "faulty-rules", "Reglerne har fejl", told)
        }
    }

    /// A document cannot be had now.
    pub(super) fn unreadable() -> Self {
        Self::unavailable(LookError::Unreadable.danish())
    }

    fn unavailable(detail: String) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Svarer ikke lige nu", detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = ProblemBody {
            r#type: format!("urn:modtag:problem:{}", self.kind),
            title: self.title.to_owned(),
            status: self.status.as_u16(),
            detail: self.detail,
            errors: self.errors,
            findings: self.findings,
            scope: self.scope.map(Scope::as_str),
        };
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if let Some(field) = self.head {
            let (name, value) = *field;
            headers.insert(name, value);
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(error = %error, "call not answered");
        if error.is_transient() {
            return Self::unavailable(error.danish());
        }
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Fejl i modtag", error.danish())
    }
}

impl From<LookError> for Problem {
    fn from(error: LookError) -> Self {
        match error {
            LookError::Store(error) => error.into(),
            LookError::Unreadable => Self::unreadable(),
            LookError::NoReason => Self::field("reason", error.danish()),
            LookError::NotWaiting | LookError::TakenBy(_) => Self::conflict(error.danish()),
        }
    }
}

impl From<AnswerError> for Problem {
    fn from(error: AnswerError) -> Self {
        match error {
            AnswerError::Store(error) => error.into(),
            AnswerError::NotFound => Self::not_found(),
            AnswerError::NotWaiting(_)
            | AnswerError::DecidedAnew
            | AnswerError::AlreadyJournaled
            | AnswerError::InDoubt
            | AnswerError::JournaledWhole
            | AnswerError::NotClosed => Self::conflict(error.danish()),
            AnswerError::HowManyParts | AnswerError::SamePart | AnswerError::NothingCarried(_) => {
                Self::field("parts", error.danish())
            }
            AnswerError::NoAuthority => Self::field("authority", error.danish()),
            AnswerError::NoSuchUnit(_) | AnswerError::ClosedUnit(_) => Self::field("unit", error.danish()),
            AnswerError::NoSuchSubject(_) => Self::field("subject", error.danish()),
        }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NoSuchColleague => Self::field("person", refused.danish()),
            Refused::Taken | Refused::NotSeen | Refused::NothingPicked => Self::conflict(refused.danish()),
            Refused::Answer(error) => error.into(),
        }
    }
}

impl From<NotSaid> for Problem {
    fn from(why: NotSaid) -> Self {
        match why {
            NotSaid::Store(error) => error.into(),
            NotSaid::NotAsked => Self::not_found(),
            NotSaid::Unreadable => Self::unreadable(),
            NotSaid::NothingPicked => Self::field("unit", why.danish()),
        }
    }
}

impl From<InboxError> for Problem {
    fn from(error: InboxError) -> Self {
        match error {
            InboxError::Store(error) => error.into(),
            InboxError::NotTheirs => Self::not_found(),
            InboxError::Unreadable => Self::unreadable(),
            InboxError::Receiver(error) => error.into(),
            InboxError::NoSuchCase(_) | InboxError::ClosedCase(_) => Self::field("case", error.danish()),
            InboxError::NoReason => Self::field("reason", error.danish()),
            InboxError::NotInUnit => Self::field("person", error.danish()),
            InboxError::Moved | InboxError::NotOpened | InboxError::FiledAlready | InboxError::LiesThere => {
                Self::conflict(error.danish())
            }
        }
    }
}

impl From<PullBackError> for Problem {
    fn from(error: PullBackError) -> Self {
        match error {
            PullBackError::Store(error) => error.into(),
            PullBackError::NotFound => Self::not_found(),
            PullBackError::NoReason => Self::field("reason", error.danish()),
            PullBackError::NobodyHasIt | PullBackError::Moved => Self::conflict(error.danish()),
        }
    }
}

impl From<EditionError> for Problem {
    fn from(error: EditionError) -> Self {
        match error {
            EditionError::Store(error) => error.into(),
            EditionError::Unknown(_) => Self::not_found(),
            EditionError::SecondPerson(_)
            | EditionError::Program(_)
            | EditionError::OwnToken(_)
            | EditionError::Meanwhile
            | EditionError::Unreadable(_) => Self::conflict(error.to_string()),
        }
    }
}

impl From<DraftError> for Problem {
    fn from(error: DraftError) -> Self {
        match error {
            DraftError::Store(error) => error.into(),
            DraftError::Edition(error) => error.into(),
            DraftError::NoSuchFile | DraftError::Synced => Self::field("file", error.to_string()),
            DraftError::Form(said) => {
                let wrong = |detail| FieldError { field: "fields".into(), detail };
                let errors = said.into_iter().map(wrong).collect();
                Self { errors, ..Self::field("fields", "") }
            }
            DraftError::Meanwhile
            | DraftError::NothingInForce
            | DraftError::Behind(_)
            | DraftError::OtherFiles
            | DraftError::NoChange
            | DraftError::Faulty(_) => Self::conflict(error.to_string()),
        }
    }
}

impl From<NotTried> for Problem {
    fn from(why: NotTried) -> Self {
        match why {
            NotTried::Store(error) => error.into(),
            NotTried::Draft(error) => error.into(),
            NotTried::NoSuchEdition => Self::field("edition", why.to_string()),
            NotTried::NoMessage => Self::field("message", why.to_string()),
            NotTried::NoSample => Self::field("example", "er ikke nummeret på et eksempel i teksterne"),
            NotTried::Unread(_) => Self::field("sketch", why.to_string()),
            NotTried::Days | NotTried::TooMany { .. } => Self::field("days", why.to_string()),
            NotTried::Busy => Self::unavailable(why.to_string()),
            NotTried::Undecided | NotTried::Faulty(_) => Self::conflict(why.to_string()),
        }
    }
}

/// Says of an address that there is nothing.
pub(in crate::web) fn no_such_address() -> Response {
    Problem::not_found().into_response()
}

/// Says of a method that an address does not take it; which it takes stands in the header `Allow`.
pub(in crate::web) async fn method_not_allowed(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if response.status() != StatusCode::METHOD_NOT_ALLOWED {
        return response;
    }
    let detail = "Adressen findes, men tager ikke imod denne metode. Se feltet Allow.";
    let title = "Metoden kan ikke bruges";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", title, detail).into_response()
}
