//! Contents: from the bytes of the message into the caller's sink, without a stop in memory.
//!
//! Inside `content` the parser is passed by: what stands up to the next `<` is Base64 and is decoded where it lies.
//! The parser takes over again for the markup that follows.

use std::io::BufRead;

use super::Reader;
use super::base64::{PIECE, Stop};
use super::source::uninterrupted;
use super::xml::Node;
use crate::contents::{ContentPlace, Contents};
use crate::error::{NotMemoReason, ReadError};
use crate::model::File;
use crate::remark::RemarkCode;

/// The longest character reference to a character of Base64 or a blank, `&#x0000041;` and the like.
const LONGEST_REFERENCE: usize = 12;

const CDATA: &[u8] = b"<![CDATA[";
const CDATA_END: &[u8] = b"]]>";

impl<R: BufRead, C: Contents> Reader<'_, R, C> {
    /// Streams the content whose element was just opened.
    pub(crate) fn content(&mut self, file: &mut File) -> Result<(), ReadError> {
        self.begin_content(file)?;
        self.decoder.begin();
        let mut cdata = false;
        loop {
            if !self.xml.closing {
                self.base64(file, &mut cdata)?;
            }
            self.xml.text.clear();
            match self.xml.next()? {
                Node::Close => break,
                Node::Open => {
                    self.remark_child(RemarkCode::UnknownElement);
                    self.xml.skip()?;
                }
                Node::Nothing | Node::Text => {}
                Node::End => return Err(self.not_memo(NotMemoReason::Truncated)),
            }
        }
        let whole = self.decoder.finish();
        self.pass_on(file)?;
        if !whole {
            self.remark(RemarkCode::BrokenContent);
        } else if file.size == 0 {
            self.remark(RemarkCode::EmptyFile);
        }
        self.contents.end(file.size).map_err(ReadError::Contents)
    }

    /// A file without a content has an empty one, so that files and contents stay in step.
    pub(crate) fn no_content(&mut self, file: &mut File) -> Result<(), ReadError> {
        self.begin_content(file)?;
        self.contents.end(0).map_err(ReadError::Contents)
    }

    fn begin_content(&mut self, file: &mut File) -> Result<(), ReadError> {
        file.content = self.place.contents;
        let place = ContentPlace {
            index: file.content,
            kind: self.place.kind,
            document: self.place.document,
            file: self.place.file,
            encoding_format: file.encoding_format.clone(),
            filename: file.filename.clone(),
        };
        self.place.contents += 1;
        self.place.file_has_content = true;
        self.contents.begin(&place).map_err(ReadError::Contents)
    }

    /// Decodes up to the next markup that is not CDATA.
    fn base64(&mut self, file: &mut File, cdata: &mut bool) -> Result<(), ReadError> {
        loop {
            // Only the limit of the whole message holds here.
            self.xml.parser.get_mut().ration(usize::MAX);
            let mut stream = self.xml.parser.stream();
            if let Err(error) = uninterrupted(|| stream.fill_buf().map(|_| ())) {
                return Err(self.xml.source_failed(error));
            }
            let window = stream.fill_buf().unwrap_or_default();
            if window.is_empty() {
                return Err(self.not_memo(NotMemoReason::Truncated));
            }
            let window = &window[..window.len().min(PIECE)];
            let end = memchr::memchr(if *cdata { b']' } else { b'<' }, window);
            if end == Some(0) {
                match self.markup(cdata)? {
                    true => continue,
                    false => return Ok(()),
                }
            }
            let piece = &window[..end.unwrap_or(window.len())];
            let (used, stop) = match self.decoder.feed(piece, !*cdata) {
                Stop::Reference(at) => (at, Stop::Reference(at)),
                stop => (piece.len(), stop),
            };
            stream.consume(used);
            self.pass_on(file)?;
            match stop {
                Stop::End => {}
                Stop::Nul => return Err(self.not_memo(NotMemoReason::Nul)),
                Stop::Reference(_) => {
                    self.reference()?;
                    self.pass_on(file)?;
                }
            }
        }
    }

    /// Steps into or out of CDATA; false when the markup is the parser's.
    fn markup(&mut self, cdata: &mut bool) -> Result<bool, ReadError> {
        let mark = if *cdata { CDATA_END } else { CDATA };
        let is_mark = match self.xml.parser.get_mut().peek(mark.len()) {
            Ok(ahead) => ahead.starts_with(mark),
            Err(error) => return Err(self.xml.source_failed(error)),
        };
        if is_mark {
            *cdata = !*cdata;
            self.xml.parser.stream().consume(mark.len());
            return Ok(true);
        }
        if *cdata {
            // A `]` of no meaning.
            self.decoder.feed(b"]", false);
            self.xml.parser.stream().consume(1);
        }
        Ok(*cdata)
    }

    /// A character reference is as good as the character.
    fn reference(&mut self) -> Result<(), ReadError> {
        let ahead = match self.xml.parser.get_mut().peek(LONGEST_REFERENCE) {
            Ok(ahead) => &ahead[..ahead.len().min(LONGEST_REFERENCE)],
            Err(error) => return Err(self.xml.source_failed(error)),
        };
        let Some(end) = memchr::memchr(b';', ahead) else {
            return Err(self.not_memo(NotMemoReason::NotWellFormed));
        };
        let Some(character) = referred(&ahead[1..end]) else {
            return Err(self.not_memo(NotMemoReason::Entity));
        };
        let mut utf8 = [0; 4];
        // In CDATA's way, because `&#38;` is a character and begins no other reference.
        let stop = self.decoder.feed(character.encode_utf8(&mut utf8).as_bytes(), false);
        self.xml.parser.stream().consume(end + 1);
        match stop {
            Stop::Nul => Err(self.not_memo(NotMemoReason::NotWellFormed)),
            _ => Ok(()),
        }
    }

    /// Hands on what the decoder has.
    fn pass_on(&mut self, file: &mut File) -> Result<(), ReadError> {
        let bytes = self.decoder.decoded();
        if bytes.is_empty() {
            return Ok(());
        }
        file.size += bytes.len() as u64;
        self.contents.chunk(bytes).map_err(ReadError::Contents)
    }
}

/// The character of a reference, given without its `&` and `;`.
fn referred(name: &[u8]) -> Option<char> {
    let name = str::from_utf8(name).ok()?;
    let Some(number) = name.strip_prefix('#') else {
        return quick_xml::escape::resolve_predefined_entity(name)?.chars().next();
    };
    let code = match number.strip_prefix('x') {
        Some(hex) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => u32::from_str_radix(hex, 16).ok()?,
        None if number.bytes().all(|b| b.is_ascii_digit()) => number.parse().ok()?,
        _ => return None,
    };
    char::from_u32(code)
}
