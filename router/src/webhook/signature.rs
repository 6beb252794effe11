//! Signatures: `v1,` and the HMAC-SHA256 of id, time and body under a secret that both sides know.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// The keys that calls are signed with: one, or two while it is being changed.
pub struct SigningKeys(Vec<Zeroizing<Vec<u8>>>);

/// Lengths of a key in bytes, as Standard Webhooks advises.
const LENGTHS: std::ops::RangeInclusive<usize> = 24..=64;

/// What stands in front of a key.
const PREFIX: &str = "whsec_";

impl SigningKeys {
    /// What a secret looks like, for a person who gave something else.
    pub const EXPECTED: &str = "skal være \"whsec_\" og 24 til 64 tilfældige byte i base64; lav en med \
                                echo \"whsec_$(openssl rand -base64 32)\"";

    /// Reads the keys of a secret, with white space between them.
    pub fn parse(secret: &str) -> Option<Self> {
        let key = |word: &str| {
            let key = Zeroizing::new(STANDARD.decode(word.strip_prefix(PREFIX)?).ok()?);
            LENGTHS.contains(&key.len()).then_some(key)
        };
        let keys = secret.split_whitespace().map(key).collect::<Option<Vec<_>>>()?;
        (!keys.is_empty()).then_some(Self(keys))
    }

    /// The value of `webhook-signature`: a signature for each key, with a blank between them.
    pub fn sign(&self, id: &str, seconds: i64, body: &[u8]) -> String {
        let signatures: Vec<String> = self.0.iter().map(|key| sign(key, id, seconds, body)).collect();
        signatures.join(" ")
    }
}

fn sign(key: &[u8], id: &str, seconds: i64, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(format!("{id}.{seconds}.").as_bytes());
    mac.update(body);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// Shown without the keys.
impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKeys({} keys)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector that the libraries of Standard Webhooks are tested with.
    #[test]
    fn the_published_vector_is_signed_as_published() {
        let keys = SigningKeys::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a key");
        let signed = keys.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn two_keys_sign_side_by_side() {
        let (one, two) = ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldY");
        let both = SigningKeys::parse(&format!("{one}\n{two}\n")).expect("two keys");
        let alone = |key: &str| SigningKeys::parse(key).expect("a key").sign("id", 1, b"{}");
        assert_eq!(both.sign("id", 1, b"{}"), format!("{} {}", alone(one), alone(two)));
        assert!(!format!("{both:?}").contains("MfKQ"));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for secret in [
            "",
            "hemmelig",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_kort",
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw hemmelig",
            "whsec_æøå",
        ] {
            assert!(SigningKeys::parse(secret).is_none(), "{secret}");
        }
        assert!(SigningKeys::parse(&format!("whsec_{}", STANDARD.encode([7; 65]))).is_none());
    }
}
