//! Faulty policies: every fault is found, with its place and a way forward in Danish.
//!
//! `tests/faulty/<name>.toml` is read after `base.toml` (alone when it is about the authority itself); what must be found
//! stands beside it in `<name>.findings`. `UPDATE=1` rewrites the expectations.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rules::Policy;

const ALONE: [&str; 2] = ["no-authority", "bad-cvr"];

#[test]
fn the_commented_example_is_without_faults() {
    let example = include_str!("../example.toml");
    let policy = Policy::load(&[("example.toml", example)], "1").unwrap_or_else(|found| panic!("{found:?}"));
    assert_eq!(policy.units().count(), 5);
    assert_eq!(policy.rules().len(), 9);
    assert_eq!(policy.open_unit("social").map(|unit| unit.id.as_str()), Some("boern"));
}

#[test]
fn files_are_read_together_and_the_finding_names_the_right_one() {
    let units = "[[unit]]\nid = \"a\"\nname = \"A\"\njournals = \"case\"\n";
    let authority = "[authority]\ncvr = \"12345678\"\nname = \"A Kommune\"\n";
    let map = "\n[[responsibility]]\nkle = \"27\"\nunit = \"b\"\n";
    assert!(Policy::load(&[("a", authority), ("u", units)], "1").is_ok());
    let findings = Policy::load(&[("a", authority), ("u", units), ("m", map)], "1").unwrap_err();
    let places: Vec<_> = findings.iter().map(|f| (f.file.as_str(), f.line, f.column, f.code)).collect();
    assert_eq!(places, [("m", 4, 8, "unknown-unit")]);
}

#[test]
fn no_files_at_all_is_one_finding() {
    let findings = Policy::load::<&str, &str>(&[], "1").unwrap_err();
    assert_eq!(findings.iter().map(|finding| finding.code).collect::<Vec<_>>(), ["no-authority"]);
}

#[test]
fn every_fault_of_a_policy_is_found_at_its_place() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faulty");
    let base = fs::read_to_string(folder.join("base.toml")).unwrap();
    Policy::load(&[("base.toml", &base)], "1")
        .unwrap_or_else(|found| panic!("the base has faults: {found:?}"));
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .filter_map(|entry| Some(entry.unwrap().file_name().to_str()?.strip_suffix(".toml")?.to_owned()))
        .filter(|name| name != "base")
        .collect();
    names.sort();
    assert!(names.len() >= 12, "the corpus of faulty policies is missing");
    let mut kinds = BTreeSet::new();
    let mut wrong = Vec::new();
    for name in &names {
        let text = fs::read_to_string(folder.join(format!("{name}.toml"))).unwrap();
        let file = format!("{name}.toml");
        let mut files = vec![("base.toml", base.as_str()), (&file, text.as_str())];
        if ALONE.contains(&name.as_str()) {
            files.remove(0);
        }
        let findings = Policy::load(&files, "1").expect_err(&format!("{name} has no faults"));
        kinds.extend(findings.iter().map(|finding| finding.code));
        let found: String =
            findings.iter().map(|finding| format!("[{}] {finding}\n", finding.code)).collect();
        let expected = folder.join(format!("{name}.findings"));
        if std::env::var_os("UPDATE").is_some() {
            fs::write(expected, found).unwrap();
        } else if fs::read_to_string(expected).unwrap_or_default() != found {
            wrong.push(format!("{name}:\n{found}"));
        }
    }
    assert!(wrong.is_empty(), "not as expected:\n{}", wrong.join("\n"));
    assert!(kinds.len() >= 25, "only {} kinds of fault: {kinds:?}", kinds.len());
}
