//! Rules by program: a draft is written, checked, tried, proposed and put in force, and four eyes are never one machine's.

use std::collections::BTreeSet;

use journeys::desks::{Answered, Browser, Desks, answered};
use journeys::letters::{Letter, uuid};
use journeys::programs::Program;
use journeys::{Engine, World, on_both_databases};
use reqwest::{Method, StatusCode};
use router::tokens::Scope;
use router::web::Role;
use serde_json::{Value, json};

const OF_RULES: [Scope; 3] = [Scope::RulesRead, Scope::RulesTry, Scope::RulesWrite];
const DRAFT: &str = "/api/v1/rules/draft";

/// A call under a key.
async fn keyed(program: &Program, path: &str, key: &str, body: &Value) -> Answered {
    let call = program.call(Method::POST, path).header("idempotency-key", key);
    answered(call.header("content-type", "application/json").body(body.to_string())).await
}

/// Does something to the draft, and returns it as it is then.
async fn change(program: &Program, door: &str, body: &Value) -> Value {
    program.post(&format!("{DRAFT}/{door}"), body).await.json()
}

/// A rule that gives letters with a word in their title to a unit.
fn rule(seen: &Value, id: &str, unit: &str) -> Value {
    let fields = json!({
        "title": "Råger & <duer>", "when.label_words": "rågerne", "then": "give", "then.unit": unit, "then.journal": "handler"
    });
    json!({ "seen": seen, "file": 0, "how": "insert", "id": id, "fields": fields })
}

/// Drafts a rule and proposes it; returns the edition's number.
async fn proposed(program: &Program, id: &str, unit: &str) -> i64 {
    let draft = change(program, "begin", &json!({})).await;
    let draft = change(program, "rule", &rule(&draft["version"], id, unit)).await;
    let body = json!({ "seen": draft["version"], "reason": "råger i parken" });
    let made = keyed(program, &format!("{DRAFT}/propose"), id, &body).await.json();
    made["number"].as_i64().expect("a number")
}

fn activate(number: i64) -> String {
    format!("/api/v1/rules/editions/{number}/activate")
}

/// Puts an edition in force on the page.
async fn by_hand(browser: &Browser, number: i64, instead_of: &str) -> Answered {
    let path = format!("/regler/udgave/{number}/i-kraft");
    browser.post(&path, &[("i_stedet_for", instead_of), ("begrundelse", "set igennem")]).await
}

