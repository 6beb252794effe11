//! Blocks: where each rule stands in a text, so that it can be shown, replaced and added to without touching the rest.

use toml_edit::{Document, Item};

/// A rule as it stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its id; empty when it has none.
    pub id: String,
    /// Its title; empty when it has none.
    pub title: String,
    /// Line of its `[[rule]]`, from 1.
    pub line: usize,
    /// Its last line that says something.
    pub last: usize,
    /// The lines.
    pub text: String,
}

/// The rules of a text in order; `None` when the text is no TOML.
pub fn blocks(text: &str) -> Option<Vec<Block>> {
    let document = Document::parse(text).ok()?;
    let mut starts: Vec<usize> = headings(&document);
    starts.sort_unstable();
    let rules = document.get("rule").and_then(Item::as_array_of_tables);
    let mut found = Vec::new();
    for table in rules.into_iter().flatten() {
        let Some(start) = table.span().map(|span| span.start) else { continue };
        let end = starts.iter().copied().find(|other| *other > start).unwrap_or(text.len());
        let word = |key| table.get(key).and_then(Item::as_str).unwrap_or_default().to_owned();
        let own = without_tail(&text[start..end]);
        let line = text[..start].matches('\n').count() + 1;
        let last = line + own.matches('\n').count();
        found.push(Block { id: word("id"), title: word("title"), line, last, text: own.to_owned() });
    }
    Some(found)
}

/// Where the headings of the top level begin: `[x]` and `[[x]]`, not what belongs to them.
fn headings<S: AsRef<str>>(document: &Document<S>) -> Vec<usize> {
    let mut found = Vec::new();
    for (_, item) in document.iter() {
        match item {
            Item::Table(table) => found.extend(table.span().map(|span| span.start)),
            Item::ArrayOfTables(tables) => {
                found.extend(tables.iter().filter_map(|table| table.span()).map(|span| span.start));
            }
            Item::Value(_) | Item::None => {}
        }
    }
    found
}

/// A block without the blank lines and comments at its end: they speak of what comes next.
fn without_tail(block: &str) -> &str {
    let mut end = block.len();
    for line in block.split_inclusive('\n').rev() {
        let said = line.trim();
        if !said.is_empty() && !said.starts_with('#') {
            break;
        }
        end -= line.len();
    }
    block[..end].trim_end_matches('\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Først.\n[[unit]]\nid = \"a\"\n\n# Om den første.\n[[rule]]\nid = \"et\"\ntitle = \"Én\"\nwhen = { words = \"[[rule]]\" }\n\n[[rule.example]]\nlabel = \"\"\"\n[[rule]]\n\"\"\"\n\n# Om den anden.\n[[rule]]\nid = \"to\"\n[rule.when]\nkle = \"27\"\n";

    #[test]
    fn a_rule_is_its_own_lines_with_its_examples_and_nobody_elses_comments() {
        let blocks = blocks(TEXT).expect("a text");
        let seen: Vec<(&str, usize, usize)> =
            blocks.iter().map(|block| (block.id.as_str(), block.line, block.last)).collect();
        assert_eq!(seen, [("et", 6, 14), ("to", 17, 20)]);
        assert!(blocks[0].text.ends_with("\"\"\"") && blocks[1].text.ends_with("kle = \"27\""));
        assert!(super::blocks("[[rule\n").is_none());
    }
}
