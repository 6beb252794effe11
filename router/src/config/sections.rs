//! The sections of the configuration, one type each.
//!
//! A field bears the name of its key, except that durations drop the unit. No field has a default here: the default file is
//! the only place where defaults live, and a field it forgets makes it unreadable, which a test would see at once.
//! The exceptions are the secrets that only the environment may give.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use serde::Deserialize;
use uuid::Uuid;

use super::secret::{Secret, SecretError, SecretText};
use super::values;

/// `[authority]`: whose mail this is.
#[doc(alias = "myndighed")]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authority {
    /// CVR number, eight digits; `None` until somebody has set it.
    #[serde(deserialize_with = "values::optional_cvr")]
    pub cvr: Option<String>,
    /// Name shown to people.
    pub name: String,
    /// Other CVR numbers whose mail belongs here.
    #[serde(deserialize_with = "values::cvrs")]
    pub other_cvrs: Vec<String>,
}

impl Authority {
    /// The name, or the CVR number while nobody has given one.
    pub fn shown_name(&self) -> &str {
        if self.name.trim().is_empty() { self.cvr.as_deref().unwrap_or_default() } else { &self.name }
    }

    /// Whether mail to this CVR number belongs here.
    pub fn receives(&self, cvr: &str) -> bool {
        self.cvr.as_deref() == Some(cvr) || self.other_cvrs.iter().any(|other| other == cvr)
    }
}

/// `[data]`: where everything lies unless another section says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// The data folder.
    #[serde(deserialize_with = "values::required_path")]
    pub folder: PathBuf,
}

/// `[database]`. Ask [`super::Config::database`] where it is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// Address as written; holds a password when it came from the environment.
    #[serde(deserialize_with = "values::optional_database_url")]
    pub(super) url: Option<SecretText>,
    /// File that holds the address.
    #[serde(deserialize_with = "values::optional_path")]
    pub url_file: Option<PathBuf>,
    /// Most connections at once.
    #[serde(deserialize_with = "values::count::<_, 1, 1_000>")]
    pub max_connections: u32,
}

/// `[content]`: the store of messages and documents.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// Kind of store.
    pub backend: ContentBackend,
    /// The folder; always set once loaded.
    #[serde(deserialize_with = "values::path")]
    pub folder: PathBuf,
    /// S3 bucket.
    #[serde(deserialize_with = "values::optional_text")]
    pub bucket: Option<String>,
    /// S3 address, when not Amazon's own.
    #[serde(deserialize_with = "values::optional_web_address")]
    pub endpoint: Option<String>,
    /// S3 region.
    pub region: String,
    /// In front of every name in the bucket.
    #[serde(deserialize_with = "values::optional_text")]
    pub prefix: Option<String>,
    /// Plain http to the store is allowed.
    pub allow_http: bool,
    /// File with the access key's name.
    #[serde(deserialize_with = "values::optional_path")]
    pub access_key_id_file: Option<PathBuf>,
    #[serde(default, deserialize_with = "values::optional_secret")]
    access_key_id: Option<SecretText>,
    /// File with the secret access key.
    #[serde(deserialize_with = "values::optional_path")]
    pub secret_access_key_file: Option<PathBuf>,
    #[serde(default, deserialize_with = "values::optional_secret")]
    secret_access_key: Option<SecretText>,
    /// Messages smaller than this are packed together.
    #[serde(deserialize_with = "values::bytes::<_, 0, 16_777_216>")]
    pub pack_below_bytes: u64,
}

impl Content {
    /// The access key's name.
    pub fn access_key_id(&self) -> Secret<'_> {
        Secret::of(self.access_key_id.as_ref(), self.access_key_id_file.as_deref())
    }

    /// The secret access key.
    pub fn secret_access_key(&self) -> Secret<'_> {
        Secret::of(self.secret_access_key.as_ref(), self.secret_access_key_file.as_deref())
    }
}

/// `[keys]`: the authority's encryption keys.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// The key file; always set once loaded.
    #[serde(deserialize_with = "values::path")]
    pub file: PathBuf,
}

