//! A spool: a large message on its way to an object of its own, read by a second thread as it passes.

use std::io::{self, BufRead};

use bytes::{Buf, Bytes};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::IntakeError;
use super::arrival::{Read, read_from, unreadable};
use crate::content::{Binding, ContentRef, ContentWriter};
use crate::keys::MessageKey;
use crate::room::PostRoom;

/// Pieces on their way to the reading thread; with pieces of some 64 KB this bounds the memory of a message.
const PIECES: usize = 16;

pub(super) struct Spool {
    writer: ContentWriter,
    pieces: Option<mpsc::Sender<Bytes>>,
    reader: JoinHandle<Result<Read, memo::ReadError>>,
}

impl Spool {
    pub(super) fn open(room: &PostRoom, id: Uuid, key: &MessageKey) -> Result<Self, IntakeError> {
        let day = room.clock.now().strftime("%Y/%m/%d");
        let name = format!("{day}/{id}.memo");
        let writer = room.content.writer(&name, key, Binding::message(&id.to_string()), &mut |bytes| {
            room.entropy.fill(bytes);
        })?;
        let (pieces, receiver) = mpsc::channel(PIECES);
        let reader =
            tokio::task::spawn_blocking(move || read_from(Pieces { receiver, current: Bytes::new() }));
        Ok(Self { writer, pieces: Some(pieces), reader })
    }

    pub(super) async fn write(&mut self, bytes: Bytes) -> Result<(), IntakeError> {
        self.writer.write(&bytes).await?;
        if let Some(pieces) = &self.pieces {
            // The reader hangs up when it has seen that the bytes are no MeMo; they are stored all the same.
            if pieces.send(bytes).await.is_err() {
                self.pieces = None;
            }
        }
        Ok(())
    }

    pub(super) async fn finish(self) -> Result<(ContentRef, Read), IntakeError> {
        drop(self.pieces);
        let read = match self.reader.await {
            Ok(Ok(read)) => read,
            Ok(Err(_)) | Err(_) => Err(unreadable()),
        };
        Ok((self.writer.finish().await?, read))
    }
}

/// The pieces as a source for the reader.
struct Pieces {
    receiver: mpsc::Receiver<Bytes>,
    current: Bytes,
}

impl io::Read for Pieces {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let n = (&available[..]).read(into)?;
        self.consume(n);
        Ok(n)
    }
}

impl BufRead for Pieces {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.current.is_empty() {
            match self.receiver.blocking_recv() {
                Some(piece) => self.current = piece,
                None => break,
            }
        }
        Ok(&self.current)
    }

    fn consume(&mut self, amount: usize) {
        self.current.advance(amount);
    }
}
