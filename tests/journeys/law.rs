//! Requirements of law, each by its number in `spec/journaling-law.md` §16, as far as this part of the house reaches.

use std::sync::Arc;
use std::time::Duration;

use esdh::Capabilities;
use esdh::memory::{Habits, Interruption, MemoryJournal, Operation};
use journeys::desks::Desks;
use journeys::letters::{Letter, uuid};
use journeys::{Engine, World, on_both_databases};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use reqwest::StatusCode;
use router::intake::Taken;
use router::store::message::Stage;
use router::web::Role;

use crate::desks::records::{manager, one_journaled_and_one_waiting, past_the_program, told};
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

on_both_databases!(
    r4_the_age_of_what_is_not_journaled_is_seen_and_the_alarm_goes_at_the_threshold_configured,
    |engine: Engine| async move {
        let mut world = with_case(engine, true).await;
        world.house.config.alarms.unjournaled = Duration::from_secs(48 * 3600);
        let (journaled, waiting) = one_journaled_and_one_waiting(&world).await;
        let desks = Desks::open(&world).await;
        let alarm = "har været her i mere end 48 timer";
        // Friday morning, Sunday morning at the threshold, a second later, Tuesday.
        for (seconds, age, late) in [
            (0, "under en time", false),
            (48 * 3600, "48 timer", false),
            (1, "48 timer", true),
            (48 * 3600, "96 timer (2 arbejdsdage)", true),
        ] {
            world.wait(Duration::from_secs(seconds));
            let rita = manager(&desks, &world).await;
            let page = rita.get("/journal/ujournaliseret").await.ok();
            assert!(page.contains(&waiting.id.to_string()) && page.contains(age), "{age}: {page}");
            assert!(!page.contains(&journaled.id.to_string()), "what is journaled is not there: {page}");
            assert_eq!(page.contains(alarm), late, "{page}");
            let front = rita.get("/journal").await.ok();
            assert!(front.contains(age) && front.contains("der slås alarm efter 48 timer"), "{front}");
            assert_eq!(front.contains("<strong>Alarm:</strong> 1 meddelelse har ventet"), late, "{front}");
        }
        world.everything_is_settled().await;
    }
);

on_both_databases!(
    r7_an_entry_is_not_on_the_post_list_and_its_public_title_is_made_of_nothing_anybody_wrote,
    |engine: Engine| async move {
        let mut runner = TestRunner::new_with_rng(
            ProptestConfig::default(),
            TestRng::deterministic_rng(RngAlgorithm::ChaCha),
        );
        let world = with_case(engine, true).await;
        crate::kle::import(&world, &["plan-1.xml"]).await;
        let names = prop::sample::select(vec!["Mette Prøve", "Åse Ægidius", "Jens-Ole Sørensen"]);
        let texts = (
            "[A-ZÆØÅa-zæøå ]{0,20}",
            "[0-3][0-9][01][0-9][0-9]{2}[- ]?[0-9]{4}",
            names,
            "Kirkevej [1-9][0-9]?",
        );
        for number in 1..12 {
            let (word, cpr, name, address) = texts.new_tree(&mut runner).expect("words").current();
            let label = format!("{word} {cpr} {name} {address}");
            let letter = Letter::from_citizen(number, PARTY, name).label(&label).text(&label);
            let letter = letter.kle("28.03.00", None).answering(uuid(9000), None, None).bytes();
            let taken = world.receive(&[letter]).await.remove(0);
            let key = format!("modtag:{}", taken.id);
            let (_, kept) = world.room().store.entry(&key).await.expect("an answer").expect("an entry");
            let public = kept.public_title.expect("a public title of its own");
            assert!(kept.title.contains(&cpr) && public != kept.title);
            for hidden in [cpr.as_str(), name, address.as_str()] {
                assert!(!public.contains(hidden), "{public}");
            }
            assert!(public.starts_with("Borgerhenvendelse"), "{public}");
            assert!(router::audit::privacy::fits(&public), "{public}");
        }
        let desks = Desks::open(&world).await;
        let rita = manager(&desks, &world).await;
        let page = rita.get("/journal/ledger").await.ok();
        assert!(page.contains("Borgerhenvendelse") && !page.contains("<td>ja</td>"), "{page}");
        let fields = [("formaal", "kontrol"), ("svar", "csv")];
        let sheet = rita.post("/journal/ledger", &fields).await.ok();
        assert!(
            !sheet.contains("Borgerhenvendelse") && sheet.contains(";nej;"),
            "not while the flag is off: {sheet}"
        );
        past_the_program(&world, "update journal_entry set on_post_list = 1 where number = 1").await;
        let sheet = rita.post("/journal/ledger", &fields).await.ok();
        assert_eq!(sheet.matches("Borgerhenvendelse").count(), 1, "{sheet}");
        world.everything_is_settled().await;
    }
);

