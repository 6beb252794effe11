//! Units: who receives, and how each of them journals.

use super::finding::Findings;
use super::table::{At, Table};

/// Enhed: a unit that receives mail.
#[doc(alias = "enhed")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Stable id.
    pub id: String,
    /// Danish name.
    pub name: String,
    /// How its mail is journaled.
    pub journals: Journals,
    /// What happens to an answer on a closed case of this unit.
    pub closed_case: ClosedCase,
    /// The unit above.
    pub parent: Option<String>,
    /// Nedlagt: takes no mail any more.
    #[doc(alias = "nedlagt")]
    pub closed: bool,
    /// The unit that takes over the mail of a closed unit.
    pub successor: Option<String>,
    /// Working days after which mail that nobody in the unit has opened goes on; 0 is never.
    pub escalate_after_working_days: Option<u32>,
    /// The unit that it goes on to, instead of the one above.
    pub escalate_to: Option<String>,
}

/// How a unit journals mail that names no case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Journals {
    /// On the one open case of this party and subject; without one the case handler chooses.
    Case,
    /// As [`Journals::Case`], but a new case is made when there is none.
    NewCase,
    /// Samlesag: on one case for all of the unit's mail.
    #[doc(alias = "samlesag")]
    CollectingCase(String),
    /// The case handler always chooses.
    Handler,
    /// The unit stands outside the duty to journal, with the reason (offentlighedsloven § 15(4)).
    Never(String),
}

/// What happens to an answer on a closed case (DESIGN §4, step 2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClosedCase {
    /// A person is asked.
    #[default]
    Ask,
    /// The case is opened again.
    Reopen,
    /// The newest open successor of the case takes it.
    Successor,
}

/// A unit as read, before what it points at is checked.
pub(super) struct UnitDraft {
    pub(super) id: At<String>,
    pub(super) name: String,
    pub(super) journals: Journals,
    pub(super) closed_case: ClosedCase,
    pub(super) parent: Option<At<String>>,
    pub(super) closed: bool,
    pub(super) successor: Option<At<String>>,
    pub(super) escalate_after_working_days: Option<u32>,
    pub(super) escalate_to: Option<At<String>>,
}

/// The longest that mail may lie unopened, in working days: about a year. More says the same as never.
const LONGEST_UNOPENED: u64 = 250;

impl UnitDraft {
    pub(super) fn read(table: Table<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let id = table.required("id", findings);
        let name = table.required("name", findings);
        let journals = journals(&table, findings);
        let closed_case = table.choice(
            "closed_case",
            &[("ask", ClosedCase::Ask), ("reopen", ClosedCase::Reopen), ("successor", ClosedCase::Successor)],
            findings,
        );
        let parent = table.text("parent", findings);
        let closed = table.flag("closed", findings);
        let successor = table.text("successor", findings);
        let unopened = table.count("escalate_after_working_days", findings);
        let escalate_to = table.text("escalate_to", findings);
        table.finish(findings);
        Some(Self {
            id: id?,
            name: name?.value,
            journals: journals?,
            closed_case: closed_case.unwrap_or_default(),
            parent,
            closed,
            successor,
            escalate_after_working_days: unopened
                .and_then(|days| u32::try_from(days.min(LONGEST_UNOPENED)).ok()),
            escalate_to,
        })
    }

    /// Where what reaches this unit goes on to: from a closed one to its heir, else when nobody opens it.
    pub(super) fn goes_on_to(&self) -> Option<&At<String>> {
        let heir = self.successor.as_ref().filter(|_| self.closed);
        heir.or(self.escalate_to.as_ref()).or(self.parent.as_ref())
    }

    pub(super) fn into_unit(self) -> Unit {
        Unit {
            id: self.id.value,
            name: self.name,
            journals: self.journals,
            closed_case: self.closed_case,
            parent: self.parent.map(|parent| parent.value),
            closed: self.closed,
            successor: self.successor.map(|successor| successor.value),
            escalate_after_working_days: self.escalate_after_working_days,
            escalate_to: self.escalate_to.map(|unit| unit.value),
        }
    }
}

#[derive(Clone, Copy)]
enum Word {
    Case,
    NewCase,
    CollectingCase,
    Handler,
    Never,
}

fn journals(table: &Table<'_>, findings: &mut Findings<'_>) -> Option<Journals> {
    let words = [
        ("case", Word::Case),
        ("new-case", Word::NewCase),
        ("collecting-case", Word::CollectingCase),
        ("handler", Word::Handler),
        ("never", Word::Never),
    ];
    let collecting_case = table.text("collecting_case", findings);
    let never_reason = table.text("never_reason", findings);
    if !table.has("journals") {
        table.missing("journals");
    }
    Some(match table.choice("journals", &words, findings)? {
        Word::Case => Journals::Case,
        Word::NewCase => Journals::NewCase,
        Word::Handler => Journals::Handler,
        Word::CollectingCase => {
            if collecting_case.is_none() {
                let advice = "Skriv sagens nummer: collecting_case = \"…\"";
                findings.add(
                    table.place(),
                    "missing-collecting-case",
                    "enheden har en samlesag uden nummer",
                    advice,
                );
            }
            Journals::CollectingCase(collecting_case?.value)
        }
        Word::Never => {
            if never_reason.is_none() {
                let advice = "Skriv hjemlen: never_reason = \"…\" (offentlighedsloven § 15, stk. 4)";
                findings.add(
                    table.place(),
                    "missing-reason",
                    "enheden journaliserer ikke, men siger ikke hvorfor",
                    advice,
                );
            }
            Journals::Never(never_reason?.value)
        }
    })
}
