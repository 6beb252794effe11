//! Letters that cannot be answered now: held, asked about, sent on, unwanted. None is forgotten, none is shown to more people than
//! it takes, and each act can be undone.

use std::time::Duration;

use journeys::desks::{Browser, Desks};
use journeys::letters::{Letter, uuid};
use journeys::{Engine, World, on_both_databases};
use reqwest::StatusCode;
use router::intake::Taken;
use router::oversight::{Period, balance::balance};
use router::web::Role;

use super::mine::{handler, told};

const CPR: &str = "6202801212";
const TEXT: &str =
    "Kære kommune. Min nabo Frode Ågesen på Kirkevej 14 har sat et skur op. Ring på 20 30 40 50.";

async fn letter(world: &World, number: u64) -> Taken {
    let letter = Letter::from_citizen(number, CPR, "Mette Prøve").label("Skur hos Frode Ågesen").text(TEXT);
    world.receive(&[letter.bytes()]).await.pop().expect("it is taken in")
}

async fn distributor(desks: &Desks, world: &World, person: &str) -> Browser {
    desks.sign_in(world, person, &[Role::PostDistributor], &[]).await
}

/// Does the letter stand in line?
async fn in_line(browser: &Browser, taken: &Taken) -> bool {
    browser.get("/post").await.ok().contains(&format!("data-letter=\"{}\"", taken.id))
}

