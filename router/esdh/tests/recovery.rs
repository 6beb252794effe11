//! The promise of the crate, against random bad luck: never two entries for one key, and one entry or a person.

use std::sync::Arc;
use std::time::Duration;

use esdh::contract::{sample, sample_case, sample_contents};
use esdh::faulty::{Call, Faulty, Impatient, Mishap, Odds};
use esdh::memory::{Habits, Interruption, MemoryJournal, MemorySteps, Operation};
use esdh::*;
use proptest::prelude::*;

const MISHAPS: &[Mishap] = &[
    Mishap::TimeoutAfter,
    Mishap::TimeoutBefore,
    Mishap::WrongAnswer,
    Mishap::LosesSecondPhase(2),
    Mishap::LosesSecondPhase(7),
    Mishap::LosesToken(1),
    Mishap::LosesToken(6),
    Mishap::LosesToken(7),
    Mishap::LosesToken(8),
    Mishap::Slow(Duration::from_secs(90)),
    Mishap::SlowIndex(4),
    Mishap::Refuses,
    Mishap::Expired,
    Mishap::Unwell(Some(Duration::from_secs(30))),
    Mishap::ClosedCase,
    Mishap::WrongDate,
];

/// Those that a patient caller gets through alone, when the system can be asked.
fn passing() -> Vec<Mishap> {
    let ends = |m: &Mishap| {
        matches!(m, Mishap::WrongAnswer | Mishap::Refuses | Mishap::ClosedCase | Mishap::WrongDate)
    };
    MISHAPS.iter().copied().filter(|mishap| !ends(mishap)).collect()
}

fn interruption() -> impl Strategy<Value = Option<Interruption>> {
    prop_oneof![
        3 => Just(None),
        2 => Just(Some(Interruption::TimeoutAfter)),
        1 => Just(Some(Interruption::TimeoutBefore)),
        1 => Just(Some(Interruption::Unwell)),
        1 => Just(Some(Interruption::Pretends)),
    ]
}

const OPERATIONS: [Operation; 5] =
    [Operation::Upload, Operation::CreateEntry, Operation::Finalise, Operation::Read, Operation::Find];

#[derive(Debug, Clone)]
struct Luck {
    native_idempotency: bool,
    find_by_key: bool,
    index_lag: u32,
    seed: u64,
    per_mille: u16,
    inside: Vec<Vec<Option<Interruption>>>,
}

fn luck() -> impl Strategy<Value = Luck> {
    let inside = prop::collection::vec(prop::collection::vec(interruption(), 0..6), OPERATIONS.len());
    (any::<bool>(), any::<bool>(), 0u32..=6, any::<u64>(), 0u16..=900, inside).prop_map(
        |(native_idempotency, find_by_key, index_lag, seed, per_mille, inside)| Luck {
            native_idempotency,
            find_by_key,
            index_lag,
            seed,
            per_mille,
            inside,
        },
    )
}

impl Luck {
    fn system(&self, mishaps: Vec<Mishap>, at_most: Option<u32>) -> Faulty<MemoryJournal> {
        let capabilities = Capabilities {
            native_idempotency: self.native_idempotency,
            find_by_key: self.find_by_key,
            ..Habits::default().capabilities
        };
        let journal = MemoryJournal::new(Habits { capabilities, index_lag: self.index_lag });
        journal.put_case(sample_case("25-1", true));
        for (operation, days) in OPERATIONS.into_iter().zip(&self.inside) {
            journal.plan(operation, days.iter().copied());
        }
        let odds = Odds { per_mille: self.per_mille, mishaps, at_most };
        Faulty::new(journal, Arc::new(Impatient::default())).seeded(self.seed, odds)
    }
}

