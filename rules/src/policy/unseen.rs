//! Unseen: which units have allowed the classifier to pass letters on without a person, and to learn from answers.
//!
//! Suggesting is what happens by itself. Anything more is switched on for one unit, by somebody who answers for it, on a
//! legal basis that is written down (`spec/journaling-law.md` §14).
//!
//! **Deliberately absent:** a setting for units without a section of their own. What nobody has allowed is not allowed.

use jiff::civil::Date;

use super::Policy;
use super::finding::Findings;
use super::table::{At, Table};

/// What a unit has allowed the classifier.
#[derive(Clone, Debug, PartialEq)]
pub struct Unseen {
    /// The unit, by id.
    pub unit: String,
    /// May letters be passed on to the unit without a person having looked?
    pub pass_on: bool,
    /// May something be kept of the unit's answered letters to learn from?
    pub learn: bool,
    /// The share of letters passed on unseen that may be wrong.
    pub budget: f64,
    /// Where the threshold may come from.
    pub grounds: Grounds,
    /// Who allowed it: a named person with their office.
    pub allowed_by: String,
    /// Hjemmel: the legal basis.
    #[doc(alias = "hjemmel")]
    pub legal_basis: String,
    /// From which day on.
    pub since: Date,
}

/// Where a unit's threshold may come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grounds {
    /// Only from letters of the unit that people have settled: until there are enough, nothing is passed on.
    #[default]
    Own,
    /// Until there are enough, from what the shipped model was tried on.
    Shipped,
}

/// The budget of a unit that names none.
const BUDGET: f64 = 0.02;
/// A smaller budget takes thousands of letters to show; a larger one is no budget.
const BUDGETS: std::ops::RangeInclusive<f64> = 0.001..=0.1;

impl Unseen {
    /// Is it in force for a letter that became available on this day?
    pub fn holds_on(&self, day: Date) -> bool {
        self.since <= day
    }
}

impl Policy {
    /// What this unit has allowed the classifier; `None` when it has said nothing.
    pub fn unseen(&self, unit: &str) -> Option<&Unseen> {
        self.unseen.get(unit)
    }

    /// What units have allowed the classifier, by unit.
    pub fn allowed_unseen(&self) -> impl Iterator<Item = &Unseen> {
        self.unseen.values()
    }
}

/// An `[[unseen]]` as read, before the unit is checked.
pub(super) struct UnseenDraft {
    pub(super) unit: At<String>,
    unseen: Unseen,
}

impl UnseenDraft {
    pub(super) fn read(table: Table<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let unit = table.required("unit", findings);
        let pass_on = table.flag("pass_on", findings);
        let learn = table.flag("learn", findings);
        let budget = budget(&table, findings);
        let choices = [("own", Grounds::Own), ("shipped", Grounds::Shipped)];
        let grounds = table.choice("grounds", &choices, findings);
        let allowed_by = table.required("allowed_by", findings);
        let legal_basis = table.required("legal_basis", findings);
        if !table.has("since") {
            table.missing("since");
        }
        let since = table.date("since", findings);
        table.finish(findings);
        let unit = unit?;
        let unseen = Unseen {
            unit: unit.value.clone(),
            pass_on,
            learn,
            budget: budget?,
            grounds: grounds.unwrap_or_default(),
            allowed_by: allowed_by?.value,
            legal_basis: legal_basis?.value,
            since: since?,
        };
        Some(Self { unit, unseen })
    }

    pub(super) fn into_unseen(self) -> Unseen {
        self.unseen
    }
}

/// The budget, or the usual one. `None` when it is no budget.
fn budget(table: &Table<'_>, findings: &mut Findings<'_>) -> Option<f64> {
    let Some(value) = table.value("budget") else { return Some(BUDGET) };
    let share = table.share("budget", findings)?;
    if !BUDGETS.contains(&share) {
        let what = "budgettet skal ligge mellem 0.001 (én af tusind) og 0.1 (én af ti)";
        findings.add(
            table.place_of(value),
            "budget-out-of-range",
            what,
            "Ret tallet; 0.02 er det almindelige",
        );
        return None;
    }
    Some(share)
}
