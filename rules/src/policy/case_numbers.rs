//! What case numbers look like, so that they can be found in text.

use regex::Regex;

use super::finding::Findings;
use super::pattern::{compile, compile_pattern};
use super::table::Table;

/// Shapes of the case systems in use, most specific first. Source: `spec/esdh.md` §2 (row "Case number").
const SHAPES: [&str; 5] = [
    // SBSYS: subject, facet, sequence, year: 32.03.12-G01-36-19
    r"\b\d{2}\.\d{2}\.\d{2}-[A-ZÆØÅ]\d{2}-\d{1,6}-\d{2}\b",
    // GetOrganized: GEO-2022-033830
    r"\b[A-ZÆØÅ]{3}-\d{4}-\d{6}\b",
    // KMD Nova: S2023-61078
    r"\bS(?:19|20)\d{2}-\d{1,7}\b",
    // WorkZone, Public 360 and Acadre: 2021/41-765, 20/00001, 21/1234. Two digits with fewer than three behind are
    // more often a date or a fraction.
    r"\b(?:(?:19|20)\d{2}/\d{1,6}(?:-\d{1,6})?|\d{2}/\d{3,6})\b",
    // Year and sequence, as in our own journal: 2025-4711
    r"\b(?:19|20)\d{2}-\d{3,7}\b",
];

/// Finds case numbers in text. Linear in the text, whatever the patterns.
#[derive(Clone, Debug)]
pub(crate) struct CaseNumbers(Regex);

impl CaseNumbers {
    /// The case numbers in a text, in order.
    pub(crate) fn in_text<'t>(&self, text: &'t str) -> impl Iterator<Item = &'t str> {
        self.0.find_iter(text).map(|found| found.as_str()).filter(|found| !found.is_empty())
    }

    /// The built-in shapes.
    pub(super) fn built_in() -> Option<Self> {
        compile(&SHAPES.join("|")).ok().map(Self)
    }

    /// `[case_numbers]`: the authority's own shapes instead of the built-in ones.
    pub(super) fn read(table: Table<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let patterns = table.texts("patterns", findings);
        if patterns.is_empty() && !table.has("patterns") {
            table.missing("patterns");
        }
        table.finish(findings);
        let good: Vec<String> = patterns
            .iter()
            .filter(|pattern| compile_pattern(pattern, findings).is_some())
            .map(|pattern| format!("(?:{})", pattern.value))
            .collect();
        if good.is_empty() { Self::built_in() } else { compile(&good.join("|")).ok().map(Self) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_numbers_of_the_known_systems_are_found_in_text() {
        let numbers = CaseNumbers::built_in().unwrap();
        for (text, expected) in [
            ("Vedr. sag 32.03.12-G01-36-19.", vec!["32.03.12-G01-36-19"]),
            ("GEO-2022-033830 og S2023-61078", vec!["GEO-2022-033830", "S2023-61078"]),
            ("2021/41-765, 20/00001 (21/1234)", vec!["2021/41-765", "20/00001", "21/1234"]),
            ("Deres sag 2025-4711", vec!["2025-4711"]),
            ("den 24/12 kl. 10-12, side 1/2", vec![]),
            ("010190-1234", vec![]),
            ("0101901234", vec![]),
            ("tlf. 12 34 56 78", vec![]),
        ] {
            assert_eq!(numbers.in_text(text).collect::<Vec<_>>(), expected, "{text}");
        }
    }
}
