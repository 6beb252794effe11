//! Samples: views drawn at random from the log, for somebody to look into (journaling-law.md §11, R10).
//!
//! Which views are drawn follows from a number drawn once ([`Draw::number`]): whoever knows it can draw the same sample again and
//! see that nobody chose among the views.

use sha2::{Digest, Sha256};

use super::Period;
use super::seen::Sight;
use crate::clock::Entropy;
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::message::hex;

/// The most views in a sample: more than anybody looks through.
pub const MOST: usize = 200;

/// Stikprøve: how it was drawn.
#[doc(alias = "stikprøve")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draw {
    /// From which days.
    pub period: Period,
    /// How many, at most [`MOST`].
    pub size: usize,
    /// The number that the draw follows from, 32 hexadecimal digits.
    pub number: String,
    /// How many events the log had: views after these are not in it.
    pub log_size: u64,
}

/// A sample, and of how many views it is one.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The views drawn, in the order of the log.
    pub views: Vec<Sight>,
    /// All views of the period.
    pub of: u64,
}

impl Draw {
    /// A draw of its own, from the log as it stands.
    pub async fn new(room: &PostRoom, period: Period, size: usize) -> Result<Self, StoreError> {
        let (log_size, _) = room.store.audit_sizes().await?;
        Ok(Self { period, size: size.clamp(1, MOST), number: number(&room.entropy), log_size })
    }

    /// Draws.
    pub async fn draw(&self, room: &PostRoom) -> Result<Sample, StoreError> {
        let (from, to) = self.period.bounds();
        let places = room.store.view_places(from, to, self.log_size).await?;
        let of = places.len() as u64;
        let chosen = chosen(&self.number, places, self.size);
        let mut events = room.store.events_at(&chosen).await?;
        events.sort_unstable_by_key(|event| event.seq);
        Ok(Sample { views: events.iter().map(|event| Sight::of(event, true)).collect(), of })
    }
}

fn number(entropy: &Entropy) -> String {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes);
    hex(&bytes)
}

/// The places whose digest together with the number is smallest: each place is as likely as any other.
fn chosen(number: &str, places: Vec<u64>, size: usize) -> Vec<u64> {
    let digest = |place: u64| -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(number.as_bytes());
        hash.update(place.to_be_bytes());
        hash.finalize().into()
    };
    let mut drawn: Vec<([u8; 32], u64)> = places.into_iter().map(|place| (digest(place), place)).collect();
    drawn.sort_unstable();
    drawn.truncate(size);
    drawn.into_iter().map(|(_, place)| place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_view_is_as_likely_as_any_other_and_the_same_number_draws_the_same() {
        let mut drawn = [0u32; 20];
        for draw in 0..2_000 {
            for place in chosen(&draw.to_string(), (0..20).collect(), 5) {
                drawn[usize::try_from(place).unwrap()] += 1;
            }
        }
        // 500 expected each; five standard deviations are 97.
        assert!(drawn.iter().all(|n| (403..=597).contains(n)), "{drawn:?}");
        assert_eq!(chosen("a", (0..20).collect(), 5), chosen("a", (0..20).rev().collect(), 5));
        assert_eq!(chosen("a", (0..3).collect(), 5).len(), 3);
    }
}
