//! The body of a call: what was decided about a letter, in ids and words of the authority's own.

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

/// What a call tells: `data` of the body, beside `type` and `timestamp`. The keys are stable and documented here; new ones may come.
///
/// Nobody is named: neither sender nor case handler, and a person who decided is `person` and no more. Tags, ids of rules,
/// units, queues and roles are the policy's own words, never the letter's.
#[derive(Clone, Debug, Serialize)]
pub struct Told {
    /// The message's own UUID.
    pub message: Option<String>,
    /// Our id of it, as `modtag explain` takes it.
    pub id: Uuid,
    /// CVR number of the authority.
    pub authority: String,
    /// When the message became available to the authority.
    pub received: Timestamp,
    /// First, second … decision on this message. A later one may overtake the notice of an earlier one.
    pub decision: i64,
    /// When.
    pub decided_at: Timestamp,
    /// Stable word for the outcome, as in `modtag list --json`.
    pub outcome: String,
    /// `step:…`, `rule:…` or `person`.
    pub decider: String,
    /// Edition of rules and maps.
    pub edition: String,
    /// Unit that gets it; null while a person is asked.
    pub unit: Option<String>,
    /// Robot queue that it is put in.
    pub queue: Option<String>,
    /// Role that should take it.
    pub role: Option<String>,
    /// The KLE number that the sender marked it with.
    pub kle: Option<Marked>,
    /// Tags put on by rules.
    pub tags: Vec<String>,
    /// `low`, `normal`, `high`, `urgent`; null when no rule says.
    pub priority: Option<rules::Priority>,
    /// Deadline.
    pub deadline: Option<Timestamp>,
}

/// A KLE mark.
#[derive(Clone, Debug, Serialize)]
pub struct Marked {
    /// Subject, group or main group.
    pub subject: String,
    /// Activity facet.
    pub facet: Option<String>,
    /// False when the mark belongs to a first sender's world, on a forwarded message.
    pub counts: bool,
}

/// The frame that Standard Webhooks advises: what kind of notice, when it came about, and what there is to tell.
#[derive(Serialize)]
struct Frame<'t> {
    r#type: &'static str,
    timestamp: Timestamp,
    data: &'t Told,
}

impl Told {
    /// The `type` of the body; the one there is.
    pub const TYPE: &str = "modtag.message.decided";

    /// The body's bytes: the same for the same decision.
    pub fn json(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(&Frame { r#type: Self::TYPE, timestamp: self.decided_at, data: self })
    }
}
