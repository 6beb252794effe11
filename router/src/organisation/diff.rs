//! The difference between two snapshots, in Danish sentences.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use kle::{FacetPattern, Subject};
use serde::Serialize;

use super::snapshot::{ContactPoint, Person, Role, Snapshot, Unit};

/// What became different, and what it is measured against.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Diff {
    /// Every change, units first.
    pub changes: Vec<Change>,
    /// How many of each there were before.
    pub before: Counts,
    /// How many of each there are now.
    pub now: Counts,
}

/// How many there are of each: open units, people at work, marks that route, contact points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Open units.
    pub units: usize,
    /// People who have not left.
    pub people: usize,
    /// Marks that say where post goes.
    pub duties: usize,
    /// Contact points.
    pub contact_points: usize,
}

/// One thing that became different.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Of what.
    pub noun: Noun,
    /// In which way.
    pub kind: Kind,
    /// A Danish sentence. May name employees: it is for the operator's eyes, not for logs.
    pub text: String,
}

/// What a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Noun {
    /// A unit.
    Unit,
    /// A person.
    Person,
    /// A mark that routes.
    Duty,
    /// A mark that only gives insight.
    Insight,
    /// A contact point.
    ContactPoint,
}

/// How something became different.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// It is new.
    Added,
    /// It is no longer there: gone from the source, closed, or left.
    Removed,
    /// It is there, otherwise than before.
    Changed,
}

impl Diff {
    /// From one snapshot to another, both seen on this day.
    pub fn between(before: &Snapshot, now: &Snapshot, day: Date) -> Self {
        let mut changes = Vec::new();
        units(before, now, day, &mut changes);
        people(before, now, day, &mut changes);
        duties(before, now, &mut changes);
        contact_points(before, now, &mut changes);
        Self { changes, before: Counts::of(before, day), now: Counts::of(now, day) }
    }

    /// Is everything as it was?
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// How many changes there are of this kind.
    pub fn count(&self, noun: Noun, kind: Kind) -> usize {
        self.changes.iter().filter(|change| change.noun == noun && change.kind == kind).count()
    }

    /// The changes as Danish lines, and a last line that counts them.
    pub fn danish(&self) -> String {
        if self.is_empty() {
            return "Ingen ændringer.\n".to_owned();
        }
        let mut text: String = self.changes.iter().map(|change| format!("  {}\n", change.text)).collect();
        for (noun, name) in [
            (Noun::Unit, "enheder"),
            (Noun::Person, "medarbejdere"),
            (Noun::Duty, "ansvar"),
            (Noun::Insight, "indsigt"),
            (Noun::ContactPoint, "kontaktpunkter"),
        ] {
            let [added, removed, changed] =
                [Kind::Added, Kind::Removed, Kind::Changed].map(|kind| self.count(noun, kind));
            if added + removed + changed > 0 {
                text.push_str(&format!("{name}: {added} nye, {removed} væk, {changed} ændret\n"));
            }
        }
        text
    }
}

impl Counts {
    fn of(snapshot: &Snapshot, day: Date) -> Self {
        Self {
            units: snapshot.units.values().filter(|unit| unit.is_open(day)).count(),
            people: snapshot.people.values().filter(|person| !person.has_left(day)).count(),
            duties: snapshot.duties.iter().filter(|duty| duty.role != Role::Insight).count(),
            contact_points: snapshot.contact_points.len(),
        }
    }
}

fn units(before: &Snapshot, now: &Snapshot, day: Date, changes: &mut Vec<Change>) {
    let mut say = |kind, text| changes.push(Change { noun: Noun::Unit, kind, text });
    for id in keys(&before.units, &now.units) {
        let open = |unit: &&Unit| unit.is_open(day);
        let name = now.units.get(id).or(before.units.get(id)).map_or(id.as_str(), |unit| unit.name.as_str());
        let (was, is) = (before.units.get(id).filter(open), now.units.get(id).filter(open));
        match (was, is) {
            (None, Some(_)) if before.units.contains_key(id) => {
                say(Kind::Added, format!("Enheden {name} ({id}) er åben igen."));
            }
            (None, Some(_)) => say(Kind::Added, format!("Ny enhed: {name} ({id}).")),
            (Some(_), None) if now.units.contains_key(id) => {
                say(Kind::Removed, format!("Enheden {name} ({id}) er nedlagt."));
            }
            (Some(_), None) => say(Kind::Removed, format!("Enheden {name} ({id}) er ikke længere i kilden.")),
            (Some(was), Some(is)) => {
                for text in unit_changes(id, was, is, before, now) {
                    say(Kind::Changed, text);
                }
            }
            (None, None) => {}
        }
    }
}

fn unit_changes(id: &str, was: &Unit, is: &Unit, before: &Snapshot, now: &Snapshot) -> Vec<String> {
    let mut texts = Vec::new();
    if was.name != is.name {
        texts.push(format!("Enheden {} ({id}) hedder nu {}.", was.name, is.name));
    }
    if was.parent != is.parent {
        let above = |snapshot: &Snapshot, unit: &Unit| match &unit.parent {
            Some(parent) => snapshot.unit_name(parent).to_owned(),
            None => "ingen".to_owned(),
        };
        let (from, to) = (above(before, was), above(now, is));
        texts.push(format!("Enheden {} ({id}) hører nu under {to}, før under {from}.", is.name));
    }
    if (was.from, was.to, &was.successor) != (is.from, is.to, &is.successor) {
        texts.push(format!("Enheden {} ({id}) har andre datoer eller en anden efterfølger.", is.name));
    }
    texts
}

