//! Pools: one SQL text, two engines.

use std::path::Path;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, SqlitePool};

use super::StoreError;
use crate::config::DatabaseLocation;

/// Connections. SQLite has one writer and several readers; a reader never waits for the writer (WAL).
#[derive(Clone)]
pub(super) enum Pools {
    Sqlite { write: SqlitePool, read: SqlitePool },
    Postgres(PgPool),
}

const WAIT: Duration = Duration::from_secs(10);

impl Pools {
    pub(super) async fn open(
        place: &DatabaseLocation,
        authority: &str,
        connections: u32,
    ) -> Result<Self, StoreError> {
        match place {
            DatabaseLocation::Sqlite(file) => sqlite(file, connections).await,
            DatabaseLocation::Postgres(url) => postgres(url.expose(), authority, connections).await,
        }
    }

    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

async fn sqlite(file: &Path, connections: u32) -> Result<Pools, StoreError> {
    // `full` makes every commit reach the disk before it is called a commit: the promise to the sender rests on it.
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(WAIT)
        .foreign_keys(true)
        .pragma("cache_size", "-65536")
        // Pages that many messages touch are written to the file once in 32 MiB of log, not once in 4.
        .pragma("wal_autocheckpoint", "8192")
        .pragma("journal_size_limit", "67108864")
        .statement_cache_capacity(256);
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(WAIT * 3)
        .connect_with(options.clone())
        .await?;
    let read = SqlitePoolOptions::new()
        .max_connections(connections.max(2))
        .acquire_timeout(WAIT)
        .connect_with(options)
        .await?;
    Ok(Pools::Sqlite { write, read })
}

async fn postgres(url: &str, authority: &str, connections: u32) -> Result<Pools, StoreError> {
    let options: PgConnectOptions = url.parse().map_err(|_| StoreError::BadUrl)?;
    let authority = authority.to_owned();
    let pool = PgPoolOptions::new()
        .max_connections(connections.max(2))
        .acquire_timeout(WAIT)
        .after_connect(move |connection, _| {
            let authority = authority.clone();
            Box::pin(async move {
                // What row-level security compares with: a connection sees one authority's rows.
                sqlx::query("select set_config('modtag.authority', $1, false)")
                    .bind(authority)
                    .execute(&mut *connection)
                    .await?;
                sqlx::query("set synchronous_commit = on").execute(&mut *connection).await?;
                Ok(())
            })
        })
        .connect_with(options)
        .await?;
    Ok(Pools::Postgres(pool))
}

/// Runs one block on whichever pool there is, for reading.
macro_rules! on_pool {
    ($store:expr, $pool:ident => $body:expr) => {
        match &$store.pools {
            $crate::store::pool::Pools::Sqlite { read: $pool, .. } => $body,
            $crate::store::pool::Pools::Postgres($pool) => $body,
        }
    };
}

/// Runs one block on whichever transaction there is.
macro_rules! on_tx {
    ($tx:expr, $connection:ident => $body:expr) => {
        match &mut $tx.inner {
            $crate::store::tx::Inner::Sqlite(transaction) => {
                let $connection = &mut **transaction;
                $body
            }
            $crate::store::tx::Inner::Postgres(transaction) => {
                let $connection = &mut **transaction;
                $body
            }
        }
    };
}

/// Inserts many rows with few statements, each of a shape that stays prepared.
macro_rules! insert_many {
    ($tx:expr, $head:expr, $rows:expr, |$values:ident, $row:pat_param| $push:block) => {
        for chunk in $crate::store::pool::shapes($rows) {
            $crate::store::pool::on_tx!($tx, connection => {
                let mut query = sqlx::QueryBuilder::new($head);
                query.push_values(chunk, |mut $values, $row| $push);
                query.build().execute(connection).await?;
            });
        }
    };
}

/// Makes a struct readable from a row of either engine, column by column of the field's name.
macro_rules! from_row {
    ($name:ident { $($field:ident),* $(,)? }) => {
        impl<'r, R: sqlx::Row> sqlx::FromRow<'r, R> for $name
        where
            &'static str: sqlx::ColumnIndex<R>,
            String: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
            Option<String>: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
            Vec<u8>: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
            i64: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
            Option<i64>: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
        {
            fn from_row(row: &'r R) -> sqlx::Result<Self> {
                Ok(Self { $($field: row.try_get(stringify!($field))?),* })
            }
        }
    };
}

pub(super) use {from_row, insert_many, on_pool, on_tx};

/// Row counts of prepared statements: few shapes, so that all of them stay in the statement cache.
const SHAPES: [usize; 4] = [64, 16, 4, 1];

/// Cuts rows into slices of few different lengths.
pub(super) fn shapes<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let take = SHAPES.into_iter().find(|shape| *shape <= rows.len())?;
        let (chunk, rest) = rows.split_at(take);
        rows = rest;
        Some(chunk)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_cover_every_row_once_in_order() {
        for n in 0..300 {
            let rows: Vec<usize> = (0..n).collect();
            let cut: Vec<usize> = shapes(&rows).flatten().copied().collect();
            assert_eq!(cut, rows);
        }
    }
}
