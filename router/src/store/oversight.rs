//! What a records manager asks of the rows: the balance of a period, what is not journaled, what was, and a search.
//!
//! Ids, stages, times and keyed hashes only; nothing here opens what is sealed.

mod trail;

use jiff::Timestamp;

use super::message::Stage;
use super::pool::{from_row, on_pool};
use super::{Store, StoreError, time};

/// Messages that became available in the same hour and stand alike. An hour is the finest step in which Danish days differ
/// from those of the universal clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HourRow {
    /// Hours since 1970.
    pub hour: i64,
    /// Stage.
    pub stage: String,
    /// Outcome.
    pub outcome: String,
    /// 1 when the journaling of it is done.
    pub journaled: i64,
    /// 1 when the built-in journal has an entry of it.
    pub entered: i64,
    /// 1 when the audit log tells that it came.
    pub told: i64,
    /// 1 when it is a part of a letter that was split.
    pub part: i64,
    /// How many.
    pub number: i64,
}

from_row!(HourRow { hour, stage, outcome, journaled, entered, told, part, number });

/// Messages that the audit log tells came within an hour, and that are not there any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostRow {
    /// Hours since 1970.
    pub hour: i64,
    /// 1 when they are parts of letters that were split.
    pub part: i64,
    /// How many.
    pub number: i64,
}

from_row!(LostRow { hour, part, number });

/// A message that no journal has yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnjournaledRow {
    /// Our id.
    pub id: String,
    /// The message's own UUID.
    pub memo_uuid: Option<String>,
    stage: String,
    /// Outcome.
    pub outcome: String,
    available_at: i64,
    /// The unit that it lies with.
    pub unit: Option<String>,
}

from_row!(UnjournaledRow { id, memo_uuid, stage, outcome, available_at, unit });

impl UnjournaledRow {
    /// Stage.
    pub fn stage(&self) -> Result<Stage, StoreError> {
        Stage::parse(&self.stage).ok_or(StoreError::Damaged("stage"))
    }

    /// When it became available to the authority.
    pub fn available_at(&self) -> Timestamp {
        time(self.available_at)
    }
}

/// A message that was journaled, with its entry where the built-in journal has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerRow {
    /// Our id.
    pub id: String,
    /// The message's own UUID.
    pub memo_uuid: Option<String>,
    available_at: i64,
    filed_at: i64,
    /// Case number.
    pub case_number: Option<String>,
    /// Running number on the case.
    pub number: Option<i64>,
    /// Sensitivity.
    pub sensitivity: Option<String>,
    /// Documents.
    pub documents: Option<i64>,
    /// 1 when it is on the public post list.
    pub on_post_list: Option<i64>,
}

from_row!(LedgerRow {
    id,
    memo_uuid,
    available_at,
    filed_at,
    case_number,
    number,
    sensitivity,
    documents,
    on_post_list
});

impl LedgerRow {
    /// When it became available to the authority.
    pub fn available_at(&self) -> Timestamp {
        time(self.available_at)
    }

    /// When it was journaled.
    pub fn filed_at(&self) -> Timestamp {
        time(self.filed_at)
    }
}

/// What to search for. Empty texts ask for nothing.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Our id, or the message's own UUID.
    pub id: String,
    /// Stage.
    pub stage: String,
    /// Outcome; `quarantine` for each of those that begin so.
    pub outcome: String,
    /// How it came.
    pub channel: String,
    /// A unit that has or had it.
    pub unit: String,
    /// The case that it is journaled on.
    pub case: String,
    /// Keyed hash of the sender.
    pub sender: Option<[u8; 32]>,
    /// Available at or after.
    pub from: Timestamp,
    /// Available before.
    pub to: Timestamp,
    /// At most so many.
    pub limit: u32,
}

/// Messages that no journal has and that nobody decided not to journal.
macro_rules! unjournaled {
    ($columns:literal, $rest:literal) => {
        concat!(
            "select ",
            $columns,
            " from message m where m.authority = $1 and m.stage in ('received', 'decided', 'waiting', 'quarantined')
            and not exists (select 1 from effect e where e.authority = m.authority and e.message = m.id
                and e.kind = 'journal' and e.state = 'done') ",
            $rest
        )
    };
}

