//! API tokens by the digest of what opens them, and what programs did under a key of theirs: answers, and acts on the rules.

use jiff::{SignedDuration, Timestamp};

use super::pool::{from_row, on_pool, on_tx};
use super::{Store, StoreError, Tx, time};

/// A token about to be made.
pub struct NewToken {
    /// What it is called, for ever.
    pub name: String,
    /// SHA-256 of the token.
    pub digest: [u8; 32],
    /// Words of its scopes, with blanks between.
    pub scopes: String,
    /// Ids of its units, one a line.
    pub units: String,
    /// Who made it.
    pub made_by: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A token as kept: everything but what opens it.
#[derive(Clone, Debug)]
pub struct TokenRow {
    /// What it is called.
    pub name: String,
    /// Words of its scopes, with blanks between.
    pub scopes: String,
    /// Ids of its units, one a line.
    pub units: String,
    made_at: i64,
    /// Who made it.
    pub made_by: String,
    expires_at: i64,
    revoked_at: Option<i64>,
    used_at: Option<i64>,
}

from_row!(TokenRow { name, scopes, units, made_at, made_by, expires_at, revoked_at, used_at });

impl TokenRow {
    /// When it was made.
    pub fn made_at(&self) -> Timestamp {
        time(self.made_at)
    }

    /// When it ends.
    pub fn expires_at(&self) -> Timestamp {
        time(self.expires_at)
    }

    /// When it was revoked.
    pub fn revoked_at(&self) -> Option<Timestamp> {
        self.revoked_at.map(time)
    }

    /// When it was last used, give or take a minute.
    pub fn used_at(&self) -> Option<Timestamp> {
        self.used_at.map(time)
    }
}

/// An answer that a program gave under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    /// Keyed hash of what was answered to what.
    pub request: Vec<u8>,
    due_at: i64,
}

from_row!(KeptAnswer { request, due_at });

impl KeptAnswer {
    /// Until when it could be taken back.
    pub fn due_at(&self) -> Timestamp {
        time(self.due_at)
    }
}

/// A key about to be remembered with the call that it came with.
pub struct AnswerKey {
    /// The token's name.
    pub token: String,
    /// Keyed hash of the key.
    pub key: [u8; 32],
    /// Keyed hash of what is asked for.
    pub request: [u8; 32],
}

/// An act on the rules that a program did under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptRuleAct {
    /// Keyed hash of what was asked for.
    pub request: Vec<u8>,
    /// The edition that was made or put in force.
    pub number: i64,
}

from_row!(KeptRuleAct { request, number });

/// How long the key of an act on the rules is remembered.
const RULE_KEYS_KEPT: SignedDuration = SignedDuration::from_hours(24 * 7);

macro_rules! columns {
    () => {
        "select name, scopes, units, made_at, made_by, expires_at, revoked_at, used_at from api_token where authority = $1"
    };
}

impl Store {
    /// The token of this digest, ended ones too.
    pub async fn token(&self, digest: &[u8; 32]) -> Result<Option<TokenRow>, StoreError> {
        const SQL: &str = concat!(columns!(), " and digest = $2");
        Ok(on_pool!(self, pool =>
            sqlx::query_as(SQL).bind(&self.authority).bind(digest.as_slice()).fetch_optional(pool).await?))
    }

    /// All tokens, ended ones too, the newest first.
    pub async fn tokens(&self) -> Result<Vec<TokenRow>, StoreError> {
        const SQL: &str = concat!(columns!(), " order by made_at desc, name");
        Ok(on_pool!(self, pool => sqlx::query_as(SQL).bind(&self.authority).fetch_all(pool).await?))
    }

    /// The answer that a token gave under a key.
    pub async fn kept_answer(&self, answer: &AnswerKey) -> Result<Option<KeptAnswer>, StoreError> {
        const SQL: &str =
            "select request, due_at from api_answer where authority = $1 and token = $2 and key = $3";
        Ok(on_pool!(self, pool =>
            sqlx::query_as(SQL)
                .bind(&self.authority)
                .bind(&answer.token)
                .bind(answer.key.as_slice())
                .fetch_optional(pool)
                .await?))
    }

