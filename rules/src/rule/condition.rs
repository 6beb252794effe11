//! Conditions: what a rule asks of a message.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use jiff::civil::DateTime;
use kle::{Facet, Subject};

use super::case_state::CaseState;
use super::deadline::Within;
use super::document::DocumentPattern;
use super::operator::Operator;
use super::pair::Pair;
use super::received::Received;
use super::subject::SubjectPattern;
use super::suggested::Suggested;
use super::text::TextPattern;
use crate::fields::Field;
use crate::policy::{Crossed, Crosswalks};
use crate::{Facts, MessageKind, SenderKind, fold, time};

/// A condition, ready to be tested.
#[derive(Clone, Debug, PartialEq)]
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
    /// The KLE mark, exactly one of these numbers and nothing below them.
    SubjectExact(Vec<Subject>),
    /// Is there a KLE mark that can be read?
    Marked(bool),
    /// New, answer or forward.
    Kind(Vec<MessageKind>),
    /// What kind of sender.
    Sender(Vec<SenderKind>),
    /// The sender's CVR number is one of these.
    SenderCvr(SenderCvrs),
    /// What the journal says of the case that the message names.
    NamedCase(Vec<CaseState>),
    /// Words or phrases, any of them, whole, as a Dane compares them.
    Words(Vec<String>, Where),
    /// A regular expression over the text, as a Dane compares it.
    Pattern(TextPattern, Where),
    /// A name and the value that belongs to it.
    Pair(Pair),
    /// One file that is all of this.
    Document(DocumentPattern),
    /// What the classifier suggests, and how sure it is.
    Suggested(Suggested),
    /// When the message became available.
    Received(Received),
    /// How soon the sender wants an answer.
    Deadline(Within),
}

/// CVR numbers, given one by one and as lists that are filled in when the policy is held together.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SenderCvrs {
    pub(crate) cvrs: BTreeSet<String>,
    pub(crate) lists: Vec<crate::policy::At<String>>,
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
    /// Subjects that other marks than KLE mean, by the crosswalks.
    crossed: Vec<Crossed>,
    label: OnceCell<String>,
    text: OnceCell<String>,
    label_line: OnceCell<String>,
    text_line: OnceCell<String>,
    received: OnceCell<DateTime>,
}

impl<'f> Looked<'f> {
    pub(crate) fn at(facts: &'f Facts, marks_are_ours: bool) -> Self {
        Self {
            facts,
            marks_are_ours,
            crossed: Vec::new(),
            label: OnceCell::new(),
            text: OnceCell::new(),
            label_line: OnceCell::new(),
            text_line: OnceCell::new(),
            received: OnceCell::new(),
        }
    }

    /// Also looks at marks that the crosswalks translate to KLE, when there is no KLE mark.
    pub(crate) fn through(mut self, crosswalks: &Crosswalks) -> Self {
        if self.facts.subject.is_none() {
            self.crossed = crosswalks.of(&self.facts.message);
        }
        self
    }

    /// The subjects of the message: its KLE mark, else what the crosswalks make of its other marks.
    pub(crate) fn subjects(&self, forwarded_marks: bool) -> impl Iterator<Item = (Subject, Option<Facet>)> {
        let mark = self.facts.subject.as_ref().filter(|mark| mark.ours || forwarded_marks);
        let crossed = self.crossed.iter().filter(move |_| self.marks_are_ours || forwarded_marks);
        mark.map(|mark| (mark.subject, mark.facet))
            .into_iter()
            .chain(crossed.map(|crossed| (crossed.subject, crossed.facet)))
    }

    /// The subjects that come of crosswalks.
    pub(crate) fn crossed(&self) -> &[Crossed] {
        &self.crossed
    }

    /// When the message became available, in Denmark.
    pub(crate) fn received(&self) -> DateTime {
        *self.received.get_or_init(|| time::danish(self.facts.available_at))
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

    fn has_pattern(&self, pattern: &TextPattern, place: Where) -> bool {
        let label = || {
            let line = self.label_line.get_or_init(|| fold::line(&self.facts.message.header.label));
            pattern.is_match(line)
        };
        let text = || pattern.is_match(self.text_line.get_or_init(|| fold::line(&self.facts.text)));
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
        let marks_count = forwarded_marks || looked.marks_are_ours;
        match self {
            Self::All(conditions) => {
                conditions.iter().all(|condition| condition.test(looked, forwarded_marks))
            }
            Self::Any(conditions) => {
                conditions.iter().any(|condition| condition.test(looked, forwarded_marks))
            }
            Self::Not(condition) => !condition.test(looked, forwarded_marks),
            Self::Field(field, operator) => {
                (marks_count || !field.is_content_mark()) && operator.test(field, looked)
            }
            Self::Subject(pattern) => {
                looked.subjects(forwarded_marks).any(|(subject, facet)| pattern.matches(subject, facet))
            }
            Self::SubjectExact(exact) => {
                looked.subjects(forwarded_marks).any(|(subject, _)| exact.contains(&subject))
            }
            Self::Marked(wanted) => {
                facts.subject.as_ref().is_some_and(|mark| mark.ours || forwarded_marks) == *wanted
            }
            Self::Kind(kinds) => kinds.contains(&facts.kind),
            Self::Sender(kinds) => kinds.contains(&facts.sender),
            Self::SenderCvr(senders) => {
                crate::gather::sender_cvr(&facts.message).is_some_and(|cvr| senders.cvrs.contains(&cvr))
            }
            Self::NamedCase(states) => states.contains(&CaseState::of(facts)),
            Self::Words(words, place) => words.iter().any(|word| looked.has_word(word, *place)),
            Self::Pattern(pattern, place) => looked.has_pattern(pattern, *place),
            Self::Pair(pair) => (marks_count || !pair.is_content_mark()) && pair.test(facts),
            Self::Document(pattern) => pattern.test(facts),
            Self::Suggested(suggested) => suggested.test(&facts.suggestions),
            Self::Received(received) => received.test(looked.received()),
            Self::Deadline(within) => within.test(facts),
        }
    }

    /// The conditions directly in this one.
    pub(crate) fn parts(&self) -> &[Condition] {
        match self {
            Self::All(parts) | Self::Any(parts) => parts,
            Self::Not(part) => std::slice::from_ref(part),
            _ => &[],
        }
    }

    /// The mark of a crosswalk that makes a KLE condition of this rule match.
    pub(crate) fn crossed<'l>(&self, looked: &'l Looked<'_>) -> Option<&'l Crossed> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().find_map(|part| part.crossed(looked)),
            Self::Subject(pattern) => {
                looked.crossed().iter().find(|crossed| pattern.matches(crossed.subject, crossed.facet))
            }
            Self::SubjectExact(exact) => {
                looked.crossed().iter().find(|crossed| exact.contains(&crossed.subject))
            }
            _ => None,
        }
    }
}
