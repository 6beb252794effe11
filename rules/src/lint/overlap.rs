//! Overlaps: two rules that speak of the same thing, match the same message and do different things with it.
//!
//! A narrow rule before a broad one is how exceptions are written and is not told. Told are two rules of which neither
//! contains the other, so that only their order decides.

use std::collections::{BTreeMap, BTreeSet};

use super::implies::implies;
use super::shadow::in_order;
use super::{Lint, about, affirmed, witness};
use crate::rule::{Condition, Operator};
use crate::{Policy, Rule};

/// Pairs that are looked at; a rule set with more is told about these.
const MOST_PAIRS: usize = 20_000;

pub(super) fn look(policy: &Policy, shadowed: &BTreeSet<&str>, lints: &mut Vec<Lint>) {
    let rules: Vec<&Rule> = in_order(policy)
        .into_iter()
        .filter(|rule| rule.then.is_some() && !shadowed.contains(rule.id.as_str()))
        .collect();
    for (a, b) in pairs(&rules).into_iter().take(MOST_PAIRS) {
        let (earlier, later) = (rules[a], rules[b]);
        let same = format!("{:?}", earlier.then) == format!("{:?}", later.then);
        if same || implies(&earlier.when, &later.when) || implies(&later.when, &earlier.when) {
            continue;
        }
        let Some(shown) = witness::of_both(policy, earlier, later) else { continue };
        let what = format!(
            "reglerne »{}« og »{}« ({}:{}) passer på samme meddelelse, men gør hver sit; den første vinder",
            later.id, earlier.id, earlier.file, earlier.line
        );
        let advice = "Gør den ene smallere med not, eller vis med et eksempel, at rækkefølgen er ment";
        let mut lint = about(later, "overlap", what, advice);
        lint.rules.push(earlier.id.clone());
        lint.witness = Some(shown);
        lints.push(lint);
    }
}

/// Pairs of rules that speak of the same thing, each pair once, the earlier rule first.
fn pairs(rules: &[&Rule]) -> BTreeSet<(usize, usize)> {
    let mut speaking: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, rule) in rules.iter().enumerate() {
        for topic in topics(rule) {
            speaking.entry(topic).or_default().push(index);
        }
    }
    let mut pairs = BTreeSet::new();
    for indexes in speaking.values() {
        for (position, &later) in indexes.iter().enumerate() {
            for &earlier in &indexes[..position] {
                if pairs.len() >= MOST_PAIRS {
                    return pairs;
                }
                pairs.insert((earlier, later));
            }
        }
    }
    pairs
}

/// What a rule speaks of: main groups, words, and values of fields.
fn topics(rule: &Rule) -> BTreeSet<String> {
    let mut topics = BTreeSet::new();
    affirmed(&rule.when, &mut |leaf| match leaf {
        Condition::Subject(pattern) => {
            topics.extend(pattern.prefixes.iter().map(|subject| format!("kle {}", subject.main_group())));
        }
        Condition::SubjectExact(exact) => {
            topics.extend(exact.iter().map(|subject| format!("kle {}", subject.main_group())));
        }
        Condition::Words(words, _) => topics.extend(words.iter().cloned()),
        Condition::SenderCvr(senders) => topics.extend(senders.cvrs.iter().map(|cvr| format!("cvr {cvr}"))),
        Condition::Field(field, Operator::OneOf(values)) => {
            topics.extend(values.iter().map(|value| format!("{} {value}", field.path)));
        }
        _ => {}
    });
    topics
}
