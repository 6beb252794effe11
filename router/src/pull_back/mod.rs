//! Pull-back (*tilbagekaldelse*): a letter that was misrouted is taken from whoever has it, as one act.
//!
//! One transaction ends the access, puts the letter back in line, marks the journal entry when it is misfiled, and tells the
//! log. Afterwards the log and the hand-overs say who could see the letter, who did and for how long: the
//! [draft](draft) of the breach assessment (GDPR articles 33 and 34) is made of that, anew each time it is asked for.
//!
//! **Deliberately absent:** the assessment itself. How great the risk is, and whether the persons concerned are told, is for a
//! person to judge and to sign.

mod draft;
mod exposure;
mod kinds;

pub use draft::draft;
pub use exposure::{Exposure, Incident, Period, SentOn, Viewer, exposure};

use jiff::Timestamp;
use uuid::Uuid;

use crate::audit::{Actor, EventKind};
use crate::desk::masked_label;
use crate::journey::{Back, InHand, take_back};
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::hand_over::HandOverRow;
use crate::unseen::settling::Settlement;

/// Why a letter is pulled back: code in the form, what the person picks, and whether it says that the unit was the wrong one.
pub const REASONS: [(&str, &str, bool); 5] = [
    ("wrong-unit", "Brevet gik til en forkert enhed", true),
    ("wrong-person", "Brevet gik til en forkert medarbejder", false),
    ("wrong-case", "Brevet blev journaliseret på en forkert sag", false),
    ("protected", "Flere, end der må, kunne se beskyttede eller følsomme oplysninger", true),
    ("not-authority", "Brevet er ikke til myndigheden", true),
];

/// Letters in the list of those that were handed over lately.
const SHOWN: u32 = 50;

/// Who pulls back, and in which role.
pub struct By<'a> {
    /// User id.
    pub person: &'a str,
    /// Role word, as it stands in the audit log.
    pub role: &'static str,
}

/// Why a letter was not pulled back.
#[derive(Debug, thiserror::Error)]
pub enum PullBackError {
    /// No such message, or nobody ever had it.
    #[error("no such message was handed over")]
    NotFound,
    /// Nobody has it now.
    #[error("nobody has the message now")]
    NobodyHasIt,
    /// No reason from the list was given.
    #[error("no reason given")]
    NoReason,
    /// Another step has the message at this moment.
    #[error("the message moved meanwhile")]
    Moved,
    /// The store did not answer.
    #[error("store did not answer")]
    Store(#[from] StoreError),
}

impl PullBackError {
    /// What the person reads.
    pub fn danish(&self) -> String {
        match self {
            Self::NotFound => "Der er ikke fordelt noget brev med det id.".into(),
            Self::NobodyHasIt => "Ingen har brevet nu, så der er intet at trække tilbage.".into(),
            Self::NoReason => "Vælg, hvorfor brevet trækkes tilbage.".into(),
            Self::Moved => {
                "Der skete noget andet med brevet i samme øjeblik. Intet er ændret; prøv igen.".into()
            }
            Self::Store(error) => error.danish(),
        }
    }
}

/// A letter that could be pulled back. Holds nothing that a mask would have hidden.
pub struct Handed {
    /// Our id of it.
    pub id: String,
    /// The title, masked.
    pub label: String,
    /// The name of the unit that has it.
    pub unit: String,
    /// The person who has it, by id.
    pub person: Option<String>,
    /// Since when.
    pub handed_at: Timestamp,
    /// Has anybody opened it?
    pub opened: bool,
}

/// The letters that were handed over last and still lie there.
pub async fn lately_handed(room: &PostRoom) -> Result<Vec<Handed>, StoreError> {
    let rows = room.store.lately_handed(SHOWN).await?;
    let mut handed = Vec::with_capacity(rows.len());
    for row in rows {
        let id = Uuid::parse_str(&row.message).map_err(|_| StoreError::Damaged("message id"))?;
        handed.extend(handed_of(room, &id, row).await?);
    }
    Ok(handed)
}

/// A letter as it lies with somebody now; `None` when it lies with nobody.
pub async fn handed(room: &PostRoom, id: &Uuid) -> Result<Option<Handed>, StoreError> {
    let Some(row) = room.store.message(id).await? else { return Ok(None) };
    match room.store.open_hand_over(&row.id).await? {
        Some(hand_over) => handed_of(room, &row.uuid()?, hand_over).await,
        None => Ok(None),
    }
}

async fn handed_of(room: &PostRoom, id: &Uuid, row: HandOverRow) -> Result<Option<Handed>, StoreError> {
    let Some(message) = room.store.message(id).await? else { return Ok(None) };
    let policy = room.policy();
    Ok(Some(Handed {
        id: message.id.clone(),
        label: masked_label(&InHand::open(room, &message)?.reading.message),
        unit: policy.unit(&row.unit).map_or_else(|| row.unit.clone(), |unit| unit.name.clone()),
        handed_at: row.handed_at(),
        opened: row.opened_at().is_some(),
        person: row.person,
    }))
}

/// Takes a letter from whoever has it. With `misfiled` its entry in the built-in journal is marked as well.
pub async fn pull_back(
    room: &PostRoom,
    by: By<'_>,
    id: &Uuid,
    reason: &str,
    misfiled: bool,
) -> Result<(), PullBackError> {
    let picked = REASONS.iter().find(|(code, _, _)| *code == reason).ok_or(PullBackError::NoReason)?;
    let (_, danish, wrong_unit) = *picked;
    let row = room.store.message(id).await?.ok_or(PullBackError::NotFound)?;
    let from = room.store.open_hand_over(&row.id).await?.ok_or(PullBackError::NobodyHasIt)?;
    let (id, now, policy) = (row.uuid()?, room.clock.now(), room.policy());
    let settlement =
        if wrong_unit { Settlement::returned(room, &policy, id, &from.unit).await? } else { None };
    let key = row.key(&room.store)?;
    let sealed = key.seal("correction", danish.as_bytes(), &mut |bytes| room.entropy.fill(bytes));

    let mut tx = room.store.begin().await?;
    let Some(taken) = take_back(room, &mut tx, &row, &from, Back::Pulled, settlement).await? else {
        return Err(PullBackError::Moved);
    };
    let actor = || Actor::person(by.person, by.role);
    let mut event = room.event_by(EventKind::PulledBack, actor()).about(id).because(danish);
    event = event.with("unit", &from.unit).with("handed_at", from.handed_at());
    if let Some(person) = &from.person {
        event = event.with("person", person);
    }
    if taken.lesson_forgotten {
        event = event.with("lesson", "forgotten");
    }
    tx.tell(event);
    if misfiled && tx.correct_entry(&id, by.person, &sealed, now).await? {
        let esdh = room.journal.port().name().to_owned();
        tx.tell(room.event_by(EventKind::JournalCorrected, actor()).about(id).with("esdh", esdh));
    }
    tx.commit(now).await?;
    taken.tell();
    Ok(())
}

/// Tells the log that somebody took a draft out.
pub async fn tell_exported(room: &PostRoom, by: By<'_>, id: &Uuid, format: &str) -> Result<(), StoreError> {
    let now = room.clock.now();
    let mut tx = room.store.begin().await?;
    let event = room.event_by(EventKind::Exported, Actor::person(by.person, by.role)).about(*id);
    tx.tell(event.with("what", "breach-draft").with("format", format));
    tx.commit(now).await
}
