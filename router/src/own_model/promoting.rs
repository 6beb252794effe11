//! Promoting: a person puts a candidate in force, or takes back the one that is.

use super::{Model, OwnModelError, Workshop};
use crate::adviser::shipped_edition;
use crate::audit::privacy::fit;
use crate::audit::{Actor, EventKind};
use crate::room::PostRoom;
use crate::store::own_model::{Act, stack};

/// Whether a candidate that is measurably worse may be put in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Care {
    /// It may not.
    Measured,
    /// A person has looked and wants it all the same.
    Forced,
}

impl Workshop<'_> {
    /// Puts a candidate in force. It is compared with the model in force once more, as things stand now.
    pub async fn promote(
        &self,
        number: i64,
        by: &Actor,
        reason: &str,
        care: Care,
    ) -> Result<Model, OwnModelError> {
        let store = &self.room.store;
        let model = Model::read(store, number).await?;
        if !model.fits() {
            return Err(OwnModelError::OtherBase(number));
        }
        if self.four_eyes && model.row.author == by.name() {
            return Err(OwnModelError::SecondPerson(number));
        }
        if store.own_model_in_force().await? == number {
            return Err(OwnModelError::InForce(number));
        }
        if care == Care::Measured {
            let (_, comparison) = self.compare(Some(number)).await?;
            let group = comparison.all.group;
            if comparison.all.letters == 0 {
                return Err(OwnModelError::NoMeasure(number));
            }
            if comparison.all.is_worse() {
                return Err(OwnModelError::Worse { number, better: group.better, worse: group.worse });
            }
        }
        let now = self.room.clock.now();
        let mut tx = store.begin().await?;
        // Somebody else may have promoted it while we measured.
        if stack(&tx.own_model_acts().await?).last() == Some(&number) {
            return Err(OwnModelError::InForce(number));
        }
        tx.act_on_own_model(number, Act::Promote, (by.name(), &fit(reason)), now).await?;
        let event = self.room.event_by(EventKind::OwnModelPromoted, by.clone());
        let event = event.with("number", number).with("edition", &model.row.edition).because(reason);
        tx.tell(if care == Care::Forced { event.with("forced", true) } else { event });
        tx.commit(now).await?;
        Ok(model)
    }
}

/// Takes back the model in force: the one that was in force before it was promoted is in force again. Returns its number; 0 is the
/// shipped model alone. Needs no second person: whoever sees harm may end it.
pub async fn roll_back(room: &PostRoom, by: &Actor, reason: &str) -> Result<i64, OwnModelError> {
    let now = room.clock.now();
    let mut tx = room.store.begin().await?;
    let mut stack = stack(&tx.own_model_acts().await?);
    let Some(taken_back) = stack.pop() else { return Err(OwnModelError::NothingToRollBack) };
    let number = stack.last().copied().unwrap_or(0);
    let edition = match number {
        0 => shipped_edition().to_owned(),
        number => room.store.own_model(number).await?.ok_or(OwnModelError::Unknown(number))?.edition,
    };
    tx.act_on_own_model(number, Act::RollBack, (by.name(), &fit(reason)), now).await?;
    let event = room.event_by(EventKind::OwnModelPromoted, by.clone());
    tx.tell(
        event.with("number", number).with("edition", edition).with("taken_back", taken_back).because(reason),
    );
    tx.commit(now).await?;
    Ok(number)
}
