//! The story of one message: what came, what was read, known, decided and done, and who looked.
//!
//! Told without the message's own words: names, numbers of persons, titles and texts stay sealed unless a person
//! opens them with a reason, and that is an event of its own. The keys of the JSON form are stable:
//! `uuid`, `outcome`, `stage`, `remarks`, `facts`, `decision`, `trace`, `effects` and those documented on [`Story`].

pub mod deadline;
mod hand_over;

use jiff::Timestamp;
use rules::{CaseOrSubject, Decision, Facts, Outcome, Question};
use serde::Serialize;
use uuid::Uuid;

use self::deadline::DeadlineView;
pub use self::hand_over::HandOverView;
use crate::audit::{Actor, Event};
use crate::journey::{Decided, InHand, outcome_danish};
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::effect::EffectKind;
use crate::store::message::{MessageRow, Stage};

/// Everything about one message.
#[derive(Serialize)]
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
    /// What is or was to be done.
    pub effects: Vec<EffectView>,
    /// Who got it, one after the other.
    pub hand_overs: Vec<HandOverView>,
    /// The journal entry in the built-in journal; null when there is none there.
    pub entry: Option<EntryView>,
    /// Every event of the audit log about it, also who looked.
    pub events: Vec<EventView>,
    /// The message's own words; only when asked for with a reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<memo::Message>,
}

/// A remark of the reader.
#[derive(Serialize)]
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
#[derive(Serialize)]
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
#[derive(Serialize)]
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
#[derive(Serialize)]
pub struct DocumentView {
    /// `main`, `additional`, `technical`.
    pub kind: &'static str,
    /// MIME type as given.
    pub format: String,
    /// Bytes.
    pub size: u64,
}

/// A decision.
#[derive(Serialize)]
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
    /// Tags put on by rules.
    pub tags: Vec<String>,
    /// Deadline.
    pub deadline: Option<Timestamp>,
    /// Shown first.
    pub urgent: bool,
    /// What is worth a look for the person who decides.
    pub suggestions: Vec<SuggestionView>,
}

