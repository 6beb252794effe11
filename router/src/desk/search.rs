//! Search: units, people, subjects and cases by what somebody types, for choosing a receiver.

use kle::{Level, Subject};
use rules::Policy;

use super::choices::title;
use crate::clock::danish_day;
use crate::room::PostRoom;
use crate::store::StoreError;

/// Something to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it is (Danish): `enhed`, `medarbejder`, `emne`, `sag`.
    pub kind: &'static str,
    /// What it is called.
    pub name: String,
    /// More about it: the unit it leads to.
    pub more: String,
    /// The unit that gets the letter.
    pub unit: String,
    /// The person in it.
    pub person: Option<String>,
    /// What the letter is then about.
    pub subject: Option<Subject>,
    /// The case that it is journaled on.
    pub case: Option<String>,
}

/// At most so many of each kind.
const SHOWN: usize = 6;

/// What fits these words, closest first within each kind: cases by their whole number, the rest by words' beginnings.
pub async fn search(room: &PostRoom, typed: &str) -> Result<Vec<Found>, StoreError> {
    let typed = typed.trim();
    let words: Vec<String> = typed.split_whitespace().map(str::to_lowercase).collect();
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let policy = room.policy();
    let mut found = Vec::new();
    found.extend(case(room, &policy, typed).await?);
    found.extend(units(&policy, &words));
    found.extend(subjects(room, &policy, typed, &words));
    found.extend(people(&policy, &words));
    Ok(found)
}

/// Does every word stand at the beginning of one of the name's?
fn fits(name: &str, words: &[String]) -> bool {
    let name = name.to_lowercase();
    let parts: Vec<&str> = name.split(|letter: char| !letter.is_alphanumeric() && letter != '.').collect();
    words.iter().all(|word| parts.iter().any(|part| part.starts_with(word.as_str())))
}

fn of(policy: &Policy, unit: &str, kind: &'static str, name: String) -> Option<Found> {
    let unit = policy.open_unit(unit)?;
    let (more, unit) = (unit.name.clone(), unit.id.clone());
    Some(Found { kind, name, more, unit, person: None, subject: None, case: None })
}

fn units(policy: &Policy, words: &[String]) -> Vec<Found> {
    let fitting =
        policy.units().filter(|unit| !unit.closed && (fits(&unit.name, words) || fits(&unit.id, words)));
    fitting.filter_map(|unit| of(policy, &unit.id, "enhed", unit.name.clone())).take(SHOWN).collect()
}

fn people(policy: &Policy, words: &[String]) -> Vec<Found> {
    let fitting = policy.people().filter(|person| fits(&person.name, words));
    let found = fitting.filter_map(|person| {
        let found = of(policy, &person.unit, "medarbejder", person.name.clone())?;
        Some(Found { person: Some(person.id.clone()), ..found })
    });
    found.take(SHOWN).collect()
}

/// Subjects by number or title, as far as somebody answers for them.
fn subjects(room: &PostRoom, policy: &Policy, typed: &str, words: &[String]) -> Vec<Found> {
    let found = |subject: Subject| {
        let owner = policy.responsible(subject, None)?;
        let name =
            title(room, subject).map_or_else(|| subject.to_string(), |title| format!("{subject} {title}"));
        Some(Found { subject: Some(subject), ..of(policy, &owner.id, "emne", name)? })
    };
    let Some(plan) = room.subject_plan() else {
        let whole = typed.parse::<Subject>().ok().filter(|subject| subject.level() == Level::Subject);
        return whole.and_then(found).into_iter().collect();
    };
    let today = danish_day(room.clock.now());
    let current = plan.register.subjects().iter().filter(|entry| entry.applies(today));
    let fitting = current.filter(|entry| {
        entry.number.level() == Level::Subject
            && (entry.number.to_string().starts_with(typed)
                || entry.title.as_deref().is_some_and(|title| fits(title, words)))
    });
    fitting.filter_map(|entry| found(entry.number)).take(SHOWN).collect()
}

/// The case of this number, when it is open and a unit answers for it.
async fn case(room: &PostRoom, policy: &Policy, typed: &str) -> Result<Option<Found>, StoreError> {
    if !typed.chars().any(|letter| letter.is_ascii_digit()) {
        return Ok(None);
    }
    let Some(case) = room.store.case(typed).await? else { return Ok(None) };
    let Some(unit) = case.unit.as_deref().filter(|_| case.open) else { return Ok(None) };
    let number = case.number.0.clone();
    // The title may name a person; the number is what was typed.
    let found = of(policy, unit, "sag", number.clone());
    Ok(found.map(|found| Found { case: Some(number), person: case.handler, ..found }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_typed_begins_one_of_the_name() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert!(fits("Vej og Park", &words("ve pa")));
        assert!(!fits("Vej og Park", &words("ark")));
        assert!(fits("Børn, Unge og Familie", &words("unge")));
    }
}
