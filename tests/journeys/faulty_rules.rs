//! Faulty rule sets from the outside: the program finds every planted fault, and none of them comes into force.
//!
//! `tests/corpus/faulty-rules/README.md` says where the faults are and what stands in `expected.txt`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use journeys::databases::fresh_postgres;
use journeys::{Engine, on_both_databases};
use serde_json::Value;

use crate::program::Installation;

/// What only shows to one who knows the world: the register of numbers, who has left, what mail has come. The crate
/// `rules` has the cases.
const OF_THE_WORLD: [&str; 7] =
    ["hit-long-ago", "kle-expired", "kle-unknown", "never-hit", "owner-gone", "person-left", "role-empty"];

/// What depends on today's date has files of its own here.
const OF_TODAY: [&str; 2] = ["review-overdue", "validity-over"];

/// Kinds that must be among those found, whatever else is.
const KINDS: [&str; 20] = [
    "bad-kle",
    "bad-regex",
    "bad-validity",
    "broad-regex",
    "contact-point-unknown",
    "duplicate-rule",
    "duplicate-unit",
    "example-fails",
    "never-true",
    "no-owner",
    "overlap",
    "review-overdue",
    "shadowed",
    "successor-circle",
    "unknown-key",
    "unknown-owner",
    "unknown-unit",
    "unknown-webhook",
    "validity-over",
    "wrong-type",
];

fn own() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/faulty-rules")
}

fn of_rules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../rules/tests/corpus/faulty")
}

/// A text of the corpus, with dates that do not come.
fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("a text").replace("= 2027-", "= 2097-")
}

/// Every faulty file: its name and text.
fn cases() -> BTreeMap<String, String> {
    let mut cases = BTreeMap::new();
    for folder in [of_rules(), own()] {
        for path in fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path()) {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            let Some(stem) = name.strip_suffix(".toml") else { continue };
            let here = stem != "base" && !OF_THE_WORLD.contains(&stem) && !OF_TODAY.contains(&stem);
            if here && !stem.starts_with("not-") {
                cases.insert(name.clone(), read(&path));
            }
        }
    }
    cases
}

/// A house whose policy is the base and these files.
fn write(house: &Installation, files: &[(&str, &str)]) {
    for (name, text) in files {
        house.write(name, text);
    }
    let names: Vec<String> = files.iter().map(|(name, _)| format!(", \"{name}\"")).collect();
    let config = format!(
        "[authority]\ncvr = \"12345678\"\nname = \"Sandby Kommune\"\n\n[policy]\nfiles = [\"base.toml\"{}]\n",
        names.concat()
    );
    house.write("modtag.toml", config);
}

fn house() -> Installation {
    let house = Installation::new(None);
    house.write("base.toml", read(&of_rules().join("base.toml")));
    house
}

/// What `modtag rules check` tells of one file, as lines of `expected.txt`.
fn told(house: &Installation, name: &str, text: &str) -> Vec<String> {
    write(house, &[(name, text)]);
    let said = house.run(&["rules", "check", "--json"]);
    // Names of files as they stand in the configuration, wherever the house is.
    let folder = format!("{}/", house.folder.path().display());
    let found: Value = serde_json::from_str(&said.out.replace(&folder, "")).expect("JSON");
    let all = |key: &str| found[key].as_array().expect("a list").clone();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let mut lines = Vec::new();
    for fault in all("faults") {
        let place = format!("{}:{}:{}", text(&fault["file"]), fault["line"], fault["column"]);
        let (code, what, advice) = (text(&fault["code"]), text(&fault["what"]), text(&fault["advice"]));
        lines.push(format!("fault {code} {place} {what}. {advice}"));
    }
    for failed in all("failed") {
        let place = format!("{}:{}", text(&failed["file"]), failed["line"]);
        let (expected, came) = (text(&failed["expected"]), text(&failed["found"]));
        lines.push(format!("example example-fails {place} eksemplet venter, at {expected}, men {came}"));
    }
    for lint in all("lints") {
        let place = format!("{}:{}", text(&lint["file"]), lint["line"]);
        let (code, what, advice) = (text(&lint["code"]), text(&lint["what"]), text(&lint["advice"]));
        lines.push(format!("doubt {code} {place} {what}. {advice}"));
    }
    let fails = !all("faults").is_empty() || !all("failed").is_empty();
    assert_eq!(said.code, i32::from(fails), "{name}: {}{}", said.out, said.err);
    lines
}

