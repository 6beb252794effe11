//! modtag: takes in Digital Post, hands each message to the right unit and journals it, once.

use std::process::ExitCode;

fn main() -> ExitCode {
    router::cli::run()
}
