//! The audit trail (*revisionssporet*): what happened, when, to which message, by whom, and proof that nobody edited it since.
//!
//! An *event* is one line of the trail. Its canonical bytes are the leaf of an RFC 6962 Merkle log, one log per authority. A
//! *checkpoint* is a signed note about the log's size and root hash; once it has left the house, nothing before it can be changed
//! without the change being found, and [`verify()`] says which event it was.
//!
//! Beside each event the store keeps its leaf hash and a blob of *nodes*. These are no proof by themselves (who can edit a row can edit
//! them too); they are there to tell which of a million events was touched when a checkpoint says that one was.
//!
//! **Deliberately absent:** SQL (the store's), clocks and randomness (handed in), and personal data: every free text passes [`privacy`].

pub mod event;
pub mod kind;
pub mod privacy;

pub mod merkle;
pub mod proof;
pub mod stored;

pub mod checkpoint;
pub mod note;

pub mod export;
pub mod locate;
pub mod report;
pub mod verify;

mod canonical;
mod hypotheses;
mod suspect;
#[cfg(test)]
mod tamper_tests;

pub use canonical::NotCanonical;
pub use checkpoint::Checkpoint;
pub use event::{Actor, Event};
pub use export::{ExportError, Header};
pub use kind::EventKind;
pub use merkle::{Frontier, Hash, leaf_hash};
pub use note::{BadKey, BadNote, Signer, VerifierKey};
pub use report::Report;
pub use stored::{StoredCheckpoint, StoredEvent};
pub use verify::{Options, Verifier, verify, verify_log};
