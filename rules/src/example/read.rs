//! An example as it is read: TOML to a message and what must happen to it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::expect::ExpectDraft;
use super::sketch::{CASES, Sketch, Suggested};
use super::{Example, ExampleMessage, Expect};
use crate::policy::{Findings, Place, Table, listed};
use crate::rule::{FIELD_KEYS, SENDERS};
use crate::{Facts, MessageKind, Policy, Unit, fields, fold};

/// An example as read, before what it expects is checked.
pub(crate) struct ExampleDraft {
    place: Place,
    name: Option<String>,
    message: ExampleMessage,
    expect: Option<ExpectDraft>,
}

impl ExampleDraft {
    pub(crate) fn read(table: Table<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let place = table.place();
        let name = table.text("name", findings).map(|name| name.value);
        let file = table.text("message", findings).map(|file| file.value);
        let sketch = Box::new(sketch(&table, findings));
        let expect = ExpectDraft::read(&table, findings);
        if file.is_some() && *sketch != Sketch::default() {
            let what = "eksemplet har både en fil og fakta";
            findings.add(place, "two-messages", what, "Behold message, eller beskriv meddelelsen her");
        }
        table.finish(findings);
        let message = file.map_or(ExampleMessage::Sketch(sketch), ExampleMessage::File);
        Some(Self { place, name, message, expect })
    }

    /// The example of a rule, or one by itself, which must say what it expects.
    pub(crate) fn into_example(
        self,
        under: Option<&str>,
        rules: &BTreeSet<&str>,
        units: &BTreeMap<String, Unit>,
        when: Option<Timestamp>,
        findings: &mut Findings<'_>,
    ) -> Example {
        let (file, line) = findings.spot(self.place);
        let expect = match (self.expect, under) {
            (Some(expect), under) => expect.meant(under, rules, units, findings),
            (None, Some(rule)) => Expect { rule: Some((rule.to_owned(), true)), ..Expect::default() },
            (None, None) => {
                let advice =
                    "Tilføj expect = \"…\" med en regel, en enhed, \"desk\", \"hold\" eller \"passes\"";
                findings.add(self.place, "no-expect", "eksemplet siger ikke, hvad der skal ske", advice);
                Expect::default()
            }
        };
        let mut message = self.message;
        if let ExampleMessage::Sketch(sketch) = &mut message {
            sketch.received = sketch.received.or(when);
        }
        Example { file, line, name: self.name, rule: under.map(str::to_owned), message, expect }
    }
}

/// The facts of a message sketched in TOML, as in `[[rule.example]]`. `None` when the sketch has a fault.
pub fn sketched(policy: &Policy, toml: &str) -> Option<Facts> {
    let (table, errors) = toml::de::DeTable::parse_recoverable(toml);
    let mut findings = Findings::over(vec![("eksempel", toml)]);
    let table = Table::new("eksemplet", 0, &table);
    let sketch = sketch(&table, &mut findings);
    table.finish(&mut findings);
    if errors.is_empty() && findings.is_empty() { sketch.facts(policy) } else { None }
}

fn sketch(table: &Table<'_>, findings: &mut Findings<'_>) -> Sketch {
    let mut sketch = Sketch::default();
    let kinds = [("new", MessageKind::New), ("reply", MessageKind::Reply), ("forward", MessageKind::Forward)];
    sketch.kind = table.choice("kind", &kinds, findings);
    sender(table, &mut sketch, findings);
    let mut text = |key| table.text(key, findings).map(|text| text.value);
    (sketch.kle, sketch.facet) = (text("kle"), text("facet"));
    sketch.label = text("label").unwrap_or_default();
    sketch.text = text("text").unwrap_or_default();
    sketch.files = table.texts("files", findings).into_iter().map(|file| file.value).collect();
    given_fields(table, &mut sketch, findings);
    sketch.contact_info = pairs(table, "contact_info", findings);
    sketch.additional_data = pairs(table, "additional_data", findings);
    sketch.technical = pairs(table, "technical", findings);
    sketch.named_case = table.choice("named_case", &CASES.map(|case| (case, case)), findings);
    if let Some(suggested) = table.table("suggested", "suggested", findings) {
        let subject = suggested.subject("kle", findings);
        let confidence = suggested.share("confidence", findings);
        let sure_from = suggested.share("sure_from", findings).map(|share| share as f32);
        suggested.finish(findings);
        sketch.suggested = subject.zip(confidence).map(|(subject, share)| Suggested {
            subject: subject.value,
            confidence: share as f32,
            sure_from,
        });
    }
    sketch.received = table.moment("received", findings);
    sketch
}

/// A kind of sender, or a CPR or CVR number.
fn sender(table: &Table<'_>, sketch: &mut Sketch, findings: &mut Findings<'_>) {
    let Some(sender) = table.text("sender", findings) else { return };
    if sender.value.bytes().all(|b| b.is_ascii_digit()) && [8, 10].contains(&sender.value.len()) {
        sketch.sender_id = Some(sender.value);
        return;
    }
    sketch.sender = SENDERS.iter().find(|(word, _)| *word == sender.value).map(|&(_, kind)| kind);
    if sketch.sender.is_none() {
        let what = format!("»{}« er hverken en slags afsender eller et CVR-nummer", sender.value);
        let advice = format!("Skriv otte cifre eller {}", listed(SENDERS.map(|(word, _)| word)));
        findings.add(sender.place, "unknown-value", what, advice);
    }
}

/// `fields`, and the keys that are short for one field.
fn given_fields(table: &Table<'_>, sketch: &mut Sketch, findings: &mut Findings<'_>) {
    for (key, path) in FIELD_KEYS.into_iter().filter(|(_, path)| !path.starts_with("Document.")) {
        if let Some(value) = table.text(key, findings) {
            sketch.fields.insert(path.to_owned(), value.value);
        }
    }
    for (path, value) in table.entries("fields", findings) {
        if fields::find(&path.value).is_none() || path.value.starts_with("Document.") || path.value == "text"
        {
            let near = fold::nearest(&path.value, fields::all().map(|field| field.path));
            let advice =
                near.map_or("Brug elementernes navne i MeMo".to_owned(), |n| format!("Mente du »{n}«?"));
            let what = format!("et eksempel kan ikke have feltet »{}«", path.value);
            findings.add(path.place, "unknown-field", what, advice);
            continue;
        }
        sketch.fields.insert(path.value, value.value);
    }
}

fn pairs(table: &Table<'_>, key: &'static str, findings: &mut Findings<'_>) -> Vec<(String, String)> {
    table.entries(key, findings).into_iter().map(|(name, value)| (name.value, value.value)).collect()
}
