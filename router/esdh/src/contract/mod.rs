//! What every adapter must pass before it gets anyone's mail.
//!
//! [`holds`] runs all clauses against a system and tells of the first that is broken. An adapter's own test makes
//! the system (or a simulator of it), a [`ContractWorld`] that can look behind the adapter, and calls it. Clauses
//! write entries: run them against test installations only.

mod cases;
mod dates;
mod entries;
mod interrupted;
mod large;
mod samples;
mod steps;

use std::time::Duration;

use async_trait::async_trait;

pub use samples::{sample, sample_case, sample_contents};
pub use steps::remembers;

use crate::{
    CaseDraft, CaseNumber, CaseSystem, ContentStream, DocumentKind, EntryDraft, EntryId, Fault, JournalEntry,
    PartyId, Sensitivity, Sleeper,
};

/// The world behind an adapter: what is there before the contract, and what is there after.
#[async_trait]
pub trait ContractWorld: Send + Sync {
    /// Makes the keys of this run different from those of earlier runs against the same system.
    fn run(&self) -> String;
    /// An open case and a party of it.
    fn open_case(&self) -> (CaseNumber, PartyId);
    /// A closed case. The last clause opens it again, if the system can.
    fn closed_case(&self) -> CaseNumber;
    /// A number of the system's form that no case has.
    fn unknown_case(&self) -> CaseNumber;
    /// A party of no case.
    fn stranger(&self) -> PartyId;
    /// A case the system would make, with this key.
    fn case_draft(&self, key: EntryId) -> CaseDraft;
    /// Number of entries with this key, finished or not, counted in the system itself.
    async fn entries(&self, key: &EntryId) -> usize;
    /// Number of cases made for this key, counted in the system itself.
    async fn cases(&self, key: &EntryId) -> usize;
    /// The entry as the system keeps it.
    async fn kept(&self, entry: &JournalEntry) -> Option<Kept>;
    /// The bytes of one file of one document of the entry.
    async fn bytes(&self, entry: &JournalEntry, document: usize, file: usize) -> Option<ContentStream>;
    /// Uploads that belong to no entry; `None` when the system cannot tell.
    async fn orphans(&self) -> Option<usize>;
    /// Waits, for systems that need it.
    async fn pause(&self, _time: Duration) {}
}

/// An entry as the system keeps it.
pub struct Kept {
    /// Sensitivity.
    pub sensitivity: Sensitivity,
    /// On the public post list?
    pub on_post_list: bool,
    /// Message UUID, if the system has a place for it.
    pub message_uuid: Option<String>,
    /// Documents in order.
    pub documents: Vec<KeptDocument>,
}

/// A document as the system keeps it.
pub struct KeptDocument {
    /// Kind, if the system tells documents apart.
    pub kind: Option<DocumentKind>,
    /// Place of its parent.
    pub parent: Option<usize>,
    /// Original name and format of each file.
    pub files: Vec<(String, String)>,
}

/// A clause that does not hold.
#[derive(Debug, thiserror::Error)]
#[error("contract broken: {clause}: {what}")]
pub struct Breach {
    /// The clause.
    pub clause: &'static str,
    /// What happened instead.
    pub what: String,
}

/// Runs every clause. The system and the world must be fresh or tell runs apart by [`ContractWorld::run`].
pub async fn holds(system: &dyn CaseSystem, world: &dyn ContractWorld) -> Result<(), Breach> {
    let bench = Bench { system, world };
    let clause = |clause: &'static str| move |broken: Broken| Breach { clause, what: broken.0 };
    cases::found(&bench).await.map_err(clause("a case is found by its number, or is not there"))?;
    cases::of_party(&bench).await.map_err(clause("open cases are found by their party"))?;
    entries::once(&bench).await.map_err(clause("journaling writes once and reads back"))?;
    entries::again(&bench).await.map_err(clause("the same key again is the same entry"))?;
    entries::forgotten(&bench).await.map_err(clause("the same key with lost steps is the same entry"))?;
    entries::together(&bench).await.map_err(clause("two calls at once with one key make one entry"))?;
    entries::whole(&bench).await.map_err(clause("hierarchy, names, formats and bytes survive"))?;
    entries::sensitivity(&bench)
        .await
        .map_err(clause("sensitivity is always set, never lower than asked"))?;
    entries::refused(&bench)
        .await
        .map_err(clause("what cannot be journaled is refused and leaves nothing"))?;
    dates::survive(&bench).await.map_err(clause("received and letter dates survive"))?;
    interrupted::by_crash(&bench)
        .await
        .map_err(clause("interrupted after any step, it ends with one entry"))?;
    interrupted::by_lost_token(&bench).await.map_err(clause("a lost token makes no second entry"))?;
    interrupted::by_dropping(&bench).await.map_err(clause("a write dropped midway ends with one entry"))?;
    large::streams(&bench).await.map_err(clause("a large document is streamed"))?;
    cases::made_once(&bench).await.map_err(clause("a case is made once per key"))?;
    cases::reopened(&bench).await.map_err(clause("a closed case is opened again, or that is refused"))
}

/// Why a clause does not hold.
struct Broken(String);

impl From<Fault> for Broken {
    fn from(fault: Fault) -> Self {
        Broken(format!("unexpected fault: {fault}"))
    }
}

type Held = Result<(), Broken>;

/// A clause's single demand.
fn must(holds: bool, else_what: impl Into<String>) -> Held {
    if holds { Ok(()) } else { Err(Broken(else_what.into())) }
}

/// System and world side by side.
struct Bench<'a> {
    system: &'a dyn CaseSystem,
    world: &'a dyn ContractWorld,
}

impl Bench<'_> {
    fn key(&self, clause: &str) -> EntryId {
        EntryId(format!("{}-{clause}", self.world.run()))
    }

    /// The sample draft on the open case, sent by its party.
    fn draft(&self, clause: &str) -> EntryDraft {
        let (case, party) = self.world.open_case();
        let mut draft = sample(&self.key(clause).0, &case.0);
        draft.sender.id = party;
        draft
    }

    /// Can a step in doubt be settled without a person?
    fn can_tell(&self) -> bool {
        let capabilities = self.system.capabilities();
        capabilities.native_idempotency || capabilities.find_by_key
    }

    async fn one_entry(&self, key: &EntryId) -> Held {
        let count = self.world.entries(key).await;
        must(count == 1, format!("{count} entries for one key"))
    }
}

#[async_trait]
impl Sleeper for Bench<'_> {
    async fn sleep(&self, time: Duration) {
        self.world.pause(time).await;
    }
}
