//! Search over what is known of messages: ids, numbers, stages, units, days. Not over what anybody wrote.
//!
//! A sender is found by the keyed hash of a number. KLE lies sealed with the decision, so a search for it opens the newest
//! messages that fit the rest.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use kle::Subject;
use rules::{CaseOrSubject, Outcome, Policy};

use super::{DataSubject, Period, Purpose, event, seen, tell};
use crate::audit::EventKind;
use crate::journey::{Decided, outcome_danish};
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::message::MessageRow;
use crate::store::oversight::Wanted;
use crate::table::Table;

/// The most messages shown. Said on the page when there are more.
pub const SHOWN: usize = 200;

/// The most messages that are opened to look for a KLE subject.
pub const OPENED: u32 = 2_000;

/// What to search for. Empty texts ask for nothing.
#[derive(Clone, Debug)]
pub struct Criteria {
    /// Our id, or the message's own UUID.
    pub id: String,
    /// The case that it is journaled on.
    pub case: String,
    /// What it is about; a group finds everything under it.
    pub subject: Option<Subject>,
    /// A unit that has or had it, by id.
    pub unit: String,
    /// Stage, outcome and channel, by their words.
    pub stage: String,
    /// See `stage`.
    pub outcome: String,
    /// See `stage`.
    pub channel: String,
    /// Who sent it.
    pub sender: Option<DataSubject>,
    /// When it became available.
    pub period: Period,
}

/// A message that fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Our id.
    pub id: String,
    /// The message's own UUID; empty when it could not be read.
    pub uuid: String,
    /// When it became available.
    pub available_at: Timestamp,
    /// Where it stands (Danish).
    pub stage: &'static str,
    /// How it went (Danish).
    pub outcome: &'static str,
    /// What it is about, as KLE; empty when nothing says so.
    pub subject: String,
    /// The unit it was handed to, by name; empty for none.
    pub unit: String,
    /// How it came.
    pub channel: String,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The newest first, at most [`SHOWN`].
    pub hits: Vec<Hit>,
    /// Was there more than is shown or looked through?
    pub cut: bool,
}

impl Criteria {
    /// Which kinds of criteria there are, for the log: never what they are.
    pub fn kinds(&self) -> String {
        let kinds = [
            ("id", !self.id.is_empty()),
            ("case", !self.case.is_empty()),
            ("subject", self.subject.is_some()),
            ("unit", !self.unit.is_empty()),
            ("stage", !self.stage.is_empty()),
            ("outcome", !self.outcome.is_empty()),
            ("channel", !self.channel.is_empty()),
            ("sender", self.sender.is_some()),
            ("period", true),
        ];
        kinds.iter().filter(|(_, there)| *there).map(|(kind, _)| *kind).collect::<Vec<_>>().join(" ")
    }
}

/// Finds messages, and tells the log who searched by which kinds of criteria and why.
pub async fn search(
    room: &PostRoom,
    criteria: &Criteria,
    person: &str,
    purpose: Purpose,
) -> Result<Found, StoreError> {
    let found = find(room, criteria).await?;
    let mut told = event(room, EventKind::Searched, person, purpose)
        .with("what", "messages")
        .with("by", criteria.kinds())
        .with("found", found.hits.len());
    if let Some(sender) = &criteria.sender {
        told = told.with(seen::DATA_SUBJECT, sender.reference(room.store.keys()));
    }
    if let [only] = found.hits.as_slice()
        && let Ok(id) = only.id.parse()
    {
        told = told.about(id);
    }
    tell(room, told).await?;
    Ok(found)
}

async fn find(room: &PostRoom, criteria: &Criteria) -> Result<Found, StoreError> {
    let (from, to) = criteria.period.bounds();
    let limit = if criteria.subject.is_some() { OPENED } else { SHOWN as u32 + 1 };
    let ids = room
        .store
        .find_messages(&Wanted {
            id: criteria.id.clone(),
            stage: criteria.stage.clone(),
            outcome: criteria.outcome.clone(),
            channel: criteria.channel.clone(),
            unit: criteria.unit.clone(),
            case: criteria.case.clone(),
            sender: criteria.sender.map(|sender| *sender.lookup()),
            from,
            to,
            limit,
        })
        .await?;
    let looked_through_all = ids.len() < limit as usize;
    let mut rows = room.store.messages(&ids).await?;
    rows.sort_unstable_by_key(|row| std::cmp::Reverse((row.stored_at(), row.id.clone())));
    let policy = room.policy();
    let placed = placed(room, &rows).await?;
    let mut hits = Vec::new();
    for row in &rows {
        let hit = hit(&policy, row, placed.get(row.id.as_str()).map(Arc::as_ref))?;
        if criteria.subject.is_none_or(|wanted| is_under(&hit.subject, wanted)) {
            if hits.len() == SHOWN {
                return Ok(Found { hits, cut: true });
            }
            hits.push(hit);
        }
    }
    Ok(Found { hits, cut: !looked_through_all })
}

