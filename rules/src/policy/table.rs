//! A TOML table read key by key: wrong types and unknown keys become findings, reading goes on.

use std::cell::RefCell;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::finding::{Findings, Place};
use crate::fold;

/// A table, its place, and which keys were asked for: what was never asked for is unknown.
pub(crate) struct Table<'a> {
    /// What the table is, for findings: `[[unit]]`.
    name: &'static str,
    file: usize,
    place: Place,
    entries: &'a DeTable<'a>,
    asked: RefCell<Vec<&'static str>>,
    missing: RefCell<Vec<&'static str>>,
}

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) place: Place,
}

impl<T> At<T> {
    pub(crate) fn new(value: T, place: Place) -> Self {
        Self { value, place }
    }
}

impl<'a> Table<'a> {
    pub(crate) fn new(name: &'static str, file: usize, table: &'a Spanned<DeTable<'a>>) -> Self {
        Self::over(name, file, Place::new(file, table.span()), table.get_ref())
    }

    fn over(name: &'static str, file: usize, place: Place, entries: &'a DeTable<'a>) -> Self {
        Self { name, file, place, entries, asked: RefCell::default(), missing: RefCell::default() }
    }

    /// A value that should be a table.
    pub(crate) fn of(
        name: &'static str,
        file: usize,
        value: &'a Spanned<DeValue<'a>>,
        findings: &mut Findings<'_>,
    ) -> Option<Self> {
        let place = Place::new(file, value.span());
        match value.get_ref() {
            DeValue::Table(entries) => Some(Self::over(name, file, place, entries)),
            other => {
                wrong_type(findings, place, name, "en tabel", other);
                None
            }
        }
    }

    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// The raw value of a key.
    pub(crate) fn value(&self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.borrow_mut().push(key);
        self.entries.get(key)
    }

    pub(crate) fn has(&self, key: &'static str) -> bool {
        self.value(key).is_some()
    }

    /// Does nothing stand in it?
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Where a value of this table stands.
    pub(crate) fn place_of(&self, value: &Spanned<DeValue<'_>>) -> Place {
        Place::new(self.file, value.span())
    }

    /// A place in the file of this table.
    pub(crate) fn place_at(&self, span: std::ops::Range<usize>) -> Place {
        Place::new(self.file, span)
    }

    /// A text that is not empty.
    pub(crate) fn text(&self, key: &'static str, findings: &mut Findings<'_>) -> Option<At<String>> {
        self.text_of(key, self.value(key)?, findings)
    }

    /// A text that must be there.
    pub(crate) fn required(&self, key: &'static str, findings: &mut Findings<'_>) -> Option<At<String>> {
        if !self.has(key) {
            self.missing(key);
        }
        self.text(key, findings)
    }

    /// Notes that a key should have been there; told when the table is finished.
    pub(crate) fn missing(&self, key: &'static str) {
        self.missing.borrow_mut().push(key);
    }

    pub(crate) fn flag(&self, key: &'static str, findings: &mut Findings<'_>) -> bool {
        let Some(value) = self.value(key) else { return false };
        match value.get_ref() {
            DeValue::Boolean(flag) => *flag,
            other => {
                wrong_type(findings, self.place_of(value), key, "true eller false", other);
                false
            }
        }
    }

    /// A whole number that is not negative.
    pub(crate) fn count(&self, key: &'static str, findings: &mut Findings<'_>) -> Option<u64> {
        let value = self.value(key)?;
        let number = match value.get_ref() {
            DeValue::Integer(number) => {
                u64::from_str_radix(&number.as_str().replace('_', ""), number.radix()).ok()
            }
            _ => None,
        };
        if number.is_none() {
            wrong_type(
                findings,
                self.place_of(value),
                key,
                "et helt tal, der ikke er negativt",
                value.get_ref(),
            );
        }
        number
    }

