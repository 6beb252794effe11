//! What is tried: somebody's draft or an edition, looked at first; and why nothing was tried.

use std::sync::Arc;

use rules::Policy;

use crate::drafting::{DraftError, Drafter, without_configuration};
use crate::editions::EditionError;
use crate::room::PostRoom;
use crate::rule_check::{Looked, look};
use crate::setup::PolicyFiles;
use crate::store::StoreError;

/// What is tried.
pub struct Tried {
    /// Its number; `None` for the person's own draft.
    pub edition: Option<i64>,
    /// Its texts.
    pub files: PolicyFiles,
    /// What was found of them.
    pub looked: Looked,
}

/// Why nothing was tried.
#[derive(Debug, thiserror::Error)]
pub enum NotTried {
    /// There is no edition of that number.
    #[error("Der er ingen udgave med det nummer.")]
    NoSuchEdition,
    /// What is to be tried cannot be read as rules.
    #[error("Der er fejl i {0}. Ret dem først; intet er prøvet.")]
    Faulty(String),
    /// There is no such message.
    #[error("Der er ingen meddelelse med det id.")]
    NoMessage,
    /// Nothing was ever decided about it.
    #[error("Meddelelsen er ikke afgjort endnu, eller den kunne ikke læses. Der er intet at prøve på.")]
    Undecided,
    /// There is no such example.
    #[error("Skriv et id, vælg et eksempel, eller skriv et brev selv.")]
    NoSample,
    /// A sketched message cannot be read.
    #[error("{0} kan ikke læses som et eksempel. Se nøglerne i LANGUAGE.md.")]
    Unread(&'static str),
    /// Not so many days.
    #[error("Skriv et antal dage mellem 1 og {max}.", max = super::MOST_DAYS)]
    Days,
    /// More mail than is counted at a time.
    #[error(
        "På {days} dage er der kommet {messages} meddelelser. Her tælles højst {most} ad gangen: vælg færre dage, eller brug modtag rules replay på serveren."
    )]
    TooMany {
        /// The days asked for.
        days: i64,
        /// The messages that came.
        messages: u64,
        /// The most.
        most: u64,
    },
    /// Somebody else counts.
    #[error("En anden optælling af post er i gang. Prøv igen om lidt.")]
    Busy,
    /// A draft could not be had.
    #[error("{0}")]
    Draft(DraftError),
    /// The database.
    #[error("{}", .0.danish())]
    Store(#[from] StoreError),
}

impl From<DraftError> for NotTried {
    fn from(error: DraftError) -> Self {
        match error {
            DraftError::Store(error) => Self::Store(error),
            other => Self::Draft(other),
        }
    }
}

impl From<EditionError> for NotTried {
    fn from(error: EditionError) -> Self {
        DraftError::from(error).into()
    }
}

impl Tried {
    /// What to call it.
    pub fn name(&self) -> String {
        self.edition.map_or_else(|| "din kladde".into(), |number| format!("udgave {number}"))
    }

    /// The policy, when it has no fault.
    pub fn policy(&self) -> Result<Arc<Policy>, NotTried> {
        self.looked.policy.clone().ok_or_else(|| NotTried::Faulty(self.name()))
    }
}

/// The edition of this number, or without one the drafter's own draft; `None` when they have none.
pub async fn tried(
    room: &PostRoom,
    drafter: &Drafter<'_>,
    edition: Option<i64>,
) -> Result<Option<Tried>, NotTried> {
    let files = match edition {
        Some(number) => {
            let row = room.store.edition(number).await?.ok_or(NotTried::NoSuchEdition)?;
            without_configuration(drafter.desk.files(&row).await?)
        }
        None => match drafter.draft().await? {
            Some(draft) => draft.files,
            None => return Ok(None),
        },
    };
    let looked = look(room, drafter.desk.config, files.clone()).await;
    Ok(Some(Tried { edition, files, looked }))
}
