//! Own models: numbered, never changed, promoted and taken back one at a time.
//!
//! Which one is in force is read out of the acts in order: a promotion puts one on top, a roll-back takes the top one off.

use jiff::Timestamp;

use super::pool::{from_row, on_pool, on_tx};
use super::{Store, StoreError, Tx, time};
use crate::clock::Entropy;
use crate::keys::{MessageKey, WrappedKey};

/// An own model about to be kept.
pub struct NewOwnModel<'a> {
    /// What decisions call it.
    pub edition: &'a str,
    /// The shipped model that it was made beside.
    pub base: &'a str,
    /// Who had it made.
    pub author: &'a str,
    /// How many lessons it was made of.
    pub lessons: usize,
    /// How it compared with the model in force, as JSON of counts; never personal data.
    pub measures: &'a str,
    /// The model.
    pub bytes: &'a [u8],
}

/// An own model as kept.
#[derive(Clone, Debug)]
pub struct OwnModelRow {
    /// First, second … model of this authority, from 1.
    pub number: i64,
    /// What decisions call it.
    pub edition: String,
    /// The shipped model that it was made beside.
    pub base: String,
    made_at: i64,
    /// Who had it made.
    pub author: String,
    /// How many lessons it was made of.
    pub lessons: i64,
    /// How it compared with the model then in force, as JSON.
    pub measures: String,
    wrapped_key: Vec<u8>,
    sealed: Vec<u8>,
}

from_row!(OwnModelRow { number, edition, base, made_at, author, lessons, measures, wrapped_key, sealed });

impl OwnModelRow {
    /// When it was made: it compares with lessons that were learned before.
    pub fn made_at(&self) -> Timestamp {
        time(self.made_at)
    }

    /// The model's bytes.
    pub fn open(&self, store: &Store) -> Result<Vec<u8>, StoreError> {
        let key = store.keys.unwrap(&WrappedKey::from_bytes(&self.wrapped_key)?, &key_id(&self.edition))?;
        Ok(key.open("own-model", &self.sealed)?.to_vec())
    }
}

/// A person's act: a model promoted, or the one in force taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnModelAct {
    /// The model in force from then on; 0 is the shipped model alone.
    pub number: i64,
    /// `promote` or `roll-back`.
    pub act: String,
    at: i64,
    /// Who did it.
    pub person: String,
    /// Why; never personal data.
    pub reason: String,
}

from_row!(OwnModelAct { number, act, at, person, reason });

/// What a person did with a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Put it in force.
    Promote,
    /// Took back the one in force, so that this one is in force again.
    RollBack,
}

impl Act {
    /// The word in the column.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Promote => "promote",
            Self::RollBack => "roll-back",
        }
    }
}

impl OwnModelAct {
    /// When.
    pub fn at(&self) -> Timestamp {
        time(self.at)
    }
}

/// The models that are in force and under it, the one in force last. Empty when the shipped model is alone.
pub fn stack(acts: &[OwnModelAct]) -> Vec<i64> {
    let mut stack = Vec::new();
    for act in acts {
        if act.act == Act::RollBack.as_str() {
            stack.pop();
        } else {
            stack.push(act.number);
        }
    }
    stack
}

fn key_id(edition: &str) -> String {
    format!("own-model:{edition}")
}

impl Store {
    /// All own models, oldest first.
    pub async fn own_models(&self) -> Result<Vec<OwnModelRow>, StoreError> {
        const SQL: &str =
            "select number, edition, base, made_at, author, lessons, measures, wrapped_key, sealed
            from own_model where authority = $1 order by number";
        Ok(on_pool!(self, pool => sqlx::query_as(SQL).bind(&self.authority).fetch_all(pool).await?))
    }

    /// One own model.
    pub async fn own_model(&self, number: i64) -> Result<Option<OwnModelRow>, StoreError> {
        const SQL: &str =
            "select number, edition, base, made_at, author, lessons, measures, wrapped_key, sealed
            from own_model where authority = $1 and number = $2";
        Ok(
            on_pool!(self, pool => sqlx::query_as(SQL).bind(&self.authority).bind(number).fetch_optional(pool).await?),
        )
    }

    /// What persons have done with own models, oldest first.
    pub async fn own_model_acts(&self) -> Result<Vec<OwnModelAct>, StoreError> {
        const SQL: &str = "select number, act, at, person, reason from own_model_activation
            where authority = $1 order by seq";
        Ok(on_pool!(self, pool => sqlx::query_as(SQL).bind(&self.authority).fetch_all(pool).await?))
    }

