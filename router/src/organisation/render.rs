//! Rendering: from a snapshot to the texts of the policy files, around what the authority has written itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use jiff::civil::Date;
use kle::{Facet, PrefixMap};
use toml::{Table, Value};

use super::owners::{Claim, Owners};
use super::present::{GENERATED, OUR_FILES, Own, Present, fold};
use super::snapshot::{ContactPoint, Person, Snapshot};

/// The new texts, and what should be known about them.
#[derive(Debug)]
pub struct Rendered {
    /// Name and text of each of [`OUR_FILES`].
    pub files: Vec<(&'static str, String)>,
    /// Danish sentences about what was left out and why; they name ids, never persons.
    pub remarks: Vec<String>,
    /// Numbers that several units have an equal claim to.
    pub contested: usize,
}

/// What a snapshot is written by.
pub(super) struct Manner<'c> {
    /// The day the files are a picture of.
    pub(super) day: Date,
    /// How a unit that nobody has said anything about journals.
    pub(super) journals: &'c str,
    /// Units that win when several have an equal claim.
    pub(super) priority: &'c [String],
}

/// A unit as it will be written.
struct Place {
    name: String,
    parent: Option<String>,
    closed: bool,
    successor: Option<String>,
}

const HEAD: &str = "# Skrevet af `modtag org sync`. Ret i kilden, ikke her: det, der kommer derfra, skrives over næste gang.\n";

pub(super) fn render(snapshot: &Snapshot, present: &Present, manner: &Manner<'_>) -> Rendered {
    let mut remarks = Vec::new();
    let places = places(snapshot, present, manner.day);
    let takes_mail = |id: &str| takes_mail(id, &places, &present.own);
    let owners = Owners::of(snapshot, manner.priority, takes_mail);
    for dead in &owners.dead {
        let (subject, unit) = (dead.subject, &dead.unit);
        remarks.push(format!(
            "{subject} er mærket på enheden {unit}, som er ukendt eller nedlagt uden efterfølger; mærket springes over"
        ));
    }
    let organisation = format!(
        "{HEAD}# journals, collecting_case, never_reason, closed_case, successor, escalate_after_working_days, escalate_to, eid og attention_ids kan sættes her og \
         bliver stående.\n{}{}{}",
        rest(present, OUR_FILES[0]),
        units_text(&places, snapshot, present, manner),
        people_text(snapshot, &places, present, manner.day, &mut remarks),
    );
    let duties = format!(
        "{HEAD}{}{}{}",
        rest(present, OUR_FILES[1]),
        duties_text(&owners, snapshot, &present.own, &mut remarks),
        contested_text(&owners, snapshot, &present.own, &mut remarks),
    );
    let points = format!(
        "{HEAD}# unit kan rettes her og bliver stående, når kontaktpunktets KLE-numre ikke selv peger på en enhed.\n{}{}",
        rest(present, OUR_FILES[2]),
        contact_points_text(snapshot, &owners, present, &takes_mail, &mut remarks),
    );
    let files = OUR_FILES.into_iter().zip([organisation, duties, points]).collect();
    Rendered { files, remarks, contested: owners.contested.len() }
}

/// Every unit to write: those of the source, and those that it no longer knows, closed. Cases and rules may still name them.
fn places(snapshot: &Snapshot, present: &Present, day: Date) -> BTreeMap<String, Place> {
    let mut places = BTreeMap::new();
    let known = present.entries("unit");
    for (id, unit) in &snapshot.units {
        if unit.is_to_come(day) {
            continue;
        }
        let closed = !unit.is_open(day);
        let by_hand = || known.get(id).and_then(|entry| entry.get("successor")?.as_str().map(str::to_owned));
        let successor = if closed { unit.successor.clone().or_else(by_hand) } else { None };
        places.insert(
            id.clone(),
            Place { name: unit.name.clone(), parent: unit.parent.clone(), closed, successor },
        );
    }
    for (id, entry) in known {
        let word = |key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
        places.entry(id).or_insert_with(|| Place {
            name: word("name").unwrap_or_default(),
            parent: word("parent"),
            closed: true,
            successor: word("successor"),
        });
    }
    places.retain(|id, _| !present.own.units.contains_key(id));
    let all: BTreeSet<String> = places.keys().chain(present.own.units.keys()).cloned().collect();
    for place in places.values_mut() {
        place.parent.take_if(|parent| !all.contains(parent.as_str()));
        place.successor.take_if(|successor| !all.contains(successor.as_str()));
    }
    places
}

