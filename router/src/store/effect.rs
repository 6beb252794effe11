//! Effects: what is still to be done in the world, one row each, done once.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::message::Lease;
use super::pool::{from_row, on_pool, on_tx, shapes};
use super::tx::Inner;
use super::{Store, StoreError, Tx, time};

/// What an effect does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EffectKind {
    /// Writes the journal entry.
    Journal,
    /// Hands the message to its receiver.
    HandOver,
    /// Tells Digital Post that we have the message.
    Receipt,
    /// Tells another system of the decision.
    ///
    /// No stage waits for it: the letter lies where it should, whether or not somebody else has heard of it. One that was
    /// given up is shown with its message, counted, and tried again with `modtag retry`.
    Webhook,
}

impl EffectKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Journal, Self::HandOver, Self::Receipt, Self::Webhook];

    /// The word in column, log and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Journal => "journal",
            Self::HandOver => "hand-over",
            Self::Receipt => "receipt",
            Self::Webhook => "webhook",
        }
    }

    /// The word on the page.
    pub fn danish(self) -> &'static str {
        match self {
            Self::Journal => "journalisering",
            Self::HandOver => "overdragelse",
            Self::Receipt => "forretningskvittering",
            Self::Webhook => "webhook",
        }
    }

    /// The kind of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// An effect about to be stored.
pub struct NewEffect {
    /// Its id; a receipt's is its transmission id.
    pub id: Uuid,
    /// Our id of the message.
    pub message: Uuid,
    /// The decision that it carries out; 0 for none.
    pub decision: i64,
    /// What it does.
    pub kind: EffectKind,
    /// Idempotency key: a second effect with the same key is the same effect.
    pub key: String,
    /// When made.
    pub made_at: Timestamp,
    /// Not before.
    pub due_at: Timestamp,
    /// Who works on it from the start.
    pub lease: Option<Lease>,
}

/// An effect as stored.
#[derive(Clone, Debug)]
pub struct EffectRow {
    /// Its id.
    pub id: String,
    /// Our id of the message.
    pub message: String,
    /// The decision that it carries out; 0 for none.
    pub decision: i64,
    /// What it does, as [`EffectKind::as_str`].
    pub kind: String,
    /// Idempotency key.
    pub key: String,
    /// `due`, `done`, `failed` (a person has it), `stopped` (its message was taken back).
    pub state: String,
    made_at: i64,
    due_at: i64,
    /// Attempts so far.
    pub attempts: i64,
    look_ups: i64,
    doubt: i64,
    /// Why the last attempt failed, without personal data.
    pub last_fault: Option<String>,
    done_at: Option<i64>,
    /// Whose claim it is under.
    pub lease_owner: Option<String>,
}

from_row!(EffectRow {
    id,
    message,
    decision,
    kind,
    key,
    state,
    made_at,
    due_at,
    attempts,
    look_ups,
    doubt,
    last_fault,
    done_at,
    lease_owner
});

impl EffectRow {
    /// The row that this effect is stored as.
    pub fn from_new(new: &NewEffect) -> Self {
        Self {
            id: new.id.to_string(),
            message: new.message.to_string(),
            decision: new.decision,
            kind: new.kind.as_str().into(),
            key: new.key.clone(),
            state: "due".into(),
            made_at: new.made_at.as_microsecond(),
            due_at: new.due_at.as_microsecond(),
            attempts: 0,
            look_ups: 0,
            doubt: 0,
            last_fault: None,
            done_at: None,
            lease_owner: new.lease.as_ref().map(|lease| lease.owner.clone()),
        }
    }

    /// Kind.
    pub fn kind(&self) -> Result<EffectKind, StoreError> {
        EffectKind::parse(&self.kind).ok_or(StoreError::Damaged("effect kind"))
    }

    /// How far the write has come.
    pub fn progress(&self) -> esdh::Progress {
        esdh::Progress {
            attempts: u32::try_from(self.attempts).unwrap_or(u32::MAX),
            look_ups: u32::try_from(self.look_ups).unwrap_or(u32::MAX),
            doubt: self.doubt != 0,
        }
    }

    /// When made.
    pub fn made_at(&self) -> Timestamp {
        time(self.made_at)
    }

    /// Not before.
    pub fn due_at(&self) -> Timestamp {
        time(self.due_at)
    }

    /// When done.
    pub fn done_at(&self) -> Option<Timestamp> {
        self.done_at.map(time)
    }
}

macro_rules! columns {
    () => {
        "id, message, decision, kind, key, state, made_at, due_at, attempts, look_ups, doubt, last_fault, done_at, lease_owner"
    };
}

impl EffectRow {
    /// What is selected of an effect.
    pub(super) const COLUMNS: &str = columns!();
}