/// A suggestion for the person who decides.
#[derive(Serialize)]
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
#[derive(Serialize)]
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
#[derive(Serialize)]
pub struct EffectView {
    /// `journal`, `hand-over`, `receipt`.
    pub kind: String,
    /// `due`, `done`, `failed`.
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

/// A journal entry.
#[derive(Serialize)]
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
#[derive(Serialize)]
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

/// Tells the story of a message.
pub async fn tell(room: &PostRoom, row: &MessageRow, reveal: bool) -> Result<Story, StoreError> {
    let in_hand = if row.stage()? == Stage::Quarantined {
        InHand::open(room, row).ok()
    } else {
        Some(InHand::open(room, row)?)
    };
    let decisions = room.store.decisions(&row.id).await?;
    let last = match (&in_hand, decisions.last()) {
        (Some(in_hand), Some(decision)) => Some((decision, Decided::open(&in_hand.key, decision)?)),
        _ => None,
    };
    let effects = room.store.effects(&row.id).await?;
    let journal = effects.iter().find(|effect| effect.kind == EffectKind::Journal.as_str());
    let entry = match journal {
        Some(_) => room.store.entry(&format!("modtag:{}", row.id)).await?.map(|(entry, _)| EntryView {
            id: entry.id,
            case: entry.case.0,
            number: entry.index,
            received: entry.dates.received,
            letter: entry.dates.letter.map(|date| date.to_string()),
            documents: entry.documents,
        }),
        None => None,
    };
    let events = room.store.events_of(&row.id).await?;
    Ok(Story {
        uuid: row.memo_uuid.clone(),
        id: row.id.clone(),
        outcome: row.outcome.clone(),
        stage: row.stage.clone(),
        channel: row.channel.clone(),
        available_at: row.available_at(),
        stored_at: row.stored_at(),
        size: row.size(),
        sha256: row.digest_hex(),
        conflicts_with: row.conflicts_with.clone(),
        remarks: in_hand
            .as_ref()
            .map(|in_hand| in_hand.reading.remarks.iter().map(remark).collect())
            .unwrap_or_default(),
        facts: last.as_ref().map(|(_, decided)| facts(&decided.facts)),
        decision: last.as_ref().map(|(row, decided)| DecisionView {
            number: row.number,
            decided_at: row.decided_at(),
            decider: row.decider.clone(),
            edition: row.edition.clone(),
            ..decision(&decided.decision)
        }),
        trace: last.as_ref().map(|(_, decided)| trace(&decided.decision)).unwrap_or_default(),
        effects: effects
            .into_iter()
            .map(|effect| EffectView {
                due_at: effect.due_at(),
                done_at: effect.done_at(),
                kind: effect.kind,
                state: effect.state,
                key: effect.key,
                attempts: effect.attempts,
                last_fault: effect.last_fault,
            })
            .collect(),
        deadline: row.deadline().map(|at| DeadlineView::of(at, room.clock.now())),
        hand_overs: room.store.hand_overs(&row.id).await?.into_iter().map(HandOverView::of).collect(),
        entry,
        events: events.iter().map(event).collect(),
        message: in_hand.filter(|_| reveal).map(|in_hand| in_hand.reading.message.clone()),
    })
}

/// The word that serde writes for a plain enum.
fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

fn remark(remark: &memo::Remark) -> RemarkView {
    RemarkView {
        code: word(&remark.code),
        severity: word(&remark.severity),
        path: remark.path.clone(),
        text: remark.text.clone(),
    }
}

fn facts(facts: &Facts) -> FactsView {
    let header = &facts.message.header;
    FactsView {
        version: code(&facts.message.version),
        kind: word(&facts.kind),
        sender: word(&facts.sender),
        recipient: word(&facts.recipient),
        subject: facts.subject.as_ref().map(|marked| marked.subject.to_string()),
        facet: facts.subject.as_ref().and_then(|marked| marked.facet).map(|facet| facet.to_string()),
        subject_counts: facts.subject.as_ref().map(|marked| marked.ours),
        contact_point: header.recipient.contact_point.as_ref().map(|point| code(&point.contact_point_id)),
        message_code: header.message_code.as_deref().map(code),
        cases: facts
            .named_cases
            .iter()
            .map(|case| CaseView {
                // A number that no case has can be anything that somebody wrote in the field for it.
                number: if case.found.is_some() { case.number.clone() } else { code(&case.number) },
                evidence: word(&case.evidence),
                counts: case.ours,
                found: case.found.is_some(),
                open: case.found.as_ref().map(|found| found.open),
                sender_is_party: case.found.as_ref().map(|found| found.sender_is_party),
            })
            .collect(),
        holds: facts.holds.iter().map(word).collect(),
        reply_by: header.reply_by,
        documents: documents(&facts.message),
    }
}

/// What stands in a field for codes, when it looks like one; people write whatever they like there.
fn code(text: &str) -> String {
    const LONGEST: usize = 64;
    let text = text.trim();
    let looks = text.chars().all(|c| c.is_ascii_alphanumeric() || "./:_+-".contains(c));
    if looks && text.len() <= LONGEST && crate::audit::privacy::fits(text) {
        text.to_owned()
    } else {
        HIDDEN.to_owned()
    }
}

/// A MIME type without its parameters.
fn mime(text: &str) -> String {
    let kind = text.split(';').next().unwrap_or_default();
    if kind.contains('/') { code(kind) } else { HIDDEN.to_owned() }
}

/// Stands where a field holds something else than it should.
const HIDDEN: &str = "(skjult)";

fn documents(message: &memo::Message) -> Vec<DocumentView> {
    let Some(body) = &message.body else { return Vec::new() };
    let main = body.main_document.iter().map(|document| ("main", document));
    let additional = body.additional_documents.iter().map(|document| ("additional", document));
    let technical = body.technical_documents.iter().map(|document| ("technical", document));
    main.chain(additional)
        .chain(technical)
        .flat_map(|(kind, document)| {
            document.files.iter().map(move |file| DocumentView {
                kind,
                format: mime(&file.encoding_format),
                size: file.size,
            })
        })
        .collect()
}

fn decision(decision: &Decision) -> DecisionView {
    use rules::Journaling as J;
    let (hand_over, question) = match &decision.outcome {
        Outcome::HandOver(hand_over) => (Some(hand_over), None),
        Outcome::Ask(Question::Hold(hold)) => (None, Some(format!("hold.{}", word(hold)))),
        Outcome::Ask(question) => (None, Some(word(question))),
    };
    let (journaling, case) = match hand_over.map(|hand_over| &hand_over.journal) {
        Some(J::OnCase(number)) => (Some("case"), Some(number.clone())),
        Some(J::ReopenCase(number)) => (Some("reopened-case"), Some(number.clone())),
        Some(J::NewCase { .. }) => (Some("new-case"), None),
        Some(J::CollectingCase(number)) => (Some("collecting-case"), Some(number.clone())),
        Some(J::LeftToHandler) => (Some("left-to-handler"), None),
        Some(J::NotJournaled(_)) => (Some("not-journaled"), None),
        None => (None, None),
    };
    DecisionView {
        number: 0,
        decided_at: Timestamp::UNIX_EPOCH,
        decider: String::new(),
        edition: String::new(),
        unit: hand_over.map(|hand_over| hand_over.unit.clone()),
        person: hand_over.and_then(|hand_over| hand_over.person.clone()),
        journaling: journaling.map(str::to_owned),
        case,
        question,
        tags: decision.annotations.tags.clone(),
        deadline: decision.annotations.deadline,
        urgent: decision.annotations.urgent,
        suggestions: decision.suggestions.iter().map(suggestion).collect(),
    }
}

fn suggestion(suggestion: &CaseOrSubject) -> SuggestionView {
    let empty =
        SuggestionView { case: None, subject: None, unit: None, confidence: None, why: String::new() };
    match suggestion {
        CaseOrSubject::Case { number, why } => {
            SuggestionView { case: Some(number.clone()), why: why.clone(), ..empty }
        }
        CaseOrSubject::Subject { subject, confidence, why } => SuggestionView {
            subject: Some(subject.to_string()),
            confidence: *confidence,
            why: why.clone(),
            ..empty
        },
        CaseOrSubject::Unit { unit, why } => {
            SuggestionView { unit: Some(unit.clone()), why: why.clone(), ..empty }
        }
    }
}

fn trace(decision: &Decision) -> Vec<TraceView> {
    decision
        .trace
        .lines
        .iter()
        .map(|line| TraceView {
            step: word(&line.step),
            code: line.code.clone(),
            decided: line.decided,
            text: line.text.clone(),
        })
        .collect()
}

fn event(event: &Event) -> EventView {
    EventView {
        seq: event.seq,
        at: event.at,
        kind: event.kind.name().to_owned(),
        actor: match event.actor() {
            Actor::System { part } => format!("system:{part}"),
            Actor::Person { id, .. } => format!("person:{id}"),
        },
        reason: event.reason().map(str::to_owned),
        details: event.details().clone(),
    }
}

impl Story {
    /// The story for a person to read, in Danish.
    pub fn danish(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = self.write_danish(&mut text);
        text
    }

