//! Drafts of the rule set: what somebody is writing on, one a person, sealed like the texts of editions.

use jiff::Timestamp;

use super::pool::{from_row, on_pool, on_tx};
use super::{Store, StoreError, Tx, time};
use crate::clock::Entropy;
use crate::keys::{MessageKey, WrappedKey};

/// A draft as stored, still sealed.
#[derive(Clone)]
pub struct DraftRow {
    /// The edition that it was begun from.
    pub base: i64,
    /// How many times it was saved.
    pub version: i64,
    changed_at: i64,
    wrapped_key: Vec<u8>,
    sealed: Vec<u8>,
}

from_row!(DraftRow { base, version, changed_at, wrapped_key, sealed });

impl DraftRow {
    /// When it was last saved.
    pub fn changed_at(&self) -> Timestamp {
        time(self.changed_at)
    }
}

/// A draft about to be stored.
pub struct NewDraft<'a> {
    /// Whose, by user id.
    pub person: &'a str,
    /// The edition that it was begun from.
    pub base: i64,
    /// Its texts.
    pub text: &'a [u8],
}

fn key_id(person: &str) -> String {
    format!("draft:{person}")
}

impl Store {
    /// Somebody's draft.
    pub async fn draft(&self, person: &str) -> Result<Option<DraftRow>, StoreError> {
        const SQL: &str = "select base, version, changed_at, wrapped_key, sealed from rule_draft
            where authority = $1 and person = $2";
        Ok(on_pool!(self, pool =>
            sqlx::query_as(SQL).bind(&self.authority).bind(person).fetch_optional(pool).await?))
    }

    /// The texts of somebody's draft.
    pub fn draft_text(&self, person: &str, row: &DraftRow) -> Result<Vec<u8>, StoreError> {
        let key = self.keys.unwrap(&WrappedKey::from_bytes(&row.wrapped_key)?, &key_id(person))?;
        Ok(key.open("policy", &row.sealed)?.to_vec())
    }

    /// How many messages each rule decided since a time, by rule id.
    pub async fn decided_by_rules(&self, since: Timestamp) -> Result<Vec<(String, i64)>, StoreError> {
        const SQL: &str = "select decider, count(*) from decision
            where authority = $1 and decided_at >= $2 group by decider";
        let rows: Vec<(String, i64)> = on_pool!(self, pool => sqlx::query_as(SQL)
            .bind(&self.authority)
            .bind(since.as_microsecond())
            .fetch_all(pool)
            .await?);
        let of_rules = rows.into_iter();
        Ok(of_rules.filter_map(|(decider, n)| Some((decider.strip_prefix("rule:")?.to_owned(), n))).collect())
    }
}

impl Tx<'_> {
    /// Begins a draft. False when the person has one already; it stays as it is.
    pub async fn begin_draft(
        &mut self,
        draft: &NewDraft<'_>,
        entropy: &Entropy,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str =
            "insert into rule_draft (authority, person, base, version, changed_at, wrapped_key, sealed)
            values ($1, $2, $3, 1, $4, $5, $6) on conflict (authority, person) do nothing";
        let (wrapped, sealed) = self.seal_draft(draft, entropy);
        Ok(on_tx!(self, c => {
            let done = sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(draft.person)
                .bind(draft.base)
                .bind(now.as_microsecond())
                .bind(wrapped.as_bytes())
                .bind(sealed)
                .execute(c)
                .await?;
            done.rows_affected() > 0
        }))
    }

    /// Saves a draft over the version that was seen. False when it is another by now, or gone.
    pub async fn save_draft(
        &mut self,
        draft: &NewDraft<'_>,
        seen: i64,
        entropy: &Entropy,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "update rule_draft set base = $4, version = version + 1, changed_at = $5,
            wrapped_key = $6, sealed = $7 where authority = $1 and person = $2 and version = $3";
        let (wrapped, sealed) = self.seal_draft(draft, entropy);
        Ok(on_tx!(self, c => {
            let done = sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(draft.person)
                .bind(seen)
                .bind(draft.base)
                .bind(now.as_microsecond())
                .bind(wrapped.as_bytes())
                .bind(sealed)
                .execute(c)
                .await?;
            done.rows_affected() > 0
        }))
    }

    /// Throws a draft away in the version that was seen. False when it is another by now, or gone.
    pub async fn drop_draft(&mut self, person: &str, seen: i64) -> Result<bool, StoreError> {
        const SQL: &str = "delete from rule_draft where authority = $1 and person = $2 and version = $3";
        Ok(on_tx!(self, c => {
            let done =
                sqlx::query(SQL).bind(&self.store.authority).bind(person).bind(seen).execute(c).await?;
            done.rows_affected() > 0
        }))
    }

    fn seal_draft(&self, draft: &NewDraft<'_>, entropy: &Entropy) -> (WrappedKey, Vec<u8>) {
        let fill = &mut |bytes: &mut [u8]| entropy.fill(bytes);
        let key = MessageKey::generate(fill);
        let wrapped = self.store.keys.wrap(&key, &key_id(draft.person), fill);
        (wrapped, key.seal("policy", draft.text, fill))
    }
}
