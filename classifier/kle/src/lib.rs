//! KLE: subject keys, activity facets, the register and prefix look-up.
//!
//! A *subject* says which task a letter is about (`27.18.04`), a *facet* what kind of handling (`G01`).
//! [`Subject`] and [`Facet`] are parsed strictly; what senders write in their marks goes through
//! [`normalise`], which reads leniently, remarks what it did and gives up rather than guess.
//! [`PrefixMap`] answers who owns a subject: the longest prefix wins, a facet is more specific than none.
//!
//! A number that parses may be expired or unknown all the same. The [`Register`] knows: it is made of the files an
//! authority imports ([`import`]) and answers for a day; [`checked`] asks it about a sender's mark, [`diff`] tells two
//! editions apart, and a [`Crosswalk`] leads from FORM, or an authority's own list, to subjects.
//!
//! **Deliberately absent:** the register's content, which is KL's (`spec/kle.md` §12), and any I/O or clock: bytes
//! and days are handed in.

mod facet;
mod normal;
mod prefix;
mod remark;
mod subject;

mod import;
mod register;

mod checked;
mod crosswalk;
mod diff;

pub use facet::{Facet, FacetPattern, NotFacet};
pub use normal::{MAIN_GROUPS, Normalised, normalise};
pub use prefix::{Owned, PrefixMap};
pub use remark::Remark;
pub use subject::{Level, NotSubject, Subject};

pub use import::{Fault, Format, Import, NotKle, Place, Report, import};
pub use register::{
    Basis, Counts, Edition, Ending, Entry, ErasureDeadline, Implausible, Keyword, KeywordKind, NotRegister,
    NotRetention, Number, PLAUSIBLE_SHARE, Provenance, Register, Retention, RetentionCode, RetentionRule,
    Source, Standing, Successor, Table, check_plausible, edition_date, edition_label, renew, same_title,
};

pub use checked::{Checked, checked};
pub use crosswalk::{Crosswalk, FormTask, Found, NotCrosswalk, NotFormTask, Scheme, Target};
pub use diff::{Change, Diff, What, diff};

/// Emnenummer: the glossary's name for a [`Subject`] used as a key.
#[doc(alias = "emnenummer")]
pub type SubjectKey = Subject;
