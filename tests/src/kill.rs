//! The kill test: nothing is lost and nothing journaled twice when processes die at any moment.
//!
//! A *driver* (this process) plays Digital Post, the power cut and the records manager: it delivers messages over HTTP
//! until each is acknowledged, kills the post room (`kill -9`) at random moments and starts it again at once, and at
//! the end counts what is there. The post room runs in processes of its own ([`post_room`]), journals in the
//! [`crate::double::Double`] or in its own journal, and is given no help.
//!
//! The same seed gives the same messages and the same waits; when exactly a signal hits is the machine's.

mod account;
mod cases;
mod deliver;
mod mail;
mod post_room;
mod power;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

pub use account::Summary;
pub use post_room::{Premises, run as post_room};

use crate::Engine;
use crate::databases::fresh_postgres;
use crate::double::Double;

/// How long the post room may take, once left in peace, until nothing is on its way.
const PEACE: Duration = Duration::from_secs(180);

/// Where entries are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Journal {
    /// A system of its own, slow and faulty.
    Double,
    /// The built-in journal.
    BuiltIn,
}

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Database.
    pub engine: Engine,
    /// Where entries are written.
    pub journal: Journal,
    /// Post rooms on the same database and content folder.
    pub processes: usize,
    /// Different messages.
    pub messages: usize,
    /// Kills.
    pub kills: usize,
    /// For messages, waits and mishaps.
    pub seed: u64,
    /// The program that becomes a post room when called with `post-room` and the premises.
    pub program: PathBuf,
}

/// Carries out a plan and gives account of it.
///
/// Panics when the test itself cannot run; what the post room does wrong is in the summary.
pub async fn run(plan: &Plan) -> Summary {
    let started = Instant::now();
    let folder = tempfile::tempdir().expect("a folder");
    let double = match plan.journal {
        Journal::Double => Some(Double::start(plan.seed, cases::all()).await.expect("the double starts")),
        Journal::BuiltIn => None,
    };
    let premises = Premises {
        folder: folder.path().to_owned(),
        database: match plan.engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(fresh_postgres().await),
        },
        double: double.as_ref().map(|double| double.url()),
    };
    cases::prepare(&premises).await;

    let mail = Arc::new(mail::letters(plan.messages, plan.seed));
    let power = power::Power::start(plan, &premises);
    let delivered = deliver::deliver(plan, &mail, &power).await;
    power.killed_enough().await;
    let in_peace = Instant::now();
    let house = premises.open().await.expect("the house opens");
    let left = account::wait_until_quiet(&house, PEACE).await;
    let quiet_after = in_peace.elapsed();
    let killed = power.end().await;
    let logs = power.logs();
    let times = account::Times { whole: started.elapsed(), quiet_after };
    account::draw_up(plan, &mail, &house, double.as_deref(), delivered, killed, left, logs, times).await
}
