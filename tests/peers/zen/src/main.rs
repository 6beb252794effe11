//! The same decision table in our rules and in zen-engine, over the same letters, in one run.
//!
//! The table has three inputs (sender's CVR number, KLE prefix, word of the title) and one output, and the first row that
//! fits decides. zen-engine gets it compiled, with its own column indexes, without trace, and the three inputs ready made
//! (the title folded as ours folds it); ours decides the whole cascade, with trace. Before anything is timed, both must
//! give the same answer for every letter.
//!
//! Everything is timed twice. With the near caches emptied before each pass, as the other work of a post room leaves
//! them: else the large table of one engine would empty them for the other, and the small one would not, and tables of
//! different sizes could not be compared. And with passes back to back, as many letters in a row find them.

#[allow(unreachable_pub, dead_code, reason = "shared with the bench")]
#[path = "../../../../rules/benches/town/mod.rs"]
mod town;

mod measure;
mod plot;

use std::path::Path;

use futures::executor::block_on;
use rules::{Decider, Decision, Facts, Outcome, Policy};
use serde_json::{Value, json};
use zen_engine::model::GraphContent;
use zen_engine::{Decision as ZenDecision, Variable};

use crate::measure::{Measured, measure};
use crate::town::{Row, Town};

/// Letters in a pass. Passes of the two take turns, so that a busy machine troubles both alike.
const LETTERS: u64 = 200;

/// How many rules are tried.
const SIZES: [u64; 6] = [30, 100, 300, 1_000, 3_000, 10_000];

fn main() {
    let seconds: f64 = std::env::args().nth(1).and_then(|seconds| seconds.parse().ok()).unwrap_or(30.0);
    println!("µs a letter, median (least) of the passes; {LETTERS} letters in a pass");
    println!("             caches emptied before each pass                      passes back to back");
    println!(
        "   rules       zen-engine             modtag  times       zen-engine             modtag  times  decided"
    );
    let measured: Vec<Measured> =
        SIZES.into_iter().map(|rules| size(rules, seconds / SIZES.len() as f64)).collect();
    growth(&measured);
    let picture = Path::new("tests/peers/zen/growth.svg");
    match std::fs::write(picture, plot::growth(&measured)) {
        Ok(()) => println!("\n{} is drawn anew", picture.display()),
        Err(error) => eprintln!("{} cannot be written: {error}", picture.display()),
    }
}

/// Both engines on a table of this size.
fn size(rules: u64, seconds: f64) -> Measured {
    let town = Town::new(rules, LETTERS);
    let policy = town.policy("label_words");
    let zen = zen(&town.rows);
    let inputs: Vec<Variable> = town.letters.iter().map(|facts| Variable::from(input(facts))).collect();
    let decided = agree(&town, &policy, &zen, &inputs);
    let measured = measure(rules, seconds, &policy, &zen, &town.letters, &inputs);
    println!("{rules:>8} {} {}  {decided:>4} of {LETTERS}", measured.cold, measured.warm);
    measured
}

/// What each costs with the most rules, against its own cost with 100.
fn growth(measured: &[Measured]) {
    let of = |rules: u64| measured.iter().find(|one| one.rules == rules);
    let (Some(few), Some(many)) = (of(100), of(10_000)) else { return };
    println!("\n10,000 rules against 100:");
    for (how, few, many) in
        [("caches emptied", &few.cold, &many.cold), ("back to back", &few.warm, &many.warm)]
    {
        println!(
            "  {how:<16} zen-engine {:>6.2} times, modtag {:>5.2} times",
            many.theirs.median / few.theirs.median,
            many.ours.median / few.ours.median
        );
    }
}

/// The table as zen-engine reads it.
fn zen(rows: &[Row]) -> ZenDecision {
    let rules: Vec<Value> = rows
        .iter()
        .enumerate()
        .map(|(number, row)| {
            json!({
                "_id": format!("r{number}"),
                "s": row.sender.as_ref().map(|cvr| format!("\"{cvr}\"")).unwrap_or_default(),
                "k": row.kle.map(|kle| format!("startsWith($, \"{kle}\")")).unwrap_or_default(),
                "w": row.word.as_ref().map(|word| format!("contains($, \" {word} \")")).unwrap_or_default(),
                "u": format!("\"{}\"", row.unit),
            })
        })
        .collect();
    let column = |id: &str, field: &str| json!({ "id": id, "name": field, "field": field });
    let graph = json!({
        "nodes": [
            { "id": "in", "name": "in", "type": "inputNode", "content": {} },
            { "id": "table", "name": "table", "type": "decisionTableNode", "content": {
                "hitPolicy": "first",
                "inputs": [column("s", "sender"), column("k", "kle"), column("w", "words")],
                "outputs": [column("u", "unit")],
                "rules": rules,
            } },
            { "id": "out", "name": "out", "type": "outputNode", "content": {} },
        ],
        "edges": [
            { "id": "e1", "sourceId": "in", "targetId": "table" },
            { "id": "e2", "sourceId": "table", "targetId": "out" },
        ],
    });
    let graph: GraphContent = serde_json::from_value(graph).expect("a decision graph");
    let mut decision = ZenDecision::from(graph);
    decision.compile();
    decision.validate().unwrap_or_else(|error| panic!("the graph is not right: {error:?}"));
    decision
}

/// What the columns of the table look at.
fn input(facts: &Facts) -> Value {
    let title = facts.message.header.label.to_lowercase();
    let words: Vec<&str> =
        title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    json!({
        "sender": facts.message.header.sender.sender_id,
        "kle": facts.subject.as_ref().map(|mark| mark.subject.to_string()).unwrap_or_default(),
        "words": format!(" {} ", words.join(" ")),
    })
}

fn unit_of_zen(zen: &ZenDecision, input: &Variable) -> Option<String> {
    let answer =
        block_on(zen.evaluate(input.clone())).unwrap_or_else(|error| panic!("zen-engine: {error:?}"));
    let answer: Value = answer.result.to_value();
    answer.get("unit").and_then(Value::as_str).map(str::to_owned)
}

fn unit_of_ours(decision: &Decision) -> Option<String> {
    match (&decision.decider, &decision.outcome) {
        (Decider::Rule(_), Outcome::HandOver(hand_over)) => Some(hand_over.unit.clone()),
        _ => None,
    }
}

/// Both give the same answer for every letter; how many are decided at all.
fn agree(town: &Town, policy: &Policy, zen: &ZenDecision, inputs: &[Variable]) -> usize {
    let mut decided = 0;
    for (facts, input) in town.letters.iter().zip(inputs) {
        let ours = unit_of_ours(&rules::decide(policy, facts));
        assert_eq!(unit_of_zen(zen, input), ours, "zen-engine and ours, for {}", facts.message.header.label);
        decided += usize::from(ours.is_some());
    }
    decided
}
