//! The store: all SQL, for SQLite and PostgreSQL alike.
//!
//! Every query names the authority whose rows it means. Ids and times are made by the caller and bound.
//! Personal data lies sealed in columns of that name; what must be looked up lies beside it as a keyed hash.
//!
//! **Deliberately absent:** decisions about what to store. The journey says what, the store says how.
//!
//! What it relies on that a distributed PostgreSQL may lack: `for update skip locked` (claims) and a single hot
//! row per authority (the end of the audit log), which is locked once a step.

mod pool;
mod tx;

pub mod aside;
pub mod audit;
pub mod break_glass;
pub mod cases;
pub mod correction;
pub mod decision;
pub mod desk;
pub mod draft;
pub mod dump;
pub mod edition;
pub mod effect;
pub mod hand_over;
pub mod inbox;
pub mod insight;
pub mod journal;
pub mod judged;
pub mod known;
pub mod lesson;
pub mod line;
pub mod message;
pub mod notice;
pub mod oversight;
pub mod own_model;
pub mod part;
pub mod past;
pub mod session;
pub mod subject_plan;
pub mod token;
pub mod unseen_stop;
pub mod webhook;

use std::time::Duration;

use jiff::Timestamp;
use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

use crate::config::DatabaseLocation;
use crate::keys::AuthorityKeys;
use pool::{Pools, on_pool};
pub use tx::Tx;

/// The migrations, twins by number: what one engine gets, the other gets too.
const MIGRATIONS: [(i64, &str, &str, &str); 18] = [
    (
        1,
        "first",
        include_str!("../../../migrations/sqlite/0001_first.sql"),
        include_str!("../../../migrations/postgres/0001_first.sql"),
    ),
    (
        2,
        "editions",
        include_str!("../../../migrations/sqlite/0002_editions.sql"),
        include_str!("../../../migrations/postgres/0002_editions.sql"),
    ),
    (
        3,
        "kle",
        include_str!("../../../migrations/sqlite/0003_kle.sql"),
        include_str!("../../../migrations/postgres/0003_kle.sql"),
    ),
    (
        4,
        "whereabouts",
        include_str!("../../../migrations/sqlite/0004_whereabouts.sql"),
        include_str!("../../../migrations/postgres/0004_whereabouts.sql"),
    ),
    (
        5,
        "receivers",
        include_str!("../../../migrations/sqlite/0005_receivers.sql"),
        include_str!("../../../migrations/postgres/0005_receivers.sql"),
    ),
    (
        6,
        "unseen",
        include_str!("../../../migrations/sqlite/0006_unseen.sql"),
        include_str!("../../../migrations/postgres/0006_unseen.sql"),
    ),
    (
        7,
        "own_model",
        include_str!("../../../migrations/sqlite/0007_own_model.sql"),
        include_str!("../../../migrations/postgres/0007_own_model.sql"),
    ),
    (
        8,
        "desks",
        include_str!("../../../migrations/sqlite/0008_desks.sql"),
        include_str!("../../../migrations/postgres/0008_desks.sql"),
    ),
    (
        9,
        "mine",
        include_str!("../../../migrations/sqlite/0009_mine.sql"),
        include_str!("../../../migrations/postgres/0009_mine.sql"),
    ),
    (
        10,
        "oversight",
        include_str!("../../../migrations/sqlite/0010_oversight.sql"),
        include_str!("../../../migrations/postgres/0010_oversight.sql"),
    ),
    (
        11,
        "drafts",
        include_str!("../../../migrations/sqlite/0011_drafts.sql"),
        include_str!("../../../migrations/postgres/0011_drafts.sql"),
    ),
    (
        12,
        "insight",
        include_str!("../../../migrations/sqlite/0012_insight.sql"),
        include_str!("../../../migrations/postgres/0012_insight.sql"),
    ),
    (
        13,
        "access",
        include_str!("../../../migrations/sqlite/0013_access.sql"),
        include_str!("../../../migrations/postgres/0013_access.sql"),
    ),
    (
        14,
        "aside",
        include_str!("../../../migrations/sqlite/0014_aside.sql"),
        include_str!("../../../migrations/postgres/0014_aside.sql"),
    ),
    (
        15,
        "notices",
        include_str!("../../../migrations/sqlite/0015_notices.sql"),
        include_str!("../../../migrations/postgres/0015_notices.sql"),
    ),
    (
        16,
        "parts",
        include_str!("../../../migrations/sqlite/0016_parts.sql"),
        include_str!("../../../migrations/postgres/0016_parts.sql"),
    ),
    (
        17,
        "once",
        include_str!("../../../migrations/sqlite/0017_once.sql"),
        include_str!("../../../migrations/postgres/0017_once.sql"),
    ),
    (
        18,
        "places",
        include_str!("../../../migrations/sqlite/0018_places.sql"),
        include_str!("../../../migrations/postgres/0018_places.sql"),
    ),
];