/// Drafts a rule on the pages and proposes it.
async fn proposed_by_hand(browser: &Browser, id: &str) {
    let version = |page: &str| {
        let after = page.split("name=\"version\" value=\"").nth(1).expect("a draft");
        after.split('"').next().expect("a version").to_owned()
    };
    browser.post("/regler/kladde/begynd", &[]).await;
    let seen = version(&browser.get("/regler/kladde").await.ok());
    let fields = [
        ("version", seen.as_str()),
        ("fil", "0"),
        ("ny", "1"),
        ("id", id),
        ("title", "Ny"),
        ("when.kle", "27.99"),
        ("then", "desk"),
    ];
    browser.post("/regler/kladde/regel", &fields).await;
    let seen = version(&browser.get("/regler/kladde").await.ok());
    let done = browser.post("/regler/kladde/foreslaa", &[("version", &seen), ("begrundelse", "ny")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
}

async fn unit_of_letter(world: &World, number: u64) -> Option<String> {
    let letter = Letter::from_citizen(number, "6101701111", "Ane Prøve").label("Om rågerne i parken").bytes();
    let taken = world.receive(&[letter]).await;
    world.story(&taken[0]).await.decision.and_then(|decision| decision.unit)
}

on_both_databases!(
    a_program_drafts_tries_and_proposes_rules_and_a_person_puts_them_in_force,
    |engine: Engine| async move {
        let mut world = World::open(engine).await;
        world.house.config.policy.four_eyes = true;
        assert_eq!(unit_of_letter(&world, 1).await, None);
        let desks = Desks::open(&world).await;
        let robot = Program::with(&desks, &world, "robot", &OF_RULES, &[]).await;
        assert_eq!(robot.get(DRAFT).await.json()["draft"], Value::Null);
        robot.post("/api/v1/rules/try", &json!({ "sketch": "label = \"x\"" })).await.problem(409);

        let draft = change(&robot, "begin", &json!({})).await;
        let (before, first) =
            (draft["files"][0]["text"].as_str().expect("a text").to_owned(), &draft["version"]);
        assert_eq!(
            (&draft["base"], &draft["differs"], &draft["behind"]),
            (&json!(1), &json!(false), &Value::Null)
        );
        let saved = change(&robot, "rule", &rule(first, "raager", "plads")).await;
        let text = saved["files"][0]["text"].as_str().expect("a text");
        assert!(text.starts_with(before.trim_end()) && text.contains("id = \"raager\""), "{text}");
        assert_eq!(saved["differs"], true);
        // The version that was seen is not the version any more.
        robot.post(&format!("{DRAFT}/rule"), &rule(first, "duer", "plads")).await.problem(409);
        let seen = json!({ "seen": saved["version"] });
        let checked = robot.post(&format!("{DRAFT}/check"), &seen).await.json();
        assert!(checked["rules"].as_u64().is_some_and(|rules| rules > 0), "{checked}");
        let doubt =
            checked["findings"].as_array().expect("findings").iter().find(|one| one["rule"] == "raager");
        assert!(doubt.is_some_and(|doubt| doubt["kind"] == "doubt" && doubt["line"].is_u64()), "{checked}");

        let tried = robot.post("/api/v1/rules/try", &json!({ "message": uuid(1) })).await.json();
        assert_eq!(tried["change"], "Brevet ville blive fordelt uden et menneske.", "{tried}");
        assert!(!tried.to_string().contains("Ane") && !tried.to_string().contains("6101701111"), "{tried}");
        let sketched =
            robot.post("/api/v1/rules/try", &json!({ "sketch": "label = \"rågerne\"" })).await.json();
        assert!(sketched["tried"]["happens"].as_str().is_some_and(|says| says.contains("Pladsanvisningen")));
        let replayed = robot.post("/api/v1/rules/replay", &json!({ "days": 30 })).await.json();
        assert_eq!(
            (&replayed["messages"], &replayed["changes"][0]["change"]),
            (&json!(1), &json!("newly-automatic"))
        );
        assert_eq!(unit_of_letter(&world, 2).await, None, "a draft decides nothing");

        // Proposed ten times at once, it is proposed once.
        let propose = format!("{DRAFT}/propose");
        let body = json!({ "seen": saved["version"], "reason": "råger i parken" });
        assert_eq!(robot.post(&propose, &body).await.problem(422)["errors"][0]["field"], "Idempotency-Key");
        let sent = (0..10).map(|_| keyed(&robot, &propose, "noegle", &body));
        let answers: BTreeSet<String> =
            futures::future::join_all(sent).await.into_iter().map(|sent| sent.ok()).collect();
        assert_eq!(answers, BTreeSet::from(["{\"number\":2}".to_owned()]));
        let other = json!({ "seen": saved["version"], "reason": "andet" });
        keyed(&robot, &propose, "noegle", &other).await.problem(422);
        keyed(&robot, &propose, "en-anden", &body).await.problem(409);
        assert_eq!(robot.get(DRAFT).await.json()["draft"], Value::Null);
        let lines = robot.get("/api/v1/rules/editions/2/differences").await.json();
        assert!(lines["files"][0]["hunks"].to_string().contains("raager"), "{lines}");
        let whole = robot.get("/api/v1/rules/editions/2").await.json();
        assert_eq!(whole["edition"]["author"], "token:robot");

        // Nobody alone: not the program, not another program, not whoever made its token.
        let act = json!({ "instead_of": 1, "reason": "set igennem" });
        let own = keyed(&robot, &activate(2), "k", &act).await.problem(409);
        assert!(own["detail"].as_str().is_some_and(|said| said.contains("lavet af dig selv")), "{own}");
        let twin = Program::with(&desks, &world, "tvilling", &OF_RULES, &[]).await;
        let twins = keyed(&twin, &activate(2), "k", &act).await.problem(409);
        assert!(twins["detail"].as_str().is_some_and(|said| said.contains("af et program")), "{twins}");
        let lise = desks.sign_in(&world, "lise", &[Role::Operator], &[]).await;
        let maker = by_hand(&lise, 2, "1").await;
        assert_eq!(maker.status, StatusCode::CONFLICT);
        assert!(maker.text.contains("har lavet"), "{}", maker.text);
        let ole = desks.sign_in(&world, "ole", &[Role::Operator], &[]).await;
        assert_eq!(by_hand(&ole, 2, "1").await.status, StatusCode::SEE_OTHER);
        assert_eq!(unit_of_letter(&world, 3).await.as_deref(), Some("plads"));
        world.everything_is_settled().await;
    }
);

on_both_databases!(a_program_is_the_second_pair_of_eyes_once_and_goes_back, |engine: Engine| async move {
    let mut world = World::open(engine).await;
    world.house.config.policy.four_eyes = true;
    let desks = Desks::open(&world).await;
    let robot = Program::with(&desks, &world, "robot", &OF_RULES, &[]).await;
    let pia = desks.sign_in(&world, "pia", &[Role::PostDistributor], &[]).await;
    let lise = desks.sign_in(&world, "lise", &[Role::Operator], &[]).await;
    proposed_by_hand(&lise, "lises").await;
    let act = json!({ "instead_of": 1, "reason": "set igennem" });
    let hers = keyed(&robot, &activate(2), "k1", &act).await.problem(409);
    assert!(hers["detail"].as_str().is_some_and(|said| said.contains("eller omvendt")), "{hers}");
    proposed_by_hand(&pia, "pias").await;
    keyed(&robot, &activate(9), "k2", &act).await.problem(404);
    let stale = json!({ "instead_of": 2, "reason": "set igennem" });
    keyed(&robot, &activate(3), "k3", &stale).await.problem(409);
    for reason in [json!(""), json!(" "), json!("a\nb"), json!(7)] {
        let body = json!({ "instead_of": 1, "reason": reason });
        keyed(&robot, &activate(3), "k4", &body).await.problem(422);
    }
    let sent = (0..10).map(|_| async { keyed(&robot, &activate(3), "k5", &act).await.json() });
    for edition in futures::future::join_all(sent).await {
        assert_eq!((&edition["number"], &edition["in_force"]), (&json!(3), &json!(true)), "{edition}");
    }
    keyed(&robot, &activate(3), "k6", &act).await.problem(409);
    let editions = robot.get("/api/v1/rules/editions").await.json();
    let acts = editions["editions"][2]["activations"].as_array().expect("activations");
    assert_eq!((acts.len(), &acts[0]["person"]), (1, &json!("token:robot")), "{editions}");
    // Going back is putting an older one in force; what was sent before is answered as things stand.
    let back = json!({ "instead_of": 3, "reason": "tilbage" });
    assert_eq!(keyed(&robot, &activate(1), "k7", &back).await.json()["in_force"], true);
    assert_eq!(keyed(&robot, &activate(3), "k5", &act).await.json()["in_force"], false);
    keyed(&robot, &activate(1), "k5", &back).await.problem(422);
    let world = world.reopen().await;
    let in_force = world.room().store.edition_in_force().await.expect("an answer").expect("one");
    assert_eq!(in_force.number, 1);
});

on_both_databases!(a_faulty_draft_is_answered_with_line_and_rule, |engine: Engine| async move {
    let world = World::open(engine).await;
    let desks = Desks::open(&world).await;
    let robot = Program::with(&desks, &world, "robot", &OF_RULES, &[]).await;
    let other = Program::with(&desks, &world, "anden", &OF_RULES, &[]).await;
    let draft = change(&robot, "begin", &json!({})).await;
    let good = draft["files"][0]["text"].as_str().expect("a text").to_owned();
    let faulty = |id: &str, unit: &str| {
        format!(
            "[[rule]]\nid = \"{id}\"\ntitle = \"Skæv\"\nwhen = {{ kle = \"27\" }}\nthen = {{ unit = \"{unit}\" }}\n"
        )
    };
    let text = format!("{good}{}{}", faulty("skaev", "plds"), faulty("<script>", "findes-ikke"));
    let line = good.lines().count() + 5;
    let draft = change(&robot, "text", &json!({ "seen": draft["version"], "file": 0, "text": text })).await;
    let seen = &draft["version"];
    let told = |problem: Value| {
        assert_eq!(problem["type"], "urn:modtag:problem:faulty-rules", "{problem}");
        let found = problem["findings"].as_array().expect("findings").clone();
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!((&found[0]["line"], &found[0]["rule"]), (&json!(line), &json!("skaev")), "{found:?}");
        assert_eq!(
            (&found[1]["line"], &found[1]["rule"]),
            (&json!(line + 5), &json!("<script>")),
            "{found:?}"
        );
        assert!(
            found[0]["detail"].as_str().is_some_and(|said| said.contains("Mente du »plads«")),
            "{found:?}"
        );
        assert!(found.iter().all(|one| one["kind"] == "fault" && one["file"] == draft["files"][0]["name"]));
    };
    told(robot.post(&format!("{DRAFT}/check"), &json!({ "seen": seen })).await.problem(422));
    let propose = json!({ "seen": seen, "reason": "ny" });
    told(keyed(&robot, &format!("{DRAFT}/propose"), "k", &propose).await.problem(422));
    told(robot.post("/api/v1/rules/try", &json!({ "sketch": "label = \"x\"" })).await.problem(422));
    told(robot.post("/api/v1/rules/replay", &json!({ "days": 3 })).await.problem(422));
    // A draft is its own program's.
    assert_eq!(other.get(DRAFT).await.json()["draft"], Value::Null);
    other.post(&format!("{DRAFT}/discard"), &json!({ "seen": seen })).await.problem(409);

    let broken =
        change(&robot, "text", &json!({ "seen": seen, "file": 0, "text": "[[rule\nid = \u{0}" })).await;
    let seen = &broken["version"];
    robot.post(&format!("{DRAFT}/check"), &json!({ "seen": seen })).await.problem(422);
    let form = robot.post(&format!("{DRAFT}/rule"), &rule(seen, "ny", "plads")).await.problem(422);
    assert_eq!(form["errors"][0]["field"], "fields", "{form}");
    let mut unknown = rule(seen, "ny", "plads");
    unknown["fields"]["when.alt"] = json!("x");
    robot.post(&format!("{DRAFT}/rule"), &unknown).await.problem(422);
    let nowhere = json!({ "seen": seen, "file": 99, "text": "" });
    assert_eq!(
        robot.post(&format!("{DRAFT}/text"), &nowhere).await.problem(422)["errors"][0]["field"],
        "file"
    );
    // A text may be long, and not endless.
    let long = json!({ "seen": seen, "file": 0, "text": format!("{good}# {}\n", "x".repeat(200_000)) });
    let draft = change(&robot, "text", &long).await;
    robot.post(&format!("{DRAFT}/check"), &json!({ "seen": draft["version"] })).await.ok();
    let endless = json!({ "seen": draft["version"], "file": 0, "text": "x".repeat(3 << 20) });
    robot.post(&format!("{DRAFT}/text"), &endless).await.problem(413);
    for (body, field) in [
        (json!({ "days": 0 }), "days"),
        (json!({ "days": 400 }), "days"),
        (json!({ "days": 3, "edition": 99 }), "edition"),
    ] {
        assert_eq!(robot.post("/api/v1/rules/replay", &body).await.problem(422)["errors"][0]["field"], field);
    }
    for (body, field) in [
        (json!({ "edition": 1 }), "message"),
        (json!({ "edition": 1, "sketch": "x", "example": 0 }), "message"),
        (json!({ "edition": 1, "sketch": "][" }), "sketch"),
        (json!({ "edition": 1, "example": 9_999 }), "example"),
        (json!({ "edition": 1, "message": uuid(99) }), "message"),
    ] {
        let problem = robot.post("/api/v1/rules/try", &body).await.problem(422);
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    robot.post(&format!("{DRAFT}/discard"), &json!({ "seen": draft["version"] })).await.done();
    assert_eq!(robot.get(DRAFT).await.json()["draft"], Value::Null);
});

on_both_databases!(a_draft_that_fell_behind_is_brought_up_to_date, |engine: Engine| async move {
    let world = World::open(engine).await;
    let desks = Desks::open(&world).await;
    let robot = Program::with(&desks, &world, "robot", &OF_RULES, &[]).await;
    let slow = Program::with(&desks, &world, "langsom", &OF_RULES, &[]).await;
    let draft = change(&slow, "begin", &json!({})).await;
    let draft = change(&slow, "rule", &rule(&draft["version"], "langsom", "plads")).await;
    let number = proposed(&robot, "hurtig", "park").await;
    let act = json!({ "instead_of": 1, "reason": "set igennem" });
    keyed(&robot, &activate(number), "k", &act).await.ok();
    let behind = slow.get(DRAFT).await.json();
    assert_eq!((&behind["draft"]["base"], &behind["draft"]["behind"]), (&json!(1), &json!(number)));
    let body = json!({ "seen": draft["version"], "reason": "ny" });
    keyed(&slow, &format!("{DRAFT}/propose"), "k", &body).await.problem(409);
    let brought = change(&slow, "update", &json!({ "seen": draft["version"] })).await;
    assert_eq!((&brought["draft"]["base"], &brought["draft"]["behind"]), (&json!(number), &Value::Null));
    // Both put a rule at the end of the same file: somebody must choose.
    assert_eq!(brought["clean"], false, "{brought}");
    let seen = json!({ "seen": brought["draft"]["version"] });
    slow.post(&format!("{DRAFT}/check"), &seen).await.problem(422);
    slow.post(&format!("{DRAFT}/discard"), &seen).await.done();
});
