//! What becomes of each receiver's mail, out of how it flows on both sides.

use std::collections::BTreeMap;

use super::tally::Flow;

/// What becomes of one receiver's mail.
pub struct Shift {
    /// What it is called.
    pub name: String,
    /// How many it had.
    pub before: u64,
    /// How many it would have.
    pub after: u64,
    /// Comes without a person having been asked, where one was.
    pub automatic: u64,
    /// Waits for a person, where nobody was asked.
    pub manual: u64,
    /// Comes from another receiver.
    pub gained: u64,
    /// Goes to another receiver.
    pub lost: u64,
}

/// Every receiver, those that something happens to first.
pub fn shifts(flows: &BTreeMap<Flow, u64>, name: &impl Fn(&str) -> String) -> Vec<Shift> {
    let mut units: Vec<&String> = flows.keys().flat_map(|(old, new)| [old, new]).flatten().collect();
    units.sort();
    units.dedup();
    let count = |wanted: &dyn Fn(&Flow) -> bool| -> u64 {
        flows.iter().filter(|(flow, _)| wanted(flow)).map(|(_, n)| n).sum()
    };
    let mut all: Vec<Shift> = units
        .into_iter()
        .map(|unit| {
            let is = |side: &Option<String>| side.as_ref() == Some(unit);
            Shift {
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

impl Shift {
    /// Does anything happen to it?
    pub fn changes(&self) -> bool {
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
        let found = shifts(&flows, &str::to_uppercase);
        for one in &found {
            assert_eq!(
                one.before + one.automatic + one.gained - one.manual - one.lost,
                one.after,
                "{}",
                one.name
            );
        }
        assert_eq!(found.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["B", "A"]);
        assert!(found.iter().all(Shift::changes));
    }
}