fn migrator(pools: &Pools) -> Migrator {
    let migrations = MIGRATIONS.into_iter().map(|(number, name, sqlite, postgres)| {
        let sql = match pools {
            Pools::Sqlite { .. } => sqlite,
            Pools::Postgres(_) => postgres,
        };
        Migration::new(number, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(migrations.collect())
}

/// Tries again for a short while what fails on SQLite when two processes start at once on a new or older database: only
/// one of them can bring it up to date, and the other then finds that it is. A PostgreSQL server lets them wait in line.
async fn while_another_starts<T, F>(on_sqlite: bool, attempt: impl Fn() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    const PAUSE: Duration = Duration::from_millis(200);
    let tries = if on_sqlite { 10 } else { 1 };
    for _ in 1..tries {
        match attempt().await {
            Err(StoreError::Unavailable(_) | StoreError::Migrate(_)) => tokio::time::sleep(PAUSE).await,
            answer => return answer,
        }
    }
    attempt().await
}

/// One authority's rows.
#[derive(Clone)]
pub struct Store {
    pools: Pools,
    authority: String,
    keys: AuthorityKeys,
}

impl Store {
    /// Does every write wait for the one before it? So in SQLite.
    pub fn has_one_writer(&self) -> bool {
        matches!(self.pools, Pools::Sqlite { .. })
    }

    /// Opens the database without touching its schema.
    pub async fn open(
        place: &DatabaseLocation,
        keys: AuthorityKeys,
        connections: u32,
    ) -> Result<Self, StoreError> {
        let authority = keys.cvr().to_owned();
        let on_sqlite = matches!(place, DatabaseLocation::Sqlite(_));
        let pools = while_another_starts(on_sqlite, || Pools::open(place, &authority, connections)).await?;
        Ok(Self { pools, authority, keys })
    }

    /// Brings the schema up to this program's.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        while_another_starts(self.has_one_writer(), || async {
            let migrator = migrator(&self.pools);
            match &self.pools {
                Pools::Sqlite { write, .. } => migrator.run(write).await?,
                Pools::Postgres(pool) => migrator.run(pool).await?,
            }
            Ok(())
        })
        .await
    }

    /// Migrations this program has and the database has not.
    pub async fn pending_migrations(&self) -> Result<usize, StoreError> {
        let known = MIGRATIONS.len();
        let done: Result<i64, sqlx::Error> = on_pool!(self, pool =>
            sqlx::query_scalar("select count(*) from _sqlx_migrations where success").fetch_one(pool).await);
        match done {
            Ok(done) => Ok(known.saturating_sub(usize::try_from(done).unwrap_or(0))),
            Err(sqlx::Error::Database(_)) => Ok(known),
            Err(error) => Err(error.into()),
        }
    }

    /// Does the database answer?
    pub async fn ping(&self) -> Result<(), StoreError> {
        on_pool!(self, pool => { sqlx::query("select 1").execute(pool).await?; });
        Ok(())
    }

    /// CVR of the authority whose rows these are.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The authority's keys.
    pub fn keys(&self) -> &AuthorityKeys {
        &self.keys
    }

    /// Can two processes claim work side by side without the one waiting for the other's whole step?
    pub fn is_shared(&self) -> bool {
        matches!(self.pools, Pools::Postgres(_))
    }

    /// A small fact of the installation, such as the fingerprint of the key file that its rows were sealed with.
    pub async fn meta(&self, name: &str) -> Result<Option<String>, StoreError> {
        const SQL: &str = "select value from meta where authority = $1 and name = $2";
        Ok(on_pool!(self, pool =>
            sqlx::query_scalar(SQL).bind(&self.authority).bind(name).fetch_optional(pool).await?))
    }

    /// Stores a small fact of the installation.
    pub async fn set_meta(&self, name: &str, value: &str, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "insert into meta (authority, name, value) values ($1, $2, $3)
            on conflict (authority, name) do update set value = excluded.value";
        let mut tx = self.begin().await?;
        pool::on_tx!(tx, c => {
            sqlx::query(SQL).bind(&self.authority).bind(name).bind(value).execute(c).await?;
        });
        tx.commit(now).await
    }

    /// Ends all connections.
    pub async fn close(&self) {
        self.pools.close().await;
    }
}

