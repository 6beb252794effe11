//! Marks as they are counted: how many letters of a day came from whom, with which marks.
//!
//! Counted in the transaction that decides a letter first, so that a letter is counted once. The rows name no letter. What a
//! sender or a system calls itself lies sealed; a system is otherwise known by a keyed hash of its name.

use std::collections::{BTreeMap, HashSet};

use jiff::civil::Date;

use crate::clock::Entropy;
use crate::keys::{MessageKey, WrappedKey};
use crate::store::message::hex;
use crate::store::pool::{from_row, on_pool, on_tx, shapes};
use crate::store::{Store, StoreError, Tx};

/// A letter about to be counted.
#[derive(Clone, Debug)]
pub struct NewMarks {
    /// The day on which it was decided.
    pub day: Date,
    /// `citizen`, `company`, `authority`, `ourselves` or `unknown`.
    pub sender_kind: &'static str,
    /// CVR number; empty for who has none.
    pub sender: String,
    /// What the sender calls itself.
    pub sender_name: Option<String>,
    /// What the system that made the letter is called.
    pub system: Option<String>,
    /// The unit that it was decided for; empty when it waits for a person.
    pub unit: String,
    /// Which marks it has, as bits.
    pub marks: i64,
    /// Does it wait for a post distributor?
    pub waited: bool,
}

/// What is counted together.
type Alike = (String, String, &'static str, String, String, i64);

/// Letters of a period, and how many of them have each mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkedRow {
    /// What they are grouped by: a CVR number, a kind of sender, a system or a unit.
    pub key: String,
    /// Kind of sender; of several the last by name.
    pub sender_kind: String,
    number: i64,
    waited: i64,
    unhelped: i64,
    mark0: i64,
    mark1: i64,
    mark2: i64,
    mark3: i64,
    mark4: i64,
    mark5: i64,
    mark6: i64,
    mark7: i64,
}

from_row!(MarkedRow {
    key,
    sender_kind,
    number,
    waited,
    unhelped,
    mark0,
    mark1,
    mark2,
    mark3,
    mark4,
    mark5,
    mark6,
    mark7
});

impl MarkedRow {
    /// All letters; those of them that waited for a post distributor; those of these that had none of the marks that lead
    /// a letter on.
    pub fn counts(&self) -> [u64; 3] {
        [self.number, self.waited, self.unhelped].map(i64::cast_unsigned)
    }

    /// How many letters have the mark of each bit.
    pub fn with_mark(&self) -> [u64; 8] {
        let Self { mark0, mark1, mark2, mark3, mark4, mark5, mark6, mark7, .. } = *self;
        [mark0, mark1, mark2, mark3, mark4, mark5, mark6, mark7].map(i64::cast_unsigned)
    }
}

/// Sums of a period's rows. `$4` is the set of marks that lead a letter on.
macro_rules! marked {
    ($key:literal, $rest:literal) => {
        concat!(
            "select ",
            $key,
            " as key, max(sender_kind) as sender_kind,
            cast(sum(number) as bigint) as number, cast(sum(waited) as bigint) as waited,
            cast(sum(case when (marks & $4) = 0 then waited else 0 end) as bigint) as unhelped,
            cast(sum(case when (marks & 1) <> 0 then number else 0 end) as bigint) as mark0,
            cast(sum(case when (marks & 2) <> 0 then number else 0 end) as bigint) as mark1,
            cast(sum(case when (marks & 4) <> 0 then number else 0 end) as bigint) as mark2,
            cast(sum(case when (marks & 8) <> 0 then number else 0 end) as bigint) as mark3,
            cast(sum(case when (marks & 16) <> 0 then number else 0 end) as bigint) as mark4,
            cast(sum(case when (marks & 32) <> 0 then number else 0 end) as bigint) as mark5,
            cast(sum(case when (marks & 64) <> 0 then number else 0 end) as bigint) as mark6,
            cast(sum(case when (marks & 128) <> 0 then number else 0 end) as bigint) as mark7
            from marked where authority = $1 and day >= $2 and day <= $3 ",
            $rest
        )
    };
}

const BY_KIND: &str = marked!("sender_kind", "group by sender_kind order by sender_kind");
const BY_SENDER: &str = marked!(
    "sender",
    "and sender <> '' group by sender having sum(number) >= $5
    order by unhelped desc, number desc, sender limit $6"
);
const BY_SYSTEM: &str = marked!(
    "system",
    "and system <> '' group by system having sum(number) >= $5
    order by unhelped desc, number desc, system limit $6"
);
const OF_SENDER: &str =
    marked!("sender", "and sender = $5 and sender <> '' group by sender having sum(number) >= $6");
const SYSTEMS_OF_SENDER: &str = marked!(
    "system",
    "and sender = $5 and sender <> '' group by system having sum(number) >= $6
    order by number desc, system limit 50"
);

