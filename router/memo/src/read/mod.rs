//! Reading MeMo: bytes in, a [`Message`] and its remarks out, documents to a sink on the way.
//!
//! From below: `source` rations the bytes, `xml` makes elements and text of them (with `scopes` for their names and
//! `shortcut` for haste), this module walks the tables of `records`, `content` and `base64` stream the documents, and
//! `checks` applies the rules that no table can hold.

mod base64;
mod checks;
mod content;
mod scopes;
mod shortcut;
mod source;
mod xml;

use std::fmt::Write as _;
use std::io::BufRead;

use self::base64::Decoder;
use self::xml::{Child, Met, Xml};
use crate::contents::{Contents, DocumentKind};
use crate::elements::{Edition, Element, Kind, MANY, Versions};
use crate::error::{NotMemoReason, ReadError};
use crate::limits::Limits;
use crate::model::Message;
use crate::namespaces::{NAMESPACES, Namespace};
use crate::records::{ADDITIONAL_DOCUMENT_IN_BODY, MESSAGE, Record};
use crate::remark::{Remark, RemarkCode};

/// A message as it was read, and what was noticed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The message, without the contents of its documents.
    pub message: Message,
    /// What deviates from MeMo, in the order of the message; then what breaks a rule beyond the schema.
    pub remarks: Vec<Remark>,
}

/// Reads one MeMo message with the usual limits. Fails only when the bytes are not MeMo at all, do not come, or when
/// the sink fails.
///
/// Document contents are decoded piece by piece into `contents`, in the order of the message. When the reading fails,
/// the sink may already hold some of them; they belong to no message.
pub fn read(bytes: impl BufRead, contents: &mut impl Contents) -> Result<Reading, ReadError> {
    read_with(&Limits::default(), bytes, contents)
}

/// Reads one MeMo message with other limits.
pub fn read_with(
    limits: &Limits,
    bytes: impl BufRead,
    contents: &mut impl Contents,
) -> Result<Reading, ReadError> {
    let mut reader = Reader::open(limits, bytes, contents)?;
    let message = reader.message()?;
    Ok(Reading { message, remarks: reader.remarks })
}

/// One reading under way.
pub(crate) struct Reader<'c, R, C> {
    xml: Xml<R>,
    contents: &'c mut C,
    decoder: Decoder,
    edition: Edition,
    place: Place,
    /// The open elements below the root, each with its number among its like.
    path: Vec<(&'static Element, u32)>,
    remarks: Vec<Remark>,
    met: Met,
}

/// Which file of which document is being read.
struct Place {
    kind: DocumentKind,
    document: usize,
    file: usize,
    file_has_content: bool,
    /// Contents so far.
    contents: u32,
}

/// How far the reading of one record has come.
#[derive(Default)]
struct Progress {
    /// How many of each child so far.
    counts: [u32; LONGEST_TABLE],
    /// The furthest place of the table.
    reached: usize,
    /// Text between its elements was noted already.
    stray: bool,
}

/// The longest table has so many elements; a test holds it.
pub(crate) const LONGEST_TABLE: usize = 18;

impl<'c, R: BufRead, C: Contents> Reader<'c, R, C> {
    fn open(limits: &Limits, bytes: R, contents: &'c mut C) -> Result<Self, ReadError> {
        let mut xml = Xml::new(bytes, limits);
        xml.root()?;
        Ok(Reader {
            xml,
            contents,
            decoder: Decoder::new(),
            edition: Edition::V12,
            place: Place {
                kind: DocumentKind::Main,
                document: 0,
                file: 0,
                file_has_content: false,
                contents: 0,
            },
            path: Vec::new(),
            remarks: Vec::new(),
            met: Met::default(),
        })
    }

    fn message(&mut self) -> Result<Message, ReadError> {
        let mut message = Message::default();
        self.versions(&mut message);
        self.record(&mut message, MESSAGE)?;
        self.xml.end()?;
        if message.header.message_uuid.is_nil() {
            return Err(self.not_memo(NotMemoReason::NoIdentity));
        }
        self.check(&message);
        Ok(message)
    }

