//! Putting an archive back: letters first, then all rows in one transaction.
//!
//! Rows come all or not at all, and a letter without a row is in nobody's way. So a restore that was interrupted is
//! simply run again; letters that are there already are passed over.

use std::io::{self, Read};
use std::mem;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use futures::TryStreamExt;
use indicatif::ProgressBar;
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::error::BackupError;
use super::manifest::{Listed, Manifest};
use super::reading::{PIECE, Seen};
use super::verify::{Checked, Keyring, examine};
use crate::audit::{Actor, Event, EventKind, Signer};
use crate::config::Config;
use crate::content::{ContentError, ContentStore, Upload};
use crate::keys::KeyFile;
use crate::setup::{self, SetupError, World};
use crate::store::dump::{Row, TABLES, Table};
use crate::store::message::hex;
use crate::store::{Store, Tx};

/// Restores an archive into the database and the content store of this configuration, both of them empty.
///
/// Nothing is written before the whole archive was read and found to be ours and unchanged. Claims on work are let
/// go, so that it goes on as soon as the program is started.
pub async fn restore(
    config: &Config,
    world: World,
    file: &Path,
    by: Actor,
    bar: &ProgressBar,
) -> Result<Checked, BackupError> {
    let cvr = config.authority.cvr.clone().ok_or_else(no_cvr)?;
    // Never made here: new keys would open nothing of what is restored.
    let keys = KeyFile::open(&config.keys.file)?;
    bar.set_message("Efterprøver");
    let (seen, checked) = examine(file, Some(&Keyring::of(&keys, &cvr)), bar).await?;
    if checked.manifest.tables.iter().any(|part| Table::named(&part.name).is_none()) {
        return Err(BackupError::Newer(checked.manifest.format));
    }
    setup::make_private_folder(&config.data.folder)?;
    let store = setup::open_store(config, &keys, &cvr).await?;
    let restored = into(&store, config, world, &seen, &checked.manifest, by, bar).await;
    store.close().await;
    restored.map(|()| checked)
}

fn no_cvr() -> SetupError {
    SetupError::Said("authority.cvr er ikke sat. Skriv myndighedens CVR-nummer i konfigurationen.".into())
}

async fn into(
    store: &Store,
    config: &Config,
    world: World,
    seen: &Arc<Seen>,
    manifest: &Manifest,
    by: Actor,
    bar: &ProgressBar,
) -> Result<(), BackupError> {
    store.migrate().await?;
    refuse_in_use(&mut store.begin().await?).await?;
    let content = ContentStore::open(&setup::backend(config)?, world.clock.now()).await?;
    bar.set_message("Indhold");
    bar.set_length(manifest.content.bytes);
    bar.set_position(0);
    put_content(&content, seen, bar).await?;
    bar.set_length(manifest.tables.iter().map(|part| part.rows).sum());
    bar.set_position(0);
    let mut tx = store.begin().await?;
    // Asked again, now that nobody else can write.
    refuse_in_use(&mut tx).await?;
    tx.clear().await?;
    for table in &TABLES {
        bar.set_message(format!("Rækker: {}", table.name));
        put_rows(&mut tx, table, seen, bar).await?;
    }
    let now = world.clock.now();
    tx.tell(
        Event::new(now, store.authority(), EventKind::Restored, by)
            .with("made_at", manifest.made_at)
            .with("engine", &manifest.engine)
            .with("messages", manifest.rows("message"))
            .with("objects", manifest.content.objects)
            .with("events", manifest.audit.size),
    );
    tx.commit(now).await?;
    let origin = config.audit_origin().unwrap_or_else(|| manifest.audit.origin.clone());
    // An origin that cannot sign is told of by the next start; what is restored stands.
    if let Ok(signer) = Signer::new(&origin, &store.keys().audit_signer().to_bytes()) {
        store.sign_log(&signer, now).await?;
    }
    Ok(())
}

async fn refuse_in_use(tx: &mut Tx<'_>) -> Result<(), BackupError> {
    match tx.in_use().await? {
        Some(table) => Err(BackupError::InUse(table)),
        None => Ok(()),
    }
}

/// Rows, or pieces of letters, under way from the thread that reads.
const UNDER_WAY: usize = 4;
/// Rows put in at a time, and bytes of the archive after which fewer will do.
const ROWS: usize = 256;
const ROWS_BYTES: usize = 4 << 20;

