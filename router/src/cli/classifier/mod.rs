//! `modtag classifier`: what units have allowed the classifier, how it goes, and what it has learned. One file per subcommand.

mod lessons;
mod resume;
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
    /// Vis for hver enhed, hvad den har tilladt, hvilke grænser der gælder, og hvor meget der er gået forkert.
    Units(units::Units),
    /// Vis, hvad der gemmes for at lære af, og hvorfor; eller glem det.
    Lessons(lessons::Lessons),
    /// Lad en enhed, der er standset, få breve sendt videre uset igen.
    Resume(resume::Resume),
}

impl ClassifierCommand {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        match self.action {
            Action::Units(units) => units.run(house(config).await?).await,
            Action::Lessons(lessons) => lessons.run(house(config).await?).await,
            Action::Resume(resume) => resume.run(house(config).await?).await,
        }
    }
}