on_both_databases!(a_letter_that_is_held_stands_in_line_again_by_itself, |engine: Engine| async move {
    let world = World::open(engine).await;
    let taken = letter(&world, 1).await;
    let desks = Desks::open(&world).await;
    let (pia, per) = (distributor(&desks, &world, "pia").await, distributor(&desks, &world, "per").await);
    let path = format!("/post/{}", taken.id);
    for fields in [&[("reason", "fordi"), ("period", "1")][..], &[("reason", "more"), ("period", "900")], &[]]
    {
        let refused = pia.post(&format!("{path}/vent"), fields).await.ok();
        assert!(refused.contains("Vælg noget på listen"), "{refused}");
    }
    // It lies before pia now, so per cannot take it from her.
    let refused = per.post(&format!("{path}/vent"), &[("reason", "more"), ("period", "1")]).await.ok();
    assert!(refused.contains("En anden har brevet fremme"), "{refused}");

    let held = pia.post(&format!("{path}/vent"), &[("reason", "more"), ("period", "1")]).await;
    assert_eq!(held.status, StatusCode::SEE_OTHER, "{}", held.text);
    assert!(!in_line(&pia, &taken).await);
    let aside = per.get("/post/til-side").await.ok();
    for shown in ["Skur hos [navn]", "Afventer mere post", "pia", "23.11.2026 kl. 07.00"] {
        assert!(aside.contains(shown), "{shown}: {aside}");
    }
    assert!(!aside.contains("Frode"), "the list is masked");
    assert_eq!(told(&world, &taken, "put_aside").await.len(), 1);

    // Friday to Monday: the working days are counted, and nobody has to remember.
    world.wait(Duration::from_secs(48 * 3600));
    assert!(!in_line(&distributor(&desks, &world, "pia").await, &taken).await, "it is Sunday");
    world.wait(Duration::from_secs(24 * 3600));
    let per = distributor(&desks, &world, "per").await;
    assert!(in_line(&per, &taken).await, "it is Monday");
    let open = per.get(&path).await.ok();
    assert!(open.contains("Afventer mere post"), "whoever opens it sees why it lay: {open}");
    let sent = per.post(&format!("{path}/svar"), &[("seen", "1"), ("unit", "park")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    world.wait(Duration::from_secs(31));
    world.work().await;
    assert!(world.room().store.asides(10).await.expect("rows").is_empty(), "what is answered lies nowhere");
    world.everything_is_settled().await;
});

on_both_databases!(
    what_lies_aside_can_be_taken_up_by_anybody_and_over_a_restart,
    |engine: Engine| async move {
        let world = World::open(engine).await;
        let taken = letter(&world, 1).await;
        let desks = Desks::open(&world).await;
        let pia = distributor(&desks, &world, "pia").await;
        let path = format!("/post/{}", taken.id);
        pia.post(&format!("{path}/vent"), &[("reason", "expert"), ("period", "5")]).await;
        let world = world.reopen().await;
        let desks = Desks::open(&world).await;
        let per = distributor(&desks, &world, "per").await;
        assert!(!in_line(&per, &taken).await);
        let taken_up = per.post(&format!("{path}/frem"), &[]).await;
        assert_eq!(taken_up.location.as_deref(), Some(path.as_str()));
        assert!(in_line(&per, &taken).await);
        per.post(&format!("{path}/frem"), &[]).await;
        assert_eq!(told(&world, &taken, "taken_from_aside").await.len(), 1, "once");
        world.everything_is_settled().await;
    }
);

on_both_databases!(a_colleague_sees_key_lines_and_says_whose_it_is, |engine: Engine| async move {
    let world = World::open(engine).await;
    let taken = letter(&world, 1).await;
    let desks = Desks::open(&world).await;
    let pia = distributor(&desks, &world, "pia").await;
    let (ole, ida) =
        (handler(&desks, &world, "ole", "park").await, handler(&desks, &world, "ida", "boern").await);
    let path = format!("/post/{}", taken.id);
    let question = format!("/mine/spurgt/{}", taken.id);
    for door in ["vis", "svar"] {
        let early = ole.post(&format!("{question}/{door}"), &[("says", "ours")]).await;
        assert_eq!(early.status, StatusCode::NOT_FOUND, "nobody asks yet");
    }
    let refused = pia.post(&format!("{path}/spoerg"), &[("unit", "park"), ("person", "anle")]).await.ok();
    assert!(refused.contains("hører ikke til den enhed"), "anle works elsewhere: {refused}");
    let asked = pia.post(&format!("{path}/spoerg"), &[("unit", "park")]).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text);
    assert!(!in_line(&pia, &taken).await);

    assert!(ole.get("/mine").await.ok().contains("Du er spurgt, om et brev er jeres"));
    let list = ole.get("/mine/spurgt").await.ok();
    assert!(list.contains("Skur hos [navn]") && list.contains("pia spørger"), "{list}");
    assert!(told(&world, &taken, "viewed").await.is_empty(), "the list is masked and shows no lines");
    let seen = ole.post(&format!("{question}/vis"), &[]).await.ok();
    for hidden in ["Frode", "Mette", "620280", "Kirkevej 14", "20 30 40 50"] {
        assert!(!list.contains(hidden) && !seen.contains(hidden), "{hidden} is shown to a colleague");
    }
    let views = told(&world, &taken, "viewed").await;
    assert_eq!((views.len(), views[0].actor.as_str()), (1, "person:ole"));

    // Others are not asked: for them there is no such letter, and the letter itself is nobody's yet.
    assert!(!ida.get("/mine").await.ok().contains("Du er spurgt"));
    for door in ["vis", "svar"] {
        let fields = [("says", "ours")];
        assert_eq!(ida.post(&format!("{question}/{door}"), &fields).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(ole.get(&format!("/mine/{}", taken.id)).await.status, StatusCode::NOT_FOUND);

    for fields in
        [&[("says", "måske")][..], &[("says", "theirs")], &[("says", "theirs"), ("unit", "findes-ikke")]]
    {
        assert_eq!(ole.post(&format!("{question}/svar"), fields).await.status, StatusCode::CONFLICT);
    }
    let fields = [("says", "theirs"), ("unit", "boern")];
    let answer = format!("{question}/svar");
    let (one, other) = tokio::join!(ole.post(&answer, &fields), ole.post(&answer, &fields));
    assert_eq!(
        [&one, &other].iter().filter(|said| said.status == StatusCode::SEE_OTHER).count(),
        1,
        "said once"
    );
    assert_eq!(told(&world, &taken, "colleague_said").await.len(), 1);

    assert!(in_line(&pia, &taken).await, "it stands in line at once");
    let open = pia.get(&path).await.ok();
    assert!(open.contains("Det hører til hos en anden enhed: Børn og Familie"), "{open}");
    assert_eq!(world.row(&taken).await.stage, "waiting", "what a colleague says decides nothing");
    assert_eq!(ole.post(&format!("{question}/vis"), &[]).await.status, StatusCode::NOT_FOUND, "no longer");
    world.everything_is_settled().await;
});

on_both_databases!(a_colleague_who_says_nothing_is_not_waited_for, |engine: Engine| async move {
    let world = World::open(engine).await;
    let taken = letter(&world, 1).await;
    let desks = Desks::open(&world).await;
    let pia = distributor(&desks, &world, "pia").await;
    pia.post(&format!("/post/{}/spoerg", taken.id), &[("unit", "boern"), ("person", "anle")]).await;
    let colleague = handler(&desks, &world, "bo", "boern").await;
    assert!(!colleague.get("/mine").await.ok().contains("Du er spurgt"), "one person is asked, not the unit");
    assert!(handler(&desks, &world, "anle", "boern").await.get("/mine").await.ok().contains("Du er spurgt"));
    world.wait(Duration::from_secs(96 * 3600));
    let pia = distributor(&desks, &world, "pia").await;
    assert!(in_line(&pia, &taken).await, "two working days have gone");
    let anle = handler(&desks, &world, "anle", "boern").await;
    assert!(!anle.get("/mine").await.ok().contains("Du er spurgt"));
});

on_both_databases!(
    a_letter_for_another_authority_is_sent_on_with_a_note_and_closed,
    |engine: Engine| async move {
        let world = World::open(engine).await;
        let taken = letter(&world, 1).await;
        let desks = Desks::open(&world).await;
        let pia = distributor(&desks, &world, "pia").await;
        let path = format!("/post/{}", taken.id);
        let none = pia.get(&format!("{path}/videresendelse")).await;
        assert_eq!(none.status, StatusCode::NOT_FOUND, "it is not to be sent on");
        let refused = pia.post(&format!("{path}/ikke-os"), &[("authority", "   ")]).await.ok();
        assert!(refused.contains("Skriv, hvilken myndighed"), "{refused}");
        let refused = pia.post(&format!("{path}/luk"), &[("seen", "1"), ("how", "sent-on")]).await.ok();
        assert!(refused.contains("Vælg noget på listen"), "nobody said to whom: {refused}");

        let laid = pia.post(&format!("{path}/ikke-os"), &[("authority", "Region  <b>Nord</b>")]).await;
        assert_eq!(laid.location.as_deref(), Some(path.as_str()), "{}", laid.text);
        let open = pia.get(&path).await.ok();
        assert!(open.contains("Region &#60;b&#62;Nord") && open.contains("Er sendt videre"), "{open}");
        let note = pia.get(&format!("{path}/videresendelse")).await.ok();
        assert!(note.contains("§ 7, stk. 2") && note.contains(&uuid(1).to_string()), "{note}");
        for hidden in ["Frode", "Mette", "620280", "Skur"] {
            assert!(!note.contains(hidden), "{hidden} stands in the note");
        }
        let word = pia.get(&format!("{path}/videresendelse.docx")).await;
        assert!(word.status == StatusCode::OK && word.head["content-type"].contains("wordprocessingml"));
        assert_eq!(told(&world, &taken, "exported").await.len(), 2);

        let closed = pia.post(&format!("{path}/luk"), &[("seen", "1"), ("how", "sent-on")]).await;
        assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.text);
        world.work().await;
        assert_eq!(world.row(&taken).await.stage, "waiting", "it can be taken back for half a minute");
        world.wait(Duration::from_secs(31));
        world.work().await;
        world.work().await;
        let row = world.row(&taken).await;
        assert_eq!((row.stage.as_str(), row.outcome.as_str()), ("settled", "sent-on"));
        let story = world.story(&taken).await;
        assert!(story.hand_overs.is_empty() && story.entry.is_none());
        assert_eq!(story.decision.expect("a decision").decider, "person:pia");
        let days =
            balance(world.room(), Period::last_days(world.room().clock.now(), 7)).await.expect("a balance");
        let sums = (
            days.iter().map(|day| day.received).sum::<u64>(),
            days.iter().map(|day| day.sent_on).sum::<u64>(),
        );
        assert_eq!(sums, (1, 1));
        assert!(days.iter().all(|day| day.adds_up()), "it is accounted for");
        world.everything_is_settled().await;
    }
);

on_both_databases!(unwanted_mail_is_closed_taken_back_and_taken_up_again, |engine: Engine| async move {
    let world = World::open(engine).await;
    let taken = letter(&world, 1).await;
    let desks = Desks::open(&world).await;
    let pia = distributor(&desks, &world, "pia").await;
    let path = format!("/post/{}", taken.id);
    let luk = [("seen", "1"), ("how", "unwanted")];
    let refused = pia.post(&format!("{path}/luk"), &[("seen", "1"), ("how", "væk")]).await.ok();
    assert!(refused.contains("Vælg noget på listen"), "{refused}");
    pia.post(&format!("{path}/luk"), &luk).await;
    assert!(pia.get("/post").await.ok().contains("Lukket som uønsket"));
    pia.post(&format!("{path}/fortryd"), &[]).await;
    world.wait(Duration::from_secs(40));
    world.work().await;
    assert_eq!(world.row(&taken).await.outcome, "nothing-applies", "nothing was closed");

    pia.post(&format!("{path}/luk"), &luk).await;
    let world = world.reopen().await;
    world.wait(Duration::from_secs(40));
    world.work().await;
    assert_eq!(world.row(&taken).await.outcome, "unwanted", "also after a restart");
    let desks = Desks::open(&world).await;
    let per = distributor(&desks, &world, "per").await;
    let list = per.get("/post/til-side").await.ok();
    assert!(list.contains("Skur hos [navn]") && list.contains("uønsket post"), "{list}");
    let reopen = format!("{path}/genaabn");
    let (one, other) = tokio::join!(per.post(&reopen, &[]), per.post(&reopen, &[]));
    assert_eq!([&one, &other].iter().filter(|up| up.status == StatusCode::SEE_OTHER).count(), 1, "once");
    let row = world.row(&taken).await;
    assert_eq!((row.stage.as_str(), row.outcome.as_str()), ("waiting", "taken-up"));
    let sent = per.post(&format!("{path}/svar"), &[("seen", "2"), ("unit", "park")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    world.wait(Duration::from_secs(31));
    world.work().await;
    assert_eq!(world.story(&taken).await.hand_overs.len(), 1);
    let refused = per.post(&reopen, &[]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "what a unit has is not taken up here");
    world.everything_is_settled().await;
});

/// Letters that somebody else sent on: their mark is a suggestion only, so they wait alike.
async fn alike(world: &World, numbers: std::ops::Range<u64>) -> Vec<Taken> {
    let letter = |number| {
        let letter = Letter::from_citizen(number, CPR, "Mette Prøve").label("Plads").text(TEXT);
        letter.kle("28.03.00", None).forwarding(uuid(500 + number), "Sandkasse Kommune").bytes()
    };
    world.receive(&numbers.map(letter).collect::<Vec<_>>()).await
}

on_both_databases!(letters_that_look_alike_are_answered_in_one_act, |engine: Engine| async move {
    let world = World::open(engine).await;
    let taken = alike(&world, 1..5).await;
    let other = letter(&world, 9).await;
    let desks = Desks::open(&world).await;
    let (pia, per) = (distributor(&desks, &world, "pia").await, distributor(&desks, &world, "per").await);
    per.get(&format!("/post/{}", taken[0].id)).await.ok();

    let page = pia.get("/post/bunker").await.ok();
    assert!(page.contains("3 breve") && page.contains("KLE 28.03.00"), "{page}");
    assert!(!page.contains(&taken[0].id.to_string()), "per has that one before them");
    assert!(!page.contains(&other.id.to_string()), "nothing is suggested for that one");
    let unit =
        page.split("name=\"unit\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a unit");
    let tick = |taken: &Taken| ("brev", format!("{} 1", taken.id));
    let ticks: Vec<_> = taken.iter().take(3).map(tick).collect();
    let mut fields = vec![("unit", unit), ("subject", "28.03.00")];
    fields.extend(ticks.iter().map(|(key, value)| (*key, value.as_str())));
    let empty = pia.post("/post/bunker", &fields[..2]).await;
    assert_eq!(empty.status, StatusCode::CONFLICT, "nothing was ticked");
    let nowhere = pia.post("/post/bunker", &[("unit", "findes-ikke"), fields[2]]).await;
    assert_eq!(nowhere.status, StatusCode::CONFLICT, "{}", nowhere.text);

    let came = pia.post("/post/bunker", &fields).await.location.expect("the page again");
    assert_eq!(came, "/post/bunker?fordelt=2&sprunget=1", "per's is passed over");
    let said = pia.get(&came).await.ok();
    assert!(said.contains("2 breve er fordelt. 1 brev blev sprunget over"), "{said}");
    pia.post("/post/fortryd", &[]).await;
    world.wait(Duration::from_secs(31));
    world.work().await;
    for taken in &taken {
        assert!(world.story(taken).await.hand_overs.is_empty(), "all was taken back");
    }
    pia.post("/post/bunker", &fields[..4]).await;
    world.wait(Duration::from_secs(400));
    world.work().await;
    let with: Vec<usize> = futures::future::join_all(
        taken.iter().map(|taken| async { world.story(taken).await.hand_overs.len() }),
    )
    .await;
    assert_eq!(with, [0, 1, 0, 0], "those with a tick, but for the one that per still has");
    assert_eq!(told(&world, &taken[1], "answered").await.len(), 1);
    world.everything_is_settled().await;
});

on_both_databases!(
    html_in_a_letter_is_shown_without_what_runs_loads_or_leads_anywhere,
    |engine: Engine| async move {
        let world = World::open(engine).await;
        let html = "<p>Kære kommune</p><script>alert(1)</script><img src=\"https://evil.example/x.png\"><a href=\"https://evil.example\">her</a>";
        let letter = Letter::from_citizen(1, CPR, "Mette Prøve").attachment(
            "Bilag",
            "<b>brev.html",
            "text/html",
            html.into(),
        );
        let taken = world.receive(&[letter.bytes()]).await.pop().expect("it is taken in");
        let desks = Desks::open(&world).await;
        let pia = distributor(&desks, &world, "pia").await;
        let path = format!("/post/{}", taken.id);
        pia.post(&format!("{path}/vis"), &[("level", "3"), ("reason", "control")]).await.ok();
        let shown = pia.get(&format!("{path}/dokument/1")).await;
        assert!(
            shown.head["content-security-policy"].starts_with("sandbox; default-src 'none'"),
            "{:?}",
            shown.head
        );
        assert!(shown.head["content-type"].starts_with("text/html"));
        let text = shown.ok();
        assert!(text.contains("<p>Kære kommune</p>") && text.contains("her"), "{text}");
        for gone in ["script", "evil.example", "<b>brev"] {
            assert!(!text.contains(gone), "{gone}: {text}");
        }
    }
);

on_both_databases!(
    a_colleague_sees_the_text_when_whoever_asks_has_and_says_why,
    |engine: Engine| async move {
        let world = World::open(engine).await;
        let taken = letter(&world, 1).await;
        let desks = Desks::open(&world).await;
        let pia = distributor(&desks, &world, "pia").await;
        let (ole, ida) =
            (handler(&desks, &world, "ole", "park").await, handler(&desks, &world, "ida", "boern").await);
        let path = format!("/post/{}", taken.id);
        let question = format!("/mine/spurgt/{}", taken.id);
        let ask = async |shows: &str| {
            pia.post(&format!("{path}/spoerg"), &[("unit", "park"), ("shows", shows)]).await
        };
        // Nobody lends out more than they have seen, and not for a reason of their own making.
        assert!(!pia.get(&path).await.ok().contains("Kollegaen ser"));
        assert!(ask("several").await.ok().contains("Du har ikke selv set brevets tekst"));
        pia.post(&format!("{path}/vis"), &[("level", "1")]).await;
        assert!(ask("several").await.ok().contains("Du har ikke selv set brevets tekst"));
        pia.post(&format!("{path}/vis"), &[("level", "2"), ("reason", "several")]).await;
        assert!(pia.get(&path).await.ok().contains("Kollegaen ser"));
        assert!(ask("nysgerrig").await.ok().contains("Vælg noget på listen"));
        let refused = ida.post(&format!("{path}/spoerg"), &[("unit", "park"), ("shows", "several")]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        let asked = ask("several").await;
        assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text);
        assert!(pia.get("/post/til-side").await.ok().contains("ser hele teksten"));

        let before = told(&world, &taken, "viewed").await.len();
        let list = ole.get("/mine/spurgt").await.ok();
        assert!(list.contains("Skur hos [navn]") && !list.contains("Frode"), "the list stays masked: {list}");
        assert_eq!(ida.post(&format!("{question}/vis"), &[]).await.status, StatusCode::NOT_FOUND);
        assert_eq!(told(&world, &taken, "viewed").await.len(), before, "nobody has seen it yet");
        let seen = ole.post(&format!("{question}/vis"), &[]).await.ok();
        assert!(seen.contains("Kirkevej 14") && seen.contains("Skur hos Frode Ågesen"), "{seen}");
        let views = told(&world, &taken, "viewed").await;
        let last = views.last().expect("a view");
        assert_eq!(
            (views.len(), last.actor.as_str(), last.details["level"].as_str()),
            (before + 1, "person:ole", "text")
        );
        assert_eq!(
            ole.get(&format!("/mine/{}", taken.id)).await.status,
            StatusCode::NOT_FOUND,
            "the letter is nobody's"
        );
        ole.post(&format!("{question}/svar"), &[("says", "ours")]).await;
        assert_eq!(
            ole.post(&format!("{question}/vis"), &[]).await.status,
            StatusCode::NOT_FOUND,
            "asked no more"
        );

        // Asked once more without a reason, they see key lines; and over a restart as well.
        pia.get(&path).await.ok();
        assert_eq!(ask("").await.status, StatusCode::SEE_OTHER);
        let world = world.reopen().await;
        let desks = Desks::open(&world).await;
        let ole = handler(&desks, &world, "ole", "park").await;
        let seen = ole.post(&format!("{question}/vis"), &[]).await.ok();
        assert!(!seen.contains("Kirkevej 14") && !seen.contains("Frode"), "{seen}");
    }
);

on_both_databases!(
    a_letter_that_lies_aside_and_is_answered_is_counted_out_once,
    |engine: Engine| async move {
        let world = World::open(engine).await;
        let taken = [letter(&world, 1).await, letter(&world, 2).await, letter(&world, 3).await];
        let desks = Desks::open(&world).await;
        let pia = distributor(&desks, &world, "pia").await;
        let path = format!("/post/{}", taken[0].id);
        pia.get(&path).await.ok();
        pia.post(&format!("{path}/vent"), &[("reason", "more"), ("period", "1")]).await;
        let count = async || {
            let queue = router::desk::queue(world.room(), 50).await.expect("a queue");
            let stretch = router::desk::stretch(world.room(), None, 50).await.expect("a stretch");
            assert_eq!(
                (queue.total, stretch.total),
                (queue.letters.len() as u64, stretch.letters.len() as u64)
            );
            queue.total
        };
        assert_eq!(count().await, 2);
        // Opened where it lies, it can be answered from there.
        pia.get(&path).await.ok();
        let sent = pia.post(&format!("{path}/svar"), &[("seen", "1"), ("unit", "park")]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        assert_eq!(count().await, 2, "it is out of line once");
        world.wait(Duration::from_secs(31));
        world.work().await;
        assert_eq!(count().await, 2);
        world.everything_is_settled().await;
    }
);
