//! The key of one message.

use std::fmt;

use aes_gcm::{Aes256Gcm, KeyInit, aead::AeadInOut};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{Entropy, KeyError, Secret, draw};

/// First byte of sealed row values, so that the form can change one day.
const VERSION: u8 = 1;
const NONCE: usize = 12;
const TAG: usize = 16;

/// The key of one message: 32 random bytes that everything kept of it is sealed under.
///
/// Wiped when dropped, and prints itself without its bytes. Row values and content use keys derived from it, each
/// for its own use, so that nonces of the one can never meet nonces of the other.
#[derive(Clone)]
pub struct MessageKey(Secret);

impl MessageKey {
    /// Makes a new key.
    pub fn generate(entropy: Entropy<'_>) -> Self {
        Self(draw(entropy))
    }

    pub(super) fn from_secret(secret: Secret) -> Self {
        Self(secret)
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Seals a value for a row: AES-256-GCM with a random 96-bit nonce. 29 bytes are added.
    ///
    /// `purpose` names the column; a value sealed for one column opens in no other.
    pub fn seal(&self, purpose: &str, plain: &[u8], entropy: Entropy<'_>) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        entropy(&mut nonce);
        let mut sealed = Vec::with_capacity(1 + NONCE + plain.len() + TAG);
        sealed.push(VERSION);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let tag = self
            .row_cipher()
            .encrypt_inout_detached(&nonce.into(), purpose.as_bytes(), (&mut sealed[1 + NONCE..]).into())
            .expect("a row value is far below the 64 GiB that AES-GCM can seal");
        sealed.extend_from_slice(&tag);
        sealed
    }

    /// Opens what [`MessageKey::seal`] sealed for the same purpose.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let (head, body) = sealed.split_at_checked(1 + NONCE).ok_or(KeyError::Unopenable)?;
        let (body, tag) = body.split_last_chunk::<TAG>().ok_or(KeyError::Unopenable)?;
        let (version, nonce) = head.split_first_chunk::<1>().ok_or(KeyError::Unopenable)?;
        let nonce = <[u8; NONCE]>::try_from(nonce).map_err(|_| KeyError::Unopenable)?;
        if version != &[VERSION] {
            return Err(KeyError::Unopenable);
        }
        let mut plain = Zeroizing::new(body.to_vec());
        self.row_cipher()
            .decrypt_inout_detached(
                &nonce.into(),
                purpose.as_bytes(),
                plain.as_mut_slice().into(),
                &(*tag).into(),
            )
            .map_err(|_| KeyError::Unopenable)?;
        Ok(plain)
    }

    /// A key for one use, told apart by label and salt.
    ///
    /// HKDF's expanding half is enough: a message key is already evenly random (RFC 5869, section 3.3), and small
    /// letters feel the cost of the other half.
    pub(crate) fn derive(&self, label: &[u8], salt: &[u8]) -> Secret {
        let mut derived = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::from_prk(self.0.as_slice())
            .expect("a message key is as long as HKDF-SHA256 wants it")
            .expand_multi_info(&[label, &[0], salt], derived.as_mut_slice())
            .expect("32 bytes are within what HKDF-SHA256 can give");
        derived
    }

    fn row_cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new(&(*self.derive(b"modtag row 1", &[])).into())
    }
}

impl fmt::Debug for MessageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MessageKey(…)")
    }
}
