//! Stops: units that the classifier passes nothing on to, because too much went wrong, until a person says otherwise.

use jiff::Timestamp;

use super::pool::{from_row, on_pool, on_tx};
use super::{Store, StoreError, Tx, time};

/// A stop that still lasts.
#[derive(Clone, Debug)]
pub struct StopRow {
    /// The unit, by id.
    pub unit: String,
    stopped_at: i64,
    /// Why; a Danish clause.
    pub why: String,
}

from_row!(StopRow { unit, stopped_at, why });

impl StopRow {
    /// Since when.
    pub fn stopped_at(&self) -> Timestamp {
        time(self.stopped_at)
    }
}

impl Store {
    /// Units that are stopped now.
    pub async fn stopped_units(&self) -> Result<Vec<StopRow>, StoreError> {
        const SQL: &str = "select unit, stopped_at, why from unseen_stop
            where authority = $1 and resumed_at is null order by unit";
        Ok(on_pool!(self, pool => sqlx::query_as(SQL).bind(&self.authority).fetch_all(pool).await?))
    }
}

impl Tx<'_> {
    /// When a person last let a unit go on; the beginning of time when nobody had to.
    pub async fn last_resumed(&mut self, unit: &str) -> Result<Timestamp, StoreError> {
        const SQL: &str = "select max(resumed_at) from unseen_stop where authority = $1 and unit = $2";
        let at: Option<i64> = on_tx!(self, c =>
            sqlx::query_scalar(SQL).bind(&self.store.authority).bind(unit).fetch_one(c).await?);
        Ok(at.map_or(Timestamp::UNIX_EPOCH, time))
    }

    /// Is a unit stopped?
    pub async fn is_stopped(&mut self, unit: &str) -> Result<bool, StoreError> {
        const SQL: &str =
            "select count(*) from unseen_stop where authority = $1 and unit = $2 and resumed_at is null";
        let stops: i64 = on_tx!(self, c =>
            sqlx::query_scalar(SQL).bind(&self.store.authority).bind(unit).fetch_one(c).await?);
        Ok(stops > 0)
    }

    /// Stops a unit.
    pub async fn stop_unit(&mut self, unit: &str, why: &str, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str =
            "insert into unseen_stop (authority, unit, stopped_at, why) values ($1, $2, $3, $4)";
        on_tx!(self, c => {
            sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(unit)
                .bind(now.as_microsecond())
                .bind(why)
                .execute(c)
                .await?;
        });
        Ok(())
    }

    /// Lets a stopped unit go on. False when it was not stopped.
    pub async fn resume_unit(
        &mut self,
        unit: &str,
        person: &str,
        reason: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "update unseen_stop set resumed_at = $3, resumed_by = $4, resume_reason = $5
            where authority = $1 and unit = $2 and resumed_at is null";
        let resumed = on_tx!(self, c => {
            sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(unit)
                .bind(now.as_microsecond())
                .bind(person)
                .bind(reason)
                .execute(c)
                .await?
                .rows_affected()
        });
        Ok(resumed > 0)
    }
}
