//! References: which cases and letters of ours a message points at.
//!
//! The order of belief is that of `spec/digital-post-interfaces.md` §10 and `spec/data-marking.md` §4. It leans on nothing
//! that senders get wrong: neither the order of the entries, nor an own entry with the header's UUID
//! (borger.dk, DPET-3069), nor the answerer's senderID.

use std::fmt;

use kle::{Facet, Subject};
use memo::{ContactPoint, Message, ReplyData};
use uuid::Uuid;

use super::kinds::first_sender_is_us;
use crate::{Evidence, MessageKind, Policy, fold, marked_subject, message_kind};

/// One thing to look up, and what it would be evidence of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// What a hit would mean.
    pub evidence: Evidence,
    /// What to look up.
    pub lookup: Lookup,
    /// False when the reference belongs to somebody else's world: a hit is a suggestion only.
    pub ours: bool,
}

/// What to look up. May hold personal data: prints itself redacted.
#[derive(Clone, PartialEq, Eq)]
pub enum Lookup {
    /// A letter that we sent, by its message UUID: its case.
    SentLetter(Uuid),
    /// A letter that we sent, by our own message id: its case.
    SentMessageId(String),
    /// The case with this number.
    CaseNumber(String),
    /// The open cases with a party of the message and this subject.
    PartyAndSubject {
        /// The subject.
        subject: Subject,
        /// The facet, when there is one.
        facet: Option<Facet>,
    },
}

impl fmt::Debug for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SentLetter(_) => "SentLetter(…)",
            Self::SentMessageId(_) => "SentMessageId(…)",
            Self::CaseNumber(_) => "CaseNumber(…)",
            Self::PartyAndSubject { .. } => "PartyAndSubject(…)",
        })
    }
}

/// Longest case number that is looked up; the field holds 256 characters of anything.
const LONGEST: usize = 64;

/// Everything that must be looked up to know which cases a message points at, strongest evidence first.
pub fn references(policy: &Policy, message: &Message) -> Vec<Reference> {
    let header = &message.header;
    let kind = message_kind(policy, message);
    // All but the UUIDs of a forwarded message belongs to the first sender: system names such as "SBSYS" and numbers are
    // not unique to us.
    let ours = kind != MessageKind::Forward || first_sender_is_us(policy, message);
    let mut found = Found { references: Vec::new() };
    for entry in &header.reply_data {
        of_reply_data(policy, header.message_uuid, entry, ours, &mut found);
    }
    // A letter of ours that comes back forwarded is known by its UUID, whatever the first sender is called.
    if let Some(uuid) = header.forward_data.as_ref().and_then(|forward| forward.message_uuid) {
        found.add(Evidence::AnswersOurLetter, Lookup::SentLetter(uuid), true);
    }
    let case_id = header.content_data.as_ref().and_then(|content| content.case_id.as_ref());
    if let Some(case_id) = case_id.filter(|case| policy.authority().is_our_system(&case.case_system)) {
        found.case(Evidence::CaseIdOfOurSystem, &case_id.case_id, ours);
    }
    if let Some(contact_point) = &header.recipient.contact_point {
        of_contact_info(policy, contact_point, &mut found);
    }
    for number in policy.case_numbers.in_text(&header.label).take(5) {
        found.case(Evidence::CaseInLabel, number, ours);
    }
    if let Some((subject, facet)) = subject_for_party(policy, message) {
        found.add(Evidence::PartyAndSubject, Lookup::PartyAndSubject { subject, facet }, true);
    }
    found.references.sort_by_key(|reference| (!reference.ours, reference.evidence));
    found.references
}

struct Found {
    references: Vec<Reference>,
}

impl Found {
    fn add(&mut self, evidence: Evidence, lookup: Lookup, ours: bool) {
        // The same thing is looked up once, for the strongest reason.
        if let Some(known) = self.references.iter_mut().find(|known| known.lookup == lookup) {
            if (!ours, evidence) < (!known.ours, known.evidence) {
                (known.evidence, known.ours) = (evidence, ours);
            }
            return;
        }
        self.references.push(Reference { evidence, lookup, ours });
    }

    fn case(&mut self, evidence: Evidence, number: &str, ours: bool) {
        let number = number.trim();
        if !number.is_empty() && number.chars().count() <= LONGEST {
            self.add(evidence, Lookup::CaseNumber(number.to_owned()), ours);
        }
    }
}

fn of_reply_data(policy: &Policy, own: Uuid, entry: &ReplyData, our_world: bool, found: &mut Found) {
    for uuid in [entry.message_uuid, entry.reply_uuid].into_iter().flatten().filter(|uuid| *uuid != own) {
        found.add(Evidence::AnswersOurLetter, Lookup::SentLetter(uuid), true);
    }
    let system = entry.generating_system_id.as_deref();
    let our_system = system.is_some_and(|system| policy.authority().is_our_system(system));
    // Message ids and case numbers mean something only in the system that gave them. An entry that another company or
    // authority signs is of its world; an unsigned one, or one signed by a person, carries what we once sent.
    let ours = our_world && (our_system || !signed_by_another_organisation(policy, entry));
    let evidence = if our_system { Evidence::OurSystemAndCase } else { Evidence::CaseInReplyData };
    if let Some(number) = &entry.case_id {
        found.case(evidence, number, ours);
    }
    for additional in &entry.additional {
        if names_a_case(&additional.label) {
            found.case(evidence, &additional.value, ours);
        }
    }
    let message_id = entry.message_id.as_deref().map(str::trim).filter(|id| !id.is_empty());
    if let (Some(id), true) = (message_id, ours) {
        found.add(Evidence::KnownMessageId, Lookup::SentMessageId(id.to_owned()), true);
    }
}

fn signed_by_another_organisation(policy: &Policy, entry: &ReplyData) -> bool {
    entry.sender_id.as_deref().map(str::trim).is_some_and(|id| {
        id.len() == 8 && id.bytes().all(|b| b.is_ascii_digit()) && !policy.authority().is_ours(id)
    })
}

/// What the contact point asked the writer for: a value that looks like a case number, or is called one.
fn of_contact_info(policy: &Policy, contact_point: &ContactPoint, found: &mut Found) {
    for info in &contact_point.contact_info {
        let mut numbers = policy.case_numbers.in_text(&info.value).take(5).peekable();
        if numbers.peek().is_none() && names_a_case(&info.label) {
            found.case(Evidence::CaseInContactInfo, &info.value, true);
        }
        for number in numbers {
            found.case(Evidence::CaseInContactInfo, number, true);
        }
    }
}

/// Does a label say that its value is a case number?
fn names_a_case(label: &str) -> bool {
    const NAMES: [&str; 10] = [
        "sag",
        "sagsnummer",
        "sagsnr",
        "sags nummer",
        "sags nr",
        "sagsid",
        "sags id",
        "caseid",
        "case id",
        "journalnummer",
    ];
    let label = fold::words(label);
    NAMES.contains(&label.trim())
        || ["sagsnummer", "sagsnr", "caseid"].iter().any(|name| label.contains(&format!(" {name} ")))
}

/// The subject to look for the party's one open case by: the mark's, else the contact point's.
fn subject_for_party(policy: &Policy, message: &Message) -> Option<(Subject, Option<Facet>)> {
    if let Some(mark) = marked_subject(policy, message) {
        return mark.ours.then_some((mark.subject, mark.facet));
    }
    let contact_point = message.header.recipient.contact_point.as_ref()?;
    let owner = policy.contact_points.get(&fold::plain(&contact_point.contact_point_id))?;
    Some((owner.subject?, owner.facet))
}
