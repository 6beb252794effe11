//! The port: what the router asks of any case system.
//!
//! Shaped by what real systems do to their callers (`spec/esdh.md` §3): writes come in two steps or more,
//! a time-out may have succeeded, errors arrive as successes, and searching right after creating may find nothing.

use async_trait::async_trait;
use jiff::{Timestamp, civil::Date};

use crate::{Case, CaseDraft, CaseNumber, EntryDraft, EntryId, JournalEntry, PartyId, Precision};

/// An authority's case system (ESDH).
#[doc(alias = "esdh")]
#[async_trait]
pub trait CaseSystem: Send + Sync {
    /// Short stable name for logs and trace, such as `builtin`.
    fn name(&self) -> &str;

    /// What the system can do by itself.
    fn capabilities(&self) -> Capabilities;

    /// How finely the system keeps the received time. Only a system without a time of day answers otherwise.
    fn precision(&self) -> Precision {
        Precision::Second
    }

    /// Does the system answer? Asked before a batch is started and by `modtag check`.
    async fn health(&self) -> Result<(), Fault>;

    /// The case with this number. Not found is `None`.
    async fn case(&self, number: &CaseNumber) -> Result<Option<Case>, Fault>;

    /// Open cases with this party.
    async fn open_cases_of(&self, party: &PartyId) -> Result<Vec<Case>, Fault>;

    /// Makes a case, once per `draft.key`, however often it is asked with the same `steps`.
    ///
    /// After [`Fault::Unknown`] it is asked again; when it cannot tell whether the case was made, a person must look.
    async fn create_case(&self, draft: &CaseDraft, steps: &dyn Steps) -> Result<CaseNumber, Fault>;

    /// Opens a closed case again, with a reason.
    async fn reopen(&self, number: &CaseNumber, reason: &str) -> Result<(), Fault>;

    /// Writes one journal entry with its documents, once per `draft.key`, however often it is asked.
    ///
    /// The token of each finished step goes to `steps` before the next step begins, and steps already there are
    /// not done again. Returns only what was read back and found to agree with the draft.
    async fn journal(
        &self,
        draft: &EntryDraft,
        contents: &dyn Contents,
        steps: &dyn Steps,
    ) -> Result<JournalEntry, Fault>;

    /// The entry written for this key, looked up in the system itself. `None` when there is none.
    ///
    /// Finds also an entry that is not finished, so that it is not made again. A system that cannot look up by key
    /// (see [`Capabilities`]) refuses.
    async fn entry(&self, key: &EntryId) -> Result<Option<JournalEntry>, Fault>;
}

/// What a case system can do by itself; the router makes up for the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// The system refuses a second entry with the same key.
    pub native_idempotency: bool,
    /// The system can look an entry up by our key.
    pub find_by_key: bool,
    /// Cases can be created.
    pub creates_cases: bool,
    /// Closed cases can be opened again.
    pub reopens_cases: bool,
    /// Largest document in bytes.
    pub max_document: Option<u64>,
}

/// What went wrong, said as what to do next. Reasons are Danish, since a person may come to read them.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The system is unwell; nothing was written. Try again, not before the time given if any.
    #[error("case system unavailable: {reason}")]
    Later {
        /// Why, without personal data.
        reason: String,
        /// Not before this long.
        after: Option<std::time::Duration>,
    },
    /// The write may or may not have happened: look it up before trying again.
    #[error("outcome unknown: {reason}")]
    Unknown {
        /// Why, without personal data.
        reason: String,
    },
    /// The system refuses, and will refuse again.
    #[error("refused: {reason}")]
    Refused {
        /// Why, without personal data.
        reason: String,
    },
    /// A person must look (the case is closed or locked, what was read back differs from what was written).
    #[error("a person must look: {reason}")]
    Person {
        /// Why, without personal data.
        reason: String,
    },
}

impl Fault {
    /// The same fault of a step that can be repeated without harm (an upload, a finalising, a read): an unknown
    /// outcome is then only a reason to try again later.
    pub fn harmless(self) -> Self {
        match self {
            Fault::Unknown { reason } => Fault::Later { reason, after: None },
            other => other,
        }
    }
}

/// Durable memory of the steps of one write. A token recorded is there after a crash.
#[async_trait]
pub trait Steps: Send + Sync {
    /// The token of a finished step.
    async fn token(&self, step: &str) -> Result<Option<String>, Fault>;
    /// Stores the token of a finished step durably. Recorded again, a step has the newer token.
    async fn record(&self, step: &str, token: &str) -> Result<(), Fault>;
}

/// The contents of a draft's documents, opened one at a time.
#[async_trait]
pub trait Contents: Send + Sync {
    /// The bytes of the content with this number, as a stream in constant memory.
    async fn open(&self, content: u32) -> Result<ContentStream, Fault>;
}

/// Bytes of one document.
pub type ContentStream = std::pin::Pin<Box<dyn futures::Stream<Item = std::io::Result<bytes::Bytes>> + Send>>;

/// When something was received and dated: set explicitly in every call and read back (`spec/journaling-law.md` §7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dates {
    /// When the message became available to the authority (received date).
    pub received: Timestamp,
    /// Date of the letter, when known.
    pub letter: Option<Date>,
}

#[async_trait]
impl<S: CaseSystem + ?Sized> CaseSystem for std::sync::Arc<S> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn capabilities(&self) -> Capabilities {
        (**self).capabilities()
    }

    fn precision(&self) -> Precision {
        (**self).precision()
    }

    async fn health(&self) -> Result<(), Fault> {
        (**self).health().await
    }

    async fn case(&self, number: &CaseNumber) -> Result<Option<Case>, Fault> {
        (**self).case(number).await
    }

    async fn open_cases_of(&self, party: &PartyId) -> Result<Vec<Case>, Fault> {
        (**self).open_cases_of(party).await
    }

    async fn create_case(&self, draft: &CaseDraft, steps: &dyn Steps) -> Result<CaseNumber, Fault> {
        (**self).create_case(draft, steps).await
    }

    async fn reopen(&self, number: &CaseNumber, reason: &str) -> Result<(), Fault> {
        (**self).reopen(number, reason).await
    }

    async fn journal(
        &self,
        draft: &EntryDraft,
        contents: &dyn Contents,
        steps: &dyn Steps,
    ) -> Result<JournalEntry, Fault> {
        (**self).journal(draft, contents, steps).await
    }

    async fn entry(&self, key: &EntryId) -> Result<Option<JournalEntry>, Fault> {
        (**self).entry(key).await
    }
}

#[async_trait]
impl<S: Steps + ?Sized> Steps for std::sync::Arc<S> {
    async fn token(&self, step: &str) -> Result<Option<String>, Fault> {
        (**self).token(step).await
    }

    async fn record(&self, step: &str, token: &str) -> Result<(), Fault> {
        (**self).record(step, token).await
    }
}
