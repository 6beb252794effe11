//! Pages: the frame that every page hangs in, and what is said when there is no page.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use super::Pages;
use super::role::Role;
use super::session::Visitor;
use crate::store::StoreError;

/// What the frame needs to know.
pub(super) struct Frame {
    /// Title of the page.
    pub(super) title: String,
    /// Name of the authority.
    pub(super) authority: String,
    /// The desks this person may go to, and which of them this is.
    pub(super) desks: Vec<Desk>,
    /// Who is signed in; empty for nobody.
    pub(super) person: String,
    /// What forms must bring; empty for nobody.
    pub(super) csrf: String,
    /// Is somebody signed in with the break-glass account?
    pub(super) break_glass: bool,
    /// Digest of the static files, so that a new version is fetched anew.
    pub(super) version: &'static str,
}

/// A desk in the navigation.
pub(super) struct Desk {
    /// Where it is.
    pub(super) path: &'static str,
    /// What it is called.
    pub(super) name: &'static str,
    /// Is it this page's?
    pub(super) here: bool,
}

impl Frame {
    /// The frame of a page at one of the desks, or at none.
    pub(super) fn of(pages: &Pages, visitor: Option<&Visitor>, title: &str, here: Option<Role>) -> Self {
        let desks = visitor.map(|visitor| {
            let desk =
                |role: &Role| Desk { path: role.desk(), name: desk_name(*role), here: Some(*role) == here };
            let mut desks: Vec<Desk> = visitor.roles.iter().map(desk).collect();
            if super::insight::ROLES.iter().any(|role| visitor.is(*role)) {
                desks.push(Desk { path: super::insight::FRONT, name: "Indsigt", here: false });
            }
            desks.extend(super::rule_pages::desks(visitor));
            desks
        });
        Self {
            title: title.to_owned(),
            authority: pages.name.to_string(),
            desks: desks.unwrap_or_default(),
            person: visitor.map(|visitor| shown_name(pages, &visitor.person)).unwrap_or_default(),
            csrf: visitor.map(|visitor| visitor.csrf.clone()).unwrap_or_default(),
            break_glass: visitor.is_some_and(Visitor::is_break_glass),
            version: super::assets::version(),
        }
    }
}

impl Frame {
    /// The frame of a page that is no role's own desk, such as the rules.
    pub(super) fn beside(pages: &Pages, visitor: &Visitor, title: &str, path: &str) -> Self {
        let mut frame = Self::of(pages, Some(visitor), title, None);
        frame.desks.iter_mut().for_each(|desk| desk.here = desk.path == path);
        frame
    }
}

#[cfg(test)]
impl Frame {
    /// A frame with nobody signed in.
    pub(super) fn sample(authority: &str) -> Self {
        Self {
            title: "Prøve".into(),
            authority: authority.into(),
            desks: Vec::new(),
            person: String::new(),
            csrf: String::new(),
            break_glass: false,
            version: "0",
        }
    }
}

fn desk_name(role: Role) -> &'static str {
    match role {
        Role::PostDistributor => "Fordeling",
        Role::CaseHandler => "Min post",
        Role::RecordsManager => "Journal",
        Role::Operator => "Drift",
    }
}

/// What a person is called: by the organisation, by the policy files, else by their user id.
pub(super) fn shown_name(pages: &Pages, person: &str) -> String {
    let policy = pages.room.policy();
    if let Some(known) = policy.person(person) {
        return known.name.clone();
    }
    let organisation = pages.room.organisation();
    let known = organisation.as_ref().and_then(|organisation| organisation.people.get(person));
    known.map_or_else(|| person.to_owned(), |known| known.name.clone())
}

/// Draws a page.
pub(super) fn draw(page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!(error = %error, "page not drawn");
            (StatusCode::INTERNAL_SERVER_ERROR, "Siden kunne ikke tegnes.\n").into_response()
        }
    }
}

/// Why there is no page.
#[derive(Debug)]
pub(super) enum Trouble {
    /// There is nothing here, or nothing that this person may see: the two look the same.
    NotFound,
    /// Others may see it.
    NotAllowed(&'static [Role]),
    /// A form that was not sent from a page of ours, or from one of an earlier session.
    ForeignForm,
    /// A form larger than any of ours.
    TooLarge,
    /// What was asked for cannot be done, and why (Danish).
    Said(String),
    /// The store did not answer.
    Store(StoreError),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Trouble {
    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::NotAllowed(_) | Self::ForeignForm => StatusCode::FORBIDDEN,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Said(_) => StatusCode::CONFLICT,
            Self::Store(error) if error.is_transient() => StatusCode::SERVICE_UNAVAILABLE,
            Self::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn heading(&self) -> &'static str {
        match self {
            Self::NotFound => "Her er ikke noget",
            Self::NotAllowed(_) => "Det har du ikke adgang til",
            Self::ForeignForm => "Siden er for gammel",
            Self::TooLarge => "Det var for stort",
            Self::Said(_) => "Det kunne ikke lade sig gøre",
            Self::Store(_) => "Det svarer ikke lige nu",
        }
    }

    fn text(&self) -> String {
        match self {
            Self::NotFound => {
                "Siden findes ikke, eller også må du ikke se den. Gå tilbage til dit skrivebord.".into()
            }
            Self::NotAllowed(roles) => {
                let roles: Vec<&str> = roles.iter().map(|role| role.danish()).collect();
                format!(
                    "Siden er for dem, der er {}. Mangler du rollen, så tal med den, der styrer adgangen.",
                    roles.join(" eller ").to_lowercase()
                )
            }
            Self::ForeignForm => {
                "Der er logget ind på ny, siden den blev åbnet. Hent siden igen; intet er ændret.".into()
            }
            Self::TooLarge => {
                "Det, der blev sendt, er større end noget, der kan tages imod her. Intet er ændret.".into()
            }
            Self::Said(said) => said.clone(),
            Self::Store(error) => error.danish(),
        }
    }
}

#[derive(Template)]
#[template(path = "trouble.html")]
struct TroublePage {
    frame: Frame,
    heading: &'static str,
    text: String,
}

/// Says why there is no page.
pub(super) fn trouble(pages: &Pages, visitor: Option<&Visitor>, trouble: &Trouble) -> Response {
    if let Trouble::Store(error) = trouble {
        tracing::error!(error = %error, "page not shown");
    }
    let frame = Frame::of(pages, visitor, trouble.heading(), None);
    let page = TroublePage { frame, heading: trouble.heading(), text: trouble.text() };
    (trouble.status(), draw(&page)).into_response()
}
