//! Samples: the examples of rules as messages to try.

use toml_edit::{DocumentMut, Item, Table, TableLike};

use crate::setup::PolicyFiles;

/// An example's message, sketched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// What it is called: its rule and its name or number.
    pub name: String,
    /// Its facts, as in the rule file, without what it expects.
    pub toml: String,
}

/// Every example that is sketched in the texts, in their order.
pub fn samples(files: &PolicyFiles) -> Vec<Sample> {
    let mut found = Vec::new();
    for (_, text) in files {
        let Ok(document) = text.parse::<DocumentMut>() else { continue };
        let rules = document.get("rule").and_then(Item::as_array_of_tables);
        for rule in rules.into_iter().flatten() {
            let id = rule.get("id").and_then(Item::as_str).unwrap_or_default();
            add(rule.get("example"), id, &mut found);
        }
        add(document.get("example"), "uden regel", &mut found);
    }
    found
}

fn add(examples: Option<&Item>, of: &str, found: &mut Vec<Sample>) {
    let mut number = 0;
    let mut one = |example: &dyn TableLike| {
        number += 1;
        if example.contains_key("message") {
            return;
        }
        let name = example.get("name").and_then(Item::as_str).map(str::to_owned);
        let mut facts = Table::new();
        for (key, item) in example.iter().filter(|(key, _)| !["name", "expect"].contains(key)) {
            // On one line, wherever it stood.
            let plain = item.clone().into_value().ok();
            facts.extend(plain.map(|value| (key.to_owned(), value)));
        }
        let name = name.unwrap_or_else(|| format!("eksempel {number}"));
        found.push(Sample { name: format!("{of}: {name}"), toml: facts.to_string() });
    };
    match examples {
        Some(Item::ArrayOfTables(tables)) => tables.iter().for_each(|table| one(table)),
        Some(item) => {
            let tables = item.as_array().into_iter().flatten().filter_map(|value| value.as_inline_table());
            tables.for_each(|table| one(table));
        }
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_in_either_form_become_messages_that_can_be_sketched() {
        let text = "[authority]\ncvr = \"12345678\"\nname = \"Prøve\"\n\n[[rule]]\nid = \"a\"\ntitle = \"A\"\nwhen = { kle = \"27\" }\nthen = \"desk\"\nexample = [{ kle = \"27.18\", expect = \"desk\" }, { message = \"x.xml\" }]\n\n[[rule]]\nid = \"b\"\ntitle = \"B\"\nwhen = { words = \"x\" }\nthen = \"desk\"\n\n[[rule.example]]\nname = \"Et <navn>\"\nlabel = \"x\"\n[rule.example.fields]\nmessageCode = \"Q\"\n";
        let files = vec![("p.toml".to_owned(), text.to_owned())];
        let found = samples(&files);
        assert_eq!(
            found.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(),
            ["a: eksempel 1", "b: Et <navn>"]
        );
        let policy = rules::Policy::load(&files, "1").expect("a policy");
        for sample in found {
            assert!(rules::sketched(&policy, &sample.toml).is_some(), "{}", sample.toml);
        }
    }
}