    fn write_danish(&self, out: &mut String) -> std::fmt::Result {
        use std::fmt::Write;
        let unread = "(kunne ikke læses)";
        writeln!(out, "Meddelelse {}", self.uuid.as_deref().unwrap_or(unread))?;
        writeln!(out, "  Vores id        {}", self.id)?;
        let stage = Stage::parse(&self.stage).map_or("ukendt", Stage::danish);
        writeln!(out, "  Status          {stage}: {}", outcome_danish(&self.outcome))?;
        writeln!(out, "  Til rådighed    {}   (modtagelsesdato)", danish_time(self.available_at))?;
        writeln!(
            out,
            "  Gemt            {}   via {}, {} byte",
            danish_time(self.stored_at),
            self.channel,
            self.size
        )?;
        writeln!(out, "  SHA-256         {}", self.sha256)?;
        if let Some(deadline) = &self.deadline {
            writeln!(out, "  Frist           {}", deadline.text)?;
        }
        if let Some(other) = &self.conflicts_with {
            writeln!(out, "  Bemærk          samme id som {other}, men andet indhold")?;
        }
        self.write_reading(out)?;
        self.write_decision(out)?;
        self.write_effects(out)?;
        hand_over::write_danish(&self.hand_overs, out)?;
        writeln!(out, "\nHændelser")?;
        for event in &self.events {
            let kind = event
                .kind
                .parse::<crate::audit::EventKind>()
                .map_or(event.kind.clone(), |kind| kind.danish().to_owned());
            let reason = event.reason.as_deref().map(|reason| format!(" – {reason}")).unwrap_or_default();
            writeln!(out, "  {:>6}  {}  {kind} ({}){reason}", event.seq, danish_time(event.at), event.actor)?;
        }
        Ok(())
    }

    fn write_reading(&self, out: &mut String) -> std::fmt::Result {
        use std::fmt::Write;
        if !self.remarks.is_empty() {
            writeln!(out, "\nBemærkninger ved læsningen")?;
            for remark in &self.remarks {
                writeln!(
                    out,
                    "  {:<8} {}  ({})",
                    severity_danish(&remark.severity),
                    remark.text,
                    remark.path
                )?;
            }
        }
        let Some(facts) = &self.facts else { return Ok(()) };
        writeln!(out, "\nKendsgerninger")?;
        writeln!(out, "  Art             {} fra {}", kind_danish(&facts.kind), sender_danish(&facts.sender))?;
        if let Some(subject) = &facts.subject {
            let facet = facts.facet.as_deref().map(|facet| format!(" {facet}")).unwrap_or_default();
            let counts = if facts.subject_counts == Some(false) {
                "   (afsenderens egen verden; kun et forslag)"
            } else {
                ""
            };
            writeln!(out, "  KLE             {subject}{facet}{counts}")?;
        }
        if let Some(point) = &facts.contact_point {
            writeln!(out, "  Kontaktpunkt    {point}")?;
        }
        for case in &facts.cases {
            let state = match (case.found, case.open, case.sender_is_party) {
                (false, _, _) => "findes ikke i journalen".to_owned(),
                (true, open, party) => format!(
                    "{}, afsenderen er {}part",
                    if open == Some(true) { "åben" } else { "lukket" },
                    if party == Some(true) { "" } else { "ikke " }
                ),
            };
            writeln!(out, "  Sag             {}   {state}   ({})", case.number, case.evidence)?;
        }
        for document in &facts.documents {
            writeln!(
                out,
                "  Dokument        {}, {}, {} byte",
                document_danish(document.kind),
                document.format,
                document.size
            )?;
        }
        Ok(())
    }

