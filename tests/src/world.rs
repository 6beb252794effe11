//! A world: one authority's post room in a folder of its own, with a clock that stands still until it is moved.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use classifier::Suggest;
use esdh::CaseSystem;
use jiff::{SignedDuration, Timestamp};
use router::adviser::Adviser;
use router::clock::{Clock, Entropy, SetClock};
use router::config::Config;
use router::intake::{Arrival, Channel, Intake, IntakeError, Taken};
use router::journey::{Workers, drain};
use router::room::{Journal, Parts, PostRoom};
use router::setup::{self, House, PolicyFiles, World as Surroundings};
use router::store::message::{MessageRow, Stage};
use router::story::{self, Story};
use router::text::Extractor;
use tempfile::TempDir;
use tokio::sync::mpsc;

use crate::Engine;
use crate::databases::fresh_postgres;

/// CVR of the invented authority in tests.
pub const CVR: &str = "12345678";

/// When tests begin unless they say otherwise: a Friday morning.
pub fn morning() -> Timestamp {
    "2026-11-20T08:00:00Z".parse().expect("a time")
}

/// One authority's post room.
pub struct World {
    /// The open house.
    pub house: House,
    /// Its clock.
    pub clock: Arc<SetClock>,
    /// Its folder.
    pub folder: TempDir,
    /// Its policy files.
    pub policy: PolicyFiles,
}

impl World {
    /// An empty post room with the policy of the cascade's corpus.
    pub async fn open(engine: Engine) -> Self {
        let policy = include_str!("../corpus/cascade/policy.toml").to_owned();
        Self::with_policy(engine, vec![("policy.toml".into(), policy)]).await
    }

    /// An empty post room with this policy.
    pub async fn with_policy(engine: Engine, policy: PolicyFiles) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(SetClock::new(morning()));
        let config = config(folder.path(), engine).await;
        let house = open(config, clock.clone(), policy.clone()).await;
        Self { house, clock, folder, policy }
    }

    /// An empty post room with the policy of the cascade's corpus and a case system of its own beside it.
    pub async fn with_journal(engine: Engine, system: Arc<dyn CaseSystem>) -> Self {
        let policy = vec![("policy.toml".into(), include_str!("../corpus/cascade/policy.toml").to_owned())];
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(SetClock::new(morning()));
        let config = config(folder.path(), engine).await;
        let house = open_beside(config, clock.clone(), policy.clone(), system).await;
        Self { house, clock, folder, policy }
    }

    /// An empty post room with this policy and this classifier.
    pub async fn with_classifier(engine: Engine, policy: PolicyFiles, suggest: Arc<dyn Suggest>) -> Self {
        Self::advised_in(tempfile::tempdir().expect("a folder"), engine, policy, suggest).await
    }

    async fn advised_in(
        folder: TempDir,
        engine: Engine,
        policy: PolicyFiles,
        suggest: Arc<dyn Suggest>,
    ) -> Self {
        let clock = Arc::new(SetClock::new(morning()));
        let surroundings = Surroundings { clock: clock.clone(), entropy: Entropy::system() };
        let mut config = config(folder.path(), engine).await;
        // The authority is the one that the policy was written for.
        let read = rules::Policy::load(&policy, "").expect("a policy");
        config.authority.cvr = Some(read.authority().cvr.clone());
        let extractor = Extractor::with_program(&config.text, program());
        let furnish = |parts| Parts { suggest, extractor, ..parts };
        let house = setup::open_furnished(config, surroundings, policy.clone(), furnish)
            .await
            .expect("the house opens");
        Self { house, clock, folder, policy }
    }

    /// The demo's municipality with all its mail, and the classifier that comes with the program.
    pub async fn open_town(engine: Engine) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let suggest = Arc::new(Adviser::at(folder.path().join("index")));
        let world = Self::advised_in(folder, engine, router::cli::demo_policy_files(), suggest).await;
        let mail = Path::new(env!("CARGO_MANIFEST_DIR")).join("../router/demo/mail");
        let files =
            std::fs::read_dir(mail).expect("the demo's mail").map(|entry| entry.expect("a file").path());
        let mut files: Vec<PathBuf> =
            files.filter(|file| file.extension().is_some_and(|extension| extension == "xml")).collect();
        files.sort();
        let letters: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).expect("a letter")).collect();
        world.receive(&letters).await;
        world
    }

    /// The room.
    pub fn room(&self) -> &Arc<PostRoom> {
        &self.house.room
    }

    /// Opens the same house again, as after a restart.
    pub async fn reopen(self) -> Self {
        let Self { house, clock, folder, policy } = self;
        let config = house.config.clone();
        house.room.store.close().await;
        drop(house);
        let house = open(config, clock.clone(), policy.clone()).await;
        Self { house, clock, folder, policy }
    }

    /// As [`Self::reopen`], with the case system beside it.
    pub async fn reopen_with(self, system: Arc<dyn CaseSystem>) -> Self {
        let Self { house, clock, folder, policy } = self;
        let config = house.config.clone();
        house.room.store.close().await;
        drop(house);
        let house = open_beside(config, clock.clone(), policy.clone(), system).await;
        Self { house, clock, folder, policy }
    }

    /// Takes messages in side by side, and nothing more.
    pub async fn offer(&self, channel: Channel, letters: &[Vec<u8>]) -> Vec<Result<Taken, IntakeError>> {
        let (next, _kept) = mpsc::channel(1);
        let intake = Intake::open(self.room().clone(), next);
        let now = self.clock.now();
        let arrivals = letters.iter().map(|letter| {
            let mut arrival = Arrival::begin(&intake, channel, now, None);
            async move {
                arrival.write(letter).await?;
                arrival.finish().await
            }
        });
        futures::future::join_all(arrivals).await
    }

    /// Takes messages in one after the other and works until nothing is due.
    pub async fn receive(&self, letters: &[Vec<u8>]) -> Vec<Taken> {
        let (next, fresh) = mpsc::channel(1024);
        let workers = Workers::start(self.room(), fresh);
        let intake = Intake::open(self.room().clone(), next);
        let mut taken = Vec::with_capacity(letters.len());
        for letter in letters {
            let mut arrival = Arrival::begin(&intake, Channel::Ingest, self.clock.now(), None);
            arrival.write(letter).await.expect("the letter is taken");
            taken.push(arrival.finish().await.expect("the letter is stored"));
        }
        drop(intake);
        workers.finish().await;
        self.work().await;
        taken
    }

    /// Works until nothing is due.
    pub async fn work(&self) {
        drain(self.room()).await.expect("the store answers");
    }

    /// Moves the clock on.
    pub fn wait(&self, time: Duration) {
        self.clock.advance(SignedDuration::try_from(time).expect("a short time"));
    }

    /// The row of a message that was taken in.
    pub async fn row(&self, taken: &Taken) -> MessageRow {
        self.room().store.message(&taken.id).await.expect("the store answers").expect("the message is stored")
    }

    /// The story of a message that was taken in.
    pub async fn story(&self, taken: &Taken) -> Story {
        let row = self.row(taken).await;
        story::tell(self.room(), &row, false).await.expect("the story is told")
    }

    /// How many messages are at this stage.
    pub async fn count(&self, stage: Stage) -> u64 {
        let counts = self.room().store.counts().await.expect("the store answers");
        counts.iter().filter(|(word, _, _)| word == stage.as_str()).map(|(_, _, n)| n).sum()
    }

    /// Every journey ends with this: no message is on its way, and the audit log is whole.
    pub async fn everything_is_settled(&self) {
        for stage in [Stage::Received, Stage::Decided, Stage::CarriedOut] {
            assert_eq!(self.count(stage).await, 0, "messages left at {}", stage.as_str());
        }
        self.house.sign().await.expect("the log is signed");
        let report = router::cli::verify_live(&self.house, None).await.expect("the log is read");
        assert!(report.is_intact(), "{}", report.danish());
    }
}

