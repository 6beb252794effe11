//! Choices: who might have a letter, best first, each one key away.

use kle::Subject;
use rules::{CaseOrSubject, Facts, Policy};

use crate::journey::Decided;
use crate::room::PostRoom;

/// A receiver to choose, with what the letter is then said to be about.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The unit, by id.
    pub unit: String,
    /// Its name.
    pub unit_name: String,
    /// The person in it, by id, when it is somebody's case.
    pub person: Option<String>,
    /// The subject, when it comes from one.
    pub subject: Option<Subject>,
    /// What the subject is called, when the plan is known.
    pub title: Option<String>,
    /// The case that it would be journaled on.
    pub case: Option<String>,
    /// How likely it is the unit's, 0 to 1, when the classifier says so: all its subjects together.
    pub confidence: Option<f32>,
    /// Why (Danish).
    pub why: String,
}

/// How many are shown: one key each, and few enough to be read at a glance.
const SHOWN: usize = 4;

/// The receivers that a decision's suggestions lead to. Several subjects of one unit are one choice, with the likeliest
/// subject: a runner-up is somebody else. What leads nowhere is left out.
pub(super) fn choices(room: &PostRoom, policy: &Policy, decided: &Decided) -> Vec<Choice> {
    let mut found: Vec<Choice> = Vec::new();
    for suggestion in &decided.decision.suggestions {
        let Some(choice) = choice(room, policy, &decided.facts, suggestion) else { continue };
        match found.iter_mut().find(|known| known.unit == choice.unit && known.case == choice.case) {
            Some(known) => {
                let both = [known.confidence, choice.confidence];
                known.confidence = both.into_iter().flatten().reduce(either);
            }
            None => found.push(choice),
        }
    }
    found.truncate(SHOWN);
    found
}

/// How likely one of two subjects is right. Each has a confidence of its own, found without regard to the other's, so that
/// their sum could say more than certain.
fn either(one: f32, other: f32) -> f32 {
    1.0 - (1.0 - one) * (1.0 - other)
}

fn choice(room: &PostRoom, policy: &Policy, facts: &Facts, suggestion: &CaseOrSubject) -> Option<Choice> {
    let at = |id: &str, why: &str| {
        let unit = policy.open_unit(id)?;
        let (unit, unit_name) = (unit.id.clone(), unit.name.clone());
        let why = why.to_owned();
        Some(Choice {
            unit,
            unit_name,
            person: None,
            subject: None,
            title: None,
            case: None,
            confidence: None,
            why,
        })
    };
    match suggestion {
        CaseOrSubject::Unit { unit, why } => at(unit, why),
        CaseOrSubject::Subject { subject, confidence, why } => {
            let owner = policy.responsible(*subject, None)?;
            let title = title(room, *subject);
            Some(Choice { subject: Some(*subject), title, confidence: *confidence, ..at(&owner.id, why)? })
        }
        CaseOrSubject::Case { number, why } => {
            let named = facts.named_cases.iter().filter_map(|named| named.found.as_ref());
            let case = named.into_iter().find(|case| case.number == *number && case.open)?;
            let (case, unit, person) = (case.number.clone(), case.unit.as_deref()?, case.handler.clone());
            Some(Choice { case: Some(case), person, ..at(unit, why)? })
        }
    }
}

/// What a subject is called in the plan in force.
pub(crate) fn title(room: &PostRoom, subject: Subject) -> Option<String> {
    let plan = room.subject_plan()?;
    plan.register.title(subject, crate::clock::danish_day(room.clock.now())).map(str::to_owned)
}
