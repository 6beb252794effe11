//! The HTTP interface: what the pages do, done by a program, told to the same log, and never twice.

use std::collections::BTreeSet;
use std::time::Duration;

use journeys::desks::{Desks, answered};
use journeys::letters::Letter;
use journeys::programs::Program;
use journeys::{Engine, World, on_both_databases};
use reqwest::Method;
use router::intake::Taken;
use router::store::message::Stage;
use router::tokens::Scope;
use router::web::Role;
use serde_json::{Value, json};

use super::mine::{answer_to_us, told};
use crate::on_its_way::with_case;

const CPR: &str = "6202801212";
const NOWHERE: &str = "018f0000-0000-7000-8000-000000000000";

async fn unmarked(world: &World, number: u64) -> Taken {
    let letter = Letter::from_citizen(number, CPR, "Mette Prøve").label("Skur hos Frode Ågesen, 620280-1212");
    let letter = letter.text("Kære kommune. Min nabo Frode Ågesen på Kirkevej 14 har sat et skur op.");
    world.receive(&[letter.bytes()]).await.pop().expect("it is taken in")
}

on_both_databases!(a_program_sees_as_little_of_a_letter_as_a_person, |engine: Engine| async move {
    let world = World::open(engine).await;
    let taken = unmarked(&world, 1).await;
    let desks = Desks::open(&world).await;
    let robot = Program::with(&desks, &world, "robot", &[Scope::QueueRead, Scope::QueueLook], &[]).await;
    let queue = robot.get("/api/v1/queue").await.ok();
    for hidden in ["Frode", "Mette", "620280", "skur op", "Kirkevej"] {
        assert!(!queue.contains(hidden), "{hidden} in {queue}");
    }
    let queue: Value = serde_json::from_str(&queue).expect("JSON");
    assert_eq!((&queue["total"], &queue["next_cursor"]), (&json!(1), &Value::Null));
    assert_eq!(queue["letters"][0]["id"], taken.id.to_string());
    assert_eq!(queue["letters"][0]["decision"], 1);

    let path = format!("/api/v1/queue/{}", taken.id);
    let look = format!("{path}/look");
    robot.get(&format!("{path}/documents/0")).await.problem(404);
    let low = robot.post(&look, &json!({ "level": "key-lines" })).await.json();
    assert!(low["words"].is_null() && low["documents"] == json!([]), "{low}");
    let refused = robot.post(&look, &json!({ "level": "text" })).await.problem(422);
    assert_eq!(refused["errors"][0]["field"], "reason");
    robot.post(&look, &json!({ "level": "text", "reason": "nysgerrig" })).await.problem(422);
    let whole = robot.post(&look, &json!({ "level": "documents", "reason": "control" })).await.json();
    assert!(whole["words"]["text"].as_str().is_some_and(|text| text.contains("Kirkevej 14")), "{whole}");
    assert_eq!(whole["documents"][0]["content"], 0);
    let document = robot.get(&format!("{path}/documents/0")).await;
    assert_eq!(document.head["content-type"], "application/octet-stream");
    assert!(document.head["content-disposition"].starts_with("attachment; "));
    assert!(document.ok().contains("Kirkevej 14"));
    robot.get(&format!("{path}/documents/9")).await.problem(404);

    let seen = told(&world, &taken, "viewed").await;
    let seen: Vec<_> =
        seen.iter().map(|event| (event.actor.as_str(), event.details["level"].as_str())).collect();
    assert_eq!(seen, [("person:token:robot", "key-lines"), ("person:token:robot", "documents")]);

    // What lies before a program lies before nobody else, and the other way around.
    let pia = desks.sign_in(&world, "pia", &[Role::PostDistributor], &[]).await;
    let taken_by = pia.get(&format!("/post/{}", taken.id)).await.ok();
    assert!(taken_by.contains("token:robot har brevet fremme"), "{taken_by}");
    let other = Program::with_all(&desks, &world, "anden", &["park"]).await;
    let refused = other.post(&look, &json!({ "level": "suggestion" })).await.problem(409);
    assert!(refused["detail"].as_str().is_some_and(|detail| detail.contains("token:robot")), "{refused}");
    other.post(&format!("{path}/put-back"), &json!({})).await.done();
    other.post(&look, &json!({ "level": "suggestion" })).await.problem(409);
    robot.post(&format!("{path}/put-back"), &json!({})).await.problem(403);
    world.wait(Duration::from_secs(301));
    other.post(&look, &json!({ "level": "suggestion" })).await.ok();
    other.post(&format!("{path}/put-back"), &json!({})).await.done();
    pia.get(&format!("/post/{}", taken.id)).await.ok();
    // The message's own UUID would be another letter to the desk.
    let own = world.row(&taken).await.memo_uuid.expect("a UUID");
    other.post(&format!("/api/v1/queue/{own}/look"), &json!({ "level": "suggestion" })).await.problem(404);
    world.everything_is_settled().await;
});

