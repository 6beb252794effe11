//! Webhooks: other systems are told of decisions, signed, until they have heard it, and never of whom a letter is about.

mod bad_days;
mod from_outside;

use std::sync::Arc;

use journeys::letters::{Letter, uuid};
use journeys::sink::{Misdeed, SECRET, Sink};
use journeys::world::{self, World, morning};
use journeys::{Engine, on_both_databases};
use router::audit::Actor;
use router::clock::SetClock;
use router::config::{Config, WebhookTarget};
use router::editions::Desk;
use router::setup::PolicyFiles;
use router::store::message::Stage;
use router::story::{Story, WebhookView};

/// Name and CPR number of whoever writes in these journeys, and words of the letters.
const NAME: &str = "Kamma Kanariefugl";
const CPR: &str = "6101701117";
const TEXT: &str = "papegøjens fløjtetoner";

/// A queue, a webhook, a rule that puts in the queue and calls, and one that only calls.
const RULES: &str = r#"
[[queue]]
id = "robot-flyt"
name = "Flytterobotten"
unit = "jura"

[[webhook]]
id = "gis"
name = "Kortsystemet"

[[rule]]
id = "flytning"
title = "Flytninger til robotten"
when = { label_words = "flytning" }
then = { queue = "robot-flyt", journal = "handler" }
annotate = { tags = ["flyt"], priority = "high" }
webhook = "gis"

[[rule]]
id = "kun-besked"
title = "Kortsystemet vil vide det"
when = { label_words = "vejskade" }
webhook = "gis"

[[rule]]
id = "privat"
title = "Journaliseres ikke"
when = { label_words = "vejskade", words = "privat" }
then = { unit = "jura", journal = "never", reason = "privat" }
"#;

pub fn policy() -> PolicyFiles {
    vec![
        ("policy.toml".into(), include_str!("../corpus/cascade/policy.toml").into()),
        ("kald.toml".into(), RULES.into()),
    ]
}

/// Points the webhook `gis` at the sink.
fn point_at(config: &mut Config, sink: &Sink) {
    let secret = config.data.folder.join("gis.secret");
    std::fs::write(&secret, SECRET).expect("the secret is written");
    let target = format!("url = {:?}\nsecret_file = {:?}\n", sink.url(), secret);
    let target: WebhookTarget = toml::from_str(&target).expect("a target");
    config.webhooks.allow_hosts = vec!["127.0.0.1".into()];
    config.webhooks.allow_http = true;
    config.webhooks.target = [("gis".into(), target)].into();
}

/// A house whose webhook `gis` leads to the sink, after `change` to its configuration.
pub async fn world_calling(engine: Engine, sink: &Sink, change: impl FnOnce(&mut Config)) -> World {
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = world::config(folder.path(), engine).await;
    point_at(&mut config, sink);
    change(&mut config);
    let clock = Arc::new(SetClock::new(morning()));
    let house = world::open(config, clock.clone(), policy()).await;
    World { house, clock, folder, policy: policy() }
}

pub fn letter(number: u64, label: &str) -> Vec<u8> {
    Letter::from_citizen(number, CPR, NAME).label(&format!("{label} for {NAME}")).text(TEXT).bytes()
}

fn call(story: &Story) -> &WebhookView {
    assert_eq!(story.webhooks.len(), 1, "{}", story.danish());
    &story.webhooks[0]
}

fn nothing_of_the_letter_is_in(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    for needle in [CPR, "610170", "kamma", "kanariefugl", "papegøje", "for kamma", SECRET] {
        assert!(!text.contains(&needle.to_lowercase()), "{needle} is in: {text}");
    }
}

on_both_databases!(a_letter_is_told_of_signed_and_without_whom_it_is_about, |engine: Engine| async move {
    let sink = Sink::start().await;
    let world = world_calling(engine, &sink, |_| {}).await;
    let taken = world.receive(&[letter(1, "Flytning")]).await;
    let seen = sink.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].line, "POST /modtag HTTP/1.1");
    assert!(
        seen[0].is_signed_with(SECRET) && !seen[0].is_signed_with("whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldY")
    );
    assert_eq!(seen[0].header("webhook-timestamp"), morning().as_second().to_string());
    nothing_of_the_letter_is_in(&seen[0].bytes);
    let body = seen[0].json();
    let story = world.story(&taken[0]).await;
    let expected = serde_json::json!({
        "type": "modtag.message.decided", "timestamp": "2026-11-20T08:00:00Z",
        "data": {
            "message": uuid(1).to_string(), "id": story.id, "authority": "12345678", "received": "2026-11-20T08:00:00Z",
            "decision": 1, "decided_at": "2026-11-20T08:00:00Z", "outcome": "left-to-handler", "decider": "rule:flytning",
            "edition": world.room().policy().edition(), "unit": "jura", "queue": "robot-flyt", "role": null, "kle": null,
            "tags": ["flyt"], "priority": "high", "deadline": null,
        },
    });
    assert_eq!(body, expected);
    assert_eq!((call(&story).state.as_str(), call(&story).attempts), ("done", 1));
    assert_eq!(call(&story).call, seen[0].header("webhook-id"));
    let decision = story.decision.as_ref().expect("a decision");
    assert_eq!((decision.queue.as_deref(), decision.priority.as_deref()), (Some("robot-flyt"), Some("high")));
    let text = story.danish();
    for words in
        ["Robotkø         robot-flyt", "Prioritet       høj", "webhook gis            udført 20.11.2026"]
    {
        assert!(text.contains(words), "{text}");
    }
    world.everything_is_settled().await;
});