    /// The number of the model in force; 0 when the shipped model is alone.
    pub async fn own_model_in_force(&self) -> Result<i64, StoreError> {
        const SQL: &str =
            "select number from own_model_activation where authority = $1 order by seq desc limit 1";
        let number: Option<i64> =
            on_pool!(self, pool => sqlx::query_scalar(SQL).bind(&self.authority).fetch_optional(pool).await?);
        Ok(number.unwrap_or(0))
    }
}

impl Tx<'_> {
    /// Keeps an own model. The same model of the same shipped one keeps its number. Returns it, and whether it is new.
    pub async fn keep_own_model(
        &mut self,
        model: &NewOwnModel<'_>,
        entropy: &Entropy,
        now: Timestamp,
    ) -> Result<(i64, bool), StoreError> {
        const KNOWN: &str = "select number from own_model where authority = $1 and edition = $2";
        const NEXT: &str = "select coalesce(max(number), 0) + 1 from own_model where authority = $1";
        const SQL: &str =
            "insert into own_model (authority, number, edition, base, made_at, author, lessons, measures,
            wrapped_key, sealed) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        // Two at once would take the same number: the end of the audit log is the one lock that all share.
        self.lock_log().await?;
        let authority = self.store.authority.clone();
        let known: Option<i64> = on_tx!(self, c =>
            sqlx::query_scalar(KNOWN).bind(&authority).bind(model.edition).fetch_optional(c).await?);
        if let Some(number) = known {
            return Ok((number, false));
        }
        let fill = &mut |bytes: &mut [u8]| entropy.fill(bytes);
        let key = MessageKey::generate(fill);
        let wrapped = self.store.keys.wrap(&key, &key_id(model.edition), fill);
        let sealed = key.seal("own-model", model.bytes, fill);
        let number: i64 = on_tx!(self, c => sqlx::query_scalar(NEXT).bind(&authority).fetch_one(c).await?);
        on_tx!(self, c => {
            sqlx::query(SQL)
                .bind(&authority)
                .bind(number)
                .bind(model.edition)
                .bind(model.base)
                .bind(now.as_microsecond())
                .bind(model.author)
                .bind(i64::try_from(model.lessons).unwrap_or(i64::MAX))
                .bind(model.measures)
                .bind(wrapped.as_bytes())
                .bind(sealed)
                .execute(c)
                .await?;
        });
        Ok((number, true))
    }

    /// What persons have done with own models, oldest first, and nobody does more until this is stored.
    pub async fn own_model_acts(&mut self) -> Result<Vec<OwnModelAct>, StoreError> {
        const SQL: &str = "select number, act, at, person, reason from own_model_activation
            where authority = $1 order by seq";
        self.lock_log().await?;
        Ok(on_tx!(self, c => sqlx::query_as(SQL).bind(&self.store.authority).fetch_all(c).await?))
    }

    /// Notes what a person did; `number` is in force from the commit on.
    pub async fn act_on_own_model(
        &mut self,
        number: i64,
        act: Act,
        (person, reason): (&str, &str),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const NEXT: &str = "select coalesce(max(seq), 0) + 1 from own_model_activation where authority = $1";
        const SQL: &str = "insert into own_model_activation (authority, seq, number, act, at, person, reason)
            values ($1, $2, $3, $4, $5, $6, $7)";
        self.lock_log().await?;
        let authority = self.store.authority.clone();
        let seq: i64 = on_tx!(self, c => sqlx::query_scalar(NEXT).bind(&authority).fetch_one(c).await?);
        on_tx!(self, c => {
            sqlx::query(SQL)
                .bind(&authority)
                .bind(seq)
                .bind(number)
                .bind(act.as_str())
                .bind(now.as_microsecond())
                .bind(person)
                .bind(reason)
                .execute(c)
                .await?;
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_roll_back_takes_off_what_was_promoted_last() {
        let act = |(number, act): (i64, Act)| OwnModelAct {
            number,
            act: act.as_str().to_owned(),
            at: 0,
            person: String::new(),
            reason: String::new(),
        };
        let acts: Vec<OwnModelAct> = [
            (1, Act::Promote),
            (3, Act::Promote),
            (1, Act::RollBack),
            (2, Act::Promote),
            (1, Act::RollBack),
            (0, Act::RollBack),
        ]
        .map(act)
        .to_vec();
        let tops: Vec<Option<i64>> = (0..=6).map(|count| stack(&acts[..count]).last().copied()).collect();
        assert_eq!(tops, [None, Some(1), Some(3), Some(1), Some(2), Some(1), None]);
    }
}
