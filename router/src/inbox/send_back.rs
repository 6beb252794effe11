//! Send back: a letter that is not theirs goes to the post distributors again, and what was believed of it was wrong.

use uuid::Uuid;

use super::{InboxError, Reader, theirs};
use crate::audit::EventKind;
use crate::journey::{Back, take_back};
use crate::room::PostRoom;
use crate::unseen::settling::Settlement;

/// Why a letter is sent back: code in the form, and what the person picks. Words of one's own could name somebody.
pub const RETURNS: [(&str, &str); 5] = [
    ("not-ours", "Det er ikke vores område"),
    ("elsewhere", "Det hører til hos en anden enhed, og jeg ved ikke hvilken"),
    ("other-case", "Det hører til en anden sag end den, det er journaliseret på"),
    ("other-party", "Det handler om en anden, end det er journaliseret på"),
    ("not-authority", "Det er ikke til myndigheden"),
];

/// What a reason's code says; `None` for a code that is not in [`RETURNS`].
pub fn return_danish(code: &str) -> Option<&'static str> {
    RETURNS.iter().find(|(known, _)| *known == code).map(|(_, danish)| *danish)
}

/// Sends a letter back. From then on neither this person nor their unit can see it.
pub async fn send_back(room: &PostRoom, reader: &Reader, id: &Uuid, reason: &str) -> Result<(), InboxError> {
    let reason = return_danish(reason).ok_or(InboxError::NoReason)?;
    let (row, hand_over) = theirs(room, reader, id).await?;
    let (id, now, policy) = (row.uuid()?, room.clock.now(), room.policy());
    let settlement = Settlement::returned(room, &policy, id, &hand_over.unit).await?;
    let mut tx = room.store.begin().await?;
    let Some(taken) = take_back(room, &mut tx, &row, &hand_over, Back::Sent, settlement).await? else {
        return Err(InboxError::Moved);
    };
    let mut event = room.event_by(EventKind::SentBack, reader.actor()).about(id).because(reason);
    event = event.with("unit", &hand_over.unit).with("handed_at", hand_over.handed_at());
    if taken.lesson_forgotten {
        event = event.with("lesson", "forgotten");
    }
    tx.tell(event);
    tx.commit(now).await?;
    taken.tell();
    Ok(())
}
