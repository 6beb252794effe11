//! What an event tells of: a stable name in the log, a Danish label for people.

use std::fmt;
use std::str::FromStr;

macro_rules! kinds {
    ($($kind:ident $name:literal $danish:literal $doc:literal)*) => {
        /// The kind of an event (*hændelse*). Names are part of the log's bytes: new ones may come, old ones never change.
        #[doc(alias = "hændelse")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum EventKind { $(#[doc = $doc] $kind,)* }

        impl EventKind {
            /// Every kind, in the order we would explain them.
            pub const ALL: &[EventKind] = &[$(EventKind::$kind,)*];

            /// The name in log, columns and JSON.
            pub fn name(self) -> &'static str {
                match self { $(EventKind::$kind => $name,)* }
            }

            /// The label a Danish reader sees.
            pub fn danish(self) -> &'static str {
                match self { $(EventKind::$kind => $danish,)* }
            }
        }

        impl FromStr for EventKind {
            type Err = UnknownKind;

            fn from_str(name: &str) -> Result<EventKind, UnknownKind> {
                match name { $($name => Ok(EventKind::$kind),)* _ => Err(UnknownKind) }
            }
        }
    };
}

kinds! {
    Received "received" "modtaget" "A message was stored."
    Duplicate "duplicate" "modtaget igen" "The same message with the same bytes came again."
    ConflictingDuplicate "conflicting_duplicate" "samme id, andet indhold" "A message id came again with other bytes."
    Quarantined "quarantined" "i karantæne" "The bytes are kept but are no readable or safe message."
    SetAside "set_aside" "lagt til side" "Stored, but not for this post room: NemSMS, another authority's mail."
    Decided "decided" "besluttet" "Rules or a person decided where the message goes."
    EffectDone "effect_done" "udført" "One effect of a decision was carried out."
    EffectFailed "effect_failed" "mislykket" "One attempt at an effect failed."
    HandedToPerson "handed_to_person" "overladt til en person" "The system gave up and asks a person."
    Journaled "journaled" "journaliseret" "A journal entry exists in the case system."
    HandedOver "handed_over" "overdraget" "A unit or a case handler has the message."
    Escalated "escalated" "sendt videre uåbnet" "Nobody opened the message in time; the next in line has it."
    ReceiptSent "receipt_sent" "kvittering sendt" "Digital Post took our business receipt."
    Settled "settled" "afsluttet" "All effects are done, but for calls to other systems, which no message waits for."
    Answered "answered" "besvaret af postfordeler" "A person answered the desk's question."
    SplitOff "split_off" "skilt ud af et delt brev" "A person split a letter, and this message is a part of it."
    AnswerTakenBack "answer_taken_back" "svar taget tilbage" "An answer was taken back, or could not be carried out, before it became a decision."
    PutAside "put_aside" "lagt til side ved skranken" "A post distributor laid a waiting message aside: for later, for a colleague to say whose it is, or to be sent on."
    TakenFromAside "taken_from_aside" "taget frem igen" "A post distributor took up a message that was laid aside."
    ColleagueSaid "colleague_said" "svar fra en kollega" "A colleague said whose a waiting message is."
    Handled "handled" "færdigbehandlet" "A case handler was done with a message."
    TakenUpAgain "taken_up_again" "taget op igen" "A case handler took up a message that somebody had been done with."
    Forwarded "forwarded" "sendt videre" "A case handler gave a message to another unit or person."
    SentBack "sent_back" "sendt retur" "A case handler sent a message back: it was not theirs."
    PulledBack "pulled_back" "trukket tilbage" "A misrouted message was taken from whoever had it."
    JournalCorrected "journal_corrected" "journalpost markeret som fejl" "A journal entry was marked as misfiled."
    SignedIn "signed_in" "logget ind" "A person signed in."
    SignedOut "signed_out" "logget ud" "A person signed out."
    BreakGlass "break_glass" "nødadgang" "Somebody signed in with the break-glass account, or tried to."
    TokenMade "token_made" "API-token lavet" "A token for the HTTP interface was made."
    TokenRevoked "token_revoked" "API-token tilbagekaldt" "A token for the HTTP interface was revoked."
    TokenUsed "token_used" "API-token brugt" "A token for the HTTP interface was used for the first time that day."
    Viewed "viewed" "set" "A person opened content."
    Refused "refused" "afvist" "A person asked for a document that is not theirs to see."
    Searched "searched" "søgt" "A person searched."
    Exported "exported" "udtrukket" "Content or the trail itself was taken out."
    Erased "erased" "slettet" "Content was erased by destroying its key."
    RulesProposed "rules_proposed" "regelsæt lavet" "An edition of the rule set was made."
    RulesDrafted "rules_drafted" "kladde til regelsæt gemt" "A person saved a draft of the rule set, or threw it away."
    RulesTried "rules_tried" "regelsæt prøvet på post" "A person tried an edition or a draft on past mail."
    RulesActivated "rules_activated" "regelsæt sat i kraft" "Another rule set edition took effect."
    OrganisationSynced "organisation_synced" "organisation hentet" "The organisation was read from its source and held against what stood."
    KleImported "kle_imported" "emneplan indlæst" "An edition of the subject plan (KLE) was imported and took effect."
    UnseenStopped "unseen_stopped" "kun forslag" "Too much went wrong: the classifier passes nothing on to the unit until a person says so."
    UnseenResumed "unseen_resumed" "må sende videre igen" "A person let the classifier pass letters on to a stopped unit again."
    LessonsForgotten "lessons_forgotten" "lektier glemt" "What was kept of answered letters to learn from expired, or a person had it forgotten."
    OwnModelMade "own_model_made" "egen model lavet" "A model was made of the lessons, as a candidate."
    OwnModelPromoted "own_model_promoted" "egen model sat i kraft" "A person put an own model in force, or took one back."
    NoticesChosen "notices_chosen" "besked om post valgt" "A case handler chose how often they, or their unit, are told of new mail."
    Started "started" "startet" "The program started."
    Stopped "stopped" "stoppet" "The program stopped in order."
    Migrated "migrated" "database opgraderet" "The schema was brought to a newer version."
    BackedUp "backed_up" "sikkerhedskopieret" "A backup was made."
    Restored "restored" "genskabt" "The store came from a backup."
    KeysRotated "keys_rotated" "nøgler skiftet" "Keys were replaced."
    Checked "checked" "kontrolleret" "The trail or the installation was checked."
}

/// A name no kind of this program version has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown kind of event")]
pub struct UnknownKind;

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl serde::Serialize for EventKind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_snake_case_and_read_back() {
        let mut names = BTreeSet::new();
        for kind in EventKind::ALL {
            assert!(names.insert(kind.name()), "{kind} twice");
            assert!(kind.name().chars().all(|c| c.is_ascii_lowercase() || c == '_'));
            assert_eq!(kind.name().parse(), Ok(*kind));
            assert!(!kind.danish().is_empty());
        }
        assert_eq!("Received".parse::<EventKind>(), Err(UnknownKind));
    }
}
