//! Content: the letters themselves, sealed, in a local folder or in S3.
//!
//! An *object* is a file with a name of our own making. A *pack* is an object with many small sealed letters after
//! one another, so that a whole intake batch costs one flush to disk; a large letter is streamed into an object of
//! its own. A [`ContentRef`] says where in which object a letter lies; [`seal`](seal()) says how it is locked.
//!
//! Whatever returns from here with success is on disk, or with S3: the file is flushed, and so is every folder that
//! had to be made for it. A writer that is dropped leaves nothing to be seen.
//!
//! **Deliberately absent:** what the letters say, who may open them, and names that come from a letter.

mod backend;
mod error;
mod folder;
mod reader;
mod seal;
mod store;
mod upload;

pub use backend::{Backend, S3, S3Credentials};
pub use error::ContentError;
pub use reader::{BlockingReader, ContentReader};
pub use seal::{Binding, Sealed, seal};
pub use store::{ContentRef, ContentStore, Listed, Raw, is_valid_name};
pub use upload::{ContentWriter, Upload};

#[cfg(test)]
mod tests;
