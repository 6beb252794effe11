//! OS2mo: GraphQL, page by page, with a token that lives a few minutes (`spec/org-sources.md` §3).

use std::cell::Cell;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use zeroize::Zeroizing;

use super::super::door::Clean;
use super::super::snapshot::{Membership, Person, Reading, Role, Unit};
use super::http::{Caller, Desk, Issuer, Pass, Question};
use super::{Marks, SourceError};
use crate::config::{Organisation, Os2mo, PeopleCollection, SecretText};

const SYSTEM: &str = "OS2mo";

/// A token is not used in its last seconds: the call itself takes some.
const MARGIN: Duration = Duration::from_secs(20);

pub(super) async fn read(organisation: &Organisation, now: Timestamp) -> Result<Reading, SourceError> {
    let service = &organisation.service;
    let base_url = service.base_url.as_deref().ok_or(SourceError::NotSet("organisation.service.base_url"))?;
    let keycloak = Keycloak::of(&organisation.os2mo, base_url);
    let desk = Desk::open(SYSTEM, service, base_url)?;
    let caller = Caller::new(desk, base_url, keycloak, service.max_bytes);
    let path = format!("/graphql/v{}", organisation.os2mo.graphql_version);
    let mut graph = Graph { caller, path, page_size: service.page_size };
    let mut reading = Reading::default();
    let day = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    for unit in graph.all::<UnitNow>("org_units", UNIT).await? {
        add_unit(unit, graph.caller.desk(), &mut reading)?;
    }
    let mut marks = Marks::new(&mut reading);
    for kle in graph.all::<Kle>("kles", KLE).await? {
        add_marks(kle, &mut marks);
    }
    marks.finish();
    let people = match organisation.os2mo.people {
        PeopleCollection::Persons => "persons",
        PeopleCollection::Employees => "employees",
    };
    for person in graph.all::<PersonNow>(people, PERSON).await? {
        add_person(person, organisation.os2mo.login_system.as_deref(), day, &mut reading);
    }
    Ok(reading)
}

const UNIT: &str = "uuid name validity { from to } parent { uuid }";

const KLE: &str = "org_unit_response { uuid } kle_number_response { current { user_key } } \
                   kle_aspects_response { objects { current { user_key name scope } } }";

/// CPR numbers are not asked for.
const PERSON: &str = "uuid name \
    engagements_response { objects { current { is_primary validity { from to } org_unit_response { uuid } } } } \
    itusers_response { objects { current { user_key itsystem_response { current { user_key } } } } } \
    addresses_response { objects { current { value address_type_response { current { scope } } } } }";

/// The interface, asked one collection at a time.
struct Graph<'c> {
    caller: Caller<Keycloak<'c>>,
    path: String,
    page_size: u32,
}

#[derive(Deserialize)]
struct Answer<T> {
    #[serde(default = "nothing")]
    data: Option<std::collections::BTreeMap<String, Page<T>>>,
    #[serde(default)]
    errors: Option<Vec<serde::de::IgnoredAny>>,
}

fn nothing<T>() -> Option<T> {
    None
}

#[derive(Deserialize)]
struct Page<T> {
    objects: Vec<Now<T>>,
    page_info: PageInfo,
}

#[derive(Deserialize)]
struct PageInfo {
    next_cursor: Option<String>,
}

/// The wrapper around every object: its state now, if it has one.
#[derive(Deserialize)]
struct Now<T> {
    #[serde(default = "nothing")]
    current: Option<T>,
}

#[derive(Deserialize)]
struct Many<T> {
    objects: Vec<Now<T>>,
}

impl<T> Many<T> {
    fn now(self) -> impl Iterator<Item = T> {
        self.objects.into_iter().filter_map(|object| object.current)
    }
}