    /// What a token did to the rules under a key.
    pub async fn kept_rule_act(&self, key: &AnswerKey) -> Result<Option<KeptRuleAct>, StoreError> {
        const SQL: &str =
            "select request, number from api_rule_act where authority = $1 and token = $2 and key = $3";
        Ok(on_pool!(self, pool =>
            sqlx::query_as(SQL)
                .bind(&self.authority)
                .bind(&key.token)
                .bind(key.key.as_slice())
                .fetch_optional(pool)
                .await?))
    }
}

impl Tx<'_> {
    /// Keeps a token. False when there is or was one of this name.
    pub async fn make_token(&mut self, token: &NewToken, now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "insert into api_token
            (authority, name, digest, scopes, units, made_at, made_by, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8)
            on conflict (authority, name) do nothing";
        Ok(on_tx!(self, c => {
            let done = sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(&token.name)
                .bind(token.digest.as_slice())
                .bind(&token.scopes)
                .bind(&token.units)
                .bind(now.as_microsecond())
                .bind(&token.made_by)
                .bind(token.expires_at.as_microsecond())
                .execute(c)
                .await?;
            done.rows_affected() > 0
        }))
    }

    /// Revokes a token. False when there is none of this name that opens anything.
    pub async fn revoke_token(&mut self, name: &str, now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "update api_token set revoked_at = $3
            where authority = $1 and name = $2 and revoked_at is null and expires_at > $3";
        Ok(on_tx!(self, c => {
            let done = sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(name)
                .bind(now.as_microsecond())
                .execute(c)
                .await?;
            done.rows_affected() > 0
        }))
    }

    /// Notes that a token is in use, unless that was noted after `before`. False when it was.
    pub async fn token_used(
        &mut self,
        name: &str,
        before: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "update api_token set used_at = $3
            where authority = $1 and name = $2 and (used_at is null or used_at <= $4)";
        Ok(on_tx!(self, c => {
            let done = sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(name)
                .bind(now.as_microsecond())
                .bind(before.as_microsecond())
                .execute(c)
                .await?;
            done.rows_affected() > 0
        }))
    }

    /// Remembers under which key a token answered, and forgets the keys from before `forgotten`.
    pub async fn remember_answer(
        &mut self,
        answer: &AnswerKey,
        due_at: Timestamp,
        forgotten: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SWEEP: &str = "delete from api_answer where authority = $1 and kept_at < $2";
        const SQL: &str = "insert into api_answer (authority, token, key, request, due_at, kept_at)
            values ($1, $2, $3, $4, $5, $6)";
        on_tx!(self, c => {
            sqlx::query(SWEEP)
                .bind(&self.store.authority)
                .bind(forgotten.as_microsecond())
                .execute(&mut *c)
                .await?;
            sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(&answer.token)
                .bind(answer.key.as_slice())
                .bind(answer.request.as_slice())
                .bind(due_at.as_microsecond())
                .bind(now.as_microsecond())
                .execute(c)
                .await?;
        });
        Ok(())
    }

    /// Remembers under which key a token did something to the rules, and forgets the keys of long ago. One that is
    /// remembered stays as it is.
    pub async fn remember_rule_act(
        &mut self,
        key: &AnswerKey,
        number: i64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SWEEP: &str = "delete from api_rule_act where authority = $1 and kept_at < $2";
        const SQL: &str = "insert into api_rule_act (authority, token, key, request, number, kept_at)
            values ($1, $2, $3, $4, $5, $6) on conflict (authority, token, key) do nothing";
        let forgotten = now.saturating_sub(RULE_KEYS_KEPT).unwrap_or(Timestamp::MIN);
        on_tx!(self, c => {
            sqlx::query(SWEEP)
                .bind(&self.store.authority)
                .bind(forgotten.as_microsecond())
                .execute(&mut *c)
                .await?;
            sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(&key.token)
                .bind(key.key.as_slice())
                .bind(key.request.as_slice())
                .bind(number)
                .bind(now.as_microsecond())
                .execute(c)
                .await?;
        });
        Ok(())
    }
}
