//! Writing an archive: members of a length not known beforehand, one after another, off the async threads.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::error::BackupError;
use super::manifest::Digest;
use super::write::Existing;
use crate::store::message::hex;

/// The file as it comes to be: beside its final name, ours alone, and gone again unless it is kept.
pub(super) struct Partial {
    path: PathBuf,
    target: PathBuf,
    /// Held locked, so that a second backup to the same name stays out.
    file: File,
    existing: Existing,
    kept: bool,
}

impl Partial {
    pub(super) fn create(target: &Path, existing: Existing) -> Result<Self, BackupError> {
        refuse_existing(target, existing)?;
        let mut path = target.as_os_str().to_owned();
        path.push(".partial");
        let path = PathBuf::from(path);
        let failed = BackupError::io(&path);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(&failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(BackupError::Busy(target.to_owned())),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        // Whoever held the lock until now may have given the file its final name: then it is not ours to empty.
        let (ours, named) = (file.metadata().map_err(&failed)?, fs::symlink_metadata(&path));
        if !named.is_ok_and(|named| named.is_file() && (named.dev(), named.ino()) == (ours.dev(), ours.ino()))
        {
            return Err(BackupError::Busy(target.to_owned()));
        }
        let partial = Self { path: path.clone(), target: target.to_owned(), file, existing, kept: false };
        // What an interrupted backup left may have been made otherwise.
        partial.file.set_permissions(fs::Permissions::from_mode(0o600)).map_err(&failed)?;
        partial.file.set_len(0).map_err(&failed)?;
        Ok(partial)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A writer to the file from its beginning.
    pub(super) fn archive(&self, made_at: Timestamp) -> Result<Archive, BackupError> {
        let file = self.file.try_clone().map_err(BackupError::io(&self.path))?;
        Ok(Archive::start(file, made_at))
    }

    /// Gives the file its final name. After this it survives a crash.
    pub(super) fn keep(mut self) -> Result<(), BackupError> {
        refuse_existing(&self.target, self.existing)?;
        let failed = BackupError::io(&self.target);
        fs::rename(&self.path, &self.target).map_err(&failed)?;
        self.kept = true;
        let folder = match self.target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.kept {
            // What cannot be removed now is emptied and written over by the next backup to the same name.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn refuse_existing(target: &Path, existing: Existing) -> Result<(), BackupError> {
    match existing {
        Existing::Keep if target.symlink_metadata().is_ok() => Err(BackupError::Exists(target.to_owned())),
        _ => Ok(()),
    }
}

/// Pieces under way to the thread that writes.
const PIECES: usize = 16;

enum Piece {
    Begin(String),
    Bytes(Bytes),
    End(oneshot::Sender<Digest>),
}

/// An archive being written.
pub(super) struct Archive {
    pieces: mpsc::Sender<Piece>,
    thread: JoinHandle<io::Result<()>>,
}

impl Archive {
    fn start(file: File, made_at: Timestamp) -> Self {
        let (pieces, receiver) = mpsc::channel(PIECES);
        let thread = tokio::task::spawn_blocking(move || write_members(file, receiver, made_at));
        Self { pieces, thread }
    }

    /// Begins a member.
    pub(super) async fn begin(&mut self, name: String) -> io::Result<()> {
        self.send(Piece::Begin(name)).await
    }

    /// Adds to the member begun last.
    pub(super) async fn write(&mut self, bytes: Bytes) -> io::Result<()> {
        self.send(Piece::Bytes(bytes)).await
    }

    /// Ends it.
    pub(super) async fn end(&mut self) -> io::Result<Digest> {
        let (answer, digest) = oneshot::channel();
        self.send(Piece::End(answer)).await?;
        match digest.await {
            Ok(digest) => Ok(digest),
            Err(_) => Err(self.broke().await),
        }
    }

    /// A whole member at once.
    pub(super) async fn add(&mut self, name: &str, bytes: Vec<u8>) -> io::Result<Digest> {
        self.begin(name.to_owned()).await?;
        self.write(bytes.into()).await?;
        self.end().await
    }

    /// Writes the end of the archive and flushes it to disk.
    pub(super) async fn finish(self) -> io::Result<()> {
        drop(self.pieces);
        self.thread.await.unwrap_or_else(|error| Err(io::Error::other(error)))
    }

    async fn send(&mut self, piece: Piece) -> io::Result<()> {
        match self.pieces.send(piece).await {
            Ok(()) => Ok(()),
            Err(_) => Err(self.broke().await),
        }
    }

    /// Why the thread is gone. Asked once: after an error an archive is given up.
    async fn broke(&mut self) -> io::Error {
        match (&mut self.thread).await {
            Ok(Err(error)) => error,
            Ok(Ok(())) => io::Error::other("the archive ended early"),
            Err(error) => io::Error::other(error),
        }
    }
}

fn write_members(file: File, mut pieces: mpsc::Receiver<Piece>, made_at: Timestamp) -> io::Result<()> {
    let out_of_turn = || io::Error::other("a piece out of turn");
    let mut tar = tar::Builder::new(file);
    while let Some(piece) = pieces.blocking_recv() {
        let Piece::Begin(name) = piece else { return Err(out_of_turn()) };
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Regular);
        header.set_mode(0o600);
        header.set_mtime(u64::try_from(made_at.as_second()).unwrap_or(0));
        header.set_uid(0);
        header.set_gid(0);
        let mut member = tar.append_writer(&mut header, &name)?;
        let (mut hash, mut size) = (Sha256::new(), 0);
        let answer = loop {
            match pieces.blocking_recv() {
                Some(Piece::Bytes(bytes)) => {
                    hash.update(&bytes);
                    size += bytes.len() as u64;
                    member.write_all(&bytes)?;
                }
                Some(Piece::End(answer)) => break answer,
                Some(Piece::Begin(_)) | None => return Err(out_of_turn()),
            }
        };
        member.finish()?;
        // Whoever asked may have left; then the next piece does not come, and that ends it.
        let _ = answer.send(Digest { size, sha256: hex(&hash.finalize()) });
    }
    tar.into_inner()?.sync_all()
}
