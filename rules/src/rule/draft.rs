//! A rule as it is read: TOML to condition and effect, every fault noted.

use jiff::Timestamp;

use super::Rule;
use super::condition::Condition;
use super::effect::{Annotate, RuleJournaling, Then, ThenDraft};
use super::header::Header;
use super::when::condition;
use crate::example::ExampleDraft;
use crate::policy::{At, Findings, Known, Place, Table};
use crate::time;

/// A rule as read, before units and people are checked.
pub(crate) struct RuleDraft {
    pub(crate) id: At<String>,
    title: String,
    place: Place,
    header: Header,
    forwarded_marks: bool,
    when: Condition,
    annotate: Option<Annotate>,
    then: Option<ThenDraft>,
    webhooks: Vec<At<String>>,
    examples: Vec<ExampleDraft>,
}

/// Handing over, before unit and person are checked.
pub(super) struct HandOverDraft {
    unit: Option<At<String>>,
    person: Option<At<String>>,
    role: Option<At<String>>,
    queue: Option<At<String>>,
    template: Option<At<String>>,
    journal: RuleJournaling,
}

impl RuleDraft {
    pub(crate) fn read(table: Table<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let id = table.required("id", findings);
        let title = table.required("title", findings);
        let header = Header::read(&table, findings);
        let forwarded_marks = table.flag("forwarded_marks", findings);
        if !table.has("when") {
            table.missing("when");
        }
        let when = table.table("when", "when", findings).and_then(|when| condition(when, findings));
        let annotate = table.table("annotate", "annotate", findings).map(|a| Annotate::read(a, findings));
        let then = ThenDraft::read(&table, findings);
        let webhooks = table.texts("webhook", findings);
        if !table.has("then") && !table.has("webhook") && annotate.is_none() {
            let advice = "Tilføj then = { unit = \"…\" }, then = \"desk\" eller annotate = { … }";
            findings.add(table.place(), "no-effect", "reglen gør ingenting", advice);
        }
        let examples = table.tables("example", "[[rule.example]]", findings);
        let examples = examples.into_iter().filter_map(|e| ExampleDraft::read(e, findings)).collect();
        let place = table.place();
        table.finish(findings);
        let (id, title) = (id?, title?.value);
        Some(Self {
            id,
            title,
            place,
            header,
            forwarded_marks,
            when: when?,
            annotate,
            then,
            webhooks,
            examples,
        })
    }

    /// The examples, and noon of a day on which the rule is in force when it says which.
    pub(crate) fn take_examples(&mut self) -> (Vec<ExampleDraft>, Option<Timestamp>) {
        let day = self.header.valid_from.or(self.header.valid_to);
        (std::mem::take(&mut self.examples), day.and_then(time::noon))
    }

    pub(crate) fn into_rule(mut self, known: &Known<'_>, findings: &mut Findings<'_>) -> Option<Rule> {
        fill_lists(&mut self.when, known, findings);
        for webhook in &self.webhooks {
            known.webhook(webhook, findings);
        }
        let then = match self.then {
            None => None,
            Some(ThenDraft::Hold) => Some(Then::Hold),
            Some(ThenDraft::Desk) => Some(Then::Desk),
            Some(ThenDraft::HandOver(draft)) => Some(draft.checked(known, findings)?),
        };
        let (file, line) = findings.spot(self.place);
        Some(Rule {
            id: self.id.value,
            title: self.title,
            file,
            line,
            header: self.header,
            forwarded_marks: self.forwarded_marks,
            when: self.when,
            annotate: self.annotate,
            then,
            webhooks: self.webhooks.into_iter().map(|webhook| webhook.value).collect(),
        })
    }
}

impl HandOverDraft {
    pub(super) fn read(table: Table<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let unit = table.text("unit", findings);
        let person = table.text("person", findings);
        let role = table.text("role", findings);
        let queue = table.text("queue", findings);
        let template = table.text("template", findings);
        let journal = RuleJournaling::read(&table, findings);
        if !["unit", "person", "role", "queue"].iter().any(|key| table.has(key)) {
            table.missing("unit");
        }
        table.finish(findings);
        Some(Self { unit, person, role, queue, template, journal: journal? })
    }

    fn checked(self, known: &Known<'_>, findings: &mut Findings<'_>) -> Option<Then> {
        if let Some(unit) = &self.unit {
            known.unit(unit, findings);
        }
        if let Some(person) = &self.person {
            known.person(person, findings);
        }
        let of_role = self.role.as_ref().and_then(|role| known.unit_of_role(role, findings));
        let of_queue = self.queue.as_ref().and_then(|queue| known.unit_of_queue(queue, findings));
        let template = self.template.as_ref().and_then(|template| known.template(template, findings));
        let person = self.person.map(|person| person.value);
        // The more precise the receiver, the better it knows its unit; a unit that the rule names itself wins.
        let of_person = person.as_deref().and_then(|person| known.unit_of(person));
        let unit = self.unit.map(|unit| unit.value).or(of_person).or(of_role).or(of_queue)?;
        let journal = match (self.journal, template) {
            (RuleJournaling::NewCase(own), Some(template)) => RuleJournaling::NewCase(own.over(template)),
            (journal, _) => journal,
        };
        let (role, queue) = (self.role.map(|role| role.value), self.queue.map(|queue| queue.value));
        Some(Then::HandOver { unit, person, role, queue, journal })
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
