//! A step: one transaction together with the audit events that tell of it.
//!
//! Events are gathered while the step is made and appended just before the commit, so that the log's end is
//! locked as briefly as possible. Either the step and its events are stored, or neither is.

use jiff::Timestamp;
use sqlx::{Postgres, Sqlite, Transaction};

use super::insight::Eyes;
use super::pool::{Pools, insert_many, on_tx};
use super::{Store, StoreError};
use crate::audit::{Event, Frontier, StoredEvent};

/// An open step.
pub struct Tx<'s> {
    pub(super) store: &'s Store,
    pub(super) inner: Inner,
    log: Option<LogEnd>,
    events: Vec<Event>,
}

pub(super) enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

struct LogEnd {
    frontier: Frontier,
    last_at: Timestamp,
}

impl Store {
    /// Opens a step.
    pub async fn begin(&self) -> Result<Tx<'_>, StoreError> {
        let inner = match &self.pools {
            // Taking the write lock at once avoids a deadlock between two readers that both want to write.
            Pools::Sqlite { write, .. } => Inner::Sqlite(write.begin_with("begin immediate").await?),
            Pools::Postgres(pool) => Inner::Postgres(pool.begin().await?),
        };
        Ok(Tx { store: self, inner, log: None, events: Vec::new() })
    }
}

impl Tx<'_> {
    /// Adds an event, to be stored with this step.
    pub fn tell(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Locks the end of the log now, so that no other step of this authority can commit before this one.
    pub async fn lock_log(&mut self) -> Result<(), StoreError> {
        if self.log.is_none() {
            self.log = Some(self.read_log_end().await?);
        }
        Ok(())
    }

    async fn read_log_end(&mut self) -> Result<LogEnd, StoreError> {
        const MAKE: &str = "insert into audit_log (authority, size, frontier, last_at) values ($1, 0, $2, 0)
            on conflict (authority) do nothing";
        const READ: &str = "select frontier, last_at from audit_log where authority = $1";
        const READ_LOCKED: &str = "select frontier, last_at from audit_log where authority = $1 for update";
        let authority = self.store.authority.as_str();
        let sql = match self.inner {
            Inner::Sqlite(_) => READ,
            Inner::Postgres(_) => READ_LOCKED,
        };
        loop {
            let row: Option<(Vec<u8>, i64)> =
                on_tx!(self, c => sqlx::query_as(sql).bind(authority).fetch_optional(c).await?);
            if let Some((frontier, last_at)) = row {
                return Ok(LogEnd {
                    frontier: Frontier::from_bytes(&frontier)
                        .map_err(|_| StoreError::Damaged("audit log end"))?,
                    last_at: super::time(last_at),
                });
            }
            on_tx!(self, c => {
                sqlx::query(MAKE).bind(authority).bind(Frontier::default().to_bytes()).execute(c).await?;
            });
        }
    }

    /// Commits the step and its events. After this returns, both survive a crash.
    pub async fn commit(mut self, now: Timestamp) -> Result<(), StoreError> {
        if !self.events.is_empty() {
            self.append_events(now).await?;
        }
        match self.inner {
            Inner::Sqlite(transaction) => transaction.commit().await?,
            Inner::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }

    async fn append_events(&mut self, now: Timestamp) -> Result<(), StoreError> {
        struct Row {
            kind: &'static str,
            message: Option<String>,
            stored: StoredEvent,
        }
        self.lock_log().await?;
        let Some(LogEnd { mut frontier, last_at }) = self.log.take() else {
            return Err(StoreError::Damaged("audit log end"));
        };
        // A clock set back must not make the log run backwards.
        let at = now.max(last_at);
        let authority = self.store.authority.clone();
        for eyes in self.events.iter().filter_map(Eyes::of).collect::<Vec<_>>() {
            self.count_eyes(&eyes, at).await?;
        }
        let rows: Vec<Row> = std::mem::take(&mut self.events)
            .into_iter()
            .map(|mut event| {
                event.at = at;
                let (kind, message) = (event.kind.name(), event.message.map(|id| id.to_string()));
                Row { kind, message, stored: StoredEvent::append(&mut frontier, event).1 }
            })
            .collect();
        let micros = at.as_microsecond();
        insert_many!(
            self,
            "insert into audit_event (authority, seq, at, kind, message, body, leaf, nodes) ",
            rows.as_slice(),
            |values, row| {
                values
                    .push_bind(authority.as_str())
                    .push_bind(row.stored.seq.cast_signed())
                    .push_bind(micros)
                    .push_bind(row.kind)
                    .push_bind(row.message.as_deref())
                    .push_bind(row.stored.body.as_slice())
                    .push_bind(row.stored.leaf.as_bytes().as_slice())
                    .push_bind(row.stored.nodes.as_slice());
            }
        );
        const MOVE: &str = "update audit_log set size = $2, frontier = $3, last_at = $4 where authority = $1";
        on_tx!(self, c => {
            sqlx::query(MOVE)
                .bind(authority.as_str())
                .bind(frontier.size().cast_signed())
                .bind(frontier.to_bytes())
                .bind(micros)
                .execute(c)
                .await?;
        });
        Ok(())
    }
}
