//! Replay: past mail through another edition, and nothing in the world moves.

use std::sync::Arc;

use futures::StreamExt;
use journeys::letters::{Letter, uuid};
use journeys::sink::Sink;
use journeys::{Engine, World, on_both_databases};
use router::journey::{Answer, answer};
use router::replay::{self, Comparison, Kind, Shown, Sides, Surveyor, Tally};
use router::store::dump::TABLES;
use router::store::past::Period;
use rules::{HandOver, Journaling, Policy};

use crate::demo::{municipality, take};
use crate::editions::policy_with;
use crate::program::Installation;
use crate::webhooks;

/// Every row of the authority, as a backup would write it.
pub async fn all_rows(world: &World) -> Vec<Vec<u8>> {
    let mut frozen = world.room().store.freeze().await.expect("the store answers");
    let mut lines = Vec::new();
    for table in &TABLES {
        let mut rows = frozen.rows(table);
        while let Some(row) = rows.next().await {
            lines.push(row.expect("a row").line(table));
        }
    }
    frozen.close().await.expect("closed");
    lines
}

pub async fn replayed(world: &World, old: Option<Policy>, new: Policy, period: Period) -> Tally {
    let store = &world.room().store;
    let sides = Comparison(Sides { old: old.map(Arc::new), new: Arc::new(new) });
    let past = store.past(period);
    let before = past.count().await.expect("the store answers");
    let seen = std::sync::atomic::AtomicU64::new(0);
    let count = |batch| {
        seen.fetch_add(batch, std::sync::atomic::Ordering::Relaxed);
    };
    let tally = replay::run(past, store.keys(), &sides, &count).await.expect("the store answers");
    assert!(seen.into_inner() <= before, "progress goes to its end and no further");
    tally
}

fn policy(files: &[(String, String)]) -> Policy {
    Policy::load(files, "prøve").unwrap_or_else(|findings| panic!("{findings:?}"))
}

on_both_databases!(
    the_edition_that_decided_decides_the_same_again_and_nothing_moves,
    |engine: Engine| async move {
        let world = municipality(engine).await;
        take(&world).await;
        let files = router::cli::demo_policy_files();
        let rows = all_rows(&world).await;
        let tally = replayed(&world, None, policy(&files), Period::default()).await;
        assert!(tally.messages >= 70, "{} messages", tally.messages);
        assert_eq!(tally.unchanged, tally.messages, "{:#?}", tally.changes);
        assert_eq!((tally.unreadable, tally.not_looked_up), (0, 0));
        // Not even the audit log has another line.
        assert!(rows == all_rows(&world).await, "a replay changes nothing");
        world.everything_is_settled().await;
    }
);

on_both_databases!(a_replay_calls_nobody_though_its_rules_say_so, |engine: Engine| async move {
    let sink = Sink::start().await;
    let world = webhooks::world_calling(engine, &sink, |_| {}).await;
    world.receive(&[webhooks::letter(1, "Flytning"), webhooks::letter(2, "Om en vejskade")]).await;
    assert_eq!(sink.seen().len(), 2, "each was told when it came");
    let rows = all_rows(&world).await;
    let calls_more = include_str!("../corpus/cascade/policy.toml").to_owned()
        + "[[webhook]]\nid = \"gis\"\nname = \"Kortsystemet\"\n[[rule]]\nid = \"alt\"\ntitle = \"Alt til Park\"\n\
           when = { sender = \"citizen\" }\nthen = { unit = \"park\" }\nwebhook = \"gis\"\n";
    let new = policy(&[("policy.toml".into(), calls_more)]);
    let tally = replayed(&world, None, new, Period::default()).await;
    assert_eq!((tally.messages, tally.unchanged), (2, 0), "both would go elsewhere, and be told of");
    world.work().await;
    assert_eq!(sink.seen().len(), 2, "nobody is told of what only might have been");
    assert!(rows == all_rows(&world).await, "there is no effect that could be carried out later");
});

