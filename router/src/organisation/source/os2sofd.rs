//! OS2sofd: units and people from the REST interface, KLE from OData (`spec/org-sources.md` §5).
//!
//! The casing of OData's properties and the names for `$expand` are not documented: names are compared without regard to
//! case, and an answer where no unit has KLE at all is refused rather than believed.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::door::Clean;
use super::super::snapshot::{Membership, Person, Reading, Role, Unit};
use super::http::{Caller, KeyOf, Question, keyed};
use super::{Marks, SourceError};
use crate::config::Organisation;

const SYSTEM: &str = "OS2sofd";

pub(super) async fn read(organisation: &Organisation) -> Result<Reading, SourceError> {
    let size = organisation.service.page_size;
    let mut sofd = Sofd { caller: keyed(SYSTEM, &organisation.service)?, size };
    let mut reading = Reading::default();
    let mut page = 0;
    while let Some(units) = sofd.units(page).await? {
        for unit in units {
            sofd.add_unit(&unit, &mut reading)?;
        }
        page += 1;
    }
    sofd.marks(organisation.os2sofd.expand.as_deref(), &mut reading).await?;
    let (mut page, mut seen) = (0, BTreeSet::new());
    while let Some(people) = sofd.people(page).await? {
        for person in &people {
            if !seen.insert(person.uuid.clone()) {
                return Err(sofd.caller.desk().garbage("en person står på to sider; prøv igen"));
            }
            add_person(person, &mut reading);
        }
        page += 1;
    }
    Ok(reading)
}

struct Sofd<'c> {
    caller: Caller<KeyOf<'c>>,
    size: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Units {
    org_units: Vec<OrgUnit>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OrgUnit {
    uuid: Clean,
    #[serde(default)]
    name: Option<Clean>,
    #[serde(default)]
    display_name: Option<Clean>,
    #[serde(default)]
    parent_uuid: Option<Clean>,
    #[serde(default)]
    deleted: bool,
}

#[derive(Deserialize)]
struct People {
    persons: Vec<SofdPerson>,
}

/// A person; the CPR number is not among the fields.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SofdPerson {
    uuid: Clean,
    #[serde(default)]
    firstname: Option<Clean>,
    #[serde(default)]
    surname: Option<Clean>,
    #[serde(default)]
    chosen_name: Option<Clean>,
    #[serde(default)]
    deleted: bool,
    #[serde(default)]
    users: Vec<SofdUser>,
    #[serde(default)]
    affiliations: Vec<Affiliation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SofdUser {
    #[serde(default)]
    user_id: Option<Clean>,
    #[serde(default)]
    disabled: bool,
    #[serde(default)]
    prime: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Affiliation {
    #[serde(default)]
    org_unit_uuid: Option<Clean>,
    /// The unit as SOFD has worked it out, when it is another.
    #[serde(default)]
    alternative_org_unit_uuid: Option<Clean>,
    #[serde(default)]
    start_date: Option<String>,
    #[serde(default)]
    stop_date: Option<String>,
    #[serde(default)]
    prime: bool,
    #[serde(default)]
    deleted: bool,
}

/// An OData page; its entries are read by hand for the sake of their names' casing.
#[derive(Deserialize)]
struct OData {
    value: Vec<Map<String, Value>>,
}

impl Sofd<'_> {
    async fn page<A: serde::de::DeserializeOwned>(
        &mut self,
        path: &str,
        page: u32,
    ) -> Result<A, SourceError> {
        let mut pages = page;
        self.caller.count_page(&mut pages)?;
        let query = [("page", page.to_string()), ("size", self.size.to_string())];
        self.caller.ask(&Question { path, query: &query, body: None }).await
    }

    /// A page of units; `None` behind the last.
    async fn units(&mut self, page: u32) -> Result<Option<Vec<OrgUnit>>, SourceError> {
        let answer: Units = self.page("/api/v2/orgUnits", page).await?;
        Ok(Some(answer.org_units).filter(|units| !units.is_empty()))
    }

    /// A page of people; `None` behind the last.
    async fn people(&mut self, page: u32) -> Result<Option<Vec<SofdPerson>>, SourceError> {
        let answer: People = self.page("/api/v2/persons", page).await?;
        Ok(Some(answer.persons).filter(|people| !people.is_empty()))
    }

    fn add_unit(&self, unit: &OrgUnit, reading: &mut Reading) -> Result<(), SourceError> {
        let desk = self.caller.desk();
        let id = unit.uuid.key().ok_or_else(|| desk.garbage("en enhed mangler uuid"))?;
        let names = [&unit.display_name, &unit.name];
        let name = names.into_iter().flatten().find_map(Clean::filled).unwrap_or(&id).to_owned();
        let parent = unit.parent_uuid.as_ref().and_then(Clean::key);
        let new = Unit { name, parent, closed: unit.deleted, ..Unit::default() };
        // The same unit on two pages: something moved while we read, or the pages go in a circle.
        match reading.snapshot.units.insert(id, new) {
            Some(_) => Err(desk.garbage("en enhed står på to sider; prøv igen")),
            None => Ok(()),
        }
    }

    async fn marks(&mut self, expand: Option<&str>, reading: &mut Reading) -> Result<(), SourceError> {
        let (mut has_kle, mut page, mut seen) = (false, 0, BTreeSet::new());
        loop {
            let mut pages = page;
            self.caller.count_page(&mut pages)?;
            let skip = u64::from(page) * u64::from(self.size);
            let mut query = vec![("$top", self.size.to_string()), ("$skip", skip.to_string())];
            query.extend(expand.map(|expand| ("$expand", expand.to_owned())));
            let question = Question { path: "/odata/OrgUnits", query: &query, body: None };
            let answer: OData = self.caller.ask(&question).await?;
            if answer.value.is_empty() {
                break;
            }
            for unit in &answer.value {
                let id =
                    text(unit, "uuid").ok_or_else(|| self.caller.desk().garbage("en enhed mangler uuid"))?;
                let id = id.as_str().to_lowercase();
                if !seen.insert(id.clone()) {
                    return Err(SourceError::Endless { system: SYSTEM });
                }
                has_kle |= add_marks(unit, &id, reading);
            }
            page += 1;
        }
        if has_kle {
            return Ok(());
        }
        Err(self.caller.desk().garbage("ingen enhed i OData har klePrimary; sæt organisation.os2sofd.expand"))
    }
}

/// Notes a unit's marks; says whether the answer tells of KLE at all.
fn add_marks(unit: &Map<String, Value>, id: &str, reading: &mut Reading) -> bool {
    let mut has_kle = false;
    let mut marks = Marks::new(reading);
    for (name, role) in [("klePrimary", Role::Performing), ("kleSecondary", Role::Insight)] {
        let Some(Value::Array(rows)) = property(unit, name) else { continue };
        has_kle = true;
        for row in rows.iter().filter_map(Value::as_object) {
            let active = property(row, "active").and_then(Value::as_bool).unwrap_or(true);
            if let Some(code) = text(row, "code").filter(|_| active) {
                marks.add(id, code.as_str(), role);
            }
        }
    }
    marks.finish();
    has_kle
}

fn property<'m>(map: &'m Map<String, Value>, name: &str) -> Option<&'m Value> {
    map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn text(map: &Map<String, Value>, name: &str) -> Option<Clean> {
    property(map, name)?.as_str().map(Clean::new).filter(|text| text.identity().is_some())
}

