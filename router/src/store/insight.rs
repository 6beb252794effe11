//! What insight counts: letters, hand-overs and journaling of a period. Everything is grouped here, so that few rows are
//! fetched however many letters there are; nothing here opens what is sealed.
//!
//! Each statement begins at one index on time ([`tests`] asks the engine) and looks at the letters of the period alone.

mod eyes;
pub mod marks;

use jiff::Timestamp;

use super::pool::{from_row, on_pool};
use super::{Store, StoreError};

pub(super) use eyes::Eyes;

/// Letters that became available in a period and stand alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CourseRow {
    /// The unit that has it now; empty for none.
    pub unit: String,
    /// 1 when it is handed over and everything about it is done, but perhaps the receipt.
    pub settled: i64,
    /// 1 when a person has answered it.
    pub answered: i64,
    /// How many persons have seen content of it.
    pub eyes: i64,
    /// How many such letters.
    pub number: i64,
}

from_row!(CourseRow { unit, settled, answered, eyes, number });

/// Hand-overs made in a period that stand alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandedRow {
    /// The unit that got it.
    pub unit: String,
    /// 1 when it was sent back or pulled back.
    pub wrong: i64,
    /// 1 when the unit gave it to another unit.
    pub moved_on: i64,
    /// 1 when no post distributor had seen content of it before.
    pub unseen: i64,
    /// How many such hand-overs.
    pub number: i64,
}

from_row!(HandedRow { unit, wrong, moved_on, unseen, number });

// A letter that was split is counted as its parts: each has a receiver and eyes of its own, those on the letter among them.
// Materialized: folded into the grouping, each look-up would be made twice.
const COURSE: &str = "with c as materialized (
    select coalesce((select max(h.unit) from hand_over h where h.authority = m.authority and h.message = m.id
            and h.ended_at is null), '') as unit,
        cast(case when m.stage in ('settled', 'carried-out') then 1 else 0 end as bigint) as settled,
        cast(case when exists (select 1 from decision d where d.authority = m.authority and d.message = m.id
            and d.number > 1 and d.decider like 'person:%') then 1 else 0 end as bigint) as answered,
        (select count(distinct e.person) from eye e where e.authority = m.authority and e.message = m.id) as eyes
    from message m where m.authority = $1 and m.available_at >= $2 and m.available_at < $3
        and m.outcome <> 'split')
    select c.unit as unit, c.settled as settled, c.answered as answered, c.eyes as eyes, count(*) as number
    from c group by c.unit, c.settled, c.answered, c.eyes";

// What a unit or escalation gives on is not the post room's hand-over: it begins when the one before it ends.
const HANDED: &str = "with c as materialized (
    select h.unit as unit,
        cast(case when h.ended_why in ('returned', 'pulled-back') then 1 else 0 end as bigint) as wrong,
        cast(case when h.ended_why = 'forwarded' and exists (select 1 from hand_over n where n.authority = h.authority
            and n.message = h.message and n.handed_at = h.ended_at and n.unit <> h.unit) then 1 else 0 end as bigint) as moved_on,
        cast(case when exists (select 1 from eye e where e.authority = h.authority and e.message = h.message
            and e.role = 'post-distributor' and e.first_at <= h.handed_at) then 0 else 1 end as bigint) as unseen
    from hand_over h where h.authority = $1 and h.handed_at >= $2 and h.handed_at < $3
        and not exists (select 1 from hand_over p where p.authority = h.authority and p.message = h.message
            and p.handed_at < h.handed_at and p.ended_at = h.handed_at and p.ended_why in ('forwarded', 'escalated')))
    select c.unit as unit, c.wrong as wrong, c.moved_on as moved_on, c.unseen as unseen, count(*) as number
    from c group by c.unit, c.wrong, c.moved_on, c.unseen";

// Up to a day to the minute, after that to the hour: few rows, whatever the number of letters.
const DELAYS: &str = "select c.minutes, count(*) from (
    select case when e.done_at < m.available_at then 0
        when e.done_at - m.available_at < 86400000000 then (e.done_at - m.available_at) / 60000000
        else (e.done_at - m.available_at) / 3600000000 * 60 end as minutes
    from effect e join message m on m.authority = e.authority and m.id = e.message
    where e.authority = $1 and e.kind = 'journal' and e.state = 'done' and e.done_at >= $2 and e.done_at < $3) c
    group by c.minutes order by c.minutes";

