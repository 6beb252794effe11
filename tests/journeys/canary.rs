//! The canary: a planted CPR number, name and sentence go every way a letter can go, also the ways that fail, while the
//! program logs all it can. Nowhere but behind a key may they be found afterwards.

mod letters;
mod needles;

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use journeys::Engine;
use needles::Needles;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection};

use self::letters::{CASES, CPR, GUARDED, NAME, TEXT, mail, pushed};
use crate::program::{Installation, Running, Said};

/// The value of the header that only the proxy knows: no letter, but no less secret.
const SECRET: &str = "kanarieburets-hemmelige-laas";

/// What must not be found.
fn needles() -> Needles {
    let cpr = |cpr: &str| format!("{}-{}", &cpr[..6], &cpr[6..]);
    let mut words: Vec<String> = vec![CPR.into(), cpr(CPR), GUARDED.into(), cpr(GUARDED), SECRET.into()];
    words.extend(NAME.split(' ').map(str::to_owned));
    words.extend(["papegøjens fløjtetoner", "havetrappens hemmelighed"].map(str::to_owned));
    Needles::of(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

/// All that the program said or left behind, under a name for each.
#[derive(Default)]
struct Left(Vec<(String, Vec<u8>)>);

impl Left {
    fn add(&mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.0.push((name.into(), bytes.into()));
    }

    /// Both outputs of a command.
    fn said(&mut self, name: &str, said: &Said) {
        self.add(format!("{name}: output"), said.out.clone());
        self.add(format!("{name}: log"), said.err.clone());
    }

    /// Every file of a folder, and its name.
    fn folder(&mut self, folder: &Path) {
        for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path())
        {
            self.add(format!("the name {}", entry.display()), entry.to_string_lossy().into_owned());
            if entry.is_dir() {
                self.folder(&entry);
            } else {
                self.add(entry.display().to_string(), std::fs::read(&entry).expect("the file is read"));
            }
        }
    }

    fn found(&self, needles: &Needles) -> Vec<String> {
        let found =
            |(name, bytes): &(String, Vec<u8>)| Some(format!("{name} has {}", needles.found_in(bytes)?));
        self.0.iter().filter_map(found).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r16_nothing_of_a_letter_is_found_outside_its_envelope_on_sqlite() {
    walk(Engine::Sqlite, "text", "json").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r16_nothing_of_a_letter_is_found_outside_its_envelope_on_postgres() {
    walk(Engine::Postgres, "json", "text").await;
}

async fn walk(engine: Engine, serving: &str, others: &str) {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|free| free.local_addr())
        .expect("a free port")
        .port();
    let config = format!(
        "[server]\nlisten = \"127.0.0.1:{port}\"\n\n[intake]\nmax_message_bytes = 4_000_000\n\n\
         [intake.push]\nrequired_header = \"x-kontrolleret\"\n\n\
         [intake.folder]\npath = \"indbakke\"\nsettle_ms = 0\npoll_seconds = 1\n"
    );
    let mut house = Installation::sandby(engine, &config).await;
    house.set("MODTAG_LOG__LEVEL", "trace,sqlx=trace");
    house.set("MODTAG_LOG__FORMAT", others);
    house.set("MODTAG_INTAKE__PUSH__REQUIRED_HEADER_VALUE", SECRET);
    std::fs::create_dir(house.path("indbakke")).expect("the folder is made");
    let mut left = Left::default();

    let cases = house.write("sager.toml", CASES);
    let imported = house.run(&["journal", "import", cases.to_str().expect("UTF-8")]);
    left.said("journal import", &imported);
    imported.ok();
    for (name, bytes) in mail() {
        house.write(&format!("post/{name}"), bytes);
    }
    let mut taken = house.run(&["ingest", "post"]);
    assert!(
        taken.err.contains("DEBUG") && taken.err.len() > 10_000,
        "the log is at its most talkative:\n{}",
        taken.err
    );
    // What the user called a file is the user's to see; it is shown beside each message.
    taken.out = hide_names(&taken.out);
    left.said("ingest", &taken);
    taken.fails(1);

    house.set("MODTAG_LOG__FORMAT", serving);
    serve(&house, port, &mut left).await;
    house.set("MODTAG_LOG__FORMAT", others);
    ask_and_answer(&house, &mut left);
    left.folder(&house.path("modtag-data"));
    left.folder(&house.path("ud"));
    if let Some(url) = &house.url {
        dump(url, &mut left).await;
    }

    let bytes: usize = left.0.iter().map(|(_, bytes)| bytes.len()).sum();
    assert!(
        left.0.len() > 60 && bytes > 1_000_000,
        "only {} things and {bytes} bytes were looked at",
        left.0.len()
    );
    let needles = needles();
    let found = left.found(&needles);
    assert!(found.is_empty(), "{}", found.join("\n"));
    the_search_finds(&house, &needles);
}

fn hide_names(text: &str) -> String {
    mail()
        .into_iter()
        .fold(text.to_owned(), |text, (name, _)| text.replace(&format!("post/{name}"), "post/…"))
}

/// The test can fail: what is planted in a log, in a file of the data folder and in a file's name is found.
fn the_search_finds(house: &Installation, needles: &Needles) {
    let planted = |left: Left| left.found(needles).len();
    let mut logged = Left::default();
    let log = std::fs::read_to_string(house.path("serve.log")).expect("the log");
    logged.add("log", format!("{log}\nWARN letter of {NAME} not read\n"));
    assert_eq!(planted(logged), 1);
    for (name, content) in [("rest.tmp", CPR), (CPR, "")] {
        let file = house.path("modtag-data/content").join(name);
        std::fs::write(&file, content).expect("the file is written");
        let mut kept = Left::default();
        kept.folder(&house.path("modtag-data"));
        assert_eq!(planted(kept), 1, "{name}");
        std::fs::remove_file(&file).expect("the file is removed");
    }
    let mut revealed = Left::default();
    let id = journeys::letters::uuid(letters::ANSWER).to_string();
    revealed.add("explain --reveal", house.run(&["explain", &id, "--reveal", "--reason", "prøve"]).ok());
    assert_eq!(planted(revealed), 1, "the letters are there, sealed");
}

/// The server's way: pages, push with and without leave, a watched folder, a content store and a database that fail.
async fn serve(house: &Installation, port: u16, left: &mut Left) {
    let mut running = house.start(&["serve"], "serve.log");
    let client = reqwest::Client::new();
    let base = format!("http://127.0.0.1:{port}");
    ready(&client, &base, &mut running).await;
    let mut numbers = 100..;
    let mut push = async |left: &mut Left, header: &str, body: Vec<u8>, expected: u16| {
        let named = format!("push {}", numbers.next().expect("a number"));
        let request = client
            .post(format!("{base}/recipient-system?navn={CPR}"))
            .header("content-type", "multipart/form-data; boundary=kant")
            .header("x-kontrolleret", header)
            .header("x-afsender", NAME);
        keep(left, &named, request.body(body), expected).await;
    };
    push(left, SECRET, form("file", &pushed(1)), 200).await;
    push(left, SECRET, form("file", &pushed(1)), 200).await;
    push(left, SECRET, form("file", &pushed(2)[..600]), 200).await;
    push(left, CPR, form("file", &pushed(3)), 403).await;
    push(left, SECRET, form("andet", &pushed(3)), 400).await;
    push(left, SECRET, form("file", b""), 400).await;
    push(left, SECRET, form("file", &pushed(3))[..900].to_vec(), 400).await;
    push(left, SECRET, form("file", &TEXT.as_bytes().repeat(60_000)), 413).await;
    push(left, SECRET, form("file", &letters::container()), 200).await;

    house.write(&format!("indbakke/{NAME} {CPR}.xml"), pushed(4));
    house.write(&format!("indbakke/{NAME}.tar.lzma"), &letters::container()[..200]);
    house.write("indbakke/tom.xml", "");
    until(|| {
        std::fs::read_dir(house.path("indbakke"))
            .expect("the folder")
            .filter(|entry| entry.as_ref().is_ok_and(|entry| entry.path().is_file()))
            .count()
            == 0
    })
    .await;

    // The content store is gone: a file lies where its folder was.
    let (content, away) = (house.path("modtag-data/content"), house.path("modtag-data/content.away"));
    std::fs::rename(&content, &away).expect("moved");
    std::fs::write(&content, "").expect("written");
    push(left, SECRET, form("file", &pushed(5)), 503).await;
    keep(left, "readyz without content", client.get(format!("{base}/readyz")), 503).await;
    std::fs::remove_file(&content).expect("removed");
    std::fs::rename(&away, &content).expect("moved back");

    // A table is gone while messages come in and are decided.
    let mut database = Database::of(house).await;
    for table in ["decision", "message"] {
        database.run(&format!("alter table {table} rename to {table}_away")).await;
        let expected = if table == "message" { 503 } else { 200 };
        push(left, SECRET, form("file", &pushed(6)), expected).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        for page in ["", "readyz", "metrics"] {
            let answer = client.get(format!("{base}/{page}")).send().await.expect("an answer");
            left.add(format!("{page} without {table}"), answer.text().await.expect("a text"));
        }
        database.run(&format!("alter table {table}_away rename to {table}")).await;
    }
    push(left, SECRET, form("file", &pushed(7)), 200).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    for page in ["", "healthz", "readyz", "metrics"] {
        keep(left, page, client.get(format!("{base}/{page}")), 200).await;
    }
    keep(left, "no such page", client.get(format!("{base}/{CPR}")), 404).await;
    keep(left, "wrong method", client.delete(format!("{base}/recipient-system")), 405).await;
    assert_eq!(running.stop(), Some(0));
    let log = std::fs::read(house.path("serve.log")).expect("the log");
    let text = String::from_utf8_lossy(&log);
    for told in ["messages not taken in", "modtag is ready", "modtag has stopped"] {
        assert!(text.contains(told), "\"{told}\" is not in the log");
    }
    left.add("the log of serve", log);
}

/// Everything else that a person can ask the program for.
fn ask_and_answer(house: &Installation, left: &mut Left) {
    let listed = house.run(&["list", "--json", "--limit", "200"]);
    left.said("list --json", &listed);
    let stories = listed.json();
    let stories = stories.as_array().expect("a list");
    let outcomes: Vec<&str> = stories.iter().filter_map(|story| story["outcome"].as_str()).collect();
    for outcome in [
        "journaled",
        "protected-party",
        "conflicting-duplicate",
        "damaged-document",
        "foreign-recipient",
        "nemsms",
        "quarantine-truncated",
        "nothing-applies",
    ] {
        assert!(outcomes.contains(&outcome), "no letter went the way of {outcome}: {outcomes:?}");
    }
    for story in stories {
        let id = story["id"].as_str().expect("an id");
        left.said(&format!("explain of {}", story["outcome"]), &house.run(&["explain", id]));
    }
    let waiting = |outcome: &str| {
        let story = stories.iter().find(|story| story["outcome"] == outcome && story["stage"] == "waiting");
        story.and_then(|story| story["id"].as_str()).expect("a letter that waits").to_owned()
    };
    // The case is closed: the journal refuses what a person decided, and the person gets the letter back.
    let closed = waiting("nothing-applies");
    let foreign = waiting("foreign-recipient");
    std::fs::create_dir(house.path("ud")).expect("the folder is made");
    for command in [
        &[
            "answer",
            closed.as_str(),
            "--unit",
            "plads",
            "--case",
            "28.03.00-G01-8-26",
            "--reason",
            "set i brevet",
        ][..],
        &["retry", closed.as_str()],
        &["answer", foreign.as_str(), "--unit", "jura", "--not-journaled", "privat"],
        &["explain", closed.as_str()],
        &["explain", closed.as_str(), "--json"],
        &["list"],
        &["check"],
        &["check", "--json"],
        &["keys", "rotate"],
        &["keys", "show"],
        &["audit", "verify"],
        &["audit", "verify", "--json"],
        &["audit", "export", "ud/log.jsonl"],
        &["audit", "verify", "--export", "ud/log.jsonl"],
        &["backup", "ud/kopi.tar"],
        &["restore", "--check", "ud/kopi.tar"],
        &["migrate", "--dry-run"],
    ] {
        let said = house.run(command);
        left.said(&command.join(" "), &said);
        said.ok();
    }
    let refused = house.run(&["explain", &closed, "--json"]).json();
    assert_eq!(refused["outcome"], "effect-failed");
}

async fn ready(client: &reqwest::Client, base: &str, running: &mut Running) {
    for _ in 0..200 {
        if client.get(format!("{base}/readyz")).send().await.is_ok_and(|answer| answer.status() == 200) {
            return;
        }
        assert!(!running.has_ended(), "serve ended; see serve.log");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("serve is not ready");
}

async fn until(done: impl Fn() -> bool) {
    for _ in 0..200 {
        if done() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("nothing happened");
}

/// Sends a request and keeps the whole answer, its head too.
async fn keep(left: &mut Left, name: &str, request: reqwest::RequestBuilder, expected: u16) {
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    left.add(format!("{name}: head"), format!("{:?}", answer.headers()));
    let body = answer.bytes().await.expect("a body").to_vec();
    assert_eq!(status, expected, "{name}: {}", String::from_utf8_lossy(&body));
    left.add(name, body);
}

fn form(part: &str, bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    let head = format!(
        "--kant\r\nContent-Disposition: form-data; name=\"{part}\"; filename=\"{NAME} {CPR}.xml\"\r\n\r\n"
    );
    for piece in [head.as_bytes(), bytes, b"\r\n--kant--\r\n"] {
        body.write_all(piece).expect("memory takes it");
    }
    body
}

/// The house's database, past the program.
enum Database {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Database {
    async fn of(house: &Installation) -> Self {
        match &house.url {
            Some(url) => Self::Postgres(PgConnection::connect(url).await.expect("the server answers")),
            None => {
                let url = format!("sqlite:{}", house.path("modtag-data/modtag.db").display());
                Self::Sqlite(SqliteConnection::connect(&url).await.expect("the database opens"))
            }
        }
    }

    async fn run(&mut self, sql: &str) {
        let sql = AssertSqlSafe(sql);
        match self {
            Self::Sqlite(connection) => drop(sqlx::query(sql).execute(connection).await.expect("it runs")),
            Self::Postgres(connection) => drop(sqlx::query(sql).execute(connection).await.expect("it runs")),
        }
    }
}

/// Every column of every table, as the superuser sees them.
async fn dump(url: &str, left: &mut Left) {
    let admin = std::env::var("MODTAG_TEST_POSTGRES").expect("the test server's URL");
    let (server, _) = admin.rsplit_once('/').expect("the URL names a database");
    let (_, name) = url.rsplit_once('/').expect("the URL names a database");
    let mut connection =
        PgConnection::connect(&format!("{server}/{name}")).await.expect("the server answers");
    let columns: Vec<(String, String, String)> = sqlx::query_as(
        "select table_name::text, column_name::text, data_type::text from information_schema.columns \
         where table_schema = 'public' order by 1, 2",
    )
    .fetch_all(&mut connection)
    .await
    .expect("the columns");
    assert!(columns.len() > 100, "{} columns", columns.len());
    for (table, column, kind) in columns {
        let value =
            if kind == "bytea" { column.clone() } else { format!("convert_to({column}::text, 'UTF8')") };
        let sql = format!("select {value} from {table} where {column} is not null");
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut connection).await.expect("the rows");
        let values: Vec<Vec<u8>> = rows.iter().map(|row| row.get::<Vec<u8>, _>(0)).collect();
        left.add(format!("column {table}.{column}"), values.join(&b"\n"[..]));
    }
}
