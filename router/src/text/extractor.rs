//! The extractor: starts a child for each document, watches it, and understands its end.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};

use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{ChildStdin, Command};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use super::album::Album;
use super::answer::{self, Answer};
use super::format::{FIRST, Format, Seen, seen};
use super::limits::Limits;
use super::locks::Locks;
use super::ocr::Tesseract;
use super::remark::Remark;
use crate::config;

/// Text of a document, and what is to be said of it. Holds personal data: prints itself redacted.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Extracted {
    /// The text, as far as it could be read; pages end with U+000C.
    pub text: String,
    /// What is to be said of the document; nothing when all of it was read.
    pub remarks: Vec<Remark>,
    /// What it was read as.
    pub format: Option<Format>,
}

impl std::fmt::Debug for Extracted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Extracted({} bytes, {:?}, {:?})", self.text.len(), self.format, self.remarks)
    }
}

impl Extracted {
    fn nothing(remark: Remark) -> Self {
        Self { remarks: vec![remark], ..Self::default() }
    }

    fn note(&mut self, remark: Remark) {
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }

    /// Puts recognised sheets where they belong; the text stays within `most` bytes.
    fn insert(&mut self, sheets: Vec<(usize, Self)>, most: usize) {
        let said_something = self.text.contains(char::is_alphanumeric);
        for (at, sheet) in sheets.into_iter().rev() {
            sheet
                .remarks
                .into_iter()
                .filter(|why| *why != Remark::NothingRecognised)
                .for_each(|why| self.note(why));
            let at = self.text.floor_char_boundary(at.min(self.text.len()));
            let joins = at > 0 && !self.text[..at].ends_with(['\n', super::PAGE_BREAK]);
            let begin = if joins { "\n" } else { "" };
            self.text.insert_str(at, &format!("{begin}{}\n", sheet.text));
        }
        self.text.truncate(self.text.trim_end().len());
        if self.text.len() > most {
            self.text.truncate(self.text.floor_char_boundary(most));
            self.note(Remark::Cut);
        }
        if !said_something && !self.text.contains(char::is_alphanumeric) && self.remarks.is_empty() {
            self.note(Remark::NothingRecognised);
        }
    }
}

/// Gets text out of documents, each in a process of its own.
pub struct Extractor {
    program: PathBuf,
    limits: Limits,
    tesseract: Option<Tesseract>,
    places: Semaphore,
}

/// Bytes kept of what a child says on its standard error: enough to tell why it died.
const COMPLAINT: usize = 4096;

/// Signals, as Linux numbers them.
const KILLED: i32 = 9;
const OUT_OF_TIME: i32 = 24;

impl Extractor {
    /// An extractor whose children are this very program.
    pub fn new(config: &config::Text) -> Self {
        // Also after an upgrade has put another file in its place.
        Self::with_program(config, PathBuf::from("/proc/self/exe"))
    }

    /// An extractor whose children are the `modtag` at this path.
    pub fn with_program(config: &config::Text, program: PathBuf) -> Self {
        let tesseract = if config.ocr { Tesseract::installed() } else { None };
        Self {
            program,
            limits: Limits::of(config),
            tesseract,
            places: Semaphore::new(config.processes as usize),
        }
    }

    /// Gets the text of one document. Fails only when `document` itself cannot be had; whatever is wrong with what it holds is
    /// a remark.
    pub async fn extract(
        &self,
        declared: Option<Format>,
        document: impl Stream<Item = io::Result<Bytes>> + Send + Unpin,
    ) -> io::Result<Extracted> {
        // The semaphore is never closed; without a place the document would only be read at a worse time.
        let _place = self.places.acquire().await;
        let until = Instant::now() + self.limits.wall;
        // A source need not bear being asked again after its end.
        let read = match timeout_at(until, self.attempt(declared, document.fuse())).await {
            Ok(answer) => answer?,
            // The child is killed when the attempt is dropped.
            Err(_) => return Ok(Extracted::nothing(Remark::TooSlow)),
        };
        Ok(self.with_pictures(read, until).await)
    }