    /// The attributes of the root, and which rules follow from them.
    fn versions(&mut self, message: &mut Message) {
        message.schema_version = self.xml.attributes.schema_version.take();
        let stated = self.xml.attributes.version.take();
        if self.xml.attributes.unknown {
            self.remark(RemarkCode::UnknownAttribute);
        }
        let Some(stated) = stated else { return self.remark(RemarkCode::MissingVersion) };
        let stated = crate::lexical::trim(&stated);
        let Some(version) = crate::lexical::version(stated) else {
            message.version = stated.to_owned();
            return self.remark(RemarkCode::UnusableVersion);
        };
        match version.as_str() {
            "1.0" => {
                self.edition = Edition::V11;
                self.remark(RemarkCode::OldVersion);
            }
            "1.1" => self.edition = Edition::V11,
            "1.2" => {}
            _ => self.remark(RemarkCode::UnknownVersion),
        }
        if self.edition == Edition::V11 && message.schema_version.is_none() {
            self.remark(RemarkCode::MissingSchemaVersion);
        }
        message.version = version;
    }

    /// Reads the children of the record whose element was just opened, to its end.
    pub(crate) fn record<T: Record>(
        &mut self,
        record: &mut T,
        table: &'static [Element],
    ) -> Result<(), ReadError> {
        let mut progress = Progress::default();
        while let Some((which, element)) = self.next_child(table, &mut progress)? {
            record.read_child(which, element, self)?;
            if self.met.anything() {
                self.note_met();
            }
            self.path.pop();
        }
        for (element, count) in table.iter().zip(progress.counts) {
            if count == 0 && element.least(self.edition) > 0 {
                self.remark_at(element, RemarkCode::Missing);
            }
        }
        record.closed(self)
    }

    /// The next child that has a place in the table. Everything that can be wrong about its being here is noted; what has
    /// no place is passed over.
    fn next_child(
        &mut self,
        table: &'static [Element],
        progress: &mut Progress,
    ) -> Result<Option<(usize, &'static Element)>, ReadError> {
        loop {
            match self.xml.child(table, progress.reached)? {
                Child::None => return Ok(None),
                Child::Known(which, old_name) => {
                    let in_order = which >= progress.reached;
                    progress.reached = progress.reached.max(which);
                    let before = progress.counts[which];
                    let element = &table[which];
                    self.path.push((element, before.saturating_add(1)));
                    let expected =
                        in_order && !old_name && !self.xml.attributes.unknown && before < element.most;
                    if !expected || element.versions != Versions::All {
                        self.note_oddities(element, in_order, old_name);
                    }
                    if before < element.most || element.most == MANY {
                        return Ok(Some(self.enter(table, which, progress)));
                    }
                    if let Some(which) = self.room_for_more(element, which) {
                        return Ok(Some(self.enter(table, which, progress)));
                    }
                    self.xml.skip()?;
                    self.path.pop();
                }
                Child::Unknown => {
                    self.remark_child(RemarkCode::UnknownElement);
                    self.xml.skip()?;
                }
                Child::Stray if progress.stray => {}
                Child::Stray => {
                    progress.stray = true;
                    self.remark(RemarkCode::StrayText);
                }
            }
        }
    }

    /// What reading a text met beside text.
    #[cold]
    fn note_met(&mut self) {
        let met = std::mem::take(&mut self.met);
        if met.element {
            self.remark(RemarkCode::UnknownElement);
        }
        if met.illegal {
            self.remark(RemarkCode::IllegalCharacter);
        }
    }

    #[cold]
    fn note_oddities(&mut self, element: &'static Element, in_order: bool, old_name: bool) {
        if !in_order {
            self.remark(RemarkCode::WrongOrder);
        }
        if old_name {
            self.remark(RemarkCode::OldName);
        }
        if self.xml.attributes.unknown {
            self.remark(RemarkCode::UnknownAttribute);
        }
        if !element.is_in(self.edition) {
            self.remark(RemarkCode::NotInVersion);
        }
    }

