//! Roles: what somebody may do here.

use std::collections::BTreeSet;

/// Rolle: what somebody does in the post room. Not the role in a unit that a rule gives a letter to.
#[doc(alias = "rolle")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Postfordeler: clears the main mailbox.
    #[doc(alias = "postfordeler")]
    PostDistributor,
    /// Sagsbehandler: receives routed mail.
    #[doc(alias = "sagsbehandler")]
    CaseHandler,
    /// Journal- og arkivansvarlig: answers for the journal.
    #[doc(alias = "journalansvarlig")]
    RecordsManager,
    /// Drift: runs the program. Sees counts and ids.
    #[doc(alias = "drift")]
    Operator,
}

impl Role {
    /// All, in the order of the navigation.
    pub const ALL: [Self; 4] =
        [Self::PostDistributor, Self::CaseHandler, Self::RecordsManager, Self::Operator];

    /// The word in column, log and configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PostDistributor => "post-distributor",
            Self::CaseHandler => "case-handler",
            Self::RecordsManager => "records-manager",
            Self::Operator => "operator",
        }
    }

    /// What it is called on a screen.
    pub fn danish(self) -> &'static str {
        match self {
            Self::PostDistributor => "Postfordeler",
            Self::CaseHandler => "Sagsbehandler",
            Self::RecordsManager => "Journalansvarlig",
            Self::Operator => "Drift",
        }
    }

    /// Where somebody with this role begins.
    pub(super) fn desk(self) -> &'static str {
        match self {
            Self::PostDistributor => "/post",
            Self::CaseHandler => "/mine",
            Self::RecordsManager => "/journal",
            Self::Operator => "/status",
        }
    }

    /// The role of this word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}

/// Roles as they are stored: words with blanks between.
pub(super) fn words(roles: &BTreeSet<Role>) -> String {
    roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(" ")
}

/// Roles as they were stored; words that no role has are passed over.
pub(super) fn of_words(words: &str) -> BTreeSet<Role> {
    words.split_whitespace().filter_map(Role::of_word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_read_back_from_their_words() {
        let all: BTreeSet<Role> = Role::ALL.into_iter().collect();
        assert_eq!(of_words(&words(&all)), all);
        assert!(of_words("admin root").is_empty());
    }
}
