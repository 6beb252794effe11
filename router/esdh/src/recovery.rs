//! How the caller goes on after each kind of fault, until an entry is journaled or a person has it.
//!
//! The protocol, which the router follows one [`attempt`] at a time with [`Progress`] kept in the effect's row:
//!
//! * *later*: try again after a wait that grows from seconds to hours, up to a limit;
//! * *unknown*: look the entry up by its key. Found: call [`CaseSystem::journal`] again, which takes up what is
//!   there, finishes and reads back. Not found: look again, since an index may be slow; only after several look-ups
//!   is it believed absent ([`crate::believed_absent`]) and written again;
//! * *refused*, *a person must look*, or past the limit: a person, with the reason.
//!
//! Deciding is pure ([`after`], [`after_look_up`]); time and dice come from the caller.

use std::time::Duration;

use async_trait::async_trait;

use crate::{Capabilities, CaseSystem, Contents, EntryDraft, Fault, JournalEntry, Steps, believed_absent};

/// How patient the caller is with one case system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patience {
    /// The first wait; each further one is three times as long.
    pub first: Duration,
    /// The longest wait, also when the system asks for more.
    pub longest: Duration,
    /// After so many attempts a person gets it.
    pub attempts: u32,
    /// So many look-ups in a row must find nothing before that is believed.
    pub look_ups: u32,
    /// Wait between two look-ups.
    pub between: Duration,
}

impl Default for Patience {
    /// From five seconds to four hours, 16 attempts in about a day and a half. Six look-ups five seconds apart is
    /// how long clients of a real system wait for its index (`spec/esdh.md` §3, eventual consistency).
    fn default() -> Self {
        Self {
            first: Duration::from_secs(5),
            longest: Duration::from_secs(4 * 60 * 60),
            attempts: 16,
            look_ups: 6,
            between: Duration::from_secs(5),
        }
    }
}

/// How far the writing of one entry has come; three plain values to keep in the effect's row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Attempts to write, and look-ups the system did not answer.
    pub attempts: u32,
    /// Look-ups in a row that found nothing.
    pub look_ups: u32,
    /// The outcome of the last write is unknown: the next attempt looks it up.
    pub doubt: bool,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Write again, not before this long.
    TryAgain {
        /// Wait.
        not_before: Duration,
    },
    /// Look the entry up by its key, not before this long.
    LookUp {
        /// Wait.
        not_before: Duration,
    },
    /// A person gets it.
    AskPerson(Reason),
}

/// Why a person gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The system refused.
    Refused(String),
    /// The system or the adapter asks for a person.
    Person(String),
    /// It may have been written, and the system cannot be asked.
    CannotTell(String),
    /// Past the limit; with the last reason.
    GaveUp {
        /// So many attempts.
        attempts: u32,
        /// The last reason.
        last: String,
    },
}

impl Reason {
    /// The reason as the person reads it.
    pub fn danish(&self) -> String {
        match self {
            Reason::Refused(why) => format!("Sagssystemet afviste journaliseringen: {why}."),
            Reason::Person(why) => format!("Journaliseringen skal ses efter: {why}."),
            Reason::CannotTell(why) => {
                format!(
                    "Meddelelsen er måske allerede journaliseret. Se efter på sagen, før du prøver igen: {why}."
                )
            }
            Reason::GaveUp { attempts, last } => {
                format!(
                    "Journaliseringen lykkedes ikke efter {attempts} forsøg. Se efter på sagen først. Senest: {last}."
                )
            }
        }
    }
}

/// What to do after this fault of a write. `dice` is a random byte that spreads the waits of many messages.
pub fn after(
    fault: &Fault,
    progress: &Progress,
    patience: &Patience,
    capabilities: &Capabilities,
    dice: u8,
) -> Next {
    let (reason, asked, unknown) = match fault {
        Fault::Refused { reason } => return Next::AskPerson(Reason::Refused(reason.clone())),
        Fault::Person { reason } => return Next::AskPerson(Reason::Person(reason.clone())),
        Fault::Later { reason, after } => (reason, *after, false),
        Fault::Unknown { reason } => (reason, None, true),
    };
    let can_tell = capabilities.native_idempotency || capabilities.find_by_key;
    if unknown && !can_tell {
        return Next::AskPerson(Reason::CannotTell(reason.clone()));
    }
    if progress.attempts >= patience.attempts {
        return Next::AskPerson(Reason::GaveUp { attempts: progress.attempts, last: reason.clone() });
    }
    if unknown && capabilities.find_by_key {
        return Next::LookUp { not_before: Duration::ZERO };
    }
    let wait = patience.wait(progress.attempts, dice).max(asked.unwrap_or_default().min(patience.longest));
    Next::TryAgain { not_before: wait }
}

