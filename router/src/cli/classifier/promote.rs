//! `modtag classifier promote` and `rollback`: an own model put in force, and taken back.

use std::process::ExitCode;

use clap::Args;

use super::answers::named;
use super::{Failure, operator};
use crate::own_model::promoting::{Care, roll_back};
use crate::own_model::{Model, Workshop};
use crate::setup::House;

#[derive(Args)]
pub(super) struct Promote {
    /// Modellens nummer; se modtag classifier models.
    #[arg(value_name = "NUMMER")]
    number: i64,
    /// Hvorfor, uden personoplysninger.
    #[arg(long, value_name = "BEGRUNDELSE")]
    reason: String,
    /// Også selv om den er målbart dårligere end den, der er i kraft, eller ikke kan måles.
    #[arg(long)]
    force: bool,
}

#[derive(Args)]
pub(super) struct Rollback {
    /// Hvorfor, uden personoplysninger.
    #[arg(long, value_name = "BEGRUNDELSE")]
    reason: String,
}

impl Promote {
    pub(super) async fn run(self, house: House) -> Result<ExitCode, Failure> {
        reasoned(&self.reason)?;
        let care = if self.force { Care::Forced } else { Care::Measured };
        let workshop = Workshop::of(&house.room, &house.config)?;
        let model = workshop.promote(self.number, &operator(), &self.reason, care).await?;
        house.sign().await?;
        println!("Egen model {} er i kraft ({}).", model.row.number, model.row.edition);
        println!(
            "Grænser for at sende videre uset findes på ny for den. Tag den tilbage med: modtag classifier rollback"
        );
        house.room.store.close().await;
        Ok(ExitCode::SUCCESS)
    }
}

impl Rollback {
    pub(super) async fn run(self, house: House) -> Result<ExitCode, Failure> {
        reasoned(&self.reason)?;
        let number = roll_back(&house.room, &operator(), &self.reason).await?;
        house.sign().await?;
        println!("I kraft er nu {}.", named(number));
        if number != 0 && Model::in_force(&house.room.store).await?.is_none() {
            println!("Den er lavet ved siden af en anden udgave af den medfølgende model og høres ikke.");
        }
        house.room.store.close().await;
        Ok(ExitCode::SUCCESS)
    }
}

fn reasoned(reason: &str) -> Result<(), Failure> {
    if reason.trim().is_empty() {
        return Err(Failure::Said("Skriv hvorfor: --reason \"…\".".into()));
    }
    Ok(())
}
