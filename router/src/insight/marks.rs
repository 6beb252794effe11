//! Marks: what of good marking (*dataopmærkning*) a letter has.
//!
//! The fields are those of MeMo that this post room uses to bring a letter on (spec: data-marking §2 and §5). They are not KL's
//! minimum standard, whose list of fields was not to be had; the pages say so.

use kle::Level;
use rules::{Decision, Facts, MessageKind, Outcome, SenderKind};

use crate::audit::privacy;
use crate::clock::danish_day;
use crate::store::insight::marks::NewMarks;

/// Mærke: a field of good marking.
#[doc(alias = "mærke")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// A KLE subject that can be read.
    Subject,
    /// An activity facet beside it.
    Facet,
    /// The case that it belongs to.
    Case,
    /// Return data of an earlier letter.
    ReplyData,
    /// The person or company that it is about.
    About,
    /// The sender's code for the kind of letter.
    Code,
    /// Who should have it: contact point, P-number, GLN, e-mail, person.
    Receiver,
    /// The system that made it.
    System,
}

impl Mark {
    /// All, by the number of their bit.
    pub const ALL: [Self; 8] = [
        Self::Subject,
        Self::Facet,
        Self::Case,
        Self::ReplyData,
        Self::About,
        Self::Code,
        Self::Receiver,
        Self::System,
    ];

    /// Any of these leads a letter to its unit without a person; where all are missing somebody must read it.
    pub const HELPFUL: [Self; 4] = [Self::Subject, Self::Case, Self::ReplyData, Self::Receiver];

    fn bit(self) -> i64 {
        1 << self as i64
    }

    /// The bits of [`Self::HELPFUL`].
    pub fn helpful() -> i64 {
        Self::HELPFUL.into_iter().map(Self::bit).sum()
    }

    /// What it is called.
    pub fn danish(self) -> &'static str {
        match self {
            Self::Subject => "KLE-emne",
            Self::Facet => "handlingsfacet",
            Self::Case => "sagsnummer",
            Self::ReplyData => "returdata",
            Self::About => "hvem det handler om",
            Self::Code => "brevtype",
            Self::Receiver => "modtagende enhed",
            Self::System => "afsendende system",
        }
    }

    /// Its field in MeMo.
    pub fn field(self) -> &'static str {
        match self {
            Self::Subject => "MessageHeader/ContentData/KLEdata/subjectKey",
            Self::Facet => "MessageHeader/ContentData/KLEdata/activityFacet",
            Self::Case => "MessageHeader/ContentData/CaseID (caseID og caseSystem)",
            Self::ReplyData => "MessageHeader/ReplyData (messageUUID, caseID, generatingSystemID)",
            Self::About => "MessageHeader/ContentData/CPRdata eller CVRdata",
            Self::Code => "MessageHeader/messageCode",
            Self::Receiver => "MessageHeader/Recipient/AttentionData eller ContactPoint",
            Self::System => "MessageHeader/Sender/AttentionData/GeneratingSystem",
        }
    }

    /// What it is good for.
    pub fn use_of(self) -> &'static str {
        match self {
            Self::Subject => "fører brevet til den enhed, der har emnet",
            Self::Facet => "skiller fx klager og aktindsigt fra resten af emnet",
            Self::Case => "lægger brevet på den sag, det hører til, når sagen er vores",
            Self::ReplyData => "lægger et svar på den sag, vi skrev fra; bringes uændret tilbage",
            Self::About => "finder sagens part, også når afsenderen er en anden",
            Self::Code => "lader os kende brevtypen igen, når koden er fast for hver type",
            Self::Receiver => "fører brevet til en bestemt enhed, institution eller medarbejder",
            Self::System => "lader os skelne mellem jeres systemer",
        }
    }
}

/// What is counted of a letter that is decided for the first time, on the day of `now`.
pub fn of(facts: &Facts, decision: &Decision, now: jiff::Timestamp) -> NewMarks {
    let header = &facts.message.header;
    let (sender_kind, has_cvr) = match facts.sender {
        SenderKind::Citizen => ("citizen", false),
        SenderKind::Company => ("company", true),
        SenderKind::Authority => ("authority", true),
        SenderKind::Ourselves => ("ourselves", true),
        SenderKind::Unknown => ("unknown", false),
    };
    let attention = header.sender.attention.as_ref();
    let system = attention.and_then(|attention| attention.generating_system.as_ref());
    let system = system.and_then(|system| {
        let label = system.label.as_deref().unwrap_or_default();
        name(label).or_else(|| name(&system.id))
    });
    NewMarks {
        day: danish_day(now),
        sender_kind,
        sender: if has_cvr { cvr(&header.sender.sender_id) } else { String::new() },
        sender_name: name(&header.sender.label).filter(|_| has_cvr),
        system,
        unit: match &decision.outcome {
            Outcome::HandOver(hand_over) => hand_over.unit.clone(),
            Outcome::Ask(_) | Outcome::Close(_) | Outcome::Split(_) => String::new(),
        },
        marks: Mark::ALL.into_iter().filter(|mark| has(facts, *mark)).map(Mark::bit).sum(),
        waited: matches!(decision.outcome, Outcome::Ask(_)),
    }
}

fn has(facts: &Facts, mark: Mark) -> bool {
    let header = &facts.message.header;
    // On a forwarded letter subject and case are the first sender's, not this one's.
    let own = header.content_data.as_ref().filter(|_| facts.kind != MessageKind::Forward);
    let subject = facts.subject.as_ref().filter(|subject| subject.ours);
    let said = |text: &str| !text.trim().is_empty();
    match mark {
        Mark::Subject => subject.is_some_and(|subject| subject.subject.level() != Level::MainGroup),
        Mark::Facet => subject.is_some_and(|subject| subject.facet.is_some()),
        Mark::Case => own.and_then(|data| data.case_id.as_ref()).is_some_and(|case| said(&case.case_id)),
        Mark::ReplyData => !header.reply_data.is_empty(),
        Mark::About => own.is_some_and(|data| data.cpr.is_some() || data.cvr.is_some()),
        Mark::Code => header.message_code.as_deref().is_some_and(said),
        Mark::Receiver => header.recipient.attention.is_some() || header.recipient.contact_point.is_some(),
        Mark::System => {
            let attention = header.sender.attention.as_ref();
            attention.is_some_and(|attention| attention.generating_system.is_some())
        }
    }
}

/// The digits of a CVR number, which the rules have found to be one.
fn cvr(written: &str) -> String {
    written.chars().filter(char::is_ascii_digit).collect()
}

/// A name as it may be kept: a line, not long, without anything like a CPR number.
fn name(written: &str) -> Option<String> {
    const LONGEST: usize = 100;
    let fitting = privacy::fit(written);
    let name: String = fitting.trim().chars().take(LONGEST).collect();
    Some(name).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_has_a_bit_of_its_own_and_a_field() {
        let bits: i64 = Mark::ALL.into_iter().map(Mark::bit).sum();
        assert_eq!(bits, 255);
        assert_eq!(Mark::helpful(), 1 + 4 + 8 + 64);
        for mark in Mark::ALL {
            assert!(!mark.danish().is_empty() && mark.field().starts_with("MessageHeader/"), "{mark:?}");
        }
    }

    #[test]
    fn names_are_kept_short_and_without_numbers_of_persons() {
        assert_eq!(name("  Tårup Kommune "), Some("Tårup Kommune".into()));
        assert_eq!(name("Jens 620280-1212"), Some("Jens ******-****".into()));
        assert_eq!(name(&"a".repeat(500)).map(|name| name.len()), Some(100));
        assert_eq!(name(" \u{1} "), None);
    }
}
