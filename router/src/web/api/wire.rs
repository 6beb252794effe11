//! JSON that several resources share: days, purposes, texts, deadlines, documents.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};

use super::problem::Problem;
use crate::desk;
use crate::oversight;
use crate::oversight::Period;
use crate::story::deadline::DeadlineView;

/// The longest text in a body, in characters.
const LONGEST: usize = 200;
/// The most days of a period.
const MOST_DAYS: i64 = 366;

/// A short text without control characters.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Text(String);

impl TryFrom<String> for Text {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let fits =
            !text.trim().is_empty() && text.chars().count() <= LONGEST && !text.chars().any(char::is_control);
        if fits { Ok(Self(text)) } else { Err("not a short text") }
    }
}

impl Text {
    /// The text, without blanks around it.
    pub(super) fn into_inner(self) -> String {
        self.0.trim().to_owned()
    }

    /// See [`Self::into_inner`].
    pub(super) fn as_str(&self) -> &str {
        self.0.trim()
    }
}

impl utoipa::PartialSchema for Text {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
        let text = text
            .min_length(Some(1))
            .max_length(Some(LONGEST))
            .description(Some("Kort tekst uden styretegn."));
        text.build().into()
    }
}

impl ToSchema for Text {}

/// What some texts say; empty for none.
pub(super) fn or_empty(text: Option<Text>) -> String {
    text.map(Text::into_inner).unwrap_or_default()
}

/// A Danish day, such as `2026-11-20`.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Day(pub(super) Date);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let day = text.parse().ok().filter(|_| plain);
        day.map(Self).ok_or_else(|| serde::de::Error::custom("not a day"))
    }
}

impl utoipa::PartialSchema for Day {
    fn schema() -> RefOr<Schema> {
        let day = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
        let day = day.format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)));
        day.description(Some("Dag i dansk tid.")).build().into()
    }
}

impl ToSchema for Day {}

/// The period between two days, both counted; where one is left out, the `days` days that end with the other.
pub(super) fn period(
    from: Option<Day>,
    to: Option<Day>,
    days: i64,
    now: Timestamp,
) -> Result<Period, Problem> {
    let otherwise = Period::last_days(now, days);
    let last = to.map_or(otherwise.last, |day| day.0);
    let first = match from {
        Some(day) => day.0,
        None => Period::ending(last, days).first,
    };
    if first > last {
        return Err(Problem::field("from", "ligger efter to"));
    }
    if last.duration_since(first).as_hours() / 24 >= MOST_DAYS {
        return Err(Problem::field("from", format!("perioden er længere end {MOST_DAYS} dage")));
    }
    Ok(Period { first, last })
}

/// How many are asked for, within what may be.
pub(super) fn limit(asked: Option<u32>, otherwise: u32, most: u32) -> Result<u32, Problem> {
    match asked {
        None => Ok(otherwise),
        Some(limit) if (1..=most).contains(&limit) => Ok(limit),
        Some(_) => Err(Problem::field("limit", format!("skal være mellem 1 og {most}"))),
    }
}

/// Why something is looked at; the audit log keeps it.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Purpose {
    Control,
    Find,
    DataAccess,
    Documents,
    Incident,
    Review,
}

impl From<Purpose> for oversight::Purpose {
    fn from(purpose: Purpose) -> Self {
        match purpose {
            Purpose::Control => Self::Control,
            Purpose::Find => Self::Find,
            Purpose::DataAccess => Self::DataAccess,
            Purpose::Documents => Self::Documents,
            Purpose::Incident => Self::Incident,
            Purpose::Review => Self::Review,
        }
    }
}

/// When a letter must be answered.
#[derive(Serialize, ToSchema)]
pub(super) struct Deadline {
    /// The time.
    at: Timestamp,
    /// Danish working days until it; negative when it has passed.
    working_days_left: i64,
    /// Has it passed?
    overdue: bool,
    /// The same as a Danish sentence.
    text: String,
}

impl From<DeadlineView> for Deadline {
    fn from(view: DeadlineView) -> Self {
        let DeadlineView { at, working_days_left, overdue, text, .. } = view;
        Self { at, working_days_left, overdue, text }
    }
}

/// A letter's own words. Holds personal data.
#[derive(Serialize, ToSchema)]
#[schema(as = LetterWords)]
pub(super) struct Words {
    /// Title.
    label: String,
    /// Who sent it.
    sender: String,
    /// Text of its documents.
    text: String,
    /// What could not be read (Danish).
    unread: Vec<String>,
}

impl From<desk::Words> for Words {
    fn from(words: desk::Words) -> Self {
        let desk::Words { label, sender, text, unread } = words;
        Self { label, sender, text, unread }
    }
}

/// A file of a letter.
#[derive(Serialize, ToSchema)]
#[schema(as = LetterDocument)]
pub(super) struct Document {
    /// Its number in the message, as its address has it.
    content: u32,
    /// Its name, as sent.
    name: String,
    /// MIME type, as sent.
    format: String,
    /// Bytes.
    size: u64,
}

impl From<desk::Document> for Document {
    fn from(document: desk::Document) -> Self {
        let desk::Document { content, name, format, size } = document;
        Self { content, name, format, size }
    }
}
