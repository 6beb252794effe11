//! `/regler/historik`: every edition with who, when and why, and what lies between any two of them.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::{HISTORY, RulesView, called, desk, frame};
use crate::drafting::{FileDiff, differences, texts_of};
use crate::store::edition::{ActivationRow, EditionRow};
use crate::web::Pages;
use crate::web::danish;
use crate::web::page::{Frame, Trouble, draw, trouble};
use crate::web::session::{SignedIn, Visitor};

#[derive(Template)]
#[template(path = "rules/history.html")]
struct History {
    frame: Frame,
    view: RulesView,
    editions: Vec<EditionShown>,
    from: i64,
    to: i64,
    asked: bool,
    diffs: Vec<FileDiff>,
}

/// An edition as it is shown.
pub(super) struct EditionShown {
    pub(super) number: i64,
    pub(super) digest: String,
    pub(super) made: String,
    pub(super) who: String,
    pub(super) why: String,
    pub(super) in_force: bool,
    pub(super) times: Vec<InForce>,
}

/// A time in which an edition was in force.
pub(super) struct InForce {
    pub(super) from: String,
    /// Empty as long as it lasts.
    pub(super) to: String,
    pub(super) who: String,
    pub(super) why: String,
}

impl EditionShown {
    pub(super) fn of(pages: &Pages, row: &EditionRow, activations: &[ActivationRow]) -> Self {
        let time = |(at, act): (usize, &ActivationRow)| InForce {
            from: danish::moment(act.at()),
            to: activations.get(at + 1).map(|next| danish::moment(next.at())).unwrap_or_default(),
            who: called(pages, &act.person),
            why: act.reason.clone(),
        };
        let own = activations.iter().enumerate().filter(|(_, act)| act.number == row.number);
        Self {
            number: row.number,
            digest: row.edition.clone(),
            made: danish::moment(row.made_at()),
            who: called(pages, &row.author),
            why: row.reason.clone(),
            in_force: activations.last().is_some_and(|last| last.number == row.number),
            times: own.map(time).collect(),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Between {
    fra: Option<String>,
    til: Option<String>,
}

pub(super) async fn page(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Query(between): Query<Between>,
) -> Response {
    match history(&pages, &visitor, &between).await {
        Ok(page) => draw(&page),
        Err(error) => trouble(&pages, Some(&visitor), &error),
    }
}

async fn history(pages: &Pages, visitor: &Visitor, between: &Between) -> Result<History, Trouble> {
    let store = &pages.room.store;
    let (rows, activations) = (store.editions().await?, store.activations().await?);
    let in_force = activations.last().map_or(0, |last| last.number);
    let before = rows.iter().rev().map(|row| row.number).find(|number| *number < in_force);
    let number = |said: &Option<String>| said.as_deref().and_then(|said| said.trim().parse::<i64>().ok());
    let asked = between.fra.is_some() || between.til.is_some();
    let from = number(&between.fra).or(before).unwrap_or(in_force);
    let to = number(&between.til).unwrap_or(in_force);
    let diffs = if asked {
        differences(texts_of(&desk(pages), from).await?, texts_of(&desk(pages), to).await?).await
    } else {
        Vec::new()
    };
    let shown = rows.iter().rev().map(|row| EditionShown::of(pages, row, &activations));
    Ok(History {
        frame: frame(pages, visitor, "Reglernes historik"),
        view: RulesView::of(pages, visitor, HISTORY),
        editions: shown.collect(),
        from,
        to,
        asked,
        diffs,
    })
}