/// A configuration for tests in this folder.
pub async fn config(folder: &Path, engine: Engine) -> Config {
    let mut config = Config::demo(folder, CVR, "Prøvekøbing Kommune").expect("the defaults are sound");
    config.log.level = "off".into();
    // A test of what the classifier does says so; in the others it would only take time.
    config.classifier.enabled = false;
    config.intake.batch_wait = Duration::ZERO;
    config.effects.first_retry = Duration::from_secs(5);
    if engine == Engine::Postgres {
        let url = fresh_postgres().await;
        let file = folder.join("database-url");
        std::fs::write(&file, url).expect("the folder can be written");
        config.database.url_file = Some(file);
    }
    config
}

/// Opens a house.
pub async fn open(config: Config, clock: Arc<SetClock>, policy: PolicyFiles) -> House {
    let surroundings = Surroundings { clock, entropy: Entropy::system() };
    let text = config.text.clone();
    let furnish = |mut parts: Parts| {
        parts.extractor = Extractor::with_program(&text, program());
        parts
    };
    setup::open_furnished(config, surroundings, policy, furnish).await.expect("the house opens")
}

/// The program under test, beside the tests' own folder.
pub fn program() -> PathBuf {
    let test = std::env::current_exe().expect("this executable");
    test.parent().and_then(Path::parent).expect("target/<profile>/deps").join("modtag")
}

/// Opens a house that journals in a case system of its own.
async fn open_beside(
    config: Config,
    clock: Arc<SetClock>,
    policy: PolicyFiles,
    system: Arc<dyn CaseSystem>,
) -> House {
    let surroundings = Surroundings { clock, entropy: Entropy::system() };
    let text = config.text.clone();
    let furnish = |mut parts: Parts| {
        parts.journal = Journal::Outside(system);
        parts.extractor = Extractor::with_program(&text, program());
        parts
    };
    setup::open_furnished(config, surroundings, policy, furnish).await.expect("the house opens")
}
