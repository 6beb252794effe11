//! Reading a letter back: chunk by chunk, each authenticated before anybody sees it, in constant memory.

use std::{
    fmt,
    fs::File,
    io::{self, BufRead, Read},
    ops::Range,
    os::unix::fs::FileExt,
};

use bytes::{Buf, Bytes, BytesMut};
use futures::{
    StreamExt, TryStreamExt,
    stream::{self, BoxStream},
};
use object_store::{GetOptions, GetResult, GetResultPayload, ObjectStore, ObjectStoreExt};
use tokio::{
    runtime::Handle,
    sync::mpsc::{self, Receiver},
    task::spawn_blocking,
};

use super::{
    Binding, ContentError, ContentRef, ContentStore,
    seal::{CHUNK, HEADER, Opener, TAG},
    store::object_path,
};
use crate::keys::MessageKey;

/// How much of a local file is read at a time; handing work to a blocking thread costs about as much as reading
/// some 50 KB, so it is worth asking for more.
const BLOCK: usize = 512 * 1024;

/// Opened chunks waiting for a [`BlockingReader`], so that opening goes on while its user is busy.
const READ_AHEAD: usize = 4;

impl ContentStore {
    /// Begins to read a letter.
    pub async fn reader(
        &self,
        at: &ContentRef,
        key: &MessageKey,
        binding: Binding<'_>,
    ) -> Result<ContentReader, ContentError> {
        let range = at.range().ok_or_else(|| ContentError::tampered(&at.object))?;
        let runtime = Handle::try_current().map_err(ContentError::unavailable)?;
        let source = Source::of(self.get(at, range.clone()).await?);
        let mut sealed =
            SealedBytes { source, left: at.length, buffer: BytesMut::new(), object: at.object.clone() };
        let header = sealed.take(HEADER).await?;
        let opener = <&[u8; HEADER]>::try_from(header.as_ref())
            .map_err(|_| ContentError::tampered(&at.object))
            .and_then(|header| {
                Opener::new(header, key, binding).map_err(|_| ContentError::tampered(&at.object))
            })?;
        Ok(ContentReader { sealed, opener, runtime, failed: false })
    }

    /// Reads a whole letter into memory; refuses one that is longer than `limit`.
    pub async fn read(
        &self,
        at: &ContentRef,
        key: &MessageKey,
        binding: Binding<'_>,
        limit: usize,
    ) -> Result<Vec<u8>, ContentError> {
        let length = at.plain_length().ok_or_else(|| ContentError::tampered(&at.object))?;
        let length = usize::try_from(length).map_err(|_| ContentError::TooLarge)?;
        if length > limit {
            return Err(ContentError::TooLarge);
        }
        let mut plain = Vec::with_capacity(length);
        let mut reader = self.reader(at, key, binding).await?;
        while let Some(chunk) = reader.chunk().await? {
            plain.extend_from_slice(&chunk);
        }
        Ok(plain)
    }

    async fn get(&self, at: &ContentRef, range: Range<u64>) -> Result<GetResult, ContentError> {
        let path = object_path(&at.object)?;
        let options = GetOptions::new().with_range(Some(range.clone()));
        match self.objects.store.get_opts(&path, options).await {
            // An object that ends early gives as much as it has.
            Ok(found) if found.range == range => Ok(found),
            Ok(_) => Err(ContentError::tampered(&at.object)),
            // One that ends before the range begins gives an error that looks like any other.
            Err(error) => match self.objects.store.head(&path).await {
                Ok(meta) if meta.size < range.end => Err(ContentError::tampered(&at.object)),
                _ => Err(self.objects.not_read(error, &at.object)),
            },
        }
    }
}

/// A letter being read.
pub struct ContentReader {
    sealed: SealedBytes,
    opener: Opener,
    runtime: Handle,
    failed: bool,
}

