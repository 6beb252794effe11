//! The journey of a message: gather, decide, carry out.
//!
//! All that needs the world happens before or after deciding. Every step claims its messages, works, and stores
//! the result together with the audit lines that tell of it; a crash at any point leaves the message at its last
//! stage, and its claim runs out by itself.

mod advice;
mod answer;
mod carry_out;
mod close;
mod contents;
mod decide;
mod draft;
mod escalate;
mod forward;
mod gather;
mod glimpse;
mod look_up;
mod notify;
mod receipt;
mod receiver;
mod redirect;
mod split;
mod take_back;
mod worker;

use std::sync::Arc;

use jiff::Timestamp;
use rules::{Closing, Decision, Facts, Journaling, Outcome, Question};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub(crate) use advice::read_letter;
pub use answer::{Answer, AnswerError, answer};
pub(crate) use answer::{answer_as, check_journaling, check_receiver};
pub(crate) use close::check_closing;
pub use close::{Close, close, take_up};
pub(crate) use contents::MessageContents;
pub(crate) use forward::forwarded;
pub(crate) use gather::parties;
pub(crate) use glimpse::known_from_header;
pub(crate) use notify::webhook_of;
pub use redirect::Redirect;
pub(crate) use split::{FEWEST, MOST, check_split};
pub use split::{Share, Split, split};
pub(crate) use take_back::{Back, take_back};
pub use worker::{Workers, drain};

use crate::content::ContentRef;
use crate::intake::Reading;
use crate::keys::MessageKey;
use crate::room::PostRoom;
use crate::store::message::{MessageRow, Stage};
use crate::store::part::Part;
use crate::store::{StoreError, decision::DecisionRow};

/// A claimed message with everything about it opened.
#[derive(Clone)]
pub struct InHand {
    /// Our id.
    pub id: Uuid,
    /// The key that opens it.
    pub key: MessageKey,
    /// What was read of it.
    pub reading: Arc<Reading>,
    /// Where its bytes lie.
    pub content: ContentRef,
    /// SHA-256 of its bytes.
    pub digest: [u8; 32],
    /// When it became available to the authority.
    pub available_at: Timestamp,
    /// Bytes as received.
    pub size: u64,
    /// An earlier message has the same UUID and other content.
    pub conflicts: bool,
    /// Attempts at the present stage.
    pub attempts: i64,
    /// Which part of a letter it is, when that was [split](split::split).
    pub part: Option<Part>,
}

impl InHand {
    /// Opens a stored message.
    pub fn open(room: &PostRoom, row: &MessageRow) -> Result<Self, StoreError> {
        let key = row.key(&room.store)?;
        let plain = key.open("reading", row.sealed())?;
        let reading: Reading = serde_json::from_slice(&plain).map_err(|_| StoreError::Damaged("reading"))?;
        Ok(Self {
            id: row.uuid()?,
            reading: Arc::new(reading),
            content: row.content(),
            digest: row.digest.as_slice().try_into().map_err(|_| StoreError::Damaged("digest"))?,
            available_at: row.available_at(),
            size: row.size(),
            conflicts: row.conflicts_with.is_some(),
            attempts: row.attempts,
            part: row.part()?,
            key,
        })
    }

    /// The letter as it was received: this one, or the one that it is a part of.
    pub fn root(&self) -> Uuid {
        self.part.map_or(self.id, |part| part.of)
    }
}

/// Facts and decision as they are sealed beside a decision's row.
#[derive(Clone, Serialize, Deserialize)]
pub struct Decided {
    /// What was known.
    pub facts: Facts,
    /// What was decided.
    pub decision: Decision,
}

impl Decided {
    /// Opens a stored decision.
    pub fn open(key: &MessageKey, row: &DecisionRow) -> Result<Self, StoreError> {
        let plain = key.open("decision", &row.sealed)?;
        serde_json::from_slice(&plain).map_err(|_| StoreError::Damaged("decision"))
    }

    fn seal(&self, key: &MessageKey, room: &PostRoom) -> Result<Vec<u8>, StoreError> {
        let plain = serde_json::to_vec(self).map_err(|_| StoreError::Damaged("decision"))?;
        Ok(key.seal("decision", &plain, &mut |bytes| room.entropy.fill(bytes)))
    }
}

