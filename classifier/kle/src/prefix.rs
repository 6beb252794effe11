//! Who owns a subject: look-up by longest prefix.

use std::collections::BTreeMap;

use crate::{Facet, FacetPattern, Subject};

/// Values held by subject and, when they are that specific, by facet.
///
/// Looked up from the most specific to the least: the longest subject prefix first, and on each
/// level the exact facet, then its category, then no facet (DESIGN §4, step 4).
#[derive(Clone, Debug)]
pub struct PrefixMap<T> {
    entries: BTreeMap<(Subject, Option<FacetPattern>), T>,
}

/// What a look-up found, and on which entry.
#[derive(Debug, PartialEq, Eq)]
pub struct Owned<'a, T> {
    /// The prefix that owns the subject.
    pub subject: Subject,
    /// The facets the entry speaks of; `None` is all of them.
    pub facet: Option<FacetPattern>,
    /// The value of the entry.
    pub value: &'a T,
}

impl<T> Default for PrefixMap<T> {
    fn default() -> Self {
        Self { entries: BTreeMap::new() }
    }
}

impl<T> PrefixMap<T> {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a value in; gives back the value that stood there before.
    pub fn insert(&mut self, subject: Subject, facet: Option<FacetPattern>, value: T) -> Option<T> {
        self.entries.insert((subject, facet), value)
    }

    /// The most specific entry for a subject and facet.
    pub fn get(&self, subject: Subject, facet: Option<Facet>) -> Option<Owned<'_, T>> {
        let patterns =
            [facet.map(FacetPattern::One), facet.map(|facet| FacetPattern::Category(facet.category())), None];
        let from = if facet.is_some() { 0 } else { 2 };
        subject.prefixes().find_map(|prefix| {
            patterns[from..].iter().find_map(|&pattern| {
                let value = self.entries.get(&(prefix, pattern))?;
                Some(Owned { subject: prefix, facet: pattern, value })
            })
        })
    }

    /// Every entry, in the order of the subject plan.
    pub fn iter(&self) -> impl Iterator<Item = (Subject, Option<FacetPattern>, &T)> {
        self.entries.iter().map(|(&(subject, facet), value)| (subject, facet, value))
    }

    /// How many entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Has it no entries?
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(text: &str) -> (Subject, Option<FacetPattern>) {
        let (subject, facet) = text.split_once('+').map_or((text, None), |(s, f)| (s, Some(f)));
        (Subject::parse(subject).unwrap(), facet.map(|f| FacetPattern::parse(f).unwrap()))
    }

    #[test]
    fn the_longest_prefix_wins_and_a_facet_is_more_specific_than_none() {
        let mut map = PrefixMap::new();
        for text in ["27", "27+K", "27.18", "27.18.04+G01", "27.18.04"] {
            let (subject, facet) = key(text);
            assert_eq!(map.insert(subject, facet, text), None);
        }
        for (subject, facet, expected) in [
            ("27.18.04", Some("G01"), Some("27.18.04+G01")),
            ("27.18.04", Some("K02"), Some("27.18.04")),
            ("27.18.04", None, Some("27.18.04")),
            ("27.18.05", Some("K02"), Some("27.18")),
            ("27.19.01", Some("K02"), Some("27+K")),
            ("27.19.01", Some("G01"), Some("27")),
            ("27.19.01", None, Some("27")),
            ("28.00.00", None, None),
        ] {
            let facet = facet.map(|f| Facet::parse(f).unwrap());
            let found = map.get(Subject::parse(subject).unwrap(), facet).map(|owned| *owned.value);
            assert_eq!(found, expected, "{subject} {facet:?}");
        }
    }

    proptest! {
        /// The naive reading of the same sentence: all entries that apply, the most specific of them.
        #[test]
        fn a_look_up_equals_the_most_specific_of_all_that_apply(
            entries in prop::collection::btree_set((0u8..3, 0u8..3, 0u8..3, 1usize..4, 0usize..4), 0..30),
            (a, b, c) in (0u8..3, 0u8..3, 0u8..3),
            facet in prop::option::of(prop::sample::select(vec!["G01", "G02", "K01"])),
        ) {
            let number = |a, b, c, depth: usize| {
                Subject::parse(&format!("{a:02}.{b:02}.{c:02}")[..depth * 3 - 1]).unwrap()
            };
            let patterns = [None, Some("G01"), Some("G"), Some("K")];
            let mut map = PrefixMap::new();
            let mut list = Vec::new();
            for (a, b, c, depth, pattern) in entries {
                let subject = number(a, b, c, depth);
                let pattern = patterns[pattern].map(|p| FacetPattern::parse(p).unwrap());
                if map.insert(subject, pattern, ()).is_none() {
                    list.push((subject, pattern));
                }
            }
            let (subject, facet) = (number(a, b, c, 3), facet.map(|f| Facet::parse(f).unwrap()));
            let specific = |pattern: Option<FacetPattern>| match pattern {
                None => 0,
                Some(FacetPattern::Category(_)) => 1,
                Some(FacetPattern::One(_)) => 2,
            };
            let expected = list
                .into_iter()
                .filter(|(s, p)| {
                    s.contains(subject) && p.is_none_or(|p| facet.is_some_and(|facet| p.matches(facet)))
                })
                .max_by_key(|&(s, p)| (s.level(), specific(p)));
            prop_assert_eq!(map.get(subject, facet).map(|owned| (owned.subject, owned.facet)), expected);
        }
    }
}
