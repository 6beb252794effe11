//! The index: letters that are like a letter, as a second opinion that a person can follow.
//!
//! A tantivy index over what [`danish`] makes of a letter's words: folded, stemmed, compounds also in their parts,
//! each a 32-bit hash. It finds other neighbours than the model's pieces of words do, which is why the two together
//! are better than either.
//!
//! **Deliberately absent:** text. What is indexed has neither order nor spelling: no letter can be put together
//! again from it. That a word carried a likeness is shown out of the letter that somebody is reading anyway.

mod compounds;
mod danish;
mod near;
mod schema;

use std::path::Path;

use tantivy::columnar::Column;
use tantivy::directory::error::OpenDirectoryError;
use tantivy::{Index as Tantivy, IndexReader, ReloadPolicy, TantivyDocument, TantivyError};

pub use compounds::Compounds;
pub use danish::{Danish, Stem};
pub use near::Near;
use schema::{Fields, SUBJECT};

/// How many neighbours have a say.
pub const NEIGHBOURS: usize = 60;
/// Memory that building may use before it writes a segment: all of the shipped letters fit, so that they are one
/// segment and equal likeness is always ordered alike.
const BUILDING_BYTES: usize = 128 << 20;

/// A letter to be indexed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The subject it is about.
    pub subject: kle::Subject,
    /// Hashes of its stems, repeated as often as they stand in it.
    pub stems: Vec<u32>,
}

/// An index of letters.
pub struct Index {
    tantivy: Tantivy,
    reader: IndexReader,
    fields: Fields,
    /// The subjects of each segment's letters. The index is never written to again, so they are opened once.
    subjects: Vec<Column<u64>>,
}

/// The index cannot be built or read. It can always be made anew from its letters.
#[derive(Debug, thiserror::Error)]
#[error("the index cannot be used")]
pub struct IndexFault(#[from] TantivyError);

impl From<OpenDirectoryError> for IndexFault {
    fn from(why: OpenDirectoryError) -> Self {
        Self(why.into())
    }
}

impl Index {
    /// An index in memory.
    pub fn in_memory(entries: impl IntoIterator<Item = Entry>) -> Result<Self, IndexFault> {
        let (schema, fields) = schema::schema();
        Self::fill(Tantivy::create_in_ram(schema), fields, entries)
    }

    /// Makes an index in an empty folder.
    pub fn create(folder: &Path, entries: impl IntoIterator<Item = Entry>) -> Result<Self, IndexFault> {
        let (schema, fields) = schema::schema();
        Self::fill(Tantivy::create_in_dir(folder, schema)?, fields, entries)
    }

    /// Opens an index that [`Index::create`] has made and finished.
    pub fn open(folder: &Path) -> Result<Self, IndexFault> {
        let (_, fields) = schema::schema();
        Self::read(Tantivy::open_in_dir(folder)?, fields)
    }

    fn fill(
        tantivy: Tantivy,
        fields: Fields,
        entries: impl IntoIterator<Item = Entry>,
    ) -> Result<Self, IndexFault> {
        let mut writer = tantivy.writer_with_num_threads::<TantivyDocument>(1, BUILDING_BYTES)?;
        for entry in entries {
            writer.add_document(fields.document(&entry))?;
        }
        writer.commit()?;
        writer.wait_merging_threads()?;
        Self::read(tantivy, fields)
    }

    fn read(tantivy: Tantivy, fields: Fields) -> Result<Self, IndexFault> {
        let reader: IndexReader = tantivy.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let searcher = reader.searcher();
        let opened = searcher.segment_readers().iter().map(|segment| segment.fast_fields().u64(SUBJECT));
        let subjects = opened.collect::<Result<_, TantivyError>>()?;
        Ok(Self { tantivy, reader, fields, subjects })
    }

    /// How many letters it holds.
    pub fn len(&self) -> usize {
        self.reader.searcher().num_docs() as usize
    }

    /// Holds no letter.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes it takes up on disk or in memory.
    pub fn bytes(&self) -> u64 {
        self.reader.searcher().space_usage().map_or(0, |usage| usage.total().get_bytes())
    }

    /// Are its files what they were when they were written?
    pub fn is_sound(&self) -> bool {
        self.tantivy.validate_checksum().is_ok_and(|damaged| damaged.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(subject: &str, stems: &[u32]) -> Entry {
        Entry { subject: subject.parse().expect(subject), stems: stems.to_vec() }
    }

    fn letters() -> [Entry; 3] {
        [entry("01.02.03", &[1, 2, 2]), entry("05.01.02", &[2, 3]), entry("27.18.04", &[4])]
    }

    #[test]
    fn the_likest_letter_comes_first() {
        let index = Index::in_memory(letters()).expect("an index");
        let near = index.nearest(&[1, 2, 9], NEIGHBOURS).expect("an answer");
        let subjects: Vec<String> = near.iter().map(|near| near.subject.to_string()).collect();
        assert_eq!(subjects, ["01.02.03", "05.01.02"]);
        assert!(near[0].likeness > near[1].likeness && near[0].likeness <= 1.0, "{near:?}");
        assert!(index.nearest(&[9], NEIGHBOURS).expect("an answer").is_empty());
        assert!(index.nearest(&[], NEIGHBOURS).expect("an answer").is_empty());
        assert_eq!(index.nearest(&[1, 2], 1).expect("an answer").len(), 1);
        assert_eq!(index.len(), 3);
    }

    #[test]
    fn on_disk_it_is_the_same() {
        let folder = tempfile::tempdir().expect("a folder");
        let made = Index::create(folder.path(), letters()).expect("an index");
        let near = made.nearest(&[2, 3], NEIGHBOURS).expect("an answer");
        drop(made);
        let opened = Index::open(folder.path()).expect("the index");
        assert_eq!(opened.nearest(&[2, 3], NEIGHBOURS).expect("an answer"), near);
        assert!(opened.is_sound() && opened.bytes() > 0);
        assert!(Index::open(&folder.path().join("nowhere")).is_err());
    }
}
