//! Making a candidate: the lessons that are kept become a model, and the first comparison is kept with it.

use classifier::own::NotLearned;

use super::comparing::{Comparison, Heard, compared};
use super::{Model, OwnModelError, Workshop};
use crate::audit::{Actor, EventKind};
use crate::store::own_model::NewOwnModel;

/// A candidate that was made.
pub struct Made {
    /// Its number.
    pub number: i64,
    /// False when the same lessons had made it before.
    pub is_new: bool,
    /// What decisions will call it.
    pub edition: String,
    /// Of how many lessons.
    pub lessons: usize,
    /// Did it learn anything that moved the shipped weights?
    pub moved: bool,
    /// How it compares with the model in force.
    pub comparison: Comparison,
}

impl Workshop<'_> {
    /// Makes a candidate of the lessons that are kept now. The same lessons and the same seed make the same model.
    pub async fn make(&self, seed: u64, by: &Actor) -> Result<Made, OwnModelError> {
        let now = self.room.clock.now();
        let (mut taught, others) = self.lessons().await?;
        taught.retain(|taught| taught.before(now));
        let lessons: Vec<_> = taught.iter().map(|taught| &taught.lesson).collect();
        let learned = self.judge()?.learn(&lessons, seed).map_err(|error| match error {
            NotLearned::TooFew(have) => OwnModelError::TooFew(have, others),
            NotLearned::Index => OwnModelError::NoModel,
        })?;
        let mut candidate: Heard = taught.iter().map(|_| None).collect();
        for (lesson, said) in learned.held_back {
            candidate[lesson] = Some(said);
        }
        let active = Model::in_force(&self.room.store).await?;
        let heard = (candidate, self.held_back(active.as_ref(), &taught)?);
        let comparison = compared(&taught, heard, Some(now), active.as_ref());
        let own = learned.own;
        let edition = own.edition();
        let measures = serde_json::to_string(&comparison).unwrap_or_default();
        let new = NewOwnModel {
            edition: &edition,
            base: &own.base,
            author: by.name(),
            lessons: own.lessons,
            measures: &measures,
            bytes: &own.to_bytes(),
        };
        let mut tx = self.room.store.begin().await?;
        let (number, is_new) = tx.keep_own_model(&new, &self.room.entropy, now).await?;
        if is_new {
            let event = self.room.event_by(EventKind::OwnModelMade, by.clone());
            tx.tell(event.with("number", number).with("edition", &edition).with("lessons", own.lessons));
        }
        tx.commit(now).await?;
        let (lessons, moved) = (own.lessons, own.restraint.is_some());
        Ok(Made { number, is_new, edition, lessons, moved, comparison })
    }
}