    /// Where one more than allowed goes: a list takes it all the same, a second main document becomes an additional one,
    /// and for anything else there is no room.
    #[cold]
    fn room_for_more(&mut self, element: &'static Element, which: usize) -> Option<usize> {
        let (code, room) = match element.kind {
            Kind::Document(DocumentKind::Main) => {
                (RemarkCode::SecondMainDocument, Some(ADDITIONAL_DOCUMENT_IN_BODY))
            }
            _ if element.most == 1 => (RemarkCode::Repeated, None),
            _ => (RemarkCode::TooMany, Some(which)),
        };
        self.remark(code);
        room
    }

    fn enter(
        &mut self,
        table: &'static [Element],
        which: usize,
        progress: &mut Progress,
    ) -> (usize, &'static Element) {
        let element = &table[which];
        let before = progress.counts[which];
        progress.counts[which] = before.saturating_add(1);
        match element.kind {
            Kind::Document(kind) => {
                self.place.kind = kind;
                self.place.document = before as usize;
            }
            Kind::File => {
                self.place.file = before as usize;
                self.place.file_has_content = false;
            }
            _ => {}
        }
        (which, element)
    }

    /// Did the file that is being read have a content?
    pub(crate) fn file_has_content(&self) -> bool {
        self.place.file_has_content
    }

    /// The text of the element that was just opened, to its end.
    #[inline]
    pub(crate) fn text(&mut self) -> Result<&str, ReadError> {
        // What was met on the way is noted afterwards, by `Reader::next_child`: the text is borrowed until then.
        self.xml.read_text(&mut self.met)
    }

    pub(crate) fn not_memo(&self, reason: NotMemoReason) -> ReadError {
        self.xml.not_memo(reason)
    }

    /// Notes something about the open element.
    pub(crate) fn remark(&mut self, code: RemarkCode) {
        if self.may_remark() {
            let path = self.path_of_open();
            self.remarks.push(Remark::new(code, path));
        }
    }

    /// Notes something about a child of it, by the table.
    fn remark_at(&mut self, element: &'static Element, code: RemarkCode) {
        self.path.push((element, 1));
        self.remark(code);
        self.path.pop();
    }

    /// Notes something about a child of it that no table knows. A sender could write anything into a name, so only one
    /// that looks like a name is repeated.
    fn remark_child(&mut self, code: RemarkCode) {
        if !self.may_remark() {
            return;
        }
        let mut path = self.path_of_open();
        if !path.is_empty() {
            path.push('/');
        }
        let (namespace, local) = self.xml.resolved();
        let printable = |b: &u8| b.is_ascii_alphabetic() || matches!(b, b'-' | b'_');
        let local = match str::from_utf8(local) {
            Ok(local) if local.len() <= 40 && !local.is_empty() && local.as_bytes().iter().all(printable) => {
                local
            }
            _ => "*",
        };
        let prefix =
            NAMESPACES.iter().find(|(known, ..)| *known == namespace && namespace != Namespace::other);
        if let Some((_, prefix, _)) = prefix {
            path.push_str(prefix);
            path.push(':');
        }
        path.push_str(local);
        self.remarks.push(Remark::new(code, path));
    }

    fn may_remark(&mut self) -> bool {
        let limit = self.xml.limits.remarks;
        if self.remarks.len() == limit {
            self.remarks.push(Remark::new(RemarkCode::MoreRemarks, String::new()));
        }
        self.remarks.len() < limit
    }

    fn path_of_open(&self) -> String {
        let mut path = String::new();
        for (element, number) in &self.path {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(element.prefixed);
            if *number > 1 {
                // Writing to a string does not fail.
                let _ = write!(path, "[{number}]");
            }
        }
        path
    }
}
