//! All rows, out of one database and into another, whichever engine either is.
//!
//! A dump is read in one transaction that sees the database as it stood at one moment, while others go on writing.
//! What it leaves out is only the `authority` column: a dump is one authority's, and says so once.
//!
//! Every table and column is named in [`TABLES`]; a test compares the list with the migrations, so that a column
//! added there cannot be forgotten here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use serde_json::{Map, Value};
use sqlx::{AssertSqlSafe, Row as _};

use super::pool::{Pools, insert_many, on_tx};
use super::tx::Inner;
use super::{Store, StoreError, Tx};
use crate::audit::EventKind;

/// A table: its name, what its rows are ordered by, and its columns but for `authority`.
pub struct Table {
    /// Name.
    pub name: &'static str,
    key: &'static [&'static str],
    columns: &'static [Column],
}

/// A column of one of the three types that both engines have.
struct Column {
    name: &'static str,
    kind: Kind,
    nullable: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Text,
    Int,
    Blob,
}

const fn text(name: &'static str) -> Column {
    Column { name, kind: Kind::Text, nullable: false }
}

const fn int(name: &'static str) -> Column {
    Column { name, kind: Kind::Int, nullable: false }
}

const fn blob(name: &'static str) -> Column {
    Column { name, kind: Kind::Blob, nullable: false }
}

const fn or_null(column: Column) -> Column {
    Column { nullable: true, ..column }
}

