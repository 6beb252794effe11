//! A decision: where a letter goes and whether it is journaled, with the reasons.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Facts;

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
    /// What else a rule wants done.
    #[serde(default)]
    pub further: Further,
}

/// What a rule wants done beside handing over: nothing here changes who may see the letter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Further {
    /// The role in the unit that should take it, by id.
    pub role: Option<String>,
    /// The robot queue that it is put in, by id.
    pub queue: Option<String>,
    /// Webhooks that are told of it, by id.
    pub webhooks: Vec<String>,
    /// How the new case is made, when one is.
    pub new_case: Option<CaseTemplate>,
}

/// How a new case is made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CaseTemplate {
    /// Title, with places to fill in such as `{label}`; the letter's own title when there is none.
    pub title: Option<String>,
    /// Whom the case is about.
    pub party: CaseParty,
    /// Sensitivity of the case; a higher one of the message wins.
    pub sensitivity: Option<Sensitivity>,
}

/// Whom a new case is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CaseParty {
    /// The person or company that the message is marked with, else the sender.
    #[default]
    About,
    /// The sender.
    Sender,
    /// Whoever represents the sender, else the sender.
    Representative,
}

impl CaseTemplate {
    /// What may stand in braces in a title.
    pub const PLACES: [&str; 6] = ["label", "kle", "facet", "code", "date", "year"];

    /// The title of the new case; `None` when the template leaves it to the letter's own.
    pub fn title_for(
        &self,
        facts: &Facts,
        subject: kle::Subject,
        facet: Option<kle::Facet>,
    ) -> Option<String> {
        let received = crate::time::danish(facts.available_at).date();
        let header = &facts.message.header;
        let values = [
            header.label.trim().to_owned(),
            subject.to_string(),
            facet.map(|facet| facet.to_string()).unwrap_or_default(),
            header.message_code.clone().unwrap_or_default(),
            received.to_string(),
            received.year().to_string(),
        ];
        let mut title = String::new();
        // Filled in one pass, so that braces in a letter's title stay what they are.
        for (index, piece) in self.title.as_ref()?.split('{').enumerate() {
            let place = piece.split_once('}').filter(|_| index > 0);
            let value = place.and_then(|(place, _)| Self::PLACES.iter().position(|known| *known == place));
            match (value, place) {
                (Some(value), Some((_, rest))) => title.extend([values[value].as_str(), rest]),
                _ => title.push_str(piece),
            }
        }
        Some(title.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|title| !title.is_empty())
    }
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
    /// Nobody here gets it.
    Close(Closing),
    /// It is about several matters: it goes on in parts, which are messages of their own, to these receivers. Only a person
    /// says so.
    Split(Vec<HandOver>),
}

/// Why nobody here gets a message. Only a person says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Closing {
    /// Sent on to the authority of this name, whose matter it is (forvaltningsloven § 7(2)).
    SentOn(String),
    /// Advertising, fraud or nothing at all: decided not to be journaled.
    Unwanted,
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
    /// Priority, when a rule says one.
    pub priority: Option<Priority>,
    /// What a person said it is about.
    pub subject: Option<kle::Subject>,
}

/// Prioritet: in which order mail is shown.
#[doc(alias = "prioritet")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Priority {
    /// Can wait.
    Low,
    /// As other mail.
    Normal,
    /// Before other mail.
    High,
    /// First of all.
    Urgent,
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
    /// Edition (digest) of the subject plan that the KLE mark was held against; set by whoever gathered the facts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kle: Option<String>,
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
    /// The rule that had its say, by id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The sentence a post distributor reads; Danish; names marks and rules, never persons.
    pub text: String,
}
