//! Lessons: what is kept of answered letters to learn from, until it expires or is forgotten.
//!
//! A row is found by a keyed hash of its message: whoever reads the table cannot tell which letter taught what. The lesson
//! and the grounds for keeping it lie sealed under a key of their own.

use jiff::Timestamp;
use uuid::Uuid;

use super::message::hex;
use super::pool::{from_row, on_pool, on_tx};
use super::{Store, StoreError, Tx, time};
use crate::clock::Entropy;
use crate::keys::{MessageKey, WrappedKey};

/// A lesson about to be kept.
pub struct NewLesson {
    /// The message that taught it.
    pub message: Uuid,
    /// The unit that the letter went to.
    pub unit: String,
    /// What it was about.
    pub subject: kle::Subject,
    /// Until when.
    pub expires_at: Timestamp,
    /// Edition of the policy that allowed it.
    pub edition: String,
    /// Who allowed it and on what legal basis, as JSON.
    pub grounds: Vec<u8>,
    /// The lesson.
    pub bytes: Vec<u8>,
}

/// A lesson as kept.
#[derive(Clone)]
pub struct LessonRow {
    /// Its name: the keyed hash of its message, in hex.
    pub lookup: String,
    /// The unit that the letter went to.
    pub unit: String,
    /// What it was about.
    pub subject: String,
    learned_at: i64,
    expires_at: i64,
    /// Edition of the policy that allowed it.
    pub edition: String,
    wrapped_key: Vec<u8>,
    grounds: Vec<u8>,
    sealed: Vec<u8>,
}

from_row!(LessonRow { lookup, unit, subject, learned_at, expires_at, edition, wrapped_key, grounds, sealed });

impl LessonRow {
    /// Since when.
    pub fn learned_at(&self) -> Timestamp {
        time(self.learned_at)
    }

    /// Until when.
    pub fn expires_at(&self) -> Timestamp {
        time(self.expires_at)
    }

    /// The lesson, and the grounds for keeping it.
    pub fn open(&self, store: &Store) -> Result<(Vec<u8>, Vec<u8>), StoreError> {
        let key = store.keys.unwrap(&WrappedKey::from_bytes(&self.wrapped_key)?, &key_id(&self.lookup))?;
        Ok((key.open("lesson", &self.sealed)?.to_vec(), key.open("grounds", &self.grounds)?.to_vec()))
    }
}

fn key_id(lookup: &str) -> String {
    format!("lesson:{lookup}")
}

impl Store {
    /// Every lesson that is kept, oldest first.
    pub async fn lessons(&self) -> Result<Vec<LessonRow>, StoreError> {
        const SQL: &str =
            "select lookup, unit, subject, learned_at, expires_at, edition, wrapped_key, grounds, sealed
            from lesson where authority = $1 order by learned_at, lookup";
        Ok(on_pool!(self, pool => sqlx::query_as(SQL).bind(&self.authority).fetch_all(pool).await?))
    }

    /// How many lessons are kept that an own model compares with, and a sum of their times: either changes when one of them is
    /// forgotten, expires or is taught anew.
    pub async fn lessons_of_model(&self, number: i64, now: Timestamp) -> Result<(i64, i64), StoreError> {
        const SQL: &str =
            "select count(*), cast(coalesce(sum(learned_at % 1000000007), 0) as bigint) from lesson
            where authority = $1 and expires_at > $3 and learned_at <
                (select made_at from own_model where authority = $1 and number = $2)";
        Ok(on_pool!(self, pool => sqlx::query_as(SQL)
            .bind(&self.authority)
            .bind(number)
            .bind(now.as_microsecond())
            .fetch_one(pool)
            .await?))
    }

    /// Has any lesson expired?
    pub async fn any_expired_lesson(&self, now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str =
            "select count(*) from (select 1 from lesson where authority = $1 and expires_at <= $2
            limit 1) as any_due";
        let any: i64 = on_pool!(self, pool =>
            sqlx::query_scalar(SQL).bind(&self.authority).bind(now.as_microsecond()).fetch_one(pool).await?);
        Ok(any > 0)
    }
}

impl Tx<'_> {
    /// Keeps a lesson. What the same message taught before is replaced.
    pub async fn keep_lesson(
        &mut self,
        lesson: &NewLesson,
        entropy: &Entropy,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str =
            "insert into lesson (authority, lookup, unit, subject, learned_at, expires_at, edition,
            wrapped_key, grounds, sealed) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            on conflict (authority, lookup) do update set unit = excluded.unit, subject = excluded.subject,
            learned_at = excluded.learned_at, expires_at = excluded.expires_at, edition = excluded.edition,
            wrapped_key = excluded.wrapped_key, grounds = excluded.grounds, sealed = excluded.sealed";
        let mut fill = |bytes: &mut [u8]| entropy.fill(bytes);
        let lookup = hex(&self.store.keys.lookup("lesson", &lesson.message.to_string()));
        let key = MessageKey::generate(&mut fill);
        let wrapped = self.store.keys.wrap(&key, &key_id(&lookup), &mut fill);
        let grounds = key.seal("grounds", &lesson.grounds, &mut fill);
        let sealed = key.seal("lesson", &lesson.bytes, &mut fill);
        on_tx!(self, c => {
            sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(&lookup)
                .bind(&lesson.unit)
                .bind(lesson.subject.to_string())
                .bind(now.as_microsecond())
                .bind(lesson.expires_at.as_microsecond())
                .bind(&lesson.edition)
                .bind(wrapped.as_bytes())
                .bind(&grounds)
                .bind(&sealed)
                .execute(c)
                .await?;
        });
        Ok(())
    }

    /// Forgets what a message taught. False when it taught nothing.
    pub async fn forget_lesson_of(&mut self, message: &Uuid) -> Result<bool, StoreError> {
        const SQL: &str = "delete from lesson where authority = $1 and lookup = $2";
        let lookup = hex(&self.store.keys.lookup("lesson", &message.to_string()));
        Ok(on_tx!(self, c => {
            sqlx::query(SQL).bind(&self.store.authority).bind(&lookup).execute(c).await?.rows_affected() > 0
        }))
    }

    /// Forgets lessons that have expired. Returns how many.
    pub async fn forget_expired_lessons(&mut self, now: Timestamp) -> Result<u64, StoreError> {
        const SQL: &str = "delete from lesson where authority = $1 and expires_at <= $2";
        Ok(on_tx!(self, c => {
            sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(now.as_microsecond())
                .execute(c)
                .await?
                .rows_affected()
        }))
    }

    /// Forgets the lessons of a unit, or all. Returns how many.
    pub async fn forget_lessons(&mut self, unit: Option<&str>) -> Result<u64, StoreError> {
        const SQL: &str = "delete from lesson where authority = $1 and ($2 = '' or unit = $2)";
        Ok(on_tx!(self, c => {
            sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(unit.unwrap_or(""))
                .execute(c)
                .await?
                .rows_affected()
        }))
    }
}
