//! `modtag rules replay`: past mail run through another edition, and what would have become different.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use rules::Policy;

use super::past_mail::PastMail;
use super::{Failure, house, print_json};
use crate::config::Config;
use crate::editions::{Desk, EditionError};
use crate::replay::{self, Comparison, Shown, Sides};
use crate::setup;
use crate::store::edition::EditionRow;
use crate::table::Table;

#[derive(Args)]
pub(super) struct Replay {
    /// Udgaven, der prøves; ellers politikfilerne i konfigurationen, som de står nu.
    #[arg(long, value_name = "NUMMER")]
    edition: Option<i64>,
    /// Udgaven, der sammenlignes med; ellers den, der er i kraft.
    #[arg(long, value_name = "NUMMER", conflicts_with = "as_decided")]
    against: Option<i64>,
    /// Sammenlign med det, der faktisk blev besluttet dengang.
    #[arg(long)]
    as_decided: bool,
    #[command(flatten)]
    mail: PastMail,
    /// Skriv også hver meddelelse, der bliver anderledes, i denne tabel (.csv, .xlsx eller .pdf).
    #[arg(long, value_name = "FIL")]
    table: Option<PathBuf>,
    /// Svar som JSON med alle meddelelsers id'er.
    #[arg(long)]
    json: bool,
}

impl Replay {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        if let Some(file) = &self.table {
            Table::check(file)?;
        }
        let house = house(config).await?;
        let room = &house.room;
        let desk = Desk {
            store: &room.store,
            config: &house.config,
            clock: room.clock.as_ref(),
            entropy: &room.entropy,
        };
        let new = match self.edition {
            Some(number) => read(&desk, Some(number)).await?.1,
            None => setup::load_policy(&house.config, &setup::policy_files(&house.config)?)?,
        };
        let old = if self.as_decided { None } else { Some(read(&desk, self.against).await?) };
        let against = old.as_ref().map(|(row, _)| row.number);
        let sides = Sides { old: old.map(|(_, policy)| Arc::new(policy)), new: Arc::new(new) };

        let tally = self.mail.count(&room.store, &Comparison(sides.clone()), self.json).await?;
        room.store.close().await;

        let policies: Vec<&Policy> = std::iter::once(&sides.new).chain(&sides.old).map(Arc::as_ref).collect();
        let shown = Shown::of(tally, self.edition, against, &policies);
        if let Some(file) = &self.table {
            replay::table(&shown).write(file)?;
        }
        if self.json {
            print_json(&shown)?;
        } else {
            print!("{}", shown.danish());
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The edition of a number, or the one in force.
async fn read(desk: &Desk<'_>, number: Option<i64>) -> Result<(EditionRow, Policy), EditionError> {
    let row = match number {
        Some(number) => desk.store.edition(number).await?.ok_or(EditionError::Unknown(number))?,
        None => desk.store.edition_in_force().await?.ok_or(EditionError::Unknown(0))?,
    };
    let policy = desk.read(&row).await?;
    Ok((row, policy))
}
