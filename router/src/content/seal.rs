//! How content is locked: AES-256-GCM in chunks, the STREAM construction.
//!
//! ```text
//! "MTC" | version | 16 bytes of salt | chunk … chunk | last chunk
//! ```
//!
//! A chunk is 64 KiB of content and a 16-byte tag; the last one may be shorter, or empty. Every stream has its own
//! key, derived from the message's key and the salt. A nonce is seven bytes of the salt, the chunk's number and
//! whether it is the last. Each chunk is bound to the message and the purpose. So a chunk that is changed, moved,
//! left out, added or taken from another stream does not open, and neither does a stream that ends early.

use std::fmt;

use aead_stream::{NewStream, StreamBE32, StreamPrimitive, aead::Buffer};
use aes_gcm::{Aes256Gcm, KeyInit};
use bytes::{Bytes, BytesMut};

use super::ContentError;
use crate::keys::{Entropy, MessageKey};

/// Content per chunk. Large enough that tags and calls cost nothing, small enough to keep several in memory.
pub(super) const CHUNK: usize = 64 * 1024;
pub(super) const TAG: usize = 16;
pub(super) const HEADER: usize = MAGIC.len() + SALT;
const MAGIC: [u8; 4] = *b"MTC\x01";
const SALT: usize = 16;
const NONCE_PREFIX: usize = 7;

/// What sealed bytes belong to. With another message or another purpose they do not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding<'a> {
    /// Our id of the message.
    pub message_id: &'a str,
    /// What the content is of the message, such as `message` for all of it as received.
    pub purpose: &'a str,
}

impl<'a> Binding<'a> {
    /// The message itself, as it was received.
    pub fn message(message_id: &'a str) -> Self {
        Self::new(message_id, "message")
    }

    /// Something else that is kept of a message.
    pub fn new(message_id: &'a str, purpose: &'a str) -> Self {
        Self { message_id, purpose }
    }

    /// Each part with its length in front, so that no two bindings look alike.
    fn associated_data(&self) -> Vec<u8> {
        let mut data = MAGIC.to_vec();
        for part in [self.purpose, self.message_id] {
            data.extend_from_slice(&(part.len() as u64).to_be_bytes());
            data.extend_from_slice(part.as_bytes());
        }
        data
    }
}

/// Content that has been sealed and can be put into a pack. Cheap to clone.
#[derive(Clone)]
pub struct Sealed(Bytes);

impl Sealed {
    /// How many bytes it takes up in a pack.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Never true: even nothing, sealed, is something.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn into_bytes(self) -> Bytes {
        self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.len())
    }
}

/// Seals a small letter in memory. Computes and nothing else: some 20 µs for 20 KB on a busy 2.5 GHz core.
pub fn seal(key: &MessageKey, binding: Binding<'_>, plain: &[u8], entropy: Entropy<'_>) -> Sealed {
    let mut sealer = Sealer::with_capacity(sealed_length(plain.len()), key, binding, entropy);
    // A slice in memory is far from the 256 TiB at which a stream is full.
    sealer.push(plain).expect("no slice is as long as a stream may be");
    Sealed(Bytes::from(sealer.finish().expect("no slice is as long as a stream may be")))
}

fn sealed_length(plain: usize) -> usize {
    HEADER + plain + plain.div_ceil(CHUNK).max(1) * TAG
}

/// The length before sealing, or `None` when no content can have this length sealed.
pub(super) fn plain_length(sealed: u64) -> Option<u64> {
    let body = sealed.checked_sub(HEADER as u64)?;
    let full = (CHUNK + TAG) as u64;
    let chunks = body.div_ceil(full);
    let last = body - chunks.checked_sub(1)? * full;
    // Only a letter of no length at all ends in an empty chunk.
    let sound = last > TAG as u64 || (last == TAG as u64 && chunks == 1);
    sound.then(|| body - chunks * TAG as u64)
}

/// Cipher and position of one stream, whichever way it goes.
struct Stream {
    cipher: StreamBE32<Aes256Gcm>,
    binding: Vec<u8>,
    position: u32,
}

impl Stream {
    fn new(key: &MessageKey, salt: &[u8; SALT], binding: Binding<'_>) -> Self {
        let secret = key.derive(b"modtag content 1", salt);
        let mut nonce = [0; NONCE_PREFIX];
        nonce.copy_from_slice(&salt[..NONCE_PREFIX]);
        let cipher = StreamBE32::from_aead(Aes256Gcm::new(&(*secret).into()), &nonce.into());
        Self { cipher, binding: binding.associated_data(), position: 0 }
    }

    /// The number of the chunk at hand; the highest is kept free, so that a stream can always be ended.
    fn next_position(&mut self) -> Option<u32> {
        let position = self.position;
        self.position = position.checked_add(1)?;
        Some(position)
    }
}

