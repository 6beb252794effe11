//! XML, as far as MeMo needs it: elements that open and close, and the text in them.
//!
//! `quick_xml` does the parsing. Beside it stands a short cut (`shortcut.rs`) for the plainest form an element can have,
//! which is what almost all of a message consists of; whatever is not of that form is left to the parser.
//!
//! **Deliberately absent:** DTDs and entities. Both end the reading.

use std::io::{self, BufRead};

use quick_xml::Reader as Parser;
use quick_xml::XmlVersion;
use quick_xml::errors::{Error as XmlError, SyntaxError};
use quick_xml::escape::EscapeError;
use quick_xml::events::{BytesDecl, BytesStart, Event};

use super::scopes::Scopes;
use super::shortcut::Ahead;
use super::source::{Source, uninterrupted};
use crate::elements::Element;
use crate::error::{NotMemo, NotMemoReason, ReadError};
use crate::lexical;
use crate::limits::Limits;
use crate::namespaces::Namespace;

pub(super) struct Xml<R> {
    pub(super) parser: Parser<Source<R>>,
    pub(super) scopes: Scopes,
    pub(super) limits: Limits,
    buffer: Vec<u8>,
    /// Text of the current element.
    pub(super) text: String,
    /// What the short cut sees.
    pub(super) ahead: Ahead,
    /// The parser stands between pieces of markup, not in the middle of a text.
    pub(super) between: bool,
    /// The last element was `<empty/>`: its end comes next.
    pub(super) closing: bool,
    pub(super) elements: usize,
    pub(super) texts: usize,
    /// What the last start tag had in attributes.
    pub(super) attributes: Attributes,
}

/// Attributes without a prefix; those with one belong to somebody else, and are let be.
#[derive(Default)]
pub(super) struct Attributes {
    pub(super) version: Option<String>,
    pub(super) schema_version: Option<String>,
    pub(super) unknown: bool,
}

/// What comes next.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Node {
    Open,
    Close,
    /// It was added to [`Xml::text`].
    Text,
    /// A comment, a processing instruction, the declaration.
    Nothing,
    /// The end of the bytes.
    End,
}

/// The next child of a record.
pub(super) enum Child {
    /// The element at this place of the table; was it called by its old name?
    Known(usize, bool),
    Unknown,
    /// Text where elements should be.
    Stray,
    /// No more; the record is closed.
    None,
}

/// What reading a text met beside text.
#[derive(Default)]
pub(super) struct Met {
    pub(super) element: bool,
    pub(super) illegal: bool,
}

impl Met {
    #[inline]
    pub(super) fn anything(&self) -> bool {
        self.element || self.illegal
    }
}

impl<R: BufRead> Xml<R> {
    pub(super) fn new(bytes: R, limits: &Limits) -> Self {
        let mut parser = Parser::from_reader(Source::new(bytes, limits.total));
        // Names are checked here, against `scopes`: the parser does not see every element.
        parser.config_mut().check_end_names = false;
        parser.config_mut().allow_unmatched_ends = true;
        Xml {
            parser,
            scopes: Scopes::default(),
            limits: limits.clone(),
            buffer: Vec::new(),
            text: String::new(),
            ahead: Ahead::default(),
            between: false,
            closing: false,
            elements: 0,
            texts: 0,
            attributes: Attributes::default(),
        }
    }

    pub(super) fn not_memo(&self, reason: NotMemoReason) -> ReadError {
        ReadError::NotMemo(NotMemo { reason, position: self.parser.buffer_position() })
    }

    /// Opens the document: everything up to and with the start of the root.
    pub(super) fn root(&mut self) -> Result<(), ReadError> {
        self.refuse_other_encodings()?;
        loop {
            match self.next()? {
                Node::Open => break,
                Node::Nothing => {}
                Node::Text if lexical::trim(&self.text).is_empty() => self.text.clear(),
                Node::End => return Err(self.not_memo(NotMemoReason::Empty)),
                Node::Text | Node::Close => return Err(self.not_memo(NotMemoReason::NotWellFormed)),
            }
        }
        match self.resolved() {
            (Namespace::memo, b"Message") => Ok(()),
            (_, b"Message") => Err(self.not_memo(NotMemoReason::WrongNamespace)),
            _ => Err(self.not_memo(NotMemoReason::WrongRoot)),
        }
    }

