//! Remarks: what is said of a document whose text could not be had, or not all of it.

use serde::{Deserialize, Serialize};

macro_rules! remarks {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $danish:literal;)*) => {
        /// What is said of a document that could not be read, or not all of it. Names no file and quotes nothing.
        #[doc(alias = "bemærkning")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Remark { $($(#[$doc])* #[serde(rename = $code)] $name),* }

        impl Remark {
            /// Every remark.
            pub const ALL: &'static [Remark] = &[$(Remark::$name),*];

            /// A stable code for logs, JSON and counters.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            /// A few Danish words for a post distributor.
            pub fn danish(self) -> &'static str {
                match self { $(Self::$name => $danish),* }
            }
        }
    };
}

remarks! {
    /// A password is needed.
    Encrypted = "encrypted", "krypteret med adgangskode";
    /// Pictures of pages, without a layer of text.
    Scanned = "scanned", "ingen tekst (scannet billede)";
    /// A picture, and no character recognition is at hand.
    Picture = "picture", "et billede; tekstgenkendelse er slået fra eller ikke installeret";
    /// A picture in which no text was recognised.
    NothingRecognised = "nothing-recognised", "et billede; der blev ikke genkendt nogen tekst";
    /// No text, and no picture either.
    Empty = "empty", "tom; der er ingen tekst";
    /// More bytes than are read.
    TooLarge = "too-large", "for stor til at blive læst";
    /// The text goes on; its beginning was read.
    Cut = "cut", "meget lang; kun begyndelsen er læst";
    /// Unpacks to far more than it is.
    Bomb = "bomb", "fylder uforholdsmæssigt meget pakket ud; kun begyndelsen er læst";
    /// Nested beyond reason.
    TooDeep = "too-deep", "indlejret for dybt; kun begyndelsen er læst";
    /// The time ran out.
    TooSlow = "too-slow", "tog for lang tid at læse";
    /// The memory ran out.
    TooMuchMemory = "too-much-memory", "brugte for meget hukommelse";
    /// Not what its format demands; what could be read before was.
    Damaged = "damaged", "beskadiget; læst så langt det lod sig gøre";
    /// The reader fell over it.
    Crashed = "crashed", "kunne ikke læses; læseren brød sammen";
    /// A document type with declarations, which are never followed.
    Declarations = "declarations", "henviser til noget uden for sig selv; det er ikke fulgt";
    /// A format that is not read.
    UnknownFormat = "unknown-format", "formatet læses ikke";
    /// Another format than the sender said; read as what it is.
    OtherFormat = "other-format", "er af en anden type end oplyst; læst som det, den er";
    /// The reader could not be started; nothing is said of the document.
    NotTried = "not-tried", "kunne ikke læses nu";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_and_serde_agrees_with_them() {
        let mut seen = std::collections::HashSet::new();
        for remark in Remark::ALL {
            assert!(seen.insert(remark.as_str()), "{remark:?}");
            assert_eq!(serde_json::to_value(remark).unwrap(), remark.as_str());
        }
    }
}