/// What rows are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The sender: those that have a CVR number.
    Sender,
    /// The system that made the letter, where it is said.
    System,
}

/// Which letters: from the first day to the last, and which marks lead a letter on.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    /// The first day.
    pub first: Date,
    /// The last day.
    pub last: Date,
    /// Marks that lead a letter on, as bits.
    pub helpful: i64,
    /// Groups smaller than this are not told.
    pub least: u64,
}

impl Store {
    /// Letters of a period by kind of sender.
    pub async fn marked_by_kind(&self, counted: Counted) -> Result<Vec<MarkedRow>, StoreError> {
        Ok(on_pool!(self, pool => sqlx::query_as(BY_KIND)
            .bind(&self.authority)
            .bind(counted.first.to_string())
            .bind(counted.last.to_string())
            .bind(counted.helpful)
            .fetch_all(pool)
            .await?))
    }

    /// Letters of a period by sender or by system, those that cost most first. Small groups are left out.
    pub async fn marked_by(
        &self,
        by: By,
        counted: Counted,
        limit: u32,
    ) -> Result<Vec<MarkedRow>, StoreError> {
        let sql = match by {
            By::Sender => BY_SENDER,
            By::System => BY_SYSTEM,
        };
        Ok(on_pool!(self, pool => sqlx::query_as(sql)
            .bind(&self.authority)
            .bind(counted.first.to_string())
            .bind(counted.last.to_string())
            .bind(counted.helpful)
            .bind(counted.least.cast_signed())
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?))
    }

    /// How many senders are left out because they have sent too few letters, and how many letters that is.
    pub async fn marked_too_few(&self, counted: Counted) -> Result<(u64, u64), StoreError> {
        const SQL: &str = "select count(*), cast(coalesce(sum(few.n), 0) as bigint) from (
            select sum(number) as n from marked where authority = $1 and day >= $2 and day <= $3 and sender <> ''
            group by sender having sum(number) < $4) few";
        let (senders, letters): (i64, i64) = on_pool!(self, pool => sqlx::query_as(SQL)
            .bind(&self.authority)
            .bind(counted.first.to_string())
            .bind(counted.last.to_string())
            .bind(counted.least.cast_signed())
            .fetch_one(pool)
            .await?);
        Ok((senders.cast_unsigned(), letters.cast_unsigned()))
    }

    /// The letters of one sender; `None` when they are too few to be told.
    pub async fn marked_of(&self, sender: &str, counted: Counted) -> Result<Option<MarkedRow>, StoreError> {
        Ok(on_pool!(self, pool => sqlx::query_as(OF_SENDER)
            .bind(&self.authority)
            .bind(counted.first.to_string())
            .bind(counted.last.to_string())
            .bind(counted.helpful)
            .bind(sender)
            .bind(counted.least.cast_signed())
            .fetch_optional(pool)
            .await?))
    }

    /// The letters of one sender by the system that made them; without a name where none was said. Small groups are left out.
    pub async fn systems_of(&self, sender: &str, counted: Counted) -> Result<Vec<MarkedRow>, StoreError> {
        Ok(on_pool!(self, pool => sqlx::query_as(SYSTEMS_OF_SENDER)
            .bind(&self.authority)
            .bind(counted.first.to_string())
            .bind(counted.last.to_string())
            .bind(counted.helpful)
            .bind(sender)
            .bind(counted.least.cast_signed())
            .fetch_all(pool)
            .await?))
    }

    /// The first day that is counted.
    pub async fn marked_since(&self) -> Result<Option<Date>, StoreError> {
        const SQL: &str = "select min(day) from marked where authority = $1";
        let day: Option<String> =
            on_pool!(self, pool => sqlx::query_scalar(SQL).bind(&self.authority).fetch_one(pool).await?);
        day.map(|day| day.parse().map_err(|_| StoreError::Damaged("day"))).transpose()
    }

    /// What senders or systems call themselves, by their keys.
    pub async fn marked_names(
        &self,
        by: By,
        keys: &[String],
    ) -> Result<BTreeMap<String, String>, StoreError> {
        let ids: Vec<String> = keys.iter().map(|key| name_key(by, key)).collect();
        let mut found = BTreeMap::new();
        for chunk in shapes(&ids) {
            let rows: Vec<(String, Vec<u8>, Vec<u8>)> = on_pool!(self, pool => {
                let mut query = sqlx::QueryBuilder::new("select key, wrapped_key, sealed from marked_name where authority = ");
                query.push_bind(self.authority.as_str()).push(" and key in (");
                let mut list = query.separated(", ");
                for id in chunk {
                    list.push_bind(id.as_str());
                }
                query.push(")");
                query.build_query_as().fetch_all(pool).await?
            });
            for (id, wrapped, sealed) in rows {
                let key = self.keys.unwrap(&WrappedKey::from_bytes(&wrapped)?, &id)?;
                let name = String::from_utf8_lossy(&key.open("name", &sealed)?).into_owned();
                let plain = id.split_once(':').map_or(id.as_str(), |(_, key)| key);
                found.insert(plain.to_owned(), name);
            }
        }
        Ok(found)
    }
}

