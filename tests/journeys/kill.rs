//! Killed at any moment: the short form of the kill test. The whole form is `cargo run -p journeys --bin kill`.

use std::path::PathBuf;

use journeys::kill::{Journal, Plan, run};
use journeys::{Engine, on_both_databases};

async fn nothing_lost_and_nothing_twice(engine: Engine, journal: Journal) {
    let plan = Plan {
        engine,
        journal,
        processes: if engine == Engine::Postgres { 2 } else { 1 },
        messages: 80,
        kills: 24,
        seed: 7,
        program: PathBuf::from(env!("CARGO_BIN_EXE_kill")),
    };
    let summary = run(&plan).await;
    println!("{summary}");
    assert!(summary.violations.is_empty(), "{summary}");
}

on_both_databases!(
    killed_at_any_moment_a_slow_and_faulty_case_system_gets_each_letter_once,
    |engine: Engine| async move {
        nothing_lost_and_nothing_twice(engine, Journal::Double).await;
    }
);

on_both_databases!(
    killed_at_any_moment_the_built_in_journal_has_each_letter_once,
    |engine: Engine| async move {
        nothing_lost_and_nothing_twice(engine, Journal::BuiltIn).await;
    }
);
