//! Comparing two sets of texts, line by line.

use std::collections::BTreeMap;

use super::short;
use crate::setup::PolicyFiles;

/// How one file differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileDiff {
    /// Its name.
    pub name: String,
    /// Lines that came.
    pub added: usize,
    /// Lines that went.
    pub removed: usize,
    /// Stretches of lines around each difference.
    pub hunks: Vec<Vec<DiffLine>>,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffLine {
    /// What became of it.
    pub mark: Mark,
    /// Its number in the older text, from 1.
    pub old: Option<usize>,
    /// Its number in the newer text, from 1.
    pub new: Option<usize>,
    /// The line.
    pub text: String,
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It stands in both.
    Same,
    /// It came.
    Added,
    /// It went.
    Removed,
}

impl Mark {
    /// The sign before the line.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Same => " ",
            Self::Added => "+",
            Self::Removed => "−",
        }
    }

    /// What a reader who does not see the sign hears.
    pub fn danish(self) -> &'static str {
        match self {
            Self::Same => "",
            Self::Added => "tilføjet",
            Self::Removed => "fjernet",
        }
    }

    /// The class that it is drawn with.
    pub fn class(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Added => "added",
            Self::Removed => "removed",
        }
    }
}

/// The files that differ, in the order of the newer set, then those that went.
pub fn compare(old: &PolicyFiles, new: &PolicyFiles) -> Vec<FileDiff> {
    let mut left: BTreeMap<&str, &str> =
        old.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let mut found = Vec::new();
    for (name, text) in new {
        let before = left.remove(name.as_str()).unwrap_or_default();
        if before != text {
            found.push(FileDiff::of(name, before, text));
        }
    }
    found.extend(left.into_iter().map(|(name, text)| FileDiff::of(name, text, "")));
    found
}

/// What lies between two sets of texts, by the short names of their files; on a thread where it may take its time.
pub async fn differences(old: PolicyFiles, new: PolicyFiles) -> Vec<FileDiff> {
    let work = tokio::task::spawn_blocking(move || {
        let mut diffs = compare(&old, &new);
        diffs.iter_mut().for_each(|diff| diff.name = short(&diff.name));
        diffs
    });
    work.await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
}

impl FileDiff {
    fn of(name: &str, old: &str, new: &str) -> Self {
        let patch = diffy::create_patch(old, new);
        let mut diff = Self { name: name.to_owned(), added: 0, removed: 0, hunks: Vec::new() };
        for hunk in patch.hunks() {
            let (mut at_old, mut at_new) = (hunk.old_range().start(), hunk.new_range().start());
            let mut lines = Vec::with_capacity(hunk.lines().len());
            for line in hunk.lines() {
                let (mark, text) = match line {
                    diffy::Line::Context(text) => (Mark::Same, text),
                    diffy::Line::Delete(text) => (Mark::Removed, text),
                    diffy::Line::Insert(text) => (Mark::Added, text),
                };
                let old = (mark != Mark::Added).then_some(at_old);
                let new = (mark != Mark::Removed).then_some(at_new);
                at_old += usize::from(old.is_some());
                at_new += usize::from(new.is_some());
                diff.added += usize::from(mark == Mark::Added);
                diff.removed += usize::from(mark == Mark::Removed);
                let text = text.trim_end_matches(['\n', '\r']).to_owned();
                lines.push(DiffLine { mark, old, new, text });
            }
            diff.hunks.push(lines);
        }
        diff
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_told_with_its_number_in_either_text() {
        let files = |texts: &[(&str, &str)]| -> PolicyFiles {
            texts.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
        };
        let found = compare(
            &files(&[("a", "1\n2\n3\n"), ("same", "x"), ("gone", "y\n")]),
            &files(&[("a", "1\nto\n3\n4\n"), ("same", "x")]),
        );
        assert_eq!(found.iter().map(|diff| diff.name.as_str()).collect::<Vec<_>>(), ["a", "gone"]);
        assert_eq!((found[0].added, found[0].removed, found[1].removed), (2, 1, 1));
        let told: Vec<String> = found[0].hunks[0]
            .iter()
            .map(|line| format!("{}{}:{:?}/{:?}", line.mark.sign(), line.text, line.old, line.new))
            .collect();
        assert_eq!(
            told,
            [
                " 1:Some(1)/Some(1)",
                "−2:Some(2)/None",
                "+to:None/Some(2)",
                " 3:Some(3)/Some(3)",
                "+4:None/Some(4)"
            ]
        );
    }
}
