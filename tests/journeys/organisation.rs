//! The organisation from the outside: each source, what it may do wrong, and what becomes of the policy files.

mod bad_days;
mod in_force;
mod sources;
mod syncing;
mod tables;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;
use journeys::sources::{API_KEY, CLIENT_SECRET, Simulator, System};
use router::config::{Config, Sources};
use router::organisation::{self, Outcome, Plan, Reading, Snapshot, SourceError};
use tempfile::TempDir;

/// The policy of the authority's own hand: who it is, and nothing about units.
const OWN: &str = "[authority]\ncvr = \"12345678\"\nname = \"Sandby Kommune\"\n";

/// Files with what stands in them.
pub type Files = BTreeMap<PathBuf, Vec<u8>>;

/// An authority that keeps its organisation somewhere else.
pub struct Authority {
    pub folder: TempDir,
    settings: Vec<(String, String)>,
}

impl Authority {
    /// One without a source.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = "[authority]\ncvr = \"12345678\"\nname = \"Sandby Kommune\"\n[policy]\n\
                      files = [\"egne.toml\", \"politik/organisation.toml\", \"politik/kontaktpunkter.toml\", \"politik/ansvar.toml\"]\n\
                      [organisation]\nfolder = \"politik\"\n";
        std::fs::write(folder.path().join("modtag.toml"), config).expect("written");
        std::fs::write(folder.path().join("egne.toml"), OWN).expect("written");
        Self { folder, settings: Vec::new() }
    }

    /// One that keeps it in this system.
    pub fn with(system: System, simulator: &Simulator) -> Self {
        let mut authority = Self::new();
        authority.set("SOURCE", system.word());
        authority.set("SERVICE__BASE_URL", &simulator.url());
        authority.set("SERVICE__TIMEOUT_SECONDS", "1");
        match system {
            System::Os2mo => {
                authority.set("OS2MO__CLIENT_ID", "modtag");
                authority.set("OS2MO__CLIENT_SECRET", CLIENT_SECRET);
                authority.set("OS2MO__LOGIN_SYSTEM", "ad");
            }
            System::Os2rollekatalog | System::Os2sofd => authority.set("SERVICE__API_KEY", API_KEY),
        }
        authority
    }

    /// One that has synced in pages of this size; with how many calls that took, and every file afterwards.
    pub async fn synced(system: System, simulator: &Simulator, page_size: &str) -> (Self, usize, Files) {
        let mut authority = Self::with(system, simulator);
        authority.set("SERVICE__PAGE_SIZE", page_size);
        authority.sync().await;
        let (calls, files) = (simulator.seen().len(), authority.everything());
        (authority, calls, files)
    }

    /// One that keeps it in these tables.
    pub fn with_tables(units: &str, people: &str, duties: &str) -> Self {
        let mut authority = Self::new();
        authority.set("SOURCE", "files");
        for (key, name, text) in [
            ("UNITS", "enheder.csv", units),
            ("PEOPLE", "folk.csv", people),
            ("DUTIES", "ansvar.csv", duties),
        ] {
            authority.write(name, text);
            authority.set(&format!("FILES__{key}_FILE"), &authority.path(name).display().to_string());
        }
        authority
    }

    /// Reads the contact structure of Digital Post besides.
    pub fn reads_contact_points(&mut self, simulator: &Simulator) {
        self.set("CONTACT_STRUCTURE__ORGANISATION_ID", "3f2a1c9e-1111-4000-8000-000000000009");
        self.set_any("DIGITAL_POST__BASE_URL", &format!("{}/apis/v1", simulator.url()));
        self.set_any("DIGITAL_POST__SYSTEM_ID", "3f2a1c9e-1111-4000-8000-000000000001");
        self.set_any("DIGITAL_POST__API_TOKEN", "kanariefugl-token");
        self.set_any("DIGITAL_POST__TIMEOUT_SECONDS", "1");
    }

    /// Sets a key of `[organisation]`.
    pub fn set(&mut self, key: &str, value: &str) {
        self.set_any(&format!("ORGANISATION__{key}"), value);
    }

    /// Sets any key.
    pub fn set_any(&mut self, key: &str, value: &str) {
        self.settings.push((format!("MODTAG_{key}"), value.to_owned()));
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, content).expect("written");
    }

    pub fn read_file(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("the file")
    }

    pub fn config(&self) -> Config {
        let environment =
            self.settings.iter().map(|(name, value)| (name.clone(), OsString::from(value))).collect();
        let working_folder = self.folder.path().to_owned();
        Config::load(&Sources { file: None, working_folder, environment }).expect("a configuration")
    }

    /// Reads the source.
    pub async fn ask(&self) -> Result<Reading, SourceError> {
        organisation::read(&self.config(), morning()).await
    }

    /// Reads the source and holds it against what stands.
    pub async fn plan(&self) -> Plan {
        self.plan_on(today()).await
    }

    pub async fn plan_on(&self, day: Date) -> Plan {
        let reading = self.ask().await.unwrap_or_else(|error| panic!("{}", error.danish()));
        organisation::plan(&self.config(), reading, day).unwrap_or_else(|error| panic!("{}", error.danish()))
    }

    /// Syncs, and says how it ended.
    pub async fn sync(&self) -> Outcome {
        let plan = self.plan().await;
        let findings = plan.findings.clone();
        let outcome = plan.carry_out(false).unwrap_or_else(|error| panic!("{}", error.danish()));
        assert!(outcome != Outcome::Faulty, "{findings:?}");
        outcome
    }

    /// The policy as a start of the program would read it.
    pub fn policy(&self) -> rules::Policy {
        let config = self.config();
        let files = router::setup::policy_files(&config).expect("the files");
        router::setup::load_policy(&config, &files).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The unit that answers for a number, by name.
    pub fn responsible(&self, number: &str) -> Option<String> {
        let subject = number.parse().expect("a number");
        self.policy().responsible(subject, None).map(|unit| unit.name.clone())
    }

    /// Every file of the policy, to see that nothing was touched.
    pub fn everything(&self) -> Files {
        let mut files = BTreeMap::new();
        collect(self.folder.path(), &mut files);
        files.retain(|path, _| !path.ends_with(".organisation.laas"));
        files
    }
}

fn collect(folder: &Path, into: &mut Files) {
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            collect(&entry, into);
        } else {
            into.insert(entry.clone(), std::fs::read(&entry).expect("a file"));
        }
    }
}

pub fn morning() -> Timestamp {
    "2026-11-20T08:00:00Z".parse().expect("a time")
}

pub fn today() -> Date {
    "2026-11-20".parse().expect("a day")
}

/// A snapshot without the word of its source, to hold two sources against each other.
pub fn anonymous(snapshot: &Snapshot) -> Snapshot {
    Snapshot { source: String::new(), ..snapshot.clone() }
}
