//! Contents: the documents themselves, on their way from the message to whoever keeps them.
//!
//! A content is never held in memory: it is decoded piece by piece into a sink of the caller's.

use std::fmt;
use std::io;

use serde::{Deserialize, Serialize};

/// Which of the three kinds of document a file belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DocumentKind {
    /// Hoveddokument.
    #[doc(alias = "hoveddokument")]
    Main,
    /// Bilag.
    #[doc(alias = "bilag")]
    Additional,
    /// Teknisk dokument.
    #[doc(alias = "teknisk dokument")]
    Technical,
}

/// Where in the message a content stands.
#[derive(Clone, PartialEq, Eq)]
pub struct ContentPlace {
    /// Place among all contents of the message, from 0; the same as [`crate::File::content`].
    pub index: u32,
    /// Kind of the document.
    pub kind: DocumentKind,
    /// Place of the document among those of its kind, from 0.
    pub document: usize,
    /// Place of the file in its document, from 0.
    pub file: usize,
    /// MIME type as the sender gave it; empty when it comes after the content or not at all.
    pub encoding_format: String,
    /// File name as the sender gave it; empty when it comes after the content or not at all.
    pub filename: String,
}

/// A file name can hold a person's name, so it is not printed.
impl fmt::Debug for ContentPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContentPlace({}: {:?} {}, file {})", self.index, self.kind, self.document, self.file)
    }
}

/// A sink for contents. Every [`crate::File`] of a reading has had exactly one `begin` and one `end`, in the order of
/// [`ContentPlace::index`]; a file without content, or with an empty one, has no `chunk` between them.
///
/// An error ends the reading at once with [`crate::ReadError::Contents`]: it is the sink that is unwell, not the message.
pub trait Contents {
    /// A content begins.
    fn begin(&mut self, place: &ContentPlace) -> io::Result<()>;
    /// The next decoded bytes of it, at most 64 KiB at a time and never none.
    fn chunk(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// It is complete, with so many bytes.
    fn end(&mut self, size: u64) -> io::Result<()>;
}

/// Lets contents fall: for a reader who wants the marks alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Discard;

impl Contents for Discard {
    fn begin(&mut self, _: &ContentPlace) -> io::Result<()> {
        Ok(())
    }

    fn chunk(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }

    fn end(&mut self, _: u64) -> io::Result<()> {
        Ok(())
    }
}

/// Keeps every content in memory, in order: for small messages and tests.
impl Contents for Vec<Vec<u8>> {
    fn begin(&mut self, _: &ContentPlace) -> io::Result<()> {
        self.push(Vec::new());
        Ok(())
    }

    fn chunk(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Some(content) = self.last_mut() {
            content.extend_from_slice(bytes);
        }
        Ok(())
    }

    fn end(&mut self, _: u64) -> io::Result<()> {
        Ok(())
    }
}
