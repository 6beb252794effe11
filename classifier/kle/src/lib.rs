//! KLE: subject keys, activity facets and prefix look-up.
//!
//! A *subject* says which task a letter is about (`27.18.04`), a *facet* what kind of handling (`G01`).
//! [`Subject`] and [`Facet`] are parsed strictly; what senders write in their marks goes through
//! [`normalise`], which reads leniently, remarks what it did and gives up rather than guess.
//! [`PrefixMap`] answers who owns a subject: the longest prefix wins, a facet is more specific than none.
//!
//! **Deliberately absent:** the register of titles and validity dates. A number that parses here may be
//! expired or unknown; only the syntax and the main groups are known (`spec/kle.md` §1 and §2).

mod facet;
mod normal;
mod prefix;
mod remark;
mod subject;

pub use facet::{Facet, FacetPattern, NotFacet};
pub use normal::{MAIN_GROUPS, Normalised, normalise};
pub use prefix::{Owned, PrefixMap};
pub use remark::Remark;
pub use subject::{Level, NotSubject, Subject};

/// Emnenummer: the glossary's name for a [`Subject`] used as a key.
#[doc(alias = "emnenummer")]
pub type SubjectKey = Subject;
