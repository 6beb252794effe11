//! Implication: whenever one condition holds, so does another. Says yes only when that is certain.

use crate::fold;
use crate::rule::{Condition, Operator, Received, SubjectPattern, Where, Within};

/// Does `b` hold whenever `a` does? Both are tested on the same message with the same leave to look at forwarded marks.
pub(super) fn implies(a: &Condition, b: &Condition) -> bool {
    // Conditions nest as deep as a person writes them; each step here goes one level down.
    use Condition as C;
    match (a, b) {
        (C::Any(parts), _) => parts.iter().all(|part| implies(part, b)),
        (_, C::All(parts)) => parts.iter().all(|part| implies(a, part)),
        (C::All(parts), C::Any(others)) => {
            parts.iter().any(|part| implies(part, b)) || others.iter().any(|other| implies(a, other))
        }
        (C::All(parts), _) => parts.iter().any(|part| implies(part, b)),
        (_, C::Any(others)) => others.iter().any(|other| implies(a, other)),
        (C::Not(a), C::Not(b)) => implies(b, a),
        _ => leaf(a, b),
    }
}

fn leaf(a: &Condition, b: &Condition) -> bool {
    use Condition as C;
    match (a, b) {
        (C::Subject(a), C::Subject(b)) => subject(a, b),
        (C::SubjectExact(a), C::SubjectExact(b)) => within(a, b),
        (C::SubjectExact(a), C::Subject(b)) => {
            b.facets.is_empty()
                && a.iter()
                    .all(|exact| b.prefixes.is_empty() || b.prefixes.iter().any(|p| p.contains(*exact)))
        }
        (C::Kind(a), C::Kind(b)) => within(a, b),
        (C::Sender(a), C::Sender(b)) => within(a, b),
        (C::SenderCvr(a), C::SenderCvr(b)) => a.cvrs.is_subset(&b.cvrs),
        (C::NamedCase(a), C::NamedCase(b)) => within(a, b),
        (C::Words(a, here), C::Words(b, there)) => {
            // Words are folded with a blank at both ends, so a part of one is a sequence of whole words.
            (here == there || *there == Where::Anywhere)
                && a.iter().all(|word| b.iter().any(|part| word.contains(part.as_str())))
        }
        (C::Pattern(a, here), C::Pattern(b, there)) => a == b && (here == there || *there == Where::Anywhere),
        (C::Field(a, how), C::Field(b, other)) => a == b && operator(how, other),
        (C::Suggested(a), C::Suggested(b)) => {
            a.at_least >= b.at_least
                && (b.subjects.is_empty()
                    || (!a.subjects.is_empty()
                        && a.subjects.iter().all(|s| b.subjects.iter().any(|prefix| prefix.contains(*s)))))
        }
        (C::Received(a), C::Received(b)) => a == b || received(a, b),
        (C::Deadline(Within::Days(a)), C::Deadline(Within::Days(b)))
        | (C::Deadline(Within::WorkingDays(a)), C::Deadline(Within::WorkingDays(b))) => a <= b,
        _ => a == b,
    }
}

fn within<T: PartialEq>(a: &[T], b: &[T]) -> bool {
    a.iter().all(|item| b.contains(item))
}

fn subject(a: &SubjectPattern, b: &SubjectPattern) -> bool {
    let subjects = b.prefixes.is_empty()
        || (!a.prefixes.is_empty()
            && a.prefixes.iter().all(|s| b.prefixes.iter().any(|prefix| prefix.contains(*s))));
    let facets = b.facets.is_empty()
        || (!a.facets.is_empty() && a.facets.iter().all(|facet| covers(&b.facets, *facet)));
    subjects && facets
}

fn covers(patterns: &[kle::FacetPattern], facet: kle::FacetPattern) -> bool {
    patterns.iter().any(|pattern| match facet {
        kle::FacetPattern::One(one) => pattern.matches(one),
        category => *pattern == category,
    })
}

fn operator(a: &Operator, b: &Operator) -> bool {
    use Operator as O;
    match (a, b) {
        (O::OneOf(words), O::OneOf(others)) => within(words, others),
        // A word is compared as the value is: folded.
        (O::OneOf(words), O::Prefix(_) | O::Contains(_)) => words.iter().all(|word| b.fits(word)),
        (O::OneOf(words), O::Between(..)) => {
            words.iter().all(|word| *word == fold::plain(word) && b.fits(word))
        }
        (O::Prefix(words), O::Prefix(others)) => {
            all_some(words, others, |word, other| word.starts_with(other))
        }
        (O::Prefix(words) | O::Contains(words), O::Contains(others)) => {
            all_some(words, others, |word, other| word.contains(other))
        }
        (O::OneOf(words) | O::Prefix(words) | O::Contains(words), O::Present(true)) => {
            words.iter().all(|word| !word.trim().is_empty())
        }
        (O::Between(..), O::Present(true)) => true,
        (O::Between(a, b), O::Between(c, d)) => c <= a && b <= d,
        _ => a == b,
    }
}

fn all_some(words: &[String], others: &[String], fits: impl Fn(&str, &str) -> bool) -> bool {
    words.iter().all(|word| others.iter().any(|other| fits(word, other)))
}

fn received(a: &Received, b: &Received) -> bool {
    let from = b.from.is_none_or(|from| a.from.is_some_and(|own| own >= from));
    let to = b.to.is_none_or(|to| a.to.is_some_and(|own| own <= to));
    let hours = (b.after, b.before) == (None, None) || (a.after, a.before) == (b.after, b.before);
    let weekdays = b.weekdays.is_empty() || (!a.weekdays.is_empty() && within(&a.weekdays, &b.weekdays));
    let working = b.working_day.is_none() || a.working_day == b.working_day;
    from && to && hours && weekdays && working
}
