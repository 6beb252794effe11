//! Effects of a rule: what happens, and what is put on the message.

use jiff::{SignedDuration, Timestamp};
use kle::{Facet, Subject};

use super::draft::HandOverDraft;
use crate::policy::{At, Findings, Table, choice, listed, wrong_type};
use crate::{Annotations, Sensitivity};

/// What happens to a message that the rule matches.
#[derive(Clone, Debug)]
pub(crate) enum Then {
    /// Handed to a unit, and to a person in it.
    HandOver { unit: String, person: Option<String>, journal: RuleJournaling },
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
    /// On this case.
    OnCase(String),
    /// On a new case, with the rule's subject or else the mark's.
    NewCase { subject: Option<Subject>, facet: Option<Facet> },
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
    /// Days of 24 hours after the message became available. Working days come with the larger rule language.
    deadline_days: Option<u64>,
    sensitivity: Option<Sensitivity>,
    urgent: bool,
}

impl Annotate {
    /// Adds to what is there: the earliest deadline and the highest sensitivity win.
    pub(crate) fn put_on(&self, annotations: &mut Annotations, available_at: Timestamp) {
        for tag in &self.tags {
            if !annotations.tags.contains(tag) {
                annotations.tags.push(tag.clone());
            }
        }
        let days = self.deadline_days.and_then(|days| i64::try_from(days).ok()?.checked_mul(24));
        let deadline =
            days.and_then(|hours| available_at.checked_add(SignedDuration::from_hours(hours)).ok());
        annotations.deadline = match (annotations.deadline, deadline) {
            (Some(there), Some(new)) => Some(there.min(new)),
            (there, new) => there.or(new),
        };
        annotations.sensitivity = annotations.sensitivity.max(self.sensitivity);
        annotations.urgent |= self.urgent;
    }

    pub(super) fn read(table: Table<'_>, findings: &mut Findings<'_>) -> Self {
        let sensitivities = [
            ("open", Sensitivity::Open),
            ("confidential", Sensitivity::Confidential),
            ("sensitive", Sensitivity::Sensitive),
            ("protected", Sensitivity::Protected),
        ];
        let annotate = Self {
            tags: table.texts("tags", findings).into_iter().map(|tag| tag.value).collect(),
            // A century is more than any deadline; beyond it is a slip of the pen.
            deadline_days: table.count("deadline_days", findings).map(|days| days.min(36_525)),
            sensitivity: table.choice("sensitivity", &sensitivities, findings),
            urgent: table.flag("urgent", findings),
        };
        table.finish(findings);
        annotate
    }
}

/// `then` as read, before unit and person are checked.
pub(super) enum ThenDraft {
    HandOver(HandOverDraft),
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
                HandOverDraft::read(table, findings).map(Self::HandOver)
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
            ("new-case", Word::NewCase),
            ("collecting-case", Word::CollectingCase),
            ("handler", Word::Handler),
            ("never", Word::Never),
        ];
        let journal = table.choice("journal", &words, findings);
        let case = table.text("case", findings);
        let reason = table.text("reason", findings);
        let subject = table.subject("kle", findings).map(|subject| subject.value);
        let facet = table.facet("facet", findings);
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
            Some(Word::NewCase) => Self::NewCase { subject, facet },
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
