//! Setup: from a configuration to an open post room.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rules::{Finding, Policy};

use crate::adviser::Adviser;
use crate::audit::{Actor, EventKind, Signer};
use crate::clock::{Clock, Entropy, SystemClock};
use crate::config::{self, Config, ContentBackend};
use crate::content::{Backend, ContentError, ContentStore, S3, S3Credentials};
use crate::digital_post::DigitalPost;
use crate::editions::{self, Desk};
use crate::keys::{KeyError, KeyFile, Keys};
use crate::notices::Notices;
use crate::organisation;
use crate::own_model;
use crate::room::{Journal, Parts, PostRoom, Settings};
use crate::store::journal::BuiltIn;
use crate::store::{Store, StoreError};
use crate::subject_plan;
use crate::text::Extractor;
use crate::webhook::Target;

/// Why a post room could not be opened. The text is for the operator.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// Something must be put right in configuration or surroundings.
    #[error("{0}")]
    Said(String),
    /// The key file.
    #[error("{}", .0.danish())]
    Keys(#[from] KeyError),
    /// The content store.
    #[error("{}", .0.danish())]
    Content(#[from] ContentError),
    /// The database.
    #[error("{}", .0.danish())]
    Store(#[from] StoreError),
    /// Policy files with faults.
    #[error("{}", list(.0))]
    Policy(Vec<Finding>),
}

fn list(findings: &[Finding]) -> String {
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    format!("Politikfilerne har fejl:\n{}", lines.join("\n"))
}

/// Policy files as they were read: (name, text).
pub type PolicyFiles = Vec<(String, String)>;

/// An open post room and what belongs to its process.
pub struct House {
    /// The room.
    pub room: Arc<PostRoom>,
    /// Signs the audit log.
    pub signer: Arc<Signer>,
    /// The configuration it was opened with.
    pub config: Config,
}

/// What may differ from the machine's own.
pub struct World {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Entropy,
}

impl World {
    /// The machine's clock and randomness.
    pub fn system() -> Self {
        Self { clock: Arc::new(SystemClock), entropy: Entropy::system() }
    }
}

/// Opens the post room of this configuration: keys, database, content store, policy, journal.
pub async fn open(config: Config, world: World) -> Result<House, SetupError> {
    let files = policy_files(&config)?;
    open_with(config, world, files).await
}

/// As [`open`], with policy files already in hand.
pub async fn open_with(config: Config, world: World, files: PolicyFiles) -> Result<House, SetupError> {
    open_furnished(config, world, files, |parts| parts).await
}

/// As [`open_with`], with parts exchanged before the room opens: a case system of the caller's own, other numbers.
pub async fn open_furnished(
    config: Config,
    world: World,
    files: PolicyFiles,
    furnish: impl FnOnce(Parts) -> Parts,
) -> Result<House, SetupError> {
    let cvr = config.authority.cvr.clone().ok_or_else(|| {
        SetupError::Said("authority.cvr er ikke sat. Skriv myndighedens CVR-nummer i konfigurationen.".into())
    })?;
    let World { clock, entropy } = world;
    let now = clock.now();
    make_private_folder(&config.data.folder)?;
    let keys = open_keys(&config, &entropy, now)?;
    let store = open_store(&config, &keys, &cvr).await?;
    store.migrate().await?;
    same_keys(&store, &keys, now).await?;
    store.catch_up_eyes(now).await?;
    let content = ContentStore::open(&backend(&config)?, now).await?;
    let desk = Desk { store: &store, config: &config, clock: clock.as_ref(), entropy: &entropy };
    let policy = desk.at_start(&files).await?;
    let builtin = BuiltIn::new(store.clone(), content.clone(), clock.clone(), entropy.clone());
    let room = PostRoom::open(furnish(Parts {
        store,
        content,
        journal: Journal::BuiltIn(builtin),
        digital_post: DigitalPost::open(&config.digital_post)
            .map_err(|error| SetupError::Said(error.danish()))?,
        webhooks: Target::open_all(&config.webhooks).map_err(|error| SetupError::Said(error.danish()))?,
        notices: Notices::open(&config).map_err(SetupError::Said)?,
        suggest: suggest(&config),
        extractor: Extractor::new(&config.text),
        clock,
        entropy,
        settings: settings(&config),
        policy,
    }));
    subject_plan::follow_once(&room).await?;
    if let Err(error) = own_model::following::follow_once(&room).await {
        // Suggestions come from the shipped model alone; modtag check tells what to do.
        tracing::error!(%error, "own model not taken up");
    }
    protect(&room, &config).await?;
    if let Err(error) = organisation::Follower::of(&config).look(&room).await {
        // Mail goes to whom it is meant for, as without a source; modtag check tells what to do.
        tracing::error!(error = %error, "who is at work is not known");
    }
    let origin = config.audit_origin().unwrap_or_else(|| format!("modtag/{cvr}"));
    let seed = room.store.keys().audit_signer().to_bytes();
    let signer = Signer::new(&origin, &seed).map_err(|_| {
        SetupError::Said(format!("audit.origin \"{origin}\" kan ikke bruges som navn på revisionsloggen."))
    })?;
    Ok(House { room, signer: Arc::new(signer), config })
}

pub(crate) fn make_private_folder(folder: &Path) -> Result<(), SetupError> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| {
        SetupError::Said(format!("Datamappen {} kan ikke oprettes: {error}.", folder.display()))
    })
}

