//! A finding: a fault in the policy's texts, where it stands and what to do about it.

use std::fmt;
use std::ops::Range;

/// One fault in the policy's texts. `what` and `advice` are Danish sentences without the final full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// File name as the caller gave it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Stable code of the kind of fault.
    pub code: &'static str,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub advice: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, what, advice, .. } = self;
        write!(f, "{file}:{line}:{column}: {what}. {advice}")
    }
}

/// A place in the texts: which file, and how far into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) file: usize,
    pub(crate) offset: usize,
}

impl Place {
    pub(crate) fn new(file: usize, span: Range<usize>) -> Self {
        Self { file, offset: span.start }
    }
}

/// The texts being read and what was found wrong with them.
pub(crate) struct Findings<'t> {
    files: Vec<(&'t str, &'t str)>,
    found: Vec<(Place, Finding)>,
}

impl<'t> Findings<'t> {
    pub(crate) fn over(files: Vec<(&'t str, &'t str)>) -> Self {
        Self { files, found: Vec::new() }
    }

    /// Notes a fault.
    pub(crate) fn add(
        &mut self,
        at: Place,
        code: &'static str,
        what: impl Into<String>,
        advice: impl Into<String>,
    ) {
        let (file, text) = self.files.get(at.file).copied().unwrap_or_default();
        let before = text.get(..at.offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let finding = Finding {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            code,
            what: what.into(),
            advice: advice.into(),
        };
        self.found.push((at, finding));
    }

    /// The line a place stands on, as `fil:linje`, to point at it from another finding.
    pub(crate) fn line_of(&self, at: Place) -> String {
        let (file, line) = self.spot(at);
        format!("{file}:{line}")
    }

    /// The file and line, from 1, that a place stands on.
    pub(crate) fn spot(&self, at: Place) -> (String, usize) {
        let (file, text) = self.files.get(at.file).copied().unwrap_or_default();
        let before = text.get(..at.offset).unwrap_or(text);
        (file.to_owned(), before.matches('\n').count() + 1)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Everything found, in the order of files and lines.
    pub(crate) fn in_order(mut self) -> Vec<Finding> {
        self.found.sort_by_key(|(place, _)| *place);
        self.found.into_iter().map(|(_, finding)| finding).collect()
    }
}
