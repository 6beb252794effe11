//! Witnesses: a message, sketched in few facts, that two rules match. Every witness is tried before it is shown.

use kle::{FacetPattern, Subject};

use crate::example::Sketch;
use crate::fields::Field;
use crate::rule::{Condition, FIELD_KEYS, Looked, Operator, SENDERS, SubjectPattern, Where};
use crate::{MessageKind, Policy, Rule, gather, time};

/// A message that both rules match, as the facts of an example; `None` when none was found.
pub(super) fn of_both(policy: &Policy, a: &Rule, b: &Rule) -> Option<String> {
    let mut sketch = Sketch::default();
    // The broader one first would choose a subject that the narrower one can not have; subjects narrow as they meet.
    if !satisfy(&a.when, &mut sketch) || !satisfy(&b.when, &mut sketch) {
        return None;
    }
    let day = [a.header.valid_from, b.header.valid_from].into_iter().flatten().max();
    let day = day.or_else(|| [a.header.valid_to, b.header.valid_to].into_iter().flatten().min());
    sketch.received = sketch.received.or(day.and_then(time::noon));
    let facts = sketch.facts(policy)?;
    let ours = facts.kind != MessageKind::Forward || gather::first_sender_is_us(policy, &facts.message);
    let looked = Looked::at(&facts, ours).through(&policy.crosswalks);
    (a.matches(&looked) && b.matches(&looked)).then(|| written(&sketch))
}

/// Adds what the condition asks for; false when it clashes with what is there. What is denied is left to the trial.
fn satisfy(condition: &Condition, sketch: &mut Sketch) -> bool {
    match condition {
        Condition::All(parts) => parts.iter().all(|part| satisfy(part, sketch)),
        Condition::Any(parts) => parts.iter().any(|part| {
            let mut tried = sketch.clone();
            let fits = satisfy(part, &mut tried);
            if fits {
                *sketch = tried;
            }
            fits
        }),
        Condition::Not(_) => true,
        Condition::Subject(pattern) => subject(pattern, sketch),
        Condition::SubjectExact(exact) => exact.first().is_some_and(|exact| put_subject(*exact, sketch)),
        Condition::Kind(kinds) => match sketch.kind {
            None => {
                sketch.kind = kinds.first().copied();
                true
            }
            Some(kind) => kinds.contains(&kind),
        },
        Condition::Sender(senders) => match sketch.sender {
            None => {
                sketch.sender = senders.first().copied();
                true
            }
            Some(sender) => senders.contains(&sender),
        },
        Condition::SenderCvr(senders) => match &sketch.sender_id {
            None => {
                sketch.sender_id = senders.cvrs.first().cloned();
                true
            }
            Some(id) => senders.cvrs.contains(id),
        },
        Condition::Words(words, place) => {
            words.first().is_some_and(|word| put_word(word.trim(), *place, sketch))
        }
        Condition::Field(field, operator) => put_field(field, operator, sketch),
        _ => false,
    }
}

fn put_word(word: &str, place: Where, sketch: &mut Sketch) -> bool {
    let text = if place == Where::Text { &mut sketch.text } else { &mut sketch.label };
    if !text.is_empty() {
        // Something between, so that two words do not make a phrase by chance.
        text.push_str(", ");
    }
    text.push_str(word);
    true
}

fn subject(pattern: &SubjectPattern, sketch: &mut Sketch) -> bool {
    let fits =
        pattern.prefixes.is_empty() || pattern.prefixes.iter().any(|prefix| put_subject(*prefix, sketch));
    let facet = match pattern.facets.first() {
        None => return fits,
        Some(FacetPattern::One(facet)) => facet.to_string(),
        Some(FacetPattern::Category(letter)) => format!("{letter}01"),
    };
    fits && match &sketch.facet {
        None => {
            sketch.facet = Some(facet);
            true
        }
        Some(there) => {
            pattern.facets.iter().any(|pattern| kle::Facet::parse(there).is_ok_and(|f| pattern.matches(f)))
        }
    }
}

/// The narrower of the subject there and this one; false when neither contains the other.
fn put_subject(subject: Subject, sketch: &mut Sketch) -> bool {
    let there = sketch.kle.as_ref().and_then(|kle| Subject::parse(kle).ok());
    let narrower = match there {
        Some(there) if subject.contains(there) => there,
        Some(there) if !there.contains(subject) => return false,
        _ => subject,
    };
    sketch.kle = Some(narrower.to_string());
    true
}

fn put_field(field: &Field, operator: &Operator, sketch: &mut Sketch) -> bool {
    if let Some(there) = sketch.fields.get(field.path) {
        return operator.fits(there);
    }
    let value = match operator {
        Operator::OneOf(words) | Operator::Prefix(words) | Operator::Contains(words) => {
            words.first().cloned()
        }
        Operator::Between(least, _) => Some(least.to_string()),
        Operator::Present(true) => Some("1".to_owned()),
        Operator::Present(false) | Operator::Matches(_) => None,
    };
    let Some(value) = value.filter(|_| !field.path.starts_with("Document.")) else { return false };
    match field.path {
        "label" => put_word(&value, Where::Label, sketch),
        "text" => put_word(&value, Where::Text, sketch),
        path => sketch.fields.insert(path.to_owned(), value).is_none(),
    }
}

/// The sketch as it stands in a rule file.
fn written(sketch: &Sketch) -> String {
    let mut parts = Vec::new();
    let mut put = |key: &str, value: &str| {
        if !value.is_empty() {
            parts.push(format!("{key} = {}", toml::Value::String(value.to_owned())));
        }
    };
    let kinds = [(MessageKind::New, "new"), (MessageKind::Reply, "reply"), (MessageKind::Forward, "forward")];
    let kind = kinds.into_iter().find(|(kind, _)| Some(*kind) == sketch.kind).map_or("", |(_, word)| word);
    let sender =
        SENDERS.into_iter().find(|(_, kind)| Some(*kind) == sketch.sender).map(|(word, _)| word.to_owned());
    put("kind", kind);
    put("sender", &sketch.sender_id.clone().or(sender).unwrap_or_default());
    put("kle", sketch.kle.as_deref().unwrap_or_default());
    put("facet", sketch.facet.as_deref().unwrap_or_default());
    put("label", &sketch.label);
    put("text", &sketch.text);
    let (short, long): (Vec<_>, Vec<_>) = sketch
        .fields
        .iter()
        .map(|(path, value)| {
            (FIELD_KEYS.iter().find(|(_, known)| known == path).map(|(key, _)| *key), path, value)
        })
        .partition(|(key, _, _)| key.is_some());
    for (key, _, value) in short {
        put(key.unwrap_or_default(), value);
    }
    if !long.is_empty() {
        let fields = long
            .iter()
            .map(|(_, path, value)| format!("\"{path}\" = {}", toml::Value::String((*value).clone())));
        parts.push(format!("fields = {{ {} }}", fields.collect::<Vec<_>>().join(", ")));
    }
    if let Some(received) = sketch.received {
        parts.push(format!("received = {received}"));
    }
    format!("{{ {} }}", parts.join(", "))
}
