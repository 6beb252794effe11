//! Parties: whom of the people in a message the case must know.

use std::fmt;

use memo::Message;

use crate::{MessageKind, Policy, message_kind};

/// Part: one whom the message comes from or is about. Holds personal data: prints itself redacted.
#[doc(alias = "part")]
#[derive(Clone, PartialEq, Eq)]
pub struct Party {
    /// The digits of the number.
    pub id: String,
    /// CPR or CVR.
    pub id_type: PartyIdType,
    /// How the party stands in the message.
    pub role: PartyRole,
}

impl fmt::Debug for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Party({:?}, {:?})", self.id_type, self.role)
    }
}

/// Of what kind a party's number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartyIdType {
    /// A person.
    Cpr,
    /// A company or authority.
    Cvr,
}

/// How a party stands in the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartyRole {
    /// The sender.
    Sender,
    /// Who sends on behalf of the sender.
    Representative,
    /// Whom the message is about (`ContentData`).
    Subject,
}

/// Everyone of whom one must be a party of a case before a message is journaled on it unseen.
///
/// We ourselves never count: we are in some way party to every case of ours. On a forwarded message `ContentData`
/// is the first sender's, so nobody in it counts (`spec/digital-post-interfaces.md` §10).
pub fn parties(policy: &Policy, message: &Message) -> Vec<Party> {
    let header = &message.header;
    let sender = &header.sender;
    let representative = sender.representative.as_ref();
    let content = match message_kind(policy, message) {
        MessageKind::Forward => None,
        MessageKind::New | MessageKind::Reply => header.content_data.as_ref(),
    };
    let named = [
        (identity(&sender.sender_id, &sender.id_type), PartyRole::Sender),
        (representative.and_then(|r| identity(&r.representative_id, &r.id_type)), PartyRole::Representative),
        (content.and_then(|c| identity(&c.cpr.as_ref()?.cpr_number, "CPR")), PartyRole::Subject),
        (content.and_then(|c| identity(&c.cvr.as_ref()?.cvr_number, "CVR")), PartyRole::Subject),
    ];
    let mut parties: Vec<Party> = Vec::new();
    for (identity, role) in named {
        let Some((id, id_type)) = identity else { continue };
        let ourselves = id_type == PartyIdType::Cvr && policy.authority().is_ours(&id);
        if !ourselves && !parties.iter().any(|party| party.id == id && party.id_type == id_type) {
            parties.push(Party { id, id_type, role });
        }
    }
    parties
}

/// The sender's CVR number, when the sender has one.
pub(crate) fn sender_cvr(message: &Message) -> Option<String> {
    let sender = &message.header.sender;
    match identity(&sender.sender_id, &sender.id_type) {
        Some((cvr, PartyIdType::Cvr)) => Some(cvr),
        _ => None,
    }
}

/// A number and its kind, when they fit: ten digits and CPR, eight and CVR. Type in either case; blanks and the
/// hyphen of a CPR number are left out.
pub(super) fn identity(number: &str, id_type: &str) -> Option<(String, PartyIdType)> {
    let digits: String = number.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let id_type = id_type.trim();
    if digits.len() == 10 && id_type.eq_ignore_ascii_case("CPR") {
        return Some((digits, PartyIdType::Cpr));
    }
    (digits.len() == 8 && id_type.eq_ignore_ascii_case("CVR")).then_some((digits, PartyIdType::Cvr))
}