impl Store {
    /// Messages that became available between two times, by hour and how they stand.
    ///
    /// Three witnesses are asked of each: the effect that journals it, the entry in the built-in journal, and the audit log.
    pub async fn hours(&self, from: Timestamp, to: Timestamp) -> Result<Vec<HourRow>, StoreError> {
        // No message is stored before it is available, so that the index on the time of storing serves.
        const SQL: &str = "select taken.hour as hour, taken.stage as stage, taken.outcome as outcome,
            taken.journaled as journaled, taken.entered as entered, taken.told as told, taken.part as part,
            count(*) as number from (
            select m.available_at / 3600000000 as hour, m.stage as stage, m.outcome as outcome,
                cast(case when exists (select 1 from effect e where e.authority = m.authority and e.message = m.id
                    and e.kind = 'journal' and e.state = 'done') then 1 else 0 end as bigint) as journaled,
                cast(case when exists (select 1 from journal_entry j where j.authority = m.authority
                    and j.key = 'modtag:' || m.id) then 1 else 0 end as bigint) as entered,
                cast(case when exists (select 1 from audit_event a where a.authority = m.authority and a.message = m.id
                    and a.kind in ('received', 'quarantined', 'conflicting_duplicate', 'split_off')) then 1 else 0 end as bigint)
                    as told,
                cast(case when m.part_of is null then 0 else 1 end as bigint) as part
            from message m where m.authority = $1 and m.stored_at >= $2 and m.available_at >= $2 and m.available_at < $3) taken
            group by taken.hour, taken.stage, taken.outcome, taken.journaled, taken.entered, taken.told, taken.part";
        Ok(on_pool!(self, pool =>
            sqlx::query_as(SQL)
                .bind(&self.authority)
                .bind(from.as_microsecond())
                .bind(to.as_microsecond())
                .fetch_all(pool)
                .await?))
    }

