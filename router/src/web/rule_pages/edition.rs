//! `/regler/udgave/{number}`: one edition, what it would change, its files, and putting it in force.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::history::EditionShown;
use super::{FRONT, HISTORY, RulesView, by, desk, frame, short, to};
use crate::drafting::{FileDiff, differences, texts_of};
use crate::editions::{EditionError, follow_once};
use crate::web::Pages;
use crate::web::page::{Frame, Trouble, draw, trouble};
use crate::web::session::{SignedIn, Visitor};

#[derive(Template)]
#[template(path = "rules/edition.html")]
struct EditionPage {
    frame: Frame,
    view: RulesView,
    edition: EditionShown,
    in_force: i64,
    own: bool,
    diffs: Vec<FileDiff>,
    files: Vec<(usize, String, usize)>,
}

pub(super) async fn page(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Path(number): Path<String>,
) -> Response {
    match shown(&pages, &visitor, &number).await {
        Ok(page) => draw(&page),
        Err(error) => trouble(&pages, Some(&visitor), &error),
    }
}

fn parsed(number: &str) -> Result<i64, Trouble> {
    number.parse().map_err(|_| Trouble::NotFound)
}

async fn shown(pages: &Pages, visitor: &Visitor, number: &str) -> Result<EditionPage, Trouble> {
    let store = &pages.room.store;
    let number = parsed(number)?;
    let row = store.edition(number).await?.ok_or(Trouble::NotFound)?;
    let activations = store.activations().await?;
    let in_force = activations.last().map_or(0, |last| last.number);
    let files = desk(pages).files(&row).await?;
    let files: Vec<(usize, String, usize)> =
        files.iter().enumerate().map(|(n, (name, text))| (n, short(name), text.lines().count())).collect();
    let diffs = match in_force {
        same if same == number => Vec::new(),
        0 => Vec::new(),
        other => {
            differences(texts_of(&desk(pages), other).await?, texts_of(&desk(pages), number).await?).await
        }
    };
    Ok(EditionPage {
        frame: frame(pages, visitor, &format!("Udgave {number}")),
        view: RulesView::of(pages, visitor, HISTORY),
        edition: EditionShown::of(pages, &row, &activations),
        in_force,
        own: row.author == visitor.person,
        diffs,
        files,
    })
}

/// One file of an edition, as text.
pub(super) async fn file(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Path((number, place)): Path<(String, String)>,
) -> Response {
    match text_of(&pages, &number, &place).await {
        Ok((name, text)) => {
            let name: String =
                name.chars().map(|c| if c.is_ascii_graphic() && c != '"' { c } else { '_' }).collect();
            let head = [
                (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
                (header::CONTENT_DISPOSITION, format!("inline; filename=\"{name}.txt\"")),
            ];
            (head, text).into_response()
        }
        Err(error) => trouble(&pages, Some(&visitor), &error),
    }
}

async fn text_of(pages: &Pages, number: &str, place: &str) -> Result<(String, String), Trouble> {
    let place: usize = place.parse().map_err(|_| Trouble::NotFound)?;
    let row = pages.room.store.edition(parsed(number)?).await?.ok_or(Trouble::NotFound)?;
    let files = desk(pages).files(&row).await?;
    let (name, text) = files.into_iter().nth(place).ok_or(Trouble::NotFound)?;
    Ok((short(&name), text))
}

#[derive(Deserialize)]
pub(super) struct Activation {
    /// The edition that was in force when the page was drawn.
    #[serde(default)]
    i_stedet_for: String,
    #[serde(default)]
    begrundelse: String,
}

/// What is said when there is no reason.
pub(super) const NO_REASON: &str =
    "Skriv en begrundelse uden personoplysninger. Den står i historikken og i revisionssporet.";

/// Puts the edition in force.
pub(super) async fn activate(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Path(number): Path<String>,
    Form(form): Form<Activation>,
) -> Response {
    match activated(&pages, &visitor, &number, &form).await {
        Ok(()) => to(FRONT),
        Err(error) => trouble(&pages, Some(&visitor), &error),
    }
}

async fn activated(pages: &Pages, visitor: &Visitor, number: &str, form: &Activation) -> Result<(), Trouble> {
    let number = parsed(number)?;
    let reason = form.begrundelse.trim();
    if reason.is_empty() {
        return Err(Trouble::Said(NO_REASON.into()));
    }
    let seen: i64 = form.i_stedet_for.parse().map_err(|_| Trouble::from(EditionError::Meanwhile))?;
    desk(pages).activate_over(number, seen, (&by(visitor), reason), None).await?;
    // This process goes by it from its next message on; others notice within seconds.
    if let Err(error) = follow_once(&pages.room, &pages.config).await {
        tracing::error!(error = %error, "edition in force not taken up; the old one stays");
    }
    Ok(())
}
