//! What nobody opens goes on: person, unit, the unit above, the desk. Once, whatever happens on the way.

use std::time::Duration;

use indicatif::ProgressBar;
use journeys::databases::fresh_postgres;
use journeys::letters::Letter;
use journeys::{Engine, World, on_both_databases, world};
use router::audit::Actor;
use router::backup::{self, Existing};
use router::clock::Entropy;
use router::intake::Taken;
use router::journey::{AnswerError, NOT_OPENED, drain};
use router::setup::World as Surroundings;
use router::store::message::Listing;

use super::{AFTER, BEFORE, POLICY, Town};
use crate::on_its_way::PARTY;

/// Who had the message, one after the other, and why each hand-over ended.
async fn way(town: &Town, taken: &Taken) -> Vec<String> {
    let rows = town.hand_overs(taken).await;
    let step = |row: &router::store::hand_over::HandOverRow| {
        let person = row.person.as_deref().map(|person| format!("/{person}")).unwrap_or_default();
        format!("{}{person} {}", row.unit, row.ended_why.as_deref().unwrap_or("-"))
    };
    rows.iter().map(step).collect()
}

async fn escalated(town: &Town) -> usize {
    let listing = Listing { escalated: true, limit: 100, ..Listing::default() };
    town.world.room().store.list(&listing).await.expect("an answer").len()
}

on_both_databases!(
    unopened_mail_goes_from_person_to_unit_upwards_and_to_the_desk,
    |engine: Engine| async move {
        let town = Town::open(engine).await;
        // Friday 20 November; the unit has two working days, the town hall three.
        let taken = town.letter(1, "anne").await;
        let opened = town.letter(2, "anne").await;
        let never = town.letter(3, "vejen").await;
        let limit = |at: &str| Some(at.parse().expect("a time"));
        assert_eq!(town.has(&taken).await.escalate_at(), limit("2026-11-24T22:59:59Z"));
        assert_eq!(town.has(&never).await.escalate_at(), None);

        let room = town.world.room();
        let mut tx = room.store.begin().await.expect("a step");
        tx.opened(&opened.id, room.clock.now()).await.expect("noted");
        tx.commit(room.clock.now()).await.expect("stored");

        town.at("2026-11-24T22:59:58Z").await;
        assert_eq!(way(&town, &taken).await, ["boern/anne -"]);
        town.at("2026-11-24T23:00:00Z").await;
        assert_eq!(way(&town, &taken).await, ["boern/anne escalated", "boern -"]);
        // Wednesday is the day it came to the unit.
        assert_eq!(town.has(&taken).await.escalate_at(), limit("2026-11-27T22:59:59Z"));
        town.at("2026-11-28T08:00:00Z").await;
        assert_eq!(way(&town, &taken).await, ["boern/anne escalated", "boern escalated", "raad -"]);
        // It came to the town hall on a Saturday: Monday is the first of three days.
        assert_eq!(town.has(&taken).await.escalate_at(), limit("2026-12-02T22:59:59Z"));
        assert_eq!(town.world.row(&taken).await.stage, "settled");
        town.at("2026-12-03T08:00:00Z").await;
        let row = town.world.row(&taken).await;
        assert_eq!((row.stage.as_str(), row.outcome.as_str()), ("waiting", NOT_OPENED));
        town.at("2027-01-15T08:00:00Z").await;
        let all = ["boern/anne escalated", "boern escalated", "raad escalated"];
        assert_eq!(way(&town, &taken).await, all);

        let told = town.events(&taken, "escalated").await;
        let detail = |event: &router::audit::Event, key: &str| event.details().get(key).cloned();
        assert_eq!(told.len(), 3);
        assert_eq!(detail(&told[0], "from_person").as_deref(), Some("anne"));
        assert_eq!(detail(&told[1], "unit").as_deref(), Some("raad"));
        assert_eq!(detail(&told[2], "outcome").as_deref(), Some(NOT_OPENED));

        assert_eq!(way(&town, &opened).await, ["boern/anne -"]);
        assert_eq!(way(&town, &never).await, ["vej -"]);
        assert_eq!(escalated(&town).await, 1);
        town.world.everything_is_settled().await;
    }
);

on_both_databases!(the_desk_gives_it_on_and_it_is_journaled_as_it_was, |engine: Engine| async move {
    let town = Town::open(engine).await;
    let taken = town.letter(1, "anne").await;
    for day in ["2026-11-25T08:00:00Z", "2026-11-30T08:00:00Z", "2026-12-07T08:00:00Z"] {
        town.at(day).await;
    }
    assert_eq!(town.world.row(&taken).await.outcome, NOT_OPENED);
    let answer = |unit: &str, journal| router::journey::Answer {
        person: "lise".into(),
        hand_over: rules::HandOver { unit: unit.into(), person: None, journal },
        reason: None,
        subject: None,
        to: None,
    };
    let left = || rules::Journaling::LeftToHandler;
    let nowhere = router::journey::answer(town.world.room(), &taken.id, answer("findes-ikke", left())).await;
    assert!(matches!(nowhere, Err(AnswerError::NoSuchUnit(_))));
    town.world.wait(Duration::from_secs(60));
    router::journey::answer(town.world.room(), &taken.id, answer("hold", left())).await.expect("taken");
    let row = town.world.row(&taken).await;
    assert_eq!((row.stage.as_str(), row.outcome.as_str()), ("settled", "not-journaled"));
    assert_eq!(way(&town, &taken).await.last().map(String::as_str), Some("hold -"));
    // Monday 7 December: the team has the limit of the unit above.
    let limit = "2026-12-09T22:59:59Z".parse().expect("a time");
    assert_eq!(town.has(&taken).await.escalate_at(), Some(limit));
    town.world.everything_is_settled().await;
});