on_both_databases!(an_answer_counts_once_however_often_it_is_sent, |engine: Engine| async move {
    let world = World::open(engine).await;
    let (first, second) = (unmarked(&world, 1).await, unmarked(&world, 2).await);
    let desks = Desks::open(&world).await;
    let robot = Program::with_all(&desks, &world, "robot", &["park"]).await;
    let (id, other) = (first.id.to_string(), second.id.to_string());
    let body = json!({ "seen": 1, "unit": "park" });
    let path = format!("/api/v1/queue/{id}/answer");
    let refused = robot.post(&path, &body).await.problem(422);
    assert_eq!(refused["errors"][0]["field"], "Idempotency-Key");
    for (body, status, field) in [
        (json!({ "seen": 7, "unit": "park" }), 409, ""),
        (json!({ "seen": 1, "unit": "findes-ikke" }), 422, "unit"),
        (json!({ "seen": 1, "unit": "park", "subject": "27.18" }), 422, "subject"),
        (json!({ "seen": 1, "unit": "park", "subject": "måske" }), 422, "subject"),
        (json!({ "seen": 1, "unit": "park", "urgent": true }), 422, "urgent"),
        (json!({ "unit": "park" }), 422, "seen"),
    ] {
        let problem = robot.answer(&id, "en-noegle", &body).await.problem(status);
        assert_eq!(problem["errors"][0]["field"].as_str().unwrap_or_default(), field, "{problem}");
    }
    robot.answer(NOWHERE, "en-noegle", &body).await.problem(404);

    // Ten times at once: one answer, ten times the same.
    let sent = (0..10).map(|_| robot.answer(&id, "noegle-1", &body));
    let answers: BTreeSet<String> =
        futures::future::join_all(sent).await.into_iter().map(|sent| sent.ok()).collect();
    assert_eq!(answers.len(), 1, "{answers:?}");
    let conflict = robot.answer(&id, "noegle-1", &json!({ "seen": 1, "unit": "byg" })).await.problem(422);
    assert_eq!(conflict["errors"][0]["field"], "Idempotency-Key");
    robot.answer(&other, "noegle-1", &body).await.problem(422);
    robot.answer(&id, "noegle-2", &body).await.problem(409);
    assert_eq!(world.room().store.pending_answers().await.expect("rows").len(), 1);

    let back = format!("/api/v1/queue/{id}/take-back");
    let stranger = Program::with_all(&desks, &world, "fremmed", &["park"]).await;
    stranger.post(&back, &json!({})).await.problem(409);
    robot.post(&back, &json!({})).await.done();
    robot.post(&back, &json!({})).await.problem(409);
    world.wait(Duration::from_secs(31));
    world.work().await;
    assert_eq!(world.row(&first).await.stage, "waiting");

    robot.answer(&id, "noegle-3", &body).await.ok();
    world.wait(Duration::from_secs(31));
    world.work().await;
    let story = world.story(&first).await;
    assert_eq!((story.hand_overs.len(), story.hand_overs[0].unit.as_str()), (1, "park"));
    assert_eq!(story.decision.expect("a decision").decider, "person:token:robot");
    // Sent once more, also after it was carried out and after a restart, it is answered as it was.
    let again = robot.answer(&id, "noegle-3", &body).await.json();
    assert_eq!(again["message"], id);
    robot.answer(&id, "noegle-4", &body).await.problem(409);
    assert_eq!(world.story(&first).await.hand_overs.len(), 1);
    world.everything_is_settled().await;
});

