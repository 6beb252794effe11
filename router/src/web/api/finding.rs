//! What is wrong or doubtful in the texts of a rule set, each at its file, line and rule.

use serde::Serialize;
use utoipa::ToSchema;

use crate::drafting::short;
use crate::rule_check::{Looked, Remark, RemarkKind, remarks};
use crate::setup::PolicyFiles;

/// Something about a line of a rule file.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RuleFinding)]
pub(super) struct Finding {
    kind: FindingKind,
    /// Name of the file; null for a fault of the whole.
    file: Option<String>,
    /// Line, from 1; null for a fault of the whole.
    line: Option<usize>,
    /// Id of the rule that the line belongs to; null for none.
    rule: Option<String>,
    /// What there is to say, and what to do (Danish).
    detail: String,
}

/// What kind of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RuleFindingKind)]
#[serde(rename_all = "kebab-case")]
pub(super) enum FindingKind {
    /// The text is no rule set as long as it stands.
    Fault,
    /// An example comes out otherwise than it should.
    Example,
    /// Something to look at.
    Doubt,
}

/// Everything that was found of these texts, by file and line.
pub(super) fn findings(files: &PolicyFiles, looked: &Looked) -> Vec<Finding> {
    let mut found: Vec<Finding> = remarks(files, looked).into_iter().map(Finding::from).collect();
    // A fault may stand in what the configuration says, which is no text of anybody's draft.
    let elsewhere = looked.faults.iter().filter(|fault| !files.iter().any(|(name, _)| *name == fault.file));
    found.extend(elsewhere.map(|fault| Finding {
        kind: FindingKind::Fault,
        file: Some(short(&fault.file)),
        line: Some(fault.line),
        rule: None,
        detail: format!("{}. {}.", fault.what, fault.advice),
    }));
    found.extend(looked.said.iter().map(|said| Finding {
        kind: FindingKind::Fault,
        file: None,
        line: None,
        rule: None,
        detail: said.clone(),
    }));
    found
}

/// The faults alone.
pub(super) fn faults(files: &PolicyFiles, looked: &Looked) -> Vec<Finding> {
    let mut found = findings(files, looked);
    found.retain(|finding| finding.kind == FindingKind::Fault);
    found
}

impl From<Remark> for Finding {
    fn from(remark: Remark) -> Self {
        Self {
            kind: match remark.kind {
                RemarkKind::Fault => FindingKind::Fault,
                RemarkKind::Example => FindingKind::Example,
                RemarkKind::Doubt => FindingKind::Doubt,
            },
            file: Some(remark.name),
            line: Some(remark.line),
            rule: Some(remark.rule).filter(|rule| !rule.is_empty()),
            detail: remark.text,
        }
    }
}