/// Every table of the schema, but for what ends with the browsers that it is about ([`LEFT_OUT`]).
pub static TABLES: [Table; 33] = [
    Table { name: "meta", key: &["name"], columns: &[text("name"), text("value")] },
    Table {
        name: "message",
        key: &["id"],
        columns: &[
            text("id"),
            or_null(text("memo_uuid")),
            blob("digest"),
            or_null(text("conflicts_with")),
            text("stage"),
            text("outcome"),
            text("channel"),
            int("stored_at"),
            int("available_at"),
            int("size"),
            text("content_object"),
            int("content_offset"),
            int("content_length"),
            blob("wrapped_key"),
            or_null(blob("sender_lookup")),
            blob("sealed"),
            int("urgent"),
            or_null(int("deadline")),
            int("due_at"),
            or_null(text("lease_owner")),
            int("lease_until"),
            int("attempts"),
            or_null(text("last_fault")),
            or_null(text("part_of")),
            or_null(int("part_number")),
        ],
    },
    Table {
        name: "decision",
        key: &["message", "number"],
        columns: &[
            text("message"),
            int("number"),
            int("decided_at"),
            text("decider"),
            text("edition"),
            text("model"),
            text("outcome"),
            blob("sealed"),
            or_null(text("kle")),
        ],
    },
    Table {
        name: "effect",
        key: &["id"],
        columns: &[
            text("id"),
            text("message"),
            int("decision"),
            text("kind"),
            text("key"),
            text("state"),
            int("made_at"),
            int("due_at"),
            int("attempts"),
            int("look_ups"),
            int("doubt"),
            or_null(text("lease_owner")),
            int("lease_until"),
            or_null(text("last_fault")),
            or_null(int("done_at")),
        ],
    },
    Table {
        name: "effect_step",
        key: &["effect", "step"],
        columns: &[text("effect"), text("step"), text("token"), int("at")],
    },
    Table {
        name: "hand_over",
        key: &["message", "handed_at"],
        columns: &[
            text("message"),
            text("unit"),
            or_null(text("person")),
            int("handed_at"),
            or_null(int("ended_at")),
            or_null(text("meant_for")),
            or_null(text("redirect")),
            or_null(int("escalate_at")),
            or_null(int("opened_at")),
            or_null(text("ended_why")),
            or_null(text("role")),
            or_null(text("queue")),
            or_null(int("done_at")),
            or_null(text("done_by")),
        ],
    },
    Table { name: "audit_log", key: &[], columns: &[int("size"), blob("frontier"), int("last_at")] },
    Table {
        name: "audit_event",
        key: &["seq"],
        columns: &[
            int("seq"),
            int("at"),
            text("kind"),
            or_null(text("message")),
            blob("body"),
            blob("leaf"),
            blob("nodes"),
        ],
    },
    Table {
        name: "audit_checkpoint",
        key: &["size"],
        columns: &[int("size"), int("at"), text("note"), blob("frontier")],
    },
    Table {
        name: "case_file",
        key: &["number"],
        columns: &[
            text("number"),
            text("key"),
            int("open"),
            text("progress"),
            or_null(text("successor")),
            or_null(text("subject")),
            or_null(text("facet")),
            or_null(text("unit")),
            or_null(text("handler")),
            text("sensitivity"),
            int("created_at"),
            int("entries"),
            blob("wrapped_key"),
            blob("sealed"),
        ],
    },
    Table {
        name: "case_party",
        key: &["case_number", "number"],
        columns: &[text("case_number"), int("number"), blob("lookup"), int("main"), blob("sealed")],
    },
    Table {
        name: "journal_entry",
        key: &["id"],
        columns: &[
            text("id"),
            text("key"),
            text("case_number"),
            int("number"),
            text("message_uuid"),
            text("message_digest"),
            int("received_at"),
            or_null(text("letter_date")),
            int("filed_at"),
            text("sensitivity"),
            int("on_post_list"),
            int("documents"),
            blob("sealed"),
        ],
    },
    Table {
        name: "sent_letter",
        key: &["message_uuid"],
        columns: &[text("message_uuid"), or_null(blob("message_id_lookup")), text("case_number")],
    },
    Table { name: "protected_person", key: &["lookup"], columns: &[blob("lookup")] },
    Table {
        name: "policy_edition",
        key: &["edition"],
        columns: &[text("edition"), int("loaded_at"), blob("wrapped_key"), blob("sealed")],
    },
    Table {
        name: "rule_edition",
        key: &["number"],
        columns: &[int("number"), text("edition"), int("made_at"), text("author"), text("reason")],
    },
    Table {
        name: "rule_activation",
        key: &["seq"],
        columns: &[int("seq"), int("number"), int("at"), text("person"), text("reason")],
    },
    Table {
        name: "rule_draft",
        key: &["person"],
        columns: &[
            text("person"),
            int("base"),
            int("version"),
            int("changed_at"),
            blob("wrapped_key"),
            blob("sealed"),
        ],
    },
    Table {
        name: "subject_plan",
        key: &["number"],
        columns: &[
            int("number"),
            text("edition"),
            int("imported_at"),
            text("person"),
            text("reason"),
            or_null(text("label")),
            text("dated"),
            text("provenance"),
            blob("content"),
        ],
    },
    Table {
        name: "judged",
        key: &["message"],
        columns: &[
            text("message"),
            int("decided_at"),
            text("model"),
            text("unit"),
            text("subject"),
            int("subject_sure"),
            or_null(text("kle_group")),
            or_null(int("group_sure")),
            or_null(text("passed_on")),
            or_null(int("unit_right")),
            or_null(int("subject_right")),
            or_null(int("group_right")),
            or_null(int("settled_at")),
            or_null(text("settled_by")),
        ],
    },
    Table {
        name: "unseen_stop",
        key: &["unit", "stopped_at"],
        columns: &[
            text("unit"),
            int("stopped_at"),
            text("why"),
            or_null(int("resumed_at")),
            or_null(text("resumed_by")),
            or_null(text("resume_reason")),
        ],
    },
    Table {
        name: "lesson",
        key: &["lookup"],
        columns: &[
            text("lookup"),
            text("unit"),
            text("subject"),
            int("learned_at"),
            int("expires_at"),
            text("edition"),
            blob("wrapped_key"),
            blob("grounds"),
            blob("sealed"),
        ],
    },
    Table {
        name: "pending_answer",
        key: &["message"],
        columns: &[
            text("message"),
            text("person"),
            int("decision"),
            int("made_at"),
            int("due_at"),
            blob("sealed"),
        ],
    },
    Table {
        name: "desk_aside",
        key: &["message"],
        columns: &[
            text("message"),
            text("kind"),
            text("person"),
            int("made_at"),
            int("until_at"),
            or_null(text("asked_unit")),
            or_null(text("asked_person")),
            or_null(int("said_at")),
            blob("sealed"),
        ],
    },
    Table {
        name: "own_model",
        key: &["number"],
        columns: &[
            int("number"),
            text("edition"),
            text("base"),
            int("made_at"),
            text("author"),
            int("lessons"),
            text("measures"),
            blob("wrapped_key"),
            blob("sealed"),
        ],
    },
    Table {
        name: "own_model_activation",
        key: &["seq"],
        columns: &[int("seq"), int("number"), text("act"), int("at"), text("person"), text("reason")],
    },
    Table {
        name: "journal_correction",
        key: &["entry", "at"],
        columns: &[text("entry"), text("message"), int("at"), text("person"), blob("sealed")],
    },
    Table {
        name: "marked",
        key: &["day", "sender", "sender_kind", "system", "unit", "marks"],
        columns: &[
            text("day"),
            text("sender"),
            text("sender_kind"),
            text("system"),
            text("unit"),
            int("marks"),
            int("number"),
            int("waited"),
        ],
    },
    Table {
        name: "marked_name",
        key: &["key"],
        columns: &[text("key"), blob("wrapped_key"), blob("sealed")],
    },
    Table {
        name: "eye",
        key: &["message", "person", "role"],
        columns: &[text("message"), text("person"), text("role"), int("first_at")],
    },
    Table {
        name: "notice_wish",
        key: &["channel", "receiver"],
        columns: &[
            text("channel"),
            text("receiver"),
            text("pace"),
            text("units"),
            int("since"),
            int("next_at"),
            int("seen_at"),
            int("version"),
            int("changed_at"),
            text("changed_by"),
            blob("wrapped_key"),
            blob("sealed"),
        ],
    },
    Table {
        name: "notice",
        key: &["id"],
        columns: &[
            text("id"),
            text("key"),
            text("channel"),
            text("receiver"),
            text("state"),
            int("made_at"),
            int("due_at"),
            int("attempts"),
            or_null(text("lease_owner")),
            int("lease_until"),
            or_null(text("last_fault")),
            or_null(int("done_at")),
        ],
    },
    Table {
        name: "notice_item",
        key: &["channel", "receiver", "message", "handed_at"],
        columns: &[text("channel"), text("receiver"), text("message"), int("handed_at"), text("notice")],
    },
];

