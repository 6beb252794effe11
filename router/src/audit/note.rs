//! C2SP signed notes: a text and Ed25519 signatures below it, readable by people and by other tools.

use std::fmt;
use std::str::FromStr;

use base64::{Engine, prelude::BASE64_STANDARD};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

/// The algorithm number of Ed25519 in keys and key ids.
const ED25519: u8 = 1;
/// More signatures than any checkpoint has; a note beyond it is hostile.
const MOST_SIGNATURES: usize = 32;
const MARK: &str = "— ";

/// Signs notes under a name. Its key is wiped when dropped and never printed.
pub struct Signer {
    key: SigningKey,
    verifier: VerifierKey,
}

/// Name and public key of a signer; as text `name+hexadecimal key id+base64`.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: [u8; 4],
    key: VerifyingKey,
}

/// A name or key that cannot sign or verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a key of a signed note")]
pub struct BadKey;

/// Why a note is not to be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadNote {
    /// Not in the form of a signed note or checkpoint.
    #[error("not a signed note")]
    Malformed,
    /// Signed, but by none of the keys asked for.
    #[error("not signed by a known key")]
    UnknownKey,
    /// A known key's signature does not fit the text.
    #[error("the signature does not fit the text")]
    Forged,
}

impl Signer {
    /// A signer with this name and the 32 secret bytes of its key.
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<Signer, BadKey> {
        let key = SigningKey::from_bytes(seed);
        let verifier = VerifierKey::new(name, key.verifying_key())?;
        Ok(Signer { key, verifier })
    }

    /// The name it signs as.
    pub fn name(&self) -> &str {
        &self.verifier.name
    }

    /// What others verify its notes with.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// The text, which must end in a line break, with a signature below it.
    pub(super) fn sign(&self, text: &str) -> String {
        let signature = self.key.sign(text.as_bytes()).to_bytes();
        let blob = BASE64_STANDARD.encode([&self.verifier.id[..], &signature].concat());
        format!("{text}\n{MARK}{} {blob}\n", self.verifier.name)
    }
}

impl VerifierKey {
    fn new(name: &str, key: VerifyingKey) -> Result<VerifierKey, BadKey> {
        if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+') {
            return Err(BadKey);
        }
        let digest = Sha256::new()
            .chain_update(name)
            .chain_update([b'\n', ED25519])
            .chain_update(key.as_bytes())
            .finalize();
        let mut id = [0; 4];
        id.copy_from_slice(&digest[..4]);
        Ok(VerifierKey { name: name.to_owned(), id, key })
    }

    /// The name whose notes it verifies.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = u32::from_be_bytes(self.id);
        let key = BASE64_STANDARD.encode([&[ED25519][..], self.key.as_bytes()].concat());
        write!(f, "{}+{id:08x}+{key}", self.name)
    }
}

impl FromStr for VerifierKey {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<VerifierKey, BadKey> {
        let (name, rest) = text.trim().split_once('+').ok_or(BadKey)?;
        let (_, key) = rest.split_once('+').ok_or(BadKey)?;
        let bytes = BASE64_STANDARD.decode(key).map_err(|_| BadKey)?;
        let (&[ED25519], bytes) = bytes.split_first_chunk::<1>().ok_or(BadKey)? else { return Err(BadKey) };
        let bytes: &[u8; 32] = bytes.try_into().map_err(|_| BadKey)?;
        let key = VerifierKey::new(name, VerifyingKey::from_bytes(bytes).map_err(|_| BadKey)?)?;
        // Writing it again also checks the key id in the middle.
        if key.key.is_weak() || key.to_string() != text.trim() { Err(BadKey) } else { Ok(key) }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.verifier)
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifierKey({self})")
    }
}

/// A note taken apart.
pub(super) struct Note<'a> {
    /// The signed text, with its last line break.
    pub(super) text: &'a str,
    signatures: Vec<(&'a str, [u8; 4], Vec<u8>)>,
}