fn expected() -> String {
    fs::read_to_string(own().join("expected.txt")).unwrap_or_default()
}

#[test]
fn check_finds_every_planted_fault_with_kind_place_and_a_danish_sentence() {
    let house = house();
    let mut found = String::new();
    for (name, text) in cases() {
        let lines = told(&house, &name, &text);
        assert!(lines.iter().any(|line| line.contains(&name)), "{name}: nothing is found: {lines:?}");
        lines.iter().for_each(|line| found += &format!("{line}\n"));
    }
    let kinds: BTreeSet<&str> = found.lines().filter_map(|line| line.split(' ').nth(1)).collect();
    let missing: Vec<&&str> = KINDS.iter().filter(|kind| !kinds.contains(**kind)).collect();
    assert!(kinds.len() >= 40 && missing.is_empty(), "{} kinds, without {missing:?}", kinds.len());
    if std::env::var_os("UPDATE").is_some() {
        fs::write(own().join("expected.txt"), &found).expect("the expectations are written");
    }
    let (expected, found): (BTreeSet<String>, BTreeSet<String>) =
        (expected().lines().map(str::to_owned).collect(), found.lines().map(str::to_owned).collect());
    let more: Vec<&String> = found.difference(&expected).collect();
    let less: Vec<&String> = expected.difference(&found).collect();
    assert!(more.is_empty() && less.is_empty(), "found besides: {more:#?}\nnot found: {less:#?}");
}

#[test]
fn a_person_reads_file_line_and_sentence_without_json() {
    let house = house();
    let text = &cases()["misspelt-key.toml"];
    write(&house, &[("misspelt-key.toml", text)]);
    let said = house.run(&["rules", "check"]).fails(1);
    let sentence = "misspelt-key.toml:7:10: when har ikke nøglen »labl_words«. Mente du »label_words«?";
    assert!(said.contains(sentence), "{said}");
}

on_both_databases!(what_is_refused_leaves_the_edition_in_force, |engine: Engine| async move {
    let mut house = house();
    if engine == Engine::Postgres {
        house.set("MODTAG_DATABASE__URL", &fresh_postgres().await);
    }
    write(&house, &[]);
    let list = |house: &Installation| house.run(&["rules", "list", "--json"]).json();
    let before = list(&house);
    assert_eq!((before.as_array().map(Vec::len), before[0]["in_force"].as_bool()), (Some(1), Some(true)));

    let expected = expected();
    let cases: Vec<(String, String)> = cases()
        .into_iter()
        .filter(|(name, _)| {
            expected.lines().any(|line| line.starts_with("fault") && line.contains(&format!(" {name}:")))
        })
        .collect();
    assert!(cases.len() >= 30, "{} refused", cases.len());
    // One by one where a database costs nothing; all at once where the same code speaks to a server. Of all at once only
    // those are told that show before the files are held together.
    let at_a_time = if engine == Engine::Sqlite { 1 } else { cases.len() };
    for group in cases.chunks(at_a_time) {
        let files: Vec<(&str, &str)> = group.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
        write(&house, &files);
        let said = house.run(&["rules", "propose", "--reason", "prøve"]).fails(1);
        let told = files.iter().any(|(name, _)| said.contains(&format!("{name}:")));
        assert!(told, "{said}");
        assert_eq!(
            list(&house),
            before,
            "after {:?}",
            files.iter().map(|(name, _)| name).collect::<Vec<_>>()
        );
    }
});
