//! What a local folder needs beyond `object_store`'s own: folders that are durable before anything relies on
//! them, a flush after a delete, and tidying up after a crash.
//!
//! `LocalFileSystem` with `fsync` flushes the file before its rename and the folder after it. When it makes a folder
//! it flushes that too, but a second writer that finds the folder already made may return before that flush has
//! happened; so we make folders ourselves, one at a time, before either writes.

use std::{
    collections::HashSet,
    fs::{self, DirBuilder, File, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};

use jiff::Timestamp;
use object_store::{ObjectStore, local::LocalFileSystem};

use super::ContentError;

/// How long a half-written file may lie untouched before it is taken for left over. A writer in another process
/// touches its own at least as often as a sender's connection times out.
const LEFT_OVER_AFTER: Duration = Duration::from_secs(60 * 60);

/// Lies in the root from the first opening on. When it is not there, the disk with the content is not either, and
/// nothing must be written in its place. No object has such a name.
const MARK: &str = ".modtag-content";

/// A local folder of objects.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    marked: AtomicBool,
    /// Folders known to be there after a power cut.
    durable: Mutex<HashSet<PathBuf>>,
}

impl Folder {
    /// Makes the folder if need be. Blocks.
    pub(super) fn open(path: &Path) -> Result<(Arc<Self>, Arc<dyn ObjectStore>), ContentError> {
        if !path.is_dir() {
            DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(ContentError::from_disk)?;
            if let Some(parent) = path.canonicalize().map_err(ContentError::from_disk)?.parent() {
                flush(parent).map_err(ContentError::from_disk)?;
            }
        }
        let root = path.canonicalize().map_err(ContentError::from_disk)?;
        let objects =
            LocalFileSystem::new_with_prefix(&root).map_err(ContentError::writing)?.with_fsync(true);
        let folder = Self { root, marked: AtomicBool::new(false), durable: Mutex::default() };
        // A folder that cannot be written to now may be so later: reading works, and writing says what is wrong.
        if let Err(error) = folder.mark() {
            tracing::warn!(error = &error as &dyn std::error::Error, "content folder cannot be written to");
        }
        Ok((Arc::new(folder), Arc::new(objects)))
    }

    fn mark(&self) -> io::Result<()> {
        let mark = self.root.join(MARK);
        if !mark.exists() {
            OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(mark)?;
            flush(&self.root)?;
        }
        self.marked.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Whether the folder is the one that was opened; a disk that is not mounted makes every object look missing.
    pub(super) fn is_there(&self) -> bool {
        match self.marked.load(Ordering::Relaxed) {
            true => self.root.join(MARK).exists(),
            false => self.root.is_dir(),
        }
    }

    /// Makes sure that the folder an object will lie in is there and stays there. Blocks.
    pub(super) fn prepare(&self, object: &str) -> Result<(), ContentError> {
        if !self.marked.load(Ordering::Relaxed) {
            self.mark().map_err(ContentError::from_disk)?;
        }
        if !self.is_there() {
            return Err(ContentError::unavailable("the content folder is not the one that was opened"));
        }
        let Some((folder, _)) = object.rsplit_once('/') else { return Ok(()) };
        // Held while flushing, so that nobody relies on a folder before it is durable.
        let mut durable = self.durable.lock().unwrap_or_else(PoisonError::into_inner);
        if durable.contains(Path::new(folder)) && self.root.join(folder).is_dir() {
            return Ok(());
        }
        self.make(folder).map_err(ContentError::from_disk)?;
        durable.insert(PathBuf::from(folder));
        Ok(())
    }

    fn make(&self, folder: &str) -> io::Result<()> {
        // Not the root itself: when that has gone, its disk has.
        let mut path = self.root.clone();
        for part in folder.split('/') {
            let parent = path.clone();
            path.push(part);
            match DirBuilder::new().mode(0o700).create(&path) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => flush(&parent)?,
            }
        }
        Ok(())
    }

    /// Flushes the folder an object was deleted from. Blocks.
    pub(super) fn deleted(&self, object: &str) -> io::Result<()> {
        match self.root.join(object).parent() {
            Some(parent) => flush(parent),
            None => Ok(()),
        }
    }

    /// Removes half-written files that a crash left behind, folder by folder, and says how many.
    pub(super) async fn sweep(&self, now: Timestamp) -> Result<u64, ContentError> {
        let mut swept = 0;
        let mut waiting = vec![self.root.clone()];
        while let Some(folder) = waiting.pop() {
            let looked = tokio::task::spawn_blocking(move || sweep_one(&folder, now.into())).await;
            let (here, below) =
                looked.map_err(ContentError::unavailable)?.map_err(ContentError::from_disk)?;
            swept += here;
            waiting.extend(below);
        }
        Ok(swept)
    }
}

fn sweep_one(folder: &Path, now: SystemTime) -> io::Result<(u64, Vec<PathBuf>)> {
    let mut swept = 0;
    let mut below = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            below.push(entry.path());
        } else if kind.is_file() && entry.file_name().to_str().is_some_and(is_half_written) {
            // Gone in the meantime means that its writer finished, or another process swept it.
            let Ok(touched) = entry.metadata().and_then(|meta| meta.modified()) else { continue };
            let old = now.duration_since(touched).is_ok_and(|age| age > LEFT_OVER_AFTER);
            if old && fs::remove_file(entry.path()).is_ok() {
                swept += 1;
            }
        }
    }
    Ok((swept, below))
}

/// `object_store` writes to the object's name with `#` and a number after it; our own names have no `#`.
fn is_half_written(name: &str) -> bool {
    name.rsplit_once('#').is_some_and(|(_, n)| !n.is_empty() && n.bytes().all(|byte| byte.is_ascii_digit()))
}

fn flush(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
