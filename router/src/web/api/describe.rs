//! The description of the interface: OpenAPI 3.1, made of the routes themselves.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use axum::Json;
use serde_json::json;
use utoipa::openapi::path::{HttpMethod, PathItem, Paths};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ComponentsBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    ContentBuilder, HeaderBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Ref, ServerBuilder,
};
use utoipa::{PartialSchema, ToSchema};

use super::finding::{Finding, FindingKind};
use super::problem::{FieldError, MEDIA_TYPE, ProblemBody};
use super::route::Route;
use super::routes;
use crate::tokens::Scope;

/// Name of the way in.
pub(super) const SCHEME: &str = "token";

/// How a call can be refused; each is described once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Malformed,
    Unauthorized,
    Forbidden,
    NotFound,
    Conflict,
    TooLarge,
    NotJson,
    Invalid,
    TooMany,
    Unavailable,
    Unexpected,
}

impl Refusal {
    const ALL: [Self; 11] = [
        Self::Malformed,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::Conflict,
        Self::TooLarge,
        Self::NotJson,
        Self::Invalid,
        Self::TooMany,
        Self::Unavailable,
        Self::Unexpected,
    ];

    /// Status, name of the component, last part of the URN, title, and description.
    fn words(self) -> (&'static str, &'static str, &'static str, &'static str, &'static str) {
        match self {
            Self::Malformed => ("400", "Malformed", "malformed", "Kan ikke læses", "Kroppen er ikke JSON."),
            Self::Unauthorized => (
                "401",
                "Unauthorized",
                "unauthorized",
                "Intet gyldigt token",
                "Der er intet token, eller det er forkert, udløbet eller tilbagekaldt.",
            ),
            Self::Forbidden => (
                "403",
                "Forbidden",
                "insufficient-scope",
                "Tokenet giver ikke adgang",
                "Tokenet mangler den adgang, der står i scope.",
            ),
            Self::NotFound => (
                "404",
                "NotFound",
                "not-found",
                "Findes ikke",
                "Der er intet med det id, eller tokenet må ikke se det. De to ser ens ud.",
            ),
            Self::Conflict => (
                "409",
                "Conflict",
                "conflict",
                "Kan ikke lade sig gøre nu",
                "Det kan ikke lade sig gøre, som tingene står. Intet er ændret.",
            ),
            Self::TooLarge => (
                "413",
                "TooLarge",
                "too-large",
                "For stort",
                "Kroppen er større end 64 KiB (2 MiB, hvor den er teksten i en regelfil).",
            ),
            Self::NotJson => (
                "415",
                "NotJson",
                "unsupported-media-type",
                "Ikke JSON",
                "Content-Type er ikke application/json.",
            ),
            Self::Invalid => (
                "422",
                "Invalid",
                "invalid",
                "Et felt er forkert",
                "Et felt mangler, er ukendt eller kan ikke bruges; errors siger hvilket. Har regler fejl, siger findings hvor. Intet er ændret.",
            ),
            Self::TooMany => (
                "429",
                "TooMany",
                "too-many-calls",
                "For mange kald",
                "Der er kaldt for mange gange på kort tid. Intet er ændret; vent, som Retry-After siger.",
            ),
            Self::Unavailable => (
                "503",
                "Unavailable",
                "unavailable",
                "Svarer ikke lige nu",
                "Databasen eller et dokument svarer ikke. Prøv igen om lidt.",
            ),
            Self::Unexpected => {
                ("default", "Unexpected", "internal", "Fejl i modtag", "Alt andet siges på samme måde.")
            }
        }
    }

    /// Its status, as a description has it.
    pub(super) fn status(self) -> &'static str {
        self.words().0
    }

    /// Its name among the components.
    pub(super) fn name(self) -> &'static str {
        self.words().1
    }

    fn response(self) -> Response {
        let (status, _, kind, title, description) = self.words();
        let status: u16 = status.parse().unwrap_or(500);
        let example = json!({
            "type": format!("urn:modtag:problem:{kind}"), "title": title, "status": status, "detail": description
        });
        let schema = Ref::from_schema_name(ProblemBody::name());
        let content = ContentBuilder::new().schema(Some(schema)).example(Some(example)).build();
        let response = ResponseBuilder::new().description(description).content(MEDIA_TYPE, content);
        let header = |kind, said| {
            let schema = ObjectBuilder::new().schema_type(SchemaType::Type(kind)).build();
            HeaderBuilder::new().schema(Some(schema)).description(Some(said)).build()
        };
        match self {
            Self::Unauthorized | Self::Forbidden => {
                response.header("WWW-Authenticate", header(Type::String, "Hvad der mangler (RFC 6750)."))
            }
            Self::TooMany => {
                response.header("Retry-After", header(Type::Integer, "Så mange sekunder skal der ventes."))
            }
            _ => response,
        }
        .build()
    }
}

