//! Conditions: what a rule asks of a message.

use std::cell::OnceCell;

use super::operator::Operator;
use super::subject::SubjectPattern;
use crate::fields::Field;
use crate::{Facts, MessageKind, SenderKind, fold};

/// A condition, ready to be tested.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    /// All of these.
    All(Vec<Condition>),
    /// At least one of these.
    Any(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// The values of a field.
    Field(&'static Field, Operator),
    /// The KLE mark.
    Subject(SubjectPattern),
    /// New, answer or forward.
    Kind(Vec<MessageKind>),
    /// What kind of sender.
    Sender(Vec<SenderKind>),
    /// Words or phrases, any of them, whole, as a Dane compares them.
    Words(Vec<String>, Where),
}

/// Where words are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Where {
    /// In the title.
    Label,
    /// In the text of the documents.
    Text,
    /// In either.
    Anywhere,
}

/// A message as conditions look at it. What costs is made once, on first use.
pub(crate) struct Looked<'f> {
    pub(crate) facts: &'f Facts,
    /// Do the marks belong to our world? Not on a forwarded message, unless its first sender was us.
    marks_are_ours: bool,
    label: OnceCell<String>,
    text: OnceCell<String>,
}

impl<'f> Looked<'f> {
    pub(crate) fn at(facts: &'f Facts, marks_are_ours: bool) -> Self {
        Self { facts, marks_are_ours, label: OnceCell::new(), text: OnceCell::new() }
    }

    /// The words of the title, folded.
    pub(crate) fn label(&self) -> &str {
        self.label.get_or_init(|| fold::words(&self.facts.message.header.label))
    }

    /// The words of the documents' text, folded.
    pub(crate) fn text(&self) -> &str {
        self.text.get_or_init(|| fold::words(&self.facts.text))
    }

    fn has_word(&self, word: &str, place: Where) -> bool {
        let label = || self.label().contains(word);
        let text = || self.text().contains(word);
        match place {
            Where::Label => label(),
            Where::Text => text(),
            Where::Anywhere => label() || text(),
        }
    }
}

impl Condition {
    /// Does the message satisfy the condition? `forwarded_marks`: may it match marks that are not ours?
    pub(crate) fn test(&self, looked: &Looked<'_>, forwarded_marks: bool) -> bool {
        let facts = looked.facts;
        match self {
            Self::All(conditions) => {
                conditions.iter().all(|condition| condition.test(looked, forwarded_marks))
            }
            Self::Any(conditions) => {
                conditions.iter().any(|condition| condition.test(looked, forwarded_marks))
            }
            Self::Not(condition) => !condition.test(looked, forwarded_marks),
            Self::Field(field, operator) => {
                let in_bounds = forwarded_marks || looked.marks_are_ours || !field.is_content_mark();
                in_bounds && operator.test(field, looked)
            }
            Self::Subject(pattern) => facts.subject.as_ref().is_some_and(|mark| {
                (mark.ours || forwarded_marks) && pattern.matches(mark.subject, mark.facet)
            }),
            Self::Kind(kinds) => kinds.contains(&facts.kind),
            Self::Sender(kinds) => kinds.contains(&facts.sender),
            Self::Words(words, place) => words.iter().any(|word| looked.has_word(word, *place)),
        }
    }
}
