//! The cascade corpus: message and world in, decision and trace out.
//!
//! The format stands in `tests/corpus/cascade/README.md`. The look-ups here are the ones that the post room
//! does, against the case's own small world.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use memo::{Body, Document, File, Header, Message};
use rules::{
    CaseFacts, CaseOrSubject, Decider, Decision, Facts, Hold, Journaling, Judgement, Lookup, NamedCase,
    Outcome, Policy, Suggestion, decide, has_forbidden_file, marked_subject, message_kind, parties,
    recipient_kind, references, sender_kind,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    #[serde(rename = "title")]
    _title: String,
    #[serde(default)]
    policy: String,
    #[serde(default)]
    holds: Vec<Hold>,
    #[serde(default, rename = "letter")]
    letters: Vec<Letter>,
    #[serde(default, rename = "case")]
    cases: Vec<WorldCase>,
    #[serde(default, rename = "suggestion")]
    suggestions: Vec<Suggestion>,
    #[serde(default)]
    judgement: Option<Judgement>,
    #[serde(default, rename = "document")]
    documents: Vec<DocumentDraft>,
    #[serde(default)]
    header: Header,
    #[serde(default, rename = "expect")]
    _expect: Option<toml::Table>,
}

/// A letter that we sent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Letter {
    uuid: Option<Uuid>,
    message_id: Option<String>,
    case: Option<String>,
}

/// A case in the journal.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WorldCase {
    number: String,
    #[serde(default = "yes")]
    open: bool,
    successor: Option<String>,
    #[serde(default)]
    parties: Vec<String>,
    unit: Option<String>,
    handler: Option<String>,
    subject: Option<kle::Subject>,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DocumentDraft {
    #[serde(default = "main_kind")]
    kind: String,
    filename: String,
    #[serde(rename = "type")]
    encoding_format: String,
    #[serde(default)]
    text: String,
}

fn main_kind() -> String {
    "main".to_owned()
}

#[test]
fn every_case_of_the_corpus_is_decided_as_expected() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus/cascade");
    let base = fs::read_to_string(corpus.join("policy.toml")).unwrap();
    let mut folders: Vec<PathBuf> = fs::read_dir(&corpus)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    assert!(folders.len() >= 60, "the cascade corpus holds only {} cases", folders.len());
    let mut wrong = String::new();
    for folder in folders {
        let path = folder.join("case.toml");
        let text = fs::read_to_string(&path).unwrap_or_else(|_| panic!("{} is missing", path.display()));
        let case: Case = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let policy = Policy::load(&[("policy.toml", base.as_str()), ("case.toml", &case.policy)], "corpus")
            .unwrap_or_else(|findings| panic!("{}: {findings:?}", path.display()));
        let facts = gather(&policy, &case, &folder);
        let decision = decide(&policy, &facts);
        explained(&decision, &path);
        let found = rendered(&decision);
        let (head, expected) = text.split_once("[expect]\n").unwrap_or((&text, ""));
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, format!("{}\n\n[expect]\n{found}", head.trim_end())).unwrap();
        } else if expected != found {
            writeln!(wrong, "{}\n--- expected\n{expected}--- found\n{found}", path.display()).unwrap();
        }
    }
    assert!(wrong.is_empty(), "not as expected:\n{wrong}");
}

