//! Step 4, the responsibility map: who answers for the marked subject.

use super::journaling::{self, About};
use super::{Asked, Verdict, hand_over};
use crate::{Step, gather};

pub(super) fn ask(asked: &mut Asked<'_>) -> Option<Verdict> {
    let (facts, policy) = (asked.facts, asked.policy);
    let Some(mark) = &facts.subject else {
        return match gather::read_mark(&facts.message).and_then(|mark| unusable(&mark)) {
            Some(remark) => {
                let text = format!("KLE-mærket kan ikke bruges: {remark}");
                asked.pass(Step::Responsibility, "responsibility.unreadable", text)
            }
            None => asked.pass(
                Step::Responsibility,
                "responsibility.no-subject",
                "Meddelelsen er ikke mærket med KLE",
            ),
        };
    };
    let marked = match mark.facet {
        Some(facet) => format!("KLE {} {facet}", mark.subject),
        None => format!("KLE {}", mark.subject),
    };
    let remark = mark.remark.as_ref().map(|remark| format!(" ({remark})")).unwrap_or_default();
    if !mark.ours {
        let text = format!("{marked}{remark} hører til den første afsenders verden og er kun et forslag");
        return asked.pass(Step::Responsibility, "responsibility.forwarded", text);
    }
    let owned = policy
        .responsibilities
        .get(mark.subject, mark.facet)
        .and_then(|owned| policy.open_unit(owned.value).map(|unit| (owned, unit)));
    let Some((owned, unit)) = owned else {
        let text = format!("Ingen enhed har ansvaret for {marked}{remark}");
        return asked.pass(Step::Responsibility, "responsibility.unowned", text);
    };
    let by = match owned.facet {
        Some(facets) => format!("{} {facets}", owned.subject),
        None => owned.subject.to_string(),
    };
    let journaling = journaling::as_unit(asked, &unit.id, &About::mark(asked));
    let text = format!(
        "{marked}{remark}: {} har ansvaret for {by}; {}",
        unit.name,
        journaling::wording(&journaling)
    );
    asked.answer(Step::Responsibility, "responsibility.owned", text, hand_over(&unit.id, None, journaling))
}

/// Why a mark gave no subject: it could not be read, or the subject plan has neither the number nor anything above it.
fn unusable(mark: &kle::Normalised) -> Option<String> {
    match mark.subject {
        Some(number) => Some(format!("hverken {number} eller noget nummer over det findes i emneplanen")),
        None => mark.remark(),
    }
}
