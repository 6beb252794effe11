//! Databases for tests: a file, or a fresh database on the PostgreSQL server that `tests/run` starts.

use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{Connection, PgConnection};

/// Which database a journey runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file in the journey's folder.
    Sqlite,
    /// A database of its own on the test server.
    Postgres,
}

/// Connection URL of an administrator of the test server.
const VARIABLE: &str = "MODTAG_TEST_POSTGRES";

static NEXT: AtomicU32 = AtomicU32::new(0);

/// The role that the program runs as in tests: no superuser, so that row-level security binds it.
const ROLE: &str = "modtag_test";

/// Makes a fresh database and answers with its URL.
///
/// Panics when there is no test server: a test that cannot run fails.
pub async fn fresh_postgres() -> String {
    let admin = std::env::var(VARIABLE).unwrap_or_else(|_| {
        panic!("{VARIABLE} is not set: run the tests with tests/run, which starts a server")
    });
    let mut connection = PgConnection::connect(&admin).await.expect("the test server answers");
    let name = format!("modtag_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    for statement in [
        format!(
            "do $$ begin if not exists (select from pg_roles where rolname = '{ROLE}') then \
             create role {ROLE} login; end if; exception when duplicate_object or unique_violation then null; end $$"
        ),
        format!("create database {name} owner {ROLE}"),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(statement))
            .execute(&mut connection)
            .await
            .expect("the statement runs");
    }
    connection.close().await.expect("the connection closes");
    let (server, _) = admin.rsplit_once('/').expect("the URL names a database");
    let (scheme, host) = server.split_once("://").expect("the URL has a scheme");
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    format!("{scheme}://{ROLE}@{host}/{name}")
}
