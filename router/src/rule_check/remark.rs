//! Remarks: what is wrong or doubtful in a text, at its line.

use rules::{ExampleResult, Finding, Lint};

use super::Looked;
use crate::drafting::{Block, blocks, short};
use crate::setup::PolicyFiles;

/// What kind of remark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemarkKind {
    /// The text cannot be a rule set as long as it stands.
    Fault,
    /// An example comes out otherwise than it should.
    Example,
    /// Something to look at; it keeps nobody from anything.
    Doubt,
}

impl RemarkKind {
    /// The word on a screen.
    pub fn danish(self) -> &'static str {
        match self {
            Self::Fault => "Fejl",
            Self::Example => "Eksempel",
            Self::Doubt => "Eftersyn",
        }
    }
}

/// Something about a line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Place of the file among the texts.
    pub file: usize,
    /// Its name.
    pub name: String,
    /// Line, from 1.
    pub line: usize,
    /// What kind of remark.
    pub kind: RemarkKind,
    /// The rule that the line belongs to; empty for none.
    pub rule: String,
    /// What there is to say.
    pub text: String,
    /// The line and its neighbours, with their numbers.
    pub source: Vec<(usize, String)>,
}

/// Lines shown around the one that is meant.
const AROUND: usize = 1;

/// Everything there is to say of these texts, by file and line: faults, examples that fail, then doubts.
pub fn remarks(files: &PolicyFiles, looked: &Looked) -> Vec<Remark> {
    let blocks: Vec<Vec<Block>> = files.iter().map(|(_, text)| blocks(text).unwrap_or_default()).collect();
    let mut found: Vec<Remark> = Vec::new();
    let mut add = |name: &str, line: usize, kind: RemarkKind, text: String| {
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
            rule: rule.map(|block| block.id.clone()).unwrap_or_default(),
            text,
            source: near.filter(|(number, _)| number.abs_diff(line) <= AROUND).collect(),
        });
    };
    for Finding { file, line, what, advice, .. } in &looked.faults {
        add(file, *line, RemarkKind::Fault, format!("{what}. {advice}."));
    }
    for ExampleResult { file, line, expected, found, .. } in looked.failed() {
        add(file, *line, RemarkKind::Example, format!("Eksemplet venter, at {expected}, men {found}."));
    }
    for lint in &looked.checked.lints {
        add(&lint.file, lint.line, RemarkKind::Doubt, told(lint));
    }
    found.sort_by_key(|remark| (remark.file, remark.line));
    found
}

/// A doubt as sentences.
pub fn told(lint: &Lint) -> String {
    let Lint { what, advice, witness, .. } = lint;
    let shows = witness.as_ref().map(|witness| format!(" Det kan ses på: {witness}")).unwrap_or_default();
    let mut letters = what.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}. {advice}.{shows}", letters.as_str())
}
