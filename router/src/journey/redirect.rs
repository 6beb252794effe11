//! Redirect: why a letter went to somebody else than the decision named.

/// Omstilling: why a letter went to somebody else than the decision named.
#[doc(alias = "omstilling")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redirect {
    /// The person is away; a deputy got it.
    AbsentDeputy,
    /// The person has left; a deputy got it.
    LeftDeputy,
    /// The person is away, and no deputy is there; the unit got it.
    AbsentUnit,
    /// The person has left, and no deputy is there; the unit got it.
    LeftUnit,
    /// The unit is closed; its heir got it.
    UnitClosed,
    /// The role was named; the only one of its people who is there got it.
    RolePresent,
}

impl Redirect {
    /// All reasons.
    pub const ALL: [Self; 6] = [
        Self::AbsentDeputy,
        Self::LeftDeputy,
        Self::AbsentUnit,
        Self::LeftUnit,
        Self::UnitClosed,
        Self::RolePresent,
    ];

    /// The word in column, log and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AbsentDeputy => "absent-deputy",
            Self::LeftDeputy => "left-deputy",
            Self::AbsentUnit => "absent-unit",
            Self::LeftUnit => "left-unit",
            Self::UnitClosed => "unit-closed",
            Self::RolePresent => "role-present",
        }
    }

    /// The reason of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }

    /// The reason as a clause, about whom or what the decision named.
    pub fn danish(self, meant_for: &str) -> String {
        match self {
            Self::AbsentDeputy => format!("{meant_for} er fraværende; stedfortræderen har fået den"),
            Self::LeftDeputy => format!("{meant_for} er fratrådt; stedfortræderen har fået den"),
            Self::AbsentUnit => {
                format!("{meant_for} er fraværende uden stedfortræder på arbejde; enheden har fået den")
            }
            Self::LeftUnit => {
                format!("{meant_for} er fratrådt uden stedfortræder på arbejde; enheden har fået den")
            }
            Self::UnitClosed => format!("enheden {meant_for} er nedlagt; efterfølgeren har fået den"),
            Self::RolePresent => format!("eneste i rollen {meant_for}, der er på arbejde"),
        }
    }
}
