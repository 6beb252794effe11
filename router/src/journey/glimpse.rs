//! Glimpse: what a post distributor may see of a letter without opening it.

use std::collections::BTreeSet;

use classifier::mask::{self, Found, Known, Masked, Place};
use classifier::sensitivity::{self, Level};
use classifier::{LetterText, Opinion};
use memo::Message;
use rules::{Glimpse, Sensitivity};

/// How many sentences are shown: enough to choose between two units, too few to know the letter.
const LINES: usize = 3;

/// What may be seen of a letter of which this was said. Takes masked words out of the reasons given.
pub(super) fn glimpse(
    message: &Message,
    letter: &LetterText<'_>,
    opinion: &mut Opinion,
    unread: Vec<String>,
) -> Glimpse {
    let found = mask::find(letter, &known_from_header(message));
    let hidden = hidden(letter, &found);
    for suggestion in &mut opinion.suggestions {
        suggestion.why.retain(|word| !hidden.contains(&word.to_lowercase()));
    }
    let told = sensitivity::judge(letter, &found);
    let why: Vec<&String> =
        opinion.suggestions.iter().take(2).flat_map(|suggestion| &suggestion.why).collect();
    // A sentence is worth the words in it that carried a suggestion; the first ones win among equals.
    let score = |sentence: &str| why.iter().filter(|word| sentence.contains(word.as_str())).count() as f32;
    let lines = mask::key_lines(letter, &found, LINES, score);
    Glimpse {
        lines: lines.iter().map(one_line).collect(),
        care: told.grounds.iter().map(|ground| ground.sentence().to_owned()).collect(),
        sensitivity: sensitivity(told.level),
        unread,
    }
}

fn one_line(line: &Masked) -> String {
    line.as_str().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The masked words, in lower case.
fn hidden(letter: &LetterText<'_>, found: &[Found]) -> BTreeSet<String> {
    let text = |found: &Found| match found.place {
        Place::Label => letter.label.get(found.range.clone()),
        Place::Body => letter.body.get(found.range.clone()),
    };
    let words =
        found.iter().filter_map(text).flat_map(|text| text.split(|letter: char| !letter.is_alphanumeric()));
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// The scale of the case systems (spec: esdh.md); nothing is said of an ordinary letter.
fn sensitivity(level: Level) -> Option<Sensitivity> {
    match level {
        Level::Ordinary => None,
        Level::Confidential => Some(Sensitivity::Confidential),
        Level::Sensitive => Some(Sensitivity::Sensitive),
        Level::Protected => Some(Sensitivity::Protected),
    }
}

/// Who is known from the header: the sender, and whoever sends for them.
pub(crate) fn known_from_header(message: &Message) -> Known {
    let mut known = Known::default();
    let sender = &message.header.sender;
    known.names.push(sender.label.clone());
    known.numbers.push(sender.sender_id.clone());
    if let Some(representative) = &sender.representative {
        known.numbers.push(representative.representative_id.clone());
    }
    known
}
