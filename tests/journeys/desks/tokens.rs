//! Tokens: each opens what it was given, until it ends; it is shown once and lies nowhere.

use std::time::Duration;

use journeys::desks::Desks;
use journeys::programs::Program;
use journeys::{Engine, World, on_both_databases};
use router::audit::Actor;
use router::tokens::{self, Scope, Wanted};
use serde_json::Value;

use crate::program::{Installation, USER};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// What the log tells of tokens: kind and actor, in order.
async fn told(world: &World) -> Vec<(String, String)> {
    let events = world.room().store.audit_page(0, 1000).await.expect("the log");
    let events = events.iter().map(|stored| router::audit::Event::decode(&stored.body).expect("an event"));
    let of_tokens = events.filter(|event| event.kind.name().starts_with("token_"));
    of_tokens.map(|event| (event.kind.name().to_owned(), event.actor().name().to_owned())).collect()
}

on_both_databases!(a_token_opens_until_it_expires_or_is_revoked, |engine: Engine| async move {
    let world = World::open(engine).await;
    let desks = Desks::open(&world).await;
    let robot = Program::with(&desks, &world, "statusrobot", &[Scope::StatusRead], &[]).await;
    robot.get("/api/v1/status").await.ok();
    let refused = robot.get("/api/v1/queue").await;
    assert!(refused.head["www-authenticate"].contains("scope=\"queue:read\""));
    assert_eq!(refused.problem(403)["scope"], "queue:read");

    // A day short of ninety, and at ninety.
    world.wait(DAY * 89);
    robot.get("/api/v1/status").await.ok();
    world.wait(DAY);
    let over = robot.get("/api/v1/status").await;
    assert_eq!(over.head["www-authenticate"], "Bearer realm=\"modtag\", error=\"invalid_token\"");
    over.problem(401);

    let other = Program::with(&desks, &world, "anden", &[Scope::StatusRead], &[]).await;
    other.get("/api/v1/status").await.ok();
    let lise = || Actor::person("lise", "operator");
    assert!(tokens::revoke(world.room(), lise(), "anden").await.expect("the store answers"));
    assert!(
        !tokens::revoke(world.room(), lise(), "anden").await.expect("the store answers"),
        "it was already"
    );
    other.get("/api/v1/status").await.problem(401);

    // A name is in the log for ever, and is never given twice.
    let again =
        Wanted { name: "anden".into(), scopes: [Scope::StatusRead].into(), units: [].into(), days: 1 };
    let again = tokens::make(world.room(), &lise(), &again).await;
    assert!(again.err().expect("refused").to_string().contains("har været et token"));
    let expected = [
        ("token_made", "lise"),
        ("token_used", "token:statusrobot"),
        ("token_used", "token:statusrobot"),
        ("token_made", "lise"),
        ("token_used", "token:anden"),
        ("token_revoked", "lise"),
    ];
    let told = told(&world).await;
    assert_eq!(told.iter().map(|(kind, who)| (kind.as_str(), who.as_str())).collect::<Vec<_>>(), expected);
    world.everything_is_settled().await;
});

on_both_databases!(its_use_is_noted_once_a_minute_and_told_once_a_day, |engine: Engine| async move {
    let world = World::open(engine).await;
    let desks = Desks::open(&world).await;
    let robot = Program::with(&desks, &world, "robot", &[Scope::StatusRead], &[]).await;
    let used = async || world.room().store.tokens().await.expect("rows")[0].used_at();
    assert_eq!(used().await, None);
    let calls = (0..20).map(|_| robot.get("/api/v1/status"));
    for answer in futures::future::join_all(calls).await {
        answer.ok();
    }
    let first = used().await;
    world.wait(Duration::from_secs(59));
    robot.get("/api/v1/status").await.ok();
    assert_eq!(used().await, first, "within the minute nothing is written");
    world.wait(Duration::from_secs(2));
    robot.get("/api/v1/status").await.ok();
    assert!(used().await > first);
    assert_eq!(told(&world).await.iter().filter(|(kind, _)| kind == "token_used").count(), 1);
    world.wait(DAY);
    robot.get("/api/v1/status").await.ok();
    assert_eq!(told(&world).await.iter().filter(|(kind, _)| kind == "token_used").count(), 2);
});

on_both_databases!(what_is_no_token_opens_nothing, |engine: Engine| async move {
    let world = World::open(engine).await;
    let desks = Desks::open(&world).await;
    let robot = Program::with_all(&desks, &world, "robot", &["park"]).await;
    let right = robot.token.clone().expect("a token");
    assert!(right.starts_with("modtag_") && right.len() == 50, "{}", right.len());
    let mut wrong = Program::nobody(&desks);
    wrong.get("/api/v1/status").await.problem(401);
    let flipped = format!("{}{}", &right[..49], if right.ends_with('A') { 'E' } else { 'A' });
    for token in
        [flipped, right[..49].to_owned(), format!("{right}A"), right.to_uppercase(), "' or 1=1 --".into()]
    {
        wrong.token = Some(token);
        wrong.get("/api/v1/status").await.problem(401);
    }
    wrong.token = None;
    for header in [format!("Basic {right}"), right.clone(), format!("Bearer{right}"), "Bearer".into()] {
        let call = wrong.call(reqwest::Method::GET, "/api/v1/status").header("authorization", header);
        journeys::desks::answered(call).await.problem(401);
    }
    wrong.get(&format!("/api/v1/status?access_token={right}")).await.problem(401);
});

