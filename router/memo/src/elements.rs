//! Elements: what MeMo has, in the words and the order of the schema.
//!
//! One table per record says name, order, how often and how long; the reader takes its remarks from it and the writer
//! its order. Source: `memo-format.md` §3, checked against `memo_elements.csv` by a test.

use crate::contents::DocumentKind;
use crate::namespaces::Namespace;

/// One element as a child of its record.
pub(crate) struct Element {
    pub(crate) namespace: Namespace,
    pub(crate) name: &'static str,
    /// With the usual prefix: `memo:Sender`.
    pub(crate) prefixed: &'static str,
    /// A name from before 1.1.
    pub(crate) old_name: Option<&'static str>,
    /// How often at least, in 1.1 and in 1.2.
    pub(crate) least: [u32; 2],
    /// How often at most; [`MANY`] for no limit.
    pub(crate) most: u32,
    /// Which versions have it.
    pub(crate) versions: Versions,
    pub(crate) kind: Kind,
    pub(crate) children: &'static [Element],
}

/// No upper limit.
pub(crate) const MANY: u32 = u32::MAX;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Versions {
    All,
    Until11,
    Since12,
}

/// What stands in an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text of so many characters at most.
    Text(usize),
    /// Digits, so many at most.
    Digits(usize),
    Uuid,
    Bool,
    Time,
    Day,
    Language,
    Link,
    FileName,
    MessageType,
    Content,
    Record,
    Document(DocumentKind),
    File,
}

/// The rules of one version; 1.0 is read as 1.1, what is newer than 1.2 as 1.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edition {
    V11,
    V12,
}

impl Element {
    pub(crate) fn least(&self, edition: Edition) -> u32 {
        if self.is_in(edition) { self.least[edition as usize] } else { 0 }
    }

    pub(crate) fn is_in(&self, edition: Edition) -> bool {
        match self.versions {
            Versions::All => true,
            Versions::Until11 => edition == Edition::V11,
            Versions::Since12 => edition == Edition::V12,
        }
    }

    /// Only in 1.1.
    pub(crate) const fn until_1_1(mut self) -> Self {
        self.versions = Versions::Until11;
        self
    }

    /// Only in 1.2.
    pub(crate) const fn since_1_2(mut self) -> Self {
        self.versions = Versions::Since12;
        self
    }

    /// Required in 1.1 alone.
    pub(crate) const fn required_in_1_1(mut self) -> Self {
        self.least = [1, 0];
        self
    }

    /// Called otherwise before 1.1.
    pub(crate) const fn once_called(mut self, name: &'static str) -> Self {
        self.old_name = Some(name);
        self
    }

    /// With these children.
    pub(crate) const fn of(mut self, children: &'static [Element]) -> Self {
        self.children = children;
        self
    }
}

/// An element: `one`, `maybe`, `some` (one or more), `any`, or `up to N` of its kind.
macro_rules! element {
    (one $prefix:ident:$name:ident, $kind:expr) => { element!(@ $prefix, $name, 1, 1, $kind) };
    (maybe $prefix:ident:$name:ident, $kind:expr) => { element!(@ $prefix, $name, 0, 1, $kind) };
    (some $prefix:ident:$name:ident, $kind:expr) => { element!(@ $prefix, $name, 1, $crate::elements::MANY, $kind) };
    (any $prefix:ident:$name:ident, $kind:expr) => { element!(@ $prefix, $name, 0, $crate::elements::MANY, $kind) };
    (up to $most:literal $prefix:ident:$name:ident, $kind:expr) => { element!(@ $prefix, $name, 0, $most, $kind) };
    (@ $prefix:ident, $name:ident, $least:expr, $most:expr, $kind:expr) => {
        $crate::elements::Element {
            namespace: $crate::namespaces::Namespace::$prefix,
            name: stringify!($name),
            prefixed: concat!(stringify!($prefix), ":", stringify!($name)),
            old_name: None,
            least: [$least, $least],
            most: $most,
            versions: $crate::elements::Versions::All,
            kind: $kind,
            children: &[],
        }
    };
}
pub(crate) use element;
