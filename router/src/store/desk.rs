//! The desk's rows: which letter lies open before whom, and answers that can still be taken back.

use jiff::Timestamp;
use uuid::Uuid;

use super::pool::{from_row, on_pool, on_tx};
use super::{Store, StoreError, Tx, time};

/// A letter that lies open before somebody.
#[derive(Clone, Debug)]
pub struct ClaimRow {
    /// Our id of the message.
    pub message: String,
    /// Before whom, by user id.
    pub person: String,
    claimed_until: i64,
    /// How much of it they have seen.
    pub level: i64,
}

from_row!(ClaimRow { message, person, claimed_until, level });

impl ClaimRow {
    /// Until when.
    pub fn until(&self) -> Timestamp {
        time(self.claimed_until)
    }
}

/// An answer that waits for its time.
#[derive(Clone, Debug)]
pub struct PendingRow {
    /// Our id of the message.
    pub message: String,
    /// Who gave it, by user id.
    pub person: String,
    /// Number of the decision that it answers.
    pub decision: i64,
    due_at: i64,
    /// What was answered, sealed under the message's key.
    pub sealed: Vec<u8>,
}

from_row!(PendingRow { message, person, decision, due_at, sealed });

impl PendingRow {
    /// When it is carried out.
    pub fn due_at(&self) -> Timestamp {
        time(self.due_at)
    }
}

macro_rules! pending {
    ($which:literal) => {
        concat!(
            "select message, person, decision, due_at, sealed from pending_answer where authority = $1 ",
            $which
        )
    };
}

impl Store {
    /// Every claim that lasts.
    pub async fn claims(&self, now: Timestamp) -> Result<Vec<ClaimRow>, StoreError> {
        const SQL: &str = "select message, person, claimed_until, level from desk_claim
            where authority = $1 and claimed_until > $2 order by message";
        Ok(on_pool!(self, pool =>
            sqlx::query_as(SQL).bind(&self.authority).bind(now.as_microsecond()).fetch_all(pool).await?))
    }

    /// The claim on a letter, while it lasts.
    pub async fn claim_on(&self, message: &Uuid, now: Timestamp) -> Result<Option<ClaimRow>, StoreError> {
        const SQL: &str = "select message, person, claimed_until, level from desk_claim
            where authority = $1 and message = $2 and claimed_until > $3";
        Ok(on_pool!(self, pool =>
            sqlx::query_as(SQL)
                .bind(&self.authority)
                .bind(message.to_string())
                .bind(now.as_microsecond())
                .fetch_optional(pool)
                .await?))
    }

    /// How many messages wait for a post distributor; what lies aside is among them.
    pub async fn count_at_desk(&self) -> Result<u64, StoreError> {
        const SQL: &str = "select count(*) from message
            where authority = $1 and stage = 'waiting' and outcome <> 'left-to-handler'";
        let count: i64 =
            on_pool!(self, pool => sqlx::query_scalar(SQL).bind(&self.authority).fetch_one(pool).await?);
        Ok(count.cast_unsigned())
    }

    /// What changes whenever the queue does: how many wait, the newest of them, how many lie open, how many are answered, and
    /// how many lie aside.
    pub async fn waiting_mark(&self, now: Timestamp) -> Result<[i64; 5], StoreError> {
        const SQL: &str = "select count(*), coalesce(max(stored_at), 0),
            (select count(*) from desk_claim where authority = $1),
            (select count(*) from pending_answer where authority = $1),
            (select count(*) from desk_aside where authority = $1 and until_at > $2)
            from message where authority = $1 and stage = 'waiting' and outcome <> 'left-to-handler'";
        let mark: (i64, i64, i64, i64, i64) = on_pool!(self, pool =>
            sqlx::query_as(SQL).bind(&self.authority).bind(now.as_microsecond()).fetch_one(pool).await?);
        Ok(mark.into())
    }

    /// Every answer that waits for its time, first due first.
    pub async fn pending_answers(&self) -> Result<Vec<PendingRow>, StoreError> {
        const SQL: &str = pending!("order by due_at, message");
        Ok(on_pool!(self, pool => sqlx::query_as(SQL).bind(&self.authority).fetch_all(pool).await?))
    }