impl<'a> Note<'a> {
    pub(super) fn parse(note: &'a str) -> Result<Note<'a>, BadNote> {
        if note.contains(|c: char| c < ' ' && c != '\n') || !note.ends_with('\n') {
            return Err(BadNote::Malformed);
        }
        let blank = note.rfind("\n\n").ok_or(BadNote::Malformed)?;
        let (text, below) = (&note[..blank + 1], &note[blank + 2..]);
        let signatures: Vec<_> =
            below.split_terminator('\n').map(signature).collect::<Option<_>>().ok_or(BadNote::Malformed)?;
        if signatures.is_empty() || signatures.len() > MOST_SIGNATURES {
            return Err(BadNote::Malformed);
        }
        Ok(Note { text, signatures })
    }

    /// At least one signature of a known key, and none of a known key that does not fit.
    pub(super) fn verify(&self, keys: &[VerifierKey]) -> Result<(), BadNote> {
        let mut verdict = Err(BadNote::UnknownKey);
        for (name, id, signature) in &self.signatures {
            for key in keys.iter().filter(|key| key.name == *name && key.id == *id) {
                let signature = Signature::from_slice(signature).map_err(|_| BadNote::Forged)?;
                key.key.verify_strict(self.text.as_bytes(), &signature).map_err(|_| BadNote::Forged)?;
                verdict = Ok(());
            }
        }
        verdict
    }
}

fn signature(line: &str) -> Option<(&str, [u8; 4], Vec<u8>)> {
    let (name, blob) = line.strip_prefix(MARK)?.split_once(' ')?;
    let blob = BASE64_STANDARD.decode(blob).ok()?;
    let (id, signature) = blob.split_first_chunk::<4>()?;
    Some((name, *id, signature.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret key of RFC 8032 section 7.1, test 1.
    const SEED: [u8; 32] = [
        0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44,
        0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
    ];
    const NAME: &str = "modtag.example/29189447";

    #[test]
    fn keys_and_notes_agree_with_those_made_elsewhere() {
        let expected = include_str!("testdata/note.txt");
        let (key, note) = expected.split_once('\n').unwrap();
        let signer = Signer::new(NAME, &SEED).unwrap();
        assert_eq!(signer.verifier().to_string(), key);
        let text = "modtag.example/29189447\n3\nTMCJoU92L65GuKVh/LIsBQXyYJlEeNxBZPPBpbZmJPw=\n";
        assert_eq!(signer.sign(text), note);
        assert_eq!(Note::parse(note).unwrap().verify(&[key.parse().unwrap()]), Ok(()));
    }

    #[test]
    fn a_published_key_has_its_published_id() {
        let text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        assert_eq!(text.parse::<VerifierKey>().unwrap().to_string(), text);
        assert_eq!(text.replace("c74f20a3", "c74f20a4").parse::<VerifierKey>(), Err(BadKey));
        assert_eq!(text.replace("PeterNeumann", "Peter").parse::<VerifierKey>(), Err(BadKey));
    }

    #[test]
    fn names_that_cannot_stand_in_a_note_are_refused() {
        for name in ["", "a b", "a+b", "a\nb", "a\u{a0}b", "a\u{7f}b"] {
            assert!(Signer::new(name, &SEED).is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_note_is_believed_only_unchanged_and_from_a_known_key() {
        let signer = Signer::new(NAME, &SEED).unwrap();
        let stranger = Signer::new(NAME, &[7; 32]).unwrap();
        let verify = |note: &str, key: &Signer| {
            Note::parse(note).and_then(|note| note.verify(&[key.verifier().clone()]))
        };
        let note = signer.sign("a\nb\n");
        assert_eq!(verify(&note, &signer), Ok(()));
        assert_eq!(verify(&note, &stranger), Err(BadNote::UnknownKey));
        assert_eq!(verify(&note.replace("b\n", "c\n"), &signer), Err(BadNote::Forged));
        // A stranger's signature beside the known one is no harm; a spoilt known one is.
        let both = format!("{note}{}", stranger.sign("a\nb\n").rsplit("\n\n").next().unwrap());
        assert_eq!(verify(&both, &signer), Ok(()));
        assert_eq!(verify(&both, &stranger), Ok(()));
        for broken in [
            "",
            "a\n",
            "a\n\n",
            "a\n\n\n",
            "a\n\n— x\n",
            "a\r\n\n— x AAAA\n",
            "a\n\n— x AAA=\n",
            &note[..note.len() - 1],
        ] {
            assert_eq!(Note::parse(broken).map(drop), Err(BadNote::Malformed), "{broken:?}");
        }
    }
}
