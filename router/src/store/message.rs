//! Messages: taken in, claimed, moved from stage to stage, listed.

use std::collections::HashSet;

use jiff::Timestamp;
use uuid::Uuid;

use super::part::Part;
use super::pool::{from_row, insert_many, on_pool, on_tx, shapes};
use super::tx::Inner;
use super::{Store, StoreError, Tx, time};
use crate::content::ContentRef;
use crate::keys::{MessageKey, WrappedKey};

/// Where a message is on its journey. Every stored message is at exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Stored, not yet decided.
    Received,
    /// Decided; effects are due.
    Decided,
    /// Journaled and handed over; the receipt is still due.
    CarriedOut,
    /// Nothing is due.
    Settled,
    /// Waits for a person.
    Waiting,
    /// Not a message that can be read or let in. Kept, shown, counted.
    Quarantined,
}

impl Stage {
    /// All stages.
    pub const ALL: [Self; 6] =
        [Self::Received, Self::Decided, Self::CarriedOut, Self::Settled, Self::Waiting, Self::Quarantined];

    /// The word in column, log and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Decided => "decided",
            Self::CarriedOut => "carried-out",
            Self::Settled => "settled",
            Self::Waiting => "waiting",
            Self::Quarantined => "quarantined",
        }
    }

    /// The word on the page.
    pub fn danish(self) -> &'static str {
        match self {
            Self::Received => "modtaget",
            Self::Decided => "fordelt, udføres",
            Self::CarriedOut => "udført, kvittering mangler",
            Self::Settled => "afsluttet",
            Self::Waiting => "venter på en medarbejder",
            Self::Quarantined => "i karantæne",
        }
    }

    /// The stage of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == word)
    }
}

/// A message about to be stored.
pub struct NewMessage {
    /// Our id.
    pub id: Uuid,
    /// The message's own UUID; none when the bytes could not be read.
    pub memo_uuid: Option<Uuid>,
    /// SHA-256 of the bytes as received.
    pub digest: [u8; 32],
    /// `Received`, or `Quarantined`.
    pub stage: Stage,
    /// What is known of how it goes: `pending`, or why it is in quarantine.
    pub outcome: String,
    /// How it came.
    pub channel: String,
    /// When it was stored.
    pub stored_at: Timestamp,
    /// When it became available to the authority.
    pub available_at: Timestamp,
    /// Bytes as received.
    pub size: u64,
    /// Where the bytes lie.
    pub content: ContentRef,
    /// The message's key, wrapped.
    pub wrapped_key: WrappedKey,
    /// Keyed hash of the sender.
    pub sender_lookup: Option<[u8; 32]>,
    /// The reading, sealed.
    pub sealed: Vec<u8>,
    /// Who works on it from the start.
    pub lease: Option<Lease>,
}

/// A claim on a row until a time; a claim left by a crash runs out by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Which process and worker.
    pub owner: String,
    /// Until when.
    pub until: Timestamp,
}

/// What became of a message offered to the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Stored now.
    New {
        /// Our id.
        id: Uuid,
        /// An earlier message with the same UUID and other content.
        conflicts_with: Option<Uuid>,
    },
    /// The very same bytes were stored before.
    Same {
        /// Our id of the message stored then.
        id: Uuid,
    },
}

/// A message as stored.
#[derive(Clone)]
pub struct MessageRow {
    /// Our id.
    pub id: String,
    /// The message's own UUID.
    pub memo_uuid: Option<String>,
    /// SHA-256 of the bytes as received.
    pub digest: Vec<u8>,
    /// An earlier message with the same UUID and other content.
    pub conflicts_with: Option<String>,
    /// Stage, as [`Stage::as_str`].
    pub stage: String,
    /// Stable word for how it went.
    pub outcome: String,
    /// How it came.
    pub channel: String,
    stored_at: i64,
    available_at: i64,
    size: i64,
    content_object: String,
    content_offset: i64,
    content_length: i64,
    wrapped_key: Vec<u8>,
    sealed: Vec<u8>,
    deadline: Option<i64>,
    /// Attempts at the present stage.
    pub attempts: i64,
    /// Why the last attempt failed, without personal data.
    pub last_fault: Option<String>,
    /// The letter that it is a part of, as that was received: our id.
    pub part_of: Option<String>,
    /// First, second … part of that letter, from 1.
    pub part_number: Option<i64>,
}

