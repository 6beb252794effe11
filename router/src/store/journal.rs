//! The built-in journal: entries and their documents, in the same database as the messages.
//!
//! Because it shares the database, writing an entry and marking its effect as done are one transaction: the
//! entry cannot be written twice. Through the port ([`BuiltIn`]) it behaves as any outside system does.

use std::collections::BTreeMap;

use async_trait::async_trait;
use esdh::{
    Capabilities, Case, CaseDraft, CaseNumber, CaseSystem, Contents, Dates, DocumentKind, EntryDraft,
    EntryId, Fault, JournalEntry, PartyId, Steps,
};
use futures::StreamExt;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::cases::{CaseRow, fault, seal, sensitivity_word, unseal};
use super::pool::{from_row, insert_many, on_pool, on_tx, shapes};
use super::{Store, StoreError, Tx, time};
use crate::clock::{Clock, Entropy};
use crate::content::{Binding, ContentRef, ContentStore};
use crate::keys::{MessageKey, WrappedKey};

/// An entry to be written in a batch, whose documents lie in a stored message.
pub struct Filing {
    /// The entry.
    pub draft: EntryDraft,
    /// Our id of the message whose contents the documents are.
    pub message: Uuid,
}

/// Where a file of an entry lies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FilePlace {
    /// Content number so-and-so of a stored message.
    InMessage {
        /// Our id of the message.
        message: Uuid,
        /// Number of the content.
        content: u32,
    },
    /// An object of its own, under the entry's key.
    Own {
        /// Object, offset and length.
        at: (String, u64, u64),
    },
}

/// An entry as kept, opened.
#[derive(Clone, Serialize, Deserialize)]
pub struct Kept {
    /// Title.
    pub title: String,
    /// Title fit for a public post list.
    pub public_title: Option<String>,
    /// Sender's name.
    pub sender: String,
    /// Who or what journaled.
    pub note: String,
    /// Documents, main document first.
    pub documents: Vec<KeptDocument>,
    /// Key of files that are objects of their own.
    own_key: Option<[u8; 32]>,
}

/// A document as kept.
#[derive(Clone, Serialize, Deserialize)]
pub struct KeptDocument {
    /// `main`, `additional`, `technical`, `original`.
    pub kind: String,
    /// Title.
    pub title: String,
    /// Place of the parent in the list.
    pub parent: Option<usize>,
    /// Files: variants of the document.
    pub files: Vec<KeptFile>,
}

/// A file as kept, with the name and format that it came with (R17).
#[derive(Clone, Serialize, Deserialize)]
pub struct KeptFile {
    /// Original name.
    pub name: String,
    /// MIME type.
    pub format: String,
    /// Language.
    pub language: String,
    /// Size in bytes.
    pub size: u64,
    /// Where it lies.
    pub place: FilePlace,
}

struct EntryRow {
    id: String,
    key: String,
    case_number: String,
    number: i64,
    received_at: i64,
    letter_date: Option<String>,
    sealed: Vec<u8>,
}

from_row!(EntryRow { id, key, case_number, number, received_at, letter_date, sealed });

macro_rules! columns {
    () => {
        "id, key, case_number, number, received_at, letter_date, sealed"
    };
}

