//! Keys: what a message must have for a condition to hold.

use std::collections::HashMap;

use kle::{FacetPattern, Level, Subject};

use crate::fields::Field;
use crate::rule::{Condition, Operator, Where};
use crate::{MessageKind, Rule, SenderKind};

/// Something that a message has or has not.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// A KLE mark at or under this subject, if one is named, with such a facet, if one is named.
    Subject(Option<Subject>, Option<FacetPattern>),
    /// New, answer or forward.
    Kind(MessageKind),
    /// What kind of sender.
    Sender(SenderKind),
    /// The sender is the company or authority with this CVR number, written as it is compared.
    SenderCvr(String),
    /// A field has this value, folded.
    Value(&'static Field, String),
    /// A field has any value.
    Filled(&'static Field),
    /// A word or phrase, folded, blanks around it.
    Word(String, Where),
    /// A value of a field has this in it, folded; at its start or anywhere.
    Part(&'static Field, String, bool),
}

/// Where a rule is filed.
pub(super) struct Filing {
    /// Every message that it matches has one of these; `None` when it may match whatever a message has.
    pub(super) keys: Option<Vec<Key>>,
    /// And every message that it matches has this one too.
    pub(super) also: Option<Key>,
}

/// Keys of which every message that satisfies a condition has at least one.
struct Keys {
    keys: Vec<Key>,
    /// How many messages have one of them, as a guess between 0 and 1; greater for long lists.
    share: f32,
}

impl Key {
    /// Is it known of a message without reading long texts?
    fn is_at_hand(&self) -> bool {
        match self {
            Self::Subject(..) | Self::Kind(_) | Self::Sender(_) | Self::SenderCvr(_) => true,
            Self::Value(field, _) | Self::Filled(field) => field.path != "text",
            Self::Word(_, place) => *place == Where::Label,
            Self::Part(..) => false,
        }
    }
}

/// Chooses the keys a rule is filed under: those that the fewest messages have.
pub(super) struct Choice {
    /// How many times the rules speak of a key. What many rules ask for, much mail has.
    mentions: HashMap<Key, f32>,
    rules: f32,
}

impl Choice {
    pub(super) fn among(rules: &[Rule]) -> Self {
        let mut mentions = HashMap::new();
        for rule in rules {
            each_key(&rule.when, &mut |key| *mentions.entry(key).or_insert(0.0) += 1.0);
        }
        Self { mentions, rules: rules.len().max(1) as f32 }
    }

    /// Where to file a rule with this condition.
    pub(super) fn filing(&self, condition: &Condition) -> Filing {
        let parts = match condition {
            Condition::All(parts) => parts.as_slice(),
            one => std::slice::from_ref(one),
        };
        let mut necessary: Vec<Keys> = parts.iter().filter_map(|part| self.necessary(part)).collect();
        necessary.sort_by(|one, other| one.share.total_cmp(&other.share));
        let mut necessary = necessary.into_iter();
        let keys = necessary.next().map(|keys| keys.keys);
        let also = necessary.find_map(|keys| match keys.keys.as_slice() {
            [key] if key.is_at_hand() => Some(key.clone()),
            _ => None,
        });
        Filing { keys, also }
    }

    fn necessary(&self, condition: &Condition) -> Option<Keys> {
        match condition {
            Condition::All(parts) => parts
                .iter()
                .filter_map(|part| self.necessary(part))
                .min_by(|one, other| one.share.total_cmp(&other.share)),
            Condition::Any(parts) => {
                let mut all = Keys { keys: Vec::new(), share: 0.0 };
                for part in parts {
                    let keys = self.necessary(part)?;
                    all.keys.extend(keys.keys);
                    all.share += keys.share;
                }
                Some(all)
            }
            leaf => {
                let keys = keys_of(leaf)?;
                let share = keys.iter().map(|key| self.share(key)).sum();
                Some(Keys { share: cap(leaf).min(share), keys })
            }
        }
    }

    fn share(&self, key: &Key) -> f32 {
        usual_share(key) + self.mentions.get(key).unwrap_or(&0.0) / self.rules / 2.0
    }
}

/// Keys of a condition without parts. A kind of condition that is not named here has none: such a rule is always asked.
fn keys_of(condition: &Condition) -> Option<Vec<Key>> {
    match condition {
        Condition::Subject(pattern) => {
            let subjects = or_any(&pattern.prefixes);
            let facets = or_any(&pattern.facets);
            let with_facets =
                |subject: Option<Subject>| facets.iter().map(move |&f| Key::Subject(subject, f));
            Some(subjects.iter().flat_map(|&subject| with_facets(subject)).collect())
        }
        Condition::SubjectExact(exact) => {
            Some(exact.iter().map(|&subject| Key::Subject(Some(subject), None)).collect())
        }
        Condition::SenderCvr(senders) => Some(senders.cvrs.iter().cloned().map(Key::SenderCvr).collect()),
        Condition::Kind(kinds) => Some(kinds.iter().copied().map(Key::Kind).collect()),
        Condition::Sender(kinds) => Some(kinds.iter().copied().map(Key::Sender).collect()),
        Condition::Words(words, place) => {
            Some(words.iter().map(|word| Key::Word(word.clone(), *place)).collect())
        }
        Condition::Field(field, operator) => keys_of_field(field, operator),
        _ => None,
    }
}

fn keys_of_field(field: &'static Field, operator: &Operator) -> Option<Vec<Key>> {
    let parts = |parts: &[String], at_start: bool| {
        // Every value begins with nothing at all.
        let key = |part: &String| match part.is_empty() {
            true => Key::Filled(field),
            false => Key::Part(field, part.clone(), at_start),
        };
        Some(parts.iter().map(key).collect())
    };
    match operator {
        Operator::OneOf(values) => {
            Some(values.iter().map(|value| Key::Value(field, value.clone())).collect())
        }
        Operator::Prefix(starts) => parts(starts, true),
        Operator::Contains(pieces) => parts(pieces, false),
        Operator::Matches(_) | Operator::Between(..) | Operator::Present(true) => {
            Some(vec![Key::Filled(field)])
        }
        _ => None,
    }
}

/// The patterns named, or the one that means any.
fn or_any<T: Copy>(patterns: &[T]) -> Vec<Option<T>> {
    if patterns.is_empty() { vec![None] } else { patterns.iter().copied().map(Some).collect() }
}

/// Every key that a message may need, for counting.
fn each_key(condition: &Condition, visit: &mut impl FnMut(Key)) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().for_each(|part| each_key(part, visit));
        }
        leaf => keys_of(leaf).into_iter().flatten().for_each(visit),
    }
}