on_both_databases!(whoever_goes_through_the_line_sees_each_letter_once, |engine: Engine| async move {
    let world = World::open(engine).await;
    let mut expected = Vec::new();
    for number in 1..=7 {
        expected.push(unmarked(&world, number).await.id.to_string());
        world.wait(Duration::from_secs(60));
    }
    let desks = Desks::open(&world).await;
    let robot = Program::with_all(&desks, &world, "robot", &["park"]).await;
    let mut seen = Vec::new();
    let mut path = "/api/v1/queue?limit=2".to_owned();
    loop {
        let page = robot.get(&path).await.json();
        let letters = page["letters"].as_array().expect("letters").iter();
        seen.extend(letters.filter_map(|letter| letter["id"].as_str().map(str::to_owned)));
        if seen.len() == 2 {
            // One that was seen goes, one that was not is answered, one comes at the end of the line.
            for gone in [&expected[0], &expected[4]] {
                robot.answer(gone, gone, &json!({ "seen": 1, "unit": "park" })).await.ok();
            }
            expected.push(unmarked(&world, 8).await.id.to_string());
        }
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/api/v1/queue?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    expected.remove(4);
    assert_eq!(seen, expected);
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=to", "limit"),
        ("cursor=abc", "cursor"),
        ("cursor=", "cursor"),
        ("side=2", "side"),
        ("limit=1&limit=2", "limit"),
    ] {
        let problem = robot.get(&format!("/api/v1/queue?{query}")).await.problem(422);
        assert_eq!(problem["errors"][0]["field"], field, "{query}: {problem}");
    }
});

on_both_databases!(a_program_acts_for_its_units_and_no_others, |engine: Engine| async move {
    let world = with_case(engine, true).await;
    let taken = answer_to_us(&world, 1).await;
    let desks = Desks::open(&world).await;
    let plads = Program::with_all(&desks, &world, "plads-robot", &["plads"]).await;
    let boern = Program::with_all(&desks, &world, "boern-robot", &["boern"]).await;
    let path = format!("/api/v1/mine/{}", taken.id);
    assert_eq!(boern.get("/api/v1/mine").await.json()["total"], 0);
    boern.get(&path).await.problem(404);
    for (door, body) in [
        ("open", json!({})),
        ("done", json!({})),
        ("take-up", json!({})),
        ("send-back", json!({ "reason": "not-ours" })),
        ("forward", json!({ "unit": "boern" })),
        ("file", json!({ "not_journaled": "duplicate" })),
    ] {
        boern.post(&format!("{path}/{door}"), &body).await.problem(404);
    }

    let list = plads.get("/api/v1/mine").await.json();
    assert_eq!((&list["total"], &list["letters"][0]["case"]), (&json!(1), &json!("28.03.00-G01-7-26")));
    assert!(plads.get(&path).await.json()["words"].is_null());
    plads.get(&format!("{path}/documents/0")).await.problem(404);
    plads.post(&format!("{path}/done"), &json!({})).await.problem(409);
    plads.post(&format!("{path}/open"), &json!({})).await.done();
    let letter = plads.get(&path).await.json();
    assert!(letter["words"]["text"].as_str().is_some_and(|text| text.contains("Kirkevej 14")), "{letter}");
    plads.get(&format!("{path}/documents/0")).await.ok();
    plads.post(&format!("{path}/file"), &json!({ "case": "28.03.00-G01-7-26" })).await.problem(409);
    let neither = plads.post(&format!("{path}/file"), &json!({})).await.problem(422);
    assert_eq!(neither["errors"][0]["field"], "case");
    plads.post(&format!("{path}/done"), &json!({})).await.done();
    assert_eq!(
        plads.get("/api/v1/mine?shelf=done").await.json()["letters"][0]["done_by"],
        "token:plads-robot"
    );
    plads.post(&format!("{path}/take-up"), &json!({})).await.done();
    let nobody =
        plads.post(&format!("{path}/forward"), &json!({ "unit": "boern", "person": "findes-ikke" })).await;
    assert_eq!(nobody.problem(422)["errors"][0]["field"], "person");
    plads.post(&format!("{path}/forward"), &json!({ "unit": "boern" })).await.done();
    plads.get(&path).await.problem(404);
    boern.get(&path).await.ok();
    boern.post(&format!("{path}/send-back"), &json!({ "reason": "not-ours" })).await.done();
    assert_eq!(world.count(Stage::Waiting).await, 1);
    for (kind, actor) in [
        ("viewed", "person:token:plads-robot"),
        ("handled", "person:token:plads-robot"),
        ("forwarded", "person:token:plads-robot"),
        ("sent_back", "person:token:boern-robot"),
    ] {
        let told = told(&world, &taken, kind).await;
        assert!(told.iter().any(|event| event.actor == actor), "{kind} by {actor}");
    }
    world.everything_is_settled().await;
});

