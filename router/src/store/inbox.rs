//! The inbox's rows: what lies with a person and their units now.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::hand_over::{HandOverRow, NewHandOver};
use super::pool::{Pools, on_pool, on_tx, shapes};
use super::{Store, StoreError, Tx};
use crate::audit::{Event, EventKind};

/// Which of the letters that lie with somebody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shelf {
    /// Theirs, and those of their units that lie with nobody in particular; not done.
    #[default]
    Open,
    /// Those of their units that lie with a colleague; not done.
    Colleagues,
    /// What somebody was done with.
    Done,
}

/// Whose letters.
#[derive(Clone, Copy, Debug)]
pub struct Whose<'a> {
    /// User id.
    pub person: &'a str,
    /// Units they belong to, by id.
    pub units: &'a BTreeSet<String>,
}

/// Hand-overs that lie with somebody, for a query that is being built, whichever engine it is for.
///
/// Two that have nothing in common and an index each: those of the person, and those of the units that are not the person's.
/// Asked for both at once, SQLite looks through every hand-over there is.
macro_rules! lying {
    ($query:ident, $authority:expr, $whose:expr, $shelf:expr) => {{
        const FROM: &str = "select * from hand_over h where h.ended_at is null and h.authority = ";
        let done =
            if $shelf == Shelf::Done { " and h.done_at is not null" } else { " and h.done_at is null" };
        $query.push("(");
        if $shelf != Shelf::Colleagues {
            $query.push(FROM).push_bind($authority).push(done);
            $query.push(" and h.person = ").push_bind($whose.person).push(" union all ");
        }
        $query.push(FROM).push_bind($authority).push(done).push(" and h.unit in (");
        let mut list = $query.separated(", ");
        // No unit is called nothing.
        list.push_bind("");
        for unit in $whose.units {
            list.push_bind(unit.as_str());
        }
        $query.push(")");
        match $shelf {
            Shelf::Open => $query.push(" and h.person is null"),
            Shelf::Colleagues => $query.push(" and h.person <> ").push_bind($whose.person),
            Shelf::Done => {
                $query.push(" and (h.person is null or h.person <> ").push_bind($whose.person).push(")")
            }
        };
        $query.push(") h");
    }};
}

const COLUMNS: &str = "select h.message, h.unit, h.person, h.handed_at, h.ended_at, h.meant_for, h.redirect, h.escalate_at, h.opened_at, \
     h.ended_why, h.done_at, h.done_by";

impl Store {
    /// A page of what lies with somebody: most urgent first, then by deadline; what was done, newest first.
    pub async fn lying_with(
        &self,
        whose: Whose<'_>,
        shelf: Shelf,
        limit: u32,
        skipped: u64,
    ) -> Result<Vec<HandOverRow>, StoreError> {
        let order = match shelf {
            Shelf::Done => " order by h.done_at desc, h.message",
            Shelf::Open | Shelf::Colleagues => {
                " order by m.urgent desc, case when m.deadline is null then 1 else 0 end, m.deadline, m.stored_at, m.id"
            }
        };
        // All that is asked of a message is in this index; SQLite would sooner read its whole row, with what is sealed.
        let index = match self.pools {
            Pools::Sqlite { .. } => " indexed by message_place",
            Pools::Postgres(_) => "",
        };
        Ok(on_pool!(self, pool => {
            let mut query = sqlx::QueryBuilder::new(COLUMNS);
            query.push(" from ");
            lying!(query, self.authority.as_str(), whose, shelf);
            query.push(" join message m").push(index).push(" on m.authority = h.authority and m.id = h.message");
            query.push(order).push(" limit ").push_bind(i64::from(limit));
            query.push(" offset ").push_bind(skipped.cast_signed());
            query.build_query_as().fetch_all(pool).await?
        }))
    }

    /// How many letters lie with somebody.
    pub async fn count_lying(&self, whose: Whose<'_>, shelf: Shelf) -> Result<u64, StoreError> {
        let count: i64 = on_pool!(self, pool => {
            let mut query = sqlx::QueryBuilder::new("select count(*) from ");
            lying!(query, self.authority.as_str(), whose, shelf);
            query.build_query_scalar().fetch_one(pool).await?
        });
        Ok(count.cast_unsigned())
    }

