//! The desks under load: `cargo run -p journeys --bin load -- --messages 100000 --users 50 --seconds 120`.
//!
//! PostgreSQL needs the address of a test server in MODTAG_TEST_POSTGRES, as `tests/run` gives it. Times are those that a
//! browser on the same machine waits, the wait for a processor among them.

use std::time::Duration;

use clap::{Parser, ValueEnum};
use journeys::Engine;
use journeys::load::{Plan, run};

/// Fills a post room, lets people work at its desks, and tells how long each act took.
#[derive(Parser)]
struct Load {
    /// Database.
    #[arg(long, value_enum, default_value = "sqlite")]
    engine: EngineName,
    /// Messages stored before anybody begins.
    #[arg(long, default_value_t = 100_000)]
    messages: usize,
    /// People at work.
    #[arg(long, default_value_t = 50)]
    users: usize,
    /// For how long they work.
    #[arg(long, default_value_t = 120)]
    seconds: u64,
    /// Rest between two acts of a person, at most.
    #[arg(long, default_value_t = 4_000)]
    rest_ms: u64,
    /// For letters and rests.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Clone, Copy, ValueEnum)]
enum EngineName {
    Sqlite,
    Postgres,
}

#[tokio::main]
async fn main() {
    let load = Load::parse();
    let plan = Plan {
        engine: match load.engine {
            EngineName::Sqlite => Engine::Sqlite,
            EngineName::Postgres => Engine::Postgres,
        },
        messages: load.messages,
        users: load.users,
        time: Duration::from_secs(load.seconds),
        rest: Duration::from_millis(load.rest_ms),
        seed: load.seed,
    };
    let bar = indicatif::ProgressBar::new(load.messages as u64);
    let times = run(&plan, |stored| bar.set_position(stored as u64)).await;
    bar.finish_and_clear();
    println!("{} messages, {} people, {} s", load.messages, load.users, load.seconds);
    println!("{:<26} {:>6} {:>9} {:>9} {:>9}", "act", "times", "median ms", "p99 ms", "most ms");
    let mut all = Vec::new();
    for (act, mut took) in times {
        took.sort_unstable();
        line(act, &took);
        all.extend(took);
    }
    all.sort_unstable();
    line("all", &all);
}

fn line(act: &str, took: &[Duration]) {
    let at = |share: f64| {
        let place = ((took.len() as f64 * share).ceil() as usize).clamp(1, took.len().max(1)) - 1;
        took.get(place).map_or(0.0, |took| took.as_secs_f64() * 1e3)
    };
    println!("{act:<26} {:>6} {:>9.1} {:>9.1} {:>9.1}", took.len(), at(0.5), at(0.99), at(1.0));
}
