//! Touched: what a change of the plan means for the authority's own rules, duties, contact points and open cases.

use std::collections::BTreeMap;

use kle::{Change, Diff, Subject, What};
use rules::{Mention, MentionedBy, Policy, Rule};
use serde::Serialize;

use crate::room::Journal;
use crate::store::{Store, StoreError};

/// A change of one number and what it touches.
#[derive(Clone, Debug, Serialize)]
pub struct Touched {
    /// The change.
    #[serde(flatten)]
    pub change: Change<Subject>,
    /// The change as a Danish sentence.
    pub danish: String,
    /// Where the policy speaks of the number.
    pub policy: Vec<Named>,
    /// Open cases of the built-in journal on exactly this number, by case number.
    pub open_cases: Vec<String>,
}

impl Touched {
    /// Does it matter to this authority's own policy?
    pub fn is_felt(&self) -> bool {
        !self.policy.is_empty()
    }
}

/// A place in the policy that names a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    /// What it is: `rule`, `new-case`, `responsibility`, `contact-point`, `crosswalk`.
    pub kind: &'static str,
    /// Id of the rule, unit or contact point, or the code in the other list.
    pub id: String,
    /// Title of the rule, name of the unit, name of the other list.
    pub title: String,
    /// The number it names: the changed one, or one above or below it.
    pub names: Subject,
    /// Does it name the changed number itself?
    pub itself: bool,
    /// File and line of a rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

/// What each change of subjects touches, in the order of the plan.
pub async fn touched(
    diff: &Diff,
    policy: &Policy,
    store: &Store,
    journal: &Journal,
) -> Result<Vec<Touched>, StoreError> {
    let mentions = policy.mentions();
    let mut cases: BTreeMap<String, Vec<String>> = BTreeMap::new();
    if let Journal::BuiltIn(_) = journal {
        let mut numbers: Vec<String> = diff.subjects.iter().map(|change| change.number.to_string()).collect();
        numbers.dedup();
        for (subject, case) in store.open_cases_on(&numbers).await? {
            cases.entry(subject).or_default().push(case);
        }
    }
    Ok(diff
        .subjects
        .iter()
        .map(|change| Touched {
            danish: change.to_string(),
            policy: named_by(policy, &mentions, |mention| is_touched(change, mention), change.number),
            open_cases: cases.get(&change.number.to_string()).cloned().unwrap_or_default(),
            change: change.clone(),
        })
        .collect())
}

/// A number that came or went concerns whoever names it, or anything above or below it: letters come or stay away. What
/// else changes concerns only those who name it.
fn is_touched(change: &Change<Subject>, mention: &Mention<'_>) -> bool {
    let comes_or_goes = matches!(
        change.what,
        What::Added | What::Returned | What::Moved { .. } | What::Expired { .. } | What::Removed
    );
    let near = mention.speaks_of(change.number) || change.number.contains(mention.subject);
    mention.subject == change.number || (comes_or_goes && near)
}

/// The places of the policy that a letter marked with this number would meet.
pub fn speaking_of(policy: &Policy, number: Subject) -> Vec<Named> {
    named_by(policy, &policy.mentions(), |mention| mention.speaks_of(number), number)
}

fn named_by(
    policy: &Policy,
    mentions: &[Mention<'_>],
    wanted: impl Fn(&Mention<'_>) -> bool,
    number: Subject,
) -> Vec<Named> {
    let shown = |mention: &Mention<'_>| named(policy, mention, number);
    mentions.iter().filter(|mention| wanted(mention)).map(shown).collect()
}

fn named(policy: &Policy, mention: &Mention<'_>, number: Subject) -> Named {
    let place = |rule: &Rule| Some(format!("{}:{}", rule.file, rule.line));
    let unit_name = |id: &str| policy.unit(id).map_or_else(|| id.to_owned(), |unit| unit.name.clone());
    let (kind, id, title, place) = match mention.by {
        MentionedBy::Rule(rule) => ("rule", rule.id.clone(), rule.title.clone(), place(rule)),
        MentionedBy::NewCase(rule) => ("new-case", rule.id.clone(), rule.title.clone(), place(rule)),
        MentionedBy::Responsibility { unit } => ("responsibility", unit.to_owned(), unit_name(unit), None),
        MentionedBy::ContactPoint { id, unit } => ("contact-point", id.to_owned(), unit_name(unit), None),
        MentionedBy::Crosswalk { list, code } => ("crosswalk", code.to_owned(), list.to_uppercase(), None),
    };
    Named { kind, id, title, names: mention.subject, itself: mention.subject == number, place }
}

impl Named {
    /// The place as a Danish line.
    pub fn danish(&self) -> String {
        let Self { id, title, names, .. } = self;
        let place = self.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
        match self.kind {
            "rule" => format!("reglen »{title}« [{id}] spørger om {names}{place}"),
            "new-case" => format!("reglen »{title}« [{id}] laver sager på {names}{place}"),
            "responsibility" => format!("{title} [{id}] har ansvaret for {names}"),
            "contact-point" => format!("kontaktpunktet {id} hos {title} har emnet {names}"),
            _ => format!("{title} {id} oversættes til {names}"),
        }
    }
}