/// Resources, in the order of the description.
const TAGS: [(&str, &str); 12] = [
    ("queue", "Køen: breve, der venter på en postfordeler."),
    (
        "aside",
        "Til side: breve, der venter på noget, sendes videre eller er lukket, og spørgsmål til kolleger.",
    ),
    ("receivers", "Modtagere: enheder, medarbejdere, emner og sager."),
    ("mine", "Min post: det, der ligger hos de enheder, tokenet handler for."),
    ("messages", "Meddelelser: historien om hver, uden dens egne ord."),
    ("journal", "Journalen: poster, det ujournaliserede, og om hver dag stemmer."),
    ("views", "Hvem så hvad."),
    ("pull-back", "Tilbagekaldelse af breve, der er gået forkert, og udkast til vurdering af brud."),
    ("audit", "Revisionssporet: kontrolpunkter og efterprøvning."),
    ("rules", "Regelsættet: udgaver, tokenets kladde, prøver, og at sætte i kraft."),
    ("status", "Tal og tilstand."),
    ("description", "Denne beskrivelse."),
];

const ABOUT: &str = "Det, siderne kan, for andre programmer. Et program lukkes ind af et token (`modtag tokens make`) og kan det, \
dets adgange siger. Feltnavne er på engelsk med understreg, tider er RFC 3339, id'er er UUID, og alt, der skal læses af et menneske, er \
på dansk. Felter, der ikke kendes, afvises. Fejl er problem+json (RFC 9457). Intet om personer står i en adresse.";

/// The whole description.
pub(crate) fn description() -> OpenApi {
    let routes = routes();
    let mut paths = Paths::new();
    for route in &routes {
        let method = if route.door.method == "GET" { HttpMethod::Get } else { HttpMethod::Post };
        let item = PathItem::new(method, route.operation());
        match paths.paths.get_mut(route.door.path) {
            Some(known) => known.merge_operations(item),
            None => {
                paths.paths.insert(route.door.path.to_owned(), item);
            }
        }
    }
    let schemas: BTreeMap<_, _> = routes.into_iter().flat_map(|route| route.schemas).collect();
    let components = ComponentsBuilder::new()
        .schemas_from_iter(schemas)
        .schema(ProblemBody::name(), ProblemBody::schema())
        .schema(FieldError::name(), FieldError::schema())
        .schema(Finding::name(), Finding::schema())
        .schema(FindingKind::name(), FindingKind::schema())
        .responses_from_iter(Refusal::ALL.map(|refusal| (refusal.name(), refusal.response())))
        .security_scheme(SCHEME, SecurityScheme::Http(scheme().build()));
    let license = LicenseBuilder::new().name("MPL-2.0").identifier(Some("MPL-2.0")).build();
    let info =
        InfoBuilder::new().title("modtag").version("1").description(Some(ABOUT)).license(Some(license));
    let tags = TAGS.map(|(name, about)| TagBuilder::new().name(name).description(Some(about)).build());
    OpenApiBuilder::new()
        .info(info.build())
        .servers(Some([ServerBuilder::new().url("/").build()]))
        .paths(paths)
        .components(Some(components.build()))
        .tags(Some(tags))
        .build()
}

fn scheme() -> HttpBuilder {
    let scopes: Vec<String> =
        Scope::ALL.iter().map(|scope| format!("* `{}`: {}", scope.as_str(), scope.danish())).collect();
    let about = format!("Et token fra `modtag tokens make`. Adgange:\n\n{}", scopes.join("\n"));
    HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("modtag_…").description(Some(about))
}

/// Where the description is had; it says nothing of anybody's mail.
pub(super) fn route() -> Route {
    Route::open("/api/v1/openapi.json", page)
        .named("description", "get_description", "Hent denne beskrivelse")
        .answers::<Described>("Beskrivelsen, OpenAPI 3.1.", json!({ "openapi": "3.1.0" }))
}

/// An OpenAPI document.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what utoipa writes")]
struct Described {
    /// Its version of OpenAPI.
    openapi: String,
}

async fn page() -> Json<serde_json::Value> {
    static MADE: OnceLock<serde_json::Value> = OnceLock::new();
    Json(MADE.get_or_init(|| serde_json::to_value(description()).unwrap_or_default()).clone())
}
