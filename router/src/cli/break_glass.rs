//! `modtag break-glass`: the hash of the break-glass account's password, for the configuration.

use std::io::BufRead;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use zeroize::Zeroizing;

use super::Failure;
use crate::break_glass;

#[derive(Args)]
pub(super) struct BreakGlassCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Læs adgangskoden fra standardinput, og skriv dens hash (argon2id) ud.
    Hash,
}

impl BreakGlassCommand {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        match self.action {
            Action::Hash => {
                let mut line = Zeroizing::new(String::new());
                let read = std::io::stdin().lock().read_line(&mut line);
                read.map_err(|error| Failure::Said(format!("Adgangskoden kan ikke læses: {error}.")))?;
                let hash = break_glass::hash(line.trim_end_matches(['\n', '\r'])).map_err(Failure::Said)?;
                println!("{hash}");
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}
