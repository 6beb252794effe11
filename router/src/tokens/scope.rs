//! Scopes: what a token opens. They follow what the pages do, and none holds another.

use std::collections::BTreeSet;

macro_rules! scopes {
    ($($scope:ident $word:literal $danish:literal $doc:literal)*) => {
        /// Adgang: one part of the HTTP interface that a token may use.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Scope { $(#[doc = $doc] $scope,)* }

        impl Scope {
            /// All, in the order of the description.
            pub const ALL: &[Scope] = &[$(Scope::$scope,)*];

            /// The word in column, log and command line.
            pub fn as_str(self) -> &'static str {
                match self { $(Scope::$scope => $word,)* }
            }

            /// What it opens, for a Danish reader.
            pub fn danish(self) -> &'static str {
                match self { $(Scope::$scope => $danish,)* }
            }
        }
    };
}

scopes! {
    QueueRead "queue:read" "køen til postfordelerne, med maskerede titler og forslag" "The line at the desk."
    QueueLook "queue:look" "et ventende brev frem, på et visningstrin og med begrundelse" "A waiting letter, at a level of view."
    QueueAnswer "queue:answer" "fordele ventende breve" "Answering, taking back, putting back."
    ReceiversRead "receivers:read" "enheder, medarbejdere, emner og sager, som et brev kan fordeles til" "Receivers."
    MineRead "mine:read" "enhedernes post, som den ligger hos sagsbehandlerne" "Units' mail."
    MineAct "mine:act" "åbne, journalisere, afslutte og sende enhedernes post videre" "Acting on units' mail."
    MessagesRead "messages:read" "meddelelsers historie, og søgning efter dem" "Stories and search."
    JournalRead "journal:read" "journalposter, ujournaliseret post og dagsbalancer" "Ledger, backlog, balance."
    ViewsRead "views:read" "hvem der så hvad" "Who saw what."
    PullBackRead "pull-back:read" "hvad der er fordelt for nylig, og udkast til vurdering af brud" "Letters that could be pulled back, and drafts."
    PullBackAct "pull-back:act" "trække breve tilbage" "Pulling back."
    AuditRead "audit:read" "revisionssporets kontrolpunkter, og efterprøvning af det" "Checkpoints and verification."
    RulesRead "rules:read" "regelsættets udgaver, deres tekster og forskelle" "Editions of the rules."
    RulesTry "rules:try" "prøve regler på et brev og på den post, der er kommet" "Trying rules on messages."
    RulesWrite "rules:write" "skrive regler, foreslå dem og sætte udgaver i kraft" "Drafting, proposing, putting in force."
    StatusRead "status:read" "tal og tilstand" "Counts and state."
}

impl Scope {
    /// The scope of this word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|scope| scope.as_str() == word)
    }

    /// Is it worth nothing without units?
    pub fn is_of_units(self) -> bool {
        matches!(self, Self::MineRead | Self::MineAct)
    }
}

/// Scopes as they are stored: words with blanks between.
pub fn words(scopes: &BTreeSet<Scope>) -> String {
    scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")
}

/// Scopes as they were stored; words that no scope has are passed over.
pub(super) fn of_words(words: &str) -> BTreeSet<Scope> {
    words.split_whitespace().filter_map(Scope::of_word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_read_back_from_their_words() {
        let all: BTreeSet<Scope> = Scope::ALL.iter().copied().collect();
        assert_eq!(of_words(&words(&all)), all);
        assert!(of_words("queue:* admin").is_empty());
        assert!(crate::audit::privacy::fits(&words(&all)), "the log keeps every word");
    }
}
