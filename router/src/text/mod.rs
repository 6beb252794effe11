//! Text: from a letter's documents to plain text that a classifier reads.
//!
//! A document comes from anybody, and the programs that read such formats have faults. So a document is only ever read in a
//! child process: this same program, which first takes from itself all it does not need ([`locks`]), reads the document on its
//! standard input, answers on its standard output, and ends. [`Extractor`] starts it, watches it and understands its end,
//! however it ends. A crash, a bomb or a document that takes forever costs that document's text, gives a [`Remark`], and nothing
//! else.
//!
//! ```text
//! extractor.rs ──stdin: bytes──▶ child.rs ─▶ read/<format>.rs ─▶ page.rs
//!      ▲───────stdout: answer.rs──────┘
//! ```
//!
//! A scanned sheet of a PDF has no text: where Tesseract is installed and asked for, the child answers with the sheet's picture,
//! and a second child, which has another program's faults, recognises it.
//!
//! What was written is then told from what came along with it: [`own_words`]. [`Extractor::letter`] does both for a whole letter.
//!
//! **Deliberately absent:** layout, pictures inside documents that have text, attachments of a mail, and anything an address in a document
//! points at.

mod album;
mod answer;
mod child;
mod extractor;
mod format;
mod letter;
mod limits;
mod locks;
mod ocr;
pub mod own_words;
mod page;
mod read;
mod remark;

pub use child::{Child, Work};
pub use extractor::{Extracted, Extractor};
pub use format::Format;
pub use letter::{DocumentRemark, Letter};
pub use limits::Limits;
pub use locks::{Landlock, Locks};
pub use ocr::Tesseract;
pub use own_words::{OwnWords, own_words};
pub(crate) use read::html::decoded as decoded_html;
pub use remark::Remark;

/// Stands between the pages of a paged document.
const PAGE_BREAK: char = '\u{c}';