    /// After the root nothing may come but blanks and comments.
    pub(super) fn end(&mut self) -> Result<(), ReadError> {
        loop {
            match self.next()? {
                Node::End => return Ok(()),
                Node::Nothing => {}
                Node::Text if lexical::trim(&self.text).is_empty() => self.text.clear(),
                Node::Open | Node::Close | Node::Text => {
                    return Err(self.not_memo(NotMemoReason::NotWellFormed));
                }
            }
        }
    }

    /// UTF-16 and UTF-32 are told by their byte order mark, or by the NUL that every `<` brings in them.
    fn refuse_other_encodings(&mut self) -> Result<(), ReadError> {
        let start = self.parser.get_mut().peek(4).map_err(ReadError::Source)?;
        let reason = match start {
            [0xfe, 0xff, ..] | [0xff, 0xfe, ..] | [b'<', 0, ..] | [0, b'<', ..] | [0, 0, 0, b'<' | 0xff] => {
                NotMemoReason::Utf16
            }
            [0, 0, 0xfe, ..] => NotMemoReason::Utf16,
            [] => NotMemoReason::Empty,
            _ => return Ok(()),
        };
        Err(self.not_memo(reason))
    }

    /// Namespace and local name of the element opened last.
    pub(super) fn resolved(&self) -> (Namespace, &[u8]) {
        let name = self.scopes.innermost().map_or(&[][..], |(name, _)| name);
        self.scopes.resolve(name)
    }

    /// The next child of the open record, looked for in its table from the place reached.
    pub(super) fn child(&mut self, table: &'static [Element], reached: usize) -> Result<Child, ReadError> {
        if let Some(child) = self.short_cut(table, reached)? {
            return Ok(child);
        }
        self.text.clear();
        loop {
            match self.next()? {
                Node::Open => {
                    let (namespace, local) = self.resolved();
                    return Ok(look_up(table, reached, namespace, local));
                }
                Node::Close => return Ok(Child::None),
                Node::Nothing => {}
                Node::Text if lexical::trim(&self.text).is_empty() => self.text.clear(),
                Node::Text => return Ok(Child::Stray),
                Node::End => return Err(self.not_memo(NotMemoReason::Truncated)),
            }
        }
    }

    /// The text of the element opened last, to its end.
    #[inline]
    pub(super) fn read_text(&mut self, met: &mut Met) -> Result<&str, ReadError> {
        let ready = self.ahead.take_ready();
        match &ready {
            Some(ready) => self.texts += ready.len(),
            None => self.read_any_text(met)?,
        }
        if self.texts > self.limits.texts {
            return Err(self.not_memo(NotMemoReason::TextTooLong));
        }
        Ok(match ready {
            Some(ready) => self.ahead.text(ready),
            None => &self.text,
        })
    }

    fn read_any_text(&mut self, met: &mut Met) -> Result<(), ReadError> {
        self.text.clear();
        loop {
            match self.next()? {
                Node::Text if self.text.len() > self.limits.text => {
                    return Err(self.not_memo(NotMemoReason::TextTooLong));
                }
                Node::Text | Node::Nothing => {}
                Node::Open => {
                    met.element = true;
                    self.skip()?;
                }
                Node::Close => break,
                Node::End => return Err(self.not_memo(NotMemoReason::Truncated)),
            }
        }
        met.illegal = make_legal(&mut self.text);
        self.texts += self.text.len();
        Ok(())
    }

    /// Passes over the element opened last, however long it is.
    pub(super) fn skip(&mut self) -> Result<(), ReadError> {
        if self.ahead.take_ready().is_some() {
            return Ok(());
        }
        let inside = self.scopes.depth();
        let kept = self.text.len();
        while self.scopes.depth() >= inside {
            self.skip_text()?;
            if self.next()? == Node::End {
                return Err(self.not_memo(NotMemoReason::Truncated));
            }
            self.text.truncate(kept);
        }
        Ok(())
    }

