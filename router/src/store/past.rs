//! Past mail: every message that was ever decided, with what was known of it, oldest first. Parts of a letter are none: no
//! rule ever decided them.
//!
//! A *past* is a place in that row of messages. It can be read from and nothing else: whoever holds only a past has no
//! way to decide, journal, hand over or send anything.

use std::collections::HashMap;

use jiff::Timestamp;

use super::pool::{from_row, on_pool, shapes};
use super::{Store, StoreError};

/// Which past mail is meant, by when it was stored.
#[derive(Clone, Copy, Debug, Default)]
pub struct Period {
    /// Not before.
    pub since: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
}

/// A place in the row of past messages.
pub struct Past {
    store: Store,
    from: i64,
    until: i64,
    after: String,
}

/// One past message, still sealed.
pub struct PastRow {
    /// Our id.
    pub id: String,
    /// The message's own UUID.
    pub memo_uuid: Option<String>,
    /// The message's key, wrapped.
    pub wrapped_key: Vec<u8>,
    /// The first decision on it and what was known then, sealed.
    pub sealed: Vec<u8>,
    /// The last decision of a person, if a person decided; sealed.
    pub answered: Option<Vec<u8>>,
}

#[derive(Clone)]
struct FirstRow {
    id: String,
    memo_uuid: Option<String>,
    stored_at: i64,
    wrapped_key: Vec<u8>,
    sealed: Vec<u8>,
}

from_row!(FirstRow { id, memo_uuid, stored_at, wrapped_key, sealed });

impl Store {
    /// Past mail of a period, from its beginning.
    pub fn past(&self, period: Period) -> Past {
        let micros = |at: Timestamp| at.as_microsecond();
        Past {
            store: self.clone(),
            from: period.since.map_or(i64::MIN, micros),
            until: period.until.map_or(i64::MAX, micros),
            after: String::new(),
        }
    }
}

impl Past {
    /// How many messages are left, about: more may come while they are read.
    pub async fn count(&self) -> Result<u64, StoreError> {
        const SQL: &str =
            "select count(*) from message where authority = $1 and stored_at >= $2 and stored_at < $3
            and part_of is null";
        let count: i64 = on_pool!(self.store, pool => sqlx::query_scalar(SQL)
            .bind(&self.store.authority)
            .bind(self.from)
            .bind(self.until)
            .fetch_one(pool)
            .await?);
        Ok(count.cast_unsigned())
    }

    /// The next messages, at most so many; none when all have been read.
    pub async fn next(&mut self, limit: u32) -> Result<Vec<PastRow>, StoreError> {
        const SQL: &str = "select m.id, m.memo_uuid, m.stored_at, m.wrapped_key, d.sealed from message m
            join decision d on d.authority = m.authority and d.message = m.id and d.number = 1
            where m.authority = $1 and m.stored_at >= $2 and m.stored_at < $3 and m.part_of is null
            and (m.stored_at > $2 or m.id > $4) order by m.stored_at, m.id limit $5";
        let rows: Vec<FirstRow> = on_pool!(self.store, pool => sqlx::query_as(SQL)
            .bind(&self.store.authority)
            .bind(self.from)
            .bind(self.until)
            .bind(&self.after)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        let Some(last) = rows.last() else { return Ok(Vec::new()) };
        (self.from, self.after) = (last.stored_at, last.id.clone());
        let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
        let mut answered = self.answered(&ids).await?;
        Ok(rows
            .into_iter()
            .map(|row| PastRow {
                answered: answered.remove(&row.id),
                id: row.id,
                memo_uuid: row.memo_uuid,
                wrapped_key: row.wrapped_key,
                sealed: row.sealed,
            })
            .collect())
    }

    /// The last decision of a person on each of these messages, sealed.
    async fn answered(&self, ids: &[String]) -> Result<HashMap<String, Vec<u8>>, StoreError> {
        let mut found = HashMap::new();
        for chunk in shapes(ids) {
            let rows: Vec<(String, Vec<u8>)> = on_pool!(self.store, pool => {
                let mut query = sqlx::QueryBuilder::new(
                    "select message, sealed from decision where number > 1 and decider like 'person:%' and authority = ",
                );
                query.push_bind(self.store.authority.as_str()).push(" and message in (");
                let mut list = query.separated(", ");
                for id in chunk {
                    list.push_bind(id.as_str());
                }
                query.push(") order by message, number");
                query.build_query_as().fetch_all(pool).await?
            });
            // In order: a later one takes the place of an earlier.
            found.extend(rows);
        }
        Ok(found)
    }
}
