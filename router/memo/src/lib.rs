//! MeMo, the message format of Digital Post: a reader and a writer.
//!
//! [`read`] turns bytes into a [`Message`] and the [`Remark`]s that were made on the way, and hands every document to a
//! sink as it comes by; [`write()`] turns a message and its documents into bytes again. Both stream: a message of 100 MB
//! needs no more memory than one of 20 KB.
//!
//! Reading fails only when the bytes are not MeMo at all. Whatever else is wrong becomes a remark, because a letter with
//! a fault is still a letter.
//!
//! **Deliberately absent:** async, I/O of its own, clock and randomness; validation of what a version may hold when
//! writing; any look inside a document.

pub mod container;
mod contents;
mod elements;
mod error;
mod lexical;
mod limits;
mod model;
mod namespaces;
mod read;
mod records;
mod remark;
mod values;
mod write;

pub use contents::{ContentPlace, Contents, Discard, DocumentKind};
pub use error::{NotMemo, NotMemoReason, ReadError};
pub use limits::Limits;
pub use model::*;
pub use read::{Reading, read, read_with};
pub use remark::{Remark, RemarkCode, Severity};
pub use write::write;
