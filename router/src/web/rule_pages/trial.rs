//! `/regler/proev`: a draft or an edition tried, on one message here; on past mail in [`super::replay`].

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::replay::ReplayShown;
use super::{RulesView, TRY, by, drafter, frame};
use crate::drafting::{Sample, samples};
use crate::rule_trial::{self, Found, NotTried, Tried};
use crate::web::Pages;
use crate::web::page::{Frame, Trouble, draw, trouble};
use crate::web::session::{SignedIn, Visitor};

#[derive(Template)]
#[template(path = "rules/trial.html")]
pub(super) struct TrialPage {
    frame: Frame,
    view: RulesView,
    tried: Option<TriedShown>,
    editions: Vec<i64>,
    asked: Asked,
    found: Option<Found>,
    replayed: Option<ReplayShown>,
}

/// What is tried, as it is shown.
struct TriedShown {
    name: String,
    in_force: i64,
    samples: Vec<Sample>,
    faults: usize,
}

/// What somebody asks to have tried.
#[derive(Clone, Default, Deserialize)]
pub(super) struct Asked {
    /// Number of an edition; empty for the own draft.
    #[serde(default)]
    pub(super) udgave: String,
    /// Id of a message.
    #[serde(default)]
    pub(super) besked: String,
    /// Number of an example, from 0.
    #[serde(default)]
    pub(super) eksempel: String,
    /// A message that somebody sketches.
    #[serde(default)]
    pub(super) skitse: String,
    /// Days of past mail.
    #[serde(default)]
    pub(super) dage: String,
}

pub(super) async fn page(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Query(asked): Query<Asked>,
) -> Response {
    match tried(&pages, &visitor, &asked).await {
        Ok(tried) => show(&pages, &visitor, asked, tried, Answer::default()).await,
        Err(error) => trouble(&pages, Some(&visitor), &error),
    }
}

/// What came of it.
#[derive(Default)]
pub(super) struct Answer {
    /// A message that was tried.
    pub(super) found: Option<Found>,
    /// Past mail that was tried.
    pub(super) replayed: Option<ReplayShown>,
    /// What was not understood or could not be done (Danish).
    pub(super) said: Vec<String>,
}

/// Draws the page.
pub(super) async fn show(
    pages: &Pages,
    visitor: &Visitor,
    asked: Asked,
    tried: Option<Tried>,
    answer: Answer,
) -> Response {
    let mut view = RulesView::of(pages, visitor, TRY);
    view.said = answer.said;
    let store = &pages.room.store;
    let (editions, in_force) = match (store.editions().await, store.edition_in_force().await) {
        (Ok(editions), Ok(in_force)) => (editions, in_force.map_or(0, |row| row.number)),
        (Err(error), _) | (_, Err(error)) => return trouble(pages, Some(visitor), &error.into()),
    };
    let others = editions.iter().rev().map(|row| row.number).filter(|number| *number != in_force);
    draw(&TrialPage {
        frame: frame(pages, visitor, "Prøv regler"),
        view,
        editions: others.collect(),
        tried: tried.map(|tried| TriedShown {
            name: tried.name(),
            in_force,
            samples: samples(&tried.files),
            faults: tried.looked.count_faults(),
        }),
        asked,
        found: answer.found,
        replayed: answer.replayed,
    })
}

/// The draft or edition that is meant; `None` when the person has no draft.
pub(super) async fn tried(pages: &Pages, visitor: &Visitor, asked: &Asked) -> Result<Option<Tried>, Trouble> {
    let edition = match asked.udgave.trim() {
        "" if super::may_write(visitor) => None,
        "" => return Ok(None),
        number => Some(number.parse().map_err(|_| Trouble::NotFound)?),
    };
    Ok(rule_trial::tried(&pages.room, &drafter(pages, visitor), edition).await?)
}

/// Tries one message.
pub(super) async fn run(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Form(asked): Form<Asked>,
) -> Response {
    let tried = match tried(&pages, &visitor, &asked).await {
        Ok(tried) => tried,
        Err(error) => return trouble(&pages, Some(&visitor), &error),
    };
    let answer = match &tried {
        None => Answer { said: vec![NOTHING.to_owned()], ..Answer::default() },
        Some(tried) => match found(&pages, &visitor, &asked, tried).await {
            Ok(found) => Answer { found: Some(found), ..Answer::default() },
            Err(Trouble::Said(said)) => Answer { said: vec![said], ..Answer::default() },
            Err(error) => return trouble(&pages, Some(&visitor), &error),
        },
    };
    show(&pages, &visitor, asked, tried, answer).await
}

/// What is said when nothing is there to try.
pub(super) const NOTHING: &str = "Du har ingen kladde at prøve. Begynd på en, eller vælg en udgave.";

async fn found(pages: &Pages, visitor: &Visitor, asked: &Asked, tried: &Tried) -> Result<Found, Trouble> {
    let room = &pages.room;
    Ok(match (asked.besked.trim(), asked.skitse.trim()) {
        ("", "") => {
            let place = asked.eksempel.parse().map_err(|_| NotTried::NoSample)?;
            rule_trial::of_sample(room, tried, place).await?
        }
        ("", sketch) => rule_trial::of_sketch(room, tried, sketch).await?,
        (id, _) => rule_trial::of_stored(room, by(visitor), tried, id).await?,
    })
}
