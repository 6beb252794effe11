//! Writing an archive while everything runs.
//!
//! The rows are read in one transaction, which is let go before the letters are copied: objects never change, so
//! those that the rows refer to are still there, however much mail came meanwhile.

use std::io::{self, BufRead, BufReader, BufWriter, Seek, Write};
use std::mem;
use std::path::Path;

use futures::TryStreamExt;
use indicatif::ProgressBar;
use jiff::Timestamp;

use super::archive::{Archive, Partial};
use super::error::BackupError;
use super::manifest::{
    AuditPart, ContentPart, FORMAT, LIST, Listed, MANIFEST, Manifest, SEAL, TablePart, content_member,
    rows_member,
};
use super::reading::PIECE;
use super::verify::{Checked, Keyring, seal, verify};
use crate::audit::{Actor, EventKind};
use crate::content::{ContentError, ContentStore};
use crate::setup::House;
use crate::store::StoreError;
use crate::store::dump::{Frozen, Row, TABLES, Table};

/// What to do about a file of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Leave it, and refuse.
    Keep,
    /// Put the new archive in its place, once that is whole.
    Replace,
}

/// Objects that the built-in journal keeps beside those that messages lie in. Which entry refers to which is sealed.
const JOURNAL: &str = "journal/";

/// Writes an archive of the whole house, reads it again, and only then gives it its name.
///
/// The audit log is signed first, so that all of it in the archive is. That a backup was taken is told to the log
/// afterwards, when it is true: the archive does not tell of itself.
pub async fn write(
    house: &House,
    file: &Path,
    existing: Existing,
    by: Actor,
    bar: &ProgressBar,
) -> Result<Checked, BackupError> {
    let partial = Partial::create(file, existing)?;
    house.sign().await?;
    let store = &house.room.store;
    let fingerprint = store.meta("key-fingerprint").await?.ok_or(StoreError::Damaged("key fingerprint"))?;
    let keys = Keyring { fingerprint, authority: store.keys().clone() };
    let made_at = house.room.clock.now();
    let mut packing = Packing { house, partial: &partial, archive: partial.archive(made_at)?, bar };
    packing.fill(&keys, made_at).await?;
    packing.archive.finish().await.map_err(BackupError::io(partial.path()))?;
    bar.set_message("Efterprøver");
    let checked = verify(partial.path(), Some(&keys), bar).await?;
    partial.keep()?;
    tell(house, &checked, by).await?;
    Ok(checked)
}

async fn tell(house: &House, checked: &Checked, by: Actor) -> Result<(), StoreError> {
    let room = &house.room;
    let event = room
        .event_by(EventKind::BackedUp, by)
        .with("made_at", checked.manifest.made_at)
        .with("messages", checked.manifest.rows("message"))
        .with("objects", checked.manifest.content.objects)
        .with("events", checked.manifest.audit.size);
    let mut tx = room.store.begin().await?;
    tx.tell(event);
    tx.commit(room.clock.now()).await
}

struct Packing<'a> {
    house: &'a House,
    partial: &'a Partial,
    archive: Archive,
    bar: &'a ProgressBar,
}

