//! Decisions: one row each, with facts and trace sealed beside it.

use jiff::Timestamp;
use uuid::Uuid;

use super::pool::{from_row, insert_many, on_pool, shapes};
use super::{Store, StoreError, Tx, time};

/// A decision about to be stored.
pub struct NewDecision {
    /// Our id of the message.
    pub message: Uuid,
    /// First, second … decision on this message, from 1.
    pub number: i64,
    /// When.
    pub decided_at: Timestamp,
    /// Who: `step:…`, `rule:…` or `person:…`.
    pub decider: String,
    /// Edition of rules and maps.
    pub edition: String,
    /// Edition of the classifier.
    pub model: String,
    /// Stable word for the outcome.
    pub outcome: String,
    /// Facts and decision, sealed.
    pub sealed: Vec<u8>,
    /// Edition of the subject plan that its KLE mark was held against.
    pub kle: Option<String>,
}

/// A decision as stored.
#[derive(Clone)]
pub struct DecisionRow {
    /// Our id of the message.
    pub message: String,
    /// First, second … decision on this message, from 1.
    pub number: i64,
    decided_at: i64,
    /// Who.
    pub decider: String,
    /// Edition of rules and maps.
    pub edition: String,
    /// Edition of the classifier.
    pub model: String,
    /// Stable word for the outcome.
    pub outcome: String,
    /// Facts and decision, sealed.
    pub sealed: Vec<u8>,
    /// Edition of the subject plan that its KLE mark was held against.
    pub kle: Option<String>,
}

from_row!(DecisionRow { message, number, decided_at, decider, edition, model, outcome, sealed, kle });

impl DecisionRow {
    /// When.
    pub fn decided_at(&self) -> Timestamp {
        time(self.decided_at)
    }
}

impl Store {
    /// The decisions on a message, first to last.
    pub async fn decisions(&self, message: &str) -> Result<Vec<DecisionRow>, StoreError> {
        const SQL: &str =
            "select message, number, decided_at, decider, edition, model, outcome, sealed, kle from decision
            where authority = $1 and message = $2 order by number";
        Ok(on_pool!(self, pool =>
            sqlx::query_as(SQL).bind(&self.authority).bind(message).fetch_all(pool).await?))
    }

    /// The number of the last decision on each of these messages.
    pub async fn last_numbers(&self, messages: &[String]) -> Result<Vec<(String, i64)>, StoreError> {
        let mut found: Vec<(String, i64)> = Vec::with_capacity(messages.len());
        for chunk in shapes(messages) {
            let rows: Vec<(String, i64)> = on_pool!(self, pool => {
                let mut query = sqlx::QueryBuilder::new("select message, max(number) from decision where authority = ");
                query.push_bind(self.authority.as_str()).push(" and message in (");
                let mut list = query.separated(", ");
                for id in chunk {
                    list.push_bind(id.as_str());
                }
                query.push(") group by message");
                query.build_query_as().fetch_all(pool).await?
            });
            found.extend(rows);
        }
        Ok(found)
    }

    /// The last decision on each of these messages.
    pub async fn last_decisions(&self, messages: &[String]) -> Result<Vec<DecisionRow>, StoreError> {
        let mut found: Vec<DecisionRow> = Vec::with_capacity(messages.len());
        for chunk in shapes(messages) {
            on_pool!(self, pool => {
                let mut query = sqlx::QueryBuilder::new("select message, number, decided_at, decider, edition, model, outcome, sealed, kle \
                     from decision where authority = ");
                query.push_bind(self.authority.as_str()).push(" and message in (");
                let mut list = query.separated(", ");
                for id in chunk {
                    list.push_bind(id.as_str());
                }
                query.push(") order by message, number");
                let rows: Vec<DecisionRow> = query.build_query_as().fetch_all(pool).await?;
                for row in rows {
                    match found.last_mut() {
                        Some(last) if last.message == row.message => *last = row,
                        _ => found.push(row),
                    }
                }
            });
        }
        Ok(found)
    }
}

impl Tx<'_> {
    /// Stores decisions.
    pub async fn record_decisions(&mut self, decisions: &[NewDecision]) -> Result<(), StoreError> {
        let authority = self.store.authority.clone();
        insert_many!(
            self,
            "insert into decision (authority, message, number, decided_at, decider, edition, model, outcome, sealed, kle) ",
            decisions,
            |values, row| {
                values
                    .push_bind(authority.as_str())
                    .push_bind(row.message.to_string())
                    .push_bind(row.number)
                    .push_bind(row.decided_at.as_microsecond())
                    .push_bind(row.decider.as_str())
                    .push_bind(row.edition.as_str())
                    .push_bind(row.model.as_str())
                    .push_bind(row.outcome.as_str())
                    .push_bind(row.sealed.as_slice())
                    .push_bind(row.kle.as_deref());
            }
        );
        Ok(())
    }
}
