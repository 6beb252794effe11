//! Reading an archive: one pass that hashes everything, and ways back to single members. Blocking throughout.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Take};
use std::path::{Path, PathBuf};

use indicatif::ProgressBar;
use sha2::{Digest as _, Sha256};

use super::error::BackupError;
use super::manifest::{Digest, Listed, Member};
use crate::store::message::hex;

/// Read at a time.
pub(super) const PIECE: usize = 256 * 1024;
/// A tar file is made of blocks of this size.
const BLOCK: u64 = 512;
/// Longest manifest: it grows with the number of tables alone.
const LONGEST_MANIFEST: u64 = 1 << 20;
/// Longest line: a row with the largest reading and its base64 stays far below.
const LONGEST_LINE: u64 = 512 << 20;

/// Where a member's bytes lie in the archive, and what they hash to.
#[derive(Clone, Debug, Default)]
pub(super) struct Section {
    pub(super) offset: u64,
    pub(super) digest: Digest,
    /// Line ends among the bytes.
    pub(super) lines: u64,
}

/// What one pass over an archive saw.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) path: PathBuf,
    pub(super) tables: BTreeMap<String, Section>,
    pub(super) list: Option<Section>,
    pub(super) manifest: Vec<u8>,
    pub(super) seal: String,
    pub(super) objects: u64,
    pub(super) object_bytes: u64,
    /// SHA-256 of the list that the objects, as they are, would have.
    pub(super) objects_sha256: String,
}

impl Seen {
    /// Reads the whole archive once.
    pub(super) fn all(path: &Path, bar: &ProgressBar) -> Result<Self, BackupError> {
        let failed = BackupError::io(path);
        let mut file = File::open(path).map_err(&failed)?;
        let length = file.metadata().map_err(&failed)?.len();
        if !ends(&mut file, length).map_err(&failed)? {
            return Err(BackupError::Truncated);
        }
        bar.set_length(length);
        bar.set_position(0);
        let mut seen = Self { path: path.to_owned(), ..Self::default() };
        let mut objects = Sha256::new();
        let mut tar = tar::Archive::new(BufReader::with_capacity(PIECE, file));
        // Faults in the bytes between members show as errors here; what the disk itself cannot read, too.
        let damaged = |error: io::Error| match error.raw_os_error() {
            Some(_) => BackupError::Io(path.to_owned(), error),
            None => BackupError::Tampered("arkivets opbygning".into()),
        };
        for entry in tar.entries().map_err(damaged)? {
            let mut entry = entry.map_err(damaged)?;
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let (offset, size) = (entry.raw_file_position(), entry.size());
            if offset.saturating_add(size) > length {
                return Err(BackupError::Truncated);
            }
            if !entry.header().entry_type().is_file() {
                return Err(BackupError::Tampered(format!("{name} er ikke en fil")));
            }
            match Member::of(&name) {
                Some(Member::Manifest) => seen.manifest = small(&mut entry).map_err(damaged)?,
                Some(Member::Seal) => {
                    seen.seal = String::from_utf8_lossy(&small(&mut entry).map_err(damaged)?).into_owned()
                }
                Some(Member::List) => seen.list = Some(section(&mut entry, offset, bar).map_err(damaged)?),
                Some(Member::Rows(table)) => {
                    let section = section(&mut entry, offset, bar).map_err(damaged)?;
                    if seen.tables.insert(table.to_owned(), section).is_some() {
                        return Err(BackupError::Tampered(format!("{name} findes to gange")));
                    }
                }
                Some(Member::Content(object)) => {
                    let digest = hashed(&mut entry, bar, |_| {}).map_err(damaged)?;
                    seen.objects += 1;
                    seen.object_bytes += digest.size;
                    objects.update(Listed { object: object.to_owned(), digest }.line());
                }
                None => {
                    return Err(BackupError::Tampered(format!("{name} hører ikke til i en sikkerhedskopi")));
                }
            }
        }
        seen.objects_sha256 = hex(&objects.finalize());
        Ok(seen)
    }

    /// The lines of a table; none when the archive, being older, does not have it.
    pub(super) fn lines(&self, table: &str) -> Result<Lines, BackupError> {
        Lines::open(&self.path, self.tables.get(table).cloned().unwrap_or_default())
    }

    /// The list of content objects.
    pub(super) fn listed(&self) -> Result<ListedObjects, BackupError> {
        Ok(ListedObjects(Lines::open(&self.path, self.list.clone().unwrap_or_default())?))
    }

