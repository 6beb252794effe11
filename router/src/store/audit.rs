//! The audit log's rows: read back, signed, verified. Appending is the step's ([`super::Tx`]).

use futures::TryStreamExt;
use jiff::Timestamp;

use super::pool::{on_pool, on_tx};
use super::{Store, StoreError};
use crate::audit::{Event, Frontier, Hash, Signer, StoredCheckpoint, StoredEvent};

type EventRow = (i64, Vec<u8>, Vec<u8>, Vec<u8>);

fn stored((seq, body, leaf, nodes): EventRow) -> Result<StoredEvent, StoreError> {
    let leaf = Hash::from_slice(&leaf).ok_or(StoreError::Damaged("audit leaf"))?;
    Ok(StoredEvent { seq: seq.cast_unsigned(), body, leaf, nodes })
}

impl Store {
    /// Size of the log and of what is signed of it.
    pub async fn audit_sizes(&self) -> Result<(u64, u64), StoreError> {
        const SQL: &str = "select coalesce((select size from audit_log where authority = $1), 0),
            coalesce((select max(size) from audit_checkpoint where authority = $1), 0)";
        let (size, signed): (i64, i64) =
            on_pool!(self, pool => sqlx::query_as(SQL).bind(&self.authority).fetch_one(pool).await?);
        Ok((size.cast_unsigned(), signed.cast_unsigned()))
    }

    /// Signs the log as it stands. `None` when nothing came since the last checkpoint.
    pub async fn sign_log(
        &self,
        signer: &Signer,
        now: Timestamp,
    ) -> Result<Option<StoredCheckpoint>, StoreError> {
        const READ: &str = "select frontier from audit_log where authority = $1";
        const SIGNED: &str = "select 1 from audit_checkpoint where authority = $1 and size = $2";
        const WRITE: &str = "insert into audit_checkpoint (authority, size, at, note, frontier)
            values ($1, $2, $3, $4, $5) on conflict (authority, size) do nothing";
        let mut tx = self.begin().await?;
        tx.lock_log().await?;
        let bytes: Vec<u8> =
            on_tx!(tx, c => sqlx::query_scalar(READ).bind(&self.authority).fetch_one(c).await?);
        let frontier = Frontier::from_bytes(&bytes).map_err(|_| StoreError::Damaged("audit log end"))?;
        let size = frontier.size().cast_signed();
        let known: Option<i32> = on_tx!(tx, c =>
            sqlx::query_scalar(SIGNED).bind(&self.authority).bind(size).fetch_optional(c).await?);
        if size == 0 || known.is_some() {
            return Ok(None);
        }
        let checkpoint = StoredCheckpoint::sign(&frontier, signer);
        on_tx!(tx, c => {
            sqlx::query(WRITE)
                .bind(&self.authority)
                .bind(size)
                .bind(now.as_microsecond())
                .bind(&checkpoint.note)
                .bind(&checkpoint.frontier)
                .execute(c)
                .await?;
        });
        tx.commit(now).await?;
        Ok(Some(checkpoint))
    }

    /// Events from `from` on, at most `limit`.
    pub async fn audit_page(&self, from: u64, limit: u32) -> Result<Vec<StoredEvent>, StoreError> {
        const SQL: &str = "select seq, body, leaf, nodes from audit_event
            where authority = $1 and seq >= $2 order by seq limit $3";
        let rows: Vec<EventRow> = on_pool!(self, pool =>
            sqlx::query_as(SQL)
                .bind(&self.authority)
                .bind(from.cast_signed())
                .bind(i64::from(limit))
                .fetch(pool)
                .try_collect()
                .await?);
        rows.into_iter().map(stored).collect()
    }

    /// All checkpoints, by size.
    pub async fn audit_checkpoints(&self) -> Result<Vec<StoredCheckpoint>, StoreError> {
        const SQL: &str =
            "select size, note, frontier from audit_checkpoint where authority = $1 order by size";
        let rows: Vec<(i64, String, Vec<u8>)> =
            on_pool!(self, pool => sqlx::query_as(SQL).bind(&self.authority).fetch_all(pool).await?);
        Ok(rows
            .into_iter()
            .map(|(size, note, frontier)| StoredCheckpoint { size: size.cast_unsigned(), note, frontier })
            .collect())
    }

    /// The events of one message, in order.
    pub async fn events_of(&self, message: &str) -> Result<Vec<Event>, StoreError> {
        // The sign keeps SQLite from walking the whole log in its order: the few of one message are sorted in no time.
        const SQL: &str = "select body from audit_event where authority = $1 and message = $2 order by +seq";
        let bodies: Vec<Vec<u8>> = on_pool!(self, pool =>
            sqlx::query_scalar(SQL).bind(&self.authority).bind(message).fetch_all(pool).await?);
        bodies
            .iter()
            .map(|body| Event::decode(body).map_err(|_| StoreError::Damaged("audit event")))
            .collect()
    }
}
