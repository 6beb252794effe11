//! Editions of the subject plan: numbered, never changed; the newest is in force.

use jiff::Timestamp;
use jiff::civil::Date;

use super::pool::{from_row, on_pool, on_tx};
use super::{Store, StoreError, Tx, time};

/// An edition of the subject plan, without its content.
#[derive(Clone, Debug)]
pub struct PlanRow {
    /// First, second … edition of this authority, from 1.
    pub number: i64,
    /// Digest of what it says; decisions name it.
    pub edition: String,
    imported_at: i64,
    /// Who imported it.
    pub person: String,
    /// Why; never personal data.
    pub reason: String,
    /// What people call it, such as `KLE februar 2026`.
    pub label: Option<String>,
    dated: String,
    /// Which files it is made of, as JSON.
    pub provenance: String,
}

from_row!(PlanRow { number, edition, imported_at, person, reason, label, dated, provenance });

impl PlanRow {
    /// When it was imported.
    pub fn imported_at(&self) -> Timestamp {
        time(self.imported_at)
    }

    /// The day from which it tells what applies: the date of the edition, else of its import.
    pub fn dated(&self) -> Result<Date, StoreError> {
        self.dated.parse().map_err(|_| StoreError::Damaged("subject plan date"))
    }
}

/// An edition about to be stored.
pub struct NewPlan<'a> {
    /// Digest of what it says.
    pub edition: &'a str,
    /// Who imports it.
    pub person: &'a str,
    /// Why; never personal data.
    pub reason: &'a str,
    /// What people call it.
    pub label: Option<&'a str>,
    /// The day from which it tells what applies.
    pub dated: Date,
    /// Which files it is made of, as JSON.
    pub provenance: &'a str,
    /// The plan, compressed.
    pub content: &'a [u8],
}

macro_rules! columns {
    () => {
        "number, edition, imported_at, person, reason, label, dated, provenance"
    };
}

impl Store {
    /// All editions, oldest first.
    pub async fn plans(&self) -> Result<Vec<PlanRow>, StoreError> {
        const SQL: &str =
            concat!("select ", columns!(), " from subject_plan where authority = $1 order by number");
        Ok(on_pool!(self, pool => sqlx::query_as(SQL).bind(&self.authority).fetch_all(pool).await?))
    }

    /// One edition.
    pub async fn plan(&self, number: i64) -> Result<Option<PlanRow>, StoreError> {
        const SQL: &str =
            concat!("select ", columns!(), " from subject_plan where authority = $1 and number = $2");
        Ok(on_pool!(self, pool =>
            sqlx::query_as(SQL).bind(&self.authority).bind(number).fetch_optional(pool).await?))
    }

    /// The number of the edition in force.
    pub async fn plan_in_force(&self) -> Result<Option<i64>, StoreError> {
        const SQL: &str = "select max(number) from subject_plan where authority = $1";
        Ok(on_pool!(self, pool => sqlx::query_scalar(SQL).bind(&self.authority).fetch_one(pool).await?))
    }

    /// The compressed content of an edition.
    pub async fn plan_content(&self, number: i64) -> Result<Option<Vec<u8>>, StoreError> {
        const SQL: &str = "select content from subject_plan where authority = $1 and number = $2";
        Ok(on_pool!(self, pool =>
            sqlx::query_scalar(SQL).bind(&self.authority).bind(number).fetch_optional(pool).await?))
    }
}

impl Tx<'_> {
    /// The number of the edition in force, after which no other can come before this step is over.
    pub async fn lock_plan(&mut self) -> Result<Option<i64>, StoreError> {
        const SQL: &str = "select max(number) from subject_plan where authority = $1";
        // Two imports at once would take the same number: the end of the audit log is the one lock that all share.
        self.lock_log().await?;
        let authority = self.store.authority.clone();
        Ok(on_tx!(self, c => sqlx::query_scalar(SQL).bind(&authority).fetch_one(c).await?))
    }

    /// Stores an edition under this number; it is in force from the commit on.
    pub async fn add_plan(
        &mut self,
        number: i64,
        plan: &NewPlan<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str =
            "insert into subject_plan (authority, number, edition, imported_at, person, reason, label, dated,
            provenance, content) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        let authority = self.store.authority.clone();
        on_tx!(self, c => {
            sqlx::query(SQL)
                .bind(&authority)
                .bind(number)
                .bind(plan.edition)
                .bind(now.as_microsecond())
                .bind(plan.person)
                .bind(plan.reason)
                .bind(plan.label)
                .bind(plan.dated.to_string())
                .bind(plan.provenance)
                .bind(plan.content)
                .execute(c)
                .await?;
        });
        Ok(())
    }
}
