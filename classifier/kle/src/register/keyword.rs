//! A keyword: a word that leads to a subject, a facet, or both.

use serde::{Deserialize, Serialize};

use crate::{FacetPattern, Subject};

/// Stikord.
#[doc(alias = "stikord")]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Keyword {
    /// The subject it leads to.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// The facet it leads to; with a subject it fixes both.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    pub facet: Option<FacetPattern>,
    /// The word or phrase, without its mark.
    #[serde(rename = "t")]
    pub text: String,
    /// OS2KLE's weight: 5 for most, 1000 for the near certain, 0 and 1 for the weak. `None` in KL's own lists.
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<u32>,
    /// What its mark says.
    #[serde(rename = "k", default, skip_serializing_if = "KeywordKind::is_plain")]
    pub kind: KeywordKind,
}

/// What the mark behind a keyword says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum KeywordKind {
    /// No mark.
    #[default]
    #[serde(rename = "plain")]
    Plain,
    /// `[=Emne]`, `[=Gruppe]`, `[=Hovedgruppe]`: the title itself.
    #[serde(rename = "title")]
    Title,
    /// `[udgået]`: a word no longer used.
    #[serde(rename = "former")]
    Former,
}

impl KeywordKind {
    fn is_plain(&self) -> bool {
        *self == Self::Plain
    }
}

impl Keyword {
    /// Takes a keyword and its mark apart; tells also whether the mark lacked its closing bracket.
    ///
    /// Runs of blanks become one: the lists are not consistent, and nobody searches for two.
    pub(crate) fn read(text: &str) -> (String, KeywordKind, bool) {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let marks = [
            ("[=Emne", KeywordKind::Title),
            ("[=Gruppe", KeywordKind::Title),
            ("[=Hovedgruppe", KeywordKind::Title),
            ("[=Handlingsfacet", KeywordKind::Title),
            ("[udgået", KeywordKind::Former),
        ];
        let closed = text.strip_suffix(']').unwrap_or(&text).trim_end();
        for (mark, kind) in marks {
            if let Some(word) = closed.strip_suffix(mark) {
                return (word.trim_end().to_owned(), kind, !text.ends_with(']'));
            }
        }
        (text, KeywordKind::Plain, false)
    }
}

/// Keywords in order, so that those of one subject stand together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Keyword>", into = "Vec<Keyword>")]
pub(crate) struct Keywords(Vec<Keyword>);

impl Keywords {
    pub(crate) fn all(&self) -> &[Keyword] {
        &self.0
    }

    pub(crate) fn of(&self, subject: Subject) -> &[Keyword] {
        let from = self.0.partition_point(|keyword| keyword.subject < Some(subject));
        let to = self.0.partition_point(|keyword| keyword.subject <= Some(subject));
        &self.0[from..to]
    }
}

impl From<Vec<Keyword>> for Keywords {
    /// In order, and each once.
    fn from(mut all: Vec<Keyword>) -> Self {
        all.sort();
        all.dedup();
        Self(all)
    }
}

impl From<Keywords> for Vec<Keyword> {
    fn from(keywords: Keywords) -> Self {
        keywords.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_also_without_its_closing_bracket() {
        for (text, word, kind, unclosed) in [
            ("Tang", "Tang", KeywordKind::Plain, false),
            ("Tang [=Emne]", "Tang", KeywordKind::Title, false),
            ("Tang [=Emne", "Tang", KeywordKind::Title, true),
            ("Tang [=Hovedgruppe] ", "Tang", KeywordKind::Title, false),
            ("Tang  og tare", "Tang og tare", KeywordKind::Plain, false),
            ("Tang [udgået]", "Tang", KeywordKind::Former, false),
            ("Tang [frisk]", "Tang [frisk]", KeywordKind::Plain, false),
        ] {
            assert_eq!(Keyword::read(text), (word.to_owned(), kind, unclosed), "{text}");
        }
    }
}
