//! The power: starts post rooms, cuts them off at random moments, starts them again.

use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use super::{Plan, Premises};
use crate::dice::Dice;

/// What the power cuts came to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Killed {
    /// Signals sent.
    pub(super) kills: usize,
    /// Of these, before the process was ready.
    pub(super) while_starting: usize,
    /// Starts after the first.
    pub(super) restarts: usize,
    /// Processes that ended by themselves.
    pub(super) fell_over: usize,
}

/// The running processes.
pub(super) struct Power {
    shared: Arc<Shared>,
    keepers: Mutex<JoinSet<()>>,
    stop: watch::Sender<bool>,
}

struct Shared {
    plan: Plan,
    spec: std::path::PathBuf,
    addresses: Vec<Mutex<Option<SocketAddr>>>,
    /// Kills that are planned for a running process or done.
    tickets: AtomicUsize,
    kills: AtomicUsize,
    while_starting: AtomicUsize,
    starts: AtomicUsize,
    fell_over: AtomicUsize,
    one_more: Notify,
}

/// When the next kill comes.
#[derive(Clone, Copy)]
enum Moment {
    /// So long after the process was started, ready or not.
    AfterStart(Duration),
    /// So long after it was ready.
    AfterReady(Duration),
    /// There have been kills enough.
    Never,
}

impl Moment {
    fn draw(dice: &mut Dice) -> Self {
        match dice.below(10) {
            0..2 => Self::AfterStart(dice.between(0, 400)),
            2..6 => Self::AfterReady(dice.between(10, 300)),
            // Long enough for claims to run out and for what an earlier process left to be taken up.
            _ => Self::AfterReady(dice.between(200, 1800)),
        }
    }
}

impl Power {
    /// Starts the processes and the cuts.
    pub(super) fn start(plan: &Plan, premises: &Premises) -> Self {
        let spec = premises.folder.join("premises.json");
        std::fs::write(&spec, serde_json::to_vec(premises).expect("JSON"))
            .expect("the folder can be written");
        let shared = Arc::new(Shared {
            plan: plan.clone(),
            spec,
            addresses: (0..plan.processes).map(|_| Mutex::new(None)).collect(),
            tickets: AtomicUsize::new(0),
            kills: AtomicUsize::new(0),
            while_starting: AtomicUsize::new(0),
            starts: AtomicUsize::new(0),
            fell_over: AtomicUsize::new(0),
            one_more: Notify::new(),
        });
        let (stop, stopped) = watch::channel(false);
        let mut keepers = JoinSet::new();
        for process in 0..plan.processes {
            keepers.spawn(keep(shared.clone(), process, stopped.clone()));
        }
        Self { shared, keepers: Mutex::new(keepers), stop }
    }

    /// Where some post room listens; `dice` choose which.
    pub(super) fn address(&self, dice: &mut Dice) -> Option<SocketAddr> {
        let addresses = &self.shared.addresses;
        let which = usize::try_from(dice.below(addresses.len() as u64)).unwrap_or(0);
        *addresses[which].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Kills so far.
    pub(super) fn kills(&self) -> usize {
        self.shared.kills.load(Ordering::SeqCst)
    }

    /// Waits until all kills of the plan are done.
    pub(super) async fn killed_enough(&self) {
        self.killed(self.shared.plan.kills).await;
    }

    /// Waits until so many kills are done.
    pub(super) async fn killed(&self, kills: usize) {
        loop {
            let more = self.shared.one_more.notified();
            if self.kills() >= kills {
                return;
            }
            // A notice that came between the look and the wait is made up for by looking again.
            let _ = tokio::time::timeout(Duration::from_millis(50), more).await;
        }
    }

    /// What the post rooms said on standard error, a line each.
    pub(super) fn logs(&self) -> Vec<String> {
        let read = |process| std::fs::read_to_string(self.shared.log(process)).unwrap_or_default();
        (0..self.shared.plan.processes)
            .map(read)
            .flat_map(|log| log.lines().map(str::to_owned).collect::<Vec<_>>())
            .collect()
    }

    /// Ends the processes, as hard as before.
    pub(super) async fn end(&self) -> Killed {
        // Nobody listens only when every keeper has ended.
        let _ = self.stop.send(true);
        let mut keepers = std::mem::take(&mut *self.keepers.lock().unwrap_or_else(PoisonError::into_inner));
        while let Some(ended) = keepers.join_next().await {
            ended.expect("the keeper does not fall");
        }
        let shared = &self.shared;
        Killed {
            kills: self.kills(),
            while_starting: shared.while_starting.load(Ordering::SeqCst),
            restarts: shared.starts.load(Ordering::SeqCst).saturating_sub(shared.plan.processes),
            fell_over: shared.fell_over.load(Ordering::SeqCst),
        }
    }
}

impl Shared {
    fn log(&self, process: usize) -> std::path::PathBuf {
        self.spec.with_file_name(format!("post-room-{process}.log"))
    }

