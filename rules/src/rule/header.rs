//! The head of a rule: who answers for it, why it is there, when it is looked at again and when it is in force.
//!
//! Loading asks for none of it, so that an old rule set still loads; the linter asks for what is missing.

use jiff::civil::Date;

use crate::policy::{Findings, Table};

/// Who answers for a rule, why, and when it is in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Header {
    /// Id of a unit or a person.
    pub(crate) owner: Option<String>,
    pub(crate) reason: Option<String>,
    /// When somebody must look at the rule again.
    pub(crate) review: Option<Date>,
    /// First Danish day in force.
    pub(crate) valid_from: Option<Date>,
    /// Last Danish day in force.
    pub(crate) valid_to: Option<Date>,
}

impl Header {
    /// Is the rule in force on this Danish day? Most rules always are, and then nobody asks what day it is.
    pub(crate) fn in_force(&self, day: impl Fn() -> Date) -> bool {
        self.valid_from.is_none_or(|from| day() >= from) && self.valid_to.is_none_or(|to| day() <= to)
    }

    pub(super) fn read(table: &Table<'_>, findings: &mut Findings<'_>) -> Self {
        let owner = table.text("owner", findings).map(|owner| owner.value);
        let reason = table.text("reason", findings).map(|reason| reason.value);
        let review = table.date("review", findings);
        let valid_from = table.date("valid_from", findings);
        let valid_to = table.date("valid_to", findings);
        if let (Some(from), Some(to), Some(value)) = (valid_from, valid_to, table.value("valid_to"))
            && from > to
        {
            let what = format!("reglen holder op den {to}, før den begynder den {from}");
            findings.add(
                table.place_of(value),
                "bad-validity",
                what,
                "Byt om på datoerne, eller slet den ene",
            );
        }
        Self { owner, reason, review, valid_from, valid_to }
    }
}
