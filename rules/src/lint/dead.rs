//! Dead rules: those that no message can match any more.

use jiff::civil::Date;
use kle::Subject;

use super::excludes::contradiction;
use super::{Evidence, KleState, Lint, about, affirmed};
use crate::rule::{Condition, Operator};
use crate::{Policy, Rule};

const CONTACT_POINT: &str = "Recipient.ContactPoint.contactPointID";

pub(super) fn look(
    policy: &Policy,
    rule: &Rule,
    today: Date,
    evidence: &Evidence<'_>,
    lints: &mut Vec<Lint>,
) {
    if let Some(to) = rule.header.valid_to.filter(|to| *to < today) {
        let what = format!("reglen »{}« gjaldt til og med den {to}", rule.id);
        lints.push(about(rule, "validity-over", what, "Slet den, eller sæt en ny dato i valid_to"));
    }
    if let Some(why) = contradiction(&rule.when, policy.crosswalks.is_empty()) {
        let what = format!("reglen »{}« kan aldrig passe: {why}", rule.id);
        lints.push(about(
            rule,
            "never-true",
            what,
            "Ret betingelsen; brug any, hvis den ene eller den anden er ment",
        ));
    }
    affirmed(&rule.when, &mut |leaf| match leaf {
        Condition::Subject(pattern) => numbers(rule, &pattern.prefixes, evidence, lints),
        Condition::SubjectExact(exact) => numbers(rule, exact, evidence, lints),
        Condition::Field(field, Operator::OneOf(points)) if field.path == CONTACT_POINT => {
            for point in points.iter().filter(|point| !policy.contact_points.contains_key(*point)) {
                let what =
                    format!("reglen »{}« spørger om kontaktpunktet »{point}«, som ikke er oprettet", rule.id);
                lints.push(about(
                    rule,
                    "contact-point-unknown",
                    what,
                    "Opret det som [[contact_point]], eller ret id'et",
                ));
            }
        }
        _ => {}
    });
}

fn numbers(rule: &Rule, subjects: &[Subject], evidence: &Evidence<'_>, lints: &mut Vec<Lint>) {
    for &subject in subjects {
        let (code, state) = match (evidence.kle)(subject) {
            KleState::Valid => continue,
            KleState::Expired => ("kle-expired", "er udgået"),
            KleState::Unknown => ("kle-unknown", "ikke findes i emneplanen"),
        };
        let what = format!("reglen »{}« spørger om KLE {subject}, som {state}", rule.id);
        lints.push(about(rule, code, what, "Skriv det nummer, der nu bruges"));
    }
}
