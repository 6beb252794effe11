//! Trial (*prøve*): one message decided by other rules, beside those in force. Nothing is set in motion.
//!
//! A stored message is decided by what was known of it when it came, as in a replay; an example by what it sketches.
//!
//! **Deliberately absent:** the letter's own words. A trial tells marks and traces.

mod message;
mod past;
mod tried;

pub use message::{Found, of_sample, of_sketch, of_stored};
pub use past::{MOST_DAYS, Replayed, on_past_mail, recent};
pub use tried::{NotTried, Tried, tried};

use rules::replay::{Change, reread};
use rules::{Decision, Facts, Outcome, Policy};

use crate::journey::{Decided, outcome_danish, outcome_word};
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::message::MessageRow;
use crate::story::journaling_danish;

/// What one side decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// What happens, as a Danish clause.
    pub happens: String,
    /// Every step that was asked: does it decide, and what it says.
    pub lines: Vec<(bool, String)>,
}

/// Both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// The rules in force.
    pub old: Side,
    /// The rules that are tried.
    pub new: Side,
    /// What would be different, as a Danish sentence.
    pub change: &'static str,
    /// Would a case have been looked up that nobody looked up then?
    pub not_looked_up: bool,
}

/// What was known of a message when it was first decided; `None` when it was not.
async fn facts_of(room: &PostRoom, row: &MessageRow) -> Result<Option<Facts>, StoreError> {
    let decisions = room.store.decisions(&row.id).await?;
    let Some(first) = decisions.first() else { return Ok(None) };
    Ok(Some(Decided::open(&row.key(&room.store)?, first)?.facts))
}

/// Decides by both.
fn compare(old: &Policy, new: &Policy, facts: &Facts) -> Trial {
    let (before, _) = decide(old, facts);
    let (after, not_looked_up) = decide(new, facts);
    Trial {
        change: danish(&Change::between(&before, &after)),
        old: Side::of(old, &before),
        new: Side::of(new, &after),
        not_looked_up,
    }
}

fn decide(policy: &Policy, facts: &Facts) -> (Decision, bool) {
    let mut facts = facts.clone();
    let unknown = reread(policy, &mut facts);
    (rules::decide(policy, &facts), unknown)
}

fn danish(change: &Change) -> &'static str {
    match change {
        Change::None => "Der sker det samme.",
        Change::NewlyAutomatic { .. } => "Brevet ville blive fordelt uden et menneske.",
        Change::NewlyManual { .. } => "Brevet ville komme til at vente på et menneske.",
        Change::Moved { .. } => "Brevet ville få en anden modtager.",
        Change::JournaledOtherwise { .. } => {
            "Brevet ville få samme modtager, men blive journaliseret et andet sted."
        }
        Change::MarkedOtherwise { .. } => {
            "Brevet ville blive mærket anderledes (frist, følsomhed, mærker eller begrundelse)."
        }
    }
}

impl Side {
    fn of(policy: &Policy, decision: &Decision) -> Self {
        let happens = match &decision.outcome {
            Outcome::Ask(_) => format!("venter på et menneske: {}", outcome_danish(outcome_word(decision))),
            Outcome::Close(_) | Outcome::Split(_) => outcome_danish(outcome_word(decision)).to_owned(),
            Outcome::HandOver(to) => {
                let unit = policy.unit(&to.unit).map_or(to.unit.as_str(), |unit| unit.name.as_str());
                let more = [
                    to.person.as_ref().map(|id| format!("medarbejder {id}")),
                    decision.further.role.as_ref().map(|id| format!("rolle {id}")),
                    decision.further.queue.as_ref().map(|id| format!("robotkø {id}")),
                ];
                let more: String = more.into_iter().flatten().map(|more| format!(", {more}")).collect();
                format!("gives til {unit}{more}; {}", journaling(&to.journal))
            }
        };
        let lines = decision.trace.lines.iter().map(|line| (line.decided, line.text.clone())).collect();
        Self { happens, lines }
    }
}

fn journaling(journaling: &rules::Journaling) -> String {
    use rules::Journaling as J;
    let (word, case) = match journaling {
        J::OnCase(case) => ("case", case.as_str()),
        J::ReopenCase(case) => ("reopened-case", case.as_str()),
        J::NewCase { .. } => ("new-case", ""),
        J::CollectingCase(case) => ("collecting-case", case.as_str()),
        J::LeftToHandler => ("left-to-handler", ""),
        J::NotJournaled(_) => ("not-journaled", ""),
    };
    format!("{} {case}", journaling_danish(word)).trim_end().to_owned()
}
