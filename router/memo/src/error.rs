//! Why a message could not be read: because it is not MeMo, because its bytes did not come, or because its contents
//! could not be put anywhere. Only the first says anything about the message.

use std::fmt;
use std::io;

use thiserror::Error;

/// What ended a reading.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The bytes are not MeMo: quarantine.
    #[error("the message is not memo")]
    NotMemo(#[from] NotMemo),
    /// The bytes could not be fetched: try again later.
    #[error("the message could not be fetched")]
    Source(#[source] io::Error),
    /// A content could not be put away: try again later.
    #[error("a document of the message could not be put away")]
    Contents(#[source] io::Error),
}

/// The bytes are not MeMo, or ask more of the reader than any MeMo message does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotMemo {
    /// Why.
    pub reason: NotMemoReason,
    /// Byte of the message at which the reader gave up, from 0.
    pub position: u64,
}

impl fmt::Display for NotMemo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.reason.english(), self.position)
    }
}

impl std::error::Error for NotMemo {}

impl NotMemo {
    /// The same for a post distributor.
    pub fn danish(&self) -> String {
        format!("{} (ved byte {}).", self.reason.danish(), self.position)
    }
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $english:literal, $danish:literal;)*) => {
        /// Why bytes are not MeMo.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum NotMemoReason { $($(#[$doc])* $name),* }

        impl NotMemoReason {
            /// A stable code for logs, columns and counters.
            pub fn as_str(self) -> &'static str {
                match self { $(NotMemoReason::$name => $code),* }
            }

            fn english(self) -> &'static str {
                match self { $(NotMemoReason::$name => $english),* }
            }

            fn danish(self) -> &'static str {
                match self { $(NotMemoReason::$name => $danish),* }
            }
        }
    };
}

reasons! {
    /// No bytes, or nothing but blanks.
    Empty = "empty", "there is nothing to read", "Filen er tom";
    /// UTF-16 or UTF-32; MeMo is UTF-8.
    Utf16 = "utf-16", "the text is utf-16 and not utf-8", "Filen er i tegnsættet UTF-16, men MeMo skal være i UTF-8";
    /// The XML declaration names another encoding than UTF-8.
    Encoding = "encoding", "the declared encoding is not utf-8", "Filen angiver et andet tegnsæt end UTF-8";
    /// Bytes that are no UTF-8.
    NotUtf8 = "not-utf-8", "the bytes are not utf-8", "Filen indeholder tegn, der ikke er UTF-8";
    /// A NUL byte.
    Nul = "nul", "there is a nul byte", "Filen indeholder nul-bytes og er derfor ikke tekst";
    /// A document type declaration: never followed, never needed.
    Doctype = "doctype", "there is a document type declaration", "Filen indeholder en DTD, og det er ikke tilladt";
    /// An entity beyond the five of XML.
    Entity = "entity", "there is a reference to an unknown entity", "Filen henviser til en ukendt entitet, og det er ikke tilladt";
    /// The rules of XML are broken.
    NotWellFormed = "not-well-formed", "the xml is not well formed", "Filen er ikke gyldig XML";
    /// The end is missing.
    Truncated = "truncated", "the message ends too early", "Meddelelsen er afbrudt, slutningen mangler";
    /// XML of another kind.
    WrongRoot = "wrong-root", "the root element is not Message", "Filen er XML, men ikke en MeMo-meddelelse";
    /// `Message` of another namespace.
    WrongNamespace = "wrong-namespace", "the root element is not of the memo namespace", "Filen ligner en MeMo-meddelelse, men dens navnerum er et andet";
    /// No `messageUUID`, or none that is a UUID: the message cannot be identified.
    NoIdentity = "no-identity", "there is no usable message uuid", "Meddelelsen har intet brugbart messageUUID og kan derfor ikke kendes fra andre";
    /// Larger than [`crate::Limits::total`].
    TooLarge = "too-large", "the message is too large", "Meddelelsen er større, end Digital Post tillader";
    /// Nested deeper than [`crate::Limits::depth`].
    TooDeep = "too-deep", "elements are nested too deep", "Meddelelsens elementer er indlejret for dybt";
    /// More than [`crate::Limits::attributes`] on one element.
    TooManyAttributes = "too-many-attributes", "an element has too many attributes", "Et element i meddelelsen har for mange attributter";
    /// A name longer than [`crate::Limits::name`].
    NameTooLong = "name-too-long", "a name is too long", "Et navn i meddelelsen er for langt";
    /// A tag, comment or text longer than [`crate::Limits::piece`], [`crate::Limits::text`] or, together, [`crate::Limits::texts`].
    TextTooLong = "text-too-long", "a text outside the documents is too long", "En tekst uden for dokumenterne er for lang";
    /// More than [`crate::Limits::elements`].
    TooManyElements = "too-many-elements", "there are too many elements", "Meddelelsen har for mange elementer";
}

impl serde::Serialize for NotMemoReason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
