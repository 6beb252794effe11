//! The foreign system behind the adapter: what it keeps, its small operations, and its bad days.

use std::collections::{HashMap, HashSet, VecDeque};

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::{
    Capabilities, Case, CaseDraft, CaseNumber, Dates, DocumentKind, EntryDraft, EntryId, Fault, JournalEntry,
    PartyId, Sensitivity, check::person,
};

/// What the system can do, and how it behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Habits {
    /// What it can do by itself.
    pub capabilities: Capabilities,
    /// So many look-ups by key do not find a fresh entry, as a slow index.
    pub index_lag: u32,
}

impl Default for Habits {
    /// Everything, at once.
    fn default() -> Self {
        let capabilities = Capabilities {
            native_idempotency: true,
            find_by_key: true,
            creates_cases: true,
            reopens_cases: true,
            max_document: None,
        };
        Self { capabilities, index_lag: 0 }
    }
}

/// A small operation of the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Keep one file.
    Upload,
    /// Make an entry of uploads.
    CreateEntry,
    /// Make the entry final.
    Finalise,
    /// Read an entry by its identity.
    Read,
    /// Look an entry up by our key.
    Find,
    /// Make a case.
    CreateCase,
}

/// How an operation goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interruption {
    /// Time-out before anything happened.
    TimeoutBefore,
    /// Time-out after it happened.
    TimeoutAfter,
    /// The answer is a success, but nothing happened.
    Pretends,
    /// The system says it is unwell; nothing happened.
    Unwell,
    /// The entry gets today's date instead of ours, as if received an hour later.
    WrongDate,
}

/// A file as the system keeps it.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// Original name.
    pub name: String,
    /// Format.
    pub format: String,
    /// Bytes.
    pub bytes: Bytes,
    /// SHA-256 of the bytes, hex.
    pub sha256: String,
}

/// A document as the system keeps it.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredDocument {
    /// Kind.
    pub kind: DocumentKind,
    /// Title.
    pub title: String,
    /// Place of its parent.
    pub parent: Option<usize>,
    /// Files.
    pub files: Vec<StoredFile>,
}

/// An entry as the system keeps it.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredEntry {
    /// Identity.
    pub id: String,
    /// The entry as it is read back.
    pub entry: JournalEntry,
    /// Final?
    pub is_final: bool,
    /// Sensitivity.
    pub sensitivity: Sensitivity,
    /// Journal note.
    pub note: String,
    /// Message UUID.
    pub message_uuid: String,
    /// SHA-256 of the MeMo.
    pub message_digest: String,
    /// On the public post list?
    pub on_post_list: bool,
    /// Documents.
    pub documents: Vec<StoredDocument>,
}

pub(super) struct Shelf {
    pub(super) habits: Habits,
    pub(super) cases: Vec<Case>,
    pub(super) cases_by_key: Vec<(EntryId, CaseNumber)>,
    pub(super) entries: Vec<StoredEntry>,
    pub(super) uploads: HashMap<String, StoredFile>,
    /// Uploads that an entry has taken up.
    taken: HashSet<String>,
    finds: HashMap<EntryId, u32>,
    bad_days: HashMap<Operation, VecDeque<Option<Interruption>>>,
    serial: u64,
}

impl Shelf {
    pub(super) fn new(habits: Habits) -> Self {
        Self {
            habits,
            cases: Vec::new(),
            cases_by_key: Vec::new(),
            entries: Vec::new(),
            uploads: HashMap::new(),
            taken: HashSet::new(),
            finds: HashMap::new(),
            bad_days: HashMap::new(),
            serial: 0,
        }
    }

    pub(super) fn plan(&mut self, operation: Operation, interruption: Option<Interruption>) {
        self.bad_days.entry(operation).or_default().push_back(interruption);
    }

    /// Does one operation, or what the plan for today makes of it. `pretence` is the answer of a pretended success.
    fn run<T>(
        &mut self,
        operation: Operation,
        pretence: Option<T>,
        act: impl FnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let today = self.bad_days.get_mut(&operation).and_then(VecDeque::pop_front).flatten();
        match (today, pretence) {
            (Some(Interruption::TimeoutBefore), _) => Err(timed_out()),
            (Some(Interruption::TimeoutAfter), _) => act(self).and_then(|_| Err(timed_out())),
            (Some(Interruption::Unwell), _) => {
                Err(Fault::Later { reason: "sagssystemet svarer ikke".into(), after: None })
            }
            (Some(Interruption::Pretends), Some(pretence)) => Ok(pretence),
            (Some(Interruption::WrongDate), _) => {
                let done = act(self)?;
                if let Some(last) = self.entries.last_mut() {
                    last.entry.dates.received += jiff::SignedDuration::from_hours(1);
                }
                Ok(done)
            }
            (Some(Interruption::Pretends) | None, _) => act(self),
        }
    }

    /// Keeps a file. A system that refuses doubles knows an upload by `key` too.
    pub(super) fn upload(
        &mut self,
        key: &str,
        name: &str,
        format: &str,
        bytes: Bytes,
    ) -> Result<String, Fault> {
        self.run(Operation::Upload, None, |shelf| {
            let native = shelf.habits.capabilities.native_idempotency;
            let token = if native { key.to_owned() } else { shelf.next_id("upload") };
            if shelf.taken.contains(&token) {
                return Ok(token);
            }
            let sha256 = hex(&Sha256::digest(&bytes));
            let file = StoredFile { name: name.to_owned(), format: format.to_owned(), bytes, sha256 };
            shelf.uploads.insert(token.clone(), file);
            Ok(token)
        })
    }

