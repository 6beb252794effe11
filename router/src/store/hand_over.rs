//! Hand-overs: who has or had each message, since when, and whether anybody opened it.

use jiff::Timestamp;
use uuid::Uuid;

use super::message::Stage;
use super::pool::{from_row, insert_many, on_pool, on_tx};
use super::tx::Inner;
use super::{Store, StoreError, Tx, time};

/// A message about to be handed over.
pub struct NewHandOver {
    /// Our id of the message.
    pub message: Uuid,
    /// The unit, by id.
    pub unit: String,
    /// The person in it, or who stands in for that person, by id.
    pub person: Option<String>,
    /// The role in the unit that should take it, by id.
    pub role: Option<String>,
    /// The robot queue that it is put in, by id.
    pub queue: Option<String>,
    /// Whom or what the decision named, by id, when somebody else got it.
    pub meant_for: Option<String>,
    /// Why somebody else got it; a stable word.
    pub redirect: Option<&'static str>,
    /// When it goes on, if nobody has opened it by then.
    pub escalate_at: Option<Timestamp>,
    /// Somebody may have had the message before.
    pub replaces: bool,
}

/// A hand-over as stored.
#[derive(Clone, Debug)]
pub struct HandOverRow {
    /// Our id of the message.
    pub message: String,
    /// The unit, by id.
    pub unit: String,
    /// The person in it, by id.
    pub person: Option<String>,
    handed_at: i64,
    ended_at: Option<i64>,
    /// Whom or what the decision named, by id, when somebody else got it.
    pub meant_for: Option<String>,
    /// Why somebody else got it; a stable word.
    pub redirect: Option<String>,
    escalate_at: Option<i64>,
    opened_at: Option<i64>,
    /// Why it ended: `replaced` by another decision, `escalated`, `forwarded`, `returned` or `pulled-back`.
    pub ended_why: Option<String>,
    done_at: Option<i64>,
    /// Who was done with it, by user id.
    pub done_by: Option<String>,
}

from_row!(HandOverRow {
    message,
    unit,
    person,
    handed_at,
    ended_at,
    meant_for,
    redirect,
    escalate_at,
    opened_at,
    ended_why,
    done_at,
    done_by
});

impl HandOverRow {
    /// Since when.
    pub fn handed_at(&self) -> Timestamp {
        time(self.handed_at)
    }

    /// Until when; `None` while it lasts.
    pub fn ended_at(&self) -> Option<Timestamp> {
        self.ended_at.map(time)
    }

    /// When it goes on, if nobody has opened it by then.
    pub fn escalate_at(&self) -> Option<Timestamp> {
        self.escalate_at.map(time)
    }

    /// When the message's own words were first seen.
    pub fn opened_at(&self) -> Option<Timestamp> {
        self.opened_at.map(time)
    }

    /// When somebody was done with it.
    pub fn done_at(&self) -> Option<Timestamp> {
        self.done_at.map(time)
    }
}

/// A hand-over whose time is up, and where its message is.
pub struct Unopened {
    /// Our id of the message.
    pub message: Uuid,
    /// The unit that has it.
    pub unit: String,
    /// The person who has it.
    pub person: Option<String>,
    /// The role that should take it.
    pub role: Option<String>,
    /// The robot queue that it lies in.
    pub queue: Option<String>,
    /// Since when.
    pub handed_at: Timestamp,
    /// Stage of the message.
    pub stage: Stage,
    /// Outcome of the message.
    pub outcome: String,
    /// The message's own deadline.
    pub deadline: Option<Timestamp>,
}

/// Hand-overs whose time is up.
macro_rules! due {
    () => {
        "select h.message, h.unit, h.person, h.role, h.queue, h.handed_at, m.stage, m.outcome, m.deadline from hand_over h
            join message m on m.authority = h.authority and m.id = h.message
            where h.authority = $1 and h.escalate_at is not null and h.escalate_at <= $2
            and h.opened_at is null and h.ended_at is null order by h.escalate_at, h.message"
    };
}

impl Store {
    /// Who has or had a message, first to last.
    pub async fn hand_overs(&self, message: &str) -> Result<Vec<HandOverRow>, StoreError> {
        const SQL: &str =
            "select message, unit, person, handed_at, ended_at, meant_for, redirect, escalate_at, opened_at,
            ended_why, done_at, done_by from hand_over where authority = $1 and message = $2 order by handed_at";
        Ok(on_pool!(self, pool =>
            sqlx::query_as(SQL).bind(&self.authority).bind(message).fetch_all(pool).await?))
    }

    /// Is any hand-over due to go on unopened?
    pub async fn any_unopened(&self, now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str =
            "select count(*) from (select 1 from hand_over where authority = $1 and escalate_at is not null
            and escalate_at <= $2 and opened_at is null and ended_at is null limit 1) as any_due";
        let any: i64 = on_pool!(self, pool =>
            sqlx::query_scalar(SQL).bind(&self.authority).bind(now.as_microsecond()).fetch_one(pool).await?);
        Ok(any > 0)
    }
}

