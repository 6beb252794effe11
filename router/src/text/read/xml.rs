//! The XML inside office documents, walked through piece by piece.
//!
//! No entity is resolved but the five of XML itself and characters by number; a document type is passed over and remarked.

use std::io::BufRead;

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::super::page::{Page, Read, Stop};
use super::super::remark::Remark;

/// Elements inside elements that are followed.
const DEEPEST: usize = 1_000;

/// A piece of XML. Names are without prefix.
pub(super) enum Piece<'a> {
    /// An element begins.
    Start(&'a str, &'a BytesStart<'a>),
    /// An element ends.
    End(&'a str),
    /// Characters.
    Text(&'a str),
}

/// Walks through a document; an error of `take` ends the walk.
pub(super) fn walk(
    source: impl BufRead,
    page: &mut Page,
    mut take: impl FnMut(Piece<'_>, &mut Page) -> Read,
) -> Read {
    let mut reader = Reader::from_reader(source);
    reader.config_mut().expand_empty_elements = true;
    let mut buffer = Vec::new();
    let mut depth = 0usize;
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer).map_err(|error| why(&error))?;
        match event {
            Event::Start(start) => {
                depth += 1;
                if depth > DEEPEST {
                    return Err(Stop::Because(Remark::TooDeep));
                }
                take(Piece::Start(start.local_name().as_ref(), &start), page)?;
            }
            Event::End(end) => {
                depth = depth.saturating_sub(1);
                take(Piece::End(end.local_name().as_ref()), page)?;
            }
            Event::Text(text) => take(Piece::Text(&text), page)?,
            Event::CData(text) => take(Piece::Text(&text), page)?,
            Event::GeneralRef(reference) => match character(&reference) {
                Some(char) => take(Piece::Text(char.encode_utf8(&mut [0; 4])), page)?,
                None => page.note(Remark::Declarations),
            },
            Event::DocType(_) => page.note(Remark::Declarations),
            Event::Eof if depth > 0 => return Err(Stop::Because(Remark::Damaged)),
            Event::Eof => return Ok(()),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

fn character(reference: &quick_xml::events::BytesRef<'_>) -> Option<char> {
    match &**reference {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => reference.resolve_char_ref().ok().flatten(),
    }
}

/// A source that ends because too much came out of it says so itself.
fn why(error: &quick_xml::Error) -> Stop {
    match error {
        quick_xml::Error::Io(error) if error.kind() == std::io::ErrorKind::FileTooLarge => {
            Stop::Because(Remark::Bomb)
        }
        _ => Stop::Because(Remark::Damaged),
    }
}
