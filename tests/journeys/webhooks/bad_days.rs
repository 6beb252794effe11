//! Receivers on their bad days: nobody's mail waits for them, and what they have not heard is told again.

use std::sync::Arc;
use std::time::Duration;

use journeys::sink::{Misdeed, Sink};
use journeys::{Engine, World, on_both_databases};
use router::intake::{Channel, Taken};
use router::journey::drain;
use router::store::message::Stage;

use super::{call, letter, nothing_of_the_letter_is_in, policy, world_calling};

async fn state_of(world: &World, taken: &Taken) -> (String, i64) {
    let story = world.story(taken).await;
    (call(&story).state.clone(), call(&story).attempts)
}

on_both_databases!(it_is_told_under_one_id_until_it_is_heard, |engine: Engine| async move {
    let sink = Sink::start().await;
    let world = world_calling(engine, &sink, |_| {}).await;
    sink.misbehave([Misdeed::Status(500), Misdeed::HangUp, Misdeed::Status(408)]);
    let taken = world.receive(&[letter(1, "Flytning")]).await;
    for attempts in 1..4 {
        assert_eq!(state_of(&world, &taken[0]).await, ("due".into(), attempts));
        world.wait(Duration::from_secs(3_600));
        world.work().await;
    }
    assert_eq!(state_of(&world, &taken[0]).await, ("done".into(), 4));
    let seen = sink.seen();
    assert_eq!(seen.len(), 4);
    let first = (seen[0].header("webhook-id"), &seen[0].body);
    assert!(seen.iter().all(|one| (one.header("webhook-id"), &one.body) == first), "the same call again");
    assert_ne!(seen[0].header("webhook-timestamp"), seen[3].header("webhook-timestamp"));
    world.everything_is_settled().await;
});

on_both_databases!(a_receiver_that_is_busy_is_left_alone_as_long_as_it_asks, |engine: Engine| async move {
    let sink = Sink::start().await;
    let world = world_calling(engine, &sink, |_| {}).await;
    sink.misbehave([Misdeed::Busy(429, 3_600), Misdeed::Busy(503, 9_999_999)]);
    let taken = world.receive(&[letter(1, "Flytning")]).await;
    let longest = world.house.config.effects.longest_retry;
    for (calls, wait) in [(1, Duration::from_secs(3_600)), (2, longest)] {
        world.wait(wait - Duration::from_secs(1));
        world.work().await;
        assert_eq!(sink.seen().len(), calls);
        world.wait(Duration::from_secs(1));
        world.work().await;
        assert_eq!(sink.seen().len(), calls + 1);
    }
    assert_eq!(state_of(&world, &taken[0]).await, ("done".into(), 3));
    world.everything_is_settled().await;
});

on_both_databases!(a_slow_receiver_holds_up_nobodys_mail, |engine: Engine| async move {
    let sink = Sink::start().await;
    let world =
        world_calling(engine, &sink, |config| config.webhooks.timeout = Duration::from_secs(60)).await;
    sink.misbehave(vec![Misdeed::Hold; 8]);
    let letters: Vec<Vec<u8>> = (1..=20).map(|number| letter(number, "Vejskade, privat")).collect();
    // Whoever takes in waits for all there is to do; the mail itself is long where it should be.
    let world = Arc::new(world);
    let receiving = tokio::spawn({
        let world = world.clone();
        async move { world.receive(&letters).await }
    });
    sink.has_seen(8).await;
    while world.count(Stage::Settled).await < 20 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(sink.seen().len(), 8, "no more than a handful of calls at a time");
    sink.release();
    receiving.await.expect("the letters are taken");
    assert_eq!(sink.seen().len(), 20);
    world.everything_is_settled().await;
});

on_both_databases!(
    a_program_killed_before_it_wrote_down_the_answer_tells_it_again,
    |engine: Engine| async move {
        let sink = Sink::start().await;
        let world = Arc::new(world_calling(engine, &sink, |_| {}).await);
        sink.misbehave([Misdeed::Hold]);
        let receiving = tokio::spawn({
            let world = world.clone();
            async move { world.receive(&[letter(1, "Flytning")]).await }
        });
        sink.has_seen(1).await;
        receiving.abort();
        assert!(receiving.await.is_err(), "cut off");
        sink.release();
        world.work().await;
        assert_eq!(sink.seen().len(), 1, "the claim stands");
        world.wait(world.house.config.work.lease);
        world.work().await;
        let seen = sink.seen();
        assert_eq!(seen.len(), 2);
        assert_eq!(seen[0].header("webhook-id"), seen[1].header("webhook-id"));
        assert_eq!(seen[0].body, seen[1].body);
        world.everything_is_settled().await;
    }
);