on_both_databases!(a_token_that_could_not_be_meant_is_not_made, |engine: Engine| async move {
    let world = World::open(engine).await;
    let lise = Actor::person("lise", "operator");
    let plain =
        Wanted { name: "robot".into(), scopes: [Scope::StatusRead].into(), units: [].into(), days: 90 };
    for (wanted, said) in [
        (Wanted { name: "Mette Prøve".into(), ..plain.clone() }, "små bogstaver"),
        (Wanted { name: String::new(), ..plain.clone() }, "små bogstaver"),
        (Wanted { name: "a".repeat(61), ..plain.clone() }, "højst 60"),
        (Wanted { scopes: [].into(), ..plain.clone() }, "--scope"),
        (Wanted { days: 0, ..plain.clone() }, "366"),
        (Wanted { days: 367, ..plain.clone() }, "366"),
        (Wanted { units: ["findes-ikke".to_owned()].into(), ..plain.clone() }, "ingen enhed"),
        (Wanted { scopes: [Scope::MineRead].into(), ..plain.clone() }, "--unit"),
    ] {
        let refused = tokens::make(world.room(), &lise, &wanted).await.err().expect("refused").to_string();
        assert!(refused.contains(said), "{refused}");
    }
    assert!(world.room().store.tokens().await.expect("rows").is_empty() && told(&world).await.is_empty());
});

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_made_shown_once_listed_and_revoked_on_the_command_line() {
    let house = Installation::sandby(Engine::Sqlite, "").await;
    let make = [
        "tokens",
        "make",
        "--name",
        "journalrobot",
        "--scope",
        "mine:read",
        "--scope",
        "mine:act",
        "--unit",
        "park",
    ];
    let said = house.run(&make);
    assert!(said.err.contains("vises ikke igen") && said.err.contains("mine:act"), "{}", said.err);
    let token = said.ok().trim().to_owned();
    assert!(token.starts_with("modtag_") && token.len() == 50 && !token.contains(char::is_whitespace));
    assert!(house.run(&make).fails(1).contains("har været et token"));
    let wrong = house.run(&["tokens", "make", "--name", "x", "--scope", "queue:*"]).fails(1);
    assert!(Scope::ALL.iter().all(|scope| wrong.contains(scope.as_str())), "{wrong}");
    house.run(&["tokens", "make", "--name", "x", "--scope", "status:read", "--days", "367"]).fails(2);

    let listed: Value = house.run(&["tokens", "list", "--json"]).json();
    assert_eq!(listed[0]["name"], "journalrobot");
    assert_eq!((&listed[0]["state"], &listed[0]["made_by"]), (&"gælder".into(), &USER.into()));
    assert_eq!(listed[0]["scopes"], serde_json::json!(["mine:read", "mine:act"]));
    assert!(house.run(&["tokens", "list"]).ok().contains("enheder: park"));
    assert!(house.run(&["tokens", "revoke", "journalrobot"]).ok().contains("åbner intet mere"));
    assert!(house.run(&["tokens", "revoke", "journalrobot"]).fails(1).contains("intet gældende token"));
    assert!(house.run(&["tokens", "list"]).ok().contains("tilbagekaldt"));
    assert!(house.run(&["check"]).out.contains("revisionslog"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_in_no_log_no_file_and_no_backup() {
    let port =
        std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
    let mut house =
        Installation::sandby(Engine::Sqlite, &format!("[server]\nlisten = \"127.0.0.1:{port}\"\n")).await;
    house.set("MODTAG_LOG__LEVEL", "trace,sqlx=trace");
    let make = ["tokens", "make", "--name", "robot", "--scope", "status:read"];
    let made = house.run(&make);
    let (log, token) = (made.err.clone(), made.ok().trim().to_owned());
    let running = house.start(&["serve"], "serve.log");
    let client = reqwest::Client::new();
    let url = format!("http://127.0.0.1:{port}/api/v1/status");
    let mut answered = false;
    for _ in 0..300 {
        let answer = client.get(&url).bearer_auth(&token).send().await;
        if answer.is_ok_and(|answer| answer.status().is_success()) {
            answered = true;
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(answered, "the program answers");
    client.get(&url).bearer_auth(format!("{token}x")).send().await.expect("an answer");
    house.run(&["backup", "kopi.tar"]).ok();
    running.stop();
    let secret = token.strip_prefix("modtag_").expect("a prefix");
    let mut looked_at = 0;
    let mut folders = vec![house.folder.path().to_owned()];
    assert!(!log.contains(secret), "the command's log");
    while let Some(folder) = folders.pop() {
        for entry in
            std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path())
        {
            if entry.is_dir() {
                folders.push(entry);
                continue;
            }
            let bytes = std::fs::read(&entry).expect("a file");
            let found = memchr::memmem::find(&bytes, secret.as_bytes());
            assert!(found.is_none(), "{} has the token", entry.display());
            looked_at += bytes.len();
        }
    }
    assert!(looked_at > 100_000, "{looked_at} bytes looked at");
}
