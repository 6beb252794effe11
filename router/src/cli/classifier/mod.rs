//! `modtag classifier`: the model trained and measured.

mod evaluate;
mod letters;
mod train;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::Failure;

#[derive(Args)]
pub(super) struct ClassifierCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Træn en model af breve med kendt emne; skriver modelfilen og dens kort.
    Train(train::Train),
    /// Mål, hvor god modellen er, på breve, som mennesker har bedømt.
    Evaluate(evaluate::Evaluate),
}

impl ClassifierCommand {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        match self.action {
            Action::Train(train) => train.run(),
            Action::Evaluate(evaluate) => evaluate.run(),
        }
    }
}
