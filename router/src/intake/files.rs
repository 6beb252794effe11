//! Files: messages and containers that lie on a disk.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use tokio::io::AsyncReadExt;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{Arrival, Channel, Intake, IntakeError, Taken};

/// First byte and dictionary size of an LZMA-alone file: a container (spec: digital-post-interfaces §6).
pub fn is_container(start: &[u8]) -> bool {
    memo::container::looks_like_one(start)
}

/// What became of one file.
pub struct FileReport {
    /// Each message in it: its name, and what became of it.
    pub taken: Vec<(String, Taken)>,
    /// Why the file, or the rest of it, was not taken in.
    pub trouble: Option<IntakeError>,
}

/// Pieces read from a disk at a time.
const PIECE: usize = 256 * 1024;

/// Takes in one file: a message, or a container of messages.
///
/// A message became available when its file was made: a backlog does not move the date (`spec/journaling-law.md` §5).
pub async fn take_file(intake: &Intake, channel: Channel, path: &Path) -> FileReport {
    match open(path).await {
        Ok((file, available_at, true)) => {
            let file = file.into_std().await;
            take_container(intake, channel, available_at, std::io::BufReader::new(file)).await
        }
        Ok((file, available_at, false)) => {
            let name = name_of(path);
            match take_stream(intake, channel, available_at, file).await {
                Ok(taken) => FileReport { taken: vec![(name, taken)], trouble: None },
                Err(trouble) => FileReport { taken: Vec::new(), trouble: Some(trouble) },
            }
        }
        Err(error) => FileReport { taken: Vec::new(), trouble: Some(IntakeError::Source(error)) },
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

async fn open(path: &Path) -> std::io::Result<(tokio::fs::File, Timestamp, bool)> {
    use tokio::io::AsyncSeekExt;
    let mut file = tokio::fs::File::open(path).await?;
    let made = file.metadata().await?.modified().ok().and_then(|at| Timestamp::try_from(at).ok());
    let mut start = [0; 16];
    let mut filled = 0;
    while filled < start.len() {
        match file.read(&mut start[filled..]).await? {
            0 => break,
            n => filled += n,
        }
    }
    file.rewind().await?;
    Ok((file, made.unwrap_or(Timestamp::MAX), is_container(&start[..filled])))
}

async fn take_stream(
    intake: &Intake,
    channel: Channel,
    available_at: Timestamp,
    mut file: tokio::fs::File,
) -> Result<Taken, IntakeError> {
    let mut arrival = Arrival::begin(intake, channel, available_at, None);
    let mut piece = vec![0; PIECE];
    loop {
        match file.read(&mut piece).await.map_err(IntakeError::Source)? {
            0 => return arrival.finish().await,
            n => arrival.write(&piece[..n]).await?,
        }
    }
}

enum Part {
    Begin(String),
    Bytes(Vec<u8>),
    End,
}

/// Takes in every message of a container, each on its own: one that is no MeMo is quarantined and the others go on.
pub async fn take_container(
    intake: &Intake,
    channel: Channel,
    available_at: Timestamp,
    source: impl std::io::BufRead + Send + 'static,
) -> FileReport {
    let (parts, mut received) = mpsc::channel::<Part>(8);
    let reading = tokio::task::spawn_blocking(move || unpack(source, &parts));
    let mut report = FileReport { taken: Vec::new(), trouble: None };
    let mut current: Option<(String, Arrival)> = None;
    while let Some(part) = received.recv().await {
        let done = match (part, current.take()) {
            (Part::Begin(name), _) => {
                let expected = name.strip_suffix(".xml").and_then(|stem| Uuid::parse_str(stem).ok());
                current = Some((name, Arrival::begin(intake, channel, available_at, expected)));
                Ok(())
            }
            (Part::Bytes(bytes), Some((name, mut arrival))) => {
                let written = arrival.write(&bytes).await;
                current = Some((name, arrival));
                written
            }
            (Part::End, Some((name, arrival))) => match arrival.finish().await {
                Ok(taken) => {
                    report.taken.push((name, taken));
                    Ok(())
                }
                // An empty entry is nobody's letter.
                Err(IntakeError::Empty) => Ok(()),
                Err(error) => Err(error),
            },
            (_, None) => Ok(()),
        };
        if let Err(error) = done {
            report.trouble = Some(error);
            break;
        }
    }
    drop(received);
    if report.trouble.is_none() {
        report.trouble = match reading.await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(IntakeError::Source(error)),
            Err(_) => Some(IntakeError::Source(std::io::Error::other("container reader failed"))),
        };
    }
    report
}

fn unpack(source: impl std::io::BufRead, parts: &mpsc::Sender<Part>) -> std::io::Result<()> {
    let gone = |_| std::io::Error::from(std::io::ErrorKind::BrokenPipe);
    memo::container::read(source, |name, bytes| {
        parts.blocking_send(Part::Begin(name.to_owned())).map_err(gone)?;
        let mut piece = vec![0; PIECE];
        loop {
            match bytes.read(&mut piece)? {
                0 => break,
                n => parts.blocking_send(Part::Bytes(piece[..n].to_vec())).map_err(gone)?,
            }
        }
        parts.blocking_send(Part::End).map_err(gone)
    })
}

/// The files to take in: each file named, and what lies in each folder named, in order of name.
pub fn find(paths: &[PathBuf]) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            let mut inside: Vec<PathBuf> = std::fs::read_dir(path)?
                .filter_map(Result::ok)
                .map(|entry| entry.path())
                .filter(|path| path.is_file() && is_mail(path))
                .collect();
            inside.sort();
            found.extend(inside);
        } else {
            found.push(path.clone());
        }
    }
    Ok(found)
}

/// Is this the name of a message or a container, and not of a file still being written?
pub fn is_mail(path: &Path) -> bool {
    let name = name_of(path).to_ascii_lowercase();
    !name.starts_with('.')
        && (name.ends_with(".xml") || name.ends_with(".tar.lzma") || name.ends_with(".lzma"))
}
