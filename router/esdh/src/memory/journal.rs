//! The adapter before the shelf: two phases, a token for every step, and a read-back.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;

use super::breathe;
use super::shelf::{Habits, Interruption, Operation, Shelf, StoredEntry};
use crate::check::person;
use crate::{
    Capabilities, Case, CaseDraft, CaseNumber, CaseSystem, Contents, EntryDraft, EntryId, Fault, FileDraft,
    JournalEntry, KeyLocks, Once, PartyId, Repeat, Steps,
};

/// A case system in memory. Cheap to make; share it in an `Arc`.
pub struct MemoryJournal {
    shelf: Mutex<Shelf>,
    locks: KeyLocks,
}

impl Default for MemoryJournal {
    fn default() -> Self {
        Self::new(Habits::default())
    }
}

impl MemoryJournal {
    /// An empty one with these habits.
    pub fn new(habits: Habits) -> Self {
        Self { shelf: Mutex::new(Shelf::new(habits)), locks: KeyLocks::default() }
    }

    /// Adds a case, or replaces the one with the same number.
    pub fn put_case(&self, case: Case) {
        let mut shelf = self.shelf();
        shelf.cases.retain(|known| known.number != case.number);
        shelf.cases.push(case);
    }

    /// Closes a case, as a case handler does while mail is on its way. False when there is none.
    pub fn close_case(&self, number: &CaseNumber) -> bool {
        let mut shelf = self.shelf();
        let case = shelf.cases.iter_mut().find(|case| case.number == *number);
        case.is_some_and(|case| std::mem::replace(&mut case.open, false))
    }

    /// Plans what the next calls of an operation come to, in order; `None` lets one go well.
    pub fn plan(&self, operation: Operation, days: impl IntoIterator<Item = Option<Interruption>>) {
        let mut shelf = self.shelf();
        for day in days {
            shelf.plan(operation, day);
        }
    }

    /// The entries with this key; more than one is what must never happen.
    pub fn entries(&self, key: &EntryId) -> Vec<StoredEntry> {
        self.shelf().entries.iter().filter(|stored| stored.entry.key == *key).cloned().collect()
    }

    /// All entries, in the order they were made.
    pub fn all_entries(&self) -> Vec<StoredEntry> {
        self.shelf().entries.clone()
    }

    /// The cases made for this key.
    pub fn cases_made(&self, key: &EntryId) -> Vec<CaseNumber> {
        let shelf = self.shelf();
        let made = shelf.cases_by_key.iter().filter(|(known, _)| known == key);
        made.map(|(_, number)| number.clone()).collect()
    }

    /// Uploads that no entry has taken up.
    pub fn orphans(&self) -> usize {
        self.shelf().orphans()
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One call to the system: others get a turn before the answer.
    async fn call<T: Send>(&self, operation: impl FnOnce(&mut Shelf) -> T + Send) -> T {
        breathe().await;
        let answer = operation(&mut self.shelf());
        breathe().await;
        answer
    }

    async fn find(&self, key: &EntryId) -> Result<Option<JournalEntry>, Fault> {
        self.call(|shelf| shelf.find(key)).await.map_err(Fault::harmless)
    }

    /// Phase one: every file to a token.
    async fn upload(
        &self,
        draft: &EntryDraft,
        contents: &dyn Contents,
        steps: &dyn Steps,
    ) -> Result<Vec<Vec<String>>, Fault> {
        let mut tokens = Vec::with_capacity(draft.documents.len());
        for (place, document) in draft.documents.iter().enumerate() {
            let mut files = Vec::with_capacity(document.files.len());
            for (number, file) in document.files.iter().enumerate() {
                let step = format!("upload/{place}/{number}");
                if let Some(token) = steps.token(&step).await? {
                    files.push(token);
                    continue;
                }
                let bytes = read(file, contents).await?;
                let key = format!("{}/{step}", draft.key.0);
                let upload = self.call(|shelf| shelf.upload(&key, &file.name, &file.format, bytes));
                let token = upload.await.map_err(Fault::harmless)?;
                steps.record(&step, &token).await?;
                files.push(token);
            }
            tokens.push(files);
        }
        Ok(tokens)
    }

    /// Phase three: final, and read back by identity, never by search.
    async fn finish(&self, id: &str, draft: &EntryDraft, steps: &dyn Steps) -> Result<JournalEntry, Fault> {
        if steps.token("final").await?.is_none() {
            self.call(|shelf| shelf.finalise(id)).await.map_err(Fault::harmless)?;
            steps.record("final", id).await?;
        }
        let read = self.call(|shelf| shelf.read(id)).await.map_err(Fault::harmless)?;
        let Some(stored) = read else { return Err(person("journalposten findes ikke efter skrivning")) };
        if !stored.is_final {
            return Err(person("journalposten er ikke endelig"));
        }
        stored.entry.agrees_with(draft)?;
        Ok(stored.entry)
    }
}

/// Reads one content whole (this system lives in memory) and holds it against its declared size.
async fn read(file: &FileDraft, contents: &dyn Contents) -> Result<Bytes, Fault> {
    let mut stream = contents.open(file.content).await?;
    let mut bytes = Vec::new();
    while let Some(piece) = stream.next().await {
        let piece =
            piece.map_err(|_| Fault::Later { reason: "indholdet kunne ikke læses".into(), after: None })?;
        bytes.extend_from_slice(&piece);
    }
    if bytes.len() as u64 != file.size {
        return Err(person("et dokuments indhold har ikke den ventede størrelse"));
    }
    Ok(bytes.into())
}

#[async_trait]
impl CaseSystem for MemoryJournal {
    fn name(&self) -> &str {
        "memory"
    }