/// Tables that are in no dump: who was signed in, and what lay open before them; and what lets programs in, for a token that
/// was revoked after a backup must not open anything after it is restored. Nor are calls that a house which is gone still owed.
#[cfg(test)]
const LEFT_OUT: [&str; 6] =
    ["session", "desk_claim", "api_token", "api_answer", "api_rule_act", "break_glass_call"];

/// Tables whose rows are somebody's mail, decisions or cases: a database with any of them is not empty.
const OF_MAIL: [&str; 8] = [
    "message",
    "decision",
    "effect",
    "effect_step",
    "hand_over",
    "case_file",
    "journal_entry",
    "sent_letter",
];

/// Events that a house tells before its first letter. A log of these alone tells of nothing that could be lost.
const OF_HOUSE: [EventKind; 8] = [
    EventKind::Started,
    EventKind::Stopped,
    EventKind::Migrated,
    EventKind::RulesProposed,
    EventKind::RulesActivated,
    EventKind::OrganisationSynced,
    EventKind::KleImported,
    EventKind::Checked,
];

impl Table {
    /// The table of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        TABLES.iter().find(|table| table.name == name)
    }

    fn names(&self) -> String {
        self.columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", ")
    }

    fn select(&self) -> String {
        let order =
            if self.key.is_empty() { String::new() } else { format!(" order by {}", self.key.join(", ")) };
        format!("select {} from {} where authority = $1{order}", self.names(), self.name)
    }
}