    /// What a child on this machine takes from itself; nothing when none can be started.
    pub async fn locks(&self) -> Option<Locks> {
        let trial = futures::stream::iter([Ok(Bytes::from_static("prøve".as_bytes()))]);
        let said = self.in_child(&Purpose::Read(Some(Format::Txt)), Bytes::new(), trial).await.ok()?;
        said.ok().and_then(|said| answer::understood(&said.out)).map(|answer| answer.head.locks)
    }

    async fn attempt(
        &self,
        declared: Option<Format>,
        mut document: impl Stream<Item = io::Result<Bytes>> + Send + Unpin,
    ) -> io::Result<ReadSoFar> {
        let first = first(&mut document).await?;
        if first.is_empty() {
            return Ok(Extracted::nothing(Remark::Empty).into());
        }
        let purpose = match (&self.tesseract, seen(&first)) {
            (Some(tesseract), Seen::Format(Format::Picture)) => Purpose::Recognise(tesseract),
            _ => Purpose::Read(declared),
        };
        let said = match self.in_child(&purpose, first, document).await? {
            Ok(said) => said,
            Err(error) => {
                tracing::warn!(error = %error, "a document could not be read: no child process");
                return Ok(Extracted::nothing(Remark::NotTried).into());
            }
        };
        Ok(match purpose {
            Purpose::Read(_) => said.read(),
            Purpose::Recognise(_) => said.recognised(declared).into(),
        })
    }

    /// Has the sheets that are pictures recognised, one after the other, as long as there is time.
    async fn with_pictures(&self, read: ReadSoFar, until: Instant) -> Extracted {
        let ReadSoFar { mut document, pictures } = read;
        let Some(tesseract) = self.tesseract.as_ref().filter(|_| !pictures.is_empty()) else {
            return document;
        };
        let mut recognised = Vec::with_capacity(pictures.len());
        for (at, picture) in pictures {
            match timeout_at(until, self.recognise(tesseract, picture)).await {
                Ok(sheet) => recognised.push((at, sheet)),
                Err(_) => {
                    document.note(if recognised.is_empty() { Remark::TooSlow } else { Remark::Cut });
                    break;
                }
            }
        }
        document.insert(recognised, self.limits.output);
        document
    }

    /// What a second child recognises in a picture.
    async fn recognise(&self, tesseract: &Tesseract, picture: Vec<u8>) -> Extracted {
        let nothing = futures::stream::empty::<io::Result<Bytes>>();
        match self.in_child(&Purpose::Recognise(tesseract), Bytes::from(picture), nothing).await {
            Ok(Ok(said)) => said.recognised(Some(Format::Picture)),
            Ok(Err(_)) | Err(_) => Extracted::nothing(Remark::NotTried),
        }
    }

    /// Runs a child to its end. The outer error is the document's, the inner one the child's.
    async fn in_child(
        &self,
        purpose: &Purpose<'_>,
        first: Bytes,
        document: impl Stream<Item = io::Result<Bytes>> + Send + Unpin,
    ) -> io::Result<io::Result<Said>> {
        let mut child = match self.command(purpose).spawn() {
            Ok(child) => child,
            Err(error) => return Ok(Err(error)),
        };
        let (Some(input), Some(output), Some(complaint)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Ok(Err(io::Error::from(io::ErrorKind::BrokenPipe)));
        };
        let longest = answer::longest(self.limits.output).saturating_add(Album::longest());
        let (fed, out, err) = tokio::join!(
            feed(input, first, document),
            beginning(output, longest),
            beginning(complaint, COMPLAINT as u64)
        );
        fed?;
        let status = child.wait().await;
        Ok(match (status, out, err) {
            (Ok(status), Ok(out), Ok(err)) => Ok(Said { status, out, err }),
            (Err(error), _, _) | (_, Err(error), _) | (_, _, Err(error)) => Err(error),
        })
    }

