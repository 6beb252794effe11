//! Standing: from which confidence on the classifier may decide for a unit, just now.
//!
//! A limit is found on letters of the unit that people have settled, all judged by the model in use: another model's
//! confidences mean something else, so a new model starts anew. Until there are enough of them the shipped model's own limit
//! may hold, where the unit has said so.

use std::collections::{BTreeSet, HashMap};
use std::sync::Mutex;

use classifier::budget::{self, Outcome};
use jiff::{SignedDuration, Timestamp};
use rules::{Grounds, Limit, Policy, Standing, Unseen};

use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::judged::SettledRow;

/// The newest settled letters that a limit is found on.
const LETTERS: u32 = 5_000;
/// How long a limit is used before it is found again: another process may have settled letters.
const FRESH: SignedDuration = SignedDuration::from_secs(60);

/// Limits for a subject and for a group.
type Pair = [Option<Limit>; 2];

/// Limits that were found, by unit, with the model whose they are.
#[derive(Default)]
pub(super) struct Limits(Mutex<HashMap<String, (Timestamp, String, Pair)>>);

impl Limits {
    /// Finds the unit's limits anew the next time: one of its letters was settled.
    pub(super) fn forget(&self, unit: &str) {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).remove(unit);
    }

    fn known(&self, unit: &str, model: &str, now: Timestamp) -> Option<Pair> {
        let limits = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let (at, of, pair) = limits.get(unit)?;
        (of == model && now.duration_since(*at).abs() < FRESH).then_some(*pair)
    }

    fn remember(&self, unit: &str, model: &str, now: Timestamp, pair: Pair) {
        let mut limits = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        limits.insert(unit.to_owned(), (now, model.to_owned(), pair));
    }
}

/// Which units are stopped, as a batch of letters is gathered.
#[derive(Default)]
pub struct Standings {
    stopped: BTreeSet<String>,
}

impl Standings {
    /// Looks. Asks nothing where no unit lets anything be passed on.
    pub async fn look(room: &PostRoom, policy: &Policy) -> Result<Self, StoreError> {
        if !policy.allowed_unseen().any(|allowed| allowed.pass_on) {
            return Ok(Self::default());
        }
        let stopped = room.store.stopped_units().await?;
        Ok(Self { stopped: stopped.into_iter().map(|row| row.unit).collect() })
    }

    /// How a unit stands with what this model believes. One that lets nothing be passed on has no limits.
    pub async fn of(
        &self,
        room: &PostRoom,
        policy: &Policy,
        unit: &str,
        model: &str,
    ) -> Result<Standing, StoreError> {
        let stands = Standing { unit: unit.to_owned(), ..Standing::default() };
        let Some(allowed) = policy.unseen(unit).filter(|allowed| allowed.pass_on) else { return Ok(stands) };
        if self.stopped.contains(unit) {
            return Ok(Standing { stopped: true, ..stands });
        }
        let [subject, group] = limits(room, allowed, model).await?;
        Ok(Standing { subject, group, ..stands })
    }
}

/// The limits of a unit with this model, whether or not it is stopped.
pub async fn limits(room: &PostRoom, allowed: &Unseen, model: &str) -> Result<Pair, StoreError> {
    let now = room.clock.now();
    if let Some(pair) = room.unseen.limits.known(&allowed.unit, model, now) {
        return Ok(pair);
    }
    let settled = room.store.settled_of(&allowed.unit, model, LETTERS).await?;
    // Another model may have been promoted since this one was heard: its own limit is not known any more.
    let is_in_force = room.suggest.edition() == model;
    let pair = [0, 1].map(|level| {
        let shipped = is_in_force.then(|| room.suggest.sure_from(level, allowed.budget as f32)).flatten();
        limit(&outcomes(&settled, level), allowed, shipped)
    });
    room.unseen.limits.remember(&allowed.unit, model, now, pair);
    Ok(pair)
}

fn outcomes(settled: &[SettledRow], level: usize) -> Vec<Outcome> {
    let outcome = |row: &SettledRow| Some(Outcome { confidence: row.sure(level)?, right: row.is_right() });
    settled.iter().filter_map(outcome).collect()
}

/// The unit's own limit; else the shipped one, where it may hold and the unit's letters are too few to speak against it.
fn limit(outcomes: &[Outcome], allowed: &Unseen, shipped: Option<f32>) -> Option<Limit> {
    if let Some(from) = budget::threshold(outcomes, allowed.budget) {
        return Some(Limit { from, letters: u32::try_from(outcomes.len()).ok() });
    }
    let from = shipped.filter(|_| allowed.grounds == Grounds::Shipped)?;
    let heard = outcomes.iter().filter(|outcome| outcome.confidence >= from).count();
    (heard < budget::enough(allowed.budget)).then_some(Limit { from, letters: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(grounds: Grounds) -> Unseen {
        Unseen {
            unit: "vej".into(),
            pass_on: true,
            learn: false,
            budget: 0.02,
            grounds,
            allowed_by: "Gry Holm, direktør".into(),
            legal_basis: "hjemlen".into(),
            since: jiff::civil::date(2026, 1, 1),
        }
    }

    fn of(n: usize, confidence: f32, right: bool) -> Vec<Outcome> {
        vec![Outcome { confidence, right }; n]
    }

    #[test]
    fn the_shipped_limit_holds_only_where_allowed_and_until_there_are_enough_letters() {
        let few = of(100, 0.95, true);
        assert_eq!(limit(&few, &allowed(Grounds::Own), Some(0.9)), None);
        assert_eq!(limit(&few, &allowed(Grounds::Shipped), None), None);
        let shipped = limit(&few, &allowed(Grounds::Shipped), Some(0.9)).unwrap();
        assert_eq!((shipped.from, shipped.letters), (0.9, None));
        let own = limit(&of(149, 0.95, true), &allowed(Grounds::Shipped), Some(0.9)).unwrap();
        assert_eq!((own.from, own.letters), (0.95, Some(149)));
        // Enough letters, and they speak against it: nobody's limit holds.
        let against = [of(140, 0.95, true), of(9, 0.95, false)].concat();
        assert_eq!(limit(&against, &allowed(Grounds::Shipped), Some(0.9)), None);
        // Enough letters, but too few that the shipped limit speaks of.
        let unsure = [of(300, 0.5, false), of(20, 0.95, true)].concat();
        assert_eq!(limit(&unsure, &allowed(Grounds::Shipped), Some(0.9)).unwrap().letters, None);
    }
}