impl Tx<'_> {
    /// Hands messages to receivers. What a message was handed to before ends.
    pub async fn hand_over(&mut self, rows: &[NewHandOver], now: Timestamp) -> Result<(), StoreError> {
        let (again, fresh): (Vec<&NewHandOver>, Vec<&NewHandOver>) =
            rows.iter().partition(|row| row.replaces);
        for row in again {
            // Under the lock that escalation takes, so that neither misses the hand-over that the other makes.
            self.lock_log().await?;
            let at = self.after_the_last(&row.message, now).await?;
            self.end_hand_over(&row.message, "replaced", at).await?;
            self.insert_hand_overs(&[row], at).await?;
        }
        self.insert_hand_overs(&fresh, now).await
    }

    /// Now, or the moment after a message's last hand-over: a clock that stands still or was set back must not put a new
    /// one before the old one, or in its place.
    async fn after_the_last(&mut self, message: &Uuid, now: Timestamp) -> Result<Timestamp, StoreError> {
        const SQL: &str = "select max(handed_at) from hand_over where authority = $1 and message = $2";
        let last: Option<i64> = on_tx!(self, c =>
            sqlx::query_scalar(SQL)
                .bind(&self.store.authority)
                .bind(message.to_string())
                .fetch_one(c)
                .await?);
        Ok(last.map_or(now, |last| now.max(time(last.saturating_add(1)))))
    }

    pub(super) async fn insert_hand_overs(
        &mut self,
        rows: &[&NewHandOver],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let authority = self.store.authority.clone();
        insert_many!(
            self,
            "insert into hand_over (authority, message, unit, person, handed_at, role, queue, meant_for, redirect, escalate_at) ",
            rows,
            |values, row| {
                values
                    .push_bind(authority.as_str())
                    .push_bind(row.message.to_string())
                    .push_bind(row.unit.as_str())
                    .push_bind(row.person.as_deref())
                    .push_bind(now.as_microsecond())
                    .push_bind(row.role.as_deref())
                    .push_bind(row.queue.as_deref())
                    .push_bind(row.meant_for.as_deref())
                    .push_bind(row.redirect)
                    .push_bind(row.escalate_at.map(Timestamp::as_microsecond));
            }
        );
        Ok(())
    }

    async fn end_hand_over(&mut self, message: &Uuid, why: &str, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "update hand_over set ended_at = $3, ended_why = $4
            where authority = $1 and message = $2 and ended_at is null";
        on_tx!(self, c => {
            sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(message.to_string())
                .bind(now.as_microsecond())
                .bind(why)
                .execute(c)
                .await?;
        });
        Ok(())
    }

    /// Notes that somebody saw a message's own words. The first time counts; what is opened does not go on by itself.
    ///
    /// Holds the end of the log, as escalation does: either sees what the other did.
    pub async fn opened(&mut self, message: &Uuid, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "update hand_over set opened_at = $3
            where authority = $1 and message = $2 and ended_at is null and opened_at is null";
        self.lock_log().await?;
        on_tx!(self, c => {
            sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(message.to_string())
                .bind(now.as_microsecond())
                .execute(c)
                .await?;
        });
        Ok(())
    }

    /// Hand-overs whose time is up, for this step alone: until its commit nobody else escalates, opens or replaces them.
    ///
    /// The log's end is locked first, so that this step waits for nothing while it holds rows that others may wait for;
    /// messages that another step holds are left for the next time.
    pub async fn unopened(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Unopened>, StoreError> {
        const PLAIN: &str = concat!(due!(), " limit $3");
        const SKIPPING: &str = concat!(due!(), " limit $3 for update of h, m skip locked");
        type Row = (
            String,
            String,
            Option<String>,
            Option<String>,
            Option<String>,
            i64,
            String,
            String,
            Option<i64>,
        );
        self.lock_log().await?;
        let sql = match self.inner {
            Inner::Sqlite(_) => PLAIN,
            Inner::Postgres(_) => SKIPPING,
        };
        let rows: Vec<Row> = on_tx!(self, c =>
            sqlx::query_as(sql)
                .bind(&self.store.authority)
                .bind(now.as_microsecond())
                .bind(i64::from(limit))
                .fetch_all(c)
                .await?);
        rows.into_iter()
            .map(|(message, unit, person, role, queue, handed_at, stage, outcome, deadline)| {
                Ok(Unopened {
                    message: Uuid::parse_str(&message).map_err(|_| StoreError::Damaged("message id"))?,
                    unit,
                    person,
                    role,
                    queue,
                    handed_at: time(handed_at),
                    stage: Stage::parse(&stage).ok_or(StoreError::Damaged("stage"))?,
                    outcome,
                    deadline: deadline.map(time),
                })
            })
            .collect()
    }

    /// Ends a hand-over that nobody opened, and hands the message to the next in line when there is one.
    pub async fn escalate(
        &mut self,
        from: &Unopened,
        to: Option<NewHandOver>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        // A clock that was set back must not put the new hand-over before the old one, or in its place.
        let at = now.max(from.handed_at.saturating_add(jiff::SignedDuration::from_micros(1)).unwrap_or(now));
        self.end_hand_over(&from.message, "escalated", at).await?;
        self.insert_hand_overs(to.as_ref().as_slice(), at).await
    }

    /// Lets a hand-over lie until later.
    pub async fn put_off(&mut self, from: &Unopened, until: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "update hand_over set escalate_at = $3
            where authority = $1 and message = $2 and ended_at is null";
        on_tx!(self, c => {
            sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(from.message.to_string())
                .bind(until.as_microsecond())
                .execute(c)
                .await?;
        });
        Ok(())
    }
}
