//! The trail, verified: is every event there, unchanged and in its place?

use crate::audit::{Options, Report, Signer, Verifier, VerifierKey};
use crate::room::PostRoom;
use crate::store::{Store, StoreError};

/// Events read at a time.
const PAGE: u32 = 2000;

/// The key that this room's log of this name is signed with; `None` when no log can have the name.
pub fn key(room: &PostRoom, origin: &str) -> Option<VerifierKey> {
    let seed = room.store.keys().audit_signer().to_bytes();
    Signer::new(origin, &seed).ok().map(|signer| signer.verifier().clone())
}

/// Verifies the log in the database, page by page, in constant memory.
pub async fn verify(store: &Store, keys: Vec<VerifierKey>) -> Result<Report, StoreError> {
    let authority = Some(store.authority().to_owned());
    let mut verifier = Verifier::new(Options { authority, keys, ..Options::default() });
    let mut checkpoints = store.audit_checkpoints().await?.into_iter().peekable();
    let mut from = 0;
    loop {
        let page = store.audit_page(from, PAGE).await?;
        if page.is_empty() {
            break;
        }
        for event in &page {
            from = event.seq + 1;
            verifier.event(event);
            while let Some(checkpoint) = checkpoints.next_if(|checkpoint| checkpoint.size <= from) {
                verifier.checkpoint(&checkpoint);
            }
        }
    }
    for checkpoint in checkpoints {
        verifier.checkpoint(&checkpoint);
    }
    Ok(verifier.finish())
}
