//! Past mail run through a draft or an edition, beside the one in force: a table per receiver, and a picture.
//!
//! Bounded so that the post room goes on: one at a time, at most so many messages, on threads of their own.

use std::collections::BTreeMap;

use axum::Form;
use axum::extract::State;
use axum::response::Response;
use jiff::SignedDuration;
use rules::Policy;

use super::by;
use super::picture::Picture;
use super::trial::{Answer, Asked, NOTHING, Tried, show, tried};
use crate::audit::EventKind;
use crate::replay::{self, Comparison, Flow, Shown, Sides, Tally};
use crate::store::past::Period;
use crate::web::Pages;
use crate::web::page::{Trouble, trouble};
use crate::web::session::{SignedIn, Visitor};

/// The most messages of one replay in a page; the command line takes any number.
const MOST: u64 = 20_000;

/// The most days.
const MOST_DAYS: i64 = 366;

/// A replay as it is shown.
pub(super) struct ReplayShown {
    pub(super) days: i64,
    pub(super) against: i64,
    pub(super) messages: u64,
    pub(super) unchanged: u64,
    pub(super) unreadable: u64,
    pub(super) not_looked_up: u64,
    pub(super) receivers: Vec<Receiver>,
    pub(super) changes: Vec<(String, String, usize, String)>,
    pub(super) better: usize,
    pub(super) worse: usize,
    pub(super) picture: Picture,
}

/// What becomes of one receiver's mail.
pub(super) struct Receiver {
    pub(super) name: String,
    pub(super) before: u64,
    pub(super) after: u64,
    /// Comes without a person having been asked, where one was.
    pub(super) automatic: u64,
    /// Waits for a person, where nobody was asked.
    pub(super) manual: u64,
    /// Comes from another receiver.
    pub(super) gained: u64,
    /// Goes to another receiver.
    pub(super) lost: u64,
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

/// The period of so many days until now, when it has no more mail than is counted in a page.
pub(in crate::web) async fn period(pages: &Pages, days: i64) -> Result<Period, Trouble> {
    let since = pages.room.clock.now().saturating_sub(SignedDuration::from_hours(24 * days));
    let period = Period { since: since.ok(), until: None };
    let messages = pages.room.store.past(period).count().await?;
    if messages > MOST {
        return Err(Trouble::Said(format!(
            "På {days} dage er der kommet {messages} meddelelser. Her tælles højst {MOST} ad gangen: vælg færre dage, eller brug modtag rules replay på serveren."
        )));
    }
    Ok(period)
}

/// What is said while somebody else counts.
pub(in crate::web) const BUSY: &str = "En anden optælling af post er i gang. Prøv igen om lidt.";

async fn replayed(
    pages: &Pages,
    visitor: &Visitor,
    asked: &Asked,
    tried: &Tried,
) -> Result<ReplayShown, Trouble> {
    let days = asked.dage.trim().parse::<i64>().ok().filter(|days| (1..=MOST_DAYS).contains(days));
    let days = days.ok_or_else(|| Trouble::Said(format!("Skriv et antal dage mellem 1 og {MOST_DAYS}.")))?;
    let new = tried.policy().map_err(Trouble::Said)?;
    let old = pages.room.policy();
    let against = pages.room.store.edition_in_force().await?.map_or(0, |row| row.number);
    let period = period(pages, days).await?;
    let _one = pages.kept.counting.0.try_acquire().map_err(|_| Trouble::Said(BUSY.into()))?;
    let store = &pages.room.store;
    let comparison = Comparison(Sides { old: Some(old.clone()), new: new.clone() });
    let tally = replay::run(store.past(period), store.keys(), &comparison, &|_| {}).await?;
    let event = pages.room.event_by(EventKind::RulesTried, by(visitor));
    let edition = tried.looked.policy.as_ref().map(|policy| policy.edition().to_owned());
    let mut tx = store.begin().await?;
    tx.tell(
        event
            .with("days", days)
            .with("messages", tally.messages)
            .with("edition", edition.unwrap_or_default())
            .with("against", old.edition()),
    );
    tx.commit(pages.room.clock.now()).await?;
    Ok(ReplayShown::of(tally, tried.edition, (days, against), &[&new, &old]))
}

impl ReplayShown {
    fn of(tally: Tally, edition: Option<i64>, (days, against): (i64, i64), policies: &[&Policy]) -> Self {
        let name = |unit: &str| {
            let known = policies.iter().find_map(|policy| policy.unit(unit));
            known.map_or_else(|| unit.to_owned(), |unit| unit.name.clone())
        };
        let receivers = receivers(&tally.flows, &name);
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

fn receivers(flows: &BTreeMap<Flow, u64>, name: &impl Fn(&str) -> String) -> Vec<Receiver> {
    let mut units: Vec<&String> = flows.keys().flat_map(|(old, new)| [old, new]).flatten().collect();
    units.sort();
    units.dedup();
    let count = |wanted: &dyn Fn(&Flow) -> bool| -> u64 {
        flows.iter().filter(|(flow, _)| wanted(flow)).map(|(_, n)| n).sum()
    };
    let mut all: Vec<Receiver> = units
        .into_iter()
        .map(|unit| {
            let is = |side: &Option<String>| side.as_ref() == Some(unit);
            Receiver {
                name: name(unit),
                before: count(&|(old, _)| is(old)),
                after: count(&|(_, new)| is(new)),
                automatic: count(&|(old, new)| old.is_none() && is(new)),
                manual: count(&|(old, new)| is(old) && new.is_none()),
                gained: count(&|(old, new)| old.is_some() && !is(old) && is(new)),
                lost: count(&|(old, new)| is(old) && new.is_some() && !is(new)),
            }
        })
        .collect();
    // Those that something happens to come first.
    all.sort_by_key(|one| {
        std::cmp::Reverse((one.automatic + one.manual + one.gained + one.lost, one.before))
    });
    all
}

impl Receiver {
    /// Does anything happen to it?
    pub(super) fn changes(&self) -> bool {
        self.automatic + self.manual + self.gained + self.lost > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receivers_mail_adds_up_on_both_sides() {
        let some = |unit: &str| Some(unit.to_owned());
        let flows = BTreeMap::from([
            ((some("a"), some("a")), 5),
            ((some("a"), some("b")), 2),
            ((some("a"), None), 1),
            ((None, some("b")), 3),
            ((None, None), 9),
        ]);
        let found = receivers(&flows, &str::to_uppercase);
        for one in &found {
            assert_eq!(
                one.before + one.automatic + one.gained - one.manual - one.lost,
                one.after,
                "{}",
                one.name
            );
        }
        assert_eq!(found.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["B", "A"]);
        assert!(found.iter().all(Receiver::changes));
    }
}