/// Opens the key file; makes one only where no database was ever sealed with another.
pub fn open_keys(config: &Config, entropy: &Entropy, now: jiff::Timestamp) -> Result<Keys, SetupError> {
    let fresh = match config.database() {
        Ok(config::DatabaseLocation::Sqlite(file)) => !file.exists(),
        // What a server holds is seen only once it is open; a wrong new key is then found by its fingerprint.
        _ => true,
    };
    let file = &config.keys.file;
    if !fresh {
        return Ok(KeyFile::open(file)?);
    }
    Ok(KeyFile::open_or_create(file, now, &mut |bytes| entropy.fill(bytes))?)
}

/// Opens the database of this configuration for this authority.
pub async fn open_store(config: &Config, keys: &Keys, cvr: &str) -> Result<Store, SetupError> {
    let place = config.database().map_err(|error| SetupError::Said(error.danish()))?;
    Ok(Store::open(&place, keys.authority(cvr), config.database.max_connections).await?)
}

/// The database of this configuration when it is there already and is this program's. Nothing is made and nothing brought up
/// to date: for commands that work without one, and know more with one.
pub async fn store_at_hand(config: &Config) -> Result<Option<Store>, SetupError> {
    let place = config.database().map_err(|error| SetupError::Said(error.danish()))?;
    let missing = matches!(&place, config::DatabaseLocation::Sqlite(file) if !file.exists());
    let Some(cvr) = config.authority.cvr.as_deref().filter(|_| !missing && config.keys.file.exists()) else {
        return Ok(None);
    };
    let store = open_store(config, &KeyFile::open(&config.keys.file)?, cvr).await?;
    if store.pending_migrations().await? == 0 {
        return Ok(Some(store));
    }
    store.close().await;
    Ok(None)
}

/// A database sealed with other keys must not be written with these: nothing in it could be read again.
async fn same_keys(store: &Store, keys: &Keys, now: jiff::Timestamp) -> Result<(), SetupError> {
    const NAME: &str = "key-fingerprint";
    match store.meta(NAME).await? {
        Some(known) if known == keys.fingerprint() => Ok(()),
        Some(_) => Err(SetupError::Said(
            "Nøglefilen er ikke den, databasen er krypteret med. Find den rigtige nøglefil frem fra sikkerhedskopien, \
             og sæt keys.file. Intet er ændret."
                .into(),
        )),
        None => Ok(store.set_meta(NAME, &keys.fingerprint(), now).await?),
    }
}

/// The database of an installation that has one already; `None` where no start has made it yet.
pub(crate) async fn existing_store(
    config: &Config,
    now: jiff::Timestamp,
) -> Result<Option<Store>, SetupError> {
    let begun = match config.database() {
        Ok(config::DatabaseLocation::Sqlite(file)) => file.exists(),
        _ => true,
    };
    let (true, Some(cvr)) = (begun && config.keys.file.exists(), &config.authority.cvr) else {
        return Ok(None);
    };
    let keys = KeyFile::open(&config.keys.file)?;
    let store = open_store(config, &keys, cvr).await?;
    store.migrate().await?;
    same_keys(&store, &keys, now).await?;
    Ok(Some(store))
}