    /// Who has a message now.
    pub async fn open_hand_over(&self, message: &str) -> Result<Option<HandOverRow>, StoreError> {
        Ok(self.hand_overs(message).await?.into_iter().rfind(|row| row.ended_at().is_none()))
    }

    /// What lies with anybody, newest hand-over first: what could be pulled back.
    pub async fn lately_handed(&self, limit: u32) -> Result<Vec<HandOverRow>, StoreError> {
        Ok(on_pool!(self, pool => {
            let mut query = sqlx::QueryBuilder::new(COLUMNS);
            query.push(" from hand_over h where h.ended_at is null and h.authority = ").push_bind(self.authority.as_str());
            query.push(" order by h.handed_at desc, h.message limit ").push_bind(i64::from(limit));
            query.build_query_as().fetch_all(pool).await?
        }))
    }

    /// On which cases these messages were journaled, wherever the journal is: (message, case).
    pub async fn journaled_on(&self, messages: &[String]) -> Result<Vec<(String, String)>, StoreError> {
        let mut found = Vec::new();
        for chunk in shapes(messages) {
            let bodies: Vec<Vec<u8>> = on_pool!(self, pool => {
                // By message: told the kind as it is, SQLite looks through all that was ever journaled.
                let mut query = sqlx::QueryBuilder::new("select body from audit_event where kind || '' = ");
                query.push_bind(EventKind::Journaled.name()).push(" and authority = ").push_bind(self.authority.as_str());
                query.push(" and message in (");
                let mut list = query.separated(", ");
                for id in chunk {
                    list.push_bind(id.as_str());
                }
                query.push(")");
                query.build_query_scalar().fetch_all(pool).await?
            });
            for body in bodies {
                let event = Event::decode(&body).map_err(|_| StoreError::Damaged("audit event"))?;
                let case = event.details().get("case").cloned();
                found.extend(event.message.map(|id| id.to_string()).zip(case));
            }
        }
        Ok(found)
    }
}

impl Tx<'_> {
    /// Ends this hand-over, and hands the message to the next when there is one. False when it had ended already.
    ///
    /// Under the lock that escalation takes, so that neither misses what the other does.
    pub async fn end_hand_over_of(
        &mut self,
        from: &HandOverRow,
        why: &str,
        to: Option<NewHandOver>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "update hand_over set ended_at = $4, ended_why = $5
            where authority = $1 and message = $2 and handed_at = $3 and ended_at is null";
        self.lock_log().await?;
        // A clock that was set back must not put the new hand-over before the old one, or in its place.
        let at =
            now.max(from.handed_at().saturating_add(jiff::SignedDuration::from_micros(1)).unwrap_or(now));
        let ended = on_tx!(self, c => {
            let done = sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(&from.message)
                .bind(from.handed_at().as_microsecond())
                .bind(at.as_microsecond())
                .bind(why)
                .execute(c)
                .await?;
            done.rows_affected() > 0
        });
        if ended {
            self.insert_hand_overs(to.as_ref().as_slice(), at).await?;
        }
        Ok(ended)
    }

    /// Notes that the receiver has seen the message's own words; the first time counts. False when it is theirs no more.
    pub async fn opened_by_receiver(
        &mut self,
        row: &HandOverRow,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "update hand_over set opened_at = coalesce(opened_at, $4)
            where authority = $1 and message = $2 and handed_at = $3 and ended_at is null";
        self.lock_log().await?;
        Ok(on_tx!(self, c => {
            let done = sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(&row.message)
                .bind(row.handed_at().as_microsecond())
                .bind(now.as_microsecond())
                .execute(c)
                .await?;
            done.rows_affected() > 0
        }))
    }

    /// Notes that somebody is done with a message, or with `None` that it is taken up again. False when it was so already.
    pub async fn set_done(
        &mut self,
        row: &HandOverRow,
        by: Option<&str>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "update hand_over set done_at = $4, done_by = $5
            where authority = $1 and message = $2 and handed_at = $3 and ended_at is null
            and (case when done_at is null then 1 else 0 end) = $6";
        self.lock_log().await?;
        Ok(on_tx!(self, c => {
            let done = sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(&row.message)
                .bind(row.handed_at().as_microsecond())
                .bind(by.map(|_| now.as_microsecond()))
                .bind(by)
                .bind(i64::from(by.is_some()))
                .execute(c)
                .await?;
            done.rows_affected() > 0
        }))
    }
}
