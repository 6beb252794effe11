//! `modtag kle` from the outside: every format, every refusal, what a change touches, and what a kill or damage leaves.

use std::time::Duration;

use journeys::letters::{Letter, uuid};
use journeys::{Engine, on_both_databases};
use rust_xlsxwriter::Workbook;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

use super::corpus;
use crate::on_its_way::PARTY;
use crate::program::{Installation, USER};

impl Installation {
    /// Puts files of the corpus in the folder and imports them.
    fn import(&self, names: &[&str], more: &[&str]) -> crate::program::Said {
        for name in names {
            self.write(name, std::fs::read(corpus(name)).expect("the file is there"));
        }
        self.run(&[&["kle", "import"], names, more].concat())
    }
}

const RULES: &str = r#"
[[rule]]
id = "tang"
title = "Breve om tang"
owner = "park"
reason = "prøve"
review = 2030-01-01
when = { kle = "09.10.04" }
then = { unit = "park", journal = "new-case", kle = "09.10.04" }

[[responsibility]]
kle = "09.10"
unit = "park"

[[contact_point]]
id = "tangpunktet"
unit = "plads"
kle = "09.10.04"

[[crosswalk]]
list = "Strandliste"
code = "S1"
kle = ["09.10.04"]
"#;

const CASE: &str = r#"
[[case]]
number = "09.10.04-G01-7-26"
title = "Tang"
kle = "09.10.04"
unit = "park"
party = [{ cpr = "6202801212", name = "Mette Prøve", primary = true }]

[[case]]
number = "17.01.04-G01-8-26"
title = "Skyer"
kle = "17.01.04"
unit = "park"
party = [{ cpr = "6202801212", name = "Mette Prøve", primary = true }]
"#;

