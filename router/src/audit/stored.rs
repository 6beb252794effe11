//! What the store keeps of the trail: one row an event, one row a checkpoint.

use super::checkpoint::Checkpoint;
use super::event::Event;
use super::merkle::{Frontier, Hash, leaf_hash};
use super::note::Signer;

/// An event as it lies in the store or in an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// The row's place in the log, from 0.
    pub seq: u64,
    /// The event's canonical bytes.
    pub body: Vec<u8>,
    /// The leaf hash of the body.
    pub leaf: Hash,
    /// What [`Frontier::append`] returned.
    pub nodes: Vec<u8>,
}

impl StoredEvent {
    /// Gives the event the next place in the log and makes its row. The caller stores row and frontier in one transaction.
    pub fn append(frontier: &mut Frontier, mut event: Event) -> (Event, StoredEvent) {
        event.seq = frontier.size();
        let body = event.encode();
        let leaf = leaf_hash(&body);
        let nodes = frontier.append(leaf);
        let seq = event.seq;
        (event, StoredEvent { seq, body, leaf, nodes })
    }

    /// The copy of the leaf hash before this one, out of the nodes.
    pub(super) fn before(&self) -> Option<Hash> {
        self.nodes.get(..Hash::LEN).and_then(Hash::from_slice)
    }

    /// The kept hash of the perfect subtree of 2^`level` leaves that ends here, for levels from 1.
    pub(super) fn completed(&self, level: u32) -> Option<Hash> {
        let at = level as usize * Hash::LEN;
        self.nodes.get(at..at + Hash::LEN).and_then(Hash::from_slice)
    }
}

/// A signed checkpoint as it lies in the store or in an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCheckpoint {
    /// How many events it covers.
    pub size: u64,
    /// The signed note.
    pub note: String,
    /// The log's right edge at that size ([`Frontier::to_bytes`]). Its root is the note's, so it cannot be forged, and it tells
    /// more exactly where a log was touched. May be empty.
    pub frontier: Vec<u8>,
}

impl StoredCheckpoint {
    /// Signs the log as it stands.
    pub fn sign(frontier: &Frontier, signer: &Signer) -> StoredCheckpoint {
        let checkpoint =
            Checkpoint { origin: signer.name().to_owned(), size: frontier.size(), root: frontier.root() };
        StoredCheckpoint {
            size: frontier.size(),
            note: checkpoint.sign(signer),
            frontier: frontier.to_bytes(),
        }
    }
}
