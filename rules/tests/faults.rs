//! The fault corpus: one planted fault a file, found where it stands and told in Danish.
//!
//! `tests/corpus/faulty/<name>.toml` is read after `base.toml`; what must be found stands beside it in `<name>.expected`: code,
//! line, rules, sentence. Faults that keep a policy from loading are findings, doubts about one that loads are lints.
//! `UPDATE=1` rewrites the expectations.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use jiff::civil::{Date, date};
use rules::{KleState, Lint, LintEvidence, Policy, lint, run_examples};

const TODAY: Date = date(2026, 11, 21);

/// What is found in a policy: every fault, else every doubt.
fn told(files: &[(&str, &str)]) -> (Vec<String>, BTreeSet<&'static str>) {
    match Policy::load(files, "1") {
        Err(findings) => {
            let codes = findings.iter().map(|finding| finding.code).collect();
            (findings.iter().map(|f| format!("{} {}: {f}", f.code, f.line)).collect(), codes)
        }
        Ok(policy) => {
            let lints = doubts(&policy);
            let codes = lints.iter().map(|lint| lint.code).collect();
            (
                lints
                    .iter()
                    .map(|l| format!("{} {} [{}]: {l}", l.code, l.line, l.rules.join(", ")))
                    .collect(),
                codes,
            )
        }
    }
}

fn doubts(policy: &Policy) -> Vec<Lint> {
    // Every rule had its say yesterday, but for those that are about just that.
    let mut last_hits: BTreeMap<String, Date> =
        policy.rules().iter().map(|rule| (rule.id.clone(), date(2026, 11, 20))).collect();
    last_hits.remove("stille");
    last_hits.entry("sjælden".to_owned()).and_modify(|hit| *hit = date(2026, 3, 1));
    let kle = |subject: kle::Subject| match subject.to_string().as_str() {
        "30.01.02" => KleState::Expired,
        "30.99.99" => KleState::Unknown,
        _ => KleState::Valid,
    };
    let evidence = LintEvidence {
        last_hits: &last_hits,
        hits_since: Some(date(2025, 11, 21)),
        quiet_days: 180,
        kle: &kle,
        has_left: &|person| person == "fratraadt",
    };
    lint(policy, TODAY, &evidence)
}

#[test]
fn every_planted_fault_is_found_where_it_stands() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/faulty");
    let base = fs::read_to_string(folder.join("base.toml")).unwrap();
    assert_eq!(told(&[("base.toml", &base)]).0, [""; 0], "the base has faults");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .filter_map(|entry| Some(entry.unwrap().file_name().to_str()?.strip_suffix(".toml")?.to_owned()))
        .filter(|name| name != "base")
        .collect();
    names.sort();
    let mut kinds = BTreeSet::new();
    let mut wrong = Vec::new();
    for name in &names {
        let text = fs::read_to_string(folder.join(format!("{name}.toml"))).unwrap();
        let file = format!("{name}.toml");
        let (lines, codes) = told(&[("base.toml", &base), (&file, &text)]);
        assert_eq!(lines.is_empty(), name.starts_with("not-"), "{name}: {lines:?}");
        kinds.extend(codes);
        let found: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let expected = folder.join(format!("{name}.expected"));
        if std::env::var_os("UPDATE").is_some() {
            fs::write(expected, found).unwrap();
        } else if fs::read_to_string(expected).unwrap_or_default() != found {
            wrong.push(format!("{name}:\n{found}"));
        }
    }
    assert!(wrong.is_empty(), "not as expected:\n{}", wrong.join("\n"));
    assert!(kinds.len() >= 45, "only {} kinds of fault: {kinds:?}", kinds.len());
}

#[test]
fn a_witness_can_be_pasted_into_the_rule_file_and_both_rules_match_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/faulty");
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let mut shown = 0;
    for name in ["overlap.toml", "shadowed.toml", "shadowed-by-any.toml"] {
        let (base, text) = (read("base.toml"), read(name));
        let policy = Policy::load(&[("base.toml", &base), (name, &text)], "1").unwrap();
        for lint in doubts(&policy) {
            let [later, earlier] = lint.rules.as_slice() else { continue };
            let witness = lint.witness.unwrap();
            // An example of its own: the earlier rule decides it.
            let facts = witness.trim_matches(['{', '}', ' ']);
            let example = format!("example = [{{ {facts}, expect = \"{earlier}\" }}]\n");
            let with =
                Policy::load(&[("base.toml", &base), (name, &text), ("w.toml", &example)], "1").unwrap();
            let result = run_examples(&with, &mut |_| None).pop().unwrap();
            assert!(result.passed, "{later}: {result}");
            shown += 1;
        }
    }
    assert!(shown >= 3, "only {shown} witnesses");
}

#[test]
fn without_evidence_nothing_is_doubted_for_lack_of_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/faulty");
    let base = fs::read_to_string(folder.join("base.toml")).unwrap();
    let policy = Policy::load(&[("base.toml", &base)], "1").unwrap();
    assert_eq!(lint(&policy, TODAY, &LintEvidence::none()), []);
}