/// The invented municipality with rules about seaweed, and two cases.
async fn seaside() -> Installation {
    let house = Installation::sandby(Engine::Sqlite, "").await;
    let policy = include_str!("../../corpus/cascade/policy.toml");
    house.write("policy.toml", format!("{policy}\n{RULES}"));
    house.write("sager.toml", CASE);
    house.run(&["journal", "import", "sager.toml"]).ok();
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_imported_shown_and_compared_with_what_it_touches() {
    let house = seaside().await;
    assert!(house.run(&["kle", "show", "09.10.04"]).fails(1).contains("modtag kle import"));
    assert!(house.run(&["kle", "list"]).ok().contains("ikke indlæst"));
    // Two main groups are no whole plan: that takes a person's word.
    let refused = house.import(&["plan-1.xml"], &[]).fails(1);
    assert!(refused.contains("2 hovedgrupper, og KLE har 37") && refused.contains("--force"), "{refused}");
    assert!(house.run(&["kle", "list", "--json"]).json().as_array().is_some_and(Vec::is_empty));
    let taken =
        house.import(&["plan-1.xml", "facetter.tsv"], &["--force", "--reason", "om 010170-1234"]).ok();
    assert!(taken.contains("KLE februar 2025") && taken.contains("Udgave 1 er i kraft"), "{taken}");
    assert!(taken.contains("2 hovedgrupper, 2 grupper og 3 emner"), "{taken}");
    let again = house.import(&["plan-1.xml", "facetter.tsv"], &["--json"]).json();
    assert_eq!((again["outcome"].as_str(), again["number"].as_i64()), (Some("unchanged"), Some(1)));

    let shown = house.run(&["kle", "show", "KLE 09.10.04-G01"]).ok();
    for expected in [
        "09.10.04 Tangplukning på strande\n",
        "Hører under     09.10 Tangplukning; 09 Tang",
        "Stikord         blæretang",
        "Handlingsfacet  G01 Almindelige sager",
        "kan kasseres 5 år efter, at sagen er lukket (emnet K, facetten K5)",
        "Slettefrist     P1825D",
        "Vej og Park [park] har ansvaret for 09.10",
        "reglen »Breve om tang« [tang] spørger om 09.10.04 (",
        "reglen »Breve om tang« [tang] laver sager på 09.10.04 (",
        "kontaktpunktet tangpunktet hos Pladsanvisningen har emnet 09.10.04",
        "STRANDLISTE s1 oversættes til 09.10.04",
    ] {
        assert!(shown.contains(expected), "\"{expected}\" is missing:\n{shown}");
    }
    for (asked, near) in
        [("09.10.14", "09.10.04"), ("9.10", "09.10"), ("skyer", "17.01.04"), ("tangklage", "09.10.08")]
    {
        let said = house.run(&["kle", "show", asked]).fails(1);
        assert!(said.contains("Mente du") && said.contains(near), "{asked}: {said}");
    }
    let facet = house.run(&["kle", "show", "09.10.04", "--facet", "K99"]).fails(1);
    assert!(facet.contains("K99 findes ikke") && facet.contains("K02"), "{facet}");

    // What the next edition would change, before it is taken.
    let before = house.write("plan-2.xml", std::fs::read(corpus("plan-2.xml")).expect("a file"));
    let before =
        house.run(&["kle", "diff", before.to_str().expect("UTF-8"), "--json", "--csv", "diff.csv"]).json();
    let taken = house.import(&["plan-2.xml"], &[]).ok();
    assert!(taken.contains("modtag kle diff 1 2") && taken.contains("afløste: 1"), "{taken}");
    let diff = house.run(&["kle", "diff", "1", "2", "--json"]).json();
    assert_eq!(diff["subjects"], before["subjects"]);
    let subjects = diff["subjects"].as_array().expect("changes");
    let change = |number: &str| subjects.iter().find(|one| one["number"] == number).expect("a change");
    let moved = change("09.10.04");
    assert_eq!((moved["change"].as_str(), moved["to"][0]["n"].as_str()), (Some("moved"), Some("28.03.12")));
    assert_eq!(moved["open_cases"], serde_json::json!(["09.10.04-G01-7-26"]));
    let kinds: Vec<&str> =
        moved["policy"].as_array().expect("places").iter().filter_map(|one| one["kind"].as_str()).collect();
    assert_eq!(kinds, ["rule", "new-case", "responsibility", "contact-point", "crosswalk"]);
    assert_eq!(change("09.10.08")["change"], "renamed");
    assert_eq!(change("28.03.12")["policy"][0]["id"], "plads", "who answers for a new number");
    let table = std::fs::read_to_string(house.path("diff.csv")).expect("the table");
    assert!(table.starts_with("Nummer;Titel;Ændring") && table.contains("09.10.04;"), "{table}");
    let text = house.run(&["kle", "diff", "1"]).ok();
    assert!(text.contains("09.10.04 »Tangplukning på strande« er afløst af 28.03.12.\n    reglen"), "{text}");
    assert!(text.contains("åbne sager med nummeret: 1"), "{text}");
    let expired = house.run(&["kle", "show", "09.10.04", "--json"]).json();
    assert_eq!(
        (expired["standing"].as_str(), expired["successors"][0]["number"].as_str()),
        (Some("expired"), Some("28.03.12"))
    );
    let then = house.run(&["kle", "show", "09.10.04", "--at", "2026-01-31", "--json"]).json();
    assert_eq!(then["standing"], "current");
    assert!(house.run(&["kle", "diff", "7"]).fails(1).contains("ingen udgave 7"));

    let list = house.run(&["kle", "list"]).ok();
    assert!(list.contains("i kraft  KLE februar 2026") && list.contains(USER), "{list}");
    assert!(list.contains("om ******-****"), "{list}");
    assert!(house.run(&["check"]).ok().contains("udgave 2 (KLE februar 2026)"));
    let export = house.path("log.jsonl");
    house.run(&["audit", "export", export.to_str().expect("UTF-8")]).ok();
    let log = std::fs::read_to_string(export).expect("the log");
    assert_eq!(log.matches("kle_imported").count(), 2, "{log}");
    house.run(&["audit", "verify"]).ok();

    // A backup has the plan.
    house.run(&["backup", "kopi.tar"]).ok();
    let other = Installation::sandby(Engine::Sqlite, "").await;
    std::fs::create_dir_all(other.path("modtag-data")).expect("a folder");
    std::fs::copy(house.path("modtag-data/modtag.keys"), other.path("modtag-data/modtag.keys"))
        .expect("the keys");
    other.run(&["restore", house.path("kopi.tar").to_str().expect("UTF-8")]).ok();
    assert_eq!(other.run(&["kle", "show", "09.10.04", "--json"]).json()["standing"], "expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_format_is_read_and_what_is_wrong_is_told_with_file_and_line() {
    let house = Installation::sandby(Engine::Sqlite, "").await;
    let tables =
        house.import(&["emner.tsv", "facetter.tsv", "stikord.tsv", "afloesere.tsv"], &["--force"]).ok();
    assert!(tables.contains("emner.tsv:9: 28: titlen mangler"), "{tables}");
    assert!(tables.contains("tabel over afløsere: 1 afløsere"), "{tables}");
    let json = house.import(&["plan-2.json"], &["--force", "--json"]).json();
    assert_eq!(
        (json["outcome"].as_str(), json["label"].as_str()),
        (Some("imported"), Some("KLE februar 2026"))
    );
    let text = house.import(&["emner.txt"], &["--edition", "2026-08-01"]).ok();
    assert!(text.contains("emner.txt:4: linjen kan ikke læses og er udeladt"), "{text}");
    assert!(text.contains("KLE august 2026") && text.contains("OS2KLE's tekst"), "{text}");
    // Groups that a list of subjects does not name go on; subjects that it does not name have ended.
    for (number, standing) in [("28.03", "current"), ("28.03.12", "current"), ("09.10.04", "expired")] {
        assert_eq!(house.run(&["kle", "show", number, "--json"]).json()["standing"], standing, "{number}");
    }
    let older = house.import(&["plan-1.xml"], &[]).fails(1);
    assert!(older.contains("filerne er fra 2025-02-01") && older.contains("Intet er ændret"), "{older}");
    let broken = house.import(&["broken-off.xml"], &[]).fails(1);
    assert!(broken.contains("broken-off.xml:") && broken.contains("afbrudt eller ødelagt"), "{broken}");
    house.write("brev.txt", "Kære kommune");
    let none = house.run(&["kle", "import", "brev.txt"]).fails(1);
    assert!(none.contains("brev.txt: filen er ikke en emneplan"), "{none}");
    assert!(house.run(&["kle", "import", "findes-ikke"]).fails(1).contains("findes-ikke kan ikke læses"));
    assert_eq!(house.run(&["kle", "list", "--json"]).json().as_array().map(Vec::len), Some(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_linter_knows_the_plan_and_needs_no_database() {
    let house = seaside().await;
    let bare =
        Installation::new(Some("[authority]\ncvr = \"12345678\"\n[policy]\nfiles = [\"policy.toml\"]\n"));
    bare.write("policy.toml", std::fs::read(house.path("policy.toml")).expect("the policy"));
    assert_eq!(bare.run(&["rules", "check", "--json"]).json()["subject_plan"], serde_json::Value::Null);
    assert!(!bare.path("modtag-data").exists(), "looking makes nothing");

    assert!(!house.run(&["rules", "check"]).ok().contains("udgået"));
    house.import(&["plan-2.xml"], &["--force"]).ok();
    let said = house.run(&["rules", "check"]).ok();
    assert!(said.contains("reglen »tang« spørger om KLE 09.10.04, som er udgået"), "{said}");
}

/// A letter with a FORM mark and no KLE.
fn form_marked(number: u64, task: &str) -> Vec<u8> {
    let letter = Letter::from_citizen(number, PARTY, "Mette Prøve");
    letter
        .with(|message| {
            let content = message.header.content_data.get_or_insert_with(Default::default);
            content.form = Some(memo::FormData {
                task_key: task.into(),
                version: "v2.12".into(),
                activity_facet: None,
                label: "opgave".into(),
            });
        })
        .bytes()
}

on_both_databases!(
    a_letter_marked_with_form_meets_a_rule_on_kle_through_an_imported_crosswalk,
    |engine: Engine| async move {
        let house = Installation::sandby(engine, "").await;
        house.write("modtag.toml", "[authority]\ncvr = \"12345678\"\nname = \"Sandby Kommune\"\n[policy]\nfiles = [\"policy.toml\", \"form.toml\"]\n");
        let rule = "[[rule]]\nid = \"strand\"\ntitle = \"Strande\"\nwhen = { kle = \"28.03\" }\nthen = { unit = \"park\" }\n";
        house.write("policy.toml", format!("{}\n{rule}", include_str!("../../corpus/cascade/policy.toml")));
        house.write("form.toml", "");
        house.import(&["plan-2.xml"], &["--force"]).ok();
        house.write("form.tsv", std::fs::read(corpus("form.tsv")).expect("a file"));
        let mine = house
            .run(&["kle", "crosswalk", "form.tsv", "--source", "FORM 2018", "--out", "form.toml"])
            .fails(1);
        assert!(mine.contains("bliver ikke overskrevet"), "{mine}");
        std::fs::remove_file(house.path("form.toml")).expect("it is there");
        let said =
            house.run(&["kle", "crosswalk", "form.tsv", "--source", "FORM 2018", "--out", "form.toml"]);
        for expected in [
            "form.tsv:2: KLE 09.10.04 er udgået; 28.03.12 er skrevet i stedet",
            "form.tsv:5: KLE 09.55.04 findes ikke i emneplanen og er udeladt",
            "form.tsv:6: koden kan ikke læses",
        ] {
            assert!(said.err.contains(expected), "{}", said.err);
        }
        assert!(said.ok().contains("2 koder fører til KLE, 2 gør ikke"));
        house.run(&["rules", "check"]).ok();
        house.write("post/1.xml", form_marked(1, "59.10.05.10"));
        house.run(&["ingest", "post"]).ok();
        let story = house.run(&["explain", &uuid(1).to_string(), "--json"]).json();
        assert_eq!(story["decision"]["unit"], "park", "{story}");
        let trace = story["trace"].to_string();
        assert!(trace.contains("(FORM 59.10.05.10 svarer til KLE 28.03.12)"), "{trace}");
        house.run(&["audit", "verify"]).ok();
    }
);

#[tokio::test(flavor = "multi_thread")]
async fn an_own_list_comes_from_a_workbook_too_and_without_a_plan() {
    let house = Installation::new(Some("[authority]\ncvr = \"12345678\"\n"));
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in
        [["Kode", "KLE"], ["R7", "09.10.04"], ["R8", "findes ikke"], ["R9", "9.x"]].iter().enumerate()
    {
        for (column, text) in cells.iter().enumerate() {
            sheet.write(row as u32, column as u16, *text).expect("a cell");
        }
    }
    sheet.write(4, 0, "R10").expect("a cell");
    sheet.write(4, 1, 9.1).expect("a cell");
    house.write("liste.xlsx", book.save_to_buffer().expect("a workbook"));
    let said = house.run(&[
        "kle",
        "crosswalk",
        "liste.xlsx",
        "--list",
        "Regionsemne",
        "--source",
        "Regionens journalplan",
    ]);
    assert!(said.err.contains("liste.xlsx:4: nummeret kan ikke læses"), "{}", said.err);
    let text = said.ok();
    assert!(text.contains("list = \"Regionsemne\"\ncode = \"r7\"\nkle = [\"09.10.04\"]"), "{text}");
    assert!(text.contains("code = \"r10\"\nkle = [\"09.10\"]"), "a lost zero is put back:\n{text}");
    assert!(text.contains("ikke efterprøvet") && !house.path("modtag-data").exists(), "{text}");
}

/// A plan with so many subjects that importing it takes a while.
fn large() -> String {
    let mut text = "number\ttitle\n".to_owned();
    for main in 0..99 {
        text.push_str(&format!("{main:02}\tHovedgruppe\n"));
        for group in 0..10 {
            text.push_str(&format!("{main:02}.{group:02}\tGruppe\n"));
            (0..20).for_each(|subject| {
                text.push_str(&format!("{main:02}.{group:02}.{subject:02}\tEmne {subject}\n"))
            });
        }
    }
    text
}

on_both_databases!(
    killed_in_the_middle_of_an_import_the_old_edition_stays_in_force,
    |engine: Engine| async move {
        let house = Installation::sandby(engine, "").await;
        house.import(&["plan-1.xml"], &["--force"]).ok();
        house.write("stor.tsv", large());
        let mut editions = 1;
        for wait in [5, 30, 80, 150, 250, 400, 600, 900] {
            let mut running = house.start(&["kle", "import", "stor.tsv", "--force"], "log");
            for _ in 0..wait / 5 {
                if running.has_ended() {
                    break;
                }
                std::thread::sleep(Duration::from_millis(5));
            }
            drop(running);
            let list = house.run(&["kle", "list", "--json"]).json();
            let now = list.as_array().map_or(0, Vec::len);
            assert!(now == editions || now == editions + 1, "{list}");
            editions = now;
            let number = if editions == 1 { "09.10.04" } else { "98.09.19" };
            assert_eq!(
                house.run(&["kle", "show", number, "--json"]).json()["edition"].as_u64(),
                Some(now as u64)
            );
            house.run(&["audit", "verify"]).ok();
        }
        let last = house.run(&["kle", "import", "stor.tsv", "--force", "--json"]).json();
        assert_eq!(last["number"].as_u64(), Some(2), "the same files are one edition however often");
    }
);

on_both_databases!(a_damaged_plan_is_left_out_told_of_and_mended_by_an_import, |engine: Engine| async move {
    let house = Installation::sandby(engine, "").await;
    house.import(&["plan-2.xml"], &["--force"]).ok();
    damage(&house).await;
    let said = house.run(&["check"]).fails(1);
    assert!(said.contains("emneplan") && said.contains("Udgave 1 af emneplanen er beskadiget"), "{said}");
    assert!(house.run(&["kle", "show", "09.10.04"]).fails(1).contains("beskadiget"));
    // Mail flows as without a plan.
    let letter = Letter::from_citizen(1, PARTY, "Mette Prøve").kle("27.36.04", None).bytes();
    house.write("post/1.xml", letter);
    house.run(&["ingest", "post"]).ok();
    let story = house.run(&["explain", &uuid(1).to_string(), "--json"]).json();
    assert_eq!(story["decision"]["unit"], "ydelse", "{story}");
    let mended = house.import(&["plan-2.xml"], &["--force", "--json"]).json();
    assert_eq!((mended["outcome"].as_str(), mended["number"].as_i64()), (Some("imported"), Some(2)));
    house.run(&["check"]).ok();
});

/// Cuts the stored plan short, past the program.
async fn damage(house: &Installation) {
    const CUT: &str = "update subject_plan set content = substr(content, 1, 100)";
    match &house.url {
        Some(url) => {
            let mut connection = PgConnection::connect(url).await.expect("the server answers");
            let name = "set modtag.authority = '12345678'";
            sqlx::query(AssertSqlSafe(name)).execute(&mut connection).await.expect("it runs");
            sqlx::query(AssertSqlSafe(CUT)).execute(&mut connection).await.expect("it runs");
        }
        None => {
            let url = format!("sqlite:{}", house.path("modtag-data/modtag.db").display());
            let mut connection = SqliteConnection::connect(&url).await.expect("the database opens");
            sqlx::query(CUT).execute(&mut connection).await.expect("it runs");
            connection.close().await.expect("closed");
        }
    }
}
