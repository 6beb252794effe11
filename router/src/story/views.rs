//! What the JSON form of a story holds. Its keys are stable.

use super::deadline::DeadlineView;
use super::hand_over::HandOverView;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// Everything about one message.
#[derive(Serialize, ToSchema)]
pub struct Story {
    /// The message's own UUID; null when the bytes could not be read.
    pub uuid: Option<String>,
    /// Our id of it.
    pub id: String,
    /// Stable word for how it went, such as `journaled`, `nothing-applies`, `quarantine-truncated`.
    pub outcome: String,
    /// `received`, `decided`, `carried-out`, `settled`, `waiting`, `quarantined`.
    pub stage: String,
    /// How it came: `ingest`, `folder`, `push`.
    pub channel: String,
    /// When it became available to the authority: the received date of law.
    pub available_at: Timestamp,
    /// When it was stored.
    pub stored_at: Timestamp,
    /// Bytes as received.
    pub size: u64,
    /// SHA-256 of the bytes as received, hex.
    pub sha256: String,
    /// Our id of an earlier message with the same UUID and other content.
    pub conflicts_with: Option<String>,
    /// Which part of which letter it is; null for a letter as it was received.
    pub part: Option<PartOfView>,
    /// The parts of the letter, when it was split: of itself, or beside this one.
    pub parts: Vec<PartView>,
    /// What the reader noticed.
    pub remarks: Vec<RemarkView>,
    /// What was known when it was last decided; null before that.
    pub facts: Option<FactsView>,
    /// The last decision; null before that.
    pub decision: Option<DecisionView>,
    /// Why: a line for each step of the cascade.
    pub trace: Vec<TraceView>,
    /// When it must be answered, by a rule or by the sender's word; null when nobody set it.
    pub deadline: Option<DeadlineView>,
    /// Who got it, one after the other.
    pub hand_overs: Vec<HandOverView>,
    /// What is or was to be done.
    pub effects: Vec<EffectView>,
    /// Other systems that rules give notice to, and whether they have heard of it.
    pub webhooks: Vec<WebhookView>,
    /// The journal entry in the built-in journal; null when there is none there.
    pub entry: Option<EntryView>,
    /// Every event of the audit log about it, also who looked.
    pub events: Vec<EventView>,
    /// The message's own words; only when asked for with a reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(ignore)]
    pub message: Option<memo::Message>,
}

/// Which part of which letter a message is.
#[derive(Serialize, ToSchema)]
pub struct PartOfView {
    /// First, second … part of the letter, from 1.
    pub number: i64,
    /// Our id of the letter as it was received.
    pub of: String,
    /// It carries only some of the letter's documents.
    pub trimmed: bool,
}

/// A part of a letter that was split.
#[derive(Serialize, ToSchema)]
pub struct PartView {
    /// First, second … part of the letter, from 1.
    pub number: i64,
    /// Our id of it.
    pub id: String,
    /// The unit that has it now; null when it waits, is done elsewhere or was split again.
    pub unit: Option<String>,
}

/// A remark of the reader.
#[derive(Serialize, ToSchema)]
pub struct RemarkView {
    /// Stable code.
    pub code: String,
    /// `error`, `warning`, `note`.
    pub severity: String,
    /// Path of the element.
    pub path: String,
    /// Danish sentence.
    pub text: String,
}

/// Facts without personal data.
#[derive(Serialize, ToSchema)]
pub struct FactsView {
    /// `1.1`, `1.2` …
    pub version: String,
    /// `new`, `reply`, `forward`.
    pub kind: String,
    /// `citizen`, `company`, `authority`, `ourselves`, `unknown`.
    pub sender: String,
    /// `ours`, `foreign`, `missing`.
    pub recipient: String,
    /// KLE subject after normalisation.
    pub subject: Option<String>,
    /// Activity facet.
    pub facet: Option<String>,
    /// Does the KLE mark count (not on a forwarded message)?
    pub subject_counts: Option<bool>,
    /// Contact point that the writer chose.
    pub contact_point: Option<String>,
    /// The sender's code for the kind of letter.
    pub message_code: Option<String>,
    /// Cases pointed at.
    pub cases: Vec<CaseView>,
    /// Reasons to hold.
    pub holds: Vec<String>,
    /// Deadline for an answer that the sender set.
    pub reply_by: Option<Timestamp>,
    /// Documents by kind, format and size.
    pub documents: Vec<DocumentView>,
}