from_row!(MessageRow {
    id,
    memo_uuid,
    digest,
    conflicts_with,
    stage,
    outcome,
    channel,
    stored_at,
    available_at,
    size,
    content_object,
    content_offset,
    content_length,
    wrapped_key,
    sealed,
    deadline,
    attempts,
    last_fault,
    part_of,
    part_number
});

impl MessageRow {
    /// Our id.
    pub fn uuid(&self) -> Result<Uuid, StoreError> {
        Uuid::parse_str(&self.id).map_err(|_| StoreError::Damaged("message id"))
    }

    /// Stage.
    pub fn stage(&self) -> Result<Stage, StoreError> {
        Stage::parse(&self.stage).ok_or(StoreError::Damaged("stage"))
    }

    /// When it was stored.
    pub fn stored_at(&self) -> Timestamp {
        time(self.stored_at)
    }

    /// When it became available to the authority.
    pub fn available_at(&self) -> Timestamp {
        time(self.available_at)
    }

    /// Bytes as received.
    pub fn size(&self) -> u64 {
        self.size.cast_unsigned()
    }

    /// Where the bytes lie.
    pub fn content(&self) -> ContentRef {
        ContentRef {
            object: self.content_object.clone(),
            offset: self.content_offset.cast_unsigned(),
            length: self.content_length.cast_unsigned(),
        }
    }

    /// Which part of which letter it is; `None` for a letter as it was received.
    pub fn part(&self) -> Result<Option<Part>, StoreError> {
        let (Some(of), Some(number)) = (&self.part_of, self.part_number) else { return Ok(None) };
        let of = Uuid::parse_str(of).map_err(|_| StoreError::Damaged("part"))?;
        Ok(Some(Part { of, number }))
    }

    /// When it must be answered, by a rule or by the sender's word.
    pub fn deadline(&self) -> Option<Timestamp> {
        self.deadline.map(time)
    }

    /// The sealed reading.
    pub fn sealed(&self) -> &[u8] {
        &self.sealed
    }

    /// Digest in hex.
    pub fn digest_hex(&self) -> String {
        hex(&self.digest)
    }

    /// The key that opens the message.
    pub fn key(&self, store: &Store) -> Result<MessageKey, StoreError> {
        Ok(store.keys.unwrap(&WrappedKey::from_bytes(&self.wrapped_key)?, &self.id)?)
    }
}

/// Bytes in hex.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

macro_rules! columns {
    () => {
        "id, memo_uuid, digest, conflicts_with, stage, outcome, channel, stored_at, available_at, size, \
         content_object, content_offset, content_length, wrapped_key, sealed, deadline, attempts, last_fault, \
         part_of, part_number"
    };
}

/// Messages of a [`Listing`].
macro_rules! listed {
    () => {
        concat!(
            "select ",
            columns!(),
            " from message where authority = $1 and stored_at >= $2 and ($3 = '' or stage = $3)
            and ($4 = 0 or id in (select message from hand_over where authority = $1 and ended_why = 'escalated'))
            and ($6 = '' or exists (select 1 from hand_over where hand_over.authority = $1
                and hand_over.message = message.id and ended_at is null and unit = $6))
            and ($7 = '' or exists (select 1 from hand_over where hand_over.authority = $1
                and hand_over.message = message.id and ended_at is null and queue = $7))
            and ($8 = 0 or exists (select 1 from effect where effect.authority = $1
                and effect.message = message.id and state = 'failed'))"
        )
    };
}

