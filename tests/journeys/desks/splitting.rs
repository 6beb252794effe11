//! A letter about two matters goes on in parts: each has a receiver, a deadline and a journal entry of its own, sees what it
//! carries and nothing else, and comes back by itself.

use std::sync::Arc;
use std::time::Duration;

use esdh::memory::{Habits, Interruption, MemoryJournal, Operation};
use indicatif::ProgressBar;
use journeys::browser::{Window, key};
use journeys::desks::{Answered, Browser, Desks};
use journeys::letters::{Letter, uuid};
use journeys::programs::Program;
use journeys::{Engine, World, on_both_databases, world};
use reqwest::StatusCode;
use router::audit::Actor;
use router::backup::{self, Existing};
use router::clock::Entropy;
use router::intake::{Channel, Taken};
use router::oversight::{Period, balance::balance};
use router::setup::World as Surroundings;
use router::story::{self, Story};
use router::web::Role;
use rules::Policy;
use serde_json::{Value, json};

use super::mine::{answer_to_us, handler, told};
use crate::on_its_way::{PARTY, case_of_party, we_sent_a_letter, with_case};

const CASE: &str = "28.03.00-G01-7-26";
const TEXT: &str = "Kære kommune. Min søn Viggo skal begynde på Kirkevej 14, og der er et hul i vejen.";
const HOLE: &str = "Hullet er ud for Møllevej 2.";
const PLADS: &str = r#"{"unit":"plads","case":"28.03.00-G01-7-26"}"#;
const PARK: &str = r#"{"unit":"park"}"#;

/// A letter of two documents about two matters, which waits at the desk.
async fn mixed(world: &World, number: u64) -> Taken {
    let letter = Letter::from_citizen(number, PARTY, "Mette Prøve").label("Plads til Viggo og hul i vejen");
    let letter = letter.text(TEXT).attachment("Hullet", "hul.txt", "text/plain", HOLE.into());
    let letter = letter.technical("Data", "data.xml", b"<a>Viggo</a>".to_vec());
    // By push, as Digital Post hands it over and waits for a receipt.
    let taken = world.offer(Channel::Push, &[letter.bytes()]).await.pop().expect("an answer");
    world.work().await;
    let taken = taken.expect("it is taken in");
    if taken.duplicate { taken } else { arrived(world, taken).await }
}

/// What is found by looking is claimed when the claim of whoever took it in has run out.
async fn arrived(world: &World, taken: Taken) -> Taken {
    world.wait(Duration::from_secs(3600));
    world.work().await;
    taken
}

async fn distributor(desks: &Desks, world: &World, person: &str) -> Browser {
    desks.sign_in(world, person, &[Role::PostDistributor], &[]).await
}

/// Sends these parts, with ticks for the documents that each carries when there are any.
async fn send(browser: &Browser, taken: &Taken, seen: &str, parts: &[&str], ticks: &[&str]) -> Answered {
    let mut fields = vec![("seen", seen), ("act", "send:")];
    fields.extend(parts.iter().map(|part| ("part", *part)));
    if !ticks.is_empty() {
        fields.push(("valg", "ja"));
    }
    fields.extend(ticks.iter().map(|tick| ("med", *tick)));
    browser.post(&format!("/post/{}/del", taken.id), &fields).await
}

async fn carried_out(world: &World) {
    world.wait(Duration::from_secs(31));
    world.work().await;
}

/// The parts of a letter, told as their own stories.
async fn parts(world: &World, taken: &Taken) -> Vec<Story> {
    let rows = world.room().store.parts_of(&taken.id.to_string()).await.expect("rows");
    let mut stories = Vec::new();
    for part in rows {
        let row = story::find(world.room(), &part.id).await.expect("an answer").expect("a part");
        stories.push(story::tell(world.room(), &row, false).await.expect("a story"));
    }
    stories
}

fn kinds<'s>(story: &'s Story, kind: &str) -> Vec<&'s router::story::EventView> {
    story.events.iter().filter(|event| event.kind == kind).collect()
}

