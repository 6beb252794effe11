//! Replay: what another policy would have done with the facts of past mail.
//!
//! Stored facts were gathered under the policy of their day. What a policy itself tells of a message (kinds, refused files,
//! whose references are ours) is read anew; what was looked up in the world stays as it was found.
//!
//! **Deliberately absent:** effects. Here are two decisions and their difference, and nothing that could carry one out.

use memo::Message;
use serde::Serialize;

use crate::gather::first_sender_is_us;
use crate::{
    Decision, Evidence, Facts, HandOver, Hold, Lookup, MessageKind, NamedCase, Outcome, Policy,
    has_forbidden_file, message_kind, recipient_kind, references, sender_kind,
};

/// Modtager: who a decision hands a letter to.
#[doc(alias = "modtager")]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Receiver {
    /// The unit, by id.
    pub unit: String,
    /// The person in it, by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// The role in it, by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The robot queue, by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
}

impl Receiver {
    /// Whom this decision hands the letter to; `None` when a person is asked.
    pub fn of(decision: &Decision) -> Option<Self> {
        let HandOver { unit, person, .. } = handed(decision)?;
        Some(Self {
            unit: unit.clone(),
            person: person.clone(),
            role: decision.further.role.clone(),
            queue: decision.further.queue.clone(),
        })
    }
}

fn handed(decision: &Decision) -> Option<&HandOver> {
    match &decision.outcome {
        Outcome::HandOver(hand_over) => Some(hand_over),
        Outcome::Ask(_) | Outcome::Close(_) | Outcome::Split(_) => None,
    }
}

/// How one decision on a message differs from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing that anybody would notice.
    None,
    /// A person was asked; now nobody is.
    NewlyAutomatic {
        /// Who gets it.
        to: Receiver,
    },
    /// Nobody was asked; now a person is.
    NewlyManual {
        /// Who got it.
        from: Receiver,
    },
    /// Another receiver.
    Moved {
        /// Who got it.
        from: Receiver,
        /// Who gets it.
        to: Receiver,
    },
    /// The same receiver, another case or none.
    JournaledOtherwise {
        /// Who gets it.
        at: Receiver,
    },
    /// The same receiver and case, or a person asked for another reason; other marks, deadline, sensitivity or webhooks.
    MarkedOtherwise {
        /// Who gets it; `None` when a person is asked.
        at: Option<Receiver>,
    },
}

impl Change {
    /// From one decision to another on the same message.
    pub fn between(old: &Decision, new: &Decision) -> Self {
        match (Receiver::of(old), Receiver::of(new)) {
            (None, Some(to)) => Self::NewlyAutomatic { to },
            (Some(from), None) => Self::NewlyManual { from },
            (Some(from), Some(to)) if from != to => Self::Moved { from, to },
            (Some(_), Some(at)) if !same_entry(old, new) => Self::JournaledOtherwise { at },
            (_, at) if !same_marks(old, new) => Self::MarkedOtherwise { at },
            _ => Self::None,
        }
    }
}

fn same_entry(old: &Decision, new: &Decision) -> bool {
    handed(old).map(|one| &one.journal) == handed(new).map(|one| &one.journal)
        && old.further.new_case == new.further.new_case
}

fn same_marks(old: &Decision, new: &Decision) -> bool {
    let same_question = match (&old.outcome, &new.outcome) {
        (Outcome::Ask(old), Outcome::Ask(new)) => old == new,
        _ => true,
    };
    same_question && old.annotations == new.annotations && old.further.webhooks == new.further.webhooks
}

/// How a decision compares with what a person chose; a greater one is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Another unit, or another person.
    Wrong,
    /// A person is asked.
    Asks,
    /// The same unit, and no other person in it than the one chosen.
    Right,
}

impl Verdict {
    /// Holds a decision against the receiver that a person chose.
    pub fn of(decision: &Decision, truth: &Receiver) -> Self {
        let Some(found) = Receiver::of(decision) else { return Self::Asks };
        let other_person = found.person.is_some() && truth.person.is_some() && found.person != truth.person;
        if found.unit == truth.unit && !other_person { Self::Right } else { Self::Wrong }
    }
}

/// Reads the facts of past mail as this policy reads them. True when the policy would have looked up a case that was not
/// looked up then: what would have come of that is not known.
pub fn reread(policy: &Policy, facts: &mut Facts) -> bool {
    let message = &facts.message;
    facts.kind = message_kind(policy, message);
    facts.sender = sender_kind(policy, message);
    facts.recipient = recipient_kind(policy, message);
    if let Some(subject) = &mut facts.subject {
        subject.ours = facts.kind != MessageKind::Forward || first_sender_is_us(policy, message);
    }
    facts.holds.retain(|hold| *hold != Hold::ForbiddenFile);
    if has_forbidden_file(policy, message) {
        facts.holds.push(Hold::ForbiddenFile);
        facts.holds.sort_unstable();
    }
    reread_cases(policy, &facts.message, &mut facts.named_cases)
}

/// Sorts the cases that were looked up by what the policy believes of each, and drops those it would not have asked for.
fn reread_cases(policy: &Policy, message: &Message, cases: &mut Vec<NamedCase>) -> bool {
    let mut left = std::mem::take(cases);
    let mut unknown = false;
    for reference in references(policy, message) {
        let before = cases.len();
        let found = left.extract_if(.., |case| answers(case, &reference.lookup, reference.evidence));
        cases.extend(found.map(|case| NamedCase {
            evidence: reference.evidence,
            ours: reference.ours,
            ..case
        }));
        // Every number asked for is kept with what the journal said, also when that was nothing.
        unknown |= cases.len() == before && matches!(reference.lookup, Lookup::CaseNumber(_));
    }
    unknown
}

/// Was this found by that look-up? A number may have been looked up for another reason than it is today.
fn answers(case: &NamedCase, lookup: &Lookup, evidence: Evidence) -> bool {
    match lookup {
        Lookup::CaseNumber(number) => is_by_number(case.evidence) && case.number == *number,
        Lookup::SentLetter(_) | Lookup::SentMessageId(_) | Lookup::PartyAndSubject { .. } => {
            case.evidence == evidence
        }
    }
}

fn is_by_number(evidence: Evidence) -> bool {
    match evidence {
        Evidence::OurSystemAndCase
        | Evidence::CaseInReplyData
        | Evidence::CaseIdOfOurSystem
        | Evidence::CaseInContactInfo
        | Evidence::CaseInLabel => true,
        Evidence::AnswersOurLetter | Evidence::KnownMessageId | Evidence::PartyAndSubject => false,
    }
}
