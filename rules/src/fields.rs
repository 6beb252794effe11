//! Field paths: every field of a message that a rule may ask about, by its MeMo name.
//!
//! A path is the element names from `MessageHeader` down (`Sender.AttentionData.EMail.emailAddress`), or from
//! `MessageBody` (`MessageBody.MainDocument.File.filename`). A field has none, one or several values. Names and
//! order are those of `spec/xsd/memo_elements.csv`; a test holds this table to it.
//! Beside them stand our own: `Document.*` (all documents of whatever kind), `Document.count` and `text`.

mod body;
mod content;
mod header;
mod side;

use crate::Facts;

/// Takes one value after another; says true to hear no more.
pub(crate) type Visit<'v> = &'v mut dyn FnMut(&str) -> bool;

/// One field that rules may name.
pub(crate) struct Field {
    /// The path as a rule writes it.
    pub(crate) path: &'static str,
    /// Shows the field's values until the visitor has heard enough; true when it has.
    pub(crate) read: fn(&Facts, Visit<'_>) -> bool,
}

impl std::fmt::Debug for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Field({})", self.path)
    }
}

impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path
    }
}

impl Eq for Field {}

impl std::hash::Hash for Field {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.path.hash(state);
    }
}

impl Field {
    /// Does the field, on a forwarded message, speak of the first sender's world? So do all of `ContentData`.
    pub(crate) fn is_content_mark(&self) -> bool {
        self.path.starts_with("ContentData.")
    }
}

/// All fields.
pub(crate) fn all() -> impl Iterator<Item = &'static Field> {
    [
        header::FIELDS,
        header::SENDER,
        side::SENDER_ATTENTION,
        side::SENDER_ADDRESS,
        side::SENDER_CONTACT_POINT,
        header::REPRESENTATIVE,
        header::RECIPIENT,
        side::RECIPIENT_ATTENTION,
        side::RECIPIENT_ADDRESS,
        side::RECIPIENT_CONTACT_POINT,
        content::FIELDS,
        content::ADDRESS,
        header::FORWARD,
        header::REPLY,
        body::CREATED,
        body::MAIN,
        body::MAIN_ACTIONS,
        body::ADDITIONAL,
        body::ADDITIONAL_ACTIONS,
        body::TECHNICAL,
        body::DOCUMENT,
        body::OWN,
    ]
    .into_iter()
    .flatten()
}

/// The field with this path.
pub(crate) fn find(path: &str) -> Option<&'static Field> {
    all().find(|field| field.path == path)
}

/// Shows an optional text.
fn text<'a>(value: impl Into<Option<&'a String>>, visit: Visit<'_>) -> bool {
    value.into().is_some_and(|value| visit(value))
}

/// Shows an optional value that prints as its MeMo form: UUID, time, date.
fn shown<T: std::fmt::Display>(value: Option<T>, visit: Visit<'_>) -> bool {
    value.is_some_and(|value| visit(&value.to_string()))
}

/// Shows a flag; absent means no (`spec/memo-format.md` §3.2).
fn flag(value: Option<bool>, visit: Visit<'_>) -> bool {
    visit(if value == Some(true) { "true" } else { "false" })
}

/// A table of fields below one owner: `table!("Sender.", sender, { "label" => |s, v| text(&s.label, v) })`.
macro_rules! table {
    ($prefix:literal, $owner:path, { $($name:literal => |$x:ident, $visit:ident| $read:expr),* $(,)? }) => {
        &[$($crate::fields::Field {
            path: concat!($prefix, $name),
            read: |facts, $visit| $owner(facts).is_some_and(|$x| $read),
        }),*]
    };
}
use table;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The element paths of MeMo 1.1 and 1.2, without the contents of files. Source: `spec/xsd/memo_elements.csv`.
    const ELEMENTS: &str = include_str!("fields/elements.txt");

    #[test]
    fn every_element_of_the_schema_is_a_field_and_no_field_is_there_twice() {
        let paths: BTreeSet<&str> = all().map(|field| field.path).collect();
        assert_eq!(paths.len(), all().count());
        let missing: Vec<&str> = ELEMENTS.lines().filter(|element| !paths.contains(element)).collect();
        assert!(missing.is_empty(), "not fields: {missing:?}");
        let elements: BTreeSet<&str> = ELEMENTS.lines().collect();
        let own: Vec<&str> = paths.difference(&elements).copied().collect();
        assert!(
            own.iter().all(|path| path.starts_with("Document.") || *path == "text"),
            "unknown to MeMo: {own:?}"
        );
    }
}