/// What went wrong with the database, said as what to do next.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Unreachable, busy, or restarted: try again.
    #[error("database unavailable")]
    Unavailable(#[source] sqlx::Error),
    /// No room on the disk.
    #[error("disk full")]
    Full(#[source] sqlx::Error),
    /// The database cannot be written.
    #[error("database is read-only")]
    ReadOnly(#[source] sqlx::Error),
    /// A row that does not say what it must.
    #[error("damaged row: {0}")]
    Damaged(&'static str),
    /// A row was changed by somebody else meanwhile.
    #[error("changed meanwhile")]
    Changed,
    /// A connection URL that cannot be understood.
    #[error("database url cannot be understood")]
    BadUrl,
    /// A migration failed.
    #[error("migration failed")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A sealed column could not be opened.
    #[error("sealed column cannot be opened")]
    Sealed(#[from] crate::keys::KeyError),
    /// Anything else the database says.
    #[error("database error")]
    Other(#[source] sqlx::Error),
}

impl StoreError {
    /// Will trying again later help?
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Full(_) | Self::ReadOnly(_) | Self::Changed)
    }

    /// What the operator reads.
    pub fn danish(&self) -> String {
        match self {
            Self::Unavailable(_) => "Databasen svarer ikke. Der prøves igen af sig selv.".into(),
            Self::Full(_) => {
                "Disken med databasen er fuld. Skaf plads; arbejdet fortsætter af sig selv.".into()
            }
            Self::ReadOnly(_) => {
                "Databasen kan ikke skrives. Ret adgangen; arbejdet fortsætter af sig selv.".into()
            }
            Self::Damaged(what) => {
                format!("En række i databasen er beskadiget ({what}). Gendan fra sikkerhedskopi.")
            }
            Self::Changed => "Rækken blev ændret af en anden imens. Prøv igen.".into(),
            Self::BadUrl => {
                "Databasens adresse kan ikke forstås. Den skal begynde med postgres:// eller sqlite:.".into()
            }
            Self::Migrate(_) => "Databasens skema kunne ikke bringes ajour.".into(),
            Self::Sealed(error) => error.danish(),
            Self::Other(_) => "Databasen svarede med en fejl.".into(),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        let code = match &error {
            E::Io(_) | E::Tls(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed | E::Protocol(_) => {
                return Self::Unavailable(error);
            }
            E::Database(database) => database.code().map(|code| code.into_owned()).unwrap_or_default(),
            _ => return Self::Other(error),
        };
        match code.as_str() {
            // SQLite result codes: BUSY and LOCKED with their extended forms, CANTOPEN, IOERR.
            "5" | "6" | "261" | "262" | "517" | "518" | "14" => Self::Unavailable(error),
            "13" | "53100" => Self::Full(error),
            // Unique and primary keys: somebody else stored this first.
            "1555" | "2067" | "23505" => Self::Changed,
            "8" | "264" | "520" | "776" | "1032" | "25006" => Self::ReadOnly(error),
            // PostgreSQL: connection trouble (08), resources (53), operator intervention (57), serialisation and deadlock (40).
            pg if pg.len() == 5 && ["08", "53", "57", "40"].contains(&&pg[..2]) => Self::Unavailable(error),
            io if io.parse::<u32>().is_ok_and(|n| n & 0xff == 10) => Self::Unavailable(error),
            _ => Self::Other(error),
        }
    }
}

/// A time from its column.
fn time(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}
