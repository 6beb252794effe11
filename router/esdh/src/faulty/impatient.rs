//! Waiting without waiting.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use crate::Sleeper;

/// A sleeper that does not sleep but adds up how long it would have.
#[derive(Debug, Default)]
pub struct Impatient {
    slept: Mutex<Duration>,
}

impl Impatient {
    /// The time that would have passed.
    pub fn slept(&self) -> Duration {
        *self.slept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Sleeper for Impatient {
    async fn sleep(&self, time: Duration) {
        {
            let mut slept = self.slept.lock().unwrap_or_else(PoisonError::into_inner);
            *slept = slept.saturating_add(time);
        }
        crate::memory::breathe().await;
    }
}