impl Packing<'_> {
    async fn fill(&mut self, keys: &Keyring, made_at: Timestamp) -> Result<(), BackupError> {
        let store = &self.house.room.store;
        let mut frozen = store.freeze().await?;
        let (size, checkpoint) = frozen.log_end().await?;
        let mut tables = Vec::with_capacity(TABLES.len());
        for table in &TABLES {
            tables.push(self.table(&mut frozen, table).await?);
        }
        let mut wanted = self.referenced(&mut frozen).await?;
        frozen.close().await?;
        self.journal_objects(&mut wanted).await?;
        let content = self.content(wanted).await?;
        let manifest = Manifest {
            format: FORMAT,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            authority: store.authority().to_owned(),
            made_at,
            engine: store.engine().to_owned(),
            key_fingerprint: keys.fingerprint.clone(),
            tables,
            content,
            audit: AuditPart { size, origin: self.house.signer.name().to_owned(), checkpoint },
        };
        let text = serde_json::to_vec_pretty(&manifest).map_err(|error| self.failed(error.into()))?;
        let seal = seal(&keys.authority, &text);
        self.add(MANIFEST, text).await?;
        self.add(SEAL, format!("{seal}\n").into_bytes()).await
    }

    async fn table(
        &mut self,
        frozen: &mut Frozen<'_>,
        table: &'static Table,
    ) -> Result<TablePart, BackupError> {
        self.bar.set_message(format!("Rækker: {}", table.name));
        self.begin(rows_member(table.name)).await?;
        let mut rows = frozen.rows(table);
        let (mut lines, mut count) = (Vec::with_capacity(PIECE), 0);
        while let Some(row) = rows.try_next().await? {
            let row: Row = row;
            lines.extend_from_slice(&row.line(table));
            count += 1;
            if lines.len() >= PIECE {
                self.write(mem::take(&mut lines)).await?;
            }
        }
        drop(rows);
        self.write(lines).await?;
        let digest = self.archive.end().await.map_err(|error| self.failed(error))?;
        Ok(TablePart { name: table.name.to_owned(), rows: count, digest })
    }

    /// The objects that messages lie in, written down outside memory.
    async fn referenced(&self, frozen: &mut Frozen<'_>) -> Result<Wanted, BackupError> {
        let mut wanted = Wanted::new(self.partial.path()).map_err(|error| self.failed(error))?;
        let mut objects = frozen.objects();
        while let Some(referenced) = objects.try_next().await? {
            wanted
                .push(&referenced.object, &referenced.message, referenced.end)
                .map_err(|error| self.failed(error))?;
        }
        Ok(wanted)
    }

    async fn journal_objects(&self, wanted: &mut Wanted) -> Result<(), BackupError> {
        let mut all = self.house.room.content.list();
        while let Some(listed) = all.try_next().await? {
            if listed.name.starts_with(JOURNAL) {
                wanted.push(&listed.name, "", listed.size).map_err(|error| self.failed(error))?;
            }
        }
        Ok(())
    }

    async fn content(&mut self, wanted: Wanted) -> Result<ContentPart, BackupError> {
        self.bar.set_message("Indhold");
        self.bar.set_length(wanted.bytes);
        let mut list = Spool::new(self.partial.path()).map_err(|error| self.failed(error))?;
        let (mut objects, mut bytes) = (0, 0);
        let store = self.house.room.content.clone();
        let mut wanted = wanted.spool.read().map_err(|error| self.failed(error))?;
        while let Some((object, message, end)) =
            next_wanted(&mut wanted).map_err(|error| self.failed(error))?
        {
            let Some(listed) = self.object(&store, object, message, end).await? else { continue };
            objects += 1;
            bytes += listed.digest.size;
            list.push(&listed.line()).map_err(|error| self.failed(error))?;
        }
        self.begin(LIST.to_owned()).await?;
        let mut lines = list.read().map_err(|error| self.failed(error))?;
        loop {
            let piece = lines.fill_buf().map_err(|error| self.failed(error))?.to_vec();
            if piece.is_empty() {
                break;
            }
            lines.consume(piece.len());
            self.write(piece).await?;
        }
        let list = self.archive.end().await.map_err(|error| self.failed(error))?;
        Ok(ContentPart { objects, bytes, list })
    }

    /// Copies one object. `None` for one of the journal's that was taken back meanwhile.
    async fn object(
        &mut self,
        store: &ContentStore,
        object: String,
        message: String,
        end: u64,
    ) -> Result<Option<Listed>, BackupError> {
        let raw = match store.raw_get(&object).await {
            Ok(raw) if raw.size >= end => raw,
            Err(ContentError::Missing { .. }) if message.is_empty() => return Ok(None),
            Ok(_) | Err(ContentError::Missing { .. }) => return Err(BackupError::Lost { object, message }),
            Err(error) => return Err(error.into()),
        };
        self.begin(content_member(&object)).await?;
        let (size, mut bytes) = (raw.size, raw.bytes);
        while let Some(piece) = bytes.try_next().await? {
            self.bar.inc(piece.len() as u64);
            self.archive.write(piece).await.map_err(|error| self.failed(error))?;
        }
        let digest = self.archive.end().await.map_err(|error| self.failed(error))?;
        match digest.size == size {
            true => Ok(Some(Listed { object, digest })),
            false => Err(BackupError::Lost { object, message }),
        }
    }

    async fn begin(&mut self, name: String) -> Result<(), BackupError> {
        self.archive.begin(name).await.map_err(|error| self.failed(error))
    }

    async fn write(&mut self, bytes: Vec<u8>) -> Result<(), BackupError> {
        self.archive.write(bytes.into()).await.map_err(|error| self.failed(error))
    }

    async fn add(&mut self, name: &str, bytes: Vec<u8>) -> Result<(), BackupError> {
        self.archive.add(name, bytes).await.map_err(|error| self.failed(error))?;
        Ok(())
    }

    fn failed(&self, error: io::Error) -> BackupError {
        BackupError::io(self.partial.path())(error)
    }
}

/// The objects to copy: written down beside the archive, since there may be more than fit in memory.
struct Wanted {
    spool: Spool,
    /// At least so many bytes in all.
    bytes: u64,
}

impl Wanted {
    fn new(beside: &Path) -> io::Result<Self> {
        Ok(Self { spool: Spool::new(beside)?, bytes: 0 })
    }

    fn push(&mut self, object: &str, message: &str, end: u64) -> io::Result<()> {
        self.bytes = self.bytes.saturating_add(end);
        self.spool.push(format!("{object}\t{message}\t{end}\n").as_bytes())
    }
}

fn next_wanted(lines: &mut impl BufRead) -> io::Result<Option<(String, String, u64)>> {
    let mut line = String::new();
    if lines.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut parts = line.trim_end_matches('\n').split('\t');
    match (parts.next(), parts.next(), parts.next().and_then(|end| end.parse().ok())) {
        (Some(object), Some(message), Some(end)) => Ok(Some((object.to_owned(), message.to_owned(), end))),
        _ => Err(io::Error::from(io::ErrorKind::InvalidData)),
    }
}

/// A nameless file beside the archive, gone with the process.
struct Spool(BufWriter<std::fs::File>);

impl Spool {
    fn new(beside: &Path) -> io::Result<Self> {
        let folder = match beside.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        Ok(Self(BufWriter::new(tempfile::tempfile_in(folder)?)))
    }

    fn push(&mut self, line: &[u8]) -> io::Result<()> {
        self.0.write_all(line)
    }

    fn read(self) -> io::Result<BufReader<std::fs::File>> {
        let mut file = self.0.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(BufReader::with_capacity(PIECE, file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_down_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let mut wanted = Wanted::new(&folder.path().join("a.partial")).unwrap();
        wanted.push("2026/a", "m", 7).unwrap();
        wanted.push("journal/b", "", 5).unwrap();
        assert_eq!(wanted.bytes, 12);
        let mut lines = wanted.spool.read().unwrap();
        let mut next = || next_wanted(&mut lines).unwrap();
        assert_eq!(next(), Some(("2026/a".into(), "m".into(), 7)));
        assert_eq!(next(), Some(("journal/b".into(), String::new(), 5)));
        assert_eq!(next(), None);
    }
}
