//! How well personal data are masked, on letters of which somebody has listed them.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::NotJudged;
use crate::LetterText;
use crate::mask::{Found, Kind, Place};

/// A letter and its personal data.
#[derive(Clone, Deserialize)]
pub struct JudgedMask {
    /// Its name in the set.
    pub id: String,
    /// Label as the sender typed it.
    pub subject: String,
    /// Text.
    pub text: String,
    /// Personal data, each once; they count wherever they occur.
    #[serde(default)]
    pub pii: Vec<Listed>,
}

/// A piece of personal data that somebody has listed.
#[derive(Clone, PartialEq, Deserialize)]
pub struct Listed {
    /// As it stands in the letter.
    pub text: String,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: Kind,
}

impl JudgedMask {
    /// Reads a file of one JSON object a line. Fields that are not about masking are passed over.
    pub fn read(file: &str) -> Result<Vec<Self>, NotJudged> {
        super::judged::lines(file)
    }

    /// What a masker may read of it.
    pub fn letter(&self) -> LetterText<'_> {
        LetterText { label: &self.subject, body: &self.text }
    }

    /// Items that stand unmasked somewhere in the letter.
    pub fn missed<'a>(&'a self, found: &'a [Found]) -> impl Iterator<Item = &'a Listed> {
        self.pii.iter().filter(|item| !self.is_masked(item, found))
    }

    fn is_masked(&self, item: &Listed, found: &[Found]) -> bool {
        [(Place::Label, &self.subject), (Place::Body, &self.text)].into_iter().all(|(place, text)| {
            let marked = marked(text, found, place);
            occurrences(text, &item.text).all(|range| marked[range].iter().all(|marked| *marked))
        })
    }
}

/// How well a set is masked.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MaskMeasures {
    /// Per kind, the share of listed items that are masked wherever they occur.
    pub mask_recall: BTreeMap<Kind, f64>,
    /// Share of masked characters that lie in a listed item.
    pub mask_precision: f64,
    /// Per kind, how many items are listed.
    pub mask_items: BTreeMap<Kind, usize>,
}

impl MaskMeasures {
    /// Measures letters, each with what was found in it.
    pub fn of<'a>(letters: impl IntoIterator<Item = (&'a JudgedMask, Vec<Found>)>) -> Self {
        let mut counts: BTreeMap<Kind, (usize, usize)> = BTreeMap::new();
        let (mut masked, mut right) = (0_usize, 0_usize);
        for (letter, found) in letters {
            for item in &letter.pii {
                let (all, hits) = counts.entry(item.kind).or_default();
                *all += 1;
                *hits += usize::from(letter.is_masked(item, &found));
            }
            let (own, listed) = characters(letter, &found);
            masked += own;
            right += listed;
        }
        let share =
            |(kind, (all, hits)): (&Kind, &(usize, usize))| (*kind, *hits as f64 / (*all).max(1) as f64);
        Self {
            mask_recall: counts.iter().map(share).collect(),
            mask_precision: right as f64 / masked.max(1) as f64,
            mask_items: counts.iter().map(|(kind, (all, _))| (*kind, *all)).collect(),
        }
    }

    /// The recall of one kind; `None` when none is listed.
    pub fn recall(&self, kind: Kind) -> Option<f64> {
        self.mask_recall.get(&kind).copied()
    }
}

/// Masked characters, and those of them that are listed.
fn characters(letter: &JudgedMask, found: &[Found]) -> (usize, usize) {
    let mut counts = (0, 0);
    for (place, text) in [(Place::Label, &letter.subject), (Place::Body, &letter.text)] {
        let marked = marked(text, found, place);
        let mut listed = vec![false; text.len()];
        for range in letter.pii.iter().flat_map(|item| occurrences(text, &item.text)) {
            listed[range].fill(true);
        }
        for (at, _) in text.char_indices().filter(|(at, _)| marked[*at]) {
            counts.0 += 1;
            counts.1 += usize::from(listed[at]);
        }
    }
    counts
}

fn marked(text: &str, found: &[Found], place: Place) -> Vec<bool> {
    let mut marked = vec![false; text.len()];
    for found in found.iter().filter(|found| found.place == place) {
        if let Some(part) = marked.get_mut(found.range.clone()) {
            part.fill(true);
        }
    }
    marked
}

/// Where an item stands as words of its own; a genitive's s may follow.
fn occurrences<'a>(text: &'a str, item: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
    let whole = move |start: usize| {
        let (before, after) = (&text[..start], &text[start + item.len()..]);
        let after =
            after.strip_prefix('s').filter(|rest| !rest.starts_with(char::is_alphanumeric)).unwrap_or(after);
        !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric)
    };
    let found = text.match_indices(item).map(|(start, _)| start).filter(move |_| !item.is_empty());
    found.filter(move |start| whole(*start)).map(move |start| start..start + item.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_masked_when_it_is_everywhere() {
        let file =
            r#"{"id":"x","subject":"Bo","text":"Bo og Bos bil. Boet.","pii":[{"text":"Bo","type":"name"}]}"#;
        let letter = &JudgedMask::read(file).expect("a letter")[0];
        let found = |place, range| Found { place, range, kind: Kind::Name };
        let half = vec![found(Place::Label, 0..2), found(Place::Body, 0..2)];
        let whole = vec![found(Place::Label, 0..2), found(Place::Body, 0..2), found(Place::Body, 6..12)];
        let measure = |found| MaskMeasures::of([(letter, found)]);
        assert_eq!(measure(half).recall(Kind::Name), Some(0.0));
        let measures = measure(whole);
        assert_eq!((measures.recall(Kind::Name), measures.recall(Kind::Cpr)), (Some(1.0), None));
        assert_eq!(measures.mask_precision, 0.6);
    }
}