on_both_databases!(
    r9_read_search_and_export_are_logged_with_purpose_and_found_by_the_data_subject,
    |engine: Engine| async move {
        let world = with_case(engine, true).await;
        let (journaled, waiting) = one_journaled_and_one_waiting(&world).await;
        let other = Letter::from_citizen(7, "6303801313", "Anden Person").bytes();
        let other = world.receive(&[other]).await.remove(0);
        let desks = Desks::open(&world).await;
        // A post distributor reads two letters; the records manager a story, and searches for the sender.
        let pia = desks.sign_in(&world, "pia", &[Role::PostDistributor], &[]).await;
        for taken in [&waiting, &other] {
            pia.get(&format!("/post/{}", taken.id)).await.ok();
            let why = [("level", "2"), ("reason", "several")];
            pia.post(&format!("/post/{}/vis", taken.id), &why).await.ok();
        }
        let rita = manager(&desks, &world).await;
        rita.get(&format!("/journal/besked/{}?formaal=kontrol", journaled.id)).await.ok();
        rita.post("/journal/soeg", &[("nummer", PARTY), ("formaal", "haendelse")]).await.ok();
        rita.post("/journal/soeg", &[("nummer", PARTY), ("formaal", "haendelse"), ("svar", "csv")])
            .await
            .ok();

        // In one click: the number in, the answer out, and nobody's identity in it.
        let asked = [("om", "data-subject"), ("nummer", "620280-1212"), ("formaal", "indsigt")];
        let page = rita.post("/journal/set", &asked).await.ok();
        for shown in [
            "hele teksten",
            "Brevet ser ud til at handle om flere ting",
            "meddelelsens historie (uden dens egne ord)",
            "meddelelser efter afsenderens nummer, dage",
            "Undersøgelse af en hændelse eller mistanke om misbrug",
            "Medarbejdernes identitet er udeladt",
            "postfordeler",
            "5 hændelser",
        ] {
            assert!(page.contains(shown), "{shown} is missing: {page}");
        }
        for hidden in ["pia", "620280", "Mette", &other.id.to_string()] {
            assert!(!page.contains(hidden), "{hidden} is on the page: {page}");
        }
        let sheet = rita.post("/journal/set", &[("svar", "csv"), asked[0], asked[1], asked[2]]).await.ok();
        assert!(
            sheet.contains("hele teksten") && !sheet.contains("pia") && !sheet.contains("rita"),
            "{sheet}"
        );
        let with_names =
            rita.post("/journal/set", &[asked[0], asked[1], asked[2], ("navne", "1")]).await.ok();
        assert!(with_names.contains("<td>pia</td>") && with_names.contains("<td>rita</td>"), "{with_names}");

        // By message and by person.
        let id = other.id.to_string();
        let fields = [("om", "message"), ("besked", id.as_str()), ("navne", "1"), ("formaal", "haendelse")];
        let page = rita.post("/journal/set", &fields).await.ok();
        assert!(page.contains("<td>pia</td>") && !page.contains("<td>rita</td>"), "{page}");
        let fields = [("om", "person"), ("person", "pia"), ("formaal", "haendelse")];
        let page = rita.post("/journal/set", &fields).await.ok();
        assert!(page.contains(&id) && page.contains(&waiting.id.to_string()), "{page}");
        assert!(page.contains("2 hændelser") && !page.contains("<td>rita</td>"), "{page}");

        // All of it is in the log with its purpose, and the asking is too.
        for kind in ["viewed", "searched", "exported"] {
            let events = told(&world, kind).await;
            assert!(
                !events.is_empty() && events.iter().all(|event| event.contains("\"reason\":")),
                "{events:?}"
            );
            assert!(events.iter().all(|event| !event.contains("620280")), "{events:?}");
        }
        assert_eq!(
            told(&world, "searched").await.iter().filter(|event| event.contains("\"what\":\"seen\"")).count(),
            4
        );
        let left_out = told(&world, "exported").await;
        assert!(left_out.iter().any(|event| event.contains("\"identity\":\"left-out\"")), "{left_out:?}");
        world.everything_is_settled().await;
    }
);

