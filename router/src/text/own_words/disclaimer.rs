//! Disclaimers: lines of mail programs, virus scanners and lawyers.

use super::Kind;
use super::lines::{Line, folded};

/// A line that begins so was put there by a program or a firm.
const LINES: &str = include_str!("disclaimer-lines.txt");

/// A paragraph that holds one of these is about the letter's confidentiality and not about its matter.
const PHRASES: &str = include_str!("disclaimer-phrases.txt");

/// Longest line that is taken for a program's own, in characters.
const LONGEST_LINE: usize = 160;

/// Marks lines and paragraphs that nobody wrote for this letter.
pub(super) fn mark(lines: &mut [Line<'_>]) {
    for paragraph in lines.chunk_by_mut(|one, next| one.is_blank() == next.is_blank()) {
        let said = paragraph.iter().filter(|line| line.is_open()).map(|line| folded(line.text));
        let said = said.collect::<Vec<_>>().join(" ");
        let whole = phrases(PHRASES).any(|phrase| said.contains(phrase));
        for line in paragraph.iter_mut().filter(|line| line.is_open()) {
            if whole || is_program_line(line.text) {
                line.kind = Some(Kind::Disclaimer);
            }
        }
    }
}

fn is_program_line(line: &str) -> bool {
    let folded = folded(line);
    let line = folded.trim_start_matches(['*', '-', '_', ' ', '<', '[']);
    line.chars().count() <= LONGEST_LINE && phrases(LINES).any(|start| line.starts_with(start))
}

fn phrases(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}
