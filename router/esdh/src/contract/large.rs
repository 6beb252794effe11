//! The clause about size: a large document passes through in pieces.
//!
//! What is measured is how many bytes of the pieces handed out are alive at once; an adapter that collects pieces
//! is caught. One that copies them all into a buffer of its own is not: that shows in a measurement of the process.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use bytes::{Buf, Bytes};
use futures::{StreamExt, stream};

use super::{Bench, Broken, Held, must};
use crate::memory::MemorySteps;
use crate::{ContentStream, Contents, Fault};

const PIECE: usize = 64 * 1024;
const PIECES: u64 = 128;
/// Room for the read-ahead of ordinary clients; an eighth of the document.
const ALIVE: usize = 1024 * 1024;

pub(super) async fn streams(bench: &Bench<'_>) -> Held {
    let size = PIECE as u64 * PIECES;
    let mut draft = bench.draft("large");
    draft.documents.truncate(1);
    draft.documents[0].files.truncate(1);
    draft.documents[0].files[0].size = size;
    let contents = Large::default();
    let answer = bench.system.journal(&draft, &contents, &MemorySteps::default()).await;
    if bench.system.capabilities().max_document.is_some_and(|max| max < size) {
        return must(matches!(answer, Err(Fault::Person { .. })), "a document too large must go to a person");
    }
    let entry = answer?;
    let peak = contents.gauge.peak.load(Ordering::SeqCst);
    must(peak > 0, "the document was never read")?;
    must(peak <= ALIVE, format!("{peak} bytes of the document were held at once"))?;
    let Some(stored) = bench.world.bytes(&entry, 0, 0).await else {
        return Err(Broken("the large document has no bytes".into()));
    };
    must(same_bytes(stored, Large::default().open(0).await?).await?, "the large document has other bytes")
}

/// A content of eight megabytes, made as it is read.
#[derive(Default)]
struct Large {
    gauge: Arc<Gauge>,
}

/// Bytes alive now, and at most.
#[derive(Default)]
struct Gauge {
    alive: AtomicUsize,
    peak: AtomicUsize,
}

/// A piece that is counted for as long as anyone holds it.
struct Piece {
    bytes: Vec<u8>,
    gauge: Arc<Gauge>,
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        self.gauge.alive.fetch_sub(self.bytes.len(), Ordering::SeqCst);
    }
}

fn piece(number: u64, gauge: Arc<Gauge>) -> Bytes {
    let bytes = number.to_le_bytes().repeat(PIECE / 8);
    let alive = gauge.alive.fetch_add(bytes.len(), Ordering::SeqCst) + bytes.len();
    gauge.peak.fetch_max(alive, Ordering::SeqCst);
    Bytes::from_owner(Piece { bytes, gauge })
}

#[async_trait]
impl Contents for Large {
    async fn open(&self, _content: u32) -> Result<ContentStream, Fault> {
        let gauge = Arc::clone(&self.gauge);
        Ok(Box::pin(stream::iter(0..PIECES).map(move |number| Ok(piece(number, Arc::clone(&gauge))))))
    }
}

/// Are the bytes the same, wherever the pieces end?
pub(super) async fn same_bytes(mut one: ContentStream, mut other: ContentStream) -> Result<bool, Broken> {
    let (mut a, mut b) = (Bytes::new(), Bytes::new());
    loop {
        if a.is_empty() {
            a = next(&mut one).await?;
        }
        if b.is_empty() {
            b = next(&mut other).await?;
        }
        let length = a.len().min(b.len());
        if length == 0 {
            return Ok(a.is_empty() && b.is_empty());
        }
        if a[..length] != b[..length] {
            return Ok(false);
        }
        a.advance(length);
        b.advance(length);
    }
}

/// The next piece that is not empty; empty at the end.
async fn next(stream: &mut ContentStream) -> Result<Bytes, Broken> {
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|error| Broken(format!("bytes could not be read: {}", error.kind())))?;
        if !piece.is_empty() {
            return Ok(piece);
        }
    }
    Ok(Bytes::new())
}
