//! What is promised about the house itself: which crate knows whom, and that migrations are twins.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn manifest(folder: &str) -> toml::Table {
    let path = root().join(folder).join("Cargo.toml");
    std::fs::read_to_string(&path).expect("a manifest").parse().expect("TOML")
}

/// Who may know whom (DESIGN §2). An arrow that is not here is a decision for the README.
const ARROWS: [(&str, &str, &[&str]); 7] = [
    ("memo", "router/memo", &[]),
    ("kle", "classifier/kle", &[]),
    ("rules", "rules", &["memo", "kle"]),
    ("classifier", "classifier", &["kle"]),
    ("esdh", "router/esdh", &["memo", "kle"]),
    ("router", "router", &["memo", "kle", "rules", "classifier", "esdh"]),
    ("journeys", "tests", &["memo", "kle", "rules", "classifier", "esdh", "router"]),
];

#[test]
fn arrows_between_crates_point_one_way() {
    let ours: BTreeSet<&str> = ARROWS.iter().map(|(name, _, _)| *name).collect();
    for (name, folder, may_know) in ARROWS {
        let manifest = manifest(folder);
        assert_eq!(manifest["package"]["name"].as_str(), Some(name), "{folder}");
        let dependencies =
            manifest.get("dependencies").and_then(toml::Value::as_table).cloned().unwrap_or_default();
        for dependency in dependencies.keys().filter(|dependency| ours.contains(dependency.as_str())) {
            assert!(may_know.contains(&dependency.as_str()), "{name} must not know {dependency}");
        }
    }
}

#[test]
fn pure_crates_know_no_runtime_no_database_and_no_network() {
    let worldly = ["tokio", "sqlx", "reqwest", "axum", "object_store", "hyper"];
    for folder in ["router/memo", "classifier/kle", "rules", "classifier"] {
        let manifest = manifest(folder);
        let dependencies =
            manifest.get("dependencies").and_then(toml::Value::as_table).cloned().unwrap_or_default();
        for name in worldly {
            assert!(!dependencies.contains_key(name), "{folder} must not know {name}");
        }
    }
}

#[test]
fn sql_is_spoken_in_the_store_alone() {
    let mut offenders = Vec::new();
    visit(&root().join("router/src"), &mut |path, text| {
        let in_store = path.components().any(|part| part.as_os_str() == "store");
        if !in_store && text.contains("sqlx::query") {
            offenders.push(path.to_owned());
        }
    });
    assert!(offenders.is_empty(), "{offenders:?}");
}

fn visit(folder: &Path, look: &mut impl FnMut(&Path, &str)) {
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            visit(&entry, look);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            look(&entry, &std::fs::read_to_string(&entry).expect("text"));
        }
    }
}

/// Tables and their columns as a migration folder makes them.
fn schema(engine: &str) -> BTreeMap<String, Vec<(String, String)>> {
    let mut tables = BTreeMap::new();
    let mut files: Vec<PathBuf> = std::fs::read_dir(root().join("migrations").join(engine))
        .expect("migrations")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    for file in files {
        let text = std::fs::read_to_string(file).expect("text");
        assert!(text.starts_with("-- "), "a migration opens with what it is for");
        let mut table: Option<String> = None;
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("create table ") {
                table = rest.split_whitespace().next().map(str::to_owned);
            } else if line.starts_with(");") {
                table = None;
            } else if let (Some(table), Some(column)) = (&table, line.strip_prefix("    ")) {
                let mut words = column.trim_end_matches(',').split_whitespace();
                if let (Some(name), Some(kind)) = (words.next(), words.next()) {
                    tables
                        .entry(table.clone())
                        .or_insert_with(Vec::new)
                        .push((name.to_owned(), kind.replace("bytea", "blob")));
                }
            }
        }
    }
    tables
}

#[test]
fn migrations_are_twins() {
    let names = |engine: &str| -> BTreeSet<String> {
        std::fs::read_dir(root().join("migrations").join(engine))
            .expect("migrations")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
    assert_eq!(schema("sqlite"), schema("postgres"));
    assert!(schema("sqlite").len() >= 17);
}

#[test]
fn every_table_is_scoped_by_authority_and_guarded_on_postgresql() {
    let files = std::fs::read_dir(root().join("migrations/postgres")).expect("migrations");
    let guards: String =
        files.map(|file| std::fs::read_to_string(file.expect("an entry").path()).expect("text")).collect();
    for (table, columns) in schema("postgres") {
        assert_eq!(columns.first(), Some(&("authority".into(), "text".into())), "{table}");
        assert!(guards.contains(&format!("alter table {table} force row level security;")), "{table}");
    }
}
