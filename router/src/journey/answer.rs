//! A person's answer: an ordinary decision that travels the same path as any other.

use std::sync::Arc;

use kle::{Level, Subject};
use rules::{Annotations, Decider, Decision, Further, HandOver, Journaling, Outcome, Step, TraceLine};
use uuid::Uuid;

use super::decide::{Answered, record};
use super::worker::carry_out_ready;
use super::{Decided, FEWEST, InHand, MOST};
use crate::audit::{Actor, EventKind};
use crate::clock::danish_day;
use crate::desk;
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::effect::EffectKind;
use crate::store::message::Stage;
use crate::unseen::learning::lesson;
use crate::unseen::settling::Settlement;

/// Where a person sends a waiting message.
pub struct Answer {
    /// Who answers, by user id.
    pub person: String,
    /// Where it goes.
    pub hand_over: HandOver,
    /// Why, in the person's words; without personal data.
    pub reason: Option<String>,
    /// What it is about, when the person says so.
    pub subject: Option<Subject>,
    /// Number of the decision that the person saw; `None` answers whichever is the last.
    pub to: Option<i64>,
}

/// Why an answer was not taken.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// No such message.
    #[error("no such message")]
    NotFound,
    /// The message does not wait.
    #[error("the message does not wait for a person")]
    NotWaiting(Stage),
    /// It has been decided anew since the person saw it.
    #[error("the message was decided anew meanwhile")]
    DecidedAnew,
    /// No such unit.
    #[error("no such unit")]
    NoSuchUnit(String),
    /// The unit takes no mail any more, and nobody took over from it.
    #[error("unit is closed")]
    ClosedUnit(String),
    /// The subject plan has no such subject, or it is a group.
    #[error("no such subject")]
    NoSuchSubject(Subject),
    /// It is journaled already, and the answer says to do it otherwise.
    #[error("the message is journaled already")]
    AlreadyJournaled,
    /// An effect of it was given up, so that nobody knows whether it is journaled.
    #[error("whether the message is journaled is not known")]
    InDoubt,
    /// It is not closed, or not by a post distributor.
    #[error("the message is not closed")]
    NotClosed,
    /// It is journaled as one letter already.
    #[error("the message is journaled whole")]
    JournaledWhole,
    /// So many parts a letter is not split into.
    #[error("too few or too many parts")]
    HowManyParts,
    /// Two parts go to the same receiver with the same subject.
    #[error("two parts are the same")]
    SamePart,
    /// This part, from 1, carries no document, or one that the letter does not have.
    #[error("part {0} carries no document")]
    NothingCarried(usize),
    /// It is said to be sent on, and not to whom.
    #[error("no authority named")]
    NoAuthority,
    /// The store did not answer.
    #[error("store did not answer")]
    Store(#[from] StoreError),
}

impl AnswerError {
    /// What the person reads.
    pub fn danish(&self) -> String {
        match self {
            Self::NotFound => "Der er ingen meddelelse med det id.".into(),
            Self::NotWaiting(stage) => {
                format!("Meddelelsen venter ikke på en medarbejder; den er {}.", stage.danish())
            }
            Self::DecidedAnew => "Meddelelsen er blevet besluttet på ny imens. Se på den igen.".into(),
            Self::NoSuchUnit(unit) => format!("Der er ingen enhed med id'et \"{unit}\" i organisationen."),
            Self::ClosedUnit(unit) => {
                format!("Enheden \"{unit}\" er nedlagt og har ingen efterfølger. Vælg en anden enhed.")
            }
            Self::NoSuchSubject(subject) => format!(
                "KLE {subject} er ikke et emne, der gælder i dag. Skriv et emne på tre led; se dem med: modtag kle show {subject}"
            ),
            Self::AlreadyJournaled => "Meddelelsen er allerede journaliseret, og det kan ikke gøres om her. \
                                       Fordel den til en enhed uden at vælge sag (på kommandolinjen: uden --case og \
                                       --not-journaled)."
                .into(),
            Self::InDoubt => "Det vides ikke, om brevet er journaliseret, så det kan hverken lukkes eller deles her. \
                              Fordel det, eller få driften til at prøve igen (modtag retry)."
                .into(),
            Self::NotClosed => "Brevet er ikke lukket, eller en anden har taget det op igen.".into(),
            Self::JournaledWhole => "Brevet er allerede journaliseret som ét brev, så det kan ikke deles. Fordel det til én \
                                     enhed, og lad den sende videre."
                .into(),
            Self::HowManyParts => format!("Et brev deles i mindst {FEWEST} og højst {MOST} dele. Vælg en modtager til hver del."),
            Self::SamePart => "To dele har samme modtager. Fjern den ene, eller vælg en anden modtager til den.".into(),
            Self::NothingCarried(part) => {
                format!("Del {part} skal have mindst ét af brevets dokumenter med. Sæt hak ved det.")
            }
            Self::NoAuthority => "Skriv, hvilken myndighed brevet er til.".into(),
            Self::Store(error) => error.danish(),
        }
    }
}