on_both_databases!(a_deadline_of_its_own_makes_a_letter_go_on_sooner, |engine: Engine| async move {
    let town = Town::open(engine).await;
    let hurried = town.letter(1, "anne, med frist").await;
    let by_sender = Letter::from_citizen(2, PARTY, "Mette Prøve").label("Om anne").with(|message| {
        message.header.reply_by = "2026-11-24T11:00:00Z".parse().ok();
    });
    let by_sender = town.receive(by_sender).await;
    let late = Letter::from_citizen(3, PARTY, "Mette Prøve").label("Om anne").with(|message| {
        message.header.reply_by = "2026-11-02T11:00:00Z".parse().ok();
    });
    let late = town.receive(late).await;
    for (taken, expected) in [
        // Due on Monday: the working day before is today.
        (&hurried, "2026-11-20T22:59:59Z"),
        (&by_sender, "2026-11-23T22:59:59Z"),
        // Late already: nobody has less than the rest of a working day.
        (&late, "2026-11-20T22:59:59Z"),
    ] {
        let expected = expected.parse().expect("a time");
        assert_eq!(town.has(taken).await.escalate_at(), Some(expected));
    }
    town.world.everything_is_settled().await;
});

on_both_databases!(working_days_leap_over_christmas, |engine: Engine| async move {
    let mut town = Town::open(engine).await;
    town.away("anne", "2026-12-24", Some("2027-01-03"));
    town.sync().await;
    town.at("2026-12-23T09:00:00Z").await;
    let before = town.letter(1, "anne").await;
    assert_eq!(town.has(&before).await.person.as_deref(), Some("anne"));
    // 24, 25 and 26 December are none, and then comes a Sunday.
    let limit = "2026-12-29T22:59:59Z".parse().expect("a time");
    assert_eq!(town.has(&before).await.escalate_at(), Some(limit));
    town.at("2026-12-30T09:00:00Z").await;
    assert_eq!(way(&town, &before).await, ["boern/anne escalated", "boern -"]);
    // 31 December, 1 January and the week-end are none.
    let limit = "2027-01-05T22:59:59Z".parse().expect("a time");
    assert_eq!(town.has(&before).await.escalate_at(), Some(limit));
    let during = town.letter(2, "anne").await;
    assert_eq!(town.has(&during).await.person.as_deref(), Some("bo"));
    town.at("2027-01-04T09:00:00Z").await;
    let after = town.letter(3, "anne").await;
    assert_eq!(town.has(&after).await.person.as_deref(), Some("anne"));
    town.world.everything_is_settled().await;
});

on_both_databases!(what_is_opened_or_given_on_meanwhile_stays_where_it_is, |engine: Engine| async move {
    let mut town = Town::open(engine).await;
    town.away("anne", BEFORE, Some(AFTER));
    town.sync().await;
    // The deputy has as long as anybody, and then the unit.
    let taken = town.letter(1, "anne").await;
    town.at("2026-11-25T08:00:00Z").await;
    assert_eq!(way(&town, &taken).await, ["boern/bo escalated", "boern -"]);
    let room = town.world.room();
    let now = room.clock.now();
    let mut tx = room.store.begin().await.expect("a step");
    tx.opened(&taken.id, now).await.expect("noted");
    tx.commit(now).await.expect("stored");
    town.world.wait(Duration::from_secs(3600));
    let mut tx = room.store.begin().await.expect("a step");
    tx.opened(&taken.id, room.clock.now()).await.expect("noted");
    tx.commit(now).await.expect("stored");
    assert_eq!(town.has(&taken).await.opened_at(), Some(now), "the first time counts");
    town.at("2027-01-15T08:00:00Z").await;
    assert_eq!(way(&town, &taken).await, ["boern/bo escalated", "boern -"]);
    town.world.everything_is_settled().await;
});

on_both_databases!(killed_between_two_steps_it_goes_on_from_where_it_was, |engine: Engine| async move {
    let town = Town::open(engine).await;
    let taken = town.letter(1, "anne").await;
    town.at("2026-11-25T08:00:00Z").await;
    // A step that was never committed leaves nothing.
    town.world.clock.advance(jiff::SignedDuration::from_hours(24 * 4));
    let room = town.world.room().clone();
    let mut tx = room.store.begin().await.expect("a step");
    let due = tx.unopened(room.clock.now(), 10).await.expect("an answer");
    assert_eq!(due.len(), 1);
    tx.escalate(&due[0], None, room.clock.now()).await.expect("ended");
    drop(tx);
    drop(room);
    let town = Town::around(town.world.reopen().await);
    assert_eq!(way(&town, &taken).await, ["boern/anne escalated", "boern -"]);
    town.world.work().await;
    assert_eq!(way(&town, &taken).await, ["boern/anne escalated", "boern escalated", "raad -"]);
    assert_eq!(town.events(&taken, "escalated").await.len(), 2);
    town.world.everything_is_settled().await;
});

