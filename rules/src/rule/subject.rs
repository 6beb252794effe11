//! The KLE condition: subjects by prefix, with or without facet.

use kle::{Facet, FacetPattern, Subject};

/// Which marks a rule speaks of.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SubjectPattern {
    /// Any of these; empty is any subject.
    pub(crate) prefixes: Vec<Subject>,
    /// Any of these; empty is any facet, and none.
    pub(crate) facets: Vec<FacetPattern>,
}

impl SubjectPattern {
    /// Is there no subject that both speak of? Facets are not looked at.
    pub(crate) fn is_disjoint(&self, other: &Self) -> bool {
        let apart = |a: &Subject, b: &Subject| !a.contains(*b) && !b.contains(*a);
        !self.prefixes.is_empty()
            && !other.prefixes.is_empty()
            && self.prefixes.iter().all(|a| other.prefixes.iter().all(|b| apart(a, b)))
    }

    pub(crate) fn matches(&self, subject: Subject, facet: Option<Facet>) -> bool {
        let subject_fits =
            self.prefixes.is_empty() || self.prefixes.iter().any(|prefix| prefix.contains(subject));
        let facet_fits = self.facets.is_empty()
            || facet.is_some_and(|facet| self.facets.iter().any(|pattern| pattern.matches(facet)));
        subject_fits && facet_fits
    }
}