/// A case that the message points at.
#[derive(Serialize, ToSchema)]
pub struct CaseView {
    /// Number.
    pub number: String,
    /// Which mark points at it.
    pub evidence: String,
    /// Does the mark count (not on a forwarded message)?
    pub counts: bool,
    /// Did the journal know it?
    pub found: bool,
    /// Is it open?
    pub open: Option<bool>,
    /// Is the sender a party?
    pub sender_is_party: Option<bool>,
}

/// A file of the message.
#[derive(Serialize, ToSchema)]
pub struct DocumentView {
    /// `main`, `additional`, `technical`.
    pub kind: &'static str,
    /// MIME type as given.
    pub format: String,
    /// Bytes.
    pub size: u64,
}

/// A decision.
#[derive(Serialize, ToSchema)]
pub struct DecisionView {
    /// First, second … decision on this message.
    pub number: i64,
    /// When.
    pub decided_at: Timestamp,
    /// `step:…`, `rule:…`, `person:…`.
    pub decider: String,
    /// Edition of rules and maps.
    pub edition: String,
    /// Unit that got it.
    pub unit: Option<String>,
    /// Person in it.
    pub person: Option<String>,
    /// Where it is journaled: `case`, `reopened-case`, `new-case`, `collecting-case`, `left-to-handler`, `not-journaled`.
    pub journaling: Option<String>,
    /// Case number, when one is named.
    pub case: Option<String>,
    /// Why a person is asked.
    pub question: Option<String>,
    /// KLE subject that a person said it is about.
    pub subject: Option<String>,
    /// Tags put on by rules.
    pub tags: Vec<String>,
    /// Deadline.
    pub deadline: Option<Timestamp>,
    /// Shown first.
    pub urgent: bool,
    /// `low`, `normal`, `high`, `urgent`; null when no rule says.
    pub priority: Option<String>,
    /// Role in the unit that should take it.
    pub role: Option<String>,
    /// Robot queue that it is put in.
    pub queue: Option<String>,
    /// What is worth a look for the person who decides.
    pub suggestions: Vec<SuggestionView>,
}

/// A suggestion for the person who decides.
#[derive(Serialize, ToSchema)]
pub struct SuggestionView {
    /// Case number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// KLE subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Probability.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f32>,
    /// Danish reason.
    pub why: String,
}

/// A line of the trace.
#[derive(Serialize, ToSchema)]
pub struct TraceView {
    /// Step of the cascade.
    pub step: String,
    /// Stable code.
    pub code: String,
    /// Did it decide?
    pub decided: bool,
    /// Danish sentence.
    pub text: String,
}

/// An effect.
#[derive(Serialize, ToSchema)]
pub struct EffectView {
    /// `journal`, `hand-over`, `receipt`, `webhook`.
    pub kind: String,
    /// `due`, `done`, `failed`, `stopped` (its message was taken back).
    pub state: String,
    /// Idempotency key.
    pub key: String,
    /// Attempts.
    pub attempts: i64,
    /// Not before.
    pub due_at: Timestamp,
    /// When done.
    pub done_at: Option<Timestamp>,
    /// Why the last attempt failed.
    pub last_fault: Option<String>,
}

/// A webhook of the last decision, or of an earlier one.
#[derive(Serialize, ToSchema)]
pub struct WebhookView {
    /// Its id in policy and configuration.
    pub id: String,
    /// `due`, `done`, `failed` (tried again with `modtag retry`), `stopped`.
    pub state: String,
    /// Attempts.
    pub attempts: i64,
    /// The `webhook-id` of its calls: what the receiver knows it by.
    pub call: String,
}

/// A journal entry.
#[derive(Serialize, ToSchema)]
pub struct EntryView {
    /// Its id.
    pub id: String,
    /// Case number.
    pub case: String,
    /// Running number on the case.
    pub number: Option<u64>,
    /// Received date as written.
    pub received: Timestamp,
    /// Letter date as written.
    pub letter: Option<String>,
    /// Number of documents.
    pub documents: usize,
}

/// An event of the audit log.
#[derive(Serialize, ToSchema)]
pub struct EventView {
    /// Place in the log.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: String,
    /// Who: `system:…` or `person:…`.
    pub actor: String,
    /// Why.
    pub reason: Option<String>,
    /// Small facts.
    pub details: std::collections::BTreeMap<String, String>,
}
