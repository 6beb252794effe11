//! Remarks: what a reading noticed and read on in spite of.
//!
//! A remark names elements and never quotes what stands in them, so it can be shown, logged and counted.

use serde::{Deserialize, Serialize};

/// One deviation from MeMo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// What kind of deviation.
    pub code: RemarkCode,
    /// How much it matters.
    pub severity: Severity,
    /// Element path with the usual prefixes, such as `memo:MessageHeader/memo:Sender/memo:idType`; the second and later
    /// of several like elements carry their number, `memo:ReplyData[2]`. Empty for the message itself.
    pub path: String,
    /// A Danish sentence for a post distributor.
    pub text: String,
}

/// How much a remark matters. Ordered: `Note < Warning < Error`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Harmless.
    Note,
    /// The schema or a rule is broken, but everything was read.
    Warning,
    /// Something that should be known is missing, unusable or left out.
    Error,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $severity:ident, $danish:literal;)*) => {
        /// What kind of deviation a remark tells of.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum RemarkCode { $($(#[$doc])* #[serde(rename = $code)] $name),* }

        impl RemarkCode {
            /// Every code.
            pub const ALL: &'static [RemarkCode] = &[$(RemarkCode::$name),*];

            /// A stable code for logs, columns and counters.
            pub fn as_str(self) -> &'static str {
                match self { $(RemarkCode::$name => $code),* }
            }

            /// How much such a remark matters.
            pub fn severity(self) -> Severity {
                match self { $(RemarkCode::$name => Severity::$severity),* }
            }

            fn danish(self) -> &'static str {
                match self { $(RemarkCode::$name => $danish),* }
            }
        }
    };
}

// `{}` stands for the element.
codes! {
    /// A required element is not there.
    Missing = "missing", Error, "Det påkrævede felt {} mangler.";
    /// The root has no `memoVersion`.
    MissingVersion = "missing-version", Error, "Meddelelsen siger ikke, hvilken MeMo-version den følger; den er læst som 1.2.";
    /// The root has no `memoSchVersion`, which 1.1 requires.
    MissingSchemaVersion = "missing-schema-version", Warning, "Meddelelsen mangler memoSchVersion, som MeMo 1.1 kræver.";
    /// Version 1.0: read with the rules of 1.1.
    OldVersion = "old-version", Note, "Meddelelsen følger den gamle MeMo-version 1.0; den er læst efter reglerne for 1.1.";
    /// A version that nobody knew when this was written: read with the newest rules known.
    UnknownVersion = "unknown-version", Warning, "Meddelelsens MeMo-version er ukendt; den er læst efter reglerne for 1.2.";
    /// `memoVersion` is no number.
    UnusableVersion = "unusable-version", Error, "Meddelelsens MeMo-version er ikke et tal; den er læst efter reglerne for 1.2.";
    /// An element that MeMo does not have here; left out.
    UnknownElement = "unknown-element", Warning, "Feltet {} hører ikke til her i MeMo; det er sprunget over.";
    /// An attribute that MeMo does not have here; left out.
    UnknownAttribute = "unknown-attribute", Note, "Elementet {} har en attribut, som MeMo ikke kender; den er sprunget over.";
    /// Text between elements; left out.
    StrayText = "stray-text", Warning, "Der står tekst mellem felterne i {}; den er sprunget over.";
    /// A second one where one is allowed; left out.
    Repeated = "repeated", Error, "Feltet {} står mere end én gang; kun det første er brugt.";
    /// More than allowed; all kept.
    TooMany = "too-many", Warning, "Feltet {} står flere gange, end MeMo tillader; alle er taget med.";
    /// A second main document; kept as an additional one.
    SecondMainDocument = "second-main-document", Error, "Meddelelsen har mere end ét hoveddokument; de øvrige er læst som bilag.";
    /// The order of the schema is broken.
    WrongOrder = "wrong-order", Warning, "Feltet {} står ikke på sin plads i rækkefølgen; det er læst alligevel.";
    /// An element of another version than the one stated.
    NotInVersion = "not-in-version", Warning, "Feltet {} findes ikke i den MeMo-version, meddelelsen følger; det er taget med alligevel.";
    /// A name from before 1.1.
    OldName = "old-name", Note, "Feltet {} har et navn fra en ældre MeMo-version; det er læst under sit nye navn.";
    /// A choice was answered twice.
    OnlyOneOf = "only-one-of", Warning, "En handling har både en aftale og et link; MeMo tillader kun det ene. Begge er taget med.";
    /// More characters than the schema allows; all kept.
    TooLong = "too-long", Warning, "Teksten i {} er længere, end MeMo tillader; den er bevaret i sin helhed.";
    /// A value against its pattern, kept or read all the same.
    WrongPattern = "wrong-pattern", Warning, "Værdien i {} følger ikke MeMo's format; den er taget med, som den er.";
    /// A value without meaning: left out, or kept without being understood.
    Unusable = "unusable", Error, "Værdien i {} kan ikke forstås.";
    /// A time beyond what can be held, read as the last that can.
    FarFuture = "far-future", Note, "Tidspunktet i {} ligger så langt ude i fremtiden, at det er læst som det seneste mulige.";
    /// A time without its `Z`: read as UTC or with the offset it had.
    NotUtc = "not-utc", Warning, "Tidspunktet i {} er ikke skrevet i UTC, som MeMo kræver; det er omregnet.";
    /// A character that XML forbids, replaced by U+FFFD.
    IllegalCharacter = "illegal-character", Warning, "Teksten i {} har et tegn, som XML ikke tillader; det er erstattet.";
    /// A file name against the rule of September 2025.
    FileName = "file-name", Warning, "Et filnavn har tegn, som Digital Post ikke tillader.";
    /// A file without bytes.
    EmptyFile = "empty-file", Warning, "En fil i meddelelsen er tom.";
    /// Base64 that ends early or goes wrong; the bytes before are kept.
    BrokenContent = "broken-content", Error, "Indholdet af en fil er beskadiget; det, der kunne læses, er gemt.";
    /// A link that is not absolute and https.
    Link = "link", Warning, "Et link er ikke en fuld https-adresse, som Digital Post kræver.";
    /// A code outside the known list.
    UnknownCode = "unknown-code", Note, "Koden i {} er ikke blandt de kendte.";
    /// An identity that does not fit its type.
    IdentityPattern = "identity-pattern", Warning, "Nummeret i {} passer ikke til den type (CPR eller CVR), der er angivet.";
    /// A contact point that is no UUID.
    ContactPointPattern = "contact-point-pattern", Note, "Kontaktpunktet i {} er ikke angivet ved et UUID.";
    /// A NemSMS without its text.
    NoNotification = "no-notification", Warning, "En NemSMS skal have en tekst i memo:notification, men den mangler.";
    /// A NemSMS with documents.
    DocumentsInNemSms = "documents-in-nemsms", Warning, "Meddelelsen er en NemSMS, men har dokumenter; de er taget med.";
    /// A letter without documents.
    NoDocuments = "no-documents", Warning, "Meddelelsen er et brev, men har ingen dokumenter.";
    /// [`crate::Limits::remarks`] was reached.
    MoreRemarks = "more-remarks", Error, "Der er flere bemærkninger, end der vises.";
}

impl Remark {
    /// The remark of a code at a path; the last step of the path is the element its sentence names.
    pub(crate) fn new(code: RemarkCode, path: String) -> Self {
        let element = path.rsplit('/').next().filter(|step| !step.is_empty()).unwrap_or("memo:Message");
        let text = code.danish().replace("{}", element);
        Remark { code, severity: code.severity(), path, text }
    }
}
