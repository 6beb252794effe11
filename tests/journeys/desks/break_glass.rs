//! The break-glass account: opened with its password and a reason, slow to guess, and never used unseen.

use std::sync::OnceLock;
use std::time::Duration;

use journeys::desks::{Answered, Browser, Desks};
use journeys::sink::{Misdeed, SECRET, Sink};
use journeys::{Engine, World, on_both_databases};
use reqwest::StatusCode;
use router::audit::Event;
use router::break_glass;
use router::config::Config;
use tokio::net::TcpListener;

use crate::program::Installation;
use crate::webhooks::world_calling;

pub(super) const PASSWORD: &str = "en lang og hemmelig kode";
const REASON: &str = "Udbyderen er nede; fordeler hasteposten";

/// Hashing takes a moment: once is enough.
fn hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| break_glass::hash(PASSWORD).expect("a hash"))
}

fn opened_up(world: &World) -> Config {
    let mut config = world.house.config.clone();
    let file = world.folder.path().join("noed.hash");
    std::fs::write(&file, hash()).expect("written");
    config.sign_in.break_glass.enabled = true;
    config.sign_in.break_glass.password_hash_file = Some(file);
    config
}

pub(super) async fn desks(world: &World) -> Desks {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    Desks::open_on(listener, world, &opened_up(world)).await
}

async fn try_in(browser: &Browser, password: &str, reason: &str) -> Answered {
    browser.post("/log-ind/noed", &[("adgangskode", password), ("begrundelse", reason)]).await
}

/// What the log tells of the account: how it came out, who, why.
async fn told(world: &World) -> Vec<(String, String, String)> {
    let events = world.room().store.audit_page(0, 1000).await.expect("the log");
    let events = events.iter().map(|stored| Event::decode(&stored.body).expect("an event"));
    let of_it = events.filter(|event| event.kind.name() == "break_glass").map(|event| {
        let reason = event.reason().unwrap_or_default().to_owned();
        (event.details()["result"].clone(), event.actor().name().to_owned(), reason)
    });
    of_it.collect()
}

on_both_databases!(it_is_closed_unless_it_was_opened_up, |engine: Engine| async move {
    let world = World::open(engine).await;
    let desks = Desks::open(&world).await;
    assert!(desks.doors.iter().all(|door| door.path != "/log-ind/noed"));
    let nobody = desks.nobody();
    assert_eq!(nobody.get("/log-ind/noed").await.status, StatusCode::NOT_FOUND);
    assert_eq!(try_in(&nobody, PASSWORD, REASON).await.status, StatusCode::NOT_FOUND);
    assert!(!nobody.get("/log-ind").await.ok().contains("nødadgang"));
});

on_both_databases!(it_opens_with_password_and_reason_and_every_page_says_so, |engine: Engine| async move {
    let world = World::open(engine).await;
    let desks = desks(&world).await;
    let nobody = desks.nobody();
    assert!(nobody.get("/log-ind").await.ok().contains("/log-ind/noed"));
    assert!(nobody.get("/log-ind/noed").await.ok().contains("30 minutter"));
    let without = try_in(&nobody, PASSWORD, "  fordi  ").await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(without.text.contains("mindst 10 tegn") && !without.text.contains(PASSWORD));
    let wrong = try_in(&nobody, "en anden hemmelig kode", REASON).await;
    assert_eq!((wrong.status, wrong.cookies.len()), (StatusCode::FORBIDDEN, 0), "{}", wrong.text);
    assert!(
        !wrong.text.contains(REASON) && !wrong.text.contains("en anden"),
        "nothing written is shown again"
    );
    assert_eq!(told(&world).await, [("wrong-password".into(), "sign-in".into(), String::new())]);

    let sent = try_in(&nobody, PASSWORD, &format!("{REASON} for 0101701234")).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let inside = nobody.with_cookie(sent.cookies[0].split(';').next().expect("a cookie"));
    for page in ["/post", "/journal", "/status", "/findes-ikke-her"] {
        let text = inside.get(page).await.text;
        let says_so = text.contains("class=\"break-glass\"") || page == "/findes-ikke-her";
        assert!(says_so, "{page}: {text}");
    }
    assert_eq!(inside.get("/mine").await.status, StatusCode::FORBIDDEN, "not a role of its own");
    let opened = ("opened".into(), "nødadgang".into(), format!("{REASON} for **********"));
    assert_eq!(told(&world).await.last(), Some(&opened));
    assert!(inside.get("/status").await.ok().contains("nødadgangen er brugt 1 gang"));
    // The numbers are the process's, and other tests have theirs read, too: once in a while they are ours.
    let lines = [
        "modtag_break_glass_week{result=\"opened\"} 1",
        "modtag_break_glass_week{result=\"wrong-password\"} 1",
    ];
    let mut counted = false;
    for _ in 0..100 {
        let metrics = nobody.get("/metrics").await.ok();
        counted |= lines.iter().all(|line| metrics.contains(line));
    }
    assert!(counted, "the numbers tell of it");

    // However busy: half an hour.
    world.wait(Duration::from_secs(29 * 60));
    inside.get("/post").await.ok();
    world.wait(Duration::from_secs(61));
    assert_eq!(inside.get("/post").await.status, StatusCode::SEE_OTHER, "it has ended");
    // After a week it is quiet again; the log remembers.
    world.wait(Duration::from_secs(8 * 24 * 3600));
    assert_eq!(break_glass::lately(world.room()).await.expect("the log").danish(), None);
    world.everything_is_settled().await;
});

