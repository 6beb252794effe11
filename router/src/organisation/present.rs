//! What stands now: the policy files as they are, which of them a sync writes, and what it must leave alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use kle::{FacetPattern, Subject};
use toml::{Table, Value};

use super::owners::Claim;
use super::snapshot::{ContactPoint, Duty, Membership, Person, Role, Snapshot, Unit};
use super::sync::SyncError;
use crate::config::Config;
use crate::setup::PolicyFiles;

/// The files that a sync writes, in its folder: units and people, duties, contact points.
pub const OUR_FILES: [&str; 3] = ["organisation.toml", "ansvar.toml", "kontaktpunkter.toml"];

/// The last snapshot that was written, kept beside them.
pub(super) const SNAPSHOT_FILE: &str = "organisation.snapshot.json";

/// The policy files as they stand.
pub struct Present {
    /// The folder of [`OUR_FILES`].
    pub folder: PathBuf,
    /// Every policy file in reading order; ours are empty while they do not exist.
    pub(super) files: Vec<(PathBuf, String)>,
    /// Our files' tables, by name.
    ours: BTreeMap<&'static str, Table>,
    /// The authority's own files.
    pub(super) own: Own,
    /// The snapshot in force: the last that was written, else what our files say.
    pub(super) snapshot: Snapshot,
}

/// What the authority's own files hold, as far as a sync must step around it.
#[derive(Default)]
pub(super) struct Own {
    pub(super) units: BTreeMap<String, Table>,
    pub(super) people: BTreeSet<String>,
    pub(super) claims: BTreeMap<Claim, String>,
    pub(super) contact_points: BTreeSet<String>,
    /// Marks that mean somebody already, folded.
    pub(super) marks: BTreeSet<String>,
    /// Units and people that something points at, by id.
    pub(super) mentioned: BTreeSet<String>,
}

impl Present {
    /// Reads the policy files of this configuration. A file of ours that does not exist yet is empty.
    pub fn read(config: &Config) -> Result<Self, SyncError> {
        let folder = config.organisation.folder.clone().ok_or(SyncError::NoFolder)?;
        let mut present = Self {
            folder,
            files: Vec::new(),
            ours: BTreeMap::new(),
            own: Own::default(),
            snapshot: Snapshot::default(),
        };
        for path in &config.policy.files {
            let ours = OUR_FILES.into_iter().find(|name| present.folder.join(name) == *path);
            let text = match std::fs::read_to_string(path) {
                Ok(text) => text,
                Err(error) if ours.is_some() && error.kind() == std::io::ErrorKind::NotFound => String::new(),
                Err(source) => return Err(SyncError::Unreadable { file: path.clone(), source }),
            };
            match (ours, text.parse::<Table>()) {
                (Some(name), Ok(table)) => {
                    present.own.note_others(&table);
                    present.ours.insert(name, table);
                }
                (Some(_), Err(_)) => return Err(SyncError::Damaged { file: path.clone() }),
                (None, Ok(table)) => present.own.note(&table),
                // Loading the policy says what is wrong with it, line by line.
                (None, Err(_)) => {}
            }
            present.files.push((path.clone(), text));
        }
        present.snapshot = match read_snapshot(&present.folder.join(SNAPSHOT_FILE))? {
            Some(snapshot) => snapshot,
            None => present.told_by_files(),
        };
        Ok(present)
    }

    /// The snapshot in force.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Entries of a kind in our files, by id.
    pub(super) fn entries(&self, kind: &str) -> BTreeMap<String, &Table> {
        let tables = self.ours.values().flat_map(|table| tables(table, kind));
        tables.filter_map(|entry| Some((text(entry, "id")?, entry))).collect()
    }

    /// The sections of one of our files that a sync does not write.
    pub(super) fn other_sections(&self, name: &str) -> Table {
        let mut rest = self.ours.get(name).cloned().unwrap_or_default();
        for kind in ["unit", "person", "responsibility", "contact_point"] {
            rest.remove(kind);
        }
        if let Some(Value::Array(rules)) = rest.get_mut("rule") {
            rules.retain(|rule| !rule.as_table().is_some_and(is_generated));
            if rules.is_empty() {
                rest.remove("rule");
            }
        }
        rest
    }

