//! Pace: how many calls a program may make, and how many strangers are looked at.
//!
//! Each token has a bucket of calls that fills up again by the second; what finds it empty is refused with how long to wait.
//!
//! What keeps tokens from being guessed is their 256 random bits. What strangers could do is to keep the database busy with
//! looking up tokens that are none, so they stand in a line of their own, few at a time. A token that was let in lately never
//! stands in it, and nobody is told apart by address: behind a proxy all have the same one, and one of them could lock the
//! others out.
//!
//! **Deliberately absent:** other processes. Each counts for itself.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Strangers that are looked at at a time.
const AT_ONCE: usize = 4;
/// Strangers that stand in line; the others are told to come again.
const IN_LINE: usize = 100;
/// How long a token is known without being used.
const KNOWN_FOR: SignedDuration = SignedDuration::from_mins(10);
/// How long a stranger who found the line full should wait.
pub(super) const COME_AGAIN: SignedDuration = SignedDuration::from_secs(1);

/// SHA-256 of a token.
type Digest = [u8; 32];

/// The pace that is kept.
pub(in crate::web) struct Pace {
    /// Calls a minute; as many may come at once.
    calls: f64,
    buckets: Mutex<HashMap<Digest, Bucket>>,
    door: Semaphore,
    line: Semaphore,
}

/// What a token has left.
#[derive(Clone, Copy)]
struct Bucket {
    left: f64,
    at: Timestamp,
}

/// A place at the door; for those who are known, none.
pub(super) struct Place<'p> {
    _line: Option<SemaphorePermit<'p>>,
    _door: Option<SemaphorePermit<'p>>,
}

impl Pace {
    /// So many calls a minute for each token.
    pub(in crate::web) fn new(calls_per_minute: u32) -> Self {
        Self {
            calls: f64::from(calls_per_minute),
            buckets: Mutex::default(),
            door: Semaphore::new(AT_ONCE),
            line: Semaphore::new(IN_LINE),
        }
    }

    /// A place to be looked at; `None` when too many strangers stand in line.
    pub(super) async fn place(&self, token: &Digest, now: Timestamp) -> Option<Place<'_>> {
        if self.is_known(token, now) {
            return Some(Place { _line: None, _door: None });
        }
        let line = self.line.try_acquire().ok()?;
        let door = self.door.acquire().await.ok()?;
        Some(Place { _line: Some(line), _door: Some(door) })
    }

    fn is_known(&self, token: &Digest, now: Timestamp) -> bool {
        let buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.get(token).is_some_and(|bucket| now.duration_since(bucket.at) <= KNOWN_FOR)
    }

    /// Counts a call of a token that lets somebody in. Fails with how long to wait when there were too many.
    pub(super) fn count(&self, token: &Digest, now: Timestamp) -> Result<(), SignedDuration> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if !buckets.contains_key(token) {
            // Whoever is new pays for the forgetting of those who are gone.
            buckets.retain(|_, bucket| now.duration_since(bucket.at) <= KNOWN_FOR);
        }
        let bucket = buckets.entry(*token).or_insert(Bucket { left: self.calls, at: now });
        let passed = now.duration_since(bucket.at).as_secs_f64().max(0.0);
        let per_second = self.calls / 60.0;
        bucket.left = (bucket.left + passed * per_second).min(self.calls);
        bucket.at = bucket.at.max(now);
        if bucket.left < 1.0 {
            let seconds = (1.0 - bucket.left) / per_second;
            return Err(SignedDuration::try_from_secs_f64(seconds).unwrap_or(COME_AGAIN));
        }
        bucket.left -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).expect("a time")
    }

    #[test]
    fn a_token_has_its_calls_and_gets_them_back_by_the_second() {
        let pace = Pace::new(60);
        let (one, other) = ([1; 32], [2; 32]);
        for _ in 0..60 {
            assert_eq!(pace.count(&one, at(0)), Ok(()));
        }
        assert_eq!(pace.count(&one, at(0)), Err(SignedDuration::from_secs(1)));
        assert_eq!(pace.count(&other, at(0)), Ok(()), "another token has calls of its own");
        assert_eq!(pace.count(&one, at(2)), Ok(()));
        assert_eq!(pace.count(&one, at(2)), Ok(()));
        assert!(
            pace.count(&one, at(2)).is_err(),
            "what was refused costs nothing, and nothing is given twice"
        );
        assert!(pace.count(&one, at(1)).is_err(), "a clock that goes back fills no bucket");
        assert_eq!((0..100).filter(|_| pace.count(&one, at(9_999)).is_ok()).count(), 60);
    }

    #[tokio::test]
    async fn strangers_stand_in_line_and_whoever_is_known_does_not() {
        let pace = Pace::new(60);
        let known = [1; 32];
        pace.count(&known, at(0)).expect("a call");
        let mut inside = Vec::new();
        for _ in 0..AT_ONCE {
            inside.push(pace.place(&[9; 32], at(0)).await.expect("a place"));
        }
        let waiting = (AT_ONCE..IN_LINE).map(|_| pace.place(&[9; 32], at(0)));
        let waiting: Vec<_> = waiting.map(Box::pin).collect();
        let mut all = futures::future::join_all(waiting);
        assert!(futures::poll!(&mut all).is_pending());
        assert!(pace.place(&[9; 32], at(0)).await.is_none(), "the line is full");
        assert!(pace.place(&known, at(0)).await.is_some());
        drop(inside);
        assert!(futures::poll!(&mut all).is_pending(), "few at a time");
        assert!(!pace.is_known(&known, at(601)) && pace.is_known(&known, at(600)));
    }
}