/// Fields that say nearly the same in all mail.
const COMMON_FIELDS: [&str; 14] = [
    "memoVersion",
    "memoSchVersion",
    "messageType",
    "reply",
    "mandatory",
    "legalNotification",
    "Sender.idType",
    "Sender.idTypeLabel",
    "Recipient.recipientID",
    "Recipient.idType",
    "Recipient.idTypeLabel",
    "Recipient.label",
    "Document.count",
    "Document.extension",
];

/// How much mail has a key, as a guess. Only speed rests on it.
fn usual_share(key: &Key) -> f32 {
    match key {
        Key::Subject(None, None) => 0.5,
        Key::Subject(None, Some(_)) => 0.2,
        Key::Subject(Some(subject), facet) => {
            let of_subject = match subject.level() {
                Level::MainGroup => 0.05,
                Level::Group => 0.01,
                Level::Subject => 0.002,
            };
            if facet.is_some() { of_subject / 2.0 } else { of_subject }
        }
        Key::Kind(MessageKind::New) => 0.7,
        Key::Kind(MessageKind::Reply) => 0.25,
        Key::Kind(MessageKind::Forward) => 0.05,
        Key::Sender(SenderKind::Citizen) => 0.6,
        Key::Sender(SenderKind::Company | SenderKind::Authority) => 0.2,
        Key::Sender(SenderKind::Ourselves | SenderKind::Unknown) => 0.02,
        Key::Value(field, _) if COMMON_FIELDS.contains(&field.path) => 0.5,
        Key::Value(..) | Key::SenderCvr(_) => 0.002,
        Key::Filled(_) => 0.5,
        Key::Word(_, Where::Label) => 0.01,
        Key::Word(..) => 0.05,
        Key::Part(..) => 0.05,
    }
}

/// A long list of numbers or words is still a better thing to file under than the kind of message.
fn cap(leaf: &Condition) -> f32 {
    match leaf {
        Condition::Kind(_) | Condition::Sender(_) => 1.0,
        Condition::Field(field, _) if COMMON_FIELDS.contains(&field.path) => 1.0,
        _ => 0.5,
    }
}
