//! What the audit log tells of the break-glass account, and the calls about it that were not heard yet.

use jiff::Timestamp;

use super::pool::{from_row, on_pool, on_tx};
use super::{Store, StoreError, Tx, time};
use crate::audit::Event;

/// A call that was not heard yet.
#[derive(Clone, Debug)]
pub struct CallRow {
    /// The call's id, the same each time.
    pub id: String,
    /// How the attempt at the door came out.
    pub result: String,
    made_at: i64,
    due_at: i64,
    /// How often it was tried.
    pub attempts: i64,
}

from_row!(CallRow { id, result, made_at, due_at, attempts });

impl CallRow {
    /// When it happened.
    pub fn made_at(&self) -> Timestamp {
        time(self.made_at)
    }
}

impl Store {
    /// What happened at the break-glass door since a time, the newest first, at most `limit`.
    pub async fn break_glass_events(&self, since: Timestamp, limit: u32) -> Result<Vec<Event>, StoreError> {
        const SQL: &str = "select body from audit_event
            where authority = $1 and kind = 'break_glass' and at >= $2 order by seq desc limit $3";
        let bodies: Vec<Vec<u8>> = on_pool!(self, pool =>
            sqlx::query_scalar(SQL)
                .bind(&self.authority)
                .bind(since.as_microsecond())
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?);
        bodies
            .iter()
            .map(|body| Event::decode(body).map_err(|_| StoreError::Damaged("audit event")))
            .collect()
    }

    /// The calls that are due, the oldest first.
    pub async fn due_break_glass_calls(&self, now: Timestamp) -> Result<Vec<CallRow>, StoreError> {
        const SQL: &str = "select id, result, made_at, due_at, attempts from break_glass_call
            where authority = $1 and due_at <= $2 order by made_at, id limit 20";
        Ok(on_pool!(self, pool =>
            sqlx::query_as(SQL).bind(&self.authority).bind(now.as_microsecond()).fetch_all(pool).await?))
    }
}

impl Tx<'_> {
    /// Keeps a call until it is heard.
    pub async fn keep_break_glass_call(
        &mut self,
        id: &str,
        result: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "insert into break_glass_call (authority, id, result, made_at, due_at, attempts)
            values ($1, $2, $3, $4, $4, 0)";
        on_tx!(self, c => {
            sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(id)
                .bind(result)
                .bind(now.as_microsecond())
                .execute(c)
                .await?;
        });
        Ok(())
    }

    /// Takes a call on until a time: then it is due again. False when somebody else has taken it on.
    pub async fn take_on_break_glass_call(
        &mut self,
        row: &CallRow,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "update break_glass_call set due_at = $4, attempts = attempts + 1
            where authority = $1 and id = $2 and due_at = $3";
        Ok(on_tx!(self, c => {
            let done = sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(&row.id)
                .bind(row.due_at)
                .bind(until.as_microsecond())
                .execute(c)
                .await?;
            done.rows_affected() > 0
        }))
    }

    /// Forgets a call that was heard, or that nobody will hear.
    pub async fn drop_break_glass_call(&mut self, id: &str) -> Result<(), StoreError> {
        const SQL: &str = "delete from break_glass_call where authority = $1 and id = $2";
        on_tx!(self, c => {
            sqlx::query(SQL).bind(&self.store.authority).bind(id).execute(c).await?;
        });
        Ok(())
    }
}