on_both_databases!(oversight_answers_with_a_purpose_and_forgets_numbers, |engine: Engine| async move {
    let world = with_case(engine, true).await;
    let taken = answer_to_us(&world, 1).await;
    world.house.sign().await.expect("signed");
    let desks = Desks::open(&world).await;
    let robot = Program::with_all(&desks, &world, "tilsyn", &["plads"]).await;
    let story = format!("/api/v1/messages/{}", taken.id);
    assert_eq!(robot.get(&story).await.problem(422)["errors"][0]["field"], "purpose");
    let read = robot.get(&format!("{story}?purpose=control")).await.json();
    assert_eq!((&read["outcome"], &read["stage"]), (&json!("journaled"), &json!("settled")));
    assert!(read.get("message").is_none() && !read.to_string().contains("Mette"), "{read}");

    let search = json!({ "sender_number": "620280-1212", "purpose": "data-access" });
    let found = robot.post("/api/v1/messages/search", &search).await.ok();
    assert!(found.contains(&taken.id.to_string()) && !found.contains("1212\""), "{found}");
    let wrong = json!({ "sender_number": "0101701234x", "purpose": "find" });
    let problem = robot.post("/api/v1/messages/search", &wrong).await;
    assert!(!problem.text.contains("0101701234"), "{}", problem.text);
    assert_eq!(problem.problem(422)["errors"][0]["field"], "sender_number");

    let entries = robot.get("/api/v1/journal/entries?purpose=control").await.json();
    assert_eq!(entries["entries"][0]["case"], "28.03.00-G01-7-26");
    assert_eq!(entries["entries"].as_array().map(Vec::len), Some(1));
    let open = robot.get("/api/v1/journal/unjournaled?purpose=control").await.json();
    assert_eq!(open["total"], 0);
    let balance = robot.get("/api/v1/journal/balance?from=2026-11-19&to=2026-11-20").await.json();
    assert_eq!(balance["days"].as_array().map(Vec::len), Some(2));
    assert_eq!((&balance["days"][0]["journaled"], &balance["days"][0]["adds_up"]), (&json!(1), &json!(true)));
    for query in
        ["from=2026-11-21&to=2026-11-20", "from=2024-01-01&to=2026-01-01", "from=i-gaar", "from=20261120"]
    {
        robot.get(&format!("/api/v1/journal/balance?{query}")).await.problem(422);
    }

    let views = json!({ "message": taken.id, "with_identity": true, "purpose": "incident" });
    let views = robot.post("/api/v1/views/search", &views).await.json();
    assert_eq!(views["views"][0]["who"], "token:tilsyn", "{views}");
    let views = json!({ "number": CPR, "purpose": "data-access" });
    let views = robot.post("/api/v1/views/search", &views).await.ok();
    assert!(!views.contains("tilsyn") && !views.contains(CPR), "{views}");
    let two = json!({ "person": "pia", "number": CPR, "purpose": "data-access" });
    robot.post("/api/v1/views/search", &two).await.problem(422);

    let handed = robot.get("/api/v1/pull-back").await.json();
    assert_eq!(handed["letters"][0]["id"], taken.id.to_string());
    let path = format!("/api/v1/pull-back/{}", taken.id);
    robot.get(&format!("{path}/draft")).await.problem(404);
    robot.post(&path, &json!({ "reason": "wrong-unit", "misfiled": true })).await.done();
    robot.post(&path, &json!({ "reason": "wrong-unit" })).await.problem(409);
    let draft = robot.get(&format!("{path}/draft")).await.json();
    assert!(draft["sections"].as_array().is_some_and(|sections| sections.len() > 5), "{draft}");

    let checkpoint = robot.get("/api/v1/audit/checkpoint").await.json();
    assert!(
        checkpoint["note"].as_str().is_some_and(|note| note.starts_with("modtag/12345678\n")),
        "{checkpoint}"
    );
    let verified = robot.post("/api/v1/audit/verify", &json!({})).await.json();
    assert_eq!(verified["intact"], true, "{verified}");
    let editions = robot.get("/api/v1/rules/editions").await.json();
    assert_eq!(editions["editions"][0]["in_force"], true);
    let status = robot.get("/api/v1/status").await.json();
    assert_eq!(status["journal_entries"], 1);

    let found = robot.post("/api/v1/receivers/search", &json!({ "text": "plads" })).await.json();
    assert_eq!(found["receivers"][0]["unit"], "plads");
    world.everything_is_settled().await;
});

