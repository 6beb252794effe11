//! `modtag classifier`: the model trained and measured; what units have allowed it, how it goes, and what it has learned.
//! One file per subcommand.

mod evaluate;
mod lessons;
mod letters;
mod resume;
mod train;
mod units;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{Failure, house, operator, print_json};
use crate::config::Config;

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
    /// Vis for hver enhed, hvad den har tilladt, hvilke grænser der gælder, og hvor meget der er gået forkert.
    Units(units::Units),
    /// Vis, hvad der gemmes for at lære af, og hvorfor; eller glem det.
    Lessons(lessons::Lessons),
    /// Lad en enhed, der er standset, få breve sendt videre uset igen.
    Resume(resume::Resume),
}

impl ClassifierCommand {
    /// `config` is read only by what asks an installation; training and measuring need none.
    pub(super) async fn run(
        self,
        config: impl FnOnce() -> Result<Config, Failure>,
    ) -> Result<ExitCode, Failure> {
        match self.action {
            Action::Train(train) => train.run(),
            Action::Evaluate(evaluate) => evaluate.run(),
            Action::Units(units) => units.run(house(config()?).await?).await,
            Action::Lessons(lessons) => lessons.run(house(config()?).await?).await,
            Action::Resume(resume) => resume.run(house(config()?).await?).await,
        }
    }
}
