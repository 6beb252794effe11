//! Requirements of law, each by its number in `spec/journaling-law.md` §16, as far as this part of the house reaches.

use std::sync::Arc;
use std::time::Duration;

use esdh::Capabilities;
use esdh::memory::{Habits, Interruption, MemoryJournal, Operation};
use journeys::letters::{Letter, uuid};
use journeys::{Engine, World, on_both_databases};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use router::intake::Taken;
use router::store::message::Stage;

use crate::on_its_way::{PARTY, case_of_party, we_sent_a_letter, with_case};

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

/// What may go wrong between us and a case system, each of them once, at every call that makes something.
fn mishaps() -> Vec<(Operation, Interruption)> {
    let operations = [Operation::Upload, Operation::CreateEntry, Operation::Finalise];
    let interruptions = [
        Interruption::TimeoutAfter,
        Interruption::TimeoutBefore,
        Interruption::Unwell,
        Interruption::Pretends,
    ];
    operations.into_iter().flat_map(|at| interruptions.map(|how| (at, how))).collect()
}

on_both_databases!(r5_no_entry_is_there_twice_after_retry_or_redelivery, |engine: Engine| async move {
    for native_idempotency in [true, false] {
        for (operation, interruption) in mishaps() {
            let capabilities = Capabilities { native_idempotency, ..Habits::default().capabilities };
            let system = Arc::new(MemoryJournal::new(Habits { capabilities, index_lag: 1 }));
            system.put_case(case_of_party(true));
            system.plan(operation, [Some(interruption)]);
            let world = World::with_journal(engine, system.clone()).await;
            we_sent_a_letter(&world).await;
            let answer =
                Letter::from_citizen(1, PARTY, "Mette Prøve").answering(uuid(9000), None, None).bytes();
            let first = world.receive(std::slice::from_ref(&answer)).await;
            for _ in 0..12 {
                world.wait(Duration::from_secs(2 * 3600));
                world.work().await;
            }
            let world = world.reopen_with(system.clone()).await;
            let again = world.receive(&[answer.clone(), answer]).await;
            assert!(again.iter().all(|taken| taken.duplicate && taken.id == first[0].id));
            let entries = system.all_entries().len();
            let waits = world.count(Stage::Waiting).await;
            let case = format!("{operation:?} {interruption:?} native: {native_idempotency}");
            assert!(entries <= 1, "{case}: {entries} entries");
            // What only looked like a success may need a person's eyes; nothing may be lost.
            assert!(entries == 1 || waits == 1, "{case}: neither journaled nor with a person");
            world.everything_is_settled().await;
        }
    }
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

/// What happens to an authority's mail in a year, in any order.
fn years() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(0u8..7, 1..14)
}

on_both_databases!(r12_nothing_unjournaled_is_ever_deleted, |engine: Engine| async move {
    let mut runner =
        TestRunner::new_with_rng(ProptestConfig::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    for _ in 0..6 {
        let year = years().new_tree(&mut runner).expect("a year").current();
        let mut world = with_case(engine, true).await;
        let mut kept: Vec<(Taken, Vec<u8>)> = Vec::new();
        for (n, what) in year.iter().enumerate() {
            let n = n as u64 + 1;
            let letter = match what {
                0 => Letter::from_citizen(n, PARTY, "Mette Prøve").bytes(),
                1 => format!("<html>{n}</html>").into_bytes(),
                2 => Letter::from_citizen(n, PARTY, "Mette Prøve").to("99999999").bytes(),
                3 => Letter::from_citizen(n, "6303801313", "Anden Person")
                    .attachment("Bilag", "b.pdf", "application/pdf", vec![7; 2_000_000])
                    .bytes(),
                4 => kept.first().map(|(_, bytes)| bytes.clone()).unwrap_or_else(|| b"igen".to_vec()),
                5 => {
                    world.wait(Duration::from_secs(200 * 86_400));
                    world.work().await;
                    world.room().content.sweep(world.room().clock.now()).await.expect("swept");
                    continue;
                }
                _ => {
                    world = world.reopen().await;
                    continue;
                }
            };
            let taken = world.receive(std::slice::from_ref(&letter)).await.remove(0);
            kept.push((taken, letter));
        }
        for (taken, letter) in &kept {
            let row = world.row(taken).await;
            let key = row.key(&world.room().store).expect("the key");
            let binding = router::content::Binding::message(&row.id);
            let bytes = world.room().content.read(&row.content(), &key, binding, 20 << 20).await;
            assert_eq!(bytes.expect("the letter is there").as_slice(), letter.as_slice(), "after {year:?}");
        }
        world.everything_is_settled().await;
    }
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

on_both_databases!(r15_every_edition_can_be_written_out_with_its_history, |engine: Engine| async move {
    let mut world = with_case(engine, true).await;
    let first = world.policy.clone();
    world.policy = crate::editions::policy_with("rågerne", "plads");
    let world = world.reopen().await;
    let room = world.room();
    let desk = router::editions::Desk {
        store: &room.store,
        config: &world.house.config,
        clock: room.clock.as_ref(),
        entropy: &room.entropy,
    };
    let rows = room.store.editions().await.expect("an answer");
    assert_eq!(rows.len(), 2);
    for (row, texts) in rows.iter().zip([&first, &world.policy]) {
        assert_eq!(desk.files(row).await.expect("the texts"), *texts);
        assert!(!row.author.is_empty() && !row.reason.is_empty());
    }
    // Decisions name the edition that made them, also long after.
    let letter = Letter::from_citizen(1, PARTY, "Mette Prøve").bytes();
    let taken = world.receive(&[letter]).await;
    let decisions = room.store.decisions(&taken[0].id.to_string()).await.expect("an answer");
    assert_eq!(decisions[0].edition, rows[1].edition);
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

on_both_databases!(r18_a_unit_outside_the_duty_does_not_journal_and_says_why, |engine: Engine| async move {
    let mut world = with_case(engine, true).await;
    let rule = "[[rule]]\nid = \"skolen\"\ntitle = \"Breve til skolen\"\nwhen = { label_words = \"madpakke\" }\nthen = { unit = \"skole\" }\n";
    world.policy.push(("skole.toml".into(), rule.to_owned()));
    let world = world.reopen().await;
    let letter = Letter::from_citizen(1, PARTY, "Mette Prøve").label("Madpakke i frikvarteret").bytes();
    let taken = world.receive(&[letter]).await;
    let story = world.story(&taken[0]).await;
    assert_eq!((story.stage.as_str(), story.outcome.as_str()), ("settled", "not-journaled"));
    assert!(story.entry.is_none());
    assert!(story.danish().contains("offentlighedsloven § 15, stk. 4"), "{}", story.danish());
    world.everything_is_settled().await;
});
