//! Insight: a small world whose figures are counted by hand, senders who are told of and those who are not, what is taken out,
//! and figures that stay right when letters come back.

use std::time::Duration;

use journeys::desks::{Browser, Desks};
use journeys::letters::{Letter, uuid};
use journeys::{Engine, World, on_both_databases};
use reqwest::StatusCode;
use router::intake::Taken;
use router::journey::{Answer, answer};
use router::web::Role;
use rules::{HandOver, Journaling};

use super::records::{past_the_program, told};
use crate::on_its_way::{PARTY, with_case};

/// An authority that the policy knows, and two companies.
const AUTHORITY: &str = "87654321";
const COMPANY: &str = "11223344";
const SMALL: &str = "22334455";
/// A name that would like to be markup.
const EVIL: &str = "<script>alert('1')</script>\"A/S\" 620280-1212";
/// What a letter costs in these journeys.
const PRICE: &str = "minutter=12&timeloen=300";

fn from(number: u64, cvr: &str, name: &str) -> Letter {
    Letter::from_citizen(number, "6202801212", name).with(|message| {
        let sender = &mut message.header.sender;
        (sender.sender_id, sender.id_type) = (cvr.into(), "CVR".into());
        let system = memo::GeneratingSystem { id: "S1".into(), label: Some("Brevsystem <b>1</b>".into()) };
        let attention =
            memo::AttentionData { generating_system: Some(system), ..memo::AttentionData::default() };
        sender.attention = Some(attention);
    })
}

/// What these journeys look into.
struct Known {
    /// Marked by the authority: they go to Ydelseskontoret by themselves.
    marked: Vec<Taken>,
    /// Unmarked from the authority: they wait.
    unmarked: Vec<Taken>,
}

/// Six marked and four unmarked letters of an authority, five of a company, four of another, two of citizens.
async fn known_world(world: &World) -> Known {
    let marked = (1..=6).map(|n| from(n, AUTHORITY, "Tårup Kommune").kle("32.03.04", Some("G01")).bytes());
    let unmarked = (7..=10).map(|n| from(n, AUTHORITY, "Tårup Kommune").bytes());
    let company = (11..=15).map(|n| from(n, COMPANY, EVIL).bytes());
    let small = (16..=19).map(|n| from(n, SMALL, "Lille Firma").bytes());
    let citizens = (20..=21).map(|n| Letter::from_citizen(n, "6202801212", "Mette Prøve").bytes());
    // One after the other: the first makes the case that the others are found to belong to.
    let mut first = Vec::new();
    for letter in marked {
        first.extend(world.receive(&[letter]).await);
    }
    let unmarked = world.receive(&unmarked.collect::<Vec<_>>()).await;
    world.receive(&company.chain(small).chain(citizens).collect::<Vec<_>>()).await;
    Known { marked: first, unmarked }
}

async fn to_ydelse(world: &World, taken: &Taken) {
    let journal = Journaling::NewCase { subject: "32.03.04".parse().expect("a subject"), facet: None };
    let hand_over = HandOver { unit: "ydelse".into(), person: None, journal };
    let said = Answer { person: "pia".into(), hand_over, reason: None, subject: None, to: None };
    answer(world.room(), &taken.id, said).await.expect("the answer is taken");
    world.work().await;
}

async fn distributor(desks: &Desks, world: &World) -> Browser {
    desks.sign_in(world, "pia", &[Role::PostDistributor], &[]).await
}

/// The figure of this name among the large ones of a page.
#[track_caller]
fn figure<'p>(page: &'p str, name: &str) -> &'p str {
    let after = page.split(&format!("<dt>{name}</dt><dd>")).nth(1);
    after.unwrap_or_else(|| panic!("{name}: {page}")).split('<').next().unwrap_or_default()
}

