//! Backup: one authority's rows and letters in one file, taken while everything runs, and put back from it.
//!
//! An *archive* is a tar file. Its rows are engine-neutral text, so that a backup of SQLite restores into PostgreSQL
//! and back; its letters are the content objects as they lie, sealed. What is in it, in this order:
//!
//! | Member | Is |
//! |---|---|
//! | `rows/<table>.ndjson` | a table's rows, one line of JSON each, as they all stood at one moment |
//! | `content/<object>` | every content object the rows refer to, and the built-in journal's own |
//! | `content.ndjson` | size and SHA-256 of each content object, in the order they have above |
//! | `manifest.json` | what the archive is of, and size and SHA-256 of everything else |
//! | `manifest.seal` | a keyed hash of the manifest: nobody without the key file can make an archive that we accept |
//!
//! Everything is written and read in constant memory. An archive has its final name only once it was read again and
//! found whole.
//!
//! **Deliberately absent:** the key file. Without it an archive cannot be read, and with it in the archive, whoever
//! finds one has both. It must be kept apart.

mod command;
mod restore;
mod verify;
mod write;

mod archive;
mod error;
mod manifest;
mod reading;

pub use command::{Backup, Restore};
pub use error::BackupError;
pub use manifest::Manifest;
pub use restore::restore;
pub use verify::{Checked, Keyring, verify};
pub use write::{Existing, write};

#[cfg(test)]
mod tests;