/// Will the policy let something point at this unit? It, or the end of its line of successors, is open.
fn takes_mail(id: &str, places: &BTreeMap<String, Place>, own: &Own) -> bool {
    let mut seen = BTreeSet::new();
    let mut at = id;
    while seen.insert(at) {
        let (closed, successor) = match (places.get(at), own.units.get(at)) {
            (Some(place), _) => (place.closed, place.successor.as_deref()),
            (None, Some(entry)) => {
                let closed = entry.get("closed").and_then(Value::as_bool).unwrap_or_default();
                (closed, entry.get("successor").and_then(Value::as_str))
            }
            (None, None) => return false,
        };
        match (closed, successor) {
            (false, _) => return true,
            (true, Some(successor)) => at = successor,
            (true, None) => return false,
        }
    }
    false
}

fn units_text(
    places: &BTreeMap<String, Place>,
    snapshot: &Snapshot,
    present: &Present,
    manner: &Manner<'_>,
) -> String {
    let known = present.entries("unit");
    let mut text = String::new();
    for (id, place) in places {
        let mut lines = Lines::open("unit");
        if !snapshot.units.contains_key(id) {
            lines.comment("ikke længere i kilden");
        }
        lines.text("id", id);
        lines.text("name", if place.name.trim().is_empty() { id } else { &place.name });
        lines.optional("parent", place.parent.as_deref());
        if place.closed {
            lines.value("closed", &Value::Boolean(true));
        }
        lines.optional("successor", place.successor.as_deref());
        let ours = ["id", "name", "parent", "closed", "successor"];
        let carried = known.get(id).map(|entry| lines.carry(entry, &ours)).unwrap_or_default();
        if !carried.contains("journals") {
            lines.text("journals", manner.journals);
        }
        text.push_str(&lines.0);
    }
    text
}

fn people_text(
    snapshot: &Snapshot,
    places: &BTreeMap<String, Place>,
    present: &Present,
    day: Date,
    remarks: &mut Vec<String>,
) -> String {
    let known = present.entries("person");
    let shared = shared_addresses(snapshot, &present.own, day);
    let (mut text, mut homeless, mut unsaid) = (String::new(), 0, 0);
    for (id, person) in &snapshot.people {
        let own = &present.own;
        if own.people.contains(id) || (person.has_left(day) && !own.mentioned.contains(id)) {
            continue;
        }
        let Some(unit) = unit_of(person, day).filter(|unit| takes_mail(unit, places, own)) else {
            homeless += 1;
            continue;
        };
        let mut lines = Lines::open("person");
        if person.has_left(day) {
            lines.comment("fratrådt, men nævnt i en regel");
            remarks.push(format!("medarbejderen {id} er fratrådt, men nævnes stadig i jeres egne filer"));
        }
        lines.text("id", id);
        lines.text("name", if person.name.is_empty() { id } else { &person.name });
        lines.text("unit", unit);
        match &person.email {
            Some(email) if shared.contains(&fold(email)) => unsaid += 1,
            email => lines.optional("email", email.as_deref()),
        }
        if let Some(entry) = known.get(id) {
            lines.carry(entry, &["id", "name", "unit", "email"]);
        }
        text.push_str(&lines.0);
    }
    if homeless > 0 {
        remarks.push(format!(
            "{homeless} medarbejdere hører ikke til en enhed, der tager imod post, og er udeladt"
        ));
    }
    if unsaid > 0 {
        remarks.push(format!(
            "{unsaid} medarbejdere deler mailadresse med andre; adressen kan ikke bruges til at finde den rette og er udeladt"
        ));
    }
    text
}

