//! The post distributor's desk: a letter opens low, each step up is told, an answer can be taken back, and no two people have
//! the same letter.

use std::time::Duration;

use journeys::desks::{Browser, Desks};
use journeys::letters::{Letter, uuid};
use journeys::{Engine, World, on_both_databases};
use reqwest::StatusCode;
use router::intake::Taken;
use router::store::message::Stage;
use router::web::Role;

const CPR: &str = "6202801212";
const TEXT: &str =
    "Kære kommune. Min nabo Frode Ågesen på Kirkevej 14 har sat et skur op. Ring på 20 30 40 50.";

async fn letter(world: &World, number: u64) -> Taken {
    let letter = Letter::from_citizen(number, CPR, "Mette Prøve")
        .label("Skur hos Frode Ågesen, 620280-1212")
        .text(TEXT);
    world.receive(&[letter.bytes()]).await.pop().expect("it is taken in")
}

async fn distributor(desks: &Desks, world: &World, person: &str) -> Browser {
    desks.sign_in(world, person, &[Role::PostDistributor], &[]).await
}

/// What the log tells of a message: kind, level and reason.
async fn told(world: &World, taken: &Taken, kind: &str) -> Vec<(String, String)> {
    let story = world.story(taken).await;
    let events = story.events.into_iter().filter(|event| event.kind == kind);
    events
        .map(|event| {
            (event.details.get("level").cloned().unwrap_or_default(), event.reason.unwrap_or_default())
        })
        .collect()
}

on_both_databases!(a_letter_opens_low_and_each_step_up_is_told, |engine: Engine| async move {
    let world = World::open(engine).await;
    let taken = letter(&world, 1).await;
    let desks = Desks::open(&world).await;
    let pia = distributor(&desks, &world, "pia").await;
    let path = format!("/post/{}", taken.id);

    let queue = pia.get("/post").await.ok();
    assert!(queue.contains("Skur hos [navn]") && queue.contains("Borger"), "{queue}");
    let low = pia.get(&path).await.ok();
    for hidden in ["Frode", "Mette", "620280", "skur op", "Kirkevej"] {
        assert!(!queue.contains(hidden) && !low.contains(hidden), "{hidden} is shown at the lowest level");
    }
    assert!(told(&world, &taken, "viewed").await.is_empty(), "nothing of the letter was seen");

    pia.post(&format!("{path}/vis"), &[("level", "1")]).await.ok();
    let asked = pia.post(&format!("{path}/vis"), &[("level", "2")]).await.ok();
    assert!(asked.contains("Vælg en begrundelse") && !asked.contains("Kirkevej"), "{asked}");
    let asked = pia.post(&format!("{path}/vis"), &[("level", "2"), ("reason", "nysgerrig")]).await.ok();
    assert!(asked.contains("Vælg en begrundelse"), "a reason that is not on the list is none");
    let whole = pia.post(&format!("{path}/vis"), &[("level", "2"), ("reason", "several")]).await.ok();
    assert!(whole.contains("Kirkevej 14") && whole.contains("Mette Prøve"), "{whole}");
    assert_eq!(
        pia.get(&format!("{path}/dokument/0")).await.status,
        StatusCode::NOT_FOUND,
        "not at this level"
    );
    pia.post(&format!("{path}/vis"), &[("level", "3"), ("reason", "control")]).await.ok();
    assert_eq!(pia.get(&format!("{path}/dokument/0")).await.ok(), TEXT);
    assert_eq!(pia.get(&format!("{path}/dokument/9")).await.status, StatusCode::NOT_FOUND);

    let expected = [
        ("key-lines", ""),
        ("text", "Brevet ser ud til at handle om flere ting"),
        ("documents", "Kontrol af et forslag"),
    ];
    let seen = told(&world, &taken, "viewed").await;
    assert_eq!(seen.iter().map(|(level, why)| (level.as_str(), why.as_str())).collect::<Vec<_>>(), expected);
    pia.get(&path).await.ok();
    assert_eq!(told(&world, &taken, "viewed").await.len(), 3, "what was seen already is not told again");
    world.everything_is_settled().await;
});

