//! Patterns over text: regular expressions held against text as a Dane compares it.

use regex::Regex;

use crate::fold;
use crate::policy::{At, Findings, compile_pattern};

/// A regular expression whose letters are folded as the text is: case, accents and `aa` do not count. Linear in the text.
#[derive(Clone, Debug)]
pub(crate) struct TextPattern(Regex);

impl PartialEq for TextPattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl TextPattern {
    /// Does it match in a text that [`fold::line`] has made?
    pub(super) fn is_match(&self, line: &str) -> bool {
        self.0.is_match(line)
    }

    /// The expression itself, for the linter.
    pub(crate) fn regex(&self) -> &Regex {
        &self.0
    }

    pub(super) fn read(pattern: &At<String>, findings: &mut Findings<'_>) -> Option<Self> {
        let folded = At::new(fold::pattern(&pattern.value), pattern.place);
        compile_pattern(&folded, findings).map(Self)
    }
}
