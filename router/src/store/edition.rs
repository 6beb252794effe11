//! Editions of the policy: numbered, never changed, put in force one at a time.

use jiff::Timestamp;

use super::pool::{from_row, on_pool, on_tx};
use super::{Store, StoreError, Tx, time};
use crate::clock::Entropy;
use crate::keys::{MessageKey, WrappedKey};

/// An edition: who made it, when and why.
#[derive(Clone, Debug)]
pub struct EditionRow {
    /// First, second … edition of this authority, from 1.
    pub number: i64,
    /// Digest of its texts; decisions name it.
    pub edition: String,
    made_at: i64,
    /// Who made it.
    pub author: String,
    /// Why; never personal data.
    pub reason: String,
}

from_row!(EditionRow { number, edition, made_at, author, reason });

impl EditionRow {
    /// When it was made.
    pub fn made_at(&self) -> Timestamp {
        time(self.made_at)
    }
}

/// The act of putting an edition in force.
#[derive(Clone, Debug)]
pub struct ActivationRow {
    /// Which edition.
    pub number: i64,
    at: i64,
    /// Who did it.
    pub person: String,
    /// Why; never personal data.
    pub reason: String,
}

from_row!(ActivationRow { number, at, person, reason });

impl ActivationRow {
    /// When it took effect.
    pub fn at(&self) -> Timestamp {
        time(self.at)
    }
}

macro_rules! columns {
    () => {
        "number, edition, made_at, author, reason"
    };
}

impl Store {
    /// All editions, oldest first.
    pub async fn editions(&self) -> Result<Vec<EditionRow>, StoreError> {
        const SQL: &str =
            concat!("select ", columns!(), " from rule_edition where authority = $1 order by number");
        Ok(on_pool!(self, pool => sqlx::query_as(SQL).bind(&self.authority).fetch_all(pool).await?))
    }

    /// All activations, oldest first.
    pub async fn activations(&self) -> Result<Vec<ActivationRow>, StoreError> {
        const SQL: &str =
            "select number, at, person, reason from rule_activation where authority = $1 order by seq";
        Ok(on_pool!(self, pool => sqlx::query_as(SQL).bind(&self.authority).fetch_all(pool).await?))
    }

    /// One edition.
    pub async fn edition(&self, number: i64) -> Result<Option<EditionRow>, StoreError> {
        const SQL: &str =
            concat!("select ", columns!(), " from rule_edition where authority = $1 and number = $2");
        Ok(
            on_pool!(self, pool => sqlx::query_as(SQL).bind(&self.authority).bind(number).fetch_optional(pool).await?),
        )
    }

    /// The edition that was last put in force.
    pub async fn edition_in_force(&self) -> Result<Option<EditionRow>, StoreError> {
        const SQL: &str = concat!(
            "select ",
            columns!(),
            " from rule_edition where authority = $1 and number = (select number from rule_activation
                where authority = $1 order by seq desc limit 1)"
        );
        Ok(on_pool!(self, pool => sqlx::query_as(SQL).bind(&self.authority).fetch_optional(pool).await?))
    }

    /// The texts of an edition, as kept.
    pub async fn policy_text(&self, edition: &str) -> Result<Option<Vec<u8>>, StoreError> {
        const SQL: &str =
            "select wrapped_key, sealed from policy_edition where authority = $1 and edition = $2";
        let row: Option<(Vec<u8>, Vec<u8>)> = on_pool!(self, pool =>
            sqlx::query_as(SQL).bind(&self.authority).bind(edition).fetch_optional(pool).await?);
        let Some((wrapped, sealed)) = row else { return Ok(None) };
        let key = self.keys.unwrap(&WrappedKey::from_bytes(&wrapped)?, &key_id(edition))?;
        Ok(Some(key.open("policy", &sealed)?.to_vec()))
    }
}

fn key_id(edition: &str) -> String {
    format!("policy:{edition}")
}

impl Tx<'_> {
    /// Keeps an edition and its texts, sealed, as evidence of what decided. One that is known keeps its number.
    ///
    /// Returns its number, and whether it is new.
    pub async fn propose(
        &mut self,
        edition: &str,
        text: &[u8],
        (author, reason): (&str, &str),
        entropy: &Entropy,
        now: Timestamp,
    ) -> Result<(i64, bool), StoreError> {
        const KNOWN: &str = "select number from rule_edition where authority = $1 and edition = $2";
        const NEXT: &str = "select coalesce(max(number), 0) + 1 from rule_edition where authority = $1";
        const SQL: &str = "insert into rule_edition (authority, number, edition, made_at, author, reason)
            values ($1, $2, $3, $4, $5, $6)";
        // Two proposals at once would take the same number: the end of the audit log is the one lock that all share.
        self.lock_log().await?;
        let authority = self.store.authority.clone();
        let known: Option<i64> = on_tx!(self, c =>
            sqlx::query_scalar(KNOWN).bind(&authority).bind(edition).fetch_optional(c).await?);
        if let Some(number) = known {
            return Ok((number, false));
        }
        self.keep_text(edition, text, entropy, now).await?;
        let number: i64 = on_tx!(self, c => sqlx::query_scalar(NEXT).bind(&authority).fetch_one(c).await?);
        on_tx!(self, c => {
            sqlx::query(SQL)
                .bind(&authority)
                .bind(number)
                .bind(edition)
                .bind(now.as_microsecond())
                .bind(author)
                .bind(reason)
                .execute(c)
                .await?;
        });
        Ok((number, true))
    }

    async fn keep_text(
        &mut self,
        edition: &str,
        text: &[u8],
        entropy: &Entropy,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "insert into policy_edition (authority, edition, loaded_at, wrapped_key, sealed)
            values ($1, $2, $3, $4, $5) on conflict (authority, edition) do nothing";
        let fill = &mut |bytes: &mut [u8]| entropy.fill(bytes);
        let key = MessageKey::generate(fill);
        let wrapped: WrappedKey = self.store.keys.wrap(&key, &key_id(edition), fill);
        let sealed = key.seal("policy", text, fill);
        on_tx!(self, c => {
            sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(edition)
                .bind(now.as_microsecond())
                .bind(wrapped.as_bytes())
                .bind(sealed)
                .execute(c)
                .await?;
        });
        Ok(())
    }

    /// The number of the edition in force; nobody changes it before this step is over.
    pub async fn number_in_force(&mut self) -> Result<Option<i64>, StoreError> {
        const SQL: &str = "select number from rule_activation where authority = $1 order by seq desc limit 1";
        self.lock_log().await?;
        Ok(on_tx!(self, c =>
            sqlx::query_scalar(SQL).bind(&self.store.authority).fetch_optional(c).await?))
    }

    /// Puts an edition in force, from the commit on.
    pub async fn put_in_force(
        &mut self,
        number: i64,
        (person, reason): (&str, &str),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const NEXT: &str = "select coalesce(max(seq), 0) + 1 from rule_activation where authority = $1";
        const SQL: &str = "insert into rule_activation (authority, seq, number, at, person, reason)
            values ($1, $2, $3, $4, $5, $6)";
        self.lock_log().await?;
        let authority = self.store.authority.clone();
        let seq: i64 = on_tx!(self, c => sqlx::query_scalar(NEXT).bind(&authority).fetch_one(c).await?);
        on_tx!(self, c => {
            sqlx::query(SQL)
                .bind(&authority)
                .bind(seq)
                .bind(number)
                .bind(now.as_microsecond())
                .bind(person)
                .bind(reason)
                .execute(c)
                .await?;
        });
        Ok(())
    }
}
