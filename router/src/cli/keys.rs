//! `modtag keys`: shows and changes the keys.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{Failure, house, operator};
use crate::audit::EventKind;
use crate::config::Config;
use crate::keys::KeyFile;
use crate::story::danish_time;

/// Rows wrapped anew with one transaction.
const PAGE: u32 = 500;

#[derive(Args)]
pub(super) struct KeysCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Vis nøglernes id'er og aldre; aldrig nøglerne selv.
    Show,
    /// Lav en ny nøgle, og pak alle meddelelsers nøgler om til den. Kan afbrydes og gentages.
    Rotate,
}

impl KeysCommand {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        match self.action {
            Action::Show => show(&config),
            Action::Rotate => rotate(config).await,
        }
    }
}

fn show(config: &Config) -> Result<ExitCode, Failure> {
    let keys = KeyFile::open(&config.keys.file).map_err(|error| Failure::Said(error.danish()))?;
    println!("Nøglefil {}  fingeraftryk {}", config.keys.file.display(), keys.fingerprint());
    for (id, made) in keys.ids() {
        let newest = if id == keys.newest_id() { "  (pakker nye meddelelser)" } else { "" };
        println!("  {id}  lavet {}{newest}", danish_time(made));
    }
    Ok(ExitCode::SUCCESS)
}

async fn rotate(config: Config) -> Result<ExitCode, Failure> {
    let file = config.keys.file.clone();
    let first = house(config.clone()).await?;
    let now = first.room.clock.now();
    let entropy = first.room.entropy.clone();
    first.room.store.close().await;
    KeyFile::rotate(&file, now, &mut |bytes| entropy.fill(bytes))
        .map_err(|error| Failure::Said(error.danish()))?;
    // Opened anew, so that everything from here on is wrapped with the new key.
    let mut config = config;
    config.policy.keep_edition = true;
    let house = crate::setup::open(config, crate::setup::World::system()).await?;
    let mut after = String::new();
    let mut total = 0;
    loop {
        let (done, last) =
            house.room.store.rewrap_keys(&entropy, &after, PAGE, house.room.clock.now()).await?;
        total += done;
        match last {
            Some(last) => after = last,
            None => break,
        }
    }
    total += house.room.store.rewrap_case_keys(&entropy, house.room.clock.now()).await?;
    house.note(EventKind::KeysRotated, operator()).await?;
    house.sign().await?;
    println!(
        "En ny nøgle er lavet, og {total} nøgler er pakket om. Tag straks en ny kopi af nøglefilen. \
         Genstart `modtag serve`, så den også bruger den nye nøgle. Den gamle nøgle bliver i filen: ældre sikkerhedskopier kræver den."
    );
    house.room.store.close().await;
    Ok(ExitCode::SUCCESS)
}
