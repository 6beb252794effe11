//! What a letter in line shows of itself, remembered from one drawing of the line to the next.
//!
//! Nothing a mask would have hidden is in it. Its place, its deadline and whose hands it is in are not either: they are asked
//! for each time.

use std::sync::{Arc, Mutex, MutexGuard};

use jiff::civil::Date;
use rules::Policy;

use super::choices::{Choice, choices};
use super::{masked_label, sender_danish};
use crate::clock::danish_day;
use crate::journey::Decided;
use crate::remembered::Remembered;
use crate::room::PostRoom;
use crate::subject_plan::SubjectPlan;

/// What a letter in line shows of itself.
pub(super) struct Standing {
    /// Shown first.
    pub(super) urgent: bool,
    /// What kind of sender (Danish).
    pub(super) sender: &'static str,
    /// The title, masked.
    pub(super) label: String,
    /// Who might have it, best first.
    pub(super) choices: Vec<Choice>,
}

/// What is remembered of the line, and under which rules.
#[derive(Default)]
pub struct Memory {
    under: Mutex<Option<Arc<Under>>>,
    letters: Remembered<Standing>,
}

/// What choices rest on besides the letter: who answers for what, what subjects are called, and on which day.
pub(super) struct Under {
    policy: Arc<Policy>,
    plan: Option<Arc<SubjectPlan>>,
    day: Date,
}

impl Under {
    /// As it is now.
    pub(super) fn now(room: &PostRoom) -> Self {
        Self { policy: room.policy(), plan: room.subject_plan(), day: danish_day(room.clock.now()) }
    }

    fn is(&self, other: &Self) -> bool {
        let same_plan = match (&self.plan, &other.plan) {
            (None, None) => true,
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            _ => false,
        };
        Arc::ptr_eq(&self.policy, &other.policy) && same_plan && self.day == other.day
    }
}

impl Memory {
    /// What the letter showed of itself under these rules, on its decision of this number.
    pub(super) fn known(&self, under: &Arc<Under>, message: &str, decision: i64) -> Option<Arc<Standing>> {
        let mut held = self.held();
        if !held.as_ref().is_some_and(|held| held.is(under)) {
            self.letters.clear();
            *held = Some(under.clone());
        }
        self.letters.get(message, decision)
    }

    /// What the opened letter shows of itself under these rules.
    pub(super) fn standing(
        &self,
        room: &PostRoom,
        under: &Arc<Under>,
        message: &str,
        decision: i64,
        decided: &Decided,
    ) -> Arc<Standing> {
        if let Some(known) = self.known(under, message, decision) {
            return known;
        }
        let made = Standing {
            urgent: decided.decision.annotations.urgent,
            sender: sender_danish(decided.facts.sender),
            label: masked_label(&decided.facts.message),
            choices: choices(room, &under.policy, decided),
        };
        let held = self.held();
        // Other rules may have come into force while this was made of the old ones: then it is of use this once only.
        if held.as_ref().is_some_and(|held| held.is(under)) {
            self.letters.keep(message, decision, made)
        } else {
            Arc::new(made)
        }
    }

    fn held(&self) -> MutexGuard<'_, Option<Arc<Under>>> {
        self.under.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
