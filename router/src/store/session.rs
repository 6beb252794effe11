//! Sessions: who is signed in in a browser, and until when.
//!
//! A session is found by the digest of its token, so that whoever reads the table cannot sign in with what stands there.

use jiff::Timestamp;

use super::pool::{from_row, on_pool, on_tx};
use super::{Store, StoreError, Tx, time};

/// A session about to begin.
pub struct NewSession {
    /// SHA-256 of the token.
    pub token: [u8; 32],
    /// Who, by user id.
    pub person: String,
    /// Words of their roles, with blanks between.
    pub roles: String,
    /// Ids of their units, one a line.
    pub units: String,
    /// When it ends, however busy.
    pub ends_at: Timestamp,
}

/// A session as stored.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// Who, by user id.
    pub person: String,
    /// Words of their roles, with blanks between.
    pub roles: String,
    /// Ids of their units, one a line.
    pub units: String,
    seen_at: i64,
    ends_at: i64,
}

from_row!(SessionRow { person, roles, units, seen_at, ends_at });

impl SessionRow {
    /// When it was last used, give or take a minute.
    pub fn seen_at(&self) -> Timestamp {
        time(self.seen_at)
    }

    /// When it ends, however busy.
    pub fn ends_at(&self) -> Timestamp {
        time(self.ends_at)
    }
}

impl Store {
    /// The session of this token, ended ones too until they are swept out.
    pub async fn session(&self, token: &[u8; 32]) -> Result<Option<SessionRow>, StoreError> {
        const SQL: &str = "select person, roles, units, seen_at, ends_at from session
            where authority = $1 and token = $2";
        Ok(on_pool!(self, pool =>
            sqlx::query_as(SQL).bind(&self.authority).bind(token.as_slice()).fetch_optional(pool).await?))
    }
}

impl Tx<'_> {
    /// Begins a session.
    pub async fn begin_session(&mut self, session: &NewSession, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str =
            "insert into session (authority, token, person, roles, units, made_at, seen_at, ends_at)
            values ($1, $2, $3, $4, $5, $6, $6, $7)";
        on_tx!(self, c => {
            sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(session.token.as_slice())
                .bind(&session.person)
                .bind(&session.roles)
                .bind(&session.units)
                .bind(now.as_microsecond())
                .bind(session.ends_at.as_microsecond())
                .execute(c)
                .await?;
        });
        Ok(())
    }

    /// Notes that a session is in use.
    pub async fn session_seen(&mut self, token: &[u8; 32], now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "update session set seen_at = $3 where authority = $1 and token = $2";
        on_tx!(self, c => {
            sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(token.as_slice())
                .bind(now.as_microsecond())
                .execute(c)
                .await?;
        });
        Ok(())
    }

    /// Ends a session. False when there was none.
    pub async fn end_session(&mut self, token: &[u8; 32]) -> Result<bool, StoreError> {
        const SQL: &str = "delete from session where authority = $1 and token = $2";
        Ok(on_tx!(self, c => {
            let done = sqlx::query(SQL).bind(&self.store.authority).bind(token.as_slice()).execute(c).await?;
            done.rows_affected() > 0
        }))
    }

    /// Sweeps out sessions that have ended, or that nobody has used since `idle_since`.
    pub async fn sweep_sessions(&mut self, idle_since: Timestamp, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "delete from session where authority = $1 and (ends_at <= $2 or seen_at < $3)";
        on_tx!(self, c => {
            sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(now.as_microsecond())
                .bind(idle_since.as_microsecond())
                .execute(c)
                .await?;
        });
        Ok(())
    }
}
