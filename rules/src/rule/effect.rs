//! Effects of a rule: what happens, and what is put on the message.

use jiff::{SignedDuration, Timestamp};

use super::case_template::{NewCase, SENSITIVITIES};
use super::draft::HandOverDraft;
use crate::policy::{At, Findings, Table, choice, listed, wrong_type};
use crate::{Annotations, Priority, Sensitivity, calendar, time};

/// What happens to a message that the rule matches.
#[derive(Clone, Debug)]
pub(crate) enum Then {
    /// Handed to a unit, and to a person, a role or a robot in it.
    HandOver {
        unit: String,
        person: Option<String>,
        role: Option<String>,
        queue: Option<String>,
        journal: RuleJournaling,
    },
    /// Held for a person before anything else is asked.
    Hold,
    /// Sent to the desk.
    Desk,
}

/// What a rule says about journaling.
#[derive(Clone, Debug)]
pub(crate) enum RuleJournaling {
    /// As the unit journals.
    AsUnit,
    /// On the case that the message names, when that is safe; else left to the case handler.
    NamedCase,
    /// On the case of the letter that the message answers, when that is safe; else left to the case handler.
    ReplyCase,
    /// On this case.
    OnCase(String),
    /// On a new case, with the rule's subject or else the mark's.
    NewCase(NewCase),
    /// On the unit's collecting case.
    CollectingCase,
    /// The case handler chooses.
    LeftToHandler,
    /// Not at all, with the reason.
    Never(String),
}

/// What a rule puts on a message.
#[derive(Clone, Debug, Default)]
pub(crate) struct Annotate {
    tags: Vec<String>,
    /// Days of 24 hours after the message became available.
    deadline_days: Option<u64>,
    /// Danish working days after the day of arrival; the deadline is the end of the last one.
    deadline_working_days: Option<u32>,
    sensitivity: Option<Sensitivity>,
    urgent: bool,
    priority: Option<Priority>,
}

/// A century is more than any deadline; beyond it is a slip of the pen.
const LONGEST_DEADLINE: u64 = 36_525;

impl Annotate {
    /// Adds to what is there: the earliest deadline and the highest sensitivity win.
    pub(crate) fn put_on(&self, annotations: &mut Annotations, available_at: Timestamp) {
        for tag in &self.tags {
            if !annotations.tags.contains(tag) {
                annotations.tags.push(tag.clone());
            }
        }
        for deadline in
            [self.after_days(available_at), self.after_working_days(available_at)].into_iter().flatten()
        {
            annotations.deadline = Some(annotations.deadline.map_or(deadline, |there| there.min(deadline)));
        }
        annotations.sensitivity = annotations.sensitivity.max(self.sensitivity);
        annotations.priority = annotations.priority.max(self.priority);
        annotations.urgent |= self.urgent || self.priority == Some(Priority::Urgent);
    }

    fn after_days(&self, available_at: Timestamp) -> Option<Timestamp> {
        let hours = i64::try_from(self.deadline_days?).ok()?.checked_mul(24)?;
        available_at.checked_add(SignedDuration::from_hours(hours)).ok()
    }

    fn after_working_days(&self, available_at: Timestamp) -> Option<Timestamp> {
        let arrived = time::danish(available_at).date();
        time::end_of_day(calendar::add_working_days(arrived, self.deadline_working_days?))
    }

    pub(super) fn read(table: Table<'_>, findings: &mut Findings<'_>) -> Self {
        let priorities = [
            ("low", Priority::Low),
            ("normal", Priority::Normal),
            ("high", Priority::High),
            ("urgent", Priority::Urgent),
        ];
        let working_days =
            table.count("deadline_working_days", findings).map(|days| days.min(LONGEST_DEADLINE));
        let annotate = Self {
            tags: table.texts("tags", findings).into_iter().map(|tag| tag.value).collect(),
            deadline_days: table.count("deadline_days", findings).map(|days| days.min(LONGEST_DEADLINE)),
            deadline_working_days: working_days.and_then(|days| u32::try_from(days).ok()),
            sensitivity: table.choice("sensitivity", &SENSITIVITIES, findings),
            urgent: table.flag("urgent", findings),
            priority: table.choice("priority", &priorities, findings),
        };
        table.finish(findings);
        annotate
    }
}

/// `then` as read, before unit and person are checked.
pub(super) enum ThenDraft {
    HandOver(Box<HandOverDraft>),
    Hold,
    Desk,
}

impl ThenDraft {
    pub(super) fn read(rule: &Table<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let value = rule.value("then")?;
        match value.get_ref() {
            toml::de::DeValue::String(_) => {
                let word: At<String> = rule.text("then", findings)?;
                let choices = [("hold", true), ("desk", false)];
                let hold = choice("then", &word, &choices, findings)?;
                Some(if hold { Self::Hold } else { Self::Desk })
            }
            toml::de::DeValue::Table(_) => {
                let table = rule.table("then", "then", findings)?;
                HandOverDraft::read(table, findings).map(|draft| Self::HandOver(Box::new(draft)))
            }
            other => {
                let wanted = "\"hold\", \"desk\" eller en tabel som { unit = \"…\" }";
                wrong_type(findings, rule.place_of(value), "then", wanted, other);
                None
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Word {
    Unit,
    NamedCase,
    ReplyCase,
    NewCase,
    CollectingCase,
    Handler,
    Never,
}

impl RuleJournaling {
    pub(super) fn read(table: &Table<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let words = [
            ("unit", Word::Unit),
            ("named-case", Word::NamedCase),
            ("reply-case", Word::ReplyCase),
            ("new-case", Word::NewCase),
            ("collecting-case", Word::CollectingCase),
            ("handler", Word::Handler),
            ("never", Word::Never),
        ];
        let journal = table.choice("journal", &words, findings);
        let case = table.text("case", findings);
        let reason = table.text("reason", findings);
        let own = NewCase::read(table, findings);
        let new_case = matches!(journal, Some(Word::NewCase));
        let needs_new_case = NewCase::KEYS.into_iter().chain(["template"]).find(|key| table.has(key));
        if let (Some(key), false) = (needs_new_case, new_case) {
            let what = format!("»{key}« siger noget om en ny sag, men reglen laver ingen");
            findings.add(
                table.place(),
                "no-new-case",
                what,
                "Skriv journal = \"new-case\", eller slet nøglen",
            );
        }
        if let (Some(case), true) = (&case, table.has("journal")) {
            let advice = format!("Behold kun den ene af {}", listed(["case", "journal"]));
            findings.add(case.place, "two-journals", "reglen siger to gange, hvor der journaliseres", advice);
        }
        if let Some(case) = case {
            let named = case.value == "named";
            return Some(if named { Self::NamedCase } else { Self::OnCase(case.value) });
        }
        Some(match journal {
            None | Some(Word::Unit) => Self::AsUnit,
            Some(Word::NamedCase) => Self::NamedCase,
            Some(Word::ReplyCase) => Self::ReplyCase,
            Some(Word::NewCase) => Self::NewCase(own),
            Some(Word::CollectingCase) => Self::CollectingCase,
            Some(Word::Handler) => Self::LeftToHandler,
            Some(Word::Never) => {
                if reason.is_none() {
                    let what = "reglen siger, at der ikke journaliseres, men ikke hvorfor";
                    let advice = "Skriv hjemlen: reason = \"…\" (offentlighedsloven § 15)";
                    findings.add(table.place(), "missing-reason", what, advice);
                }
                Self::Never(reason?.value)
            }
        })
    }
}
