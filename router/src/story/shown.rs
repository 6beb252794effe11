//! From facts, decision and events to what may be shown of them: marks, numbers and words of our own, never the letter's.

use jiff::Timestamp;
use rules::{CaseOrSubject, Decision, Facts, Outcome, Question};
use serde::Serialize;

use super::views::{
    CaseView, DecisionView, DocumentView, EventView, FactsView, RemarkView, SuggestionView, TraceView,
    WebhookView,
};
use crate::audit::{Actor, Event};
use crate::journey::webhook_of;
use crate::store::effect::{EffectKind, EffectRow};

/// The word that serde writes for a plain enum.
fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

pub(super) fn remark(remark: &memo::Remark) -> RemarkView {
    RemarkView {
        code: word(&remark.code),
        severity: word(&remark.severity),
        path: remark.path.clone(),
        text: remark.text.clone(),
    }
}

pub(super) fn facts(facts: &Facts) -> FactsView {
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

pub(super) fn decision(decision: &Decision) -> DecisionView {
    use rules::Journaling as J;
    let (hand_over, question) = match &decision.outcome {
        Outcome::HandOver(hand_over) => (Some(hand_over), None),
        Outcome::Ask(Question::Hold(hold)) => (None, Some(format!("hold.{}", word(hold)))),
        Outcome::Ask(question) => (None, Some(word(question))),
        Outcome::Close(_) | Outcome::Split(_) => (None, None),
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
        subject: decision.annotations.subject.map(|subject| subject.to_string()),
        tags: decision.annotations.tags.clone(),
        deadline: decision.annotations.deadline,
        urgent: decision.annotations.urgent,
        priority: decision.annotations.priority.as_ref().map(word),
        role: decision.further.role.clone(),
        queue: decision.further.queue.clone(),
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

pub(super) fn trace(decision: &Decision) -> Vec<TraceView> {
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

pub(super) fn webhook(effect: &EffectRow) -> Option<WebhookView> {
    (effect.kind == EffectKind::Webhook.as_str()).then(|| WebhookView {
        id: webhook_of(&effect.key).to_owned(),
        state: effect.state.clone(),
        attempts: effect.attempts,
        call: effect.id.clone(),
    })
}

pub(super) fn event(event: &Event) -> EventView {
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
