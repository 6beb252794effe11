//! Editions: the policy as numbered, unchanging versions, of which one is in force.
//!
//! An edition is made of texts that can be read without a fault; others are refused and change nothing. Putting one
//! in force is an act of its own with a person, a reason and an audit line; going back is putting an older one in
//! force. Every process notices within seconds and goes on with the new one from its next message.

mod on_disk;
mod renew;
mod second_pair;

use std::sync::Arc;
use std::time::Duration;

use rules::Policy;

pub use self::renew::Renewed;
use crate::audit::privacy::fit;
use crate::audit::{Actor, Event, EventKind};
use crate::clock::{Clock, Entropy};
use crate::config::Config;
use crate::own_model;
use crate::room::{PostRoom, edition_of};
use crate::setup::{PolicyFiles, SetupError};
use crate::store::edition::EditionRow;
use crate::store::token::AnswerKey;
use crate::store::{Store, StoreError};
use crate::subject_plan;

/// Why an edition was not made or not put in force.
#[derive(Debug, thiserror::Error)]
pub enum EditionError {
    /// There is none of this number.
    #[error("Der er ingen udgave {0}. Se dem med: modtag rules list")]
    Unknown(i64),
    /// Its maker may not put it in force alone (`policy.four_eyes`).
    #[error(
        "Udgave {0} er lavet af dig selv. En anden skal sætte den i kraft (policy.four_eyes i konfigurationen)."
    )]
    SecondPerson(i64),
    /// A program made it, and a program wants to put it in force (`policy.four_eyes`).
    #[error(
        "Udgave {0} er lavet af et program. Et menneske skal sætte den i kraft (policy.four_eyes i konfigurationen)."
    )]
    Program(i64),
    /// A program and whoever made its token count as one (`policy.four_eyes`).
    #[error(
        "Udgave {0} er lavet af et program med et token, som den, der vil sætte den i kraft, har lavet, eller omvendt. En anden skal sætte den i kraft (policy.four_eyes i konfigurationen)."
    )]
    OwnToken(i64),
    /// Another edition was put in force since the person looked.
    #[error(
        "En anden udgave er sat i kraft, siden du så siden. Intet er ændret. Se historikken, og tag stilling igen."
    )]
    Meanwhile,
    /// Its texts cannot be read any more by this version of the program.
    #[error("{0}")]
    Unreadable(SetupError),
    /// The database.
    #[error("{}", .0.danish())]
    Store(#[from] StoreError),
}

/// Stands as the file that says who the authority is, when the configuration says it.
pub const CONFIGURATION: &str = "konfigurationen";

/// The texts of a policy, whole: who the authority is comes from the configuration when no file says it.
pub fn complete(config: &Config, files: &PolicyFiles) -> PolicyFiles {
    let says_who = |text: &String| text.lines().any(|line| line.trim_start().starts_with("[authority]"));
    let mut all = PolicyFiles::with_capacity(files.len() + 1);
    if !files.iter().any(|(_, text)| says_who(text)) {
        all.push((CONFIGURATION.into(), authority_text(config)));
    }
    all.extend(files.iter().cloned());
    all
}

fn authority_text(config: &Config) -> String {
    let mut authority = toml::Table::new();
    authority.insert("cvr".into(), config.authority.cvr.clone().unwrap_or_default().into());
    authority.insert("name".into(), config.authority.shown_name().into());
    authority.insert("other_cvrs".into(), config.authority.other_cvrs.clone().into());
    let mut table = toml::Table::new();
    table.insert("authority".into(), authority.into());
    table.to_string()
}

/// Makes a policy of whole texts.
pub fn load(config: &Config, files: &PolicyFiles) -> Result<Policy, SetupError> {
    let policy = Policy::load(files, &edition_of(files)).map_err(SetupError::Policy)?;
    // A call that nobody can make must not look as if it were made, and rules do not choose whom the machine calls.
    if let Some(why) = policy.webhooks().find_map(|webhook| config.webhooks.refusal(&webhook.id)) {
        return Err(SetupError::Said(format!(
            "Politikfilerne kan ikke bruges: {why}. Ellers fjern [[webhook]] og de regler, der bruger den."
        )));
    }
    let cvr = config.authority.cvr.as_deref().unwrap_or_default();
    if policy.authority().cvr != cvr {
        return Err(SetupError::Said(format!(
            "Politikfilerne er skrevet for CVR {}, men konfigurationen siger {cvr}. Ret den, der er forkert.",
            policy.authority().cvr
        )));
    }
    Ok(policy)
}

/// What making and activating editions needs of the house.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    /// Rows.
    pub store: &'a Store,
    /// Configuration.
    pub config: &'a Config,
    /// The time.
    pub clock: &'a dyn Clock,
    /// Randomness.
    pub entropy: &'a Entropy,
}

/// An edition and the policy that it is.
pub struct Edition {
    /// Its row.
    pub row: EditionRow,
    /// The policy.
    pub policy: Policy,
}