    /// All policy files, with new texts for ours.
    pub(super) fn with(&self, ours: &[(&'static str, String)]) -> PolicyFiles {
        let text_of = |path: &Path, present: &String| {
            let new = ours.iter().find(|(name, _)| self.folder.join(name) == *path);
            new.map_or_else(|| present.clone(), |(_, text)| text.clone())
        };
        self.files.iter().map(|(path, text)| (path.display().to_string(), text_of(path, text))).collect()
    }

    /// A snapshot of what our files say: less than the one that was written, enough to compare with.
    fn told_by_files(&self) -> Snapshot {
        let mut snapshot = Snapshot { source: "filer".to_owned(), ..Snapshot::default() };
        for (id, entry) in self.entries("unit") {
            let unit = Unit {
                name: text(entry, "name").unwrap_or_default(),
                parent: text(entry, "parent"),
                closed: entry.get("closed").and_then(Value::as_bool).unwrap_or_default(),
                successor: text(entry, "successor"),
                ..Unit::default()
            };
            snapshot.units.insert(id, unit);
        }
        for (id, entry) in self.entries("person") {
            let unit = text(entry, "unit").unwrap_or_default();
            let person = Person {
                name: text(entry, "name").unwrap_or_default(),
                email: text(entry, "email"),
                memberships: vec![Membership { unit, primary: true, ..Membership::default() }],
                ..Person::default()
            };
            snapshot.people.insert(id, person);
        }
        for entry in self.ours.values().flat_map(|table| tables(table, "responsibility")) {
            if let (Some((subject, facets)), Some(unit)) = (claim(entry), text(entry, "unit")) {
                snapshot.duties.insert(Duty { subject, facets, unit, role: Role::Responsible });
            }
        }
        for (id, entry) in self.entries("contact_point") {
            let point = ContactPoint {
                name: text(entry, "name").unwrap_or_default(),
                subjects: text(entry, "kle").and_then(|kle| kle.parse().ok()).into_iter().collect(),
                facet: text(entry, "facet").and_then(|facet| facet.parse().ok()),
                unit: text(entry, "unit"),
            };
            snapshot.contact_points.insert(id, point);
        }
        snapshot
    }
}

impl Own {
    /// Notes everything of a file that a sync never writes.
    fn note(&mut self, table: &Table) {
        for entry in tables(table, "unit") {
            if let Some(id) = text(entry, "id") {
                self.units.insert(id, entry.clone());
            }
        }
        for entry in tables(table, "person") {
            self.people.extend(text(entry, "id"));
            let marks = ["email", "eid"].iter().filter_map(|key| text(entry, key));
            self.marks.extend(marks.map(|mark| fold(&mark)));
        }
        for entry in tables(table, "responsibility") {
            if let (Some(claim), Some(unit)) = (claim(entry), text(entry, "unit")) {
                self.claims.insert(claim, unit);
            }
        }
        self.contact_points
            .extend(tables(table, "contact_point").filter_map(|entry| Some(fold(&text(entry, "id")?))));
        for kind in ["unit", "person", "responsibility", "contact_point"] {
            tables(table, kind).for_each(|entry| mentions(entry, &mut self.mentioned));
        }
        self.note_others(table);
    }

    /// Notes what points at units and people from the sections that a sync leaves alone.
    fn note_others(&mut self, table: &Table) {
        for entry in tables(table, "attention") {
            self.marks.extend(text(entry, "email").map(|mark| fold(&mark)));
            mentions(entry, &mut self.mentioned);
        }
        for rule in tables(table, "rule").filter(|rule| !is_generated(rule)) {
            mentions(rule, &mut self.mentioned);
        }
    }
}

/// A generated rule's id begins so.
pub(super) const GENERATED: &str = "uafklaret-ansvar-";

fn is_generated(rule: &Table) -> bool {
    text(rule, "id").is_some_and(|id| id.starts_with(GENERATED))
}

/// Collects the units and people that an entry points at, however deep.
fn mentions(table: &Table, into: &mut BTreeSet<String>) {
    for (key, value) in table {
        match value {
            Value::String(id)
                if matches!(
                    key.as_str(),
                    "unit" | "person" | "parent" | "successor" | "owner" | "escalate_to"
                ) =>
            {
                into.insert(id.clone());
            }
            Value::Table(inner) => mentions(inner, into),
            Value::Array(elements) => {
                elements.iter().filter_map(Value::as_table).for_each(|inner| mentions(inner, into));
            }
            _ => {}
        }
    }
}

/// A mark as it is compared: the policy reads them without regard to case.
pub(super) fn fold(mark: &str) -> String {
    mark.trim().to_lowercase()
}

fn tables<'t>(table: &'t Table, kind: &str) -> impl Iterator<Item = &'t Table> {
    table.get(kind).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table)
}

fn text(table: &Table, key: &str) -> Option<String> {
    table.get(key).and_then(Value::as_str).map(str::to_owned)
}

fn claim(entry: &Table) -> Option<Claim> {
    let subject: Subject = text(entry, "kle")?.parse().ok()?;
    match text(entry, "facet") {
        Some(facet) => Some((subject, Some(FacetPattern::parse(&facet).ok()?))),
        None => Some((subject, None)),
    }
}

/// The snapshot in a file; `None` when there is no such file.
pub(super) fn read_snapshot(file: &Path) -> Result<Option<Snapshot>, SyncError> {
    match std::fs::read(file) {
        Ok(bytes) => match serde_json::from_slice(&bytes) {
            Ok(snapshot) => Ok(Some(snapshot)),
            Err(_) => Err(SyncError::Damaged { file: file.to_owned() }),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(SyncError::Unreadable { file: file.to_owned(), source }),
    }
}
