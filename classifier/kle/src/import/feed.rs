//! The feed: elements that open, hold text and close, whether they came as XML or as JSON.
//!
//! Elements are known by their names and by what they stand in, never by their order, and what is not known is
//! passed over: the feed has had at least four editions of its schema.

use std::collections::BTreeSet;

use super::record::{Draft, KeywordDraft, Kind};
use super::{Fault, Gathered, NotKle, Place};
use crate::register::read_date;

/// Deeper than any feed: the guidance, the deepest part, has lists within lists.
const DEPTH: usize = 64;

/// Names that are known and not kept: guidance, law references, filters.
const PASSED_OVER: &[&str] = &[
    "RetskildeTitel",
    "ParagrafEllerKapitel",
    "RetsinfoAccessionsNr",
    "RetsinfoURL",
    "FilterTitel",
    "Orden",
    "Ref",
    "Beskrivelse",
    "Retskilde",
    "Aendringsnotat",
    "Soegeord",
    "OverordnetKlasse",
    "Sideordnede",
    "LovligeKombinationer",
    "KlasseTilhoerer",
    "Cvr",
];

/// Ends of names that are known and empty at times.
const CONTAINERS: &[&str] = &[
    "Filter",
    "Vejledning",
    "VejledningTekst",
    "AdministrativInfo",
    "RetskildeReference",
    "Historisk",
    "Flyttet",
];

/// So many unknown names are told; a feed that is all unknown needs no longer list.
const UNKNOWN_TOLD: usize = 20;

pub(super) struct Feed<'a> {
    out: &'a mut Gathered,
    frames: Vec<Frame>,
    unknown: BTreeSet<String>,
}

struct Frame {
    name: String,
    text: String,
    /// It has elements in it, so its text is only what lies between them.
    outer: bool,
    holds: Holds,
}

enum Holds {
    Nothing,
    Record(Box<Draft>),
    Keyword(KeywordDraft),
}

impl<'a> Feed<'a> {
    pub(super) fn new(out: &'a mut Gathered) -> Self {
        Self { out, frames: Vec::new(), unknown: BTreeSet::new() }
    }

    /// An element opens.
    pub(super) fn open(&mut self, name: &str, line: Option<usize>) -> Result<(), NotKle> {
        if self.frames.len() >= DEPTH {
            return Err(NotKle::TooDeep);
        }
        let place = Place { line, ..Place::default() };
        let within_record = self.holder().is_some_and(|holds| matches!(holds, Holds::Record(_)));
        let holds = if let Some(kind) = Kind::of(name) {
            Holds::Record(Box::new(Draft::new(kind, place)))
        } else if is_keyword(name, within_record) {
            Holds::Keyword(KeywordDraft::at(place))
        } else {
            Holds::Nothing
        };
        if let Some(frame) = self.frames.last_mut() {
            frame.outer = true;
        }
        self.frames.push(Frame { name: name.to_owned(), text: String::new(), outer: false, holds });
        Ok(())
    }

    /// Text of the innermost element.
    pub(super) fn text(&mut self, text: &str) {
        if let Some(frame) = self.frames.last_mut() {
            frame.text.push_str(text);
        }
    }

    /// The innermost element closes.
    pub(super) fn close(&mut self, line: Option<usize>) {
        let Some(frame) = self.frames.pop() else { return };
        match frame.holds {
            Holds::Record(draft) => {
                let above = self.frames.iter().rev().find_map(|frame| match &frame.holds {
                    Holds::Record(above) => Some(above.number.as_str()),
                    _ => None,
                });
                draft.finish(above, self.out);
            }
            Holds::Keyword(mut keyword) => {
                if keyword.text.is_empty() && !frame.outer {
                    keyword.text = frame.text;
                }
                match self.holder_mut() {
                    Some(Holds::Record(draft)) => draft.keywords.push(keyword),
                    _ => keyword.finish(None, None, self.out),
                }
            }
            Holds::Nothing if !frame.outer => self.leaf(&frame.name, frame.text.trim(), line),
            Holds::Nothing => {}
        }
    }

    /// The end of the file in the middle of things: whole records are kept, the one being read is not.
    pub(super) fn break_off(&mut self, line: Option<usize>) {
        self.out.reports.add(Fault::BrokenOff, Place { line, ..Place::default() });
        self.frames.clear();
    }

    pub(super) fn remark(&mut self, fault: Fault, line: Option<usize>) {
        self.out.reports.add(fault, Place { line, ..Place::default() });
    }

    pub(super) fn is_open(&self) -> bool {
        !self.frames.is_empty()
    }

    fn leaf(&mut self, name: &str, text: &str, line: Option<usize>) {
        if name == "UdgivelsesDato" {
            self.out.edition = self.out.edition.or_else(|| read_date(text));
            return;
        }
        let inside = self.frames.last().map(|frame| frame.name.clone()).unwrap_or_default();
        let known = match self.holder_mut() {
            Some(Holds::Record(draft)) => draft.take(name, &inside, text),
            Some(Holds::Keyword(keyword)) => keyword.take(name, text),
            Some(Holds::Nothing) | None => false,
        };
        if !known {
            self.passed_over(name, line);
        }
    }

    fn passed_over(&mut self, name: &str, line: Option<usize>) {
        let in_guidance = self.frames.iter().any(|frame| frame.name.contains("Vejledning"));
        let known = PASSED_OVER.contains(&name)
            || name.is_empty()
            || CONTAINERS.iter().any(|container| name.ends_with(container));
        if in_guidance || known || self.unknown.len() >= UNKNOWN_TOLD {
            return;
        }
        let short: String = name.chars().take(40).collect();
        if self.unknown.insert(short.clone()) {
            self.remark(Fault::UnknownElement(short), line);
        }
    }

    /// What the element being read belongs to.
    fn holder(&self) -> Option<&Holds> {
        self.frames.iter().rev().map(|frame| &frame.holds).find(|holds| !matches!(holds, Holds::Nothing))
    }

    fn holder_mut(&mut self) -> Option<&mut Holds> {
        self.frames
            .iter_mut()
            .rev()
            .map(|frame| &mut frame.holds)
            .find(|holds| !matches!(holds, Holds::Nothing))
    }
}

/// `EmneStikord` within a subject holds a keyword; within `StikordTilEmne`, which holds one, it is its text.
fn is_keyword(name: &str, within_record: bool) -> bool {
    (name.ends_with("Stikord") && within_record)
        || (name.starts_with("StikordTil") && name != "StikordTilEmneKategori")
}
