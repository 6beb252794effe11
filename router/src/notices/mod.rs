//! Notices (*besked om ny post*): a case handler is told that there is mail, and a unit's Teams channel.
//!
//! A notice says how many letters there are, for whom and when the first must be answered. Whoever wants to know more signs
//! in. What is new is worked out of the hand-overs: those that lie unopened with somebody and that they were not told of yet;
//! a letter that is opened, done or somewhere else when its time comes is not told of. Each notice is a row with a key of its
//! own for each receiver and time, told at least once under one id, again and again with longer and longer pauses, and given
//! up after a day. No letter waits for it.
//!
//! **Deliberately absent:** titles, senders, case numbers, and anything else of a letter.

mod address;
mod choice;
mod gather;
mod mail;
mod pace;
mod teams;
mod tell;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

pub use address::{Source, open_address, seal_address, seen_again};
pub use choice::{ChoiceError, Choices, Chooser, Chosen, MailChoice, TeamsChoice, choices, choose};
pub use pace::Pace;

use crate::config::Config;
use crate::room::PostRoom;
use crate::store::StoreError;
use mail::Mailer;
use teams::TeamsChannel;

/// E-mail to a person.
const MAIL: &str = "mail";
/// A message in a unit's Teams channel.
const TEAMS: &str = "teams";

/// How often notices are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// The ways that people can be told on.
#[derive(Debug, Default)]
pub struct Notices {
    mail: Option<Mailer>,
    /// By unit.
    teams: BTreeMap<String, TeamsChannel>,
    /// Domains that somebody may give an address of their own in.
    domains: Vec<String>,
    /// Where the desks are in the browser.
    public_url: String,
}

impl Notices {
    /// The ways of this configuration. Reads the secret files, calls nobody. Fails in Danish.
    pub fn open(config: &Config) -> Result<Self, String> {
        let notices = &config.notices;
        Ok(Self {
            mail: Mailer::open(&notices.mail)?,
            teams: TeamsChannel::open_all(&notices.teams)?,
            domains: notices.mail.allow_domains.clone(),
            public_url: config.sign_in.public_url.clone().unwrap_or_default(),
        })
    }

    fn page(&self, path: &str) -> String {
        format!("{}{path}", self.public_url)
    }
}

/// What did not work.
enum Setback {
    /// Told again later.
    Later(&'static str),
    /// Nothing that time mends.
    Never(&'static str),
}

/// Tells everybody who is to be told on one channel, until asked to stop.
async fn keep_telling(room: Arc<PostRoom>, channel: &'static str, mut stopped: watch::Receiver<bool>) {
    let mut swept: Option<jiff::Timestamp> = None;
    loop {
        tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        let now = room.clock.now();
        let sweep = swept.is_none_or(|at| now.duration_since(at).as_hours() >= 1 || now < at);
        let worked = async {
            gather::gather(&room, channel).await?;
            tell::tell(&room, channel, || *stopped.borrow()).await?;
            if sweep && channel == MAIL {
                gather::sweep(&room).await?;
                swept = Some(now);
            }
            Ok::<(), StoreError>(())
        };
        if let Err(error) = worked.await {
            metrics::counter!("modtag_store_failures_total").increment(1);
            tracing::error!(error = %error, "notices not told");
        }
    }
}

/// Starts telling, each channel for itself: a slow mail server holds up no channel of Teams.
pub fn start(
    room: &Arc<PostRoom>,
    stopped: &watch::Receiver<bool>,
) -> Vec<impl Future<Output = ()> + Send + use<>> {
    [MAIL, TEAMS]
        .into_iter()
        .filter(|channel| match *channel {
            MAIL => room.notices.mail.is_some(),
            _ => !room.notices.teams.is_empty(),
        })
        .map(|channel| keep_telling(room.clone(), channel, stopped.clone()))
        .collect()
}

/// Tells everybody who is to be told now, once.
pub async fn tell_all(room: &PostRoom) -> Result<(), StoreError> {
    for channel in [MAIL, TEAMS] {
        gather::gather(room, channel).await?;
        tell::tell(room, channel, || false).await?;
    }
    gather::sweep(room).await
}