impl Graph<'_> {
    /// Every object of a collection that is in force now. A page may be short or empty before the last.
    async fn all<T: DeserializeOwned>(
        &mut self,
        collection: &str,
        fields: &str,
    ) -> Result<Vec<T>, SourceError> {
        let size = self.page_size;
        let query = format!(
            "query Page($cursor: Cursor) {{ {collection}(limit: {size}, cursor: $cursor) {{ objects {{ current {{ {fields} }} }} \
             page_info {{ next_cursor }} }} }}"
        );
        let (mut found, mut cursor, mut pages) = (Vec::new(), None::<String>, 0);
        loop {
            self.caller.count_page(&mut pages)?;
            let body = json!({ "query": query, "variables": { "cursor": cursor } });
            let question = Question { path: &self.path, query: &[], body: Some(&body) };
            let answer: Answer<T> = self.caller.ask(&question).await?;
            let page = self.page(answer, collection)?;
            found.extend(page.objects.into_iter().filter_map(|object| object.current));
            match page.page_info.next_cursor {
                None => return Ok(found),
                next if next == cursor => return Err(SourceError::Endless { system: SYSTEM }),
                next => cursor = next,
            }
        }
    }

    /// A page, unless the answer tells of errors: then what came with them may be half of something.
    fn page<T>(&self, answer: Answer<T>, collection: &str) -> Result<Page<T>, SourceError> {
        let desk = self.caller.desk();
        if answer.errors.is_some_and(|errors| !errors.is_empty()) {
            return Err(desk.garbage(format!(
                "OS2mo melder fejl i forespørgslen om {collection}; passer organisation.os2mo.graphql_version?"
            )));
        }
        let mut data = answer.data.ok_or_else(|| desk.garbage("der er ingen data"))?;
        data.remove(collection).ok_or_else(|| desk.garbage(format!("{collection} mangler")))
    }
}

#[derive(Deserialize)]
struct Named {
    uuid: Clean,
}

#[derive(Deserialize)]
struct Validity {
    #[serde(default)]
    from: Option<String>,
    #[serde(default)]
    to: Option<String>,
}

#[derive(Deserialize)]
struct UnitNow {
    uuid: Clean,
    name: Clean,
    #[serde(default)]
    validity: Option<Validity>,
    #[serde(default)]
    parent: Option<Named>,
}

fn add_unit(unit: UnitNow, desk: &Desk, reading: &mut Reading) -> Result<(), SourceError> {
    let id = unit.uuid.key().ok_or_else(|| desk.garbage("en enhed mangler uuid"))?;
    let (from, to) = unit.validity.as_ref().map_or((None, None), days);
    let parent = unit.parent.as_ref().and_then(|parent| parent.uuid.key());
    let new = Unit { name: unit.name.as_str().to_owned(), parent, from, to, ..Unit::default() };
    if reading.snapshot.units.insert(id, new).is_some() {
        return Err(desk.garbage("en enhed står på to sider; prøv igen"));
    }
    Ok(())
}

/// First and last day; a time of day is Danish midnight, so its date is the day meant.
fn days(validity: &Validity) -> (Option<Date>, Option<Date>) {
    let day = |text: &Option<String>| text.as_ref().and_then(|text| text.get(..10)?.parse().ok());
    (day(&validity.from), day(&validity.to))
}

#[derive(Deserialize)]
struct Kle {
    org_unit_response: Named,
    kle_number_response: Now<Class>,
    kle_aspects_response: Many<Class>,
}

#[derive(Deserialize)]
struct Class {
    #[serde(default)]
    user_key: Option<Clean>,
    #[serde(default)]
    name: Option<Clean>,
    #[serde(default)]
    scope: Option<Clean>,
}

/// Facet numbers may stand in the same classification and are passed over; an aspect that is not known says nothing.
fn add_marks(kle: Kle, marks: &mut Marks<'_>) {
    let Some(number) = kle.kle_number_response.current.and_then(|class| class.user_key) else { return };
    let Some(unit) = kle.org_unit_response.uuid.key() else { return };
    for aspect in kle.kle_aspects_response.now() {
        let words = [&aspect.scope, &aspect.name, &aspect.user_key];
        if let Some(role) = words.into_iter().flatten().find_map(|word| Role::of_word(word.as_str())) {
            marks.add(&unit, number.as_str(), role);
        }
    }
}

#[derive(Deserialize)]
struct PersonNow {
    uuid: Clean,
    name: Clean,
    engagements_response: Many<Engagement>,
    itusers_response: Many<ItUser>,
    addresses_response: Many<Address>,
}

#[derive(Deserialize)]
struct Engagement {
    #[serde(default)]
    is_primary: Option<bool>,
    #[serde(default)]
    validity: Option<Validity>,
    org_unit_response: Named,
}

