//! A wrapper that makes any case system misbehave as real ones do (`spec/esdh.md` §3 and §15).
//!
//! Mishaps come from a script per call, or from dice with a seed, so that every run can be run again. The wrapper
//! stands at the port; what goes wrong *inside* a write is played by cutting the adapter off from its steps, as a
//! crash does, and by [`crate::memory::Interruption`] for the system in memory.

mod cut;
mod impatient;

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::SignedDuration;

pub use cut::Cut;
pub use impatient::Impatient;

use crate::dice::Dice;
use crate::{
    Capabilities, Case, CaseDraft, CaseNumber, CaseSystem, Contents, EntryDraft, EntryId, Fault,
    JournalEntry, PartyId, Precision, Sleeper, Steps,
};

/// What goes wrong with one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// It succeeds, and the answer is lost.
    TimeoutAfter,
    /// It never arrives, and we cannot know.
    TimeoutBefore,
    /// An error in the clothes of a success: HTTP 200 with an error page. Nothing is written.
    WrongAnswer,
    /// Cut off after so many steps are recorded, before the next: documents are uploaded, the entry is lost.
    LosesSecondPhase(u32),
    /// Cut off after so many steps, with the token of the next lost though its work is done.
    LosesToken(u32),
    /// Slow by so much, then well.
    Slow(Duration),
    /// So many look-ups by key find nothing, from now on.
    SlowIndex(u32),
    /// Refused for good.
    Refuses,
    /// The login has run out (401); nothing is written.
    Expired,
    /// 503, with a wish for how long to wait; nothing is written.
    Unwell(Option<Duration>),
    /// The case was closed meanwhile (409).
    ClosedCase,
    /// It is written, and comes back dated by when it was made.
    WrongDate,
}

/// The calls of the port, for scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// [`CaseSystem::health`]
    Health,
    /// [`CaseSystem::case`]
    Case,
    /// [`CaseSystem::open_cases_of`]
    OpenCases,
    /// [`CaseSystem::create_case`]
    CreateCase,
    /// [`CaseSystem::reopen`]
    Reopen,
    /// [`CaseSystem::journal`]
    Journal,
    /// [`CaseSystem::entry`]
    Entry,
}

/// How often, and which, mishaps the dice choose.
#[derive(Clone, Debug)]
pub struct Odds {
    /// Of a thousand calls, so many go wrong.
    pub per_mille: u16,
    /// What may go wrong, each as likely as the next.
    pub mishaps: Vec<Mishap>,
    /// After so many mishaps all is well; `None` for never.
    pub at_most: Option<u32>,
}

struct Plan {
    scripts: HashMap<Call, VecDeque<Option<Mishap>>>,
    dice: Option<(Dice, Odds)>,
    happened: Vec<(Call, Mishap)>,
}

/// A case system that misbehaves by plan.
pub struct Faulty<S> {
    inner: S,
    plan: Mutex<Plan>,
    hidden: AtomicU32,
    sleeper: Arc<dyn Sleeper>,
}

impl<S: CaseSystem> Faulty<S> {
    /// Wraps a system; all goes well until a script or dice say otherwise.
    pub fn new(inner: S, sleeper: Arc<dyn Sleeper>) -> Self {
        let plan = Plan { scripts: HashMap::new(), dice: None, happened: Vec::new() };
        Self { inner, plan: Mutex::new(plan), hidden: AtomicU32::new(0), sleeper }
    }

    /// Lets dice with this seed choose where no script does.
    pub fn seeded(self, seed: u64, odds: Odds) -> Self {
        self.plan().dice = Some((Dice::new(seed), odds));
        self
    }

    /// Adds to the script of a call: one item per call to come, `None` lets it go well.
    pub fn script(&self, call: Call, items: impl IntoIterator<Item = Option<Mishap>>) {
        self.plan().scripts.entry(call).or_default().extend(items);
    }

    /// What has gone wrong so far.
    pub fn happened(&self) -> Vec<(Call, Mishap)> {
        self.plan().happened.clone()
    }