/// Takes a post distributor's answer to a waiting message and makes it a decision.
pub async fn answer(room: &PostRoom, id: &Uuid, answer: Answer) -> Result<(), AnswerError> {
    answer_as(room, id, answer, desk::ROLE).await
}

/// Takes the answer of a person in this role.
pub(crate) async fn answer_as(
    room: &PostRoom,
    id: &Uuid,
    answer: Answer,
    role: &str,
) -> Result<(), AnswerError> {
    let policy = room.policy();
    check_receiver(room, &answer.hand_over.unit, answer.subject)?;
    let Asked { in_hand, number, decided: Decided { facts, decision }, .. } =
        asked(room, id, answer.to).await?;
    let journaled = is_journaled(room, &in_hand.id.to_string()).await?;
    let journal = journaling(&decision, journaled, answer.hand_over.journal)?;
    let hand_over = HandOver { journal, ..answer.hand_over };

    let mut trace = decision.trace;
    let about = answer.subject.map(|subject| format!(" med emnet {subject}")).unwrap_or_default();
    trace.lines.push(TraceLine {
        step: Step::Desk,
        code: "desk.answered".into(),
        decided: true,
        rule: None,
        text: format!("En medarbejder fordelte meddelelsen til enheden {}{about}.", hand_over.unit),
    });
    let settles = Settlement::of(room, &policy, in_hand.id, &hand_over.unit, answer.subject).await?;
    // A letter that was split is about several matters: none of them is the truth about its text.
    let teaches = match in_hand.part {
        None => lesson(room, &policy, in_hand.id, &facts, &hand_over.unit, answer.subject),
        Some(_) => None,
    };
    if let Some(lesson) = &teaches {
        trace.lines.push(TraceLine {
            step: Step::Desk,
            code: "desk.learned".into(),
            decided: false,
            rule: None,
            text: format!(
                "Klassifikatoren lærte af svaret, at sådan et brev handler om KLE {}.",
                lesson.subject
            ),
        });
    }
    let decision = Decision {
        decider: Decider::Person(answer.person.clone()),
        outcome: Outcome::HandOver(hand_over),
        annotations: Annotations { subject: answer.subject, ..decision.annotations },
        suggestions: decision.suggestions,
        trace,
        // Receiver and case are the person's to choose; other systems are still told.
        further: Further { webhooks: decision.further.webhooks, ..Further::default() },
    };
    let by = Actor::person(&answer.person, role);
    let mut event = room.event_by(EventKind::Answered, by).about(in_hand.id);
    if let Some(reason) = &answer.reason {
        event = event.because(reason);
    }
    if let Some(lesson) = &teaches {
        event = event.with("lesson", lesson.subject);
    }
    let answered = Answered { message: in_hand.id, event, settles, teaches, parts: Vec::new() };
    let decided = vec![(in_hand, Arc::new(Decided { facts, decision }))];
    let ready = record(room, decided, number + 1, Some(answered)).await?;
    if ready.is_empty() {
        return Err(moved(room, id).await?);
    }
    carry_out_ready(room, ready).await?;
    Ok(())
}

