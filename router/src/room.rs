//! The post room: everything one authority's mail needs on its way, in one place.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use esdh::CaseSystem;
use rules::Policy;
use tokio::sync::Notify;

use crate::audit::{Actor, Event, EventKind};
use crate::clock::{Clock, Entropy};
use crate::content::ContentStore;
use crate::desk;
use crate::digital_post::DigitalPost;
use crate::inbox;
use crate::notices::Notices;
use crate::organisation::Snapshot;
use crate::oversight::search;
use crate::own_model;
use crate::remembered::Remembered;
use crate::store::Store;
use crate::store::journal::BuiltIn;
use crate::store::message::Lease;
use crate::subject_plan::{Held, SubjectPlan};
use crate::text::Extractor;
use crate::unseen;
use crate::webhook::Webhooks;

/// Postfunktion: the room, its shelves and its clock.
#[doc(alias = "postfunktion")]
pub struct PostRoom {
    /// Rows.
    pub store: Store,
    /// Letters.
    pub content: ContentStore,
    /// Where letters are journaled.
    pub journal: Journal,
    /// Where receipts go; none when Digital Post is not configured.
    pub digital_post: Option<DigitalPost>,
    /// Other systems that may be told of a letter.
    pub webhooks: Webhooks,
    /// How people are told of new mail.
    pub notices: Notices,
    /// What suggests subjects.
    pub suggest: Arc<dyn classifier::Suggest>,
    /// What reads documents.
    pub extractor: Extractor,
    /// What this process remembers of letters in line.
    pub line: desk::Memory,
    /// What it remembers of letters in the lists of case handlers.
    pub titles: Remembered<inbox::Title>,
    /// What it remembers of messages that a records manager found.
    pub placed: Remembered<search::Placed>,
    /// What this process remembers of units and their limits.
    pub unseen: unseen::Memory,
    /// The own model that this process last went by.
    pub own_model: own_model::following::Memory,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Entropy,
    /// Numbers of the operator's choosing.
    pub settings: Settings,
    /// Who claims work: this process, at this start.
    pub owner: String,
    /// Rung when there is new work.
    pub bell: Notify,
    claims: AtomicU64,
    policy: RwLock<Arc<Policy>>,
    organisation: RwLock<Option<Arc<Snapshot>>>,
    subject_plan: RwLock<Held>,
}

/// Where letters are journaled.
#[derive(Clone)]
pub enum Journal {
    /// In the same database: written in the same transaction that marks the effect as done.
    BuiltIn(BuiltIn),
    /// In a system of its own, through the port.
    Outside(Arc<dyn CaseSystem>),
}

impl Journal {
    /// The journal as a case system.
    pub fn port(&self) -> &dyn CaseSystem {
        match self {
            Self::BuiltIn(builtin) => builtin,
            Self::Outside(system) => system.as_ref(),
        }
    }
}

/// Numbers of the operator's choosing; each is documented in `config.default.toml`.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Largest message taken in, in bytes.
    pub max_message: u64,
    /// Messages below this size share an object.
    pub pack_below: u64,
    /// Messages taken in with one transaction.
    pub batch: usize,
    /// How long a batch waits for company.
    pub batch_wait: Duration,
    /// Messages and effects claimed at a time.
    pub work_batch: u32,
    /// Most of a letter's text that is read, in bytes.
    pub max_letter: usize,
    /// Parallel workers.
    pub workers: usize,
    /// How long a claim lasts.
    pub lease: Duration,
    /// When failing effects are tried again, and when a person gets them.
    pub patience: esdh::Patience,
    /// Sensitivity of entries that no rule set one for (R8); none means that a person must set it.
    pub default_sensitivity: Option<esdh::Sensitivity>,
    /// What time does to beliefs and lessons.
    pub unseen: unseen::Settings,
}

