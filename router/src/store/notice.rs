//! Notices' rows: who wants to be told of new mail, what they were told of, and notices on their way.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::message::Lease;
use super::pool::{from_row, insert_many, on_pool, on_tx};
use super::tx::Inner;
use super::{Store, StoreError, Tx, time};

/// What somebody wants to be told, as stored.
#[derive(Clone, Debug)]
pub struct WishRow {
    /// `mail` or `teams`.
    pub channel: String,
    /// The person, or the unit, by id.
    pub receiver: String,
    /// How often; a stable word.
    pub pace: String,
    /// The units that the person had when they last signed in, one a line.
    pub units: String,
    since: i64,
    next_at: i64,
    seen_at: i64,
    /// How often it was changed.
    pub version: i64,
    changed_at: i64,
    /// Who changed it last, by user id.
    pub changed_by: String,
    /// The key of what is sealed.
    pub wrapped_key: Vec<u8>,
    /// Addresses.
    pub sealed: Vec<u8>,
}

from_row!(WishRow {
    channel,
    receiver,
    pace,
    units,
    since,
    next_at,
    seen_at,
    version,
    changed_at,
    changed_by,
    wrapped_key,
    sealed
});

impl WishRow {
    /// From when on letters are told of.
    pub fn since(&self) -> Timestamp {
        time(self.since)
    }

    /// When somebody is told next, if there is anything to tell.
    pub fn next_at(&self) -> Timestamp {
        time(self.next_at)
    }

    /// When the person last signed in.
    pub fn seen_at(&self) -> Timestamp {
        time(self.seen_at)
    }

    /// When it was changed last.
    pub fn changed_at(&self) -> Timestamp {
        time(self.changed_at)
    }
}

/// A wish about to be stored.
pub struct NewWish<'w> {
    /// `mail` or `teams`.
    pub channel: &'w str,
    /// The person, or the unit, by id.
    pub receiver: &'w str,
    /// How often.
    pub pace: &'w str,
    /// The person's units, one a line.
    pub units: String,
    /// From when on letters are told of.
    pub since: Timestamp,
    /// When somebody is told next.
    pub next_at: Timestamp,
    /// The version that it takes the place of; 0 for none.
    pub replaces: i64,
    /// Who wants it so, by user id.
    pub by: &'w str,
    /// The key of what is sealed.
    pub wrapped_key: Vec<u8>,
    /// Addresses.
    pub sealed: Vec<u8>,
}

/// A notice under way.
#[derive(Clone, Debug)]
pub struct NoticeRow {
    /// Its id: the same at every attempt.
    pub id: String,
    /// `mail` or `teams`.
    pub channel: String,
    /// The person, or the unit, by id.
    pub receiver: String,
    made_at: i64,
    /// Attempts so far.
    pub attempts: i64,
    /// Whose claim it is under.
    pub lease_owner: Option<String>,
}

from_row!(NoticeRow { id, channel, receiver, made_at, attempts, lease_owner });

impl NoticeRow {
    /// When made.
    pub fn made_at(&self) -> Timestamp {
        time(self.made_at)
    }
}

/// A letter that somebody may be told of: that it is there, and no more.
#[derive(Clone, Debug)]
pub struct UnseenRow {
    /// Our id of the message.
    pub message: String,
    handed_at: i64,
    /// The unit that has it, by id.
    pub unit: String,
    /// The person who has it, by id.
    pub person: Option<String>,
    deadline: Option<i64>,
}

from_row!(UnseenRow { message, handed_at, unit, person, deadline });

impl UnseenRow {
    /// When it must be answered.
    pub fn deadline(&self) -> Option<Timestamp> {
        self.deadline.map(time)
    }
}

/// Who is told of what lies with whom.
#[derive(Clone, Copy, Debug)]
pub struct Told<'t> {
    /// The person; none where a unit is told.
    pub person: Option<&'t str>,
    /// Units whose mail it is, by id.
    pub units: &'t BTreeSet<String>,
}

impl Told<'_> {
    /// Is a letter that lies there for them to see?
    pub fn may_see(&self, row: &UnseenRow) -> bool {
        match &row.person {
            Some(person) => self.person == Some(person),
            None => self.units.contains(&row.unit),
        }
    }
}

macro_rules! wish {
    ($which:literal) => {
        concat!(
            "select channel, receiver, pace, units, since, next_at, seen_at, version, changed_at, changed_by,
             wrapped_key, sealed from notice_wish where authority = $1 ",
            $which
        )
    };
}

