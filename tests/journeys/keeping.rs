//! Keeping: backups go out of one database and into another, and receipts are sent until they are taken.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use indicatif::ProgressBar;
use journeys::letters::{Letter, uuid};
use journeys::world;
use journeys::{Engine, on_both_databases};
use router::audit::Actor;
use router::backup::{self, Existing};
use router::clock::Entropy;
use router::config::{Config, Sources};
use router::digital_post::DigitalPost;
use router::intake::Channel;
use router::setup::World as Surroundings;

use crate::on_its_way::{PARTY, with_case};

on_both_databases!(
    a_backup_goes_into_the_other_database_and_everything_is_there,
    |engine: Engine| async move {
        let from = with_case(engine, true).await;
        let answer = Letter::from_citizen(1, PARTY, "Mette Prøve").answering(uuid(9000), None, None).bytes();
        let big = Letter::from_citizen(2, PARTY, "Mette Prøve")
            .attachment("B", "b.pdf", "application/pdf", vec![9; 3_000_000])
            .bytes();
        let taken = from.receive(&[answer.clone(), big, b"<html/>".to_vec()]).await;
        let file = from.folder.path().join("kopi.tar");
        let by = Actor::person("drift", "operator");
        let bar = ProgressBar::hidden();
        let checked = backup::write(&from.house, &file, Existing::Keep, by.clone(), &bar)
            .await
            .expect("the backup is made");
        assert!(checked.is_intact(), "{}", checked.danish());

        let other = if engine == Engine::Sqlite { Engine::Postgres } else { Engine::Sqlite };
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = world::config(folder.path(), other).await;
        config.keys.file = from.house.config.keys.file.clone();
        let surroundings = Surroundings { clock: from.clock.clone(), entropy: Entropy::system() };
        backup::restore(&config, surroundings, &file, by, &bar).await.expect("it is restored");
        let house = world::open(config, from.clock.clone(), from.policy.clone()).await;
        let to = world::World { house, clock: from.clock.clone(), folder, policy: from.policy.clone() };
        for taken in &taken {
            let (before, after) = (from.story(taken).await, to.story(taken).await);
            assert_eq!(
                (before.stage, before.outcome, before.sha256),
                (after.stage, after.outcome, after.sha256)
            );
            let row = to.row(taken).await;
            let key = row.key(&to.room().store).expect("the key");
            let binding = router::content::Binding::message(&row.id);
            to.room()
                .content
                .read(&row.content(), &key, binding, 20 << 20)
                .await
                .expect("the letter is there");
        }
        assert_eq!(to.room().store.entry_counts().await.expect("an answer"), (1, 1));
        // The restored house goes on: what it knows it recognises, and it journals nothing twice.
        assert!(to.receive(&[answer]).await[0].duplicate);
        to.everything_is_settled().await;
    }
);

on_both_databases!(a_receipt_is_the_same_until_it_is_taken, |engine: Engine| async move {
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let kept = seen.clone();
    let answer = move |body: String| async move {
        let mut seen = kept.lock().expect("nobody panicked");
        seen.push(body);
        if seen.len() < 3 { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        axum::serve(listener, Router::new().route("/memos/{uuid}/receipt", post(answer))).await
    });

    let mut world = with_case(engine, true).await;
    let environment = [
        ("MODTAG_DIGITAL_POST__BASE_URL", format!("http://{address}")),
        ("MODTAG_DIGITAL_POST__SYSTEM_ID", uuid(77).to_string()),
        ("MODTAG_DIGITAL_POST__API_TOKEN", "hemmelig".to_owned()),
    ];
    let sources = Sources {
        file: None,
        working_folder: world.folder.path().to_owned(),
        environment: environment.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect(),
    };
    let config = Config::load(&sources).expect("a configuration");
    let room = Arc::get_mut(&mut world.house.room).expect("nobody else is in the room yet");
    room.digital_post = DigitalPost::open(&config.digital_post).expect("a client");

    let letter = Letter::from_citizen(1, PARTY, "Mette Prøve").answering(uuid(9000), None, None).bytes();
    world.offer(Channel::Push, &[letter]).await.pop().expect("an answer").expect("stored");
    for _ in 0..6 {
        world.wait(Duration::from_secs(600));
        world.work().await;
    }
    let seen = seen.lock().expect("nobody panicked").clone();
    assert_eq!(seen.len(), 3, "two refusals and a yes");
    assert!(seen.iter().all(|body| *body == seen[0] && body.contains("COMPLETED")), "{seen:?}");
    world.everything_is_settled().await;
});
