//! Trouble: the disk is full, the database is gone, the content store cannot be written. The sender hears no, nothing
//! is half there, and work goes on without a hand when the cause is gone.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use journeys::letters::Letter;
use journeys::world::{self, World, morning};
use journeys::{Engine, on_both_databases};
use router::clock::SetClock;
use router::intake::{Channel, IntakeError};
use router::store::message::Stage;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

on_both_databases!(programs_that_start_at_once_on_a_new_database_all_start, |engine: Engine| async move {
    let folder = tempfile::tempdir().expect("a folder");
    let config = world::config(folder.path(), engine).await;
    let starts = (0..6).map(|_| {
        let (config, clock) = (config.clone(), Arc::new(SetClock::new(morning())));
        let policy = include_str!("../corpus/cascade/policy.toml").to_owned();
        tokio::spawn(world::open(config, clock, vec![("policy.toml".into(), policy)]))
    });
    for house in futures::future::join_all(starts).await {
        let store = house.expect("it started").room.store.clone();
        assert_eq!(store.editions().await.expect("an answer").len(), 1);
        store.close().await;
    }
});

/// A small file system of its own, taken away with the test. Needs root.
struct SmallDisk {
    folder: tempfile::TempDir,
}

impl SmallDisk {
    /// `None`, said aloud, where file systems cannot be mounted.
    fn of(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let disk = Self { folder };
        if disk.mount(&format!("size={size},mode=0700")) {
            return Some(disk);
        }
        eprintln!("NOT RUN: a small file system cannot be mounted here (needs root)");
        std::mem::forget(disk);
        None
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn mount(&self, options: &str) -> bool {
        run("mount", &["-t", "tmpfs", "-o", options, "modtag-test"], self.path())
    }

    fn remount(&self, options: &str) {
        assert!(
            run("mount", &["-o", &format!("remount,{options}")], self.path()),
            "remounted with {options}"
        );
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // What cannot be unmounted now goes with the machine's next start.
        run("umount", &["-l"], self.folder.path());
    }
}

fn run(program: &str, arguments: &[&str], path: &Path) -> bool {
    Command::new(program).args(arguments).arg(path).output().is_ok_and(|output| output.status.success())
}

/// A world whose content lies here and whose database lies where it usually does, unless `database` names a folder.
async fn world_with(engine: Engine, content: &Path, database: Option<&Path>) -> World {
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = world::config(database.unwrap_or(folder.path()), engine).await;
    config.content.folder = content.join("content");
    let policy = vec![("policy.toml".to_owned(), include_str!("../corpus/cascade/policy.toml").to_owned())];
    let clock = Arc::new(SetClock::new(morning()));
    let house = world::open(config, clock.clone(), policy.clone()).await;
    World { house, clock, folder, policy }
}

fn letters(count: u64, bytes: usize) -> Vec<Vec<u8>> {
    (0..count)
        .map(|n| {
            Letter::from_citizen(n, "6101701111", "Ane Prøve")
                .attachment("B", "b.pdf", "application/pdf", vec![7; bytes])
                .bytes()
        })
        .collect()
}

/// Offers letters one after the other until each is in or refused; answers with the refusals.
async fn refusals(world: &World, letters: &[Vec<u8>]) -> Vec<IntakeError> {
    let mut refused = Vec::new();
    for letter in letters {
        let answer = world.offer(Channel::Push, std::slice::from_ref(letter)).await.pop().expect("an answer");
        refused.extend(answer.err());
    }
    refused
}

async fn all_are_in_and_settled(world: &World, letters: &[Vec<u8>]) {
    let refused = refusals(world, letters).await;
    assert!(refused.is_empty(), "{refused:?}");
    world.wait(Duration::from_secs(3600));
    world.work().await;
    assert_eq!(world.count(Stage::Waiting).await, letters.len() as u64);
    world.everything_is_settled().await;
}

on_both_databases!(a_full_disk_is_no_yes_and_heals_by_itself, |engine: Engine| async move {
    let Some(disk) = SmallDisk::of("3m") else { return };
    let database = (engine == Engine::Sqlite).then(|| disk.path().to_owned());
    let world = world_with(engine, disk.path(), database.as_deref()).await;
    let letters = letters(12, 500_000);
    let refused = refusals(&world, &letters).await;
    assert!(!refused.is_empty(), "the disk is small");
    for error in &refused {
        assert!(error.is_transient() && error.danish().contains("ikke kvitteret"), "{error:?}");
    }
    // What was answered with yes is there, and nothing else is.
    let stored: u64 =
        world.room().store.counts().await.expect("the store can be read").iter().map(|(_, _, n)| n).sum();
    assert_eq!(stored, letters.len() as u64 - refused.len() as u64);
    disk.remount("size=200m");
    all_are_in_and_settled(&world, &letters).await;
});

on_both_databases!(
    a_content_store_that_cannot_be_written_is_no_yes_and_heals_by_itself,
    |engine: Engine| async move {
        let Some(disk) = SmallDisk::of("20m") else { return };
        let world = world_with(engine, disk.path(), None).await;
        let (before, during) = (letters(1, 1000), letters(4, 2_000_000));
        assert!(refusals(&world, &before).await.is_empty());
        disk.remount("ro");
        let refused = refusals(&world, &during[1..]).await;
        assert_eq!(refused.len(), 3);
        assert!(
            refused.iter().all(|error| matches!(error, IntakeError::Content(_)) && error.is_transient()),
            "{refused:?}"
        );
        disk.remount("rw,size=100m");
        let mut all = before;
        all.extend_from_slice(&during[1..]);
        all_are_in_and_settled(&world, &all).await;
    }
);

/// A way to the database that can be cut.
struct Way {
    cut: watch::Sender<bool>,
}

impl Way {
    /// A way to the database at `url`, and the URL that goes through it.
    async fn to(url: &str) -> (String, Self) {
        let (front, rest) = url.split_once('@').expect("a user in the URL");
        let (server, database) = rest.split_once('/').expect("a database in the URL");
        let server = server.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (cut, is_cut) = watch::channel(false);
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let (server, mut is_cut) = (server.clone(), is_cut.clone());
                tokio::spawn(async move {
                    if *is_cut.borrow() {
                        return;
                    }
                    let Ok(mut far) = TcpStream::connect(server).await else { return };
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        _ = is_cut.wait_for(|cut| *cut) => {}
                    }
                });
            }
        });
        (format!("{front}@{address}/{database}"), Self { cut })
    }

    /// Cuts the way: when this returns, nothing passes.
    async fn cut(&self) {
        self.cut.send_replace(true);
        // One receiver is the listener's own; every other is a connection that is still open.
        while self.cut.receiver_count() > 1 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    fn mend(&self) {
        self.cut.send_replace(false);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_gone_is_no_yes_and_heals_by_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = world::config(folder.path(), Engine::Postgres).await;
    let file = config.database.url_file.clone().expect("a database");
    let (url, way) = Way::to(&std::fs::read_to_string(&file).expect("the URL")).await;
    std::fs::write(&file, url).expect("the folder can be written");
    config.work.lease = Duration::from_secs(2);
    let policy = vec![("policy.toml".to_owned(), include_str!("../corpus/cascade/policy.toml").to_owned())];
    let clock = Arc::new(SetClock::new(morning()));
    let house = world::open(config, clock.clone(), policy.clone()).await;
    let world = World { house, clock, folder, policy };
    let letters = letters(6, 1000);
    assert!(refusals(&world, &letters[..2]).await.is_empty());
    way.cut().await;
    let refused = world.offer(Channel::Push, &letters[2..4]).await;
    assert!(
        refused.iter().all(|answer| matches!(answer, Err(IntakeError::Store(error)) if error.is_transient())),
        "{refused:?}"
    );
    way.mend();
    all_are_in_and_settled(&world, &letters).await;
}