impl Tx<'_> {
    /// Writes entries on their cases, each once per key. What a case refuses is answered, not written.
    pub async fn file(
        &mut self,
        filings: &[Filing],
        entropy: &Entropy,
        now: Timestamp,
    ) -> Result<Vec<Result<EntryId, Fault>>, StoreError> {
        let drafts: Vec<(&EntryDraft, Option<Uuid>, Option<&Kept>)> =
            filings.iter().map(|filing| (&filing.draft, Some(filing.message), None)).collect();
        self.file_drafts(&drafts, entropy, now).await
    }

    async fn file_drafts(
        &mut self,
        drafts: &[(&EntryDraft, Option<Uuid>, Option<&Kept>)],
        entropy: &Entropy,
        now: Timestamp,
    ) -> Result<Vec<Result<EntryId, Fault>>, StoreError> {
        let mut numbers: Vec<String> = drafts.iter().map(|(draft, _, _)| draft.case.0.clone()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        // Locks the cases first: from here on nobody else numbers entries on them or closes them.
        let mut cases: BTreeMap<String, CaseRow> =
            self.case_rows(&numbers).await?.into_iter().map(|row| (row.number.clone(), row)).collect();
        let keys: Vec<String> = drafts.iter().map(|(draft, _, _)| draft.key.0.clone()).collect();
        let mut written = self.entry_keys(&keys).await?;

        let mut answers = Vec::with_capacity(drafts.len());
        let mut rows = Vec::new();
        let mut grown: BTreeMap<String, i64> = BTreeMap::new();
        for (draft, message, kept) in drafts {
            if written.contains(&draft.key.0) {
                answers.push(Ok(draft.key.clone()));
                continue;
            }
            if let Err(refusal) = draft.check() {
                answers.push(Err(refusal));
                continue;
            }
            let Some(case) = cases.get_mut(&draft.case.0) else {
                answers.push(Err(Fault::Refused { reason: "no such case".into() }));
                continue;
            };
            if case.open != 1 {
                answers.push(Err(Fault::Person { reason: "the case is closed".into() }));
                continue;
            }
            case.entries += 1;
            grown.insert(case.number.clone(), case.entries);
            let key = case.key(self.store)?;
            let made = match kept {
                Some(kept) => seal(&key, "entry", *kept, entropy)?,
                None => seal(
                    &key,
                    "entry",
                    &kept_of(
                        draft,
                        |content| FilePlace::InMessage { message: message.unwrap_or_default(), content },
                        None,
                    ),
                    entropy,
                )?,
            };
            rows.push((entropy.id(now), *draft, case.entries, made));
            written.push(draft.key.0.clone());
            answers.push(Ok(draft.key.clone()));
        }
        let authority = self.store.authority.clone();
        insert_many!(
            self,
            "insert into journal_entry (authority, id, key, case_number, number, message_uuid, message_digest, \
             received_at, letter_date, filed_at, sensitivity, on_post_list, documents, sealed) ",
            rows.as_slice(),
            |values, (id, draft, number, sealed)| {
                values
                    .push_bind(authority.as_str())
                    .push_bind(id.to_string())
                    .push_bind(draft.key.0.as_str())
                    .push_bind(draft.case.0.as_str())
                    .push_bind(*number)
                    .push_bind(draft.message_uuid.as_str())
                    .push_bind(draft.message_digest.as_str())
                    .push_bind(draft.dates.received.as_microsecond())
                    .push_bind(draft.dates.letter.map(|date| date.to_string()))
                    .push_bind(now.as_microsecond())
                    .push_bind(sensitivity_word(draft.sensitivity))
                    .push_bind(i64::from(draft.on_post_list))
                    .push_bind(i64::try_from(draft.documents.len()).unwrap_or(i64::MAX))
                    .push_bind(sealed.as_slice());
            }
        );
        const GROW: &str = "update case_file set entries = $3 where authority = $1 and number = $2";
        for (number, entries) in grown {
            on_tx!(self, c => {
                sqlx::query(GROW).bind(&authority).bind(&number).bind(entries).execute(c).await?;
            });
        }
        Ok(answers)
    }

    async fn entry_keys(&mut self, keys: &[String]) -> Result<Vec<String>, StoreError> {
        let mut found = Vec::new();
        for chunk in shapes(keys) {
            let rows: Vec<String> = on_tx!(self, c => {
                let mut query = sqlx::QueryBuilder::new("select key from journal_entry where authority = ");
                query.push_bind(self.store.authority.as_str()).push(" and key in (");
                let mut list = query.separated(", ");
                for key in chunk {
                    list.push_bind(key.as_str());
                }
                query.push(")");
                query.build_query_scalar().fetch_all(c).await?
            });
            found.extend(rows);
        }
        Ok(found)
    }
}

fn kept_of(draft: &EntryDraft, mut place: impl FnMut(u32) -> FilePlace, own_key: Option<[u8; 32]>) -> Kept {
    let documents = draft
        .documents
        .iter()
        .map(|document| KeptDocument {
            kind: kind_word(document.kind).into(),
            title: document.title.clone(),
            parent: document.parent,
            files: document
                .files
                .iter()
                .map(|file| KeptFile {
                    name: file.name.clone(),
                    format: file.format.clone(),
                    language: file.language.clone(),
                    size: file.size,
                    place: place(file.content),
                })
                .collect(),
        })
        .collect();
    Kept {
        title: draft.title.clone(),
        public_title: draft.public_title.clone(),
        sender: draft.sender.name.clone(),
        note: draft.note.clone(),
        documents,
        own_key,
    }
}

