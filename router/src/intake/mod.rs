//! Intake: how mail gets in.
//!
//! A channel hands us bytes and wants to know one thing: *do you have it?* We say yes only when the bytes are in
//! the content store and their row is committed, so a crash at any moment leaves the message with the sender or
//! with us, never nowhere.
//!
//! **Deliberately absent:** deciding. Unreadable mail is still mail.

mod arrival;
mod committer;
mod spool;
mod text;

pub mod files;
pub mod folder;
pub mod push;

pub use arrival::{Arrival, Channel, Read, Reading, read_bytes};
pub use committer::{Intake, Taken};

use crate::content::ContentError;
use crate::store::StoreError;

/// Why a message was not taken in. Whoever sent it still has it.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// Larger than allowed.
    #[error("message is larger than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: u64,
    },
    /// Nothing in it.
    #[error("message is empty")]
    Empty,
    /// The content store could not keep it.
    #[error("content not stored")]
    Content(#[source] std::sync::Arc<ContentError>),
    /// The database could not keep it.
    #[error("row not stored")]
    Store(#[from] std::sync::Arc<StoreError>),
    /// The program is stopping.
    #[error("stopping")]
    Stopping,
    /// The source could not be read to its end.
    #[error("source not readable")]
    Source(#[source] std::io::Error),
}

impl From<ContentError> for IntakeError {
    fn from(error: ContentError) -> Self {
        Self::Content(std::sync::Arc::new(error))
    }
}

impl IntakeError {
    /// What the operator reads.
    pub fn danish(&self) -> String {
        match self {
            Self::TooLarge { limit } => {
                format!("Meddelelsen er større end de {limit} byte, der tages imod. Den er ikke gemt.")
            }
            Self::Empty => "Filen er tom. Der er ikke taget imod noget.".into(),
            Self::Content(error) => {
                format!("Indholdet kunne ikke gemmes: {} Der er ikke kvitteret.", error.danish())
            }
            Self::Store(error) => {
                format!("Rækken kunne ikke gemmes: {} Der er ikke kvitteret.", error.danish())
            }
            Self::Stopping => "Programmet er ved at lukke. Der er ikke kvitteret; send igen.".into(),
            Self::Source(_) => "Kilden kunne ikke læses til ende. Der er ikke kvitteret; send igen.".into(),
        }
    }

    /// Will the same bytes be welcome later?
    pub fn is_transient(&self) -> bool {
        !matches!(self, Self::TooLarge { .. } | Self::Empty)
    }
}
