//! A log as a file: something a records manager can keep, hand to a supervisor, and verify without us.
//!
//! UTF-8, one JSON object a line, every line ended by a line break:
//!
//! 1. `{"modtag_audit_export":1,"authority":…,"origin":…,"keys":[verifier keys],"made_at":…}`
//! 2. each event, by number: `{"seq":N,"event":BODY,"leaf":"…","nodes":"…"}`, byte for byte in this layout. `BODY` are the stored
//!    bytes; where they are no JSON (somebody edited them), `"raw":"BASE64"` stands for `"event":BODY`. `leaf` and `nodes` are base64.
//! 3. right after the last event it covers, each checkpoint: `{"checkpoint":{"size":N,"note":"…","frontier":"…"}}`
//! 4. `{"end":{"events":N,"checkpoints":N}}`, so that a file cut short shows itself.

use std::io::{self, BufRead, Read, Write};

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::merkle::Hash;
use super::note::VerifierKey;
use super::stored::{StoredCheckpoint, StoredEvent};

const VERSION: u32 = 1;
/// No line of ours is longer; a file with a longer one is not read into memory.
const LONGEST_LINE: u64 = 1 << 20;

/// Which log the file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The authority's CVR number.
    pub authority: String,
    /// The log's name, as in its checkpoints.
    pub origin: String,
    /// The keys its checkpoints were signed with. To be compared with keys had by another way.
    pub keys: Vec<VerifierKey>,
    /// When the file was made.
    pub made_at: Timestamp,
}

/// Why a file cannot be verified at all.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// It cannot be read from.
    #[error("the export cannot be read")]
    Io(#[from] io::Error),
    /// Its first line is not that of an export.
    #[error("the file is no audit export")]
    NotAnExport,
    /// It was made by a newer program.
    #[error("the export has format version {0}, this program knows version {VERSION}")]
    Version(u32),
}