/// `[policy]`: organisation, responsibility and rules.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Files in reading order.
    #[serde(deserialize_with = "values::paths")]
    pub files: Vec<PathBuf>,
    /// Leave the edition in force where it is, whatever the files say? Set by commands, not by configuration.
    #[serde(skip)]
    pub keep_edition: bool,
    /// Must another person than its maker put an edition in force?
    pub four_eyes: bool,
    /// Persons whose mail a person must see.
    #[serde(deserialize_with = "values::optional_path")]
    pub protected_persons_file: Option<PathBuf>,
}

/// `[api]`: the HTTP interface for other programs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Api {
    /// Calls that a token may make a minute.
    #[serde(deserialize_with = "values::count::<_, 1, 1_000_000>")]
    pub calls_per_minute: u32,
}

/// `[server]`: the web server.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Address and port.
    #[serde(deserialize_with = "values::listen_address")]
    pub listen: SocketAddr,
    /// How long a stop waits for steps that are under way.
    #[serde(rename = "shutdown_seconds", deserialize_with = "values::seconds::<_, 0, 3_600>")]
    pub shutdown: Duration,
}

/// `[intake]`: how mail gets in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intake {
    /// Largest message.
    #[serde(deserialize_with = "values::bytes::<_, 1_000_000, 1_000_000_000>")]
    pub max_message_bytes: u64,
    /// Most messages in one shared transaction.
    #[serde(deserialize_with = "values::count::<_, 1, 10_000>")]
    pub batch_messages: u32,
    /// Longest a message waits for others to share a transaction with.
    #[serde(rename = "batch_wait_ms", deserialize_with = "values::milliseconds::<_, 0, 1_000>")]
    pub batch_wait: Duration,
    /// `[intake.push]`.
    pub push: Push,
    /// `[intake.folder]`.
    pub folder: Folder,
}

/// `[intake.push]`: where Digital Post delivers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Push {
    /// Deliveries are taken in.
    pub enabled: bool,
    /// Path of the endpoint, beginning with a slash.
    #[serde(deserialize_with = "values::url_path")]
    pub path: String,
    /// Networks that may deliver.
    #[serde(deserialize_with = "values::networks")]
    pub allow: Vec<IpNet>,
    /// Header that the reverse proxy sets, lower case.
    #[serde(deserialize_with = "values::optional_header_name")]
    pub required_header: Option<String>,
    /// File with the value that the header must have.
    #[serde(deserialize_with = "values::optional_path")]
    pub required_header_value_file: Option<PathBuf>,
    #[serde(default, deserialize_with = "values::optional_secret")]
    required_header_value: Option<SecretText>,
}

impl Push {
    /// Whether this address may deliver. An IPv4 caller on a socket that listens on both counts as IPv4.
    pub fn allows(&self, caller: IpAddr) -> bool {
        let caller = caller.to_canonical();
        self.allow.iter().any(|network| network.contains(&caller))
    }

    /// The value that [`Self::required_header`] must have.
    pub fn required_header_value(&self) -> Secret<'_> {
        Secret::of(self.required_header_value.as_ref(), self.required_header_value_file.as_deref())
    }
}

/// `[intake.folder]`: a folder watched for files.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Folder {
    /// The folder; `None` when none is watched.
    #[serde(deserialize_with = "values::optional_path")]
    pub path: Option<PathBuf>,
    /// How long a file must have lain untouched.
    #[serde(rename = "settle_ms", deserialize_with = "values::milliseconds::<_, 0, 3_600_000>")]
    pub settle: Duration,
    /// Where taken files go; `modtaget` in the folder when nothing was said. `None` only when no folder is watched.
    #[serde(deserialize_with = "values::optional_path")]
    pub done_folder: Option<PathBuf>,
    /// How often we look.
    #[serde(rename = "poll_seconds", deserialize_with = "values::seconds::<_, 1, 86_400>")]
    pub poll: Duration,
}

/// `[work]`: the workers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Work {
    /// How many.
    #[serde(deserialize_with = "values::count::<_, 1, 256>")]
    pub workers: u32,
    /// Messages claimed at a time.
    #[serde(deserialize_with = "values::count::<_, 1, 1_000>")]
    pub batch: u32,
    /// How long a claim lasts without a sign of life.
    #[serde(rename = "lease_seconds", deserialize_with = "values::seconds::<_, 5, 86_400>")]
    pub lease: Duration,
}