on_both_databases!(
    r10_a_sample_of_views_is_drawn_for_review_and_can_be_drawn_again,
    |engine: Engine| async move {
        let world = with_case(engine, true).await;
        let letters: Vec<Vec<u8>> =
            (1..=30).map(|n| Letter::from_citizen(n, "6303801313", "Anden Person").bytes()).collect();
        let taken = world.receive(&letters).await;
        let desks = Desks::open(&world).await;
        let pia = desks.sign_in(&world, "pia", &[Role::PostDistributor], &[]).await;
        for taken in &taken {
            pia.get(&format!("/post/{}", taken.id)).await.ok();
            pia.post(&format!("/post/{}/vis", taken.id), &[("level", "1")]).await.ok();
        }
        world.wait(Duration::from_secs(86_400));
        let rita = manager(&desks, &world).await;
        let drawn = |page: &str| -> Vec<String> {
            let ids = taken.iter().map(|taken| taken.id.to_string());
            ids.filter(|id| page.contains(id.as_str())).collect()
        };
        let fields =
            [("fra", "2026-11-20"), ("til", "2026-11-20"), ("antal", "10"), ("formaal", "stikproeve")];
        let first = rita.post("/journal/stikproeve", &fields).await.ok();
        let second = rita.post("/journal/stikproeve", &fields).await.ok();
        assert!(first.contains("10 af 30 visninger") && first.contains("<td>pia</td>"), "{first}");
        assert_eq!((drawn(&first).len(), drawn(&second).len()), (10, 10));
        // Ten of thirty twice the same by chance: once in thirty million draws.
        assert_ne!(drawn(&first), drawn(&second), "another draw, other views");
        // The first one is drawn again by its number, also when more has been seen since.
        let value = |name: &str| {
            let rest = first.split(&format!("name=\"{name}\" value=\"")).nth(1).expect("a field");
            rest.split('"').next().expect("a value").to_owned()
        };
        let (number, log) = (value("nummer"), value("log"));
        let again =
            [fields.as_slice(), &[("svar", "csv"), ("nummer", number.as_str()), ("log", log.as_str())]]
                .concat();
        let sheet = rita.post("/journal/stikproeve", &again).await.ok();
        assert_eq!(drawn(&sheet), drawn(&first));
        let events = told(&world, "checked").await;
        assert!(
            events.iter().any(|event| event.contains(&number) && event.contains("\"of\":\"30\"")),
            "{events:?}"
        );
        let none = rita
            .post("/journal/stikproeve", &[("fra", "2026-10-01"), ("til", "2026-10-02"), fields[3]])
            .await
            .ok();
        assert!(none.contains("intet at trække"), "{none}");
        let wrong = rita.post("/journal/stikproeve", &[("antal", "1000")]).await.ok();
        assert!(wrong.contains("fra 1 til 200") && wrong.contains("Vælg et formål"), "{wrong}");
        world.everything_is_settled().await;
    }
);

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

