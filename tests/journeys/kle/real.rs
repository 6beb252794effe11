//! The real files, when they are at hand: through the program, with the counts that their README states.

use std::collections::BTreeSet;
use std::path::Path;

use journeys::{Engine, shared};
use serde_json::Value;

use crate::program::Installation;

/// Imports files of `../shared/kle`.
fn import(house: &Installation, folder: &Path, names: &[&str], more: &[&str]) -> Value {
    let paths: Vec<String> = names.iter().map(|name| folder.join(name).display().to_string()).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    house.run(&[&["kle", "import", "--json"], paths.as_slice(), more].concat()).json()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tables_and_os2kle_have_the_counts_of_their_readme_and_an_older_edition_differs_as_its_changes_say()
 {
    let Some(folder) = shared("kle") else { return };
    let house = Installation::sandby(Engine::Sqlite, "").await;
    // The edition of autumn 2020 first, as OS2mo's spreadsheet has it.
    let old = import(&house, &folder, &["source/os2mo-kle-xlsx-sheet-KLE.tsv"], &["--edition", "2020-11-01"]);
    assert_eq!(old["outcome"], "imported", "{old}");
    let tables = ["kle.tsv", "facets.tsv", "stikord.tsv", "replacement-candidates.tsv"];
    let new = import(&house, &folder, &tables, &["--edition", "2026-02-01"]);
    assert_eq!((new["outcome"].as_str(), new["number"].as_i64()), (Some("imported"), Some(2)), "{new}");
    let rows: Vec<i64> = ["subjects", "facets", "keywords", "replacements"]
        .iter()
        .enumerate()
        .filter_map(|(file, what)| new["files"][file][*what].as_i64())
        .collect();
    assert_eq!(rows, [3_127, 76, 32_295, 30]);
    let counts = |count: &str| new["in_force"][count].as_i64();
    assert_eq!(
        (counts("main_groups"), counts("groups"), counts("subjects")),
        (Some(37), Some(498), Some(2_390))
    );
    // Two of the 32,295 lines of keywords stand there twice.
    assert_eq!(
        (counts("categories"), counts("facets"), counts("keywords")),
        (Some(7), Some(69), Some(32_293))
    );
    assert_eq!(new["remarks"]["counts"], serde_json::json!({ "no-title": 28 }));

    let again = import(&house, &folder, &tables, &[]);
    assert_eq!(again["outcome"], "unchanged", "also on another day");
    let os2kle =
        import(&house, &folder, &["source/os2kle-OS2KLE-3.23-KLE2026-02.txt"], &["--edition", "2026-02-01"]);
    assert_eq!(os2kle["files"][0]["subjects"], 2_390);
    assert_eq!(os2kle["changes"], serde_json::json!({}), "OS2KLE says the same of every number");

    let diff = house.run(&["kle", "diff", "1", "2", "--json"]).json();
    let subjects = diff["subjects"].as_array().expect("changes");
    let is = |number: &str, change: &str| {
        subjects.iter().any(|one| one["number"] == number && one["change"] == change)
    };
    assert!(is("27.37.12", "moved") && is("34.05.15", "added"));
    let moved = subjects.iter().find(|one| one["number"] == "27.37.12").expect("a change");
    assert_eq!(moved["to"][0]["n"], "23.30.15");
    assert_eq!(moved["policy"][0]["id"], "boern");
    // Every change that the list has between the two days, of numbers that did not change back.
    let text = std::fs::read_to_string(folder.join("changes.tsv")).expect("the list");
    let later = text
        .lines()
        .skip(1)
        .filter(|line| line > &"2020-11-02")
        .map(|line| line.split('\t').collect::<Vec<_>>());
    let added: Vec<&str> = later.filter(|row| row[2] == "added").map(|row| row[1]).collect();
    assert!(added.len() > 100);
    let known = added.iter().filter(|number| is(number, "added") || is(number, "returned")).count();
    assert!(known * 100 > added.len() * 90, "{known} of {}", added.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_samples_and_the_form_table_are_read() {
    let Some(folder) = shared("kle") else { return };
    let house = Installation::sandby(Engine::Sqlite, "").await;
    let samples = [
        "samples/emneplan-fuld-1-3.sample.xml",
        "samples/emneplan-2-0-historisk.constructed.xml",
        "samples/handlingsfacetter-2-0.sample.xml",
    ];
    let taken = import(&house, &folder, &samples, &["--force"]);
    assert_eq!(
        (taken["outcome"].as_str(), taken["label"].as_str()),
        (Some("imported"), Some("KLE maj 2025"))
    );
    assert_eq!(taken["remarks"]["counts"]["keyword-unclosed"], 1);
    let expired = house.run(&["kle", "show", "27.37.12", "--json"]).json();
    assert_eq!(expired["standing"], "expired");
    let shown = house.run(&["kle", "show", "34.05.15", "--json"]).json();
    assert_eq!(shown["retention"]["erasure"], "P3650D");

    let house = Installation::sandby(Engine::Sqlite, "").await;
    let table = folder.join("form-kle.tsv");
    let table = table.to_str().expect("UTF-8");
    let made = house.run(&[
        "kle",
        "crosswalk",
        table,
        "--source",
        "os2autoproces, 2018-07-11",
        "--out",
        "form.toml",
    ]);
    assert!(made.ok().contains("1399 koder fører til KLE, 0 gør ikke; 0 bemærkninger"));
    house.write(
        "modtag.toml",
        "[authority]\ncvr = \"12345678\"\n[policy]\nfiles = [\"policy.toml\", \"form.toml\"]\n",
    );
    house.run(&["rules", "check"]).ok();
    import(&house, &folder, &["kle.tsv", "replacement-candidates.tsv"], &["--edition", "2026-02-01"]);
    let told = house.run(&[
        "kle",
        "crosswalk",
        table,
        "--source",
        "os2autoproces, 2018-07-11",
        "--out",
        "form.toml",
    ]);
    // As their README states: 96 of its numbers have expired. One more was never in KLE.
    let numbers = |what: &str| -> BTreeSet<&str> {
        let lines = told.err.lines().filter(|line| line.contains(what));
        lines.filter_map(|line| line.split("KLE ").nth(1)?.split(' ').next()).collect()
    };
    assert_eq!(numbers("er udgået").len(), 96, "{}", told.err);
    assert_eq!(numbers("findes ikke i emneplanen"), BTreeSet::from(["01.01.02"]));
    told.ok();
}