fn add_person(person: &SofdPerson, reading: &mut Reading) {
    let mut users: Vec<&SofdUser> = person.users.iter().filter(|user| !user.disabled).collect();
    users.sort_by_key(|user| !user.prime);
    let login = users.iter().find_map(|user| user.user_id.as_ref()?.key());
    let Some(id) = login.or_else(|| person.uuid.key()) else { return };
    let memberships: Vec<Membership> = person.affiliations.iter().filter_map(membership).collect();
    let new = Person {
        name: name(person),
        inactive: person.deleted || memberships.is_empty(),
        memberships,
        ..Person::default()
    };
    reading.snapshot.people.insert(id, new);
}

fn name(person: &SofdPerson) -> String {
    let chosen = person.chosen_name.as_ref().and_then(Clean::filled);
    chosen.map(str::to_owned).unwrap_or_else(|| {
        let parts = [&person.firstname, &person.surname];
        parts.into_iter().flatten().filter_map(Clean::filled).collect::<Vec<_>>().join(" ")
    })
}

fn membership(affiliation: &Affiliation) -> Option<Membership> {
    let units = [&affiliation.alternative_org_unit_uuid, &affiliation.org_unit_uuid];
    let unit = units.into_iter().flatten().find_map(Clean::key).filter(|_| !affiliation.deleted)?;
    let day = |text: &Option<String>| text.as_ref().and_then(|text| text.get(..10)?.parse().ok());
    Some(Membership {
        unit,
        primary: affiliation.prime,
        from: day(&affiliation.start_date),
        to: day(&affiliation.stop_date),
    })
}
