//! A register as one blob: how an imported edition is stored.
//!
//! JSON, because an edition must be readable after this program is gone, with short names and in one order: equal
//! registers give equal bytes. A store may compress it; it shrinks to a fraction.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Keywords, Register, Table};
use crate::{FacetPattern, Subject};

/// Raised when a reader of the former version would misunderstand the bytes.
const VERSION: u32 = 1;

/// The bytes are not a register (or crosswalk) this version can read.
#[derive(Debug, thiserror::Error)]
pub enum NotRegister {
    /// Not such a blob at all, or damaged.
    #[error("the stored bytes are damaged or something else")]
    Damaged(#[source] serde_json::Error),
    /// A blob of another kind.
    #[error("the stored bytes are of another kind")]
    OtherKind,
    /// Written by a newer version of the program.
    #[error("stored in version {0}, which is newer than this program; import the edition again or upgrade")]
    Newer(u32),
}

#[derive(Serialize)]
struct Writing<'a, T> {
    kind: &'a str,
    version: u32,
    content: &'a T,
}

#[derive(Deserialize)]
struct Head {
    kind: String,
    version: u32,
}

#[derive(Deserialize)]
struct Reading<T> {
    content: T,
}

pub(crate) fn to_blob<T: Serialize>(kind: &str, content: &T) -> Vec<u8> {
    // Maps have text keys and nothing here can refuse: an error would be a fault in this crate.
    serde_json::to_vec(&Writing { kind, version: VERSION, content }).unwrap_or_default()
}

pub(crate) fn from_blob<T: DeserializeOwned>(kind: &str, bytes: &[u8]) -> Result<T, NotRegister> {
    let head: Head = serde_json::from_slice(bytes).map_err(NotRegister::Damaged)?;
    if head.kind != kind {
        return Err(NotRegister::OtherKind);
    }
    if head.version > VERSION {
        return Err(NotRegister::Newer(head.version));
    }
    let reading: Reading<T> = serde_json::from_slice(bytes).map_err(NotRegister::Damaged)?;
    Ok(reading.content)
}

#[derive(Serialize)]
struct Content<'a> {
    subjects: &'a Table<Subject>,
    facets: &'a Table<FacetPattern>,
    keywords: &'a Keywords,
}

impl Register {
    /// The register as one blob, to be stored.
    pub fn to_bytes(&self) -> Vec<u8> {
        to_blob("kle-register", self)
    }

    /// Reads what [`Register::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotRegister> {
        from_blob("kle-register", bytes)
    }

    /// The bytes to take a digest of: what the register says, not where it comes from.
    pub fn digest_input(&self) -> Vec<u8> {
        let content = Content { subjects: &self.subjects, facets: &self.facets, keywords: &self.keywords };
        to_blob("kle-content", &content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Crosswalk, Scheme};

    #[test]
    fn a_blob_of_another_kind_or_a_newer_version_is_told_apart_from_a_damaged_one() {
        let register = Register::default().to_bytes();
        let newer = String::from_utf8(register.clone()).unwrap().replace("\"version\":1", "\"version\":2");
        let crosswalk = Crosswalk::read(b"Kode;KLE\n", "x", Scheme::Form).unwrap().0.to_bytes();
        assert!(Register::from_bytes(&register).is_ok());
        assert!(matches!(Register::from_bytes(newer.as_bytes()), Err(NotRegister::Newer(2))));
        assert!(matches!(Register::from_bytes(&crosswalk), Err(NotRegister::OtherKind)));
        assert!(matches!(Register::from_bytes(&register[1..]), Err(NotRegister::Damaged(_))));
    }

    #[test]
    fn the_digest_is_of_what_a_register_says_and_not_of_where_it_comes_from() {
        let part = || crate::import(b"number\ttitle\n09\tTang\n").unwrap();
        let build = |label: &str| Register::build(vec![part()], None, Some(label.into())).0;
        let (one, other) = (build("en"), build("en anden"));
        assert_ne!(one.to_bytes(), other.to_bytes());
        assert_eq!(one.digest_input(), other.digest_input());
    }
}
