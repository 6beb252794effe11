//! Page frames: heads and feet that a print repeats on every page, and page numbers.

use std::collections::HashMap;

use super::Kind;
use super::lines::{Line, folded};

/// Lines at the top and at the bottom of a page that may be its frame.
const FRAME: usize = 3;

/// A line longer than this is text, in characters.
const LONGEST: usize = 120;

/// Marks page numbers, and what heads or feet repeat; the first time a line stands it is kept, for it may be the title.
pub(super) fn mark(lines: &mut [Line<'_>]) {
    for line in lines.iter_mut().filter(|line| is_page_number(line.text)) {
        line.kind = Some(Kind::PageFrame);
    }
    let pages = lines.last().map_or(0, |line| line.page + 1);
    if pages < 2 {
        return;
    }
    let frames = frames(lines);
    let mut seen: HashMap<String, usize> = HashMap::new();
    for at in &frames {
        *seen.entry(shape(lines[*at].text)).or_default() += 1;
    }
    let mut kept: HashMap<String, ()> = HashMap::new();
    for at in frames {
        let shape = shape(lines[at].text);
        let repeated = seen.get(&shape).is_some_and(|times| *times >= 2 && *times * 2 >= pages);
        if repeated && kept.insert(shape, ()).is_some() {
            lines[at].kind = Some(Kind::PageFrame);
        }
    }
}

/// Lines that stand first or last on their pages.
fn frames(lines: &[Line<'_>]) -> Vec<usize> {
    let mut frames = Vec::new();
    for page in lines.chunk_by(|one, next| one.page == next.page).scan(0, |start, page| {
        let from = *start;
        *start += page.len();
        Some((from, page))
    }) {
        let (from, page) = page;
        let open: Vec<usize> = (0..page.len()).filter(|at| page[*at].is_open()).collect();
        let bottom = open.len().saturating_sub(FRAME).max(FRAME);
        let ends = open.iter().enumerate().filter(|(at, _)| *at < FRAME || *at >= bottom);
        let short = ends.filter(|(_, line)| page[**line].text.chars().count() <= LONGEST);
        frames.extend(short.map(|(_, line)| from + line));
    }
    frames
}

/// A line with its numbers alike, so that a foot with a page number is the same on every page.
fn shape(line: &str) -> String {
    let mut shape = String::with_capacity(line.len());
    for char in folded(line).chars() {
        match char {
            '0'..='9' if shape.ends_with('#') => {}
            '0'..='9' => shape.push('#'),
            other => shape.push(other),
        }
    }
    shape
}

/// "Side 2 af 4", "Page 2 of 4", "- 2 -", "2/4".
fn is_page_number(line: &str) -> bool {
    let shape = shape(line);
    matches!(
        shape.trim_matches(['-', ' ', '.', '|', '(', ')']),
        "side #"
            | "side # af #"
            | "side # ud af #"
            | "side #/#"
            | "page #"
            | "page # of #"
            | "page #/#"
            | "s. #"
    ) || (matches!(shape.as_str(), "- # -" | "-#-") && line.len() <= 8)
}
