//! The responsibility report (*ansvarsrapport*): which KLE numbers nobody owns, which two units claim, and which receive
//! mail but have no rule.
//!
//! It holds three things against each other: the subject plan (what there is), the policy and the organisation's marks (who
//! answers), and past mail (what comes). Without a plan it knows only the numbers that policy and mail name.
//!
//! **Deliberately absent:** changing anything. Who answers is said in the organisation's source and in the policy files.

mod row;
mod shown;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use kle::{Level, Subject};
use rules::{Mention, MentionedBy, Policy};
use serde::Serialize;

pub use row::{Doubt, Row};

use crate::organisation::{Owners, Snapshot};
use crate::replay::{Marked, Survey};
use crate::subject_plan::SubjectPlan;

/// What a report is made of.
pub struct Sources<'a> {
    /// The rules and maps in force.
    pub policy: &'a Policy,
    /// The subject plan, when one is imported.
    pub plan: Option<&'a SubjectPlan>,
    /// The organisation's marks, when they come from a source.
    pub snapshot: Option<&'a Snapshot>,
    /// Units that win among equal claims (`organisation.priority`).
    pub priority: &'a [String],
    /// What came.
    pub survey: &'a Survey,
    /// The day that the plan is asked for.
    pub day: Date,
}

/// A row for every number that the plan, the policy or the mail knows.
#[derive(Serialize)]
pub struct Report {
    /// Edition of the subject plan, when one is imported.
    pub plan: Option<String>,
    /// The first day of the mail that was counted.
    pub since: Option<Date>,
    /// Messages that were counted.
    pub messages: u64,
    /// The numbers, in the order of the plan.
    pub rows: Vec<Row>,
}

/// Makes the report.
pub fn report(sources: &Sources<'_>) -> Report {
    let owners = sources
        .snapshot
        .map(|snapshot| {
            Owners::of(snapshot, sources.priority, |unit| sources.policy.open_unit(unit).is_some())
        })
        .unwrap_or_default();
    let mentions = sources.policy.mentions();
    let rows = numbers(sources, &mentions)
        .into_iter()
        .map(|subject| row::row(sources, &owners, &mentions, subject))
        .collect();
    Report {
        plan: sources.plan.map(SubjectPlan::danish),
        since: sources.survey.since,
        messages: sources.survey.messages,
        rows,
    }
}

/// Every subject of the plan that applies, and every number that mail came with. Without a plan, what the policy names.
fn numbers(sources: &Sources<'_>, mentions: &[Mention<'_>]) -> BTreeSet<Subject> {
    let mut numbers: BTreeSet<Subject> = sources.survey.subjects.keys().copied().collect();
    match sources.plan {
        Some(plan) => {
            let subjects = plan.register.subjects();
            numbers.extend(subjects.numbers().filter(|number| {
                number.level() == Level::Subject && subjects.on(*number, sources.day).is_current()
            }));
        }
        None => numbers.extend(
            mentions
                .iter()
                .filter(|mention| !matches!(mention.by, MentionedBy::Crosswalk { .. }))
                .map(|mention| mention.subject),
        ),
    }
    numbers
}

impl Report {
    /// The rows with this doubt, those with most mail first.
    pub fn with(&self, doubt: Doubt) -> Vec<&Row> {
        let mut rows: Vec<&Row> = self.rows.iter().filter(|row| row.doubts.contains(&doubt)).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.mail.messages));
        rows
    }

    /// Numbers nobody owns, gathered under the highest number of which that is true of all below: number and how many.
    pub fn unowned(&self) -> Vec<(Subject, usize)> {
        let mut all: BTreeMap<Subject, (usize, usize)> = BTreeMap::new();
        for row in &self.rows {
            for prefix in row.subject.prefixes() {
                let (unowned, rows) = all.entry(prefix).or_default();
                *rows += 1;
                *unowned += usize::from(row.doubts.contains(&Doubt::Unowned));
            }
        }
        let whole = |subject: Subject| all.get(&subject).is_some_and(|(unowned, rows)| unowned == rows);
        all.iter()
            .filter(|(subject, _)| whole(**subject) && !subject.parent().is_some_and(whole))
            .map(|(subject, (unowned, _))| (*subject, *unowned))
            .collect()
    }
}

/// How mail with a number went, when none came: all noughts.
fn mail(survey: &Survey, subject: Subject) -> Marked {
    survey.subjects.get(&subject).copied().unwrap_or_default()
}
