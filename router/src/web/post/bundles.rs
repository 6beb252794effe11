//! `/post/bunker`: letters that look alike, answered in one act.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;

use crate::desk::answers::{Receiver, Refused};
use crate::desk::bundles::{self, Answered, Bundle, Ticked};
use crate::journey::AnswerError;
use crate::web::Pages;
use crate::web::danish;
use crate::web::page::{Frame, Trouble, draw, trouble};
use crate::web::role::Role;
use crate::web::session::SignedIn;

#[derive(Template)]
#[template(path = "post/bundles.html")]
struct BundlesPage {
    frame: Frame,
    bundles: Vec<Bundle>,
    said: String,
    can_undo: bool,
}

impl BundlesPage {
    fn short(&self, at: &Timestamp) -> String {
        danish::day_and_time(*at)
    }

    fn percent(&self, share: &f32) -> String {
        crate::unseen::percent((f64::from(*share) * 100.0).round() / 100.0)
    }
}

/// What became of the last bundle.
#[derive(Deserialize)]
pub(super) struct Came {
    #[serde(default)]
    fordelt: usize,
    #[serde(default)]
    sprunget: usize,
}

pub(super) async fn page(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Query(came): Query<Came>,
) -> Response {
    match bundles::bundles(&pages.room, &visitor.person).await {
        Ok(bundles) => {
            let frame = Frame::of(&pages, Some(&visitor), "Bunker", Some(Role::PostDistributor));
            let said = said(Answered { kept: came.fordelt, passed_over: came.sprunget });
            draw(&BundlesPage { frame, bundles, said, can_undo: came.fordelt > 0 })
        }
        Err(error) => trouble(&pages, Some(&visitor), &error.into()),
    }
}

fn said(answered: Answered) -> String {
    let letters = |n: usize| if n == 1 { "1 brev".to_owned() } else { format!("{n} breve") };
    match (answered.kept, answered.passed_over) {
        (0, 0) => String::new(),
        (kept, 0) => format!("{} er fordelt.", letters(kept)),
        (kept, over) => format!(
            "{} er fordelt. {} blev sprunget over, fordi en kollega havde dem, eller de er besluttet på ny.",
            letters(kept),
            letters(over)
        ),
    }
}

/// Answers the letters that were ticked. The form's fields repeat, so they come as pairs.
pub(super) async fn answer(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let Some((receiver, letters)) = understood(&fields) else {
        let said = "Sæt hak ved mindst ét brev. Intet er ændret.".to_owned();
        return trouble(&pages, Some(&visitor), &Trouble::Said(said));
    };
    match bundles::answer(&pages.room, &visitor.person, &letters, &receiver).await {
        Ok(came) => {
            let to = format!("/post/bunker?fordelt={}&sprunget={}", came.kept, came.passed_over);
            Redirect::to(&to).into_response()
        }
        Err(Refused::Answer(AnswerError::Store(error))) => trouble(&pages, Some(&visitor), &error.into()),
        Err(refused) => trouble(&pages, Some(&visitor), &Trouble::Said(refused.danish())),
    }
}

/// Whom the letters go to, and which they are; `None` when nothing was ticked or a field is not one of ours.
fn understood(fields: &[(String, String)]) -> Option<(Receiver, Vec<Ticked>)> {
    let field = |name: &str| {
        let value = fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        value.filter(|value| !value.is_empty())
    };
    let ticked = fields.iter().filter(|(key, _)| key == "brev").map(|(_, value)| {
        let (id, seen) = value.split_once(' ')?;
        Some(Ticked { id: id.parse().ok()?, seen: seen.parse().ok()? })
    });
    let letters: Vec<Ticked> = ticked.collect::<Option<_>>()?;
    let receiver = Receiver {
        unit: field("unit")?,
        person: field("person"),
        case: None,
        subject: field("subject").map(|subject| subject.parse()).transpose().ok()?,
        not_journaled: None,
        reason: None,
    };
    Some((receiver, letters)).filter(|(_, letters)| !letters.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_without_ticks_or_with_strange_ones_is_nothing() {
        let id = "018f0000-0000-7000-8000-000000000000";
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let ticked =
            |value: &str| understood(&[pair("unit", "park"), pair("subject", ""), pair("brev", value)]);
        let (receiver, letters) = ticked(&format!("{id} 3")).expect("a letter");
        assert_eq!((receiver.unit.as_str(), receiver.subject, letters[0].seen), ("park", None, 3));
        assert!(ticked("x 3").is_none() && ticked(id).is_none());
        assert!(understood(&[pair("unit", "park")]).is_none());
        assert!(understood(&[pair("brev", &format!("{id} 3"))]).is_none());
    }
}