impl ContentReader {
    /// The next piece of the letter, at most 64 KiB, or `None` at its proper end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, ContentError> {
        if self.failed {
            return Err(ContentError::unavailable("reading has failed before"));
        }
        // Until it has gone well; a caller that gives up waiting has left bytes behind.
        self.failed = true;
        let chunk = self.next().await?;
        self.failed = false;
        Ok(chunk)
    }

    async fn next(&mut self) -> Result<Option<Bytes>, ContentError> {
        while self.sealed.left > 0 {
            let size = self.sealed.left.min((CHUNK + TAG) as u64);
            let last = size == self.sealed.left;
            let mut chunk = self.sealed.take(size as usize).await?;
            self.opener.open(&mut chunk, last).map_err(|_| ContentError::tampered(&self.sealed.object))?;
            if !chunk.is_empty() {
                return Ok(Some(chunk.freeze()));
            }
        }
        Ok(None)
    }

    /// The rest of the letter as a stream.
    pub fn into_stream(self) -> BoxStream<'static, Result<Bytes, ContentError>> {
        stream::try_unfold(self, |mut reader| async move {
            Ok(reader.chunk().await?.map(|chunk| (chunk, reader)))
        })
        .boxed()
    }

    /// The rest of the letter for code that reads synchronously.
    ///
    /// Reading blocks: do it where blocking is allowed, never in a task.
    pub fn into_blocking(mut self) -> BlockingReader {
        let (sender, chunks) = mpsc::channel(READ_AHEAD);
        let runtime = self.runtime.clone();
        runtime.spawn(async move {
            loop {
                let chunk = self.chunk().await;
                let over = !matches!(chunk, Ok(Some(_)));
                // Nobody there to take it means that the reader was dropped.
                if sender.send(chunk).await.is_err() || over {
                    return;
                }
            }
        });
        BlockingReader { chunks, now: Bytes::new(), over: false }
    }
}

impl fmt::Debug for ContentReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContentReader").field("object", &self.sealed.object).finish_non_exhaustive()
    }
}

/// A letter being read by code that blocks. Its errors carry a [`ContentError`], see [`ContentError::from_io`].
pub struct BlockingReader {
    chunks: Receiver<Result<Option<Bytes>, ContentError>>,
    now: Bytes,
    over: bool,
}

impl BufRead for BlockingReader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.now.is_empty() && !self.over {
            match self.chunks.blocking_recv() {
                Some(Ok(Some(chunk))) => self.now = chunk,
                Some(Ok(None)) => self.over = true,
                Some(Err(error)) => return Err(io::Error::other(error)),
                // Without a word about the end it is not the end: the program is stopping, or reading failed before.
                None => return Err(io::Error::other(ContentError::unavailable("reading was broken off"))),
            }
        }
        Ok(&self.now)
    }

    fn consume(&mut self, amount: usize) {
        self.now.advance(amount.min(self.now.len()));
    }
}

impl Read for BlockingReader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let from = self.fill_buf()?;
        let length = from.len().min(into.len());
        into[..length].copy_from_slice(&from[..length]);
        self.consume(length);
        Ok(length)
    }
}

impl fmt::Debug for BlockingReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockingReader").finish_non_exhaustive()
    }
}

/// The sealed bytes of one letter, cut to measure.
struct SealedBytes {
    source: Source,
    /// Bytes of the letter that have not been taken.
    left: u64,
    buffer: BytesMut,
    object: String,
}

impl SealedBytes {
    async fn take(&mut self, length: usize) -> Result<BytesMut, ContentError> {
        while self.buffer.len() < length {
            // What is wanted in all, less what waits in the buffer: never a byte beyond the letter.
            let wanted = (self.left - self.buffer.len() as u64).min(BLOCK as u64) as usize;
            self.source.fill(&mut self.buffer, wanted, &self.object).await?;
        }
        self.left -= length as u64;
        Ok(self.buffer.split_to(length))
    }
}

enum Source {
    File { file: Option<File>, at: u64 },
    Stream(BoxStream<'static, object_store::Result<Bytes>>),
}

impl Source {
    fn of(found: GetResult) -> Self {
        let at = found.range.start;
        match found.payload {
            GetResultPayload::File(file, _) => Self::File { file: Some(file), at },
            GetResultPayload::Stream(stream) => Self::Stream(stream),
        }
    }

    /// Adds at least one byte to the buffer; from a file, at most `wanted`.
    async fn fill(&mut self, buffer: &mut BytesMut, wanted: usize, object: &str) -> Result<(), ContentError> {
        match self {
            Self::Stream(stream) => match stream.try_next().await {
                Ok(Some(piece)) => buffer.extend_from_slice(&piece),
                Ok(None) => return Err(ContentError::tampered(object)),
                Err(error) => return Err(ContentError::reading(error, object)),
            },
            Self::File { file, at } => {
                let open = file.take().ok_or_else(|| ContentError::unavailable("reading was broken off"))?;
                let from = *at;
                let mut block = buffer.split_off(buffer.len());
                let reading = spawn_blocking(move || {
                    block.resize(wanted, 0);
                    let read = open.read_exact_at(&mut block, from);
                    (open, block, read)
                });
                let (open, block, read) = reading.await.map_err(ContentError::unavailable)?;
                match read {
                    Ok(()) => {}
                    Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                        return Err(ContentError::tampered(object));
                    }
                    Err(error) => return Err(ContentError::unavailable(error)),
                }
                buffer.unsplit(block);
                *file = Some(open);
                *at += wanted as u64;
            }
        }
        Ok(())
    }
}
