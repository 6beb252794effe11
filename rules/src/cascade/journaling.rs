//! Where a letter is journaled when the step that handed it over leaves it to the unit.

use kle::{Facet, Level, Subject};

use super::Asked;
use super::named_case::{Named, judge};
use crate::{Evidence, Journaling, Journals};

/// What a letter is about, for a new case.
pub(super) struct About {
    pub(super) subject: Option<Subject>,
    pub(super) facet: Option<Facet>,
}

impl About {
    /// The mark of the message, unless it belongs to somebody else's world.
    pub(super) fn mark(asked: &Asked<'_>) -> Self {
        let mark = asked.facts.subject.as_ref().filter(|mark| mark.ours);
        Self { subject: mark.map(|mark| mark.subject), facet: mark.and_then(|mark| mark.facet) }
    }
}

/// As the unit journals.
pub(super) fn as_unit(asked: &Asked<'_>, unit: &str, about: &About) -> Journaling {
    let Some(unit) = asked.policy.unit(unit) else { return Journaling::LeftToHandler };
    // A letter that answers or names a case somewhere must not be put elsewhere unseen.
    if asked.unsettled.is_some() {
        return Journaling::LeftToHandler;
    }
    if let Some(number) = &asked.safe_case {
        return Journaling::OnCase(number.clone());
    }
    match &unit.journals {
        Journals::Case => safe_case(asked).map_or(Journaling::LeftToHandler, Journaling::OnCase),
        Journals::NewCase => match party_and_subject(asked) {
            Named::Safe(case, _) => Journaling::OnCase(case.number.clone()),
            Named::None => new_case(about),
            // The party has cases of this kind, but not exactly one: the case handler knows which.
            _ => Journaling::LeftToHandler,
        },
        Journals::CollectingCase(number) => Journaling::CollectingCase(number.clone()),
        Journals::Handler => Journaling::LeftToHandler,
        Journals::Never(reason) => Journaling::NotJournaled(reason.clone()),
    }
}

/// The one case that it is safe to journal on: found by the reply step, or the party's only open one with the subject.
pub(super) fn safe_case(asked: &Asked<'_>) -> Option<String> {
    if asked.unsettled.is_some() {
        return None;
    }
    match (&asked.safe_case, party_and_subject(asked)) {
        (Some(number), _) => Some(number.clone()),
        (None, Named::Safe(case, _)) => Some(case.number.clone()),
        (None, _) => None,
    }
}

/// The open case of the letter that the message answers, told by return data alone.
pub(super) fn reply_case(asked: &Asked<'_>) -> Option<String> {
    if asked.unsettled.is_some() {
        return None;
    }
    match judge(asked.facts, |evidence| evidence <= Evidence::KnownMessageId) {
        Named::Safe(case, _) => Some(case.number.clone()),
        _ => None,
    }
}

fn party_and_subject<'a>(asked: &Asked<'a>) -> Named<'a> {
    judge(asked.facts, |evidence| evidence == Evidence::PartyAndSubject)
}

/// A new case. Cases are made on subjects: for a group or main group a person chooses which.
pub(super) fn new_case(about: &About) -> Journaling {
    match about.subject.filter(|subject| subject.level() == Level::Subject) {
        Some(subject) => Journaling::NewCase { subject, facet: about.facet },
        None => Journaling::LeftToHandler,
    }
}

/// What happens about journaling, as a clause in a Danish sentence.
pub(super) fn wording(journaling: &Journaling) -> String {
    match journaling {
        Journaling::OnCase(number) => format!("journaliseres på sag {number}"),
        Journaling::ReopenCase(number) => format!("journaliseres på den genåbnede sag {number}"),
        Journaling::NewCase { subject, facet: Some(facet) } => {
            format!("journaliseres på en ny sag med emne {subject} og facet {facet}")
        }
        Journaling::NewCase { subject, facet: None } => {
            format!("journaliseres på en ny sag med emne {subject}")
        }
        Journaling::CollectingCase(number) => format!("journaliseres på enhedens samlesag {number}"),
        Journaling::LeftToHandler => "sagsbehandleren vælger sagen".to_owned(),
        Journaling::NotJournaled(reason) => format!("journaliseres ikke ({reason})"),
    }
}