    fn command(&self, purpose: &Purpose<'_>) -> Command {
        let mut command = Command::new(&self.program);
        command
            .arg("extract-text")
            .args(["--memory-bytes", &self.limits.memory.to_string()])
            .args(["--cpu-seconds", &self.limits.cpu.as_secs().to_string()])
            .args(["--input-bytes", &self.limits.input.to_string()])
            .args(["--output-bytes", &self.limits.output.to_string()]);
        if self.tesseract.is_some() && matches!(purpose, Purpose::Read(_)) {
            command.arg("--pictures");
        }
        match purpose {
            Purpose::Read(Some(declared)) => command.args(["--format", declared.as_str()]),
            Purpose::Read(None) => &mut command,
            Purpose::Recognise(tesseract) => command
                .arg("--tesseract")
                .arg(&tesseract.program)
                .args(["--languages", tesseract.languages()]),
        };
        // Nothing of this process reaches the child: no secret in the environment, no folder, no open file.
        command.env_clear().current_dir("/").kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

enum Purpose<'a> {
    Read(Option<Format>),
    Recognise(&'a Tesseract),
}

/// How a child ended, and what it said.
struct Said {
    status: ExitStatus,
    out: Vec<u8>,
    err: Vec<u8>,
}

/// What one child made of a document, and the pictures that are left to another.
struct ReadSoFar {
    document: Extracted,
    pictures: Vec<(usize, Vec<u8>)>,
}

impl From<Extracted> for ReadSoFar {
    fn from(document: Extracted) -> Self {
        Self { document, pictures: Vec::new() }
    }
}

impl Said {
    fn read(self) -> ReadSoFar {
        match answer::understood(&self.out) {
            Some(Answer { head, text, pictures }) if self.status.success() => {
                let document = Extracted { text, remarks: head.remarks, format: head.format };
                ReadSoFar { document, pictures }
            }
            _ => Extracted::nothing(self.why()).into(),
        }
    }

    fn recognised(self, declared: Option<Format>) -> Extracted {
        if !self.status.success() {
            return Extracted { format: Some(Format::Picture), ..Extracted::nothing(self.why()) };
        }
        let text = String::from_utf8_lossy(&self.out).trim_end().to_owned();
        let mut remarks = Vec::new();
        if declared.is_some_and(|declared| declared != Format::Picture) {
            remarks.push(Remark::OtherFormat);
        }
        if !text.contains(char::is_alphanumeric) {
            remarks.push(Remark::NothingRecognised);
        }
        Extracted { text, remarks, format: Some(Format::Picture) }
    }

    /// Why a child ended without an answer.
    fn why(&self) -> Remark {
        let complaint = String::from_utf8_lossy(&self.err);
        if complaint.contains("memory allocation of") || complaint.contains("bad_alloc") {
            return Remark::TooMuchMemory;
        }
        match self.status.signal() {
            Some(OUT_OF_TIME) => Remark::TooSlow,
            // By the kernel, when the whole machine is short of memory.
            Some(KILLED) => Remark::TooMuchMemory,
            _ => Remark::Crashed,
        }
    }
}

/// The first bytes of a document, enough to see what it is.
async fn first(document: &mut (impl Stream<Item = io::Result<Bytes>> + Unpin)) -> io::Result<Bytes> {
    let mut first = BytesMut::new();
    while first.len() < FIRST {
        match document.next().await {
            Some(piece) => first.extend_from_slice(&piece?),
            None => break,
        }
    }
    Ok(first.freeze())
}

/// Feeds a child until the document ends or the child wants no more.
async fn feed(
    mut input: ChildStdin,
    first: Bytes,
    mut document: impl Stream<Item = io::Result<Bytes>> + Unpin,
) -> io::Result<()> {
    if input.write_all(&first).await.is_err() {
        return Ok(());
    }
    while let Some(piece) = document.next().await {
        if input.write_all(&piece?).await.is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// The beginning of what a child says; the rest is read and let go, so that it does not wait for us.
async fn beginning(mut from: impl AsyncRead + Unpin, most: u64) -> io::Result<Vec<u8>> {
    let mut kept = Vec::new();
    (&mut from).take(most).read_to_end(&mut kept).await?;
    tokio::io::copy(&mut from, &mut tokio::io::sink()).await?;
    Ok(kept)
}
