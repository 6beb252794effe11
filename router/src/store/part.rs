//! Parts: the rows of a letter that was split, one beside the other.

use jiff::Timestamp;
use uuid::Uuid;

use super::pool::{from_row, on_pool, on_tx};
use super::{Store, StoreError, Tx};
use crate::keys::WrappedKey;

/// Del: which part of which letter a message is.
#[doc(alias = "del")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Our id of the letter as it was received; its content is bound to that.
    pub of: Uuid,
    /// First, second … part, from 1.
    pub number: i64,
}

/// A part about to be stored. What is not said here, it has from the letter that it is split off.
pub struct NewPart {
    /// Our id of it.
    pub id: Uuid,
    /// The message that it is split off: our id.
    pub from: Uuid,
    /// First, second … part of the letter as it was received, from 1.
    pub number: i64,
    /// A UUID of its own.
    pub memo_uuid: Uuid,
    /// The letter's key, wrapped for the part.
    pub wrapped_key: WrappedKey,
    /// The reading of what it carries, sealed.
    pub sealed: Vec<u8>,
}

/// A part as stored, and who has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartRow {
    /// Our id of it.
    pub id: String,
    /// First, second … part of the letter, from 1.
    pub number: i64,
    /// How it went; `split` when it was split again.
    pub outcome: String,
    /// The unit that has it now.
    pub unit: Option<String>,
}

from_row!(PartRow { id, number, outcome, unit });

impl Store {
    /// The parts of a letter, by our id of it as it was received; first to last.
    pub async fn parts_of(&self, letter: &str) -> Result<Vec<PartRow>, StoreError> {
        const SQL: &str = "select m.id as id, m.part_number as number, m.outcome as outcome,
            (select max(h.unit) from hand_over h where h.authority = m.authority and h.message = m.id
                and h.ended_at is null) as unit
            from message m where m.authority = $1 and m.part_of = $2 order by m.part_number";
        Ok(on_pool!(self, pool =>
            sqlx::query_as(SQL).bind(&self.authority).bind(letter).fetch_all(pool).await?))
    }
}

impl Tx<'_> {
    /// Stores a part of a message, waiting to be decided in this very step.
    ///
    /// Whoever has seen the letter has seen what the part carries, so its eyes are the part's too.
    pub async fn split_off(&mut self, part: &NewPart, now: Timestamp) -> Result<(), StoreError> {
        const ROW: &str = "insert into message (authority, id, memo_uuid, digest, conflicts_with, stage, outcome, channel,
            stored_at, available_at, size, content_object, content_offset, content_length, wrapped_key, sender_lookup,
            sealed, urgent, deadline, due_at, part_of, part_number)
            select authority, $3, $4, digest, null, 'waiting', 'pending', channel, $5, available_at, size, content_object,
            content_offset, content_length, $6, sender_lookup, $7, urgent, deadline, $5, coalesce(part_of, id), $8
            from message where authority = $1 and id = $2";
        const EYES: &str = "insert into eye (authority, message, person, role, first_at)
            select authority, $3, person, role, first_at from eye where authority = $1 and message = $2";
        on_tx!(self, c => {
            sqlx::query(ROW)
                .bind(&self.store.authority)
                .bind(part.from.to_string())
                .bind(part.id.to_string())
                .bind(part.memo_uuid.to_string())
                .bind(now.as_microsecond())
                .bind(part.wrapped_key.as_bytes())
                .bind(&part.sealed)
                .bind(part.number)
                .execute(&mut *c)
                .await?;
            sqlx::query(EYES)
                .bind(&self.store.authority)
                .bind(part.from.to_string())
                .bind(part.id.to_string())
                .execute(c)
                .await?;
        });
        Ok(())
    }
}
