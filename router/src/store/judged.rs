//! Judged: what the classifier believed of a message, and what came of it.
//!
//! Confidences are kept in millionths: both engines compare whole numbers alike.

use jiff::Timestamp;
use uuid::Uuid;

use super::pool::{from_row, insert_many, on_pool, on_tx};
use super::{Store, StoreError, Tx};

/// A belief about to be stored.
pub struct NewJudged {
    /// Our id of the message.
    pub message: Uuid,
    /// Which model.
    pub model: String,
    /// The unit that answers for the best subject.
    pub unit: String,
    /// The best subject.
    pub subject: kle::Subject,
    /// How sure.
    pub subject_sure: f32,
    /// The best group, with how sure.
    pub group: Option<(kle::Subject, f32)>,
    /// On what it was passed on unseen, if it was: `subject` or `group`.
    pub passed_on: Option<&'static str>,
}

/// What a letter turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Was it the unit's?
    pub unit_right: bool,
    /// Was it the subject? `None` when nobody said.
    pub subject_right: Option<bool>,
    /// Was it the group?
    pub group_right: Option<bool>,
    /// How it is known: `answer` of a person who saw it waiting, `redirected` after it had been passed on, `returned` by the
    /// unit that got it, or `kept`.
    pub by: &'static str,
}

/// What was believed of a message.
#[derive(Clone, Debug)]
pub struct JudgedRow {
    /// The unit believed.
    pub unit: String,
    /// The subject believed.
    pub subject: String,
    /// The group believed.
    pub kle_group: Option<String>,
    /// On what it was passed on unseen, if it was.
    pub passed_on: Option<String>,
}

from_row!(JudgedRow { unit, subject, kle_group, passed_on });

/// A settled belief.
#[derive(Clone, Copy, Debug)]
pub struct SettledRow {
    subject_sure: i64,
    group_sure: Option<i64>,
    unit_right: i64,
}

from_row!(SettledRow { subject_sure, group_sure, unit_right });

impl SettledRow {
    /// How sure the classifier was of the subject (0) or group (1).
    pub fn sure(&self, level: usize) -> Option<f32> {
        let sure = if level == 0 { Some(self.subject_sure) } else { self.group_sure };
        sure.map(|sure| sure as f32 / MILLION)
    }

    /// Was it the unit's?
    pub fn is_right(&self) -> bool {
        self.unit_right == 1
    }
}

/// What became of the letters that were believed to be a unit's.
#[derive(Clone, Debug)]
pub struct TallyRow {
    /// The unit.
    pub unit: String,
    judged: i64,
    settled: i64,
    wrong: i64,
    passed_on: i64,
    passed_settled: i64,
    passed_wrong: i64,
}

from_row!(TallyRow { unit, judged, settled, wrong, passed_on, passed_settled, passed_wrong });

impl TallyRow {
    /// Letters judged, those of them that are settled, and those of these that were not the unit's.
    pub fn judged(&self) -> (u64, u64, u64) {
        (self.judged.cast_unsigned(), self.settled.cast_unsigned(), self.wrong.cast_unsigned())
    }

    /// The same of those that were passed on unseen.
    pub fn passed_on(&self) -> (u64, u64, u64) {
        let Self { passed_on, passed_settled, passed_wrong, .. } = self;
        (passed_on.cast_unsigned(), passed_settled.cast_unsigned(), passed_wrong.cast_unsigned())
    }
}

/// Letters believed to be a unit's in one week.
#[derive(Clone, Debug)]
pub struct WeekRow {
    /// The unit.
    pub unit: String,
    /// Weeks ago; 0 is the newest.
    pub ago: i64,
    letters: i64,
    unsure: i64,
    waiting: i64,
}

from_row!(WeekRow { unit, ago, letters, unsure, waiting });

impl WeekRow {
    /// All letters; those that the classifier was unsure of; those that waited for a person.
    pub fn counts(&self) -> [u64; 3] {
        [self.letters, self.unsure, self.waiting].map(i64::cast_unsigned)
    }
}

const WEEK: i64 = 7 * 24 * 3_600_000_000;
const MILLION: f32 = 1_000_000.0;

fn millionths(sure: f32) -> i64 {
    // A confidence that is no number becomes 0.
    (sure.clamp(0.0, 1.0) * MILLION) as i64
}

impl Store {
    /// Settled letters that this model believed to be the unit's, newest first, at most so many.
    pub async fn settled_of(
        &self,
        unit: &str,
        model: &str,
        limit: u32,
    ) -> Result<Vec<SettledRow>, StoreError> {
        const SQL: &str = "select subject_sure, group_sure, unit_right from judged
            where authority = $1 and unit = $2 and settled_at is not null and model = $3
            order by settled_at desc limit $4";
        Ok(on_pool!(self, pool => sqlx::query_as(SQL)
            .bind(&self.authority)
            .bind(unit)
            .bind(model)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?))
    }

    /// What was believed of a message.
    pub async fn judged(&self, message: &str) -> Result<Option<JudgedRow>, StoreError> {
        const SQL: &str =
            "select unit, subject, kle_group, passed_on from judged where authority = $1 and message = $2";
        Ok(on_pool!(self, pool =>
            sqlx::query_as(SQL).bind(&self.authority).bind(message).fetch_optional(pool).await?))
    }

