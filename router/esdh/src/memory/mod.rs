//! A case system in memory: an honest double for tests, never for real mail.
//!
//! It has two halves. The *shelf* is the foreign system: it keeps cases, uploads and entries, and answers one small
//! operation at a time, now and then badly when told to ([`Interruption`]). [`MemoryJournal`] is the adapter before
//! it, and writes as adapters to real systems must: each document uploaded to a token, the entry made of the tokens,
//! the entry finalised, all of it read back, with the token of every step stored before the next.

mod contents;
mod journal;
mod shelf;

pub use contents::{MemoryContents, MemorySteps};
pub use journal::MemoryJournal;
pub use shelf::{Habits, Interruption, Operation, StoredDocument, StoredEntry, StoredFile};

/// Gives others a turn, as a call over the network would.
pub(crate) async fn breathe() {
    let mut given = false;
    std::future::poll_fn(|context| {
        if given {
            return std::task::Poll::Ready(());
        }
        given = true;
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}
