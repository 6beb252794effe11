//! Past mail run through a draft or an edition, beside the one in force: a table per receiver, and a picture.

use axum::Form;
use axum::extract::State;
use axum::response::Response;
use rules::Policy;

use super::by;
use super::picture::Picture;
use super::trial::{Answer, Asked, NOTHING, show, tried};
use crate::replay::{Shift, Shown, shifts};
use crate::rule_trial::{NotTried, Replayed, Tried, on_past_mail};
use crate::web::Pages;
use crate::web::page::{Trouble, trouble};
use crate::web::session::{SignedIn, Visitor};

/// A replay as it is shown.
pub(super) struct ReplayShown {
    pub(super) days: i64,
    pub(super) against: i64,
    pub(super) messages: u64,
    pub(super) unchanged: u64,
    pub(super) unreadable: u64,
    pub(super) not_looked_up: u64,
    pub(super) receivers: Vec<Shift>,
    pub(super) changes: Vec<(String, String, usize, String)>,
    pub(super) better: usize,
    pub(super) worse: usize,
    pub(super) picture: Picture,
}

/// Tries past mail.
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
        Some(tried) => match replayed(&pages, &visitor, &asked, tried).await {
            Ok(replayed) => Answer { replayed: Some(replayed), ..Answer::default() },
            Err(Trouble::Said(said)) => Answer { said: vec![said], ..Answer::default() },
            Err(error) => return trouble(&pages, Some(&visitor), &error),
        },
    };
    show(&pages, &visitor, asked, tried, answer).await
}

async fn replayed(
    pages: &Pages,
    visitor: &Visitor,
    asked: &Asked,
    tried: &Tried,
) -> Result<ReplayShown, Trouble> {
    let days = asked.dage.trim().parse().map_err(|_| NotTried::Days)?;
    let counting = &pages.kept.counting.0;
    let replayed = on_past_mail(&pages.room, by(visitor), counting, tried, days).await?;
    Ok(ReplayShown::of(replayed, tried.edition, days))
}

impl ReplayShown {
    fn of(replayed: Replayed, edition: Option<i64>, days: i64) -> Self {
        let Replayed { tally, against, sides: [new, old] } = replayed;
        let policies: &[&Policy] = &[&new, &old];
        let name = |unit: &str| {
            let known = policies.iter().find_map(|policy| policy.unit(unit));
            known.map_or_else(|| unit.to_owned(), |unit| unit.name.clone())
        };
        let receivers = shifts(&tally.flows, &name);
        let picture = Picture::of(&tally.flows, &name);
        let counted = (tally.messages, tally.unchanged, tally.unreadable, tally.not_looked_up);
        let (better, worse) = (tally.truth.better.len(), tally.truth.worse.len());
        let shown = Shown::of(tally, edition, Some(against), policies);
        Self {
            days,
            against,
            messages: counted.0,
            unchanged: counted.1,
            unreadable: counted.2,
            not_looked_up: counted.3,
            receivers,
            changes: shown
                .changes
                .iter()
                .map(|line| (line.kind().danish().to_owned(), line.way(), line.count(), line.first()))
                .collect(),
            better,
            worse,
            picture,
        }
    }
}