    /// Messages that the audit log tells came between two times and that are not there any more.
    pub async fn lost_hours(&self, from: Timestamp, to: Timestamp) -> Result<Vec<LostRow>, StoreError> {
        // By kind and time: told that there is a message, SQLite looks through the log by message.
        const SQL: &str = "select lost.hour as hour, lost.part as part, count(distinct lost.message) as number from (
            select a.at / 3600000000 as hour, a.message as message,
                cast(case when a.kind = 'split_off' then 1 else 0 end as bigint) as part
            from audit_event a
            where a.authority = $1 and a.kind in ('received', 'quarantined', 'conflicting_duplicate', 'split_off')
            and a.at >= $2 and a.at < $3 and coalesce(a.message, '') <> ''
            and not exists (select 1 from message m where m.authority = $1 and m.id = a.message)) lost
            group by lost.hour, lost.part";
        Ok(on_pool!(self, pool =>
            sqlx::query_as(SQL)
                .bind(&self.authority)
                .bind(from.as_microsecond())
                .bind(to.as_microsecond())
                .fetch_all(pool)
                .await?))
    }

    /// Messages that are not journaled, those that have been here longest first (R4).
    pub async fn unjournaled(&self, limit: u32) -> Result<Vec<UnjournaledRow>, StoreError> {
        const SQL: &str = unjournaled!(
            "m.id as id, m.memo_uuid as memo_uuid, m.stage as stage, m.outcome as outcome, m.available_at as available_at,
            (select max(h.unit) from hand_over h where h.authority = m.authority and h.message = m.id
                and h.ended_at is null) as unit",
            "order by m.available_at, m.id limit $2"
        );
        Ok(on_pool!(self, pool =>
            sqlx::query_as(SQL).bind(&self.authority).bind(i64::from(limit)).fetch_all(pool).await?))
    }

    /// How many messages are not journaled, how many of them became available before a time, and when the first did.
    pub async fn count_unjournaled(
        &self,
        before: Timestamp,
    ) -> Result<(u64, u64, Option<Timestamp>), StoreError> {
        const SQL: &str = unjournaled!(
            "count(*), coalesce(sum(case when m.available_at < $2 then 1 else 0 end), 0), min(m.available_at)",
            ""
        );
        let (all, late, oldest): (i64, i64, Option<i64>) = on_pool!(self, pool =>
            sqlx::query_as(SQL).bind(&self.authority).bind(before.as_microsecond()).fetch_one(pool).await?);
        Ok((all.cast_unsigned(), late.cast_unsigned(), oldest.map(time)))
    }

    /// What was journaled between two times, the newest first.
    pub async fn ledger(
        &self,
        from: Timestamp,
        to: Timestamp,
        limit: u32,
    ) -> Result<Vec<LedgerRow>, StoreError> {
        const SQL: &str = "select m.id as id, m.memo_uuid as memo_uuid, m.available_at as available_at, e.done_at as filed_at,
            j.case_number as case_number, j.number as number, j.sensitivity as sensitivity, j.documents as documents,
            j.on_post_list as on_post_list
            from effect e join message m on m.authority = e.authority and m.id = e.message
            left join journal_entry j on j.authority = e.authority and j.key = 'modtag:' || m.id
            where e.authority = $1 and e.kind = 'journal' and e.state = 'done' and e.done_at >= $2 and e.done_at < $3
            order by e.done_at desc, m.id desc limit $4";
        Ok(on_pool!(self, pool =>
            sqlx::query_as(SQL)
                .bind(&self.authority)
                .bind(from.as_microsecond())
                .bind(to.as_microsecond())
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?))
    }

    /// Our ids of the messages that fit, the newest first.
    ///
    /// Only what is asked for stands in the query, so that a planner can see what is rare.
    pub async fn find_messages(&self, wanted: &Wanted) -> Result<Vec<String>, StoreError> {
        // What leaves few messages is looked up and then sorted; the signs keep SQLite from walking all mail in its order.
        let few = !wanted.id.is_empty() || !wanted.case.is_empty() || wanted.sender.is_some();
        let sign = if few { "+" } else { "" };
        Ok(on_pool!(self, pool => {
            let mut query = sqlx::QueryBuilder::new("select m.id from message m where m.authority = ");
            query.push_bind(self.authority.as_str());
            // No message is stored before it is available, so that the index on the time of storing serves.
            query.push(" and ").push(sign).push("m.stored_at >= ").push_bind(wanted.from.as_microsecond());
            query.push(" and ").push(sign).push("m.available_at >= ").push_bind(wanted.from.as_microsecond());
            query.push(" and ").push(sign).push("m.available_at < ").push_bind(wanted.to.as_microsecond());
            if !wanted.id.is_empty() {
                query.push(" and m.id in (select id from message where authority = ");
                query.push_bind(self.authority.as_str()).push(" and id = ").push_bind(wanted.id.as_str());
                query.push(" union all select id from message where authority = ");
                query.push_bind(self.authority.as_str()).push(" and memo_uuid = ").push_bind(wanted.id.as_str()).push(")");
            }
            if !wanted.stage.is_empty() {
                query.push(" and m.stage = ").push_bind(wanted.stage.as_str());
            }
            if wanted.outcome == "quarantine" {
                query.push(" and m.outcome like 'quarantine-%'");
            } else if !wanted.outcome.is_empty() {
                query.push(" and m.outcome = ").push_bind(wanted.outcome.as_str());
            }
            if !wanted.channel.is_empty() {
                query.push(" and m.channel = ").push_bind(wanted.channel.as_str());
            }
            if !wanted.unit.is_empty() {
                query.push(" and m.id in (select h.message from hand_over h where h.authority = ");
                query.push_bind(self.authority.as_str()).push(" and h.unit = ").push_bind(wanted.unit.as_str()).push(")");
            }
            if !wanted.case.is_empty() {
                query.push(" and m.id in (select substr(j.key, 8) from journal_entry j where j.authority = ");
                query.push_bind(self.authority.as_str());
                query.push(" and j.key like 'modtag:%' and j.case_number = ").push_bind(wanted.case.as_str()).push(")");
            }
            if let Some(sender) = &wanted.sender {
                query.push(" and m.sender_lookup = ").push_bind(sender.as_slice());
            }
            query.push(" order by ").push(sign).push("m.stored_at desc, m.id desc limit ").push_bind(i64::from(wanted.limit));
            query.build_query_scalar().fetch_all(pool).await?
        }))
    }
}
