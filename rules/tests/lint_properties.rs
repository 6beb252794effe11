//! What the linter says for certain is certain: a shadowed rule never decides, and one that can not match never does.

use std::collections::BTreeSet;

use jiff::civil::date;
use proptest::prelude::*;
use proptest::sample::select;
use rules::{Decider, LintEvidence, Policy, decide, lint, sketched};

const BASE: &str = "[authority]\ncvr = \"12345678\"\nname = \"A\"\n\
    [[unit]]\nid = \"u\"\nname = \"U\"\njournals = \"handler\"\n\
    [[sender_list]]\nid = \"l\"\ncvr = [\"22222222\", \"33333333\"]\n";

const LEAVES: [&str; 24] = [
    "kle = \"27\"",
    "kle = \"27.18\"",
    "kle = [\"27.18\", \"28\"]",
    "kle = \"27\", facet = \"K\"",
    "facet = [\"K02\", \"G01\"]",
    "kle_exact = \"27.18.04\"",
    "kle_marked = true",
    "kle_marked = false",
    "kind = \"new\"",
    "kind = [\"new\", \"forward\"]",
    "sender = [\"citizen\", \"company\"]",
    "sender = \"company\"",
    "sender_cvr = \"22222222\"",
    "sender_list = \"l\"",
    "words = \"klage\"",
    "label_words = \"klage over\"",
    "label_words = [\"klage\", \"anke\"]",
    "label_pattern = \"klage\"",
    "message_code = \"a\"",
    "field = \"messageCode\", prefix = \"a\"",
    "field = \"messageCode\", present = true",
    "documents = { at_least = 2 }",
    "documents = { at_least = 1, at_most = 3 }",
    "named_case = [\"open\", \"none\"]",
];

fn condition() -> impl Strategy<Value = String> {
    let leaf = select(LEAVES.to_vec()).prop_map(str::to_owned);
    leaf.prop_recursive(3, 8, 3, |inner| {
        let parts = prop::collection::vec(inner.clone(), 1..3);
        let joined = |key: &'static str| {
            move |parts: Vec<String>| {
                format!(
                    "{key} = [{}]",
                    parts.iter().map(|p| format!("{{ {p} }}")).collect::<Vec<_>>().join(", ")
                )
            }
        };
        prop_oneof![
            parts.clone().prop_map(joined("all")),
            parts.prop_map(joined("any")),
            inner.prop_map(|part| format!("not = {{ {part} }}")),
        ]
    })
}

fn rule_set() -> impl Strategy<Value = String> {
    let rule = (
        condition(),
        any::<bool>(),
        select(vec!["", "valid_from = 2026-01-01\n", "valid_to = 2026-06-30\n"]),
        0..8u8,
    );
    prop::collection::vec(rule, 2..6).prop_map(|rules| {
        let mut text = BASE.to_owned();
        for (index, (when, forwarded_marks, valid, then)) in rules.into_iter().enumerate() {
            let then = match then {
                0 => "then = \"hold\"",
                1 => "annotate = { tags = \"t\" }",
                _ => "then = { unit = \"u\" }",
            };
            text += &format!("[[rule]]\nid = \"r{index}\"\ntitle = \"R\"\n{valid}forwarded_marks = {forwarded_marks}\nwhen = {{ {when} }}\n{then}\n");
        }
        text
    })
}

fn message() -> impl Strategy<Value = String> {
    let kle = select(vec![
        "",
        "kle = \"27.18.04\"\n",
        "kle = \"27.18\"\nfacet = \"K02\"\n",
        "kle = \"28.06.04\"\nfacet = \"G01\"\n",
    ]);
    let kind = select(vec!["", "kind = \"reply\"\n", "kind = \"forward\"\n"]);
    let sender = select(vec!["", "sender = \"22222222\"\n", "sender = \"company\"\n"]);
    let label = select(vec!["", "label = \"Klage over alt\"\n", "label = \"anke\"\n", "label = \"klage\"\n"]);
    let code = select(vec!["", "message_code = \"a\"\n", "message_code = \"ab\"\n"]);
    let rest = select(vec![
        "",
        "files = [\"a.pdf\", \"b.pdf\"]\n",
        "named_case = \"not-party\"\n",
        "received = 2025-07-01T10:00:00Z\n",
        "received = 2026-07-01T10:00:00Z\n",
    ]);
    (kle, kind, sender, label, code, rest)
        .prop_map(|(kle, kind, sender, label, code, rest)| [kle, kind, sender, label, code, rest].concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_rule_that_is_told_to_get_nothing_gets_nothing(
        text in rule_set(),
        messages in prop::collection::vec(message(), 20),
    ) {
        let policy = Policy::load(&[("r", &text)], "1").unwrap();
        let lints = lint(&policy, date(2026, 1, 1), &LintEvidence::none());
        let nothing: BTreeSet<&str> = lints
            .iter()
            .filter(|lint| ["shadowed", "never-true"].contains(&lint.code))
            .map(|lint| lint.rules[0].as_str())
            .collect();
        for message in messages {
            let facts = sketched(&policy, &message).unwrap();
            if let Decider::Rule(rule) = decide(&policy, &facts).decider {
                prop_assert!(!nothing.contains(rule.as_str()), "{rule} decided {message}");
            }
        }
    }
}

#[test]
fn random_rule_sets_have_shadowed_rules_and_rules_that_decide() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut shadowed, mut decided) = (0, 0);
    for _ in 0..300 {
        let text = rule_set().new_tree(&mut runner).unwrap().current();
        let policy = Policy::load(&[("r", &text)], "1").unwrap();
        let lints = lint(&policy, date(2026, 1, 1), &LintEvidence::none());
        shadowed += lints.iter().filter(|lint| lint.code == "shadowed").count();
        let message = message().new_tree(&mut runner).unwrap().current();
        let facts = sketched(&policy, &message).unwrap();
        decided += usize::from(matches!(decide(&policy, &facts).decider, Decider::Rule(_)));
    }
    assert!(shadowed >= 15 && decided >= 100, "the property looks at nothing: {shadowed}, {decided}");
}