/// A row of a [`Table`], its cells in the order of the columns.
#[derive(Clone, PartialEq)]
pub struct Row(Vec<Cell>);

#[derive(Clone, PartialEq)]
enum Cell {
    Text(Option<String>),
    Int(Option<i64>),
    Blob(Option<Vec<u8>>),
}

/// Reads the cells of a row as either engine gives it.
macro_rules! cells {
    ($table:expr, $row:expr) => {{
        let row = $row?;
        let mut cells = Vec::with_capacity($table.columns.len());
        for (at, column) in $table.columns.iter().enumerate() {
            cells.push(match column.kind {
                Kind::Text => Cell::Text(row.try_get(at)?),
                Kind::Int => Cell::Int(row.try_get(at)?),
                Kind::Blob => Cell::Blob(row.try_get(at)?),
            });
        }
        Ok(Row(cells))
    }};
}

impl Row {
    /// The row as one line of JSON: binary values in base64, nulls left out.
    pub fn line(&self, table: &Table) -> Vec<u8> {
        let mut line = Map::new();
        for (column, cell) in table.columns.iter().zip(&self.0) {
            let value = match cell {
                Cell::Text(value) => value.clone().map(Value::String),
                Cell::Int(value) => value.map(Value::from),
                Cell::Blob(value) => value.as_ref().map(|bytes| Value::String(STANDARD.encode(bytes))),
            };
            if let Some(value) = value {
                line.insert(column.name.to_owned(), value);
            }
        }
        let mut line = Value::Object(line).to_string().into_bytes();
        line.push(b'\n');
        line
    }

    /// The row of a line. A value of the wrong type, one that is missing, or one we have no column for is damage.
    pub fn parse(table: &Table, line: &[u8]) -> Result<Self, StoreError> {
        const DAMAGED: StoreError = StoreError::Damaged("row of a dump");
        let mut line: Map<String, Value> = serde_json::from_slice(line).map_err(|_| DAMAGED)?;
        let mut cells = Vec::with_capacity(table.columns.len());
        for column in table.columns {
            let value = line.remove(column.name);
            if value.is_none() && !column.nullable {
                return Err(DAMAGED);
            }
            cells.push(match (column.kind, value) {
                (Kind::Text, None) => Cell::Text(None),
                (Kind::Int, None) => Cell::Int(None),
                (Kind::Blob, None) => Cell::Blob(None),
                (Kind::Text, Some(Value::String(text))) => Cell::Text(Some(text)),
                (Kind::Int, Some(Value::Number(number))) => Cell::Int(Some(number.as_i64().ok_or(DAMAGED)?)),
                (Kind::Blob, Some(Value::String(text))) => {
                    Cell::Blob(Some(STANDARD.decode(text).map_err(|_| DAMAGED)?))
                }
                _ => return Err(DAMAGED),
            });
        }
        if line.is_empty() { Ok(Self(cells)) } else { Err(DAMAGED) }
    }

    /// Lets go of whoever worked on the row when it was dumped, so that work goes on at once where it is restored.
    pub fn release(&mut self, table: &Table) {
        for (column, cell) in table.columns.iter().zip(&mut self.0) {
            match column.name {
                "lease_owner" => *cell = Cell::Text(None),
                "lease_until" => *cell = Cell::Int(Some(0)),
                _ => {}
            }
        }
    }

