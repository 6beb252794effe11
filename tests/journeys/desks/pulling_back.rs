//! Pull-back on bad days: while the journal is being written, twice at once, and when there is nothing to pull back.

use std::sync::Arc;
use std::time::Duration;

use esdh::memory::{Habits, Interruption, MemoryJournal, Operation};
use journeys::desks::Desks;
use journeys::letters::{Letter, uuid};
use journeys::{Engine, World, on_both_databases};
use reqwest::StatusCode;
use router::web::Role;

use super::mine::{answer_to_us, handler, told};
use crate::on_its_way::{PARTY, case_of_party, we_sent_a_letter, with_case};

on_both_databases!(
    what_was_not_yet_journaled_is_not_journaled_after_the_pull_back,
    |engine: Engine| async move {
        let system = Arc::new(MemoryJournal::new(Habits::default()));
        system.put_case(case_of_party(true));
        system.plan(Operation::CreateEntry, [Some(Interruption::Unwell)]);
        let world = World::with_journal(engine, system.clone()).await;
        we_sent_a_letter(&world).await;
        let taken = answer_to_us(&world, 1).await;
        assert_eq!(world.row(&taken).await.stage, "decided", "the case system is unwell");
        let desks = Desks::open(&world).await;
        let pia = desks.sign_in(&world, "pia", &[Role::PostDistributor], &[]).await;
        let path = format!("/tilbagekald/{}", taken.id);
        let sent = pia.post(&path, &[("reason", "wrong-unit")]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        for _ in 0..6 {
            world.wait(Duration::from_secs(2 * 3600));
            world.work().await;
        }
        assert_eq!(system.all_entries().len(), 0, "the old decision is carried out no more");
        let row = world.row(&taken).await;
        assert_eq!((row.stage.as_str(), row.outcome.as_str()), ("waiting", "pulled-back"));
        let pia = desks.sign_in(&world, "pia", &[Role::PostDistributor], &[]).await;
        let paper = pia.get(&format!("{path}/vurdering")).await.ok();
        assert!(
            paper.contains("stoppet, før det blev udført") && paper.contains("Ingen har åbnet brevet"),
            "{paper}"
        );

        // Distributed anew, it is journaled after all: once.
        let svar = [("seen", "1"), ("unit", "plads"), ("case", "28.03.00-G01-7-26")];
        let sent = pia.post(&format!("/post/{}/svar", taken.id), &svar).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        world.wait(Duration::from_secs(31));
        world.work().await;
        assert_eq!(system.all_entries().len(), 1);
        assert_eq!(world.row(&taken).await.stage, "settled");
        world.everything_is_settled().await;
    }
);

on_both_databases!(a_letter_is_pulled_back_once_and_only_from_somebody, |engine: Engine| async move {
    let world = with_case(engine, true).await;
    let letter = Letter::from_citizen(1, PARTY, "Mette Prøve").answering(uuid(9000), None, None);
    let letter = letter.label("Svar fra Mette Prøve, 620280-1212").bytes();
    let taken = world.receive(&[letter]).await.remove(0);
    let waiting = Letter::from_citizen(2, "6303801313", "Anden Person").bytes();
    let waiting = world.receive(&[waiting]).await.remove(0);
    let desks = Desks::open(&world).await;
    let rita = desks.sign_in(&world, "rita", &[Role::RecordsManager], &[]).await;
    let path = format!("/tilbagekald/{}", taken.id);

    let list = rita.get("/tilbagekald").await.ok();
    assert!(list.contains(&path) && list.contains("Svar fra"), "{list}");
    assert!(!list.contains("Mette") && !list.contains("620280"), "names stay masked: {list}");
    let typed = rita.get(&format!("/tilbagekald?id={}", taken.id)).await;
    assert_eq!(typed.location.as_deref(), Some(path.as_str()));
    assert!(rita.get("/tilbagekald?id=hest").await.ok().contains("Det er ikke et id"));
    for door in ["", "/vurdering", "/vurdering.docx"] {
        let nothing = rita.get(&format!("/tilbagekald/{}{door}", waiting.id)).await;
        assert_eq!(nothing.status, StatusCode::NOT_FOUND, "nobody ever had it");
    }
    let early = rita.get(&format!("{path}/vurdering")).await;
    assert_eq!(early.status, StatusCode::NOT_FOUND, "nothing went wrong with it");
    assert!(rita.post(&path, &[]).await.text.contains("Vælg, hvorfor"));
    let nobody = rita.post(&format!("/tilbagekald/{}", waiting.id), &[("reason", "wrong-unit")]).await;
    assert!(nobody.text.contains("Ingen har brevet nu"), "{}", nobody.text);

    let kim = handler(&desks, &world, "kim", "plads").await;
    let fields = [("reason", "wrong-unit")];
    let retur = format!("/mine/{}/retur", taken.id);
    let not_ours = [("reason", "not-ours")];
    let (one, two, three) =
        tokio::join!(rita.post(&path, &fields), rita.post(&path, &fields), kim.post(&retur, &not_ours));
    let done = [&one, &two, &three].iter().filter(|answer| answer.status == StatusCode::SEE_OTHER).count();
    assert_eq!(done, 1, "{} {} {}", one.text, two.text, three.text);
    let acts =
        told(&world, &taken, "pulled_back").await.len() + told(&world, &taken, "sent_back").await.len();
    assert_eq!(acts, 1);
    assert!(
        world.room().store.corrections(&taken.id.to_string()).await.expect("rows").is_empty(),
        "nobody asked for it"
    );
    world.everything_is_settled().await;
});

on_both_databases!(the_program_tells_of_a_letter_that_came_back, |engine: Engine| async move {
    let world = with_case(engine, true).await;
    let taken = answer_to_us(&world, 1).await;
    let desks = Desks::open(&world).await;
    let pia = desks.sign_in(&world, "pia", &[Role::PostDistributor], &[]).await;
    pia.post(&format!("/tilbagekald/{}", taken.id), &[("reason", "wrong-person")]).await;
    let told = world.story(&taken).await.danish();
    assert!(told.contains("trukket tilbage, fordi den var kommet forkert"), "{told}");
    assert!(told.contains("trukket tilbage 20.11.2026"), "{told}");
    // Also after a restart, and when the same letter comes again.
    let world = world.reopen().await;
    let again = Letter::from_citizen(1, PARTY, "Mette Prøve").answering(uuid(9000), None, None);
    assert!(!world.receive(&[again.bytes()]).await[0].duplicate);
    assert_eq!(world.row(&taken).await.outcome, "pulled-back");
});
