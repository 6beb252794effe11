//! KLE-Online's XML: subjects, facets, keywords and the flat lists.
//!
//! **Deliberately absent:** document types and entities beyond XML's own five. The first end the reading; the others
//! are left out and reported.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;

use super::feed::Feed;
use super::{Fault, Format, Gathered, NotKle};

pub(super) fn read(text: &str, out: &mut Gathered) -> Result<Format, NotKle> {
    let mut parser = Reader::from_str(text);
    let mut lines = Lines { text, position: 0, line: 1 };
    let mut feed = Feed::new(out);
    let mut format = None;
    loop {
        let event = parser.read_event();
        let line = Some(lines.at(usize::try_from(parser.buffer_position()).unwrap_or(usize::MAX)));
        match event {
            Ok(Event::Start(start)) => {
                format = format.or(format_of(start.local_name().as_ref()));
                feed.open(known(format, start.local_name().as_ref())?, line)?;
            }
            Ok(Event::Empty(start)) => {
                format = format.or(format_of(start.local_name().as_ref()));
                feed.open(known(format, start.local_name().as_ref())?, line)?;
                feed.close(line);
            }
            Ok(Event::End(_)) => feed.close(line),
            Ok(Event::Text(text)) => feed.text(&text.xml10_content()),
            Ok(Event::CData(text)) => feed.text(&text.xml10_content()),
            Ok(Event::GeneralRef(name)) => match name.resolve_char_ref() {
                Ok(Some(c)) => feed.text(c.encode_utf8(&mut [0; 4])),
                _ => match resolve_predefined_entity(&name) {
                    Some(text) => feed.text(text),
                    None => feed.remark(Fault::UnknownEntity, line),
                },
            },
            Ok(Event::DocType(_)) => return Err(NotKle::Doctype),
            Ok(Event::Eof) if feed.is_open() => {
                feed.break_off(line);
                break;
            }
            Ok(Event::Eof) => break,
            Ok(Event::Decl(_) | Event::PI(_) | Event::Comment(_)) => {}
            Err(_) => {
                feed.break_off(line);
                break;
            }
        }
    }
    format.ok_or(NotKle::UnknownFormat)
}

/// The root tells the format; nothing is read under an unknown one.
fn known(format: Option<Format>, name: &str) -> Result<&str, NotKle> {
    format.map(|_| name).ok_or(NotKle::UnknownFormat)
}

fn format_of(root: &str) -> Option<Format> {
    match root {
        "KLE-Emneplan" => Some(Format::SubjectPlanXml),
        "KLE-Handlingsfacetter" => Some(Format::FacetsXml),
        "KLE-Stikord" => Some(Format::KeywordsXml),
        "KLE-Hovedgrupper" | "KLE-Grupper" | "KLE-Emner" => Some(Format::ListXml),
        _ => None,
    }
}

/// Line numbers of rising positions.
struct Lines<'a> {
    text: &'a str,
    position: usize,
    line: usize,
}

impl Lines<'_> {
    fn at(&mut self, position: usize) -> usize {
        let position = position.min(self.text.len());
        if position > self.position {
            let passed = &self.text.as_bytes()[self.position..position];
            self.line += passed.iter().filter(|&&byte| byte == b'\n').count();
            self.position = position;
        }
        self.line
    }
}
