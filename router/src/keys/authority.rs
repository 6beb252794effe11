//! The keys of one authority: they wrap message keys, hash look-up values and sign the audit trail.

use std::fmt;

use aes_gcm::{Aes256Gcm, KeyInit, aead::AeadInOut};
use ed25519_dalek::SigningKey;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{Entropy, KeyError, KeyId, Keys, MessageKey, Secret, derive};

/// First byte of a wrapped key, so that the form can change one day.
const VERSION: u8 = 1;
const NONCE_AT: usize = 1 + 8;
const KEY_AT: usize = NONCE_AT + 12;
const TAG_AT: usize = KEY_AT + 32;
const WRAPPED: usize = TAG_AT + 16;

/// What one authority (*myndighed*) seals, finds and signs with.
#[derive(Clone)]
pub struct AuthorityKeys {
    cvr: String,
    /// Oldest first; the last one wraps.
    wrapping: Vec<(KeyId, Aes256Gcm)>,
    lookup: Secret,
    audit: Secret,
}

impl AuthorityKeys {
    pub(super) fn derive(keys: &Keys, cvr: &str) -> Self {
        let cipher = |secret: &[u8; 32]| Aes256Gcm::new(&(*derive(secret, "modtag wrap 1", cvr)).into());
        Self {
            cvr: cvr.to_owned(),
            wrapping: keys.wrapping.iter().map(|key| (key.id, cipher(&key.secret))).collect(),
            lookup: derive(&keys.lookup, "modtag lookup 1", cvr),
            audit: derive(&keys.audit, "modtag audit 1", cvr),
        }
    }

    /// The authority's CVR number.
    pub fn cvr(&self) -> &str {
        &self.cvr
    }

    /// Wraps a message's key with the newest wrapping key, bound to this authority and that message: moved to
    /// another row it does not open.
    pub fn wrap(&self, key: &MessageKey, message_id: &str, entropy: Entropy<'_>) -> WrappedKey {
        let (id, cipher) =
            self.wrapping.last().expect("a key file without wrapping keys is refused when read");
        let mut wrapped = [0; WRAPPED];
        wrapped[0] = VERSION;
        wrapped[1..NONCE_AT].copy_from_slice(&id.0);
        entropy(&mut wrapped[NONCE_AT..KEY_AT]);
        wrapped[KEY_AT..TAG_AT].copy_from_slice(key.bytes());
        let nonce = <[u8; 12]>::try_from(&wrapped[NONCE_AT..KEY_AT]).expect("12 bytes were cut out");
        let tag = cipher
            .encrypt_inout_detached(
                &nonce.into(),
                &self.bound_to(*id, message_id),
                (&mut wrapped[KEY_AT..TAG_AT]).into(),
            )
            .expect("32 bytes are within what AES-GCM can seal");
        wrapped[TAG_AT..].copy_from_slice(&tag);
        WrappedKey(wrapped)
    }

    /// Unwraps a message's key, whichever of the wrapping keys it was wrapped with.
    pub fn unwrap(&self, wrapped: &WrappedKey, message_id: &str) -> Result<MessageKey, KeyError> {
        let id = wrapped.key_id();
        let (_, cipher) =
            self.wrapping.iter().find(|(known, _)| *known == id).ok_or(KeyError::UnknownKey(id))?;
        let bytes = &wrapped.0;
        let nonce = <[u8; 12]>::try_from(&bytes[NONCE_AT..KEY_AT]).map_err(|_| KeyError::Unopenable)?;
        let tag = <[u8; 16]>::try_from(&bytes[TAG_AT..]).map_err(|_| KeyError::Unopenable)?;
        let mut secret = Zeroizing::new([0; 32]);
        secret.copy_from_slice(&bytes[KEY_AT..TAG_AT]);
        cipher
            .decrypt_inout_detached(
                &nonce.into(),
                &self.bound_to(id, message_id),
                secret.as_mut_slice().into(),
                &tag.into(),
            )
            .map_err(|_| KeyError::Unopenable)?;
        Ok(MessageKey::from_secret(secret))
    }

    /// Whether a key was wrapped with another key than the newest, and so keeps that one from being dropped.
    pub fn needs_rewrap(&self, wrapped: &WrappedKey) -> bool {
        self.wrapping.last().is_none_or(|(newest, _)| *newest != wrapped.key_id())
    }

    /// A keyed hash to find rows by. The same value of another kind, or of another authority, hashes differently.
    ///
    /// Values are hashed as they come: bring them into one form first.
    pub fn lookup(&self, kind: &str, value: &str) -> [u8; 32] {
        let mut hash =
            Hmac::<Sha256>::new_from_slice(self.lookup.as_slice()).expect("HMAC takes keys of any length");
        hash.update(&(kind.len() as u64).to_be_bytes());
        hash.update(kind.as_bytes());
        hash.update(value.as_bytes());
        hash.finalize().into_bytes().into()
    }

    /// The key that signs this authority's audit checkpoints.
    pub fn audit_signer(&self) -> SigningKey {
        SigningKey::from_bytes(&self.audit)
    }

    /// Everything a wrapped key must agree with, each part with its length in front so that no two sets look alike.
    fn bound_to(&self, id: KeyId, message_id: &str) -> Vec<u8> {
        let mut bound = vec![VERSION];
        bound.extend_from_slice(&id.0);
        for part in [self.cvr.as_str(), message_id] {
            bound.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bound.extend_from_slice(part.as_bytes());
        }
        bound
    }
}

impl fmt::Debug for AuthorityKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorityKeys").field("cvr", &self.cvr).finish_non_exhaustive()
    }
}

/// A message's key as it is stored beside its row: version, key id, nonce, sealed key, tag.
#[derive(Clone, PartialEq, Eq)]
pub struct WrappedKey([u8; WRAPPED]);

impl WrappedKey {
    /// Its length in bytes.
    pub const LEN: usize = WRAPPED;

    /// The bytes to store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Reads stored bytes; says nothing yet about whether they open.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        match <[u8; WRAPPED]>::try_from(bytes) {
            Ok(wrapped) if wrapped[0] == VERSION => Ok(Self(wrapped)),
            _ => Err(KeyError::Unopenable),
        }
    }

    /// The wrapping key it was wrapped with.
    pub fn key_id(&self) -> KeyId {
        let mut id = [0; 8];
        id.copy_from_slice(&self.0[1..NONCE_AT]);
        KeyId(id)
    }
}

impl fmt::Debug for WrappedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WrappedKey(by {})", self.key_id())
    }
}
