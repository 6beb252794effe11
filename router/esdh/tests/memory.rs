//! The honest double passes the contract, whatever it can do by itself; broken ones do not.

use std::sync::Arc;

use async_trait::async_trait;
use esdh::contract::{self, ContractWorld, Kept, KeptDocument};
use esdh::memory::{Habits, Interruption, MemoryContents, MemoryJournal, Operation};
use esdh::*;
use futures::stream;

struct World {
    journal: Arc<MemoryJournal>,
}

impl World {
    fn new(habits: Habits) -> Self {
        let journal = MemoryJournal::new(habits);
        journal.put_case(contract::sample_case("25-1", true));
        journal.put_case(contract::sample_case("25-2", false));
        Self { journal: Arc::new(journal) }
    }
}

#[async_trait]
impl ContractWorld for World {
    fn run(&self) -> String {
        "run".into()
    }

    fn open_case(&self) -> (CaseNumber, PartyId) {
        (CaseNumber("25-1".into()), PartyId::Cpr("0101010000".into()))
    }

    fn closed_case(&self) -> CaseNumber {
        CaseNumber("25-2".into())
    }

    fn unknown_case(&self) -> CaseNumber {
        CaseNumber("25-3".into())
    }

    fn stranger(&self) -> PartyId {
        PartyId::Cvr("12345678".into())
    }

    fn case_draft(&self, key: EntryId) -> CaseDraft {
        let draft = contract::sample("k", "s");
        CaseDraft {
            key,
            title: "Ny sag".into(),
            subject: "01.02.03".parse().expect("a subject"),
            facet: None,
            unit: "Have og park".into(),
            handler: None,
            parties: vec![draft.sender],
            sensitivity: draft.sensitivity,
            dates: draft.dates,
        }
    }

    async fn entries(&self, key: &EntryId) -> usize {
        self.journal.entries(key).len()
    }

    async fn cases(&self, key: &EntryId) -> usize {
        self.journal.cases_made(key).len()
    }

    async fn kept(&self, entry: &JournalEntry) -> Option<Kept> {
        let stored = self.journal.entries(&entry.key).pop()?;
        let documents = stored.documents.into_iter().map(|document| KeptDocument {
            kind: Some(document.kind),
            parent: document.parent,
            files: document.files.into_iter().map(|file| (file.name, file.format)).collect(),
        });
        Some(Kept {
            sensitivity: stored.sensitivity,
            on_post_list: stored.on_post_list,
            message_uuid: Some(stored.message_uuid),
            documents: documents.collect(),
        })
    }

    async fn bytes(&self, entry: &JournalEntry, document: usize, file: usize) -> Option<ContentStream> {
        let stored = self.journal.entries(&entry.key).pop()?;
        let bytes = stored.documents.get(document)?.files.get(file)?.bytes.clone();
        Some(Box::pin(stream::iter([Ok(bytes)])))
    }

    async fn orphans(&self) -> Option<usize> {
        Some(self.journal.orphans())
    }
}

fn habits(native_idempotency: bool, find_by_key: bool, manages_cases: bool, index_lag: u32) -> Habits {
    let capabilities = Capabilities {
        native_idempotency,
        find_by_key,
        creates_cases: manages_cases,
        reopens_cases: manages_cases,
        max_document: (!manages_cases).then_some(1024 * 1024),
    };
    Habits { capabilities, index_lag }
}

const BOTH: [bool; 2] = [true, false];

#[tokio::test]
async fn it_passes_the_contract_whatever_it_can_do() {
    for native in BOTH {
        for find in BOTH {
            for cases in BOTH {
                // Without look-ups an index cannot be slow.
                for lag in if find { &[0, 4][..] } else { &[0] } {
                    let world = World::new(habits(native, find, cases, *lag));
                    if let Err(breach) = contract::holds(world.journal.as_ref(), &world).await {
                        panic!("native {native}, find {find}, cases {cases}, lag {lag}: {breach}");
                    }
                }
            }
        }
    }
}

/// A system that claims more than it does is found out.
struct Boaster(Arc<MemoryJournal>);

#[async_trait]
impl CaseSystem for Boaster {
    fn name(&self) -> &str {
        "boaster"
    }
    fn capabilities(&self) -> Capabilities {
        Habits::default().capabilities
    }
    async fn health(&self) -> Result<(), Fault> {
        self.0.health().await
    }
    async fn case(&self, number: &CaseNumber) -> Result<Option<Case>, Fault> {
        self.0.case(number).await
    }
    async fn open_cases_of(&self, party: &PartyId) -> Result<Vec<Case>, Fault> {
        self.0.open_cases_of(party).await
    }
    async fn create_case(&self, draft: &CaseDraft, steps: &dyn Steps) -> Result<CaseNumber, Fault> {
        self.0.create_case(draft, steps).await
    }
    async fn reopen(&self, number: &CaseNumber, reason: &str) -> Result<(), Fault> {
        self.0.reopen(number, reason).await
    }
    async fn journal(&self, d: &EntryDraft, c: &dyn Contents, s: &dyn Steps) -> Result<JournalEntry, Fault> {
        self.0.journal(d, c, s).await
    }
    async fn entry(&self, key: &EntryId) -> Result<Option<JournalEntry>, Fault> {
        Ok(self.0.entries(key).pop().map(|stored| stored.entry))
    }
}

#[tokio::test]
async fn the_contract_finds_a_system_that_writes_twice() {
    let world = World::new(habits(false, false, true, 0));
    let breach =
        contract::holds(&Boaster(Arc::clone(&world.journal)), &world).await.expect_err("must be found out");
    assert!(breach.clause.contains("lost steps"), "{breach}");
}

#[tokio::test]
async fn the_contract_finds_a_system_that_moves_dates() {
    let world = World::new(Habits::default());
    world.journal.plan(Operation::CreateEntry, [Some(Interruption::WrongDate)]);
    let breach = contract::holds(world.journal.as_ref(), &world).await.expect_err("must be found out");
    assert!(breach.what.contains("modtagelsesdato"), "{breach}");
}

#[tokio::test]
async fn a_content_of_another_size_than_declared_is_not_journaled() {
    let world = World::new(Habits::default());
    let draft = contract::sample("k", "25-1");
    let contents = MemoryContents::default().with(0, "too short");
    let answer = world.journal.journal(&draft, &contents, &esdh::memory::MemorySteps::default()).await;
    assert!(matches!(answer, Err(Fault::Person { .. })));
    assert!(world.journal.all_entries().is_empty() && world.journal.orphans() == 0);
}
