//! Following: every process goes over to the model in force, and hears the lessons that are still kept.

use std::sync::Mutex;

use classifier::Lesson;

use super::{Model, OwnModelError};
use crate::room::PostRoom;

/// What this process last went by.
#[derive(Default)]
pub struct Memory(Mutex<Option<Seen>>);

/// A model in force, and the lessons that it compares with: how many, and a sum of their times that tells one set from another.
type Seen = (i64, i64, i64);

impl Memory {
    fn is(&self, seen: Seen) -> bool {
        *self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) == Some(seen)
    }

    fn note(&self, seen: Seen) {
        *self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(seen);
    }
}

/// Goes over to the model in force when it, or what it compares with, is another than before. True when it did.
///
/// One that cannot be read, or was made beside another shipped model, is told once and not heard: the shipped model is alone.
pub async fn follow_once(room: &PostRoom) -> Result<bool, OwnModelError> {
    if room.suggest.is_silent() {
        return Ok(false);
    }
    let number = room.store.own_model_in_force().await?;
    let (count, sum) = room.store.lessons_of_model(number, room.clock.now()).await?;
    let seen = (number, count, sum);
    if room.own_model.is(seen) {
        return Ok(false);
    }
    let heard = match Model::in_force(&room.store).await {
        Ok(Some(model)) => {
            let lessons = lessons(room, &model).await?;
            Some((model.own, lessons))
        }
        Ok(None) if number != 0 => {
            tracing::warn!(
                own_model.number = number,
                "own model is of another shipped model and is not heard"
            );
            None
        }
        Ok(None) => None,
        Err(OwnModelError::Unreadable(_)) => {
            tracing::error!(own_model.number = number, "own model cannot be read and is not heard");
            None
        }
        Err(error) => return Err(error),
    };
    room.suggest.take_up(heard);
    room.own_model.note(seen);
    Ok(true)
}

/// The lessons that a model compares with, without what only learning needs.
async fn lessons(room: &PostRoom, model: &Model) -> Result<Vec<Lesson>, OwnModelError> {
    let (now, made_at) = (room.clock.now(), model.row.made_at());
    let rows = room.store.lessons().await?.into_iter();
    let mut lessons = Vec::new();
    for row in rows.filter(|row| row.learned_at() < made_at && row.expires_at() > now) {
        let (bytes, _) = row.open(&room.store)?;
        let lesson = Lesson::from_bytes(&bytes).ok().filter(|lesson| lesson.edition == model.row.base);
        lessons.extend(lesson.map(|lesson| Lesson { heard: Vec::new(), ..lesson }));
    }
    Ok(lessons)
}
