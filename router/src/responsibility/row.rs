//! One number: who answers for it, who else says so, which rules ask for it, and what came.

use kle::{FacetPattern, Subject};
use rules::{Mention, MentionedBy};
use serde::Serialize;

use super::{Sources, mail};
use crate::organisation::Owners;
use crate::replay::Marked;

/// One KLE number.
#[derive(Serialize)]
pub struct Row {
    /// The number.
    pub subject: Subject,
    /// Its title in the plan.
    pub title: Option<String>,
    /// The unit that answers for it, whatever the facet.
    pub owner: Option<Owner>,
    /// Units that answer for some facets of it.
    pub by_facet: Vec<Owner>,
    /// Units with an equal claim to it, by id; a person must choose.
    pub claims: Vec<String>,
    /// Rules that ask for it, by id.
    pub rules: Vec<String>,
    /// What came with it.
    pub mail: Marked,
    /// What is doubtful.
    pub doubts: Vec<Doubt>,
}

/// Who answers.
#[derive(Serialize)]
pub struct Owner {
    /// Unit id.
    pub unit: String,
    /// Its name.
    pub name: String,
    /// The entry that says so: a number and perhaps a facet.
    pub by: String,
}

/// What is doubtful about a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Doubt {
    /// Nobody answers for it, whatever the facet.
    Unowned,
    /// Several units have an equal claim to it.
    Contested,
    /// Mail came with it, and no rule had a say in where it went.
    WithoutRule,
    /// Mail came with it, and the plan does not have it today.
    NotInPlan,
}

impl Doubt {
    /// The words in a table.
    pub fn danish(self) -> &'static str {
        match self {
            Self::Unowned => "ingen ejer",
            Self::Contested => "flere gør krav",
            Self::WithoutRule => "post uden regel",
            Self::NotInPlan => "gælder ikke i emneplanen",
        }
    }
}

pub(super) fn row(sources: &Sources<'_>, owners: &Owners, mentions: &[Mention<'_>], subject: Subject) -> Row {
    let standing = sources.plan.map(|plan| plan.register.subject(subject, sources.day));
    let owner = owner(sources, subject);
    let by_facet = by_facet(sources, mentions, subject);
    let claims = if settled_by_hand(sources, owners, subject) { Vec::new() } else { claims(owners, subject) };
    let rules = mentions.iter().filter_map(|mention| match mention.by {
        MentionedBy::Rule(rule) if mention.speaks_of(subject) => Some(rule.id.clone()),
        _ => None,
    });
    let mail = mail(sources.survey, subject);
    let is_in_plan = standing.as_ref().is_none_or(|standing| standing.is_current() || subject.is_local());
    let doubts = [
        (Doubt::Unowned, owner.is_none() && by_facet.is_empty() && claims.is_empty()),
        (Doubt::Contested, !claims.is_empty()),
        (Doubt::WithoutRule, mail.messages > mail.by_rule),
        (Doubt::NotInPlan, !is_in_plan),
    ];
    Row {
        subject,
        title: standing.and_then(|standing| standing.entry()?.title.clone()),
        owner,
        by_facet,
        claims,
        rules: rules.collect(),
        mail,
        doubts: doubts.into_iter().filter_map(|(doubt, is)| is.then_some(doubt)).collect(),
    }
}

fn owner(sources: &Sources<'_>, subject: Subject) -> Option<Owner> {
    let (by, _, unit) = sources.policy.answers_for(subject, None)?;
    Some(Owner { unit: unit.id.clone(), name: unit.name.clone(), by: by.to_string() })
}

fn by_facet(sources: &Sources<'_>, mentions: &[Mention<'_>], subject: Subject) -> Vec<Owner> {
    let entries = mentions.iter().filter_map(|mention| match (mention.by, mention.facets) {
        (MentionedBy::Responsibility { unit }, Some(facets)) if mention.speaks_of(subject) => {
            let unit = sources.policy.open_unit(unit)?;
            let by = format!("{} {facets}", mention.subject);
            Some(Owner { unit: unit.id.clone(), name: unit.name.clone(), by })
        }
        _ => None,
    });
    entries.collect()
}

/// The units whose marks say the same of this number: those on the most specific marked number above it.
fn claims(owners: &Owners, subject: Subject) -> Vec<String> {
    const ANY: Option<FacetPattern> = None;
    for prefix in subject.prefixes() {
        if owners.owned.contains_key(&(prefix, ANY)) {
            return Vec::new();
        }
        if let Some(units) = owners.contested.get(&(prefix, ANY)) {
            return units.iter().cloned().collect();
        }
    }
    Vec::new()
}

/// Has the authority's own policy an entry that is at least as specific as the contested mark?
fn settled_by_hand(sources: &Sources<'_>, owners: &Owners, subject: Subject) -> bool {
    let contested = subject.prefixes().find(|prefix| owners.contested.contains_key(&(*prefix, None)));
    let settled = sources.policy.answers_for(subject, None).map(|(by, _, _)| by);
    match (contested, settled) {
        (Some(contested), Some(settled)) => contested.contains(settled),
        _ => false,
    }
}