    fn capabilities(&self) -> Capabilities {
        self.shelf().habits.capabilities
    }

    async fn health(&self) -> Result<(), Fault> {
        breathe().await;
        Ok(())
    }

    async fn case(&self, number: &CaseNumber) -> Result<Option<Case>, Fault> {
        Ok(self.call(|shelf| shelf.cases.iter().find(|case| case.number == *number).cloned()).await)
    }

    async fn open_cases_of(&self, party: &PartyId) -> Result<Vec<Case>, Fault> {
        Ok(self.call(|shelf| shelf.open_cases_of(party)).await)
    }

    async fn create_case(&self, draft: &CaseDraft, steps: &dyn Steps) -> Result<CaseNumber, Fault> {
        let capabilities = self.capabilities();
        if !capabilities.creates_cases {
            return Err(Fault::Refused { reason: "sagssystemet opretter ikke sager".into() });
        }
        if draft.title.trim().is_empty() {
            return Err(person("titlen er tom"));
        }
        let _turn = self.locks.hold(&draft.key.0).await;
        let repeat = if capabilities.native_idempotency { Repeat::Harmless } else { Repeat::Never };
        let once = Once::new(steps, "case", repeat);
        let number = match once.already(async { Ok(None) }).await? {
            Some(number) => number,
            None => once.act(self.call(|shelf| shelf.create_case(draft))).await?,
        };
        Ok(CaseNumber(number))
    }

    async fn reopen(&self, number: &CaseNumber, _reason: &str) -> Result<(), Fault> {
        if !self.capabilities().reopens_cases {
            return Err(Fault::Refused { reason: "sagssystemet genåbner ikke sager".into() });
        }
        self.call(|shelf| shelf.reopen(number)).await
    }

    async fn journal(
        &self,
        draft: &EntryDraft,
        contents: &dyn Contents,
        steps: &dyn Steps,
    ) -> Result<JournalEntry, Fault> {
        let capabilities = self.capabilities();
        draft.check()?;
        draft.fits(&capabilities)?;
        let _turn = self.locks.hold(&draft.key.0).await;
        let once = Once::entry(steps, &capabilities);
        let look_up = async { Ok(self.find(&draft.key).await?.map(|entry| entry.id)) };
        let id = match once.already(look_up).await? {
            Some(id) => id,
            None => {
                self.call(|shelf| shelf.open_case(&draft.case)).await?;
                let tokens = self.upload(draft, contents, steps).await?;
                once.act(self.call(|shelf| shelf.create_entry(draft, &tokens))).await?
            }
        };
        self.finish(&id, draft, steps).await
    }

    async fn entry(&self, key: &EntryId) -> Result<Option<JournalEntry>, Fault> {
        if !self.capabilities().find_by_key {
            return Err(Fault::Refused { reason: "sagssystemet kan ikke søges med vores nøgle".into() });
        }
        self.find(key).await
    }
}
