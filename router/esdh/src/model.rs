//! Cases, parties, entries and documents, as the router sees them (`spec/oio-sag-dokument.md`).

use kle::{Facet, Subject};

use crate::Dates;

/// Sagsnummer: the number people use for a case.
#[doc(alias = "sagsnummer")]
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CaseNumber(pub String);

/// Our idempotency key of a write: made from our message id, the same at every attempt.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryId(pub String);

/// Identity of a party: personal data, prints itself redacted.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum PartyId {
    /// A person's CPR number, ten digits.
    Cpr(String),
    /// A company's CVR number, eight digits.
    Cvr(String),
}

/// Part: who takes part in a case.
#[doc(alias = "part")]
#[derive(Clone, PartialEq, Eq)]
pub struct Party {
    /// Who.
    pub id: PartyId,
    /// Name.
    pub name: String,
    /// Primary or secondary.
    pub primary: bool,
}

/// Sag.
#[doc(alias = "sag")]
#[derive(Clone, PartialEq, Eq)]
pub struct Case {
    /// Number.
    pub number: CaseNumber,
    /// Title: may hold personal data.
    pub title: String,
    /// Progress; only a case that is not closed takes entries.
    pub open: bool,
    /// The case that took over from a closed one.
    pub successor: Option<CaseNumber>,
    /// Subject (primærklasse).
    pub subject: Option<Subject>,
    /// Activity facet (handlingsklasse).
    pub facet: Option<Facet>,
    /// Accountable unit (ansvarlig).
    pub unit: Option<String>,
    /// Case handler (primærbehandler).
    pub handler: Option<String>,
    /// Parties.
    pub parties: Vec<Party>,
}

/// A case to be made.
#[derive(Clone, PartialEq, Eq)]
pub struct CaseDraft {
    /// Idempotency key.
    pub key: EntryId,
    /// Title.
    pub title: String,
    /// Subject.
    pub subject: Subject,
    /// Facet.
    pub facet: Option<Facet>,
    /// Accountable unit.
    pub unit: String,
    /// Case handler.
    pub handler: Option<String>,
    /// Parties, the primary first.
    pub parties: Vec<Party>,
    /// Sensitivity: must be set (`spec/journaling-law.md` R8).
    pub sensitivity: Sensitivity,
    /// When the first letter was received.
    pub dates: Dates,
}

/// Four steps of sensitivity (`spec/esdh.md` §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sensitivity {
    /// Ikke fortrolige data.
    Open,
    /// Fortrolige personoplysninger.
    Confidential,
    /// Følsomme personoplysninger.
    Sensitive,
    /// VIP-sager.
    Protected,
}

/// A journal entry to be written.
#[derive(Clone, PartialEq, Eq)]
pub struct EntryDraft {
    /// Idempotency key.
    pub key: EntryId,
    /// On this case.
    pub case: CaseNumber,
    /// Short thematic title (offentlighedsloven § 15(3) no. 2). Never empty.
    pub title: String,
    /// Title fit for a public post list: no names, no CPR (R7).
    pub public_title: Option<String>,
    /// On the public post list? Off unless decided.
    pub on_post_list: bool,
    /// Received and letter dates.
    pub dates: Dates,
    /// Sender.
    pub sender: Party,
    /// Sensitivity.
    pub sensitivity: Sensitivity,
    /// Note naming the rule or person that journaled, for the journal note.
    pub note: String,
    /// Message UUID in Digital Post, kept as external id.
    pub message_uuid: String,
    /// SHA-256 of the MeMo as received, hex (R13).
    pub message_digest: String,
    /// The documents, main document first; attachments point at their parent (R17).
    pub documents: Vec<DocumentDraft>,
}

/// A document of an entry.
#[derive(Clone, PartialEq, Eq)]
pub struct DocumentDraft {
    /// Main, further, technical, or the MeMo as received.
    pub kind: DocumentKind,
    /// Title.
    pub title: String,
    /// Place of the parent document in the list, for attachments.
    pub parent: Option<usize>,
    /// Files: renditions of the document.
    pub files: Vec<FileDraft>,
}

/// What a document is in the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// Hoveddokument.
    Main,
    /// Bilag.
    Additional,
    /// Teknisk dokument.
    Technical,
    /// The MeMo message itself as received.
    Original,
}

/// A file of a document.
#[derive(Clone, PartialEq, Eq)]
pub struct FileDraft {
    /// Original name (R17); adapters make it fit for their system and keep the original in metadata where they can.
    pub name: String,
    /// MIME type as the sender gave it.
    pub format: String,
    /// Language.
    pub language: String,
    /// Size in bytes.
    pub size: u64,
    /// Number of the content, for [`crate::Contents::open`].
    pub content: u32,
}

/// Journalpost: what was written, read back.
#[doc(alias = "journalpost")]
#[derive(Clone, PartialEq, Eq)]
pub struct JournalEntry {
    /// Our key.
    pub key: EntryId,
    /// Identity in the case system.
    pub id: String,
    /// The case.
    pub case: CaseNumber,
    /// Running number in the case.
    pub index: Option<u64>,
    /// Title as read back.
    pub title: String,
    /// Dates as read back.
    pub dates: Dates,
    /// Number of documents as read back.
    pub documents: usize,
}