impl Desk<'_> {
    /// Chooses the policy to start with: what the files say, when they may decide by themselves.
    ///
    /// Files with a fault, or that wait for a person, leave the edition in force where it is, and so do files that have not
    /// changed since the last start: what a person has put in force since stays.
    pub async fn at_start(&self, files: &PolicyFiles) -> Result<Policy, SetupError> {
        let by = Actor::system("setup");
        let in_force = self.store.edition_in_force().await?;
        if let (Some(row), true) = (&in_force, self.config.policy.keep_edition) {
            return self.read(row).await.map_err(Self::at_door);
        }
        let offered = self.offered(files, in_force.as_ref()).await.map_err(Self::at_door)?;
        let collide = offered.collide;
        let whole = complete(self.config, &offered.files);
        let offered = load(self.config, &whole);
        let policy = match (in_force, offered) {
            (None, offered) => {
                let policy = offered?;
                self.adopt(&policy, &whole, &by, "første start").await?;
                policy
            }
            (Some(row), Ok(policy)) if row.edition == policy.edition() => policy,
            (Some(_), Ok(policy)) if !self.config.policy.four_eyes && !collide => {
                self.adopt(&policy, &whole, &by, "filerne er ændret").await?;
                policy
            }
            (Some(row), Ok(policy)) => {
                let number = self.keep(&policy, &whole, &by, "filerne er ændret").await?;
                tracing::warn!(
                    edition.proposed = number,
                    edition.in_force = row.number,
                    edited_in_browser = collide,
                    "changed policy files wait for a person"
                );
                self.read(&row).await.map_err(Self::at_door)?
            }
            (Some(row), Err(fault)) => {
                let Ok(policy) = self.read(&row).await else { return Err(fault) };
                tracing::error!(
                    edition.in_force = row.number,
                    "policy files have faults and are left out; see modtag rules check"
                );
                // What they say is not taken up, so it is new the next time too.
                return Ok(policy);
            }
        };
        self.remember(files).await?;
        Ok(policy)
    }

    fn at_door(error: EditionError) -> SetupError {
        match error {
            EditionError::Unreadable(error) => error,
            EditionError::Store(error) => error.into(),
            other => SetupError::Said(other.to_string()),
        }
    }

    /// Makes an edition of these files. The same texts are the same edition; returns its number.
    pub async fn propose(
        &self,
        files: &PolicyFiles,
        by: &Actor,
        reason: &str,
    ) -> Result<(i64, Policy), SetupError> {
        let files = complete(self.config, files);
        let policy = load(self.config, &files)?;
        let number = self.keep(&policy, &files, by, reason).await?;
        Ok((number, policy))
    }

    /// Puts an edition in force.
    pub async fn activate(&self, number: i64, by: &Actor, reason: &str) -> Result<Edition, EditionError> {
        self.activate_if(number, None, (by, reason), None).await
    }

    /// Puts an edition in force in the place of the one that the person saw in force, and of no other. Under a key the act is
    /// remembered, for whoever sends the same once more.
    pub async fn activate_over(
        &self,
        number: i64,
        seen: i64,
        (by, reason): (&Actor, &str),
        key: Option<&AnswerKey>,
    ) -> Result<Edition, EditionError> {
        self.activate_if(number, Some(seen), (by, reason), key).await
    }

    async fn activate_if(
        &self,
        number: i64,
        seen: Option<i64>,
        (by, reason): (&Actor, &str),
        key: Option<&AnswerKey>,
    ) -> Result<Edition, EditionError> {
        let row = self.store.edition(number).await?.ok_or(EditionError::Unknown(number))?;
        if self.config.policy.four_eyes {
            self.second_pair(&row, by.name()).await?;
        }
        let policy = self.read(&row).await?;
        if !self.put_in_force(number, &row.edition, seen, (by, reason), key).await? {
            return Err(EditionError::Meanwhile);
        }
        Ok(Edition { row, policy })
    }

    /// The policy of an edition.
    pub async fn read(&self, row: &EditionRow) -> Result<Policy, EditionError> {
        let files = self.files(row).await?;
        load(self.config, &files).map_err(EditionError::Unreadable)
    }

    /// The texts of an edition.
    pub async fn files(&self, row: &EditionRow) -> Result<PolicyFiles, EditionError> {
        let text = self.store.policy_text(&row.edition).await?;
        let text = text.ok_or(StoreError::Damaged("policy text"))?;
        Ok(serde_json::from_slice(&text).map_err(|_| StoreError::Damaged("policy text"))?)
    }

    async fn adopt(
        &self,
        policy: &Policy,
        files: &PolicyFiles,
        by: &Actor,
        reason: &str,
    ) -> Result<(), StoreError> {
        let number = self.keep(policy, files, by, reason).await?;
        self.put_in_force(number, policy.edition(), None, (by, reason), None).await?;
        Ok(())
    }

    async fn keep(
        &self,
        policy: &Policy,
        files: &PolicyFiles,
        by: &Actor,
        reason: &str,
    ) -> Result<i64, StoreError> {
        let now = self.clock.now();
        let text = serde_json::to_vec(files).map_err(|_| StoreError::Damaged("policy text"))?;
        let mut tx = self.store.begin().await?;
        // A reason is typed by a person: what looks like a CPR number is masked, here as in the audit log.
        let kept = fit(reason);
        let made = (by.name(), kept.as_str());
        let (number, is_new) = tx.propose(policy.edition(), &text, made, self.entropy, now).await?;
        if is_new {
            tx.tell(
                Event::new(now, self.store.authority(), EventKind::RulesProposed, by.clone())
                    .with("number", number)
                    .with("edition", policy.edition())
                    .because(reason),
            );
        }
        tx.commit(now).await?;
        Ok(number)
    }

    /// False when `seen` is not in force any more.
    async fn put_in_force(
        &self,
        number: i64,
        edition: &str,
        seen: Option<i64>,
        (by, reason): (&Actor, &str),
        key: Option<&AnswerKey>,
    ) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        if seen.is_some() && tx.number_in_force().await? != seen {
            return Ok(false);
        }
        tx.put_in_force(number, (by.name(), &fit(reason)), now).await?;
        tx.tell(
            Event::new(now, self.store.authority(), EventKind::RulesActivated, by.clone())
                .with("number", number)
                .with("edition", edition)
                .because(reason),
        );
        if let Some(key) = key {
            tx.remember_rule_act(key, number, now).await?;
        }
        tx.commit(now).await?;
        Ok(true)
    }
}

