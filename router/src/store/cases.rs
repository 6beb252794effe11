//! The built-in journal's cases and their parties (`spec/oio-sag-dokument.md` §2).

use std::collections::HashMap;

use esdh::{Case, CaseDraft, CaseNumber, Fault, Party, PartyId};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::pool::{from_row, insert_many, on_pool, on_tx, shapes};
use super::tx::Inner;
use super::{Store, StoreError, Tx};
use crate::clock::Entropy;
use crate::keys::{MessageKey, WrappedKey};

/// Sagfremdrift of a new case, and of a closed one (`spec/oio-sag-dokument.md` §2).
pub(super) const RISEN: &str = "Opstaaet";
const CLOSED: &str = "Afsluttet";

/// A case to be put into the built-in journal as it stands elsewhere.
pub struct KnownCase {
    /// The case.
    pub case: Case,
    /// Its sensitivity.
    pub sensitivity: esdh::Sensitivity,
}

#[derive(Clone)]
pub(super) struct CaseRow {
    pub(super) number: String,
    pub(super) open: i64,
    successor: Option<String>,
    subject: Option<String>,
    facet: Option<String>,
    unit: Option<String>,
    handler: Option<String>,
    pub(super) entries: i64,
    wrapped_key: Vec<u8>,
    sealed: Vec<u8>,
}

from_row!(CaseRow { number, open, successor, subject, facet, unit, handler, entries, wrapped_key, sealed });

#[derive(Serialize, Deserialize)]
struct SealedCase {
    title: String,
}

#[derive(Serialize, Deserialize)]
struct SealedParty {
    kind: String,
    id: String,
    name: String,
}

type SealedParties = Vec<(bool, Vec<u8>)>;

macro_rules! columns {
    () => {
        "number, open, successor, subject, facet, unit, handler, entries, wrapped_key, sealed"
    };
}

/// How a sensitivity stands in its column.
pub(super) fn sensitivity_word(sensitivity: esdh::Sensitivity) -> &'static str {
    match sensitivity {
        esdh::Sensitivity::Open => "open",
        esdh::Sensitivity::Confidential => "confidential",
        esdh::Sensitivity::Sensitive => "sensitive",
        esdh::Sensitivity::Protected => "protected",
    }
}

impl CaseRow {
    pub(super) fn key(&self, store: &Store) -> Result<MessageKey, StoreError> {
        Ok(store.keys.unwrap(&WrappedKey::from_bytes(&self.wrapped_key)?, &key_id(&self.number))?)
    }
}

fn party(key: &MessageKey, primary: bool, sealed: &[u8]) -> Result<Party, StoreError> {
    let party: SealedParty = unseal(key, "party", sealed)?;
    let id = if party.kind == "cpr" { PartyId::Cpr(party.id) } else { PartyId::Cvr(party.id) };
    Ok(Party { id, name: party.name, primary })
}

fn key_id(number: &str) -> String {
    format!("case:{number}")
}

impl Store {
    /// The keyed hash by which a party is found.
    pub fn party_lookup(&self, id: &PartyId) -> [u8; 32] {
        match id {
            PartyId::Cpr(cpr) => self.keys.lookup("cpr", cpr),
            PartyId::Cvr(cvr) => self.keys.lookup("cvr", cvr),
        }
    }

    /// A case of the built-in journal.
    pub async fn case(&self, number: &str) -> Result<Option<Case>, StoreError> {
        Ok(self.cases(&[number.to_owned()]).await?.pop())
    }

    /// Those of these cases that the built-in journal has, in no order.
    pub async fn cases(&self, numbers: &[String]) -> Result<Vec<Case>, StoreError> {
        let mut found = Vec::with_capacity(numbers.len());
        for chunk in shapes(numbers) {
            on_pool!(self, pool => {
                let mut query = sqlx::QueryBuilder::new(concat!("select ", columns!(), " from case_file where authority = "));
                query.push_bind(self.authority.as_str()).push(" and number in (");
                let mut list = query.separated(", ");
                for number in chunk {
                    list.push_bind(number.as_str());
                }
                query.push(")");
                let rows: Vec<CaseRow> = query.build_query_as().fetch_all(pool).await?;
                found.extend(rows);
            });
        }
        self.opened(found).await
    }