/// How a notice came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CameOut {
    /// Told.
    Done,
    /// There was nothing left to tell, or nobody to tell it to.
    Void,
    /// Not yet; told again then.
    Later(Timestamp, &'static str),
    /// Given up.
    Failed(&'static str),
}

impl Store {
    /// What somebody wants to be told.
    pub async fn wish(&self, channel: &str, receiver: &str) -> Result<Option<WishRow>, StoreError> {
        const SQL: &str = wish!("and channel = $2 and receiver = $3");
        Ok(on_pool!(self, pool =>
            sqlx::query_as(SQL).bind(&self.authority).bind(channel).bind(receiver).fetch_optional(pool).await?))
    }

    /// Everybody whose time to be told has come.
    pub async fn due_wishes(&self, channel: &str, now: Timestamp) -> Result<Vec<WishRow>, StoreError> {
        const SQL: &str =
            wish!("and channel = $2 and pace <> 'never' and next_at <= $3 order by next_at, receiver");
        Ok(on_pool!(self, pool =>
            sqlx::query_as(SQL)
                .bind(&self.authority)
                .bind(channel)
                .bind(now.as_microsecond())
                .fetch_all(pool)
                .await?))
    }

    /// Letters that lie with somebody unopened and that they were not told of.
    pub async fn unseen_by(&self, told: Told<'_>, wish: &WishRow) -> Result<Vec<UnseenRow>, StoreError> {
        if told.person.is_none() && told.units.is_empty() {
            return Ok(Vec::new());
        }
        Ok(on_pool!(self, pool => {
            let mut query = sqlx::QueryBuilder::new(
                "select h.message, h.handed_at, h.unit, h.person, m.deadline from hand_over h
                 join message m on m.authority = h.authority and m.id = h.message where h.authority = ",
            );
            query.push_bind(self.authority.as_str());
            query.push(" and h.ended_at is null and h.opened_at is null and h.done_at is null and h.handed_at >= ");
            query.push_bind(wish.since).push(" and (");
            if let Some(person) = told.person {
                query.push("h.person = ").push_bind(person);
            }
            if !told.units.is_empty() {
                query.push(if told.person.is_some() { " or " } else { "" });
                query.push("(h.person is null and h.unit in (");
                let mut list = query.separated(", ");
                for unit in told.units {
                    list.push_bind(unit.as_str());
                }
                query.push("))");
            }
            query.push(") and not exists (select 1 from notice_item i where i.authority = h.authority and i.channel = ");
            query.push_bind(wish.channel.as_str()).push(" and i.receiver = ").push_bind(wish.receiver.as_str());
            query.push(" and i.message = h.message and i.handed_at = h.handed_at) order by h.handed_at, h.message");
            query.build_query_as().fetch_all(pool).await?
        }))
    }

    /// What a notice tells of that still lies unopened where it lay.
    pub async fn still_unseen(&self, notice: &str) -> Result<Vec<UnseenRow>, StoreError> {
        const SQL: &str = "select h.message, h.handed_at, h.unit, h.person, m.deadline from notice_item i
            join hand_over h on h.authority = i.authority and h.message = i.message and h.handed_at = i.handed_at
            join message m on m.authority = h.authority and m.id = h.message
            where i.authority = $1 and i.notice = $2
            and h.ended_at is null and h.opened_at is null and h.done_at is null order by h.handed_at, h.message";
        Ok(on_pool!(self, pool =>
            sqlx::query_as(SQL).bind(&self.authority).bind(notice).fetch_all(pool).await?))
    }

    /// How many notices are under way, and how many were given up.
    pub async fn notice_counts(&self) -> Result<(u64, u64), StoreError> {
        const SQL: &str = "select state, count(*) from notice
            where authority = $1 and state in ('due', 'failed') group by state";
        let rows: Vec<(String, i64)> =
            on_pool!(self, pool => sqlx::query_as(SQL).bind(&self.authority).fetch_all(pool).await?);
        let count =
            |state: &str| rows.iter().find(|(of, _)| of == state).map_or(0, |(_, n)| n.cast_unsigned());
        Ok((count("due"), count("failed")))
    }

    /// Claims notices that are due on a channel.
    pub async fn claim_notices(
        &self,
        channel: &str,
        lease: &Lease,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<NoticeRow>, StoreError> {
        const ANY: &str = "select count(*) from (select 1 from notice where authority = $1 and state = 'due'
            and channel = $2 and due_at <= $3 and lease_until <= $3 limit 1) as any_due";
        const PLAIN: &str =
            "update notice set lease_owner = $4, lease_until = $5 where authority = $1 and id in (
            select id from notice where authority = $1 and state = 'due' and channel = $2 and due_at <= $3
            and lease_until <= $3 order by due_at limit $6)
            returning id, channel, receiver, made_at, attempts, lease_owner";
        const SKIPPING: &str = "with due as materialized (
            select id from notice where authority = $1 and state = 'due' and channel = $2 and due_at <= $3
            and lease_until <= $3 order by due_at limit $6 for update skip locked)
            update notice set lease_owner = $4, lease_until = $5
            where authority = $1 and id in (select id from due)
            returning id, channel, receiver, made_at, attempts, lease_owner";
        let at = now.as_microsecond();
        let any: i64 = on_pool!(self, pool =>
            sqlx::query_scalar(ANY).bind(&self.authority).bind(channel).bind(at).fetch_one(pool).await?);
        if any == 0 {
            return Ok(Vec::new());
        }
        let mut tx = self.begin().await?;
        let sql = match tx.inner {
            Inner::Sqlite(_) => PLAIN,
            Inner::Postgres(_) => SKIPPING,
        };
        let rows = on_tx!(tx, c =>
            sqlx::query_as(sql)
                .bind(&self.authority)
                .bind(channel)
                .bind(at)
                .bind(&lease.owner)
                .bind(lease.until.as_microsecond())
                .bind(i64::from(limit))
                .fetch_all(c)
                .await?);
        tx.commit(now).await?;
        Ok(rows)
    }

    /// The address that came with a sign-in, sealed.
    pub async fn session_address(&self, token: &[u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
        const SQL: &str = "select address from session where authority = $1 and token = $2";
        let found: Option<Option<Vec<u8>>> = on_pool!(self, pool =>
            sqlx::query_scalar(SQL).bind(&self.authority).bind(token.as_slice()).fetch_optional(pool).await?);
        Ok(found.flatten())
    }
}