    /// A number in the column of this name.
    pub fn int(&self, table: &Table, name: &str) -> Result<i64, StoreError> {
        match self.cell(table, name) {
            Some(Cell::Int(Some(value))) => Ok(*value),
            _ => Err(StoreError::Damaged("number in a dump")),
        }
    }

    /// A text in the column of this name.
    pub fn text(&self, table: &Table, name: &str) -> Result<&str, StoreError> {
        match self.cell(table, name) {
            Some(Cell::Text(Some(value))) => Ok(value),
            _ => Err(StoreError::Damaged("text in a dump")),
        }
    }

    /// Bytes in the column of this name.
    pub fn bytes(&self, table: &Table, name: &str) -> Result<&[u8], StoreError> {
        match self.cell(table, name) {
            Some(Cell::Blob(Some(value))) => Ok(value),
            _ => Err(StoreError::Damaged("bytes in a dump")),
        }
    }

    fn cell(&self, table: &Table, name: &str) -> Option<&Cell> {
        self.0.get(table.columns.iter().position(|column| column.name == name)?)
    }
}

/// A content object that messages lie in.
pub struct Referenced {
    /// Name of the object.
    pub object: String,
    /// The first message in it.
    pub message: String,
    /// Where the last message in it ends: the object is at least so long.
    pub end: u64,
}

/// The rows as they stood at one moment.
pub struct Frozen<'s> {
    store: &'s Store,
    inner: Inner,
}

impl Store {
    /// The rows as they stand now. On SQLite the write-ahead log grows while this is held; do not hold it for long.
    pub async fn freeze(&self) -> Result<Frozen<'_>, StoreError> {
        let inner = match &self.pools {
            Pools::Sqlite { read, .. } => Inner::Sqlite(read.begin().await?),
            Pools::Postgres(pool) => {
                Inner::Postgres(pool.begin_with("begin isolation level repeatable read, read only").await?)
            }
        };
        let mut frozen = Frozen { store: self, inner };
        // The moment is that of the first read, not of the `begin`.
        on_tx!(frozen, c => { sqlx::query("select count(*) from meta where authority = $1").bind(&self.authority).execute(c).await?; });
        Ok(frozen)
    }

    /// The engine's name.
    pub fn engine(&self) -> &'static str {
        match self.pools {
            Pools::Sqlite { .. } => "sqlite",
            Pools::Postgres(_) => "postgres",
        }
    }
}

impl Frozen<'_> {
    /// All rows of a table, in the order of its key.
    pub fn rows<'a>(&'a mut self, table: &'static Table) -> BoxStream<'a, Result<Row, StoreError>> {
        // Names come from `TABLES` alone.
        let sql = AssertSqlSafe(table.select());
        let authority = self.store.authority.clone();
        match &mut self.inner {
            Inner::Sqlite(transaction) => sqlx::query(sql)
                .bind(authority)
                .fetch(&mut **transaction)
                .map(move |row| cells!(table, row))
                .boxed(),
            Inner::Postgres(transaction) => sqlx::query(sql)
                .bind(authority)
                .fetch(&mut **transaction)
                .map(move |row| cells!(table, row))
                .boxed(),
        }
    }

    /// Every content object that a message lies in, once. What a part carries lies in the letter that it is of.
    pub fn objects<'a>(&'a mut self) -> BoxStream<'a, Result<Referenced, StoreError>> {
        const SQL: &str = "select content_object, min(id), max(content_offset + content_length) from message
            where authority = $1 and part_of is null group by content_object order by content_object";
        let referenced = |(object, message, end): (String, String, i64)| Referenced {
            object,
            message,
            end: end.cast_unsigned(),
        };
        let authority = self.store.authority.clone();
        match &mut self.inner {
            Inner::Sqlite(transaction) => sqlx::query_as(SQL)
                .bind(authority)
                .fetch(&mut **transaction)
                .map_ok(referenced)
                .map_err(StoreError::from)
                .boxed(),
            Inner::Postgres(transaction) => sqlx::query_as(SQL)
                .bind(authority)
                .fetch(&mut **transaction)
                .map_ok(referenced)
                .map_err(StoreError::from)
                .boxed(),
        }
    }

    /// Size of the audit log, and the last note that was signed of it.
    pub async fn log_end(&mut self) -> Result<(u64, Option<String>), StoreError> {
        const SIZE: &str = "select size from audit_log where authority = $1";
        const NOTE: &str =
            "select note from audit_checkpoint where authority = $1 order by size desc limit 1";
        let authority = self.store.authority.as_str();
        let size: Option<i64> =
            on_tx!(self, c => sqlx::query_scalar(SIZE).bind(authority).fetch_optional(c).await?);
        let note = on_tx!(self, c => sqlx::query_scalar(NOTE).bind(authority).fetch_optional(c).await?);
        Ok((size.unwrap_or(0).cast_unsigned(), note))
    }

    /// Lets the moment go.
    pub async fn close(self) -> Result<(), StoreError> {
        match self.inner {
            Inner::Sqlite(transaction) => transaction.rollback().await?,
            Inner::Postgres(transaction) => transaction.rollback().await?,
        }
        Ok(())
    }
}