fn unit_of(person: &Person, day: Date) -> Option<&str> {
    person.unit(day).or_else(|| person.memberships.first().map(|membership| membership.unit.as_str()))
}

/// Addresses that would mean more than one receiver.
fn shared_addresses(snapshot: &Snapshot, own: &Own, day: Date) -> BTreeSet<String> {
    let (mut seen, mut shared) = (BTreeSet::new(), own.marks.clone());
    let written = |(id, person): &(&String, &Person)| !person.has_left(day) || own.mentioned.contains(*id);
    for (_, person) in snapshot.people.iter().filter(written) {
        if let Some(address) = person.email.as_deref().map(fold)
            && !seen.insert(address.clone())
        {
            shared.insert(address);
        }
    }
    shared
}

fn duties_text(owners: &Owners, snapshot: &Snapshot, own: &Own, remarks: &mut Vec<String>) -> String {
    let mut text = String::new();
    for (claim, unit) in &owners.owned {
        if let Some(ours) = own.claims.get(claim) {
            if ours != unit {
                remarks.push(format!("{} står i jeres egne filer og tages derfra", shown(*claim)));
            }
            continue;
        }
        let mut lines = Lines::open("responsibility");
        lines.comment(snapshot.unit_name(unit));
        lines.text("kle", &claim.0.to_string());
        lines.optional("facet", claim.1.map(|facets| facets.to_string()).as_deref());
        lines.text("unit", unit);
        text.push_str(&lines.0);
    }
    text
}

/// A number that several units claim goes to a person, and not to the owner of the number above: that one was not meant.
fn contested_text(owners: &Owners, snapshot: &Snapshot, own: &Own, remarks: &mut Vec<String>) -> String {
    let mut text = String::new();
    for (&claim, units) in owners.contested.iter().filter(|(claim, _)| !own.claims.contains_key(claim)) {
        let names: Vec<&str> = units.iter().map(|unit| snapshot.unit_name(unit)).collect();
        let names = names.join(", ");
        remarks.push(format!(
            "{} er mærket på flere enheder ({names}); posten venter på en postfordeler, til kilden eller \
             organisation.priority siger hvem",
            shown(claim)
        ));
        let mut settled = owners.settled_below(claim);
        settled.extend(own.claims.keys().copied().filter(|&below| is_below(claim, below)));
        let mut when = condition(claim);
        if !settled.is_empty() {
            let any = settled.into_iter().map(|claim| Value::Table(condition(claim))).collect();
            when.insert(
                "not".into(),
                Value::Table(Table::from_iter([("any".to_owned(), Value::Array(any))])),
            );
        }
        let mut lines = Lines::open("rule");
        lines.text("id", &format!("{GENERATED}{}", shown(claim).replace(' ', "-").to_lowercase()));
        lines.text("title", &format!("{} er mærket på flere enheder", shown(claim)));
        lines.value("when", &Value::Table(when));
        lines.text("then", "desk");
        text.push_str(&lines.0);
    }
    text
}

fn is_below((subject, facets): Claim, (below, pattern): Claim) -> bool {
    (subject != below && subject.contains(below))
        || (subject == below && facets.is_none() && pattern.is_some())
}

fn condition((subject, facets): Claim) -> Table {
    let mut table = Table::from_iter([("kle".to_owned(), Value::String(subject.to_string()))]);
    if let Some(facets) = facets {
        table.insert("facet".into(), Value::String(facets.to_string()));
    }
    table
}

fn shown((subject, facets): Claim) -> String {
    facets.map_or_else(|| subject.to_string(), |facets| format!("{subject} {facets}"))
}

