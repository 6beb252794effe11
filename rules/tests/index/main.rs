//! The index never changes what is decided: random rules and letters, against a naive reading of the same rules and
//! against the same rules without index.

mod letter;
mod naive;
mod rule;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{TestError, TestRunner};
use rules::{Decider, Decision, Facts, Policy, Step, decide};

use crate::rule::Rule;

/// Rule sets tried in each of the two properties, and letters tried with each of them.
const RULE_SETS: u32 = 256;
const LETTERS: usize = 420;

/// What is common to all rule sets. One short pattern of case numbers, since compiling the known ones takes time.
const BASE: &str = r#"
[authority]
cvr = "12345678"
name = "Sandby Kommune"
known_authorities = ["87654321"]
[[unit]]
id = "a"
name = "A"
journals = "handler"
[[unit]]
id = "b"
name = "B"
journals = "new-case"
[case_numbers]
patterns = ['\bsag\b']
"#;

/// Letters, made once.
static POOL: LazyLock<Vec<Facts>> = LazyLock::new(|| {
    let mut runner = TestRunner::default();
    let strategy = letter::letter();
    let made = (0..4 * LETTERS).map(|_| strategy.new_tree(&mut runner).map(|tree| tree.current()));
    made.collect::<Result<_, _>>().unwrap()
});

fn load(rules: &[Rule]) -> Policy {
    let text: String = rules.iter().enumerate().map(|(number, rule)| rule.toml(number)).collect();
    match Policy::load(&[("base.toml", BASE), ("rules.toml", text.as_str())], "1") {
        Ok(policy) => policy,
        Err(findings) => panic!("{text}\n{findings:?}"),
    }
}

/// Runs `check` over random rule sets and, for each, letters of the pool; gives how many of each kind were decided by
/// a rule, held by a rule, and by no rule.
fn over_rules_and_letters(
    rules: impl Strategy<Value = Vec<Rule>>,
    check: impl Fn(&[Rule], &Facts, &Decision) -> Result<(), TestCaseError>,
) -> [usize; 3] {
    let config = ProptestConfig { cases: RULE_SETS, failure_persistence: None, ..ProptestConfig::default() };
    let counts = Arc::new([const { AtomicUsize::new(0) }; 3]);
    let outcome = TestRunner::new(config).run(&(rules, 0..POOL.len()), |(rules, from)| {
        let policy = load(&rules);
        for facts in POOL.iter().cycle().skip(from).take(LETTERS) {
            let decision = decide(&policy, facts);
            let kind = match (&decision.decider, decision.trace.lines.last().map(|line| line.step)) {
                (Decider::Rule(_), Some(Step::Rules)) => 0,
                (Decider::Rule(_), _) => 1,
                _ => 2,
            };
            counts[kind].fetch_add(1, Ordering::Relaxed);
            check(&rules, facts, &decision)?;
        }
        Ok(())
    });
    match outcome {
        Ok(()) => [0, 1, 2].map(|kind| counts[kind].load(Ordering::Relaxed)),
        Err(TestError::Fail(reason, (rules, _))) => {
            panic!("{reason}\n{}", rules.iter().enumerate().map(|(n, rule)| rule.toml(n)).collect::<String>())
        }
        Err(other) => panic!("{other}"),
    }
}

fn enough_of_each([by_rule, held, by_none]: [usize; 3]) {
    let all = by_rule + held + by_none;
    assert!(all >= 100_000, "{all} pairs");
    assert!([by_rule, held, by_none].iter().all(|&some| some > all / 25), "{by_rule} {held} {by_none}");
}

#[test]
fn the_first_rule_that_a_naive_reader_finds_decides() {
    let counts = over_rules_and_letters(rule::rules(1..40), |rules, facts, decision| {
        let (tags, rule) = naive::decide(rules, facts);
        let decided = match &decision.decider {
            Decider::Rule(id) => Some(id.clone()),
            _ => None,
        };
        prop_assert_eq!(decided, rule.map(rule::id), "{}", serde_json::to_string(facts).unwrap());
        prop_assert_eq!(&decision.annotations.tags, &tags);
        Ok(())
    });
    enough_of_each(counts);
}

#[test]
fn the_index_changes_neither_outcome_nor_trace() {
    // The rules at hand, without index; loaded again only when they change.
    let plain = std::cell::RefCell::new((Vec::new(), None::<Policy>));
    let counts = over_rules_and_letters(rule::rules(1..80), |rules, facts, decision| {
        let mut plain = plain.borrow_mut();
        if plain.0 != rules || plain.1.is_none() {
            *plain = (rules.to_vec(), Some(load(rules).without_index()));
        }
        let policy = plain.1.as_ref().expect("just loaded");
        prop_assert_eq!(&decide(policy, facts), decision, "{}", serde_json::to_string(facts).unwrap());
        Ok(())
    });
    enough_of_each(counts);
}
