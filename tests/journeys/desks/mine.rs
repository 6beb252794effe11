//! The case handler's desk: what lies with a unit is seen by its people and nobody else, opening is told once a day, and a
//! letter that is not theirs goes back or on, with access following.

use std::time::Duration;

use journeys::desks::{Browser, Desks};
use journeys::letters::{Letter, uuid};
use journeys::{Engine, World, on_both_databases};
use reqwest::StatusCode;
use router::intake::Taken;
use router::journey::{Answer, answer};
use router::web::Role;
use rules::{HandOver, Journaling};

use crate::on_its_way::{PARTY, with_case};

const TEXT: &str = "Kære kommune. Min søn Viggo skal begynde i vuggestuen på Kirkevej 14.";

/// An answer to our letter in a case of the Pladsanvisning: journaled there, and handed to its unit.
pub async fn answer_to_us(world: &World, number: u64) -> Taken {
    let letter = Letter::from_citizen(number, PARTY, "Mette Prøve")
        .answering(uuid(9000), None, None)
        .label("Svar om Viggos plads")
        .text(TEXT);
    world.receive(&[letter.bytes()]).await.pop().expect("it is taken in")
}

pub async fn handler(desks: &Desks, world: &World, person: &str, unit: &str) -> Browser {
    desks.sign_in(world, person, &[Role::CaseHandler], &[unit]).await
}

pub async fn told(world: &World, taken: &Taken, kind: &str) -> Vec<router::story::EventView> {
    world.story(taken).await.events.into_iter().filter(|event| event.kind == kind).collect()
}

on_both_databases!(a_unit_sees_its_own_mail_and_nobody_elses, |engine: Engine| async move {
    let world = with_case(engine, true).await;
    let taken = answer_to_us(&world, 1).await;
    let desks = Desks::open(&world).await;
    let (kim, ida) =
        (handler(&desks, &world, "kim", "plads").await, handler(&desks, &world, "ida", "boern").await);
    let path = format!("/mine/{}", taken.id);

    let list = kim.get("/mine").await.ok();
    for shown in [
        "Svar om Viggos plads",
        "Borger",
        "Journaliseret på sag",
        "28.03.00-G01-7-26",
        "ulæst",
        "Pladsanvisningen",
    ] {
        assert!(list.contains(shown), "{shown}: {list}");
    }
    let head = kim.get(&path).await.ok();
    assert!(head.contains("Åbn brevet") && !head.contains("Kirkevej") && !head.contains("Mette"), "{head}");

    let none = ida.get("/mine").await.ok();
    assert!(none.contains("Der ligger ingen breve") && !none.contains("Viggo"), "{none}");
    let absent = ida.get("/mine/018f0000-0000-7000-8000-000000000000").await;
    let hidden = ida.get(&path).await;
    assert_eq!((hidden.status, hidden.text), (absent.status, absent.text), "as if it were not there");
    kim.post(&format!("{path}/aaben"), &[]).await;
    for door in ["find?q=a", "dokument/0"] {
        assert_eq!(ida.get(&format!("{path}/{door}")).await.status, StatusCode::NOT_FOUND, "{door}");
    }
    for door in ["aaben", "faerdig", "retur", "videre"] {
        let fields = [("reason", "not-ours"), ("unit", "boern")];
        assert_eq!(
            ida.post(&format!("{path}/{door}"), &fields).await.status,
            StatusCode::NOT_FOUND,
            "{door}"
        );
    }
    let story = world.story(&taken).await;
    assert_eq!(story.hand_overs.len(), 1, "nothing moved");
    let of_ida = story.events.iter().filter(|event| event.actor == "person:ida");
    let of_ida: Vec<&str> = of_ida.map(|event| event.kind.as_str()).collect();
    assert_eq!(of_ida, ["refused"], "nothing was seen, and the log tells of the document that was asked for");
    world.everything_is_settled().await;
});

