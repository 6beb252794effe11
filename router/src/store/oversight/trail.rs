//! The trail by kind, time, message and person: who saw what.

use jiff::Timestamp;

use crate::audit::Event;
use crate::store::pool::{on_pool, shapes};
use crate::store::{Store, StoreError, time};

/// Events of somebody seeing, searching, taking out or destroying.
macro_rules! sight {
    ($columns:literal, $rest:literal) => {
        concat!(
            "select ",
            $columns,
            " from audit_event where authority = $1 and kind in ('viewed', 'searched', 'exported', 'erased') ",
            $rest
        )
    };
}

fn decoded(bodies: &[Vec<u8>]) -> Result<Vec<Event>, StoreError> {
    let event = |body: &Vec<u8>| Event::decode(body).map_err(|_| StoreError::Damaged("audit event"));
    bodies.iter().map(event).collect()
}

impl Store {
    /// What people saw, searched, took out and destroyed between two times, the newest first.
    pub async fn sights(&self, from: Timestamp, to: Timestamp, limit: u32) -> Result<Vec<Event>, StoreError> {
        const SQL: &str = sight!("body", "and at >= $2 and at < $3 order by seq desc limit $4");
        let bodies: Vec<Vec<u8>> = on_pool!(self, pool =>
            sqlx::query_scalar(SQL)
                .bind(&self.authority)
                .bind(from.as_microsecond())
                .bind(to.as_microsecond())
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?);
        decoded(&bodies)
    }

    /// What people saw of these messages, in no order.
    pub async fn sights_of(&self, messages: &[String]) -> Result<Vec<Event>, StoreError> {
        // By message: told the kinds as they are, SQLite looks through everything that was ever seen.
        const HEAD: &str =
            "select body from audit_event where kind || '' in ('viewed', 'searched', 'exported', 'erased')
            and authority = ";
        let mut found = Vec::new();
        for chunk in shapes(messages) {
            let bodies: Vec<Vec<u8>> = on_pool!(self, pool => {
                let mut query = sqlx::QueryBuilder::new(HEAD);
                query.push_bind(self.authority.as_str()).push(" and message in (");
                let mut list = query.separated(", ");
                for message in chunk {
                    list.push_bind(message.as_str());
                }
                query.push(")");
                query.build_query_scalar().fetch_all(pool).await?
            });
            found.extend(decoded(&bodies)?);
        }
        Ok(found)
    }

    /// Places in the log of every view between two times, before a place.
    pub async fn view_places(
        &self,
        from: Timestamp,
        to: Timestamp,
        before: u64,
    ) -> Result<Vec<u64>, StoreError> {
        const SQL: &str = "select seq from audit_event where authority = $1 and kind = 'viewed'
            and at >= $2 and at < $3 and seq < $4";
        let places: Vec<i64> = on_pool!(self, pool =>
            sqlx::query_scalar(SQL)
                .bind(&self.authority)
                .bind(from.as_microsecond())
                .bind(to.as_microsecond())
                .bind(before.cast_signed())
                .fetch_all(pool)
                .await?);
        Ok(places.into_iter().map(i64::cast_unsigned).collect())
    }

    /// The events at these places in the log, in no order.
    pub async fn events_at(&self, places: &[u64]) -> Result<Vec<Event>, StoreError> {
        let mut found = Vec::with_capacity(places.len());
        for chunk in shapes(places) {
            let bodies: Vec<Vec<u8>> = on_pool!(self, pool => {
                let mut query = sqlx::QueryBuilder::new("select body from audit_event where authority = ");
                query.push_bind(self.authority.as_str()).push(" and seq in (");
                let mut list = query.separated(", ");
                for place in chunk {
                    list.push_bind(place.cast_signed());
                }
                query.push(")");
                query.build_query_scalar().fetch_all(pool).await?
            });
            found.extend(decoded(&bodies)?);
        }
        Ok(found)
    }

    /// Messages that somebody sent, and messages journaled on cases that they are a party of: our id, and 1 for the sender's own.
    pub async fn messages_of(&self, lookup: &[u8; 32], limit: u32) -> Result<Vec<(String, i64)>, StoreError> {
        const SQL: &str = "select found.id, max(found.sent) from (
            select id, cast(1 as bigint) as sent from message where authority = $1 and sender_lookup = $2
            union all
            select substr(j.key, 8) as id, cast(0 as bigint) as sent from journal_entry j where j.authority = $1
                and j.key like 'modtag:%' and j.case_number in
                (select p.case_number from case_party p where p.authority = $1 and p.lookup = $2)
            ) found group by found.id order by found.id limit $3";
        Ok(on_pool!(self, pool =>
            sqlx::query_as(SQL)
                .bind(&self.authority)
                .bind(lookup.as_slice())
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?))
    }

    /// The newest checkpoint: how many events it covers, and when it was signed.
    pub async fn last_checkpoint(&self) -> Result<Option<(u64, Timestamp)>, StoreError> {
        const SQL: &str =
            "select size, at from audit_checkpoint where authority = $1 order by size desc limit 1";
        let row: Option<(i64, i64)> =
            on_pool!(self, pool => sqlx::query_as(SQL).bind(&self.authority).fetch_optional(pool).await?);
        Ok(row.map(|(size, at)| (size.cast_unsigned(), time(at))))
    }

    /// The newest checkpoint: how many events it covers, when it was signed, and the signed note.
    pub async fn newest_checkpoint(&self) -> Result<Option<(u64, Timestamp, String)>, StoreError> {
        const SQL: &str =
            "select size, at, note from audit_checkpoint where authority = $1 order by size desc limit 1";
        let row: Option<(i64, i64, String)> =
            on_pool!(self, pool => sqlx::query_as(SQL).bind(&self.authority).fetch_optional(pool).await?);
        Ok(row.map(|(size, at, note)| (size.cast_unsigned(), time(at), note)))
    }
}