on_both_databases!(a_receiver_that_refuses_leaves_the_letter_where_it_is, |engine: Engine| async move {
    let (sink, elsewhere) = (Sink::start().await, Sink::start().await);
    let world = world_calling(engine, &sink, |_| {}).await;
    for (number, misdeed, word) in [
        (1, Misdeed::Status(410), "(410)"),
        (2, Misdeed::Status(401), "(401)"),
        (3, Misdeed::Redirect(elsewhere.url()), "(307)"),
        (4, Misdeed::Status(422), "(422)"),
    ] {
        sink.misbehave([misdeed]);
        let taken = world.receive(&[letter(number, "Vejskade, privat")]).await;
        let story = world.story(&taken[0]).await;
        assert_eq!((story.stage.as_str(), story.outcome.as_str()), ("settled", "not-journaled"));
        assert_eq!((call(&story).state.as_str(), call(&story).attempts), ("failed", 1));
        let text = story.danish();
        assert!(text.contains("webhook gis            opgivet, 1 forsøg") && text.contains(word), "{text}");
        let event = story.events.iter().find(|event| event.kind == "effect_failed").expect("an event");
        assert_eq!(event.details.get("given_up").map(String::as_str), Some("true"));
        nothing_of_the_letter_is_in(text.as_bytes());
    }
    assert!(elsewhere.seen().is_empty(), "no redirect is followed");
    let counts = world.room().store.effect_counts().await.expect("an answer");
    assert_eq!(counts, [("webhook".into(), "failed".into(), 4)]);
    world.everything_is_settled().await;
});

on_both_databases!(
    a_receiver_that_never_answers_is_given_up_and_the_letter_is_not,
    |engine: Engine| async move {
        let sink = Sink::start().await;
        let world = world_calling(engine, &sink, |config| config.effects.give_up_after = 3).await;
        sink.misbehave(vec![Misdeed::Status(502); 5]);
        let taken = world.receive(&[letter(1, "Vejskade, privat")]).await;
        for _ in 0..5 {
            world.wait(Duration::from_secs(24 * 3_600));
            world.work().await;
        }
        assert_eq!(state_of(&world, &taken[0]).await, ("failed".into(), 3));
        let story = world.story(&taken[0]).await;
        assert_eq!((story.stage.as_str(), story.outcome.as_str()), ("settled", "not-journaled"));
        assert!(story.danish().contains("blev ikke besvaret i 3 forsøg"), "{}", story.danish());
        world.everything_is_settled().await;
    }
);

on_both_databases!(an_answer_too_long_or_cut_off_is_still_a_yes, |engine: Engine| async move {
    let sink = Sink::start().await;
    let world = world_calling(engine, &sink, |_| {}).await;
    for (number, misdeed) in [(1, Misdeed::Huge), (2, Misdeed::HangUpMidAnswer)] {
        sink.misbehave([misdeed]);
        let taken = world.receive(&[letter(number, "Flytning")]).await;
        assert_eq!(state_of(&world, &taken[0]).await, ("done".into(), 1));
    }
    world.everything_is_settled().await;
});

on_both_databases!(a_call_that_nobody_may_make_any_more_is_given_up, |engine: Engine| async move {
    let sink = Sink::start().await;
    let mut world = world_calling(engine, &sink, |_| {}).await;
    sink.misbehave([Misdeed::Status(500)]);
    let taken = world.receive(&[letter(1, "Flytning")]).await;
    assert_eq!(state_of(&world, &taken[0]).await, ("due".into(), 1));
    // The webhook is taken out of policy and configuration.
    world.policy = vec![policy().swap_remove(0)];
    world = world.reopen().await;
    world.house.config.webhooks.target.clear();
    let world = world.reopen().await;
    world.wait(Duration::from_secs(3_600));
    drain(world.room()).await.expect("the store answers");
    assert_eq!(state_of(&world, &taken[0]).await, ("failed".into(), 2));
    assert!(world.story(&taken[0]).await.danish().contains("må ikke kaldes"));
    assert_eq!(sink.seen().len(), 1);
    world.everything_is_settled().await;
});

on_both_databases!(a_receiver_that_is_dead_is_left_alone_after_a_handful, |engine: Engine| async move {
    let sink = Sink::start().await;
    let world = world_calling(engine, &sink, |_| {}).await;
    let letters: Vec<Vec<u8>> = (1..=20).map(|number| letter(number, "Vejskade, privat")).collect();
    world.offer(Channel::Ingest, &letters).await;
    sink.misbehave(vec![Misdeed::Status(500); 8]);
    world.wait(world.house.config.work.lease);
    world.work().await;
    assert_eq!((sink.seen().len(), world.count(Stage::Settled).await), (8, 20));
    world.work().await;
    assert_eq!(sink.seen().len(), 20, "the others were not held against it");
    world.wait(Duration::from_secs(3_600));
    world.work().await;
    assert_eq!(sink.seen().len(), 28);
    world.everything_is_settled().await;
});