on_both_databases!(others_are_told_also_when_a_person_is_asked_and_only_once, |engine: Engine| async move {
    let sink = Sink::start().await;
    let world = world_calling(engine, &sink, |_| {}).await;
    let taken = world.receive(&[letter(1, "Vejskade")]).await;
    let story = world.story(&taken[0]).await;
    assert_eq!((story.stage.as_str(), story.outcome.as_str()), ("waiting", "nothing-applies"));
    assert_eq!((call(&story).state.as_str(), sink.seen().len()), ("done", 1));
    let told = &sink.seen()[0].json()["data"];
    assert_eq!((told["unit"].as_str(), told["outcome"].as_str()), (None, Some("nothing-applies")));
    let hand_over = rules::HandOver {
        unit: "jura".into(),
        person: Some("anle".into()),
        journal: rules::Journaling::NotJournaled("privat".into()),
    };
    let answer =
        router::journey::Answer { person: "lise".into(), hand_over, reason: None, subject: None, to: None };
    router::journey::answer(world.room(), &taken[0].id, answer).await.expect("the answer is taken");
    world.work().await;
    let story = world.story(&taken[0]).await;
    assert_eq!((story.stage.as_str(), story.outcome.as_str()), ("settled", "not-journaled"));
    assert_eq!(sink.seen().len(), 1, "what was heard is not told again");
    world.everything_is_settled().await;
});

on_both_databases!(what_was_not_heard_is_told_as_a_person_decided_it, |engine: Engine| async move {
    let sink = Sink::start().await;
    let world = world_calling(engine, &sink, |_| {}).await;
    sink.misbehave([Misdeed::Status(410)]);
    let taken = world.receive(&[letter(1, "Vejskade")]).await;
    assert_eq!(call(&world.story(&taken[0]).await).state, "failed");
    let hand_over =
        rules::HandOver { unit: "jura".into(), person: None, journal: rules::Journaling::LeftToHandler };
    let answer =
        router::journey::Answer { person: "lise".into(), hand_over, reason: None, subject: None, to: None };
    router::journey::answer(world.room(), &taken[0].id, answer).await.expect("the answer is taken");
    world.work().await;
    let seen = sink.seen();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0].header("webhook-id"), seen[1].header("webhook-id"));
    let told = &seen[1].json()["data"];
    assert_eq!(
        (told["decision"].as_i64(), told["decider"].as_str(), told["unit"].as_str()),
        (Some(2), Some("person"), Some("jura"))
    );
    assert_eq!(call(&world.story(&taken[0]).await).state, "done");
    world.everything_is_settled().await;
});

on_both_databases!(a_policy_that_names_an_unknown_webhook_is_refused, |engine: Engine| async move {
    let sink = Sink::start().await;
    let world = world_calling(engine, &sink, |_| {}).await;
    let room = world.room();
    let refused = async |config: &Config, files: &PolicyFiles| {
        let desk = Desk { store: &room.store, config, clock: room.clock.as_ref(), entropy: &room.entropy };
        let made = desk.propose(files, &Actor::person("lise", "operator"), "prøve").await;
        made.map(|(number, _)| number).expect_err("refused").to_string()
    };
    let mut calling = policy();
    calling.push(("flere.toml".into(), "[[webhook]]\nid = \"esdh\"\nname = \"Andet\"\n".into()));
    let said = refused(&world.house.config, &calling).await;
    assert!(said.contains("\"esdh\"") && said.contains("[webhooks.target.esdh]"), "{said}");
    let mut config = world.house.config.clone();
    config.webhooks.allow_hosts = vec!["robot.example".into()];
    let said = refused(&config, &policy()).await;
    assert!(said.contains("\"gis\"") && said.contains("webhooks.allow_hosts"), "{said}");
    assert_eq!(room.store.editions().await.expect("an answer").len(), 1);

    // Changed files with such a webhook leave the edition in force where it is.
    let mut world = world;
    let before = world.room().policy().edition().to_owned();
    world.policy = calling;
    let world = world.reopen().await;
    assert_eq!(world.room().policy().edition(), before);
    world.receive(&[letter(1, "Flytning")]).await;
    assert_eq!((sink.seen().len(), world.count(Stage::Waiting).await), (1, 1));
    world.everything_is_settled().await;
});