on_both_databases!(differences_are_told_per_receiver_with_their_messages, |engine: Engine| async move {
    let world = World::open(engine).await;
    let letter =
        |number, label: &str| Letter::from_citizen(number, "6101701111", "Ane Prøve").label(label).bytes();
    world.receive(&[letter(1, "Om rågerne i parken"), letter(2, "Om ravnene i parken")]).await;
    let base = policy(&policy_with("rågerne", "plads"));
    let other = policy(&policy_with("rågerne", "park"));
    let none = policy(&policy_with("solsorten", "plads"));

    let tally = replayed(&world, Some(none.clone()), base.clone(), Period::default()).await;
    assert_eq!((tally.messages, tally.unchanged, tally.of_kind(Kind::NewlyAutomatic)), (2, 1, 1));
    let tally = replayed(&world, Some(base.clone()), none, Period::default()).await;
    assert_eq!((tally.of_kind(Kind::NewlyManual), tally.unchanged), (1, 1));
    let tally = replayed(&world, Some(base.clone()), other.clone(), Period::default()).await;
    let ((kind, (from, to)), messages) = tally.changes.iter().next().expect("a change");
    assert_eq!((*kind, messages.as_slice()), (Kind::Moved, [uuid(1)].as_slice()));
    assert_eq!(from.as_ref().map(|from| from.unit.as_str()), Some("plads"));
    assert_eq!(to.as_ref().map(|to| to.unit.as_str()), Some("park"));
    let said = Shown::of(tally, Some(2), Some(1), &[&other, &base]).danish();
    assert!(said.contains("Pladsanvisningen → Vej og Park") && said.contains(&uuid(1).to_string()), "{said}");

    // Only the mail of a period: the two came before the clock was moved.
    world.wait(std::time::Duration::from_secs(86_400));
    let since = Some(world.house.room.clock.now());
    let tally = replayed(&world, Some(base), other, Period { since, until: None }).await;
    assert_eq!(tally.messages, 0);
    world.everything_is_settled().await;
});

on_both_databases!(an_edition_is_held_against_what_people_chose, |engine: Engine| async move {
    let world = World::open(engine).await;
    let letters: Vec<Vec<u8>> = (1..=3)
        .map(|number| {
            Letter::from_citizen(number, "6101701111", "Ane Prøve").label("Om rågerne i parken").bytes()
        })
        .collect();
    let taken = world.receive(&letters).await;
    for (one, unit) in taken.iter().zip(["park", "park", "boern"]) {
        let hand_over = HandOver { unit: unit.into(), person: None, journal: Journaling::LeftToHandler };
        let given = Answer { person: "lise".into(), hand_over, reason: None, subject: None, to: None };
        answer(world.room(), &one.id, given).await.expect("answered");
    }
    let new = policy(&policy_with("rågerne", "park"));
    let tally = replayed(&world, None, new.clone(), Period::default()).await;
    let truth = &tally.truth;
    assert_eq!(truth.answered, 3);
    assert_eq!((truth.old.right, truth.old.asks, truth.old.wrong), (0, 3, 0));
    assert_eq!((truth.new.right, truth.new.asks, truth.new.wrong), (2, 0, 1));
    assert_eq!((truth.better.len(), truth.worse.as_slice()), (2, [uuid(3)].as_slice()));
    let said = Shown::of(tally, None, None, &[&new]).danish();
    assert!(said.contains("valgte det samme for 2 (66,7 %)"), "{said}");
    world.everything_is_settled().await;
});

