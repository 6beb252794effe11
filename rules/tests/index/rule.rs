//! Rules as data: made at random, written as TOML, read naively.

use std::ops::Range;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// A rule.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rule {
    pub(crate) forwarded_marks: bool,
    pub(crate) when: When,
    pub(crate) tag: bool,
    pub(crate) then: Option<&'static str>,
}

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum When {
    All(Vec<When>),
    Any(Vec<When>),
    Not(Box<When>),
    Kle(Vec<&'static str>, Vec<&'static str>),
    Kind(Vec<&'static str>),
    Sender(Vec<&'static str>),
    Words(&'static str, Vec<&'static str>),
    Field(&'static str, Op),
}

/// An operator.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Op {
    OneOf(Vec<&'static str>),
    Prefix(Vec<&'static str>),
    Contains(Vec<&'static str>),
    Matches(&'static str),
    Present(bool),
    AtLeast(u64),
}

pub(crate) const HOLD: &str = "\"hold\"";
const THEN: [&str; 4] = [HOLD, "\"desk\"", "{ unit = \"a\" }", "{ unit = \"b\", journal = \"new-case\" }"];
const SUBJECTS: [&str; 8] = ["27", "27.18", "27.18.04", "27.36", "28", "28.06.04", "32.18.04", "00"];
const FACETS: [&str; 5] = ["G", "G01", "K", "K02", "P"];
const KINDS: [&str; 3] = ["new", "reply", "forward"];
const SENDERS: [&str; 5] = ["citizen", "company", "authority", "ourselves", "unknown"];
const WORDS: [&str; 9] = ["klage", "Klage over", "over", "AABENRAA", "allé", "åbenrå allé", "bil", "a", "17"];
const FIELDS: [&str; 10] = [
    "Sender.senderID",
    "label",
    "text",
    "messageCode",
    "reply",
    "Recipient.ContactPoint.contactPointID",
    "ContentData.MotorVehicle.licenseNumber",
    "ContentData.AdditionalContentData.contentDataValue",
    "ReplyData.caseID",
    "Document.count",
];
const VALUES: [&str; 10] =
    ["12345678", "87654321", "ÅRSOPG", "true", "false", "AB12345", "klage over", "b", "0", "12"];
const PATTERNS: [&str; 4] = ["^klage", "(?i)KLAGE", "^$", "[0-9]{8}"];

pub(crate) fn id(number: usize) -> String {
    format!("r{number}")
}

pub(crate) fn rules(count: Range<usize>) -> impl Strategy<Value = Vec<Rule>> {
    // Most rules only tag or are narrow, so that later ones are reached.
    let then = prop_oneof![12 => Just(None), 6 => select(&THEN[1..]).prop_map(Some), 1 => Just(Some(HOLD))];
    let rule = (when(), any::<bool>(), prop::bool::weighted(0.3), then).prop_map(
        |(when, forwarded_marks, tag, then)| Rule { forwarded_marks, when, tag: tag || then.is_none(), then },
    );
    prop::collection::vec(rule, count)
}

fn some(of: &'static [&'static str], most: usize) -> impl Strategy<Value = Vec<&'static str>> {
    subsequence(of, 1..=most)
}

fn when() -> impl Strategy<Value = When> {
    let op = prop_oneof![
        4 => some(&VALUES, 3).prop_map(Op::OneOf),
        1 => some(&VALUES, 2).prop_map(Op::Prefix),
        1 => some(&VALUES, 2).prop_map(Op::Contains),
        1 => select(&PATTERNS).prop_map(Op::Matches),
        1 => any::<bool>().prop_map(Op::Present),
        1 => (0u64..3).prop_map(Op::AtLeast),
    ];
    let places = select(vec!["words", "label_words", "text_words"]);
    let leaf = prop_oneof![
        3 => (some(&SUBJECTS, 3), subsequence(&FACETS, 0..=2)).prop_map(|(s, f)| When::Kle(s, f)),
        1 => some(&FACETS, 2).prop_map(|facets| When::Kle(Vec::new(), facets)),
        1 => some(&KINDS, 2).prop_map(When::Kind),
        1 => some(&SENDERS, 2).prop_map(When::Sender),
        3 => (places, some(&WORDS, 3)).prop_map(|(place, words)| When::Words(place, words)),
        5 => (select(&FIELDS), op).prop_map(|(field, op)| When::Field(field, op)),
    ];
    // A bare leaf matches much; two or three together are what people write.
    let leaves = prop_oneof![
        1 => leaf.clone(),
        3 => prop::collection::vec(leaf, 2..4).prop_map(When::All),
    ];
    leaves.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 1..3).prop_map(When::All),
            2 => prop::collection::vec(inner.clone(), 1..4).prop_map(When::Any),
            1 => inner.prop_map(|when| When::Not(Box::new(when))),
        ]
    })
}

impl Rule {
    pub(crate) fn toml(&self, number: usize) -> String {
        let id = id(number);
        let mut toml = format!("[[rule]]\nid = \"{id}\"\ntitle = \"Regel\"\nwhen = {}\n", self.when.toml());
        if self.forwarded_marks {
            toml += "forwarded_marks = true\n";
        }
        if self.tag {
            toml += &format!("annotate = {{ tags = \"{id}\" }}\n");
        }
        if let Some(then) = self.then {
            toml += &format!("then = {then}\n");
        }
        toml
    }
}

impl When {
    fn toml(&self) -> String {
        let join = |parts: &[When]| parts.iter().map(When::toml).collect::<Vec<_>>().join(", ");
        match self {
            When::All(parts) => format!("{{ all = [{}] }}", join(parts)),
            When::Any(parts) => format!("{{ any = [{}] }}", join(parts)),
            When::Not(when) => format!("{{ not = {} }}", when.toml()),
            When::Kle(subjects, facets) if facets.is_empty() => format!("{{ kle = {subjects:?} }}"),
            When::Kle(subjects, facets) if subjects.is_empty() => format!("{{ facet = {facets:?} }}"),
            When::Kle(subjects, facets) => format!("{{ kle = {subjects:?}, facet = {facets:?} }}"),
            When::Kind(kinds) => format!("{{ kind = {kinds:?} }}"),
            When::Sender(kinds) => format!("{{ sender = {kinds:?} }}"),
            When::Words(place, words) => format!("{{ {place} = {words:?} }}"),
            When::Field(field, op) => format!("{{ field = \"{field}\", {} }}", op.toml()),
        }
    }
}

impl Op {
    fn toml(&self) -> String {
        match self {
            Op::OneOf(values) => match values[..] {
                [value] => format!("equals = {value:?}"),
                _ => format!("one_of = {values:?}"),
            },
            Op::Prefix(starts) => format!("prefix = {starts:?}"),
            Op::Contains(pieces) => format!("contains = {pieces:?}"),
            Op::Matches(pattern) => format!("matches = {pattern:?}"),
            Op::Present(wanted) => format!("present = {wanted}"),
            Op::AtLeast(least) => format!("at_least = {least}"),
        }
    }
}