#[derive(Deserialize)]
struct ItUser {
    user_key: Clean,
    itsystem_response: Now<Class>,
}

#[derive(Deserialize)]
struct Address {
    #[serde(default)]
    value: Option<Clean>,
    address_type_response: Now<Class>,
}

fn add_person(person: PersonNow, login_system: Option<&str>, day: Date, reading: &mut Reading) {
    let memberships: Vec<Membership> = person.engagements_response.now().map(membership).collect();
    let login = person.itusers_response.now().find(|user| {
        let system = user.itsystem_response.current.as_ref().and_then(|system| system.user_key.as_ref());
        login_system.is_some() && system.map(Clean::as_str) == login_system
    });
    let login = login.and_then(|user| user.user_key.key());
    let Some(id) = login.or_else(|| person.uuid.key()) else { return };
    let email = person.addresses_response.now().find(|address| {
        let scope = address.address_type_response.current.as_ref().and_then(|kind| kind.scope.as_ref());
        scope.is_some_and(|scope| scope.as_str() == "EMAIL")
    });
    let ended = |membership: &Membership| membership.to.is_some_and(|to| to < day);
    let new = Person {
        name: person.name.as_str().to_owned(),
        email: email.and_then(|address| address.value).as_ref().and_then(Clean::identity).map(str::to_owned),
        // A person without any engagement is in the register, not at work.
        inactive: memberships.iter().all(ended),
        memberships,
        ..Person::default()
    };
    reading.snapshot.people.insert(id, new);
}

fn membership(engagement: Engagement) -> Membership {
    let (from, to) = engagement.validity.as_ref().map_or((None, None), days);
    let unit = engagement.org_unit_response.uuid.key().unwrap_or_default();
    Membership { unit, primary: engagement.is_primary.unwrap_or_default(), from, to }
}

/// Where tokens come from.
struct Keycloak<'c> {
    config: &'c Os2mo,
    url: String,
    spent_at: Cell<Option<Instant>>,
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
    #[serde(default)]
    expires_in: Option<u64>,
}

impl<'c> Keycloak<'c> {
    fn of(config: &'c Os2mo, base_url: &str) -> Self {
        let usual = || format!("{base_url}/auth/realms/mo/protocol/openid-connect/token");
        Self { config, url: config.token_url.clone().unwrap_or_else(usual), spent_at: Cell::new(None) }
    }
}

impl Issuer for Keycloak<'_> {
    async fn issue(&self, desk: &Desk, budget: &mut u64) -> Result<Pass, SourceError> {
        let client =
            self.config.client_id.as_deref().ok_or(SourceError::NotSet("organisation.os2mo.client_id"))?;
        let secret = self.config.client_secret().read()?;
        let secret = secret.ok_or(SourceError::NotSet("organisation.os2mo.client_secret_file"))?;
        let form = form(&[
            ("grant_type", "client_credentials"),
            ("client_id", client),
            ("client_secret", secret.expose()),
        ]);
        let request = desk.client.post(&self.url).header("content-type", "application/x-www-form-urlencoded");
        let token: Token = desk.send(request.body(form.to_string()), budget).await?;
        let life = token.expires_in.map(|seconds| Duration::from_secs(seconds).saturating_sub(MARGIN));
        self.spent_at.set(life.and_then(|life| Instant::now().checked_add(life)));
        Ok(Pass::Bearer(SecretText::new(token.access_token)))
    }

    fn is_spent(&self) -> bool {
        self.spent_at.get().is_some_and(|at| Instant::now() >= at)
    }
}

/// A form's body: letters and digits as they are, everything else as its bytes in percent.
fn form(fields: &[(&str, &str)]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::new());
    for (at, (name, value)) in fields.iter().enumerate() {
        if at > 0 {
            text.push('&');
        }
        text.push_str(name);
        text.push('=');
        for byte in value.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                    text.push(char::from(byte))
                }
                other => text.push_str(&format!("%{other:02X}")),
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_with_any_signs_in_it_arrives_whole() {
        assert_eq!(*form(&[("a", "b c"), ("d", "æ&=%+x~")]), "a=b%20c&d=%C3%A6%26%3D%25%2Bx~");
    }
}