#[derive(Serialize, Deserialize)]
struct HeaderLine {
    modtag_audit_export: u32,
    authority: String,
    origin: String,
    keys: Vec<String>,
    made_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckpointLine {
    checkpoint: CheckpointWire,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckpointWire {
    size: u64,
    note: String,
    frontier: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EndLine {
    end: EndWire,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EndWire {
    events: u64,
    checkpoints: u64,
}

/// Writes an export line by line.
pub struct Writer<W> {
    out: W,
    line: Vec<u8>,
    events: u64,
    checkpoints: u64,
}

impl<W: Write> Writer<W> {
    /// Starts an export. Give it a buffered writer.
    pub fn new(out: W, header: &Header) -> io::Result<Writer<W>> {
        let mut writer = Writer { out, line: Vec::with_capacity(1024), events: 0, checkpoints: 0 };
        writer.json(&HeaderLine {
            modtag_audit_export: VERSION,
            authority: header.authority.clone(),
            origin: header.origin.clone(),
            keys: header.keys.iter().map(VerifierKey::to_string).collect(),
            made_at: header.made_at,
        })?;
        Ok(writer)
    }

    /// The next event, as it is stored; a broken one too.
    pub fn event(&mut self, event: &StoredEvent) -> io::Result<()> {
        self.line.clear();
        write!(self.line, "{{\"seq\":{},", event.seq)?;
        let is_one_line = !event.body.iter().any(|byte| matches!(byte, b'\n' | b'\r'));
        if is_one_line && serde_json::from_slice::<IgnoredAny>(&event.body).is_ok() {
            self.line.extend_from_slice(b"\"event\":");
            self.line.extend_from_slice(&event.body);
        } else {
            write!(self.line, "\"raw\":\"{}\"", BASE64_STANDARD.encode(&event.body))?;
        }
        let nodes = BASE64_STANDARD.encode(&event.nodes);
        writeln!(self.line, ",\"leaf\":\"{}\",\"nodes\":\"{nodes}\"}}", event.leaf.to_base64())?;
        self.events += 1;
        self.out.write_all(&self.line)
    }

    /// A checkpoint, right after the last event it covers.
    pub fn checkpoint(&mut self, checkpoint: &StoredCheckpoint) -> io::Result<()> {
        self.checkpoints += 1;
        let (size, note) = (checkpoint.size, checkpoint.note.clone());
        let frontier = BASE64_STANDARD.encode(&checkpoint.frontier);
        self.json(&CheckpointLine { checkpoint: CheckpointWire { size, note, frontier } })
    }

    /// How many events have been written; a checkpoint of this size is due now.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Ends the export and gives the writer back, flushed.
    pub fn finish(mut self) -> io::Result<W> {
        let end = EndWire { events: self.events, checkpoints: self.checkpoints };
        self.json(&EndLine { end })?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn json(&mut self, line: &impl Serialize) -> io::Result<()> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, line)?;
        self.line.push(b'\n');
        self.out.write_all(&self.line)
    }
}

/// Reads an export line by line.
pub struct Reader<R> {
    source: R,
    header: Header,
    line: Vec<u8>,
    number: u64,
    ended: bool,
}

/// What a line after the first holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// An event.
    Event(StoredEvent),
    /// A checkpoint.
    Checkpoint(StoredCheckpoint),
    /// The last line.
    End {
        /// How many events the file says it holds.
        events: u64,
        /// How many checkpoints the file says it holds.
        checkpoints: u64,
    },
    /// No line of ours. Nothing is read after it.
    Unreadable {
        /// The line's number, from 1.
        line: u64,
    },
    /// The file ends without its last line.
    Truncated,
}

impl<R: BufRead> Reader<R> {
    /// Reads the header.
    pub fn open(source: R) -> Result<Reader<R>, ExportError> {
        let header = Header {
            authority: String::new(),
            origin: String::new(),
            keys: Vec::new(),
            made_at: Timestamp::UNIX_EPOCH,
        };
        let mut reader = Reader { source, header, line: Vec::new(), number: 0, ended: false };
        reader.next_line()?;
        #[derive(Deserialize)]
        struct Format {
            modtag_audit_export: u32,
        }
        let format: Format = serde_json::from_slice(&reader.line).map_err(|_| ExportError::NotAnExport)?;
        if format.modtag_audit_export != VERSION {
            return Err(ExportError::Version(format.modtag_audit_export));
        }
        let line: HeaderLine = serde_json::from_slice(&reader.line).map_err(|_| ExportError::NotAnExport)?;
        let keys = line.keys.iter().map(|key| key.parse()).collect::<Result<_, _>>();
        reader.header = Header {
            authority: line.authority,
            origin: line.origin,
            keys: keys.map_err(|_| ExportError::NotAnExport)?,
            made_at: line.made_at,
        };
        Ok(reader)
    }

    /// Which log the file says it holds.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The next line; `None` after the last, or after one that ends the reading.
    pub fn entry(&mut self) -> io::Result<Option<Entry>> {
        if self.ended {
            return Ok(None);
        }
        self.next_line()?;
        if self.line.is_empty() {
            self.ended = true;
            return Ok(Some(Entry::Truncated));
        }
        let line = self.number;
        let Some(text) = self.line.strip_suffix(b"\n") else {
            self.ended = true;
            let cut = (self.line.len() as u64) < LONGEST_LINE;
            return Ok(Some(if cut { Entry::Truncated } else { Entry::Unreadable { line } }));
        };
        let entry = parse(text).unwrap_or(Entry::Unreadable { line });
        if let Entry::End { .. } = entry {
            // Something after the end was not written by us.
            let surplus = !self.source.fill_buf()?.is_empty();
            self.ended = true;
            return Ok(Some(if surplus { Entry::Unreadable { line: line + 1 } } else { entry }));
        }
        self.ended = matches!(entry, Entry::Unreadable { .. });
        Ok(Some(entry))
    }

    fn next_line(&mut self) -> io::Result<()> {
        self.line.clear();
        self.number += 1;
        self.source.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut self.line).map(drop)
    }
}

fn parse(line: &[u8]) -> Option<Entry> {
    if line.starts_with(b"{\"seq\":") {
        return event(line).map(Entry::Event);
    }
    if line.starts_with(b"{\"end\":") {
        let EndLine { end } = serde_json::from_slice(line).ok()?;
        return Some(Entry::End { events: end.events, checkpoints: end.checkpoints });
    }
    let CheckpointLine { checkpoint } = serde_json::from_slice(line).ok()?;
    let frontier = BASE64_STANDARD.decode(checkpoint.frontier).ok()?;
    Some(Entry::Checkpoint(StoredCheckpoint { size: checkpoint.size, note: checkpoint.note, frontier }))
}

/// The layout is fixed, so the body is found from both ends without being read as JSON: what is verified are the very bytes in the file.
fn event(line: &[u8]) -> Option<StoredEvent> {
    let rest = line.strip_prefix(b"{\"seq\":")?;
    let comma = rest.iter().position(|&byte| byte == b',')?;
    let digits = std::str::from_utf8(&rest[..comma]).ok()?;
    let seq: u64 = digits.parse().ok()?;
    let rest = rest[comma..].strip_suffix(b"\"}")?;
    let (rest, nodes) = cut_last(rest, b"\",\"nodes\":\"")?;
    let (rest, leaf) = cut_last(rest, b",\"leaf\":\"")?;
    let body = match rest.strip_prefix(b",\"event\":") {
        Some(body) => body.to_vec(),
        None => BASE64_STANDARD.decode(rest.strip_prefix(b",\"raw\":\"")?.strip_suffix(b"\"")?).ok()?,
    };
    let leaf = Hash::from_base64(std::str::from_utf8(leaf).ok()?)?;
    Some(StoredEvent { seq, body, leaf, nodes: BASE64_STANDARD.decode(nodes).ok()? })
}

/// Cuts at the last `middle`, which ends in a quotation mark; what follows it holds none, so the search is short.
fn cut_last<'a>(bytes: &'a [u8], middle: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let value = bytes.iter().rposition(|&byte| byte == b'"')? + 1;
    let before = bytes[..value].strip_suffix(middle)?;
    Some((before, &bytes[value..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::canonical::tests::events;
    use crate::audit::{Frontier, Signer};
    use proptest::prelude::*;

    fn header() -> (Header, Signer) {
        let signer = Signer::new("modtag.example/29189447", &[1; 32]).unwrap();
        let header = Header {
            authority: "29189447".into(),
            origin: signer.name().into(),
            keys: vec![signer.verifier().clone()],
            made_at: Timestamp::UNIX_EPOCH,
        };
        (header, signer)
    }

    fn read(file: &[u8]) -> Vec<Entry> {
        let mut reader = Reader::open(file).unwrap();
        std::iter::from_fn(|| reader.entry().unwrap()).collect()
    }

    #[test]
    fn files_that_are_no_export_are_refused() {
        let open = |file: &str| Reader::open(file.as_bytes()).map(drop);
        assert!(matches!(open(""), Err(ExportError::NotAnExport)));
        assert!(matches!(open("{}\n"), Err(ExportError::NotAnExport)));
        assert!(matches!(open("{\"modtag_audit_export\":2}\n"), Err(ExportError::Version(2))));
        assert!(matches!(open(&"[".repeat(5_000_000)), Err(ExportError::NotAnExport)));
    }

    #[test]
    fn an_endless_line_is_not_read_into_memory() {
        let mut file = Writer::new(Vec::new(), &header().0).unwrap().finish().unwrap();
        let end = file.len() - "{\"end\":{\"events\":0,\"checkpoints\":0}}\n".len();
        file.truncate(end);
        file.extend(std::iter::repeat_n(b'x', 3 << 20));
        let mut reader = Reader::open(&file[..]).unwrap();
        assert_eq!(reader.entry().unwrap(), Some(Entry::Unreadable { line: 2 }));
        assert!(reader.line.capacity() <= 4 << 20);
        assert_eq!(reader.entry().unwrap(), None);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(list in proptest::collection::vec(events(), 0..8), spoil: Vec<u8>) {
            let (header, signer) = header();
            let mut frontier = Frontier::default();
            let mut writer = Writer::new(Vec::new(), &header).unwrap();
            let mut expected = Vec::new();
            for event in list {
                let (_, mut row) = StoredEvent::append(&mut frontier, event);
                if row.seq == 2 { row.body = spoil.clone(); }
                writer.event(&row).unwrap();
                expected.push(Entry::Event(row));
                let checkpoint = StoredCheckpoint::sign(&frontier, &signer);
                writer.checkpoint(&checkpoint).unwrap();
                expected.push(Entry::Checkpoint(checkpoint));
            }
            let events = writer.events();
            expected.push(Entry::End { events, checkpoints: events });
            let file = writer.finish().unwrap();
            for line in file.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                prop_assert!(serde_json::from_slice::<serde_json::Value>(line).is_ok());
            }
            let reader = Reader::open(&file[..]).unwrap();
            prop_assert_eq!(reader.header(), &header);
            prop_assert_eq!(read(&file), expected);
        }
    }
}
