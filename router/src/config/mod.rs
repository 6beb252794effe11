//! Configuration: what an authority decides about its own installation.
//!
//! One commented default file, `config.default.toml`, is reference, example and defaults at once. On top of it lie the
//! authority's file and the environment. Whatever nobody asked for is pointed out: a misspelt key stops the program, since it would
//! otherwise quietly mean something else than its author thought.
//!
//! **Deliberately absent:** secrets in the file, and reloading while running; a change counts from the next start.

mod checks;
mod findings;
mod notices;
mod organisation;
mod secret;
mod sections;
mod shape;
mod sign_in;
mod sources;
mod values;
mod webhooks;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::de::DeTable;
use toml::{Table, Value};

pub use findings::{Faults, Finding, Place, Severity};
pub use notices::{NoticeChannel, NoticeMail, NoticeTeams, NoticeTls, Notices};
pub use organisation::{
    ContactStructure, NewUnits, Organisation, OrganisationFiles, OrganisationLimits, OrganisationService,
    OrganisationSource, Os2mo, Os2rollekatalog, Os2sofd, PeopleCollection,
};
pub use secret::{Secret, SecretError, SecretText};
pub use sections::{
    Alarms, Api, Audit, Authority, Classifier, Content, ContentBackend, Data, Database, DatabaseLocation,
    DigitalPost, Effects, Folder, Insight, Intake, Journal, JournalSystem, Keys, Log, LogFormat, Policy,
    Push, Sensitivity, Server, Text, Work,
};
pub use sign_in::{BreakGlass, Oidc, SignIn, SignInMethod};
pub use sources::{Sources, USUAL_FILE};
pub use webhooks::{WebhookTarget, Webhooks};

use sources::Setting;

/// The default file: defaults, example and reference in one. `modtag` prints it on request.
pub const DEFAULT_FILE: &str = include_str!("../../config.default.toml");

/// The whole configuration, checked and with every path in place.
#[doc(alias = "konfiguration")]
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Whose mail this is.
    pub authority: Authority,
    /// Where everything lies.
    pub data: Data,
    /// The database.
    pub database: Database,
    /// The content store.
    pub content: Content,
    /// Encryption keys.
    pub keys: Keys,
    /// Organisation and rules.
    pub policy: Policy,
    /// Where the organisation comes from.
    pub organisation: Organisation,
    /// The web server.
    pub server: Server,
    /// How people get to the desks.
    pub sign_in: SignIn,
    /// Other programs' way in.
    pub api: Api,
    /// How mail gets in.
    pub intake: Intake,
    /// Workers.
    pub work: Work,
    /// Effects and their repetition.
    pub effects: Effects,
    /// The case system.
    pub journal: Journal,
    /// Text out of documents.
    pub text: Text,
    /// Receipts to Digital Post.
    pub digital_post: DigitalPost,
    /// Calls to other systems.
    pub webhooks: Webhooks,
    /// How people are told of new mail.
    pub notices: Notices,
    /// The audit trail.
    pub audit: Audit,
    /// What reads unmarked mail.
    pub classifier: Classifier,
    /// What a letter costs by hand.
    pub insight: Insight,
    /// Alarms.
    pub alarms: Alarms,
    /// The log.
    pub log: Log,
    /// Where each value that is not a default came from.
    #[serde(skip)]
    origins: BTreeMap<String, Place>,
    #[serde(skip)]
    file: Option<PathBuf>,
}

impl Config {
    /// Gathers the configuration; fails with every fault at once.
    pub fn load(sources: &Sources) -> Result<Self, Faults> {
        let defaults = parse_defaults()?;
        let keys = shape::keys(&defaults);
        let file = sources.chosen_file();
        let (mut settings, mut findings) = match &file {
            Some(file) => sources::from_file(file, &sources.working_folder, &defaults, &keys),
            None => (Vec::new(), Vec::new()),
        };
        let of_named = shape::with_named(&keys, settings.iter().map(|setting| setting.key.as_str()));
        let (given, faults) =
            sources::from_environment(&sources.environment, &sources.working_folder, &of_named);
        settings.extend(given);
        findings.extend(faults);
        let base = anchored(&defaults, &sources.working_folder)?;
        let assembled = assemble(&base, settings, file);
        match &assembled {
            Ok(config) => findings.extend(config.contradictions()),
            Err(faults) => findings.extend(faults.0.iter().cloned()),
        }
        findings.sort_by_key(|finding| match &finding.place {
            Place::File { line, .. } => *line,
            _ => usize::MAX,
        });
        if findings.is_empty() { assembled } else { Err(Faults(findings)) }
    }

