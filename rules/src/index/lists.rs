//! Lists: the rules filed under each key, all in one table.

use super::{ALWAYS, ListId};
use crate::Rule;

/// A rule in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Filed {
    /// Its place in the order of rules.
    pub(super) place: u32,
    /// A list that a message must lead to as well, or the rule can not match it.
    pub(super) also: ListId,
}

/// The rules of every list, one list after the other, each ascending.
#[derive(Clone, Debug, Default)]
pub(super) struct Lists {
    filed: Vec<Filed>,
    bounds: Vec<Bounds>,
}

/// Where a list stands: rules that hold, which are asked in the first step, and then the others.
#[derive(Clone, Copy, Debug, Default)]
struct Bounds {
    holds: u32,
    others: u32,
    end: u32,
}

impl Lists {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.bounds.len()
    }

    /// The rules of a list that hold.
    pub(super) fn holds(&self, list: ListId) -> &[Filed] {
        let bounds = self.bounds[list as usize];
        &self.filed[bounds.holds as usize..bounds.others as usize]
    }

    /// The other rules of a list.
    pub(super) fn others(&self, list: ListId) -> &[Filed] {
        let bounds = self.bounds[list as usize];
        &self.filed[bounds.others as usize..bounds.end as usize]
    }
}

/// Lists while rules are being filed.
pub(super) struct ListsDraft {
    lists: Vec<[Vec<Filed>; 2]>,
}

impl Default for ListsDraft {
    fn default() -> Self {
        Self { lists: vec![Default::default()] }
    }
}

impl ListsDraft {
    /// The list after the last.
    pub(super) fn next(&self) -> ListId {
        ListId::try_from(self.lists.len()).unwrap_or(ALWAYS)
    }

    /// Makes the list after the last, when that is the one meant.
    pub(super) fn make(&mut self, list: ListId) {
        if list == self.next() {
            self.lists.push(Default::default());
        }
    }

    pub(super) fn add(&mut self, list: ListId, rule: &Rule, filed: Filed) {
        let [holds, others] = &mut self.lists[list as usize];
        let list = if rule.holds() { holds } else { others };
        // A rule that says the same thing twice is filed once.
        if list.last() != Some(&filed) {
            list.push(filed);
        }
    }

    pub(super) fn build(self) -> Lists {
        let mut lists = Lists { filed: Vec::new(), bounds: Vec::with_capacity(self.lists.len()) };
        for [holds, others] in self.lists {
            let at = lists.filed.len() as u32;
            let bounds = Bounds { holds: at, others: at + holds.len() as u32, end: 0 };
            lists.filed.extend(holds);
            lists.filed.extend(others);
            lists.bounds.push(Bounds { end: lists.filed.len() as u32, ..bounds });
        }
        lists
    }
}
