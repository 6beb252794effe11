//! Patterns that are too broad: regular expressions that match nothing in particular.

use regex::Regex;

use super::{Lint, about, affirmed};
use crate::Rule;
use crate::rule::{Condition, Operator};

/// Titles as letters have them, invented. A pattern that matches them all speaks of nothing in particular.
const TITLES: [&str; 8] = [
    "brev",
    "ansøgning om hjælp",
    "klage over afgørelse",
    "faktura 1234",
    "hus og have",
    "spørgsmål",
    "7",
    "vand",
];

pub(super) fn look(rule: &Rule, lints: &mut Vec<Lint>) {
    affirmed(&rule.when, &mut |leaf| {
        let Some(regex) = regex_of(leaf).filter(|regex| is_broad(regex)) else { return };
        let what =
            format!("det regulære udtryk »{}« i reglen »{}« passer på næsten alt", regex.as_str(), rule.id);
        lints.push(about(rule, "broad-regex", what, "Skriv ord, der hører til netop disse breve"));
    });
}

fn regex_of(leaf: &Condition) -> Option<&Regex> {
    match leaf {
        Condition::Pattern(pattern, _) => Some(pattern.regex()),
        Condition::Document(document) => document.name().map(|name| name.regex()),
        Condition::Field(_, Operator::Matches(regex)) => Some(regex),
        Condition::Pair(pair) => match &pair.value {
            Operator::Matches(regex) => Some(regex),
            _ => None,
        },
        _ => None,
    }
}

fn is_broad(regex: &Regex) -> bool {
    let matched = TITLES.iter().filter(|title| regex.is_match(title)).count();
    matched == TITLES.len() || (matched > 0 && regex.is_match(""))
}
