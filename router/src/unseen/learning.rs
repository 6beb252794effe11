//! Learning: what is kept of an answered letter, and on what grounds.
//!
//! Nothing is kept of a letter that something held back: who is protected is protected here too.

use jiff::SignedDuration;
use kle::{Level, Subject};
use rules::{Facts, Policy};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::audit::{Actor, EventKind};
use crate::clock::danish_day;
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::lesson::{LessonRow, NewLesson};

/// On what grounds a lesson is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grounds {
    /// Who allowed it.
    pub allowed_by: String,
    /// The legal basis.
    pub legal_basis: String,
}

/// A lesson that is kept.
pub struct Kept {
    /// Its row in the register.
    pub row: LessonRow,
    /// On what grounds.
    pub grounds: Grounds,
    /// What it teaches; `None` when another program version wrote it in a form that cannot be read now.
    pub lesson: Option<classifier::Lesson>,
}

/// What a letter that goes to this unit teaches; `None` when the unit has not allowed it, or nothing is to be learned.
///
/// Without a subject from the person it is the best suggested one that leads to the unit.
pub(crate) fn lesson(
    room: &PostRoom,
    policy: &Policy,
    message: Uuid,
    facts: &Facts,
    unit: &str,
    said: Option<Subject>,
) -> Option<NewLesson> {
    let unit = &policy.open_unit(unit)?.id;
    let now = room.clock.now();
    let allowed = policy.unseen(unit).filter(|allowed| allowed.learn && allowed.holds_on(danish_day(now)))?;
    if !facts.holds.is_empty() {
        return None;
    }
    let leads_there =
        |subject: &Subject| policy.responsible(*subject, None).is_some_and(|owner| owner.id == *unit);
    let suggested = || facts.suggestions.iter().map(|suggestion| suggestion.subject).find(leads_there);
    let subject = said.or_else(suggested).filter(|subject| subject.level() == Level::Subject)?;
    let letter = classifier::LetterText { label: &facts.message.header.label, body: &facts.text };
    let lesson = room.suggest.lesson(&letter, subject)?;
    let grounds =
        Grounds { allowed_by: allowed.allowed_by.clone(), legal_basis: allowed.legal_basis.clone() };
    let kept = SignedDuration::from_hours(24 * i64::from(room.settings.unseen.lessons_kept));
    Some(NewLesson {
        message,
        unit: unit.clone(),
        subject,
        expires_at: now.saturating_add(kept).unwrap_or(jiff::Timestamp::MAX),
        edition: policy.edition().to_owned(),
        grounds: serde_json::to_vec(&grounds).ok()?,
        bytes: lesson.to_bytes(),
    })
}

/// Every lesson that is kept and has not expired, oldest first.
pub async fn kept(room: &PostRoom) -> Result<Vec<Kept>, StoreError> {
    let now = room.clock.now();
    let rows = room.store.lessons().await?.into_iter().filter(|row| row.expires_at() > now);
    rows.map(|row| {
        let (lesson, grounds) = row.open(&room.store)?;
        Ok(Kept {
            lesson: classifier::Lesson::from_bytes(&lesson).ok(),
            grounds: serde_json::from_slice(&grounds).map_err(|_| StoreError::Damaged("grounds"))?,
            row,
        })
    })
    .collect()
}

/// Forgets the lessons of a unit, or all. Returns how many.
pub async fn forget(room: &PostRoom, unit: Option<&str>, by: Actor) -> Result<u64, StoreError> {
    let now = room.clock.now();
    let mut tx = room.store.begin().await?;
    let forgotten = tx.forget_lessons(unit).await?;
    if forgotten > 0 {
        let event = room.event_by(EventKind::LessonsForgotten, by).with("lessons", forgotten);
        tx.tell(match unit {
            Some(unit) => event.with("unit", unit),
            None => event,
        });
    }
    tx.commit(now).await?;
    Ok(forgotten)
}
