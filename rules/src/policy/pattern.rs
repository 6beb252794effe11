//! Patterns: regular expressions that the authority writes.

use regex::{Regex, RegexBuilder};

use super::finding::Findings;
use super::table::At;

/// Compiled size allowed for one pattern: one that needs more is a mistake. Matching is linear in the text in any case.
const LIMIT: usize = 1 << 20;

/// Compiles a pattern within the limit.
pub(super) fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).size_limit(LIMIT).build()
}

/// Compiles a pattern, or notes why it can not be used.
pub(crate) fn compile_pattern(pattern: &At<String>, findings: &mut Findings<'_>) -> Option<Regex> {
    match compile(&pattern.value) {
        Ok(regex) => Some(regex),
        Err(error) => {
            let what = format!("det regulære udtryk kan ikke bruges ({})", reason(&error));
            findings.add(pattern.place, "bad-regex", what, "Ret udtrykket");
            None
        }
    }
}

/// Why, on one line.
fn reason(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => "det er for stort".to_owned(),
        other => {
            let text = other.to_string();
            text.lines().last().unwrap_or_default().trim().trim_start_matches("error: ").to_owned()
        }
    }
}