    /// Answers whose time has come, first due first.
    pub async fn due_answers(&self, now: Timestamp, limit: u32) -> Result<Vec<PendingRow>, StoreError> {
        const SQL: &str = pending!("and due_at <= $2 order by due_at, message limit $3");
        Ok(on_pool!(self, pool =>
            sqlx::query_as(SQL)
                .bind(&self.authority)
                .bind(now.as_microsecond())
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?))
    }
}

impl Tx<'_> {
    /// Lays a letter before somebody. False when it lies before somebody else.
    ///
    /// What a person has seen of a letter stays with their claim while it is renewed; a new claim begins at nothing.
    pub async fn claim_letter(
        &mut self,
        message: &Uuid,
        person: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "insert into desk_claim (authority, message, person, claimed_until, level) values ($1, $2, $3, $4, 0)
            on conflict (authority, message) do update set person = excluded.person,
            claimed_until = excluded.claimed_until,
            level = case when desk_claim.person = excluded.person and desk_claim.claimed_until > $5 then desk_claim.level else 0 end
            where desk_claim.person = excluded.person or desk_claim.claimed_until <= $5";
        Ok(on_tx!(self, c => {
            let done = sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(message.to_string())
                .bind(person)
                .bind(until.as_microsecond())
                .bind(now.as_microsecond())
                .execute(c)
                .await?;
            done.rows_affected() > 0
        }))
    }

    /// How much of a letter somebody with a claim on it has seen.
    pub async fn seen_of(&mut self, message: &Uuid, person: &str) -> Result<i64, StoreError> {
        const SQL: &str =
            "select level from desk_claim where authority = $1 and message = $2 and person = $3";
        let level: Option<i64> = on_tx!(self, c =>
            sqlx::query_scalar(SQL)
                .bind(&self.store.authority)
                .bind(message.to_string())
                .bind(person)
                .fetch_optional(c)
                .await?);
        Ok(level.unwrap_or(0))
    }

    /// Notes how much of a letter its claimant has seen.
    pub async fn seen_to(&mut self, message: &Uuid, person: &str, level: i64) -> Result<(), StoreError> {
        const SQL: &str = "update desk_claim set level = $4
            where authority = $1 and message = $2 and person = $3 and level < $4";
        on_tx!(self, c => {
            sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(message.to_string())
                .bind(person)
                .bind(level)
                .execute(c)
                .await?;
        });
        Ok(())
    }

    /// Takes a letter from before somebody.
    pub async fn release_letter(&mut self, message: &Uuid, person: &str) -> Result<(), StoreError> {
        const SQL: &str = "delete from desk_claim where authority = $1 and message = $2 and person = $3";
        on_tx!(self, c => {
            sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(message.to_string())
                .bind(person)
                .execute(c)
                .await?;
        });
        Ok(())
    }

    /// Keeps an answer until its time. False when the letter is answered already.
    pub async fn keep_answer(&mut self, answer: &PendingRow, now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str =
            "insert into pending_answer (authority, message, person, decision, made_at, due_at, sealed)
            values ($1, $2, $3, $4, $5, $6, $7) on conflict (authority, message) do nothing";
        Ok(on_tx!(self, c => {
            let done = sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(&answer.message)
                .bind(&answer.person)
                .bind(answer.decision)
                .bind(now.as_microsecond())
                .bind(answer.due_at)
                .bind(&answer.sealed)
                .execute(c)
                .await?;
            done.rows_affected() > 0
        }))
    }

    /// Drops the answer that waits on a letter. False when there is none, or it was given by somebody else than asked for.
    pub async fn drop_answer(&mut self, message: &Uuid, by: Option<&str>) -> Result<bool, StoreError> {
        const SQL: &str =
            "delete from pending_answer where authority = $1 and message = $2 and ($3 = '' or person = $3)";
        Ok(on_tx!(self, c => {
            let done = sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(message.to_string())
                .bind(by.unwrap_or_default())
                .execute(c)
                .await?;
            done.rows_affected() > 0
        }))
    }
}

impl PendingRow {
    /// An answer about to be kept.
    pub fn new(message: &Uuid, person: &str, decision: i64, due_at: Timestamp, sealed: Vec<u8>) -> Self {
        Self {
            message: message.to_string(),
            person: person.to_owned(),
            decision,
            due_at: due_at.as_microsecond(),
            sealed,
        }
    }
}
