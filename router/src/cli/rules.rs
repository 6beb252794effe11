//! `modtag rules`: editions of the policy: checked, made, put in force, written out.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde::Serialize;

use super::replay::Replay;
use super::rule_check::check;
use super::{Failure, house, operator, print_json};
use crate::config::Config;
use crate::editions::{Desk, EditionError};
use crate::setup::{self, House};
use crate::store::edition::{ActivationRow, EditionRow};

#[derive(Args)]
pub(super) struct RulesCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Vis alle udgaver af regelsættet, og hvornår hver har været i kraft.
    List {
        /// Svar som JSON.
        #[arg(long)]
        json: bool,
    },
    /// Læs politikfilerne i konfigurationen, kør reglernes eksempler, og vis, hvad der er tvivlsomt. Intet ændres.
    Check {
        /// Sig til om regler, der ikke har passet på noget i så mange dages modtaget post; 0 spørger ikke posten.
        #[arg(long, default_value_t = 180, value_name = "DAGE")]
        quiet_days: u32,
        /// Svar som JSON.
        #[arg(long)]
        json: bool,
    },
    /// Lav en udgave af politikfilerne. Den får først virkning, når den sættes i kraft.
    Propose {
        /// Hvorfor, uden personoplysninger.
        #[arg(long, value_name = "BEGRUNDELSE")]
        reason: String,
    },
    /// Sæt en udgave i kraft. En ældre udgave kan sættes i kraft igen.
    Activate {
        /// Udgavens nummer.
        #[arg(value_name = "NUMMER")]
        number: i64,
        /// Hvorfor, uden personoplysninger.
        #[arg(long, value_name = "BEGRUNDELSE")]
        reason: String,
    },
    /// Prøv en udgave på den post, der allerede er kommet: hvem ville have fået hvad? Intet sættes i gang.
    Replay(Replay),
    /// Skriv en udgaves filer og dens historie til en mappe, som dokumentation.
    Export {
        /// Udgavens nummer; ellers den, der er i kraft.
        #[arg(long, value_name = "NUMMER")]
        edition: Option<i64>,
        /// Mappen; den må ikke findes i forvejen.
        #[arg(value_name = "MAPPE")]
        folder: PathBuf,
    },
}

impl RulesCommand {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        match self.action {
            Action::Check { quiet_days, json } => check(&config, quiet_days, json).await,
            Action::List { json } => list(&house(config).await?, json).await,
            Action::Propose { reason } => {
                let files = setup::policy_files(&config)?;
                let house = house(config).await?;
                let (number, policy) = desk(&house).propose(&files, &operator(), &reason).await?;
                println!(
                    "Udgave {number} er lavet: {} regler. Sæt den i kraft med: modtag rules activate {number}",
                    policy.rules().len()
                );
                Ok(ExitCode::SUCCESS)
            }
            Action::Activate { number, reason } => {
                let house = house(config).await?;
                let edition = desk(&house).activate(number, &operator(), &reason).await?;
                println!(
                    "Udgave {} er i kraft: {} regler.",
                    edition.row.number,
                    edition.policy.rules().len()
                );
                Ok(ExitCode::SUCCESS)
            }
            Action::Replay(replay) => replay.run(config).await,
            Action::Export { edition, folder } => export(&house(config).await?, edition, folder).await,
        }
    }
}

fn desk(house: &House) -> Desk<'_> {
    let room = &house.room;
    Desk { store: &room.store, config: &house.config, clock: room.clock.as_ref(), entropy: &room.entropy }
}

/// An edition as it is shown.
#[derive(Serialize)]
struct Shown {
    number: i64,
    edition: String,
    made_at: Timestamp,
    author: String,
    reason: String,
    in_force: bool,
    activations: Vec<ShownActivation>,
}

#[derive(Serialize)]
struct ShownActivation {
    at: Timestamp,
    person: String,
    reason: String,
}

impl Shown {
    fn of(row: EditionRow, activations: &[ActivationRow]) -> Self {
        let in_force = activations.last().is_some_and(|last| last.number == row.number);
        let made_at = row.made_at();
        let own = activations.iter().filter(|activation| activation.number == row.number);
        Self {
            number: row.number,
            edition: row.edition,
            made_at,
            author: row.author,
            reason: row.reason,
            in_force,
            activations: own
                .map(|one| ShownActivation {
                    at: one.at(),
                    person: one.person.clone(),
                    reason: one.reason.clone(),
                })
                .collect(),
        }
    }

    fn danish(&self) -> String {
        let day =
            |at: &Timestamp| at.to_zoned(rules::time::denmark()).strftime("%d.%m.%Y kl. %H.%M").to_string();
        let mark = if self.in_force { "i kraft" } else { "" };
        let mut text = format!(
            "{:>4}  {:<8} lavet {} af {}: {}\n",
            self.number,
            mark,
            day(&self.made_at),
            self.author,
            self.reason
        );
        for one in &self.activations {
            text.push_str(&format!(
                "                sat i kraft {} af {}: {}\n",
                day(&one.at),
                one.person,
                one.reason
            ));
        }
        text
    }
}

async fn shown(house: &House) -> Result<Vec<Shown>, Failure> {
    let store = &house.room.store;
    let activations = store.activations().await?;
    Ok(store.editions().await?.into_iter().map(|row| Shown::of(row, &activations)).collect())
}

async fn list(house: &House, json: bool) -> Result<ExitCode, Failure> {
    let shown = shown(house).await?;
    if json {
        print_json(&shown)?;
    } else {
        for one in shown {
            print!("{}", one.danish());
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn export(house: &House, number: Option<i64>, folder: PathBuf) -> Result<ExitCode, Failure> {
    let store = &house.room.store;
    let row = match number {
        Some(number) => store.edition(number).await?.ok_or(EditionError::Unknown(number))?,
        None => store.edition_in_force().await?.ok_or(EditionError::Unknown(0))?,
    };
    let files = desk(house).files(&row).await?;
    let unwritable =
        |error: std::io::Error| Failure::Said(format!("{} kan ikke skrives: {error}.", folder.display()));
    std::fs::create_dir(&folder).map_err(unwritable)?;
    for (place, (name, text)) in files.iter().enumerate() {
        // Only the last part of the name: what the files were called must not choose where they are written.
        let name = std::path::Path::new(name).file_name().map(|name| name.to_string_lossy().into_owned());
        let name = format!("{:02}-{}", place + 1, name.unwrap_or_else(|| "politik.toml".into()));
        std::fs::write(folder.join(name), text).map_err(unwritable)?;
    }
    let number = row.number;
    let history = shown(house).await?.into_iter().find(|shown| shown.number == number);
    let history = serde_json::to_string_pretty(&history).unwrap_or_default();
    std::fs::write(folder.join("udgave.json"), history + "\n").map_err(unwritable)?;
    println!("Udgave {number}: {} filer og udgave.json er skrevet til {}.", files.len(), folder.display());
    Ok(ExitCode::SUCCESS)
}
