//! KLE-Online's REST answers as JSON, and lists of the common classification service.
//!
//! JSON says the same as the XML with the same names: an object is an element, an array is an element again and
//! again. Names may begin with a small letter; a list may stand alone or under any name.

use serde_json::{Map, Value};

use super::feed::Feed;
use super::record::Kind;
use super::{Format, Gathered, NotKle};

pub(super) fn read(text: &str, out: &mut Gathered) -> Result<Format, NotKle> {
    let value: Value = serde_json::from_str(text).map_err(|_| NotKle::UnknownFormat)?;
    walk(&mut Feed::new(out), "", &value)?;
    let empty = out.subjects.is_empty() && out.facets.is_empty() && out.keywords.is_empty();
    if empty { Err(NotKle::UnknownFormat) } else { Ok(Format::Json) }
}

fn walk(feed: &mut Feed<'_>, name: &str, value: &Value) -> Result<(), NotKle> {
    match value {
        Value::Null => Ok(()),
        Value::Array(values) => values.iter().try_for_each(|value| walk(feed, name, value)),
        Value::Object(fields) => element(feed, name, fields),
        Value::String(text) => leaf(feed, name, text),
        Value::Bool(_) | Value::Number(_) => leaf(feed, name, &value.to_string()),
    }
}

fn element(feed: &mut Feed<'_>, name: &str, fields: &Map<String, Value>) -> Result<(), NotKle> {
    feed.open(record_name(name, fields), None)?;
    let nested = |value: &Value| value.is_object() || value.is_array();
    // Fields before what is nested: the number of a group must be known when its subjects come.
    for (key, value) in fields.iter().filter(|(_, value)| !nested(value)) {
        match (element_name(key), value) {
            (Name::Text, Value::String(text)) => feed.text(text),
            (Name::Element(name), _) => walk(feed, &name, value)?,
            _ => {}
        }
    }
    for (key, value) in fields.iter().filter(|(_, value)| nested(value)) {
        if let Name::Element(name) = element_name(key) {
            walk(feed, &name, value)?;
        }
    }
    feed.close(None);
    Ok(())
}

fn leaf(feed: &mut Feed<'_>, name: &str, text: &str) -> Result<(), NotKle> {
    feed.open(name, None)?;
    feed.text(text);
    feed.close(None);
    Ok(())
}

enum Name {
    Element(String),
    /// `#text`, as converters from XML write the text of an element that has attributes.
    Text,
    Attribute,
}

/// `emneNr`, `kle:EmneNr` and `EmneNr` are one name; `@ref` and `xmlns` are attributes.
fn element_name(key: &str) -> Name {
    if key == "#text" || key == "$" {
        return Name::Text;
    }
    if key.starts_with(['@', '$']) || key.starts_with("xmlns") {
        return Name::Attribute;
    }
    let local = key.rsplit(':').next().unwrap_or(key);
    if local.eq_ignore_ascii_case("uuid") {
        return Name::Element("UUID".to_owned());
    }
    let mut chars = local.chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    Name::Element(first + chars.as_str())
}

/// An object that has a number is a record, whatever the list it stands in is called.
fn record_name<'a>(name: &'a str, fields: &Map<String, Value>) -> &'a str {
    let is_other = name.ends_with("Stikord") || name.starts_with("StikordTil") || name == "AfloestAf";
    if Kind::of(name).is_some() || is_other {
        return name;
    }
    let has = |wanted: &str| {
        fields.keys().any(|key| matches!(element_name(key), Name::Element(name) if name == wanted))
    };
    let kinds = [
        ("EmneNr", "Emne"),
        ("GruppeNr", "Gruppe"),
        ("HovedgruppeNr", "Hovedgruppe"),
        ("HandlingsfacetNr", "Handlingsfacet"),
        ("HandlingsfacetKategoriNr", "HandlingsfacetKategori"),
        ("BrugervendtNoegle", "Klasse"),
    ];
    kinds.iter().find(|(number, _)| has(number)).map_or(name, |(_, record)| record)
}