/// Facts of a case: the message read as it would arrive, everything else from the case's world.
fn gather(policy: &Policy, case: &Case, folder: &Path) -> Facts {
    let bytes = fs::read(folder.join("message.xml")).unwrap_or_else(|_| written(case));
    let reading = memo::read(bytes.as_slice(), &mut memo::Discard).expect("the case's message is not MeMo");
    let message = reading.message;
    let parties = parties(policy, &message);
    let facts_of = |case: &WorldCase| CaseFacts {
        number: case.number.clone(),
        open: case.open,
        successor: case.successor.clone(),
        sender_is_party: parties.iter().any(|party| case.parties.contains(&party.id)),
        unit: case.unit.clone(),
        handler: case.handler.clone(),
        subject: case.subject,
    };
    let by_number = |number: &str| case.cases.iter().find(|case| case.number == number).map(facts_of);
    let mut named_cases = Vec::new();
    for reference in references(policy, &message) {
        let mut name = |number: String, found| {
            named_cases.push(NamedCase { evidence: reference.evidence, number, ours: reference.ours, found });
        };
        match reference.lookup {
            Lookup::SentLetter(uuid) => {
                let letter = case.letters.iter().find(|letter| letter.uuid == Some(uuid));
                if let Some(number) = letter.and_then(|letter| letter.case.as_deref()) {
                    name(number.to_owned(), by_number(number));
                }
            }
            Lookup::SentMessageId(id) => {
                let letter = case.letters.iter().find(|letter| letter.message_id.as_ref() == Some(&id));
                if let Some(number) = letter.and_then(|letter| letter.case.as_deref()) {
                    name(number.to_owned(), by_number(number));
                }
            }
            Lookup::CaseNumber(number) => {
                let found = by_number(&number);
                name(number, found);
            }
            Lookup::PartyAndSubject { subject, .. } => {
                let of_subject = |case: &&WorldCase| case.subject == Some(subject);
                for found in case.cases.iter().filter(of_subject).map(facts_of) {
                    if found.open && found.sender_is_party {
                        name(found.number.clone(), Some(found));
                    }
                }
            }
        }
    }
    let mut holds = case.holds.clone();
    if has_forbidden_file(policy, &message) {
        holds.push(Hold::ForbiddenFile);
    }
    Facts {
        remarks: reading.remarks,
        available_at: "2025-06-02T17:45:00Z".parse().unwrap(),
        size: bytes.len() as u64,
        kind: message_kind(policy, &message),
        sender: sender_kind(policy, &message),
        recipient: recipient_kind(policy, &message),
        subject: marked_subject(policy, &message),
        named_cases,
        holds,
        text: case.documents.iter().map(|document| document.text.as_str()).collect::<Vec<_>>().join("\n"),
        suggestions: case.suggestions.clone(),
        technical: Vec::new(),
        judgement: case.judgement.clone(),
        glimpse: None,
        message,
    }
}

/// The message of a case as MeMo, with what the case leaves out filled in.
fn written(case: &Case) -> Vec<u8> {
    let mut header = case.header.clone();
    let fill = |text: &mut String, value: &str| {
        if text.is_empty() {
            *text = value.to_owned();
        }
    };
    if header.message_uuid.is_nil() {
        header.message_uuid = "0a6c2a77-8e25-4a3f-8a0b-5b7d3b9d6e02".parse().unwrap();
    }
    fill(&mut header.label, "Brev til kommunen");
    let id_type = if header.sender.sender_id.len() == 8 { "CVR" } else { "CPR" };
    fill(&mut header.sender.id_type, id_type);
    fill(&mut header.sender.sender_id, "2211771212");
    fill(&mut header.sender.label, "Mette Prøve");
    let id_type = if header.recipient.recipient_id.len() == 10 { "CPR" } else { "CVR" };
    fill(&mut header.recipient.id_type, id_type);
    fill(&mut header.recipient.recipient_id, "12345678");
    (header.mandatory, header.legal_notification) =
        (header.mandatory.or(Some(false)), header.legal_notification.or(Some(false)));
    let nemsms = header.message_type == memo::MessageType::NemSms;
    let body = if nemsms { None } else { Some(body(&case.documents)) };
    let message =
        Message { version: "1.1".to_owned(), schema_version: Some("1.1.0".to_owned()), header, body };
    let mut texts: Vec<&str> = case.documents.iter().map(|document| document.text.as_str()).collect();
    if texts.is_empty() {
        texts.push("Kære kommune");
    }
    let mut contents = |number: u32| -> io::Result<Box<dyn Read>> {
        Ok(Box::new(io::Cursor::new(texts[number as usize].as_bytes().to_vec())))
    };
    let mut bytes = Vec::new();
    memo::write(&message, &mut contents, &mut bytes).unwrap();
    bytes
}

fn body(drafts: &[DocumentDraft]) -> Body {
    let mut body = Body { created: Some("2025-06-02T17:40:00Z".parse().unwrap()), ..Body::default() };
    let document = |filename: &str, encoding_format: &str, content: usize| Document {
        files: vec![File {
            encoding_format: encoding_format.to_owned(),
            filename: filename.to_owned(),
            language: "da".to_owned(),
            content: content as u32,
            size: 0,
        }],
        ..Document::default()
    };
    for (index, draft) in drafts.iter().enumerate() {
        let document = document(&draft.filename, &draft.encoding_format, index);
        match draft.kind.as_str() {
            "main" => body.main_document = Some(document),
            "additional" => body.additional_documents.push(document),
            "technical" => body.technical_documents.push(document),
            other => panic!("no such kind of document: {other}"),
        }
    }
    if drafts.is_empty() {
        body.main_document = Some(document("Besked.txt", "text/plain", 0));
    }
    body
}