fn name_key(by: By, key: &str) -> String {
    match by {
        By::Sender => format!("sender:{key}"),
        By::System => format!("system:{key}"),
    }
}

impl Tx<'_> {
    /// Counts letters that are decided for the first time.
    pub async fn count_marks(&mut self, letters: &[NewMarks], entropy: &Entropy) -> Result<(), StoreError> {
        let mut names: BTreeMap<String, &str> = BTreeMap::new();
        // In order, so that two processes that count the same senders wait for each other and never in a ring.
        let mut counted: BTreeMap<Alike, [i64; 2]> = BTreeMap::new();
        for letter in letters {
            let system = letter.system.as_deref().map(|name| self.system_key(name)).unwrap_or_default();
            if let Some(name) = letter.sender_name.as_deref().filter(|_| !letter.sender.is_empty()) {
                names.insert(name_key(By::Sender, &letter.sender), name);
            }
            if let Some(name) = letter.system.as_deref() {
                names.insert(name_key(By::System, &system), name);
            }
            let day = letter.day.to_string();
            let alike =
                (day, letter.sender.clone(), letter.sender_kind, system, letter.unit.clone(), letter.marks);
            let [number, waited] = counted.entry(alike).or_default();
            *number += 1;
            *waited += i64::from(letter.waited);
        }
        self.keep_names(&names, entropy).await?;
        self.add_marks(&counted.into_iter().collect::<Vec<_>>()).await
    }

    fn system_key(&self, name: &str) -> String {
        hex(&self.store.keys.lookup("marked-system", name)[..12])
    }

    async fn add_marks(&mut self, rows: &[(Alike, [i64; 2])]) -> Result<(), StoreError> {
        let authority = self.store.authority.clone();
        for chunk in shapes(rows) {
            on_tx!(self, c => {
                let mut query = sqlx::QueryBuilder::new(
                    "insert into marked (authority, day, sender, sender_kind, system, unit, marks, number, waited) ",
                );
                query.push_values(chunk, |mut values, ((day, sender, kind, system, unit, marks), [number, waited])| {
                    values
                        .push_bind(authority.as_str())
                        .push_bind(day.as_str())
                        .push_bind(sender.as_str())
                        .push_bind(*kind)
                        .push_bind(system.as_str())
                        .push_bind(unit.as_str())
                        .push_bind(*marks)
                        .push_bind(*number)
                        .push_bind(*waited);
                });
                query.push(
                    " on conflict (authority, day, sender, sender_kind, system, unit, marks) do update set
                    number = marked.number + excluded.number, waited = marked.waited + excluded.waited",
                );
                query.build().execute(c).await?;
            });
        }
        Ok(())
    }

    /// Keeps names that are not kept yet; the first that was seen stays.
    async fn keep_names(
        &mut self,
        names: &BTreeMap<String, &str>,
        entropy: &Entropy,
    ) -> Result<(), StoreError> {
        let keys: Vec<&String> = names.keys().collect();
        let mut known: HashSet<String> = HashSet::with_capacity(keys.len());
        for chunk in shapes(&keys) {
            let rows: Vec<String> = on_tx!(self, c => {
                let mut query = sqlx::QueryBuilder::new("select key from marked_name where authority = ");
                query.push_bind(self.store.authority.as_str()).push(" and key in (");
                let mut list = query.separated(", ");
                for key in chunk {
                    list.push_bind(key.as_str());
                }
                query.push(")");
                query.build_query_scalar().fetch_all(c).await?
            });
            known.extend(rows);
        }
        const SQL: &str =
            "insert into marked_name (authority, key, wrapped_key, sealed) values ($1, $2, $3, $4)
            on conflict (authority, key) do nothing";
        let mut fill = |bytes: &mut [u8]| entropy.fill(bytes);
        for (id, name) in names.iter().filter(|(id, _)| !known.contains(*id)) {
            let key = MessageKey::generate(&mut fill);
            let wrapped = self.store.keys.wrap(&key, id, &mut fill);
            let sealed = key.seal("name", name.as_bytes(), &mut fill);
            on_tx!(self, c => {
                sqlx::query(SQL)
                    .bind(&self.store.authority)
                    .bind(id)
                    .bind(wrapped.as_bytes())
                    .bind(&sealed)
                    .execute(c)
                    .await?;
            });
        }
        Ok(())
    }
}
