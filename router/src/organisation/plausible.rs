//! Plausibility: a difference that is more likely a fault in the source than a decision of the authority.
//!
//! A feed that is cut short, filtered anew or read with fewer rights looks like an organisation where most things are gone.

use super::diff::{Diff, Kind, Noun};
use crate::config::OrganisationLimits;

/// Why a difference is not believed, as Danish sentences; empty when it may well be true.
///
/// A mark that moves to another unit counts as gone from the one that had it: a feed where everything has moved is as
/// dangerous as one where everything is missing.
pub fn implausible(diff: &Diff, limits: &OrganisationLimits) -> Vec<String> {
    let (before, now) = (&diff.before, &diff.now);
    let removed = |noun| diff.count(noun, Kind::Removed);
    let mut reasons = Vec::new();
    for (noun, gone, before, now, most) in [
        ("enheder", removed(Noun::Unit), before.units, now.units, limits.units_gone_percent),
        ("medarbejdere", removed(Noun::Person), before.people, now.people, limits.people_gone_percent),
        ("ansvar", removed(Noun::Duty), before.duties, now.duties, limits.duties_gone_percent),
        (
            "kontaktpunkter",
            removed(Noun::ContactPoint),
            before.contact_points,
            now.contact_points,
            limits.contact_points_gone_percent,
        ),
    ] {
        if before > 0 && now == 0 {
            reasons.push(format!("alle {before} {noun} er væk"));
        } else if exceeds(gone, before, most, limits.always_allowed) {
            reasons.push(format!("{gone} af {before} {noun} er væk; grænsen er {most} %"));
        }
    }
    let moved = diff.count(Noun::Duty, Kind::Changed);
    if exceeds(moved, before.duties, limits.duties_gone_percent, limits.always_allowed) {
        let most = limits.duties_gone_percent;
        reasons.push(format!("{moved} af {} ansvar skifter enhed; grænsen er {most} %", before.duties));
    }
    reasons
}

fn exceeds(gone: usize, before: usize, most_percent: u32, always_allowed: u32) -> bool {
    gone > always_allowed as usize && gone * 100 > before * most_percent as usize
}