impl Store {
    /// The effects of a message, in the order they were made.
    pub async fn effects(&self, message: &str) -> Result<Vec<EffectRow>, StoreError> {
        const SQL: &str = concat!(
            "select ",
            columns!(),
            " from effect where authority = $1 and message = $2 order by made_at, id"
        );
        Ok(on_pool!(self, pool =>
            sqlx::query_as(SQL).bind(&self.authority).bind(message).fetch_all(pool).await?))
    }

    /// How many effects of each kind are in each state but done.
    pub async fn effect_counts(&self) -> Result<Vec<(String, String, u64)>, StoreError> {
        // Said as the indexes have it: done effects are many.
        const SQL: &str = "select kind, state, count(*) from effect
            where authority = $1 and state = 'due' and kind <> 'webhook' group by kind, state
            union all select kind, state, count(*) from effect
            where authority = $1 and state = 'due' and kind = 'webhook' group by kind, state
            union all select kind, state, count(*) from effect
            where authority = $1 and state = 'failed' group by kind, state";
        let rows: Vec<(String, String, i64)> =
            on_pool!(self, pool => sqlx::query_as(SQL).bind(&self.authority).fetch_all(pool).await?);
        Ok(rows.into_iter().map(|(kind, state, n)| (kind, state, n.cast_unsigned())).collect())
    }

    /// When the next effect is due, if any is.
    pub async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        const SQL: &str =
            "select min(case when due_at > lease_until then due_at else lease_until end) from effect
            where authority = $1 and state = 'due'";
        let at: Option<i64> =
            on_pool!(self, pool => sqlx::query_scalar(SQL).bind(&self.authority).fetch_one(pool).await?);
        Ok(at.map(time))
    }

    /// Claims effects that are due, but for webhooks: those have claims of their own, so that a slow receiver holds up
    /// nobody's mail.
    pub async fn claim_effects(
        &self,
        lease: &Lease,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<EffectRow>, StoreError> {
        const PLAIN: &str = concat!("update effect set lease_owner = $3, lease_until = $4 where authority = $1 and id in (
            select id from effect where authority = $1 and state = 'due' and kind <> 'webhook' and due_at <= $2 and lease_until <= $2
            order by due_at limit $5) returning ", columns!());
        // Materialized: run as part of a join, a subquery that skips locked rows may claim more than the limit.
        const SKIPPING: &str = concat!("with due as materialized (
            select id from effect where authority = $1 and state = 'due' and kind <> 'webhook' and due_at <= $2 and lease_until <= $2
            order by due_at limit $5 for update skip locked)
            update effect set lease_owner = $3, lease_until = $4 where authority = $1 and id in (select id from due) returning ", columns!());
        const ANY: &str = "select count(*) from (select 1 from effect
            where authority = $1 and state = 'due' and kind <> 'webhook' and due_at <= $2 and lease_until <= $2 limit 1) as any_due";
        let at = now.as_microsecond();
        let any: i64 = on_pool!(self, pool =>
            sqlx::query_scalar(ANY).bind(&self.authority).bind(at).fetch_one(pool).await?);
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
                .bind(at)
                .bind(&lease.owner)
                .bind(lease.until.as_microsecond())
                .bind(i64::from(limit))
                .fetch_all(c)
                .await?);
        tx.commit(now).await?;
        Ok(rows)
    }

    /// Prolongs a claim. False when it is no longer held: the effect is done, given back, or claimed by somebody else.
    pub async fn renew_effect(&self, id: &str, lease: &Lease, now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "update effect set lease_until = $4
            where authority = $1 and id = $2 and state = 'due' and lease_owner = $3";
        let mut tx = self.begin().await?;
        let renewed = on_tx!(tx, c =>
            sqlx::query(SQL)
                .bind(&self.authority)
                .bind(id)
                .bind(&lease.owner)
                .bind(lease.until.as_microsecond())
                .execute(c)
                .await?
                .rows_affected());
        tx.commit(now).await?;
        Ok(renewed > 0)
    }

    /// Durable memory of the steps of one effect's write.
    pub fn steps(&self, effect: &str, clock: std::sync::Arc<dyn crate::clock::Clock>) -> EffectSteps {
        EffectSteps { store: self.clone(), effect: effect.to_owned(), clock }
    }
}