/// What to do after a look-up that was answered. `progress` counts this look-up.
///
/// [`Next::TryAgain`] after nothing was found means that the entry is believed absent.
pub fn after_look_up(found: bool, progress: &Progress, patience: &Patience) -> Next {
    if found || progress.look_ups >= patience.look_ups {
        return Next::TryAgain { not_before: Duration::ZERO };
    }
    Next::LookUp { not_before: patience.between }
}

impl Patience {
    /// The wait after so many attempts: between three quarters and five quarters of the step, as the dice fall.
    fn wait(&self, attempts: u32, dice: u8) -> Duration {
        let step = 3u32
            .checked_pow(attempts.saturating_sub(1))
            .and_then(|times| self.first.checked_mul(times))
            .map_or(self.longest, |wait| wait.min(self.longest));
        step.mul_f64(0.75 + f64::from(dice) / 510.0).min(self.longest)
    }
}

/// One entry to be written, and where to.
#[derive(Clone, Copy)]
pub struct Work<'a> {
    /// The case system.
    pub system: &'a dyn CaseSystem,
    /// The entry.
    pub draft: &'a EntryDraft,
    /// Its contents.
    pub contents: &'a dyn Contents,
    /// The durable memory of its steps.
    pub steps: &'a dyn Steps,
}

/// What one attempt came to.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Journaled, read back, and as it was sent.
    Journaled(JournalEntry),
    /// Not yet: store the progress, and go on with what is next.
    NotYet {
        /// What is next.
        next: Next,
        /// To be kept until then.
        progress: Progress,
    },
}

/// Takes one entry one step on: writes it, or looks it up when the last write is in doubt.
pub async fn attempt(work: Work<'_>, progress: Progress, patience: &Patience, dice: u8) -> Outcome {
    if progress.doubt {
        look_up(work, progress, patience, dice).await
    } else {
        write(work, progress, patience, dice).await
    }
}

async fn write(work: Work<'_>, mut progress: Progress, patience: &Patience, dice: u8) -> Outcome {
    progress.attempts = progress.attempts.saturating_add(1);
    let Work { system, draft, contents, steps } = work;
    let written = system.journal(draft, contents, steps).await;
    let fault = match written {
        // The adapter has read back; we do not take its word for it.
        Ok(entry) => match entry.agrees_within(draft, system.precision()) {
            Ok(()) => return Outcome::Journaled(entry),
            Err(differs) => differs,
        },
        Err(fault) => fault,
    };
    let next = after(&fault, &progress, patience, &system.capabilities(), dice);
    progress.doubt = matches!(next, Next::LookUp { .. });
    progress.look_ups = 0;
    Outcome::NotYet { next, progress }
}

async fn look_up(work: Work<'_>, mut progress: Progress, patience: &Patience, dice: u8) -> Outcome {
    let next = match work.system.entry(&work.draft.key).await {
        Ok(found) => {
            progress.look_ups = progress.look_ups.saturating_add(1);
            let next = after_look_up(found.is_some(), &progress, patience);
            match next {
                Next::TryAgain { .. } if found.is_none() => match believed_absent(work.steps).await {
                    Ok(()) => next,
                    Err(fault) => unanswered(&fault, &mut progress, patience, dice),
                },
                next => next,
            }
        }
        Err(fault) => unanswered(&fault, &mut progress, patience, dice),
    };
    progress.doubt = matches!(next, Next::LookUp { .. });
    Outcome::NotYet { next, progress }
}

/// A look-up without an answer: it is asked again, and counts as an attempt.
fn unanswered(fault: &Fault, progress: &mut Progress, patience: &Patience, dice: u8) -> Next {
    progress.attempts = progress.attempts.saturating_add(1);
    let reason = match fault {
        Fault::Later { reason, .. } | Fault::Unknown { reason } => reason,
        Fault::Refused { reason } | Fault::Person { reason } => {
            return Next::AskPerson(Reason::CannotTell(reason.clone()));
        }
    };
    if progress.attempts >= patience.attempts {
        return Next::AskPerson(Reason::GaveUp { attempts: progress.attempts, last: reason.clone() });
    }
    Next::LookUp { not_before: patience.wait(progress.attempts, dice) }
}

/// Someone who waits, so that tests need not.
#[async_trait]
pub trait Sleeper: Send + Sync {
    /// Returns after this long.
    async fn sleep(&self, time: Duration);
}