on_both_databases!(opening_is_told_once_a_day_and_being_done_is_undone, |engine: Engine| async move {
    let world = with_case(engine, true).await;
    let taken = answer_to_us(&world, 1).await;
    let desks = Desks::open(&world).await;
    let kim = handler(&desks, &world, "kim", "plads").await;
    let path = format!("/mine/{}", taken.id);
    assert_eq!(kim.get(&format!("{path}/dokument/0")).await.status, StatusCode::NOT_FOUND, "not opened yet");
    let early = kim.post(&format!("{path}/faerdig"), &[]).await;
    assert!(early.status == StatusCode::CONFLICT && early.text.contains("Åbn brevet"), "{}", early.text);
    assert!(told(&world, &taken, "viewed").await.is_empty());

    let sent = kim.post(&format!("{path}/aaben"), &[]).await;
    assert_eq!((sent.status, sent.location.as_deref()), (StatusCode::SEE_OTHER, Some(path.as_str())));
    let open = kim.get(&path).await.ok();
    assert!(open.contains("Kirkevej 14") && open.contains("Mette Prøve"), "{open}");
    assert_eq!(kim.get(&format!("{path}/dokument/0")).await.ok(), TEXT);
    for _ in 0..3 {
        kim.post(&format!("{path}/aaben"), &[]).await;
        kim.get(&path).await.ok();
        kim.get(&format!("{path}/dokument/0")).await.ok();
    }
    let seen = told(&world, &taken, "viewed").await;
    let levels: Vec<&str> = seen.iter().map(|event| event.details["level"].as_str()).collect();
    assert_eq!(levels, ["text", "documents"], "told once, however often it is read");
    assert!(seen.iter().all(|event| event.actor == "person:kim"), "{:?}", seen[0].actor);
    assert!(world.story(&taken).await.hand_overs[0].opened_at.is_some());

    kim.post(&format!("{path}/faerdig"), &[]).await;
    assert!(!kim.get("/mine").await.ok().contains("Viggos plads"));
    assert!(kim.get("/mine?vis=faerdige").await.ok().contains("Viggos plads"));
    assert!(!kim.get("/mine?vis=kolleger").await.ok().contains("Viggos plads"));
    kim.post(&format!("{path}/faerdig"), &[]).await;
    assert_eq!(told(&world, &taken, "handled").await.len(), 1, "said twice, it is so once");
    kim.post(&format!("{path}/faerdig"), &[("igen", "ja")]).await;
    assert!(kim.get("/mine").await.ok().contains("Viggos plads"));

    world.wait(Duration::from_secs(86_400));
    let kim = handler(&desks, &world, "kim", "plads").await;
    assert!(!kim.get(&path).await.ok().contains("Kirkevej 14"), "another day, another line in the log");
    kim.post(&format!("{path}/aaben"), &[]).await;
    assert!(kim.get(&path).await.ok().contains("Kirkevej 14"));
    assert_eq!(told(&world, &taken, "viewed").await.len(), 3);
    world.everything_is_settled().await;
});