/// Every step up to the deciding one has a line, in order, and the last line and no other decided.
fn explained(decision: &Decision, path: &Path) {
    let lines = &decision.trace.lines;
    assert!(lines.is_sorted_by_key(|line| line.step), "{}", path.display());
    let deciding = lines.iter().position(|line| line.decided).expect("nothing decided");
    assert_eq!(deciding, lines.len() - 1, "{}", path.display());
    let mut steps: Vec<_> = lines.iter().map(|line| line.step as usize).collect();
    steps.dedup();
    assert_eq!(steps, (0..steps.len()).collect::<Vec<_>>(), "{}", path.display());
}

/// A decision as the `[expect]` of a case.
fn rendered(decision: &Decision) -> String {
    let mut out = String::new();
    let mut line = |key: &str, value: &dyn Fn() -> Option<String>| {
        if let Some(value) = value() {
            writeln!(out, "{key} = {}", toml::Value::String(value)).unwrap();
        }
    };
    let hand_over = match &decision.outcome {
        Outcome::HandOver(hand_over) => Some(hand_over),
        Outcome::Ask(_) | Outcome::Close(_) | Outcome::Split(_) => None,
    };
    line("decider", &|| {
        Some(match &decision.decider {
            Decider::Step(step) => word(step),
            Decider::Rule(id) => format!("rule {id}"),
            Decider::Person(id) => format!("person {id}"),
        })
    });
    line("ask", &|| match &decision.outcome {
        Outcome::Ask(rules::Question::Hold(hold)) => Some(format!("hold {}", word(hold))),
        Outcome::Ask(question) => Some(word(question)),
        Outcome::HandOver(_) | Outcome::Close(_) | Outcome::Split(_) => None,
    });
    line("unit", &|| hand_over.map(|hand_over| hand_over.unit.clone()));
    line("person", &|| hand_over.and_then(|hand_over| hand_over.person.clone()));
    line("journal", &|| hand_over.map(|hand_over| journal(&hand_over.journal)));
    let annotations = &decision.annotations;
    line("tags", &|| (!annotations.tags.is_empty()).then(|| annotations.tags.join(", ")));
    line("deadline", &|| annotations.deadline.map(|deadline| deadline.to_string()));
    line("sensitivity", &|| annotations.sensitivity.map(|sensitivity| word(&sensitivity)));
    line("urgent", &|| annotations.urgent.then(|| "yes".to_owned()));
    list(&mut out, "suggestions", decision.suggestions.iter().map(suggested).collect());
    let lines = decision.trace.lines.iter().map(|line| format!("{}: {}", line.code, line.text)).collect();
    list(&mut out, "trace", lines);
    out
}

fn list(out: &mut String, key: &str, items: Vec<String>) {
    if items.is_empty() {
        return;
    }
    writeln!(out, "{key} = [").unwrap();
    for item in items {
        writeln!(out, "  {},", toml::Value::String(item)).unwrap();
    }
    writeln!(out, "]").unwrap();
}

fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap_or_default().to_owned()
}

fn journal(journaling: &Journaling) -> String {
    match journaling {
        Journaling::OnCase(number) => format!("on case {number}"),
        Journaling::ReopenCase(number) => format!("on reopened case {number}"),
        Journaling::NewCase { subject, facet: Some(facet) } => format!("new case {subject} {facet}"),
        Journaling::NewCase { subject, facet: None } => format!("new case {subject}"),
        Journaling::CollectingCase(number) => format!("collecting case {number}"),
        Journaling::LeftToHandler => "left to handler".to_owned(),
        Journaling::NotJournaled(reason) => format!("not journaled: {reason}"),
    }
}

fn suggested(suggestion: &CaseOrSubject) -> String {
    match suggestion {
        CaseOrSubject::Case { number, why } => format!("case {number}: {why}"),
        CaseOrSubject::Subject { subject, confidence: Some(confidence), why } => {
            format!("subject {subject} ({confidence:.2}): {why}")
        }
        CaseOrSubject::Subject { subject, confidence: None, why } => format!("subject {subject}: {why}"),
        CaseOrSubject::Unit { unit, why } => format!("unit {unit}: {why}"),
    }
}