    fn start(&self, process: usize) -> Child {
        self.starts.fetch_add(1, Ordering::SeqCst);
        let log = std::fs::File::options().create(true).append(true).open(self.log(process)).expect("a log");
        Command::new(&self.plan.program)
            .arg("post-room")
            .arg(&self.spec)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .expect("the program starts")
    }

    fn set_address(&self, process: usize, address: Option<SocketAddr>) {
        *self.addresses[process].lock().unwrap_or_else(PoisonError::into_inner) = address;
    }
}

/// How a process came to its end.
enum End {
    /// Killed.
    Cut,
    /// By itself, which it has no reason to.
    FellOver,
    /// The test is over.
    Done,
}

async fn keep(shared: Arc<Shared>, process: usize, mut stopped: watch::Receiver<bool>) {
    let mut dice = Dice::new(shared.plan.seed ^ (0x9071_ca00 + process as u64));
    loop {
        let mut child = shared.start(process);
        let stdout = child.stdout.take().expect("a pipe");
        // It ends when nobody holds the other end of its input.
        let _held = child.stdin.take();
        let mut is_ready = false;
        let is_to_be_killed = shared.tickets.fetch_add(1, Ordering::SeqCst) < shared.plan.kills;
        let moment = if is_to_be_killed { Moment::draw(&mut dice) } else { Moment::Never };
        let until_killed = async {
            let ready = async {
                let address = ready(stdout).await;
                shared.set_address(process, address);
                is_ready = address.is_some();
                match moment {
                    Moment::AfterReady(wait) => tokio::time::sleep(wait).await,
                    Moment::AfterStart(_) | Moment::Never => std::future::pending().await,
                }
            };
            let at_any_rate = async {
                match moment {
                    Moment::AfterStart(wait) => tokio::time::sleep(wait).await,
                    Moment::AfterReady(_) | Moment::Never => std::future::pending().await,
                }
            };
            tokio::select! {
                () = ready => {}
                () = at_any_rate => {}
            }
        };
        let end = tokio::select! {
            () = until_killed => End::Cut,
            _ = child.wait() => End::FellOver,
            _ = stopped.wait_for(|stop| *stop) => End::Done,
        };
        shared.set_address(process, None);
        // An error means that it has ended already.
        let _ = child.kill().await;
        match end {
            End::Cut => {}
            End::FellOver => {
                shared.tickets.fetch_sub(1, Ordering::SeqCst);
                shared.fell_over.fetch_add(1, Ordering::SeqCst);
                continue;
            }
            End::Done => return,
        }
        shared.kills.fetch_add(1, Ordering::SeqCst);
        if !is_ready {
            shared.while_starting.fetch_add(1, Ordering::SeqCst);
        }
        shared.one_more.notify_waiters();
    }
}

/// The address that a post room says when it is ready.
async fn ready(stdout: tokio::process::ChildStdout) -> Option<SocketAddr> {
    let mut lines = BufReader::new(stdout).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if let Some(address) = line.strip_prefix("ready ") {
            return address.parse().ok();
        }
    }
    None
}
