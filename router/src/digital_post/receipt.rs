//! The business receipt as Digital Post wants it.

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

/// A business receipt: made once, kept with its effect and sent unchanged until Digital Post has it.
#[doc(alias = "forretningskvittering")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Identifies this receipt; the same in every attempt.
    pub transmission_id: Uuid,
    /// The message it is about.
    pub message_uuid: Uuid,
    /// When the message was safe with us, or given up.
    pub at: Timestamp,
    /// What we say about it.
    pub verdict: Verdict,
}

/// What a receipt says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// We have it, safely.
    Completed,
    /// We do not have it. Digital Post sends the message again, and too many of these close the recipient system.
    Invalid(Unreceivable),
}

/// Why a message could not be received. Digital Post documents no codes for recipients, so these are our own; the texts say
/// nothing about the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreceivable {
    /// The bytes are not a MeMo message.
    NotMemo,
    /// The message is larger than we take.
    TooLarge,
    /// The bytes could not be stored.
    NotStored,
}

impl Unreceivable {
    /// Our code.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotMemo => "NOT_MEMO",
            Self::TooLarge => "TOO_LARGE",
            Self::NotStored => "NOT_STORED",
        }
    }

    /// Our text, for the sender's side.
    fn message(self) -> &'static str {
        match self {
            Self::NotMemo => "Meddelelsen kunne ikke læses som MeMo",
            Self::TooLarge => "Meddelelsen er større, end modtagersystemet tager imod",
            Self::NotStored => "Meddelelsen kunne ikke gemmes",
        }
    }
}

/// The JSON of §5.1. The two error fields are null on a positive receipt and always written: a blank or a zero there was once
/// taken for a failure, and everything was sent again.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    transmission_id: Uuid,
    #[serde(rename = "messageUUID")]
    message_uuid: Uuid,
    error_code: Option<&'static str>,
    error_message: Option<&'static str>,
    time_stamp: String,
    receipt_status: &'static str,
}

impl Receipt {
    /// The body of the call.
    pub(super) fn json(&self) -> Result<Vec<u8>, serde_json::Error> {
        let (status, error) = match self.verdict {
            Verdict::Completed => ("COMPLETED", None),
            Verdict::Invalid(why) => ("INVALID", Some(why)),
        };
        serde_json::to_vec(&Wire {
            transmission_id: self.transmission_id,
            message_uuid: self.message_uuid,
            error_code: error.map(Unreceivable::code),
            error_message: error.map(Unreceivable::message),
            time_stamp: format!("{:.3}", self.at),
            receipt_status: status,
        })
    }
}
