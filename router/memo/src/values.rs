//! Values: how a field of the model is read from its element and written to it.
//!
//! The type of the field says what is kept; the [`Kind`] of the element says what was to be expected.

use std::io::{self, BufRead};

use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use crate::contents::Contents;
use crate::elements::{Element, Kind};
use crate::error::{NotMemoReason, ReadError};
use crate::lexical::{self, Time};
use crate::model::MessageType;
use crate::read::Reader;
use crate::records::Record;
use crate::remark::RemarkCode;
use crate::write::Writer;

/// A field of the model.
pub(crate) trait Value {
    /// Reads the element that was just opened, to its end.
    fn read<R: BufRead, C: Contents>(
        &mut self,
        element: &'static Element,
        reader: &mut Reader<'_, R, C>,
    ) -> Result<(), ReadError>;

    /// Writes the element, or nothing when there is nothing to say.
    fn write(&self, element: &'static Element, writer: &mut Writer<'_, '_>) -> io::Result<()>;
}

impl Value for String {
    fn read<R: BufRead, C: Contents>(
        &mut self,
        element: &'static Element,
        reader: &mut Reader<'_, R, C>,
    ) -> Result<(), ReadError> {
        let text = reader.text()?;
        let doubt = doubt(text, element.kind);
        *self = text.to_owned();
        if let Some(code) = doubt {
            reader.remark(code);
        }
        Ok(())
    }

    fn write(&self, element: &'static Element, writer: &mut Writer<'_, '_>) -> io::Result<()> {
        writer.text(element, self)
    }
}

/// Against what rule of its kind a text is.
fn doubt(text: &str, kind: Kind) -> Option<RemarkCode> {
    // No text has more characters than bytes, so most are never counted.
    let longer_than = |most: usize| text.len() > most && text.chars().count() > most;
    match kind {
        Kind::Text(most) if longer_than(most) => Some(RemarkCode::TooLong),
        Kind::Digits(most) => {
            let digits = lexical::trim(text).trim_start_matches('0');
            let fits = digits.len() <= most && digits.bytes().all(|b| b.is_ascii_digit()) && !text.is_empty();
            (!fits).then_some(RemarkCode::WrongPattern)
        }
        Kind::Language => {
            let language = lexical::trim(text);
            let fits = language.len() <= 2
                && !language.is_empty()
                && language.bytes().all(|b| b.is_ascii_alphabetic());
            (!fits).then_some(RemarkCode::WrongPattern)
        }
        Kind::Link if longer_than(256) => Some(RemarkCode::TooLong),
        Kind::Link => (!is_https(lexical::trim(text))).then_some(RemarkCode::Link),
        Kind::FileName if longer_than(256) => Some(RemarkCode::TooLong),
        Kind::FileName => text.contains(is_forbidden_in_file_name).then_some(RemarkCode::FileName),
        _ => None,
    }
}

/// The rule in force since 10 September 2025. Source: `memo-format.md` §4.
fn is_forbidden_in_file_name(c: char) -> bool {
    matches!(
        c,
        '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*' | '\r' | '\n' | '\u{a0}' | '\u{2000}'
            ..='\u{200a}' | '\u{2028}' | '\u{205f}' | '\u{2060}' | '\u{3000}'
    )
}

/// Absolute and https, with a host. Source: `memo-format.md` §4.
fn is_https(link: &str) -> bool {
    let scheme = link.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"));
    let host = link
        .get(8..)
        .and_then(|rest| rest.split(['/', '?', '#']).next())
        .is_some_and(|host| !host.is_empty());
    scheme && host && !link.contains([' ', '\t', '\n', '<', '>', '"'])
}

impl Value for Option<String> {
    fn read<R: BufRead, C: Contents>(
        &mut self,
        element: &'static Element,
        reader: &mut Reader<'_, R, C>,
    ) -> Result<(), ReadError> {
        let mut wrapped = Wrapped::default();
        if element.children.is_empty() {
            wrapped.0.read(element, reader)?;
        } else {
            reader.record(&mut wrapped, element.children)?;
        }
        *self = Some(wrapped.0);
        Ok(())
    }

    fn write(&self, element: &'static Element, writer: &mut Writer<'_, '_>) -> io::Result<()> {
        match (self, element.children) {
            (None, _) => Ok(()),
            (Some(text), []) => writer.text(element, text),
            (Some(text), [only, ..]) => writer.children(element, |writer| writer.text(only, text)),
        }
    }
}

/// An element that holds a single text, as `EntryPoint` does `url`.
#[derive(Default)]
struct Wrapped(String);

impl Record for Wrapped {
    fn read_child<R: BufRead, C: Contents>(
        &mut self,
        _: usize,
        element: &'static Element,
        reader: &mut Reader<'_, R, C>,
    ) -> Result<(), ReadError> {
        self.0.read(element, reader)
    }

    fn write_children(&self, table: &'static [Element], writer: &mut Writer<'_, '_>) -> io::Result<()> {
        table.first().map_or(Ok(()), |only| writer.text(only, &self.0))
    }
}

/// The message's own identity, without which it is no message we could keep apart from others.
impl Value for Uuid {
    fn read<R: BufRead, C: Contents>(
        &mut self,
        _: &'static Element,
        reader: &mut Reader<'_, R, C>,
    ) -> Result<(), ReadError> {
        match lexical::uuid(reader.text()?) {
            Some((uuid, by_pattern)) if !uuid.is_nil() => {
                *self = uuid;
                if !by_pattern {
                    reader.remark(RemarkCode::WrongPattern);
                }
                Ok(())
            }
            _ => Err(reader.not_memo(NotMemoReason::NoIdentity)),
        }
    }