    /// Open cases of the built-in journal with this party.
    pub async fn open_cases_of(&self, party: &PartyId) -> Result<Vec<Case>, StoreError> {
        const SQL: &str = concat!("select ", columns!(), " from case_file where authority = $1 and open = 1 and number in (
            select case_number from case_party where authority = $1 and lookup = $2) order by number limit 100");
        let lookup = self.party_lookup(party);
        let rows: Vec<CaseRow> = on_pool!(self, pool =>
            sqlx::query_as(SQL).bind(&self.authority).bind(lookup.as_slice()).fetch_all(pool).await?);
        self.opened(rows).await
    }

    /// Open cases of the built-in journal on exactly these subjects: subject and case number, in order.
    pub async fn open_cases_on(&self, subjects: &[String]) -> Result<Vec<(String, String)>, StoreError> {
        let mut found: Vec<(String, String)> = Vec::new();
        for chunk in shapes(subjects) {
            on_pool!(self, pool => {
                let mut query = sqlx::QueryBuilder::new("select subject, number from case_file where authority = ");
                query.push_bind(self.authority.as_str()).push(" and open = 1 and subject in (");
                let mut list = query.separated(", ");
                for subject in chunk {
                    list.push_bind(subject.as_str());
                }
                query.push(") order by subject, number");
                let rows: Vec<(String, String)> = query.build_query_as().fetch_all(pool).await?;
                found.extend(rows);
            });
        }
        found.sort();
        Ok(found)
    }

    /// The cases of these rows, with their parties.
    async fn opened(&self, rows: Vec<CaseRow>) -> Result<Vec<Case>, StoreError> {
        let numbers: Vec<&str> = rows.iter().map(|row| row.number.as_str()).collect();
        let mut parties = self.sealed_parties(&numbers).await?;
        rows.into_iter()
            .map(|row| {
                let key = row.key(self)?;
                let sealed = parties.remove(&row.number).unwrap_or_default();
                let parties = sealed.into_iter().map(|(main, sealed)| party(&key, main, &sealed));
                let parties = parties.collect::<Result<_, StoreError>>()?;
                let sealed: SealedCase = unseal(&key, "case", &row.sealed)?;
                Ok(Case {
                    number: CaseNumber(row.number),
                    title: sealed.title,
                    open: row.open == 1,
                    successor: row.successor.map(CaseNumber),
                    subject: row.subject.and_then(|text| text.parse().ok()),
                    facet: row.facet.and_then(|text| text.parse().ok()),
                    unit: row.unit,
                    handler: row.handler,
                    parties,
                })
            })
            .collect()
    }

    /// The parties of these cases, in order: whether the main one, and the sealed party.
    async fn sealed_parties(&self, numbers: &[&str]) -> Result<HashMap<String, SealedParties>, StoreError> {
        let mut found: HashMap<String, SealedParties> = HashMap::with_capacity(numbers.len());
        for chunk in shapes(numbers) {
            on_pool!(self, pool => {
                let mut query = sqlx::QueryBuilder::new("select case_number, main, sealed from case_party where authority = ");
                query.push_bind(self.authority.as_str()).push(" and case_number in (");
                let mut list = query.separated(", ");
                for number in chunk {
                    list.push_bind(*number);
                }
                query.push(") order by case_number, number");
                let rows: Vec<(String, i64, Vec<u8>)> = query.build_query_as().fetch_all(pool).await?;
                for (number, main, sealed) in rows {
                    found.entry(number).or_default().push((main == 1, sealed));
                }
            });
        }
        Ok(found)
    }

