//! Pairs: a name and the value that belongs to it. Two conditions on single fields would also match the name of one entry
//! with the value of another.

use super::keys;
use super::operator::Operator;
use crate::policy::{Findings, Table};
use crate::{Facts, fold};

/// Where the entries stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PairOf {
    /// `Recipient.ContactPoint.ContactInfo`: label and value.
    ContactInfo,
    /// `ContentData.AdditionalContentData`: name, type and value.
    AdditionalData,
    /// `ContentData.CaseID`: case system and case number.
    CaseId,
    /// `ReplyData`: generating system and case number of one entry.
    ReplyData,
    /// A technical document: name, document and value.
    Technical,
}

/// An entry with one of these names, of one of these kinds, whose value is as asked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pair {
    pub(crate) of: PairOf,
    /// Folded as words; empty is any.
    names: Vec<String>,
    /// Type of additional data, or title of a technical document, folded as words; empty is any.
    kinds: Vec<String>,
    pub(crate) value: Operator,
}

/// The key of a pair condition, and those of its table.
struct PairKeys {
    key: &'static str,
    of: PairOf,
    name: &'static str,
    kind: Option<&'static str>,
    /// Short for `one_of`.
    short: Option<&'static str>,
}

/// Name, kind and value of one entry; says true to hear no more.
type Visit<'v> = &'v mut dyn FnMut(&str, &str, &str) -> bool;

impl PairOf {
    /// The conditions and the keys of their tables.
    const KEYS: [PairKeys; 5] = [
        PairKeys { key: "contact_info", of: Self::ContactInfo, name: "label", kind: None, short: None },
        PairKeys {
            key: "additional_data",
            of: Self::AdditionalData,
            name: "name",
            kind: Some("type"),
            short: None,
        },
        PairKeys { key: "case_id", of: Self::CaseId, name: "system", kind: None, short: Some("number") },
        PairKeys {
            key: "reply_data",
            of: Self::ReplyData,
            name: "system",
            kind: None,
            short: Some("number"),
        },
        PairKeys { key: "technical", of: Self::Technical, name: "name", kind: Some("document"), short: None },
    ];

    fn visit(self, facts: &Facts, visit: Visit<'_>) -> bool {
        let header = &facts.message.header;
        let content = header.content_data.as_ref();
        match self {
            Self::ContactInfo => header.recipient.contact_point.as_ref().is_some_and(|point| {
                point.contact_info.iter().any(|info| visit(&info.label, "", &info.value))
            }),
            Self::AdditionalData => content.is_some_and(|content| {
                let kind = |kind: &Option<String>| kind.clone().unwrap_or_default();
                content.additional.iter().any(|data| visit(&data.name, &kind(&data.data_type), &data.value))
            }),
            Self::CaseId => content
                .and_then(|content| content.case_id.as_ref())
                .is_some_and(|case| visit(&case.case_system, "", &case.case_id)),
            Self::ReplyData => header.reply_data.iter().any(|entry| {
                let system = entry.generating_system_id.as_deref().unwrap_or_default();
                visit(system, "", entry.case_id.as_deref().unwrap_or_default())
            }),
            Self::Technical => {
                facts.technical.iter().any(|mark| visit(&mark.name, &mark.document, &mark.value))
            }
        }
    }
}

impl Pair {
    /// Does it speak of the first sender's world on a forwarded message?
    pub(super) fn is_content_mark(&self) -> bool {
        !matches!(self.of, PairOf::ContactInfo)
    }

    pub(super) fn test(&self, facts: &Facts) -> bool {
        let one_of = |words: &[String], value: &str| words.is_empty() || words.contains(&fold::words(value));
        let (wanted, fits) = match &self.value {
            Operator::Present(wanted) => (*wanted, &Operator::Present(true)),
            value => (true, value),
        };
        let found = self.of.visit(facts, &mut |name, kind, value| {
            one_of(&self.names, name) && one_of(&self.kinds, kind) && fits.fits(value)
        });
        found == wanted
    }

    /// The pair condition of a key of `when`, when it stands there.
    pub(super) fn read_all(
        when: &Table<'_>,
        findings: &mut Findings<'_>,
        mut found: impl FnMut(Option<Self>),
    ) {
        for keys in PairOf::KEYS {
            if when.has(keys.key) {
                let table = when.table(keys.key, keys.key, findings);
                found(table.and_then(|table| Self::read(&keys, table, findings)));
            }
        }
    }

    fn read(keys: &PairKeys, table: Table<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let names = keys::folded(&table, keys.name, findings);
        let kinds = keys.kind.map(|kind| keys::folded(&table, kind, findings)).unwrap_or_default();
        let numbers = keys.short.map(|short| keys::plain(&table, short, findings)).unwrap_or_default();
        let value = if !numbers.is_empty() && !Operator::is_in(&table) {
            Some(Operator::OneOf(numbers))
        } else if table.has(keys.name) && !Operator::is_in(&table) {
            // A name alone asks whether there is such an entry.
            Some(Operator::Present(true))
        } else {
            Operator::read(&table, findings)
        };
        table.finish(findings);
        Some(Self { of: keys.of, names, kinds, value: value? })
    }
}
