//! Operators: what a condition asks of the values of a field.

use regex::Regex;

use super::condition::Looked;
use crate::fields::Field;
use crate::fold;
use crate::policy::{Findings, Table, compile_pattern, listed};

/// What is asked of a field. Texts are compared without regard to case and blanks at the ends.
#[derive(Clone, Debug)]
pub(crate) enum Operator {
    /// A value is one of these.
    OneOf(Vec<String>),
    /// A value begins with one of these.
    Prefix(Vec<String>),
    /// A value contains one of these.
    Contains(Vec<String>),
    /// A value matches, somewhere in it unless anchored. Case counts unless the pattern says `(?i)`.
    Matches(Regex),
    /// There is a value that is not blank, or there is none.
    Present(bool),
    /// A value is a number in this range.
    Between(u64, u64),
}

impl PartialEq for Operator {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::OneOf(a), Self::OneOf(b))
            | (Self::Prefix(a), Self::Prefix(b))
            | (Self::Contains(a), Self::Contains(b)) => a == b,
            (Self::Matches(a), Self::Matches(b)) => a.as_str() == b.as_str(),
            (Self::Present(a), Self::Present(b)) => a == b,
            (Self::Between(a, b), Self::Between(c, d)) => (a, b) == (c, d),
            _ => false,
        }
    }
}

const OPERATORS: [&str; 8] =
    ["equals", "one_of", "prefix", "contains", "matches", "present", "at_least", "at_most"];

impl Operator {
    /// Does the field of this message satisfy the operator?
    pub(crate) fn test(&self, field: &Field, looked: &Looked<'_>) -> bool {
        let facts = looked.facts;
        match self {
            Self::Present(wanted) => (field.read)(facts, &mut |value| !value.trim().is_empty()) == *wanted,
            _ => (field.read)(facts, &mut |value| self.fits(value)),
        }
    }

    /// Does one value satisfy the operator?
    pub(crate) fn fits(&self, value: &str) -> bool {
        match self {
            Self::Present(wanted) => value.trim().is_empty() != *wanted,
            Self::Matches(regex) => regex.is_match(value),
            Self::Between(least, most) => {
                value.trim().parse::<u64>().is_ok_and(|number| (*least..=*most).contains(&number))
            }
            Self::OneOf(words) => words.contains(&fold::plain(value)),
            Self::Prefix(words) => {
                let value = fold::plain(value);
                words.iter().any(|word| value.starts_with(word))
            }
            Self::Contains(words) => {
                let value = fold::plain(value);
                words.iter().any(|word| value.contains(word))
            }
        }
    }

    /// Is there an operator in the table?
    pub(super) fn is_in(table: &Table<'_>) -> bool {
        OPERATORS.into_iter().any(|key| table.has(key))
    }

    /// The one operator of a field condition.
    pub(super) fn read(table: &Table<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let given: Vec<&str> = OPERATORS.into_iter().filter(|key| table.has(key)).collect();
        match given.as_slice() {
            ["at_least"] | ["at_most"] | ["at_least", "at_most"] => {
                let least = table.count("at_least", findings);
                let most = table.count("at_most", findings);
                if (table.has("at_least") && least.is_none()) || (table.has("at_most") && most.is_none()) {
                    return None;
                }
                Some(Self::Between(least.unwrap_or(0), most.unwrap_or(u64::MAX)))
            }
            ["present"] => Some(Self::Present(table.flag("present", findings))),
            ["matches"] => compile_pattern(&table.text("matches", findings)?, findings).map(Self::Matches),
            ["equals"] => table.scalar("equals", findings).map(|word| Self::OneOf(vec![fold::plain(&word)])),
            ["one_of"] => words(table, "one_of", findings).map(Self::OneOf),
            ["prefix"] => words(table, "prefix", findings).map(Self::Prefix),
            ["contains"] => words(table, "contains", findings).map(Self::Contains),
            [] => {
                let what = "betingelsen siger ikke, hvad feltet skal være";
                let advice = format!("Tilføj én af {}", listed(OPERATORS));
                findings.add(table.place(), "no-operator", what, advice);
                None
            }
            several => {
                let what = format!("betingelsen spørger om flere ting: {}", listed(several.iter().copied()));
                let advice = "Del den i flere betingelser under all eller any";
                findings.add(table.place(), "several-operators", what, advice);
                None
            }
        }
    }
}

fn words(table: &Table<'_>, key: &'static str, findings: &mut Findings<'_>) -> Option<Vec<String>> {
    let words: Vec<String> =
        table.some_texts(key, findings).iter().map(|word| fold::plain(&word.value)).collect();
    (!words.is_empty()).then_some(words)
}