pub(crate) fn backend(config: &Config) -> Result<Backend, SetupError> {
    let content = &config.content;
    let said = |error: config::SecretError| SetupError::Said(error.danish());
    match content.backend {
        ContentBackend::Folder => Ok(Backend::Folder { path: content.folder.clone() }),
        ContentBackend::S3 => {
            let access = content.access_key_id().read().map_err(said)?;
            let secret = content.secret_access_key().read().map_err(said)?;
            let credentials = access.zip(secret).map(|(access, secret)| S3Credentials {
                access_key: access.expose().to_owned(),
                secret_key: secret.expose().to_owned(),
            });
            Ok(Backend::S3(S3 {
                bucket: content.bucket.clone().unwrap_or_default(),
                endpoint: content.endpoint.clone(),
                region: content.region.clone(),
                allow_http: content.allow_http,
                prefix: content.prefix.clone(),
                credentials,
            }))
        }
    }
}

/// Reads the policy files named in the configuration.
pub fn policy_files(config: &Config) -> Result<PolicyFiles, SetupError> {
    // A sync that was cut off between two files is finished before any of them is read.
    organisation::recover_for(config)
        .map_err(|error| SetupError::Said(format!("Organisationens mappe kan ikke skrives: {error}.")))?;
    config
        .policy
        .files
        .iter()
        .map(|path| {
            let text = std::fs::read_to_string(path).map_err(|error| {
                SetupError::Said(format!("Politikfilen {} kan ikke læses: {error}.", path.display()))
            })?;
            Ok((path.display().to_string(), text))
        })
        .collect()
}

/// Makes a policy of files.
pub fn load_policy(config: &Config, files: &PolicyFiles) -> Result<Policy, SetupError> {
    editions::load(config, &editions::complete(config, files))
}

/// What suggests subjects: the shipped model with its index in the data folder, or nobody.
fn suggest(config: &Config) -> Arc<dyn classifier::Suggest> {
    if config.classifier.enabled {
        Arc::new(Adviser::at(config.data.folder.join("index")))
    } else {
        Arc::new(classifier::NoModel)
    }
}

fn settings(config: &Config) -> Settings {
    let default = match config.journal.default_sensitivity {
        config::Sensitivity::Open => esdh::Sensitivity::Open,
        config::Sensitivity::Confidential => esdh::Sensitivity::Confidential,
        config::Sensitivity::Sensitive => esdh::Sensitivity::Sensitive,
        config::Sensitivity::Protected => esdh::Sensitivity::Protected,
    };
    Settings {
        max_message: config.intake.max_message_bytes,
        pack_below: config.content.pack_below_bytes,
        batch: config.intake.batch_messages.max(1) as usize,
        batch_wait: config.intake.batch_wait,
        work_batch: config.work.batch.max(1),
        max_letter: usize::try_from(config.text.max_letter_bytes).unwrap_or(usize::MAX),
        workers: config.work.workers.max(1) as usize,
        lease: config.work.lease.max(Duration::from_secs(1)),
        patience: esdh::Patience {
            first: config.effects.first_retry,
            longest: config.effects.longest_retry,
            attempts: config.effects.give_up_after,
            ..esdh::Patience::default()
        },
        default_sensitivity: Some(default),
        unseen: config.classifier.settings(),
    }
}

async fn protect(room: &PostRoom, config: &Config) -> Result<(), SetupError> {
    let Some(file) = &config.policy.protected_persons_file else { return Ok(()) };
    let text = std::fs::read_to_string(file).map_err(|error| {
        SetupError::Said(format!(
            "Listen over beskyttede personer {} kan ikke læses: {error}.",
            file.display()
        ))
    })?;
    let numbers = protected_numbers(&text);
    room.store.protect(&numbers, room.clock.now()).await?;
    Ok(())
}

/// The numbers of a list with one a line; blank lines and lines that begin with `#` are passed over.
pub fn protected_numbers(text: &str) -> Vec<String> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.chars().filter(char::is_ascii_digit).collect())
        .filter(|digits: &String| digits.len() == 10 || digits.len() == 8)
        .collect()
}

impl House {
    /// Tells the audit log that this process started, or stops, or did something by an operator's hand.
    pub async fn note(&self, kind: EventKind, actor: Actor) -> Result<(), StoreError> {
        let now = self.room.clock.now();
        let mut tx = self.room.store.begin().await?;
        tx.tell(self.room.event_by(kind, actor).with("version", env!("CARGO_PKG_VERSION")));
        tx.commit(now).await
    }

    /// Signs the audit log as it stands.
    pub async fn sign(&self) -> Result<(), StoreError> {
        self.room.store.sign_log(&self.signer, self.room.clock.now()).await?;
        Ok(())
    }
}