/// Follows the protocol; a person who is asked says "try again" so many times, and may be wrong to.
async fn settle(system: &Faulty<MemoryJournal>, insistence: u32) -> (Settled, usize) {
    let (draft, contents, steps) = (sample("k", "25-1"), sample_contents(), MemorySteps::default());
    let work = Work { system, draft: &draft, contents: &contents, steps: &steps };
    let mut settled = journal_with_recovery(work, &Patience::default(), &Impatient::default()).await;
    for _ in 0..insistence {
        if matches!(settled, Settled::Journaled(_)) {
            break;
        }
        settled = journal_with_recovery(work, &Patience::default(), &Impatient::default()).await;
    }
    (settled, system.inner().entries(&draft.key).len())
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn never_two_entries_and_one_entry_or_a_person(luck in luck(), insistence in 0u32..4) {
        let system = luck.system(MISHAPS.to_vec(), None);
        let (settled, entries) = run(settle(&system, insistence));
        prop_assert!(entries <= 1, "{entries} entries");
        if let Settled::Journaled(entry) = settled {
            prop_assert_eq!(entries, 1);
            let draft = sample("k", "25-1");
            prop_assert!(entry.agrees_with(&draft).is_ok());
            let stored = system.inner().entries(&draft.key).remove(0);
            prop_assert!(stored.is_final && stored.documents.len() == draft.documents.len());
        }
    }

    #[test]
    fn passing_mishaps_need_no_person_when_the_system_can_tell(mut luck in luck()) {
        luck.find_by_key |= !luck.native_idempotency;
        // What pretends to be done is for a person to find out.
        for day in luck.inside.iter_mut().flatten() {
            if *day == Some(Interruption::Pretends) {
                *day = None;
            }
        }
        let system = luck.system(passing(), Some(6));
        let patience = Patience { attempts: 100, ..Patience::default() };
        let (draft, contents, steps) = (sample("k", "25-1"), sample_contents(), MemorySteps::default());
        let work = Work { system: &system, draft: &draft, contents: &contents, steps: &steps };
        let settled = run(journal_with_recovery(work, &patience, &Impatient::default()));
        prop_assert!(matches!(settled, Settled::Journaled(_)), "{settled:?} after {:?}", system.happened());
        prop_assert_eq!(system.inner().entries(&draft.key).len(), 1);
    }
}

#[tokio::test]
async fn a_fresh_entry_that_the_index_hides_is_not_written_again() {
    let capabilities = Capabilities { native_idempotency: false, ..Habits::default().capabilities };
    let journal = MemoryJournal::new(Habits { capabilities, index_lag: 5 });
    journal.put_case(sample_case("25-1", true));
    journal.plan(Operation::CreateEntry, [Some(Interruption::TimeoutAfter)]);
    let system = Faulty::new(journal, Arc::new(Impatient::default()));
    let (settled, entries) = settle(&system, 0).await;
    assert!(matches!(settled, Settled::Journaled(_)), "{settled:?}");
    assert_eq!(entries, 1);
}

#[tokio::test]
async fn what_cannot_be_told_goes_to_a_person_who_reads_danish() {
    let capabilities =
        Capabilities { native_idempotency: false, find_by_key: false, ..Habits::default().capabilities };
    let journal = MemoryJournal::new(Habits { capabilities, index_lag: 0 });
    journal.put_case(sample_case("25-1", true));
    journal.plan(Operation::CreateEntry, [Some(Interruption::TimeoutAfter)]);
    let system = Faulty::new(journal, Arc::new(Impatient::default()));
    let (settled, entries) = settle(&system, 3).await;
    let Settled::WithPerson(reason) = settled else { panic!("a person") };
    assert!(reason.danish().contains("ournaliser"));
    assert_eq!(entries, 1);
}

#[tokio::test]
async fn an_outage_is_waited_out() {
    let journal = MemoryJournal::default();
    journal.put_case(sample_case("25-1", true));
    let system = Faulty::new(journal, Arc::new(Impatient::default()));
    system.script(Call::Journal, vec![Some(Mishap::Expired); 10]);
    let (draft, contents, steps) = (sample("k", "25-1"), sample_contents(), MemorySteps::default());
    let work = Work { system: &system, draft: &draft, contents: &contents, steps: &steps };
    let sleeper = Impatient::default();
    let settled = journal_with_recovery(work, &Patience::default(), &sleeper).await;
    assert!(matches!(settled, Settled::Journaled(_)));
    assert!(sleeper.slept() > Duration::from_secs(8 * 60 * 60), "{:?}", sleeper.slept());
}
