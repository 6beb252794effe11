//! The watched folder: any transport that can drop a file (SFTP, SMTP, a mounted share) becomes a channel.
//!
//! A file is taken in when it has stopped growing, and moved to the done folder when its messages are safe. A crash
//! between the two shows the file again, and the messages are recognised.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio::sync::watch;

use super::{Channel, Intake, files};

/// Where to look, and how often.
#[derive(Clone, Debug)]
pub struct Watched {
    /// The folder.
    pub folder: PathBuf,
    /// Where files go whose messages are safe.
    pub done: PathBuf,
    /// How long a file must have been left alone.
    pub settle: Duration,
    /// How often to look.
    pub poll: Duration,
}

/// Watches until told to stop.
pub async fn watch(intake: Intake, watched: Watched, mut stopped: watch::Receiver<bool>) {
    loop {
        if let Err(error) = look(&intake, &watched, &stopped).await {
            tracing::error!(error = %error.kind(), "watched folder not readable");
        }
        tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(watched.poll) => {}
        }
    }
}

async fn look(intake: &Intake, watched: &Watched, stopped: &watch::Receiver<bool>) -> std::io::Result<()> {
    for path in files::find(std::slice::from_ref(&watched.folder))? {
        if *stopped.borrow() {
            return Ok(());
        }
        if !has_settled(&path, watched.settle) {
            continue;
        }
        let report = files::take_file(intake, Channel::Folder, &path).await;
        match report.trouble {
            None => put_away(&path, &watched.done)?,
            Some(error) if error.is_transient() && !matches!(error, super::IntakeError::Source(_)) => {
                tracing::error!(error = %error, "file in watched folder not taken in; it is tried again");
                return Ok(());
            }
            Some(error) => {
                // What will not become readable must not be tried for ever, nor be hidden: it lies beside the done ones.
                tracing::error!(error = %error, "file in watched folder cannot be taken in; it is put aside");
                metrics::counter!("modtag_folder_refused_total").increment(1);
                put_away(&path, &watched.done.join("afvist"))?;
            }
        }
    }
    Ok(())
}

fn has_settled(path: &Path, settle: Duration) -> bool {
    let modified = path.metadata().and_then(|data| data.modified());
    modified.is_ok_and(|at| SystemTime::now().duration_since(at).is_ok_and(|age| age >= settle))
}

/// Moves a file without ever replacing another.
fn put_away(path: &Path, folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let name = path.file_name().unwrap_or_default().to_owned();
    let mut target = folder.join(&name);
    let mut n = 1;
    while target.exists() {
        let mut numbered = name.clone();
        numbered.push(format!(".{n}"));
        target = folder.join(numbered);
        n += 1;
    }
    std::fs::rename(path, target)
}