/// The parts of a post room.
pub struct Parts {
    /// Rows.
    pub store: Store,
    /// Letters.
    pub content: ContentStore,
    /// Where letters are journaled.
    pub journal: Journal,
    /// Where receipts go.
    pub digital_post: Option<DigitalPost>,
    /// Other systems that may be told of a letter.
    pub webhooks: Webhooks,
    /// How people are told of new mail.
    pub notices: Notices,
    /// What suggests subjects.
    pub suggest: Arc<dyn classifier::Suggest>,
    /// What reads documents.
    pub extractor: Extractor,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Entropy,
    /// Numbers.
    pub settings: Settings,
    /// Rules and maps.
    pub policy: Policy,
}

impl PostRoom {
    /// Opens the room.
    pub fn open(parts: Parts) -> Arc<Self> {
        let owner = parts.entropy.id(parts.clock.now()).to_string();
        Arc::new(Self {
            store: parts.store,
            content: parts.content,
            journal: parts.journal,
            digital_post: parts.digital_post,
            webhooks: parts.webhooks,
            notices: parts.notices,
            suggest: parts.suggest,
            extractor: parts.extractor,
            line: desk::Memory::default(),
            titles: Remembered::default(),
            placed: Remembered::default(),
            unseen: unseen::Memory::default(),
            own_model: own_model::following::Memory::default(),
            clock: parts.clock,
            entropy: parts.entropy,
            settings: parts.settings,
            owner,
            bell: Notify::new(),
            claims: AtomicU64::new(0),
            policy: RwLock::new(Arc::new(parts.policy)),
            organisation: RwLock::new(None),
            subject_plan: RwLock::default(),
        })
    }

    /// The policy in force.
    pub fn policy(&self) -> Arc<Policy> {
        self.policy.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// Goes on with another policy from the next message on.
    pub fn take_up(&self, policy: Policy) {
        *self.policy.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = Arc::new(policy);
    }

    /// The organisation as its source last told it, for who is at work; `None` without a source.
    pub fn organisation(&self) -> Option<Arc<Snapshot>> {
        self.organisation.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// Goes by another telling of the organisation from the next hand-over on.
    pub fn know_organisation(&self, snapshot: Arc<Snapshot>) {
        *self.organisation.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(snapshot);
    }

    /// The subject plan in force; `None` when none was imported, or when it cannot be read.
    pub fn subject_plan(&self) -> Option<Arc<SubjectPlan>> {
        self.held_plan().plan
    }

    /// The edition that was last looked at, and its plan when it could be read.
    pub fn held_plan(&self) -> Held {
        self.subject_plan.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// Goes on with another subject plan from the next batch on.
    pub fn hold_plan(&self, held: Held) {
        *self.subject_plan.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = held;
    }

    /// A claim from now on.
    ///
    /// Each has a name of its own: a claim that ran out and was made anew, be it by this very process, must not be
    /// taken for the old one.
    pub fn lease(&self) -> Lease {
        let number = self.claims.fetch_add(1, Ordering::Relaxed);
        Lease { owner: format!("{}/{number}", self.owner), until: self.lease_end() }
    }

    /// When a claim made or renewed now runs out.
    pub fn lease_end(&self) -> jiff::Timestamp {
        self.clock.now().saturating_add(self.settings.lease).unwrap_or(jiff::Timestamp::MAX)
    }

    /// An event of a person's doing, now.
    pub fn event_by(&self, kind: EventKind, actor: Actor) -> Event {
        Event::new(self.clock.now(), self.store.authority(), kind, actor)
    }

    /// An event of this room's own doing, now.
    pub fn event(&self, kind: EventKind, part: &str) -> Event {
        self.event_by(kind, Actor::system(part))
    }
}

/// Digest of policy files, in the order given: the edition that every decision names.
pub fn edition_of<'a>(files: impl IntoIterator<Item = &'a (String, String)>) -> String {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    for (name, text) in files {
        let name =
            Path::new(name).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        hash.update((name.len() as u64).to_be_bytes());
        hash.update(name.as_bytes());
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    crate::store::message::hex(&hash.finalize()[..8])
}
