//! Replay (*prøvekørsel*): past mail run through rules again, to see what they would have done, or what they did.
//!
//! What was known of a message when it came is stored with its decision, so it can be decided again. A replay is handed a
//! [`Past`], which can only be read, the keys that open it, and policies. It never sees the post room, a transaction or an
//! effect, so there is nothing that it could set in motion.
//!
//! **Deliberately absent:** looking anything up anew. Cases are as the journal told of them on the day.

mod remembered;

mod comparison;
mod shifts;
mod shown;
mod tally;

mod survey;

use std::num::NonZero;

pub use comparison::{Comparison, Sides};
pub use remembered::Remembered;
pub use shifts::{Shift, shifts};
pub use shown::{Line, Named, Shown, Truth, table};
pub use survey::{Heard, Marked, Survey, Surveyor};
pub use tally::{Agreement, Between, Flow, Kind, Tally, Verdicts};

use crate::keys::AuthorityKeys;
use crate::store::StoreError;
use crate::store::past::{Past, PastRow};

/// Messages read at a time: enough to keep every core at work, few enough to stay small in memory.
const BATCH: u32 = 512;

/// Something that is counted over past mail, on several threads at once.
pub trait Count: Clone + Send + 'static {
    /// What comes of it.
    type Sum: Default + Send;

    /// Counts one message.
    fn see(&self, message: Remembered, sum: &mut Self::Sum);

    /// Counts one message whose row is damaged.
    fn unreadable(&self, sum: &mut Self::Sum);

    /// Adds what another thread has counted.
    fn add(&self, sum: &mut Self::Sum, other: Self::Sum);
}

/// Counts over all of a past; `seen` hears of every batch.
pub async fn run<C: Count>(
    mut past: Past,
    keys: &AuthorityKeys,
    count: &C,
    seen: &(dyn Fn(u64) + Sync),
) -> Result<C::Sum, StoreError> {
    let mut sum = C::Sum::default();
    let mut batch = past.next(BATCH).await?;
    while !batch.is_empty() {
        let read = batch.len() as u64;
        // The next ones are read while these are counted.
        let (counted, next) = tokio::join!(weigh(batch, keys, count), past.next(BATCH));
        count.add(&mut sum, counted);
        seen(read);
        batch = next?;
    }
    Ok(sum)
}

/// Counts over these messages, on as many threads as there are cores.
pub async fn weigh<C: Count>(mut batch: Vec<PastRow>, keys: &AuthorityKeys, count: &C) -> C::Sum {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let share = batch.len().div_ceil(cores);
    let mut shares = Vec::with_capacity(cores);
    while !batch.is_empty() {
        let rows = batch.split_off(batch.len().saturating_sub(share));
        let (keys, count) = (keys.clone(), count.clone());
        shares.push(tokio::task::spawn_blocking(move || {
            let mut sum = C::Sum::default();
            for row in &rows {
                match Remembered::open(row, &keys) {
                    Ok(message) => count.see(message, &mut sum),
                    Err(_) => count.unreadable(&mut sum),
                }
            }
            sum
        }));
    }
    let mut sum = C::Sum::default();
    for share in futures::future::join_all(shares).await {
        count.add(&mut sum, share.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic())));
    }
    sum
}
