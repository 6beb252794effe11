//! Calls to other systems: claimed apart from other effects, one receiver at a time, so that none waits for another's.

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use super::effect::EffectRow;
use super::message::Lease;
use super::pool::{on_pool, on_tx};
use super::tx::Inner;
use super::{Store, StoreError};

/// Whose calls are claimed.
#[derive(Clone, Copy, Debug)]
pub enum Receivers<'i> {
    /// Those of this webhook.
    Only(&'i str),
    /// Those of webhooks that are none of these: nobody can make them.
    AllBut(&'i [&'i str]),
}

impl Receivers<'_> {
    /// What the key of a call to a webhook begins with. An id has no colon, so none is the beginning of another.
    fn beginnings(&self) -> Vec<String> {
        let ids = match self {
            Self::Only(id) => std::slice::from_ref(id),
            Self::AllBut(ids) => ids,
        };
        ids.iter().map(|id| format!("webhook:{id}:")).collect()
    }

    /// A condition for each beginning, with parameters from this number on.
    fn conditions(&self, first: usize) -> String {
        let is = if matches!(self, Self::Only(_)) { "=" } else { "<>" };
        let places = first..first + self.beginnings().len();
        places.map(|place| format!(" and substr(key, 1, length(${place})) {is} ${place}")).collect()
    }
}

impl Store {
    /// Claims calls that are due.
    pub async fn claim_webhooks(
        &self,
        receivers: Receivers<'_>,
        lease: &Lease,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<EffectRow>, StoreError> {
        const DUE: &str =
            "authority = $1 and state = 'due' and kind = 'webhook' and due_at <= $2 and lease_until <= $2";
        let (at, beginnings) = (now.as_microsecond(), receivers.beginnings());
        // Conditions are made of numbers of parameters alone.
        let any = AssertSqlSafe(format!(
            "select count(*) from (select 1 from effect where {DUE}{} limit 1) as any_due",
            receivers.conditions(3)
        ));
        let any: i64 = on_pool!(self, pool => {
            let mut query = sqlx::query_scalar(any).bind(&self.authority).bind(at);
            for beginning in &beginnings {
                query = query.bind(beginning);
            }
            query.fetch_one(pool).await?
        });
        if any == 0 {
            return Ok(Vec::new());
        }
        let mut tx = self.begin().await?;
        let skipping = match tx.inner {
            Inner::Sqlite(_) => "",
            Inner::Postgres(_) => " for update skip locked",
        };
        // PostgreSQL may run a subquery that skips locked rows more than once, and then claims more than the limit.
        let claim = AssertSqlSafe(format!(
            "with due as materialized (select id from effect where {DUE}{} order by due_at limit $5{skipping})
            update effect set lease_owner = $3, lease_until = $4 where authority = $1 and id in (select id from due) returning {}",
            receivers.conditions(6),
            EffectRow::COLUMNS
        ));
        let rows = on_tx!(tx, c => {
            let mut query = sqlx::query_as(claim)
                .bind(&self.authority)
                .bind(at)
                .bind(&lease.owner)
                .bind(lease.until.as_microsecond())
                .bind(i64::from(limit));
            for beginning in &beginnings {
                query = query.bind(beginning);
            }
            query.fetch_all(c).await?
        });
        tx.commit(now).await?;
        Ok(rows)
    }
}