on_both_databases!(an_answer_waits_half_a_minute_and_can_be_taken_back, |engine: Engine| async move {
    let world = World::open(engine).await;
    let (first, second) = (letter(&world, 1).await, letter(&world, 2).await);
    let desks = Desks::open(&world).await;
    let pia = distributor(&desks, &world, "pia").await;
    let path = format!("/post/{}", first.id);
    pia.get(&path).await.ok();

    let sent = pia.post(&format!("{path}/svar"), &[("seen", "1"), ("unit", "park")]).await;
    let next = format!("/post/{}", second.id);
    assert_eq!(
        (sent.status, sent.location.as_deref()),
        (StatusCode::SEE_OTHER, Some(next.as_str())),
        "{}",
        sent.text
    );
    world.work().await;
    assert_eq!(world.row(&first).await.stage, "waiting", "it can still be taken back");
    let desk = pia.get(&next).await.ok();
    assert!(desk.contains("Fordelt til") && desk.contains("Fortryd"), "{desk}");
    let again = pia.get(&path).await.ok();
    assert!(again.contains("Brevet venter ikke længere"), "an answered letter is not opened again: {again}");

    let back = pia.post(&format!("{path}/fortryd"), &[]).await;
    assert_eq!(back.location.as_deref(), Some(path.as_str()));
    world.wait(Duration::from_secs(40));
    world.work().await;
    assert_eq!(world.row(&first).await.stage, "waiting");
    assert_eq!(told(&world, &first, "answer_taken_back").await.len(), 1);

    pia.get(&path).await.ok();
    let sent = pia.post(&format!("{path}/svar"), &[("seen", "1"), ("unit", "park")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let world = world.reopen().await;
    world.wait(Duration::from_secs(31));
    world.work().await;
    world.work().await;
    let story = world.story(&first).await;
    assert_eq!(story.outcome, "left-to-handler", "also after a restart");
    assert_eq!(story.hand_overs.len(), 1, "once");
    assert_eq!(story.hand_overs[0].unit, "park");
    let decision = story.decision.expect("a decision");
    assert_eq!((decision.number, decision.decider.as_str()), (2, "person:pia"));
    let desks = Desks::open(&world).await;
    let pia = distributor(&desks, &world, "pia").await;
    assert!(
        pia.get(&path).await.ok().contains("Brevet venter ikke længere"),
        "the unit has it; its case is theirs to choose"
    );
    let late = pia.post(&format!("{path}/fortryd"), &[]).await.ok();
    assert!(late.contains("kan ikke tages tilbage"), "{late}");
    world.everything_is_settled().await;
});

on_both_databases!(two_people_never_have_the_same_letter, |engine: Engine| async move {
    let world = World::open(engine).await;
    let taken = letter(&world, 1).await;
    let desks = Desks::open(&world).await;
    let (pia, per) = (distributor(&desks, &world, "pia").await, distributor(&desks, &world, "per").await);
    let path = format!("/post/{}", taken.id);
    pia.get(&path).await.ok();
    let refused = per.get(&path).await.ok();
    assert!(refused.contains("pia har brevet fremme"), "{refused}");
    let by_its_own = per.get(&format!("/post/{}", journeys::letters::uuid(1))).await.ok();
    assert!(
        by_its_own.contains("pia har brevet fremme"),
        "under its other name it is the same letter: {by_its_own}"
    );
    let refused = per.post(&format!("{path}/vis"), &[("level", "3"), ("reason", "control")]).await.ok();
    assert!(refused.contains("pia har brevet fremme") && !refused.contains("Kirkevej"));
    let refused = per.post(&format!("{path}/svar"), &[("seen", "1"), ("unit", "park")]).await.ok();
    assert!(refused.contains("En anden har brevet fremme"), "{refused}");
    assert!(told(&world, &taken, "viewed").await.is_empty());

    // Put back, or left lying for five minutes, it is anybody's; and what pia had opened is closed to per.
    pia.post(&format!("{path}/vis"), &[("level", "2"), ("reason", "case")]).await.ok();
    pia.post(&format!("{path}/tilbage"), &[]).await;
    let low = per.get(&path).await.ok();
    assert!(!low.contains("Kirkevej"), "{low}");
    world.wait(Duration::from_secs(301));
    pia.get(&path).await.ok();
    // Two forms sent at once: one of them is the answer.
    let path = format!("{path}/svar");
    let fields = [("seen", "1"), ("unit", "park")];
    let (one, other) = tokio::join!(pia.post(&path, &fields), pia.post(&path, &fields));
    assert_eq!([&one, &other].iter().filter(|answer| answer.status == StatusCode::SEE_OTHER).count(), 1);
    world.wait(Duration::from_secs(31));
    world.work().await;
    assert_eq!(world.story(&taken).await.hand_overs.len(), 1);
});

on_both_databases!(an_answer_to_what_is_no_longer_so_is_refused, |engine: Engine| async move {
    let world = World::open(engine).await;
    let taken = letter(&world, 1).await;
    let desks = Desks::open(&world).await;
    let pia = distributor(&desks, &world, "pia").await;
    let path = format!("/post/{}/svar", taken.id);
    for (fields, said) in [
        (&[("seen", "1"), ("unit", "findes-ikke")][..], "Der er ingen enhed"),
        (&[("seen", "7"), ("unit", "park")], "besluttet på ny"),
        (&[("seen", "1"), ("unit", "park"), ("subject", "27.18")], "ikke et emne"),
    ] {
        let answer = pia.post(&path, fields).await.ok();
        assert!(answer.contains(said), "{answer}");
    }
    let missing =
        pia.post("/post/018f0000-0000-7000-8000-000000000000/svar", &[("seen", "1"), ("unit", "park")]).await;
    assert!(missing.ok().contains("Der er ingen meddelelse"));
    assert_eq!(world.count(Stage::Waiting).await, 1, "nothing is lost");
    assert!(pia.get("/post").await.ok().contains("Skur hos"), "it still stands in line");
    assert!(world.room().store.pending_answers().await.expect("rows").is_empty());
});

on_both_databases!(the_line_follows_the_rules_in_force, |engine: Engine| async move {
    let policy = |unit: &str| {
        format!(
            "[authority]\ncvr = \"12345678\"\nname = \"Prøve Kommune\"\n\
             [[unit]]\nid = \"havn\"\nname = \"Havnekontoret\"\njournals = \"new-case\"\n[[unit]]\nid = \"vej\"\nname = \"Vejkontoret\"\njournals = \"new-case\"\n\
             [[responsibility]]\nkle = \"05\"\nunit = \"{unit}\"\n"
        )
    };
    let world = World::with_policy(engine, vec![("policy.toml".into(), policy("havn"))]).await;
    // What another authority forwards is a suggestion only.
    let forwarded = Letter::from_citizen(1, CPR, "Mette Prøve").label("Hul i vejen").kle("05.01.00", None);
    let forwarded = forwarded.forwarding(uuid(7), "Nabo Kommune").bytes();
    world.receive(&[forwarded]).await;
    let desks = Desks::open(&world).await;
    let pia = distributor(&desks, &world, "pia").await;

    for _ in 0..2 {
        let line = pia.get("/post").await.ok();
        assert!(line.contains("Havnekontoret") && !line.contains("Vejkontoret"), "{line}");
    }
    let files = [("policy.toml".to_owned(), policy("vej"))];
    world.room().take_up(rules::Policy::load(&files, "anden").expect("a policy"));
    let line = pia.get("/post").await.ok();
    assert!(line.contains("Vejkontoret") && !line.contains("Havnekontoret"), "{line}");
});
