//! `modtag migrate`: brings the database's schema up to this program's.

use std::process::ExitCode;

use clap::Args;

use super::Failure;
use crate::clock::{Clock, Entropy, SystemClock};
use crate::config::Config;
use crate::setup::{open_keys, open_store};

#[derive(Args)]
pub(super) struct Migrate {
    /// Sig kun, hvor mange ændringer der mangler.
    #[arg(long)]
    dry_run: bool,
}

impl Migrate {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        crate::web::logging::start(&config.log);
        let cvr =
            config.authority.cvr.clone().ok_or_else(|| Failure::Said("authority.cvr er ikke sat.".into()))?;
        std::fs::create_dir_all(&config.data.folder)
            .map_err(|error| Failure::Said(format!("Datamappen kan ikke oprettes: {error}.")))?;
        let keys = open_keys(&config, &Entropy::system(), SystemClock.now())?;
        let store = open_store(&config, &keys, &cvr).await?;
        let pending = store.pending_migrations().await?;
        if !self.dry_run {
            store.migrate().await?;
        }
        match (pending, self.dry_run) {
            (0, _) => println!("Databasens skema er ajour."),
            (n, true) => println!("{n} ændringer af skemaet mangler."),
            (n, false) => println!("{n} ændringer af skemaet er udført."),
        }
        store.close().await;
        Ok(ExitCode::SUCCESS)
    }
}
