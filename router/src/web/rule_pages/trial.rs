//! `/regler/proev`: a draft or an edition tried, on one message here; on past mail in [`super::replay`].

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::Response;
use rules::{Facts, Policy};
use serde::Deserialize;

use super::looked::{Looked, look};
use super::replay::ReplayShown;
use super::{RulesView, TRY, by, desk, drafter, frame};
use crate::audit::EventKind;
use crate::drafting::{Sample, samples};
use crate::rule_trial::{self, Trial};
use crate::setup::PolicyFiles;
use crate::store::message::MessageRow;
use crate::story;
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

/// A message that was tried.
pub(super) struct Found {
    what: String,
    marks: Vec<(&'static str, String)>,
    trial: Trial,
}

/// What is tried.
pub(super) struct Tried {
    /// Its number; `None` for the person's own draft.
    pub(super) edition: Option<i64>,
    /// Its texts.
    pub(super) files: PolicyFiles,
    /// What was found of them.
    pub(super) looked: Looked,
}

impl Tried {
    /// What to call it.
    pub(super) fn name(&self) -> String {
        self.edition.map_or_else(|| "din kladde".into(), |number| format!("udgave {number}"))
    }

    /// The policy, when it has no fault.
    pub(super) fn policy(&self) -> Result<Arc<Policy>, String> {
        let faulty = || format!("Der er fejl i {}. Ret dem først; intet er prøvet.", self.name());
        self.looked.policy.clone().ok_or_else(faulty)
    }
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
            faults: tried.looked.faults.len() + usize::from(tried.looked.said.is_some()),
        }),
        asked,
        found: answer.found,
        replayed: answer.replayed,
    })
}

/// The draft or edition that is meant; `None` when the person has no draft.
pub(super) async fn tried(pages: &Pages, visitor: &Visitor, asked: &Asked) -> Result<Option<Tried>, Trouble> {
    let (edition, files) = match asked.udgave.trim() {
        "" => match drafter(pages, visitor).draft().await? {
            Some(draft) if super::may_write(visitor) => (None, draft.files),
            _ => return Ok(None),
        },
        number => {
            let number: i64 = number.parse().map_err(|_| Trouble::NotFound)?;
            let row = pages.room.store.edition(number).await?.ok_or(Trouble::NotFound)?;
            (Some(number), crate::drafting::without_configuration(desk(pages).files(&row).await?))
        }
    };
    let looked = look(pages, files.clone()).await;
    Ok(Some(Tried { edition, files, looked }))
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
    let new = tried.policy().map_err(Trouble::Said)?;
    let old = pages.room.policy();
    let (what, facts) = match asked.besked.trim() {
        "" => sketched(asked, tried, &new)?,
        id => {
            let row = story::find(&pages.room, id).await?;
            let row = row.ok_or_else(|| Trouble::Said("Der er ingen meddelelse med det id.".into()))?;
            let facts = rule_trial::facts_of(&pages.room, &row).await?;
            let undecided =
                "Meddelelsen er ikke afgjort endnu, eller den kunne ikke læses. Der er intet at prøve på.";
            let facts = facts.ok_or_else(|| Trouble::Said(undecided.into()))?;
            tell(pages, visitor, &row).await?;
            (format!("Meddelelse {}", row.memo_uuid.as_deref().unwrap_or(&row.id)), facts)
        }
    };
    let marks = marks(&facts);
    let work = tokio::task::spawn_blocking(move || rule_trial::compare(&old, &new, &facts));
    let trial = work.await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
    Ok(Found { what, marks, trial })
}

/// An example of the texts, or what somebody typed.
fn sketched(asked: &Asked, tried: &Tried, policy: &Policy) -> Result<(String, Facts), Trouble> {
    let unread = |what: &str| {
        Trouble::Said(format!("{what} kan ikke læses som et eksempel. Se nøglerne i LANGUAGE.md."))
    };
    if !asked.skitse.trim().is_empty() {
        let facts = rules::sketched(policy, &asked.skitse).ok_or_else(|| unread("Det, du skrev,"))?;
        return Ok(("Brevet, du skrev".into(), facts));
    }
    let said = || Trouble::Said("Skriv et id, vælg et eksempel, eller skriv et brev selv.".into());
    let place: usize = asked.eksempel.parse().map_err(|_| said())?;
    let sample = samples(&tried.files).into_iter().nth(place).ok_or_else(said)?;
    let facts = rules::sketched(policy, &sample.toml).ok_or_else(|| unread("Eksemplet"))?;
    Ok((format!("Eksemplet {}", sample.name), facts))
}

/// Trying rules on a message tells what the message is marked with: the log is told that somebody saw it.
async fn tell(pages: &Pages, visitor: &Visitor, row: &MessageRow) -> Result<(), Trouble> {
    let event = pages.room.event_by(EventKind::Viewed, by(visitor)).about(row.uuid()?);
    let mut tx = pages.room.store.begin().await?;
    tx.tell(event.with("level", "story").because("prøve af regler"));
    tx.commit(pages.room.clock.now()).await?;
    Ok(())
}

fn marks(facts: &Facts) -> Vec<(&'static str, String)> {
    let view = story::facts_of(facts);
    let kind = format!("{} fra {}", story::kind_danish(&view.kind), story::sender_danish(&view.sender));
    let mut marks = vec![("Art", kind)];
    marks.extend(view.subject.map(|subject| {
        let facet = view.facet.map(|facet| format!(" {facet}")).unwrap_or_default();
        ("KLE", format!("{subject}{facet}"))
    }));
    marks.extend(view.contact_point.map(|point| ("Kontaktpunkt", point)));
    marks.extend(view.message_code.map(|code| ("Brevtype", code)));
    marks.extend((!view.cases.is_empty()).then(|| ("Nævnte sager", view.cases.len().to_string())));
    marks.extend((!view.documents.is_empty()).then(|| ("Filer", view.documents.len().to_string())));
    marks
}