/// Seals a stream of any length; holds at most one open chunk besides what has not been taken yet.
pub(super) struct Sealer {
    stream: Stream,
    /// Sealed bytes, then the open chunk.
    out: Vec<u8>,
    /// Where the open chunk begins in `out`.
    open_from: usize,
}

impl Sealer {
    pub(super) fn new(key: &MessageKey, binding: Binding<'_>, entropy: Entropy<'_>) -> Self {
        Self::with_capacity(HEADER + CHUNK + TAG, key, binding, entropy)
    }

    fn with_capacity(capacity: usize, key: &MessageKey, binding: Binding<'_>, entropy: Entropy<'_>) -> Self {
        let mut salt = [0; SALT];
        entropy(&mut salt);
        let mut out = Vec::with_capacity(capacity);
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&salt);
        Self { stream: Stream::new(key, &salt, binding), open_from: out.len(), out }
    }

    /// Adds content. A full chunk stays open until more comes, since it may turn out to be the last.
    pub(super) fn push(&mut self, mut plain: &[u8]) -> Result<(), ContentError> {
        while !plain.is_empty() {
            if self.out.len() - self.open_from == CHUNK {
                self.close(false)?;
            }
            let room = CHUNK - (self.out.len() - self.open_from);
            let (now, later) = plain.split_at(room.min(plain.len()));
            self.out.extend_from_slice(now);
            plain = later;
        }
        Ok(())
    }

    /// The sealed bytes so far.
    pub(super) fn closed(&self) -> &[u8] {
        &self.out[..self.open_from]
    }

    /// Lets go of the sealed bytes so far, and keeps the open chunk.
    pub(super) fn forget_closed(&mut self) {
        self.out.drain(..self.open_from);
        self.open_from = 0;
    }

    /// Seals the open chunk as the last one and returns what has not been let go of.
    pub(super) fn finish(mut self) -> Result<Vec<u8>, ContentError> {
        self.close(true)?;
        Ok(self.out)
    }

    fn close(&mut self, last: bool) -> Result<(), ContentError> {
        let position = self.stream.next_position().ok_or(ContentError::TooLarge)?;
        let mut chunk = Tail { bytes: &mut self.out, from: self.open_from };
        self.stream
            .cipher
            .encrypt_in_place(position, last, &self.stream.binding, &mut chunk)
            .map_err(|_| ContentError::TooLarge)?;
        self.open_from = self.out.len();
        Ok(())
    }
}

/// Opens a stream chunk by chunk; nothing comes out that has not been authenticated.
pub(super) struct Opener(Stream);

/// The bytes are not what was sealed for this message and purpose.
#[derive(Debug)]
pub(super) struct NotOurs;

impl Opener {
    pub(super) fn new(
        header: &[u8; HEADER],
        key: &MessageKey,
        binding: Binding<'_>,
    ) -> Result<Self, NotOurs> {
        let (magic, salt) = header.split_first_chunk::<4>().ok_or(NotOurs)?;
        let salt = <&[u8; SALT]>::try_from(salt).map_err(|_| NotOurs)?;
        if *magic != MAGIC {
            return Err(NotOurs);
        }
        Ok(Self(Stream::new(key, salt, binding)))
    }

    /// Opens the next chunk in place.
    pub(super) fn open(&mut self, chunk: &mut BytesMut, last: bool) -> Result<(), NotOurs> {
        let position = self.0.next_position().ok_or(NotOurs)?;
        self.0
            .cipher
            .decrypt_in_place(position, last, &self.0.binding, &mut Whole(chunk))
            .map_err(|_| NotOurs)
    }
}

/// The end of a vector as a buffer of its own, so that chunks are sealed where they will stay.
struct Tail<'a> {
    bytes: &'a mut Vec<u8>,
    from: usize,
}

impl AsRef<[u8]> for Tail<'_> {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[self.from..]
    }
}

impl AsMut<[u8]> for Tail<'_> {
    fn as_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[self.from..]
    }
}

impl Buffer for Tail<'_> {
    fn extend_from_slice(&mut self, other: &[u8]) -> aead_stream::aead::Result<()> {
        self.bytes.extend_from_slice(other);
        Ok(())
    }

    fn truncate(&mut self, len: usize) {
        self.bytes.truncate(self.from + len);
    }
}

struct Whole<'a>(&'a mut BytesMut);

impl AsRef<[u8]> for Whole<'_> {
    fn as_ref(&self) -> &[u8] {
        self.0
    }
}

impl AsMut<[u8]> for Whole<'_> {
    fn as_mut(&mut self) -> &mut [u8] {
        self.0
    }
}

impl Buffer for Whole<'_> {
    fn extend_from_slice(&mut self, other: &[u8]) -> aead_stream::aead::Result<()> {
        self.0.extend_from_slice(other);
        Ok(())
    }

    fn truncate(&mut self, len: usize) {
        self.0.truncate(len);
    }
}
