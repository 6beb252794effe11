//! A rule as it is read: TOML to condition and effect, every fault noted.

use super::Rule;
use super::condition::Condition;
use super::effect::{Annotate, RuleJournaling, Then, ThenDraft};
use super::when::condition;
use crate::policy::{At, Findings, Known, Table};

/// A rule as read, before units and people are checked.
pub(crate) struct RuleDraft {
    pub(crate) id: At<String>,
    title: String,
    forwarded_marks: bool,
    when: Condition,
    annotate: Option<Annotate>,
    then: Option<ThenDraft>,
}

/// Handing over, before unit and person are checked.
pub(super) struct HandOverDraft {
    unit: Option<At<String>>,
    person: Option<At<String>>,
    journal: RuleJournaling,
}

impl RuleDraft {
    pub(crate) fn read(table: Table<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let id = table.required("id", findings);
        let title = table.required("title", findings);
        let forwarded_marks = table.flag("forwarded_marks", findings);
        if !table.has("when") {
            table.missing("when");
        }
        let when = table.table("when", "when", findings).and_then(|when| condition(when, findings));
        let annotate = table.table("annotate", "annotate", findings).map(|a| Annotate::read(a, findings));
        let then = ThenDraft::read(&table, findings);
        if !table.has("then") && annotate.is_none() {
            let advice = "Tilføj then = { unit = \"…\" }, then = \"desk\" eller annotate = { … }";
            findings.add(table.place(), "no-effect", "reglen gør ingenting", advice);
        }
        table.finish(findings);
        Some(Self { id: id?, title: title?.value, forwarded_marks, when: when?, annotate, then })
    }

    pub(crate) fn into_rule(mut self, known: &Known<'_>, findings: &mut Findings<'_>) -> Option<Rule> {
        fill_lists(&mut self.when, known, findings);
        let then = match self.then {
            None => None,
            Some(ThenDraft::Hold) => Some(Then::Hold),
            Some(ThenDraft::Desk) => Some(Then::Desk),
            Some(ThenDraft::HandOver(draft)) => Some(draft.checked(known, findings)?),
        };
        Some(Rule {
            id: self.id.value,
            title: self.title,
            forwarded_marks: self.forwarded_marks,
            when: self.when,
            annotate: self.annotate,
            then,
        })
    }
}

impl HandOverDraft {
    pub(super) fn read(table: Table<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let unit = table.text("unit", findings);
        let person = table.text("person", findings);
        let journal = RuleJournaling::read(&table, findings);
        if !table.has("unit") && !table.has("person") {
            table.missing("unit");
        }
        table.finish(findings);
        Some(Self { unit, person, journal: journal? })
    }

    fn checked(self, known: &Known<'_>, findings: &mut Findings<'_>) -> Option<Then> {
        if let Some(unit) = &self.unit {
            known.unit(unit, findings);
        }
        if let Some(person) = &self.person {
            known.person(person, findings);
        }
        let person = self.person.map(|person| person.value);
        let unit = match self.unit {
            Some(unit) => unit.value,
            None => known.unit_of(person.as_deref()?)?,
        };
        Some(Then::HandOver { unit, person, journal: self.journal })
    }
}

/// Puts the CVR numbers of sender lists into the conditions that name them.
fn fill_lists(condition: &mut Condition, known: &Known<'_>, findings: &mut Findings<'_>) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter_mut().for_each(|part| fill_lists(part, known, findings));
        }
        Condition::Not(part) => fill_lists(part, known, findings),
        Condition::SenderCvr(senders) => {
            for list in &senders.lists {
                senders.cvrs.extend(known.sender_list(list, findings));
            }
        }
        _ => {}
    }
}