on_both_databases!(what_a_program_sends_wrong_is_refused_and_breaks_nothing, |engine: Engine| async move {
    let world = World::open(engine).await;
    let taken = unmarked(&world, 1).await;
    let desks = Desks::open(&world).await;
    let robot = Program::with_all(&desks, &world, "robot", &["park"]).await;
    for path in ["/api/v1/findes-ikke", "/api/v2/queue", "/api/", "/api/v1/queue/x/look/y"] {
        robot.get(path).await.problem(404);
    }
    for path in
        ["/api/v1/mine/x", "/api/v1/mine/%00", "/api/v1/messages/%ff?purpose=find", "/api/v1/mine/..%2f"]
    {
        robot.get(path).await.problem(404);
    }
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::POST] {
        let refused = answered(robot.call(method, "/api/v1/status")).await;
        assert!(refused.head["allow"].contains("GET"), "{:?}", refused.head);
        refused.problem(405);
    }
    let search = "/api/v1/messages/search";
    let send = async |kind: &str, body: Vec<u8>| {
        let call = robot.call(Method::POST, search).header("content-type", kind);
        answered(call.body(body)).await
    };
    send("text/plain", b"{}".to_vec()).await.problem(415);
    send("application/x-www-form-urlencoded", b"purpose=find".to_vec()).await.problem(415);
    send("application/json", b"{".to_vec()).await.problem(400);
    send("application/json", b"\xff\xfe".to_vec()).await.problem(400);
    send("application/json", vec![b' '; 70_000]).await.problem(413);
    let deep = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    assert!(send("application/json", deep.into_bytes()).await.status.is_client_error());
    send("application/json; charset=utf-8", br#"{"purpose":"find"}"#.to_vec()).await.ok();
    for field in ["case", "unit", "outcome", "subject", "sender_number"] {
        for text in ["\u{0}", "a\u{0}b", "", " ", "\n", &"a".repeat(201)] {
            let problem = robot.post(search, &json!({ field: text, "purpose": "find" })).await.problem(422);
            assert_eq!(problem["errors"][0]["field"], field, "{problem}");
        }
        let odd = robot.post(search, &json!({ field: "' or 1=1; -- <script>", "purpose": "find" })).await;
        assert!(!odd.status.is_server_error() && !odd.text.contains("<script>"), "{}", odd.text);
    }
    for path in ["look", "answer"] {
        let path = format!("/api/v1/queue/{}/{path}", taken.id);
        for body in
            [json!(null), json!([]), json!("x"), json!(7), json!({ "seen": 9.5e300 }), json!({ "level": 2 })]
        {
            let refused = robot.post(&path, &body).await;
            assert_eq!(refused.status.as_u16(), 422, "{body} to {path}: {}", refused.text);
        }
    }
    // What the desks do for browsers stays as it was: a cookie and a form open nothing here.
    let pia = desks.sign_in(&world, "pia", &Role::ALL, &["park"]).await;
    assert_eq!(pia.get("/api/v1/queue").await.status.as_u16(), 401);
    assert_eq!(world.count(Stage::Waiting).await, 1);
    world.everything_is_settled().await;
});
