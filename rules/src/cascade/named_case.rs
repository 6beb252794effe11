//! The named case: which one case a message speaks of, and whether it is safe to journal there.
//!
//! The guard before journaling unseen is always the same: exactly one open case, and the sender is a party of it. A wrong
//! case is a breach of personal data, a letter sorted by hand is not (`spec/data-marking.md` §4).

use crate::{CaseFacts, Evidence, Facts};

/// What the cases that a message names come to.
pub(crate) enum Named<'f> {
    /// None is named, or none of those named is found.
    None,
    /// One open case, and the sender is a party.
    Safe(&'f CaseFacts, Evidence),
    /// One closed case, and the sender is a party.
    Closed(&'f CaseFacts, Evidence),
    /// One case, but the sender is not a party of it.
    NotParty(&'f CaseFacts, Evidence),
    /// Several cases.
    Several(usize),
}

/// Judges the cases that belong to our world and are found, for the kinds of evidence asked about.
///
/// Closed cases count only when no open one is named: along a thread a case is followed by its successor.
pub(crate) fn judge(facts: &Facts, counts: impl Fn(Evidence) -> bool) -> Named<'_> {
    let mut cases: Vec<(&CaseFacts, Evidence)> = Vec::new();
    for named in facts.named_cases.iter().filter(|named| named.ours && counts(named.evidence)) {
        let Some(found) = &named.found else { continue };
        match cases.iter_mut().find(|(case, _)| case.number == found.number) {
            Some((_, evidence)) => *evidence = (*evidence).min(named.evidence),
            None => cases.push((found, named.evidence)),
        }
    }
    let open = cases.iter().filter(|(case, _)| case.open).count();
    if open > 0 {
        cases.retain(|(case, _)| case.open);
    }
    match cases.as_slice() {
        [] => Named::None,
        &[(case, evidence)] if !case.sender_is_party => Named::NotParty(case, evidence),
        &[(case, evidence)] if case.open => Named::Safe(case, evidence),
        &[(case, evidence)] => Named::Closed(case, evidence),
        several => Named::Several(several.len()),
    }
}

/// Marks made by systems: return data and the case field.
pub(crate) fn is_mark(evidence: Evidence) -> bool {
    evidence <= Evidence::CaseIdOfOurSystem
}

/// Case numbers typed by a person.
pub(crate) fn is_typed(evidence: Evidence) -> bool {
    matches!(evidence, Evidence::CaseInContactInfo | Evidence::CaseInLabel)
}

/// Why we believe it, as a clause in a Danish sentence.
pub(super) fn wording(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::AnswersOurLetter => "meddelelsen hører til et brev, vi har sendt på sagen",
        Evidence::OurSystemAndCase => "returdata fra vores eget system nævner sagen",
        Evidence::CaseInReplyData => "returdata nævner sagen",
        Evidence::KnownMessageId => "returdata nævner vores eget id for et brev på sagen",
        Evidence::CaseIdOfOurSystem => "mærket CaseID nævner sagen i vores system",
        Evidence::CaseInContactInfo => "svaret til kontaktpunktet nævner sagsnummeret",
        Evidence::CaseInLabel => "titlen nævner sagsnummeret",
        Evidence::PartyAndSubject => "parten har den som åben sag med emnet",
    }
}
