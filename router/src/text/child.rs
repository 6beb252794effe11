//! The child: locks itself, reads one document, answers, and ends.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use super::answer::{Head, written};
use super::format::{Format, Seen, seen};
use super::limits::Limits;
use super::page::{Page, Stop};
use super::remark::Remark;
use super::{locks, ocr, read};

/// Exit code of a child that could not lock itself and therefore read nothing.
const UNLOCKED: u8 = 3;

/// What a child is there for.
#[derive(Clone, Debug)]
pub enum Work {
    /// Reading a document.
    Read {
        /// What it is said to be.
        declared: Option<Format>,
        /// Are pictures of sheets without text to be handed over?
        pictures: bool,
    },
    /// Recognising the characters of a picture.
    Recognise {
        /// Tesseract.
        program: PathBuf,
        /// The languages, as it wants them.
        languages: String,
    },
}

/// A child process.
#[derive(Clone, Debug)]
pub struct Child {
    /// What it is there for.
    pub work: Work,
    /// What it may cost.
    pub limits: Limits,
}

impl Child {
    /// Does its work. To be called before any other thread is begun.
    pub fn run(&self) -> ExitCode {
        // What a panic says may quote the document.
        std::panic::set_hook(Box::new(|_| {}));
        match &self.work {
            Work::Read { declared, pictures } => self.read(*declared, *pictures),
            Work::Recognise { program, languages } => {
                if locks::for_recognising(&self.limits).is_ok() {
                    ocr::become_tesseract(program, languages);
                }
                ExitCode::from(UNLOCKED)
            }
        }
    }

    fn read(&self, declared: Option<Format>, pictures: bool) -> ExitCode {
        let Ok(locks) = locks::for_reading(&self.limits) else { return ExitCode::from(UNLOCKED) };
        let mut page = Page::new(self.limits.output);
        if pictures {
            page = page.with_album();
        }
        let (format, stop) = match self.document(&mut page) {
            Ok(bytes) => {
                let (format, read) = read::document(&bytes, declared, &mut page);
                (format, read.err())
            }
            Err(remark) => (None, Some(Stop::Because(remark))),
        };
        match stop {
            Some(Stop::Full) => page.note(Remark::Cut),
            Some(Stop::Because(remark)) => page.note(remark),
            None if !page.says_something() && !page.has_pictures() => page.note(Remark::Empty),
            None => {}
        }
        let (text, remarks, album) = page.into_parts();
        let head = Head { format, remarks, locks, pictures: Vec::new() };
        let answer = written(head, &text, &album.into_pictures());
        let mut out = std::io::stdout().lock();
        match out.write_all(&answer).and_then(|()| out.flush()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        }
    }

    /// The document on standard input. Of characters only the beginning, of anything else all of it.
    fn document(&self, page: &mut Page) -> Result<Vec<u8>, Remark> {
        let mut input = std::io::stdin().lock();
        let mut bytes = Vec::new();
        let mut take = |bytes: &mut Vec<u8>, up_to: u64| {
            let more = up_to.saturating_sub(bytes.len() as u64);
            input.by_ref().take(more).read_to_end(bytes).map_err(|_| Remark::NotTried)
        };
        take(&mut bytes, super::format::FIRST as u64)?;
        let (can_be_cut, most) = match seen(&bytes) {
            Seen::Text => (true, self.limits.enough()),
            Seen::Format(format) if format.can_be_cut() => (true, self.limits.enough()),
            _ => (false, self.limits.input),
        };
        // One more than is read tells whether there is more.
        take(&mut bytes, most.saturating_add(1))?;
        if bytes.len() as u64 > most {
            if !can_be_cut {
                return Err(Remark::TooLarge);
            }
            bytes.truncate(usize::try_from(most).unwrap_or(usize::MAX));
            page.note(Remark::Cut);
        }
        Ok(bytes)
    }
}
