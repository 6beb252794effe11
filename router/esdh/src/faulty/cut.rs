//! Steps that stop answering midway, as a crash makes them.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use async_trait::async_trait;

use super::Mishap;
use crate::{Fault, Steps};

/// Steps that are cut off after some have been recorded, as by a crash.
pub struct Cut<'a> {
    steps: &'a dyn Steps,
    left: Option<AtomicU32>,
    keeps_last: bool,
    is_off: AtomicBool,
}

impl<'a> Cut<'a> {
    /// Cut off right after the token of step number `after` (from one) is recorded.
    pub fn after(steps: &'a dyn Steps, after: u32) -> Self {
        Self::at(steps, Some(after), true)
    }

    /// Cut off right before the token of step number `before` (from one) is recorded.
    pub fn before(steps: &'a dyn Steps, before: u32) -> Self {
        Self::at(steps, Some(before), false)
    }

    /// Has it happened?
    pub fn is_off(&self) -> bool {
        self.is_off.load(Ordering::SeqCst)
    }

    pub(super) fn of(steps: &'a dyn Steps, mishap: Option<Mishap>) -> Self {
        match mishap {
            Some(Mishap::LosesSecondPhase(after)) => Self::at(steps, Some(after.max(1)), true),
            Some(Mishap::LosesToken(after)) => Self::at(steps, Some(after.saturating_add(1)), false),
            _ => Self::at(steps, None, true),
        }
    }

    fn at(steps: &'a dyn Steps, left: Option<u32>, keeps_last: bool) -> Self {
        Self { steps, left: left.map(AtomicU32::new), keeps_last, is_off: false.into() }
    }

    fn alive(&self) -> Result<(), Fault> {
        if self.is_off() {
            Err(Fault::Unknown { reason: "forbindelsen blev afbrudt".into() })
        } else {
            Ok(())
        }
    }
}

#[async_trait]
impl Steps for Cut<'_> {
    async fn token(&self, step: &str) -> Result<Option<String>, Fault> {
        self.alive()?;
        self.steps.token(step).await
    }

    async fn record(&self, step: &str, token: &str) -> Result<(), Fault> {
        self.alive()?;
        let Some(left) = &self.left else { return self.steps.record(step, token).await };
        if left.fetch_sub(1, Ordering::SeqCst) > 1 {
            return self.steps.record(step, token).await;
        }
        if self.keeps_last {
            self.steps.record(step, token).await?;
        }
        self.is_off.store(true, Ordering::SeqCst);
        self.alive()
    }
}
