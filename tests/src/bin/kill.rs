//! The kill test as a command: `cargo run -p journeys --bin kill -- --engine sqlite --messages 500 --kills 200 --seed 1`.
//!
//! PostgreSQL needs the address of a test server in MODTAG_TEST_POSTGRES, as `tests/run` gives it.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use journeys::Engine;
use journeys::kill::{Journal, Plan, post_room, run};

/// Takes messages in while the post room is killed again and again, and counts what is there at the end.
#[derive(Parser)]
struct Kill {
    #[command(subcommand)]
    part: Option<Part>,
    /// Database.
    #[arg(long, value_enum, default_value = "sqlite")]
    engine: EngineName,
    /// Where entries are written.
    #[arg(long, value_enum, default_value = "double")]
    journal: JournalName,
    /// Post rooms side by side; one on SQLite and two on PostgreSQL unless said otherwise.
    #[arg(long)]
    processes: Option<usize>,
    /// Different messages.
    #[arg(long, default_value_t = 500)]
    messages: usize,
    /// Kills.
    #[arg(long, default_value_t = 200)]
    kills: usize,
    /// For messages, waits and mishaps.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Subcommand)]
enum Part {
    /// Be the post room that is killed.
    #[command(hide = true)]
    PostRoom {
        /// What the driver wrote about it.
        premises: PathBuf,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum EngineName {
    Sqlite,
    Postgres,
}

#[derive(Clone, Copy, ValueEnum)]
enum JournalName {
    Double,
    Builtin,
}

#[tokio::main]
async fn main() -> ExitCode {
    let kill = Kill::parse();
    if let Some(Part::PostRoom { premises }) = kill.part {
        return match post_room(&premises).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        };
    }
    let (engine, processes) = match kill.engine {
        EngineName::Sqlite => (Engine::Sqlite, 1),
        EngineName::Postgres => (Engine::Postgres, 2),
    };
    let journal = match kill.journal {
        JournalName::Double => Journal::Double,
        JournalName::Builtin => Journal::BuiltIn,
    };
    let plan = Plan {
        engine,
        journal,
        processes: kill.processes.unwrap_or(processes),
        messages: kill.messages,
        kills: kill.kills,
        seed: kill.seed,
        program: std::env::current_exe().expect("this program has a name"),
    };
    let summary = run(&plan).await;
    print!("{summary}");
    if summary.violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
