//! Corrections: journal entries that turned out to be misfiled. The entry stays, and says so from then on.

use jiff::Timestamp;
use uuid::Uuid;

use super::pool::{from_row, on_pool, on_tx};
use super::{Store, StoreError, Tx, time};

/// A correction as stored.
#[derive(Clone)]
pub struct CorrectionRow {
    /// Id of the entry.
    pub entry: String,
    at: i64,
    /// Who marked it, by user id.
    pub person: String,
    /// Why, sealed under the message's key.
    pub sealed: Vec<u8>,
}

from_row!(CorrectionRow { entry, at, person, sealed });

impl CorrectionRow {
    /// When.
    pub fn at(&self) -> Timestamp {
        time(self.at)
    }
}

impl Store {
    /// The corrections of the entry that a message was journaled as, first to last.
    pub async fn corrections(&self, message: &str) -> Result<Vec<CorrectionRow>, StoreError> {
        const SQL: &str =
            "select entry, at, person, sealed from journal_correction where authority = $1 and message = $2
            order by at";
        Ok(on_pool!(self, pool =>
            sqlx::query_as(SQL).bind(&self.authority).bind(message).fetch_all(pool).await?))
    }
}

impl Tx<'_> {
    /// Marks the entry that a message was journaled as. False when it is not in the built-in journal.
    pub async fn correct_entry(
        &mut self,
        message: &Uuid,
        person: &str,
        sealed: &[u8],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "insert into journal_correction (authority, entry, message, at, person, sealed)
            select authority, id, $3, $4, $5, $6 from journal_entry where authority = $1 and key = $2";
        Ok(on_tx!(self, c => {
            let done = sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(format!("modtag:{message}"))
                .bind(message.to_string())
                .bind(now.as_microsecond())
                .bind(person)
                .bind(sealed)
                .execute(c)
                .await?;
            done.rows_affected() > 0
        }))
    }
}
