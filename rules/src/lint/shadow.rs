//! Shadowed rules: those that an earlier rule leaves nothing for.

use std::collections::BTreeSet;

use super::implies::implies;
use super::{Lint, about, witness};
use crate::rule::Condition;
use crate::{Policy, Rule};

/// The rules in the order in which they are asked: those that hold first.
pub(super) fn in_order(policy: &Policy) -> Vec<&Rule> {
    let (holds, others): (Vec<&Rule>, Vec<&Rule>) = policy.rules().iter().partition(|rule| rule.holds());
    holds.into_iter().chain(others).collect()
}

/// Tells the shadowed rules and gives their ids.
pub(super) fn look<'p>(policy: &'p Policy, lints: &mut Vec<Lint>) -> BTreeSet<&'p str> {
    let rules = in_order(policy);
    let mut shadowed = BTreeSet::new();
    for (index, &rule) in rules.iter().enumerate() {
        let Some(earlier) = rules[..index].iter().find(|earlier| covers(earlier, rule)) else { continue };
        shadowed.insert(rule.id.as_str());
        let what = format!(
            "reglen »{}« får aldrig noget: alt, den passer på, afgøres før af reglen »{}« i {}:{}",
            rule.id, earlier.id, earlier.file, earlier.line
        );
        let advice =
            format!("Flyt den op foran »{}«, gør »{}« smallere, eller slet den", earlier.id, earlier.id);
        let mut lint = about(rule, "shadowed", what, advice);
        lint.rules.push(earlier.id.clone());
        lint.witness = witness::of_both(policy, rule, earlier);
        lints.push(lint);
    }
    shadowed
}

/// Does the earlier rule decide everything that the later one matches?
pub(super) fn covers(earlier: &Rule, later: &Rule) -> bool {
    let (a, b) = (&earlier.header, &later.header);
    earlier.then.is_some()
        && a.valid_from.is_none_or(|from| b.valid_from.is_some_and(|later| later >= from))
        && a.valid_to.is_none_or(|to| b.valid_to.is_some_and(|later| later <= to))
        && (earlier.forwarded_marks == later.forwarded_marks
            || !(looks_at_marks(&earlier.when) || looks_at_marks(&later.when)))
        && implies(&later.when, &earlier.when)
}

/// Does anything in the condition depend on the leave to look at forwarded marks?
fn looks_at_marks(condition: &Condition) -> bool {
    match condition {
        Condition::Subject(_) | Condition::SubjectExact(_) | Condition::Marked(_) | Condition::Pair(_) => {
            true
        }
        Condition::Field(field, _) => field.is_content_mark(),
        other => other.parts().iter().any(looks_at_marks),
    }
}