on_both_databases!(guessing_is_slow_and_locks_nobody_out, |engine: Engine| async move {
    let world = World::open(engine).await;
    let desks = self::desks(&world).await;
    let nobody = desks.nobody();
    // Twelve at once: three are looked at.
    let guesses = (0..12).map(|_| try_in(&nobody, "ikke den rigtige kode", REASON));
    let answers = futures::future::join_all(guesses).await;
    let of = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((of(StatusCode::FORBIDDEN), of(StatusCode::TOO_MANY_REQUESTS)), (3, 9));
    assert_eq!(told(&world).await.len(), 3, "what is not looked at does not fill the log");
    // Within the wait the right password is not looked at either, and a restart forgets nothing.
    let world = world.reopen().await;
    let desks = self::desks(&world).await;
    let nobody = desks.nobody();
    let early = try_in(&nobody, PASSWORD, REASON).await;
    assert_eq!((early.status, early.head["retry-after"].as_str()), (StatusCode::TOO_MANY_REQUESTS, "2"));
    for _ in 0..40 {
        world.wait(Duration::from_secs(61));
        assert_eq!(try_in(&nobody, "ikke den rigtige kode", REASON).await.status, StatusCode::FORBIDDEN);
        assert_eq!(try_in(&nobody, PASSWORD, REASON).await.status, StatusCode::TOO_MANY_REQUESTS);
        if told(&world).await.len() > 8 {
            break;
        }
    }
    // A stranger makes the owner wait for a minute, never longer.
    world.wait(Duration::from_secs(60));
    assert_eq!(try_in(&nobody, PASSWORD, REASON).await.status, StatusCode::SEE_OTHER);
    assert_eq!(
        try_in(&nobody, "ikke den rigtige kode", REASON).await.status,
        StatusCode::FORBIDDEN,
        "counted anew"
    );
    world.everything_is_settled().await;
});

#[tokio::test(flavor = "multi_thread")]
async fn the_command_makes_the_hash_and_check_says_what_is_missing() {
    use std::io::Write as _;
    use std::process::Stdio;
    let mut house = Installation::sandby(Engine::Sqlite, "[sign_in.break_glass]\nenabled = true\n").await;
    assert!(house.run(&["check"]).fails(2).contains("password_hash_file"));
    let hash = |password: &str| {
        let mut command = house.command(&["break-glass", "hash"]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        child.stdin.take().expect("its input").write_all(password.as_bytes()).expect("it reads");
        let output = child.wait_with_output().expect("it ends");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let (code, out, err) = hash("for kort\n");
    assert!(code == Some(1) && out.is_empty() && err.contains("mindst 16 tegn"), "{err}");
    let (code, out, _) = hash(&format!("{PASSWORD}\n"));
    assert!(code == Some(0) && out.starts_with("$argon2id$") && !out.contains(PASSWORD), "{out}");
    house.set("MODTAG_SIGN_IN__BREAK_GLASS__PASSWORD_HASH", out.trim());
    assert!(house.run(&["check"]).out.contains("åben; ikke brugt de seneste 7 dage"));
}

on_both_databases!(a_webhook_hears_of_each_attempt_without_a_word_of_why, |engine: Engine| async move {
    let sink = Sink::start().await;
    let world = world_calling(engine, &sink, |_| {}).await;
    let mut config = opened_up(&world);
    config.sign_in.break_glass.webhook = Some("gis".into());
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let desks = Desks::open_on(listener, &world, &config).await;
    try_in(&desks.nobody(), "ikke den rigtige kode", REASON).await;
    sink.has_seen(1).await;
    try_in(&desks.nobody(), PASSWORD, REASON).await;
    sink.has_seen(2).await;
    let heard: Vec<_> = sink.seen();
    for (call, result) in heard.iter().zip(["wrong-password", "opened"]) {
        assert!(call.is_signed_with(SECRET));
        let body = call.json();
        assert_eq!((&body["type"], &body["data"]["result"]), (&"modtag.break_glass".into(), &result.into()));
        assert!(!String::from_utf8_lossy(&call.body).contains("Udbyderen"));
    }
});

on_both_databases!(a_call_that_was_not_heard_is_made_again_after_a_restart, |engine: Engine| async move {
    let sink = Sink::start().await;
    sink.misbehave([Misdeed::Status(503), Misdeed::HangUp]);
    let world = world_calling(engine, &sink, |_| {}).await;
    let mut config = opened_up(&world);
    config.sign_in.break_glass.webhook = Some("gis".into());
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let desks = Desks::open_on(listener, &world, &config).await;
    try_in(&desks.nobody(), PASSWORD, REASON).await;
    sink.has_seen(1).await;
    drop(desks);
    let world = world.reopen().await;
    let target = world.room().webhooks.get("gis").expect("a webhook").clone();
    let tell = async || break_glass::calls::tell_due(world.room(), &target).await.expect("the store answers");
    tell().await;
    assert_eq!(sink.seen().len(), 1, "not before its time");
    // The next attempt fails as well; two processes at once make one attempt of it.
    world.wait(Duration::from_secs(91));
    tokio::join!(tell(), tell());
    assert_eq!(sink.seen().len(), 2);
    world.wait(Duration::from_secs(181));
    tell().await;
    world.wait(Duration::from_secs(24 * 3600));
    tell().await;
    let heard = sink.seen();
    assert_eq!(heard.len(), 3, "once it is heard it is told no more");
    let ids: std::collections::BTreeSet<_> = heard.iter().map(|call| call.header("webhook-id")).collect();
    assert_eq!(ids.len(), 1, "however often, it is the same call: {ids:?}");
    assert_eq!(heard[2].json()["data"]["result"], "opened");
});