fn kind_word(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Main => "main",
        DocumentKind::Additional => "additional",
        DocumentKind::Technical => "technical",
        DocumentKind::Original => "original",
    }
}

impl Store {
    /// The entry written under this key.
    pub async fn entry(&self, key: &str) -> Result<Option<(JournalEntry, Kept)>, StoreError> {
        const SQL: &str =
            concat!("select ", columns!(), " from journal_entry where authority = $1 and key = $2");
        let row: Option<EntryRow> = on_pool!(self, pool => sqlx::query_as(SQL).bind(&self.authority).bind(key).fetch_optional(pool).await?);
        let Some(row) = row else { return Ok(None) };
        const CASE_KEY: &str = "select wrapped_key from case_file where authority = $1 and number = $2";
        let wrapped: Vec<u8> = on_pool!(self, pool =>
            sqlx::query_scalar(CASE_KEY).bind(&self.authority).bind(&row.case_number).fetch_one(pool).await?);
        let key =
            self.keys.unwrap(&WrappedKey::from_bytes(&wrapped)?, &format!("case:{}", row.case_number))?;
        let kept: Kept = unseal(&key, "entry", &row.sealed)?;
        let entry = JournalEntry {
            key: EntryId(row.key),
            id: row.id,
            case: CaseNumber(row.case_number),
            index: Some(row.number.cast_unsigned()),
            title: kept.title.clone(),
            dates: Dates {
                received: time(row.received_at),
                letter: row.letter_date.and_then(|text| text.parse().ok()),
            },
            documents: kept.documents.len(),
        };
        Ok(Some((entry, kept)))
    }

    /// How many entries the built-in journal holds, and how many different keys they have: always the same number.
    pub async fn entry_counts(&self) -> Result<(u64, u64), StoreError> {
        const SQL: &str =
            "select count(*), count(distinct message_digest) from journal_entry where authority = $1";
        let (entries, messages): (i64, i64) =
            on_pool!(self, pool => sqlx::query_as(SQL).bind(&self.authority).fetch_one(pool).await?);
        Ok((entries.cast_unsigned(), messages.cast_unsigned()))
    }
}

/// The built-in journal as a case system.
#[derive(Clone)]
pub struct BuiltIn {
    store: Store,
    content: ContentStore,
    clock: std::sync::Arc<dyn Clock>,
    entropy: Entropy,
}

impl BuiltIn {
    /// The built-in journal of this store.
    pub fn new(
        store: Store,
        content: ContentStore,
        clock: std::sync::Arc<dyn Clock>,
        entropy: Entropy,
    ) -> Self {
        Self { store, content, clock, entropy }
    }

    /// The bytes of one file that is an object of its own.
    pub async fn own_file(
        &self,
        key: &EntryId,
        document: usize,
        file: usize,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let Some((_, kept)) = self.store.entry(&key.0).await? else { return Ok(None) };
        let found = kept.documents.get(document).and_then(|document| document.files.get(file));
        let (Some(file), Some(secret)) = (found, kept.own_key) else { return Ok(None) };
        let FilePlace::Own { at: (object, offset, length) } = &file.place else { return Ok(None) };
        let at = ContentRef { object: object.clone(), offset: *offset, length: *length };
        let own = key_from(secret);
        let size = usize::try_from(file.size).unwrap_or(usize::MAX);
        let bytes = self
            .content
            .read(&at, &own, Binding::new(&key.0, "journal-file"), size)
            .await
            .map_err(|_| StoreError::Damaged("journal file"))?;
        Ok(Some(bytes))
    }

    async fn put_own(&self, draft: &EntryDraft, contents: &dyn Contents) -> Result<Kept, Fault> {
        let mut secret = [0; 32];
        self.entropy.fill(&mut secret);
        let own = key_from(secret);
        let mut places: BTreeMap<u32, FilePlace> = BTreeMap::new();
        for file in draft.documents.iter().flat_map(|document| &document.files) {
            if places.contains_key(&file.content) {
                continue;
            }
            let name = format!("journal/{}", self.entropy.id(self.clock.now()));
            let mut writer = self
                .content
                .writer(&name, &own, Binding::new(&draft.key.0, "journal-file"), &mut |bytes| {
                    self.entropy.fill(bytes)
                })
                .map_err(|error| content_fault(&error))?;
            let mut stream = contents.open(file.content).await?;
            while let Some(piece) = stream.next().await {
                let piece =
                    piece.map_err(|error| Fault::Later { reason: error.kind().to_string(), after: None })?;
                writer.write(&piece).await.map_err(|error| content_fault(&error))?;
            }
            let at = writer.finish().await.map_err(|error| content_fault(&error))?;
            places.insert(file.content, FilePlace::Own { at: (at.object, at.offset, at.length) });
        }
        let missing = FilePlace::Own { at: (String::new(), 0, 0) };
        Ok(kept_of(
            draft,
            |content| places.get(&content).cloned().unwrap_or_else(|| missing.clone()),
            Some(secret),
        ))
    }

