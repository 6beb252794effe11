//! The rule language by its own examples: every kind of condition and outcome, with messages that match and that do not.
//!
//! `tests/language/*.toml` and `example.toml` bring their examples themselves; a corpus that loses them fails.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rules::{Decider, Outcome, Policy, Priority, run_examples};

fn policy(name: &str) -> (Policy, String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join(name)).unwrap();
    let policy = Policy::load(&[(name, &text)], "1").unwrap_or_else(|findings| {
        let told: Vec<String> = findings.iter().map(ToString::to_string).collect();
        panic!("{}", told.join("\n"))
    });
    (policy, text)
}

#[test]
fn every_example_of_the_language_happens_as_it_says() {
    let mut wrong = Vec::new();
    let mut run = 0;
    for name in ["tests/language/conditions.toml", "tests/language/outcomes.toml", "example.toml"] {
        for result in run_examples(&policy(name).0, &mut |_| None) {
            run += 1;
            if !result.passed {
                wrong.push(result.to_string());
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(run >= 80, "only {run} examples");
}

#[test]
fn every_rule_of_the_language_has_an_example_that_matches_and_one_that_does_not() {
    let (policy, _) = policy("tests/language/conditions.toml");
    let results = run_examples(&policy, &mut |_| None);
    let with = |verb: &str| -> BTreeSet<String> {
        results.iter().filter(|r| r.expected.ends_with(verb)).filter_map(|r| r.rule.clone()).collect()
    };
    let (matched, passed_by) = (with("« passer"), with("ikke passer"));
    for rule in policy.rules() {
        assert!(matched.contains(&rule.id), "{} has no example that matches", rule.id);
        assert!(passed_by.contains(&rule.id), "{} has no example that does not", rule.id);
    }
}

#[test]
fn an_example_that_goes_wrong_is_told_with_file_line_and_what_happened_instead() {
    let (_, text) = policy("tests/language/outcomes.toml");
    let wrong = "\n[[example]]\nname = \"fejl\"\nkle = \"27.18.04\"\nexpect = \"park\"\n\
                 [[example]]\nmessage = \"findes-ikke.xml\"\nexpect = \"desk\"\n";
    let policy = Policy::load(&[("o.toml", text.as_str()), ("w.toml", wrong)], "1").unwrap();
    let results = run_examples(&policy, &mut |_| None);
    let told: Vec<String> = results.iter().filter(|r| !r.passed).map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "w.toml:2: eksemplet »fejl« venter, at enheden »park«, men trinnet »desk« lader en person afgøre den",
            "w.toml:6: eksemplet venter, at postfordeleren spørges, men meddelelsen kan ikke læses",
        ]
    );
}

#[test]
fn a_message_in_a_file_is_the_callers_to_read() {
    let (policy, text) = policy("tests/language/outcomes.toml");
    let example = "\n[[example]]\nmessage = \"brev.xml\"\nexpect = \"desk\"\n";
    let mut facts = None;
    // Any facts will do: those of a decided message of the policy itself.
    let with_file = Policy::load(&[("o.toml", text.as_str()), ("f.toml", example)], "1").unwrap();
    let mut asked = Vec::new();
    run_examples(&with_file, &mut |name| {
        asked.push(name.to_owned());
        facts.take()
    });
    assert_eq!(asked, ["brev.xml"]);
    assert_eq!(policy.webhooks().count(), 1);
}

#[test]
fn a_decision_carries_what_a_rule_wants_done_and_old_decisions_still_load() {
    let (policy, _) = policy("tests/language/outcomes.toml");
    let facts = rules::sketched(&policy, "label = \"Ansøgning om tilskud\"\nkle = \"32.18.04\"\n").unwrap();
    let decision = rules::decide(&policy, &facts);
    assert_eq!(decision.decider, Decider::Rule("ny-sag".to_owned()));
    assert_eq!(decision.annotations.priority, Some(Priority::High));
    // Monday 12 January 2026, ten working days, to the end of the day.
    assert_eq!(decision.annotations.deadline.unwrap().to_string(), "2026-01-26T22:59:59Z");
    let Outcome::HandOver(hand_over) = &decision.outcome else { panic!("not handed over") };
    assert_eq!(hand_over.person.as_deref(), Some("mipe"));
    let new_case = decision.further.new_case.as_ref().unwrap();
    let title = new_case.title_for(&facts, "32.18.04".parse().unwrap(), None);
    assert_eq!(title.as_deref(), Some("Tilskud 2026: Ansøgning om tilskud (32.18.04)"));
    let mut json = serde_json::to_value(&decision).unwrap();
    json.as_object_mut().unwrap().remove("further").unwrap();
    json["annotations"].as_object_mut().unwrap().remove("priority").unwrap();
    let old: rules::Decision = serde_json::from_value(json).unwrap();
    assert_eq!(old.outcome, decision.outcome);
    assert_eq!(old.further, rules::Further::default());
    let mut json = serde_json::to_value(&facts).unwrap();
    json.as_object_mut().unwrap().remove("technical").unwrap();
    assert_eq!(serde_json::from_value::<rules::Facts>(json).unwrap(), facts);
}
