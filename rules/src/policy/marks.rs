//! Values of a table that are KLE marks: subjects and facets.

use kle::{Facet, FacetPattern, Subject};

use super::finding::Findings;
use super::table::{At, Table};

impl Table<'_> {
    /// A KLE subject, group or main group.
    pub(crate) fn subject(&self, key: &'static str, findings: &mut Findings<'_>) -> Option<At<Subject>> {
        subject(self.text(key, findings)?, findings)
    }

    /// A facet.
    pub(crate) fn facet(&self, key: &'static str, findings: &mut Findings<'_>) -> Option<Facet> {
        let text = self.text(key, findings)?;
        let facet = Facet::parse(&text.value).ok();
        if facet.is_none() {
            bad_facet(&text, "Skriv stort bogstav og to cifre, for eksempel \"G01\"", findings);
        }
        facet
    }

    /// A facet, or the letter of a category.
    pub(crate) fn facets(&self, key: &'static str, findings: &mut Findings<'_>) -> Option<FacetPattern> {
        facets(self.text(key, findings)?, findings)
    }
}

/// A KLE number, read from a text.
pub(crate) fn subject(text: At<String>, findings: &mut Findings<'_>) -> Option<At<Subject>> {
    let subject = Subject::parse(&text.value).ok().filter(|s| kle::MAIN_GROUPS.contains(&s.main_group()));
    if subject.is_none() {
        let what = format!("»{}« er ikke et KLE-nummer", text.value);
        findings.add(
            text.place,
            "bad-kle",
            what,
            "Skriv hovedgruppe, gruppe eller emne: \"27\", \"27.18\" eller \"27.18.04\"",
        );
    }
    Some(At::new(subject?, text.place))
}

/// A facet, or the letter of a category, read from a text.
pub(crate) fn facets(text: At<String>, findings: &mut Findings<'_>) -> Option<FacetPattern> {
    let pattern = FacetPattern::parse(&text.value).ok();
    if pattern.is_none() {
        bad_facet(&text, "Skriv for eksempel \"G01\", eller \"K\" for hele kategorien", findings);
    }
    pattern
}

fn bad_facet(text: &At<String>, advice: &str, findings: &mut Findings<'_>) {
    findings.add(text.place, "bad-facet", format!("»{}« er ikke en handlingsfacet", text.value), advice);
}
