//! Facts: everything known about one message when it is decided.
//!
//! Gathering is done before (it needs the world), deciding after (it needs nothing). Facts are stored with
//! the decision, so that it can be explained and replayed.

use std::fmt;

use jiff::Timestamp;
use memo::{Message, Remark};
use serde::{Deserialize, Serialize};

use crate::Judgement;

/// What is known about one message. Holds personal data: prints itself redacted.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// The message as read, without document contents.
    pub message: Message,
    /// Oddities noted while reading.
    pub remarks: Vec<Remark>,
    /// When the message became available to the authority (law: `spec/journaling-law.md` §5).
    pub available_at: Timestamp,
    /// Bytes of the MeMo message.
    pub size: u64,
    /// New, answer or forward.
    pub kind: MessageKind,
    /// What kind of sender.
    pub sender: SenderKind,
    /// Is it for us?
    pub recipient: RecipientKind,
    /// The KLE mark, normalised.
    pub subject: Option<MarkedSubject>,
    /// Every case the message points at, looked up, strongest evidence first.
    pub named_cases: Vec<NamedCase>,
    /// Reasons to hold found outside the rules.
    pub holds: Vec<Hold>,
    /// Text of the documents as far as it could be read, cut at a limit; empty when none.
    pub text: String,
    /// What the classifier and index suggest, best first.
    pub suggestions: Vec<Suggestion>,
    /// What technical documents say, as far as they could be read; by agreement with their senders.
    #[serde(default)]
    pub technical: Vec<TechnicalMark>,
    /// What the classifier believed, and what it was allowed just then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judgement: Option<Judgement>,
    /// What may be seen of an unmarked letter without opening it; `None` when its text was not read.
    #[serde(default)]
    pub glimpse: Option<Glimpse>,
}

/// One value in a technical document. Holds personal data: prints itself redacted.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TechnicalMark {
    /// Title of the document, else its file name.
    pub document: String,
    /// Name of the value: element names from the root down with full stops between, such as `Ansoegning.Ydelse.Kode`.
    pub name: String,
    /// The value.
    pub value: String,
}

/// New message, answer, or forward (spec: digital-post-interfaces §10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MessageKind {
    /// Starts a thread.
    New,
    /// Carries return data of an earlier letter.
    Reply,
    /// A letter received from somebody else, passed on to us.
    Forward,
}

/// What kind of sender, by id type and the list of authorities known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SenderKind {
    /// Borger: a CPR number.
    #[doc(alias = "borger")]
    Citizen,
    /// Virksomhed: a CVR number that is not a known authority.
    #[doc(alias = "virksomhed")]
    Company,
    /// Myndighed: a CVR number on the list of authorities.
    #[doc(alias = "myndighed")]
    Authority,
    /// We ourselves.
    Ourselves,
    /// Neither CPR nor CVR.
    Unknown,
}

/// Is the message for this authority?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecipientKind {
    /// Our CVR, or one of the others that are ours.
    Ours,
    /// Somebody else's CVR.
    Foreign,
    /// No usable recipient in the message.
    Missing,
}

/// The KLE mark of a message after normalisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkedSubject {
    /// The subject, group or main group.
    pub subject: kle::Subject,
    /// The activity facet, when there is a usable one.
    pub facet: Option<kle::Facet>,
    /// False when the mark belongs to somebody else's world (a forwarded message).
    pub ours: bool,
    /// What was done to the mark to read it, for the trace; Danish.
    pub remark: Option<String>,
}

/// Why we believe the message belongs to a case, strongest first (spec: digital-post-interfaces §10, data-marking §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// A ReplyData entry's messageUUID or replyUUID is a letter that we sent.
    AnswersOurLetter,
    /// A ReplyData entry of a system of ours, with a case number.
    OurSystemAndCase,
    /// A ReplyData entry with a case number that exists in the journal.
    CaseInReplyData,
    /// A ReplyData entry's messageID is known as a letter that we sent.
    KnownMessageId,
    /// ContentData.CaseID, with a case system that is ours.
    CaseIdOfOurSystem,
    /// An answer to what the contact point asked for looks like a case number.
    CaseInContactInfo,
    /// A case number in the title.
    CaseInLabel,
    /// The one open case of this party with this subject.
    PartyAndSubject,
}

/// A case that a message points at, and what the journal says of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedCase {
    /// Why.
    pub evidence: Evidence,
    /// The case number as the message, or our own list of letters, gives it.
    pub number: String,
    /// False when the reference belongs to somebody else's world (a forwarded message).
    pub ours: bool,
    /// What the journal answered.
    pub found: Option<CaseFacts>,
}

/// What the case system says of a case.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseFacts {
    /// Its number in the case system.
    pub number: String,
    /// Open or closed.
    pub open: bool,
    /// The newest open successor of a closed case.
    pub successor: Option<String>,
    /// Is the sender (or who the sender represents, or whom the message is about) a party of the case?
    pub sender_is_party: bool,
    /// Unit accountable for the case.
    pub unit: Option<String>,
    /// Case handler.
    pub handler: Option<String>,
    /// Subject of the case.
    pub subject: Option<kle::Subject>,
}

/// A reason to hold a message that is found before the rules are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hold {
    /// A party of the message is on the authority's list of protected persons.
    ProtectedParty,
    /// The same message UUID came before with other content.
    ConflictingDuplicate,
    /// A document of a kind that the authority does not accept.
    ForbiddenFile,
    /// A document could not be decoded whole.
    DamagedDocument,
}

/// A subject suggested by classifier and index.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    /// The subject.
    pub subject: kle::Subject,
    /// Calibrated probability, 0 to 1.
    pub confidence: f32,
    /// Words that carried it; never personal data.
    pub why: Vec<String>,
}

/// Nøglelinjer: what a post distributor may see of a letter without opening it, and what had to be said of it.
///
/// Personal data are masked as far as they were found; it is kept sealed all the same, and prints itself redacted.
#[doc(alias = "nøglelinjer")]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Glimpse {
    /// The sentences that carry its subject, masked.
    pub lines: Vec<String>,
    /// Why it must be handled with care (Danish); none of them quotes the letter.
    pub care: Vec<String>,
    /// How sensitive its text seems.
    pub sensitivity: Option<crate::Sensitivity>,
    /// Documents whose text could not be read, or not all of it, and why (Danish).
    pub unread: Vec<String>,
}

impl fmt::Debug for Glimpse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Glimpse({} lines)", self.lines.len())
    }
}

impl fmt::Debug for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Facts({:?}, {:?} from {:?}, …)", self.message, self.kind, self.sender)
    }
}

impl fmt::Debug for TechnicalMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TechnicalMark(…)")
    }
}

impl fmt::Debug for NamedCase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NamedCase({:?}, ours: {}, found: {:?})", self.evidence, self.ours, self.found)
    }
}

impl fmt::Debug for CaseFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CaseFacts(open: {}, sender is party: {}, …)", self.open, self.sender_is_party)
    }
}
