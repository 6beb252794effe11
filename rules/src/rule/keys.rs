//! Reading helpers that conditions share: lists of words, of numbers, of choices.

use kle::Subject;

use crate::fold;
use crate::policy::{Findings, Table, choice, listed, subject};

/// Which of a table's keys must be there.
pub(super) trait Keys {
    /// One of the keys and no other.
    fn exactly_one(&self, keys: &[&'static str], findings: &mut Findings<'_>);
    /// At least one of the keys: an empty condition would match everything.
    fn some_key(&self, keys: &[&'static str], findings: &mut Findings<'_>);
}

impl Keys for Table<'_> {
    fn exactly_one(&self, keys: &[&'static str], findings: &mut Findings<'_>) {
        let given = keys.iter().filter(|key| self.has(key)).count();
        if given != 1 {
            let what =
                format!("betingelsen har {given} af {}, men skal have én", listed(keys.iter().copied()));
            findings.add(self.place(), "one-key", what, "Behold præcis én af dem");
        }
    }

    fn some_key(&self, keys: &[&'static str], findings: &mut Findings<'_>) {
        if !keys.iter().any(|key| self.has(key)) {
            let advice = format!("Tilføj mindst én af {}", listed(keys.iter().copied()));
            findings.add(self.place(), "empty-condition", "betingelsen er tom og ville passe på alt", advice);
        }
    }
}

pub(super) fn choices<T: Copy>(
    table: &Table<'_>,
    key: &'static str,
    choices: &[(&'static str, T)],
    findings: &mut Findings<'_>,
) -> Vec<T> {
    table.some_texts(key, findings).iter().filter_map(|word| choice(key, word, choices, findings)).collect()
}

/// Texts in lower case.
pub(super) fn plain(table: &Table<'_>, key: &'static str, findings: &mut Findings<'_>) -> Vec<String> {
    table.some_texts(key, findings).iter().map(|text| fold::plain(&text.value)).collect()
}

/// KLE numbers.
pub(super) fn subjects(table: &Table<'_>, key: &'static str, findings: &mut Findings<'_>) -> Vec<Subject> {
    let texts = table.some_texts(key, findings);
    texts.into_iter().filter_map(|text| subject(text, findings)).map(|subject| subject.value).collect()
}

/// Words and phrases, as a Dane compares them.
pub(super) fn folded(table: &Table<'_>, key: &'static str, findings: &mut Findings<'_>) -> Vec<String> {
    let mut words = Vec::new();
    for word in table.some_texts(key, findings) {
        let folded = fold::words(&word.value);
        if folded.trim().is_empty() {
            let what = format!("»{}« er ikke et ord", word.value);
            findings.add(word.place, "no-word", what, "Skriv bogstaver eller tal");
        } else {
            words.push(folded);
        }
    }
    words
}
