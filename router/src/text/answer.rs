//! The child's answer: one line of JSON, then the text as it is.

use serde::{Deserialize, Serialize};

use super::format::Format;
use super::locks::Locks;
use super::remark::Remark;

/// Bytes that the first line may take.
const HEAD: usize = 4096;

/// The first line.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    /// What the document turned out to be.
    pub(super) format: Option<Format>,
    /// What is to be said of it.
    pub(super) remarks: Vec<Remark>,
    /// What the child had taken from itself before it read the first byte.
    pub(super) locks: Locks,
}

/// Bytes that an answer with this much text may take.
pub(super) fn longest(text: usize) -> u64 {
    (text as u64).saturating_add(HEAD as u64)
}

/// An answer as bytes.
pub(super) fn written(head: &Head, text: &str) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(head).unwrap_or_default();
    bytes.push(b'\n');
    bytes.extend_from_slice(text.as_bytes());
    bytes
}

/// Understands an answer; nothing when it is none.
pub(super) fn understood(bytes: &[u8]) -> Option<(Head, String)> {
    let end = bytes.iter().take(HEAD).position(|byte| *byte == b'\n')?;
    let head = serde_json::from_slice(&bytes[..end]).ok()?;
    Some((head, String::from_utf8_lossy(&bytes[end + 1..]).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::locks::Landlock;
    use super::*;

    #[test]
    fn an_answer_is_understood_and_noise_is_not() {
        let head = Head {
            format: Some(Format::Pdf),
            remarks: Remark::ALL.to_vec(),
            locks: Locks { landlock: Landlock::Full },
        };
        let bytes = written(&head, "Kære\nkommune");
        assert!(bytes.len() as u64 <= longest("Kære\nkommune".len()));
        assert_eq!(understood(&bytes), Some((head, "Kære\nkommune".to_owned())));
        for noise in [b"".as_slice(), b"\n", b"running 0 tests\n", b"{}\nx"] {
            assert_eq!(understood(noise), None);
        }
    }
}