/// Is this subject the wanted one, or does it lie under it?
fn is_under(subject: &str, wanted: Subject) -> bool {
    let wanted = wanted.to_string();
    subject.strip_prefix(wanted.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn hit(policy: &Policy, row: &MessageRow, placed: Option<&Placed>) -> Result<Hit, StoreError> {
    let unit = placed.map(|placed| placed.unit.as_str()).unwrap_or_default();
    let subject = placed.and_then(|placed| placed.subject);
    Ok(Hit {
        id: row.id.clone(),
        uuid: row.memo_uuid.clone().unwrap_or_default(),
        available_at: row.available_at(),
        stage: row.stage()?.danish(),
        outcome: outcome_danish(&row.outcome),
        subject: subject.map(|subject| subject.to_string()).unwrap_or_default(),
        unit: policy.unit(unit).map_or(unit, |unit| &unit.name).to_owned(),
        channel: row.channel.clone(),
    })
}

/// Where the last decision on a message put it.
pub struct Placed {
    subject: Option<Subject>,
    unit: String,
}

impl Placed {
    /// A person's word before the sender's mark, that before a suggestion.
    fn by(decided: &Decided) -> Self {
        let marked = decided.facts.subject.as_ref().map(|marked| marked.subject);
        let suggested = decided.decision.suggestions.iter().find_map(|suggestion| match suggestion {
            CaseOrSubject::Subject { subject, .. } => Some(*subject),
            _ => None,
        });
        let unit = match &decided.decision.outcome {
            Outcome::HandOver(hand_over) => hand_over.unit.clone(),
            Outcome::Ask(_) | Outcome::Close(_) | Outcome::Split(_) => String::new(),
        };
        Self { subject: decided.decision.annotations.subject.or(marked).or(suggested), unit }
    }
}

/// Where these messages were put, by id. Only those that are not remembered are opened; what cannot be opened is found all
/// the same, by what lies clear.
async fn placed<'a>(
    room: &PostRoom,
    rows: &'a [MessageRow],
) -> Result<HashMap<&'a str, Arc<Placed>>, StoreError> {
    let by_id: HashMap<&str, &'a MessageRow> = rows.iter().map(|row| (row.id.as_str(), row)).collect();
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let mut found = HashMap::new();
    for (id, number) in room.store.last_numbers(&ids).await? {
        if let (Some(row), Some(placed)) = (by_id.get(id.as_str()), room.placed.get(&id, number)) {
            found.insert(row.id.as_str(), placed);
        }
    }
    let new: Vec<String> = ids.into_iter().filter(|id| !found.contains_key(id.as_str())).collect();
    for decision in room.store.last_decisions(&new).await? {
        let Some(row) = by_id.get(decision.message.as_str()) else { continue };
        let Ok(key) = row.key(&room.store) else { continue };
        let placed = Placed::by(&Decided::open(&key, &decision)?);
        found.insert(row.id.as_str(), room.placed.keep(&row.id, decision.number, placed));
    }
    Ok(found)
}

/// What was found, for a spreadsheet.
pub fn table(hits: &[Hit]) -> Table {
    Table {
        name: "Meddelelser",
        columns: &["Meddelelse", "Vores id", "Modtaget", "Status", "Udfald", "KLE", "Enhed", "Kanal"],
        rows: hits
            .iter()
            .map(|hit| {
                vec![
                    hit.uuid.as_str().into(),
                    hit.id.as_str().into(),
                    crate::story::danish_time(hit.available_at).into(),
                    hit.stage.into(),
                    hit.outcome.into(),
                    hit.subject.as_str().into(),
                    hit.unit.as_str().into(),
                    hit.channel.as_str().into(),
                ]
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_finds_what_lies_under_it_and_nothing_beside() {
        let wanted: Subject = "28.03".parse().expect("a group");
        assert!(is_under("28.03.00", wanted) && is_under("28.03", wanted));
        assert!(!is_under("28.30.00", wanted) && !is_under("", wanted));
    }

    #[test]
    fn the_log_hears_of_kinds_of_criteria_and_not_of_what_they_are() {
        let day = "2026-11-20".parse().expect("a day");
        let criteria = Criteria {
            id: String::new(),
            case: "28.03.00-G01-7-26".into(),
            subject: None,
            unit: String::new(),
            stage: "waiting".into(),
            outcome: String::new(),
            channel: String::new(),
            sender: None,
            period: Period { first: day, last: day },
        };
        assert_eq!(criteria.kinds(), "case stage period");
    }
}
