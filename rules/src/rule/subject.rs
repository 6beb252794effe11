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
    pub(crate) fn matches(&self, subject: Subject, facet: Option<Facet>) -> bool {
        let subject_fits =
            self.prefixes.is_empty() || self.prefixes.iter().any(|prefix| prefix.contains(subject));
        let facet_fits = self.facets.is_empty()
            || facet.is_some_and(|facet| self.facets.iter().any(|pattern| pattern.matches(facet)));
        subject_fits && facet_fits
    }
}
