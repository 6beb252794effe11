//! Candidates: several ascending lists of rules, read as one, as far as somebody reads.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use super::ListId;
use super::lists::Filed;

/// The places of rules that may match, ascending, each once.
pub(crate) struct Candidates<'i> {
    rests: BinaryHeap<Rest<'i>>,
    /// The lists that the message leads to, ascending.
    found: &'i [ListId],
}

/// What is left of a list; never empty. The one whose next place comes first is the greatest.
struct Rest<'i>(&'i [Filed]);

impl<'i> Candidates<'i> {
    /// Reads lists; `found` are those of all the message's keys.
    pub(super) fn of(lists: impl Iterator<Item = &'i [Filed]>, found: &'i [ListId]) -> Self {
        Self { rests: lists.filter_map(|list| Rest::of(list, found)).collect(), found }
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
            match Rest::of(&rest.0[1..], self.found) {
                Some(next) => *rest = next,
                None => drop(PeekMut::pop(rest)),
            }
        }
        Some(place as usize)
    }
}

impl<'i> Rest<'i> {
    /// The list from the first rule that the message has all keys of.
    fn of(list: &'i [Filed], found: &[ListId]) -> Option<Self> {
        let first = list.iter().position(|filed| found.binary_search(&filed.also).is_ok())?;
        Some(Self(&list[first..]))
    }

    fn place(&self) -> u32 {
        self.0[0].place
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
        fn several_lists_are_read_as_one_without_what_lacks_its_other_key(
            lists in prop::collection::vec(prop::collection::btree_set((0u32..50, 0u32..4), 0..10), 0..8),
            found in prop::collection::btree_set(0u32..4, 0..4),
        ) {
            let found: Vec<ListId> = found.into_iter().collect();
            let lists: Vec<Vec<Filed>> = lists
                .into_iter()
                .map(|list| list.into_iter().map(|(place, also)| Filed { place, also }).collect())
                .collect();
            let all = lists.iter().flatten().filter(|filed| found.contains(&filed.also));
            let all: BTreeSet<usize> = all.map(|filed| filed.place as usize).collect();
            let merged: Vec<usize> = Candidates::of(lists.iter().map(Vec::as_slice), &found).collect();
            prop_assert_eq!(merged, all.into_iter().collect::<Vec<_>>());
        }
    }
}
