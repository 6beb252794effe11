//! Owners: from marks, of which many say the same, to one unit for each number (`spec/org-sources.md` §7).

use std::collections::{BTreeMap, BTreeSet};

use kle::{FacetPattern, Subject};
use serde::Serialize;

use super::snapshot::{Role, Snapshot};

/// A number and the facets that are meant; `None` is all.
pub type Claim = (Subject, Option<FacetPattern>);

/// Which unit each number goes to, and which numbers nobody can decide.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owners {
    /// Number to unit.
    pub owned: BTreeMap<Claim, String>,
    /// Numbers that several units have an equal claim to: a person decides.
    pub contested: BTreeMap<Claim, BTreeSet<String>>,
    /// Marks on units that take no mail.
    pub dead: Vec<DeadMark>,
}

/// A mark that leads nowhere: its unit is unknown, or closed without a successor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeadMark {
    /// The number.
    pub subject: Subject,
    /// The unit.
    pub unit: String,
}

impl Owners {
    /// Chooses among the marks of a snapshot. *Ansvarlig* goes before *udførende*; *indsigt* is never asked. Among several
    /// units the first in `priority` wins, else the one deepest in the tree, else it is contested.
    pub fn of(snapshot: &Snapshot, priority: &[String], takes_mail: impl Fn(&str) -> bool) -> Self {
        let mut owners = Self::default();
        let mut claims: BTreeMap<Claim, BTreeMap<Role, BTreeSet<&str>>> = BTreeMap::new();
        for duty in snapshot.duties.iter().filter(|duty| duty.role != Role::Insight) {
            if takes_mail(&duty.unit) {
                let roles = claims.entry((duty.subject, duty.facets)).or_default();
                roles.entry(duty.role).or_default().insert(&duty.unit);
            } else {
                owners.dead.push(DeadMark { subject: duty.subject, unit: duty.unit.clone() });
            }
        }
        for (claim, roles) in claims {
            // The map holds the roles in order, and only those that somebody has.
            let Some(candidates) = roles.into_values().next() else { continue };
            match choose(snapshot, priority, &candidates) {
                Some(unit) => {
                    owners.owned.insert(claim, unit.to_owned());
                }
                None => {
                    owners.contested.insert(claim, candidates.into_iter().map(str::to_owned).collect());
                }
            }
        }
        owners
    }

    /// The more specific numbers under a contested one that somebody owns: they are not contested.
    pub fn settled_below(&self, (subject, facets): Claim) -> Vec<Claim> {
        self.owned
            .keys()
            .copied()
            .filter(|&(below, pattern)| match (facets, pattern) {
                _ if below != subject => subject.contains(below),
                (None, Some(_)) => true,
                (Some(FacetPattern::Category(letter)), Some(FacetPattern::One(one))) => {
                    one.category() == letter
                }
                _ => false,
            })
            .collect()
    }
}

fn choose<'s>(snapshot: &Snapshot, priority: &[String], candidates: &BTreeSet<&'s str>) -> Option<&'s str> {
    if let Some(first) = priority.iter().find_map(|unit| candidates.get(unit.as_str())) {
        return Some(first);
    }
    let deepest = candidates.iter().map(|unit| snapshot.depth(unit)).max()?;
    let mut at_the_bottom = candidates.iter().filter(|unit| snapshot.depth(unit) == deepest);
    match (at_the_bottom.next(), at_the_bottom.next()) {
        (Some(unit), None) => Some(unit),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organisation::{Duty, Unit};

    fn snapshot(units: &[(&str, Option<&str>)], duties: &[(&str, &str, Role)]) -> Snapshot {
        let unit = |parent: Option<&str>| Unit { parent: parent.map(str::to_owned), ..Unit::default() };
        Snapshot {
            units: units.iter().map(|&(id, parent)| (id.to_owned(), unit(parent))).collect(),
            duties: duties
                .iter()
                .map(|&(number, unit, role)| Duty {
                    subject: number.parse().expect("a number"),
                    facets: None,
                    unit: unit.to_owned(),
                    role,
                })
                .collect(),
            ..Snapshot::default()
        }
    }

    fn owner(duties: &[(&str, &str, Role)], priority: &[&str]) -> Option<String> {
        let units = [("top", None), ("a", Some("top")), ("b", Some("top")), ("dyb", Some("a"))];
        let priority: Vec<String> = priority.iter().map(|unit| (*unit).to_owned()).collect();
        let owners = Owners::of(&snapshot(&units, duties), &priority, |unit| unit != "lukket");
        owners.owned.get(&("27".parse().expect("a number"), None)).cloned()
    }

    #[test]
    fn the_responsible_goes_before_the_performing_and_insight_never_counts() {
        use Role::{Insight, Performing, Responsible};
        for (duties, priority, expected) in [
            (&[("27", "a", Performing), ("27", "b", Responsible)][..], &[][..], Some("b")),
            (&[("27", "a", Insight)], &[], None),
            (&[("27", "a", Insight), ("27", "b", Performing)], &[], Some("b")),
            (&[("27", "a", Performing), ("27", "b", Performing)], &[], None),
            (&[("27", "a", Performing), ("27", "b", Performing)], &["x", "b"], Some("b")),
            (&[("27", "b", Performing), ("27", "dyb", Performing)], &[], Some("dyb")),
            (&[("27", "lukket", Responsible), ("27", "a", Performing)], &[], Some("a")),
        ] {
            assert_eq!(owner(duties, priority).as_deref(), expected, "{duties:?} {priority:?}");
        }
    }
}