    /// Goes through the content objects again, each with what the list says of it.
    pub(super) fn objects(
        &self,
        mut each: impl FnMut(Listed, &mut dyn Read) -> Result<(), BackupError>,
    ) -> Result<(), BackupError> {
        let changed = |_| BackupError::Tampered("filen blev ændret, mens den blev læst".into());
        let file = File::open(&self.path).map_err(BackupError::io(&self.path))?;
        let mut listed = self.listed()?;
        let mut tar = tar::Archive::new(BufReader::with_capacity(PIECE, file));
        for entry in tar.entries_with_seek().map_err(changed)? {
            let mut entry = entry.map_err(changed)?;
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let Some(Member::Content(object)) = Member::of(&name) else { continue };
            match listed.next()? {
                Some(listed) if listed.object == object && listed.digest.size == entry.size() => {
                    each(listed, &mut entry)?
                }
                _ => return Err(BackupError::Tampered(name)),
            }
        }
        match listed.next()? {
            Some(missing) => Err(BackupError::Tampered(format!("{} mangler", missing.object))),
            None => Ok(()),
        }
    }
}

/// Whether a file ends as an archive does: with two empty blocks. One that was cut short ends in the midst of something.
fn ends(file: &mut File, length: u64) -> io::Result<bool> {
    let mut end = [1; 1024];
    if length < end.len() as u64 || !length.is_multiple_of(BLOCK) {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-(end.len() as i64)))?;
    file.read_exact(&mut end)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(end.iter().all(|byte| *byte == 0))
}

fn small(member: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    member.take(LONGEST_MANIFEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn section(member: &mut impl Read, offset: u64, bar: &ProgressBar) -> io::Result<Section> {
    let mut lines = 0;
    let digest =
        hashed(member, bar, |piece| lines += piece.iter().filter(|byte| **byte == b'\n').count() as u64)?;
    Ok(Section { offset, digest, lines })
}

/// Reads to the end, shows each piece, and keeps none.
fn hashed(member: &mut impl Read, bar: &ProgressBar, mut each: impl FnMut(&[u8])) -> io::Result<Digest> {
    let (mut hash, mut size) = (Sha256::new(), 0);
    let mut piece = vec![0; PIECE];
    loop {
        let read = match member.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hash.update(&piece[..read]);
        each(&piece[..read]);
        size += read as u64;
        bar.inc(read as u64);
    }
    Ok(Digest { size, sha256: hex(&hash.finalize()) })
}

/// The lines of a member, one at a time, hashed as they go by.
pub(super) struct Lines {
    path: PathBuf,
    bytes: BufReader<Take<File>>,
    line: Vec<u8>,
    hash: Sha256,
    expected: Digest,
}

impl Lines {
    fn open(path: &Path, section: Section) -> Result<Self, BackupError> {
        let failed = BackupError::io(path);
        let mut file = File::open(path).map_err(&failed)?;
        file.seek(SeekFrom::Start(section.offset)).map_err(&failed)?;
        Ok(Self {
            path: path.to_owned(),
            bytes: BufReader::with_capacity(PIECE, file.take(section.digest.size)),
            line: Vec::new(),
            hash: Sha256::new(),
            expected: section.digest,
        })
    }

    /// The next line. The end comes only when what was read hashes to what the first pass saw.
    pub(super) fn next(&mut self) -> Result<Option<&[u8]>, BackupError> {
        self.line.clear();
        let failed = BackupError::io(&self.path);
        (&mut self.bytes).take(LONGEST_LINE).read_until(b'\n', &mut self.line).map_err(failed)?;
        if self.line.is_empty() {
            let nothing_there = self.expected.sha256.is_empty();
            if nothing_there || hex(&self.hash.clone().finalize()) == self.expected.sha256 {
                return Ok(None);
            }
            return Err(BackupError::Tampered("filen blev ændret, mens den blev læst".into()));
        }
        self.hash.update(&self.line);
        match self.line.last() {
            Some(b'\n') => Ok(Some(&self.line)),
            _ => Err(BackupError::Tampered("en linje uden slutning".into())),
        }
    }
}

/// The list of content objects, one at a time.
pub(super) struct ListedObjects(Lines);

impl ListedObjects {
    pub(super) fn next(&mut self) -> Result<Option<Listed>, BackupError> {
        let Some(line) = self.0.next()? else { return Ok(None) };
        serde_json::from_slice(line)
            .map(Some)
            .map_err(|_| BackupError::Tampered("listen over indhold".into()))
    }
}
