//! The records manager's desk: a message's story, search, the balance of each day, the ledger, and whether the trail is whole.

use std::time::Duration;

use journeys::desks::{Browser, Desks};
use journeys::letters::{Letter, uuid};
use journeys::{Engine, World, on_both_databases, world};
use reqwest::StatusCode;
use router::config::DatabaseLocation;
use router::intake::Taken;
use router::web::Role;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

use crate::on_its_way::{PARTY, with_case};

const CASE: &str = "28.03.00-G01-7-26";
/// What the letters of these journeys say and no page of this desk may.
const HIDDEN: [&str; 5] = ["Mette", "Prøve Hansen", "620280", "Lillesøsters plads", "vuggestuen"];

/// A letter that is journaled on its case, and one that waits.
pub(crate) async fn one_journaled_and_one_waiting(world: &World) -> (Taken, Taken) {
    let letter = |number| {
        let letter = Letter::from_citizen(number, PARTY, "Mette Prøve Hansen");
        letter.label("Lillesøsters plads").text("Hun skal starte i vuggestuen.")
    };
    let answer = letter(1).answering(uuid(9000), None, None).bytes();
    let mut taken = world.receive(&[answer, letter(2).bytes()]).await;
    let waiting = taken.pop().expect("the second");
    (taken.pop().expect("the first"), waiting)
}

pub(crate) async fn manager(desks: &Desks, world: &World) -> Browser {
    desks.sign_in(world, "rita", &[Role::RecordsManager], &[]).await
}

/// Does something to the database past the program.
pub(crate) async fn past_the_program(world: &World, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    let done = match world.house.config.database().expect("a database") {
        DatabaseLocation::Sqlite(file) => {
            let url = format!("sqlite:{}", file.display());
            let mut connection = SqliteConnection::connect(&url).await.expect("the database opens");
            sqlx::query(sql).execute(&mut connection).await.expect("it runs").rows_affected()
        }
        DatabaseLocation::Postgres(url) => {
            let mut connection = PgConnection::connect(url.expose()).await.expect("the server answers");
            let name = format!("set modtag.authority = '{}'", world::CVR);
            sqlx::query(AssertSqlSafe(name)).execute(&mut connection).await.expect("it runs");
            sqlx::query(sql).execute(&mut connection).await.expect("it runs").rows_affected()
        }
    };
    assert!(done > 0, "something was done");
}

/// Events of a kind in the whole log: actor, reason and details as one text each.
pub(crate) async fn told(world: &World, kind: &str) -> Vec<String> {
    let events = world.room().store.audit_page(0, 100_000).await.expect("the log");
    let texts = events.into_iter().map(|event| String::from_utf8(event.body).expect("canonical text"));
    texts.filter(|text| text.contains(&format!("\"kind\":\"{kind}\""))).collect()
}

fn hides_everything(page: &str) {
    for hidden in HIDDEN {
        assert!(!page.contains(hidden), "{hidden} stands on the page: {page}");
    }
}

on_both_databases!(a_story_is_told_whole_without_the_letters_words, |engine: Engine| async move {
    let world = with_case(engine, true).await;
    let (journaled, _) = one_journaled_and_one_waiting(&world).await;
    let desks = Desks::open(&world).await;
    let rita = manager(&desks, &world).await;
    let page = rita.get(&format!("/journal/besked/{}?formaal=aktindsigt", journaled.id)).await.ok();
    hides_everything(&page);
    let story = world.story(&journaled).await;
    let entry = story.entry.as_ref().expect("an entry");
    for shown in
        [story.sha256.as_str(), entry.case.as_str(), "Pladsanvisningen", "journaliseret", "Begrundelse"]
    {
        assert!(page.contains(shown), "{shown} is missing: {page}");
    }
    for line in &story.trace {
        let plain = line.text.split(['"', '\'', '&', '<', '>']).next().unwrap_or_default();
        assert!(page.contains(plain), "a reason is missing: {}", line.text);
    }
    // By the message's own UUID it is the same page; what nobody has is not found.
    let by_uuid = rita.get(&format!("/journal/besked/{}", story.uuid.expect("a UUID"))).await.ok();
    assert!(
        by_uuid.contains("rita") && by_uuid.contains("Anmodning om aktindsigt"),
        "who looked is on the page"
    );
    for nothing in ["00000000-0000-0000-0000-000000000000", "x"] {
        assert_eq!(rita.get(&format!("/journal/besked/{nothing}")).await.status, StatusCode::NOT_FOUND);
    }
    let views = told(&world, "viewed").await;
    assert_eq!(views.len(), 2, "{views:?}");
    assert!(views[0].contains("\"level\":\"story\"") && views[0].contains("records-manager"), "{views:?}");
    world.everything_is_settled().await;
});