/// A waiting message and the decision that asks of it.
pub(super) struct Asked {
    pub(super) in_hand: InHand,
    /// Why it waits.
    pub(super) outcome: String,
    pub(super) number: i64,
    pub(super) decided: Decided,
}

/// The waiting message that an answer is to. `seen` is the decision that the person saw; `None` means whichever is the last.
pub(super) async fn asked(room: &PostRoom, id: &Uuid, seen: Option<i64>) -> Result<Asked, AnswerError> {
    let row = room.store.message(id).await?.ok_or(AnswerError::NotFound)?;
    if row.stage()? != Stage::Waiting {
        return Err(AnswerError::NotWaiting(row.stage()?));
    }
    let in_hand = InHand::open(room, &row)?;
    let earlier = room.store.decisions(&row.id).await?;
    let last = earlier.last().ok_or(AnswerError::Store(StoreError::Damaged("decision")))?;
    if seen.is_some_and(|seen| seen != last.number) {
        return Err(AnswerError::DecidedAnew);
    }
    let decided = Decided::open(&in_hand.key, last)?;
    Ok(Asked { in_hand, outcome: row.outcome, number: last.number, decided })
}

/// What to say when somebody else answered between our look and our step.
pub(super) async fn moved(room: &PostRoom, id: &Uuid) -> Result<AnswerError, AnswerError> {
    let row = room.store.message(id).await?.ok_or(AnswerError::NotFound)?;
    Ok(AnswerError::NotWaiting(row.stage()?))
}

/// Could a person answer with this unit and subject today?
pub(crate) fn check_receiver(
    room: &PostRoom,
    unit: &str,
    subject: Option<Subject>,
) -> Result<(), AnswerError> {
    let policy = room.policy();
    if policy.unit(unit).is_none() {
        return Err(AnswerError::NoSuchUnit(unit.to_owned()));
    }
    if policy.open_unit(unit).is_none() {
        return Err(AnswerError::ClosedUnit(unit.to_owned()));
    }
    match subject.filter(|subject| !is_subject(room, *subject)) {
        Some(subject) => Err(AnswerError::NoSuchSubject(subject)),
        None => Ok(()),
    }
}

/// Is it a subject that applies today, as far as anybody knows?
fn is_subject(room: &PostRoom, subject: Subject) -> bool {
    let Some(plan) = room.subject_plan() else { return subject.level() == Level::Subject };
    let subjects = plan.register.subjects();
    let today = danish_day(room.clock.now());
    let known = subjects.is_empty() || subject.is_local() || subjects.current(subject, today).is_some();
    known && subject.level() == Level::Subject
}

/// Could a person's answer have the message journaled like this?
pub(crate) async fn check_journaling(
    room: &PostRoom,
    message: &str,
    earlier: &Decision,
    said: Journaling,
) -> Result<(), AnswerError> {
    journaling(earlier, is_journaled(room, message).await?, said).map(drop)
}

async fn is_journaled(room: &PostRoom, message: &str) -> Result<bool, StoreError> {
    let effects = room.store.effects(message).await?;
    Ok(effects.iter().any(|effect| effect.kind == EffectKind::Journal.as_str() && effect.state == "done"))
}

/// How the message is journaled from here on. What nobody opened may be distributed anew, but is journaled as it was.
fn journaling(earlier: &Decision, journaled: bool, said: Journaling) -> Result<Journaling, AnswerError> {
    let Outcome::HandOver(HandOver { journal, .. }) = &earlier.outcome else { return Ok(said) };
    let says_nothing = said == Journaling::LeftToHandler;
    match journal {
        _ if journaled && !says_nothing && said != *journal => Err(AnswerError::AlreadyJournaled),
        _ if journaled => Ok(journal.clone()),
        Journaling::NotJournaled(_) if says_nothing => Ok(journal.clone()),
        _ => Ok(said),
    }
}
