//! Finds the first broken event from a signed root downwards, when the rows can be read at will.
//!
//! From a root that is trusted, a pair of children that hash to it can be trusted too. For each child there are several candidates: what
//! the bodies give, what was kept. As long as one of each is the true one, the way down continues; where none is, the range ends.
//! [`super::verify`] needs none of this to say *that* a log is broken; this says more exactly *where* when many rows were touched.

use std::ops::RangeInclusive;

use super::merkle::{Hash, Tree, leaf_hash, node_hash};
use super::proof::split;
use super::stored::StoredEvent;

/// More candidates than this are not tried: a subtree with so many is broken in many places.
const MOST_CANDIDATES: usize = 64;

/// What is known about the perfect subtrees of a log. `None` and an empty list are for what the rows do not hold.
pub trait Evidence {
    /// The hash that the bodies as they lie there give.
    fn actual(&self, level: u32, index: u64) -> Option<Hash>;

    /// Hashes kept for it: leaf hashes, copies, nodes.
    fn kept(&self, level: u32, index: u64) -> Vec<Hash>;
}

/// The first broken event of a log of `size`, given its trusted root; a range where the kept hashes were touched as well, so that
/// nobody can say which. `None` when the bodies give the root.
pub fn locate(size: u64, root: Hash, evidence: &impl Evidence) -> Option<RangeInclusive<u64>> {
    if size == 0 { None } else { descend(0, size, root, evidence) }
}

fn descend(start: u64, end: u64, trusted: Hash, evidence: &impl Evidence) -> Option<RangeInclusive<u64>> {
    if actual(start, end, evidence) == Some(trusted) {
        return None;
    }
    if end - start > 1 {
        let middle = split(start, end);
        let rights = candidates(middle, end, evidence);
        for left in candidates(start, middle, evidence) {
            for right in &rights {
                if node_hash(&left, right) == trusted {
                    return descend(start, middle, left, evidence)
                        .or_else(|| descend(middle, end, *right, evidence));
                }
            }
        }
    }
    Some(start..=end - 1)
}

fn actual(start: u64, end: u64, evidence: &impl Evidence) -> Option<Hash> {
    if let Some((level, index)) = perfect(start, end) {
        return evidence.actual(level, index);
    }
    let middle = split(start, end);
    Some(node_hash(&actual(start, middle, evidence)?, &actual(middle, end, evidence)?))
}

fn candidates(start: u64, end: u64, evidence: &impl Evidence) -> Vec<Hash> {
    let mut found = Vec::new();
    let mut add = |hash| {
        if !found.contains(&hash) && found.len() < MOST_CANDIDATES {
            found.push(hash);
        }
    };
    if let Some((level, index)) = perfect(start, end) {
        evidence.actual(level, index).into_iter().for_each(&mut add);
        evidence.kept(level, index).into_iter().for_each(&mut add);
    } else {
        let middle = split(start, end);
        let rights = candidates(middle, end, evidence);
        for left in candidates(start, middle, evidence) {
            rights.iter().for_each(|right| add(node_hash(&left, right)));
        }
    }
    found
}

/// Level and index of a range that is one perfect subtree.
fn perfect(start: u64, end: u64) -> Option<(u32, u64)> {
    let width = end - start;
    width.is_power_of_two().then(|| (width.trailing_zeros(), start >> width.trailing_zeros()))
}

/// A whole log in memory as evidence: three trees, over the bodies, over the kept leaf hashes, and over the copies in the rows after.
pub struct Rows<'a> {
    rows: &'a [StoredEvent],
    bodies: Tree,
    leaves: Tree,
    copies: Tree,
}