    fn write(&self, element: &'static Element, writer: &mut Writer<'_, '_>) -> io::Result<()> {
        writer.text(element, self.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
    }
}

impl Value for Option<Uuid> {
    fn read<R: BufRead, C: Contents>(
        &mut self,
        _: &'static Element,
        reader: &mut Reader<'_, R, C>,
    ) -> Result<(), ReadError> {
        let read = lexical::uuid(reader.text()?);
        *self = read.map(|(uuid, _)| uuid);
        match read {
            None => reader.remark(RemarkCode::Unusable),
            Some((_, false)) => reader.remark(RemarkCode::WrongPattern),
            Some((_, true)) => {}
        }
        Ok(())
    }

    fn write(&self, element: &'static Element, writer: &mut Writer<'_, '_>) -> io::Result<()> {
        self.as_ref().map_or(Ok(()), |uuid| uuid.write(element, writer))
    }
}

impl Value for Option<bool> {
    fn read<R: BufRead, C: Contents>(
        &mut self,
        _: &'static Element,
        reader: &mut Reader<'_, R, C>,
    ) -> Result<(), ReadError> {
        *self = lexical::truth(reader.text()?);
        if self.is_none() {
            reader.remark(RemarkCode::Unusable);
        }
        Ok(())
    }

    fn write(&self, element: &'static Element, writer: &mut Writer<'_, '_>) -> io::Result<()> {
        match self {
            None => Ok(()),
            Some(true) => writer.text(element, "true"),
            Some(false) => writer.text(element, "false"),
        }
    }
}

impl Value for Option<Timestamp> {
    fn read<R: BufRead, C: Contents>(
        &mut self,
        _: &'static Element,
        reader: &mut Reader<'_, R, C>,
    ) -> Result<(), ReadError> {
        let (time, doubt) = match lexical::time(reader.text()?) {
            Some(Time::Utc(time)) => (Some(time), None),
            Some(Time::Converted(time)) => (Some(time), Some(RemarkCode::NotUtc)),
            Some(Time::FarFuture) => (Some(lexical::LAST), Some(RemarkCode::FarFuture)),
            None => (None, Some(RemarkCode::Unusable)),
        };
        *self = time;
        if let Some(code) = doubt {
            reader.remark(code);
        }
        Ok(())
    }

    fn write(&self, element: &'static Element, writer: &mut Writer<'_, '_>) -> io::Result<()> {
        self.map_or(Ok(()), |time| writer.text(element, &time.to_string()))
    }
}

impl Value for Option<Date> {
    fn read<R: BufRead, C: Contents>(
        &mut self,
        _: &'static Element,
        reader: &mut Reader<'_, R, C>,
    ) -> Result<(), ReadError> {
        *self = lexical::day(reader.text()?);
        if self.is_none() {
            reader.remark(RemarkCode::Unusable);
        }
        Ok(())
    }

    fn write(&self, element: &'static Element, writer: &mut Writer<'_, '_>) -> io::Result<()> {
        self.map_or(Ok(()), |day| writer.text(element, &day.to_string()))
    }
}

impl Value for MessageType {
    fn read<R: BufRead, C: Contents>(
        &mut self,
        _: &'static Element,
        reader: &mut Reader<'_, R, C>,
    ) -> Result<(), ReadError> {
        let text = reader.text()?;
        *self = match lexical::trim(text) {
            "DIGITALPOST" => MessageType::DigitalPost,
            "NEMSMS" => MessageType::NemSms,
            _ => MessageType::Other(text.to_owned()),
        };
        if let MessageType::Other(_) = self {
            reader.remark(RemarkCode::Unusable);
        }
        Ok(())
    }

    fn write(&self, element: &'static Element, writer: &mut Writer<'_, '_>) -> io::Result<()> {
        match self {
            MessageType::DigitalPost => writer.text(element, "DIGITALPOST"),
            MessageType::NemSms => writer.text(element, "NEMSMS"),
            MessageType::Other(text) => writer.text(element, text),
        }
    }
}

impl<T: Record> Value for T {
    fn read<R: BufRead, C: Contents>(
        &mut self,
        element: &'static Element,
        reader: &mut Reader<'_, R, C>,
    ) -> Result<(), ReadError> {
        reader.record(self, element.children)
    }

    fn write(&self, element: &'static Element, writer: &mut Writer<'_, '_>) -> io::Result<()> {
        writer.children(element, |writer| self.write_children(element.children, writer))
    }
}

impl<T: Record> Value for Option<T> {
    fn read<R: BufRead, C: Contents>(
        &mut self,
        element: &'static Element,
        reader: &mut Reader<'_, R, C>,
    ) -> Result<(), ReadError> {
        self.insert(T::default()).read(element, reader)
    }

    fn write(&self, element: &'static Element, writer: &mut Writer<'_, '_>) -> io::Result<()> {
        self.as_ref().map_or(Ok(()), |record| record.write(element, writer))
    }
}

impl<T: Record> Value for Vec<T> {
    fn read<R: BufRead, C: Contents>(
        &mut self,
        element: &'static Element,
        reader: &mut Reader<'_, R, C>,
    ) -> Result<(), ReadError> {
        let mut record = T::default();
        record.read(element, reader)?;
        self.push(record);
        Ok(())
    }

    fn write(&self, element: &'static Element, writer: &mut Writer<'_, '_>) -> io::Result<()> {
        self.iter().try_for_each(|record| record.write(element, writer))
    }
}