    /// The defaults alone, with paths starting in `working_folder`.
    pub fn defaults(working_folder: &Path) -> Result<Self, Faults> {
        let defaults = parse_defaults()?;
        assemble(&anchored(&defaults, working_folder)?, Vec::new(), None)
    }

    /// The demo's configuration: the defaults with everything in one folder and nothing sent anywhere.
    pub fn demo(folder: &Path, cvr: &str, name: &str) -> Result<Self, Faults> {
        let defaults = parse_defaults()?;
        let setting = |key: &str, value: &str| Setting {
            key: key.to_owned(),
            value: Value::String(value.to_owned()),
            place: Place::Defaults,
        };
        let settings = vec![setting("authority.cvr", cvr), setting("authority.name", name)];
        let mut config = assemble(&anchored(&defaults, folder)?, settings, None)?;
        config.data.folder = folder.to_owned();
        config.content.folder = PathBuf::new();
        config.keys.file = PathBuf::new();
        config.sign_in.method = SignInMethod::Demo;
        config.complete();
        Ok(config)
    }

    /// The file that was read, if any.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Where a key's value came from.
    pub fn origin(&self, key: &str) -> Place {
        self.origins.get(key).cloned().unwrap_or(Place::Defaults)
    }

    /// Names of the environment variables that count.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.origins.values().filter_map(|place| match place {
            Place::Environment(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// Where the database is; reads `url_file` when there is one.
    pub fn database(&self) -> Result<DatabaseLocation, SecretError> {
        self.database.location(&self.data.folder)
    }

    /// Name of the audit log in its checkpoints; `None` while the authority is unknown.
    pub fn audit_origin(&self) -> Option<String> {
        let by_cvr = || self.authority.cvr.as_ref().map(|cvr| format!("modtag/{cvr}"));
        self.audit.origin.clone().or_else(by_cvr)
    }

    /// Fills in the paths that follow from the data folder.
    fn complete(&mut self) {
        if self.content.folder.as_os_str().is_empty() {
            self.content.folder = self.data.folder.join("content");
        }
        if self.keys.file.as_os_str().is_empty() {
            self.keys.file = self.data.folder.join("modtag.keys");
        }
        let folder = &mut self.intake.folder;
        if let (Some(path), None) = (&folder.path, &folder.done_folder) {
            folder.done_folder = Some(path.join("modtaget"));
        }
    }
}

fn parse_defaults() -> Result<DeTable<'static>, Faults> {
    DeTable::parse(DEFAULT_FILE)
        .map(|table| table.into_inner())
        .map_err(|error| Faults(vec![Finding::error(Place::Defaults, None, error.message())]))
}

/// The defaults as one table, relative paths starting in the working folder.
fn anchored(defaults: &DeTable<'_>, working_folder: &Path) -> Result<Table, Faults> {
    let broken = || Faults(vec![Finding::error(Place::Defaults, None, "standardværdierne kan ikke læses")]);
    let whole = sources::own_value(&toml::de::DeValue::Table(defaults.clone()));
    let Some(Value::Table(mut table)) = whole else { return Err(broken()) };
    sources::anchor_table("", &mut table, working_folder);
    Ok(table)
}

/// Lays settings on the defaults, later ones on top.
fn assemble(base: &Table, settings: Vec<Setting>, file: Option<PathBuf>) -> Result<Config, Faults> {
    let mut latest: BTreeMap<String, Setting> = BTreeMap::new();
    for setting in settings {
        latest.insert(setting.key.clone(), setting);
    }
    let mut table = base.clone();
    for setting in latest.values() {
        sources::put(&mut table, &setting.key, setting.value.clone());
    }
    shape::fill_named(&mut table);
    match Config::deserialize(Value::Table(table)) {
        Ok(mut config) => {
            config.complete();
            config.file = file;
            config.origins = latest.into_iter().map(|(key, setting)| (key, setting.place)).collect();
            Ok(config)
        }
        Err(error) => Err(blame(base, latest.into_values(), error.message())),
    }
}

/// Finds every setting that cannot be used, by trying each alone on the defaults: the reader itself stops at the first.
fn blame(base: &Table, settings: impl Iterator<Item = Setting>, whole: &str) -> Faults {
    let mut findings: Vec<Finding> = settings
        .filter_map(|setting| {
            let mut table = base.clone();
            sources::put(&mut table, &setting.key, setting.value);
            shape::fill_named(&mut table);
            let error = Config::deserialize(Value::Table(table)).err()?;
            Some(Finding::error(setting.place, Some(&setting.key), error.message()))
        })
        .collect();
    if findings.is_empty() {
        findings.push(Finding::error(Place::Defaults, None, whole));
    }
    Faults(findings)
}
