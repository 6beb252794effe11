//! `modtag serve`: takes in, hands over, journals and shows status until it is told to stop.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::Failure;
use crate::audit::{Actor, EventKind};
use crate::break_glass;
use crate::config::{Config, Push};
use crate::editions;
use crate::intake::Intake;
use crate::intake::folder::{self, Watched};
use crate::intake::push::{self, Gate};
use crate::journey::Workers;
use crate::organisation;
use crate::setup::{self, House, World};
use crate::web::{self, Pages, Recorder};

/// Messages handed straight from intake to the workers.
const FRESH: usize = 4096;

#[derive(Args)]
pub(super) struct Serve {
    /// Adresse og port, i stedet for server.listen.
    #[arg(long, value_name = "ADRESSE")]
    listen: Option<SocketAddr>,
}

impl Serve {
    pub(super) async fn run(self, mut config: Config) -> Result<ExitCode, Failure> {
        web::logging::start(&config.log);
        if let Some(listen) = self.listen {
            config.server.listen = listen;
        }
        let faults: Vec<String> = config
            .check()
            .into_iter()
            .filter(|finding| finding.is_error())
            .map(|finding| finding.to_string())
            .collect();
        if !faults.is_empty() {
            return Err(Failure::Said(faults.join("\n")));
        }
        let recorder = Recorder::install()
            .map_err(|error| Failure::Said(format!("Målinger kan ikke startes: {error}.")))?;
        let house = setup::open(config, World::system()).await?;
        run_until(Arc::new(house), recorder, stop_signal()).await?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Runs a house until `stop` resolves, then finishes every step that is under way.
pub(super) async fn run_until(
    house: Arc<House>,
    recorder: Recorder,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Failure> {
    let config = &house.config;
    let room = house.room.clone();
    let listen = config.server.listen;
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|error| Failure::Said(format!("Adressen {listen} kan ikke bruges: {error}.")))?;
    house.note(EventKind::Started, Actor::system("serve")).await?;
    let (next, fresh) = mpsc::channel(FRESH);
    let workers = Workers::start(&room, fresh);
    let intake = Intake::open(room.clone(), next);
    let (stop_all, stopped) = watch::channel(false);
    let mut tasks = JoinSet::new();
    if let Some(folder) = &config.intake.folder.path {
        let watched = Watched {
            folder: folder.clone(),
            done: config.intake.folder.done_folder.clone().unwrap_or_else(|| folder.join("taget-ind")),
            settle: config.intake.folder.settle,
            poll: config.intake.folder.poll,
        };
        tasks.spawn(folder::watch(intake.clone(), watched, stopped.clone()));
    }
    tasks.spawn(sign_forever(house.clone(), stopped.clone()));
    tasks.spawn(organisation::follow(room.clone(), config.clone(), stopped.clone()));
    tasks.spawn(editions::follow(room.clone(), config.clone(), stopped.clone()));
    tasks.spawn(break_glass::calls::follow(room.clone(), config.clone(), stopped.clone()));
    let door = if config.intake.push.enabled {
        Some(push::routes(&config.intake.push.path, intake.clone(), gate(&config.intake.push)?))
    } else {
        None
    };
    let pages = Pages::new(room.clone(), recorder, config, stopped.clone()).map_err(Failure::Said)?;
    let (pages, _) = web::open(pages, door);
    tracing::info!(%listen, authority = room.store.authority(), "modtag is ready");
    let served = tokio::spawn(web::serve(listener, pages, async move {
        stop.await;
        // Nobody listens only when everything has ended already.
        let _ = stop_all.send(true);
    }));
    let mut ended = stopped.clone();
    let stopping = async {
        // An error means that the sender is gone, which only happens after it said stop.
        let _ = ended.wait_for(|stop| *stop).await;
        tokio::time::sleep(config.server.shutdown).await;
    };
    tokio::pin!(served);
    let served = tokio::select! {
        served = &mut served => served.unwrap_or(Ok(())),
        () = stopping => {
            tracing::warn!("requests still under way after the time allowed are cut off");
            served.abort();
            Ok(())
        }
    };
    drop(intake);
    while tasks.join_next().await.is_some() {}
    workers.stop().await;
    house.note(EventKind::Stopped, Actor::system("serve")).await?;
    house.sign().await?;
    room.store.close().await;
    tracing::info!("modtag has stopped; nothing is under way");
    served.map_err(|error| Failure::Said(format!("Webserveren standsede: {error}.")))
}

fn gate(push: &Push) -> Result<Gate, Failure> {
    let value = push.required_header_value().read().map_err(|error| Failure::Said(error.danish()))?;
    let header = match (&push.required_header, value) {
        (Some(name), Some(value)) => Some((name.clone(), Sha256::digest(value.expose()).into())),
        (Some(_), None) => {
            return Err(Failure::Said("intake.push.required_header er sat, men ikke dens værdi.".into()));
        }
        (None, _) => None,
    };
    Ok(Gate { allow: push.allow.clone(), header })
}

/// Signs the log regularly, so that little of it is ever unsigned.
async fn sign_forever(house: Arc<House>, mut stopped: watch::Receiver<bool>) {
    let mut tick = tokio::time::interval(std::time::Duration::from_secs(1));
    let mut waited = std::time::Duration::ZERO;
    loop {
        tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => return,
            _ = tick.tick() => waited += tick.period(),
        }
        let audit = &house.config.audit;
        let due = match house.room.store.audit_sizes().await {
            Ok((size, signed)) => {
                size.saturating_sub(signed) >= u64::from(audit.checkpoint_events)
                    || (size > signed && waited >= audit.checkpoint)
            }
            Err(_) => false,
        };
        if due {
            waited = std::time::Duration::ZERO;
            if let Err(error) = house.sign().await {
                tracing::error!(error = %error, "audit log not signed");
            }
        }
    }
}

/// Resolves when the process is asked to end.
pub(super) async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupted = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminated) => {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
        }
        Err(_) => {
            // Without the one signal the other still works.
            let _ = interrupted.await;
        }
    }
}