fn contact_points_text(
    snapshot: &Snapshot,
    owners: &Owners,
    present: &Present,
    takes_mail: &impl Fn(&str) -> bool,
    remarks: &mut Vec<String>,
) -> String {
    let known = present.entries("contact_point");
    let map = responsibilities(owners, &present.own);
    let mut text = String::new();
    for (id, point) in &snapshot.contact_points {
        if present.own.contact_points.contains(id) {
            continue;
        }
        let by_hand = known.get(id).and_then(|entry| entry.get("unit")?.as_str().map(str::to_owned));
        let unit = point.unit.clone().or_else(|| unit_by_subjects(point, &map)).or(by_hand);
        let Some(unit) = unit.filter(|unit| takes_mail(unit)) else {
            remarks.push(unplaced(id, point));
            continue;
        };
        let mut lines = Lines::open("contact_point");
        lines.text("id", id);
        lines.optional("name", Some(point.name.as_str()).filter(|name| !name.is_empty()));
        lines.text("unit", &unit);
        // Several numbers say where letters go together, but not what a single letter is about.
        if let [subject] = point.subjects[..] {
            lines.text("kle", &subject.to_string());
            lines.optional("facet", point.facet.map(|facet: Facet| facet.to_string()).as_deref());
        }
        text.push_str(&lines.0);
    }
    text
}

fn unplaced(id: &str, point: &ContactPoint) -> String {
    let name = &point.name;
    let why = match point.subjects.len() {
        0 => "har ingen KLE-kode",
        1 => "har en KLE-kode, som ingen enhed er ansvarlig for",
        _ => "har KLE-koder, der ikke peger på én og samme enhed",
    };
    format!(
        "kontaktpunktet {name} ({id}) {why}; giv det en [[contact_point]] med unit i en af jeres egne filer"
    )
}

/// Who answers for what, with the authority's own files on top; nobody answers for what is contested.
fn responsibilities<'o>(owners: &'o Owners, own: &'o Own) -> PrefixMap<Option<&'o str>> {
    let mut map = PrefixMap::new();
    for &(subject, facets) in owners.contested.keys() {
        map.insert(subject, facets, None);
    }
    for (&(subject, facets), unit) in owners.owned.iter().chain(&own.claims) {
        map.insert(subject, facets, Some(unit.as_str()));
    }
    map
}

/// The one unit that answers for all of a contact point's numbers.
fn unit_by_subjects(point: &ContactPoint, map: &PrefixMap<Option<&str>>) -> Option<String> {
    let units: Option<BTreeSet<&str>> =
        point.subjects.iter().map(|&subject| *map.get(subject, point.facet)?.value).collect();
    let units = units?;
    let mut units = units.into_iter();
    match (units.next(), units.next()) {
        (Some(unit), None) => Some(unit.to_owned()),
        _ => None,
    }
}

/// The sections of a file that are not ours, as they were.
fn rest(present: &Present, name: &str) -> String {
    let rest = present.other_sections(name);
    if rest.is_empty() {
        return String::new();
    }
    // A table that was read can be written.
    let text = toml::to_string(&rest).unwrap_or_default();
    format!("\n# Jeres egne afsnit, som de var.\n\n{text}")
}

/// The lines of one entry.
struct Lines(String);

impl Lines {
    fn open(kind: &str) -> Self {
        Self(format!("\n[[{kind}]]\n"))
    }

    fn comment(&mut self, text: &str) {
        // A name is one line here, whatever the source put into it.
        let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let _ = writeln!(self.0, "# {line}");
    }

    fn text(&mut self, key: &str, value: &str) {
        self.value(key, &Value::String(value.to_owned()));
    }

    fn optional(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(key, value);
        }
    }

    fn value(&mut self, key: &str, value: &Value) {
        // Writing to a text does not fail.
        let _ = writeln!(self.0, "{key} = {value}");
    }

    /// Keeps what stood in the entry beside our own keys; gives back which keys.
    fn carry<'e>(&mut self, entry: &'e Table, ours: &[&str]) -> BTreeSet<&'e str> {
        let mut carried = BTreeSet::new();
        for (key, value) in entry.iter().filter(|(key, _)| !ours.contains(&key.as_str())) {
            self.value(key, value);
            carried.insert(key.as_str());
        }
        carried
    }
}
