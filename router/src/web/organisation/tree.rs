//! `/organisation`: units as a tree, contact points, and who is away.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use rules::{MentionedBy, Policy};

use super::{FRONT, OrgView, frame};
use crate::clock::danish_day;
use crate::web::Pages;
use crate::web::danish;
use crate::web::page::{Frame, draw, shown_name};
use crate::web::session::SignedIn;

#[derive(Template)]
#[template(path = "organisation/tree.html")]
struct TreePage {
    frame: Frame,
    view: OrgView,
    units: Vec<Row>,
    people: usize,
    points: Vec<Point>,
    away: Vec<Away>,
}

/// A unit in the tree.
struct Row {
    id: String,
    name: String,
    /// How far down, from 0; deeper ones are drawn alike.
    depth: usize,
    /// What the unit above is called; empty at the top.
    above: String,
    people: usize,
    numbers: usize,
    closed: bool,
    heir: String,
}

/// A contact point.
struct Point {
    name: String,
    unit: String,
    unit_id: String,
}

/// Somebody who is away today.
struct Away {
    name: String,
    until: String,
    deputy: String,
}

/// The deepest place that is drawn further in.
const DEEPEST: usize = 6;

pub(super) async fn page(State(pages): State<Pages>, SignedIn(visitor): SignedIn) -> Response {
    let policy = pages.room.policy();
    let called = |unit: &str| unit_called(&policy, unit);
    let points = policy.contact_points().map(|(id, name, unit)| Point {
        name: name.unwrap_or(id).to_owned(),
        unit: called(unit),
        unit_id: unit.to_owned(),
    });
    let mut points: Vec<Point> = points.collect();
    points.sort_by_key(|point| point.name.to_lowercase());
    draw(&TreePage {
        frame: frame(&pages, &visitor, "Organisation"),
        view: OrgView::of(&pages, &visitor, FRONT),
        units: rows(&policy),
        people: policy.people().count(),
        points,
        away: away(&pages),
    })
}

/// What a unit is called.
pub(super) fn unit_called(policy: &Policy, id: &str) -> String {
    policy.unit(id).map_or_else(|| id.to_owned(), |unit| unit.name.clone())
}

fn rows(policy: &Policy) -> Vec<Row> {
    let mut below: BTreeMap<Option<&str>, Vec<&rules::Unit>> = BTreeMap::new();
    for unit in policy.units() {
        let above = unit.parent.as_deref().filter(|parent| policy.unit(parent).is_some());
        below.entry(above).or_default().push(unit);
    }
    below.values_mut().for_each(|units| units.sort_by_key(|unit| unit.name.to_lowercase()));
    let mut people: BTreeMap<&str, usize> = BTreeMap::new();
    policy.people().for_each(|person| *people.entry(person.unit.as_str()).or_default() += 1);
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    for mention in policy.mentions() {
        if let MentionedBy::Responsibility { unit } = mention.by {
            *numbers.entry(unit).or_default() += 1;
        }
    }
    // Those at the top lie on top of the pile, last first. Loading refuses circles; each is shown once all the same.
    let mut pile: Vec<(&rules::Unit, usize)> =
        below.get(&None).into_iter().flatten().rev().map(|unit| (*unit, 0)).collect();
    let (mut rows, mut seen) = (Vec::new(), BTreeSet::new());
    while let Some((unit, depth)) = pile.pop() {
        if !seen.insert(unit.id.as_str()) {
            continue;
        }
        rows.push(Row {
            id: unit.id.clone(),
            name: unit.name.clone(),
            depth: depth.min(DEEPEST),
            above: unit.parent.as_deref().map(|above| unit_called(policy, above)).unwrap_or_default(),
            people: people.get(unit.id.as_str()).copied().unwrap_or_default(),
            numbers: numbers.get(unit.id.as_str()).copied().unwrap_or_default(),
            closed: unit.closed,
            heir: unit.successor.as_deref().map(|heir| unit_called(policy, heir)).unwrap_or_default(),
        });
        let lower = below.get(&Some(unit.id.as_str())).into_iter().flatten().rev();
        pile.extend(lower.map(|unit| (*unit, depth + 1)));
    }
    rows
}

fn away(pages: &Pages) -> Vec<Away> {
    let Some(snapshot) = pages.room.organisation() else { return Vec::new() };
    let today = danish_day(pages.room.clock.now());
    let absent = snapshot.people.iter().filter(|(_, person)| !person.has_left(today));
    absent
        .filter(|(_, person)| person.is_absent(today))
        .map(|(id, person)| {
            let end =
                person.absences.iter().filter(|absence| absence.from <= today).filter_map(|a| a.to).max();
            let stand_in = snapshot.in_line(id).skip(1).find(|(_, deputy)| deputy.is_there(today));
            Away {
                name: shown_name(pages, id),
                until: end.map(danish::day).unwrap_or_default(),
                deputy: stand_in.map(|(deputy, _)| shown_name(pages, deputy)).unwrap_or_default(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_stand_under_the_one_above_in_the_order_of_their_names() {
        let unit = |id: &str, name: &str, more: &str| {
            format!("[[unit]]\nid = \"{id}\"\nname = \"{name}\"\njournals = \"case\"\n{more}\n")
        };
        let text = format!(
            "[authority]\ncvr = \"12345678\"\nname = \"Prøve\"\n{}{}{}{}",
            unit("b", "Teknik", ""),
            unit("c", "Vej", "parent = \"b\""),
            unit("a", "Børn", ""),
            unit("d", "Park", "parent = \"b\"\nclosed = true\nsuccessor = \"c\"")
        );
        let policy = Policy::load(&[("p.toml", text)], "1").expect("a policy");
        let rows = rows(&policy);
        let seen: Vec<(&str, usize)> = rows.iter().map(|row| (row.name.as_str(), row.depth)).collect();
        assert_eq!(seen, [("Børn", 0), ("Teknik", 0), ("Park", 1), ("Vej", 1)]);
        assert_eq!((rows[2].above.as_str(), rows[2].heir.as_str()), ("Teknik", "Vej"));
    }
}