/// The cells of the first row of a page that begins with this name.
#[track_caller]
fn row(page: &str, name: &str) -> Vec<String> {
    let rows = page.split("<tr>").filter(|row| row.contains("<td"));
    let mut texts = rows.map(|row| {
        let row = row.split("</tr>").next().unwrap_or_default();
        let cells = row.split("</td>").flat_map(|cell| cell.split("</th>"));
        cells.map(|cell| cell.rsplit('>').next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    });
    texts
        .find(|cells| cells.first().is_some_and(|first| first == name))
        .unwrap_or_else(|| panic!("{name}: {page}"))
}

on_both_databases!(every_figure_is_what_was_counted_by_hand, |engine: Engine| async move {
    let world = World::open(engine).await;
    let known = known_world(&world).await;
    let desks = Desks::open(&world).await;
    let pia = distributor(&desks, &world).await;
    // One unmarked letter is looked into, one is not; both are answered an hour and a half after they came.
    pia.post(&format!("/post/{}/vis", known.unmarked[0].id), &[("level", "1")]).await.ok();
    world.wait(Duration::from_secs(90 * 60));
    to_ydelse(&world, &known.unmarked[0]).await;
    to_ydelse(&world, &known.unmarked[1]).await;
    // One that went by itself was not theirs.
    let kim = desks.sign_in(&world, "kim", &[Role::CaseHandler], &["ydelse"]).await;
    let path = format!("/mine/{}", known.marked[0].id);
    kim.post(&format!("{path}/aaben"), &[]).await;
    kim.post(&format!("{path}/aaben"), &[]).await;
    let back = kim.post(&format!("{path}/retur"), &[("reason", "not-ours")]).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.text);
    world.work().await;

    let pia = distributor(&desks, &world).await;
    let page = pia.get(&format!("/indsigt?{PRICE}")).await.ok();
    for (name, expected) in [
        ("breve modtaget", "21"),
        // Five of seven: the one that came back is not settled.
        ("afgjort uden en medarbejders svar", "71,4 %"),
        // Seven of eight hand-overs.
        ("overdraget uden øjne", "87,5 %"),
        // Pia and Kim, of 21 letters.
        ("øjne pr. brev", "0,1"),
        ("median til journaliseret", "under et minut"),
        // One of eight.
        ("sendt eller trukket tilbage", "12,5 %"),
        // Five letters of twelve minutes.
        ("timer sparet", "1,0"),
        ("kroner sparet", "300"),
    ] {
        assert_eq!(figure(&page, name), expected, "{name}");
    }
    assert!(page.contains(
        "Medianen er under et minut; ni ud af ti breve er journaliseret inden for 1 time og 30 minutter."
    ));
    assert_eq!(
        row(&page, "Ydelseskontoret")[..8],
        ["Ydelseskontoret", "7", "7", "5", "71,4 %", "0,1", "1,0", "300"]
    );
    assert_eq!(row(&page, "Ingen enhed endnu")[..5], ["Ingen enhed endnu", "14", "0", "0", "–"]);
    assert_eq!(row(&page, "Ingen")[..3], ["Ingen", "19", "90,5 %"]);
    assert_eq!(row(&page, "1")[..3], ["1", "2", "9,5 %"]);
    assert_eq!(row(&page, "under 1 minut")[..3], ["under 1 minut", "6", "75 %"]);
    assert_eq!(row(&page, "1 til 4 timer")[..3], ["1 til 4 timer", "2", "100 %"]);
    // Exact bounds of one in eight, from the tables: 0.32 % to 52.65 %.
    let handed = page.split("<caption>Overdragelser").nth(1).expect("the table of hand-overs");
    assert_eq!(
        row(handed, "Ydelseskontoret")[1..],
        ["8", "87,5 %", "1", "12,5 %", "0,3 % til 52,7 %", "–", "intet budget", "0", ""]
    );
    assert!(page.contains("14 af periodens breve er ikke afgjort endnu"), "{page}");
    // Another period is another world.
    let before = pia.get("/indsigt?fra=2026-10-01&til=2026-10-31").await.ok();
    assert_eq!((figure(&before, "breve modtaget"), figure(&before, "overdraget uden øjne")), ("0", "–"));
    assert!(before.contains("Intet blev overdraget") && !before.contains("<svg"), "{before}");
    world.everything_is_settled().await;
});

on_both_databases!(senders_are_told_of_and_persons_and_small_groups_are_not, |engine: Engine| async move {
    let world = World::open(engine).await;
    known_world(&world).await;
    let desks = Desks::open(&world).await;
    let pia = distributor(&desks, &world).await;
    let page = pia.get(&format!("/indsigt/afsendere?{PRICE}")).await.ok();
    assert_eq!(row(&page, "Borgere")[..2], ["Borgere", "2"]);
    // Of the authority's ten letters four waited, without a mark that could lead them on: 48 minutes.
    let authority = page.split("Tårup Kommune").nth(1).expect("the authority");
    for said in ["CVR 87654321", ">10<", ">60 %<", ">4<", ">0,8<", ">240<", "sagsnummer, returdata"] {
        assert!(authority.split("</tr>").next().expect("its row").contains(said), "{said}: {authority}");
    }
    for path in ["/indsigt/afsendere", "/indsigt", &format!("/indsigt/afsender/{COMPANY}")] {
        let page = pia.get(path).await.ok();
        for hidden in [
            "Lille Firma",
            SMALL,
            "Mette",
            "620280",
            "6202801212",
            "<script>alert",
            "<b>1</b>",
            "Henvendelse nr.",
        ] {
            assert!(!page.contains(hidden), "{hidden} on {path}: {page}");
        }
    }
    assert!(
        page.contains("&#60;script&#62;") && page.contains("Brevsystem &#60;b&#62;1&#60;/b&#62;"),
        "{page}"
    );
    assert!(page.contains("1 afsender med under 5 breve, i alt 4 breve"), "{page}");
    // The system made all nineteen letters of authorities and companies.
    assert_eq!(row(&page, "Brevsystem &#60;b&#62;1&#60;/b&#62;")[1], "19");
    // Too few letters look like none at all, and so does whatever is no CVR number.
    let absent = pia.get("/indsigt/afsender/99999999").await;
    for key in [SMALL, "6202801212", "citizen", "..%2F..", "%3Cscript%3E", "x'or'1"] {
        let answer = pia.get(&format!("/indsigt/afsender/{key}")).await;
        assert_eq!((answer.status, &answer.text), (StatusCode::NOT_FOUND, &absent.text), "{key}");
    }
    let later = pia.get(&format!("/indsigt/afsender/{AUTHORITY}?fra=2026-11-21&til=2026-11-21")).await;
    assert_eq!(later.status, StatusCode::NOT_FOUND);
    world.everything_is_settled().await;
});