impl Tx<'_> {
    /// Stores effects. One with a key that is there already and not done takes over the new decision and is due again.
    ///
    /// Returns the id that each is stored under, by key: one that was there keeps its own, and with it the memory of
    /// its steps. One that is done already is not among them.
    pub async fn record_effects(
        &mut self,
        effects: &[NewEffect],
    ) -> Result<HashMap<String, String>, StoreError> {
        let authority = self.store.authority.clone();
        let mut stored = HashMap::with_capacity(effects.len());
        for chunk in shapes(effects) {
            let rows: Vec<(String, String)> = on_tx!(self, c => {
                let mut query = sqlx::QueryBuilder::new("insert into effect (authority, id, message, decision, kind, key, state, \
                     made_at, due_at, lease_owner, lease_until) ");
                query.push_values(chunk, |mut values, row| {
                    values
                        .push_bind(authority.as_str())
                        .push_bind(row.id.to_string())
                        .push_bind(row.message.to_string())
                        .push_bind(row.decision)
                        .push_bind(row.kind.as_str())
                        .push_bind(row.key.as_str())
                        .push_bind("due")
                        .push_bind(row.made_at.as_microsecond())
                        .push_bind(row.due_at.as_microsecond())
                        .push_bind(row.lease.as_ref().map(|lease| lease.owner.as_str()))
                        .push_bind(row.lease.as_ref().map_or(0, |lease| lease.until.as_microsecond()));
                });
                query.push(" on conflict (authority, key) do update set decision = excluded.decision, state = 'due', attempts = 0, \
                     look_ups = 0, due_at = excluded.due_at, lease_owner = excluded.lease_owner, lease_until = excluded.lease_until \
                     where effect.state <> 'done' returning key, id");
                query.build_query_as().fetch_all(c).await?
            });
            stored.extend(rows);
        }
        Ok(stored)
    }

    /// Which of these claims, given by effect and owner, are still held. Until the commit nobody else can take them.
    pub async fn held_effects(&mut self, claims: &[(String, String)]) -> Result<HashSet<String>, StoreError> {
        let lock = match self.inner {
            Inner::Sqlite(_) => "",
            Inner::Postgres(_) => " order by id for update",
        };
        let mut held = HashSet::with_capacity(claims.len());
        for chunk in shapes(claims) {
            let rows: Vec<(String, Option<String>)> = on_tx!(self, c => {
                let mut query = sqlx::QueryBuilder::new("select id, lease_owner from effect where state = 'due' and authority = ");
                query.push_bind(self.store.authority.as_str()).push(" and id in (");
                let mut list = query.separated(", ");
                for (id, _) in chunk {
                    list.push_bind(id.as_str());
                }
                query.push(")").push(lock);
                query.build_query_as().fetch_all(c).await?
            });
            let is_ours = |id: &str, owner: &str| chunk.iter().any(|(ours, by)| ours == id && by == owner);
            held.extend(
                rows.into_iter()
                    .filter(|(id, owner)| owner.as_ref().is_some_and(|owner| is_ours(id, owner)))
                    .map(|(id, _)| id),
            );
        }
        Ok(held)
    }

    /// Marks effects as done. Returns those that were not done before: another worker may have been quicker.
    pub async fn effects_done(&mut self, ids: &[String], now: Timestamp) -> Result<Vec<String>, StoreError> {
        let mut marked = Vec::with_capacity(ids.len());
        for chunk in shapes(ids) {
            let rows: Vec<String> = on_tx!(self, c => {
                let mut query = sqlx::QueryBuilder::new("update effect set state = 'done', lease_owner = null, lease_until = 0, \
                     last_fault = null, attempts = attempts + 1, done_at = ");
                query.push_bind(now.as_microsecond());
                query.push(" where state <> 'done' and authority = ").push_bind(self.store.authority.as_str()).push(" and id in (");
                let mut list = query.separated(", ");
                for id in chunk {
                    list.push_bind(id.as_str());
                }
                query.push(") returning id");
                query.build_query_scalar().fetch_all(c).await?
            });
            marked.extend(rows);
        }
        Ok(marked)
    }

    /// Gives an effect back, to be tried again at `due_at`; or, with `failed`, to a person. What was under way for a message
    /// that has been taken back meanwhile is not tried again.
    pub async fn effect_failed(
        &mut self,
        id: &str,
        due_at: Timestamp,
        progress: &esdh::Progress,
        fault: &str,
        failed: bool,
    ) -> Result<(), StoreError> {
        const SQL: &str =
            "update effect set lease_owner = null, lease_until = 0, attempts = $4, look_ups = $5,
            doubt = $6, due_at = $7, last_fault = $8, state = case when kind <> 'receipt' and exists (
                select 1 from message where message.authority = $1 and message.id = effect.message
                and message.outcome in ('sent-back', 'pulled-back')) then 'stopped' else $3 end
            where authority = $1 and id = $2 and state <> 'done'";
        let state = if failed { "failed" } else { "due" };
        on_tx!(self, c => {
            sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(id)
                .bind(state)
                .bind(i64::from(progress.attempts))
                .bind(i64::from(progress.look_ups))
                .bind(i64::from(progress.doubt))
                .bind(due_at.as_microsecond())
                .bind(fault)
                .execute(c)
                .await?;
        });
        Ok(())
    }

    /// Which of these messages still have effects to do: (message, kind, state).
    pub async fn open_effects(
        &mut self,
        messages: &[String],
    ) -> Result<Vec<(String, String, String)>, StoreError> {
        let mut found = Vec::new();
        for chunk in shapes(messages) {
            let rows: Vec<(String, String, String)> = on_tx!(self, c => {
                let mut query = sqlx::QueryBuilder::new("select message, kind, state from effect where state in ('due', 'failed') and authority = ");
                query.push_bind(self.store.authority.as_str()).push(" and message in (");
                let mut list = query.separated(", ");
                for id in chunk {
                    list.push_bind(id.as_str());
                }
                query.push(")");
                query.build_query_as().fetch_all(c).await?
            });
            found.extend(rows);
        }
        Ok(found)
    }

    /// Stops what is still to be done for a message, but for its receipt: the sender's system is told all the same.
    ///
    /// What somebody is just doing outside (`but_under_way`) cannot be stopped and is left to come out as it does. What was
    /// stopped is due again when a later decision asks for it, with the memory of its steps.
    pub async fn stop_effects(
        &mut self,
        message: &Uuid,
        but_under_way: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        // The sign keeps SQLite from walking all effects in their order.
        const PLAIN: &str = "select id from effect where authority = $1 and message = $2 and kind <> 'receipt'
            and state in ('due', 'failed') and (kind = 'hand-over' or (kind = 'journal' and $3 = 0) or lease_until <= $4)
            order by +id";
        const LOCKED: &str = "select id from effect where authority = $1 and message = $2 and kind <> 'receipt'
            and state in ('due', 'failed') and (kind = 'hand-over' or (kind = 'journal' and $3 = 0) or lease_until <= $4)
            order by id for update";
        const STOP: &str =
            "update effect set state = 'stopped', lease_owner = null, lease_until = 0, last_fault = null
            where authority = $1 and id = $2";
        let sql = match self.inner {
            Inner::Sqlite(_) => PLAIN,
            Inner::Postgres(_) => LOCKED,
        };
        let ids: Vec<String> = on_tx!(self, c => sqlx::query_scalar(sql)
            .bind(&self.store.authority)
            .bind(message.to_string())
            .bind(i64::from(but_under_way))
            .bind(now.as_microsecond())
            .fetch_all(c)
            .await?);
        for id in ids {
            on_tx!(self, c => {
                sqlx::query(STOP).bind(&self.store.authority).bind(&id).execute(c).await?;
            });
        }
        Ok(())
    }

    /// Makes the failed effects of a message due again. Returns how many.
    pub async fn retry_failed(&mut self, message: &str, now: Timestamp) -> Result<u64, StoreError> {
        const SQL: &str = "update effect set state = 'due', attempts = 0, due_at = $3
            where authority = $1 and message = $2 and state = 'failed'";
        Ok(on_tx!(self, c =>
            sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(message)
                .bind(now.as_microsecond())
                .execute(c)
                .await?
                .rows_affected()))
    }
}

