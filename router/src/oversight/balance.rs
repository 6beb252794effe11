//! The balance: what came on a day is journaled, decided not to be, sent on, waiting, in quarantine or on its way.
//!
//! A letter that was split is counted once as split, and once for each of its parts, on the day that the letter came: what was
//! received and what was split off it are together what is somewhere.
//!
//! What came is counted in the audit log, what became of it in the messages' rows and the journal. The two are written by
//! different hands in the same step, so a day that does not add up tells that one of them was touched.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::Period;
use crate::clock::danish_day;
use crate::journey::{SENT_ON, SPLIT, UNWANTED};
use crate::room::{Journal, PostRoom};
use crate::store::StoreError;
use crate::store::message::Stage;
use crate::store::oversight::HourRow;

/// Dagsbalance: one day's mail by what became of it. The day is the one on which it became available.
#[doc(alias = "dagsbalance")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayBalance {
    /// The day.
    pub day: Date,
    /// What the audit log tells came.
    pub received: u64,
    /// Parts that the audit log tells were split off letters of the day.
    pub split_off: u64,
    /// Journaled.
    pub journaled: u64,
    /// Decided not to be journaled.
    pub not_journaled: u64,
    /// Sent on to the authority whose matter it is (forvaltningsloven § 7(2)).
    pub sent_on: u64,
    /// Split: their parts are counted where they are.
    pub split: u64,
    /// Waits for a person, a case handler's choice of case among it.
    pub waiting: u64,
    /// In quarantine.
    pub quarantined: u64,
    /// Decided or about to be; nothing stays here.
    pub on_its_way: u64,
    /// The audit log tells that they came, and they are not there.
    pub lost: u64,
    /// They are there, and the audit log does not tell that they came.
    pub untold: u64,
    /// They are done, and neither journaled nor decided not to be.
    pub unexplained: u64,
    /// They count as journaled in the built-in journal, and it has no entry of them.
    pub without_entry: u64,
}

impl DayBalance {
    /// The day of this time, when nothing came.
    pub fn none(at: Timestamp) -> Self {
        Self::of(danish_day(at))
    }

    fn of(day: Date) -> Self {
        Self {
            day,
            received: 0,
            split_off: 0,
            journaled: 0,
            not_journaled: 0,
            sent_on: 0,
            split: 0,
            waiting: 0,
            quarantined: 0,
            on_its_way: 0,
            lost: 0,
            untold: 0,
            unexplained: 0,
            without_entry: 0,
        }
    }

    /// Everything that is somewhere.
    pub fn accounted(&self) -> u64 {
        let done = self.journaled + self.not_journaled + self.sent_on + self.split;
        done + self.waiting + self.quarantined + self.on_its_way
    }

    /// Does the day add up, with an entry for everything journaled?
    pub fn adds_up(&self) -> bool {
        self.received + self.split_off == self.accounted() && self.remarks().is_empty()
    }

    /// What is wrong with the day, in Danish sentences.
    pub fn remarks(&self) -> Vec<String> {
        let said = [
            (self.lost, "er modtaget ifølge revisionssporet, men findes ikke mere"),
            (self.untold, "findes, men revisionssporet fortæller ikke, at de er modtaget"),
            (self.unexplained, "er afsluttet, men hverken journaliseret eller besluttet ikke journaliseret"),
            (self.without_entry, "står som journaliseret, men har ingen journalpost"),
        ];
        let counted = |n: u64| if n == 1 { "1 meddelelse".to_owned() } else { format!("{n} meddelelser") };
        said.into_iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}.", counted(n))).collect()
    }

    /// Counts messages that stand alike.
    fn count(&mut self, row: &HourRow, builtin: bool) {
        let n = row.number.cast_unsigned();
        match (row.told == 1, row.part == 1) {
            (true, false) => self.received += n,
            (true, true) => self.split_off += n,
            (false, _) => self.untold += n,
        }
        if row.journaled == 1 || row.entered == 1 {
            self.journaled += n;
            if builtin && row.entered == 0 {
                self.without_entry += n;
            }
            return;
        }
        match Stage::parse(&row.stage) {
            Some(Stage::Waiting) => self.waiting += n,
            Some(Stage::Quarantined) => self.quarantined += n,
            Some(Stage::Received | Stage::Decided) => self.on_its_way += n,
            Some(Stage::CarriedOut | Stage::Settled) if row.outcome == "not-journaled" => {
                self.not_journaled += n;
            }
            Some(Stage::Settled) if row.outcome == UNWANTED => self.not_journaled += n,
            Some(Stage::Settled) if row.outcome == SENT_ON => self.sent_on += n,
            Some(Stage::Settled) if row.outcome == SPLIT => self.split += n,
            _ => self.unexplained += n,
        }
    }
}

