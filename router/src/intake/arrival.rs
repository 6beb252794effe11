//! An arrival: the bytes of one message while they come in.
//!
//! A small message is kept in memory and joins a pack with others; a large one streams, encrypted, into an object
//! of its own while a second thread reads it. Memory stays flat either way.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::spool::Spool;
use super::text::TextCatcher;
use super::{IntakeError, Taken};
use crate::content::{self, Binding, ContentRef, Sealed};
use crate::intake::Intake;
use crate::keys::{MessageKey, WrappedKey};

/// How a message came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// `modtag ingest`.
    Ingest,
    /// The watched folder.
    Folder,
    /// Digital Post pushed it.
    Push,
}

impl Channel {
    /// The word in column, log and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Folder => "folder",
            Self::Push => "push",
        }
    }
}

/// What was read of a message: the model, the remarks, and text for rules on words. Stored sealed.
#[derive(Clone, Serialize, Deserialize)]
pub struct Reading {
    /// The message, without document contents.
    pub message: memo::Message,
    /// Oddities.
    pub remarks: Vec<memo::Remark>,
    /// Text of its plain and HTML documents.
    pub text: String,
    /// Marks of its technical documents.
    #[serde(default)]
    pub technical: Vec<rules::TechnicalMark>,
    /// Documents were taken out of it: it is a part of a letter, and does not carry them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub trimmed: bool,
}

/// The outcome of reading: a message, or the reason why the bytes are none.
pub type Read = Result<Reading, memo::NotMemo>;

/// The bytes of one message while they come in.
pub struct Arrival {
    intake: Intake,
    channel: Channel,
    /// When the message became available to the authority (`spec/journaling-law.md` §5): when it stood at our door.
    available_at: Timestamp,
    expected: Option<Uuid>,
    id: Uuid,
    key: MessageKey,
    hash: Sha256,
    size: u64,
    kept: Kept,
}

enum Kept {
    Memory(Vec<u8>),
    Spool(Box<Spool>),
}

/// A message that is ready to be committed.
pub(super) struct Offer {
    pub(super) id: Uuid,
    pub(super) channel: Channel,
    pub(super) available_at: Timestamp,
    /// UUID that the channel named, for a receipt when the bytes cannot be read.
    pub(super) expected: Option<Uuid>,
    pub(super) digest: [u8; 32],
    pub(super) size: u64,
    pub(super) key: MessageKey,
    pub(super) wrapped_key: WrappedKey,
    pub(super) content: OfferedContent,
    pub(super) read: Read,
    pub(super) sealed: Vec<u8>,
}

pub(super) enum OfferedContent {
    /// To be written with the batch.
    Packed(Sealed),
    /// Written already, in an object of its own.
    Stored(ContentRef),
}

impl Arrival {
    /// Begins to receive a message that became available at `available_at`.
    pub fn begin(intake: &Intake, channel: Channel, available_at: Timestamp, expected: Option<Uuid>) -> Self {
        let room = intake.room();
        let now = room.clock.now();
        Self {
            intake: intake.clone(),
            channel,
            // As finely as the column keeps it: a restart must not change what is journaled.
            available_at: micros(available_at.min(now)),
            expected,
            id: room.entropy.id(now),
            key: MessageKey::generate(&mut |bytes| room.entropy.fill(bytes)),
            hash: Sha256::new(),
            size: 0,
            kept: Kept::Memory(Vec::new()),
        }
    }

    /// The next bytes.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), IntakeError> {
        let room = self.intake.room();
        self.size += bytes.len() as u64;
        if self.size > room.settings.max_message {
            return Err(IntakeError::TooLarge { limit: room.settings.max_message });
        }
        self.hash.update(bytes);
        match &mut self.kept {
            Kept::Memory(buffer) => {
                buffer.extend_from_slice(bytes);
                if buffer.len() as u64 > room.settings.pack_below {
                    let mut spool = Spool::open(room, self.id, &self.key)?;
                    spool.write(std::mem::take(buffer).into()).await?;
                    self.kept = Kept::Spool(Box::new(spool));
                }
                Ok(())
            }
            Kept::Spool(spool) => spool.write(bytes.to_vec().into()).await,
        }
    }

    /// All bytes are here: stores them and answers when they are safe.
    pub async fn finish(self) -> Result<Taken, IntakeError> {
        if self.size == 0 {
            return Err(IntakeError::Empty);
        }
        let intake = self.intake.clone();
        let room = intake.room();
        let id = self.id.to_string();
        let (content, read) = match self.kept {
            Kept::Memory(buffer) => {
                let read = read_bytes(&buffer);
                let sealed = content::seal(&self.key, Binding::message(&id), &buffer, &mut |bytes| {
                    room.entropy.fill(bytes)
                });
                (OfferedContent::Packed(sealed), read)
            }
            Kept::Spool(spool) => {
                let (at, read) = spool.finish().await?;
                (OfferedContent::Stored(at), read)
            }
        };
        let sealed = seal_reading(&self.key, read.as_ref().ok(), &room.entropy);
        let wrapped_key = room.store.keys().wrap(&self.key, &id, &mut |bytes| room.entropy.fill(bytes));
        intake
            .offer(Offer {
                id: self.id,
                channel: self.channel,
                available_at: self.available_at,
                expected: self.expected,
                digest: self.hash.finalize().into(),
                size: self.size,
                key: self.key,
                wrapped_key,
                content,
                read,
                sealed,
            })
            .await
    }
}

fn micros(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}

/// Reads a whole message in memory.
pub fn read_bytes(bytes: &[u8]) -> Read {
    read_from(bytes).unwrap_or_else(|error| match error {
        memo::ReadError::NotMemo(not_memo) => Err(not_memo),
        // Bytes in memory and a sink in memory have no I/O of their own.
        memo::ReadError::Source(_) | memo::ReadError::Contents(_) => Err(unreadable()),
    })
}

/// What is said of bytes that the reader could not get to the end of for reasons of its own.
pub(super) fn unreadable() -> memo::NotMemo {
    memo::NotMemo { reason: memo::NotMemoReason::NotWellFormed, position: 0 }
}

/// Reads a message from a stream; only the stream's own trouble is an error.
pub(super) fn read_from(bytes: impl std::io::BufRead) -> Result<Read, memo::ReadError> {
    let mut text = TextCatcher::default();
    match memo::read(bytes, &mut text) {
        Ok(reading) => {
            let (text, technical) = text.caught();
            Ok(Ok(Reading {
                message: reading.message,
                remarks: reading.remarks,
                text,
                technical,
                trimmed: false,
            }))
        }
        Err(memo::ReadError::NotMemo(not_memo)) => Ok(Err(not_memo)),
        Err(error) => Err(error),
    }
}

fn seal_reading(key: &MessageKey, reading: Option<&Reading>, entropy: &crate::clock::Entropy) -> Vec<u8> {
    // A reading is plain data and always has a JSON form; an empty one is what quarantine keeps.
    let plain = reading.and_then(|reading| serde_json::to_vec(reading).ok()).unwrap_or_default();
    key.seal("reading", &plain, &mut |bytes| entropy.fill(bytes))
}