    fn write_decision(&self, out: &mut String) -> std::fmt::Result {
        use std::fmt::Write;
        let Some(decision) = &self.decision else { return Ok(()) };
        writeln!(
            out,
            "\nBeslutning nr. {} ({}, regelsæt {})",
            decision.number, decision.decider, decision.edition
        )?;
        if let Some(unit) = &decision.unit {
            let person = decision.person.as_deref().map(|person| format!(", {person}")).unwrap_or_default();
            let case = decision.case.as_deref().map(|case| format!(" {case}")).unwrap_or_default();
            writeln!(out, "  Til             {unit}{person}")?;
            writeln!(
                out,
                "  Journal         {}{case}",
                journaling_danish(decision.journaling.as_deref().unwrap_or_default())
            )?;
        }
        for suggestion in &decision.suggestions {
            let what = suggestion.case.as_ref().or(suggestion.subject.as_ref()).or(suggestion.unit.as_ref());
            writeln!(
                out,
                "  Forslag         {}: {}",
                what.map(String::as_str).unwrap_or_default(),
                suggestion.why
            )?;
        }
        writeln!(out, "\nBegrundelse")?;
        for line in &self.trace {
            let mark = if line.decided { "→" } else { " " };
            writeln!(out, "  {mark} {}", line.text)?;
        }
        Ok(())
    }

    fn write_effects(&self, out: &mut String) -> std::fmt::Result {
        use std::fmt::Write;
        if !self.effects.is_empty() {
            writeln!(out, "\nUdførelse")?;
        }
        for effect in &self.effects {
            let kind = EffectKind::parse(&effect.kind).map_or("ukendt", EffectKind::danish);
            let state = match effect.state.as_str() {
                "done" => format!("udført {}", effect.done_at.map(danish_time).unwrap_or_default()),
                "failed" => "opgivet; venter på en medarbejder".into(),
                _ => format!("prøves {}", danish_time(effect.due_at)),
            };
            let fault =
                effect.last_fault.as_deref().map(|fault| format!("; senest: {fault}")).unwrap_or_default();
            writeln!(out, "  {kind:<22} {state}, {} forsøg{fault}", effect.attempts)?;
        }
        if let Some(entry) = &self.entry {
            let number = entry.number.map(|number| number.to_string()).unwrap_or_default();
            writeln!(
                out,
                "  Journalpost nr. {number} på sag {}, modtaget {}, {} dokumenter",
                entry.case,
                danish_time(entry.received),
                entry.documents
            )?;
        }
        Ok(())
    }
}

/// A time as people in Denmark read it.
pub fn danish_time(at: Timestamp) -> String {
    at.to_zoned(crate::store::cases::copenhagen()).strftime("%d.%m.%Y %H:%M:%S").to_string()
}

fn severity_danish(word: &str) -> &str {
    match word {
        "error" => "fejl",
        "warning" => "advarsel",
        _ => "note",
    }
}

fn kind_danish(word: &str) -> &str {
    match word {
        "reply" => "svar",
        "forward" => "videresendt meddelelse",
        _ => "ny meddelelse",
    }
}

fn sender_danish(word: &str) -> &str {
    match word {
        "citizen" => "en borger",
        "company" => "en virksomhed",
        "authority" => "en myndighed",
        "ourselves" => "os selv",
        _ => "en ukendt afsender",
    }
}

fn document_danish(word: &str) -> &str {
    match word {
        "main" => "hoveddokument",
        "additional" => "bilag",
        _ => "teknisk dokument",
    }
}

fn journaling_danish(word: &str) -> &str {
    match word {
        "case" => "på sag",
        "reopened-case" => "på genåbnet sag",
        "new-case" => "på ny sag",
        "collecting-case" => "på samlesag",
        "left-to-handler" => "sagsbehandleren vælger sagen",
        "not-journaled" => "besluttet ikke journaliseret",
        _ => "",
    }
}

/// The message of a UUID in text, by our id or its own.
pub async fn find(room: &PostRoom, text: &str) -> Result<Option<MessageRow>, StoreError> {
    match Uuid::parse_str(text.trim()) {
        Ok(id) => room.store.message(&id).await,
        Err(_) => Ok(None),
    }
}
