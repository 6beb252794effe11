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
    /// Pictures that follow the text: where each belongs in it, and its bytes.
    #[serde(default)]
    pub(super) pictures: Vec<(usize, usize)>,
}

/// Bytes that an answer with this much text may take.
pub(super) fn longest(text: usize) -> u64 {
    (text as u64).saturating_add(HEAD as u64)
}

/// What a child says of a document.
pub(super) struct Answer {
    pub(super) head: Head,
    pub(super) text: String,
    /// Pictures of sheets without text, each with where in the text it belongs.
    pub(super) pictures: Vec<(usize, Vec<u8>)>,
}

/// An answer as bytes.
pub(super) fn written(mut head: Head, text: &str, pictures: &[(usize, Vec<u8>)]) -> Vec<u8> {
    head.pictures = pictures.iter().map(|(at, picture)| (*at, picture.len())).collect();
    let mut bytes = serde_json::to_vec(&head).unwrap_or_default();
    bytes.push(b'\n');
    bytes.extend_from_slice(text.as_bytes());
    pictures.iter().for_each(|(_, picture)| bytes.extend_from_slice(picture));
    bytes
}

/// Understands an answer; nothing when it is none.
pub(super) fn understood(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.iter().take(HEAD).position(|byte| *byte == b'\n')?;
    let head: Head = serde_json::from_slice(&bytes[..end]).ok()?;
    let mut rest = &bytes[end + 1..];
    let mut pictures = Vec::with_capacity(head.pictures.len());
    for (at, length) in head.pictures.iter().rev() {
        let (before, picture) = rest.split_at_checked(rest.len().checked_sub(*length)?)?;
        pictures.insert(0, (*at, picture.to_vec()));
        rest = before;
    }
    Some(Answer { head, text: String::from_utf8_lossy(rest).into_owned(), pictures })
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
            pictures: Vec::new(),
        };
        let pictures = [(4, b"P4\n".to_vec()), (13, vec![0xff, 0xd8])];
        let bytes = written(head, "Kære\nkommune", &pictures);
        assert!(bytes.len() as u64 <= longest("Kære\nkommune".len()) + 5);
        let answer = understood(&bytes).expect("an answer");
        assert_eq!((answer.text.as_str(), &answer.pictures[..]), ("Kære\nkommune", &pictures[..]));
        assert_eq!(answer.head.remarks, Remark::ALL);
        let cut = bytes.len() - "kommune".len() - 10;
        for noise in [b"".as_slice(), b"\n", b"running 0 tests\n", b"{}\nx", &bytes[..bytes.len() - cut]] {
            assert!(understood(noise).is_none());
        }
    }
}