/// Step tokens of one effect, each stored before the next step begins.
pub struct EffectSteps {
    store: Store,
    effect: String,
    clock: std::sync::Arc<dyn crate::clock::Clock>,
}

#[async_trait]
impl esdh::Steps for EffectSteps {
    async fn token(&self, step: &str) -> Result<Option<String>, esdh::Fault> {
        const SQL: &str = "select token from effect_step where authority = $1 and effect = $2 and step = $3";
        let read = async {
            Ok::<Option<String>, StoreError>(on_pool!(self.store, pool =>
                sqlx::query_scalar(SQL)
                    .bind(&self.store.authority)
                    .bind(&self.effect)
                    .bind(step)
                    .fetch_optional(pool)
                    .await?))
        };
        read.await.map_err(later)
    }

    async fn record(&self, step: &str, token: &str) -> Result<(), esdh::Fault> {
        const SQL: &str =
            "insert into effect_step (authority, effect, step, token, at) values ($1, $2, $3, $4, $5)
            on conflict (authority, effect, step) do update set token = excluded.token, at = excluded.at";
        let now = self.clock.now();
        let write = async {
            let mut tx = self.store.begin().await?;
            on_tx!(tx, c => {
                sqlx::query(SQL)
                    .bind(&self.store.authority)
                    .bind(&self.effect)
                    .bind(step)
                    .bind(token)
                    .bind(now.as_microsecond())
                    .execute(c)
                    .await?;
            });
            tx.commit(now).await
        };
        write.await.map_err(later)
    }
}

fn later(error: StoreError) -> esdh::Fault {
    esdh::Fault::Later { reason: error.to_string(), after: None }
}