async fn put_rows(
    tx: &mut Tx<'_>,
    table: &'static Table,
    seen: &Arc<Seen>,
    bar: &ProgressBar,
) -> Result<(), BackupError> {
    let (sender, mut batches) = mpsc::channel(UNDER_WAY);
    let seen = seen.clone();
    let reading = tokio::task::spawn_blocking(move || read_rows(&seen, table, &sender));
    while let Some(batch) = batches.recv().await {
        let batch: Vec<Row> = batch;
        tx.put_rows(table, &batch).await?;
        bar.inc(batch.len() as u64);
    }
    ended(reading).await
}

fn read_rows(
    seen: &Seen,
    table: &'static Table,
    batches: &mpsc::Sender<Vec<Row>>,
) -> Result<(), BackupError> {
    let mut lines = seen.lines(table.name)?;
    let (mut batch, mut bytes) = (Vec::new(), 0);
    while let Some(line) = lines.next()? {
        bytes += line.len();
        let mut row = Row::parse(table, line)?;
        row.release(table);
        batch.push(row);
        if batch.len() == ROWS || bytes >= ROWS_BYTES {
            bytes = 0;
            send(batches, mem::take(&mut batch))?;
        }
    }
    send(batches, batch)
}

enum Piece {
    Begin(Listed),
    Bytes(Bytes),
    End,
}

async fn put_content(content: &ContentStore, seen: &Arc<Seen>, bar: &ProgressBar) -> Result<(), BackupError> {
    let (sender, mut pieces) = mpsc::channel(UNDER_WAY);
    let seen = seen.clone();
    let reading = tokio::task::spawn_blocking(move || read_objects(&seen, &sender));
    let mut open: Option<(Upload, Listed, Sha256)> = None;
    while let Some(piece) = pieces.recv().await {
        match piece {
            Piece::Begin(listed) => {
                open = match is_there(content, &listed).await? {
                    true => None,
                    false => Some((content.raw_put(&listed.object)?, listed, Sha256::new())),
                };
            }
            Piece::Bytes(bytes) => {
                bar.inc(bytes.len() as u64);
                if let Some((upload, _, hash)) = &mut open {
                    hash.update(&bytes);
                    upload.write(&bytes).await?;
                }
            }
            Piece::End => {
                if let Some((upload, listed, hash)) = open.take() {
                    if hex(&hash.finalize()) != listed.digest.sha256 {
                        return Err(BackupError::Tampered(listed.object));
                    }
                    upload.finish().await?;
                }
            }
        }
    }
    ended(reading).await
}

fn read_objects(seen: &Seen, pieces: &mpsc::Sender<Piece>) -> Result<(), BackupError> {
    seen.objects(|listed, bytes| {
        send(pieces, Piece::Begin(listed))?;
        loop {
            let mut piece = Vec::with_capacity(PIECE);
            bytes.take(PIECE as u64).read_to_end(&mut piece).map_err(BackupError::io(&seen.path))?;
            if piece.is_empty() {
                break;
            }
            send(pieces, Piece::Bytes(piece.into()))?;
        }
        send(pieces, Piece::End)
    })
}

/// Whether the store has this very object. One of that name with other bytes is not ours to write over.
async fn is_there(content: &ContentStore, listed: &Listed) -> Result<bool, BackupError> {
    let mut raw = match content.raw_get(&listed.object).await {
        Ok(raw) => raw,
        Err(ContentError::Missing { .. }) => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    let mut hash = Sha256::new();
    if raw.size == listed.digest.size {
        while let Some(piece) = raw.bytes.try_next().await? {
            hash.update(&piece);
        }
    }
    match hex(&hash.finalize()) == listed.digest.sha256 {
        true => Ok(true),
        false => Err(BackupError::OtherContent(listed.object.clone())),
    }
}

/// Hands something on. Nobody there to take it means that writing failed, and says why.
fn send<T>(to: &mpsc::Sender<T>, what: T) -> Result<(), BackupError> {
    to.blocking_send(what).map_err(|_| BackupError::Io("".into(), io::ErrorKind::BrokenPipe.into()))
}

async fn ended(reading: JoinHandle<Result<(), BackupError>>) -> Result<(), BackupError> {
    reading.await.unwrap_or_else(|error| Err(BackupError::Io("".into(), io::Error::other(error))))
}