impl Tx<'_> {
    /// Keeps the address that came with a sign-in.
    pub async fn keep_session_address(&mut self, token: &[u8; 32], sealed: &[u8]) -> Result<(), StoreError> {
        const SQL: &str = "update session set address = $3 where authority = $1 and token = $2";
        on_tx!(self, c => {
            sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(token.as_slice())
                .bind(sealed)
                .execute(c)
                .await?;
        });
        Ok(())
    }

    /// Stores a wish. False when somebody else changed it meanwhile.
    pub async fn make_wish(&mut self, wish: &NewWish<'_>, now: Timestamp) -> Result<bool, StoreError> {
        const MAKE: &str =
            "insert into notice_wish (authority, channel, receiver, pace, units, since, next_at, seen_at,
            version, changed_at, changed_by, wrapped_key, sealed)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9 + 1, $8, $10, $11, $12)
            on conflict (authority, channel, receiver) do nothing";
        const CHANGE: &str =
            "update notice_wish set pace = $4, units = $5, since = $6, next_at = $7, seen_at = $8,
            version = $9 + 1, changed_at = $8, changed_by = $10, wrapped_key = $11, sealed = $12
            where authority = $1 and channel = $2 and receiver = $3 and version = $9";
        let sql = if wish.replaces == 0 { MAKE } else { CHANGE };
        Ok(on_tx!(self, c => {
            let done = sqlx::query(sql)
                .bind(&self.store.authority)
                .bind(wish.channel)
                .bind(wish.receiver)
                .bind(wish.pace)
                .bind(&wish.units)
                .bind(wish.since.as_microsecond())
                .bind(wish.next_at.as_microsecond())
                .bind(now.as_microsecond())
                .bind(wish.replaces)
                .bind(wish.by)
                .bind(&wish.wrapped_key)
                .bind(&wish.sealed)
                .execute(c)
                .await?;
            done.rows_affected() > 0
        }))
    }

    /// Notes that somebody signed in: with these units, and with this sealed of their addresses.
    pub async fn wish_seen(
        &mut self,
        wish: &WishRow,
        units: &str,
        sealed: &[u8],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "update notice_wish set units = $5, sealed = $6, seen_at = $7
            where authority = $1 and channel = $2 and receiver = $3 and version = $4";
        on_tx!(self, c => {
            sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(&wish.channel)
                .bind(&wish.receiver)
                .bind(wish.version)
                .bind(units)
                .bind(sealed)
                .bind(now.as_microsecond())
                .execute(c)
                .await?;
        });
        Ok(())
    }

    /// Turns to the next time that somebody is told. False when another process did, or the wish was changed.
    pub async fn turn_wish(&mut self, wish: &WishRow, next: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "update notice_wish set next_at = $6
            where authority = $1 and channel = $2 and receiver = $3 and version = $4 and next_at = $5";
        Ok(on_tx!(self, c => {
            let done = sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(&wish.channel)
                .bind(&wish.receiver)
                .bind(wish.version)
                .bind(wish.next_at)
                .bind(next.as_microsecond())
                .execute(c)
                .await?;
            done.rows_affected() > 0
        }))
    }

    /// Has these letters told: in the notice to this receiver that waits, or in a new one of this id. The key names the
    /// time that it is for, so that there is one for each.
    pub async fn have_told(
        &mut self,
        wish: &WishRow,
        id: &str,
        letters: &[UnseenRow],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const WAITS: &str = "select id from notice where authority = $1 and channel = $2 and receiver = $3
            and state = 'due' and lease_until <= $4 order by made_at limit 1";
        const WAITS_LOCKED: &str =
            "select id from notice where authority = $1 and channel = $2 and receiver = $3
            and state = 'due' and lease_until <= $4 order by made_at limit 1 for update skip locked";
        const MAKE: &str = "insert into notice (authority, id, key, channel, receiver, state, made_at, due_at, attempts,
            lease_until) values ($1, $2, $3, $4, $5, 'due', $6, $6, 0, 0) on conflict (authority, key) do nothing";
        let sql = match self.inner {
            Inner::Sqlite(_) => WAITS,
            Inner::Postgres(_) => WAITS_LOCKED,
        };
        let waits: Option<String> = on_tx!(self, c =>
            sqlx::query_scalar(sql)
                .bind(&self.store.authority)
                .bind(&wish.channel)
                .bind(&wish.receiver)
                .bind(now.as_microsecond())
                .fetch_optional(c)
                .await?);
        let notice = match waits {
            Some(waits) => waits,
            None => {
                let key = format!("{}:{}:{}", wish.channel, wish.receiver, wish.next_at);
                on_tx!(self, c => {
                    sqlx::query(MAKE)
                        .bind(&self.store.authority)
                        .bind(id)
                        .bind(&key)
                        .bind(&wish.channel)
                        .bind(&wish.receiver)
                        .bind(now.as_microsecond())
                        .execute(c)
                        .await?;
                });
                id.to_owned()
            }
        };
        let authority = self.store.authority.clone();
        insert_many!(
            self,
            "insert into notice_item (authority, channel, receiver, message, handed_at, notice) ",
            letters,
            |values, row| {
                values
                    .push_bind(authority.as_str())
                    .push_bind(wish.channel.as_str())
                    .push_bind(wish.receiver.as_str())
                    .push_bind(row.message.as_str())
                    .push_bind(row.handed_at)
                    .push_bind(notice.as_str());
            }
        );
        Ok(())
    }

    /// Notes how a notice came out, unless somebody else has it by now.
    pub async fn notice_came_out(
        &mut self,
        notice: &NoticeRow,
        came: &CameOut,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "update notice set state = $4, due_at = $5, last_fault = $6, done_at = $7,
            attempts = attempts + 1, lease_owner = null, lease_until = 0
            where authority = $1 and id = $2 and state = 'due' and lease_owner = $3";
        // Whoever could not be told for now is told of these letters another time, if they still lie there.
        const FORGET: &str = "delete from notice_item where authority = $1 and notice = $2";
        let (state, due_at, fault, done_at) = match came {
            CameOut::Done => ("done", now, None, Some(now)),
            CameOut::Void => ("void", now, None, Some(now)),
            CameOut::Later(at, why) => ("due", *at, Some(*why), None),
            CameOut::Failed(why) => ("failed", now, Some(*why), Some(now)),
        };
        let ours = on_tx!(self, c => {
            let done = sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(&notice.id)
                .bind(&notice.lease_owner)
                .bind(state)
                .bind(due_at.as_microsecond())
                .bind(fault)
                .bind(done_at.map(Timestamp::as_microsecond))
                .execute(c)
                .await?;
            done.rows_affected() > 0
        });
        if ours && *came == CameOut::Void {
            on_tx!(self, c => {
                sqlx::query(FORGET).bind(&self.store.authority).bind(&notice.id).execute(c).await?;
            });
        }
        Ok(())
    }

    /// Sweeps out what nobody asks for any more: notices that came out before this, and what was said of letters that lie
    /// unopened no longer.
    pub async fn sweep_notices(&mut self, before: Timestamp) -> Result<(), StoreError> {
        const OLD: &str = "delete from notice where authority = $1 and state <> 'due' and done_at < $2";
        const SEEN: &str = "delete from notice_item where authority = $1
            and not exists (select 1 from notice n where n.authority = notice_item.authority and n.id = notice_item.notice)
            and not exists (select 1 from hand_over h where h.authority = notice_item.authority
                and h.message = notice_item.message and h.handed_at = notice_item.handed_at
                and h.ended_at is null and h.opened_at is null)";
        on_tx!(self, c => {
            sqlx::query(OLD)
                .bind(&self.store.authority)
                .bind(before.as_microsecond())
                .execute(&mut *c)
                .await?;
            sqlx::query(SEEN).bind(&self.store.authority).execute(&mut *c).await?;
        });
        Ok(())
    }
}