/// What to list.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Only this stage.
    pub stage: Option<Stage>,
    /// Only stored at or after this time.
    pub since: Option<Timestamp>,
    /// Only what lies with this unit now.
    pub unit: Option<String>,
    /// Only what lies in this robot queue now.
    pub queue: Option<String>,
    /// Only with an effect that was given up.
    pub failed: bool,
    /// Only those that went on because nobody opened them.
    pub escalated: bool,
    /// In which order.
    pub order: Order,
    /// At most so many.
    pub limit: u32,
}

/// In which order messages are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Newest first.
    #[default]
    Newest,
    /// Urgent ones first, then by deadline, those without one last; among equals the oldest first.
    Deadline,
}

impl Store {
    /// Which of these digests are stored already, and under which id.
    pub async fn known_digests(&self, digests: &[[u8; 32]]) -> Result<Vec<(Vec<u8>, String)>, StoreError> {
        let mut found = Vec::new();
        for chunk in shapes(digests) {
            on_pool!(self, pool => {
                let mut query = sqlx::QueryBuilder::new("select digest, id from message where part_of is null and authority = ");
                query.push_bind(self.authority.as_str()).push(" and digest in (");
                let mut list = query.separated(", ");
                for digest in chunk {
                    list.push_bind(digest.as_slice());
                }
                query.push(")");
                let rows: Vec<(Vec<u8>, String)> = query.build_query_as().fetch_all(pool).await?;
                found.extend(rows);
            });
        }
        Ok(found)
    }

