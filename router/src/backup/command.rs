//! `modtag backup` and `modtag restore`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::error::BackupError;
use super::restore::restore;
use super::verify::{Checked, Keyring, verify};
use super::write::{Existing, write};
use crate::cli::{Failure, operator};
use crate::config::Config;
use crate::keys::{KeyError, KeyFile};
use crate::setup::{self, World};

/// Tag en sikkerhedskopi, mens alt kører.
#[derive(Args)]
#[command(
    after_help = "Nøglefilen er ikke med i sikkerhedskopien: opbevar den for sig. Uden den kan en sikkerhedskopi ikke \
læses, og sammen med den kan enhver læse den.\n\nSikkerhedskopien kan gendannes i SQLite og PostgreSQL, uanset hvor den kommer fra."
)]
pub struct Backup {
    /// Filen, der laves.
    #[arg(value_name = "FIL")]
    file: PathBuf,
    /// Erstat filen, hvis den findes. Det sker først, når den nye er skrevet og efterprøvet.
    #[arg(long)]
    force: bool,
}

impl Backup {
    pub(crate) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        crate::web::logging::start(&config.log);
        let key_file = config.keys.file.clone();
        let mut config = config;
        config.policy.keep_edition = true;
        let house = setup::open(config, World::system()).await?;
        let existing = if self.force { Existing::Replace } else { Existing::Keep };
        let bar = progress();
        let written = write(&house, &self.file, existing, operator(), &bar).await;
        bar.finish_and_clear();
        house.room.store.close().await;
        let checked = written.map_err(said)?;
        println!("Sikkerhedskopien er skrevet til {} og efterprøvet.", self.file.display());
        println!("{}", checked.danish());
        println!(
            "Nøglefilen {} er ikke med. Opbevar en kopi af den for sig: uden den kan sikkerhedskopien ikke læses.",
            key_file.display()
        );
        Ok(answer(&checked))
    }
}

/// Genskab fra en sikkerhedskopi.
#[derive(Args)]
#[command(
    after_help = "Der gendannes kun i en tom database. Læg først nøglefilen tilbage, og stop modtag.\n\
En gendannelse, der blev afbrudt, køres blot igen."
)]
pub struct Restore {
    /// Sikkerhedskopien.
    #[arg(value_name = "FIL")]
    file: PathBuf,
    /// Efterprøv kun sikkerhedskopien; gendan intet.
    #[arg(long)]
    check: bool,
}

impl Restore {
    pub(crate) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        crate::web::logging::start(&config.log);
        let bar = progress();
        let done = match self.check {
            true => check(&config, &self.file, &bar).await,
            false => restore(&config, World::system(), &self.file, operator(), &bar).await,
        };
        bar.finish_and_clear();
        let checked = done.map_err(said)?;
        match self.check {
            true => println!("Sikkerhedskopien {} er hel.", self.file.display()),
            false => println!(
                "Gendannet fra {}. Start med `modtag serve`; arbejdet fortsætter, hvor det slap.",
                self.file.display()
            ),
        }
        println!("{}", checked.danish());
        Ok(answer(&checked))
    }
}

/// Verifies with the key file when there is one, and without when this is another machine.
async fn check(config: &Config, file: &Path, bar: &ProgressBar) -> Result<Checked, BackupError> {
    bar.set_message("Efterprøver");
    let keys = match (&config.authority.cvr, KeyFile::open(&config.keys.file)) {
        (Some(cvr), Ok(keys)) => Some(Keyring::of(&keys, cvr)),
        (None, Ok(_)) | (_, Err(KeyError::Missing { .. })) => None,
        (_, Err(error)) => return Err(error.into()),
    };
    verify(file, keys.as_ref(), bar).await
}

/// A log that is broken makes the command fail, though the archive itself is whole.
fn answer(checked: &Checked) -> ExitCode {
    if checked.is_intact() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn said(error: BackupError) -> Failure {
    Failure::Said(error.danish())
}

/// A bar on a terminal, nothing elsewhere.
fn progress() -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:24} {bar:30} {percent:>3} %  tilbage {eta}");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
