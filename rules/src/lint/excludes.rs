//! Contradictions: conditions that can not hold at once.

use super::implies::implies;
use crate::rule::Condition;

/// Why the condition can never hold, as a Danish clause; `None` when that can not be shown. `one_subject`: a message has
/// at most one subject, as no crosswalk gives it several.
pub(super) fn contradiction(condition: &Condition, one_subject: bool) -> Option<String> {
    let mut parts = Vec::new();
    conjuncts(condition, &mut parts);
    for (index, a) in parts.iter().enumerate() {
        for b in &parts[..index] {
            if let Some(why) = excludes(a, b, one_subject) {
                return Some(why);
            }
        }
    }
    None
}

fn conjuncts<'c>(condition: &'c Condition, parts: &mut Vec<&'c Condition>) {
    match condition {
        Condition::All(all) => all.iter().for_each(|part| conjuncts(part, parts)),
        part => parts.push(part),
    }
}

fn excludes(a: &Condition, b: &Condition, one_subject: bool) -> Option<String> {
    use Condition as C;
    let why = match (a, b) {
        (C::Not(denied), other) | (other, C::Not(denied)) if implies(other, denied) => {
            "not afviser netop det, en anden betingelse kræver"
        }
        (C::Kind(a), C::Kind(b)) if disjoint(a, b) => "en meddelelse er kun én slags (kind)",
        (C::Sender(a), C::Sender(b)) if disjoint(a, b) => "en afsender er kun én slags (sender)",
        (C::NamedCase(a), C::NamedCase(b)) if disjoint(a, b) => "en sag har kun én tilstand (named_case)",
        (C::SenderCvr(a), C::SenderCvr(b)) if a.cvrs.is_disjoint(&b.cvrs) => {
            "en afsender har kun ét CVR-nummer"
        }
        (C::Subject(a), C::Subject(b)) if one_subject && a.is_disjoint(b) => "et brev har kun ét KLE-mærke",
        _ => return None,
    };
    Some(why.to_owned())
}

fn disjoint<T: PartialEq>(a: &[T], b: &[T]) -> bool {
    !a.iter().any(|item| b.contains(item))
}