on_both_databases!(a_letter_sent_back_is_nobodys_until_it_is_distributed_anew, |engine: Engine| async move {
    let world = with_case(engine, true).await;
    let taken = answer_to_us(&world, 1).await;
    let desks = Desks::open(&world).await;
    let kim = handler(&desks, &world, "kim", "plads").await;
    let path = format!("/mine/{}", taken.id);
    kim.post(&format!("{path}/aaben"), &[]).await;
    let asked = kim.post(&format!("{path}/retur"), &[("reason", "nysgerrig")]).await;
    assert!(asked.text.contains("Vælg en begrundelse"), "{}", asked.text);

    // Pressed twice at once, it is sent back once.
    let fields = [("reason", "not-ours")];
    let door = format!("{path}/retur");
    let (one, other) = tokio::join!(kim.post(&door, &fields), kim.post(&door, &fields));
    let sent = [&one, &other].iter().filter(|answer| answer.status == StatusCode::SEE_OTHER).count();
    assert_eq!(sent, 1, "{} {}", one.text, other.text);
    for door in ["", "/dokument/0"] {
        assert_eq!(kim.get(&format!("{path}{door}")).await.status, StatusCode::NOT_FOUND);
    }
    let row = world.row(&taken).await;
    assert_eq!((row.stage.as_str(), row.outcome.as_str()), ("waiting", "sent-back"));
    let back = told(&world, &taken, "sent_back").await;
    assert_eq!(back.len(), 1);
    assert_eq!(back[0].reason.as_deref(), Some("Det er ikke vores område"));

    let pia = desks.sign_in(&world, "pia", &[Role::PostDistributor], &[]).await;
    let letter = pia.get(&format!("/post/{}", taken.id)).await.ok();
    assert!(letter.contains("sendt retur: den hørte ikke til"), "{letter}");
    assert!(
        letter.contains("Lå hos Pladsanvisningen fra") && letter.contains("Det er ikke vores område"),
        "{letter}"
    );
    let svar = format!("/post/{}/svar", taken.id);
    let other_case = [("seen", "1"), ("unit", "boern"), ("case", "27.00.00-G01-1-26")];
    let refused = pia.post(&svar, &other_case).await.ok();
    assert!(refused.contains("allerede journaliseret"), "said at once, not half a minute later: {refused}");
    let sent = pia.post(&svar, &[("seen", "1"), ("unit", "boern")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    world.wait(Duration::from_secs(31));
    world.work().await;

    let story = world.story(&taken).await;
    assert_eq!(
        (story.stage.as_str(), story.outcome.as_str()),
        ("settled", "journaled"),
        "{}",
        story.danish()
    );
    let ways: Vec<(&str, Option<&str>)> =
        story.hand_overs.iter().map(|one| (one.unit.as_str(), one.ended_why.as_deref())).collect();
    assert_eq!(ways, [("plads", Some("returned")), ("boern", None)]);
    assert_eq!(world.room().store.entry_counts().await.expect("an answer"), (1, 1), "journaled once");
    let ida = handler(&desks, &world, "ida", "boern").await;
    assert!(ida.get("/mine").await.ok().contains("Viggos plads"));
    assert_eq!(kim.get(&path).await.status, StatusCode::NOT_FOUND);
    world.everything_is_settled().await;
});

on_both_databases!(a_letter_passed_on_takes_its_access_along, |engine: Engine| async move {
    let world = with_case(engine, true).await;
    let taken = answer_to_us(&world, 1).await;
    let desks = Desks::open(&world).await;
    let (kim, ida) =
        (handler(&desks, &world, "kim", "plads").await, handler(&desks, &world, "ida", "boern").await);
    let path = format!("/mine/{}", taken.id);
    let door = format!("{path}/videre");
    let found = kim.get(&format!("{path}?q=Anne")).await.ok();
    assert!(found.contains("Anne Lerche") && found.contains("name=\"person\" value=\"anle\""), "{found}");
    for (fields, said) in [
        (&[("unit", "findes-ikke")][..], "Der er ingen enhed"),
        (&[("unit", "plads"), ("person", "anle")], "hører ikke til den enhed"),
        (&[("unit", "plads")], "ligger der allerede"),
        (&[("unit", "")], "Der er ingen enhed"),
    ] {
        let refused = kim.post(&door, fields).await;
        assert!(refused.status == StatusCode::CONFLICT && refused.text.contains(said), "{}", refused.text);
    }

    // Taken by one of the unit, it lies with a colleague for the others.
    kim.post(&format!("{path}/aaben"), &[]).await;
    let taken_up = kim.post(&door, &[("unit", "plads"), ("person", "kim")]).await;
    assert_eq!(taken_up.location.as_deref(), Some(path.as_str()), "{}", taken_up.text);
    assert!(kim.get("/mine").await.ok().contains("Pladsanvisningen, Dig"));
    let per = handler(&desks, &world, "per", "plads").await;
    assert!(!per.get("/mine").await.ok().contains("Viggos plads"));
    assert!(per.get("/mine?vis=kolleger").await.ok().contains("Viggos plads"));
    assert!(world.story(&taken).await.hand_overs[1].opened_at.is_some(), "whoever read it has opened it");

    // To a closed unit is to its heir.
    let sent = kim.post(&door, &[("unit", "boern"), ("person", "anle")]).await;
    assert_eq!(sent.location.as_deref(), Some("/mine?gjort=videre"), "{}", sent.text);
    for who in [&kim, &per] {
        assert_eq!(who.get(&path).await.status, StatusCode::NOT_FOUND);
    }
    assert!(ida.get("/mine?vis=kolleger").await.ok().contains("Anne Lerche"));
    let anne = handler(&desks, &world, "anle", "boern").await;
    assert!(anne.get("/mine").await.ok().contains("Viggos plads"));
    let story = world.story(&taken).await;
    let way = &story.hand_overs[2];
    assert_eq!((way.unit.as_str(), way.person.as_deref(), way.opened_at), ("boern", Some("anle"), None));
    let told = told(&world, &taken, "forwarded").await;
    assert_eq!(told.len(), 2);
    assert_eq!((told[1].details["from_unit"].as_str(), told[1].details["unit"].as_str()), ("plads", "boern"));
    assert_eq!(
        (story.stage.as_str(), story.outcome.as_str()),
        ("settled", "journaled"),
        "where it is journaled stays"
    );

    anne.post(&door, &[("unit", "social")]).await;
    let story = world.story(&taken).await;
    let last = story.hand_overs.last().expect("a hand-over");
    assert_eq!((last.unit.as_str(), last.redirect.as_deref()), ("boern", Some("unit-closed")));
    world.everything_is_settled().await;
});

on_both_databases!(a_full_inbox_comes_a_page_at_a_time_by_deadline, |engine: Engine| async move {
    let world = with_case(engine, true).await;
    let letters: Vec<Vec<u8>> = (1..=53)
        .map(|number| {
            let letter = Letter::from_citizen(number, PARTY, "Mette Prøve").answering(uuid(9000), None, None);
            let letter = letter.label(&format!("Brev nr. {number:02}"));
            // The last one must be answered first.
            let by = "2026-11-27T22:59:59Z".parse().expect("a time");
            let urgent = number == 53;
            letter.with(|message| message.header.reply_by = urgent.then_some(by)).bytes()
        })
        .collect();
    world.receive(&letters).await;
    let desks = Desks::open(&world).await;
    let kim = handler(&desks, &world, "kim", "plads").await;
    let first = kim.get("/mine").await.ok();
    assert!(first.contains("Side 1 af 2") && first.contains("(53)"), "{first}");
    let numbers = |page: &str| -> Vec<String> {
        page.split("Brev nr. ").skip(1).map(|after| after[..2].to_owned()).collect()
    };
    assert_eq!(numbers(&first)[0], "53", "what must be answered first stands first");
    let second = kim.get("/mine?side=2").await.ok();
    let mut all = [numbers(&first), numbers(&second)].concat();
    assert_eq!((numbers(&first).len(), all.len()), (50, 53));
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 53, "each letter is on one page");
    for side in ["0", "9", "x", "-1", "99999999999999999999"] {
        kim.get(&format!("/mine?side={side}")).await.ok();
    }
});

/// A letter that a post distributor gave to the Pladsanvisning, whose people are to choose its case.
async fn left_to_the_unit(world: &World, number: u64) -> Taken {
    let letter = Letter::from_citizen(number, PARTY, "Mette Prøve").text(TEXT);
    let taken = world.receive(&[letter.bytes()]).await.pop().expect("it is taken in");
    let hand_over = HandOver { unit: "plads".into(), person: None, journal: Journaling::LeftToHandler };
    let given = Answer { person: "pia".into(), hand_over, reason: None, subject: None, to: None };
    answer(world.room(), &taken.id, given).await.expect("it is taken");
    world.work().await;
    taken
}

on_both_databases!(the_unit_chooses_the_case_or_says_why_there_is_none, |engine: Engine| async move {
    let world = with_case(engine, true).await;
    let (first, second) = (left_to_the_unit(&world, 1).await, left_to_the_unit(&world, 2).await);
    let desks = Desks::open(&world).await;
    let (kim, ida) =
        (handler(&desks, &world, "kim", "plads").await, handler(&desks, &world, "ida", "boern").await);
    let path = format!("/mine/{}", first.id);
    let case = [("case", "28.03.00-G01-7-26")];

    let unread = kim.post(&format!("{path}/journal"), &case).await;
    assert!(
        unread.status == StatusCode::CONFLICT && unread.text.contains("Åbn brevet først"),
        "{}",
        unread.text
    );
    kim.post(&format!("{path}/aaben"), &[]).await;
    let page = kim.get(&path).await.ok();
    assert!(page.contains("Journalisér på 28.03.00-G01-7-26"), "the sender's open case is offered: {page}");
    assert_eq!(ida.post(&format!("{path}/journal"), &case).await.status, StatusCode::NOT_FOUND);
    for (field, value, said) in [
        ("case", "findes-ikke", "Der er ingen sag med nummeret"),
        ("not", "orker-ikke", "Vælg en begrundelse"),
    ] {
        let refused = kim.post(&format!("{path}/journal"), &[(field, value)]).await;
        assert!(refused.status == StatusCode::CONFLICT && refused.text.contains(said), "{}", refused.text);
    }
    let done = kim.post(&format!("{path}/journal"), &case).await;
    assert_eq!(done.location.as_deref(), Some(path.as_str()), "{}", done.text);
    world.work().await;
    let story = world.story(&first).await;
    assert_eq!(story.entry.as_ref().map(|entry| entry.case.as_str()), Some("28.03.00-G01-7-26"));
    assert_eq!(story.stage, "settled");
    let has = story.hand_overs.last().expect("a hand-over");
    assert!(
        has.unit == "plads" && has.ended_at.is_none() && has.opened_at.is_some(),
        "it stays, and stays read"
    );
    let answered: Vec<_> = story.events.iter().filter(|event| event.kind == "answered").collect();
    assert_eq!(answered.last().map(|event| event.actor.as_str()), Some("person:kim"));
    let again = kim.post(&format!("{path}/journal"), &case).await;
    assert!(again.text.contains("allerede afgjort"), "{}", again.text);
    let page = kim.get(&path).await.ok();
    assert!(page.contains("Journaliseret på sag") && !page.contains("Hvilken sag hører"), "{page}");

    let path = format!("/mine/{}", second.id);
    kim.post(&format!("{path}/aaben"), &[]).await;
    kim.post(&format!("{path}/journal"), &[("not", "no-weight")]).await;
    world.work().await;
    let story = world.story(&second).await;
    assert_eq!((story.stage.as_str(), story.outcome.as_str()), ("settled", "not-journaled"));
    assert!(story.entry.is_none());
    world.everything_is_settled().await;
});