on_both_databases!(
    a_search_finds_by_what_is_known_and_says_nothing_of_what_was_typed,
    |engine: Engine| async move {
        let world = with_case(engine, true).await;
        let (journaled, waiting) = one_journaled_and_one_waiting(&world).await;
        let marked = Letter::from_citizen(3, "6303801313", "Anden Person").kle("28.06.04", None).bytes();
        let marked = world.receive(&[marked]).await.remove(0);
        let desks = Desks::open(&world).await;
        let rita = manager(&desks, &world).await;
        let all = [&journaled, &waiting, &marked];
        let found = |page: &str| -> Vec<bool> {
            all.iter().map(|taken| page.contains(&format!("/journal/besked/{}", taken.id))).collect()
        };
        let own_uuid = uuid(2).to_string();
        let own_id = marked.id.to_string();
        for (field, value, expected) in [
            ("id", own_uuid.as_str(), [false, true, false]),
            ("id", own_id.as_str(), [false, false, true]),
            ("sag", CASE, [true, false, false]),
            ("kle", "28.06", [false, false, true]),
            ("enhed", "plads", [true, false, true]),
            ("enhed", "park", [false, false, false]),
            ("udfald", "journaled", [true, false, false]),
            ("udfald", "nothing-applies", [false, true, false]),
            ("kanal", "ingest", [true, true, true]),
            ("kanal", "push", [false, false, false]),
            ("nummer", "620280-1212", [true, true, false]),
            ("nummer", "6909909999", [false, false, false]),
            ("til", "2026-11-19", [false, false, false]),
        ] {
            let page = rita
                .post("/journal/soeg", &[(field, value), ("formaal", "find"), ("svar", "side")])
                .await
                .ok();
            assert_eq!(found(&page), expected, "by {field}: {page}");
            assert!(field != "nummer" || !page.contains(value), "the number is shown again: {page}");
            hides_everything(&page);
        }
        let searches = told(&world, "searched").await;
        assert_eq!(searches.len(), 13);
        for search in &searches {
            assert!(search.contains("Finde en meddelelse") && search.contains("rita"), "{search}");
            for value in ["620280", "6909909999", CASE, "28.06"] {
                assert!(!search.contains(value), "what was searched for is in the log: {search}");
            }
        }
        assert!(searches[10].contains("\"by\":\"sender period\"") && searches[10].contains("data_subject"));
        // What cannot be understood is said, and nothing is searched.
        for (field, value, said) in [
            ("formaal", "", "Vælg et formål"),
            ("nummer", "12345", "10 cifre"),
            ("id", "12345", "er et UUID"),
            ("kle", "x.y", "KLE-nummeret kan ikke læses"),
            ("fra", "i går", "Startdagen kan ikke læses"),
        ] {
            let mut fields = vec![(field, value)];
            if field != "formaal" {
                fields.push(("formaal", "find"));
            }
            let page = rita.post("/journal/soeg", &fields).await.ok();
            assert!(page.contains(said) && found(&page) == [false; 3], "{field}: {page}");
        }
        assert_eq!(told(&world, "searched").await.len(), 13);
        world.everything_is_settled().await;
    }
);