/// `[effects]`: how effects are tried again.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Effects {
    /// Wait before the second attempt; doubles afterwards.
    #[serde(rename = "first_retry_seconds", deserialize_with = "values::seconds::<_, 1, 86_400>")]
    pub first_retry: Duration,
    /// Longest wait.
    #[serde(rename = "longest_retry_seconds", deserialize_with = "values::seconds::<_, 1, 604_800>")]
    pub longest_retry: Duration,
    /// Attempts before a person takes over.
    #[serde(deserialize_with = "values::count::<_, 1, 10_000>")]
    pub give_up_after: u32,
}

/// `[journal]`: the case system.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Journal {
    /// Which one.
    pub system: JournalSystem,
    /// Sensitivity where nothing else says (R8: never absent).
    pub default_sensitivity: Sensitivity,
}

/// `[text]`: text out of documents, and what reading one may cost.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Address space of a child process.
    #[serde(deserialize_with = "values::count::<_, 128, 16_384>")]
    pub memory_mib: u32,
    /// Processor time for one document.
    #[serde(rename = "cpu_seconds", deserialize_with = "values::seconds::<_, 1, 3_600>")]
    pub cpu: Duration,
    /// Time by the clock for one document.
    #[serde(rename = "timeout_seconds", deserialize_with = "values::seconds::<_, 1, 3_600>")]
    pub timeout: Duration,
    /// Largest document that is read.
    #[serde(deserialize_with = "values::bytes::<_, 1_000, 1_000_000_000>")]
    pub max_document_bytes: u64,
    /// Most text of one document.
    #[serde(deserialize_with = "values::bytes::<_, 1_000, 100_000_000>")]
    pub max_text_bytes: u64,
    /// Most text of one letter.
    #[serde(deserialize_with = "values::bytes::<_, 1_000, 100_000_000>")]
    pub max_letter_bytes: u64,
    /// Documents read at once.
    #[serde(deserialize_with = "values::count::<_, 1, 64>")]
    pub processes: u32,
    /// Pictures are read by character recognition, where it is installed.
    pub ocr: bool,
}

/// `[digital_post]`: the receipts' way back.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DigitalPost {
    /// Base address of the API without a slash at the end; `None`: receipts are recorded, not sent.
    #[serde(deserialize_with = "values::optional_service_address")]
    pub base_url: Option<String>,
    /// The recipient system's id.
    #[serde(deserialize_with = "values::optional_uuid")]
    pub system_id: Option<Uuid>,
    /// File with the api token.
    #[serde(deserialize_with = "values::optional_path")]
    pub api_token_file: Option<PathBuf>,
    #[serde(default, deserialize_with = "values::optional_secret")]
    api_token: Option<SecretText>,
    /// Client certificate with chain, PEM.
    #[serde(deserialize_with = "values::optional_path")]
    pub client_certificate_file: Option<PathBuf>,
    /// Its private key, PEM.
    #[serde(deserialize_with = "values::optional_path")]
    pub client_key_file: Option<PathBuf>,
    /// Roots to trust instead of the machine's own, PEM.
    #[serde(deserialize_with = "values::optional_path")]
    pub ca_file: Option<PathBuf>,
    /// Proxy for calls out.
    #[serde(deserialize_with = "values::optional_web_address")]
    pub proxy: Option<String>,
    /// Longest a call may take.
    #[serde(rename = "timeout_seconds", deserialize_with = "values::seconds::<_, 1, 600>")]
    pub timeout: Duration,
}

impl DigitalPost {
    /// The api token.
    pub fn api_token(&self) -> Secret<'_> {
        Secret::of(self.api_token.as_ref(), self.api_token_file.as_deref())
    }
}

/// `[audit]`: the audit trail's checkpoints.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Audit {
    /// Name of the log; ask [`super::Config::audit_origin`] for the one in force.
    #[serde(deserialize_with = "values::optional_text")]
    pub origin: Option<String>,
    /// Longest between an event and a checkpoint.
    #[serde(rename = "checkpoint_seconds", deserialize_with = "values::seconds::<_, 1, 86_400>")]
    pub checkpoint: Duration,
    /// Most events between checkpoints.
    #[serde(deserialize_with = "values::count::<_, 1, 10_000_000>")]
    pub checkpoint_events: u32,
}