/// How often a running process looks for another edition in force.
const LOOK_EVERY: Duration = Duration::from_secs(3);

/// Goes over to whatever edition is put in force, for as long as the process runs.
pub async fn follow(room: Arc<PostRoom>, config: Config, mut stopped: tokio::sync::watch::Receiver<bool>) {
    loop {
        tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        if let Err(error) = follow_once(&room, &config).await {
            tracing::error!(error = %error, "edition in force not taken up; the old one stays");
        }
        match subject_plan::follow_once(&room).await {
            Ok(true) => {
                tracing::info!(plan.number = room.held_plan().seen, "another subject plan is in force")
            }
            Ok(false) => {}
            Err(error) => tracing::error!(error = %error, "subject plan not taken up; the old one stays"),
        }
        match own_model::following::follow_once(&room).await {
            Ok(true) => tracing::info!(
                model = room.suggest.edition(),
                "another own model, or other lessons, are heard"
            ),
            Ok(false) => {}
            Err(error) => tracing::error!(error = %error, "own model not taken up; the old one stays"),
        }
    }
}

/// Goes over to the edition in force when it is another than the room's. True when it did.
pub async fn follow_once(room: &PostRoom, config: &Config) -> Result<bool, EditionError> {
    let Some(row) = room.store.edition_in_force().await? else { return Ok(false) };
    if row.edition == room.policy().edition() {
        return Ok(false);
    }
    let desk = Desk { store: &room.store, config, clock: room.clock.as_ref(), entropy: &room.entropy };
    let policy = desk.read(&row).await?;
    tracing::info!(edition.number = row.number, "another edition of the rules is in force");
    room.take_up(policy);
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Sources;

    const EXAMPLE: &str = include_str!("../../rules/example.toml");

    /// The complete example of the rule language names a webhook; with the section that its comment asks for it is taken.
    #[test]
    fn the_example_of_the_rule_language_is_taken_once_its_webhook_is_configured() {
        let folder = tempfile::tempdir().expect("a folder");
        let load_with = |more: &str| {
            let text = format!("[authority]\ncvr = \"12345678\"\n\n{more}");
            std::fs::write(folder.path().join("modtag.toml"), text).expect("written");
            let sources =
                Sources { file: None, working_folder: folder.path().to_owned(), environment: Vec::new() };
            let config = Config::load(&sources).expect("a configuration");
            load(&config, &vec![("example.toml".into(), EXAMPLE.into())])
        };
        let target = "[webhooks.target.gis]\nurl = \"https://gis.example/modtag\"\nsecret_file = \"gis\"\n";
        let listed = |host: &str| format!("[webhooks]\nallow_hosts = [\"{host}\"]\n\n{target}");
        assert!(load_with(&listed("GIS.example")).is_ok());
        for (more, word) in [
            (String::new(), "[webhooks.target.gis]"),
            (target.to_owned(), "webhooks.allow_hosts"),
            (listed("example"), "webhooks.allow_hosts"),
            (listed("other.gis.example"), "webhooks.allow_hosts"),
        ] {
            let said = load_with(&more).expect_err("refused").to_string();
            assert!(said.contains("\"gis\"") && said.contains(word), "{said}");
        }
    }
}
