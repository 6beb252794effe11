//! Circles: units that are above or after themselves.

use super::finding::Findings;
use super::known::{Known, unknown};
use super::table::At;
use super::units::UnitDraft;

/// Parents, successors and whoever mail goes on to exist and do not go in circles.
pub(super) fn check_units(units: &[UnitDraft], known: &Known<'_>, findings: &mut Findings<'_>) {
    for unit in units {
        if let Some(above) = &unit.escalate_to {
            known.unit(above, findings);
            let noun = "modtagere af uåbnet post";
            circle(unit, known, "escalation-circle", noun, UnitDraft::goes_on_to, findings);
        }
        if let Some(parent) = &unit.parent {
            if known.units.contains_key(parent.value.as_str()) {
                circle(unit, known, "parent-circle", "overordnede", |unit| unit.parent.as_ref(), findings);
            } else {
                unknown("unknown-unit", "enheden", parent, known.units.keys().copied(), findings);
            }
        }
        if let Some(successor) = &unit.successor {
            if known.units.contains_key(successor.value.as_str()) {
                circle(
                    unit,
                    known,
                    "successor-circle",
                    "efterfølgere",
                    |unit| unit.successor.as_ref(),
                    findings,
                );
            } else {
                unknown("unknown-unit", "enheden", successor, known.units.keys().copied(), findings);
            }
            if !unit.closed {
                let what = format!("enheden »{}« har en efterfølger, men er ikke nedlagt", unit.id.value);
                findings.add(
                    successor.place,
                    "successor-of-open",
                    what,
                    "Skriv closed = true, eller slet successor",
                );
            }
        }
    }
}

fn circle<'d>(
    start: &'d UnitDraft,
    known: &Known<'d>,
    code: &'static str,
    noun: &str,
    next: impl Fn(&'d UnitDraft) -> Option<&'d At<String>>,
    findings: &mut Findings<'_>,
) {
    let mut unit = start;
    for _ in 0..=known.units.len() {
        let Some(id) = next(unit) else { return };
        if id.value == start.id.value {
            let place = next(start).map_or(start.id.place, |id| id.place);
            let what = format!("enheden »{}« er i ring med sine egne {noun}", start.id.value);
            findings.add(place, code, what, "Bryd ringen");
            return;
        }
        let Some(&following) = known.units.get(id.value.as_str()) else { return };
        unit = following;
    }
}
