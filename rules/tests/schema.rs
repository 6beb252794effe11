//! The JSON schema for editors says of every table exactly the keys that the reader asks for.

use std::collections::BTreeSet;

use rules::Policy;

/// A key that no table has and that is like none, so that the finding lists the known ones.
const STRANGER: &str = "xxxxxxxxxxxxxxxxxxxx";

/// The definition in the schema, and a file whose table of that kind has a stranger.
const TABLES: [(&str, &str); 34] = [
    ("", "STRANGER = 1"),
    ("authority", "[authority]\nSTRANGER = 1"),
    ("unit", "[[unit]]\nSTRANGER = 1"),
    ("person", "[[person]]\nSTRANGER = 1"),
    ("role", "[[role]]\nSTRANGER = 1"),
    ("queue", "[[queue]]\nSTRANGER = 1"),
    ("webhook", "[[webhook]]\nSTRANGER = 1"),
    ("case_template", "[[case_template]]\nSTRANGER = 1"),
    ("sender_list", "[[sender_list]]\nSTRANGER = 1"),
    ("crosswalk", "[[crosswalk]]\nSTRANGER = 1"),
    ("responsibility", "[[responsibility]]\nSTRANGER = 1"),
    ("contact_point", "[[contact_point]]\nSTRANGER = 1"),
    ("attention", "[[attention]]\nSTRANGER = 1"),
    ("unseen", "[[unseen]]\nSTRANGER = 1"),
    ("files", "[files]\nSTRANGER = 1"),
    ("case_numbers", "[case_numbers]\nSTRANGER = 1"),
    ("rule", "[[rule]]\nSTRANGER = 1"),
    ("when", "[[rule]]\nwhen = { field = \"label\", STRANGER = 1 }"),
    ("comparison", "[[rule]]\nwhen = { documents = { STRANGER = 1 } }"),
    ("comparison", "[[rule]]\nwhen = { sender_name = { STRANGER = 1 } }"),
    ("contact_info", "[[rule]]\nwhen = { contact_info = { STRANGER = 1 } }"),
    ("additional_data", "[[rule]]\nwhen = { additional_data = { STRANGER = 1 } }"),
    ("case_id", "[[rule]]\nwhen = { case_id = { STRANGER = 1 } }"),
    ("reply_data", "[[rule]]\nwhen = { reply_data = { STRANGER = 1 } }"),
    ("technical", "[[rule]]\nwhen = { technical = { STRANGER = 1 } }"),
    ("document", "[[rule]]\nwhen = { document = { STRANGER = 1 } }"),
    ("suggested", "[[rule]]\nwhen = { suggested = { STRANGER = 1 } }"),
    ("received", "[[rule]]\nwhen = { received = { STRANGER = 1 } }"),
    ("deadline", "[[rule]]\nwhen = { deadline = { STRANGER = 1 } }"),
    ("then", "[[rule]]\nthen = { STRANGER = 1 }"),
    ("annotate", "[[rule]]\nannotate = { STRANGER = 1 }"),
    ("example", "[[example]]\nSTRANGER = 1"),
    ("suggestion", "[[example]]\nsuggested = { STRANGER = 1 }"),
    ("expect", "[[example]]\nexpect = { STRANGER = 1 }"),
];

fn schema() -> serde_json::Value {
    serde_json::from_str(include_str!("../schema.json")).unwrap()
}

/// The keys that the reader asks this table for, as it tells of the stranger.
fn asked(file: &str) -> BTreeSet<String> {
    let text = file.replace("STRANGER", STRANGER);
    let findings = Policy::load(&[("f", &text)], "1").unwrap_err();
    let told = findings.iter().find(|finding| finding.code == "unknown-key").expect("the stranger is told");
    told.advice.split('»').skip(1).filter_map(|rest| Some(rest.split_once('«')?.0.to_owned())).collect()
}

#[test]
fn the_schema_has_the_keys_that_the_reader_asks_for() {
    let schema = schema();
    let mut wrong = Vec::new();
    for (name, file) in TABLES {
        let table = if name.is_empty() { &schema } else { &schema["definitions"][name] };
        let known: BTreeSet<String> = table["properties"].as_object().unwrap().keys().cloned().collect();
        let asked = asked(file);
        if known != asked {
            let (less, more): (Vec<_>, Vec<_>) =
                (asked.difference(&known).collect(), known.difference(&asked).collect());
            wrong.push(format!("{name}: not in the schema {less:?}, not read {more:?}"));
        }
        assert_eq!(table["additionalProperties"], false, "{name}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_table_of_the_schema_is_held_to_the_reader_and_documented() {
    let schema = schema();
    let held: BTreeSet<&str> = TABLES.iter().map(|(name, _)| *name).collect();
    let page = include_str!("../LANGUAGE.md");
    for (name, table) in schema["definitions"].as_object().unwrap() {
        assert!(held.contains(name.as_str()), "{name} is not held to the reader");
        for key in table["properties"].as_object().unwrap().keys() {
            let told = [
                format!("`{key}`"),
                format!("{key}`"),
                format!("`{key} "),
                format!(" {key} "),
                format!(" {key},"),
            ];
            assert!(told.iter().any(|told| page.contains(told)), "{name}: »{key}« is not in LANGUAGE.md");
        }
    }
}
