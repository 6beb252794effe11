//! Inbox (*min post*): what lies with a case handler and their units, and what they do with it.
//!
//! Whoever may see a letter is said by its open [hand-over](crate::store::hand_over) alone: it lies with them, or with a unit
//! that they belong to. When it ends, so does their access, in the same transaction.
//!
//! **Deliberately absent:** reasons for opening. The letter is the unit's own; that somebody saw it is told to the audit log.

mod filing;
mod forward;
mod letter;
mod list;
mod send_back;

pub use filing::{Filing, NOT_JOURNALED, Offered, file};
pub use forward::forward;
pub use letter::{Letter, Seen, document, letter, open};
pub use list::{Lying, Page, Title, page};
pub use send_back::{RETURNS, return_danish, send_back};

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::audit::{Actor, EventKind};
use crate::journey::AnswerError;
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::hand_over::HandOverRow;
use crate::store::inbox::Whose;
use crate::store::message::MessageRow;

/// Role word of whoever works here, as it stands in the audit log.
pub const ROLE: &str = "case-handler";

/// Somebody with an inbox.
#[derive(Clone, Debug)]
pub struct Reader {
    /// User id.
    pub person: String,
    units: BTreeSet<String>,
}

impl Reader {
    /// Somebody who belongs to these units. What lies with a closed unit is its heir's.
    pub fn of(room: &PostRoom, person: &str, units: &BTreeSet<String>) -> Self {
        let policy = room.policy();
        let inherited = policy.units().filter(|unit| {
            unit.closed && policy.open_unit(&unit.id).is_some_and(|heir| units.contains(&heir.id))
        });
        let units = inherited.map(|unit| unit.id.clone()).chain(units.iter().cloned()).collect();
        Self { person: person.to_owned(), units }
    }

    /// Units whose mail they see, by id: their own, and closed ones that theirs took over.
    pub fn units(&self) -> &BTreeSet<String> {
        &self.units
    }

    fn whose(&self) -> Whose<'_> {
        Whose { person: &self.person, units: &self.units }
    }

    fn may_see(&self, row: &HandOverRow) -> bool {
        row.person.as_deref() == Some(&self.person) || self.units.contains(&row.unit)
    }

    fn actor(&self) -> Actor {
        Actor::person(&self.person, ROLE)
    }
}

/// Why something was not done with a letter.
#[derive(Debug, thiserror::Error)]
pub enum InboxError {
    /// There is no such letter, or it does not lie with them: the two look the same.
    #[error("no such letter lies with them")]
    NotTheirs,
    /// Somebody else did something with it at the same moment.
    #[error("the letter moved meanwhile")]
    Moved,
    /// It has not been opened.
    #[error("the letter has not been opened")]
    NotOpened,
    /// It is journaled, or it was decided that it is not.
    #[error("the letter is filed already")]
    FiledAlready,
    /// The journal has no such case.
    #[error("no such case")]
    NoSuchCase(String),
    /// The case is closed.
    #[error("the case is closed")]
    ClosedCase(String),
    /// No reason from the list was given.
    #[error("no reason given")]
    NoReason,
    /// It lies there already.
    #[error("the letter lies there already")]
    LiesThere,
    /// The person does not work in the unit.
    #[error("the person does not work in the unit")]
    NotInUnit,
    /// The unit cannot get it.
    #[error("{}", .0.danish())]
    Receiver(AnswerError),
    /// A document could not be had.
    #[error("the letter cannot be read now")]
    Unreadable,
    /// The store did not answer.
    #[error("store did not answer")]
    Store(#[from] StoreError),
}

impl InboxError {
    /// What the person reads.
    pub fn danish(&self) -> String {
        match self {
            Self::NotTheirs => "Brevet ligger ikke hos dig eller din enhed.".into(),
            Self::Moved => {
                "Der skete noget andet med brevet i samme øjeblik. Intet er ændret; hent siden igen.".into()
            }
            Self::NotOpened => "Åbn brevet først.".into(),
            Self::FiledAlready => "Det er allerede afgjort, om og hvor brevet journaliseres.".into(),
            Self::NoSuchCase(number) => {
                format!("Der er ingen sag med nummeret \"{number}\". Se efter, og prøv igen.")
            }
            Self::ClosedCase(number) => {
                format!("Sagen {number} er lukket. Vælg en åben sag, eller genåbn den først.")
            }
            Self::NoReason => "Vælg en begrundelse på listen.".into(),
            Self::LiesThere => "Brevet ligger der allerede. Vælg en anden enhed eller medarbejder.".into(),
            Self::NotInUnit => "Medarbejderen hører ikke til den enhed. Søg efter medarbejderen igen.".into(),
            Self::Receiver(error) => error.danish(),
            Self::Unreadable => "Brevets dokumenter kan ikke hentes lige nu. Prøv igen om lidt.".into(),
            Self::Store(error) => error.danish(),
        }
    }
}

/// A message and its open hand-over, when this person may see it.
async fn theirs(
    room: &PostRoom,
    reader: &Reader,
    id: &Uuid,
) -> Result<(MessageRow, HandOverRow), InboxError> {
    let row = room.store.message(id).await?.ok_or(InboxError::NotTheirs)?;
    let hand_over = room.store.open_hand_over(&row.id).await?.filter(|hand_over| reader.may_see(hand_over));
    Ok((row, hand_over.ok_or(InboxError::NotTheirs)?))
}

/// Notes that somebody is done with a letter.
pub async fn done(room: &PostRoom, reader: &Reader, id: &Uuid) -> Result<(), InboxError> {
    let (row, hand_over) = theirs(room, reader, id).await?;
    if hand_over.opened_at().is_none() {
        return Err(InboxError::NotOpened);
    }
    set_done(room, reader, &row, &hand_over, Some(&reader.person), EventKind::Handled).await
}

/// Takes a letter up again that somebody was done with.
pub async fn take_up(room: &PostRoom, reader: &Reader, id: &Uuid) -> Result<(), InboxError> {
    let (row, hand_over) = theirs(room, reader, id).await?;
    set_done(room, reader, &row, &hand_over, None, EventKind::TakenUpAgain).await
}

async fn set_done(
    room: &PostRoom,
    reader: &Reader,
    row: &MessageRow,
    hand_over: &HandOverRow,
    by: Option<&str>,
    kind: EventKind,
) -> Result<(), InboxError> {
    let now = room.clock.now();
    let mut tx = room.store.begin().await?;
    // Said twice, it is so already: nothing to tell.
    if tx.set_done(hand_over, by, now).await? {
        tx.tell(room.event_by(kind, reader.actor()).about(row.uuid()?).with("unit", &hand_over.unit));
    }
    Ok(tx.commit(now).await?)
}
