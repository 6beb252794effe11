//! OS2rollekatalog: one call, one answer with users and units (`spec/org-sources.md` §4).
//!
//! `inheritKle` is read and not expanded: a unit that inherits may do what the unit above does, but the post goes to the
//! unit that bears the mark, as that is nearer than any inheritance. KLE on people is not read at all: the catalogue uses it
//! to limit what they see.

use serde::Deserialize;

use super::super::door::Clean;
use super::super::snapshot::{Membership, Person, Reading, Role, Unit};
use super::http::{Desk, Question, keyed};
use super::{Marks, SourceError};
use crate::config::Organisation;

const SYSTEM: &str = "OS2rollekatalog";

/// `GET /api/organisation/v3`. Fields that are not named here are not read, CPR numbers among them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    users: Vec<User>,
    org_units: Vec<OrgUnit>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    #[serde(default)]
    ext_uuid: Option<Clean>,
    #[serde(default)]
    uuid: Option<Clean>,
    #[serde(default)]
    user_id: Option<Clean>,
    #[serde(default)]
    name: Option<Clean>,
    #[serde(default)]
    email: Option<Clean>,
    #[serde(default)]
    disabled: bool,
    #[serde(default)]
    positions: Vec<Position>,
    #[serde(default)]
    kle_performing: Option<Vec<Clean>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Position {
    #[serde(default)]
    org_unit_uuid: Option<Clean>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OrgUnit {
    uuid: Clean,
    name: Clean,
    #[serde(default)]
    parent_org_unit_uuid: Option<Clean>,
    #[serde(default)]
    kle_performing: Option<Vec<Clean>>,
    #[serde(default)]
    kle_interest: Option<Vec<Clean>>,
}

pub(super) async fn read(organisation: &Organisation) -> Result<Reading, SourceError> {
    let mut caller = keyed(SYSTEM, &organisation.service)?;
    let question = Question { path: "/api/organisation/v3", query: &[], body: None };
    let answer: Answer = caller.ask(&question).await?;
    let mut reading = Reading::default();
    units(answer.org_units, organisation.os2rollekatalog.lists_swapped, caller.desk(), &mut reading)?;
    people(answer.users, &mut reading);
    Ok(reading)
}

fn units(
    units: Vec<OrgUnit>,
    lists_swapped: bool,
    desk: &Desk,
    reading: &mut Reading,
) -> Result<(), SourceError> {
    let (first, second) =
        if lists_swapped { (Role::Insight, Role::Performing) } else { (Role::Performing, Role::Insight) };
    for unit in units {
        let id = unit.uuid.key().ok_or_else(|| desk.garbage("en enhed mangler uuid"))?;
        let parent = unit.parent_org_unit_uuid.as_ref().and_then(Clean::key);
        let new = Unit { name: unit.name.as_str().to_owned(), parent, ..Unit::default() };
        if reading.snapshot.units.insert(id.clone(), new).is_some() {
            return Err(desk.garbage(format!("enheden {id} står der to gange")));
        }
        let mut marks = Marks::new(reading);
        for (numbers, role) in [(unit.kle_performing, first), (unit.kle_interest, second)] {
            numbers.iter().flatten().for_each(|number| marks.add(&id, number.as_str(), role));
        }
        marks.finish();
    }
    Ok(())
}

fn people(users: Vec<User>, reading: &mut Reading) {
    let (mut nameless, mut marked) = (0, 0);
    for user in users {
        marked += usize::from(user.kle_performing.is_some_and(|numbers| !numbers.is_empty()));
        let ids = [&user.user_id, &user.ext_uuid, &user.uuid];
        let Some(id) = ids.into_iter().flatten().find_map(Clean::key) else {
            nameless += 1;
            continue;
        };
        let units = user.positions.iter().filter_map(|position| position.org_unit_uuid.as_ref()?.key());
        let memberships = units.map(|unit| Membership { unit, ..Membership::default() });
        let person = Person {
            name: user.name.as_ref().map(|name| name.as_str().to_owned()).unwrap_or_default(),
            email: user.email.as_ref().and_then(Clean::identity).map(str::to_owned),
            memberships: memberships.collect(),
            inactive: user.disabled,
            ..Person::default()
        };
        reading.snapshot.people.insert(id, person);
    }
    if nameless > 0 {
        reading.remarks.push(format!("{nameless} brugere har intet brugernavn og springes over"));
    }
    if marked > 0 {
        reading.remarks.push(format!("{marked} brugere har selv KLE-numre; de bruges ikke til fordeling"));
    }
}
