//! The post room that is killed: as `modtag serve` runs it, with short claims and short waits.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use esdh::Patience;
use router::audit::{Actor, EventKind};
use router::config::Config;
use router::intake::Intake;
use router::intake::push::{self, Gate};
use router::journey::Workers;
use router::room::{Journal, Parts};
use router::setup::{self, House, SetupError, World};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::double::HttpCaseSystem;
use crate::world::CVR;

/// How long a claim lasts: what a kill leaves is taken up by the next process after this long.
const LEASE: Duration = Duration::from_secs(1);

/// Messages above this size get an object of their own.
const PACK_BELOW: u64 = 32 * 1024;

/// How often the log is signed, so that kills also hit that.
const SIGN_EVERY: Duration = Duration::from_millis(300);

/// Where a post room works: handed to its process as a file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Premises {
    /// Keys, contents, and the database when it is a file.
    pub folder: PathBuf,
    /// URL of the database when it is a server.
    pub database: Option<String>,
    /// Address of the case system; the built-in journal when there is none.
    pub double: Option<String>,
}

impl Premises {
    fn config(&self) -> Config {
        let mut config =
            Config::demo(&self.folder, CVR, "Prøvekøbing Kommune").expect("the defaults are sound");
        config.log.level = "warn".into();
        config.content.pack_below_bytes = PACK_BELOW;
        config.intake.batch_wait = Duration::from_millis(2);
        config.database.max_connections = 6;
        if let Some(url) = &self.database {
            let file = self.folder.join("database-url");
            // Written by the driver, before there are two who would write it.
            if !file.exists() {
                std::fs::write(&file, url).expect("the folder can be written");
            }
            config.database.url_file = Some(file);
        }
        config
    }

    /// Opens the house.
    pub async fn open(&self) -> Result<House, SetupError> {
        let policy = include_str!("../../corpus/cascade/policy.toml").to_owned();
        let double = self.double.as_deref().map(|url| HttpCaseSystem::new(url).expect("a client"));
        let furnish = |mut parts: Parts| {
            parts.settings.lease = LEASE;
            parts.settings.work_batch = 16;
            parts.settings.patience = Patience {
                first: Duration::from_millis(100),
                longest: Duration::from_secs(1),
                attempts: 1000,
                // Long enough for the slowest call that a dead process left under way, and the index after it.
                look_ups: 6,
                between: Duration::from_millis(600),
            };
            if let Some(double) = double {
                parts.journal = Journal::Outside(Arc::new(double));
            }
            parts
        };
        setup::open_furnished(self.config(), World::system(), vec![("policy.toml".into(), policy)], furnish)
            .await
    }
}

/// Runs a post room until it is killed, or until whoever started it is gone. Says `ready` and its address first.
pub async fn run(premises: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let premises: Premises = serde_json::from_slice(&std::fs::read(premises)?)?;
    let house = Arc::new(premises.open().await?);
    router::web::logging::start(&house.config.log);
    house.note(EventKind::Started, Actor::system("serve")).await?;
    let room = house.room.clone();
    let (next, fresh) = mpsc::channel(4096);
    let workers = Workers::start(&room, fresh);
    let intake = Intake::open(room, next);
    let gate = Gate { allow: house.config.intake.push.allow.clone(), header: None };
    let door = push::routes(&house.config.intake.push.path, intake, gate);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(sign_forever(house));
    let served = tokio::spawn(router::web::serve(listener, door, std::future::pending()));
    println!("ready {address}");
    std::io::stdout().flush()?;
    // The driver holds the other end; when it is gone, so is the test.
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    served.abort();
    drop(workers);
    Ok(())
}

async fn sign_forever(house: Arc<House>) {
    loop {
        tokio::time::sleep(SIGN_EVERY).await;
        if let Err(error) = house.sign().await {
            tracing::error!(error = %error, "audit log not signed");
        }
    }
}