/// The stable word for a decision's outcome, as in column, JSON and metrics.
pub fn outcome_word(decision: &Decision) -> &'static str {
    match &decision.outcome {
        Outcome::HandOver(hand_over) => match &hand_over.journal {
            Journaling::LeftToHandler => "left-to-handler",
            Journaling::NotJournaled(_) => "not-journaled",
            _ => "journaled",
        },
        Outcome::Ask(question) => match question {
            Question::NothingApplies => "nothing-applies",
            Question::Hold(rules::Hold::ProtectedParty) => "protected-party",
            Question::Hold(rules::Hold::ConflictingDuplicate) => "conflicting-duplicate",
            Question::Hold(rules::Hold::ForbiddenFile) => "quarantine-forbidden-file",
            Question::Hold(rules::Hold::DamagedDocument) => "damaged-document",
            Question::HeldByRule => "held-by-rule",
            Question::SentByRule => "sent-by-rule",
            Question::ForeignRecipient => "foreign-recipient",
            Question::NemSms => "nemsms",
            Question::WhichCase => "which-case",
            Question::ClosedCase => "closed-case",
            Question::EffectFailed => "effect-failed",
        },
        Outcome::Close(Closing::SentOn(_)) => SENT_ON,
        Outcome::Close(Closing::Unwanted) => UNWANTED,
        Outcome::Split(_) => SPLIT,
    }
}

/// The outcome of a message that went all the way up without being opened.
pub const NOT_OPENED: &str = "not-opened";

/// The outcome of a message that a case handler sent back: it was not theirs.
pub const SENT_BACK: &str = "sent-back";

/// The outcome of a message that was taken from whoever had it, because it should never have been there.
pub const PULLED_BACK: &str = "pulled-back";

/// The outcome of a message that was sent on to the authority whose matter it is.
pub const SENT_ON: &str = "sent-on";

/// The outcome of a message that nobody wants: advertising, fraud or nothing at all.
pub const UNWANTED: &str = "unwanted";

/// The outcome of a letter that goes on in parts.
pub const SPLIT: &str = "split";

/// The outcome of a closed message that a post distributor took up again.
pub const TAKEN_UP: &str = "taken-up";

/// The Danish words for an outcome.
pub fn outcome_danish(word: &str) -> &'static str {
    match word {
        "pending" => "endnu ikke fordelt",
        "journaled" => "overdraget og journaliseret",
        "left-to-handler" => "overdraget; sagsbehandleren vælger sagen",
        "not-journaled" => "overdraget; besluttet ikke journaliseret",
        "nothing-applies" => "ingen mærker, regler eller kort peger på en modtager",
        "protected-party" => "tilbageholdt: beskyttet person",
        "conflicting-duplicate" => "tilbageholdt: samme id som en anden meddelelse",
        "damaged-document" => "tilbageholdt: et dokument er beskadiget",
        "held-by-rule" => "tilbageholdt af en regel",
        "sent-by-rule" => "sendt til postfordeleren af en regel",
        "foreign-recipient" => "stilet til en anden myndighed",
        "nemsms" => "NemSMS uden dokumenter",
        "which-case" => "svar, hvis sag ikke kunne afgøres",
        "closed-case" => "svar på en lukket sag",
        "effect-failed" => "udførelsen lykkedes ikke",
        NOT_OPENED => "ingen har åbnet den i tide; en postfordeler må finde en modtager",
        SENT_BACK => "sendt retur: den hørte ikke til, hvor den kom hen",
        SENT_ON => "sendt videre til rette myndighed",
        UNWANTED => "uønsket post; besluttet ikke journaliseret",
        SPLIT => "delt; hver del har sin egen modtager",
        TAKEN_UP => "taget op igen, efter at den var lukket",
        PULLED_BACK => "trukket tilbage, fordi den var kommet forkert",
        word if word.starts_with("quarantine-") => "i karantæne",
        _ => "ukendt udfald",
    }
}

/// The stage that a decision leads to.
fn stage_of(decision: &Decision) -> Stage {
    match &decision.outcome {
        Outcome::HandOver(_) => Stage::Decided,
        Outcome::Ask(Question::Hold(rules::Hold::ForbiddenFile)) => Stage::Quarantined,
        Outcome::Ask(_) => Stage::Waiting,
        Outcome::Close(_) | Outcome::Split(_) => Stage::Settled,
    }
}
