//! The manifest: what an archive is of, and what everything in it must hash to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The format we write. One that is higher than this we do not read.
pub(super) const FORMAT: u32 = 1;

/// What an archive is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this format.
    pub format: u32,
    /// Version of the program that wrote it.
    pub program: String,
    /// CVR of the authority whose mail it is.
    pub authority: String,
    /// The moment the rows stood as they do.
    pub made_at: Timestamp,
    /// Where the rows came from: `sqlite` or `postgres`.
    pub engine: String,
    /// Fingerprint of the key file that opens it.
    pub key_fingerprint: String,
    /// Its tables.
    pub tables: Vec<TablePart>,
    /// Its letters.
    pub content: ContentPart,
    /// Its audit log.
    pub audit: AuditPart,
}

impl Manifest {
    /// Rows of a table.
    pub fn rows(&self, table: &str) -> u64 {
        self.tables.iter().find(|part| part.name == table).map_or(0, |part| part.rows)
    }
}

/// A table in an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TablePart {
    /// Its name.
    pub name: String,
    /// Its rows.
    pub rows: u64,
    /// Its member.
    #[serde(flatten)]
    pub digest: Digest,
}

/// The content objects in an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentPart {
    /// How many.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The member that lists them.
    pub list: Digest,
}

/// The audit log in an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPart {
    /// Events.
    pub size: u64,
    /// Who signs it.
    pub origin: String,
    /// The last note that was signed of it.
    pub checkpoint: Option<String>,
}

/// Size and SHA-256 of a member.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// Bytes.
    pub size: u64,
    /// SHA-256, in hex.
    pub sha256: String,
}

/// A content object as `content.ndjson` lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Listed {
    pub(super) object: String,
    #[serde(flatten)]
    pub(super) digest: Digest,
}

impl Listed {
    /// The one way to write it, so that the list can be hashed without being kept.
    pub(super) fn line(&self) -> Vec<u8> {
        // Made by hand: an object's name and a hash hold nothing that JSON would escape.
        let Self { object, digest: Digest { size, sha256 } } = self;
        format!("{{\"object\":\"{object}\",\"size\":{size},\"sha256\":\"{sha256}\"}}\n").into_bytes()
    }
}

pub(super) const MANIFEST: &str = "manifest.json";
pub(super) const SEAL: &str = "manifest.seal";
pub(super) const LIST: &str = "content.ndjson";
/// What the manifest's keyed hash is of, so that it is never mistaken for another.
pub(super) const SEAL_KIND: &str = "backup manifest 1";

/// Name of a table's member.
pub(super) fn rows_member(table: &str) -> String {
    format!("rows/{table}.ndjson")
}

/// Name of a content object's member.
pub(super) fn content_member(object: &str) -> String {
    format!("content/{object}")
}

/// What a member is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Member<'a> {
    Rows(&'a str),
    Content(&'a str),
    List,
    Manifest,
    Seal,
}

impl<'a> Member<'a> {
    /// `None` for a name that we never write.
    pub(super) fn of(name: &'a str) -> Option<Self> {
        match name {
            MANIFEST => Some(Self::Manifest),
            SEAL => Some(Self::Seal),
            LIST => Some(Self::List),
            _ => match name.split_once('/') {
                Some(("rows", file)) => file.strip_suffix(".ndjson").map(Self::Rows),
                Some(("content", object)) if crate::content::is_valid_name(object) => {
                    Some(Self::Content(object))
                }
                _ => None,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_reads_back_as_it_was_written() {
        let digest = Digest { size: 3, sha256: "ab".repeat(32) };
        let manifest = Manifest {
            format: FORMAT,
            program: "0.1.0".into(),
            authority: "29189129".into(),
            made_at: Timestamp::from_microsecond(1_700_000_000_123_456).unwrap(),
            engine: "sqlite".into(),
            key_fingerprint: "0123456789abcdef".into(),
            tables: vec![TablePart { name: "message".into(), rows: 2, digest: digest.clone() }],
            content: ContentPart { objects: 1, bytes: 3, list: digest },
            audit: AuditPart { size: 9, origin: "modtag/29189129".into(), checkpoint: Some("a\n\nb".into()) },
        };
        let text = serde_json::to_vec_pretty(&manifest).unwrap();
        assert_eq!(serde_json::from_slice::<Manifest>(&text).unwrap(), manifest);
        assert_eq!((manifest.rows("message"), manifest.rows("effect")), (2, 0));
    }

    #[test]
    fn a_listed_object_is_json() {
        let listed =
            Listed { object: "2026/a-1.pack".into(), digest: Digest { size: 7, sha256: "00".into() } };
        assert_eq!(serde_json::from_slice::<Listed>(&listed.line()).unwrap(), listed);
    }

    #[test]
    fn names_that_we_never_write_are_no_members() {
        for (name, member) in [
            ("manifest.json", Some(Member::Manifest)),
            ("manifest.seal", Some(Member::Seal)),
            ("content.ndjson", Some(Member::List)),
            ("rows/message.ndjson", Some(Member::Rows("message"))),
            ("content/journal/a-b", Some(Member::Content("journal/a-b"))),
            ("rows/message", None),
            ("content/", None),
            ("content/../a", None),
            ("content//a", None),
            ("/manifest.json", None),
            ("keys", None),
        ] {
            assert_eq!(Member::of(name), member, "{name}");
        }
    }
}