on_both_databases!(
    r14_a_misroute_is_pulled_back_and_reported_with_who_saw_it_and_for_how_long,
    |engine: Engine| async move {
        let world = with_case(engine, true).await;
        let letter = Letter::from_citizen(1, PARTY, "Mette Prøve")
            .answering(uuid(9000), None, None)
            .label("Viggos plads")
            .text("Min søn Viggo har fået diagnosen ADHD og er i behandling. Hilsen Mette, 620280-1212.");
        let taken = world.receive(&[letter.bytes()]).await.remove(0);
        let desks = Desks::open(&world).await;
        let kim = desks.sign_in(&world, "kim", &[Role::CaseHandler], &["plads"]).await;
        let (mine, path) = (format!("/mine/{}", taken.id), format!("/tilbagekald/{}", taken.id));
        world.wait(Duration::from_secs(600));
        kim.post(&format!("{mine}/aaben"), &[]).await;
        kim.get(&mine).await.ok();
        kim.get(&format!("{mine}/dokument/0")).await.ok();
        // A case handler of another unit sees neither the letter nor the pull-back.
        let ida = desks.sign_in(&world, "ida", &[Role::CaseHandler], &["boern"]).await;
        assert_eq!(ida.get(&mine).await.status, StatusCode::NOT_FOUND);
        assert_eq!(ida.get(&path).await.status, StatusCode::FORBIDDEN);
        assert_eq!(ida.post(&path, &[("reason", "wrong-case")]).await.status, StatusCode::FORBIDDEN);

        // Two hours and five minutes after it was opened, one act: at 11.15 in Denmark, on a Friday.
        world.wait(Duration::from_secs(7_500));
        let pia = desks.sign_in(&world, "pia", &[Role::PostDistributor], &[]).await;
        let form = pia.get(&path).await.ok();
        assert!(form.contains("Markér journalposten som fejl") && !form.contains("ADHD"), "{form}");
        let fields = [("reason", "wrong-case"), ("fejljournaliseret", "ja")];
        let sent = pia.post(&path, &fields).await;
        assert_eq!(
            (sent.status, sent.location.as_deref()),
            (StatusCode::SEE_OTHER, Some(path.as_str())),
            "{}",
            sent.text
        );

        let kim = desks.sign_in(&world, "kim", &[Role::CaseHandler], &["plads"]).await;
        for door in ["", "/dokument/0", "/find?q=a"] {
            assert_eq!(
                kim.get(&format!("{mine}{door}")).await.status,
                StatusCode::NOT_FOUND,
                "revoked at once"
            );
        }
        assert!(!kim.get("/mine").await.ok().contains("Viggo"));
        let seen = pia.get(&path).await.ok();
        assert!(seen.contains("23.11.2026 kl. 11.15"), "72 hours: {seen}");

        let paper = pia.get(&format!("{path}/vurdering")).await.ok();
        for said in [
            "Udkast: vurdering af brud",
            "23.11.2026 11:15:00",
            "Brevet blev journaliseret på en forkert sag",
            "CPR-nummer: ja",
            "Brevet oplyser om en persons helbred.",
            "2 t. 5 min.",
            "tekst og dokumenter",
            "Pladsanvisningen",
            "Journalen (builtin) på sag 28.03.00-G01-7-26",
            "Journalposten er markeret som fejl",
            "Risiko: ingen, lav, middel eller høj",
            "Skal de underrettes?",
            "Bilag: hvem er hvem",
        ] {
            assert!(paper.contains(said), "{said}: {paper}");
        }
        for hidden in ["Viggo", "ADHD", "620280", "6202801212", "Mette"] {
            assert!(!paper.contains(hidden), "the draft quotes nothing: {hidden}");
        }
        let names = paper.find("Bilag: hvem er hvem").expect("the appendix");
        assert!(!paper[..names].contains("kim") && paper[names..].contains("kim"), "who is who stands apart");
        let word = pia.get(&format!("{path}/vurdering.docx")).await;
        assert!(word.head["content-type"].contains("wordprocessingml") && word.text.starts_with("PK"));
        assert_eq!(kim.get(&format!("{path}/vurdering")).await.status, StatusCode::FORBIDDEN);

        // The entry stays and is marked, the letter waits again, and the log tells of all of it and is whole.
        let room = world.room();
        assert_eq!(room.store.entry_counts().await.expect("an answer"), (1, 1));
        let corrections = room.store.corrections(&taken.id.to_string()).await.expect("rows");
        assert_eq!((corrections.len(), corrections[0].person.as_str()), (1, "pia"));
        let key = world.row(&taken).await.key(&room.store).expect("the key");
        let why = key.open("correction", &corrections[0].sealed).expect("it opens");
        assert_eq!(why.as_slice(), "Brevet blev journaliseret på en forkert sag".as_bytes());
        let story = world.story(&taken).await;
        assert_eq!((story.stage.as_str(), story.outcome.as_str()), ("waiting", "pulled-back"));
        for (kind, times) in [("pulled_back", 1), ("journal_corrected", 1), ("exported", 2), ("viewed", 2)] {
            let told = story.events.iter().filter(|event| event.kind == kind).count();
            assert_eq!(told, times, "{kind}");
        }
        world.everything_is_settled().await;
    }
);

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
