//! Judged letters, in the JSON lines that evaluation sets are kept in.

use kle::Subject;
use serde::Deserialize;

use crate::LetterText;

/// A letter and what an experienced journal keeper says of it.
#[derive(Clone, Deserialize)]
pub struct Judged {
    /// Its name in the set.
    pub id: String,
    /// Label as the sender typed it.
    pub subject: String,
    /// Text.
    pub text: String,
    /// The best subject; `None` where none can be told.
    pub kle: Option<Subject>,
    /// Every subject that is acceptable.
    pub kle_ok: Vec<Subject>,
    /// Must a careful system hold it back?
    pub abstain: bool,
}

/// A line that is not a judged letter.
#[derive(Debug, thiserror::Error)]
#[error("line {line} is not a judged letter")]
pub struct NotJudged {
    /// Counted from 1.
    pub line: usize,
    #[source]
    why: serde_json::Error,
}

impl Judged {
    /// Reads a file of one JSON object a line. Fields that are not about subjects are passed over.
    pub fn read(file: &str) -> Result<Vec<Self>, NotJudged> {
        lines(file)
    }

    /// What a classifier may read of it.
    pub fn letter(&self) -> LetterText<'_> {
        LetterText { label: &self.subject, body: &self.text }
    }

    /// Has a subject, and may be passed on.
    pub fn routable(&self) -> bool {
        self.kle.is_some() && !self.abstain
    }

    /// Is a label, on whatever level, one of the acceptable subjects or above one?
    pub fn accepts(&self, label: Subject) -> bool {
        self.kle_ok.iter().any(|subject| label.contains(*subject))
    }
}

/// Reads one JSON object a line; empty lines are passed over.
pub(super) fn lines<T: serde::de::DeserializeOwned>(file: &str) -> Result<Vec<T>, NotJudged> {
    let lines = file.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(at, line)| serde_json::from_str(line).map_err(|why| NotJudged { line: at + 1, why }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_judged_letter() {
        let file = r#"{"id":"x1","kind":"citizen","subject":"Hegn","text":"Naboen","kle":"02.34.02","kle_ok":["02.34.02","01.02.03"],"abstain":false,"pii":[]}"#;
        let judged = &Judged::read(file).expect("a set")[0];
        assert!(judged.routable());
        for (label, accepted) in [("02.34.02", true), ("01.02", true), ("02", true), ("02.35", false)] {
            assert_eq!(judged.accepts(label.parse().expect(label)), accepted, "{label}");
        }
        assert_eq!(Judged::read("\n{}").err().map(|why| why.line), Some(2));
    }
}
