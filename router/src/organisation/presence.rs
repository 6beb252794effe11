//! Presence: who is at work, as the last sync told it, known to a room while it runs.
//!
//! A sync replaces the snapshot's file as a whole. A running process sees that within seconds and takes it up; a file
//! that cannot be read leaves what was known before, is logged once, and `modtag check` tells of it.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::present::{SNAPSHOT_FILE, read_snapshot};
use super::snapshot::Snapshot;
use super::sync::SyncError;
use crate::config::{Config, OrganisationSource};
use crate::room::PostRoom;

/// How often a running process looks for another snapshot.
const LOOK_EVERY: Duration = Duration::from_secs(3);

/// The snapshot of this configuration's last sync; `None` without a source, or before the first sync.
pub fn last_snapshot(config: &Config) -> Result<Option<Snapshot>, SyncError> {
    file_of(config).map_or(Ok(None), |file| read_snapshot(&file))
}

/// Without a source nobody keeps the file up to date, and what it once told is not believed.
fn file_of(config: &Config) -> Option<PathBuf> {
    if config.organisation.source == OrganisationSource::None {
        return None;
    }
    config.organisation.folder.as_deref().map(|folder| folder.join(SNAPSHOT_FILE))
}

/// Which content a file had: another content has another time, size or place on the disk.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp {
    changed: (i64, i64),
    size: u64,
    place: u64,
}

impl Stamp {
    fn of(file: &Path) -> Option<Self> {
        let data = std::fs::metadata(file).ok()?;
        Some(Self { changed: (data.mtime(), data.mtime_nsec()), size: data.len(), place: data.ino() })
    }
}

/// Keeps a room's knowledge of who is at work up to date.
pub struct Follower {
    file: Option<PathBuf>,
    seen: Option<Stamp>,
}

impl Follower {
    /// Follows the snapshot of this configuration.
    pub fn of(config: &Config) -> Self {
        Self { file: file_of(config), seen: None }
    }

    /// Takes up the snapshot when it is another than the one last looked at. True when it did.
    pub async fn look(&mut self, room: &PostRoom) -> Result<bool, SyncError> {
        let Some(file) = self.file.clone() else { return Ok(false) };
        let seen = self.seen;
        // Reading a large organisation takes its time, and so may the disk.
        let read = tokio::task::spawn_blocking(move || {
            // Noted before reading: what is written meanwhile is another stamp the next time.
            let stamp = Stamp::of(&file);
            let same = stamp.is_none() || stamp == seen;
            (stamp, if same { Ok(None) } else { read_snapshot(&file) })
        });
        let Ok((stamp, read)) = read.await else { return Ok(false) };
        self.seen = stamp.or(self.seen);
        let Some(snapshot) = read? else { return Ok(false) };
        room.know_organisation(Arc::new(snapshot));
        Ok(true)
    }
}

/// Goes over to whatever the last sync told, for as long as the process runs.
pub async fn follow(room: Arc<PostRoom>, config: Config, mut stopped: watch::Receiver<bool>) {
    let mut follower = Follower::of(&config);
    loop {
        match follower.look(&room).await {
            Ok(true) => tracing::info!("who is at work is known anew"),
            Ok(false) => {}
            Err(error) => {
                tracing::error!(error = %error, "organisation not taken up; what was known before stays")
            }
        }
        tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}
