//! Writing MeMo: the model as the reader would read it again.
//!
//! Contents are fetched one at a time and encoded piece by piece. Written is what the model holds, also where the
//! version it names would not have it: a writer that drops marks would be worse than one that is told so.

use std::io::{self, Read, Write};

use base64_simd::{AsOut, STANDARD};

use crate::elements::Element;
use crate::lexical;
use crate::model::Message;
use crate::namespaces::NAMESPACES;
use crate::records::{MESSAGE, ROOT, Record};

/// Bytes of a content that are encoded at a time; a multiple of three, so that no piece needs padding but the last.
const PIECE: usize = 48 * 1024;

/// Writes a message as UTF-8 XML.
///
/// `contents` is asked for each content by its number, [`crate::File::content`], in the order of the documents.
/// A text with a character that XML can not hold is refused with [`io::ErrorKind::InvalidInput`].
pub fn write<'a>(
    message: &Message,
    contents: &mut impl FnMut(u32) -> io::Result<Box<dyn Read + 'a>>,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut fetch = |content: u32, piece: &mut Pieces<'_>| piece.encode_all(&mut *contents(content)?);
    let mut writer = Writer { out, fetch: &mut fetch, depth: 0, empty: true };
    writer.message(message)
}

/// Writes elements; knows none of them.
pub(crate) struct Writer<'w, 'f> {
    out: &'w mut dyn Write,
    fetch: &'f mut dyn FnMut(u32, &mut Pieces<'_>) -> io::Result<()>,
    depth: usize,
    /// The element opened last has no child yet.
    empty: bool,
}

impl Writer<'_, '_> {
    fn message(&mut self, message: &Message) -> io::Result<()> {
        self.out.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<memo:Message")?;
        for (_, prefix, uri) in NAMESPACES {
            write!(self.out, " xmlns:{prefix}=\"{uri}\"")?;
        }
        if !message.version.is_empty() {
            self.attribute("memoVersion", &message.version)?;
        }
        if let Some(version) = &message.schema_version {
            self.attribute("memoSchVersion", version)?;
        }
        self.out.write_all(b">")?;
        self.depth = 1;
        message.write_children(MESSAGE, self)?;
        write!(self.out, "\n</{}>\n", ROOT.prefixed)
    }

    fn attribute(&mut self, name: &str, value: &str) -> io::Result<()> {
        write!(self.out, " {name}=\"")?;
        self.escaped(value, true)?;
        self.out.write_all(b"\"")
    }

    /// An element with text.
    pub(crate) fn text(&mut self, element: &Element, text: &str) -> io::Result<()> {
        self.indent()?;
        write!(self.out, "<{}>", element.prefixed)?;
        self.escaped(text, false)?;
        write!(self.out, "</{}>", element.prefixed)
    }

    /// An element with elements.
    pub(crate) fn children(
        &mut self,
        element: &Element,
        children: impl FnOnce(&mut Self) -> io::Result<()>,
    ) -> io::Result<()> {
        self.indent()?;
        write!(self.out, "<{}>", element.prefixed)?;
        self.depth += 1;
        self.empty = true;
        children(self)?;
        self.depth -= 1;
        if !self.empty {
            self.indent()?;
        }
        write!(self.out, "</{}>", element.prefixed)
    }

    /// An element with the content of this number.
    pub(crate) fn content(&mut self, element: &Element, content: u32) -> io::Result<()> {
        self.indent()?;
        write!(self.out, "<{}>", element.prefixed)?;
        (self.fetch)(content, &mut Pieces(self.out))?;
        write!(self.out, "</{}>", element.prefixed)
    }

    fn indent(&mut self) -> io::Result<()> {
        self.empty = false;
        self.out.write_all(b"\n")?;
        (0..self.depth).try_for_each(|_| self.out.write_all(b"  "))
    }

    /// What markup could be taken for, and what reading would fold into a blank or a line feed, is written as a reference.
    fn escaped(&mut self, text: &str, in_attribute: bool) -> io::Result<()> {
        if !text.chars().all(lexical::is_xml) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "a text has a character that xml can not hold",
            ));
        }
        let mut rest = text.as_bytes();
        while let Some(at) = rest.iter().position(|&b| match b {
            b'<' | b'>' | b'&' | b'\r' => true,
            b'"' | b'\n' | b'\t' => in_attribute,
            _ => false,
        }) {
            self.out.write_all(&rest[..at])?;
            let reference: &[u8] = match rest[at] {
                b'<' => b"&lt;",
                b'>' => b"&gt;",
                b'&' => b"&amp;",
                b'"' => b"&quot;",
                b'\n' => b"&#10;",
                b'\t' => b"&#9;",
                _ => b"&#13;",
            };
            self.out.write_all(reference)?;
            rest = &rest[at + 1..];
        }
        self.out.write_all(rest)
    }
}

/// Where encoded pieces of a content go.
pub(crate) struct Pieces<'w>(&'w mut dyn Write);

impl Pieces<'_> {
    fn encode_all(&mut self, content: &mut dyn Read) -> io::Result<()> {
        let mut piece = vec![0; PIECE];
        let mut encoded = vec![0; PIECE / 3 * 4];
        loop {
            let mut filled = 0;
            while filled < PIECE {
                match content.read(&mut piece[filled..]) {
                    Ok(0) => break,
                    Ok(read) => filled += read,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
            if filled > 0 {
                self.0.write_all(STANDARD.encode(&piece[..filled], encoded.as_out()))?;
            }
            if filled < PIECE {
                return Ok(());
            }
        }
    }
}
