//! How an adapter does the one step that must not happen twice: making the entry, or the case.
//!
//! A time-out or a crash leaves us not knowing whether the step happened. So the *beginning* is remembered before
//! the step and its *token* after it. A step that was begun and has no token is in doubt, and what the system can
//! do decides how doubt ends: ask again (it refuses doubles), look it up, or call a person.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use futures::lock::{Mutex as AsyncMutex, OwnedMutexGuard};

use crate::{Capabilities, Fault, Steps, check::person};

/// The step that makes a journal entry. Its token is the entry's identity in the case system.
pub(crate) const ENTRY: &str = "entry";

/// What may be done when a step is in doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// The system refuses a double by our key and says which it has: simply ask again.
    Harmless,
    /// The system can be asked by our key.
    LookUp,
    /// Neither: a person must look.
    Never,
}

impl Repeat {
    /// What these capabilities allow for journal entries.
    pub fn of(capabilities: &Capabilities) -> Self {
        match capabilities {
            Capabilities { native_idempotency: true, .. } => Repeat::Harmless,
            Capabilities { find_by_key: true, .. } => Repeat::LookUp,
            _ => Repeat::Never,
        }
    }
}

/// One step that must happen once.
pub struct Once<'a> {
    steps: &'a dyn Steps,
    step: &'a str,
    repeat: Repeat,
}

impl<'a> Once<'a> {
    /// The step of this name.
    pub fn new(steps: &'a dyn Steps, step: &'a str, repeat: Repeat) -> Self {
        Self { steps, step, repeat }
    }

    /// The step that makes a journal entry.
    pub fn entry(steps: &'a dyn Steps, capabilities: &Capabilities) -> Self {
        Self::new(steps, ENTRY, Repeat::of(capabilities))
    }

    /// The token when the step has happened; `None` when it may be done now; a fault when that is in doubt.
    ///
    /// Asked before anything is uploaded. `look_up` asks the system by our key and is used only with
    /// [`Repeat::LookUp`]; it runs even when no beginning is remembered, so that lost memory makes no double.
    pub async fn already<L>(&self, look_up: L) -> Result<Option<String>, Fault>
    where
        L: Future<Output = Result<Option<String>, Fault>> + Send,
    {
        if let Some(token) = self.steps.token(self.step).await? {
            return Ok(Some(token));
        }
        let begun = self.steps.token(&begun(self.step)).await?.as_deref() == Some(BEGUN);
        match self.repeat {
            Repeat::Harmless => Ok(None),
            Repeat::Never if begun => Err(person("det kan ikke afgøres, om skrivningen allerede er sket")),
            Repeat::Never => Ok(None),
            Repeat::LookUp => match look_up.await? {
                Some(token) => {
                    self.steps.record(self.step, &token).await?;
                    Ok(Some(token))
                }
                None if begun => {
                    Err(Fault::Unknown { reason: "skrivningen er begyndt, men findes endnu ikke".into() })
                }
                None => Ok(None),
            },
        }
    }

    /// Does the step, with its beginning remembered before and its token after.
    ///
    /// `act` must answer [`Fault::Unknown`] unless it knows that nothing was written.
    pub async fn act<A>(&self, act: A) -> Result<String, Fault>
    where
        A: Future<Output = Result<String, Fault>> + Send,
    {
        self.steps.record(&begun(self.step), BEGUN).await?;
        match act.await {
            Ok(token) => {
                self.steps.record(self.step, &token).await?;
                Ok(token)
            }
            Err(unknown @ Fault::Unknown { .. }) => Err(unknown),
            Err(nothing_written) => {
                self.steps.record(&begun(self.step), NOT_BEGUN).await?;
                Err(nothing_written)
            }
        }
    }
}

const BEGUN: &str = "yes";
const NOT_BEGUN: &str = "no";

fn begun(step: &str) -> String {
    format!("{step}/begun")
}

/// Remembers that the entry was looked up long enough and is not there, so that it may be written again.
pub async fn believed_absent(steps: &dyn Steps) -> Result<(), Fault> {
    steps.record(&begun(ENTRY), NOT_BEGUN).await
}

/// One lock per key, so that two calls of one process with the same key follow each other.
///
/// Between processes the lease on the effect does the same.
#[derive(Default)]
pub struct KeyLocks {
    locks: Mutex<HashMap<String, Weak<AsyncMutex<()>>>>,
}

impl KeyLocks {
    /// Waits until no other call holds this key.
    pub async fn hold(&self, key: &str) -> OwnedMutexGuard<()> {
        self.lock_of(key).lock_owned().await
    }

    fn lock_of(&self, key: &str) -> Arc<AsyncMutex<()>> {
        let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = locks.get(key).and_then(Weak::upgrade) {
            return lock;
        }
        locks.retain(|_, lock| lock.strong_count() > 0);
        let lock = Arc::new(AsyncMutex::new(()));
        locks.insert(key.to_owned(), Arc::downgrade(&lock));
        lock
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::MemorySteps;

    fn timed_out() -> Fault {
        Fault::Unknown { reason: "tiden løb ud".into() }
    }

    #[tokio::test]
    async fn a_step_in_doubt_ends_as_the_system_allows() {
        for (repeat, expected) in
            [(Repeat::Harmless, "again"), (Repeat::LookUp, "unknown"), (Repeat::Never, "person")]
        {
            let steps = MemorySteps::default();
            let once = Once::new(&steps, "entry", repeat);
            assert!(once.already(async { Ok(None) }).await.expect("nothing yet").is_none());
            assert!(once.act(async { Err(timed_out()) }).await.is_err());
            let found = match once.already(async { Ok(None) }).await {
                Ok(None) => "again",
                Err(Fault::Unknown { .. }) => "unknown",
                Err(Fault::Person { .. }) => "person",
                other => panic!("{other:?}"),
            };
            assert_eq!(found, expected);
        }
    }

    #[tokio::test]
    async fn what_is_looked_up_is_remembered_and_a_clear_no_clears_the_doubt() {
        let steps = MemorySteps::default();
        let once = Once::new(&steps, "entry", Repeat::LookUp);
        let later = Fault::Later { reason: "nede".into(), after: None };
        assert!(once.act(async { Err(later) }).await.is_err());
        assert!(once.already(async { Ok(None) }).await.expect("not in doubt").is_none());

        assert!(once.act(async { Err(timed_out()) }).await.is_err());
        believed_absent(&steps).await.expect("recorded");
        assert!(once.already(async { Ok(None) }).await.expect("not in doubt").is_none());

        let found = once.already(async { Ok(Some("7".to_owned())) }).await.expect("found");
        assert_eq!(found.as_deref(), Some("7"));
        assert_eq!(once.already(async { Err(timed_out()) }).await.expect("remembered").as_deref(), Some("7"));
    }
}