/// The desk knows of as many letters as there are, and each day adds up.
async fn adds_up(world: &World, split: u64, split_off: u64) {
    let period = Period::last_days(world.room().clock.now(), 7);
    let days = balance(world.room(), period).await.expect("a balance");
    assert!(days.iter().all(router::oversight::balance::DayBalance::adds_up), "{days:?}");
    let sum = |of: fn(&router::oversight::balance::DayBalance) -> u64| days.iter().map(of).sum::<u64>();
    assert_eq!((sum(|day| day.split), sum(|day| day.split_off)), (split, split_off), "{days:?}");
}

on_both_databases!(each_unit_gets_its_part_and_sees_nothing_of_the_others, |engine: Engine| async move {
    let world = with_case(engine, true).await;
    let taken = mixed(&world, 1).await;
    let desks = Desks::open(&world).await;
    let pia = distributor(&desks, &world, "pia").await;
    let path = format!("/post/{}", taken.id);

    // Without a script: the page, a part added, another found and added, one removed again.
    assert!(pia.get(&path).await.ok().contains(&format!("{path}/del")));
    let empty = pia.get(&format!("{path}/del")).await.ok();
    assert!(empty.contains("Vælg to til fem modtagere") && empty.contains("disabled"), "{empty}");
    let found = pia.post(&format!("{path}/del"), &[("seen", "1"), ("part", PLADS), ("q", "vej")]).await.ok();
    assert!(found.contains("Pladsanvisningen") && found.contains("Vej og Park"), "{found}");
    assert!(found.contains("Hoveddokument") && found.contains("Bilag 1"), "{found}");
    assert!(!found.contains("hul.txt"), "names of files are not seen at this level");
    let add = format!("add:{PARK}");
    let chosen = [("seen", "1"), ("part", PLADS), ("act", add.as_str())];
    let two = pia.post(&format!("{path}/del"), &chosen).await.ok();
    assert!(two.contains("de 2 dele") && two.contains("Dokumenter i del 2"), "{two}");
    let again = [("seen", "1"), ("part", PARK), ("act", add.as_str())];
    assert!(pia.post(&format!("{path}/del"), &again).await.ok().contains("To dele har samme modtager"));
    let removed = [("seen", "1"), ("part", PLADS), ("part", PARK), ("act", "remove:0")];
    let one = pia.post(&format!("{path}/del"), &removed).await.ok();
    assert!(!one.contains("remove:1") && one.contains("remove:0"), "{one}");

    let sent = send(&pia, &taken, "1", &[PLADS, PARK], &["0 0", "1 1"]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    world.work().await;
    assert!(parts(&world, &taken).await.is_empty(), "it can be taken back for half a minute");
    carried_out(&world).await;

    let story = world.story(&taken).await;
    assert_eq!((story.stage.as_str(), story.outcome.as_str()), ("settled", "split"), "{}", story.danish());
    assert!(story.hand_overs.is_empty() && story.entry.is_none(), "the letter itself is nobody's");
    assert!(story.trace.iter().any(|line| line.text.contains("2 dele: Pladsanvisningen, Vej og Park")));
    assert!(story.danish().contains("Delt i") && story.danish().contains("enhed park"), "{}", story.danish());
    let receipts = story.effects.iter().filter(|effect| effect.kind == "receipt").count();
    assert_eq!(receipts, 1, "one for each received message");

    let parts = parts(&world, &taken).await;
    let [plads, park] = &parts[..] else { panic!("two parts: {}", parts.len()) };
    assert_eq!((plads.stage.as_str(), plads.outcome.as_str()), ("settled", "journaled"));
    assert_eq!((park.stage.as_str(), park.outcome.as_str()), ("waiting", "left-to-handler"));
    let entry = plads.entry.as_ref().expect("an entry");
    assert_eq!((entry.case.as_str(), entry.documents), (CASE, 1), "what it carries, and no more");
    for part in &parts {
        assert!(part.effects.iter().all(|effect| effect.kind != "receipt"), "no receipt of its own");
        assert_eq!(part.part.as_ref().map(|of| of.of.clone()), Some(taken.id.to_string()));
        assert_eq!(part.parts.len(), 1, "it names the other");
        assert_eq!(part.available_at, story.available_at, "the received date is the letter's");
        assert_eq!(kinds(part, "split_off").len(), 1);
        assert!(kinds(part, "received").is_empty());
        assert_ne!(part.uuid, story.uuid);
    }
    let trace = |story: &Story| story.trace.iter().map(|line| line.text.clone()).collect::<String>();
    assert!(!trace(park).contains("Pladsanvisningen"), "a part does not tell of the others: {}", trace(park));

    let (kim, ole) =
        (handler(&desks, &world, "kim", "plads").await, handler(&desks, &world, "ole", "park").await);
    for (reader, own, other) in [(&kim, plads, park), (&ole, park, plads)] {
        assert!(reader.get("/mine").await.ok().contains(&own.id));
        assert!(!reader.get("/mine").await.ok().contains(&other.id));
        reader.post(&format!("/mine/{}/aaben", own.id), &[]).await;
        for id in [other.id.as_str(), &story.id] {
            for door in ["", "/dokument/0", "/dokument/1", "/find?q=a"] {
                let foreign = reader.get(&format!("/mine/{id}{door}")).await;
                assert_eq!(foreign.status, StatusCode::NOT_FOUND, "{door}");
            }
            let opened = reader.post(&format!("/mine/{id}/aaben"), &[]).await;
            assert_eq!(opened.status, StatusCode::NOT_FOUND);
        }
    }
    let (kims, oles) = (format!("/mine/{}", plads.id), format!("/mine/{}", park.id));
    let open = kim.get(&kims).await.ok();
    assert!(open.contains("Kirkevej 14") && !open.contains("Møllevej"), "{open}");
    assert!(open.contains("Del 1 af et brev") && open.contains("del 2 er hos Vej og Park"), "{open}");
    let open = ole.get(&oles).await.ok();
    assert!(open.contains("Møllevej 2") && !open.contains("Kirkevej"), "{open}");
    assert!(!open.contains("Journaliseret"), "not where the other lies: {open}");
    assert_eq!(ole.get(&format!("{oles}/dokument/1")).await.ok(), HOLE);
    assert_eq!(kim.get(&format!("{kims}/dokument/0")).await.ok(), TEXT);
    // What a part does not carry is refused, also the document for machines, and the log hears of it.
    for (reader, path, content) in [(&ole, &oles, 0), (&ole, &oles, 2), (&kim, &kims, 1), (&kim, &kims, 2)] {
        let refused = reader.get(&format!("{path}/dokument/{content}")).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{path} {content}");
        assert!(!refused.text.contains("Viggo") && !refused.text.contains("Møllevej"));
    }
    let parts = self::parts(&world, &taken).await;
    let refused = |story: &Story, person: &str| {
        kinds(story, "refused").iter().filter(|event| event.actor == format!("person:{person}")).count()
    };
    assert_eq!(
        (refused(&parts[0], "kim"), refused(&parts[0], "ole")),
        (2, 2),
        "one's own, and a foreign one"
    );
    assert_eq!((refused(&parts[1], "kim"), refused(&parts[1], "ole")), (2, 2));

    // Each is done with by itself.
    ole.post(&format!("{oles}/journal"), &[("not", "no-weight")]).await;
    world.work().await;
    ole.post(&format!("{oles}/faerdig"), &[]).await;
    assert!(!kim.get("/mine?vis=faerdige").await.ok().contains(&plads.id), "hers is not done");
    let rita = desks.sign_in(&world, "rita", &[Role::RecordsManager], &[]).await;
    let page = rita.get(&format!("/journal/besked/{}", story.id)).await.ok();
    assert!(page.contains(&format!("/journal/besked/{}", plads.id)) && page.contains("Del 2"), "{page}");
    let page = rita.get(&format!("/journal/besked/{}", park.id)).await.ok();
    assert!(page.contains("Brevet som modtaget") && page.contains("nr. 2 af et delt brev"), "{page}");
    let front = rita.get("/journal").await.ok();
    assert!(front.contains("Skilt ud") && !front.contains("Balancen stemmer ikke"), "{front}");
    let hits = rita.get("/journal/soeg?outcome=split").await;
    assert!(!hits.status.is_server_error());
    adds_up(&world, 1, 2).await;
    world.everything_is_settled().await;
});

on_both_databases!(a_split_is_taken_back_or_refused_whole, |engine: Engine| async move {
    let closed = format!(
        "{}\n[[unit]]\nid = \"nedlagt\"\nname = \"Nedlagt Kontor\"\njournals = \"case\"\nclosed = true\n\
        [[unit]]\nid = \"kort\"\nname = \"Kortvarigt Kontor\"\njournals = \"case\"\n",
        include_str!("../../corpus/cascade/policy.toml")
    );
    let world = World::with_policy(engine, vec![("policy.toml".into(), closed)]).await;
    let taken = mixed(&world, 1).await;
    let desks = Desks::open(&world).await;
    let (pia, per) = (distributor(&desks, &world, "pia").await, distributor(&desks, &world, "per").await);
    pia.get(&format!("/post/{}", taken.id)).await.ok();
    let nedlagt = r#"{"unit":"nedlagt"}"#;
    for (parts, ticks, said) in [
        (&[PARK][..], &[][..], "mindst 2 og højst 5"),
        (&[], &[], "mindst 2 og højst 5"),
        (&[PARK, PARK], &[], "To dele har samme modtager"),
        (
            &[
                PARK,
                r#"{"unit":"plads"}"#,
                r#"{"unit":"boern"}"#,
                r#"{"unit":"jura"}"#,
                r#"{"unit":"skole"}"#,
                r#"{"unit":"ydelse"}"#,
            ],
            &[],
            "mindst 2 og højst 5",
        ),
        (&[PARK, nedlagt], &[], "er nedlagt og har ingen efterfølger"),
        (&[PARK, r#"{"unit":"findes-ikke"}"#], &[], "ingen enhed med id"),
        (&[PARK, r#"{"unit":"plads","subject":"27.18"}"#], &[], "ikke et emne"),
        (&[PARK, r#"{"unit":"plads"}"#], &["0 0"], "Del 2 skal have mindst ét"),
        (&[PARK, r#"{"unit":"plads"}"#], &["0 0", "1 7"], "Del 2 skal have mindst ét"),
        (&[PARK, r#"{"unit":"plads"}"#], &["0 0", "1 2"], "Del 2 skal have mindst ét"),
    ] {
        let refused = send(&pia, &taken, "1", parts, ticks).await.ok();
        assert!(refused.contains(said), "{said}: {refused}");
    }
    // Decided anew since, and before somebody else.
    let plads = r#"{"unit":"plads"}"#;
    assert!(send(&pia, &taken, "7", &[PARK, plads], &[]).await.ok().contains("besluttet på ny imens"));
    assert!(send(&per, &taken, "1", &[PARK, plads], &[]).await.ok().contains("En anden har brevet fremme"));
    assert!(world.room().store.pending_answers().await.expect("rows").is_empty(), "nothing was kept");

    // Two at once, of whom one has it before them: one answer.
    let (first, second) = ([PARK, plads], [plads, r#"{"unit":"boern"}"#]);
    let (one, two) =
        tokio::join!(send(&pia, &taken, "1", &first, &[]), send(&pia, &taken, "1", &second, &[]));
    let kept = [&one, &two].iter().filter(|answer| answer.status == StatusCode::SEE_OTHER).count();
    assert_eq!(kept, 1, "{} {}", one.text, two.text);
    pia.post(&format!("/post/{}/fortryd", taken.id), &[]).await;
    carried_out(&world).await;
    assert_eq!(world.row(&taken).await.stage, "waiting", "it was taken back");
    assert!(parts(&world, &taken).await.is_empty());

    // A unit that is closed within the half minute: nobody gets a part, and the log says why.
    let desks = Desks::open(&world).await;
    let pia = distributor(&desks, &world, "pia").await;
    let kort = r#"{"unit":"kort"}"#;
    assert_eq!(send(&pia, &taken, "1", &[PARK, kort], &[]).await.status, StatusCode::SEE_OTHER);
    let (name, text) = &world.policy[0];
    let text = format!("{text}closed = true\n");
    world.room().take_up(Policy::load(&[(name.clone(), text)], "").expect("a policy"));
    carried_out(&world).await;
    assert_eq!(world.row(&taken).await.stage, "waiting");
    assert!(parts(&world, &taken).await.is_empty(), "all or none");
    let dropped = told(&world, &taken, "answer_taken_back").await;
    assert!(
        dropped.last().is_some_and(|event| event.reason.as_ref().is_some_and(|why| why.contains("nedlagt")))
    );
    adds_up(&world, 0, 0).await;
    world.everything_is_settled().await;
});

on_both_databases!(a_part_comes_back_alone_and_can_be_split_again, |engine: Engine| async move {
    let world = with_case(engine, true).await;
    let taken = mixed(&world, 1).await;
    let desks = Desks::open(&world).await;
    let pia = distributor(&desks, &world, "pia").await;
    // A closed unit with an heir is a receiver like any other.
    let sent = send(&pia, &taken, "1", &[PLADS, r#"{"unit":"social"}"#, PARK], &[]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    carried_out(&world).await;
    let [plads, boern, park] = &parts(&world, &taken).await[..] else { panic!("three parts") };
    assert_eq!(boern.hand_overs[0].unit, "boern", "the heir has it");
    let whole = plads.entry.as_ref().map(|entry| entry.documents);
    assert_eq!(
        whole,
        Some(4),
        "the whole letter: two documents, one for machines, and the message as received"
    );

    let desks = Desks::open(&world).await;
    let (kim, ole) =
        (handler(&desks, &world, "kim", "plads").await, handler(&desks, &world, "ole", "park").await);
    let pia = distributor(&desks, &world, "pia").await;
    ole.post(&format!("/mine/{}/aaben", park.id), &[]).await;
    ole.post(&format!("/mine/{}/retur", park.id), &[("reason", "not-ours")]).await;
    let pulled = [("reason", "wrong-case"), ("misfiled", "ja")];
    let sent = pia.post(&format!("/tilbagekald/{}", plads.id), &pulled).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let nobody = pia.post(&format!("/tilbagekald/{}", taken.id), &[("reason", "wrong-unit")]).await;
    assert!(nobody.text.contains("Ingen har brevet nu") || nobody.status == StatusCode::NOT_FOUND);
    assert_eq!(kim.get(&format!("/mine/{}", plads.id)).await.status, StatusCode::NOT_FOUND);
    let now = parts(&world, &taken).await;
    let stands: Vec<&str> = now.iter().map(|part| part.outcome.as_str()).collect();
    assert_eq!(stands, ["pulled-back", "left-to-handler", "sent-back"], "each by itself");
    assert_eq!(world.row(&taken).await.stage, "settled", "the letter itself stays split");
    adds_up(&world, 1, 3).await;

    // What is journaled is not split; what is not is, and numbers go on.
    let queue = pia.get("/post").await.ok();
    assert!(queue.contains(&plads.id) && queue.contains(&park.id) && !queue.contains(&taken.id.to_string()));
    let open = pia.get(&format!("/post/{}", park.id)).await.ok();
    assert!(open.contains("Del 3 af et brev") && open.contains("Lå hos Vej og Park"), "{open}");
    let plads_again = Taken { id: plads.id.parse().expect("an id"), ..taken.clone() };
    pia.get(&format!("/post/{}", plads.id)).await.ok();
    let refused = send(&pia, &plads_again, "2", &[PARK, r#"{"unit":"jura"}"#], &[]).await.ok();
    assert!(refused.contains("allerede journaliseret som ét brev"), "{refused}");
    let park_again = Taken { id: park.id.parse().expect("an id"), ..taken.clone() };
    let sent = send(&pia, &park_again, "2", &[PARK, r#"{"unit":"jura"}"#], &["0 1", "1 0"]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let svar = [("seen", "2"), ("unit", "boern")];
    let sent = pia.post(&format!("/post/{}/svar", plads.id), &svar).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    carried_out(&world).await;
    let all = parts(&world, &taken).await;
    let stands: Vec<&str> = all.iter().map(|part| part.outcome.as_str()).collect();
    assert_eq!(stands, ["journaled", "left-to-handler", "split", "left-to-handler", "left-to-handler"]);
    assert_eq!(all[0].hand_overs.len(), 2);
    assert_eq!(all[3].part.as_ref().map(|part| (part.number, part.trimmed)), Some((4, true)));
    assert_eq!(world.room().store.entry_counts().await.expect("rows").0, 1, "journaled once");
    adds_up(&world, 2, 5).await;
    let desks = Desks::open(&world).await;
    let ole = handler(&desks, &world, "ole", "park").await;
    ole.post(&format!("/mine/{}/aaben", all[3].id), &[]).await;
    assert!(
        ole.get(&format!("/mine/{}", all[3].id)).await.ok().contains("Møllevej"),
        "under the letter's key"
    );
    world.everything_is_settled().await;
});

on_both_databases!(
    each_part_is_journaled_once_by_a_faulty_case_system_and_after_a_crash,
    |engine: Engine| async move {
        let system = Arc::new(MemoryJournal::new(Habits::default()));
        system.put_case(case_of_party(true));
        system.plan(Operation::CreateEntry, [Some(Interruption::TimeoutAfter), Some(Interruption::Unwell)]);
        let world = World::with_journal(engine, system.clone()).await;
        let taken = mixed(&world, 1).await;
        let desks = Desks::open(&world).await;
        let pia = distributor(&desks, &world, "pia").await;
        let boern = format!(r#"{{"unit":"boern","case":"{CASE}"}}"#);
        let sent = send(&pia, &taken, "1", &[PLADS, &boern], &["0 0", "1 1"]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        // The program dies before the half minute is over: the answer is a row, and is carried out by whoever comes next.
        let mut world = world.reopen_with(system.clone()).await;
        carried_out(&world).await;
        // It dies again while the case system has not said whether it has the entries.
        world = world.reopen_with(system.clone()).await;
        for _ in 0..8 {
            world.wait(Duration::from_secs(2 * 3600));
            world.work().await;
        }
        let parts = parts(&world, &taken).await;
        assert_eq!(parts.len(), 2, "split once");
        assert_eq!(system.all_entries().len(), 2, "each part once");
        for part in &parts {
            assert_eq!(part.stage, "settled", "{}", part.danish());
            assert_eq!(kinds(part, "journaled").len(), 1);
            let keys = part.effects.iter().map(|effect| effect.key.as_str());
            assert!(keys.into_iter().any(|key| key == format!("journal:{}", part.id)), "a key of its own");
        }
        assert_eq!(told(&world, &taken, "settled").await.len(), 1);
        adds_up(&world, 1, 2).await;
        world.everything_is_settled().await;
    }
);

on_both_databases!(a_letter_is_not_split_while_its_journaling_is_in_doubt, |engine: Engine| async move {
    for (interruption, refused) in [(Interruption::TimeoutAfter, true), (Interruption::Unwell, false)] {
        let system = Arc::new(MemoryJournal::new(Habits::default()));
        system.put_case(case_of_party(true));
        system.plan(Operation::CreateEntry, [Some(interruption)]);
        system.plan(Operation::Find, [Some(Interruption::Unwell); 4]);
        let world = World::with_journal(engine, system.clone()).await;
        we_sent_a_letter(&world).await;
        let taken = answer_to_us(&world, 1).await;
        let desks = Desks::open(&world).await;
        let pia = distributor(&desks, &world, "pia").await;
        pia.post(&format!("/tilbagekald/{}", taken.id), &[("reason", "wrong-case")]).await;
        let sent = send(&pia, &taken, "1", &[PLADS, PARK], &[]).await;
        let said = sent.text.contains("Det vides ikke, om brevet er journaliseret");
        assert_eq!(said, refused, "{}", sent.text);
        for _ in 0..6 {
            world.wait(Duration::from_secs(2 * 3600));
            world.work().await;
        }
        assert_eq!(parts(&world, &taken).await.len(), if refused { 0 } else { 2 });
        assert_eq!(system.all_entries().len(), 1, "once, as a whole or as a part");
        world.everything_is_settled().await;
    }
});

on_both_databases!(
    a_backup_holds_the_parts_and_the_same_letter_is_known_again,
    |engine: Engine| async move {
        let from = with_case(engine, true).await;
        let taken = mixed(&from, 1).await;
        let desks = Desks::open(&from).await;
        let pia = distributor(&desks, &from, "pia").await;
        assert_eq!(
            send(&pia, &taken, "1", &[PLADS, PARK], &["0 0", "1 1"]).await.status,
            StatusCode::SEE_OTHER
        );
        carried_out(&from).await;
        let before = parts(&from, &taken).await;
        assert!(again(&from).await.duplicate, "the same bytes are the letter, not one of its parts");

        let file = from.folder.path().join("kopi.tar");
        let (by, bar) = (Actor::person("drift", "operator"), ProgressBar::hidden());
        let checked = backup::write(&from.house, &file, Existing::Keep, by.clone(), &bar).await;
        assert!(checked.as_ref().is_ok_and(router::backup::Checked::is_intact), "the backup is whole");
        let other = if engine == Engine::Sqlite { Engine::Postgres } else { Engine::Sqlite };
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = world::config(folder.path(), other).await;
        config.keys.file = from.house.config.keys.file.clone();
        let surroundings = Surroundings { clock: from.clock.clone(), entropy: Entropy::system() };
        backup::restore(&config, surroundings, &file, by, &bar).await.expect("it is restored");
        let house = world::open(config, from.clock.clone(), from.policy.clone()).await;
        let to = World { house, clock: from.clock.clone(), folder, policy: from.policy.clone() };
        let after = parts(&to, &taken).await;
        let same =
            |story: &Story| (story.id.clone(), story.uuid.clone(), story.outcome.clone(), story.parts.len());
        assert_eq!(before.iter().map(same).collect::<Vec<_>>(), after.iter().map(same).collect::<Vec<_>>());

        let desks = Desks::open(&to).await;
        let ole = handler(&desks, &to, "ole", "park").await;
        let path = format!("/mine/{}", after[1].id);
        ole.post(&format!("{path}/aaben"), &[]).await;
        assert_eq!(ole.get(&format!("{path}/dokument/1")).await.ok(), HOLE);
        assert_eq!(ole.get(&format!("{path}/dokument/0")).await.status, StatusCode::NOT_FOUND);
        let known = again(&to).await;
        assert!(known.duplicate && known.id == taken.id, "what it knows it recognises");
        adds_up(&to, 1, 2).await;
        to.everything_is_settled().await;
    }
);

async fn again(world: &World) -> Taken {
    let row = story::find(world.room(), &uuid(1).to_string()).await.expect("an answer").expect("the letter");
    assert!(row.part_of.is_none(), "by its own UUID the letter is found, not a part");
    let taken = mixed(world, 1).await;
    assert_eq!(taken.id.to_string(), row.id);
    taken
}

on_both_databases!(a_program_splits_a_letter_once_and_is_told_what_is_wrong, |engine: Engine| async move {
    let world = with_case(engine, true).await;
    let taken = mixed(&world, 1).await;
    let desks = Desks::open(&world).await;
    let robot = Program::with_all(&desks, &world, "robot", &["park"]).await;
    let split = async |key: &str, body: &Value| {
        let path = format!("/api/v1/queue/{}/split", taken.id);
        let call = robot.call(reqwest::Method::POST, &path).header("idempotency-key", key);
        journeys::desks::answered(call.header("content-type", "application/json").body(body.to_string()))
            .await
    };
    let look = format!("/api/v1/queue/{}/look", taken.id);
    let seen = robot.post(&look, &json!({ "level": "documents", "reason": "several" })).await.json();
    assert_eq!(seen["documents"][1]["content"], 1);
    for (body, status, field) in [
        (json!({ "seen": 1, "parts": [{ "unit": "park" }] }), 422, "parts"),
        (json!({ "seen": 1, "parts": [{ "unit": "park" }, { "unit": "park" }] }), 422, "parts"),
        (
            json!({ "seen": 1, "parts": [{ "unit": "park" }, { "unit": "plads", "documents": [9] }] }),
            422,
            "parts",
        ),
        (
            json!({ "seen": 1, "parts": [{ "unit": "park" }, { "unit": "plads", "subject": "x" }] }),
            422,
            "parts",
        ),
        (json!({ "seen": 1, "parts": [{ "unit": "park" }, { "unit": "hest" }] }), 422, "unit"),
        (json!({ "seen": 9, "parts": [{ "unit": "park" }, { "unit": "plads" }] }), 409, ""),
    ] {
        let problem = split("noegle-0", &body).await.problem(status);
        assert_eq!(problem["errors"][0]["field"].as_str().unwrap_or_default(), field, "{problem}");
    }
    let body = json!({ "seen": 1, "parts": [{ "unit": "park", "documents": [1] }, { "unit": "plads", "case": CASE }] });
    let sent = futures::future::join_all((0..5).map(|_| split("noegle-1", &body))).await;
    let answers: std::collections::BTreeSet<String> = sent.into_iter().map(Answered::ok).collect();
    assert_eq!(answers.len(), 1, "{answers:?}");
    let other = json!({ "seen": 1, "parts": [{ "unit": "park" }, { "unit": "plads" }] });
    assert_eq!(split("noegle-1", &other).await.problem(422)["errors"][0]["field"], "Idempotency-Key");
    carried_out(&world).await;
    let parts = parts(&world, &taken).await;
    assert_eq!(parts.len(), 2);
    let mail = robot.get(&format!("/api/v1/mine/{}", parts[0].id)).await.json();
    assert!(
        mail["part"].as_str().is_some_and(|part| part.contains("del 2 er hos Pladsanvisningen")),
        "{mail}"
    );
    robot.get(&format!("/api/v1/mine/{}", parts[1].id)).await.problem(404);
    robot.get(&format!("/api/v1/mine/{}/documents/0", parts[1].id)).await.problem(404);
    let story = robot.get(&format!("/api/v1/messages/{}?purpose=control", taken.id)).await.json();
    assert_eq!((&story["outcome"], &story["parts"][0]["unit"]), (&json!("split"), &json!("park")));
    let days = robot.get("/api/v1/journal/balance").await.json();
    assert_eq!((&days["days"][0]["split"], &days["days"][0]["split_off"]), (&json!(1), &json!(2)));
    world.everything_is_settled().await;
});

/// A window in which a post distributor of the demo has the first letter in line open.
async fn at_the_desk(desks: &Desks, width: u32) -> Window {
    let window = Window::open(width, 900, false).await;
    window.go(&format!("{}/log-ind", desks.base)).await;
    window.ask("document.querySelector('input[value=pfor1]').form.querySelector('button').click()").await;
    window.until("document.querySelector('[data-letter]') && document.readyState === 'complete'").await;
    window.until("window.htmx").await;
    window.press("j").await;
    window.until("document.querySelector('[data-open] [data-key=d]')").await;
    window
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_split_by_keyboard_alone() {
    let world = World::open_town(Engine::Sqlite).await;
    let desks = Desks::open(&world).await;
    let window = at_the_desk(&desks, 1280).await;
    let open = window.ask("return document.querySelector('[data-open]').dataset.open").await;
    let open = open.as_str().expect("an id").to_owned();
    window.press("d").await;
    window.until("document.querySelector('#del-brevet')").await;
    // Back to the letter, and on again.
    window.press("\u{e00c}").await;
    window.until("!document.querySelector('#del-brevet') && document.querySelector('[data-open]')").await;
    window.press("d").await;
    window.until("document.querySelector('#del-brevet')").await;
    let mut parts = 0;
    for typed in ["skole", "vej"] {
        window.press("a").await;
        window.press(typed).await;
        window.until("document.querySelector('#fundet button')").await;
        window.press(key::DOWN).await;
        window.press(key::ENTER).await;
        parts += 1;
        window.until(&format!("document.querySelectorAll('input[name=part]').length === {parts}")).await;
        picture(&window, &format!("del-{parts}")).await;
    }
    window.press("d").await;
    // The browser's clock is not the world's: to it the offer to take the answer back is over before it is shown.
    window.until("!document.querySelector('#del-brevet') && document.querySelector('[data-open]')").await;
    carried_out(&world).await;
    assert_eq!(world.room().store.parts_of(&open).await.expect("rows").len(), 2);
    window.close().await;
}

/// Leaves a picture where one is asked for.
async fn picture(window: &Window, name: &str) {
    if let Some(folder) = std::env::var_os("MODTAG_TEST_PICTURES") {
        let path = std::path::Path::new(&folder).join(format!("{name}.png"));
        std::fs::write(path, window.picture().await).expect("a picture is written");
    }
}
