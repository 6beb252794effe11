//! Keys: the secrets that make stored letters readable, and the file they live in.
//!
//! One *key file* per installation holds three kinds of secret:
//!
//! * *wrapping keys*: each message has a key of its own ([`MessageKey`]), stored beside its row wrapped by the
//!   newest of these. Older ones stay, so that rotation leaves every earlier letter readable;
//! * the *lookup key*: turns a CPR number into a keyed hash, so that a row can be found without the number being
//!   in the database. It is never rotated, since every stored hash would have to be made again;
//! * the *audit seed*: signs the checkpoints of the audit trail.
//!
//! None of them is used as it is: every authority gets its own, derived with HKDF-SHA256 from the secret and the
//! authority's CVR number, so what one authority's row leaks opens nothing of another's.
//!
//! Whoever erases a message's wrapped key has erased the letter, also from every backup of the content.
//!
//! **Deliberately absent:** random numbers and the clock (callers hand them in), and any second copy of the file:
//! that is for the operator, and the file's own text says so.

mod authority;
mod error;
mod file;
mod message;
mod text;

pub use authority::{AuthorityKeys, WrappedKey};
pub use error::KeyError;
pub use file::KeyFile;
pub use message::MessageKey;

use std::{fmt, str::FromStr, sync::Arc};

use hkdf::Hkdf;
use jiff::Timestamp;
use sha2::Sha256;
use zeroize::Zeroizing;

/// Fills the slice it is given with random bytes fit for keys.
pub type Entropy<'a> = &'a mut dyn FnMut(&mut [u8]);

/// 32 secret bytes that are wiped when dropped.
pub(crate) type Secret = Zeroizing<[u8; 32]>;

/// What the key file holds. Cheap to clone; prints only the ids of its keys.
#[derive(Clone)]
pub struct Keys {
    wrapping: Vec<WrappingKey>,
    lookup: Arc<Secret>,
    audit: Arc<Secret>,
}

#[derive(Clone)]
struct WrappingKey {
    id: KeyId,
    created: Timestamp,
    secret: Arc<Secret>,
}

impl Keys {
    fn generate(now: Timestamp, entropy: Entropy<'_>) -> Self {
        let lookup = Arc::new(draw(entropy));
        let audit = Arc::new(draw(entropy));
        Self { wrapping: vec![WrappingKey::generate(now, entropy)], lookup, audit }
    }

    /// The keys of one authority, known by its CVR number. Derive once and keep.
    pub fn authority(&self, cvr: &str) -> AuthorityKeys {
        AuthorityKeys::derive(self, cvr)
    }

    /// The key that wraps from now on: the last one in the file.
    pub fn newest_id(&self) -> KeyId {
        self.wrapping.last().map(|key| key.id).expect("a key file without wrapping keys is refused when read")
    }

    /// All wrapping keys with the time they were made, oldest first.
    pub fn ids(&self) -> impl Iterator<Item = (KeyId, Timestamp)> + '_ {
        self.wrapping.iter().map(|key| (key.id, key.created))
    }

    /// A short text that tells this key file from any other and says nothing about the keys in it.
    ///
    /// Kept in the database, it lets the next start notice that it was handed somebody else's key file. Rotation
    /// does not change it.
    pub fn fingerprint(&self) -> String {
        hex(&derive(&self.lookup, "modtag fingerprint 1", "")[..8])
    }

    /// Forgets a wrapping key in memory; [`KeyFile::drop_key`] takes it out of the file too.
    ///
    /// The newest one cannot be dropped: it wraps.
    pub fn drop_key(&mut self, id: KeyId) -> Result<(), KeyError> {
        if id == self.newest_id() {
            return Err(KeyError::StillWraps(id));
        }
        let at = self.wrapping.iter().position(|key| key.id == id).ok_or(KeyError::UnknownKey(id))?;
        self.wrapping.remove(at);
        Ok(())
    }
}

impl WrappingKey {
    fn generate(now: Timestamp, entropy: Entropy<'_>) -> Self {
        let mut id = [0; 8];
        entropy(&mut id);
        // The file says when in whole seconds; so do we, to read back what was written.
        let created = Timestamp::from_second(now.as_second()).unwrap_or(now);
        Self { id: KeyId(id), created, secret: Arc::new(draw(entropy)) }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("wrapping", &self.ids().collect::<Vec<_>>()).finish_non_exhaustive()
    }
}

/// Names a wrapping key. Random, so that two machines that rotate never make the same name for different keys.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 8]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for KeyId {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let valid = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        match u64::from_str_radix(text, 16) {
            Ok(number) if valid => Ok(Self(number.to_be_bytes())),
            _ => Err(KeyError::NotAKeyId),
        }
    }
}

/// HKDF-SHA256 with the use as label and, after a zero byte that no label holds, the context.
fn derive(secret: &[u8; 32], label: &str, context: &str) -> Secret {
    let mut derived = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(None, secret)
        .expand_multi_info(&[label.as_bytes(), &[0], context.as_bytes()], derived.as_mut_slice())
        .expect("32 bytes are within what HKDF-SHA256 can give");
    derived
}

fn draw(entropy: Entropy<'_>) -> Secret {
    let mut secret = Zeroizing::new([0; 32]);
    entropy(secret.as_mut_slice());
    secret
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
