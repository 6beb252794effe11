//! Containers: many messages in one file, `.tar.lzma` (`spec/digital-post-interfaces.md` §6).
//!
//! A tar archive under LZMA alone (the old `.lzma` format, not xz). Entries are named `<messageUUID>.xml`, one MeMo
//! each. Entries stream by in order; nothing is unpacked to a disk, and a name never becomes a path.

use std::io::{self, BufRead, Read};

use lzma_rust2::LzmaReader;

/// Largest dictionary the official library writes, in KiB, with room for the decoder's own tables.
const MEMORY_KIB: u32 = 128 * 1024 + 1024;

/// Entries in one container; more are a trap, not a delivery.
const ENTRIES: usize = 100_000;

/// Unpacked bytes of one container. A bulk move of a mailbox stays far below.
const UNPACKED: u64 = 16 * 1024 * 1024 * 1024;

/// Do these first bytes begin an LZMA-alone file as the official library writes it?
///
/// The format has no magic number; properties byte 5d, a dictionary that is a power of two from 64 KiB to 128 MiB,
/// and an unknown or believable size tell it from XML beyond doubt.
pub fn looks_like_one(start: &[u8]) -> bool {
    let Some((props, rest)) = start.split_first() else { return false };
    let (Some(dictionary), Some(size)) = (rest.first_chunk::<4>(), rest.get(4..12)) else { return false };
    let dictionary = u32::from_le_bytes(*dictionary);
    let unknown = size.iter().all(|byte| *byte == 0xff);
    let known = size[5..].iter().all(|byte| *byte == 0);
    *props == 0x5d
        && dictionary.is_power_of_two()
        && (1 << 16..=1 << 27).contains(&dictionary)
        && (unknown || known)
}

/// Reads a container and hands each entry over by name and content. Folders, links and other things are passed over.
///
/// # Errors
///
/// When the bytes are no container, end too early, or go past a limit; and whatever `each` answers. Entries handed
/// over before stay handed over.
pub fn read(
    source: impl BufRead,
    mut each: impl FnMut(&str, &mut dyn Read) -> io::Result<()>,
) -> io::Result<()> {
    let unpacked = LzmaReader::new_mem_limit(source, MEMORY_KIB, None)?;
    let mut archive = tar::Archive::new(Bounded { inner: unpacked, left: UNPACKED });
    let mut seen = 0;
    for entry in archive.entries()? {
        let mut entry = entry?;
        seen += 1;
        if seen > ENTRIES {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "too many entries in the container"));
        }
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let name = last_part(&entry.path_bytes());
        let size = entry.size();
        let mut counted = Counted { inner: &mut entry, count: 0 };
        each(&name, &mut counted)?;
        // The archive reader takes an archive that breaks off inside an entry for one that ends there.
        io::copy(&mut counted, &mut io::sink())?;
        if counted.count < size {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the container breaks off"));
        }
    }
    if seen == 0 {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the container is empty"));
    }
    Ok(())
}

fn last_part(path: &[u8]) -> String {
    let text = String::from_utf8_lossy(path);
    text.rsplit(['/', '\\']).next().unwrap_or_default().to_owned()
}

/// Ends with an error instead of going on past a limit.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(into)?;
        self.left = self
            .left
            .checked_sub(n as u64)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the container unpacks to too much"))?;
        Ok(n)
    }
}

struct Counted<'a, R> {
    inner: &'a mut R,
    count: u64,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(into)?;
        self.count += n as u64;
        Ok(n)
    }
}

/// Writes a container, as senders do.
///
/// # Errors
///
/// Whatever `out` answers.
pub fn write<'a>(
    messages: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    out: impl io::Write,
) -> io::Result<()> {
    use io::Write as _;
    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in messages {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        tar.append_data(&mut header, name, bytes)?;
    }
    let options = lzma_rust2::LzmaOptions::with_preset(3);
    let mut packed = lzma_rust2::LzmaWriter::new_use_header(out, &options, None)?;
    packed.write_all(&tar.into_inner()?)?;
    packed.finish()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(bytes: &[u8]) -> (Vec<(String, Vec<u8>)>, io::Result<()>) {
        let mut found = Vec::new();
        let result = read(bytes, |name, content| {
            let mut all = Vec::new();
            content.read_to_end(&mut all)?;
            found.push((name.to_owned(), all));
            Ok(())
        });
        (found, result)
    }

    fn packed(messages: &[(&str, &[u8])]) -> Vec<u8> {
        let mut out = Vec::new();
        write(messages.iter().copied(), &mut out).expect("memory takes it");
        out
    }

    #[test]
    fn what_is_written_is_read_in_order() {
        let bytes = packed(&[("a.xml", b"<a/>"), ("b.xml", &[7; 100_000])]);
        assert!(looks_like_one(&bytes));
        let (found, result) = entries(&bytes);
        result.expect("whole");
        assert_eq!(found.len(), 2);
        assert_eq!(found[0], ("a.xml".into(), b"<a/>".to_vec()));
        assert_eq!(found[1].1.len(), 100_000);
    }

    #[test]
    fn a_container_cut_off_anywhere_is_an_error_and_never_a_short_message() {
        let content: Vec<u8> = (0..60_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let bytes = packed(&[("a.xml", &content)]);
        for cut in (13..bytes.len() - 8).step_by(977) {
            let (_, result) = entries(&bytes[..cut]);
            assert!(result.is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn a_path_in_a_name_is_no_path() {
        assert_eq!(last_part(b"../../etc/passwd"), "passwd");
        assert_eq!(last_part(b"c:\\post\\x.xml"), "x.xml");
    }

    #[test]
    fn xml_and_xz_are_no_containers() {
        assert!(!looks_like_one(b"<?xml version=\"1.0\"?>"));
        assert!(!looks_like_one(b"\xfd7zXZ\0\0\x04\xe6\xd6\xb4F\x02\0"));
        assert!(!looks_like_one(b"]"));
        assert!(looks_like_one(b"\x5d\x00\x00\x00\x08\xff\xff\xff\xff\xff\xff\xff\xff"));
    }

    #[test]
    fn garbage_is_an_error() {
        assert!(entries(b"").1.is_err());
        assert!(entries(b"<html>").1.is_err());
        assert!(entries(&packed(&[])).1.is_err());
    }
}
