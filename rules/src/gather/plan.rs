//! The subject plan: a mark that could be read, held against what applied on the day it arrived.
//!
//! Without a plan a mark stands as it was read. With one, a number that was replaced becomes its replacement and one
//! that nobody knows becomes the nearest above it that is known; either is remarked. A number that has ended without
//! one certain replacement stays: it meant something, and rules and maps may still name it.

use kle::{Edition, Facet, FacetPattern, Normalised, Standing};

use crate::MarkedSubject;

/// The mark as the plan has it on a day; `None` when the plan has neither the number nor anything above it.
pub fn held_against(mark: MarkedSubject, plan: Edition<'_>) -> Option<MarkedSubject> {
    // A plan of facets or keywords alone says nothing about subjects.
    if plan.register.subjects().is_empty() {
        return Some(mark);
    }
    let read = Normalised { subject: Some(mark.subject), facet: mark.facet, ..Normalised::default() };
    let Some(checked) = kle::checked(&read, plan) else { return Some(mark) };
    let subject = match &checked.standing {
        Standing::Current(_) | Standing::NotYet(_) | Standing::Unknown { local: true, .. } => mark.subject,
        Standing::Expired { .. } => checked.today().unwrap_or(mark.subject),
        Standing::Unknown { nearest, .. } => (*nearest)?,
    };
    let facet = mark.facet.and_then(|facet| match &checked.facet_standing {
        Some(standing) => facet_today(facet, standing),
        None => Some(facet),
    });
    let remarks: Vec<String> = mark.remark.into_iter().chain(checked.remark()).collect();
    let remark = (!remarks.is_empty()).then(|| remarks.join("; "));
    Some(MarkedSubject { subject, facet, ours: mark.ours, remark })
}

/// The facet to go by. One that is unknown stays while its category is known: a complaint of an unknown kind is a
/// complaint.
fn facet_today(facet: Facet, standing: &Standing<'_, FacetPattern>) -> Option<Facet> {
    match standing {
        Standing::Expired { successors, .. } => match successors.as_slice() {
            [only] => match only.number {
                FacetPattern::One(next) => Some(next),
                FacetPattern::Category(_) => Some(facet),
            },
            _ => Some(facet),
        },
        Standing::Unknown { nearest: None, local: false } => None,
        Standing::Current(_) | Standing::NotYet(_) | Standing::Unknown { .. } => Some(facet),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use kle::{Register, Subject};

    use super::*;

    const SUBJECTS: &str = "number\ttitle\tvalid_from\tvalid_to\n\
        09\tTang\n\
        09.10\tTang\n\
        09.10.04\tGammel\t\t2023-02-01\n\
        09.10.08\tNy\t2023-02-01\n\
        09.10.12\tDelt\t\t2023-02-01\n\
        09.10.16\tSenere\t2030-01-01\n\
        09.10.20\tSlut\t\t2023-02-01\n";
    const REPLACED: &str = "old_number\tnew_number\tbasis\n\
        09.10.04\t09.10.08\tkl\n\
        09.10.12\t09.10.08\tkl\n\
        09.10.12\t09.10\tkl\n";
    const FACETS: &str = "facet\ttitle\nK\tOpfundet\nK02\tOpfundet\n";

    fn plan(tables: &[&str]) -> Register {
        let parts = tables.iter().map(|table| kle::import(table.as_bytes()).unwrap()).collect();
        Register::build(parts, None, None).0
    }

    fn held(plan: &Register, mark: &str, day: jiff::civil::Date) -> Option<(String, Option<String>)> {
        let (subject, facet) = mark.split_once(' ').map_or((mark, None), |(s, f)| (s, Some(f)));
        let mark = MarkedSubject {
            subject: Subject::parse(subject).unwrap(),
            facet: facet.map(|facet| Facet::parse(facet).unwrap()),
            ours: true,
            remark: None,
        };
        let held = held_against(mark, plan.at(day))?;
        let facet = held.facet.map(|facet| format!(" {facet}")).unwrap_or_default();
        Some((format!("{}{facet}", held.subject), held.remark))
    }

    #[test]
    fn a_mark_stands_as_the_plan_has_it_on_the_day() {
        let plan = plan(&[SUBJECTS, REPLACED, FACETS]);
        let today = date(2024, 1, 1);
        for (mark, expected, remark) in [
            ("09.10.08 K02", "09.10.08 K02", None),
            ("09.10", "09.10", None),
            ("09.10.04", "09.10.08", Some("er afløst af 09.10.08")),
            ("09.10.12", "09.10.12", Some("er afløst af 09.10 eller 09.10.08")),
            ("09.10.20", "09.10.20", Some("uden kendt afløser")),
            ("09.10.16", "09.10.16", Some("gælder først fra")),
            ("09.10.24", "09.10", Some("findes ikke i emneplanen, men 09.10 gør")),
            ("09.77.04", "09", Some("men 09 gør")),
            ("09.10.84", "09.10.84", Some("lokalt nummer")),
            ("09.10.08 K99", "09.10.08 K99", Some("handlingsfacet K99 findes ikke")),
            ("09.10.08 A53", "09.10.08", Some("handlingsfacet A53 findes ikke")),
        ] {
            let (found, said) = held(&plan, mark, today).unwrap();
            assert_eq!(found, expected, "{mark}");
            let said = said.unwrap_or_default();
            assert!(remark.map_or(said.is_empty(), |remark| said.contains(remark)), "{mark}: {said}");
        }
        assert_eq!(held(&plan, "27.18.04", today), None);
        assert_eq!(held(&plan, "09.10.04", date(2023, 1, 31)), Some(("09.10.04".into(), None)));
    }

    #[test]
    fn a_plan_without_subjects_says_nothing_of_them() {
        let plan = plan(&[FACETS]);
        assert_eq!(held(&plan, "27.18.04 A53", date(2024, 1, 1)), Some(("27.18.04 A53".into(), None)));
    }
}