    /// The system inside.
    pub fn inner(&self) -> &S {
        &self.inner
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What goes wrong with this call, with waiting done and faults that need nothing of the system raised.
    async fn next(&self, call: Call) -> Result<Option<Mishap>, Fault> {
        let mishap = self.plan().draw(call);
        match mishap {
            Some(Mishap::Slow(time)) => {
                self.sleeper.sleep(time).await;
                Ok(None)
            }
            Some(Mishap::SlowIndex(calls)) => {
                self.hidden.store(calls, Ordering::SeqCst);
                Ok(None)
            }
            Some(Mishap::TimeoutBefore) => Err(unknown("sagssystemet svarede ikke i tide")),
            Some(Mishap::Refuses) => Err(Fault::Refused { reason: "sagssystemet afviser".into() }),
            Some(Mishap::Expired) => Err(later("adgangen til sagssystemet er udløbet", None)),
            Some(Mishap::Unwell(after)) => Err(later("sagssystemet svarer ikke", after)),
            Some(Mishap::ClosedCase) => Err(Fault::Person { reason: "sagen er lukket".into() }),
            within => Ok(within),
        }
    }

    /// For calls that only read: what they answer, or a fault that is safe to repeat.
    async fn reading<T>(
        &self,
        call: Call,
        answer: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Fault> {
        match self.next(call).await.map_err(Fault::harmless)? {
            None => answer.await,
            Some(_) => Err(later("sagssystemets svar kunne ikke læses", None)),
        }
    }
}

impl Plan {
    fn draw(&mut self, call: Call) -> Option<Mishap> {
        let scripted = self.scripts.get_mut(&call).and_then(VecDeque::pop_front);
        let mishap = match scripted {
            Some(mishap) => mishap,
            None => self.throw(),
        }?;
        self.happened.push((call, mishap));
        Some(mishap)
    }

    fn throw(&mut self) -> Option<Mishap> {
        let (dice, odds) = self.dice.as_mut()?;
        if odds.at_most.is_some_and(|most| self.happened.len() >= most as usize) {
            return None;
        }
        if dice.below(1000) >= u64::from(odds.per_mille) {
            return None;
        }
        let which = dice.below(odds.mishaps.len() as u64);
        odds.mishaps.get(usize::try_from(which).ok()?).copied()
    }
}

fn unknown(reason: &str) -> Fault {
    Fault::Unknown { reason: reason.to_owned() }
}

fn later(reason: &str, after: Option<Duration>) -> Fault {
    Fault::Later { reason: reason.to_owned(), after }
}

/// What a system says that answers an error with a success.
fn error_page(draft: &EntryDraft) -> JournalEntry {
    JournalEntry {
        key: draft.key.clone(),
        id: String::new(),
        case: draft.case.clone(),
        index: None,
        title: "<html>Error</html>".into(),
        dates: draft.dates,
        documents: 0,
    }
}

#[async_trait]
impl<S: CaseSystem> CaseSystem for Faulty<S> {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn precision(&self) -> Precision {
        self.inner.precision()
    }

    async fn health(&self) -> Result<(), Fault> {
        self.reading(Call::Health, self.inner.health()).await
    }

    async fn case(&self, number: &CaseNumber) -> Result<Option<Case>, Fault> {
        self.reading(Call::Case, self.inner.case(number)).await
    }

    async fn open_cases_of(&self, party: &PartyId) -> Result<Vec<Case>, Fault> {
        self.reading(Call::OpenCases, self.inner.open_cases_of(party)).await
    }

    async fn create_case(&self, draft: &CaseDraft, steps: &dyn Steps) -> Result<CaseNumber, Fault> {
        let mishap = self.next(Call::CreateCase).await?;
        let cut = Cut::of(steps, mishap);
        let made = self.inner.create_case(draft, &cut).await?;
        match mishap {
            None => Ok(made),
            Some(_) => Err(unknown("sagssystemets svar gik tabt")),
        }
    }

    async fn reopen(&self, number: &CaseNumber, reason: &str) -> Result<(), Fault> {
        let mishap = self.next(Call::Reopen).await?;
        self.inner.reopen(number, reason).await?;
        match mishap {
            None => Ok(()),
            Some(_) => Err(unknown("sagssystemets svar gik tabt")),
        }
    }

    async fn journal(
        &self,
        draft: &EntryDraft,
        contents: &dyn Contents,
        steps: &dyn Steps,
    ) -> Result<JournalEntry, Fault> {
        let mishap = self.next(Call::Journal).await?;
        if mishap == Some(Mishap::WrongAnswer) {
            return Ok(error_page(draft));
        }
        let cut = Cut::of(steps, mishap);
        let mut entry = self.inner.journal(draft, contents, &cut).await?;
        match mishap {
            Some(Mishap::TimeoutAfter) => Err(unknown("sagssystemets svar gik tabt")),
            Some(Mishap::WrongDate) => {
                entry.dates.received += SignedDuration::from_hours(1);
                Ok(entry)
            }
            _ => Ok(entry),
        }
    }

    async fn entry(&self, key: &EntryId) -> Result<Option<JournalEntry>, Fault> {
        match self.next(Call::Entry).await.map_err(Fault::harmless)? {
            None => {}
            Some(_) => return Err(later("sagssystemets svar kunne ikke læses", None)),
        }
        let found = self.inner.entry(key).await?;
        let hide = |left: u32| left.checked_sub(1);
        if found.is_some() && self.hidden.fetch_update(Ordering::SeqCst, Ordering::SeqCst, hide).is_ok() {
            return Ok(None);
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{sample, sample_case, sample_contents};
    use crate::memory::{Habits, MemoryJournal, MemorySteps};
    use crate::{Patience, Settled, Work, journal_with_recovery};

    fn faulty() -> Faulty<MemoryJournal> {
        let journal = MemoryJournal::new(Habits::default());
        journal.put_case(sample_case("s", true));
        Faulty::new(journal, Arc::new(Impatient::default()))
    }

    async fn settle(system: &Faulty<MemoryJournal>) -> (Settled, usize) {
        let (draft, contents, steps) = (sample("k", "s"), sample_contents(), MemorySteps::default());
        let work = Work { system, draft: &draft, contents: &contents, steps: &steps };
        let settled = journal_with_recovery(work, &Patience::default(), &Impatient::default()).await;
        (settled, system.inner().entries(&draft.key).len())
    }

    #[tokio::test]
    async fn each_mishap_ends_with_one_entry_or_with_a_person() {
        let hour = Duration::from_secs(3600);
        let table = [
            (Mishap::TimeoutAfter, true, 1),
            (Mishap::TimeoutBefore, true, 1),
            (Mishap::WrongAnswer, false, 0),
            (Mishap::LosesSecondPhase(3), true, 1),
            (Mishap::LosesToken(3), true, 1),
            (Mishap::Slow(hour), true, 1),
            (Mishap::SlowIndex(3), true, 1),
            (Mishap::Refuses, false, 0),
            (Mishap::Expired, true, 1),
            (Mishap::Unwell(Some(hour)), true, 1),
            (Mishap::ClosedCase, false, 0),
            (Mishap::WrongDate, false, 1),
        ];
        for (mishap, journaled, entries) in table {
            let system = faulty();
            system.script(Call::Journal, [Some(mishap)]);
            let (settled, written) = settle(&system).await;
            assert_eq!(matches!(settled, Settled::Journaled(_)), journaled, "{mishap:?}: {settled:?}");
            assert_eq!(written, entries, "{mishap:?}");
            assert_eq!(system.happened(), [(Call::Journal, mishap)]);
        }
    }

    #[tokio::test]
    async fn a_slow_index_hides_a_fresh_entry_for_a_while_only() {
        let system = faulty();
        system.script(Call::Journal, [Some(Mishap::SlowIndex(2))]);
        settle(&system).await;
        let key = sample("k", "s").key;
        for expected in [false, false, true] {
            assert_eq!(system.entry(&key).await.expect("an answer").is_some(), expected);
        }
    }

    #[tokio::test]
    async fn the_same_seed_misbehaves_the_same_way() {
        let odds = Odds {
            per_mille: 500,
            mishaps: vec![Mishap::TimeoutAfter, Mishap::TimeoutBefore, Mishap::Expired],
            at_most: Some(5),
        };
        let mut seen = Vec::new();
        for _ in 0..2 {
            let system = faulty().seeded(7, odds.clone());
            settle(&system).await;
            seen.push(system.happened());
        }
        assert_eq!(seen[0], seen[1]);
        assert!(!seen[0].is_empty());
    }
}
