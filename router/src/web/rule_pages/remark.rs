//! Remarks: what is wrong or doubtful in a text, at its line.

use rules::{ExampleResult, Finding, Lint};

use super::looked::Looked;
use super::short;
use crate::drafting::{Block, blocks};
use crate::setup::PolicyFiles;

/// Something about a line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Remark {
    /// Place of the file among the texts.
    pub(super) file: usize,
    /// Its name.
    pub(super) name: String,
    /// Line, from 1.
    pub(super) line: usize,
    /// What kind of remark (Danish).
    pub(super) kind: &'static str,
    /// The class that it is drawn with.
    pub(super) class: &'static str,
    /// The rule that the line belongs to; empty for none.
    pub(super) rule: String,
    /// What there is to say.
    pub(super) text: String,
    /// The line and its neighbours, with their numbers.
    pub(super) source: Vec<(usize, String)>,
}

/// Lines shown around the one that is meant.
const AROUND: usize = 1;

/// Everything there is to say of these texts, by file and line: faults, examples that fail, then doubts.
pub(super) fn remarks(files: &PolicyFiles, looked: &Looked) -> Vec<Remark> {
    let blocks: Vec<Vec<Block>> = files.iter().map(|(_, text)| blocks(text).unwrap_or_default()).collect();
    let mut found: Vec<Remark> = Vec::new();
    let mut add = |name: &str, line: usize, (kind, class): (&'static str, &'static str), text: String| {
        let place = files.iter().position(|(file, _)| file == name);
        let Some(file) = place else { return };
        let rule = blocks[file].iter().find(|block| (block.line..=block.last).contains(&line));
        let lines = files[file].1.lines().enumerate();
        let near = lines.map(|(before, text)| (before + 1, text.to_owned()));
        found.push(Remark {
            file,
            name: short(name),
            line,
            kind,
            class,
            rule: rule.map(|block| block.id.clone()).unwrap_or_default(),
            text,
            source: near.filter(|(number, _)| number.abs_diff(line) <= AROUND).collect(),
        });
    };
    for Finding { file, line, what, advice, .. } in &looked.faults {
        add(file, *line, ("Fejl", "fault"), format!("{what}. {advice}."));
    }
    for ExampleResult { file, line, expected, found, .. } in looked.failed() {
        add(file, *line, ("Eksempel", "fault"), format!("Eksemplet venter, at {expected}, men {found}."));
    }
    for lint in &looked.checked.lints {
        add(&lint.file, lint.line, ("Eftersyn", "doubt"), told(lint));
    }
    found.sort_by_key(|remark| (remark.file, remark.line));
    found
}

/// A doubt as sentences.
pub(super) fn told(lint: &Lint) -> String {
    let Lint { what, advice, witness, .. } = lint;
    let shows = witness.as_ref().map(|witness| format!(" Det kan ses på: {witness}")).unwrap_or_default();
    let mut letters = what.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}. {advice}.{shows}", letters.as_str())
}