    /// One message by our id, or by its own UUID (the newest with that UUID).
    pub async fn message(&self, id: &Uuid) -> Result<Option<MessageRow>, StoreError> {
        const BY_OURS: &str =
            concat!("select ", columns!(), " from message where authority = $1 and id = $2");
        const BY_ITS_OWN: &str = concat!(
            "select ",
            columns!(),
            " from message where authority = $1 and memo_uuid = $2 order by +stored_at desc limit 1"
        );
        // One after the other, and with a sign before the time: else SQLite looks through every message in its order.
        for sql in [BY_OURS, BY_ITS_OWN] {
            let found = on_pool!(self, pool =>
                sqlx::query_as(sql).bind(&self.authority).bind(id.to_string()).fetch_optional(pool).await?);
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// All messages with this UUID of their own, oldest first.
    pub async fn messages_with_uuid(&self, memo_uuid: &Uuid) -> Result<Vec<MessageRow>, StoreError> {
        const SQL: &str = concat!(
            "select ",
            columns!(),
            " from message where authority = $1 and memo_uuid = $2 order by +stored_at, id"
        );
        Ok(on_pool!(self, pool =>
            sqlx::query_as(SQL).bind(&self.authority).bind(memo_uuid.to_string()).fetch_all(pool).await?))
    }

    /// Messages by our ids.
    pub async fn messages(&self, ids: &[String]) -> Result<Vec<MessageRow>, StoreError> {
        let mut found = Vec::with_capacity(ids.len());
        for chunk in shapes(ids) {
            on_pool!(self, pool => {
                let mut query = sqlx::QueryBuilder::new(concat!("select ", columns!(), " from message where authority = "));
                query.push_bind(self.authority.as_str()).push(" and id in (");
                let mut list = query.separated(", ");
                for id in chunk {
                    list.push_bind(id.as_str());
                }
                query.push(")");
                let rows: Vec<MessageRow> = query.build_query_as().fetch_all(pool).await?;
                found.extend(rows);
            });
        }
        Ok(found)
    }

    /// A page of messages.
    pub async fn list(&self, what: &Listing) -> Result<Vec<MessageRow>, StoreError> {
        const NEWEST: &str = concat!(listed!(), " order by stored_at desc, id desc limit $5");
        const DEADLINE: &str = concat!(
            listed!(),
            " order by urgent desc, case when deadline is null then 1 else 0 end, deadline, stored_at, id limit $5"
        );
        let sql = match what.order {
            Order::Newest => NEWEST,
            Order::Deadline => DEADLINE,
        };
        let since = what.since.map_or(i64::MIN, Timestamp::as_microsecond);
        let stage = what.stage.map_or("", Stage::as_str);
        Ok(on_pool!(self, pool =>
            sqlx::query_as(sql)
                .bind(&self.authority)
                .bind(since)
                .bind(stage)
                .bind(i64::from(what.escalated))
                .bind(i64::from(what.limit))
                .bind(what.unit.as_deref().unwrap_or_default())
                .bind(what.queue.as_deref().unwrap_or_default())
                .bind(i64::from(what.failed))
                .fetch_all(pool)
                .await?))
    }

    /// What a post distributor must see to now, most urgent first: not what a unit has and only its case is to be chosen, and
    /// not what lies aside.
    pub async fn at_desk(&self, now: Timestamp, limit: u32) -> Result<Vec<MessageRow>, StoreError> {
        // Ordered as the index `message_desk` is, so that only the first rows are read, however many wait.
        const SQL: &str = concat!(
            "select ",
            columns!(),
            " from message where authority = $1 and stage = 'waiting' and outcome <> 'left-to-handler'
            and not exists (select 1 from desk_aside where desk_aside.authority = $1
                and desk_aside.message = message.id and until_at > $2)
            order by urgent desc, case when deadline is null then 1 else 0 end, deadline, stored_at, id limit $3"
        );
        Ok(on_pool!(self, pool =>
            sqlx::query_as(SQL)
                .bind(&self.authority)
                .bind(now.as_microsecond())
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?))
    }

    /// How many messages are at each stage with each outcome.
    pub async fn counts(&self) -> Result<Vec<(String, String, u64)>, StoreError> {
        const SQL: &str = "select stage, outcome, count(*) from message where authority = $1
            group by stage, outcome order by stage, outcome";
        let rows: Vec<(String, String, i64)> =
            on_pool!(self, pool => sqlx::query_as(SQL).bind(&self.authority).fetch_all(pool).await?);
        Ok(rows.into_iter().map(|(stage, outcome, n)| (stage, outcome, n.cast_unsigned())).collect())
    }

    /// When the oldest message that is not settled was available, and how many are older than `before` (R4).
    pub async fn unsettled(&self, before: Timestamp) -> Result<(Option<Timestamp>, u64), StoreError> {
        const SQL: &str =
            "select min(available_at), coalesce(sum(case when available_at < $2 then 1 else 0 end), 0)
            from message where authority = $1 and stage in ('received', 'decided', 'waiting', 'quarantined')";
        let (oldest, late): (Option<i64>, i64) = on_pool!(self, pool =>
            sqlx::query_as(SQL).bind(&self.authority).bind(before.as_microsecond()).fetch_one(pool).await?);
        Ok((oldest.map(time), late.cast_unsigned()))
    }

    /// Claims messages that wait to be decided.
    pub async fn claim_received(
        &self,
        lease: &Lease,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<MessageRow>, StoreError> {
        const PLAIN: &str = concat!("update message set lease_owner = $3, lease_until = $4 where authority = $1 and id in (
            select id from message where authority = $1 and stage = 'received' and due_at <= $2 and lease_until <= $2
            order by due_at limit $5) returning ", columns!());
        // Materialized: run as part of a join, a subquery that skips locked rows may claim more than the limit.
        const SKIPPING: &str = concat!("with due as materialized (
            select id from message where authority = $1 and stage = 'received' and due_at <= $2 and lease_until <= $2
            order by due_at limit $5 for update skip locked)
            update message set lease_owner = $3, lease_until = $4 where authority = $1 and id in (select id from due) returning ", columns!());
        // Nothing to claim is the usual answer; a read finds that without taking the write lock.
        const ANY: &str = "select count(*) from (select 1 from message
            where authority = $1 and stage = 'received' and due_at <= $2 and lease_until <= $2 limit 1) as any_due";
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

    /// Wraps the keys of up to `limit` messages anew that are not under the newest wrapping key. Returns how many.
    pub async fn rewrap_keys(
        &self,
        entropy: &crate::clock::Entropy,
        after: &str,
        limit: u32,
        now: Timestamp,
    ) -> Result<(u64, Option<String>), StoreError> {
        const READ: &str =
            "select id, wrapped_key from message where authority = $1 and id > $2 order by id limit $3";
        const WRITE: &str = "update message set wrapped_key = $3 where authority = $1 and id = $2";
        let rows: Vec<(String, Vec<u8>)> = on_pool!(self, pool =>
            sqlx::query_as(READ).bind(&self.authority).bind(after).bind(i64::from(limit)).fetch_all(pool).await?);
        let last = rows.last().map(|(id, _)| id.clone());
        let mut tx = self.begin().await?;
        let mut done = 0;
        for (id, wrapped) in rows {
            let wrapped = WrappedKey::from_bytes(&wrapped)?;
            if !self.keys.needs_rewrap(&wrapped) {
                continue;
            }
            let key = self.keys.unwrap(&wrapped, &id)?;
            let anew = self.keys.wrap(&key, &id, &mut |bytes| entropy.fill(bytes));
            on_tx!(tx, c => {
                sqlx::query(WRITE).bind(&self.authority).bind(&id).bind(anew.as_bytes()).execute(c).await?;
            });
            done += 1;
        }
        tx.commit(now).await?;
        Ok((done, last))
    }
}

impl Tx<'_> {
    /// Stores messages, each once: bytes stored before are found, a UUID stored before with other bytes is linked.
    ///
    /// Holds the end of the log from here to the commit, so that two processes cannot both be first.
    pub async fn take_in(&mut self, offered: &[NewMessage]) -> Result<Vec<Admission>, StoreError> {
        self.lock_log().await?;
        let mut admissions: Vec<Admission> = Vec::with_capacity(offered.len());
        let mut fresh: Vec<(&NewMessage, Option<Uuid>)> = Vec::with_capacity(offered.len());
        let stored = self.stored_like(offered).await?;
        for message in offered {
            let same = stored
                .iter()
                .find(|known| known.digest == message.digest)
                .map(|known| known.id)
                .or_else(|| {
                    fresh.iter().find(|(other, _)| other.digest == message.digest).map(|(other, _)| other.id)
                });
            if let Some(id) = same {
                admissions.push(Admission::Same { id });
                continue;
            }
            let conflicts_with = message.memo_uuid.and_then(|uuid| {
                let earlier = stored.iter().find(|known| known.memo_uuid == Some(uuid)).map(|known| known.id);
                earlier.or_else(|| {
                    fresh.iter().find(|(other, _)| other.memo_uuid == Some(uuid)).map(|(other, _)| other.id)
                })
            });
            admissions.push(Admission::New { id: message.id, conflicts_with });
            fresh.push((message, conflicts_with));
        }
        self.insert_messages(&fresh).await?;
        Ok(admissions)
    }

    async fn insert_messages(&mut self, fresh: &[(&NewMessage, Option<Uuid>)]) -> Result<(), StoreError> {
        let authority = self.store.authority.clone();
        insert_many!(
            self,
            "insert into message (authority, id, memo_uuid, digest, conflicts_with, stage, outcome, channel, \
             stored_at, available_at, size, content_object, content_offset, content_length, wrapped_key, sender_lookup, \
             sealed, due_at, lease_owner, lease_until) ",
            fresh,
            |values, (message, conflicts_with)| {
                values
                    .push_bind(authority.as_str())
                    .push_bind(message.id.to_string())
                    .push_bind(message.memo_uuid.map(|uuid| uuid.to_string()))
                    .push_bind(message.digest.as_slice())
                    .push_bind(conflicts_with.map(|id| id.to_string()))
                    .push_bind(message.stage.as_str())
                    .push_bind(message.outcome.as_str())
                    .push_bind(message.channel.as_str())
                    .push_bind(message.stored_at.as_microsecond())
                    .push_bind(message.available_at.as_microsecond())
                    .push_bind(message.size.cast_signed())
                    .push_bind(message.content.object.as_str())
                    .push_bind(message.content.offset.cast_signed())
                    .push_bind(message.content.length.cast_signed())
                    .push_bind(message.wrapped_key.as_bytes())
                    .push_bind(message.sender_lookup.as_ref().map(<[u8; 32]>::as_slice))
                    .push_bind(message.sealed.as_slice())
                    .push_bind(message.stored_at.as_microsecond())
                    .push_bind(message.lease.as_ref().map(|lease| lease.owner.as_str()))
                    .push_bind(message.lease.as_ref().map_or(0, |lease| lease.until.as_microsecond()));
            }
        );
        Ok(())
    }

    /// Stored messages with the digest or the UUID of one of these.
    async fn stored_like(&mut self, offered: &[NewMessage]) -> Result<Vec<Known>, StoreError> {
        let mut found = Vec::new();
        for chunk in shapes(offered) {
            let rows: Vec<(String, Option<String>, Vec<u8>)> = on_tx!(self, c => {
                let mut query = sqlx::QueryBuilder::new("select id, memo_uuid, digest from message where part_of is null and authority = ");
                query.push_bind(self.store.authority.as_str()).push(" and digest in (");
                let mut list = query.separated(", ");
                for message in chunk {
                    list.push_bind(message.digest.as_slice());
                }
                query.push(") union select id, memo_uuid, digest from message where part_of is null and authority = ");
                query.push_bind(self.store.authority.as_str()).push(" and memo_uuid in (");
                let mut list = query.separated(", ");
                for message in chunk {
                    // An empty text is no UUID and finds nothing.
                    list.push_bind(message.memo_uuid.map_or_else(String::new, |uuid| uuid.to_string()));
                }
                query.push(")");
                query.build_query_as().fetch_all(c).await?
            });
            for (id, memo_uuid, digest) in rows {
                found.push(Known {
                    id: Uuid::parse_str(&id).map_err(|_| StoreError::Damaged("message id"))?,
                    memo_uuid: memo_uuid.and_then(|text| Uuid::parse_str(&text).ok()),
                    digest,
                });
            }
        }
        Ok(found)
    }

    /// Which of these messages are still at this stage. Until the commit nobody else can move them.
    pub async fn still_at(&mut self, stage: Stage, ids: &[Uuid]) -> Result<HashSet<Uuid>, StoreError> {
        let lock = match self.inner {
            Inner::Sqlite(_) => "",
            Inner::Postgres(_) => " order by id for update",
        };
        let mut still = HashSet::with_capacity(ids.len());
        for chunk in shapes(ids) {
            let rows: Vec<String> = on_tx!(self, c => {
                let mut query = sqlx::QueryBuilder::new("select id from message where stage = ");
                query.push_bind(stage.as_str()).push(" and authority = ").push_bind(self.store.authority.as_str()).push(" and id in (");
                let mut list = query.separated(", ");
                for id in chunk {
                    list.push_bind(id.to_string());
                }
                query.push(")").push(lock);
                query.build_query_scalar().fetch_all(c).await?
            });
            for id in rows {
                still.insert(Uuid::parse_str(&id).map_err(|_| StoreError::Damaged("message id"))?);
            }
        }
        Ok(still)
    }

    /// Holds a message that is at this stage until the commit. False when it has moved, or when another step holds it now:
    /// a step that has the end of the log may wait for nobody.
    pub async fn hold_now(&mut self, stage: Stage, id: &Uuid) -> Result<bool, StoreError> {
        const PLAIN: &str = "select id from message where authority = $1 and id = $2 and stage = $3";
        const SKIPPING: &str =
            "select id from message where authority = $1 and id = $2 and stage = $3 for update skip locked";
        let sql = match self.inner {
            Inner::Sqlite(_) => PLAIN,
            Inner::Postgres(_) => SKIPPING,
        };
        let found: Option<String> = on_tx!(self, c => sqlx::query_scalar(sql)
            .bind(&self.store.authority)
            .bind(id.to_string())
            .bind(stage.as_str())
            .fetch_optional(c)
            .await?);
        Ok(found.is_some())
    }

    /// Moves messages to a stage with an outcome and ends the claim on them.
    pub async fn move_to(
        &mut self,
        ids: &[Uuid],
        stage: Stage,
        outcome: Option<&str>,
        due_at: Timestamp,
    ) -> Result<(), StoreError> {
        for chunk in shapes(ids) {
            on_tx!(self, c => {
                let mut query = sqlx::QueryBuilder::new("update message set lease_owner = null, lease_until = 0, attempts = 0, \
                     last_fault = null, stage = ");
                query.push_bind(stage.as_str());
                if let Some(outcome) = outcome {
                    query.push(", outcome = ").push_bind(outcome);
                }
                query.push(", due_at = ").push_bind(due_at.as_microsecond());
                query.push(" where authority = ").push_bind(self.store.authority.as_str()).push(" and id in (");
                let mut list = query.separated(", ");
                for id in chunk {
                    list.push_bind(id.to_string());
                }
                query.push(")");
                query.build().execute(c).await?;
            });
        }
        Ok(())
    }

    /// Moves messages that are being carried out on, and says which ones moved.
    ///
    /// Settled means settled by us: a message that its case handler is to journal waits for that person.
    pub async fn advance(
        &mut self,
        ids: &[String],
        stage: Stage,
        outcome: Option<&str>,
    ) -> Result<Vec<Uuid>, StoreError> {
        let mut moved = Vec::new();
        for chunk in shapes(ids) {
            let rows: Vec<(String, String)> = on_tx!(self, c => {
                let mut query = sqlx::QueryBuilder::new("update message set stage = case when outcome = 'left-to-handler' and ");
                query.push_bind(stage.as_str()).push(" = 'settled' then 'waiting' else ").push_bind(stage.as_str()).push(" end");
                if let Some(outcome) = outcome {
                    query.push(", outcome = ").push_bind(outcome);
                }
                query.push(" where stage in ('decided', 'carried-out') and stage <> ").push_bind(stage.as_str());
                query.push(" and authority = ").push_bind(self.store.authority.as_str()).push(" and id in (");
                let mut list = query.separated(", ");
                for id in chunk {
                    list.push_bind(id.as_str());
                }
                query.push(") returning id, stage");
                query.build_query_as().fetch_all(c).await?
            });
            for (id, now) in rows {
                if now == stage.as_str() {
                    moved.push(Uuid::parse_str(&id).map_err(|_| StoreError::Damaged("message id"))?);
                }
            }
        }
        Ok(moved)
    }

    /// Puts urgency and deadline on a message, for the order of the desk.
    pub async fn mark(
        &mut self,
        id: &Uuid,
        urgent: bool,
        deadline: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        const SQL: &str = "update message set urgent = $3, deadline = $4 where authority = $1 and id = $2";
        on_tx!(self, c => {
            sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(id.to_string())
                .bind(i64::from(urgent))
                .bind(deadline.map(Timestamp::as_microsecond))
                .execute(c)
                .await?;
        });
        Ok(())
    }

    /// Gives a claimed message back, to be tried again at `due_at`.
    pub async fn put_back(&mut self, id: &Uuid, due_at: Timestamp, fault: &str) -> Result<(), StoreError> {
        const SQL: &str =
            "update message set lease_owner = null, lease_until = 0, attempts = attempts + 1, due_at = $3,
            last_fault = $4 where authority = $1 and id = $2";
        on_tx!(self, c => {
            sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(id.to_string())
                .bind(due_at.as_microsecond())
                .bind(fault)
                .execute(c)
                .await?;
        });
        Ok(())
    }
}

struct Known {
    id: Uuid,
    memo_uuid: Option<Uuid>,
    digest: Vec<u8>,
}
