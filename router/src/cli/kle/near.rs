//! Near: what a person may have meant by a number that is not there.

use std::collections::BTreeSet;

use jiff::civil::Date;
use kle::{Register, Subject, normalise};

/// More than these are no help.
const MOST: usize = 5;

/// A number as people write it: with `KLE` before it, blanks in it, a facet behind it.
pub(super) fn subject(text: &str) -> Option<Subject> {
    Subject::parse(text.trim()).ok().or_else(|| normalise(text, None).subject)
}

/// Numbers that apply and look like this text, or whose titles and keywords have its words; the nearest first.
pub(super) fn suggestions(register: &Register, text: &str, day: Date) -> Vec<String> {
    let has_digits = text.chars().any(|c| c.is_ascii_digit());
    let found = if has_digits { by_digits(register, text, day) } else { by_words(register, text, day) };
    let title = |number: Subject| register.title(number, day).unwrap_or("uden titel").to_owned();
    found.into_iter().take(MOST).map(|number| format!("{number} {}", title(number))).collect()
}

fn by_digits(register: &Register, text: &str, day: Date) -> Vec<Subject> {
    let wanted: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '.').take(16).collect();
    let mut near: Vec<(usize, Subject)> = register
        .subjects()
        .numbers()
        .filter(|&number| register.subjects().current(number, day).is_some())
        .map(|number| (strsim::damerau_levenshtein(&wanted, &number.to_string()), number))
        .filter(|(distance, _)| *distance <= 2)
        .collect();
    near.sort();
    let mut found: Vec<Subject> = near.into_iter().map(|(_, number)| number).collect();
    // What stands above the number is near as well, however far its digits are.
    let above = subject(text).into_iter().flat_map(Subject::prefixes);
    for number in above.filter(|&number| register.subjects().current(number, day).is_some()) {
        if !found.iter().take(MOST).any(|known| *known == number) {
            found.insert(found.len().min(MOST - 1), number);
            break;
        }
    }
    found
}

fn by_words(register: &Register, text: &str, day: Date) -> Vec<Subject> {
    let wanted = text.trim().to_lowercase();
    if wanted.is_empty() {
        return Vec::new();
    }
    let has = |text: &str| text.to_lowercase().contains(&wanted);
    let applies = |number: &Subject| register.subjects().current(*number, day).is_some();
    let titled = register.subjects().numbers().filter(|&number| register.title(number, day).is_some_and(has));
    let keyed =
        register.keywords().iter().filter(|keyword| has(&keyword.text)).filter_map(|keyword| keyword.subject);
    let mut seen = BTreeSet::new();
    titled.chain(keyed).filter(applies).filter(|&number| seen.insert(number)).take(MOST).collect()
}