fn people(before: &Snapshot, now: &Snapshot, day: Date, changes: &mut Vec<Change>) {
    let mut say = |kind, text| changes.push(Change { noun: Noun::Person, kind, text });
    for id in keys(&before.people, &now.people) {
        let here = |person: &&Person| !person.has_left(day);
        let (was, is) = (before.people.get(id).filter(here), now.people.get(id).filter(here));
        match (was, is) {
            (None, Some(is)) => say(Kind::Added, format!("Ny medarbejder: {} ({id}).", is.name)),
            (Some(was), None) if now.people.contains_key(id) => {
                say(Kind::Removed, format!("{} ({id}) er fratrådt.", was.name));
            }
            (Some(was), None) => {
                say(Kind::Removed, format!("{} ({id}) er ikke længere i kilden.", was.name));
            }
            (Some(was), Some(is)) => {
                for text in person_changes(id, was, is, now, day) {
                    say(Kind::Changed, text);
                }
            }
            (None, None) => {}
        }
    }
}

fn person_changes(id: &str, was: &Person, is: &Person, now: &Snapshot, day: Date) -> Vec<String> {
    let mut texts = Vec::new();
    let name = &is.name;
    if was.name != *name {
        texts.push(format!("{} ({id}) hedder nu {name}.", was.name));
    }
    if was.unit(day) != is.unit(day) {
        let unit = is.unit(day).map_or("ingen enhed", |unit| now.unit_name(unit));
        texts.push(format!("{name} ({id}) hører nu til {unit}."));
    } else if was.memberships != is.memberships {
        texts.push(format!("{name} ({id}) har andre tilknytninger."));
    }
    if was.email != is.email {
        texts.push(format!("{name} ({id}) har en anden mailadresse."));
    }
    if (&was.absences, &was.deputy) != (&is.absences, &is.deputy) {
        texts.push(format!("{name} ({id}) har andet fravær eller en anden stedfortræder."));
    }
    if was.left != is.left {
        texts.push(format!("{name} ({id}) har en anden fratrædelsesdag."));
    }
    texts
}

type Marked<'s> = BTreeMap<(Subject, Option<FacetPattern>, Role), BTreeSet<&'s str>>;

fn marked(snapshot: &Snapshot) -> Marked<'_> {
    let mut marked = Marked::new();
    for duty in &snapshot.duties {
        marked.entry((duty.subject, duty.facets, duty.role)).or_default().insert(duty.unit.as_str());
    }
    marked
}

fn duties(before: &Snapshot, now: &Snapshot, changes: &mut Vec<Change>) {
    let (was, is) = (marked(before), marked(now));
    let nobody = BTreeSet::new();
    for key in keys(&was, &is) {
        let &(subject, facets, role) = key;
        let (old, new) = (was.get(key).unwrap_or(&nobody), is.get(key).unwrap_or(&nobody));
        let mut gone = old.difference(new);
        let mut come = new.difference(old);
        let noun = if role == Role::Insight { Noun::Insight } else { Noun::Duty };
        let facet = facets.map(|facets| format!(" {facets}")).unwrap_or_default();
        let head = format!("{subject}{facet} ({})", role.danish());
        let mut say = |kind, text| changes.push(Change { noun, kind, text });
        loop {
            match (gone.next(), come.next()) {
                (None, None) => break,
                (Some(from), Some(to)) => {
                    let (from, to) = (before.unit_name(from), now.unit_name(to));
                    say(Kind::Changed, format!("{head} går fra {from} til {to}."));
                }
                (Some(from), None) => {
                    say(Kind::Removed, format!("{head} er ikke længere hos {}.", before.unit_name(from)));
                }
                (None, Some(to)) => say(Kind::Added, format!("{head} er nu hos {}.", now.unit_name(to))),
            }
        }
    }
}

fn contact_points(before: &Snapshot, now: &Snapshot, changes: &mut Vec<Change>) {
    let mut say = |kind, text| changes.push(Change { noun: Noun::ContactPoint, kind, text });
    for id in keys(&before.contact_points, &now.contact_points) {
        let points: (Option<&ContactPoint>, Option<&ContactPoint>) =
            (before.contact_points.get(id), now.contact_points.get(id));
        match points {
            (None, Some(is)) => say(Kind::Added, format!("Nyt kontaktpunkt: {} ({id}).", is.name)),
            (Some(was), None) => {
                say(Kind::Removed, format!("Kontaktpunktet {} ({id}) er ikke længere i kilden.", was.name));
            }
            (Some(was), Some(is)) if was != is => {
                say(Kind::Changed, format!("Kontaktpunktet {} ({id}) er ændret.", is.name));
            }
            _ => {}
        }
    }
}

/// Every key of either, once.
fn keys<'m, K: Ord, A, B>(before: &'m BTreeMap<K, A>, now: &'m BTreeMap<K, B>) -> BTreeSet<&'m K> {
    before.keys().chain(now.keys()).collect()
}
