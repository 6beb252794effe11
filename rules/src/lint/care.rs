//! Care: rules that nobody owns, explains, looks after or needs.

use jiff::civil::Date;

use super::{Evidence, Lint, about};
use crate::rule::Then;
use crate::{Policy, Rule};

pub(super) fn look(
    policy: &Policy,
    rule: &Rule,
    today: Date,
    evidence: &Evidence<'_>,
    lints: &mut Vec<Lint>,
) {
    owner(policy, rule, evidence, lints);
    let id = &rule.id;
    if rule.header.reason.is_none() {
        let what = format!("reglen »{id}« siger ikke, hvorfor den er der");
        lints.push(about(rule, "no-reason", what, "Tilføj reason = \"…\""));
    }
    match rule.header.review {
        None => {
            let what = format!("reglen »{id}« siger ikke, hvornår den skal ses efter");
            lints.push(about(rule, "no-review", what, "Tilføj review = en dato"));
        }
        Some(review) if review < today => {
            let what = format!("reglen »{id}« skulle være set efter den {review}");
            lints.push(about(rule, "review-overdue", what, "Se den efter, og sæt en ny dato i review"));
        }
        Some(_) => {}
    }
    if !policy.examples.iter().any(|example| example.rule.as_deref() == Some(id)) {
        let what = format!("reglen »{id}« har ingen eksempler");
        lints.push(about(
            rule,
            "no-example",
            what,
            "Tilføj [[rule.example]] med en meddelelse, den skal passe på",
        ));
    }
    quiet(rule, today, evidence, lints);
    left(policy, rule, evidence, lints);
}

fn owner(policy: &Policy, rule: &Rule, evidence: &Evidence<'_>, lints: &mut Vec<Lint>) {
    let id = &rule.id;
    let Some(owner) = &rule.header.owner else {
        let what = format!("reglen »{id}« har ingen ejer");
        lints.push(about(rule, "no-owner", what, "Tilføj owner = id på en enhed eller en medarbejder"));
        return;
    };
    let advice = "Giv reglen en ny ejer";
    match (policy.unit(owner), policy.person(owner)) {
        (None, None) => {
            let what = format!("ejeren »{owner}« af reglen »{id}« er hverken en enhed eller en medarbejder");
            lints.push(about(rule, "unknown-owner", what, advice));
        }
        (Some(unit), _) if unit.closed => {
            let what = format!("ejeren »{owner}« af reglen »{id}« er en nedlagt enhed");
            lints.push(about(rule, "owner-gone", what, advice));
        }
        (None, Some(_)) if (evidence.has_left)(owner) => {
            let what = format!("ejeren »{owner}« af reglen »{id}« er fratrådt");
            lints.push(about(rule, "owner-gone", what, advice));
        }
        _ => {}
    }
}

/// No hit for long, in mail that is long enough to tell.
fn quiet(rule: &Rule, today: Date, evidence: &Evidence<'_>, lints: &mut Vec<Lint>) {
    let Some(since) = evidence.hits_since else { return };
    let begun = rule.header.valid_from.map_or(since, |from| from.max(since));
    let last = evidence.last_hits.get(&rule.id).copied();
    let days = last.unwrap_or(begun).until(today).map_or(0, |span| span.get_days());
    if days < 0 || days.unsigned_abs() < evidence.quiet_days {
        return;
    }
    let what = match last {
        Some(last) => format!("reglen »{}« har ikke passet på noget siden den {last} ({days} dage)", rule.id),
        None => format!("reglen »{}« har ikke passet på noget i {days} dage", rule.id),
    };
    lints.push(about(rule, "never-hit", what, "Slet den, eller undersøg, om dens mærker har ændret sig"));
}

/// Receivers who are no longer here.
fn left(policy: &Policy, rule: &Rule, evidence: &Evidence<'_>, lints: &mut Vec<Lint>) {
    let Some(Then::HandOver { unit, person, role, .. }) = &rule.then else { return };
    if let Some(person) = person.as_ref().filter(|person| (evidence.has_left)(person)) {
        let what = format!("reglen »{}« giver post til »{person}«, som er fratrådt", rule.id);
        lints.push(about(rule, "person-left", what, "Peg på en anden medarbejder, en rolle eller enheden"));
    }
    let people = role.as_ref().and_then(|role| policy.roles.get(role)).map(|role| role.people.as_slice());
    if let (Some(role), Some(people)) = (role, people)
        && people.iter().all(|person| (evidence.has_left)(person))
    {
        let what = format!("rollen »{role}« i reglen »{}« har ingen medarbejdere", rule.id);
        lints.push(about(rule, "role-empty", what, "Sæt en medarbejder i rollen, eller peg på enheden"));
    }
    if policy.unit(unit).is_some_and(|unit| unit.closed) {
        let heir =
            policy.open_unit(unit).map(|heir| format!("; posten går til »{}«", heir.id)).unwrap_or_default();
        let what = format!("reglen »{}« giver post til den nedlagte enhed »{unit}«{heir}", rule.id);
        lints.push(about(rule, "unit-closed", what, "Skriv den enhed, der nu har opgaven"));
    }
}