    /// Makes an entry that is not final yet. `tokens` are the uploads, document by document.
    pub(super) fn create_entry(
        &mut self,
        draft: &EntryDraft,
        tokens: &[Vec<String>],
    ) -> Result<String, Fault> {
        self.run(Operation::CreateEntry, Some("entry-0".to_owned()), |shelf| {
            let known = shelf.entries.iter().find(|stored| stored.entry.key == draft.key);
            if let (true, Some(known)) = (shelf.habits.capabilities.native_idempotency, known) {
                return Ok(known.id.clone());
            }
            shelf.open_case(&draft.case)?;
            let documents = shelf.documents(draft, tokens)?;
            let index =
                1 + shelf.entries.iter().filter(|stored| stored.entry.case == draft.case).count() as u64;
            let id = shelf.next_id("entry");
            let dates = Dates { received: draft.dates.received, letter: draft.dates.letter };
            let entry = JournalEntry {
                key: draft.key.clone(),
                id: id.clone(),
                case: draft.case.clone(),
                index: Some(index),
                title: draft.title.clone(),
                dates,
                documents: documents.len(),
            };
            shelf.entries.push(StoredEntry {
                id: id.clone(),
                entry,
                is_final: false,
                sensitivity: draft.sensitivity,
                note: draft.note.clone(),
                message_uuid: draft.message_uuid.clone(),
                message_digest: draft.message_digest.clone(),
                on_post_list: draft.on_post_list,
                documents,
            });
            Ok(id)
        })
    }

    /// The entry's documents from their uploads: all of them, or nothing is changed.
    ///
    /// An upload that an entry has can be had by another too: nothing here keeps a second entry away by accident.
    fn documents(
        &mut self,
        draft: &EntryDraft,
        tokens: &[Vec<String>],
    ) -> Result<Vec<StoredDocument>, Fault> {
        if !tokens.iter().flatten().all(|token| self.uploads.contains_key(token)) {
            return Err(person("et uploadet dokument findes ikke længere"));
        }
        self.taken.extend(tokens.iter().flatten().cloned());
        let documents = draft.documents.iter().zip(tokens).map(|(document, tokens)| StoredDocument {
            kind: document.kind,
            title: document.title.clone(),
            parent: document.parent,
            files: tokens.iter().filter_map(|token| self.uploads.get(token).cloned()).collect(),
        });
        Ok(documents.collect())
    }

    /// Uploads that no entry has.
    pub(super) fn orphans(&self) -> usize {
        self.uploads.keys().filter(|token| !self.taken.contains(*token)).count()
    }

    pub(super) fn finalise(&mut self, id: &str) -> Result<(), Fault> {
        self.run(Operation::Finalise, Some(()), |shelf| {
            let stored = shelf.entries.iter_mut().find(|stored| stored.id == id);
            stored.ok_or_else(|| person("journalposten findes ikke efter skrivning"))?.is_final = true;
            Ok(())
        })
    }

    pub(super) fn read(&mut self, id: &str) -> Result<Option<StoredEntry>, Fault> {
        self.run(Operation::Read, None, |shelf| {
            Ok(shelf.entries.iter().find(|stored| stored.id == id).cloned())
        })
    }

    /// Looks up by key, through the index.
    pub(super) fn find(&mut self, key: &EntryId) -> Result<Option<JournalEntry>, Fault> {
        self.run(Operation::Find, None, |shelf| {
            let Some(stored) = shelf.entries.iter().find(|stored| stored.entry.key == *key) else {
                return Ok(None);
            };
            let seen = shelf.finds.entry(key.clone()).or_default();
            *seen = seen.saturating_add(1);
            Ok((*seen > shelf.habits.index_lag).then(|| stored.entry.clone()))
        })
    }

    pub(super) fn create_case(&mut self, draft: &CaseDraft) -> Result<String, Fault> {
        self.run(Operation::CreateCase, None, |shelf| {
            let known = shelf.cases_by_key.iter().find(|(key, _)| *key == draft.key);
            if let (true, Some((_, known))) = (shelf.habits.capabilities.native_idempotency, known) {
                return Ok(known.0.clone());
            }
            let number = CaseNumber(shelf.next_id("sag"));
            shelf.cases_by_key.push((draft.key.clone(), number.clone()));
            shelf.cases.push(Case {
                number: number.clone(),
                title: draft.title.clone(),
                open: true,
                successor: None,
                subject: Some(draft.subject),
                facet: draft.facet,
                unit: Some(draft.unit.clone()),
                handler: draft.handler.clone(),
                parties: draft.parties.clone(),
            });
            Ok(number.0)
        })
    }

    pub(super) fn open_case(&self, number: &CaseNumber) -> Result<(), Fault> {
        match self.cases.iter().find(|case| case.number == *number) {
            None => Err(Fault::Refused { reason: "sagen findes ikke".into() }),
            Some(case) if !case.open => Err(person("sagen er lukket")),
            Some(_) => Ok(()),
        }
    }

    pub(super) fn reopen(&mut self, number: &CaseNumber) -> Result<(), Fault> {
        let case = self.cases.iter_mut().find(|case| case.number == *number);
        case.ok_or_else(|| Fault::Refused { reason: "sagen findes ikke".into() })?.open = true;
        Ok(())
    }

    pub(super) fn open_cases_of(&self, party: &PartyId) -> Vec<Case> {
        let is_party = |case: &&Case| case.open && case.parties.iter().any(|p| p.id == *party);
        self.cases.iter().filter(is_party).cloned().collect()
    }

    fn next_id(&mut self, of: &str) -> String {
        self.serial += 1;
        format!("{of}-{}", self.serial)
    }
}

fn timed_out() -> Fault {
    Fault::Unknown { reason: "sagssystemet svarede ikke i tide".into() }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