    /// Passes over text of any length, without holding it, as far as the next markup.
    fn skip_text(&mut self) -> Result<(), ReadError> {
        if !self.between || self.closing {
            return Ok(());
        }
        loop {
            self.parser.get_mut().ration(usize::MAX);
            let mut stream = self.parser.stream();
            let window = match uninterrupted(|| io::BufRead::fill_buf(&mut stream).map(|_| ())) {
                Ok(()) => io::BufRead::fill_buf(&mut stream).unwrap_or_default(),
                Err(error) => return Err(self.source_failed(error)),
            };
            let (passed, found) = match memchr::memchr2(b'<', 0, window) {
                Some(at) => (at, Some(window[at])),
                None => (window.len(), None),
            };
            io::BufRead::consume(&mut stream, passed);
            match found {
                Some(0) => return Err(self.not_memo(NotMemoReason::Nul)),
                None if passed > 0 => {}
                _ => return Ok(()),
            }
        }
    }

    /// The next node. Every limit is held here, or in the source beneath.
    pub(super) fn next(&mut self) -> Result<Node, ReadError> {
        if std::mem::take(&mut self.closing) {
            self.scopes.close();
            return Ok(Node::Close);
        }
        self.buffer.clear();
        self.parser.get_mut().ration(self.limits.piece);
        let first = self.parser.buffer_position() == 0;
        let event = match self.parser.read_event_into(&mut self.buffer) {
            Ok(event) => event,
            Err(error) => return Err(self.parser_failed(error)),
        };
        self.between = !matches!(event, Event::Text(_));
        let done = match event {
            Event::Start(start) => {
                self.elements += 1;
                open(&start, &self.limits, self.elements, &mut self.scopes, &mut self.attributes)
                    .map(|()| Node::Open)
            }
            Event::Empty(start) => {
                self.elements += 1;
                self.closing = true;
                open(&start, &self.limits, self.elements, &mut self.scopes, &mut self.attributes)
                    .map(|()| Node::Open)
            }
            Event::End(end) => match self.scopes.innermost() {
                Some((name, _)) if name == end.name().as_ref().as_bytes() => {
                    self.scopes.close();
                    Ok(Node::Close)
                }
                _ => Err(NotMemoReason::NotWellFormed),
            },
            Event::Text(text) => add(&mut self.text, &text.xml10_content()),
            Event::CData(text) if self.scopes.depth() > 0 => add(&mut self.text, &text.xml10_content()),
            Event::GeneralRef(name) => match name.resolve_char_ref() {
                Ok(Some(c)) => {
                    self.text.push(c);
                    Ok(Node::Text)
                }
                Ok(None) => match quick_xml::escape::resolve_predefined_entity(&name) {
                    Some(text) => add(&mut self.text, text),
                    None => Err(NotMemoReason::Entity),
                },
                Err(_) => Err(NotMemoReason::NotWellFormed),
            },
            Event::Decl(declaration) if first => check_declaration(&declaration).map(|()| Node::Nothing),
            Event::DocType(_) => Err(NotMemoReason::Doctype),
            Event::Comment(comment) => without_nul(&comment).map(|()| Node::Nothing),
            Event::PI(instruction) => without_nul(&instruction).map(|()| Node::Nothing),
            Event::Eof if self.scopes.depth() == 0 => Ok(Node::End),
            Event::Eof => Err(NotMemoReason::Truncated),
            Event::CData(_) | Event::Decl(_) => Err(NotMemoReason::NotWellFormed),
        };
        done.map_err(|reason| self.not_memo(reason))
    }

    /// The source gave an error: because a ration was used up, or because it is unwell.
    pub(super) fn source_failed(&self, error: io::Error) -> ReadError {
        match self.parser.get_ref().stopped() {
            Some(reason) => self.not_memo(reason),
            None => ReadError::Source(error),
        }
    }

    fn parser_failed(&self, error: XmlError) -> ReadError {
        let reason = match error {
            XmlError::Io(error) => return self.source_failed(io::Error::new(error.kind(), error)),
            XmlError::Syntax(SyntaxError::InvalidBangMarkup) => NotMemoReason::NotWellFormed,
            XmlError::Syntax(_) => NotMemoReason::Truncated,
            XmlError::Encoding(_) => NotMemoReason::NotUtf8,
            _ => NotMemoReason::NotWellFormed,
        };
        self.not_memo(reason)
    }
}

