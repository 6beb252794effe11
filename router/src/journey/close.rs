//! Close: a person says that nobody here gets a message. It is settled, and can be taken up again.
//!
//! Every message ends somewhere (journaling-law.md, R1): one that was sent on to the authority whose matter it is, or that
//! nobody wants, ends here, kept whole and told of in the log.

use std::sync::Arc;

use rules::{Closing, Decider, Decision, Further, Outcome, Step, TraceLine};
use uuid::Uuid;

use super::answer::{Asked, asked, moved};
use super::decide::{Answered, record};
use super::{AnswerError, Decided, SENT_ON, TAKEN_UP, UNWANTED};
use crate::audit::{Actor, EventKind};
use crate::desk;
use crate::room::PostRoom;
use crate::store::message::Stage;
use crate::unseen::settling::Settlement;

/// A person's word that nobody here gets a message.
pub struct Close {
    /// Who says so, by user id.
    pub person: String,
    /// Why.
    pub closing: Closing,
    /// Number of the decision that the person saw; `None` closes whatever is asked last.
    pub to: Option<i64>,
}

/// Closes a waiting message.
pub async fn close(room: &PostRoom, id: &Uuid, close: Close) -> Result<(), AnswerError> {
    let Asked { in_hand, outcome, number, decided } = asked(room, id, close.to).await?;
    let Decided { facts, decision } = decided;
    check_closing(&outcome, &close.closing)?;
    let mut trace = decision.trace;
    trace.lines.push(TraceLine {
        step: Step::Desk,
        code: "desk.closed".into(),
        decided: true,
        rule: None,
        text: match close.closing {
            Closing::SentOn(_) => "En medarbejder sendte meddelelsen videre til rette myndighed.".into(),
            Closing::Unwanted => "En medarbejder lukkede meddelelsen som uønsket post.".into(),
        },
    });
    // Whatever unit the classifier believed in: it was none of ours.
    let settles = Settlement::of(room, &room.policy(), in_hand.id, "", None).await?;
    let decision = Decision {
        decider: Decider::Person(close.person.clone()),
        outcome: Outcome::Close(close.closing),
        annotations: decision.annotations,
        suggestions: decision.suggestions,
        trace,
        further: Further { webhooks: decision.further.webhooks, ..Further::default() },
    };
    let event =
        room.event_by(EventKind::Answered, Actor::person(&close.person, desk::ROLE)).about(in_hand.id);
    let answered = Answered { message: in_hand.id, event, settles, teaches: None, parts: Vec::new() };
    let decided = vec![(in_hand, Arc::new(Decided { facts, decision }))];
    if record(room, decided, number + 1, Some(answered)).await?.is_empty() {
        return Err(moved(room, id).await?);
    }
    Ok(())
}

/// Could a message of this outcome be closed like this?
pub(crate) fn check_closing(outcome: &str, closing: &Closing) -> Result<(), AnswerError> {
    match closing {
        Closing::SentOn(authority) if authority.trim().is_empty() => Err(AnswerError::NoAuthority),
        // Nobody knows whether the case system has it: that is settled before anything is closed.
        _ if outcome == "effect-failed" => Err(AnswerError::InDoubt),
        _ => Ok(()),
    }
}

/// Lays a closed message before the post distributors again.
pub async fn take_up(room: &PostRoom, id: &Uuid, person: &str) -> Result<(), AnswerError> {
    let row = room.store.message(id).await?.ok_or(AnswerError::NotFound)?;
    let closed = row.stage()? == Stage::Settled && [SENT_ON, UNWANTED].contains(&row.outcome.as_str());
    let (id, now) = (row.uuid()?, room.clock.now());
    let mut tx = room.store.begin().await?;
    if !closed || !tx.hold_now(Stage::Settled, &id).await? {
        return Err(AnswerError::NotClosed);
    }
    tx.move_to(&[id], Stage::Waiting, Some(TAKEN_UP), now).await?;
    let by = Actor::person(person, desk::ROLE);
    tx.tell(room.event_by(EventKind::TakenUpAgain, by).about(id).with("was", &row.outcome));
    Ok(tx.commit(now).await?)
}