    async fn write(&self, draft: &EntryDraft, kept: &Kept) -> Result<Result<EntryId, Fault>, StoreError> {
        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        let answer = tx.file_drafts(&[(draft, None, Some(kept))], &self.entropy, now).await?.pop();
        tx.commit(now).await?;
        answer.ok_or(StoreError::Damaged("answer of the journal"))
    }

    async fn drop_own(&self, kept: &Kept) {
        for file in kept.documents.iter().flat_map(|document| &document.files) {
            if let FilePlace::Own { at: (object, _, _) } = &file.place {
                // An object left behind is unreadable without its key, and is swept with the next clean-up.
                let _ = self.content.delete(object).await;
            }
        }
    }
}

fn key_from(secret: [u8; 32]) -> MessageKey {
    MessageKey::generate(&mut |bytes| bytes.copy_from_slice(&secret[..bytes.len()]))
}

fn content_fault(error: &crate::content::ContentError) -> Fault {
    Fault::Later { reason: error.to_string(), after: None }
}

#[async_trait]
impl CaseSystem for BuiltIn {
    fn name(&self) -> &str {
        "builtin"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            native_idempotency: true,
            find_by_key: true,
            creates_cases: true,
            reopens_cases: true,
            max_document: None,
        }
    }

    async fn health(&self) -> Result<(), Fault> {
        self.store.ping().await.map_err(|error| fault(&error))
    }

    async fn case(&self, number: &CaseNumber) -> Result<Option<Case>, Fault> {
        self.store.case(&number.0).await.map_err(|error| fault(&error))
    }

    async fn open_cases_of(&self, party: &PartyId) -> Result<Vec<Case>, Fault> {
        self.store.open_cases_of(party).await.map_err(|error| fault(&error))
    }

    async fn create_case(&self, draft: &CaseDraft, _: &dyn Steps) -> Result<CaseNumber, Fault> {
        let now = self.clock.now();
        let write = async {
            let mut tx = self.store.begin().await?;
            let number = tx.create_case(draft, &self.entropy, now).await?;
            tx.commit(now).await?;
            Ok::<_, StoreError>(number)
        };
        write.await.map_err(|error| fault(&error))
    }

    async fn reopen(&self, number: &CaseNumber, _: &str) -> Result<(), Fault> {
        let now = self.clock.now();
        let write = async {
            let mut tx = self.store.begin().await?;
            let known = tx.reopen_case(&number.0).await?;
            tx.commit(now).await?;
            Ok::<_, StoreError>(known)
        };
        match write.await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Fault::Refused { reason: "no such case".into() }),
            Err(error) => Err(fault(&error)),
        }
    }

    async fn journal(
        &self,
        draft: &EntryDraft,
        contents: &dyn Contents,
        _: &dyn Steps,
    ) -> Result<JournalEntry, Fault> {
        draft.check()?;
        if let Some(entry) = self.entry(&draft.key).await? {
            entry.agrees_with(draft)?;
            return Ok(entry);
        }
        let kept = self.put_own(draft, contents).await?;
        match self.write(draft, &kept).await {
            Ok(Ok(_)) => {}
            Ok(Err(refusal)) => {
                self.drop_own(&kept).await;
                return Err(refusal);
            }
            Err(error) => return Err(fault(&error)),
        }
        let entry =
            self.entry(&draft.key).await?.ok_or(Fault::Unknown { reason: "entry not read back".into() })?;
        entry.agrees_with(draft)?;
        Ok(entry)
    }

    async fn entry(&self, key: &EntryId) -> Result<Option<JournalEntry>, Fault> {
        Ok(self.store.entry(&key.0).await.map_err(|error| fault(&error))?.map(|(entry, _)| entry))
    }
}