    /// Wraps the keys of cases, kept policies, lessons, own models and wishes for notices anew that are not under the newest wrapping key. Returns how many.
    pub async fn rewrap_case_keys(&self, entropy: &Entropy, now: Timestamp) -> Result<u64, StoreError> {
        const CASES: (&str, &str) = (
            "select number, wrapped_key from case_file where authority = $1",
            "update case_file set wrapped_key = $3 where authority = $1 and number = $2",
        );
        const POLICIES: (&str, &str) = (
            "select edition, wrapped_key from policy_edition where authority = $1",
            "update policy_edition set wrapped_key = $3 where authority = $1 and edition = $2",
        );
        const LESSONS: (&str, &str) = (
            "select lookup, wrapped_key from lesson where authority = $1",
            "update lesson set wrapped_key = $3 where authority = $1 and lookup = $2",
        );
        const MODELS: (&str, &str) = (
            "select edition, wrapped_key from own_model where authority = $1",
            "update own_model set wrapped_key = $3 where authority = $1 and edition = $2",
        );
        const WISHES: (&str, &str) = (
            "select channel || ':' || receiver, wrapped_key from notice_wish where authority = $1",
            "update notice_wish set wrapped_key = $3 where authority = $1 and channel || ':' || receiver = $2",
        );
        let mut tx = self.begin().await?;
        let mut done = 0;
        for (kind, (read, write)) in [
            ("case", CASES),
            ("policy", POLICIES),
            ("lesson", LESSONS),
            ("own-model", MODELS),
            ("notice-wish", WISHES),
        ] {
            let rows: Vec<(String, Vec<u8>)> =
                on_pool!(self, pool => sqlx::query_as(read).bind(&self.authority).fetch_all(pool).await?);
            for (name, wrapped) in rows {
                let (wrapped, id) = (WrappedKey::from_bytes(&wrapped)?, format!("{kind}:{name}"));
                if !self.keys.needs_rewrap(&wrapped) {
                    continue;
                }
                let key = self.keys.unwrap(&wrapped, &id)?;
                let anew = self.keys.wrap(&key, &id, &mut |bytes| entropy.fill(bytes));
                on_tx!(tx, c => {
                    sqlx::query(write).bind(&self.authority).bind(&name).bind(anew.as_bytes()).execute(c).await?;
                });
                done += 1;
            }
        }
        tx.commit(now).await?;
        Ok(done)
    }

    /// Puts cases into the built-in journal as they stand elsewhere. Those known by number are left alone.
    pub async fn import_cases(
        &self,
        cases: &[KnownCase],
        entropy: &Entropy,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let mut new = 0;
        for known in cases {
            if tx.case_rows(std::slice::from_ref(&known.case.number.0)).await?.is_empty() {
                let key = format!("import:{}", known.case.number.0);
                tx.insert_case(&known.case, &key, known.sensitivity, entropy, now).await?;
                new += 1;
            }
        }
        tx.commit(now).await?;
        Ok(new)
    }
}

