//! Requirements of law, each by its number in `spec/journaling-law.md` §16, as far as this part of the house reaches.

use std::time::Duration;

use journeys::letters::{Letter, uuid};
use journeys::{Engine, on_both_databases};
use router::store::message::Stage;

use crate::on_its_way::{PARTY, with_case};

on_both_databases!(r1_every_message_ends_at_exactly_one_place, |engine: Engine| async move {
    let world = with_case(engine, true).await;
    let mut letters = Vec::new();
    for n in 0..20 {
        letters.push(Letter::from_citizen(n, PARTY, "Mette Prøve").answering(uuid(9000), None, None).bytes());
        letters.push(Letter::from_citizen(100 + n, "6303801313", "Anden Person").bytes());
        letters.push(format!("<html>{n}</html>").into_bytes());
        letters.push(Letter::from_citizen(200 + n, PARTY, "Mette Prøve").to("99999999").bytes());
    }
    let taken = world.receive(&letters).await;
    assert_eq!(taken.len(), 80);
    let mut ends = 0;
    for stage in [Stage::Settled, Stage::Waiting, Stage::Quarantined] {
        ends += world.count(stage).await;
    }
    assert_eq!(ends, 80);
    assert_eq!(world.room().store.entry_counts().await.expect("an answer"), (20, 20));
    world.everything_is_settled().await;
});

on_both_databases!(
    r2_the_received_date_is_when_it_stood_at_the_door_also_over_midnight_and_summer_time,
    |engine: Engine| async move {
        let world = with_case(engine, true).await;
        // 23:59 on the night before clocks go back in Denmark; the case system and the database wake up hours later.
        let at_the_door: jiff::Timestamp = "2026-11-20T22:59:00Z".parse().expect("a time");
        world.wait(Duration::from_secs(15 * 3600 - 60));
        assert_eq!(world.room().clock.now(), at_the_door);
        let answer = Letter::from_citizen(1, PARTY, "Mette Prøve").answering(uuid(9000), None, None).bytes();
        let taken = world.offer(router::intake::Channel::Push, &[answer]).await;
        let taken = taken.into_iter().next().expect("an answer").expect("stored");
        world.wait(Duration::from_secs(6 * 3600));
        world.work().await;
        let story = world.story(&taken).await;
        let entry = story.entry.expect("journaled");
        assert_eq!(entry.received, at_the_door);
        assert_eq!(story.available_at, at_the_door);
        assert_eq!(entry.letter.as_deref(), Some("2026-11-20"));
        world.everything_is_settled().await;
    }
);

on_both_databases!(r3_an_entry_always_has_a_received_date_and_a_title, |engine: Engine| async move {
    let world = with_case(engine, true).await;
    let bare = Letter::from_citizen(1, PARTY, "Mette Prøve")
        .answering(uuid(9000), None, None)
        .label("  ")
        .with(|message| {
            if let Some(main) = message.body.as_mut().and_then(|body| body.main_document.as_mut()) {
                main.label = None;
            }
        });
    let taken = world.receive(&[bare.bytes()]).await;
    let key = format!("modtag:{}", taken[0].id);
    let (entry, kept) = world.room().store.entry(&key).await.expect("an answer").expect("an entry");
    assert!(!kept.title.trim().is_empty());
    assert!(entry.dates.received > jiff::Timestamp::UNIX_EPOCH);
    world.everything_is_settled().await;
});

on_both_databases!(r6_every_step_says_who_what_when_and_by_which_rules, |engine: Engine| async move {
    let world = with_case(engine, true).await;
    let answer = Letter::from_citizen(1, PARTY, "Mette Prøve").answering(uuid(9000), None, None).bytes();
    let taken = world.receive(&[answer]).await;
    let story = world.story(&taken[0]).await;
    let kinds: Vec<&str> = story.events.iter().map(|event| event.kind.as_str()).collect();
    for kind in ["received", "decided", "journaled", "handed_over", "settled"] {
        assert_eq!(kinds.iter().filter(|seen| **seen == kind).count(), 1, "{kind} in {kinds:?}");
    }
    let decided = story.events.iter().find(|event| event.kind == "decided").expect("decided");
    assert_eq!(decided.details["edition"], world.room().policy().edition());
    assert!(decided.details.contains_key("decider"));
    let key = format!("modtag:{}", taken[0].id);
    let (_, kept) = world.room().store.entry(&key).await.expect("an answer").expect("an entry");
    assert!(kept.note.contains("Automatisk") && kept.note.contains(world.room().policy().edition()));
    world.everything_is_settled().await;
});

on_both_databases!(r13_the_ledger_keeps_digest_uuid_and_receipts, |engine: Engine| async move {
    let world = with_case(engine, true).await;
    let answer = Letter::from_citizen(1, PARTY, "Mette Prøve").answering(uuid(9000), None, None).bytes();
    let taken = world.offer(router::intake::Channel::Push, std::slice::from_ref(&answer)).await;
    let taken = taken.into_iter().next().expect("an answer").expect("stored");
    world.wait(Duration::from_secs(3600));
    world.work().await;
    let story = world.story(&taken).await;
    assert_eq!(story.uuid.as_deref(), Some(uuid(1).to_string().as_str()));
    assert_eq!(story.sha256.len(), 64);
    let receipt = story.effects.iter().find(|effect| effect.kind == "receipt").expect("a receipt");
    assert_eq!(receipt.state, "done");
    assert!(
        story
            .events
            .iter()
            .any(|event| event.kind == "receipt_sent" && event.details["status"] == "COMPLETED")
    );
    world.everything_is_settled().await;
});

on_both_databases!(r17_hierarchy_names_and_formats_survive, |engine: Engine| async move {
    let world = with_case(engine, true).await;
    let letter = Letter::from_citizen(1, PARTY, "Mette Prøve")
        .answering(uuid(9000), None, None)
        .attachment("Lægeerklæring", "Lægeerklæring æøå (2).PDF", "application/pdf", b"%PDF-1.4".to_vec())
        .technical("Data", "data.xml", b"<x/>".to_vec());
    let taken = world.receive(&[letter.bytes()]).await;
    let key = format!("modtag:{}", taken[0].id);
    let (_, kept) = world.room().store.entry(&key).await.expect("an answer").expect("an entry");
    let seen: Vec<(&str, Option<usize>, &str, &str)> = kept
        .documents
        .iter()
        .map(|document| {
            let file = &document.files[0];
            (document.kind.as_str(), document.parent, file.name.as_str(), file.format.as_str())
        })
        .collect();
    assert_eq!(seen[0], ("main", None, "brev.txt", "text/plain"));
    assert_eq!(seen[1], ("additional", Some(0), "Lægeerklæring æøå (2).PDF", "application/pdf"));
    assert_eq!(seen[2], ("technical", Some(0), "data.xml", "text/xml"));
    assert_eq!((seen[3].0, seen[3].1), ("original", Some(0)));
    world.everything_is_settled().await;
});
