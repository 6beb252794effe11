//! The short cut: the plainest elements are read straight from the bytes at hand.
//!
//! `<memo:label>text</memo:label>`, `<memo:Sender>` and `</memo:Sender>` make up nearly all of a message outside its
//! documents. When one of them lies whole in the buffer, has no attribute, reference or carriage return, is known here
//! and breaks no limit, it is taken in one step. In every other case nothing is consumed and the parser does the work, so
//! the short cut changes how long a reading takes and nothing else. A test reads everything both ways.

use std::io::{self, BufRead};
use std::ops::Range;

use super::xml::{Child, Xml, look_up};
use crate::elements::{Element, Kind};
use crate::error::ReadError;
use crate::lexical;

/// How far the short cut looks ahead at a time: many elements, and little of the document that may follow them.
const AHEAD: usize = 4 * 1024;

/// Text that lies ahead in the source, checked once to be UTF-8. What of it is still to come is known by position, so it
/// does not matter who consumes it.
#[derive(Default)]
pub(super) struct Ahead {
    text: String,
    /// Where in the source it begins.
    from: u64,
    /// Text of an element that was read whole and is waiting to be asked for.
    ready: Option<Range<usize>>,
}

impl Ahead {
    /// The text of the element that was read whole, if the last one was.
    #[inline]
    pub(super) fn take_ready(&mut self) -> Option<Range<usize>> {
        self.ready.take()
    }

    #[inline]
    pub(super) fn text(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }
}

/// What the short cut made of the next child.
enum Plain {
    Is(Child),
    /// It is not plain.
    Not,
    /// It does not lie ahead to its end.
    Short,
}

/// Bytes that text can hold without a second thought. Not `<`, `&`, the carriage return that would have to be folded, the
/// control characters that XML forbids, and the first byte of the two other characters that it forbids.
const PLAIN: [bool; 256] = {
    let mut plain = [true; 256];
    let mut byte = 0;
    while byte < 0x20 {
        plain[byte] = byte == b'\t' as usize || byte == b'\n' as usize;
        byte += 1;
    }
    plain[b'<' as usize] = false;
    plain[b'&' as usize] = false;
    plain[0xef] = false;
    plain
};

impl<R: BufRead> Xml<R> {
    /// The next child, if it is plain.
    #[inline]
    pub(super) fn short_cut(
        &mut self,
        table: &'static [Element],
        reached: usize,
    ) -> Result<Option<Child>, ReadError> {
        if !self.between || self.closing {
            return Ok(None);
        }
        let here = self.parser.buffer_position();
        let passed = usize::try_from(here.wrapping_sub(self.ahead.from)).unwrap_or(usize::MAX);
        if passed < self.ahead.text.len() {
            match self.plain_child(passed, table, reached) {
                Plain::Is(child) => return Ok(Some(child)),
                Plain::Not => return Ok(None),
                Plain::Short => {}
            }
        }
        self.look_ahead(here)?;
        match self.plain_child(0, table, reached) {
            Plain::Is(child) => Ok(Some(child)),
            Plain::Not | Plain::Short => Ok(None),
        }
    }

    /// Looks at what the source has at hand, and consumes nothing.
    #[inline(never)]
    fn look_ahead(&mut self, here: u64) -> Result<(), ReadError> {
        self.ahead.text.clear();
        self.ahead.from = here;
        self.parser.get_mut().ration(self.limits.piece);
        let window = match self.parser.get_mut().fill_buf() {
            Ok(window) => window,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
            Err(error) => return Err(self.source_failed(error)),
        };
        // A character may be cut off at the end; all before it will do.
        let mut near = &window[..window.len().min(AHEAD)];
        while let [rest @ .., 0x80..=0xff] = near {
            near = rest;
        }
        let near = str::from_utf8(near).or_else(|error| str::from_utf8(&near[..error.valid_up_to()]));
        self.ahead.text.push_str(near.unwrap_or_default());
        Ok(())
    }

