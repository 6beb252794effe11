//! The linter: what is doubtful in a policy that loads without faults.
//!
//! A *lint* says which rule, where it stands, what is doubtful and what to do; where one exists, it brings a witness: a
//! message, sketched as in `[[rule.example]]`, that shows it. Whatever is told as certain is certain: what the linter can
//! not prove it does not say, so a rule may be unreachable without being told so.
//!
//! **Deliberately absent:** the clock, the register of KLE and the journal of hits; the caller brings them as [`Evidence`].

mod broad;
mod care;
mod dead;
mod excludes;
mod implies;
mod overlap;
mod shadow;
mod witness;

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use kle::Subject;

use crate::rule::Condition;
use crate::{Policy, Rule};

/// One doubt about a policy. Texts are Danish sentences without the final full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lint {
    /// File of the rule.
    pub file: String,
    /// Line that the rule begins on, from 1.
    pub line: usize,
    /// Stable code of the kind of doubt.
    pub code: &'static str,
    /// The rules that it is about, by id; the one on that line first.
    pub rules: Vec<String>,
    /// What is doubtful.
    pub what: String,
    /// What to do.
    pub advice: String,
    /// A message that shows it, as the facts of an example.
    pub witness: Option<String>,
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, what, advice, .. } = self;
        write!(f, "{file}:{line}: {what}. {advice}")?;
        match &self.witness {
            Some(witness) => write!(f, ". Prøv: {witness}"),
            None => Ok(()),
        }
    }
}

/// What the register says of a KLE number today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KleState {
    /// In force, or a group with numbers in force.
    Valid,
    /// Udgået.
    #[doc(alias = "udgået")]
    Expired,
    /// Not in the register.
    Unknown,
}

/// What the caller knows of the world beside the policy.
pub struct Evidence<'e> {
    /// The last Danish day on which each rule had its say in real mail, by rule id.
    pub last_hits: &'e BTreeMap<String, Date>,
    /// The first day of the mail that the hits were counted over; `None` when none was.
    pub hits_since: Option<Date>,
    /// A rule without a hit for so many days is told.
    pub quiet_days: u32,
    /// What the register says of a number; always [`KleState::Valid`] without a register.
    pub kle: &'e dyn Fn(Subject) -> KleState,
    /// Has this person, by id, left?
    pub has_left: &'e dyn Fn(&str) -> bool,
}

/// No hits, for [`Evidence::none`].
static NO_HITS: BTreeMap<String, Date> = BTreeMap::new();

impl Evidence<'_> {
    /// Knows nothing, and doubts nothing for that reason.
    pub fn none() -> Evidence<'static> {
        Evidence {
            last_hits: &NO_HITS,
            hits_since: None,
            quiet_days: 0,
            kle: &|_| KleState::Valid,
            has_left: &|_| false,
        }
    }
}

/// Everything doubtful in the rules of a policy, in their order.
pub fn lint(policy: &Policy, today: Date, evidence: &Evidence<'_>) -> Vec<Lint> {
    let mut lints = Vec::new();
    for rule in policy.rules() {
        care::look(policy, rule, today, evidence, &mut lints);
        dead::look(policy, rule, today, evidence, &mut lints);
        broad::look(rule, &mut lints);
    }
    let shadowed = shadow::look(policy, &mut lints);
    overlap::look(policy, &shadowed, &mut lints);
    let position: BTreeMap<&str, usize> =
        policy.rules().iter().enumerate().map(|(index, rule)| (rule.id.as_str(), index)).collect();
    // Stable: the lints of one rule stay in the order in which they were found.
    lints.sort_by_key(|lint| lint.rules.first().and_then(|rule| position.get(rule.as_str()).copied()));
    lints
}

/// A doubt about one rule.
fn about(rule: &Rule, code: &'static str, what: impl Into<String>, advice: impl Into<String>) -> Lint {
    Lint {
        file: rule.file.clone(),
        line: rule.line,
        code,
        rules: vec![rule.id.clone()],
        what: what.into(),
        advice: advice.into(),
        witness: None,
    }
}

/// Shows every condition of a rule that must hold for it to match, or may help it to: all that are not denied.
fn affirmed<'c>(condition: &'c Condition, visit: &mut dyn FnMut(&'c Condition)) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().for_each(|part| affirmed(part, visit));
        }
        Condition::Not(_) => {}
        leaf => visit(leaf),
    }
}