/// Which child of the table a name is. Senders keep the order, so the search begins where the last one ended.
#[inline]
pub(super) fn look_up(
    table: &'static [Element],
    reached: usize,
    namespace: Namespace,
    local: &[u8],
) -> Child {
    let is = |element: &Element| element.namespace == namespace && element.name.as_bytes() == local;
    let (before, after) = table.split_at(reached.min(table.len()));
    if let Some(which) = after.iter().position(is) {
        return Child::Known(before.len() + which, false);
    }
    if let Some(which) = before.iter().position(is) {
        return Child::Known(which, false);
    }
    let was = |element: &Element| {
        element.namespace == namespace && element.old_name.is_some_and(|n| n.as_bytes() == local)
    };
    table.iter().position(was).map_or(Child::Unknown, |which| Child::Known(which, true))
}

/// Notes what a start tag says.
fn open(
    start: &BytesStart<'_>,
    limits: &Limits,
    elements: usize,
    scopes: &mut Scopes,
    attributes: &mut Attributes,
) -> Result<(), NotMemoReason> {
    let name = start.name();
    let name = name.as_ref();
    if elements > limits.elements {
        return Err(NotMemoReason::TooManyElements);
    }
    if scopes.depth() >= limits.depth {
        return Err(NotMemoReason::TooDeep);
    }
    if name.len() > limits.name {
        return Err(NotMemoReason::NameTooLong);
    }
    if name.is_empty() || name.contains(['<', '&', '"', '\'', '=']) {
        return Err(NotMemoReason::NotWellFormed);
    }
    without_nul(start.attributes_raw())?;
    without_nul(name)?;
    scopes.open(name.as_bytes(), true);
    attributes.unknown = false;
    if lexical::trim(start.attributes_raw()).is_empty() {
        return Ok(());
    }
    for (count, attribute) in start.attributes().enumerate() {
        if count >= limits.attributes {
            return Err(NotMemoReason::TooManyAttributes);
        }
        let attribute = attribute.map_err(|_| NotMemoReason::NotWellFormed)?;
        let key = attribute.key.as_ref();
        if key.len() > limits.name {
            return Err(NotMemoReason::NameTooLong);
        }
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| match error {
            XmlError::Escape(EscapeError::UnrecognizedEntity(..)) => NotMemoReason::Entity,
            _ => NotMemoReason::NotWellFormed,
        })?;
        match key.split_once(':') {
            None if key == "xmlns" => scopes.bind("", &value),
            Some(("xmlns", prefix)) => scopes.bind(prefix, &value),
            Some(_) => {}
            None if scopes.depth() == 1 && key == "memoVersion" => attributes.version = Some(legal(&value)),
            None if scopes.depth() == 1 && key == "memoSchVersion" => {
                attributes.schema_version = Some(legal(&value))
            }
            None => attributes.unknown = true,
        }
    }
    scopes.bound();
    Ok(())
}

/// Only UTF-8, also when it is called so.
fn check_declaration(declaration: &BytesDecl<'_>) -> Result<(), NotMemoReason> {
    match declaration.encoding() {
        None => Ok(()),
        Some(Ok(name))
            if ["utf-8", "utf8", "us-ascii"].iter().any(|ours| name.eq_ignore_ascii_case(ours)) =>
        {
            Ok(())
        }
        Some(Ok(_)) => Err(NotMemoReason::Encoding),
        Some(Err(_)) => Err(NotMemoReason::NotWellFormed),
    }
}

fn add(to: &mut String, text: &str) -> Result<Node, NotMemoReason> {
    without_nul(text)?;
    to.push_str(text);
    Ok(Node::Text)
}

fn without_nul(text: &str) -> Result<(), NotMemoReason> {
    match memchr::memchr(0, text.as_bytes()) {
        Some(_) => Err(NotMemoReason::Nul),
        None => Ok(()),
    }
}

/// Is every character one that XML allows? For the ASCII that most texts are, one pass without decoding.
fn is_legal(text: &str) -> bool {
    let mut ascii = true;
    let mut legal = true;
    for &byte in text.as_bytes() {
        ascii &= byte < 0x80;
        legal &= byte >= b' ' || matches!(byte, b'\t' | b'\n' | b'\r');
    }
    legal && (ascii || text.chars().all(lexical::is_xml))
}

/// Replaces what XML does not allow; was there any?
fn make_legal(text: &mut String) -> bool {
    if is_legal(text) {
        return false;
    }
    *text = legal(text);
    true
}

fn legal(text: &str) -> String {
    text.chars().map(|c| if lexical::is_xml(c) { c } else { char::REPLACEMENT_CHARACTER }).collect()
}
