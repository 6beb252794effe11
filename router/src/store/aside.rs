//! Letters that were laid aside at the desk, until a time or until a colleague has said whose they are.

use std::collections::BTreeSet;

use jiff::Timestamp;
use uuid::Uuid;

use super::pool::{from_row, on_pool, on_tx};
use super::{Store, StoreError, Tx, time};

/// A letter that lies aside.
#[derive(Clone, Debug)]
pub struct AsideRow {
    /// Our id of the message.
    pub message: String,
    /// `held`, `asked` or `sending-on`.
    pub kind: String,
    /// Who laid it there, by user id.
    pub person: String,
    made_at: i64,
    until_at: i64,
    /// The unit that was asked, by id.
    pub asked_unit: Option<String>,
    /// The person who was asked, by id.
    pub asked_person: Option<String>,
    said_at: Option<i64>,
    /// Why, and what was said, sealed under the message's key.
    pub sealed: Vec<u8>,
}

from_row!(AsideRow { message, kind, person, made_at, until_at, asked_unit, asked_person, said_at, sealed });

impl AsideRow {
    /// A letter about to be laid aside.
    pub fn new(message: &Uuid, kind: &str, person: &str, until: Timestamp, sealed: Vec<u8>) -> Self {
        Self {
            message: message.to_string(),
            kind: kind.to_owned(),
            person: person.to_owned(),
            made_at: 0,
            until_at: until.as_microsecond(),
            asked_unit: None,
            asked_person: None,
            said_at: None,
            sealed,
        }
    }

    /// Since when.
    pub fn made_at(&self) -> Timestamp {
        time(self.made_at)
    }

    /// Until when; then it stands in line again.
    pub fn until(&self) -> Timestamp {
        time(self.until_at)
    }

    /// When a colleague said whose it is.
    pub fn said_at(&self) -> Option<Timestamp> {
        self.said_at.map(time)
    }
}

macro_rules! aside {
    ($which:literal) => {
        concat!(
            "select message, kind, person, made_at, until_at, asked_unit, asked_person, said_at, sealed from desk_aside
            where authority = $1 ",
            $which
        )
    };
}

impl Store {
    /// What lies aside, also what stands in line again and nobody has answered since; first due first.
    pub async fn asides(&self, limit: u32) -> Result<Vec<AsideRow>, StoreError> {
        const SQL: &str = aside!("order by until_at, message limit $2");
        Ok(on_pool!(self, pool =>
            sqlx::query_as(SQL).bind(&self.authority).bind(i64::from(limit)).fetch_all(pool).await?))
    }

    /// How a letter was laid aside last, if nobody has answered since.
    pub async fn aside(&self, message: &str) -> Result<Option<AsideRow>, StoreError> {
        const SQL: &str = aside!("and message = $2");
        Ok(on_pool!(self, pool =>
            sqlx::query_as(SQL).bind(&self.authority).bind(message).fetch_optional(pool).await?))
    }

    /// How many lie aside now.
    pub async fn count_aside(&self, now: Timestamp) -> Result<u64, StoreError> {
        const SQL: &str = "select count(*) from desk_aside where authority = $1 and until_at > $2";
        let count: i64 = on_pool!(self, pool =>
            sqlx::query_scalar(SQL).bind(&self.authority).bind(now.as_microsecond()).fetch_one(pool).await?);
        Ok(count.cast_unsigned())
    }

    /// How many wait, but stand in no line now: those that lie aside, and those that are answered and can still be taken back.
    /// One that is both is one.
    pub async fn count_out_of_line(&self, now: Timestamp) -> Result<u64, StoreError> {
        const SQL: &str =
            "select count(*) from (select message from desk_aside where authority = $1 and until_at > $2
            union select message from pending_answer where authority = $1) as out_of_line";
        let count: i64 = on_pool!(self, pool =>
            sqlx::query_scalar(SQL).bind(&self.authority).bind(now.as_microsecond()).fetch_one(pool).await?);
        Ok(count.cast_unsigned())
    }

    /// What a person, or one of their units, is asked and has not said yet; first due first.
    pub async fn asked_of(
        &self,
        person: &str,
        units: &BTreeSet<String>,
    ) -> Result<Vec<AsideRow>, StoreError> {
        Ok(on_pool!(self, pool => {
            let mut query = sqlx::QueryBuilder::new(aside!("").replace("$1", ""));
            query.push_bind(&self.authority).push(" and said_at is null and (asked_person = ").push_bind(person);
            if !units.is_empty() {
                query.push(" or asked_unit in (");
                let mut list = query.separated(", ");
                for unit in units {
                    list.push_bind(unit.as_str());
                }
                query.push(")");
            }
            query.push(") order by until_at, message");
            query.build_query_as().fetch_all(pool).await?
        }))
    }

    /// The messages that were closed at the desk last, newest first: id, outcome, when.
    pub async fn closed_at_desk(&self, limit: u32) -> Result<Vec<(String, String, Timestamp)>, StoreError> {
        const SQL: &str = "select id, outcome, due_at from message where authority = $1
            and outcome in ('sent-on', 'unwanted') and stage = 'settled' order by due_at desc limit $2";
        let rows: Vec<(String, String, i64)> = on_pool!(self, pool =>
            sqlx::query_as(SQL).bind(&self.authority).bind(i64::from(limit)).fetch_all(pool).await?);
        Ok(rows.into_iter().map(|(id, outcome, at)| (id, outcome, time(at))).collect())
    }
}

impl Tx<'_> {
    /// Lays a letter aside. How it lay before is replaced.
    pub async fn put_aside(&mut self, row: &AsideRow, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str =
            "insert into desk_aside (authority, message, kind, person, made_at, until_at, asked_unit,
            asked_person, sealed) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            on conflict (authority, message) do update set kind = excluded.kind, person = excluded.person,
            made_at = excluded.made_at, until_at = excluded.until_at, asked_unit = excluded.asked_unit,
            asked_person = excluded.asked_person, said_at = null, sealed = excluded.sealed";
        on_tx!(self, c => {
            sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(&row.message)
                .bind(&row.kind)
                .bind(&row.person)
                .bind(now.as_microsecond())
                .bind(row.until_at)
                .bind(&row.asked_unit)
                .bind(&row.asked_person)
                .bind(&row.sealed)
                .execute(c)
                .await?;
        });
        Ok(())
    }

    /// Notes what a colleague said; the letter stands in line again. False when somebody has said it already, or nobody
    /// is asked any more.
    pub async fn colleague_said(
        &mut self,
        row: &AsideRow,
        sealed: &[u8],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "update desk_aside set said_at = $4, until_at = $4, sealed = $5
            where authority = $1 and message = $2 and made_at = $3 and kind = 'asked' and said_at is null";
        Ok(on_tx!(self, c => {
            let done = sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(&row.message)
                .bind(row.made_at)
                .bind(now.as_microsecond())
                .bind(sealed)
                .execute(c)
                .await?;
            done.rows_affected() > 0
        }))
    }

    /// Forgets that a letter was laid aside. False when it was not.
    pub async fn drop_aside(&mut self, message: &Uuid) -> Result<bool, StoreError> {
        const SQL: &str = "delete from desk_aside where authority = $1 and message = $2";
        Ok(on_tx!(self, c => {
            let done =
                sqlx::query(SQL).bind(&self.store.authority).bind(message.to_string()).execute(c).await?;
            done.rows_affected() > 0
        }))
    }
}