    /// One text, or a list of texts.
    pub(crate) fn texts(&self, key: &'static str, findings: &mut Findings<'_>) -> Vec<At<String>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        match value.get_ref() {
            DeValue::Array(items) => {
                items.iter().filter_map(|item| self.text_of(key, item, findings)).collect()
            }
            _ => self.text_of(key, value, findings).into_iter().collect(),
        }
    }

    /// One text or several, but not none.
    pub(crate) fn some_texts(&self, key: &'static str, findings: &mut Findings<'_>) -> Vec<At<String>> {
        if let Some(value) = self.value(key)
            && matches!(value.get_ref(), DeValue::Array(items) if items.is_empty())
        {
            findings.add(
                self.place_of(value),
                "empty-list",
                format!("»{key}« er tom"),
                "Skriv mindst én værdi",
            );
        }
        self.texts(key, findings)
    }

    /// A text, a whole number, or true or false: as text.
    pub(crate) fn scalar(&self, key: &'static str, findings: &mut Findings<'_>) -> Option<String> {
        let value = self.value(key)?;
        match value.get_ref() {
            DeValue::Boolean(flag) => Some(flag.to_string()),
            DeValue::Integer(_) => self.count(key, findings).map(|number| number.to_string()),
            _ => self.text(key, findings).map(|text| text.value),
        }
    }

    fn text_of(
        &self,
        key: &str,
        value: &Spanned<DeValue<'_>>,
        findings: &mut Findings<'_>,
    ) -> Option<At<String>> {
        let place = self.place_of(value);
        match value.get_ref() {
            DeValue::String(text) if text.trim().is_empty() => {
                findings.add(
                    place,
                    "empty-text",
                    format!("»{key}« er tom"),
                    "Skriv en værdi, eller slet linjen",
                );
                None
            }
            DeValue::String(text) => Some(At::new(text.trim().to_owned(), place)),
            other => {
                wrong_type(findings, place, key, "en tekst i anførselstegn", other);
                None
            }
        }
    }

    /// One of several words.
    pub(crate) fn choice<T: Copy>(
        &self,
        key: &'static str,
        choices: &[(&'static str, T)],
        findings: &mut Findings<'_>,
    ) -> Option<T> {
        let text = self.text(key, findings)?;
        choice(key, &text, choices, findings)
    }

    /// A table below a key.
    pub(crate) fn table(
        &self,
        key: &'static str,
        name: &'static str,
        findings: &mut Findings<'_>,
    ) -> Option<Table<'a>> {
        Table::of(name, self.file, self.value(key)?, findings)
    }

    /// The tables of a list below a key: `[[unit]]`.
    pub(crate) fn tables(
        &self,
        key: &'static str,
        name: &'static str,
        findings: &mut Findings<'_>,
    ) -> Vec<Table<'a>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        match value.get_ref() {
            DeValue::Array(items) => {
                items.iter().filter_map(|item| Table::of(name, self.file, item, findings)).collect()
            }
            other => {
                wrong_type(
                    findings,
                    self.place_of(value),
                    key,
                    &format!("en liste af tabeller, {name}"),
                    other,
                );
                Vec::new()
            }
        }
    }

    /// Tells the keys that nobody asked for, and those that are missing.
    pub(crate) fn finish(self, findings: &mut Findings<'_>) {
        let asked = self.asked.into_inner();
        let mut missing = self.missing.into_inner();
        for key in self.entries.keys() {
            let word = key.get_ref().as_ref();
            if asked.contains(&word) {
                continue;
            }
            let advice = match fold::nearest(word, asked.iter().copied()) {
                Some(near) => {
                    // The key is there, only misspelt: one fault, told once.
                    missing.retain(|&key| key != near);
                    format!("Mente du »{near}«?")
                }
                None => format!("Kendte nøgler: {}", listed(asked.iter().copied())),
            };
            let place = Place::new(self.file, key.span());
            findings.add(place, "unknown-key", format!("{} har ikke nøglen »{word}«", self.name), advice);
        }
        for key in missing {
            let what = format!("{} mangler »{key}«", self.name);
            findings.add(self.place, "missing-key", what, format!("Tilføj {key} = …"));
        }
    }
}

/// One of several words, read from a text.
pub(crate) fn choice<T: Copy>(
    key: &str,
    text: &At<String>,
    choices: &[(&'static str, T)],
    findings: &mut Findings<'_>,
) -> Option<T> {
    let found = choices.iter().find(|(word, _)| *word == text.value).map(|&(_, value)| value);
    if found.is_none() {
        let words = choices.iter().map(|&(word, _)| word);
        let advice = match fold::nearest(&text.value, words.clone()) {
            Some(near) => format!("Mente du »{near}«?"),
            None => format!("Vælg mellem {}", listed(words)),
        };
        findings.add(text.place, "unknown-value", format!("»{}« kan ikke være »{key}«", text.value), advice);
    }
    found
}

pub(crate) fn wrong_type(
    findings: &mut Findings<'_>,
    at: Place,
    key: &str,
    wanted: &str,
    found: &DeValue<'_>,
) {
    let found = match found {
        DeValue::String(_) => "en tekst",
        DeValue::Integer(_) => "et helt tal",
        DeValue::Float(_) => "et kommatal",
        DeValue::Boolean(_) => "true eller false",
        DeValue::Datetime(_) => "et tidspunkt",
        DeValue::Array(_) => "en liste",
        DeValue::Table(_) => "en tabel",
    };
    findings.add(at, "wrong-type", format!("»{key}« skal være {wanted}, men er {found}"), "Ret værdien");
}

/// »a«, »b« og »c«.
pub(crate) fn listed<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    let mut seen = Vec::new();
    for word in words {
        if !seen.contains(&word) {
            seen.push(word);
        }
    }
    match seen.as_slice() {
        [] => String::new(),
        [one] => format!("»{one}«"),
        [rest @ .., last] => format!("»{}« og »{last}«", rest.join("«, »")),
    }
}
