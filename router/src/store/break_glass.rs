//! What the audit log tells of the break-glass account.

use jiff::Timestamp;

use super::pool::on_pool;
use super::{Store, StoreError};
use crate::audit::Event;

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
}