/// Where an entry ended.
#[derive(Clone, Debug)]
pub enum Settled {
    /// Journaled.
    Journaled(JournalEntry),
    /// With a person.
    WithPerson(Reason),
}

/// The whole protocol in one loop, for callers without effects of their own (tests, the contract, one-off tools).
///
/// Waits are not spread: one entry at a time disturbs nobody.
pub async fn journal_with_recovery(work: Work<'_>, patience: &Patience, sleeper: &dyn Sleeper) -> Settled {
    let mut progress = Progress::default();
    loop {
        match attempt(work, progress, patience, 127).await {
            Outcome::Journaled(entry) => return Settled::Journaled(entry),
            Outcome::NotYet { next, progress: kept } => {
                progress = kept;
                match next {
                    Next::AskPerson(reason) => return Settled::WithPerson(reason),
                    Next::TryAgain { not_before } | Next::LookUp { not_before } => {
                        sleeper.sleep(not_before).await
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn can(native_idempotency: bool, find_by_key: bool) -> Capabilities {
        Capabilities {
            native_idempotency,
            find_by_key,
            creates_cases: true,
            reopens_cases: true,
            max_document: None,
        }
    }

    fn tried(attempts: u32) -> Progress {
        Progress { attempts, ..Progress::default() }
    }

    fn later(after: Option<u64>) -> Fault {
        Fault::Later { reason: "nede".into(), after: after.map(Duration::from_secs) }
    }

    fn unknown() -> Fault {
        Fault::Unknown { reason: "tiden løb ud".into() }
    }

    #[test]
    fn waits_grow_from_seconds_to_hours_and_end_with_a_person() {
        let patience = Patience::default();
        let mut before = Duration::ZERO;
        for attempts in 1..patience.attempts {
            let Next::TryAgain { not_before } =
                after(&later(None), &tried(attempts), &patience, &can(true, true), 127)
            else {
                panic!("try again")
            };
            assert!(not_before >= before && not_before <= patience.longest);
            before = not_before;
        }
        assert!(before > Duration::from_secs(3 * 60 * 60));
        let last = after(&later(None), &tried(patience.attempts), &patience, &can(true, true), 127);
        assert!(matches!(last, Next::AskPerson(Reason::GaveUp { .. })));
    }

    #[test]
    fn dice_spread_the_waits_within_a_quarter() {
        let patience = Patience::default();
        let wait = |dice| patience.wait(1, dice).as_secs_f64();
        assert!((wait(0) - 3.75).abs() < 0.01 && (wait(255) - 6.25).abs() < 0.01);
    }

    #[test]
    fn the_systems_own_wait_is_heeded_within_reason() {
        let patience = Patience::default();
        let next = |after_s| after(&later(Some(after_s)), &tried(1), &patience, &can(true, true), 0);
        assert_eq!(next(600), Next::TryAgain { not_before: Duration::from_secs(600) });
        assert_eq!(next(u64::MAX), Next::TryAgain { not_before: patience.longest });
    }

    #[test]
    fn an_unknown_outcome_is_looked_up_or_repeated_harmlessly_or_shown_to_a_person() {
        let patience = Patience::default();
        let next = |native, find| after(&unknown(), &tried(1), &patience, &can(native, find), 0);
        assert!(matches!(next(true, true), Next::LookUp { .. }));
        assert!(matches!(next(false, true), Next::LookUp { .. }));
        assert!(matches!(next(true, false), Next::TryAgain { .. }));
        assert!(matches!(next(false, false), Next::AskPerson(Reason::CannotTell(_))));
    }

    #[test]
    fn refusals_go_to_a_person_at_once() {
        let patience = Patience::default();
        for fault in
            [Fault::Refused { reason: "nej".into() }, Fault::Person { reason: "sagen er lukket".into() }]
        {
            let next = after(&fault, &tried(1), &patience, &can(true, true), 0);
            let Next::AskPerson(reason) = next else { panic!("a person") };
            assert!(reason.danish().ends_with('.'));
        }
    }

    #[test]
    fn nothing_found_is_believed_only_after_several_look_ups() {
        let patience = Patience { look_ups: 3, ..Patience::default() };
        let looked = |look_ups| Progress { look_ups, ..Progress::default() };
        assert!(matches!(after_look_up(false, &looked(1), &patience), Next::LookUp { .. }));
        assert!(matches!(after_look_up(false, &looked(2), &patience), Next::LookUp { .. }));
        assert!(matches!(after_look_up(false, &looked(3), &patience), Next::TryAgain { .. }));
        assert!(matches!(after_look_up(true, &looked(1), &patience), Next::TryAgain { .. }));
    }
}