on_both_databases!(a_sender_gets_a_letter_with_the_facts_and_the_log_is_told, |engine: Engine| async move {
    let world = World::open(engine).await;
    known_world(&world).await;
    let desks = Desks::open(&world).await;
    let rita = desks.sign_in(&world, "rita", &[Role::RecordsManager], &[]).await;
    let path = format!("/indsigt/afsender/{AUTHORITY}");
    let page = rita.get(&format!("{path}?{PRICE}")).await.ok();
    for said in [
        "Til: Tårup Kommune (CVR 87654321)",
        "har vi fået 10 breve fra jer",
        "4 af brevene (40 %) måtte vente",
        "0,8 timer eller 240 kr.",
        "MessageHeader/ReplyData",
        "Prøvekøbing Kommune",
        "Brevsystem &#60;b&#62;1&#60;/b&#62;",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert_eq!(row(&page, "KLE-emne")[2..4], ["6", "60 %"]);
    assert_eq!(row(&page, "afsendende system")[2..4], ["10", "100 %"]);
    let price = [("minutter", "12"), ("timeloen", "300")];
    let taken = |svar: &'static str| [&price[..], &[("svar", svar)]].concat();
    let word = rita.post(&path, &taken("docx")).await;
    assert!(
        word.head["content-disposition"].contains("brev-om-opmaerkning-2026-11-20.docx"),
        "{:?}",
        word.head
    );
    assert!(word.ok().starts_with("PK"));
    let csv = rita.post(&path, &taken("csv")).await.ok();
    assert!(csv.contains("KLE-emne;MessageHeader/ContentData/KLEdata/subjectKey;10;6;60 %;"), "{csv}");
    let csv = rita.post("/indsigt/afsendere", &taken("csv")).await.ok();
    assert!(csv.contains("87654321;Tårup Kommune;Myndighed;10;6;6;0;0;0;0;0;10;4;4;0,8;240"), "{csv}");
    assert!(csv.contains("******-****") && !csv.contains("620280") && !csv.contains("Lille Firma"), "{csv}");
    let csv = rita.post("/indsigt", &taken("csv")).await.ok();
    assert!(csv.contains("Ydelseskontoret;6;6;6;100 %;0;6;6;0;0;0 %;"), "{csv}");
    assert!(rita.post("/indsigt", &taken("xlsx")).await.ok().starts_with("PK"));
    for path in ["/indsigt", "/indsigt/afsendere", path.as_str()] {
        let asked = rita.post(path, &[("svar", "exe")]).await;
        assert!(
            asked.status == StatusCode::CONFLICT && asked.text.contains("CSV eller Excel"),
            "{}",
            asked.text
        );
    }
    let exported = told(&world, "exported").await;
    assert_eq!(exported.len(), 5, "what was refused left nothing: {exported:?}");
    assert!(
        exported[0].contains("\"sender\":\"87654321\"") && exported[0].contains("opmærkning"),
        "{exported:?}"
    );
    assert!(
        exported.iter().all(|event| event.contains("\"days\":\"2026-10-24/2026-11-20\"")),
        "{exported:?}"
    );
    assert!(exported.iter().all(|event| event.contains("records-manager") && event.contains("rita")));
    world.everything_is_settled().await;
});

on_both_databases!(what_a_unit_gives_on_is_not_the_post_rooms_hand_over, |engine: Engine| async move {
    let world = with_case(engine, true).await;
    let letter =
        |number| Letter::from_citizen(number, PARTY, "Mette Prøve").answering(uuid(9000), None, None).bytes();
    let taken = world.receive(&[letter(1), letter(2)]).await;
    let desks = Desks::open(&world).await;
    let kim = desks.sign_in(&world, "kim", &[Role::CaseHandler], &["plads"]).await;
    for (taken, unit) in taken.iter().zip(["boern", "plads"]) {
        let path = format!("/mine/{}", taken.id);
        kim.post(&format!("{path}/aaben"), &[]).await;
        let fields = [("unit", unit), ("person", if unit == "plads" { "kim" } else { "anle" })];
        let sent = kim.post(&format!("{path}/videre"), &fields).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    }
    let pia = distributor(&desks, &world).await;
    let page = pia.get("/indsigt").await.ok();
    let handed = page.split("<caption>Overdragelser").nth(1).expect("the table of hand-overs");
    // Two were handed over, none came back, one went on to another unit, and a colleague of the same is none.
    let plads = row(handed, "Pladsanvisningen");
    assert_eq!((plads[1].as_str(), plads[3].as_str(), plads[8].as_str()), ("2", "0", "1"), "{plads:?}");
    assert!(!handed.contains("Børn og Familie"), "{handed}");
    assert_eq!(row(&page, "Børn og Familie")[1], "1", "there it lies now");
    // Opening it and reading its document are one pair of eyes.
    assert_eq!(row(&page, "1")[1], "2");
    world.everything_is_settled().await;
});

on_both_databases!(looks_from_before_they_were_counted_are_caught_up, |engine: Engine| async move {
    let world = with_case(engine, true).await;
    let letter = Letter::from_citizen(1, PARTY, "Mette Prøve").answering(uuid(9000), None, None).bytes();
    let taken = world.receive(&[letter]).await.remove(0);
    let path = format!("/mine/{}", taken.id);
    let desks = Desks::open(&world).await;
    let kim = desks.sign_in(&world, "kim", &[Role::CaseHandler], &["plads"]).await;
    kim.post(&format!("{path}/aaben"), &[]).await;
    kim.get(&format!("{path}/dokument/0")).await.ok();
    let pia = distributor(&desks, &world).await;
    let counted = pia.get("/indsigt").await.ok();
    assert_eq!(figure(&counted, "øjne pr. brev"), "1,0");
    past_the_program(&world, "delete from eye").await;
    past_the_program(&world, "delete from meta where name = 'eyes-counted'").await;
    assert_eq!(figure(&pia.get("/indsigt").await.ok(), "øjne pr. brev"), "0,0");
    drop(desks);
    let world = world.reopen().await;
    let desks = Desks::open(&world).await;
    let pia = distributor(&desks, &world).await;
    assert_eq!(pia.get("/indsigt").await.ok(), counted.replace(&form(&counted), &pia.form));
    world.everything_is_settled().await;
});

/// What the forms of a page bring.
fn form(page: &str) -> String {
    let after = page.split("name=\"form\" value=\"").nth(1).unwrap_or_default();
    after.split('"').next().unwrap_or_default().to_owned()
}

on_both_databases!(what_is_typed_wrong_is_said_and_the_page_stands, |engine: Engine| async move {
    let world = World::open(engine).await;
    let desks = Desks::open(&world).await;
    let drift = desks.sign_in(&world, "drift", &[Role::Operator], &[]).await;
    for (query, said) in [
        ("fra=i+g%C3%A5r", "Startdagen kan ikke læses"),
        ("fra=2020-01-01&til=2026-01-01", "længere end 366 dage"),
        ("fra=2026-11-20&til=2026-11-01", "Byt dem om"),
        ("minutter=to", "Minutter pr. brev skal være et tal"),
        ("timeloen=-1", "Timelønnen skal være et tal"),
        ("minutter=%3Cscript%3E", "Minutter pr. brev skal være et tal"),
    ] {
        for path in ["/indsigt", "/indsigt/afsendere"] {
            let page = drift.get(&format!("{path}?{query}")).await.ok();
            assert!(
                page.contains(said) && page.contains("2026-10-24") && !page.contains("<script>"),
                "{page}"
            );
        }
    }
    let page = drift.get("/indsigt").await.ok();
    assert_eq!((figure(&page, "timer sparet"), figure(&page, "kroner sparet")), ("–", "–"));
    assert!(page.contains("Indsigt</a>") && page.contains("aria-current=\"page\">Indsigt"), "{page}");
    let handler = desks.sign_in(&world, "kim", &[Role::CaseHandler], &["plads"]).await;
    assert!(!handler.get("/mine").await.ok().contains("/indsigt"));
    assert_eq!(handler.get("/indsigt").await.status, StatusCode::FORBIDDEN);
});