on_both_databases!(a_survey_hears_every_rule_that_has_a_say, |engine: Engine| async move {
    let world = World::open(engine).await;
    let letter = |number, label: &str| Letter::from_citizen(number, "6101701111", "Ane Prøve").label(label);
    world.receive(&[letter(1, "Om rågerne").kle("27.18.04", None).bytes()]).await;
    world.wait(std::time::Duration::from_secs(3 * 86_400));
    world
        .receive(&[letter(2, "Om ravnene").kle("27.18.04", None).bytes(), letter(3, "Om rågerne").bytes()])
        .await;
    let mut files = policy_with("rågerne", "plads");
    let marks = "[[rule]]\nid = \"maerke\"\ntitle = \"Mærk\"\nwhen = { kle = \"27\" }\nannotate = { tags = [\"x\"] }\n";
    files.insert(1, ("maerker.toml".into(), marks.into()));
    let store = &world.room().store;
    let surveyor = Surveyor(Arc::new(policy(&files)));
    let survey = replay::run(store.past(Period::default()), store.keys(), &surveyor, &|_| ())
        .await
        .expect("the store answers");
    let day = |text: &str| text.parse::<jiff::civil::Date>().expect("a day");
    assert_eq!((survey.messages, survey.since), (3, Some(day("2026-11-20"))));
    let heard = |rule: &str| survey.rules.get(rule).map(|heard| (heard.times, heard.last));
    assert_eq!(heard("prove-rågerne"), Some((2, day("2026-11-23"))));
    assert_eq!(heard("maerke"), Some((2, day("2026-11-23"))), "a rule that only marks is heard too");
    let (subject, marked) = survey.subjects.iter().next().expect("a number");
    assert_eq!((subject.to_string().as_str(), marked.messages, marked.by_rule), ("27.18.04", 2, 1));
});

on_both_databases!(a_damaged_past_message_is_told_and_left_out, |engine: Engine| async move {
    let world = World::open(engine).await;
    let letter = Letter::from_citizen(1, "6101701111", "Ane Prøve").bytes();
    world.receive(&[letter, Letter::from_citizen(2, "6101701111", "Ane Prøve").bytes()]).await;
    let store = &world.room().store;
    let keys = store.keys();
    let mut past = store.past(Period::default());
    let mut rows = past.next(10).await.expect("rows");
    assert!(past.next(10).await.expect("an answer").is_empty(), "all were read");
    rows[0].sealed[20] ^= 1;
    let sides = Comparison(Sides { old: None, new: world.room().policy() });
    let tally = replay::weigh(rows, keys, &sides).await;
    assert_eq!((tally.messages, tally.unreadable), (1, 1));
});

#[test]
fn the_program_replays_an_edition_before_it_is_put_in_force() {
    let house =
        tokio::runtime::Runtime::new().expect("a runtime").block_on(Installation::sandby(Engine::Sqlite, ""));
    house.write("post/1.xml", Letter::from_citizen(1, "6101701111", "Ane").label("Rågerne larmer").bytes());
    house.run(&["ingest", "post"]).ok();
    let (name, rule) = &policy_with("rågerne", "plads")[1];
    let config = std::fs::read_to_string(house.path("modtag.toml")).expect("the configuration");
    house.write(name, rule);
    house.write("modtag.toml", config.replacen("files = [", &format!("files = [\"{name}\", "), 1));
    let said = house.run(&["rules", "replay"]).ok();
    assert!(said.contains("Fordeles uden et menneske: 1 (100,0 %)"), "{said}");
    assert!(said.contains("→ Pladsanvisningen"), "{said}");
    house.run(&["rules", "propose", "--reason", "fuglene"]).ok();
    let shown = house.run(&["rules", "replay", "--edition", "2", "--json", "--table", "forskel.csv"]).json();
    assert_eq!((&shown["edition"], &shown["against"]), (&2.into(), &1.into()));
    assert_eq!(shown["changes"][0]["messages"][0], uuid(1).to_string());
    let table = std::fs::read_to_string(house.path("forskel.csv")).expect("the table");
    assert!(table.lines().nth(1).is_some_and(|row| row.starts_with(&uuid(1).to_string())), "{table}");
    assert!(!table.contains("Ane"), "{table}");
    let since = house.run(&["rules", "replay", "--since", "2999-01-01"]).ok();
    assert!(since.contains("prøvet på 0 meddelelser"), "{since}");
    let refused = house.run(&["rules", "replay", "--since", "i går"]).fails(2);
    assert!(refused.contains("--since <DAG>"), "{refused}");
    let unknown = house.run(&["rules", "replay", "--edition", "9"]).fails(1);
    assert!(unknown.contains("Der er ingen udgave 9"), "{unknown}");
}
