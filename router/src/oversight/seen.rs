//! Who saw what: the log asked by person, by message, or by the person that letters are about (journaling-law.md §11, R9).
//!
//! An answer to somebody who asks who saw their data says when, how much and why, and not which employee
//! (EU Court of Justice, C-579/21): the identity can be left out of everything here.

use jiff::Timestamp;
use uuid::Uuid;

use super::{DataSubject, Period};
use crate::audit::{Actor, Event, EventKind};
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::table::{Cell, Table};

/// The most events of a period that are looked through. Said on the page when a period has more.
pub const LOOKED_THROUGH: u32 = 50_000;

/// The most messages of one data subject.
pub const MESSAGES: u32 = 2_000;

/// One time that somebody saw, searched, took out or destroyed something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// Its place in the log.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// What (Danish).
    pub what: &'static str,
    /// How much, or where (Danish).
    pub how_much: String,
    /// Why, as the person said; empty where none is asked for.
    pub purpose: String,
    /// In which role (Danish).
    pub role: String,
    /// Who, by user id; `None` when it is left out.
    pub who: Option<String>,
    /// Our id of the message; empty when it is about none.
    pub message: String,
}

impl Sight {
    /// What an event tells, with or without who did it.
    pub fn of(event: &Event, with_who: bool) -> Self {
        let (who, role) = match event.actor() {
            Actor::Person { id, role } => (id.clone(), role_danish(role)),
            Actor::System { part } => (part.clone(), "systemet".to_owned()),
        };
        Self {
            seq: event.seq,
            at: event.at,
            what: event.kind.danish(),
            how_much: how_much(event),
            purpose: event.reason().unwrap_or_default().to_owned(),
            role,
            who: with_who.then_some(who),
            message: event.message.map(|id| id.to_string()).unwrap_or_default(),
        }
    }
}

/// What was found in the log.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The newest first.
    pub sights: Vec<Sight>,
    /// How many messages were asked about.
    pub messages: usize,
    /// Was there more than is looked through at a time?
    pub cut: bool,
}

/// What one person did, by user id.
pub async fn by_person(room: &PostRoom, person: &str, period: Period) -> Result<Seen, StoreError> {
    let (events, cut) = in_period(room, period).await?;
    let theirs = |event: &&Event| matches!(event.actor(), Actor::Person { id, .. } if id == person);
    let sights = events.iter().filter(theirs).map(|event| Sight::of(event, true)).collect();
    Ok(Seen { sights, messages: 0, cut })
}

/// What was done to one message, since it came.
pub async fn of_message(room: &PostRoom, message: &Uuid, with_who: bool) -> Result<Seen, StoreError> {
    let events = room.store.sights_of(&[message.to_string()]).await?;
    Ok(Seen { sights: newest_first(events, with_who), messages: 1, cut: false })
}

/// What was done to one person's letters and the cases they are a party of, and the searches for them.
pub async fn of_data_subject(
    room: &PostRoom,
    subject: &DataSubject,
    period: Period,
    with_who: bool,
) -> Result<Seen, StoreError> {
    let messages = room.store.messages_of(subject.lookup(), MESSAGES).await?;
    let ids: Vec<String> = messages.into_iter().map(|(id, _)| id).collect();
    let (from, to) = period.bounds();
    let mut events = room.store.sights_of(&ids).await?;
    events.retain(|event| event.at >= from && event.at < to);
    let (all, cut) = in_period(room, period).await?;
    let reference = subject.reference(room.store.keys());
    events.extend(all.into_iter().filter(|event| event.details().get(DATA_SUBJECT) == Some(&reference)));
    let too_many = ids.len() >= MESSAGES as usize;
    Ok(Seen { sights: newest_first(events, with_who), messages: ids.len(), cut: cut || too_many })
}

/// The detail of an event under which a search for a data subject is found again.
pub const DATA_SUBJECT: &str = "data_subject";

async fn in_period(room: &PostRoom, period: Period) -> Result<(Vec<Event>, bool), StoreError> {
    let (from, to) = period.bounds();
    let events = room.store.sights(from, to, LOOKED_THROUGH).await?;
    let cut = events.len() >= LOOKED_THROUGH as usize;
    Ok((events, cut))
}

fn newest_first(mut events: Vec<Event>, with_who: bool) -> Vec<Sight> {
    events.sort_unstable_by_key(|event| std::cmp::Reverse(event.seq));
    events.dedup_by_key(|event| event.seq);
    events.iter().map(|event| Sight::of(event, with_who)).collect()
}

