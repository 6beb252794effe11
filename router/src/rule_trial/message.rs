//! One message to try rules on: a stored one, an example of the texts, or one that somebody sketches.

use rules::Facts;

use super::{NotTried, Trial, Tried, compare, facts_of};
use crate::audit::{Actor, EventKind};
use crate::drafting::samples;
use crate::room::PostRoom;
use crate::store::message::MessageRow;
use crate::story;

/// A message that was tried.
pub struct Found {
    /// What to call it.
    pub what: String,
    /// What it is marked with, in words.
    pub marks: Vec<(&'static str, String)>,
    /// Both sides.
    pub trial: Trial,
}

/// Tries a stored message. That tells what it is marked with, so the log is told that somebody saw it.
pub async fn of_stored(room: &PostRoom, by: Actor, tried: &Tried, id: &str) -> Result<Found, NotTried> {
    tried.policy()?;
    let row = story::find(room, id).await?.ok_or(NotTried::NoMessage)?;
    let facts = facts_of(room, &row).await?.ok_or(NotTried::Undecided)?;
    tell(room, by, &row).await?;
    let what = format!("Meddelelse {}", row.memo_uuid.as_deref().unwrap_or(&row.id));
    found(room, tried, what, facts).await
}

/// Tries an example of the texts, by its place among them, from 0.
pub async fn of_sample(room: &PostRoom, tried: &Tried, place: usize) -> Result<Found, NotTried> {
    let policy = tried.policy()?;
    let sample = samples(&tried.files).into_iter().nth(place).ok_or(NotTried::NoSample)?;
    let facts = rules::sketched(&policy, &sample.toml).ok_or(NotTried::Unread("Eksemplet"))?;
    found(room, tried, format!("Eksemplet {}", sample.name), facts).await
}

/// Tries a message that somebody sketches, with the keys of an example.
pub async fn of_sketch(room: &PostRoom, tried: &Tried, sketch: &str) -> Result<Found, NotTried> {
    let policy = tried.policy()?;
    let facts = rules::sketched(&policy, sketch).ok_or(NotTried::Unread("Det, du skrev,"))?;
    found(room, tried, "Brevet, du skrev".into(), facts).await
}

async fn found(room: &PostRoom, tried: &Tried, what: String, facts: Facts) -> Result<Found, NotTried> {
    let (old, new) = (room.policy(), tried.policy()?);
    let marks = marks(&facts);
    let work = tokio::task::spawn_blocking(move || compare(&old, &new, &facts));
    let trial = work.await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
    Ok(Found { what, marks, trial })
}

async fn tell(room: &PostRoom, by: Actor, row: &MessageRow) -> Result<(), NotTried> {
    let event = room.event_by(EventKind::Viewed, by).about(row.uuid()?);
    let mut tx = room.store.begin().await?;
    tx.tell(event.with("level", "story").because("prøve af regler"));
    tx.commit(room.clock.now()).await?;
    Ok(())
}

fn marks(facts: &Facts) -> Vec<(&'static str, String)> {
    let view = story::facts_of(facts);
    let kind = format!("{} fra {}", story::kind_danish(&view.kind), story::sender_danish(&view.sender));
    let mut marks = vec![("Art", kind)];
    marks.extend(view.subject.map(|subject| {
        let facet = view.facet.map(|facet| format!(" {facet}")).unwrap_or_default();
        ("KLE", format!("{subject}{facet}"))
    }));
    marks.extend(view.contact_point.map(|point| ("Kontaktpunkt", point)));
    marks.extend(view.message_code.map(|code| ("Brevtype", code)));
    marks.extend((!view.cases.is_empty()).then(|| ("Nævnte sager", view.cases.len().to_string())));
    marks.extend((!view.documents.is_empty()).then(|| ("Filer", view.documents.len().to_string())));
    marks
}
