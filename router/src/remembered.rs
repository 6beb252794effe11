//! What this process remembers of sealed rows that it has opened, so that a page which is drawn often costs by what is new
//! to it and not by what it shows.
//!
//! Kept by message and number of decision: both are written once and never change, so that nothing here grows stale.
//! It is bounded, and gone when the process ends.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard};

use lru::LruCache;

/// Rows remembered, at some kilobytes each: more letters than a large municipality has waiting on a Monday.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(4_096).unwrap();

/// What was made of messages, each as its decision of some number left it. What was not asked for longest goes first.
pub struct Remembered<V>(Mutex<LruCache<(String, i64), Arc<V>>>);

impl<V> Default for Remembered<V> {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(REMEMBERED)))
    }
}

impl<V> Remembered<V> {
    /// What was made of the message.
    pub fn get(&self, message: &str, decision: i64) -> Option<Arc<V>> {
        self.held().get(&(message.to_owned(), decision)).cloned()
    }

    /// Remembers what was made of the message.
    pub fn keep(&self, message: &str, decision: i64, made: V) -> Arc<V> {
        let made = Arc::new(made);
        self.held().put((message.to_owned(), decision), made.clone());
        made
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.held().clear();
    }

    fn held(&self) -> MutexGuard<'_, LruCache<(String, i64), Arc<V>>> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_decision_is_another_matter_and_what_was_not_asked_for_longest_goes() {
        let remembered = Remembered::default();
        remembered.keep("a", 1, "first");
        assert_eq!(remembered.get("a", 1).as_deref(), Some(&"first"));
        assert!(remembered.get("a", 2).is_none() && remembered.get("b", 1).is_none());
        for number in 0..REMEMBERED.get() as i64 - 1 {
            remembered.keep("b", number, "other");
            remembered.get("a", 1);
        }
        remembered.keep("c", 1, "one too many");
        assert!(remembered.get("a", 1).is_some() && remembered.get("b", 0).is_none());
        remembered.clear();
        assert!(remembered.get("a", 1).is_none());
    }
}
