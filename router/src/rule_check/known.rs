//! What is known beside the rules: the subject plan, past mail, and who has left.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use kle::{Standing, Subject};
use rules::KleState;

use crate::organisation::Snapshot;
use crate::replay::Survey;
use crate::room::PostRoom;
use crate::subject_plan::SubjectPlan;

/// What is known. What is not known leaves its part of the check out.
#[derive(Clone, Default)]
pub struct Known {
    /// The subject plan in force.
    pub plan: Option<Arc<SubjectPlan>>,
    /// Past mail under the policy that is checked; `None` when none was asked about.
    pub survey: Option<Arc<Survey>>,
    /// The organisation as its source last told it.
    pub organisation: Option<Arc<Snapshot>>,
}

impl Known {
    /// What a running room knows by heart. Past mail is not asked: it takes its time.
    pub fn of_room(room: &PostRoom) -> Self {
        Self { plan: room.subject_plan(), survey: None, organisation: room.organisation() }
    }

    /// What the plan says of a number; a local one that it does not have is the authority's own affair.
    pub(super) fn kle(&self, number: Subject, today: Date) -> KleState {
        let Some(plan) = &self.plan else { return KleState::Valid };
        match plan.register.subject(number, today) {
            Standing::Expired { .. } => KleState::Expired,
            Standing::Unknown { local: false, .. } if !plan.register.subjects().is_empty() => {
                KleState::Unknown
            }
            _ => KleState::Valid,
        }
    }

    /// Has this person, by id, left?
    pub(super) fn has_left(&self, person: &str, today: Date) -> bool {
        let person = self.organisation.as_ref().and_then(|organisation| organisation.people.get(person));
        person.is_some_and(|person| person.has_left(today))
    }

    /// The last day on which each rule was heard.
    pub(super) fn last_hits(&self) -> BTreeMap<String, Date> {
        let heard = self.survey.iter().flat_map(|survey| &survey.rules);
        heard.map(|(rule, heard)| (rule.clone(), heard.last)).collect()
    }
}
