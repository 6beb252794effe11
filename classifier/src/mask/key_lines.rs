//! Key lines: the few sentences by which a post distributor can tell where a letter belongs.

use super::page::Page;
use super::spans::{Found, Masked, Place, masked};
use crate::LetterText;

/// The sentences of a letter that carry its subject most, at most so many, in the letter's order, masked.
///
/// `score` says how much a sentence carries; a sentence of score 0 or less is not shown. It is given the
/// sentence as it will be shown.
pub fn key_lines(
    letter: &LetterText<'_>,
    found: &[Found],
    most: usize,
    score: impl Fn(&str) -> f32,
) -> Vec<Masked> {
    let mut lines: Vec<(usize, f32, Masked)> = Vec::new();
    for (text, place) in [(letter.label, Place::Label), (letter.body, Place::Body)] {
        for range in sentences(text, found.iter().filter(|found| found.place == place)) {
            let own = found.iter().filter(|found| found.place == place);
            let within = own.filter(|found| range.start <= found.range.start && found.range.end <= range.end);
            let moved: Vec<Found> = within
                .map(|found| Found {
                    range: found.range.start - range.start..found.range.end - range.start,
                    ..found.clone()
                })
                .collect();
            let shown = masked(&text[range], &moved);
            let worth = score(shown.as_str());
            if worth > 0.0 && !lines.iter().any(|(_, _, other)| *other == shown) {
                lines.push((lines.len(), worth, shown));
            }
        }
    }
    lines.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    lines.truncate(most);
    lines.sort_by_key(|(at, ..)| *at);
    lines.into_iter().map(|(_, _, shown)| shown).collect()
}

/// Sentences and lines; none ends within something found.
fn sentences<'f>(text: &str, found: impl Iterator<Item = &'f Found> + Clone) -> Vec<std::ops::Range<usize>> {
    let mut ranges = Vec::new();
    let mut begin = 0;
    let page = Page::read(text);
    let ends = page.words.iter().skip(1).filter(|word| word.sentence_start || word.line_start);
    for end in ends.map(|word| word.range.start).chain([text.len()]) {
        let within = found.clone().any(|found| found.range.start < end && end < found.range.end);
        if within || end <= begin || is_wrapped(&text[begin..end], &text[end..]) {
            continue;
        }
        let part = &text[begin..end];
        let start = begin + part.len() - part.trim_start().len();
        let stop = begin + part.trim_end().len();
        // A number or an abbreviation ends no sentence.
        let short = end < text.len()
            && !part.contains('\n')
            && part.trim_end().chars().rev().skip(1).take_while(|char| char.is_alphanumeric()).count() <= 3;
        if short && part.trim_end().ends_with('.') {
            continue;
        }
        if start < stop {
            ranges.push(start..stop);
        }
        begin = end;
    }
    ranges
}

/// Was the line broken in the middle of a sentence, as mail programs and PDF do?
fn is_wrapped(before: &str, after: &str) -> bool {
    let line = before.trim_end();
    let breaks = before[line.len()..].matches('\n').count();
    breaks == 1 && !line.ends_with(['.', '!', '?', ':', ';', ',']) && after.starts_with(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::{Known, find};

    #[test]
    fn a_sentence_goes_on_after_a_wrapped_line() {
        let letter =
            LetterText { label: "", body: "Vandet står i kælderen, fordi\nkloakken er for lille.\nHilsen" };
        let lines = key_lines(&letter, &[], 3, |line| if line.contains("kloak") { 1.0 } else { 0.0 });
        let lines: Vec<&str> = lines.iter().map(Masked::as_str).collect();
        assert_eq!(lines, ["Vandet står i kælderen, fordi\nkloakken er for lille."]);
    }

    #[test]
    fn the_lines_that_carry_the_subject_are_shown_masked() {
        let letter = LetterText {
            label: "Hej",
            body: "Kære kommune. Min nabo Kirsten Holm har sat et hegn op i skel. Det er koldt.\nHilsen\nBirgit Ploug",
        };
        let found = find(&letter, &Known::default());
        let score = |line: &str| if line.contains("hegn") { 2.0 } else { 0.0 };
        let lines = key_lines(&letter, &found, 3, score);
        let lines: Vec<&str> = lines.iter().map(Masked::as_str).collect();
        assert_eq!(lines, ["Min nabo [navn] har sat et hegn op i skel."]);
        assert!(key_lines(&letter, &found, 0, |_| 1.0).is_empty());
    }
}
