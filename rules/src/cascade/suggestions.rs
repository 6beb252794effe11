//! Suggestions: what is worth a look for the person who gets the letter, best first.

use super::Asked;
use crate::{CaseOrSubject, HandOver, Journaling, NamedCase, Outcome};

/// Cases that were named but not journaled on, then subjects, then units. Nothing the decision itself says.
pub(super) fn collect(asked: &Asked<'_>, outcome: &Outcome) -> Vec<CaseOrSubject> {
    let (unit, case) = match outcome {
        Outcome::HandOver(HandOver {
            unit,
            journal: Journaling::OnCase(case) | Journaling::ReopenCase(case),
            ..
        }) => (Some(unit), Some(case)),
        Outcome::HandOver(HandOver { unit, .. }) => (Some(unit), None),
        Outcome::Ask(_) | Outcome::Close(_) | Outcome::Split(_) => (None, None),
    };
    let mut suggestions = Vec::new();
    for named in &asked.facts.named_cases {
        let Some(found) = &named.found else { continue };
        let known = suggestions
            .iter()
            .any(|s| matches!(s, CaseOrSubject::Case { number, .. } if *number == found.number));
        if !known && Some(&found.number) != case {
            suggestions.push(CaseOrSubject::Case {
                number: found.number.clone(),
                why: why(named, &asked.facts.named_cases),
            });
        }
        if let Some(successor) = found.successor.as_ref().filter(|_| !found.open && named.ours) {
            let known = suggestions
                .iter()
                .any(|s| matches!(s, CaseOrSubject::Case { number, .. } if number == successor));
            if !known && Some(successor) != case {
                let why = format!("åben efterfølger til sag {}", found.number);
                suggestions.push(CaseOrSubject::Case { number: successor.clone(), why });
            }
        }
    }
    subjects(asked, unit, &mut suggestions);
    suggestions
}

/// Why a case is worth a look, and why it was not enough.
fn why(named: &NamedCase, all: &[NamedCase]) -> String {
    let because = super::named_case::wording(named.evidence);
    let Some(case) = &named.found else { return because.to_owned() };
    let another =
        |other: &NamedCase| other.ours && other.found.as_ref().is_some_and(|o| o.number != case.number);
    let but = if !named.ours {
        "men nummeret kan være en anden myndigheds"
    } else if !case.sender_is_party {
        "men afsenderen er ikke part"
    } else if !case.open {
        "men den er lukket"
    } else if all.iter().any(another) {
        "men den er ikke den eneste"
    } else {
        "og afsenderen er part"
    };
    format!("{because}, {but}")
}

fn subjects(asked: &Asked<'_>, receiver: Option<&String>, suggestions: &mut Vec<CaseOrSubject>) {
    let (facts, policy) = (asked.facts, asked.policy);
    let mut units: Vec<(String, String)> = Vec::new();
    if let Some(mark) = &facts.subject {
        let why = if mark.ours { "mærket med KLE" } else { "den første afsenders KLE-mærke" };
        if receiver.is_none() || !mark.ours {
            suggestions.push(CaseOrSubject::Subject {
                subject: mark.subject,
                confidence: None,
                why: why.to_owned(),
            });
        }
        // What the authority's own mark says was weighed when the letter was handed over.
        let weighed = receiver.is_some() && mark.ours;
        if let Some(unit) = policy.responsible(mark.subject, mark.facet).filter(|_| !weighed) {
            units.push((unit.id.clone(), format!("har ansvaret for KLE {}", mark.subject)));
        }
    }
    for suggestion in &facts.suggestions {
        suggestions.push(CaseOrSubject::Subject {
            subject: suggestion.subject,
            confidence: Some(suggestion.confidence),
            why: suggested(suggestion),
        });
        if let Some(unit) = policy.responsible(suggestion.subject, None) {
            units.push((unit.id.clone(), format!("har ansvaret for KLE {}", suggestion.subject)));
        }
    }
    for (unit, why) in units {
        let known = suggestions
            .iter()
            .any(|s| matches!(s, CaseOrSubject::Unit { unit: known, .. } if *known == unit));
        if !known && receiver != Some(&unit) {
            suggestions.push(CaseOrSubject::Unit { unit, why });
        }
    }
}

/// What the classifier says for a subject: how sure, and the words that speak for it.
fn suggested(suggestion: &crate::Suggestion) -> String {
    let percent = (suggestion.confidence.clamp(0.0, 1.0) * 100.0).round();
    match suggestion.why.as_slice() {
        [] => format!("klassifikatorens forslag ({percent:.0} %)"),
        words => format!("klassifikatorens forslag ({percent:.0} %), på grund af: {}", words.join(", ")),
    }
}