    #[inline]
    fn plain_child(&mut self, from: usize, table: &'static [Element], reached: usize) -> Plain {
        let bytes = &self.ahead.text.as_bytes()[from..];
        let Some(blanks) = blanks(bytes) else { return Plain::Short };
        let [b'<', tag @ ..] = &bytes[blanks..] else { return Plain::Not };
        if let [b'/', tag @ ..] = tag {
            return self.plain_end(blanks, tag.len(), from);
        }

        // Senders write the usual prefixes and keep the order, so the name is mostly that of one of the next few.
        let as_written = |element: &Element| {
            let length = element.prefixed.len();
            tag.get(length) == Some(&b'>')
                && tag.starts_with(element.prefixed.as_bytes())
                && self.scopes.is_usual(element.namespace)
        };
        let (which, end) = match table[reached..].iter().position(as_written) {
            Some(further) => (reached + further, table[reached + further].prefixed.len()),
            None => {
                let Some(end) = memchr::memchr(b'>', tag) else { return Plain::Short };
                let (namespace, local) = self.scopes.resolve(&tag[..end]);
                let Child::Known(which, false) = look_up(table, reached, namespace, local) else {
                    return Plain::Not;
                };
                (which, end)
            }
        };
        let (element, name, rest) = (&table[which], &tag[..end], &tag[end + 1..]);
        let limits = &self.limits;
        if self.elements >= limits.elements || self.scopes.depth() >= limits.depth || end > limits.name {
            return Plain::Not;
        }

        let mut length = blanks + end + 2;
        if !element.children.is_empty() || element.kind == Kind::Content {
            self.scopes.open(name, false);
        } else {
            let text = match plain_text(rest) {
                Ok(text) => text,
                Err(otherwise) => return otherwise,
            };
            let Some((close, [b'>', ..])) = rest[text..].split_at_checked(end + 2) else {
                return if rest.len() - text < end + 3 { Plain::Short } else { Plain::Not };
            };
            if !close.starts_with(b"</") || &close[2..] != name || text > limits.text {
                return Plain::Not;
            }
            let start = from + length;
            self.ahead.ready = Some(start..start + text);
            length += text + end + 3;
        }
        self.parser.stream().consume(length);
        self.elements += 1;
        self.attributes.unknown = false;
        Plain::Is(Child::Known(which, false))
    }

    /// The end of the record itself.
    #[inline]
    fn plain_end(&mut self, blanks: usize, left: usize, from: usize) -> Plain {
        let Some((name, false)) = self.scopes.innermost() else { return Plain::Not };
        if left <= name.len() {
            return Plain::Short;
        }
        let tag = &self.ahead.text.as_bytes()[from + blanks + 2..];
        let Some([b'>', ..]) = tag.strip_prefix(name) else { return Plain::Not };
        let length = blanks + name.len() + 3;
        self.parser.stream().consume(length);
        self.scopes.close();
        Plain::Is(Child::None)
    }
}

/// How many blanks there are before something else; none known when there is nothing else.
#[inline]
fn blanks(bytes: &[u8]) -> Option<usize> {
    let mut count = 0;
    loop {
        match bytes.get(count)? {
            // Eight at a time, because indentation is what most blanks are.
            b @ (b' ' | b'\t') => {
                let indentation = u64::from(*b) * 0x0101_0101_0101_0101;
                count += match bytes[count..].first_chunk() {
                    Some(eight) => ((u64::from_le_bytes(*eight) ^ indentation).trailing_zeros() / 8) as usize,
                    None => 1,
                };
            }
            b'\n' | b'\r' => count += 1,
            _ => return Some(count),
        }
    }
}

/// Length of the text up to the next `<`, if there is nothing in it to be replaced.
#[inline]
fn plain_text(bytes: &[u8]) -> Result<usize, Plain> {
    let mut length = 0;
    let mut doubtful = false;
    loop {
        // Texts are short: a look at each byte is quicker than three searches.
        match bytes[length..].iter().position(|&b| !PLAIN[usize::from(b)]) {
            Some(further) => length += further,
            None => return Err(Plain::Short),
        }
        match bytes[length] {
            b'<' => break,
            0xef => {
                doubtful = true;
                length += 1;
            }
            _ => return Err(Plain::Not),
        }
    }
    if doubtful {
        let legal = str::from_utf8(&bytes[..length]).is_ok_and(|text| text.chars().all(lexical::is_xml));
        return if legal { Ok(length) } else { Err(Plain::Not) };
    }
    Ok(length)
}
