//! What the authority knows by heart: letters it sent, persons under protection.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::pool::{insert_many, on_pool, on_tx, shapes};
use super::{Store, StoreError};

/// A letter that the authority sent, and the case it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentLetter {
    /// Message UUID in Digital Post, lower case.
    pub message_uuid: String,
    /// Our own id of the letter.
    pub message_id: Option<String>,
    /// The case.
    pub case_number: String,
}

impl Store {
    /// Remembers letters that we sent, so that answers to them can be told.
    pub async fn remember_sent(&self, letters: &[SentLetter], now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "insert into sent_letter (authority, message_uuid, message_id_lookup, case_number)
            values ($1, $2, $3, $4) on conflict (authority, message_uuid) do nothing";
        let mut tx = self.begin().await?;
        for letter in letters {
            let lookup = letter.message_id.as_deref().map(|id| self.keys.lookup("sent-message-id", id));
            on_tx!(tx, c => {
                sqlx::query(SQL)
                    .bind(&self.authority)
                    .bind(&letter.message_uuid)
                    .bind(lookup.as_ref().map(<[u8; 32]>::as_slice))
                    .bind(&letter.case_number)
                    .execute(c)
                    .await?;
            });
        }
        tx.commit(now).await
    }

    /// The cases of letters that we sent, by message UUID in lower case.
    pub async fn cases_of_sent(
        &self,
        message_uuids: &[String],
    ) -> Result<HashMap<String, String>, StoreError> {
        let mut found = HashMap::new();
        for chunk in shapes(message_uuids) {
            on_pool!(self, pool => {
                let mut query = sqlx::QueryBuilder::new("select message_uuid, case_number from sent_letter where authority = ");
                query.push_bind(self.authority.as_str()).push(" and message_uuid in (");
                let mut list = query.separated(", ");
                for uuid in chunk {
                    list.push_bind(uuid.as_str());
                }
                query.push(")");
                let rows: Vec<(String, String)> = query.build_query_as().fetch_all(pool).await?;
                found.extend(rows);
            });
        }
        Ok(found)
    }

    /// The cases of letters that we sent under this id of our own.
    pub async fn cases_of_sent_id(&self, message_id: &str) -> Result<Vec<String>, StoreError> {
        const SQL: &str = "select distinct case_number from sent_letter
            where authority = $1 and message_id_lookup = $2 order by case_number limit 10";
        let lookup = self.keys.lookup("sent-message-id", message_id);
        Ok(on_pool!(self, pool =>
            sqlx::query_scalar(SQL).bind(&self.authority).bind(lookup.as_slice()).fetch_all(pool).await?))
    }

    /// Replaces the list of persons under protection (names and addresses that must not be spread).
    pub async fn protect(&self, cprs: &[String], now: Timestamp) -> Result<(), StoreError> {
        const CLEAR: &str = "delete from protected_person where authority = $1";
        let mut lookups: Vec<[u8; 32]> = cprs.iter().map(|cpr| self.keys.lookup("cpr", cpr)).collect();
        lookups.sort_unstable();
        lookups.dedup();
        let mut tx = self.begin().await?;
        on_tx!(tx, c => { sqlx::query(CLEAR).bind(&self.authority).execute(c).await?; });
        insert_many!(
            tx,
            "insert into protected_person (authority, lookup) ",
            lookups.as_slice(),
            |values, lookup| {
                values.push_bind(self.authority.as_str()).push_bind(lookup.as_slice());
            }
        );
        tx.commit(now).await
    }

    /// Which of these persons and companies are under protection.
    pub async fn protected(&self, numbers: &[String]) -> Result<HashSet<String>, StoreError> {
        let lookups: Vec<([u8; 32], &String)> =
            numbers.iter().map(|number| (self.keys.lookup("cpr", number), number)).collect();
        let mut found = HashSet::new();
        for chunk in shapes(&lookups) {
            on_pool!(self, pool => {
                let mut query = sqlx::QueryBuilder::new("select lookup from protected_person where authority = ");
                query.push_bind(self.authority.as_str()).push(" and lookup in (");
                let mut list = query.separated(", ");
                for (lookup, _) in chunk {
                    list.push_bind(lookup.as_slice());
                }
                query.push(")");
                let rows: Vec<Vec<u8>> = query.build_query_scalar().fetch_all(pool).await?;
                let is_listed = |lookup: &[u8; 32]| rows.iter().any(|row| row.as_slice() == lookup);
                found.extend(chunk.iter().filter(|(lookup, _)| is_listed(lookup)).map(|(_, number)| (*number).clone()));
            });
        }
        Ok(found)
    }
}
