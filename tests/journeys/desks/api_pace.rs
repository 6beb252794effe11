//! Calls are limited in number: a program that calls too often waits, and nobody else does.

use std::time::Duration;

use journeys::desks::Desks;
use journeys::programs::Program;
use journeys::{Engine, World, on_both_databases};
use reqwest::StatusCode;
use router::tokens::Scope;
use tokio::net::TcpListener;

/// Desks at which each token may make so many calls a minute.
async fn desks(world: &World, calls: u32) -> Desks {
    let mut config = world.house.config.clone();
    config.api.calls_per_minute = calls;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    Desks::open_on(listener, world, &config).await
}

const PATH: &str = "/api/v1/status";

on_both_databases!(a_program_that_calls_too_often_waits_and_the_others_do_not, |engine: Engine| async move {
    let world = World::open(engine).await;
    let desks = desks(&world, 30).await;
    let busy = Program::with(&desks, &world, "travl", &[Scope::StatusRead], &[]).await;
    let calm = Program::with(&desks, &world, "rolig", &[Scope::StatusRead], &[]).await;
    let calls = (0..40).map(|_| busy.get(PATH));
    let answers = futures::future::join_all(calls).await;
    let of = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((of(StatusCode::OK), of(StatusCode::TOO_MANY_REQUESTS)), (30, 10));
    let refused = busy.get(PATH).await;
    assert_eq!(refused.head["retry-after"], "2");
    assert_eq!(refused.problem(429)["type"], "urn:modtag:problem:too-many-calls");
    // What a token may not do counts as well, or a loop would go on for ever.
    assert_eq!(busy.get("/api/v1/queue").await.status, StatusCode::TOO_MANY_REQUESTS);
    calm.get(PATH).await.ok();
    // Whoever waits as long as they were told is heard, once for each two seconds.
    world.wait(Duration::from_secs(2));
    busy.get(PATH).await.ok();
    busy.get(PATH).await.problem(429);
    world.wait(Duration::from_secs(60));
    let answers = futures::future::join_all((0..40).map(|_| busy.get(PATH))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == StatusCode::OK).count(), 30);
    let metrics = desks.nobody().get("/metrics").await.ok();
    assert!(metrics.contains("modtag_api_refused_total{why=\"pace\"}"), "{metrics}");
});

on_both_databases!(whoever_guesses_tokens_locks_nobody_out, |engine: Engine| async move {
    let world = World::open(engine).await;
    let desks = desks(&world, 6_000).await;
    let known = Program::with(&desks, &world, "kendt", &[Scope::StatusRead], &[]).await;
    let new = Program::with(&desks, &world, "ny", &[Scope::StatusRead], &[]).await;
    known.get(PATH).await.ok();
    // All of one address, as behind a proxy.
    let guess = |number: usize| {
        let mut guess = Program::nobody(&desks);
        guess.token = Some(format!("modtag_{number:043}"));
        async move { guess.get(PATH).await.status }
    };
    let guesses = futures::future::join_all((0..400).map(guess));
    let calls = futures::future::join_all((0..50).map(|_| known.get(PATH)));
    let (guesses, calls) = tokio::join!(guesses, calls);
    assert!(calls.iter().all(|answer| answer.status == StatusCode::OK), "whoever is known does not wait");
    for status in guesses {
        assert!(matches!(status, StatusCode::UNAUTHORIZED | StatusCode::TOO_MANY_REQUESTS), "{status}");
    }
    new.get(PATH).await.ok();
    let metrics = desks.nobody().get("/metrics").await.ok();
    assert!(metrics.contains("modtag_api_refused_total{why=\"token\"}"), "{metrics}");
});