/// `[classifier]`: what time does to what it believed and learned.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Classifier {
    /// Are subjects suggested?
    pub enabled: bool,
    /// Working days after which a letter that was passed on unseen and not redirected counts as right.
    #[serde(deserialize_with = "values::count::<_, 1, 60>")]
    pub confirmed_after_days: u32,
    /// Newest letters passed on unseen that are looked at for errors.
    #[serde(deserialize_with = "values::count::<_, 20, 10_000>")]
    pub recent_letters: u32,
    /// Days that a lesson is kept.
    #[serde(deserialize_with = "values::count::<_, 1, 3_650>")]
    pub lessons_kept_days: u32,
}

impl Classifier {
    /// As the post room knows them.
    pub fn settings(&self) -> crate::unseen::Settings {
        crate::unseen::Settings {
            confirmed_after: self.confirmed_after_days,
            recent: self.recent_letters,
            lessons_kept: self.lessons_kept_days,
        }
    }
}

/// `[insight]`: what a letter costs to distribute by hand.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Insight {
    /// Seconds for a letter; 0 while nobody has said.
    #[serde(deserialize_with = "values::count::<_, 0, 28_800>")]
    pub seconds_per_letter: u32,
    /// Kroner for an hour; 0 while nobody has said.
    #[serde(deserialize_with = "values::count::<_, 0, 10_000>")]
    pub hourly_wage: u32,
}

impl Insight {
    /// As insight knows them.
    pub fn price(&self) -> crate::insight::business::Price {
        crate::insight::business::Price::configured(self.seconds_per_letter, self.hourly_wage)
    }
}

/// `[alarms]`: when somebody must be told.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alarms {
    /// Age at which an unjournaled message raises the alarm (R4).
    #[serde(rename = "unjournaled_hours", deserialize_with = "values::hours::<_, 1, 8_760>")]
    pub unjournaled: Duration,
}

/// `[log]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// A level or a filter, as `tracing_subscriber`'s `EnvFilter` reads it.
    #[serde(deserialize_with = "values::log_filter")]
    pub level: String,
    /// For people or for machines.
    pub format: LogFormat,
}

values::choice! {
    /// Where content lies.
    ContentBackend {
        /// A local folder.
        Folder = "folder",
        /// An S3-speaking store.
        S3 = "s3",
    }
}

values::choice! {
    /// The case system that is journaled to.
    JournalSystem {
        /// The program's own journal.
        Builtin = "builtin",
    }
}

values::choice! {
    /// Four steps of sensitivity (`spec/esdh.md` §2), named as in rules and journal.
    Sensitivity {
        /// Ikke fortrolige data.
        Open = "open",
        /// Fortrolige personoplysninger.
        Confidential = "confidential",
        /// Følsomme personoplysninger.
        Sensitive = "sensitive",
        /// VIP-sager, særligt beskyttede oplysninger.
        Protected = "protected",
    }
}

values::choice! {
    /// Form of log lines.
    LogFormat {
        /// For people.
        Text = "text",
        /// For log systems.
        Json = "json",
    }
}

/// Where the database is.
#[derive(Clone, Debug)]
pub enum DatabaseLocation {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL address, possibly with a password.
    Postgres(SecretText),
}

impl Database {
    pub(super) fn location(&self, data: &Path) -> Result<DatabaseLocation, SecretError> {
        // A relative path counts from where it is written: the settings are already in place, a file's content is not.
        let (url, base) = match (&self.url, &self.url_file) {
            (Some(url), _) => (url.clone(), Path::new("")),
            (None, Some(file)) => {
                let url =
                    Secret::File(file).read()?.ok_or_else(|| SecretError::Empty { file: file.clone() })?;
                if !values::is_database_url(url.expose()) {
                    return Err(SecretError::NotADatabase { file: file.clone() });
                }
                (url, file.parent().unwrap_or(Path::new("")))
            }
            (None, None) => return Ok(DatabaseLocation::Sqlite(data.join("modtag.db"))),
        };
        Ok(match values::sqlite_file(url.expose()) {
            Some(file) => DatabaseLocation::Sqlite(base.join(file)),
            None => DatabaseLocation::Postgres(url),
        })
    }
}
