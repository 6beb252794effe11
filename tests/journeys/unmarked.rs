//! Unmarked mail through the program itself, with the model that comes with it: suggestions, key lines, an answer that teaches.

use std::path::Path;

use journeys::{Engine, on_both_databases};

use crate::program::Installation;

/// A letter of the demo: a family that moves in asks for a place for its daughter Freja.
const LETTER: &str = "39-vuggestueplads.xml";
const UUID: &str = "b044ec04-0998-4624-9284-77a8cfd89598";
/// What nobody may read without opening the letter.
const HIDDEN: [&str; 6] = ["Freja", "Nadia", "Wester", "Tranebærvej 29", "Rønnebærstien 2", "01 23 44 13"];

async fn municipality(engine: Engine) -> Installation {
    let mut town = Installation::sandby(engine, "").await;
    let files = router::cli::demo_policy_files();
    for (name, text) in &files {
        town.write(name, text);
    }
    let names: Vec<String> = files.iter().map(|(name, _)| format!("{name:?}")).collect();
    let head = "[authority]\ncvr = \"97310240\"\nname = \"Åløse Kommune\"\n\n[policy]\nfiles = [FILES]\n";
    town.write("modtag.toml", head.replace("FILES", &names.join(", ")));
    let letter = Path::new(env!("CARGO_MANIFEST_DIR")).join("../router/demo/mail").join(LETTER);
    town.write(LETTER, std::fs::read(letter).expect("the letter"));
    town.set("MODTAG_LOG__LEVEL", "warn");
    town.run(&["ingest", LETTER]).ok();
    town
}

on_both_databases!(
    a_letter_without_marks_waits_with_masked_key_lines_and_its_answer_teaches,
    |engine: Engine| async move {
        let town = municipality(engine).await;
        let story = town.run(&["explain", UUID]).ok();
        assert!(story.contains("Forslag         28.09.40: klassifikatorens forslag"), "{story}");
        assert!(story.contains("dagplejer"), "the words that carried it\n{story}");
        assert!(
            !story.contains("Vi flytter til Åløse"),
            "the story is told without the letter's sentences\n{story}"
        );

        let refused = town.run(&["explain", UUID, "--key-lines"]).fails(2);
        assert!(refused.contains("--reason"), "{refused}");
        let shown = town.run(&["explain", UUID, "--key-lines", "--reason", "fordeling"]).ok();
        assert!(
            shown.contains("Nøglelinjer") && shown.contains("vuggestueplads til vores datter [navn]"),
            "{shown}"
        );
        for text in HIDDEN {
            assert!(!story.contains(text) && !shown.contains(text), "{text} is shown\n{shown}");
        }
        let looked = town.run(&["explain", UUID]).ok();
        assert!(looked.contains("fordeling"), "that somebody looked, and why, is in the log\n{looked}");

        assert_eq!(town.run(&["classifier", "lessons", "--json"]).json().as_array().map(Vec::len), Some(0));
        town.run(&["answer", UUID, "--unit", "pladsanvisning", "--subject", "28.09.40"]).ok();
        let lessons = town.run(&["classifier", "lessons", "--json"]).ok();
        let kept: serde_json::Value = serde_json::from_str(&lessons).expect("JSON");
        assert_eq!(kept.as_array().map(Vec::len), Some(1), "{lessons}");
        for text in HIDDEN {
            assert!(!lessons.contains(text), "{text} is in the register\n{lessons}");
        }
    }
);
