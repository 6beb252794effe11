//! `modtag classifier`: the model trained and measured; what units have allowed it, how it goes, what it has learned, and the
//! authority's own models.
//! One file per subcommand.

mod answers;
mod curve;
mod evaluate;
mod lessons;
mod letters;
mod models;
mod promote;
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
    /// Træn en model af breve med kendt emne, eller en egen model af myndighedens svar (--from-answers).
    Train(train::Train),
    /// Mål, hvor god modellen er, på breve, som mennesker har bedømt, eller på myndighedens svar (--answers).
    Evaluate(evaluate::Evaluate),
    /// Vis myndighedens egne modeller: af hvem, af hvad, hvor gode, og hvilken der er i kraft.
    Models(models::Models),
    /// Sæt en egen model i kraft ved siden af den medfølgende.
    Promote(promote::Promote),
    /// Tag den egne model, der er i kraft, tilbage: den forrige gælder igen.
    Rollback(promote::Rollback),
    /// Vis, hvor meget bedre breve forstås, jo flere af dem der er svaret på.
    Curve(curve::CurveCommand),
    /// Vis for hver enhed, hvad den har tilladt, hvilke grænser der gælder, og hvor meget der er gået forkert.
    Units(units::Units),
    /// Vis, hvad der gemmes for at lære af, og hvorfor; eller glem det.
    Lessons(lessons::Lessons),
    /// Lad en enhed, der er standset, få breve sendt videre uset igen.
    Resume(resume::Resume),
}

impl ClassifierCommand {
    /// `config` is read only by what asks an installation; training and measuring on files need none.
    pub(super) async fn run(
        self,
        config: impl FnOnce() -> Result<Config, Failure>,
    ) -> Result<ExitCode, Failure> {
        match self.action {
            Action::Train(train) if train.from_answers => {
                answers::train(house(config()?).await?, train.seed, train.json).await
            }
            Action::Train(train) => train.run(),
            Action::Evaluate(evaluate) if evaluate.answers => {
                answers::evaluate(house(config()?).await?, evaluate.number, evaluate.json).await
            }
            Action::Evaluate(evaluate) => evaluate.run(),
            Action::Models(models) => models.run(house(config()?).await?).await,
            Action::Promote(promote) => promote.run(house(config()?).await?).await,
            Action::Rollback(rollback) => rollback.run(house(config()?).await?).await,
            Action::Curve(curve) => curve.run(),
            Action::Units(units) => units.run(house(config()?).await?).await,
            Action::Lessons(lessons) => lessons.run(house(config()?).await?).await,
            Action::Resume(resume) => resume.run(house(config()?).await?).await,
        }
    }
}