on_both_databases!(what_is_found_is_taken_out_with_a_purpose, |engine: Engine| async move {
    let world = with_case(engine, true).await;
    let (journaled, waiting) = one_journaled_and_one_waiting(&world).await;
    let desks = Desks::open(&world).await;
    let rita = manager(&desks, &world).await;
    let page = rita.post("/journal/soeg", &[("nummer", PARTY), ("formaal", "find")]).await.ok();
    let token = page.split("name=\"opslag\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let token = token.expect("what stands for the number");
    let fields = [("opslag", token), ("formaal", "indsigt"), ("svar", "csv")];
    let sheet = rita.post("/journal/soeg", &fields).await;
    assert_eq!(sheet.head["content-disposition"], "attachment; filename=\"modtag-messages-2026-11-20.csv\"");
    let text = sheet.ok();
    assert!(text.contains(&journaled.id.to_string()) && text.contains(&waiting.id.to_string()), "{text}");
    hides_everything(&text);
    for (path, what) in
        [("/journal", "balance"), ("/journal/ujournaliseret", "unjournaled"), ("/journal/ledger", "ledger")]
    {
        let sheet = rita.post(path, &[("formaal", "kontrol"), ("svar", "csv")]).await.ok();
        assert!(sheet.starts_with('\u{feff}') && sheet.lines().count() > 1, "{path}: {sheet}");
        hides_everything(&sheet);
        let book = rita.post(path, &[("formaal", "kontrol"), ("svar", "xlsx")]).await;
        assert!(book.head["content-type"].contains("spreadsheetml"), "{path}");
        let paper = rita.post(path, &[("formaal", "kontrol"), ("svar", "pdf")]).await;
        assert!(paper.head["content-type"] == "application/pdf" && paper.text.starts_with("%PDF"), "{path}");
        let refused = rita.post(path, &[("svar", "csv")]).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(refused.text.contains("Vælg et formål"), "{}", refused.text);
        let told = told(&world, "exported").await;
        let of_this = told.iter().filter(|event| event.contains(&format!("\"what\":\"{what}\""))).count();
        assert_eq!(of_this, 3, "{what}: {told:?}");
    }
    world.everything_is_settled().await;
});

on_both_databases!(a_day_adds_up_until_somebody_takes_a_message_away, |engine: Engine| async move {
    let world = with_case(engine, true).await;
    let (journaled, waiting) = one_journaled_and_one_waiting(&world).await;
    world.receive(&[b"<html>ikke en meddelelse</html>".to_vec()]).await;
    let desks = Desks::open(&world).await;
    let rita = manager(&desks, &world).await;
    let page = rita.get("/journal").await.ok();
    let counts =
        [3, 0, 1, 0, 0, 0, 1, 1, 0].map(|count| format!("<td class=\"number\">{count}</td>")).concat();
    let today = format!("<th scope=\"row\">20.11.2026</th>{counts}<td>ja</td>");
    assert!(page.contains(&today) && !page.contains("stemmer ikke"), "{page}");
    past_the_program(&world, &format!("delete from message where id = '{}'", waiting.id)).await;
    let page = rita.get("/journal").await.ok();
    assert!(page.contains("Balancen stemmer ikke"), "{page}");
    assert!(
        page.contains("1 meddelelse er modtaget ifølge revisionssporet, men findes ikke mere."),
        "{page}"
    );
    past_the_program(&world, &format!("delete from journal_entry where key = 'modtag:{}'", journaled.id))
        .await;
    let page = rita.get("/journal").await.ok();
    assert!(page.contains("står som journaliseret, men har ingen journalpost"), "{page}");
});

on_both_databases!(the_trail_is_verified_on_the_page, |engine: Engine| async move {
    let world = with_case(engine, true).await;
    one_journaled_and_one_waiting(&world).await;
    world.house.sign().await.expect("the log is signed");
    let desks = Desks::open(&world).await;
    let rita = manager(&desks, &world).await;
    assert!(rita.get("/journal/revision").await.ok().contains("Seneste underskrift"));
    let page = rita.post("/journal/revision", &[]).await.ok();
    assert!(page.contains("Intet er fjernet eller omskrevet"), "{page}");
    assert!(told(&world, "checked").await.iter().any(|event| event.contains("\"intact\":\"true\"")));
    past_the_program(&world, "delete from audit_event where kind = 'journaled'").await;
    let page = rita.post("/journal/revision", &[]).await.ok();
    assert!(page.contains("Loggen stemmer ikke") && !page.contains("Intet er fjernet"), "{page}");
});

on_both_databases!(the_ledger_tells_how_long_journaling_took, |engine: Engine| async move {
    let world = with_case(engine, true).await;
    let answer =
        Letter::from_citizen(1, PARTY, "Mette Prøve Hansen").answering(uuid(9000), None, None).bytes();
    world.offer(router::intake::Channel::Push, &[answer]).await.remove(0).expect("stored");
    // From Friday morning to Monday.
    world.wait(Duration::from_secs(72 * 3600));
    world.work().await;
    let desks = Desks::open(&world).await;
    let rita = manager(&desks, &world).await;
    let page = rita.get("/journal/ledger").await.ok();
    assert!(page.contains(CASE) && page.contains("72 timer (1 arbejdsdag)"), "{page}");
    assert!(page.contains("over grænsen"), "{page}");
    hides_everything(&page);
    let before = rita.get("/journal/ledger?fra=2026-11-01&til=2026-11-20").await.ok();
    assert!(before.contains("ikke journaliseret noget i de dage"), "{before}");
    let wrong = rita.get("/journal/ledger?fra=2026-11-20&til=2026-11-01").await.ok();
    assert!(wrong.contains("Byt dem om"), "{wrong}");
    world.everything_is_settled().await;
});

on_both_databases!(a_letter_of_hostile_words_says_nothing_on_this_desk, |engine: Engine| async move {
    let world = World::open(engine).await;
    let payload = "<img src=x onerror=alert(1)>{{7777*7}}";
    let letter = Letter::from_citizen(1, PARTY, payload).label(payload).text(payload).named(payload);
    let letter = letter.contact_point(payload).case(payload, payload).bytes();
    let taken = world.receive(&[letter]).await.remove(0);
    let desks = Desks::open(&world).await;
    let rita = manager(&desks, &world).await;
    let story = rita.get(&format!("/journal/besked/{}", taken.id)).await.ok();
    let typed =
        [("id", payload), ("sag", payload), ("kle", payload), ("enhed", payload), ("formaal", payload)];
    let searched = rita.post("/journal/soeg", &typed).await.ok();
    let asked = rita
        .post("/journal/set", &[("om", "person"), ("person", payload), ("formaal", "kontrol")])
        .await
        .ok();
    for page in [story, searched, asked] {
        assert!(!page.contains("<img") && !page.contains("54439"), "{page}");
    }
});
