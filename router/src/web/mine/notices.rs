//! `/mine/besked`: how often a case handler is told of new mail, and their units' channels.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::notices::{self, ChoiceError, Choices, Chooser, Chosen, Pace};
use crate::store::StoreError;
use crate::web::Pages;
use crate::web::danish;
use crate::web::page::{Frame, Trouble, draw, shown_name, trouble};
use crate::web::role::Role;
use crate::web::session::{SignedIn, Visitor};

#[derive(Template)]
#[template(path = "mine/notices.html")]
struct NoticesPage {
    frame: Frame,
    choices: Choices,
    /// Who changed each unit's choice last, and when.
    changed: Vec<String>,
    domains: String,
    saved: bool,
}

impl NoticesPage {
    fn of(pages: &Pages, visitor: &Visitor, choices: Choices, saved: bool) -> Self {
        let changed = choices.teams.iter().map(|choice| match &choice.changed {
            Some((person, at)) => {
                format!("Senest valgt af {}, {}.", shown_name(pages, person), danish::moment(*at))
            }
            None => String::new(),
        });
        let domains = choices.mail.as_ref().map(|mail| mail.domains.join(" eller @")).unwrap_or_default();
        Self {
            frame: Frame::of(pages, Some(visitor), "Besked om ny post", Some(Role::CaseHandler)),
            changed: changed.collect(),
            choices,
            domains,
            saved,
        }
    }

    fn paces(&self) -> [Pace; 4] {
        Pace::ALL
    }

    fn changed(&self, at: &usize) -> &str {
        self.changed.get(*at).map(String::as_str).unwrap_or_default()
    }
}

async fn chooser(pages: &Pages, visitor: &Visitor) -> Result<Chooser, StoreError> {
    let sealed = pages.room.store.session_address(&visitor.token).await?;
    Ok(Chooser {
        person: visitor.person.clone(),
        units: visitor.units.clone(),
        signed_in: sealed.and_then(|sealed| notices::open_address(&pages.room, &sealed)),
    })
}

/// Has something just been saved?
#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    gemt: String,
}

pub(super) async fn page(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Query(asked): Query<Asked>,
) -> Response {
    let found = async { notices::choices(&pages.room, &chooser(&pages, &visitor).await?).await };
    match found.await {
        Ok(choices) => draw(&NoticesPage::of(&pages, &visitor, choices, !asked.gemt.is_empty())),
        Err(error) => trouble(&pages, Some(&visitor), &error.into()),
    }
}

/// What is chosen, on a page that showed this version.
#[derive(Deserialize)]
pub(super) struct ChoiceForm {
    #[serde(default)]
    channel: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    pace: String,
    #[serde(default)]
    address: String,
    #[serde(default)]
    version: String,
}

pub(super) async fn choose(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Form(form): Form<ChoiceForm>,
) -> Response {
    let chosen = match form.channel.as_str() {
        "teams" => Chosen::Teams { unit: &form.unit },
        _ => Chosen::Mail { given: &form.address },
    };
    let version = form.version.parse().unwrap_or(0);
    let taken = async {
        let chooser = chooser(&pages, &visitor).await?;
        notices::choose(&pages.room, &chooser, chosen, &form.pace, version).await
    };
    match taken.await {
        Ok(()) => Redirect::to("/mine/besked?gemt=ja").into_response(),
        Err(ChoiceError::Store(error)) => trouble(&pages, Some(&visitor), &error.into()),
        Err(other) => trouble(&pages, Some(&visitor), &Trouble::Said(other.danish())),
    }
}
