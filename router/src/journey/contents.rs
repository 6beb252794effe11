//! The contents of a stored message, opened one at a time for a case system.

use async_trait::async_trait;
use bytes::Bytes;
use esdh::{ContentStream, Contents, Fault};
use futures::{StreamExt, stream};
use tokio::sync::mpsc;

use super::InHand;
use super::draft::ORIGINAL;
use crate::content::{Binding, ContentReader};
use crate::room::PostRoom;

/// Pieces on their way to the case system.
const PIECES: usize = 8;

/// The contents of one stored message.
pub(crate) struct MessageContents<'a> {
    room: &'a PostRoom,
    in_hand: &'a InHand,
}

impl<'a> MessageContents<'a> {
    pub(crate) fn new(room: &'a PostRoom, in_hand: &'a InHand) -> Self {
        Self { room, in_hand }
    }

    async fn stored(&self) -> Result<ContentReader, Fault> {
        let id = self.in_hand.root().to_string();
        self.room
            .content
            .reader(&self.in_hand.content, &self.in_hand.key, Binding::message(&id))
            .await
            .map_err(|error| Fault::Later { reason: error.to_string(), after: None })
    }
}

#[async_trait]
impl Contents for MessageContents<'_> {
    async fn open(&self, content: u32) -> Result<ContentStream, Fault> {
        let stored = self.stored().await?;
        if content == ORIGINAL {
            return Ok(stored.into_stream().map(|piece| piece.map_err(std::io::Error::other)).boxed());
        }
        let (pieces, receiver) = mpsc::channel(PIECES);
        let source = stored.into_blocking();
        tokio::task::spawn_blocking(move || {
            let mut wanted = Wanted { content, pieces: pieces.clone(), passing: false };
            // The message was read whole when it came in; what can fail now is the disk, or a receiver that left.
            if let Err(error) = memo::read(source, &mut wanted) {
                let _ = pieces.blocking_send(Err(std::io::Error::other(error.to_string())));
            }
        });
        let receiver = stream::unfold(receiver, |mut receiver| async {
            receiver.recv().await.map(|piece| (piece, receiver))
        });
        Ok(receiver.boxed())
    }
}

/// Passes on one content of a message and lets the others go by.
struct Wanted {
    content: u32,
    pieces: mpsc::Sender<std::io::Result<Bytes>>,
    passing: bool,
}

impl memo::Contents for Wanted {
    fn begin(&mut self, place: &memo::ContentPlace) -> std::io::Result<()> {
        self.passing = place.index == self.content;
        Ok(())
    }

    fn chunk(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        if self.passing {
            self.pieces
                .blocking_send(Ok(Bytes::copy_from_slice(bytes)))
                .map_err(|_| std::io::Error::from(std::io::ErrorKind::BrokenPipe))?;
        }
        Ok(())
    }

    fn end(&mut self, _: u64) -> std::io::Result<()> {
        self.passing = false;
        Ok(())
    }
}
