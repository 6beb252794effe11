//! A decision: where a letter goes and whether it is journaled, with the reasons.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Fordelingsbeslutning: where a letter goes. Not an *afgørelse*.
#[doc(alias = "fordelingsbeslutning")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Who decided.
    pub decider: Decider,
    /// What happens.
    pub outcome: Outcome,
    /// Tags, deadline, sensitivity put on by rules.
    pub annotations: Annotations,
    /// Cases and subjects worth a person's look, best first.
    pub suggestions: Vec<CaseOrSubject>,
    /// Every step of the cascade and what it said.
    pub trace: Trace,
}

/// Who decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decider {
    /// A step of the cascade.
    Step(Step),
    /// A rule, by its id.
    Rule(String),
    /// A person, by user id.
    Person(String),
}

/// The steps of the cascade, in order (DESIGN §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Safety holds.
    Holds,
    /// An answer to our own letter.
    Reply,
    /// Rules.
    Rules,
    /// Responsibility map.
    Responsibility,
    /// Contact point, attention person, production unit.
    ContactPoint,
    /// Classifier and index.
    Classifier,
    /// The post distributor's desk.
    Desk,
}

impl Step {
    /// The word in column, log and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Reply => "reply",
            Self::Rules => "rules",
            Self::Responsibility => "responsibility",
            Self::ContactPoint => "contact-point",
            Self::Classifier => "classifier",
            Self::Desk => "desk",
        }
    }
}

/// What happens to the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Handed to a receiver without a person in between.
    HandOver(HandOver),
    /// Waits for a person.
    Ask(Question),
}

/// Handed to whom, and journaled where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOver {
    /// The unit.
    pub unit: String,
    /// The person in it, when one is named.
    pub person: Option<String>,
    /// Journaling.
    pub journal: Journaling,
}

/// What is journaled, and where (offentlighedsloven § 15).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Journaling {
    /// On this case.
    OnCase(String),
    /// On this closed case, opened again first: the unit's policy for answers to closed cases.
    ReopenCase(String),
    /// On a new case made from the message's subject and party.
    NewCase {
        /// Subject of the case.
        subject: kle::Subject,
        /// Facet of the case.
        facet: Option<kle::Facet>,
    },
    /// On the unit's collecting case.
    CollectingCase(String),
    /// The case handler chooses the case: shown as not journaled until then.
    LeftToHandler,
    /// Decided not to be journaled, with the reason (§ 15(1), (4)).
    NotJournaled(String),
}

/// Why a person is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Question {
    /// Nobody knew where it belongs.
    NothingApplies,
    /// A safety hold.
    Hold(crate::Hold),
    /// A rule says hold.
    HeldByRule,
    /// A rule sends it to the desk.
    SentByRule,
    /// The message names another authority as recipient.
    ForeignRecipient,
    /// A NemSMS: nothing to journal.
    NemSms,
    /// An answer whose case could not be settled for sure.
    WhichCase,
    /// A closed case, and the unit wants to be asked.
    ClosedCase,
    /// An effect failed past its limit.
    EffectFailed,
}

/// What rules put on a message without deciding it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Annotations {
    /// Tags.
    pub tags: Vec<String>,
    /// Deadline.
    pub deadline: Option<Timestamp>,
    /// Sensitivity.
    pub sensitivity: Option<Sensitivity>,
    /// Urgent mail is shown first.
    pub urgent: bool,
}

/// Four steps of sensitivity (spec: esdh §2, SF1470).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sensitivity {
    /// Ikke fortrolige data.
    Open,
    /// Fortrolige personoplysninger.
    Confidential,
    /// Følsomme personoplysninger.
    Sensitive,
    /// VIP-sager, særligt beskyttede oplysninger.
    Protected,
}

/// Something worth a look for the person who decides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CaseOrSubject {
    /// A case, by number, and why it is only suggested (Danish).
    Case {
        /// Case number.
        number: String,
        /// Why it was not enough.
        why: String,
    },
    /// A subject, and why.
    Subject {
        /// The subject.
        subject: kle::Subject,
        /// Probability when it comes from the classifier.
        confidence: Option<f32>,
        /// Where it comes from (Danish).
        why: String,
    },
    /// A unit, and why.
    Unit {
        /// Unit id.
        unit: String,
        /// Where it comes from (Danish).
        why: String,
    },
}

/// Begrundelse: a line for every step, also when it passed.
#[doc(alias = "begrundelse")]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// Edition (digest) of rule set and maps.
    pub edition: String,
    /// The lines, in order.
    pub lines: Vec<TraceLine>,
}

/// One line of a trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceLine {
    /// Which step.
    pub step: Step,
    /// Stable code of what was found, such as `reply.case-closed`.
    pub code: String,
    /// Did this step decide?
    pub decided: bool,
    /// The sentence a post distributor reads; Danish; names marks and rules, never persons.
    pub text: String,
}
