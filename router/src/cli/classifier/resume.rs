//! `modtag classifier resume`: a stopped unit goes on.

use std::process::ExitCode;

use clap::Args;

use super::{Failure, operator};
use crate::setup::House;
use crate::unseen::settling;

#[derive(Args)]
pub(super) struct Resume {
    /// Enheden.
    #[arg(long, value_name = "ENHED")]
    unit: String,
    /// Hvorfor den må fortsætte, uden personoplysninger.
    #[arg(long, value_name = "BEGRUNDELSE")]
    reason: String,
}

impl Resume {
    pub(super) async fn run(self, house: House) -> Result<ExitCode, Failure> {
        if self.reason.trim().is_empty() {
            return Err(Failure::Said("Skriv, hvorfor enheden må fortsætte: --reason \"…\".".into()));
        }
        let resumed = settling::resume(&house.room, &self.unit, operator(), &self.reason).await?;
        if !resumed {
            return Err(Failure::Said(format!("Enheden \"{}\" er ikke standset.", self.unit)));
        }
        house.sign().await?;
        println!("Klassifikatoren må igen sende breve videre til {}.", self.unit);
        house.room.store.close().await;
        Ok(ExitCode::SUCCESS)
    }
}