/// Every day of a period, the last first.
pub async fn balance(room: &PostRoom, period: Period) -> Result<Vec<DayBalance>, StoreError> {
    let (from, to) = period.bounds();
    let builtin = matches!(room.journal, Journal::BuiltIn(_));
    let mut days: Vec<DayBalance> = period.days().map(DayBalance::of).collect();
    for row in room.store.hours(from, to).await? {
        if let Some(day) = day_of(&mut days, row.hour) {
            day.count(&row, builtin);
        }
    }
    for row in room.store.lost_hours(from, to).await? {
        if let Some(day) = day_of(&mut days, row.hour) {
            let lost = row.number.cast_unsigned();
            if row.part == 1 {
                day.split_off += lost;
            } else {
                day.received += lost;
            }
            day.lost += lost;
        }
    }
    Ok(days)
}

fn day_of(days: &mut [DayBalance], hour: i64) -> Option<&mut DayBalance> {
    let at = Timestamp::UNIX_EPOCH.saturating_add(SignedDuration::from_hours(hour)).ok()?;
    let day = danish_day(at);
    days.iter_mut().find(|balance| balance.day == day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(stage: &str, outcome: &str, journaled: i64, entered: i64, told: i64) -> HourRow {
        let (stage, outcome) = (stage.into(), outcome.into());
        HourRow { hour: 0, stage, outcome, journaled, entered, told, part: 0, number: 2 }
    }

    #[test]
    fn a_letter_that_was_split_and_its_parts_add_up_together() {
        let part = |row: HourRow| HourRow { part: 1, number: 1, ..row };
        let mut day = DayBalance::of("2026-11-20".parse().unwrap());
        day.count(&HourRow { number: 1, ..row("settled", SPLIT, 0, 0, 1) }, true);
        day.count(&part(row("settled", "journaled", 1, 1, 1)), true);
        assert_eq!((day.received, day.split_off, day.split, day.accounted()), (1, 1, 1, 2));
        assert!(day.adds_up());
        day.count(&part(row("waiting", "sent-back", 0, 0, 0)), true);
        assert!(!day.adds_up(), "nobody told of that part");
    }

    #[test]
    fn a_day_adds_up_when_everything_told_is_somewhere() {
        let mut day = DayBalance::of("2026-11-20".parse().unwrap());
        for row in [
            row("settled", "journaled", 1, 1, 1),
            row("carried-out", "not-journaled", 0, 0, 1),
            row("waiting", "left-to-handler", 0, 0, 1),
            row("settled", SENT_ON, 0, 0, 1),
            row("settled", UNWANTED, 0, 0, 1),
            row("quarantined", "quarantine-truncated", 0, 0, 1),
            row("received", "pending", 0, 0, 1),
        ] {
            day.count(&row, true);
        }
        assert_eq!((day.received, day.accounted()), (14, 14));
        assert!(day.adds_up() && day.remarks().is_empty());
    }

    #[test]
    fn a_day_that_does_not_add_up_says_what_is_wrong() {
        for (row, said) in [
            (row("settled", "journaled", 1, 0, 1), "ingen journalpost"),
            (row("settled", "journaled", 0, 0, 1), "hverken journaliseret"),
            (row("waiting", "nothing-applies", 0, 0, 0), "fortæller ikke"),
        ] {
            let mut day = DayBalance::of("2026-11-20".parse().unwrap());
            day.count(&row, true);
            assert!(!day.adds_up(), "{row:?}");
            assert!(day.remarks().iter().any(|remark| remark.contains(said)), "{:?}", day.remarks());
        }
        let mut outside = DayBalance::of("2026-11-20".parse().unwrap());
        outside.count(&row("settled", "journaled", 1, 0, 1), false);
        assert!(outside.adds_up(), "another system's entries are not ours to see");
    }
}
