//! Take back: a letter goes from whoever has it to the post distributors again, because it should not have been there.
//!
//! Access ends in the same transaction that puts the letter back in line. What was still to be done for the old decision is
//! stopped; what the classifier believed of that unit was wrong, and what the letter taught is forgotten.

use uuid::Uuid;

use super::{PULLED_BACK, SENT_BACK};
use crate::room::{Journal, PostRoom};
use crate::store::hand_over::HandOverRow;
use crate::store::message::{MessageRow, Stage};
use crate::store::{StoreError, Tx};
use crate::unseen::settling::{Settlement, Stopped};

/// Who takes it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Back {
    /// Whoever got it: it is not theirs.
    Sent,
    /// A post distributor or the records manager: it should never have been there.
    Pulled,
}

impl Back {
    /// Why the hand-over ended; a stable word.
    pub(crate) fn ended_why(self) -> &'static str {
        match self {
            Self::Sent => "returned",
            Self::Pulled => "pulled-back",
        }
    }

    fn outcome(self) -> &'static str {
        match self {
            Self::Sent => SENT_BACK,
            Self::Pulled => PULLED_BACK,
        }
    }
}

/// What became of it, beside the letter itself.
#[must_use]
pub(crate) struct TakenBack {
    /// Something that it had taught was forgotten.
    pub(crate) lesson_forgotten: bool,
    stopped: Option<Stopped>,
}

impl TakenBack {
    /// Raises the alarm when a unit was stopped, once it is stored.
    pub(crate) fn tell(self) {
        if let Some(stopped) = self.stopped {
            stopped.tell();
        }
    }
}

/// Takes a message from this hand-over. `None` when it has ended, or when another step has the message at this moment:
/// then nothing may be committed.
pub(crate) async fn take_back(
    room: &PostRoom,
    tx: &mut Tx<'_>,
    row: &MessageRow,
    from: &HandOverRow,
    back: Back,
    settlement: Option<Settlement>,
) -> Result<Option<TakenBack>, StoreError> {
    let (id, now): (Uuid, _) = (row.uuid()?, room.clock.now());
    let stopped = match settlement {
        Some(settlement) => settlement.store(room, tx).await?,
        None => None,
    };
    let outside = !matches!(room.journal, Journal::BuiltIn(_));
    tx.stop_effects(&id, outside, now).await?;
    if !tx.end_hand_over_of(from, back.ended_why(), None, now).await?
        || !tx.hold_now(row.stage()?, &id).await?
    {
        return Ok(None);
    }
    tx.move_to(&[id], Stage::Waiting, Some(back.outcome()), now).await?;
    tx.drop_answer(&id, None).await?;
    let lesson_forgotten = tx.forget_lesson_of(&id).await?;
    Ok(Some(TakenBack { lesson_forgotten, stopped }))
}