impl Tx<'_> {
    /// Rows of these cases, locked until the commit.
    pub(super) async fn case_rows(&mut self, numbers: &[String]) -> Result<Vec<CaseRow>, StoreError> {
        let lock = match self.inner {
            Inner::Sqlite(_) => "",
            Inner::Postgres(_) => " order by number for update",
        };
        let mut found = Vec::with_capacity(numbers.len());
        for chunk in shapes(numbers) {
            let rows: Vec<CaseRow> = on_tx!(self, c => {
                let mut query = sqlx::QueryBuilder::new(concat!("select ", columns!(), " from case_file where authority = "));
                query.push_bind(self.store.authority.as_str()).push(" and number in (");
                let mut list = query.separated(", ");
                for number in chunk {
                    list.push_bind(number.as_str());
                }
                query.push(")").push(lock);
                query.build_query_as().fetch_all(c).await?
            });
            found.extend(rows);
        }
        Ok(found)
    }

    /// Makes a case once per key.
    pub async fn create_case(
        &mut self,
        draft: &CaseDraft,
        entropy: &Entropy,
        now: Timestamp,
    ) -> Result<CaseNumber, StoreError> {
        const KNOWN: &str = "select number from case_file where authority = $1 and key = $2";
        const NEXT: &str = "insert into meta (authority, name, value) values ($1, $2, '1')
            on conflict (authority, name) do update set value = cast(cast(meta.value as bigint) + 1 as text) returning value";
        // The counter's row is locked first, so that two askers with the same key meet here and the second finds the first's case.
        let year = now.to_zoned(copenhagen()).year();
        let counter = format!("case-number:{year}");
        let next: String = on_tx!(self, c =>
            sqlx::query_scalar(NEXT).bind(&self.store.authority).bind(&counter).fetch_one(c).await?);
        let known: Option<String> = on_tx!(self, c =>
            sqlx::query_scalar(KNOWN).bind(&self.store.authority).bind(&draft.key.0).fetch_optional(c).await?);
        if let Some(number) = known {
            return Ok(CaseNumber(number));
        }
        let facet = draft.facet.map(|facet| format!("-{facet}")).unwrap_or_default();
        let number = CaseNumber(format!("{}{facet}-{next}-{:02}", draft.subject, year % 100));
        let case = Case {
            number: number.clone(),
            title: draft.title.clone(),
            open: true,
            successor: None,
            subject: Some(draft.subject),
            facet: draft.facet,
            unit: Some(draft.unit.clone()),
            handler: draft.handler.clone(),
            parties: draft.parties.clone(),
        };
        self.insert_case(&case, &draft.key.0, draft.sensitivity, entropy, now).await?;
        Ok(number)
    }

    async fn insert_case(
        &mut self,
        case: &Case,
        idempotency_key: &str,
        sensitivity: esdh::Sensitivity,
        entropy: &Entropy,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "insert into case_file (authority, number, key, open, progress, successor, subject, facet, unit, handler,
            sensitivity, created_at, wrapped_key, sealed) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
        let fill = &mut |bytes: &mut [u8]| entropy.fill(bytes);
        let key = MessageKey::generate(fill);
        let wrapped = self.store.keys.wrap(&key, &key_id(&case.number.0), fill);
        let sealed = seal(&key, "case", &SealedCase { title: case.title.clone() }, entropy)?;
        on_tx!(self, c => {
            sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(&case.number.0)
                .bind(idempotency_key)
                .bind(i64::from(case.open))
                .bind(if case.open { RISEN } else { CLOSED })
                .bind(case.successor.as_ref().map(|successor| successor.0.as_str()))
                .bind(case.subject.map(|subject| subject.to_string()))
                .bind(case.facet.map(|facet| facet.to_string()))
                .bind(case.unit.as_deref())
                .bind(case.handler.as_deref())
                .bind(sensitivity_word(sensitivity))
                .bind(now.as_microsecond())
                .bind(wrapped.as_bytes())
                .bind(sealed)
                .execute(c)
                .await?;
        });
        let mut parties = Vec::with_capacity(case.parties.len());
        for (number, party) in (0_i64..).zip(&case.parties) {
            let (kind, id) = match &party.id {
                PartyId::Cpr(id) => ("cpr", id),
                PartyId::Cvr(id) => ("cvr", id),
            };
            let sealed = SealedParty { kind: kind.into(), id: id.clone(), name: party.name.clone() };
            let lookup = self.store.party_lookup(&party.id);
            parties.push((number, lookup, party.primary, seal(&key, "party", &sealed, entropy)?));
        }
        let authority = self.store.authority.clone();
        insert_many!(
            self,
            "insert into case_party (authority, case_number, number, lookup, main, sealed) ",
            parties.as_slice(),
            |values, (number, lookup, primary, sealed)| {
                values
                    .push_bind(authority.as_str())
                    .push_bind(case.number.0.as_str())
                    .push_bind(*number)
                    .push_bind(lookup.as_slice())
                    .push_bind(i64::from(*primary))
                    .push_bind(sealed.as_slice());
            }
        );
        Ok(())
    }

    /// Opens a closed case again.
    pub async fn reopen_case(&mut self, number: &str) -> Result<bool, StoreError> {
        const SQL: &str = "update case_file set open = 1, progress = $3 where authority = $1 and number = $2";
        Ok(on_tx!(self, c =>
            sqlx::query(SQL).bind(&self.store.authority).bind(number).bind(RISEN).execute(c).await?.rows_affected())
            > 0)
    }

    /// Closes a case.
    pub async fn close_case(&mut self, number: &str) -> Result<bool, StoreError> {
        const SQL: &str = "update case_file set open = 0, progress = $3 where authority = $1 and number = $2";
        Ok(on_tx!(self, c =>
            sqlx::query(SQL).bind(&self.store.authority).bind(number).bind(CLOSED).execute(c).await?.rows_affected())
            > 0)
    }
}

/// Denmark's time zone, for numbers and dates that people read.
pub(crate) fn copenhagen() -> TimeZone {
    rules::time::denmark()
}

pub(super) fn seal<T: Serialize>(
    key: &MessageKey,
    purpose: &str,
    value: &T,
    entropy: &Entropy,
) -> Result<Vec<u8>, StoreError> {
    let plain = serde_json::to_vec(value).map_err(|_| StoreError::Damaged("value to seal"))?;
    Ok(key.seal(purpose, &plain, &mut |bytes| entropy.fill(bytes)))
}

pub(super) fn unseal<T: serde::de::DeserializeOwned>(
    key: &MessageKey,
    purpose: &str,
    sealed: &[u8],
) -> Result<T, StoreError> {
    let plain = key.open(purpose, sealed)?;
    serde_json::from_slice(&plain).map_err(|_| StoreError::Damaged("sealed value"))
}

/// A store's trouble as the port says it.
pub(super) fn fault(error: &StoreError) -> Fault {
    match error {
        StoreError::Damaged(_) | StoreError::Sealed(_) => Fault::Person { reason: error.to_string() },
        _ => Fault::Later { reason: error.to_string(), after: None },
    }
}