on_both_databases!(two_processes_take_each_letter_on_once, |engine: Engine| async move {
    let town = Town::open(engine).await;
    let mut all = Vec::new();
    for number in 0..40 {
        all.push(town.letter(number, "anne").await);
    }
    let other =
        world::open(town.world.house.config.clone(), town.world.clock.clone(), town.world.policy.clone());
    let other = other.await;
    town.world.clock.advance(jiff::SignedDuration::from_hours(24 * 5));
    let (here, there) = tokio::join!(drain(town.world.room()), drain(&other.room));
    here.and(there).expect("the store answers");
    for taken in &all {
        assert_eq!(way(&town, taken).await, ["boern/anne escalated", "boern -"]);
        assert_eq!(town.events(taken, "escalated").await.len(), 1);
    }
    assert_eq!(escalated(&town).await, 40);
    other.room.store.close().await;
    town.world.everything_is_settled().await;
});

on_both_databases!(a_backup_keeps_who_had_it_and_when_it_goes_on, |engine: Engine| async move {
    let mut town = Town::open(engine).await;
    town.away("anne", BEFORE, Some(AFTER));
    town.sync().await;
    let taken = town.letter(1, "anne").await;
    town.at("2026-11-25T08:00:00Z").await;
    let opened = town.letter(2, "anne").await;
    let room = town.world.room();
    let mut tx = room.store.begin().await.expect("a step");
    tx.opened(&opened.id, room.clock.now()).await.expect("noted");
    tx.commit(room.clock.now()).await.expect("stored");

    let file = town.world.folder.path().join("kopi.tar");
    let (by, bar) = (Actor::person("drift", "operator"), ProgressBar::hidden());
    backup::write(&town.world.house, &file, Existing::Keep, by.clone(), &bar).await.expect("backed up");
    let folder = tempfile::tempdir().expect("a folder");
    let other = if engine == Engine::Sqlite { Engine::Postgres } else { Engine::Sqlite };
    let mut config = world::config(folder.path(), other).await;
    config.keys.file = town.world.house.config.keys.file.clone();
    let surroundings = Surroundings { clock: town.world.clock.clone(), entropy: Entropy::system() };
    backup::restore(&config, surroundings, &file, by, &bar).await.expect("it is restored");
    let policy = town.world.policy.clone();
    let house = world::open(config, town.world.clock.clone(), policy.clone()).await;
    let restored = Town::around(World { house, clock: town.world.clock.clone(), folder, policy });
    for taken in [&taken, &opened] {
        let (before, after) = (town.hand_overs(taken).await, restored.hand_overs(taken).await);
        assert_eq!(format!("{before:?}"), format!("{after:?}"));
    }
    restored.at("2026-11-30T08:00:00Z").await;
    assert_eq!(way(&restored, &taken).await, ["boern/bo escalated", "boern escalated", "raad -"]);
    assert_eq!(way(&restored, &opened).await, ["boern/bo -"]);
    restored.world.everything_is_settled().await;
});

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_takes_on_only_its_own_mail() {
    let url = fresh_postgres().await;
    let (a, b) = (neighbour("12345678", &url).await, neighbour("87654321", &url).await);
    let letter = |cvr: &str| Letter::from_citizen(1, PARTY, "Mette Prøve").label("Om anne").to(cvr);
    let (of_a, of_b) = (a.receive(letter("12345678")).await, b.receive(letter("87654321")).await);
    a.at("2026-11-25T08:00:00Z").await;
    assert_eq!(way(&a, &of_a).await, ["boern/anne escalated", "boern -"]);
    assert_eq!(way(&b, &of_b).await, ["boern/anne -"]);
    assert!(a.hand_overs(&of_b).await.is_empty(), "another's hand-over is seen");
    assert_eq!((escalated(&a).await, escalated(&b).await), (1, 0));
    a.world.everything_is_settled().await;
    b.world.everything_is_settled().await;
}

/// A town of its own in a database that others use.
async fn neighbour(cvr: &str, url: &str) -> Town {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = std::sync::Arc::new(router::clock::SetClock::new(world::morning()));
    let mut config = world::config(folder.path(), Engine::Sqlite).await;
    let file = folder.path().join("database-url");
    std::fs::write(&file, url).expect("the folder can be written");
    config.database.url_file = Some(file);
    config.authority.cvr = Some(cvr.into());
    let policy = vec![("policy.toml".to_owned(), POLICY.replace("12345678", cvr))];
    let house = world::open(config, clock.clone(), policy.clone()).await;
    Town::around(World { house, clock, folder, policy })
}
