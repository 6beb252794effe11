//! Drift of a unit's letters: the newest four weeks against the twelve before. Counts only.

use std::collections::BTreeMap;

use classifier::drift::{Part, TOLD, chance};
use serde::Serialize;

use super::percent;
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::judged::WeekRow;

/// The newest weeks.
const NEWEST: i64 = 4;
/// All weeks that are looked at.
const WEEKS: i64 = 16;
/// A letter is unsure when the classifier's confidence in its subject is below this.
const UNSURE: f32 = 0.5;

/// How the letters that are believed to be a unit's change.
#[derive(Default, Serialize)]
pub struct DriftView {
    /// By week, the newest first.
    pub weeks: Vec<WeekView>,
    /// How probable the difference in the share of unsure letters is by chance; null without letters on both sides.
    unsure_p: Option<f64>,
    /// The same of the share that waited for a person.
    waiting_p: Option<f64>,
    /// Whether either is told as a change.
    pub changed: bool,
}

/// A unit's letters of one week.
#[derive(Serialize)]
pub struct WeekView {
    /// Weeks ago; 0 is the newest.
    pub ago: i64,
    /// Letters believed to be the unit's.
    pub letters: u64,
    /// Those of them that the classifier was unsure of.
    pub unsure: u64,
    /// Those that waited for a person.
    pub waiting: u64,
}

/// The drift of every unit, with the model in force: another's confidences mean something else.
pub async fn look(room: &PostRoom) -> Result<BTreeMap<String, DriftView>, StoreError> {
    let rows = room.store.judged_weeks(&room.suggest.edition(), room.clock.now(), WEEKS, UNSURE).await?;
    let mut units: BTreeMap<String, DriftView> = BTreeMap::new();
    for row in rows {
        units.entry(row.unit.clone()).or_default().weeks.push(WeekView::of(&row));
    }
    units.values_mut().for_each(DriftView::test);
    Ok(units)
}

impl WeekView {
    fn of(row: &WeekRow) -> Self {
        let [letters, unsure, waiting] = row.counts();
        Self { ago: row.ago, letters, unsure, waiting }
    }
}

impl DriftView {
    /// Newest and earlier weeks, as a share of what `hits` counts.
    fn parts(&self, hits: fn(&WeekView) -> u64) -> [Part; 2] {
        let part = |newest: bool| {
            let weeks = || self.weeks.iter().filter(move |week| (week.ago < NEWEST) == newest);
            Part { hits: weeks().map(hits).sum(), of: weeks().map(|week| week.letters).sum() }
        };
        [part(true), part(false)]
    }

    fn test(&mut self) {
        let p =
            |[newest, before]: [Part; 2]| (newest.of > 0 && before.of > 0).then(|| chance(newest, before));
        self.unsure_p = p(self.parts(|week| week.unsure));
        self.waiting_p = p(self.parts(|week| week.waiting));
        self.changed = [self.unsure_p, self.waiting_p].into_iter().flatten().any(|p| p < TOLD);
    }

    /// One line; `None` without letters in the newest weeks.
    pub fn danish(&self) -> Option<String> {
        let [unsure, before_unsure] = self.parts(|week| week.unsure);
        let [waiting, before_waiting] = self.parts(|week| week.waiting);
        if unsure.of == 0 {
            return None;
        }
        let share = |part: Part| {
            if part.of == 0 { "–".to_owned() } else { percent(part.hits as f64 / part.of as f64) }
        };
        let changed = if self.changed { "ÆNDRET: " } else { "" };
        Some(format!(
            "{changed}usikre {} (før {}), ventede {} (før {}); {} breve på 4 uger mod {} på de 12 før",
            share(unsure),
            share(before_unsure),
            share(waiting),
            share(before_waiting),
            unsure.of,
            before_unsure.of
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(newest: [u64; 2], before: [u64; 2]) -> DriftView {
        let week = |ago, [letters, unsure]: [u64; 2]| WeekView { ago, letters, unsure, waiting: letters };
        let mut view =
            DriftView { weeks: vec![week(0, newest), week(NEWEST, before)], ..DriftView::default() };
        view.test();
        view
    }

    #[test]
    fn a_change_is_told_when_chance_hardly_makes_it() {
        let changed = view([40, 20], [120, 12]);
        assert!(
            changed.changed
                && changed.danish().is_some_and(|said| said.starts_with("ÆNDRET: usikre 50 % (før 10 %)"))
        );
        let same = view([40, 5], [120, 12]);
        assert!(!same.changed && same.waiting_p == Some(1.0));
        let new = view([40, 20], [0, 0]);
        assert!(new.unsure_p.is_none() && new.danish().is_some_and(|said| said.contains("(før –)")));
        assert!(view([0, 0], [120, 12]).danish().is_none());
    }
}
