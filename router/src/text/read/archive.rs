//! The ZIP that office documents are: what kind it is, and its parts, unpacked no further than is reasonable.
//!
//! A name in the archive is looked up and never becomes a path.

use std::io::{BufRead, BufReader, Cursor, Error, ErrorKind, Read as _};

use zip::ZipArchive;

use super::super::format::Format;
use super::super::page::{Page, Read, Stop};
use super::super::remark::Remark;
use super::xml::{self, Piece};

/// Bytes that one part may unpack to.
pub(super) const UNPACKED: u64 = 64 * 1024 * 1024;

/// An office document's archive.
pub(super) struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
}

impl<'a> Archive<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Read<Self> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Stop::Because(Remark::Damaged))?;
        Ok(Self { zip })
    }

    /// A part of this name; reading it fails with [`ErrorKind::FileTooLarge`] when it unpacks to too much.
    pub(super) fn part(&mut self, name: &str) -> Read<Option<impl BufRead>> {
        let Some(index) = self.zip.index_for_name(name) else { return Ok(None) };
        match self.zip.by_index(index) {
            Ok(part) => Ok(Some(BufReader::new(Bounded { inner: part, left: UNPACKED }))),
            Err(zip::result::ZipError::UnsupportedArchive(zip::result::ZipError::PASSWORD_REQUIRED)) => {
                Err(Stop::Because(Remark::Encrypted))
            }
            Err(_) => Err(Stop::Because(Remark::Damaged)),
        }
    }

    /// Does a part of this name unpack to no more than is reasonable? For parts that a library unpacks by itself.
    pub(super) fn is_reasonable(&mut self, name: &str) -> Read {
        let Some(mut part) = self.part(name)? else { return Ok(()) };
        match std::io::copy(&mut part, &mut std::io::sink()) {
            Err(error) if error.kind() == ErrorKind::FileTooLarge => Err(Stop::Because(Remark::Bomb)),
            _ => Ok(()),
        }
    }

    /// The part that an Office document begins with.
    pub(super) fn main_part(&mut self) -> Read<Option<String>> {
        let Some(part) = self.part("_rels/.rels")? else { return Ok(None) };
        let mut main = None;
        // Relations are names: nothing of them is text.
        let mut nowhere = Page::new(0);
        xml::walk(part, &mut nowhere, |piece, _| {
            if let Piece::Start("Relationship", start) = piece {
                let value = |name: &str| {
                    start.try_get_attribute(name).ok().flatten().map(|value| value.value.into_owned())
                };
                if value("Type").is_some_and(|kind| kind.ends_with("/officeDocument")) && main.is_none() {
                    main = value("Target").map(|target| target.trim_start_matches('/').to_owned());
                }
            }
            Ok(())
        })?;
        Ok(main)
    }

    fn has(&self, name: &str) -> bool {
        self.zip.index_for_name(name).is_some()
    }
}

/// What kind of document an archive is.
pub(super) fn kind(bytes: &[u8]) -> Result<Format, Remark> {
    let of_stop = |stop| match stop {
        Stop::Because(remark) => remark,
        Stop::Full => Remark::Damaged,
    };
    let mut archive = Archive::open(bytes).map_err(of_stop)?;
    if let Some(part) = archive.part("mimetype").map_err(of_stop)? {
        let mut mime = String::new();
        let _ = part.take(200).read_to_string(&mut mime);
        return match mime.trim() {
            "application/vnd.oasis.opendocument.text" => Ok(Format::Odt),
            "application/vnd.oasis.opendocument.spreadsheet" => Ok(Format::Ods),
            _ => Err(Remark::UnknownFormat),
        };
    }
    let main = archive.main_part().map_err(of_stop)?.unwrap_or_default();
    if main.starts_with("word/") || archive.has("word/document.xml") {
        Ok(Format::Docx)
    } else if main.starts_with("xl/") || archive.has("xl/workbook.xml") {
        Ok(Format::Xlsx)
    } else {
        Err(Remark::UnknownFormat)
    }
}

/// Lets so many bytes through, and fails at the next.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: std::io::Read> std::io::Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        match self.left.checked_sub(read as u64) {
            Some(left) => {
                self.left = left;
                Ok(read)
            }
            None => Err(Error::from(ErrorKind::FileTooLarge)),
        }
    }
}