const SURENESS: &str = "select subject_sure / 10000, unit_right, count(*) from judged
    where authority = $1 and model = $4 and decided_at >= $2 and decided_at < $3 and settled_at is not null
    group by 1, 2";

impl Store {
    /// Letters that became available between two times, by where they are, who decided them and how many have seen them.
    pub async fn courses(&self, from: Timestamp, to: Timestamp) -> Result<Vec<CourseRow>, StoreError> {
        Ok(on_pool!(self, pool =>
            sqlx::query_as(COURSE)
                .bind(&self.authority)
                .bind(from.as_microsecond())
                .bind(to.as_microsecond())
                .fetch_all(pool)
                .await?))
    }

    /// Hand-overs that the post room made between two times, by unit and how they ended.
    pub async fn handed(&self, from: Timestamp, to: Timestamp) -> Result<Vec<HandedRow>, StoreError> {
        Ok(on_pool!(self, pool =>
            sqlx::query_as(HANDED)
                .bind(&self.authority)
                .bind(from.as_microsecond())
                .bind(to.as_microsecond())
                .fetch_all(pool)
                .await?))
    }

    /// Whole minutes from available to journaled of what was journaled between two times, and how many letters took so long;
    /// the shortest first. From a day on they are whole hours.
    pub async fn delays(&self, from: Timestamp, to: Timestamp) -> Result<Vec<(u64, u64)>, StoreError> {
        let rows: Vec<(i64, i64)> = on_pool!(self, pool =>
            sqlx::query_as(DELAYS)
                .bind(&self.authority)
                .bind(from.as_microsecond())
                .bind(to.as_microsecond())
                .fetch_all(pool)
                .await?);
        Ok(rows.into_iter().map(|(minutes, n)| (minutes.cast_unsigned(), n.cast_unsigned())).collect())
    }

    /// How sure this model was, in whole percent, of letters decided between two times and settled since: were they the
    /// unit's, and how many.
    pub async fn sureness(
        &self,
        model: &str,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<(u64, bool, u64)>, StoreError> {
        let rows: Vec<(i64, i64, i64)> = on_pool!(self, pool =>
            sqlx::query_as(SURENESS)
                .bind(&self.authority)
                .bind(from.as_microsecond())
                .bind(to.as_microsecond())
                .bind(model)
                .fetch_all(pool)
                .await?);
        let row = |(sure, right, n): (i64, i64, i64)| (sure.cast_unsigned(), right == 1, n.cast_unsigned());
        Ok(rows.into_iter().map(row).collect())
    }
}

#[cfg(test)]
mod tests {
    use sqlx::{AssertSqlSafe, Row as _, SqliteConnection};

    use super::*;
    use sqlx::Connection as _;

    /// A database with the schema of this program and nothing in it.
    async fn empty() -> SqliteConnection {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.expect("memory");
        for (_, _, sqlite, _) in super::super::MIGRATIONS {
            sqlx::raw_sql(AssertSqlSafe(sqlite)).execute(&mut connection).await.expect("a migration");
        }
        connection
    }

    #[tokio::test]
    async fn no_statement_looks_at_more_than_its_period() {
        let mut connection = empty().await;
        for (sql, index) in [
            (
                COURSE,
                "m USING COVERING INDEX message_available (authority=? AND available_at>? AND available_at<?)",
            ),
            (HANDED, "h USING INDEX hand_over_handed (authority=? AND handed_at>? AND handed_at<?)"),
            (DELAYS, "e USING INDEX effect_journaled (authority=? AND done_at>? AND done_at<?)"),
            (
                SURENESS,
                "judged USING COVERING INDEX judged_decided (authority=? AND model=? AND decided_at>? AND decided_at<?)",
            ),
        ] {
            let explained = sqlx::query(AssertSqlSafe(format!("explain query plan {sql}")));
            let plan: Vec<String> = explained
                .fetch_all(&mut connection)
                .await
                .expect("a plan")
                .iter()
                .map(|row| row.get::<String, _>("detail"))
                .collect();
            assert!(plan.iter().any(|line| line.contains(index)), "{plan:#?}");
            let whole_table = |line: &&String| {
                (line.starts_with("SCAN") && *line != "SCAN c") || line.ends_with("(authority=?)")
            };
            assert_eq!(plan.iter().find(whole_table), None, "{plan:#?}");
        }
    }
}