    /// What became of everything that was judged, by unit.
    pub async fn judged_tallies(&self) -> Result<Vec<TallyRow>, StoreError> {
        const SQL: &str = "select unit, count(*) as judged, count(settled_at) as settled,
            count(case when unit_right = 0 then 1 end) as wrong, count(passed_on) as passed_on,
            count(case when passed_on is not null and settled_at is not null then 1 end) as passed_settled,
            count(case when passed_on is not null and unit_right = 0 then 1 end) as passed_wrong
            from judged where authority = $1 group by unit order by unit";
        Ok(on_pool!(self, pool => sqlx::query_as(SQL).bind(&self.authority).fetch_all(pool).await?))
    }

    /// What this model believed of the letters of so many weeks, by unit and week. Below `unsure` it is unsure of a subject.
    pub async fn judged_weeks(
        &self,
        model: &str,
        now: Timestamp,
        weeks: i64,
        unsure: f32,
    ) -> Result<Vec<WeekRow>, StoreError> {
        const SQL: &str = "select unit, ($3 - decided_at) / $5 as ago, count(*) as letters,
            count(case when subject_sure < $6 then 1 end) as unsure,
            count(case when passed_on is null then 1 end) as waiting
            from judged where authority = $1 and model = $2 and decided_at <= $3 and decided_at > $4
            group by 1, 2 order by 1, 2";
        let now = now.as_microsecond();
        Ok(on_pool!(self, pool => sqlx::query_as(SQL)
            .bind(&self.authority)
            .bind(model)
            .bind(now)
            .bind(now.saturating_sub(WEEK * weeks))
            .bind(WEEK)
            .bind(millionths(unsure))
            .fetch_all(pool)
            .await?))
    }

    /// Is there a letter that was passed on unseen before this time and that nothing is known of yet?
    pub async fn any_to_confirm(&self, before: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str =
            "select count(*) from (select 1 from judged where authority = $1 and settled_at is null
            and passed_on is not null and decided_at < $2 limit 1) as any_due";
        let any: i64 = on_pool!(self, pool =>
            sqlx::query_scalar(SQL).bind(&self.authority).bind(before.as_microsecond()).fetch_one(pool).await?);
        Ok(any > 0)
    }
}

impl Tx<'_> {
    /// Stores what was believed of messages that are decided for the first time.
    pub async fn record_judged(&mut self, rows: &[NewJudged], now: Timestamp) -> Result<(), StoreError> {
        let authority = self.store.authority.clone();
        insert_many!(
            self,
            "insert into judged (authority, message, decided_at, model, unit, subject, subject_sure, kle_group, group_sure, passed_on) ",
            rows,
            |values, row| {
                values
                    .push_bind(authority.as_str())
                    .push_bind(row.message.to_string())
                    .push_bind(now.as_microsecond())
                    .push_bind(row.model.as_str())
                    .push_bind(row.unit.as_str())
                    .push_bind(row.subject.to_string())
                    .push_bind(millionths(row.subject_sure))
                    .push_bind(row.group.map(|(group, _)| group.to_string()))
                    .push_bind(row.group.map(|(_, sure)| millionths(sure)))
                    .push_bind(row.passed_on);
            }
        );
        Ok(())
    }

    /// Notes what a message turned out to be. The last word counts.
    pub async fn settle_judged(
        &mut self,
        message: &Uuid,
        verdict: &Verdict,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str =
            "update judged set unit_right = $3, subject_right = $4, group_right = $5, settled_at = $6,
            settled_by = $7 where authority = $1 and message = $2";
        on_tx!(self, c => {
            sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(message.to_string())
                .bind(i64::from(verdict.unit_right))
                .bind(verdict.subject_right.map(i64::from))
                .bind(verdict.group_right.map(i64::from))
                .bind(now.as_microsecond())
                .bind(verdict.by)
                .execute(c)
                .await?;
        });
        Ok(())
    }

    /// Counts as right what was passed on unseen before this time and still lies with the unit. Returns how many.
    pub async fn settle_kept(&mut self, before: Timestamp, now: Timestamp) -> Result<u64, StoreError> {
        const SQL: &str = "update judged set unit_right = 1, settled_at = $3, settled_by = 'kept'
            where authority = $1 and settled_at is null and passed_on is not null and decided_at < $2
            and exists (select 1 from hand_over h where h.authority = judged.authority and h.message = judged.message
                and h.unit = judged.unit and h.ended_at is null)";
        Ok(on_tx!(self, c => {
            sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(before.as_microsecond())
                .bind(now.as_microsecond())
                .execute(c)
                .await?
                .rows_affected()
        }))
    }

    /// Were the unit's newest settled letters right that were passed on unseen since this time? Newest first.
    pub async fn recent_unseen(
        &mut self,
        unit: &str,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<bool>, StoreError> {
        const SQL: &str =
            "select unit_right from judged where authority = $1 and unit = $2 and passed_on is not null
            and settled_at is not null and decided_at >= $3 order by decided_at desc, message limit $4";
        let rows: Vec<i64> = on_tx!(self, c => sqlx::query_scalar(SQL)
            .bind(&self.store.authority)
            .bind(unit)
            .bind(since.as_microsecond())
            .bind(i64::from(limit))
            .fetch_all(c)
            .await?);
        Ok(rows.into_iter().map(|right| right == 1).collect())
    }
}