impl Tx<'_> {
    /// The table that keeps this authority's rows from being replaced; `None` when no mail was ever here.
    pub async fn in_use(&mut self) -> Result<Option<&'static str>, StoreError> {
        let authority = self.store.authority.clone();
        for table in OF_MAIL {
            let sql = AssertSqlSafe(format!("select 1 from {table} where authority = $1 limit 1"));
            let found: Option<i32> =
                on_tx!(self, c => sqlx::query_scalar(sql).bind(&authority).fetch_optional(c).await?);
            if found.is_some() {
                return Ok(Some(table));
            }
        }
        let kinds = OF_HOUSE.map(|kind| format!("'{}'", kind.name())).join(", ");
        let sql = AssertSqlSafe(format!(
            "select 1 from audit_event where authority = $1 and kind not in ({kinds}) limit 1"
        ));
        let found: Option<i32> =
            on_tx!(self, c => sqlx::query_scalar(sql).bind(&authority).fetch_optional(c).await?);
        Ok(found.map(|_| "audit_event"))
    }

    /// Takes away what an unused house has of its own accord, such as the event that it started.
    pub async fn clear(&mut self) -> Result<(), StoreError> {
        if let Some(table) = self.in_use().await? {
            return Err(StoreError::Damaged(table));
        }
        let authority = self.store.authority.clone();
        for table in &TABLES {
            let sql = AssertSqlSafe(format!("delete from {} where authority = $1", table.name));
            on_tx!(self, c => { sqlx::query(sql).bind(&authority).execute(c).await?; });
        }
        Ok(())
    }

    /// Adds rows to a table, as they are.
    pub async fn put_rows(&mut self, table: &'static Table, rows: &[Row]) -> Result<(), StoreError> {
        let head = format!("insert into {} (authority, {}) ", table.name, table.names());
        let authority = self.store.authority.clone();
        insert_many!(self, head.as_str(), rows, |values, row| {
            values.push_bind(authority.as_str());
            for cell in &row.0 {
                match cell {
                    Cell::Text(value) => values.push_bind(value.as_deref()),
                    Cell::Int(value) => values.push_bind(*value),
                    Cell::Blob(value) => values.push_bind(value.as_deref()),
                };
            }
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use super::*;

    type Columns = Vec<(String, Kind, bool)>;

    /// Tables and columns as the migrations of an engine make them, `authority` left out.
    fn schema(engine: &str) -> BTreeMap<String, Columns> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations").join(engine);
        let mut files: Vec<_> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let mut tables: BTreeMap<String, Columns> = BTreeMap::new();
        for file in files {
            let text = std::fs::read_to_string(file).unwrap();
            let mut open: Option<String> = None;
            for line in text.lines().map(|line| line.trim().trim_end_matches([',', ';'])) {
                let words: Vec<&str> = line.split_whitespace().collect();
                match (&open, words.as_slice()) {
                    (None, ["create", "table", name, "("]) => open = Some((*name).to_owned()),
                    (None, ["alter", "table", name, "add", "column", rest @ ..]) => {
                        tables.entry((*name).to_owned()).or_default().extend(column(rest));
                    }
                    (None, ["drop", "table", name]) => {
                        tables.remove(*name);
                    }
                    (Some(_), [")"]) => open = None,
                    (Some(name), rest) => tables.entry(name.clone()).or_default().extend(column(rest)),
                    _ => {}
                }
            }
        }
        tables
    }

    fn column(words: &[&str]) -> Option<(String, Kind, bool)> {
        let [name, kind, rest @ ..] = words else { return None };
        if ["primary", "authority", "unique", "foreign", "check"].contains(name) {
            return None;
        }
        let kind = match *kind {
            "text" => Kind::Text,
            "bigint" => Kind::Int,
            "blob" | "bytea" => Kind::Blob,
            other => panic!("column {name} has a type the dump does not know: {other}"),
        };
        Some(((*name).to_owned(), kind, !rest.windows(2).any(|pair| pair == ["not", "null"])))
    }

    #[test]
    fn every_table_and_column_of_both_engines_is_dumped() {
        let ours: BTreeMap<String, Columns> = TABLES
            .iter()
            .map(|table| {
                let columns = table.columns.iter();
                (table.name.to_owned(), columns.map(|c| (c.name.to_owned(), c.kind, c.nullable)).collect())
            })
            .collect();
        for engine in ["sqlite", "postgres"] {
            let mut schema = schema(engine);
            for left_out in LEFT_OUT {
                assert!(schema.remove(left_out).is_some(), "{engine}: there is no {left_out}");
            }
            assert_eq!(schema, ours, "{engine}");
        }
    }

    #[test]
    fn keys_are_columns() {
        for table in &TABLES {
            for key in table.key {
                assert!(table.columns.iter().any(|column| column.name == *key), "{}.{key}", table.name);
            }
        }
    }

    /// A row with something in every cell, or with nothing where nothing may be.
    fn row(table: &Table, full: bool) -> Row {
        let cell = |column: &Column| {
            let some = full || !column.nullable;
            match column.kind {
                Kind::Text => Cell::Text(some.then(|| "æ \" \n \u{1}".to_owned())),
                Kind::Int => Cell::Int(some.then_some(i64::MIN)),
                Kind::Blob => Cell::Blob(some.then(|| vec![0, 255, 10, 13])),
            }
        };
        Row(table.columns.iter().map(cell).collect())
    }

    #[test]
    fn a_row_survives_being_a_line() {
        for table in &TABLES {
            for full in [true, false] {
                let row = row(table, full);
                let line = row.line(table);
                assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1, "{}", table.name);
                assert!(Row::parse(table, &line).unwrap() == row, "{}", table.name);
            }
        }
    }

    #[test]
    fn a_line_that_is_not_a_row_is_refused() {
        let table = Table::named("meta").unwrap();
        for line in [
            "",
            "{}",
            "[]",
            r#"{"name":"a"}"#,
            r#"{"name":"a","value":1}"#,
            r#"{"name":"a","value":"b","c":1}"#,
        ] {
            assert!(Row::parse(table, line.as_bytes()).is_err(), "{line}");
        }
    }

    #[test]
    fn a_released_row_is_nobodys() {
        for table in ["message", "effect"].map(|name| Table::named(name).unwrap()) {
            let mut row = row(table, true);
            row.release(table);
            assert!(row.cell(table, "lease_owner") == Some(&Cell::Text(None)));
            assert!(row.cell(table, "lease_until") == Some(&Cell::Int(Some(0))));
        }
    }
}
