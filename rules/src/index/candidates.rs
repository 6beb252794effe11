//! Candidates: several ascending lists of rules, read as one, as far as somebody reads.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

/// The places of rules that may match, ascending, each once.
pub(crate) struct Candidates<'i> {
    rests: BinaryHeap<Rest<'i>>,
}

/// What is left of a list; never empty. The one whose next place comes first is the greatest.
struct Rest<'i>(&'i [u32]);

impl<'i> Candidates<'i> {
    pub(super) fn of(lists: impl Iterator<Item = &'i [u32]>) -> Self {
        Self { rests: lists.filter(|list| !list.is_empty()).map(Rest).collect() }
    }
}

impl Iterator for Candidates<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let place = self.rests.peek()?.place();
        while let Some(mut rest) = self.rests.peek_mut() {
            if rest.place() != place {
                break;
            }
            if rest.0.len() == 1 {
                PeekMut::pop(rest);
            } else {
                rest.0 = &rest.0[1..];
            }
        }
        Some(place as usize)
    }
}

impl Rest<'_> {
    fn place(&self) -> u32 {
        self.0[0]
    }
}

impl Ord for Rest<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.place().cmp(&self.place())
    }
}

impl PartialOrd for Rest<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Rest<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.place() == other.place()
    }
}

impl Eq for Rest<'_> {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn several_lists_are_read_as_one(
            lists in prop::collection::vec(prop::collection::btree_set(0u32..50, 0..10), 0..8),
        ) {
            let lists: Vec<Vec<u32>> = lists.into_iter().map(|list| list.into_iter().collect()).collect();
            let all: BTreeSet<usize> = lists.iter().flatten().map(|&place| place as usize).collect();
            let merged: Vec<usize> = Candidates::of(lists.iter().map(Vec::as_slice)).collect();
            prop_assert_eq!(merged, all.into_iter().collect::<Vec<_>>());
        }
    }
}
