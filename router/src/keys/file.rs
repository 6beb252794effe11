//! The key file on disk: who may read it, and how it is changed without ever being half there.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::{Entropy, KeyError, KeyId, Keys, WrappingKey, text};

/// Far more than a key file with a thousand keys; stops a wrong path from filling memory.
const LONGEST: u64 = 1 << 20;

/// The file that holds the installation's [`Keys`].
///
/// It is refused unless it is a regular file, owned by the user we run as, that nobody else may read or write.
/// Changes are written beside it, flushed and renamed into place under a lock, so that a crash at any moment leaves
/// the old file or the new one. All of this blocks for a few milliseconds: call it at start.
#[derive(Debug)]
pub struct KeyFile;

impl KeyFile {
    /// Reads the keys. To be used whenever the database already holds messages: a new key file would open none.
    pub fn open(path: &Path) -> Result<Keys, KeyError> {
        let text = read_checked(path)?;
        text::read(&text, path)
    }

    /// Reads the keys, or makes the file with new ones when there is none.
    pub fn open_or_create(path: &Path, now: Timestamp, entropy: Entropy<'_>) -> Result<Keys, KeyError> {
        match Self::open(path) {
            Err(KeyError::Missing { .. }) => {}
            known => return known,
        }
        let _lock = lock(path)?;
        // Another process may have made it while we waited for the lock.
        match Self::open(path) {
            Err(KeyError::Missing { .. }) => {}
            known => return known,
        }
        replace(path, &Keys::generate(now, entropy))?;
        Self::open(path)
    }

    /// Adds a wrapping key that wraps from now on. The older ones stay, and so every letter stays readable.
    ///
    /// Running processes go on wrapping with the key they know until they read the file again.
    pub fn rotate(path: &Path, now: Timestamp, entropy: Entropy<'_>) -> Result<Keys, KeyError> {
        let _lock = lock(path)?;
        let mut keys = Self::open(path)?;
        keys.wrapping.push(WrappingKey::generate(now, entropy));
        replace(path, &keys)?;
        Self::open(path)
    }

    /// Takes a wrapping key out of the file. What is still wrapped with it is lost: rewrap first, and make sure
    /// that no running process still wraps with it.
    pub fn drop_key(path: &Path, id: KeyId) -> Result<Keys, KeyError> {
        let _lock = lock(path)?;
        let mut keys = Self::open(path)?;
        keys.drop_key(id)?;
        replace(path, &keys)?;
        Self::open(path)
    }
}

fn read_checked(path: &Path) -> Result<Zeroizing<String>, KeyError> {
    let failed = |source| io_error(path, "read", source);
    // Looked at before it is opened, since opening a pipe waits for a writer, and again afterwards, since the
    // path may have come to mean another file in between.
    match fs::symlink_metadata(path) {
        Ok(meta) => check(path, &meta)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(KeyError::Missing { path: path.to_owned() });
        }
        Err(error) => return Err(failed(error)),
    }
    let file = File::open(path).map_err(failed)?;
    let meta = file.metadata().map_err(failed)?;
    check(path, &meta)?;
    // All the room at once: a string that grows leaves copies of itself behind.
    let mut text = Zeroizing::new(String::with_capacity(meta.len().min(LONGEST) as usize + 1));
    match file.take(LONGEST).read_to_string(&mut text) {
        Ok(_) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            Err(KeyError::Damaged { path: path.to_owned(), line: None, what: "not UTF-8 text" })
        }
        Err(error) => Err(failed(error)),
    }
}

fn check(path: &Path, meta: &fs::Metadata) -> Result<(), KeyError> {
    let us = rustix::process::geteuid().as_raw();
    let mode = meta.mode() & 0o7777;
    if !meta.is_file() {
        return Err(KeyError::NotAFile { path: path.to_owned() });
    }
    if meta.uid() != us {
        return Err(KeyError::NotOurs { path: path.to_owned(), owner: meta.uid(), us });
    }
    if mode & 0o077 != 0 {
        return Err(KeyError::Exposed { path: path.to_owned(), mode });
    }
    Ok(())
}

/// Holds off everybody else who wants to change the file, until dropped.
fn lock(path: &Path) -> Result<File, KeyError> {
    let failed = |source| io_error(path, "lock", source);
    let lock = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(beside(path, ".lock"))
        .map_err(failed)?;
    lock.lock().map_err(failed)?;
    Ok(lock)
}

/// Writes the file whole beside the old one, flushes it and moves it into place. The caller holds the lock.
fn replace(path: &Path, keys: &Keys) -> Result<(), KeyError> {
    let fresh = beside(path, ".new");
    let written = write_fresh(&fresh, &text::write(keys)).and_then(|()| fs::rename(&fresh, path));
    if let Err(source) = written {
        // What is left of the attempt holds keys; if it cannot be removed now, the next attempt removes it.
        let _ = fs::remove_file(&fresh);
        return Err(io_error(path, "write", source));
    }
    sync_folder(path).map_err(|source| io_error(path, "flush the folder of", source))
}

fn write_fresh(fresh: &Path, text: &str) -> io::Result<()> {
    match fs::remove_file(fresh) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(fresh)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(folder)?.sync_all()
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn io_error(path: &Path, doing: &'static str, source: io::Error) -> KeyError {
    KeyError::Io { path: path.to_owned(), doing, source }
}