fn role_danish(words: &str) -> String {
    let danish = |word| match word {
        "post-distributor" => "postfordeler",
        "case-handler" => "sagsbehandler",
        "records-manager" => "journalansvarlig",
        "operator" => "drift",
        other => other,
    };
    words.split_whitespace().map(danish).collect::<Vec<_>>().join(", ")
}

fn how_much(event: &Event) -> String {
    let detail = |name: &str| event.details().get(name).map(String::as_str);
    match (event.kind, detail("level"), detail("what")) {
        (EventKind::Viewed, Some(level), _) => level_danish(level).to_owned(),
        (EventKind::Searched, _, _) => {
            let by = detail("by")
                .unwrap_or_default()
                .split(' ')
                .map(criterion_danish)
                .collect::<Vec<_>>()
                .join(", ");
            format!("{} efter {by}", what_danish(detail("what").unwrap_or("messages")))
        }
        (_, _, Some(what)) => what_danish(what).to_owned(),
        _ => String::new(),
    }
}

fn level_danish(level: &str) -> &str {
    match level {
        "suggestion" => "forslag",
        "key-lines" => "maskerede nøglelinjer",
        "text" => "hele teksten",
        "documents" => "teksten og dokumenterne",
        "header" => "meddelelsens egne ord",
        "story" => "meddelelsens historie (uden dens egne ord)",
        other => other,
    }
}

/// What was searched or taken out, by its word in the log.
pub(crate) fn what_danish(word: &str) -> &str {
    match word {
        "messages" => "meddelelser",
        "seen" => "hvem der så hvad",
        "balance" => "dagsbalancer",
        "unjournaled" => "ujournaliserede meddelelser",
        "ledger" => "journalposter",
        "sample" => "stikprøve af visninger",
        other => other,
    }
}

fn criterion_danish(word: &str) -> &str {
    match word {
        "id" => "id",
        "case" => "sag",
        "subject" => "KLE-emne",
        "unit" => "enhed",
        "stage" => "status",
        "outcome" => "udfald",
        "channel" => "kanal",
        "period" => "dage",
        "sender" => "afsenderens nummer",
        "person" => "medarbejder",
        "message" => "meddelelse",
        "data-subject" => "den registreredes nummer",
        other => other,
    }
}

/// Sights for a spreadsheet; the column of who is there only where the identity is.
pub fn table(name: &'static str, sights: &[Sight], with_who: bool) -> Table {
    const WITHOUT: &[&str] = &["Nr. i loggen", "Tid", "Hvad", "Omfang", "Formål", "Rolle", "Meddelelse"];
    const WITH: &[&str] =
        &["Nr. i loggen", "Tid", "Hvad", "Omfang", "Formål", "Rolle", "Meddelelse", "Bruger"];
    let cells = |sight: &Sight| {
        let mut cells: Vec<Cell> = vec![
            sight.seq.into(),
            crate::story::danish_time(sight.at).into(),
            sight.what.into(),
            sight.how_much.as_str().into(),
            sight.purpose.as_str().into(),
            sight.role.as_str().into(),
            sight.message.as_str().into(),
        ];
        if with_who {
            cells.push(sight.who.as_deref().unwrap_or_default().into());
        }
        cells
    };
    let columns = if with_who { WITH } else { WITHOUT };
    Table { name, columns, rows: sights.iter().map(cells).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Event {
        let by = Actor::person("pia", "post-distributor");
        let at = "2026-11-20T08:00:00Z".parse().unwrap();
        Event::new(at, "12345678", EventKind::Viewed, by).with("level", "text").because("Sagen skal findes")
    }

    #[test]
    fn the_identity_can_be_left_out_and_the_rest_stays() {
        let sight = Sight::of(&event(), false);
        assert_eq!(sight.who, None);
        assert_eq!(
            (sight.what, sight.how_much.as_str(), sight.role.as_str()),
            ("set", "hele teksten", "postfordeler")
        );
        assert_eq!(sight.purpose, "Sagen skal findes");
        let table = table("Indsigt", &[sight], false);
        assert!(!format!("{:?}", table.rows).contains("pia") && table.rows[0].len() == table.columns.len());
        assert_eq!(Sight::of(&event(), true).who.as_deref(), Some("pia"));
    }

    #[test]
    fn a_search_says_what_it_was_by() {
        let by = Actor::person("rita", "records-manager");
        let at = "2026-11-20T08:00:00Z".parse().unwrap();
        let event = Event::new(at, "12345678", EventKind::Searched, by);
        let event = event.with("what", "messages").with("by", "sender period");
        assert_eq!(how_much(&event), "meddelelser efter afsenderens nummer, dage");
    }
}
