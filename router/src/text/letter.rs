//! A whole letter: its documents in order, each in its sender's own words, up to a bound.

use esdh::{Contents, Fault};
use memo::{Document, DocumentKind, File, Message};

use super::extractor::{Extracted, Extractor};
use super::format::Format;
use super::own_words::own_words;
use super::remark::Remark;

/// What a classifier reads of a letter beside its title. Holds personal data: prints itself redacted.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Letter {
    /// The sender's own words: those of the main document, then of the others in order.
    pub body: String,
    /// What is to be said of its documents.
    pub remarks: Vec<DocumentRemark>,
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Letter({} bytes, {:?})", self.body.len(), self.remarks)
    }
}

/// A remark, and the document it is about. Names no file and quotes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentRemark {
    /// Kind of the document.
    pub kind: DocumentKind,
    /// Place among those of its kind, from 0.
    pub document: usize,
    /// What is to be said.
    pub remark: Remark,
}

impl DocumentRemark {
    /// A Danish sentence for a post distributor.
    pub fn danish(&self) -> String {
        match self.kind {
            DocumentKind::Main => format!("Hoveddokumentet: {}.", self.remark.danish()),
            _ => format!("Bilag {}: {}.", self.document + 1, self.remark.danish()),
        }
    }
}

impl Extractor {
    /// Reads a letter: documents are opened in order until `limit` bytes are full. Fails only when a document cannot be had;
    /// asking again then gives the same answer.
    pub async fn letter(
        &self,
        message: &Message,
        contents: &dyn Contents,
        limit: usize,
    ) -> Result<Letter, Fault> {
        let mut letter = Letter::default();
        for (kind, place, document) in documents(message) {
            if letter.body.len() >= limit {
                break;
            }
            let read = self.document(document, contents).await?;
            let words = own_words(&read.text).text;
            letter.add(&words, limit);
            letter.remarks.extend(read.remarks.into_iter().map(|remark| DocumentRemark {
                kind,
                document: place,
                remark,
            }));
        }
        Ok(letter)
    }

    /// A document's files are renditions of it: the first that gives text is the document.
    async fn document(&self, document: &Document, contents: &dyn Contents) -> Result<Extracted, Fault> {
        let mut read = Extracted::default();
        for file in &document.files {
            let next = self.file(file, contents).await?;
            if !next.text.is_empty() {
                return Ok(next);
            }
            if read.remarks.is_empty() {
                read = next;
            }
        }
        Ok(read)
    }

    async fn file(&self, file: &File, contents: &dyn Contents) -> Result<Extracted, Fault> {
        let declared = Format::declared(&file.encoding_format, &file.filename);
        let stream = contents.open(file.content).await?;
        let read = self.extract(declared, stream).await;
        read.map_err(|error| Fault::Later { reason: error.to_string(), after: None })
    }
}

impl Letter {
    fn add(&mut self, words: &str, limit: usize) {
        if words.is_empty() {
            return;
        }
        if !self.body.is_empty() {
            self.body.push_str("\n\n");
        }
        let room = limit.saturating_sub(self.body.len());
        self.body.push_str(&words[..words.floor_char_boundary(room)]);
    }
}

/// The documents that a person reads: the main one, then the others. Technical ones are for machines.
fn documents(message: &Message) -> impl Iterator<Item = (DocumentKind, usize, &Document)> {
    let body = message.body.as_ref();
    let main = body.and_then(|body| body.main_document.as_ref());
    let others = body.map(|body| body.additional_documents.as_slice()).unwrap_or_default();
    let main = main.into_iter().map(|document| (DocumentKind::Main, 0, document));
    let others =
        others.iter().enumerate().map(|(place, document)| (DocumentKind::Additional, place, document));
    main.chain(others)
}