impl<'a> Rows<'a> {
    /// Rows 0, 1, 2, … of a log. About 200 bytes of memory a row.
    pub fn new(rows: &'a [StoredEvent]) -> Rows<'a> {
        let copy = |(i, row): (usize, &StoredEvent)| {
            rows.get(i + 1).and_then(StoredEvent::before).unwrap_or(row.leaf)
        };
        Rows {
            rows,
            bodies: Tree::over(rows.iter().map(|row| leaf_hash(&row.body))),
            leaves: Tree::over(rows.iter().map(|row| row.leaf)),
            copies: Tree::over(rows.iter().enumerate().map(copy)),
        }
    }
}

impl Evidence for Rows<'_> {
    fn actual(&self, level: u32, index: u64) -> Option<Hash> {
        self.bodies.node(level, index)
    }

    fn kept(&self, level: u32, index: u64) -> Vec<Hash> {
        let node = || {
            let last = usize::try_from((index + 1) << level).ok()? - 1;
            self.rows.get(last)?.completed(level)
        };
        let kept = if level == 0 { None } else { node() };
        [kept, self.leaves.node(level, index), self.copies.node(level, index)].into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Actor, Event, EventKind, Frontier};
    use jiff::Timestamp;
    use proptest::prelude::*;

    fn log(size: u64) -> (Vec<StoredEvent>, Hash) {
        let mut frontier = Frontier::default();
        let event = Event::new(Timestamp::UNIX_EPOCH, "29189447", EventKind::Checked, Actor::system("test"));
        let rows = (0..size).map(|_| StoredEvent::append(&mut frontier, event.clone()).1).collect();
        (rows, frontier.root())
    }

    /// Makes the kept nodes of the rows `from..=to` fit the leaves again.
    fn recompute(rows: &mut [StoredEvent], from: usize, to: usize) {
        let mut frontier = Frontier::default();
        for (i, row) in rows.iter_mut().enumerate() {
            let nodes = frontier.append(row.leaf);
            if (from..=to).contains(&i) {
                row.nodes = nodes;
            }
        }
    }

    fn rewrite(row: &mut StoredEvent) {
        row.body.push(b' ');
        row.leaf = leaf_hash(&row.body);
    }

    #[test]
    fn an_intact_log_has_no_broken_event() {
        for size in 0..20 {
            let (rows, root) = log(size);
            assert_eq!(locate(size, root, &Rows::new(&rows)), None);
        }
    }

    #[test]
    fn without_a_witness_left_the_range_is_the_answer() {
        let (mut rows, root) = log(16);
        rewrite(&mut rows[5]);
        recompute(&mut rows, 5, 15);
        // Everything up to the root was made to fit the lie, so only the two halves' hashes could have told.
        assert_eq!(locate(16, root, &Rows::new(&rows)), Some(0..=15));
        let (mut rows, root) = log(16);
        rewrite(&mut rows[5]);
        recompute(&mut rows, 5, 7);
        rows[15].nodes[64..].fill(0);
        assert_eq!(locate(16, root, &Rows::new(&rows)), Some(0..=15));
        let (mut rows, root) = log(16);
        rewrite(&mut rows[5]);
        recompute(&mut rows, 5, 6);
        assert_eq!(locate(16, root, &Rows::new(&rows)), Some(4..=7));
    }

    proptest! {
        #[test]
        fn a_rewritten_event_is_named_even_when_its_own_row_fits(size in 2u64..200, at: prop::sample::Index, own: bool) {
            let (mut rows, root) = log(size);
            // The last row has no row after it, so nothing witnesses its old hash.
            let at = at.index(size as usize - 1);
            rewrite(&mut rows[at]);
            if own {
                recompute(&mut rows, at, at);
            }
            let at = at as u64;
            prop_assert_eq!(locate(size, root, &Rows::new(&rows)), Some(at..=at));
        }

        #[test]
        fn of_several_rewritten_events_the_first_is_named(
            size in 4u64..200, picks in proptest::collection::vec(any::<prop::sample::Index>(), 1..6)
        ) {
            let (mut rows, root) = log(size);
            let mut first = size;
            for pick in picks {
                let at = pick.index(size as usize - 1);
                rewrite(&mut rows[at]);
                first = first.min(at as u64);
            }
            prop_assert_eq!(locate(size, root, &Rows::new(&rows)), Some(first..=first));
        }
    }
}
